"""Why a level is what it is, in bands and natural frequencies: never a probability of two digits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from math import floor
from typing import Any

from bot.messages import Limits, Paragraph, Style
from bot.text.catalog import Voice
from bot.text.dates import day, month_name
from bot.text.fitting import fitted, fitting
from bot.text.levels import LEVELS
from bot.text.prompts import Content, press
from bot.text.reasons import listed, reason, subject
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
    "Why not higher? For %(level)s the risk would have to be at least %(times)s times what is usual, and so high that at least 1 in "
    "%(one_in)s people leaves within three months.",
)
HIGHER_TIMES = Message(
    "why.higher_times",
    "Why not higher? For %(level)s the risk would have to be at least %(times)s times what is usual.",
)
HIGHER_SHARE = Message(
    "why.higher_share",
    "Why not higher? For %(level)s at least 1 in %(one_in)s people would have to leave within three months. Where few people leave, "
    "even a risk above the usual is less than that.",
)
EARLIER = Message("why.earlier", "Why in %(month)s?")
HIGHEST = Message("why.highest", "There is no higher level.")
LOWEST = Message("why.lowest", "There is no lower level. That does not mean that all is well.")
NO_REASON = Message("why.no_reason", "Nothing in the answers raises the risk. That does not mean that all is well.")
LOWER = Message("why.lower", "What would lower it, if it lasts for two months:")
HELD = Message("why.held", "Next month it goes down to %(level)s, unless something gets worse.")
ANSWERED = Message("why.without", "“%(subject)s” answered as usual: then %(level)s")
WITHOUT = {
    "explicit": Message("why.without.stated", "Without “%(subject)s”, which counts for %(days)s days: then %(level)s"),
    "missed": Message("why.without.missed", "Check-ins answered as usual: then %(level)s"),
    "manager": Message("why.without.manager", "The manager's view as usual: then %(level)s"),
    "context": Message("why.without.context", "Without the dates that are near: then %(level)s"),
    "gap": Message("why.without.gap", "Both sides of one view: then %(level)s"),
}
TOGETHER = Message("why.together", "No reason alone would. If all of these were as usual, then %(level)s: %(subjects)s")
MANY = Message("why.many", "No reason alone would: many small ones add up.")
UNKNOWN = Message("why.unknown", "What is not known:")
UNKNOWNS = {
    "staying": Message("why.unknown.staying", "whether the person wants to stay: it was never answered"),
    "manager": Message("why.unknown.manager", "how the manager sees it: there is no answer"),
    "missed_once": Message(
        "why.unknown.missed_once", "what happened lately: the last check-in was not answered, so this is uncertain"
    ),
    "missed": Message(
        "why.unknown.missed",
        "what happened lately: the last two check-ins or more were not answered, so this is uncertain",
    ),
    "old": Message("why.unknown.old", "how things are now: the last answer is months old, so this is uncertain"),
    "nothing": Message("why.unknown.nothing", "how the person is: no question was answered yet, so this is uncertain"),
    "first": Message("why.unknown.first", "whether this lasts: there are answers of one month only"),
}

MOST = 5
"""So many of the things that would lower a level are told, the largest first."""


def title(voice: Voice, hire: str, company: str, period: date, level: Level) -> str:
    """Who, when and which level."""
    return voice.one(TITLE, hire=hire, company=company, day=day(voice, period), level=voice.one(LEVELS[level.value]))


def lines(voice: Voice, found: Why, level: Level) -> Iterator[str]:
    """Why not higher, why not lower, what is not known."""
    # Rounded down, because "about 2.5 times" beside "at least 2.5 times" is no answer.
    yield voice.one(TIMES, times=f"{floor(found.times * 10 + 1e-6) / 10:.1f}")
    yield _higher(voice, found)
    yield from _lower(voice, found, level)
    if found.unknown:
        yield voice.one(UNKNOWN)
    for code in found.unknown:
        yield f"• {voice.one(UNKNOWNS[code])}"


def _higher(voice: Voice, found: Why) -> str:
    if found.next_level is None:
        return voice.one(HIGHEST)
    name, times, one_in = voice.one(LEVELS[found.next_level.value]), found.next_times, found.next_one_in
    if times is not None and one_in is not None:
        return voice.one(HIGHER, level=name, times=f"{times:g}", one_in=one_in)
    if times is not None:
        return voice.one(HIGHER_TIMES, level=name, times=f"{times:g}")
    return voice.one(HIGHER_SHARE, level=name, one_in=one_in or 1)


def _lower(voice: Voice, found: Why, level: Level) -> Iterator[str]:
    """Nothing lowers the lowest level, and one that waits for a second lower month does so whatever is said."""
    if level is Level.NONE:
        yield voice.one(LOWEST if found.without else NO_REASON)
        return
    if found.falls_to is not None:
        yield voice.one(HELD, level=voice.one(LEVELS[found.falls_to.value]))
        return
    yield voice.one(LOWER)
    lowering = [one for one in found.without if one.level is not level]
    for one in lowering[:MOST]:
        code, name = _about(one.reasons[0].code), voice.one(LEVELS[one.level.value])
        message = WITHOUT.get(code.partition(".")[0], ANSWERED)
        yield f"• {voice.one(message, subject=subject(voice, code), level=name, days=found.stated_days)}"
    if found.together is not None:
        named = listed(voice, (subject(voice, _about(one.code)) for one in found.together.reasons))
        yield f"• {voice.one(TOGETHER, subjects=named, level=voice.one(LEVELS[found.together.level.value]))}"
    elif not lowering:
        yield f"• {voice.one(MANY)}"


def _about(code: str) -> str:
    """Nobody can answer a fall: what fell is answered."""
    return "level.overall" if code == "drop" else code


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
