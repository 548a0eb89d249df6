"""Occasions and triggers: what happens in a year, and what falls due in a placement, as dated data with sources.

``scheduler/calendar.yaml`` holds the data. ``occasions`` gives what lies between two days, whoever is asked; ``triggers``
what counts on a day from a placement's own dates. Both are pure, and no nationality is an input: a feast is asked about
with everybody or with nobody.
"""

from __future__ import annotations

import calendar as gregorian
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from scheduler.workdays import Closure, add_months, whole_months

TOPICS = frozenset({
    "clarity", "consent", "contract", "documents", "growth", "home_leave", "hours", "intention", "interview", "isolation",
    "language", "life", "overall", "pay", "peer", "promise", "rights", "safety", "tax",
})  # fmt: skip
"""What an occasion or a trigger can be about."""

Confidence = Literal["high", "medium", "low"]
Anchor = Literal["start", "second_june", "contract_ends", "residence_expires", "left"]
Status = Literal["ssw1", "esd"]


class OccasionsError(ValueError):
    """A calendar file that cannot be used. ``detail`` says where and why, for whoever edits the file."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Occasion:
    """Something that happens from ``first`` to ``last``, both included; ``approximate`` may be a day or two off."""

    id: str
    topic: str
    first: date
    last: date
    source: str
    confidence: Confidence
    verified_on: date
    approximate: bool = False


@dataclass(frozen=True, slots=True)
class Trigger:
    """Something that counts from ``first`` to ``last``, both included, because of the ``anchor``'s day ``due_on``.

    Of a trigger that repeats, ``due_on`` is the repetition's own day.
    """

    id: str
    topic: str
    anchor: Anchor
    due_on: date
    first: date
    last: date
    source: str
    confidence: Confidence
    verified_on: date


@dataclass(frozen=True, slots=True)
class Offset:
    """So many months and then days from a day; negative before it."""

    months: int = 0
    days: int = 0

    def after(self, day: date) -> date:
        """The day that lies so far from ``day``; months as in ``scheduler.workdays.add_months``."""
        return add_months(day, self.months) + timedelta(days=self.days)


def _offset(text: object) -> object:
    found = re.fullmatch(r"(-?\d{1,4})([dwm])", str(text))
    if found is None:
        raise ValueError("write an offset like 14d, 2w, 3m or -120d")
    number = int(found[1])
    return {"d": Offset(days=number), "w": Offset(days=7 * number), "m": Offset(months=number)}[found[2]]


def _days(text: object) -> object:
    first, _, last = str(text).partition("..")
    days = date.fromisoformat(first), date.fromisoformat(last or first)
    if days[1] < days[0]:
        raise ValueError("the last day comes before the first")
    return days


def _yearly(text: object) -> object:
    first, _, last = str(text).partition("..")
    ends = [re.fullmatch(r"(\d\d)-(\d\d)", end) for end in (first, last or first)]
    if not all(ends):
        raise ValueError("write days of every year like 12-29..01-03")
    (month, day), (last_month, last_day) = ((int(end[1]), int(end[2])) for end in ends if end)
    return Closure((month, day), (last_month, last_day))


Days = Annotated[tuple[date, date], BeforeValidator(_days)]


class _Part(BaseModel):
    """A part of the file: frozen, and without keys that nobody knows."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class _Entry(_Part):
    """What every entry of the file says."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    topic: str
    source: str
    confidence: Confidence
    verified_on: date

    @model_validator(mode="after")
    def _topic_is_known(self) -> Self:
        if self.topic not in TOPICS:
            raise ValueError(f"the topic {self.topic} is not known")
        return self

    @property
    def common(self) -> dict[str, Any]:
        """The fields that an occasion and a trigger take over."""
        return {name: getattr(self, name) for name in ("id", "topic", "source", "confidence", "verified_on")}


class _Nth(_Part):
    month: Annotated[int, Field(ge=1, le=12)]
    weekday: Annotated[int, Field(ge=0, le=6)]
    n: Annotated[int, Field(ge=1, le=4)]

    def in_year(self, year: int) -> date:
        first = gregorian.weekday(year, self.month, 1)
        return date(year, self.month, 1 + (self.weekday - first) % 7 + 7 * (self.n - 1))


class _Fixed(_Entry):
    every: Annotated[Closure, BeforeValidator(_yearly)] | None = None
    nth: _Nth | None = None

    @model_validator(mode="after")
    def _says_when(self) -> Self:
        if (self.every is None) == (self.nth is None):
            raise ValueError("write either every or nth")
        return self

    def in_year(self, year: int) -> tuple[date, date]:
        """The days that begin in that year; 29 February is the 28th where there is none."""
        if self.nth is not None:
            day = self.nth.in_year(year)
            return day, day
        assert self.every is not None
        later = year if self.every.first <= self.every.last else year + 1
        return _day_of(year, self.every.first), _day_of(later, self.every.last)


def _day_of(year: int, place: tuple[int, int]) -> date:
    month, day = place
    return date(year, month, min(day, gregorian.monthrange(year, month)[1]))


class _Dated(_Entry):
    on: tuple[Days, ...]
    approximate: bool = False


class _Once(_Entry):
    on: Days


class _Relative(_Entry):
    anchor: Anchor
    first: Annotated[Offset, BeforeValidator(_offset)]
    last: Annotated[Offset, BeforeValidator(_offset)]
    every: Annotated[Offset, BeforeValidator(_offset)] | None = None
    status: Status | None = Field(default=None, alias="for")

    @model_validator(mode="after")
    def _windows_go_forward(self) -> Self:
        day = date(2026, 1, 1)
        if self.last.after(day) < self.first.after(day):
            raise ValueError("the window ends before it begins")
        if self.every is not None and (self.every.months < 1 or self.every.days):
            raise ValueError("a trigger repeats in whole months")
        return self


class Calendar(_Part):
    """The file, checked; immutable. ``years`` are those for which every feast of the moon has its date."""

    version: int
    sources: dict[str, str]
    fixed: tuple[_Fixed, ...]
    years: tuple[int, ...]
    dated: tuple[_Dated, ...]
    once: tuple[_Once, ...]
    relative: tuple[_Relative, ...]

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        entries: tuple[_Entry, ...] = (*self.fixed, *self.dated, *self.once, *self.relative)
        ids = [entry.id for entry in entries]
        if twice := sorted({id_ for id_ in ids if ids.count(id_) > 1}):
            raise ValueError(f"the id {twice[0]} stands twice")
        used = {entry.source for entry in entries}
        if unknown := sorted(used - self.sources.keys()):
            raise ValueError(f"there is no source called {unknown[0]}")
        if unused := sorted(self.sources.keys() - used):
            raise ValueError(f"nothing is taken from the source {unused[0]}")
        for entry in self.dated:
            if tuple(first.year for first, _ in entry.on) != self.years:
                raise ValueError(f"{entry.id} needs one date for each of the years, in their order")
        return self

    @property
    def known_until(self) -> date:
        """The last day for which the feasts of the moon are known; afterwards the file needs the next year's dates."""
        return date(max(self.years), 12, 31)


