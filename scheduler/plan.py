"""What is asked of whom and when: the default cadence as two pure functions.

``openings`` computes the nominal plan from the start dates, always anew and never from the last check-in, so that no
month drifts. ``plan`` looks at the check-ins that were written from it and says what is due now. The rules are those
of "The default cadence" in docs/interfaces.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache, partial
from itertools import product
from typing import Literal, NamedTuple, assert_never
from zoneinfo import ZoneInfo

from scheduler.workdays import (
    Window,
    WorkCalendar,
    add_months,
    last_working_day_before,
    local_time,
    next_working_day,
    nth_working_day_after,
    whole_months,
    within_window,
    working_days_between,
)
from surveys.model import Respondent

ROUTINE = frozenset({"hire_first_week", "hire_monthly", "manager_monthly"})
"""The surveys of the months. The others come besides, and neither move nor end what the months ask."""

EXIT = "exit"
"""The period of the questions about leaving."""

_DAY = timedelta(days=1)
_DAY_OFF_WITHIN = timedelta(days=6)


class HourChoice(StrEnum):
    """When a hire likes to be asked; a manager is always asked at the manager's hour."""

    NOON = "noon"
    EVENING = "evening"
    DAY_OFF = "day_off"


@dataclass(frozen=True, slots=True)
class OwnSurvey:
    """A survey of a consultancy's own: whom it asks, and so many (months, days) after the start."""

    survey: str
    respondent: Respondent
    after_start: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Cadence:
    """Every number of the rhythm, and what a consultancy asks besides (``own``).

    ``first_week_offset_days``, ``min_gap_days`` and ``renewal_days`` (before a contract or a status ends) are calendar
    days, all other days are working days; hours are local to the placement.
    """

    first_week_offset_days: int = 5
    hire_hour: time = time(12, 10)
    hire_evening: time = time(19)
    manager_hour: time = time(10)
    remind_after: tuple[int, ...] = (2, 5)
    expire_after: int = 10
    hire_expires_at: time = time(21)
    manager_expires_at: time = time(18)
    hire_window: Window = (time(8), time(21))
    manager_window: Window = (time(9), time(18))
    min_days_left: int = 2
    min_gap_days: int = 21
    renewal_days: tuple[int, ...] = (60, 120)
    own: tuple[OwnSurvey, ...] = ()


@dataclass(frozen=True, slots=True)
class PlacementFacts:
    """What the plan needs to know of a placement.

    ``ends_on`` is the first day without the hire, ``pauses`` are pairs of days with both ends included, ``zone`` is an
    IANA name. ``last_due`` holds, for the hire and for the present manager, the due day of the last ROUTINE check-in
    opened. ``exits_on`` is the day on which the questions about leaving are due, once notice is known.
    """

    placement: int
    company: int
    manager: int | None
    start_date: date
    calendar: WorkCalendar
    zone: str = "Asia/Tokyo"
    ends_on: date | None = None
    pauses: tuple[tuple[date, date], ...] = ()
    hire_hour: HourChoice = HourChoice.NOON
    last_due: Mapping[Respondent, date] = field(default_factory=dict)
    contract_ends: date | None = None
    residence_expires: date | None = None
    exits_on: date | None = None

    def active_on(self, day: date) -> bool:
        """True when the hire has started, has not left and is not paused on that day."""
        if day < self.start_date or (self.ends_on is not None and day >= self.ends_on):
            return False
        return not (self.pauses and any(first <= day <= last for first, last in self.pauses))


@dataclass(frozen=True, slots=True)
class Skipped:
    """A day on which a due check-in did not open, and why; ``day_off`` means that the hire chose to wait for one."""

    day: date
    reason: Literal["weekday", "holiday", "closure", "day_off"]
    name: str = ""


@dataclass(frozen=True, slots=True)
class Opening:
    """One check-in of the nominal plan. ``due_on`` is the day before any move, ``moved`` holds each day passed over."""

    placement: int
    respondent: Respondent
    survey: str
    period: str
    due_on: date
    opens_at: datetime
    remind_at: tuple[datetime, ...]
    expires_at: datetime
    moved: tuple[Skipped, ...] = ()


class _Due(NamedTuple):
    facts: PlacementFacts
    respondent: Respondent
    survey: str
    period: str
    day: date


