"""From what was answered to what it may mean: one person's features beside their company's usual answers.

Every formula is section "The formula" of docs/risk.md. ``History`` puts one person's answers in order once; a day then costs
what was answered until then. Only what is known on the day counts, and the order of readings never does.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from math import fsum

from risk.cohort import Cohort, Company, Usual, check, in_order, missed_at, moments, newcomers, own_readings
from risk.known import known_from, until
from risk.model import Case, Reading, Signal
from risk.rules import Rules
from scheduler.workdays import whole_months


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a person stands on one driver.

    ``badness`` is the smoothed and faded z in standard deviations (+ is worse), from the person's own answers. ``last`` and
    ``before`` are the last two periods' answers (0-1, 1 is good) with the day of the answer; ``missed_months`` counts the
    months since. ``lowest`` and ``lowest_before`` say whether one of a period's answers was the lowest point of its scale.
    A driver that was never answered has no standing and adds nothing. The manager's view is not smoothed: its ``badness`` is the
    z of the latest one, faded. Source: levels foresee, changes hardly (Griffeth 2000, Rubenstein 2018, own computations).
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
    """Missed check-ins among the last closed ones: ``q`` is the excess over the cohort's share in units of the rules'
    ``spread``, 0 with none closed; ``missed`` and ``closed`` count check-ins. ``run`` is the current run of misses, held at the
    rules' cap. Source: nearest to it is absence from work (Griffeth 2000); unsettled.
    """

    q: float
    missed: int
    closed: int
    run: int


@dataclass(frozen=True, slots=True)
class Gap:
    """The two sides of one driver in one month, each on the 0-1 scale, far apart.

    The latest month in which both have answered counts, while its answers are at most ``carry_months`` old; a side that is
    missing makes no gap. Source: the two differ most where hires are unhappy (a Japanese survey of 2021); shown, not scored.
    """

    driver: str
    hire: float
    hire_on: date
    manager: float
    manager_on: date


@dataclass(frozen=True, slots=True)
class Dated:
    """A context fact (``contract``, ``status``, ``transfer``, ``second_june``) with its day and the days until it; 0 for June,
    which lasts two months. A date that is missing, past or far adds nothing. Source: judgement."""

    name: str
    on: date
    days: int


@dataclass(frozen=True, slots=True)
class Features:
    """One person at one day, ready to be weighed; sources and weights: docs/risk.md, "Weights".

    ``tenure_months`` are whole months since the start, None without a start date. ``months`` counts the months with an
    answer. ``standings`` hold the answered drivers. ``drop`` is the fall of ``overall`` beyond noise in standard deviations,
    0 with too few answers (then ``usual_before``, the mean answer before it, is None). ``manager`` is the manager's view
    whether the person stays, None without one. ``gaps`` come widest first, those where the manager stands above before the
    others. ``context`` comes from the roster's dates, ``signals`` from what somebody stated.
    """

    tenure_months: int | None
    months: int
    standings: Mapping[str, Standing]
    drop: float
    usual_before: float | None
    silence: Silence
    manager: Standing | None
    gaps: tuple[Gap, ...]
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
    newcomer: bool


@dataclass(frozen=True, slots=True)
class _Given:
    """The answers on one driver in the order in which they became known."""

    moments: Sequence[int]
    readings: Sequence[Reading]
    newcomers: Sequence[bool]

    def periods(self, moment: int) -> list[_Period]:
        """The periods known at a moment, in order; several questions within a period count as their mean."""
        known = bisect_left(self.moments, moment)
        if all(one.period < after.period for one, after in pairwise(self.readings[:known])):
            # Nearly always there is one answer in each period, and they came in order.
            paired = zip(self.readings[:known], self.newcomers, strict=False)
            return [_Period(one.period, one.value, one.value == 0, one.answered_on, new) for one, new in paired]
        grouped: dict[date, dict[str, Reading]] = {}
        fresh: dict[date, bool] = {}
        for place in range(known):
            reading = self.readings[place]
            # Of two answers to one question of one period the later counts.
            grouped.setdefault(reading.period, {})[reading.question] = reading
            fresh[reading.period] = self.newcomers[place]
        found = []
        for period in sorted(grouped):
            readings = list(grouped[period].values())
            value = readings[0].value if len(readings) == 1 else fsum(one.value for one in readings) / len(readings)
            lowest = any(one.value == 0 for one in readings)
            found.append(_Period(period, value, lowest, max(one.answered_on for one in readings), fresh[period]))
        return found


class History:
    """Everything one case ever said, in order, so that any day of it can be asked for at little cost.

    Raises RulesError for a reading on something forbidden or unknown, ValueError for a value outside 0-1.
    """

    def __init__(self, case: Case, rules: Rules) -> None:
        self.case = case
        self._rules = rules
        self._own = _in_order(own_readings(case), case, rules)
        self._managers = _in_order(case.manager_readings, case, rules)
        self._checkins = sorted((one for one in case.checkins if not one.excused), key=in_order)
        self._closed = [moments(one)[0] for one in self._checkins]

    def at(self, day: date, cohort: Cohort, hour: datetime | None = None) -> Features:
        """The features on that day (before that hour), against the cohort of the same moment."""
        rules, moment, case = self._rules, until(day, hour), self.case
        periods = {driver: found for driver in rules.drivers if (found := self._periods(driver, moment))}
        months = {driver: _months(driver, found, cohort, rules) for driver, found in periods.items()}
        standings = {driver: _standing(months[driver], periods[driver], day, rules) for driver in periods}
        drop, usual_before = _drop(months.get("overall", ()), periods.get("overall", ()), day, rules)
        return Features(
            tenure_months=None if case.started_on is None else max(0, whole_months(case.started_on, day)),
            months=len({month.index for found in months.values() for month in found}),
            standings=standings,
            drop=drop,
            usual_before=usual_before,
            silence=self._silence(cohort, moment),
            manager=self._manager(cohort, day, moment),
            gaps=self._gaps(periods, day, moment),
            context=_context(case, day, rules),
            signals=_signals(case.signals, day, rules),
        )

    def _periods(self, driver: str, moment: int) -> list[_Period]:
        given = self._own.get(driver)
        return given.periods(moment) if given else []

    def _silence(self, cohort: Cohort, moment: int) -> Silence:
        """Of the last closed check-ins (oldest first) those that count, and how many of them were missed."""
        rules, recent = self._rules.missed, []
        for place in range(len(self._checkins) - 1, -1, -1):
            if self._closed[place] < moment:
                recent.append(missed_at(self._checkins[place], moment))
                if len(recent) == rules.window:
                    break
        if not recent:
            return Silence(q=0.0, missed=0, closed=0, run=0)
        run = next((n for n, missed in enumerate(recent) if not missed), len(recent))
        q = (sum(recent) / len(recent) - cohort.missed) / rules.spread
        return Silence(q=q, missed=sum(recent), closed=len(recent), run=min(run, rules.run_cap))

    def _manager(self, cohort: Cohort, day: date, moment: int) -> Standing | None:
        """The manager's latest view of whether the person stays; like an answer, it fades when it is not renewed."""
        given = self._managers.get("intention")
        periods = given.periods(moment) if given else []
        if not periods:
            return None
        missed_months = max(0, whole_months(periods[-1].period, day))
        z = _badness(periods[-1].value, cohort.manager, self._rules)
        return _stand(z * _faded(missed_months, self._rules), periods, missed_months)

    def _gaps(self, periods: Mapping[str, Sequence[_Period]], day: date, moment: int) -> tuple[Gap, ...]:
        """Where the manager's answer lies at least ``gap.at_least`` from the hire's on the same thing in the same month: first
        where it lies above, the widest first.

        The manager's view of staying is a term of its own (``manager``) and makes no gap.
        """
        rules, found = self._rules, []
        for driver, own in periods.items():
            given = self._managers.get(driver)
            if given is None or driver == "intention":
                continue
            hires = {self._month(one.period): one for one in own}
            pairs = [
                (hires[month], one) for one in given.periods(moment) if (month := self._month(one.period)) in hires
            ]
            if not pairs:
                continue
            hire, manager = pairs[-1]
            fresh = all(whole_months(one.period, day) <= rules.level.carry_months for one in (hire, manager))
            if fresh and abs(manager.value - hire.value) >= rules.gap.at_least:
                found.append(Gap(driver, hire.value, hire.answered_on, manager.value, manager.answered_on))
        return tuple(sorted(found, key=lambda gap: (gap.hire > gap.manager, -abs(gap.hire - gap.manager), gap.driver)))

    def _month(self, period: date) -> int:
        """The month of the stay, in which both sides are asked about the same; without a start that of the calendar."""
        start = self.case.started_on
        return 12 * period.year + period.month if start is None else whole_months(start, period)


