"""The shape of ``risk/rules.yaml``: frozen models that refuse unknown keys, words for numbers and what is out of range.

What the numbers mean and where they come from stands in docs/risk.md and beside them in the file.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from risk.model import Level

Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Weight = Annotated[Number, Field(ge=0, le=3)]
Positive = Annotated[Number, Field(gt=0)]
Share = Annotated[Number, Field(ge=0, le=1)]
Open01 = Annotated[Number, Field(gt=0, lt=1)]
Count = Annotated[int, Field(strict=True, ge=1)]


class Part(BaseModel):
    """A frozen part of the rules that refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Sentence(Part):
    """An English sentence with ``%(name)s`` placeholders."""

    text: Annotated[str, Field(min_length=1)]


class Scale(Part):
    """What an answer is compared with where little is known of a client, and how fast the client's own takes over."""

    mean: Open01
    sd: Positive
    n0: Positive
    sd_min: Positive
    z_max: Positive


class Smoothing(Part):
    """How a level follows the answers and fades without them."""

    smoothing: Share
    carry_months: Annotated[int, Field(strict=True, ge=0)]
    fade: Share


class Construct(Part):
    """Drivers that measure one thing and share its weight; see ``rules.yaml`` for the columns."""

    drivers: Annotated[tuple[str, ...], Field(min_length=1)]
    answered: Weight
    not_answered: Weight
    alone: Weight | None = None
    sd: Positive

    def column(self, answered: Collection[str]) -> Literal["answered", "not_answered", "alone"]:
        """Which weight counts for somebody who has ever answered these drivers."""
        if "intention" in answered:
            return "answered"
        return "alone" if self.alone is not None and len(answered) == 1 else "not_answered"


class Weighted(Part):
    """A term with its prior: N(weight, sd) in log-odds per standard deviation of badness."""

    weight: Weight
    sd: Positive


class Drop(Weighted):
    """A fall below one's own earlier mean: ``noise`` is free, ``cap`` the most, ``earlier`` the answers needed."""

    noise: Annotated[Number, Field(ge=0)]
    cap: Positive
    earlier: Count


class Missed(Weighted):
    """Check-ins without an answer, against the cohort's share."""

    window: Count
    share: Share
    n0: Positive
    spread: Positive
    run_cap: Count


class Gap(Weighted):
    """The manager's answer and the hire's on the same thing, from ``at_least`` of the scale apart on."""

    at_least: Open01


class Band(Part):
    """Months of tenure below ``below`` (None: no end) and their term."""

    below: Count | None
    weight: Annotated[Number, Field(ge=-3, le=3)]


class Tenure(Part):
    """The tenure table, in rising order, its last band without an end."""

    sd: Positive
    bands: Annotated[tuple[Band, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _rises_to_an_open_end(self) -> Self:
        ends = [band.below for band in self.bands[:-1]]
        closed = [end for end in ends if end is not None]
        if len(closed) < len(ends) or closed != sorted(set(closed)) or self.bands[-1].below is not None:
            raise ValueError("bands must rise, and only the last has no end")
        return self


class Turnover(Part):
    """A client's yearly voluntary turnover."""

    default: Open01
    min: Open01
    max: Open01
    sd: Positive

    @model_validator(mode="after")
    def _lies_between(self) -> Self:
        if not self.min <= self.default <= self.max:
            raise ValueError("min, default and max must rise")
        return self


class Season(Part):
    """A small term of the calendar."""

    weight: Annotated[Number, Field(ge=0, le=0.5)]


class Until(Season):
    """A term that counts when a date is at most ``days`` ahead."""

    days: Count


class Context(Part):
    """Facts of the calendar; their sum never exceeds ``cap``."""

    cap: Annotated[Number, Field(ge=0, le=0.5)]
    contract: Until
    status: Until
    transfer: Until
    second_june: Season


class LevelBand(Part):
    """p90 must be ``ratio`` times p0 and at least ``at_least``."""

    ratio: Annotated[Number, Field(gt=1)]
    at_least: Open01
    one_in: Count


class Levels(Part):
    """The bands above ``none``."""

    watch: LevelBand
    elevated: LevelBand
    high: LevelBand
    critical: LevelBand

    @model_validator(mode="after")
    def _rise(self) -> Self:
        bands = [self.watch, self.elevated, self.high, self.critical]
        for name in ("ratio", "at_least"):
            numbers = [getattr(band, name) for band in bands]
            if numbers != sorted(numbers):
                raise ValueError(f"{name} must rise from watch to critical")
        return self

    def of(self, level: Level) -> LevelBand | None:
        """The band of that level; None for ``none``."""
        return None if level is Level.NONE else getattr(self, level.value)


class Explicit(Part):
    """Facts that somebody stated, and for how many days they count."""

    signals: Annotated[tuple[Literal["resigned", "offer", "interviewing", "notice"], ...], Field(min_length=1)]
    days: Count


class AlertRule(Part):
    """One row of the alert table; see ``risk.policy.PolicyRow`` for the words."""

    kind: Literal["risk", "safety", "help", "silence", "unreachable", "deadline"]
    level: Literal["watch", "elevated", "high", "critical"] | None = None
    delivered: Literal["now", "window", "digest", "list"]
    acknowledge_within: Count | None = None
    unit: Literal["clock", "hours", "days"] | None = None
    then: tuple[Literal["lead", "on_call"], ...] = ()
    second_after: Count | None = None

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if (self.kind == "risk") != (self.level is not None):
            raise ValueError("a level belongs to the kind risk, and only to it")
        if (self.acknowledge_within is None) != (self.unit is None):
            raise ValueError("acknowledge_within and unit belong together")
        if (self.delivered == "list") == (self.acknowledge_within is not None):
            raise ValueError("what is delivered needs a time to acknowledge, what is only listed has none")
        if (len(self.then) > 1) != (self.second_after is not None) or len(self.then) > 2:
            raise ValueError("second_after belongs to a second name in then")
        return self