def parse(text: str) -> Calendar:
    """A calendar from YAML text. Raises OccasionsError, which names the place and the fault."""
    try:
        # Every value stays the text that was written: 04-14 is a day of every year and no sum.
        return Calendar.model_validate(yaml.load(text, Loader=yaml.BaseLoader))
    except yaml.YAMLError as error:
        raise OccasionsError(f"this is no YAML: {error}") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(step) for step in first["loc"])
        raise OccasionsError(f"{where or 'calendar'}: {first['msg']}") from error


@lru_cache(maxsize=1)
def shipped() -> Calendar:
    """The calendar that comes with teichaku."""
    return parse((files("scheduler") / "calendar.yaml").read_text(encoding="utf-8"))


def occasions(first: date, last: date, calendar: Calendar | None = None) -> tuple[Occasion, ...]:
    """Everything that happens between two days, both included, by its first day; what only reaches into them counts."""
    found = _all_occasions(calendar or shipped(), range(first.year - 1, last.year + 1))
    near = (one for one in found if one.first <= last and first <= one.last)
    return tuple(sorted(near, key=lambda one: (one.first, one.id)))


def _all_occasions(calendar: Calendar, years: range) -> Iterator[Occasion]:
    for fixed in calendar.fixed:
        for year in years:
            yield Occasion(**fixed.common, first=fixed.in_year(year)[0], last=fixed.in_year(year)[1])
    for dated in calendar.dated:
        for begin, end in dated.on:
            yield Occasion(**dated.common, first=begin, last=end, approximate=dated.approximate)
    for once in calendar.once:
        yield Occasion(**once.common, first=once.on[0], last=once.on[1])


def triggers(
    start: date,
    *,
    on: date,
    contract_ends: date | None = None,
    residence_expires: date | None = None,
    left: date | None = None,
    status: Status | None = None,
    calendar: Calendar | None = None,
) -> tuple[Trigger, ...]:
    """What counts on the day ``on`` for a placement with these dates, by its last day, the most pressing first.

    A trigger for one residence status counts only for that ``status``; who has left has only what the leaving causes.
    """
    # Resident tax is first taken from the June pay of the calendar year after the start (docs/risk.md).
    anchors: dict[Anchor, date | None] = {
        "start": start,
        "second_june": date(start.year + 1, 6, 1),
        "contract_ends": contract_ends,
        "residence_expires": residence_expires,
        "left": left,
    }
    gone = left is not None and on >= left
    found = []
    for rule in (calendar or shipped()).relative:
        day = anchors[rule.anchor]
        if day is None or rule.status not in (None, status) or (gone and rule.anchor != "left"):
            continue
        for due_on in _repetitions(rule, day, on):
            begin, end = rule.first.after(due_on), rule.last.after(due_on)
            if begin <= on <= end:
                found.append(Trigger(**rule.common, anchor=rule.anchor, due_on=due_on, first=begin, last=end))
    return tuple(sorted(found, key=lambda one: (one.last, one.id)))


def _repetitions(rule: _Relative, day: date, on: date) -> Iterator[date]:
    """The anchor's day, or the repetitions of it that can be near a day; each counts from the anchor, so none drifts."""
    if rule.every is None:
        yield day
        return
    near = whole_months(day, on) // rule.every.months
    for n in range(max(1, near - 1), near + 3):
        yield add_months(day, n * rule.every.months)
