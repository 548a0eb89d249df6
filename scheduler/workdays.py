"""Working days, months and local hours: the arithmetic under the cadence and under the times to acknowledge an alert.

A day is a ``date`` in the company's own zone, a moment an aware ``datetime``. Holidays are passed in as data
(``bot.calendars`` reads them from a library), so that every date here can be checked by hand.
"""

from __future__ import annotations

import calendar as gregorian
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Window = tuple[time, time]
"""Hours of a day, from the first minute that counts to the first that does not: 09:00-18:00 holds 17:59, not 18:00."""

OFFICE_HOURS: Window = (time(9), time(18))

_DAY = timedelta(days=1)
_LONGEST_SEARCH = 366


class CalendarError(ValueError):
    """A calendar on which nothing can be planned. ``code`` says why; nothing else is in it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Closure:
    """A company closure of every year, both ends included, as (month, day). It may wrap the year: (12, 29) to (1, 3).

    Raises ValueError for a day that no year has.
    """

    first: tuple[int, int]
    last: tuple[int, int]

    def __post_init__(self) -> None:
        for month, day in (self.first, self.last):
            date(2024, month, day)  # A leap year, so that 29 February is a day.

    def covers(self, day: date) -> bool:
        """True when the company is closed on that day."""
        place = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= place <= self.last
        return place >= self.first or place <= self.last


@dataclass(frozen=True, slots=True)
class DatedClosure:
    """A company closure of one year, both ends included. Raises CalendarError ``closure_reversed``."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise CalendarError("closure_reversed")

    def covers(self, day: date) -> bool:
        """True when the company is closed on that day."""
        return self.first <= day <= self.last


NEW_YEAR = Closure((12, 29), (1, 3))
OBON = Closure((8, 13), (8, 16))


@dataclass(frozen=True, slots=True)
class Closed:
    """Why a day is no working day; ``name`` is the holiday's name and empty for the other reasons."""

    reason: Literal["weekday", "holiday", "closure"]
    name: str = ""


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """When a company works: its weekdays (0 is Monday), the public holidays it keeps, and its closures.

    Equal calendars are interchangeable, also as keys of a cache. ``holidays`` must not change afterwards, since the
    answers are remembered.
    """

    weekdays: frozenset[int] = frozenset(range(5))
    holidays: Mapping[date, str] = field(default_factory=dict, hash=False)
    works_on_public_holidays: bool = False
    closures: tuple[Closure | DatedClosure, ...] = (NEW_YEAR, OBON)
    _known: dict[date, Closed | None] = field(default_factory=dict, init=False, repr=False, compare=False)

    def closed(self, day: date) -> Closed | None:
        """Why the company does not work on that day, or None when it does."""
        if day not in self._known:
            self._known[day] = self._why_closed(day)
        return self._known[day]

    def is_working(self, day: date) -> bool:
        """True when the company works on that day."""
        return self.closed(day) is None

    def _why_closed(self, day: date) -> Closed | None:
        if day.weekday() not in self.weekdays:
            return Closed("weekday")
        if day in self.holidays and not self.works_on_public_holidays:
            return Closed("holiday", self.holidays[day])
        if any(closure.covers(day) for closure in self.closures):
            return Closed("closure")
        return None


def next_working_day(day: date, calendar: WorkCalendar) -> date:
    """The day itself if it is a working day, else the first one after it.

    Raises CalendarError ``no_working_day`` when a whole year has none.
    """
    return _search(day, calendar, _DAY)


def last_working_day_before(day: date, calendar: WorkCalendar) -> date:
    """The last working day before that day. Raises CalendarError ``no_working_day`` when a whole year has none."""
    return _search(day - _DAY, calendar, -_DAY)


def _search(day: date, calendar: WorkCalendar, step: timedelta) -> date:
    for _ in range(_LONGEST_SEARCH):
        if calendar.is_working(day):
            return day
        day += step
    raise CalendarError("no_working_day")


def nth_working_day_after(day: date, n: int, calendar: WorkCalendar) -> date:
    """The nth working day after that day, which itself never counts; the day itself for n = 0."""
    for _ in range(n):
        day = next_working_day(day + _DAY, calendar)
    return day


