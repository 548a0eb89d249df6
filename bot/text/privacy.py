"""``/privacy``: what is stored about the reader, to see, to receive and to erase."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date

from bot.messages import FORM, Button, Limits, Paragraph, Style
from bot.text import prompts, replies
from bot.text.catalog import KNOWN_LOCALES, Voice
from bot.text.prompts import Content, press
from surveys.model import Message

SHOW = Message("privacy.show", "Show what is stored")
ERASE = Message("privacy.erase", "Erase everything")
SURE = Message(
    "privacy.sure",
    "This erases your answers, your own words, your name and how to reach you here, and it ends the check-ins. It cannot be undone. "
    "Nobody at the company is told. Shall I erase everything?",
)
YES = Message("privacy.yes", "Yes, erase everything")
NO = Message("privacy.no", "No, keep it")
ERASED = Message(
    "privacy.erased", "Everything about you is erased here. You may also delete this chat. Thank you, and take care."
)
STORED = Message("privacy.stored", "This is stored about you:")
PERSON = Message("privacy.person", "Name: %(name)s. E-mail: %(email)s. Phone: %(phone)s. Languages: %(languages)s")
PLACEMENT = Message("privacy.placement", "Work: %(company)s since %(start)s. Your consultant: %(consultant)s")
CONSENT = Message("privacy.consent", "You agreed on %(day)s (text number %(version)s).")
NO_CONSENT = Message("privacy.no_consent", "You said no on %(day)s (text number %(version)s).")
ESTIMATED = Message("privacy.estimated", "An estimate is made from your answers.")
NOT_ESTIMATED = Message("privacy.not_estimated", "No estimate is made from your answers.")
ESTIMATE_OFF = Message("privacy.estimate_off", "Make no estimate")
ESTIMATE_ON = Message("privacy.estimate_on", "An estimate is all right")
CHECKIN = Message("privacy.checkin", "%(title)s, %(day)s:")
WITHHELD = Message("privacy.withheld", "preferred not to say")
GONE = Message("privacy.gone", "your own words are erased")
SHARED = Message("privacy.shared", "To be said to your company: %(topic)s (%(mode)s)")
KEEP_NUMBERS = Message("privacy.keep_numbers", "Keep numbers, no name")
NUMBERS_KEPT = Message(
    "privacy.numbers_kept",
    "When you are erased, your numbers stay under a random sign, without name, company or date, so that we can check how good the "
    "estimate is. You can take that back at any time.",
)
NUMBERS_ERASED = Message("privacy.numbers_erased", "When you are erased, your numbers are erased as well.")
ERASE_NUMBERS = Message("privacy.erase_numbers", "Erase numbers too")
SIGN = Message(
    "privacy.sign",
    "The sign of your numbers is %(sign)s. Whoever tells it to the consultant can have them erased as well.",
)

PAGE = 3000
"""Characters of one page of what is stored: more is read on the next one."""


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as it is shown to whoever gave it: a choice, own words, that they are erased, or nothing."""

    question: Message
    choice: Message | None
    words: str | None
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Answers:
    """One check-in that was answered: its title, its day, and of a manager the hire whom it is about."""

    title: Message
    on: date
    about: str | None
    given: tuple[Given, ...]


@dataclass(frozen=True, slots=True)
class Stored:
    """Everything that is stored about a hire or a manager, for that person alone. ``decided`` are (agreed, day, version);
    ``scored`` is None for a manager."""

    name: str
    email: str | None
    phone: str | None
    languages: tuple[str, ...]
    work: tuple[tuple[str, date, str], ...]
    decided: tuple[tuple[bool, date, int], ...]
    scored: bool | None
    answers: tuple[Answers, ...]


def page(
    voice: Voice,
    limits: Limits,
    *,
    person: int,
    consultant: str,
    scored: bool | None,
    keeps: bool | None,
    shared: tuple[Paragraph, ...],
    take_back: tuple[tuple[Button, ...], ...],
    window: bool,
    home: bool,
    said: Message | None = None,
) -> Content:
    """Who reads what, what was shared, and what can be done. ``scored`` and ``keeps`` are None for a manager; it is shown in
    a ``window`` what is stored, where the chat is no place for it."""

    def button(choice: str, message: Message) -> tuple[Button, ...]:
        return (press("privacy", person, 0, choice, voice.label(message, limits.button)),)

    above = [Paragraph(voice.say(said))] if said else []
    above.append(Paragraph(voice.say(replies.REPLIES["privacy"], consultant=consultant)))
    if scored is not None:
        above.append(Paragraph(voice.say(ESTIMATED if scored else NOT_ESTIMATED), Style.QUIET))
    rows = [button(f"{FORM}show" if window else "show", SHOW), *take_back]
    if scored is not None:
        rows.append(button("score_off", ESTIMATE_OFF) if scored else button("score_on", ESTIMATE_ON))
    if keeps is not None:
        rows.append(button("unkeep", ERASE_NUMBERS) if keeps else button("keep", KEEP_NUMBERS))
    rows.append(button("erase", ERASE))
    if home:
        rows.append(button("no", prompts.HIDE_ANSWERS))
    return (*above, *shared), tuple(rows)


