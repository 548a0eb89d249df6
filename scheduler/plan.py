"""What is asked of whom and when: the default cadence as two pure functions.

``openings`` computes the nominal plan from the start dates, always anew and never from the last check-in, so that no
month drifts. ``plan`` looks at the check-ins that were written from it and says what is due now. The numbers stand in
``scheduler.cadence``, the days of each occasion in ``scheduler.dues``; the rules are those of "The default cadence" in
docs/interfaces.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, partial
from typing import Literal, NamedTuple, assert_never
from zoneinfo import ZoneInfo

from scheduler.cadence import DAY, DAY_OFF_WITHIN, EXIT, ROUTINE, Cadence, HourChoice, OwnSurvey, PlacementFacts
from scheduler.dues import dues
from scheduler.workdays import (
    Window,
    WorkCalendar,
    local_time,
    next_working_day,
    nth_working_day_after,
    within_window,
    working_days_between,
)
from surveys.model import Respondent

__all__ = [
    "EXIT",
    "ROUTINE",
    "Action",
    "Cadence",
    "CheckInFacts",
    "Drop",
    "Expire",
    "HourChoice",
    "Open",
    "Opening",
    "OwnSurvey",
    "PlacementFacts",
    "Remind",
    "Skipped",
    "late_entry",
    "openings",
    "plan",
]


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
    # Thousands of placements share a few hundred days of a few calendars, so each day's hours are computed once.
    times = cache(partial(_times, cadence))

    found = []
    for due in dues(placements, cadence, first=first, last=last):
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
        days = (due + DAY * ahead for ahead in range(DAY_OFF_WITHIN.days + 1))
        day_off = next((day for day in days if not calendar.is_working(day)), working_day)
        if working_days_between(day_off, expires_on, calendar) >= cadence.min_days_left:
            opens_on = day_off

    opens_at = local_time(opens_on, at, zone)
    reminders = (local_time(nth_working_day_after(working_day, n, calendar), at, zone) for n in cadence.remind_after)
    return _Times(
        opens_at,
        tuple(moment for moment in reminders if moment > opens_at),
        local_time(expires_on, until, zone),
        tuple(_skipped(due + DAY * ahead, calendar) for ahead in range((opens_on - due).days)),
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
