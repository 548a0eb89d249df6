"""From what was answered to what it may mean: one person's features beside their company's usual answers.

Every formula is section "The engine" of docs/risk.md. The cost is linear: ``prepare`` walks once over a company's
readings, ``features`` once over a person's. Only what is known at ``at`` counts, and the order of readings never does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import fsum, sqrt

from risk.model import Case, Closed, Reading, Signal
from risk.rules import Rules
from scheduler.workdays import whole_months


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual for one driver: the shrunken mean and standard deviation of answers on the 0-1 scale."""

    mean: float
    sd: float


@dataclass(frozen=True, slots=True)
class Cohort:
    """What is usual in one company at one day.

    ``hire`` is keyed by driver and whether only newcomers' answers count; ``missed`` is the share not answered.
    """

    hire: Mapping[tuple[str, bool], Usual]
    manager: Usual
    missed: float


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a person stands on one driver.

    ``badness`` is the smoothed and faded z (+ is worse). ``last`` and ``before`` are the last two periods' answers
    (0-1, 1 is good) with the day of the answer; ``missed_months`` counts the months since. ``lowest`` and
    ``lowest_before`` say whether one of a period's answers was the lowest point of its scale.
    """

    badness: float
    last: float
    last_on: date
    before: float | None
    before_on: date | None
    lowest: bool
    lowest_before: bool
    missed_months: int


@dataclass(frozen=True, slots=True)
class Silence:
    """Missed check-ins among the last closed ones: ``q`` is the standardised excess over the cohort's share."""

    q: float
    missed: int
    closed: int
    run: int


@dataclass(frozen=True, slots=True)
class Dated:
    """A context fact (``contract``, ``status``, ``transfer``, ``second_june``) with its day and the days until it."""

    name: str
    on: date
    days: int


@dataclass(frozen=True, slots=True)
class Features:
    """One person at one day, ready to be weighed. ``months`` counts the months with an answer."""

    tenure_months: int | None
    months: int
    standings: Mapping[str, Standing]
    drop: float
    usual_before: float | None
    silence: Silence
    manager: Standing | None
    context: tuple[Dated, ...]
    signals: tuple[Signal, ...]


@dataclass(frozen=True, slots=True)
class _Month:
    """The answers on one driver within one calendar month: their mean, and how bad that is."""

    index: int
    z: float


@dataclass(frozen=True, slots=True)
class _Period:
    period: date
    value: float
    lowest: bool
    answered_on: date


def prepare(cases: Sequence[Case], *, at: date, rules: Rules) -> Cohort:
    """What is usual in one company at ``at``, computed once for all of its cases.

    Raises RulesError for a reading on something forbidden or unknown, ValueError for cases of several companies.
    """
    if len({case.company for case in cases}) > 1:
        raise ValueError("a cohort is one company")
    values: dict[tuple[str, bool], list[float]] = defaultdict(list)
    seen_by_manager: list[float] = []
    missed = closed = 0
    for case in cases:
        for reading in _known(case.readings, at, rules):
            values[reading.item, False].append(reading.value)
            if _newcomer(case, reading.period, rules):
                values[reading.item, True].append(reading.value)
        seen_by_manager += [r.value for r in _known(case.manager_readings, at, rules) if r.item == "intention"]
        window = _window(case.checkins, at, rules)
        missed += sum(checkin.missed for checkin in window)
        closed += len(window)
    keys = [(driver, newcomers) for driver in rules.drivers for newcomers in (False, True)]
    prior = rules.missed.n0 * rules.missed.share
    return Cohort(
        hire={key: _usual(values[key], rules) for key in keys},
        manager=_usual(seen_by_manager, rules),
        missed=(missed + prior) / (closed + rules.missed.n0),
    )


