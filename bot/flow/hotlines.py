"""Hotlines: the desks of the file with what somebody has confirmed since, for a reader and a moment."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Session

from bot.app import App
from bot.calendars import company_calendar
from bot.text.catalog import Voice
from bot.text.safety import Desks
from scheduler import hotlines
from scheduler.hotlines import Hotline
from scheduler.workdays import WorkCalendar
from store.queries import desks


def known(tx: Session) -> list[Hotline]:
    """Every desk, with the newest day on which somebody compared it with the official page."""
    return hotlines.confirmed(hotlines.shipped(), desks.confirmed(tx))


def calendar(day: date) -> WorkCalendar:
    """Japan's public holidays around a day."""
    return company_calendar(years=(day.year - 1, day.year, day.year + 1))


def open_desks(app: App, tx: Session, voice: Voice, now: datetime) -> Desks:
    """What a reader of these languages may turn to now, and otherwise later."""
    local = now.astimezone(hotlines.TOKYO)
    found = known(tx)
    around = calendar(local.date())
    own = [one for one in found if any(hotlines.speaks(one, locale) for locale in voice.locales)]
    now_open = [one for one in own if one.is_open(now, around) and one.shown_number(local.date())]
    hours = {one.id: window for one in own if (window := one.next_hours(now, around))}
    return Desks(tuple(now_open), tuple(one for one in own if one not in now_open), local.date(), hours)
