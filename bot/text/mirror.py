"""Both views of one thing, side by side, for somebody of the agency and for nobody else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from bot.text.catalog import Voice
from bot.text.dates import day
from bot.text.reasons import listed, subject
from surveys.model import Message

TITLE = Message("mirror.title", "Both views, asked in the same month. Only the agency reads them side by side:")
LINE = Message("mirror.line", "%(subject)s, %(day)s: hire %(hire)s, manager %(manager)s of %(points)s")
LINE_WITHOUT_SCALE = Message("mirror.line_without_scale", "%(subject)s, %(day)s")
HIRE = Message("mirror.hire", "Hire: %(asked)s – %(given)s")
MANAGER = Message("mirror.manager", "Manager: %(asked)s – %(given)s")
SAME = Message("mirror.same", "The same on both sides: %(subjects)s")


@dataclass(frozen=True, slots=True)
class View:
    """One side's question, the choice that was taken, and its number on the scale; None where the choices are no scale."""

    asked: Message
    given: Message
    value: int | None


@dataclass(frozen=True, slots=True)
class Pair:
    """The two sides of one topic in one month of the stay; ``on`` is when the manager was asked.

    ``driver`` is empty and ``points`` None where the choices are no scale, such as the reason why somebody leaves.
    """

    on: date
    driver: str
    hire: View
    manager: View
    points: int | None

    @property
    def gap(self) -> int | None:
        """How many points the manager stands above the hire; below it is negative. None without a scale."""
        if self.hire.value is None or self.manager.value is None:
            return None
        return self.manager.value - self.hire.value

    @property
    def same(self) -> bool:
        """Whether both took the same choice."""
        return self.hire.given == self.manager.given if self.gap is None else not self.gap


WIDE = 2
"""From how many points on two views are so far apart that an alert shows them."""


def widest(voice: Voice, pairs: Sequence[Pair], *, hire: str) -> Iterator[str]:
    """Of pairs with the widest gap first, the three that an alert has room for."""
    return lines(voice, [pair for pair in pairs if abs(pair.gap or 0) >= WIDE][:3], hire=hire)


def lines(voice: Voice, pairs: Sequence[Pair], *, hire: str) -> Iterator[str]:
    """The pairs that are apart, with both sides' words, then what is the same on both sides."""
    said = Voice(voice.locales, "hire")
    apart = [pair for pair in pairs if not pair.same]
    told = {topic(voice, pair, hire=hire) for pair in apart}
    same = [about for pair in pairs if pair.same and (about := topic(voice, pair, hire=hire)) not in told]
    if pairs:
        yield voice.one(TITLE)
    for pair in apart:
        yield f"• {_line(voice, pair, hire=hire)}"
        for message, view in ((HIRE, pair.hire), (MANAGER, pair.manager)):
            asked = said.one(view.asked, hire=hire, promise="…")
            yield f"  {voice.one(message, asked=asked, given=said.one(view.given))}"
    if same:
        yield voice.one(SAME, subjects=listed(voice, same))


def _line(voice: Voice, pair: Pair, *, hire: str) -> str:
    about, on = topic(voice, pair, hire=hire), day(voice, pair.on)
    if pair.hire.value is None or pair.manager.value is None or pair.points is None:
        return voice.one(LINE_WITHOUT_SCALE, subject=about, day=on)
    values = {"hire": pair.hire.value, "manager": pair.manager.value, "points": pair.points}
    return voice.one(LINE, subject=about, day=on, **values)


def topic(voice: Voice, pair: Pair, *, hire: str) -> str:
    """What a pair is about: in a word or two, or the question itself where it has no driver."""
    if not pair.driver:
        return Voice(voice.locales, "hire").one(pair.hire.asked, hire=hire, promise="…")
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
