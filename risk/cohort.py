"""What is usual in a company: how its people answer, and how often they do not, on any day of its past.

``Company`` walks once over everything; ``Company.at`` then costs a few searches, however long the past is. The order of
cases and answers never matters, and nothing later than the day that is asked for does.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import accumulate
from math import inf, sqrt

from risk.known import known_from, until
from risk.model import Case, Closed, Reading
from risk.rules import Rules
from scheduler.workdays import whole_months

MANAGER = "manager"
"""Stands in for a driver where the manager's view of staying is compared with the other managers' views."""

Key = tuple[str, bool]


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

    hire: Mapping[Key, Usual]
    manager: Usual
    missed: float


@dataclass(frozen=True, slots=True)
class _Sums:
    """Running count, sum and sum of squares of one driver's answers, by the moment at which each became known."""

    moments: Sequence[int]
    counts: Sequence[int]
    sums: Sequence[float]
    squares: Sequence[float]

    def usual(self, moment: int, rules: Rules) -> Usual:
        place = bisect_left(self.moments, moment) - 1
        if place < 0:
            return shrunken(0, 0.0, 0.0, rules)
        return shrunken(self.counts[place], self.sums[place], self.squares[place], rules)


class Company:
    """All that one company's people ever said and left unsaid, ready to be asked what was usual on some day.

    Raises RulesError for a reading on something forbidden or unknown, ValueError for cases of several companies or a
    value outside 0-1.
    """

    def __init__(self, cases: Iterable[Case], rules: Rules) -> None:
        self._rules = rules
        changes: dict[Key, list[tuple[int, float, int]]] = defaultdict(list)
        silence: list[tuple[int, int, int]] = []
        companies = set()
        for case in cases:
            companies.add(case.company)
            fresh = newcomers(case, (reading.period for reading in case.readings), rules)
            for reading, change in _changes(own_readings(case)):
                check(reading, rules)
                changes[reading.item, False].append(change)
                if fresh[reading.period]:
                    changes[reading.item, True].append(change)
            for reading, change in _changes(case.manager_readings):
                check(reading, rules)
                if reading.item == "intention":
                    changes[MANAGER, False].append(change)
            silence += _window_changes(case.checkins, rules.missed.window)
        if len(companies) > 1:
            raise ValueError("a cohort is one company")
        self._usual = {key: _sums(found) for key, found in changes.items()}
        silence.sort()
        self._moments = [moment for moment, _, _ in silence]
        self._missed = list(accumulate(missed for _, missed, _ in silence))
        self._closed = list(accumulate(closed for _, _, closed in silence))

    def at(self, day: date, hour: datetime | None = None) -> Cohort:
        """What was usual on that day (before that hour)."""
        rules, moment = self._rules, until(day, hour)
        nobody = shrunken(0, 0.0, 0.0, rules)
        found = {key: sums.usual(moment, rules) for key, sums in self._usual.items()}
        place = bisect_left(self._moments, moment) - 1
        missed, closed = (self._missed[place], self._closed[place]) if place >= 0 else (0, 0)
        prior = rules.missed.n0 * rules.missed.share
        keys = [(driver, newcomers) for driver in rules.drivers for newcomers in (False, True)]
        return Cohort(
            hire={key: found.get(key, nobody) for key in keys},
            manager=found.get((MANAGER, False), nobody),
            missed=(missed + prior) / (closed + rules.missed.n0),
        )


def own_readings(case: Case) -> Iterable[Reading]:
    """What the hire said. That they want to stay is theirs alone to say: entered by somebody else, it is left out."""
    return (reading for reading in case.readings if not (reading.by_other and reading.item == "intention"))


def newcomers(case: Case, periods: Iterable[date], rules: Rules) -> dict[date, bool]:
    """Which periods are of the first months, when satisfaction peaks and falls; none without a start date."""
    start, last = case.started_on, rules.newcomer_months
    return {period: start is not None and whole_months(start, period) <= last for period in set(periods)}


