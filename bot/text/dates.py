"""Days and months as the reader writes them."""

from __future__ import annotations

from datetime import date

from babel.dates import format_date

from bot.text.catalog import Voice


def day(voice: Voice, on: date | str) -> str:
    """A date as the reader writes it."""
    value = date.fromisoformat(on) if isinstance(on, str) else on
    return format_date(value, format="medium", locale=voice.first.partition("@")[0])


def month_name(voice: Voice, on: date) -> str:
    """A month as it stands beside others of the same year."""
    return format_date(on, format="MMM" if not voice.first.startswith("ja") else "M月", locale=voice.first[:2])


def year_name(voice: Voice, on: date) -> str:
    """A year as it stands below the name of its month."""
    return format_date(on, format="y" if not voice.first.startswith("ja") else "y年", locale=voice.first[:2])
