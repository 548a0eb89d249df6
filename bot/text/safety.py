"""What somebody who asks for help, or who wrote of danger, reads: emergency numbers first, then who is told and when they read it,
then the desks outside that are open now."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time, get_datetime_format

from bot.messages import Button, Limits, Paragraph, Style
from bot.text.catalog import Voice
from bot.text.prompts import Content, press
from risk.policy import ReadingTime
from scheduler.hotlines import Hotline
from scheduler.workdays import Window
from surveys.model import Message

EMERGENCY = Message(
    "safety.emergency",
    "In an emergency call 110 (police) or 119 (fire, ambulance) first. Both are free, day and night.",
)
WHOM = Message("safety.whom", "I help you to get help. With whom is the trouble?")
WHOM_WAITS = Message(
    "safety.whom_waits",
    "If you choose nothing, I tell %(reader)s in %(minutes)s minutes. Nobody in the company is told.",
)
WHOMS = {
    "company": Message("safety.whom.company", "The company"),
    "agency": Message("safety.whom.agency", "The agency"),
    "consultant": Message("safety.whom.consultant", "My consultant"),
    "other": Message("safety.whom.other", "Something else"),
}
NOTICED = Message(
    "safety.noticed",
    "Thank you for telling this. It sounds serious, so I tell %(reader)s at once. Nobody in the company is told, and this answer is "
    "not used for any estimate.",
)
TOLD = Message("safety.told", "I have told %(reader)s. Nobody in the company is told.")
TOLD_ABOVE = Message(
    "safety.told_above",
    "I have told %(reader)s, who stands above your consultant. Your consultant does not see it, and nobody in the company is told.",
)
OUTSIDE = Message(
    "safety.outside",
    "At the agency nobody stands above your consultant. So I have told nobody there: it would only reach the person you complain "
    "about. Please ask one of the desks below. They do not belong to the agency or to the company.",
)
READ_BY = Message("safety.read_by", "%(reader)s should read it by %(when)s.")
READ_ON_CALL = Message("safety.read_on_call", "Somebody is on call day and night, and should read it by %(when)s.")
READ_NOT_BEFORE = Message("safety.read_not_before", "It is sent now, but perhaps nobody reads this before %(when)s.")
READ_SENT_LATER = Message("safety.read_sent_later", "Nobody reads this before %(when)s.")
SAFE = Message("safety.safe", "Is it safe to call you?")
SAFES = {
    "phone": Message("safety.safe.phone", "Yes, call me"),
    "chat": Message("safety.safe.chat", "No, write to me"),
    "wait": Message("safety.safe.wait", "Do neither yet"),
}
WHEN = Message("safety.when", "When is it safe?")
WHENS = {
    "now": Message("safety.when.now", "At any time"),
    "noon": Message("safety.when.noon", "At lunch time"),
    "evening": Message("safety.when.evening", "In the evening"),
    "day_off": Message("safety.when.day_off", "On my day off"),
}
NOTED = Message(
    "safety.noted", "Thank you, %(reader)s reads that as well, and is asked to talk with you before anybody else."
)
GO_ON = Message("safety.go_on", "Go on with the questions")
HAS_READ = Message("safety.has_read", "%(reader)s has read this.")
DESKS_OPEN = Message("safety.desks_open", "Open now, outside the agency and the company:")
DESKS_LATER = Message(
    "safety.desks_later", "No desk outside that speaks your language is open at the moment. These open later:"
)
DESK_NUMBER = Message("safety.desk_number", "%(name)s: %(number)s (%(hours)s)")
DESK_PAGE = Message("safety.desk_page", "%(name)s: see %(page)s")
DESKS_NONE = Message("safety.desks_none", "Your embassy and the local labour standards office also help.")


YEAR = re.compile(r"[,၊\s]*y年?[,၊]?\s*")
"""The year in a pattern of a whole date, with what sets it apart."""

READING = {"by": READ_BY, "on_call": READ_ON_CALL, "not_before": READ_NOT_BEFORE, "later": READ_SENT_LATER}
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Desks:
    """The desks that speak the reader's language: open now with a number, and the others."""

    now: tuple[Hotline, ...]
    later: tuple[Hotline, ...]
    today: date
    hours: Mapping[str, Window]
    """Those of today, or of the next day on which it is open, by the id of the desk."""


