"""A hire's or a manager's own page: what comes next, how they are asked, and every way to change it.

A manager sees only their own tasks, and never whether anybody else has answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date

from bot.messages import FORM, Button, Limits, Paragraph, Style
from bot.text import consent, prompts, replies
from bot.text.catalog import KNOWN_LOCALES, Voice
from bot.text.prompts import Content, press
from surveys.model import Message

OPEN = Message("home.open", "Your check-in is ready. It takes about two minutes.")
OPEN_SEVERAL = Message("home.open_several", "%(count)s check-ins are ready for you, one after the other.")
NEXT = Message("home.next", "Next check-in: %(day)s")
NO_NEXT = Message("home.no_next", "No check-in is planned at the moment.")
PAUSED = Message("home.paused", "You are taking a break until %(day)s.")
STOPPED = Message("home.stopped", "You have stopped the questions. Press “Start” to be asked again.")
LANGUAGES = Message("home.languages", "Languages: %(languages)s")
HOUR = Message("home.hour", "Hour: %(hour)s")
NOTHING_SHARED = Message("home.nothing_shared", "Shared with somebody in the company: nothing.")
HOUR_BUTTON = Message("home.hour_button", "Hour")
PRIVACY_BUTTON = Message("home.privacy_button", "Who reads this")


@dataclass(frozen=True, slots=True)
class View:
    """What a page shows to a hire or a manager, and nothing of anybody else. ``checkin`` is the one that is open, ``done``
    the last that the person has answered; ``shared`` says what was shared with whom by the hire's own choice (None where others
    may read it, so that nothing is said of it); ``paused`` is the day on
    which somebody who has ``stopped`` for a while is asked again."""

    person: int
    is_hire: bool
    checkin: int | None
    waiting: int
    done: int | None
    next_on: date | None
    paused: date | None
    stopped: bool
    languages: tuple[str, ...]
    hour: str | None
    windows: bool
    in_window: bool
    shared: tuple[Paragraph, ...] | None = ()


def _dated(voice: Voice, message: Message, day: date) -> str:
    """A sentence with a day, in each of the reader's languages with its own way to write it."""
    lines = [
        Voice((one,), voice.domain).one(message, day=format_date(day, "long", one.partition("@")[0]))
        for one in voice.locales
    ]
    return "\n".join(dict.fromkeys(lines))


def page(voice: Voice, limits: Limits, view: View, *, said: str | None = None, values: dict[str, str]) -> Content:
    """The page; ``said`` is the answer to what was just done on it."""
    lines = [Paragraph(voice.say(replies.REPLIES[said], **values))] if said else []
    lines.append(Paragraph(_next(voice, view), Style.TITLE))
    names = ", ".join(KNOWN_LOCALES.get(language, language) for language in view.languages)
    lines.append(Paragraph(voice.say(LANGUAGES, languages=names)))
    if view.hour in consent.HOURS:
        hours = [Voice((one,), voice.domain) for one in voice.locales]
        lines.append(Paragraph("\n".join(one.one(HOUR, hour=one.one(consent.HOURS[view.hour])) for one in hours)))
    if view.is_hire and view.shared is not None:
        lines += view.shared or (Paragraph(voice.say(NOTHING_SHARED), Style.QUIET),)
    return tuple(lines), tuple(_rows(voice, limits, view))


def _next(voice: Voice, view: View) -> str:
    if view.stopped and view.paused is not None:
        return _dated(voice, PAUSED, view.paused)
    if view.stopped:
        return voice.say(STOPPED)
    if view.checkin is not None:
        return voice.say(OPEN_SEVERAL, count=view.waiting) if view.waiting > 1 else voice.say(OPEN)
    return voice.say(NO_NEXT) if view.next_on is None else _dated(voice, NEXT, view.next_on)


def _rows(voice: Voice, limits: Limits, view: View) -> Sequence[tuple[Button, ...]]:
    def own(choice: str, message: Message) -> Button:
        return press("menu", view.person, 0, choice, voice.label(message, limits.button))

    window = FORM if view.windows else ""
    rows: list[tuple[Button, ...]] = []
    if view.stopped:
        rows.append((own("start", prompts.START),))
    elif view.checkin is not None:
        label = voice.label(prompts.START, limits.button)
        rows.append((press("opening", view.checkin, 0, f"{window}start", label),))
    rows.append((own("help_alone", prompts.HELP),))
    settings = [own("language", prompts.LANGUAGE)]
    if view.is_hire:
        settings.append(own("hour", HOUR_BUTTON))
    settings.append(own("pause", replies.PAUSE))
    rows.append(tuple(settings))
    more = [own("privacy", PRIVACY_BUTTON)]
    if view.done is not None:
        label = voice.label(prompts.SHOW_ANSWERS, limits.button)
        more.append(press("answers", view.done, 0, f"{window}show", label))
    if view.windows:
        more.append(replies.where_button(voice, limits, person=view.person, window=not view.in_window))
    rows.append(tuple(more))
    return rows