class _Times(NamedTuple):
    opens_at: datetime
    remind_at: tuple[datetime, ...]
    expires_at: datetime
    moved: tuple[Skipped, ...]


def openings(placements: Iterable[PlacementFacts], cadence: Cadence, *, first: date, last: date) -> list[Opening]:
    """The nominal plan: every check-in that opens from ``first`` to ``last``, local dates with both ends included.

    It ignores linking and late entry. All hires of a manager at a company must be given together, since the earliest of
    them gives the manager's day. Sorted by opening, then placement.
    Raises CalendarError when a company never works.
    """
    placements = list(placements)
    # Thousands of placements share a few hundred days of a few calendars, so each day's hours are computed once.
    times = cache(partial(_times, cadence))
    since = cache(partial(_earliest_due, first))

    found = []
    for due in (
        *_hire_dues(placements, cadence, since, last),
        *_manager_dues(placements, cadence, since, last),
        *_renewal_dues(placements, cadence, since, last),
        *_exit_dues(placements, since, last),
        *_own_dues(placements, cadence, since, last),
    ):
        facts, respondent, survey, period, day = due
        hour = facts.hire_hour if respondent is Respondent.HIRE else None
        opens_at, remind_at, expires_at, moved = times(day, hour, facts.calendar, facts.zone)
        opens_on = opens_at.date()
        asked = period == EXIT or (facts.active_on(day) and facts.active_on(opens_on))
        if first <= opens_on <= last and asked:
            found.append(
                Opening(facts.placement, respondent, survey, period, day, opens_at, remind_at, expires_at, moved)
            )
    return sorted(found, key=_order)


def _order(opening: Opening) -> tuple[datetime, int, Respondent, str]:
    return opening.opens_at, opening.placement, opening.respondent, opening.survey


def _earliest_due(first: date, calendar: WorkCalendar) -> date:
    """The earliest due day that can still open on ``first``: after the last working day, or a day off waited for."""
    return min(last_working_day_before(first, calendar) + _DAY, first - _DAY_OFF_WITHIN)


def _hire_dues(
    placements: Iterable[PlacementFacts], cadence: Cadence, since: Callable[[WorkCalendar], date], last: date
) -> Iterator[_Due]:
    for facts in placements:
        start, low = facts.start_date, since(facts.calendar)
        first_week = start + _DAY * cadence.first_week_offset_days
        opened = facts.last_due.get(Respondent.HIRE)
        if opened is not None and opened != first_week and not _is_anniversary(start, opened):
            low = max(low, _after_gap(opened, cadence))
        if low <= first_week <= last:
            yield _Due(facts, Respondent.HIRE, "hire_first_week", "first_week", first_week)
        n = max(1, whole_months(start, low))
        while (day := add_months(start, n)) <= last:
            if day >= low:
                yield _Due(facts, Respondent.HIRE, "hire_monthly", f"m{n}", day)
            n += 1


def _is_anniversary(start: date, day: date) -> bool:
    n = whole_months(start, day)
    return n >= 1 and add_months(start, n) == day


def _after_gap(opened: date, cadence: Cadence) -> date:
    """The first day that may be due after a corrected start date.

    Only a correction leaves a last opening that is no due day of the present plan; everything before it belongs to the
    old dates and is over. Without a correction the plan needs no gap, and stays the one that was shown beforehand.
    """
    return opened + _DAY * cadence.min_gap_days


def _manager_dues(
    placements: Iterable[PlacementFacts], cadence: Cadence, since: Callable[[WorkCalendar], date], last: date
) -> Iterator[_Due]:
    teams: dict[tuple[int, int], list[PlacementFacts]] = {}
    for facts in placements:
        if facts.manager is not None:
            teams.setdefault((facts.company, facts.manager), []).append(facts)

    for team in teams.values():
        team.sort(key=lambda facts: facts.start_date)
        lows = [_manager_low(facts, team, cadence, since(facts.calendar)) for facts in team]
        month = min(lows).replace(day=1)
        while month <= last:
            day = _manager_day(team, month)
            for facts, low in zip(team, lows, strict=True):
                if day is not None and low <= day <= last and (n := whole_months(facts.start_date, day)) >= 1:
                    yield _Due(facts, Respondent.MANAGER, "manager_monthly", f"m{n}", day)
            month = add_months(month, 1)


