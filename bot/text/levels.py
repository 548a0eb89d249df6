"""How a risk is called, and its course month by month as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.charts import Chart
from bot.text.catalog import Voice
from bot.text.dates import month_name, year_name
from surveys.model import Message

LEVELS = {
    "none": Message("level.none", "no sign"),
    "watch": Message("level.watch", "watch"),
    "elevated": Message("level.elevated", "elevated"),
    "high": Message("level.high", "high"),
    "critical": Message("level.critical", "critical"),
}
UNESTIMATED = Message("level.unestimated", "no estimate")
TREND = Message("alert.trend", "The level month by month")
TREND_ALT = Message("alert.trend_alt", "The level month by month: %(months)s")
TREND_FROM = 4
"""How many months must be known before they are drawn: fewer show no course."""
TREND_MONTHS = 12


def level_word(voice: Voice, level: str | None) -> str:
    """What a level is called; None where nothing was estimated yet, or somebody does not wish it, which is not "no sign"."""
    return voice.one(UNESTIMATED if level is None else LEVELS[level])


def trend(voice: Voice, months: Sequence[tuple[date, str]]) -> Chart | None:
    """The levels of the last twelve months as a chart, None where too few are known. ``months`` are (period, level), one a
    month. Levels only: a probability from so few answers is no number to be read off a curve."""
    known = {_count(on): (on, level) for on, level in months}
    if not known:
        return None
    first = max(max(known) - TREND_MONTHS + 1, min(known))
    shown = {number: known[number] for number in sorted(known) if number >= first}
    if len(shown) < TREND_FROM:
        return None
    order = list(LEVELS)
    said = " → ".join(f"{month_name(voice, on)} {voice.one(LEVELS[level])}" for on, level in shown.values())
    days = [date(number // 12, number % 12 + 1, 1) for number in range(first, max(known) + 1)]
    return Chart(
        title=voice.one(TREND),
        alt=voice.one(TREND_ALT, months=said),
        bands=tuple(voice.one(LEVELS[level]) for level in order),
        columns=tuple(
            (month_name(voice, on), year_name(voice, on) if on.month == 1 or on == days[0] else "") for on in days
        ),
        points=tuple((number - first, order.index(level)) for number, (_, level) in shown.items()),
    )


def _count(on: date) -> int:
    """The number of the month since the year 0."""
    return 12 * on.year + on.month - 1