def prepare(cases: Sequence[Case], *, at: date, rules: Rules) -> Cohort:
    """What is usual in one company at ``at``; ``Company`` answers for many days. Raises like ``Company``."""
    return Company(cases, rules).at(at)


def features(case: Case, cohort: Cohort, *, at: date, rules: Rules) -> Features:
    """One person's features at ``at``, against their company's cohort; ``History`` answers for many days."""
    return History(case, rules).at(at, cohort)


def _in_order(readings: Iterable[Reading], case: Case, rules: Rules) -> dict[str, _Given]:
    grouped: dict[str, list[Reading]] = defaultdict(list)
    for reading in readings:
        check(reading, rules)
        grouped[reading.item].append(reading)
    fresh = newcomers(case, (one.period for listed in grouped.values() for one in listed), rules)
    found = {}
    for item, listed in grouped.items():
        # The day of the question and its name make the order whole where two answers came at one moment.
        keyed = sorted(
            (known_from(one.answered_on, one.answered_at), one.value, one.period, one.question, place)
            for place, one in enumerate(listed)
        )
        ordered = [listed[key[-1]] for key in keyed]
        found[item] = _Given([key[0] for key in keyed], ordered, [fresh[one.period] for one in ordered])
    return found


def _badness(value: float, usual: Usual, rules: Rules) -> float:
    z = (usual.mean - value) / usual.sd
    return max(-rules.scale.z_max, min(rules.scale.z_max, z))


def _months(driver: str, periods: Sequence[_Period], cohort: Cohort, rules: Rules) -> list[_Month]:
    """The months of one driver. Somebody who is asked every week counts once a month: the hazard is a month's."""
    found: dict[int, list[float]] = {}
    usual, usual_of_newcomers = cohort.hire[driver, False], cohort.hire[driver, True]
    for one in periods:
        z = _badness(one.value, usual_of_newcomers if one.newcomer else usual, rules)
        found.setdefault(12 * one.period.year + one.period.month, []).append(z)
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