def working_days_between(first: date, last: date, calendar: WorkCalendar) -> int:
    """How many working days come after ``first``, up to and including ``last``; 0 when ``last`` is not later."""
    return sum(calendar.is_working(first + _DAY * step) for step in range(1, (last - first).days + 1))


def add_months(start: date, n: int) -> date:
    """The same day n months later, or the month's last day if it is shorter: 31 August + 6 is 28 or 29 February."""
    years, month = divmod(start.year * 12 + start.month - 1 + n, 12)
    if start.day <= 28:  # Every month has it; a plan of a year asks half a million times.
        return date(years, month + 1, start.day)
    return date(years, month + 1, min(start.day, gregorian.monthrange(years, month + 1)[1]))


def whole_months(start: date, day: date) -> int:
    """How many months have passed: the largest n for which ``add_months(start, n)`` is not after that day."""
    n = (day.year - start.year) * 12 + day.month - start.month
    if start.day <= day.day:
        return n
    # The last day of a shorter month stands for the days that it does not have; no month ends before the 28th.
    return n if day.day >= 28 and day.day == gregorian.monthrange(day.year, day.month)[1] else n - 1


def local_time(day: date, at: time, zone: ZoneInfo) -> datetime:
    """That hour of that day in the zone.

    An hour that the clocks skip becomes the first minute that exists after it; of an hour that comes twice the first
    counts (PEP 495: the offset rises over a gap and falls over a fold).
    """
    wall = datetime.combine(day, at, tzinfo=zone)
    second = wall.replace(fold=1)
    before, after = wall.utcoffset(), second.utcoffset()
    if before is None or after is None or before >= after:
        return wall

    low = second.astimezone(UTC).replace(second=0, microsecond=0)
    minutes = range(int((after - before) / timedelta(minutes=1)) + 1)
    jump = bisect_left(
        minutes, True, key=lambda minute: (low + timedelta(minutes=minute)).astimezone(zone).utcoffset() == after
    )
    return (low + timedelta(minutes=jump)).astimezone(zone)


def within_window(
    moment: datetime, window: Window, calendar: WorkCalendar, zone: ZoneInfo, *, any_day: bool = False
) -> bool:
    """True inside the hours of a working day; of any day for somebody who chose days off (``any_day``)."""
    local = moment.astimezone(zone)
    return window[0] <= local.time() < window[1] and (any_day or calendar.is_working(local.date()))


def next_allowed(
    moment: datetime, window: Window, calendar: WorkCalendar, zone: ZoneInfo, *, any_day: bool = False
) -> datetime:
    """The moment itself if ``within_window`` allows it, else the next opening of the window; in local time."""
    local = moment.astimezone(zone)
    if within_window(moment, window, calendar, zone, any_day=any_day):
        return local
    day = local.date() if local.time() < window[0] else local.date() + _DAY
    return local_time(day if any_day else next_working_day(day, calendar), window[0], zone)


def add_working_time(
    start: datetime, amount: timedelta, *, hours: Window = OFFICE_HOURS, calendar: WorkCalendar, zone: ZoneInfo
) -> datetime:
    """When that much working time will have passed. The clock runs only inside the hours of working days.

    Four hours from Friday 16:00 end on Monday at 11:00, and four from 14:00 the same day at 18:00.
    Raises CalendarError ``hours_reversed`` when the hours end before they begin.
    """
    if hours[0] >= hours[1]:
        raise CalendarError("hours_reversed")
    at = next_allowed(start, hours, calendar, zone)
    while True:
        closing = local_time(at.date(), hours[1], zone)
        # Python subtracts two local times of one zone by their clock faces, so that a change of clocks needs UTC.
        left = closing.astimezone(UTC) - at.astimezone(UTC)
        if amount <= left:
            return (at.astimezone(UTC) + amount).astimezone(zone)
        amount -= left
        at = next_allowed(closing, hours, calendar, zone)


def working_days_later(
    start: datetime, days: int, *, hours: Window = OFFICE_HOURS, calendar: WorkCalendar, zone: ZoneInfo
) -> datetime:
    """The same clock time that many working days later, counted from the next opening if start lies outside hours."""
    at = next_allowed(start, hours, calendar, zone)
    return local_time(nth_working_day_after(at.date(), days, calendar), at.time(), zone)
