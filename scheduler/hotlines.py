"""Hotlines: desks outside the agency, as dated data (``hotlines.yaml``), and which of them are open at a moment.

Pure: the moment, the public holidays and what somebody confirmed since are arguments. A number is shown only where a source
says so and somebody has looked within ``FRESH``; everything else is shown as its official page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from scheduler.workdays import Window, WorkCalendar

FRESH = timedelta(days=180)
TOKYO = ZoneInfo("Asia/Tokyo")


@dataclass(frozen=True, slots=True)
class Hotline:
    """One desk. Hours are local times in Japan; None where they are not known (``hours_known``) or where it is closed."""

    id: str
    name: Mapping[str, str]
    languages: tuple[str, ...]
    number: str | None
    weekdays: Window | None
    weekends: Window | None
    closed: tuple[tuple[tuple[int, int], tuple[int, int]], ...]
    page: str
    source: str
    verified_on: date
    confidence: str

    @property
    def hours_known(self) -> bool:
        """False where the times vary or nobody has verified them."""
        return self.weekdays is not None or self.weekends is not None

    def is_stale(self, today: date) -> bool:
        """True when nobody has looked at the official page for half a year."""
        return today - self.verified_on > FRESH

    def shown_number(self, today: date) -> str | None:
        """The number, or None where the official page is shown instead."""
        return self.number if self.confidence == "high" and not self.is_stale(today) else None

    def hours_on(self, day: date, calendar: WorkCalendar) -> Window | None:
        """The hours of a day; None when it is closed, or nobody knows."""
        if any(_covers(first, last, day) for first, last in self.closed):
            return None
        free = day.weekday() >= 5 or day in calendar.holidays
        return self.weekends if free else self.weekdays

    def is_open(self, at: datetime, calendar: WorkCalendar) -> bool:
        """True while somebody answers the telephone there, as far as the data say."""
        local = at.astimezone(TOKYO)
        hours = self.hours_on(local.date(), calendar)
        return hours is not None and hours[0] <= local.time() < hours[1]

    def next_hours(self, at: datetime, calendar: WorkCalendar) -> Window | None:
        """The hours that go on, or come next within two weeks; None when nobody knows them."""
        local = at.astimezone(TOKYO)
        for ahead in range(14):
            hours = self.hours_on(local.date() + timedelta(days=ahead), calendar)
            if hours is not None and (ahead or local.time() < hours[1]):
                return hours
        return None


def _covers(first: tuple[int, int], last: tuple[int, int], day: date) -> bool:
    here = (day.month, day.day)
    return first <= here <= last if first <= last else here >= first or here <= last


def open_now(language: str, at: datetime, calendar: WorkCalendar, known: Sequence[Hotline]) -> list[Hotline]:
    """The desks that speak a language and are open at that moment, in the order of the file."""
    return [one for one in known if speaks(one, language) and one.is_open(at, calendar)]


def speaks(one: Hotline, language: str) -> bool:
    """True when somebody there speaks it; plain Japanese is Japanese."""
    return language.partition("@")[0] in one.languages


def confirmed(known: Sequence[Hotline], on: Mapping[str, date]) -> list[Hotline]:
    """The same with the days on which somebody has compared an entry with its official page since the file was written;
    what was compared is verified."""
    return [
        replace(one, verified_on=max(one.verified_on, on[one.id]), confidence="high") if one.id in on else one
        for one in known
    ]


@cache
def shipped() -> tuple[Hotline, ...]:
    """The desks of the file."""
    text = (files("scheduler") / "hotlines.yaml").read_text(encoding="utf-8")
    return tuple(_hotline(entry) for entry in yaml.safe_load(text)["hotlines"])


def _hotline(entry: Mapping[str, Any]) -> Hotline:
    hours = entry["hours"] or {}
    return Hotline(
        id=entry["id"],
        name=entry["name"],
        languages=tuple(entry["languages"]),
        number=entry["number"],
        weekdays=_window(hours.get("weekdays")),
        weekends=_window(hours.get("weekends")),
        closed=tuple(_days(days) for days in entry["closed"]),
        page=entry["page"],
        source=entry["source"],
        verified_on=entry["verified_on"],
        confidence=entry["confidence"],
    )


def _window(text: str | None) -> Window | None:
    if text is None:
        return None
    first, _, last = text.partition("-")
    return time.fromisoformat(first), time.fromisoformat(last)


def _days(text: str) -> tuple[tuple[int, int], tuple[int, int]]:
    first, last = (tuple(map(int, day.split("-"))) for day in text.split(".."))
    return (first[0], first[1]), (last[0], last[1])