def _manager_low(facts: PlacementFacts, team: list[PlacementFacts], cadence: Cadence, low: date) -> date:
    opened = facts.last_due.get(Respondent.MANAGER)
    if opened is None or (opened == _manager_day(team, opened) and whole_months(facts.start_date, opened) >= 1):
        return low
    return max(low, _after_gap(opened, cadence))


def _manager_day(team: list[PlacementFacts], month: date) -> date | None:
    """The manager's day in that month: the day of month of the earliest start among the hires active on that day."""
    for facts in team:
        day = add_months(
            facts.start_date, (month.year - facts.start_date.year) * 12 + month.month - facts.start_date.month
        )
        if facts.active_on(day):
            return day
    return None


def _renewal_dues(
    placements: Iterable[PlacementFacts], cadence: Cadence, since: Callable[[WorkCalendar], date], last: date
) -> Iterator[_Due]:
    """Before the contract or the status of residence ends; two ends that are close to each other are asked about once."""
    for facts in placements:
        low, contract, status = since(facts.calendar), facts.contract_ends, facts.residence_expires
        if contract and status and abs((contract - status).days) < cadence.min_gap_days:
            status = None
        for what, end in (("contract", contract), ("status", status)):
            days = [] if end is None else [(before, end - _DAY * before) for before in cadence.renewal_days]
            for before, day in days:
                if low <= day <= last:
                    yield _Due(facts, Respondent.HIRE, "hire_renewal", f"{what}_{before}", day)
                    if facts.manager is not None:
                        yield _Due(facts, Respondent.MANAGER, "manager_renewal", f"{what}_{before}", day)


def _exit_dues(
    placements: Iterable[PlacementFacts], since: Callable[[WorkCalendar], date], last: date
) -> Iterator[_Due]:
    """After notice, both sides are asked once more."""
    for facts in placements:
        day = facts.exits_on
        if day is not None and since(facts.calendar) <= day <= last:
            yield _Due(facts, Respondent.HIRE, "hire_exit", EXIT, day)
            if facts.manager is not None:
                yield _Due(facts, Respondent.MANAGER, "manager_exit", EXIT, day)


def _own_dues(
    placements: Iterable[PlacementFacts], cadence: Cadence, since: Callable[[WorkCalendar], date], last: date
) -> Iterator[_Due]:
    """What a consultancy asks besides."""
    for facts, own in product(placements, cadence.own):
        if own.respondent is Respondent.MANAGER and facts.manager is None:
            continue
        for months, days in own.after_start:
            day = add_months(facts.start_date, months) + _DAY * days
            if since(facts.calendar) <= day <= last:
                yield _Due(facts, own.respondent, own.survey, f"after_{months}m" if months else f"after_{days}d", day)


def _times(cadence: Cadence, due: date, hour: HourChoice | None, calendar: WorkCalendar, zone_name: str) -> _Times:
    """The moments of a check-in that is due on that day; ``hour`` is None for a manager.

    A hire who chose a day off is asked at noon of the first day off from the due day on, up to six days later, where
    that leaves time to answer. Reminders and expiry are counted from the working day that it would have been otherwise,
    so that the choice shifts nothing else; a reminder before the opening falls away.
    """
    zone = ZoneInfo(zone_name)
    working_day = next_working_day(due, calendar)
    expires_on = nth_working_day_after(working_day, cadence.expire_after, calendar)
    at = {None: cadence.manager_hour, HourChoice.EVENING: cadence.hire_evening}.get(hour, cadence.hire_hour)
    until = cadence.manager_expires_at if hour is None else cadence.hire_expires_at

    opens_on = working_day
    if hour is HourChoice.DAY_OFF:
        days = (due + _DAY * ahead for ahead in range(_DAY_OFF_WITHIN.days + 1))
        day_off = next((day for day in days if not calendar.is_working(day)), working_day)
        if working_days_between(day_off, expires_on, calendar) >= cadence.min_days_left:
            opens_on = day_off

    opens_at = local_time(opens_on, at, zone)
    reminders = (local_time(nth_working_day_after(working_day, n, calendar), at, zone) for n in cadence.remind_after)
    return _Times(
        opens_at,
        tuple(moment for moment in reminders if moment > opens_at),
        local_time(expires_on, until, zone),
        tuple(_skipped(due + _DAY * ahead, calendar) for ahead in range((opens_on - due).days)),
    )