def message(
    voice: Voice,
    limits: Limits,
    *,
    alert: int,
    step: str,
    reader: str,
    above: bool,
    reading: ReadingTime,
    zone: ZoneInfo,
    hold: int,
    desks: Desks,
    go_on: int | None,
) -> Content:
    """One step of the way, with the emergency numbers first. ``above``: the reader stands above the consultant; ``go_on`` is
    the check-in that waits."""
    if step == "read":
        return (Paragraph(voice.say(HAS_READ, reader=reader)),), ()
    if step in ("when", "noted"):
        said = WHEN if step == "when" else NOTED
        rows = _choices(voice, limits, alert, "when", WHENS) if step == "when" else _go_on(voice, limits, go_on)
        return (Paragraph(voice.say(said, reader=reader)),), rows
    if step == "whom":
        waits = Paragraph(voice.say(WHOM_WAITS, reader=reader, minutes=hold), Style.QUIET)
        rows = _choices(voice, limits, alert, "whom", WHOMS)
        return (Paragraph(voice.say(EMERGENCY), Style.TITLE), Paragraph(voice.say(WHOM)), waits), rows
    paragraphs = [Paragraph(voice.say(EMERGENCY), Style.TITLE)]
    if step == "outside":
        paragraphs += [Paragraph(voice.say(OUTSIDE)), _desks(voice, desks)]
        return tuple(paragraphs), _go_on(voice, limits, go_on)
    told = TOLD_ABOVE if above else NOTICED if step == "noticed" else TOLD
    when = "\n".join(
        dict.fromkeys(
            Voice((locale,), voice.domain).one(
                READING[reading.kind], reader=reader, when=_moment(locale, reading.at, zone)
            )
            for locale in voice.locales
        )
    )
    paragraphs += [Paragraph(voice.say(told, reader=reader)), Paragraph(when), _desks(voice, desks)]
    paragraphs.append(Paragraph(voice.say(SAFE)))
    return tuple(paragraphs), (*_choices(voice, limits, alert, "safe", SAFES), *_go_on(voice, limits, go_on))


def _moment(locale: str, at: datetime, zone: ZoneInfo) -> str:
    """A day of the week and an hour, as the reader says them."""
    local, known = at.astimezone(zone), locale.partition("@")[0]
    # Which stands first, and what between them, is another matter in each language; the year is left out.
    whole = Locale.parse(known).date_formats["full"].pattern
    day = format_date(local.date(), "M月d日（EEEE）" if known == "ja" else YEAR.sub("", whole), locale=known)
    hour = format_time(local.time(), "HH:mm", locale=known)
    return str(get_datetime_format("medium", locale=known)).replace("'", "").format(hour, day)


def _choices(
    voice: Voice, limits: Limits, alert: int, verb: str, options: Mapping[str, Message]
) -> tuple[tuple[Button, ...], ...]:
    return tuple(
        (press("safety", alert, 0, f"{verb}.{choice}", voice.label(label, limits.button)),)
        for choice, label in options.items()
    )


def _go_on(voice: Voice, limits: Limits, checkin: int | None) -> tuple[tuple[Button, ...], ...]:
    if checkin is None:
        return ()
    return ((press("safety", checkin, 0, "go_on", voice.label(GO_ON, limits.button)),),)


def _desks(voice: Voice, desks: Desks) -> Paragraph:
    """What is open now; where nothing is, what opens later or stands on an official page."""
    shown = desks.now or desks.later
    lines = [voice.say(DESKS_OPEN if desks.now else DESKS_LATER)] if shown else []
    lines += ["• " + _desk(voice, one, desks) for one in shown[:SHOWN]]
    return Paragraph("\n".join([*lines, voice.say(DESKS_NONE)]), Style.QUIET)


def _desk(voice: Voice, one: Hotline, desks: Desks) -> str:
    name = next((one.name[locale] for locale in voice.locales if locale in one.name), one.name["en"])
    number, window = one.shown_number(desks.today), desks.hours.get(one.id)
    if number is None or window is None:
        return voice.one(DESK_PAGE, name=name, page=one.page)
    hours = f"{window[0]:%H:%M}-{window[1]:%H:%M}"
    return voice.one(DESK_NUMBER, name=name, number=number, hours=hours)
