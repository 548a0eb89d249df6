"""Why a level is not higher and not lower: what is still missing to the next one, what would lower it, what is not known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import fsum

from risk.assess import by_probability, within_90_days
from risk.features import Features
from risk.model import Assessment, Level, Reason
from risk.rules import Rules


@dataclass(frozen=True, slots=True)
class Without:
    """The level as it would be if what these reasons are about were as usual."""

    reasons: tuple[Reason, ...]
    level: Level


@dataclass(frozen=True, slots=True)
class Why:
    """Around one assessment.

    ``times`` is the risk beside what is usual for this client and tenure. What is missing to the ``next_level`` stands in
    ``next_times`` (of the usual risk) and ``next_one_in`` (at least one of so many leaves within three months), None where
    that is reached. ``without`` are the things that hold the level up, largest first, each with all its reasons; where none of
    them lowers the level alone, ``together`` are the first few that do. A level that waits for a second lower month
    ``falls_to`` another one then. What was stated counts for ``stated_days``.

    ``unknown`` are codes of what is not known: ``staying`` and ``manager`` (never asked or answered), ``missed_once`` and
    ``missed`` (the last check-in, and more), ``old`` (no answer for months), ``nothing`` and ``first`` (answers of no month,
    and of one).
    """

    times: float
    next_level: Level | None
    next_times: float | None
    next_one_in: int | None
    without: tuple[Without, ...]
    together: Without | None
    falls_to: Level | None
    stated_days: int
    unknown: tuple[str, ...]


def why(assessment: Assessment, found: Features, rules: Rules) -> Why:
    """What stands around an assessment; ``found`` are the features that it was made of."""
    following = next((level for level in Level if level.rank == assessment.level.rank + 1), None)
    next_times, next_one_in = _missing(following, assessment, rules)
    held = any(one.code == "held" for one in assessment.reasons)
    falls_to = _level(assessment, rules)
    things = _things(assessment.reasons)
    without = [Without(one, assessment.level if held else _level(assessment, rules, without=one)) for one in things]
    return Why(
        times=assessment.probability / assessment.usual,
        next_level=following,
        next_times=next_times,
        next_one_in=next_one_in,
        without=tuple(without),
        together=None if held else _together(without, assessment, rules),
        falls_to=falls_to if falls_to.rank < assessment.level.rank else None,
        stated_days=rules.explicit.days,
        unknown=_unknown(found, rules),
    )


def _missing(following: Level | None, assessment: Assessment, rules: Rules) -> tuple[float | None, int | None]:
    """What the next level takes and is not reached; both where the rules have changed since."""
    band = rules.levels.of(following) if following is not None else None
    if band is None:
        return None, None
    beside = assessment.probability < band.ratio * assessment.usual
    share = assessment.probability < band.at_least or not beside
    # 40 % are one in two and a half, and no share is told as more than it is.
    return band.ratio if beside else None, int(1 / band.at_least + 0.5) if share else None


def _things(reasons: Sequence[Reason]) -> list[tuple[Reason, ...]]:
    """The reasons that raise the level, together where they are about the same answers, the largest first."""
    found: dict[str, tuple[Reason, ...]] = {}
    for one in reasons:
        if one.weight > 0:
            kind, _, driver = one.code.partition(".")
            thing = {"level": driver, "lowest": driver, "lowest_twice": driver, "drop": "overall", "context": kind}
            about = thing.get(kind, one.code)
            found[about] = (*found.get(about, ()), one)
    return list(found.values())


def _level(assessment: Assessment, rules: Rules, *, without: Sequence[Reason] = ()) -> Level:
    """The level by the figures and by what was stated, as if these reasons were not there. A stated fact lifts the level and
    adds nothing to the figures."""
    left = [_STATED[kind] for one in assessment.reasons if one not in without and (kind := _kind(one)) in _STATED]
    lowered = fsum(one.weight for one in without if _kind(one) not in _STATED)
    measured = by_probability(within_90_days(assessment.score - lowered), assessment.usual, rules)
    return max(measured, *left, key=lambda one: one.rank) if left else measured


def _together(without: Sequence[Without], assessment: Assessment, rules: Rules) -> Without | None:
    """The first few things that lower the level together; None where one does alone, and where all of them do not."""
    if any(one.level is not assessment.level for one in without):
        return None
    for reasons in accumulate((one.reasons for one in without), lambda before, more: (*before, *more)):
        if (level := _level(assessment, rules, without=reasons)) is not assessment.level:
            return Without(reasons, level)
    return None


def _kind(one: Reason) -> str:
    return one.code.partition(".")[0]


_STATED = {"explicit": Level.CRITICAL, "lowest_twice": Level.CRITICAL, "lowest": Level.ELEVATED}


def _unknown(found: Features, rules: Rules) -> tuple[str, ...]:
    run = found.silence.run
    latest = min((one.missed_months for one in found.standings.values()), default=0)
    codes = [
        ("staying", "intention" not in found.standings),
        ("manager", found.manager is None),
        ("missed_once", run == 1),
        ("missed", run > 1),
        ("old", not run and latest > rules.level.carry_months),
        ("nothing", not found.months),
        ("first", found.months == 1),
    ]
    return tuple(code for code, applies in codes if applies)
