"""A company's own calendar, of what is stored about it and what the settings say."""

from __future__ import annotations

from functools import lru_cache

from bot.app import App
from bot.calendars import company_calendar
from scheduler.workdays import WorkCalendar
from store.queries.placements import CompanyDays


def calendar_of(days: CompanyDays, app: App, years: tuple[int, ...]) -> WorkCalendar:
    """A company's own calendar: what the roster says, else what the settings say of it, else the settings' default."""
    known = app.settings.calendar_of(days.name)
    closures = known.closures if days.closures is None else days.closures
    on_holidays = days.works_on_public_holidays
    return _calendar(
        known.country,
        years,
        "".join(map(str, known.working_weekdays)) if days.working_weekdays is None else days.working_weekdays,
        known.works_on_public_holidays if on_holidays is None else on_holidays,
        ", ".join(closures) or "none",
    )


@lru_cache(maxsize=512)
def _calendar(country: str, years: tuple[int, ...], weekdays: str, on_holidays: bool, closures: str) -> WorkCalendar:
    # A calendar is asked for at every check-in that is looked at, and most companies share one.
    return company_calendar(
        country=country,
        years=years,
        weekdays=frozenset(int(day) for day in weekdays),
        works_on_public_holidays=on_holidays,
        closures=closures,
    )
