"""Both views of one thing, side by side, for somebody of the agency and for nobody else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from bot.text.alerts import day, subject
from bot.text.catalog import Voice
from surveys.model import Message

TITLE = Message("mirror.title", "Both views, asked in the same month. Only the agency reads them side by side:")
LINE = Message("mirror.line", "%(subject)s, %(day)s: hire %(hire)s, manager %(manager)s of %(points)s")
HIRE = Message("mirror.hire", "Hire: %(asked)s – %(given)s")
MANAGER = Message("mirror.manager", "Manager: %(asked)s – %(given)s")
SAME = Message("mirror.same", "The same on both sides: %(subjects)s")


@dataclass(frozen=True, slots=True)
class View:
    """One side's question, the choice that was taken, and its number on the scale."""

    asked: Message
    given: Message
    value: int


@dataclass(frozen=True, slots=True)
class Pair:
    """The two sides of one topic in one month of the stay; ``on`` is when the manager was asked."""

    on: date
    driver: str
    hire: View
    manager: View
    points: int

    @property
    def gap(self) -> int:
        """How many points the manager stands above the hire; below it is negative."""
        return self.manager.value - self.hire.value


WIDE = 2
"""From how many points on two views are so far apart that an alert shows them."""


def widest(voice: Voice, pairs: Sequence[Pair], *, hire: str) -> Iterator[str]:
    """Of pairs with the widest gap first, the three that an alert has room for."""
    return lines(voice, [pair for pair in pairs if abs(pair.gap) >= WIDE][:3], hire=hire)


def lines(voice: Voice, pairs: Sequence[Pair], *, hire: str) -> Iterator[str]:
    """The pairs that are apart, with both sides' words, then what is the same on both sides."""
    said = Voice(voice.locales, "hire")
    apart = [pair for pair in pairs if pair.gap]
    same = [topic(voice, pair) for pair in pairs if not pair.gap]
    if pairs:
        yield voice.one(TITLE)
    for pair in apart:
        values = {"hire": pair.hire.value, "manager": pair.manager.value, "points": pair.points}
        yield f"• {voice.one(LINE, subject=topic(voice, pair), day=day(voice, pair.on), **values)}"
        for message, view in ((HIRE, pair.hire), (MANAGER, pair.manager)):
            asked = said.one(view.asked, hire=hire, promise="…")
            yield f"  {voice.one(message, asked=asked, given=said.one(view.given))}"
    if same:
        yield voice.one(SAME, subjects=", ".join(dict.fromkeys(same)))


def topic(voice: Voice, pair: Pair) -> str:
    """What a pair is about, in a word or two."""
    return subject(voice, f"level.{pair.driver}")


def row(voice: Voice, pair: Pair, *, hire: str) -> dict[str, object]:
    """A pair as JSON: both questions and answers in words, and how many points the manager stands above the hire."""
    said = Voice(voice.locales, "hire")
    sides = {
        name: {
            "asked": said.one(view.asked, hire=hire, promise="…"),
            "given": said.one(view.given),
            "value": view.value,
        }
        for name, view in (("hire", pair.hire), ("manager", pair.manager))
    }
    return {"on": pair.on.isoformat(), "driver": pair.driver, "points": pair.points, "gap": pair.gap, **sides}
