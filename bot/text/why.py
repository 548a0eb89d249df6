"""Why a level is what it is, in bands and natural frequencies: never a probability of two digits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from bot.messages import Limits, Paragraph, Style
from bot.text.catalog import Voice
from bot.text.dates import day, month_name
from bot.text.fitting import fitted, fitting
from bot.text.levels import LEVELS
from bot.text.prompts import Content, press
from bot.text.reasons import reason, subject
from risk.model import Level
from risk.rules import Rules
from risk.why import Why
from surveys.model import Message

TITLE = Message("why.title", "%(hire)s, %(company)s, %(day)s: %(level)s")
TIMES = Message(
    "why.times", "In all, the risk is about %(times)s times what is usual for this client and time since the start."
)
HIGHER = Message(
    "why.higher",
    "Why not higher? For %(level)s it would have to be at least %(times)s times as high, and at least 1 in %(one_in)s people "
    "would leave within three months.",
)
EARLIER = Message("why.earlier", "Why in %(month)s?")
HIGHEST = Message("why.highest", "There is no higher level.")
LOWER = Message("why.lower", "What would lower it:")
WITHOUT = Message("why.without", "%(subject)s as usual: then %(level)s")
WITHOUT_NOTHING = Message("why.without_nothing", "%(subject)s as usual: still %(level)s")
NO_REASON = Message("why.no_reason", "Nothing in the answers raises the risk. That does not mean that all is well.")
UNKNOWN = Message("why.unknown", "What is not known:")
UNKNOWNS = {
    "staying": Message("why.unknown.staying", "whether the person wants to stay: it was never answered"),
    "manager": Message("why.unknown.manager", "how the manager sees it: there is no answer"),
    "missed": Message(
        "why.unknown.missed", "what happened lately: the last check-ins were missed, so this is uncertain"
    ),
    "first": Message("why.unknown.first", "whether this lasts: there are answers of one month only"),
}


def title(voice: Voice, hire: str, company: str, period: date, level: Level) -> str:
    """Who, when and which level."""
    return voice.one(TITLE, hire=hire, company=company, day=day(voice, period), level=voice.one(LEVELS[level.value]))


def lines(voice: Voice, found: Why, level: Level) -> Iterator[str]:
    """Why not higher, why not lower, what is not known."""
    yield voice.one(TIMES, times=f"{found.times:.1f}")
    if found.next_level is None or found.next_times is None or found.next_one_in is None:
        yield voice.one(HIGHEST)
    else:
        name = voice.one(LEVELS[found.next_level.value])
        yield voice.one(HIGHER, level=name, times=f"{found.next_times:g}", one_in=found.next_one_in)
    if not found.without:
        yield voice.one(NO_REASON)
    else:
        yield voice.one(LOWER)
    for one in found.without[:5]:
        message = WITHOUT if one.level is not level else WITHOUT_NOTHING
        name = voice.one(LEVELS[one.level.value])
        yield f"• {voice.one(message, subject=subject(voice, one.reason.code), level=name)}"
    if found.unknown:
        yield voice.one(UNKNOWN)
    for code in found.unknown:
        yield f"• {voice.one(UNKNOWNS[code])}"


def page(
    voice: Voice,
    limits: Limits,
    *,
    title: str,
    reasons: Sequence[Mapping[str, Any]],
    found: Why,
    level: Level,
    rules: Rules,
    placement: int,
    earlier: tuple[int, date] | None,
) -> Content:
    """The explanation in a chat; ``earlier`` is the assessment of the month before with its day, where there is one."""
    because = [f"• {reason(voice, one, rules)}" for one in reasons]
    paragraphs = [Paragraph(title, Style.TITLE)]
    paragraphs += [Paragraph("\n".join(because))] if because else []
    paragraphs.append(Paragraph("\n".join(lines(voice, found, level))))
    if earlier is None:
        return fitted(paragraphs, limits), ()
    label = fitting(voice.one(EARLIER, month=month_name(voice, earlier[1])), limits)
    return fitted(paragraphs, limits), ((press("case", placement, 0, f"why.{earlier[0]}", label),),)