def features(case: Case, cohort: Cohort, *, at: date, rules: Rules) -> Features:
    """One person's features at ``at``, against their company's cohort. Raises RulesError like ``prepare``."""
    periods = _periods(_known(case.readings, at, rules))
    months = {driver: _months(case, driver, found, cohort, rules) for driver, found in periods.items()}
    standings = {d: _standing(months[d], periods[d], at, rules) for d in rules.drivers if d in periods}
    drop, usual_before = _drop(months.get("overall", ()), periods.get("overall", ()), at, rules)
    return Features(
        tenure_months=None if case.started_on is None else max(0, whole_months(case.started_on, at)),
        months=len({month.index for found in months.values() for month in found}),
        standings=standings,
        drop=drop,
        usual_before=usual_before,
        silence=_silence(case.checkins, cohort, at, rules),
        manager=_manager(case, cohort, at, rules),
        context=_context(case, at, rules),
        signals=_signals(case.signals, at, rules),
    )


def _known(readings: Iterable[Reading], at: date, rules: Rules) -> list[Reading]:
    for reading in (known := [reading for reading in readings if reading.answered_on <= at]):
        rules.check_input(reading.item)
        if not 0 <= reading.value <= 1:  # Also refuses NaN, which compares with nothing.
            raise ValueError(f"a reading lies between 0 and 1, not at {reading.value}")
    return known


def _newcomer(case: Case, period: date, rules: Rules) -> bool:
    return case.started_on is not None and whole_months(case.started_on, period) <= rules.newcomer_months


def _usual(values: Sequence[float], rules: Rules) -> Usual:
    """Mean and sd, each (n · client + n0 · default) / (n + n0)."""
    scale, n = rules.scale, len(values)
    mean = fsum(values) / n if n else 0.0
    sd = sqrt(fsum((value - mean) ** 2 for value in values) / n) if n else 0.0
    shrunken = (n * sd + scale.n0 * scale.sd) / (n + scale.n0)
    return Usual(mean=(n * mean + scale.n0 * scale.mean) / (n + scale.n0), sd=max(shrunken, scale.sd_min))


def _badness(value: float, usual: Usual, rules: Rules) -> float:
    z = (usual.mean - value) / usual.sd
    return max(-rules.scale.z_max, min(rules.scale.z_max, z))


def _periods(readings: Iterable[Reading]) -> dict[str, list[_Period]]:
    """Per driver the periods in order; several answers within a period count as their mean."""
    grouped: dict[tuple[str, date], list[Reading]] = defaultdict(list)
    for reading in readings:
        grouped[reading.item, reading.period].append(reading)
    periods: dict[str, list[_Period]] = defaultdict(list)
    for (driver, period), found in sorted(grouped.items(), key=lambda entry: entry[0]):
        values = [reading.value for reading in found]
        answered_on = max(reading.answered_on for reading in found)
        periods[driver].append(_Period(period, fsum(values) / len(values), min(values) == 0, answered_on))
    return periods


def _months(case: Case, driver: str, periods: Sequence[_Period], cohort: Cohort, rules: Rules) -> list[_Month]:
    """The months of one driver. Somebody who is asked every week counts once a month: the hazard is a month's."""
    found: dict[int, list[float]] = defaultdict(list)
    for one in periods:
        usual = cohort.hire[driver, _newcomer(case, one.period, rules)]
        found[12 * one.period.year + one.period.month].append(_badness(one.value, usual, rules))
    return [_Month(index, fsum(zs) / len(zs)) for index, zs in found.items()]


def _faded(missed_months: int, rules: Rules) -> float:
    """What is left of an answer: all of it for ``carry_months`` without a new one, then ``fade`` of it each month."""
    return float(rules.level.fade ** max(0, missed_months - rules.level.carry_months))


def _standing(months: Sequence[_Month], periods: Sequence[_Period], at: date, rules: Rules) -> Standing:
    level, smoothing, previous = 0.0, rules.level.smoothing, months[0].index
    for month in months:
        carried = level * _faded(month.index - previous - 1, rules)
        level, previous = smoothing * month.z + (1 - smoothing) * carried, month.index
    missed_months = max(0, whole_months(periods[-1].period, at))
    return _stand(level * _faded(missed_months, rules), periods, missed_months)


