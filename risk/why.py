"""Why a level is not higher and not lower: what is still missing to the next one, what would lower it, what is not known."""

from __future__ import annotations

from dataclasses import dataclass

from risk.assess import by_probability, within_90_days
from risk.features import Features
from risk.model import Assessment, Level, Reason
from risk.rules import Rules


@dataclass(frozen=True, slots=True)
class Without:
    """The level as it would be if a reason were not there."""

    reason: Reason
    level: Level


@dataclass(frozen=True, slots=True)
class Why:
    """Around one assessment.

    ``times`` is the risk beside a neutral person's of this client and tenure. ``next_level`` needs ``next_times`` of it, and
    ``next_one_in``: at least one of so many leaving within three months; None above the highest. ``without`` are the reasons
    that hold the level up, largest first. ``unknown`` are codes of what is not known: ``staying`` and ``manager`` (never
    asked or answered), ``missed`` (the last check-ins), ``first`` (answers of one month only).
    """

    times: float
    next_level: Level | None
    next_times: float | None
    next_one_in: int | None
    without: tuple[Without, ...]
    unknown: tuple[str, ...]


def why(assessment: Assessment, found: Features, rules: Rules) -> Why:
    """What stands around an assessment; ``found`` are the features that it was made of."""
    following = next((level for level in Level if level.rank == assessment.level.rank + 1), None)
    band = rules.levels.of(following) if following is not None else None
    return Why(
        times=assessment.probability / assessment.neutral,
        next_level=following,
        next_times=None if band is None else band.ratio,
        next_one_in=None if band is None else int(1 / band.at_least + 0.5),
        without=tuple(Without(one, _without(one, assessment, rules)) for one in assessment.reasons if one.weight > 0),
        unknown=_unknown(found),
    )


def _without(reason: Reason, assessment: Assessment, rules: Rules) -> Level:
    """A stated fact lifts the level and adds nothing to the figures: without it they decide, unless another one stands. A level
    that waits for a second lower month waits without any reason."""
    if any(one.code == "held" for one in assessment.reasons):
        return assessment.level
    stated = [one for one in assessment.reasons if one is not reason and one.code.partition(".")[0] in _STATED]
    least = max((_STATED[one.code.partition(".")[0]] for one in stated), default=Level.NONE, key=lambda one: one.rank)
    lowered = reason.weight if reason.code.partition(".")[0] not in _STATED else 0.0
    measured = by_probability(within_90_days(assessment.score - lowered), assessment.neutral, rules)
    return max(measured, least, key=lambda one: one.rank)


_STATED = {"explicit": Level.CRITICAL, "lowest_twice": Level.CRITICAL, "lowest": Level.ELEVATED}


def _unknown(found: Features) -> tuple[str, ...]:
    codes = [
        ("staying", "intention" not in found.standings),
        ("manager", found.manager is None),
        ("missed", found.silence.run > 0),
        ("first", found.months <= 1),
    ]
    return tuple(code for code, applies in codes if applies)
