"""How a value may be written: as people write it, with full-width digits too, since a Japanese keyboard gives those.

A check raises the code of a sentence in ``bot.text.settings_errors``; the value is never in it.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date, time
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, StringConstraints
from pydantic_core import PydanticCustomError


class Bind(NamedTuple):
    """Where a server listens."""

    host: str
    port: int


def fault(code: str, **values: int) -> PydanticCustomError:
    """The fault ``setting_CODE``, as pydantic takes it."""
    code = f"setting_{code}"
    return PydanticCustomError(code, code, values)


def _folded(value: object, expected: str) -> str:
    if not isinstance(value, str):
        raise fault(f"not_{expected}")
    return unicodedata.normalize("NFKC", value).strip()


def _items(value: object, expected: str) -> list[object]:
    """The items of a list, or of a text that is separated by commas."""
    if isinstance(value, str):
        return [item for item in re.split(r"[,、]\s*", _folded(value, expected)) if item]
    if not isinstance(value, list | tuple):
        raise fault(f"not_{expected}")
    return list(value)


def _ends(value: object, separators: str, expected: str) -> tuple[str, str]:
    parts = re.split(rf"\s*(?:{separators})\s*", _folded(value, expected))
    if len(parts) > 2:
        raise fault(f"not_{expected}")
    return parts[0], parts[-1]


def _time(value: object) -> time:
    if isinstance(value, time):  # TOML has times of its own.
        return value
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", _folded(value, "time"))
    if not found:
        raise fault("not_time")
    return time(int(found[1]), int(found[2]))


def _window(value: object) -> tuple[time, time]:
    opens, closes = (_time(end) for end in _ends(value, "-|–|~|〜|to", "window"))
    if opens >= closes:
        raise fault("not_window")
    return opens, closes


def _day(text: str) -> tuple[str, date]:
    """A day as it is kept, and as a date to compare; 2024, which has a 29 February, stands for every year."""
    found = re.fullmatch(r"(?:(\d{4})[-/])?(\d{1,2})[-/](\d{1,2})", text)
    if not found:
        raise fault("not_days")
    try:
        day = date(int(found[1] or 2024), int(found[2]), int(found[3]))
    except ValueError:
        raise fault("not_days") from None
    return str(day) if found[1] else f"{day:%m-%d}", day


def _days(value: object) -> str:
    """``2026-08-10..2026-08-16``, or ``12-29..01-03`` for every year, as the roster keeps closures."""
    if type(value) is date:  # TOML has dates of its own.
        value = str(value)
    (first, begin), (last, end) = (_day(part) for part in _ends(value, r"\.\.+|~|〜|–|to", "days"))
    if len(first) != len(last) or (len(first) > len("12-29") and begin > end):
        raise fault("not_days")
    return f"{first}..{last}"


def _in(unit: str, written: str) -> Callable[[object], int]:
    """Reads a number of this unit, which may stand beside it."""

    def check(value: object) -> int:
        text = str(value) if type(value) is int else _folded(value, unit)
        found = re.fullmatch(rf"([1-9]\d{{0,3}})\s*(?:{written})?", text)
        if not found:
            raise fault(f"not_{unit}")
        return int(found[1])

    return check


_WEEKDAYS = {
    name: number
    for names in ("mon tue wed thu fri sat sun", "月 火 水 木 金 土 日")
    for number, name in enumerate(names.split())
}


def _weekday(name: str) -> int:
    short = name.lower().removesuffix("曜日").removesuffix("曜")[:3]
    if short not in _WEEKDAYS:
        raise fault("not_weekdays")
    return _WEEKDAYS[short]


def _weekdays(value: object) -> tuple[int, ...]:
    """From ``Mon-Fri``, ``["tue", "sat"]``, ``月-土`` or ``火水木金土``; a range may run over the weekend."""
    found: set[int] = set()
    for item in _items(value, "weekdays"):
        if isinstance(item, str) and len(item) > 1 and set(item) <= set("月火水木金土日"):
            found |= {_weekday(name) for name in item}
        else:
            first, last = (_weekday(end) for end in _ends(item, "-|–|~|〜|to", "weekdays"))
            found |= {(first + step) % 7 for step in range((last - first) % 7 + 1)}
    if not found:
        raise fault("not_weekdays")
    return tuple(sorted(found))


def _languages(value: object) -> tuple[str, ...]:
    tags = tuple(_folded(item, "languages") for item in _items(value, "languages"))
    if not all(re.fullmatch(r"[A-Za-z]{2,3}([-_@][A-Za-z0-9]+)*", tag) for tag in tags):
        raise fault("not_languages")
    return tags


def _pair(tags: tuple[str, ...]) -> tuple[str, ...]:
    if not 1 <= len(tags) <= 2:
        raise fault("not_pair")
    return tags


def _whole(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    text = _folded(value, "whole_number")
    if not re.fullmatch(r"-?\d{1,6}", text):
        raise fault("not_whole_number")
    return int(text)


def _rising(value: object) -> tuple[int, ...]:
    numbers = tuple(_whole(item) for item in _items(value, "rising"))
    if any(number <= before for before, number in zip((0, *numbers), numbers, strict=False)):
        raise fault("not_rising")
    return numbers


def _share(value: object) -> float:
    if isinstance(value, str) and (found := re.fullmatch(r"(\d+(?:\.\d+)?)\s*(%?)", _folded(value, "share"))):
        value = float(found[1]) / (100 if found[2] else 1)
    if not isinstance(value, float) or not 0 < value < 1:
        raise fault("not_share")
    return value


def _bind(value: object) -> Bind:
    found = re.fullmatch(r"(?:\[([0-9A-Fa-f:]+)\]|([^\s:/\[\]]+)):(\d{1,5})", _folded(value, "bind"))
    if not found or int(found[3]) > 65535:
        raise fault("not_bind")
    return Bind(found[1] or found[2], int(found[3]))


def _like(pattern: str, expected: str) -> Callable[[object], str]:
    def check(value: object) -> str:
        text = _folded(value, expected)
        if not re.fullmatch(pattern, text):
            raise fault(f"not_{expected}")
        return text

    return check


def key_parts(key: SecretStr) -> tuple[str, ...]:
    """The keys of a comma separated setting, newest first."""
    return tuple(part.strip() for part in key.get_secret_value().split(",") if part.strip())


def _keys(key: SecretStr) -> SecretStr:
    """Each part must be a Fernet key: 32 bytes in URL-safe base64 (github.com/fernet/spec)."""
    try:
        sizes = {len(base64.b64decode(part, altchars=b"-_", validate=True)) for part in key_parts(key)}
    except (binascii.Error, ValueError):
        sizes = set()
    if sizes != {32}:
        raise fault("not_key")
    return key


def _database(url: SecretStr) -> SecretStr:
    if not re.match(r"(sqlite|postgresql)(\+\w+)?://", url.get_secret_value()):
        raise fault("not_database")
    return url


def same_name(name: str) -> str:
    """What two ways to write a name have in common: ㈱ is (株), and full-width letters are letters."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def all_different(names: Iterable[str | None]) -> None:
    """Raise the fault ``setting_twice``, with the two places counted from 1, when a name that is given comes twice."""
    seen: dict[str, int] = {}
    for number, name in enumerate(names, start=1):
        folded = same_name(name or "")
        if folded and (first := seen.setdefault(folded, number)) != number:
            raise fault("twice", first=first, second=number)


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
ClockTime = Annotated[time, BeforeValidator(_time)]
Window = Annotated[tuple[time, time], BeforeValidator(_window)]
ManyDays = Annotated[
    tuple[Annotated[str, BeforeValidator(_days)], ...], BeforeValidator(lambda value: _items(value, "days"))
]
Minutes = Annotated[int, BeforeValidator(_in("minutes", "m|min|minutes?|分"))]
Hours = Annotated[int, BeforeValidator(_in("hours", "h|hours?|時間"))]
WorkingDays = Annotated[int, BeforeValidator(_in("working_days", "d|days?|日|営業日"))]
Weekdays = Annotated[tuple[int, ...], BeforeValidator(_weekdays)]
Languages = Annotated[tuple[str, ...], BeforeValidator(_languages)]
LanguagePair = Annotated[Languages, AfterValidator(_pair)]
Count = Annotated[int, BeforeValidator(_whole), Field(ge=1, le=1000)]
Rising = Annotated[tuple[int, ...], BeforeValidator(_rising)]
Share = Annotated[float, BeforeValidator(_share)]
Email = Annotated[str, BeforeValidator(_like(r"[^@\s]+@[^@\s]+", "email"))]
Url = Annotated[str, BeforeValidator(_like(r"https?://[^\s/]+(/\S*)?", "url"))]
Country = Annotated[str, BeforeValidator(_like("[A-Z]{2}", "country"))]
BindAddress = Annotated[Bind, BeforeValidator(_bind)]
Database = Annotated[SecretStr, AfterValidator(_database)]
Keys = Annotated[SecretStr, AfterValidator(_keys)]
