"""Dates, weekdays and closures as people in Japan write them."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from bot.flow.roster.cells import Cell, ValueFault, as_text, parse_plain

FIRST_YEAR, LAST_YEAR = 1950, 2100
"""Years outside are typing errors in a roster."""

_ERAS = {
    "令和": (date(2019, 5, 1), date.max),
    "平成": (date(1989, 1, 8), date(2019, 4, 30)),
    "昭和": (date(1926, 12, 25), date(1989, 1, 7)),
}
_ERA_LETTERS = {"r": "令和", "h": "平成", "s": "昭和"}

_REST_OF_DATE = r"(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?:\s*日)?"
_WESTERN = re.compile(r"(?:西暦)?(\d{4})\s*[-/.年]\s*" + _REST_OF_DATE)
_ERA = re.compile(r"(令和|平成|昭和|[rhs])\s*\.?\s*(元|\d{1,2})\s*[-/.年]\s*" + _REST_OF_DATE, re.IGNORECASE)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMED_MONTH = re.compile(
    r"(?:(?P<d1>\d{1,2})[\s-]+(?P<m1>[a-z]{3,9})\.?|(?P<m2>[a-z]{3,9})\.?\s+(?P<d2>\d{1,2}))[\s,-]+(?P<year>\d{4})",
    re.IGNORECASE,
)
_LONG_MONTHS = frozenset(
    [
        "january",
        "february",
        "march",
        "april",
        "june",
        "july",
        "august",
        "sept",
        "september",
        "october",
        "november",
        "december",
    ]
)
_NO_YEAR = re.compile(_REST_OF_DATE)
# A time of midnight and a weekday behind the date add nothing to it.
_MIDNIGHT, _WEEKDAY = r"(?:[ tT]\s*0{1,2}:00(?::00(?:\.0+)?)?)?", r"(?:\([日月火水木金土]\)|[日月火水木金土]曜日?)?"
_TAIL = re.compile(_MIDNIGHT + r"\s*" + _WEEKDAY)


def parse_date(cell: Cell) -> date:
    """A calendar day from a date cell, a serial number of Excel (also as text), 2026-04-01, 2026/4/1, 2026.4.1, 20260401,
    令和8年4月1日, 令和元年, R8.4.1, 平成 and 昭和 likewise, 1-Apr-2026, full-width digits included.

    Raises ``date`` (not understood), ``date_year_missing``, ``date_impossible`` (31 June), ``date_era`` (a day that is
    not in that era), ``date_year_far`` and ``date_has_time``.
    """
    if isinstance(cell, datetime):
        if cell.time() != time():
            raise ValueFault("date_has_time", as_text(cell))
        return _in_range(cell.date())
    if isinstance(cell, date):
        return _in_range(cell)
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _from_number(cell)
    return _from_text(parse_plain(cell))


def _from_number(number: float) -> date:
    text = as_text(number)
    if _COMPACT.fullmatch(text):
        return _from_text(text)
    # Serial numbers count days from 1899-12-30; 18264 is the first day of 1950 and 73415 the last of 2100.
    if not (float(number).is_integer() and 18264 <= number <= 73415):
        raise ValueFault("date", text)
    return date(1899, 12, 30) + timedelta(days=int(number))


def _from_text(text: str) -> date:
    for pattern in (_ERA, _WESTERN, _COMPACT):
        match = pattern.match(text)
        if match and _TAIL.fullmatch(text, match.end()):
            return _from_era(text, match) if pattern is _ERA else _day(text, *map(int, match.groups()))
    if re.fullmatch(r"\d{5}", text):
        return _from_number(int(text))
    if (named := _NAMED_MONTH.fullmatch(text)) and (month := _month(named["m1"] or named["m2"])):
        return _day(text, int(named["year"]), month, int(named["d1"] or named["d2"]))
    raise ValueFault("date_year_missing" if _NO_YEAR.fullmatch(text) else "date", text)


def _month(written: str) -> int | None:
    name = written.casefold()
    return _MONTHS.index(name[:3]) + 1 if name[:3] in _MONTHS and (len(name) == 3 or name in _LONG_MONTHS) else None


def _from_era(text: str, match: re.Match[str]) -> date:
    era = _ERA_LETTERS.get(match[1].lower(), match[1])
    first, last = _ERAS[era]
    year = 1 if match[2] == "元" else int(match[2])
    if year == 0:
        raise ValueFault("date_impossible", text)
    day = _day(text, first.year + year - 1, int(match[3]), int(match[4]))
    if not first <= day <= last:
        raise ValueFault("date_era", text, era=era, meant=day.isoformat())
    return day


def _day(text: str, year: int, month: int, day: int) -> date:
    try:
        return _in_range(date(year, month, day))
    except ValueError:
        raise ValueFault("date_impossible", text) from None


def _in_range(day: date) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueFault("date_year_far", day.isoformat(), first=FIRST_YEAR, last=LAST_YEAR)
    return day


_RANGE = r"(?:\.\.+|~|〜|–|—|−|-|ー|から|\bto\b)"
_WEEKDAYS = (
    r"月(?:曜日?)?|mon(?:days?)?",
    r"火(?:曜日?)?|tue(?:s|sdays?)?",
    r"水(?:曜日?)?|wed(?:nesdays?)?",
    r"木(?:曜日?)?|thu(?:rs?|rsdays?)?",
    r"金(?:曜日?)?|fri(?:days?)?",
    r"土(?:曜日?)?|sat(?:urdays?)?",
    r"日(?:曜日?)?|sun(?:days?)?",
)
_WEEKDAY_TOKEN = re.compile(
    "|".join(f"(?P<d{n}>{pattern})" for n, pattern in enumerate(_WEEKDAYS))
    + rf"|(?P<range>{_RANGE})|(?P<between>[\s,、・/;&+.]+|\band\b|と|まで)"
)
_WEEKDAY_WORDS = dict.fromkeys(("平日", "weekdays"), tuple(range(5)))
_WEEKDAY_WORDS |= dict.fromkeys(("毎日", "年中無休", "daily", "every day"), tuple(range(7)))


def parse_weekdays(cell: Cell) -> tuple[int, ...]:
    """The weekdays on which a company works, 0 (Monday) to 6, from 月-金, Mon-Fri, 火水木金土, Tue,Wed or 平日.

    A range may run over the weekend (金-火). Raises ``weekdays``.
    """
    text = parse_plain(cell)
    bare = text.casefold().strip()
    if bare in _WEEKDAY_WORDS:
        return _WEEKDAY_WORDS[bare]
    days: set[int] = set()
    last, open_range, position = None, False, 0
    while position < len(bare):
        token = _WEEKDAY_TOKEN.match(bare, position)
        if token is None or (token.lastgroup == "range" and (last is None or open_range)):
            raise ValueFault("weekdays", text)
        position = token.end()
        if token.lastgroup == "range":
            open_range = True
        elif token.lastgroup != "between":
            day = int(str(token.lastgroup)[1:])
            first = last if open_range and last is not None else day
            days.update((first + n) % 7 for n in range((day - first) % 7 + 1))
            last, open_range = day, False
    if not days or open_range:
        raise ValueFault("weekdays", text)
    return tuple(sorted(days))


WEEKDAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
"""How weekdays are written by the export; ``parse_weekdays`` reads them."""

LONGEST_CLOSURE = 92
"""Days of one closure; a longer range is a typing error (12-29..12-01)."""

_MONTH_DAY = r"(?:(\d{4})\s*[-/.年]\s*)?(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
_CLOSURE = re.compile(rf"{_MONTH_DAY}(?:\s*{_RANGE}\s*(?:{_MONTH_DAY}|(\d{{1,2}})\s*日?))?(?:\s*まで)?")
_NEVER = frozenset({"なし", "無し", "無", "none", "no", "-"})


def parse_closures(cell: Cell) -> tuple[str, ...]:
    """The days on which a company is closed, as ``12-29..01-03`` (every year), ``2026-08-10..2026-08-16`` or one day.

    Reads 12-29..01-03, 12/29〜1/3, 8月13日から16日, several with commas between. なし (none) gives (). Raises
    ``closures``, and ``closure_long`` for more than ``LONGEST_CLOSURE`` days.
    """
    if isinstance(cell, date):
        return (parse_date(cell).isoformat(),)
    text = parse_plain(cell)
    if text.casefold() in _NEVER:
        return ()
    found: list[str] = []
    for part in filter(None, (part.strip() for part in re.split(r"[,、;・]|および|と", text))):
        match = _CLOSURE.fullmatch(part)
        if match is None:
            raise ValueFault("closures", part)
        found.append(_closure(part, match))
    return tuple(dict.fromkeys(found))


def _closure(text: str, match: re.Match[str]) -> str:
    year, month, day, end_year, end_month, end_day, only_day = match.groups()
    # A day without a year is checked in a leap year, so that 29 February may be closed.
    first = _closure_day(text, year or "2024", month, day)
    if end_day is None and only_day is None:
        return _shown(first, dated=year is not None)
    if end_year and not year:
        raise ValueFault("closures", text)
    last = _closure_day(text, end_year or str(first.year), end_month or month, end_day or only_day)
    if last < first and not end_year:
        last = _closure_day(text, str(first.year + 1), end_month or month, end_day or only_day)
    if last < first:
        raise ValueFault("closures", text)
    if (last - first).days >= LONGEST_CLOSURE:
        raise ValueFault("closure_long", text, limit=LONGEST_CLOSURE)
    return f"{_shown(first, dated=year is not None)}..{_shown(last, dated=year is not None)}"


def _closure_day(text: str, year: str, month: str, day: str) -> date:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise ValueFault("closures", text) from None


def _shown(day: date, *, dated: bool) -> str:
    return day.isoformat() if dated else day.isoformat()[5:]