def sure(voice: Voice, limits: Limits, *, person: int, keeps: bool | None) -> Content:
    """The question before everything is erased."""
    said = [Paragraph(voice.say(SURE))]
    if keeps is not None:
        said.append(Paragraph(voice.say(NUMBERS_KEPT if keeps else NUMBERS_ERASED), Style.QUIET))
    buttons = [("yes", YES), ("no", NO)]
    return tuple(said), tuple(
        (press("privacy", person, 0, choice, voice.label(message, limits.button)),) for choice, message in buttons
    )


def erased(voice: Voice, sign: str | None) -> tuple[Paragraph, ...]:
    """The last thing that somebody reads here."""
    return (Paragraph(voice.say(ERASED)), *((Paragraph(voice.say(SIGN, sign=sign)),) if sign else ()))


def stored(
    voice: Voice, limits: Limits, known: Stored, shared: tuple[Paragraph, ...], *, person: int, page: int
) -> Content:
    """One page of what is stored, in the reader's own language, with the ways to the others."""
    pages = _pages([*_about(voice, known), *(one.text for one in shared), *_answers(voice, known)], limits)
    page = min(page, len(pages) - 1)
    head = f"{voice.one(STORED)} ({page + 1}/{len(pages)})" if len(pages) > 1 else voice.one(STORED)
    turning = [("←", page - 1)] * (page > 0) + [("→", page + 1)] * (page < len(pages) - 1)
    row = tuple(press("privacy", person, to, "show", sign) for sign, to in turning)
    hide = press("privacy", person, 0, "no", voice.label(prompts.HIDE_ANSWERS, limits.button))
    return (Paragraph(head, Style.TITLE), Paragraph(pages[page])), ((row,) if row else ()) + ((hide,),)


def _about(voice: Voice, known: Stored) -> list[str]:
    languages = ", ".join(KNOWN_LOCALES.get(one, one) for one in known.languages)
    values = {"name": known.name, "email": known.email or "–", "phone": known.phone or "–", "languages": languages}
    found = [voice.one(PERSON, **values)]
    for company, start, consultant in known.work:
        found.append(voice.one(PLACEMENT, company=company, start=_day(voice, start), consultant=consultant))
    for agreed, on, version in known.decided:
        found.append(voice.one(CONSENT if agreed else NO_CONSENT, day=_day(voice, on), version=version))
    if known.scored is not None:
        found.append(voice.one(ESTIMATED if known.scored else NOT_ESTIMATED))
    return found


def _answers(voice: Voice, known: Stored) -> list[str]:
    found = []
    for one in known.answers:
        title = voice.one(one.title)
        name = one.about or known.name
        lines = [voice.one(CHECKIN, title=f"{title} ({one.about})" if one.about else title, day=_day(voice, one.on))]
        for given in one.given:
            lines.append(f"{voice.one(given.question, hire=name, promise='…')}\n→ {_said(voice, given)}")
        found.append("\n".join(lines))
    return found


def _said(voice: Voice, given: Given) -> str:
    chosen = [voice.one(given.choice)] if given.choice else []
    words = [f"“{given.words}”"] if given.words else [voice.one(GONE)] if given.gone else []
    return ", ".join([*chosen, *words]) or voice.one(WITHHELD)


def _day(voice: Voice, on: date) -> str:
    return format_date(on, "long", locale=voice.first.partition("@")[0])


def _pages(blocks: Sequence[str], limits: Limits) -> list[str]:
    """The blocks one below the other, as many pages as they need; a block that is longer than a page is divided."""
    room = min(limits.text - 300, PAGE)
    parts = [block[start : start + room] for block in blocks for start in range(0, len(block), room)]
    pages = [""]
    for part in parts:
        together = f"{pages[-1]}\n\n{part}" if pages[-1] else part
        if len(together) <= room:
            pages[-1] = together
        else:
            pages.append(part)
    return pages