def _stand(badness: float, periods: Sequence[_Period], missed_months: int) -> Standing:
    last, before = periods[-1], periods[-2] if len(periods) > 1 else None
    return Standing(
        badness=badness,
        last=last.value,
        last_on=last.answered_on,
        before=before.value if before else None,
        before_on=before.answered_on if before else None,
        lowest=last.lowest,
        lowest_before=before is not None and before.lowest,
        missed_months=missed_months,
    )


def _drop(months: Sequence[_Month], periods: Sequence[_Period], at: date, rules: Rules) -> tuple[float, float | None]:
    """The fall of the mood beyond noise, and the mean answer (0-1) before it; (0, None) with too few answers."""
    if len(months) <= rules.drop.earlier:
        return 0.0, None
    earlier = fsum(month.z for month in months[:-1]) / (len(months) - 1)
    fall = min(rules.drop.cap, max(0.0, months[-1].z - earlier - rules.drop.noise))
    last = periods[-1].period
    before = [one.value for one in periods if (one.period.year, one.period.month) != (last.year, last.month)]
    return fall * _faded(max(0, whole_months(last, at)), rules), fsum(before) / len(before)


def _window(checkins: Iterable[Closed], at: date, rules: Rules) -> list[Closed]:
    """The last closed check-ins that count, oldest first."""
    counted = [checkin for checkin in checkins if checkin.closed_on <= at and not checkin.excused]
    counted.sort(key=lambda checkin: (checkin.period, checkin.closed_on, checkin.missed))
    return counted[-rules.missed.window :]


def _silence(checkins: Iterable[Closed], cohort: Cohort, at: date, rules: Rules) -> Silence:
    window = _window(checkins, at, rules)
    if not window:
        return Silence(q=0.0, missed=0, closed=0, run=0)
    missed = sum(checkin.missed for checkin in window)
    run = next((n for n, checkin in enumerate(reversed(window)) if not checkin.missed), len(window))
    q = (missed / len(window) - cohort.missed) / rules.missed.spread
    return Silence(q=q, missed=missed, closed=len(window), run=min(run, rules.missed.run_cap))


def _manager(case: Case, cohort: Cohort, at: date, rules: Rules) -> Standing | None:
    """The manager's latest view of whether the person stays; like an answer, it fades when it is not renewed."""
    periods = _periods(_known(case.manager_readings, at, rules)).get("intention")
    if not periods:
        return None
    missed_months = max(0, whole_months(periods[-1].period, at))
    z = _badness(periods[-1].value, cohort.manager, rules)
    return _stand(z * _faded(missed_months, rules), periods, missed_months)


def _context(case: Case, at: date, rules: Rules) -> tuple[Dated, ...]:
    terms = rules.context
    dates = (
        ("contract", case.contract_ends, terms.contract.days),
        ("status", case.status_expires, terms.status.days),
        ("transfer", case.transfer_from, terms.transfer.days),
    )
    found = [Dated(name, on, (on - at).days) for name, on, within in dates if on and 0 <= (on - at).days <= within]
    if case.started_on is not None:
        # Resident tax is first taken from the June pay of the calendar year after the start.
        june = date(case.started_on.year + 1, 6, 1)
        if june <= at < date(june.year, 8, 1):
            found.append(Dated("second_june", june, 0))
    return tuple(found)


def _signals(signals: Iterable[Signal], at: date, rules: Rules) -> tuple[Signal, ...]:
    """What was stated lately, newest first, each code once."""
    recent = [s for s in signals if 0 <= (at - s.stated_on).days <= rules.explicit.days]
    newest = {s.code: s for s in sorted(recent, key=lambda s: s.stated_on) if s.code in rules.explicit.signals}
    return tuple(sorted(newest.values(), key=lambda s: (-s.stated_on.toordinal(), s.code)))
