"""Company calendars from plain values: public holidays of the ``holidays`` library, closures as people write them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType

from bot.refusal import Refusal
from scheduler.workdays import NEW_YEAR, OBON, CalendarError, Closure, DatedClosure, WorkCalendar, next_working_day

_NO_CLOSURES = {"none", "なし", "無し"}
_RANGE = re.compile(r"\s*(?:\.\.+|[~〜–—])\s*")
_DAY = re.compile(r"(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?")


def public_holidays(country: str, years: Iterable[int]) -> Mapping[date, str]:
    """The public holidays of those years with their names: in Japanese for Japan, else in English where there is one.

    Years after the next one are computed, not announced. ``country`` is an ISO 3166 code.
    Raises Refusal ``country_unknown``.
    """
    return _public_holidays(country.strip().upper(), tuple(sorted(set(years))))


@lru_cache(maxsize=32)
def _public_holidays(country: str, years: tuple[int, ...]) -> Mapping[date, str]:
    # The library takes a third of a second to import, which most commands need not spend.
    import holidays

    try:
        languages = holidays.country_holidays(country).supported_languages
        # Without a language the library asks the environment, and the names would differ from machine to machine.
        language = next((known for known in ("ja", "en_US") if known in languages), None)
        found = holidays.country_holidays(country, years=years, language=language)
    except NotImplementedError:
        raise Refusal("country_unknown", value=country) from None
    return MappingProxyType(dict(sorted(found.items())))


def company_calendar(
    *,
    years: Iterable[int],
    country: str = "JP",
    weekdays: Iterable[int] = range(5),
    works_on_public_holidays: bool = False,
    closures: str | None = None,
) -> WorkCalendar:
    """A company's calendar; ``weekdays`` count from 0 (Monday), None for ``closures`` means New Year and Obon.

    ``years`` must span every year to be planned, since outside of them no holiday is known.
    Raises Refusal ``country_unknown``, ``closure_unreadable``, ``weekday_unknown`` or ``calendar_without_working_day``.
    """
    days = frozenset(weekdays)
    for day in days - frozenset(range(7)):
        raise Refusal("weekday_unknown", value=day)
    years = tuple(years)
    calendar = WorkCalendar(
        weekdays=days,
        holidays=public_holidays(country, years),
        works_on_public_holidays=works_on_public_holidays,
        closures=(NEW_YEAR, OBON) if closures is None else parse_closures(closures),
    )
    try:
        # One closed company must not stop the plan of all others, so a calendar is walked before it is used.
        walked, end = date(min(years), 1, 1), date(max(years), 12, 31)
        while walked <= end:
            walked = next_working_day(walked, calendar) + timedelta(days=1)
    except CalendarError:
        raise Refusal("calendar_without_working_day") from None
    return calendar


def parse_closures(text: str) -> tuple[Closure | DatedClosure, ...]:
    """Read ``12-29..01-03, 2026-08-10..2026-08-17``: days and ranges of every year or, with a year, of one.

    Also read: 12/29〜1/3, 12月29日〜1月3日, a single day, full-width signs; separated by commas, semicolons or lines.
    An empty text or "none" (なし) means no closure. Raises Refusal ``closure_unreadable`` with the part as written.
    """
    if text.strip().lower() in _NO_CLOSURES:
        return ()
    return tuple(_closure(part.strip()) for part in re.split(r"[,、,;;\n]", text) if part.strip())


def _closure(written: str) -> Closure | DatedClosure:
    ends = [_DAY.fullmatch(end.strip()) for end in _RANGE.split(unicodedata.normalize("NFKC", written))]
    try:
        match ends:
            case [re.Match() as first]:
                return _between(first, first)
            case [re.Match() as first, re.Match() as last]:
                return _between(first, last)
    except ValueError:
        pass  # A day that does not exist, or an end before its beginning: the person hears the same.
    raise Refusal("closure_unreadable", value=written)


def _between(first: re.Match[str], last: re.Match[str]) -> Closure | DatedClosure:
    """A closure from two dates. Raises ValueError when they make none."""
    (year, *begin), (end_year, *end) = first.groups(), last.groups()
    (month, day), (end_month, end_day) = map(int, begin), map(int, end)
    if year is None and end_year is None:
        return Closure((month, day), (end_month, end_day))
    if year is None:
        raise ValueError("A range that ends in a year must begin in one.")
    opens = date(int(year), month, day)
    if end_year is not None:
        return DatedClosure(opens, date(int(end_year), end_month, end_day))
    # "2026-12-29..01-03" ends on the next such day.
    wraps = (end_month, end_day) < (month, day)
    return DatedClosure(opens, date(opens.year + wraps, end_month, end_day))