def check(reading: Reading, rules: Rules) -> None:
    """Refuse an answer about something forbidden or unknown (RulesError) or outside of 0-1 (ValueError)."""
    rules.check_input(reading.item)
    if not 0 <= reading.value <= 1:  # Also refuses NaN, which compares with nothing.
        raise ValueError(f"a reading lies between 0 and 1, not at {reading.value}")


def shrunken(n: int, total: float, squares: float, rules: Rules) -> Usual:
    """Mean and sd, each (n · client + n0 · default) / (n + n0); ``n`` answers with that sum and sum of squares."""
    scale = rules.scale
    mean = total / n if n else 0.0
    sd = sqrt(max(0.0, squares / n - mean * mean)) if n else 0.0
    pulled = (n * sd + scale.n0 * scale.sd) / (n + scale.n0)
    return Usual(mean=(n * mean + scale.n0 * scale.mean) / (n + scale.n0), sd=max(pulled, scale.sd_min))


def _changes(readings: Iterable[Reading]) -> Iterable[tuple[Reading, tuple[int, float, int]]]:
    """Each answer as something that is added when it becomes known; what it replaces is taken away again."""
    counted: dict[tuple[str, str, date], float] = {}
    for reading in sorted(readings, key=lambda one: (known_from(one.answered_on, one.answered_at), one.value)):
        moment, place = (
            known_from(reading.answered_on, reading.answered_at),
            (reading.item, reading.question, reading.period),
        )
        if place in counted:
            yield reading, (moment, counted[place], -1)
        counted[place] = reading.value
        yield reading, (moment, reading.value, 1)


def _sums(changes: list[tuple[int, float, int]]) -> _Sums:
    changes.sort()  # One order whatever the order of rows, since a sum of floats depends on it.
    return _Sums(
        moments=[moment for moment, _, _ in changes],
        counts=list(accumulate(sign for _, _, sign in changes)),
        sums=list(accumulate(sign * value for _, value, sign in changes)),
        squares=list(accumulate(sign * value * value for _, value, sign in changes)),
    )


def moments(checkin: Closed) -> tuple[int, int | None]:
    """When a check-in began to count, and when a missed one was answered after all."""
    closed = known_from(checkin.closed_on)
    if checkin.answered_on is None:
        return closed, None
    answered = known_from(checkin.answered_on, checkin.answered_at)
    return min(closed, answered), answered


def in_order(checkin: Closed) -> tuple[date, date, bool]:
    """The order of check-ins, oldest first."""
    return checkin.period, checkin.closed_on, checkin.missed


def missed_at(checkin: Closed, moment: int) -> bool:
    """Whether a check-in counted as missed then: a late answer mends it from its own day on."""
    answered = moments(checkin)[1]
    return checkin.missed and not (answered is not None and answered < moment)


def _window_changes(checkins: Sequence[Closed], window: int) -> list[tuple[int, int, int]]:
    """How one person's share of (missed, closed) among their last check-ins changed, and when."""
    counted = sorted((checkin for checkin in checkins if not checkin.excused), key=in_order)
    # From when on each counts, and until when as missed: None for one that never did, infinity for one never answered.
    missed_until: list[float | None] = []
    events: set[tuple[int, int]] = set()
    for place, checkin in enumerate(counted):
        begin, answered = moments(checkin)
        missed_until.append(None if not checkin.missed or answered == begin else inf if answered is None else answered)
        events.add((begin, place))
        if answered is not None and answered > begin:
            events.add((answered, place))
    changes: list[tuple[int, int, int]] = []
    known: list[int] = []
    listed: set[int] = set()
    last = (0, 0)
    for moment, place in sorted(events):
        if place not in listed:
            listed.add(place)
            insort(known, place)
        recent = known[-window:]
        now = (sum(1 for one in recent if (end := missed_until[one]) is not None and end > moment), len(recent))
        if now != last:
            changes.append((moment, now[0] - last[0], now[1] - last[1]))
            last = now
    return changes
