"""What stands for names, days and numbers on the sheets of ``benchmarks.sheets``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TypeVar

from surveys.model import Message

T = TypeVar("T")

TODAY, LATER, NOW = date(2026, 9, 14), date(2027, 3, 31), datetime(2026, 9, 14, 3, tzinfo=UTC)
NAME, COMPANY, CONSULTANT = "NGUYEN THI HOA", "桜食品株式会社", "森 愛子"

VALUES: Mapping[str, str] = {
    "name": NAME,
    "hire": NAME,
    "names": NAME,
    "person": NAME,
    "company": COMPANY,
    "consultant": CONSULTANT,
    "reader": CONSULTANT,
    "author": CONSULTANT,
    "before": "田中 一郎",
    "reference": "7f3a91c2",
    "sign": "7f3a91c2",
    "key": "A-1",
    "day": "2026-09-14",
    "first": "2026-09-14",
    "last": "2026-10-14",
    "start": "2026-04-01",
    "when": "12:00",
    "hours": "10:00-15:00",
    "number": "0570-001-702",
    "link": "https://t.me/example_bot?start=K7Q2MX9A4D",
    "code": "K7Q2-MX9A-4D",
    "languages": "Tiếng Việt, やさしい日本語",
    "platform": "Telegram",
    "account": "hoa_nguyen",
    "email": "hoa@example.com",
    "phone": "–",
}
"""What stands for the placeholders of sentences that are said alone; for another one stands a number."""

ANSWERS = {"last": 0.25, "last_on": "2026-09-07", "before": 0.75, "before_on": "2026-08-03", "on": "2026-09-07"}
SIDES = {"hire": 0.25, "hire_on": "2026-09-07", "manager": 0.75, "manager_on": "2026-09-07"}
BEHIND = {**VALUES, **ANSWERS, **SIDES, "of": "doctor", "driver": "pay", "level": "high"}
"""What stands behind a reason."""


def placeholders(text: str) -> list[str]:
    """The names of what is filled in."""
    return re.findall(r"%\((\w+)\)s", text)


def values_of(message: Message) -> dict[str, str]:
    """A value for each of them."""
    return {name: VALUES.get(name, "3") for name in placeholders(message.text)}


def by(several: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """So many at a time, in their order."""
    return (several[start : start + size] for start in range(0, len(several), size))