def _skipped(day: date, calendar: WorkCalendar) -> Skipped:
    closed = calendar.closed(day)
    return Skipped(day, closed.reason, closed.name) if closed else Skipped(day, "day_off")


def late_entry(
    nominal: Iterable[Opening], facts: PlacementFacts, cadence: Cadence, *, known_since: datetime, now: datetime
) -> list[Opening]:
    """Which nominal openings of one placement to write as check-ins.

    What opens from ``known_since`` on (when the placement was entered or its start corrected) is written even if the
    service was down at that hour: ``plan`` then decides. Of what lies before it, each respondent gets only the latest
    whose window still has ``min_days_left`` working days; never a backlog, and nothing up to what was opened last.
    """
    ahead: list[Opening] = []
    latest: dict[tuple[Respondent, str], Opening] = {}
    for opening in sorted(nominal, key=_order):
        routine = opening.survey in ROUTINE
        if routine and opening.due_on <= facts.last_due.get(opening.respondent, date.min):
            continue  # It was opened, or it is an anniversary of a corrected start that passed before the correction.
        if opening.opens_at >= known_since:
            ahead.append(opening)
        elif _days_left(opening.expires_at, now, facts.calendar, ZoneInfo(facts.zone)) >= cadence.min_days_left:
            latest[opening.respondent, "" if routine else opening.survey] = opening
    return sorted([*latest.values(), *ahead], key=_order)


def _days_left(expires_at: datetime, now: datetime, calendar: WorkCalendar, zone: ZoneInfo) -> int:
    """Working days after today up to the day of expiry."""
    return working_days_between(now.astimezone(zone).date(), expires_at.astimezone(zone).date(), calendar)


@dataclass(frozen=True, slots=True)
class CheckInFacts:
    """A check-in that is not over yet.

    ``remind_at`` holds the reminders not sent yet; ``reachable`` means linked and consented; ``busy_until`` is the last
    answer + 24 hours. ``any_day`` is True for a hire who chose days off, since then a day off is an allowed day.
    """

    id: int
    placement: int
    respondent: Respondent
    state: Literal["planned", "open"]
    opens_at: datetime
    remind_at: tuple[datetime, ...]
    expires_at: datetime
    reachable: bool
    delivered: bool
    busy_until: datetime | None
    calendar: WorkCalendar
    zone: str
    working_window: Window
    any_day: bool = False


@dataclass(frozen=True, slots=True)
class Open:
    """Open it and ask. ``drops`` are reminders that are past already and fall away."""

    checkin: int
    drops: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Remind:
    """Send one reminder. ``uses`` are all the reminder times that it stands for."""

    checkin: int
    uses: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class Expire:
    """Its time is over; what was answered counts."""

    checkin: int


@dataclass(frozen=True, slots=True)
class Drop:
    """Its time is over and it was never opened: expired as not delivered, which is no silence."""

    checkin: int


Action = Open | Remind | Expire | Drop


def plan(checkins: Iterable[CheckInFacts], cadence: Cadence, now: datetime) -> list[Action]:
    """What is due at ``now``, at most one action for a check-in, in their order. Safe to ask at any time and twice."""
    return [action for checkin in checkins if (action := _due_action(checkin, cadence, now)) is not None]


def _due_action(checkin: CheckInFacts, cadence: Cadence, now: datetime) -> Action | None:
    zone = ZoneInfo(checkin.zone)
    past = tuple(moment for moment in checkin.remind_at if moment <= now)
    may_write = checkin.reachable and within_window(
        now, checkin.working_window, checkin.calendar, zone, any_day=checkin.any_day
    )
    match checkin.state:
        case "planned":
            if now >= checkin.expires_at:
                return Drop(checkin.id)
            in_time = _days_left(checkin.expires_at, now, checkin.calendar, zone) >= cadence.min_days_left
            return Open(checkin.id, past) if checkin.opens_at <= now and may_write and in_time else None
        case "open":
            if now >= checkin.expires_at:
                return Expire(checkin.id)
            answered_lately = checkin.busy_until is not None and now < checkin.busy_until
            return (
                Remind(checkin.id, past) if past and checkin.delivered and may_write and not answered_lately else None
            )
        case _:
            assert_never(checkin.state)
