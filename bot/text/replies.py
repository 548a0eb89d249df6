"""Short answers to what a hire or a manager did outside a question, and the words that are commands."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache

from babel.dates import format_date

from bot.messages import Button, Limits, Paragraph
from bot.text.catalog import KNOWN_LOCALES, SHIPPED, Voice, spoken, translate
from bot.text.prompts import Content, press
from surveys.model import Message

REPLIES = {
    "not_linked": Message(
        "reply.not_linked",
        "Hello. I do not know you yet. Please use the invitation that you received from your consultant.",
    ),
    "nothing_open": Message(
        "reply.nothing_open",
        "Thank you. No question is open at the moment, and I do not keep what you write now. If something is wrong, press "
        "“I need help”: then your consultant is told.",
    ),
    "closed": Message(
        "reply.closed", "This check-in is closed, and nothing has changed. The next one comes by itself. Thank you."
    ),
    "finished": Message("reply.finished", "You have already finished this check-in. Thank you; nothing has changed."),
    "not_yours": Message("reply.not_yours", "This button belongs to somebody else's message, so nothing has changed."),
    "old_button": Message("reply.old_button", "This button is no longer in use, and nothing has changed."),
    "later_tonight": Message("reply.later_tonight", "All right. I will ask again tonight."),
    "later_tomorrow": Message("reply.later_tomorrow", "All right. I will ask again tomorrow."),
    "later_sunday": Message("reply.later_sunday", "All right. I will ask again on Sunday."),
    "help": Message(
        "reply.help",
        "I have told your consultant, %(consultant)s, that you need help. Nobody in the company is told. In an emergency "
        "call 110 (police) or 119 (fire, ambulance).",
    ),
    "stopped": Message("reply.stopped", "All right. I will not ask you anything any more. Write “start” to go on."),
    "paused": Message(
        "reply.paused",
        "All right. I will not ask you anything for a month, and nobody in the company learns of it. Write “start” to go on earlier. If "
        "you need help, write to me at any time.",
    ),
    "started": Message("reply.started", "Welcome back. The next check-in comes by itself."),
    "privacy": Message(
        "reply.privacy",
        "%(consultant)s, your consultant, and the agency's lead read your answers. Nobody in the company sees them, and nobody there is told "
        "what you said, unless you choose it. You may skip every question and you may stop at any time: write “stop”.",
    ),
    "hour_fixed": Message("reply.hour_fixed", "I write to you in working hours, so there is no hour to choose here."),
    "paused_week": Message(
        "reply.paused_week",
        "All right. I will not ask you anything for a week, and nobody in the company learns of it. Write “start” to go on earlier. If "
        "you need help, write to me at any time.",
    ),
    "in_window": Message(
        "reply.in_window", "All right. From now on questions open in a window, and none stands in the chat."
    ),
    "in_chat": Message("reply.in_chat", "All right. From now on questions come in the chat."),
    "in_messages": Message("reply.in_messages", "I have written to you in the chat. Please read that first."),
    "saved": Message("reply.saved", "Thank you, that is noted."),
    "unreadable": Message("reply.unreadable", "I can read only text and buttons. Please write it in words."),
    "error": Message(
        "reply.error",
        "I am sorry: something went wrong here, and I could not keep your last message. Everything before it is kept. If it "
        "happens again, please tell your consultant this number: %(reference)s",
    ),
    "code_invalid": Message(
        "reply.code_invalid",
        "Thank you for writing. This invitation does not work here, or not any more. Please ask your consultant for a new "
        "one; nothing has changed.",
    ),
    "already_linked": Message("reply.already_linked", "You are connected already, and nothing has changed."),
}

HELP_BUTTON = Message("reply.help_button", "I need help")
CHOOSE_LANGUAGE = Message("reply.choose_language", "In which language shall I write?")
BOTH = Message("reply.both", "Both together")

COMMANDS = {
    "skip": Message("command.skip", "skip, pass, prefer not to say, no answer"),
    "back": Message("command.back", "back, go back, previous"),
    "later": Message("command.later", "later, ask me later"),
    "language": Message("command.language", "language, change language"),
    "help": Message("command.help", "help, i need help"),
    "hour": Message("command.hour", "hour, change the hour, when"),
    "home": Message("command.home", "overview, my overview"),
    "privacy": Message("command.privacy", "privacy, who reads this"),
    "stop": Message("command.stop", "stop, stop asking"),
    "pause": Message("command.pause", "pause, pause for a month, take a break"),
    "start": Message("command.start", "start, check in, checkin"),
}
"""What a person may write instead of pressing a button, comma separated, in every language that is shipped."""


SLASHES = {
    "checkin": "start",
    "start": "start",
    "help": "help",
    "language": "language",
    "hour": "hour",
    "privacy": "privacy",
    "pause": "pause",
    "stop": "stop",
    "home": "home",
}
"""Commands with a slash, which are the same in every language, as platforms show them in their menus."""

_SLASH = re.compile(r"/([a-z]+)(?:@\w+)?", re.ASCII)


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\s/。、.,!！?？「」『』“”\"।။၊]+", " ", folded).strip()


def command(text: str) -> str | None:
    """The command that a text is, in any shipped language (a person may have changed theirs), or None."""
    slash = _SLASH.fullmatch(unicodedata.normalize("NFKC", text).strip().casefold())
    if slash is not None and slash[1] in SLASHES:
        return SLASHES[slash[1]]
    return _written_commands().get(_plain(text))


@cache
def _written_commands() -> Mapping[str, str]:
    """The name of each command by everything that may be written for it."""
    found: dict[str, str] = {}
    for name, message in COMMANDS.items():
        for locale in SHIPPED["hire"]:
            for word in translate(message, locale, "hire").split(","):
                found.setdefault(_plain(word), name)
    return found


def reply(voice: Voice, limits: Limits, *, code: str, person: int, help_button: bool = False, **values: str) -> Content:
    """One short answer; with ``help_button`` the way to the consultant stands below it."""
    rows: tuple[tuple[Button, ...], ...] = ()
    if help_button:
        rows = ((press("menu", person, 0, "help_alone", voice.label(HELP_BUTTON, limits.button)),),)
    return (Paragraph(voice.say(REPLIES[code], **values)),), rows


def language_menu(voice: Voice, limits: Limits, *, person: int, turn: int, languages: Sequence[str]) -> Content:
    """The shipped languages by their own names, and "both" for somebody who reads two."""
    rows = [
        (press("setting", person, turn, f"lang.{locale}", KNOWN_LOCALES[locale][: limits.button]),)
        for locale in SHIPPED["hire"]
    ]
    if len({spoken(language, "hire") for language in languages}) > 1:
        rows.append((press("setting", person, turn, "lang.both", voice.label(BOTH, limits.button)),))
    return (Paragraph(voice.say(CHOOSE_LANGUAGE)),), tuple(rows)


CHOOSE_PAUSE = Message("reply.choose_pause", "For how long shall I ask you nothing?")
PAUSES = {
    "week": Message("reply.pause_week", "1 week"),
    "month": Message("reply.pause_month", "1 month"),
    "open": Message("reply.pause_open", "Until I say"),
}
RESUME = Message("reply.resume", "Go on now")
PAUSE = Message("reply.pause_button", "Take a break")
IN_WINDOW = Message("reply.answer_in_window", "Answer in a window")
IN_CHAT = Message("reply.answer_in_chat", "Answer in the chat")


def pause_menu(voice: Voice, limits: Limits, *, person: int, paused: bool) -> Content:
    """How long to be asked nothing; who is pausing may also go on."""
    row = tuple(
        press("setting", person, 0, f"pause.{choice}", voice.label(message, limits.button))
        for choice, message in PAUSES.items()
    )
    rows = ((press("menu", person, 0, "start", voice.label(RESUME, limits.button)),), row) if paused else (row,)
    return (Paragraph(voice.say(CHOOSE_PAUSE)),), rows


def where_button(voice: Voice, limits: Limits, *, person: int, window: bool) -> Button:
    """Lets somebody answer in a ``window`` from now on, or in the chat."""
    choice, message = ("form", IN_WINDOW) if window else ("chat", IN_CHAT)
    return press("setting", person, 0, f"answers.{choice}", voice.label(message, limits.button))


NOTICES = {
    "connected": Message("notice.connected", "Hello %(name)s. This chat is connected now. I will write to you here."),
    "moved": Message(
        "notice.moved",
        "This chat is not connected any more, because you use another one now. I will not write here again. If that was "
        "not you, please tell your consultant at once.",
    ),
    "disconnected": Message(
        "notice.disconnected",
        "This chat is not connected any more, and I will not write here again. If that is a mistake, please ask your "
        "consultant for a new invitation.",
    ),
    "paused": Message(
        "notice.paused",
        "From %(first)s to %(last)s I will not ask you anything, and a check-in that is open need not be answered. After "
        "that I start again by myself. If you need help, write to me at any time.",
    ),
    "withdrawn": Message(
        "notice.withdrawn",
        "Your check-in is not needed any more, so I have taken it back. You do not have to answer it. Thank you.",
    ),
    "ended": Message(
        "notice.ended",
        "Your monthly check-ins end here. A few last questions will follow, and you need not answer them. Thank you for "
        "everything that you told us. If you need help, write to me at any time.",
    ),
    "handover": Message(
        "notice.handover",
        "From today %(consultant)s is your consultant and reads your answers. %(before)s does not read them any more.",
    ),
    "handover_until": Message(
        "notice.handover_until",
        "From today until %(day)s, %(consultant)s stands in for %(before)s and reads your answers.",
    ),
}
"""What somebody of the agency did that concerns a hire or a manager. It names no company and no other hire."""


def notice(voice: Voice, *, code: str, days: Mapping[str, date], **values: str) -> Content:
    """One of the NOTICES in all of the reader's languages, each with its own way to write a day."""
    lines = []
    for locale in voice.locales:
        written = {name: format_date(day, format="long", locale=locale.partition("@")[0]) for name, day in days.items()}
        lines.append(Voice((locale,), voice.domain).one(NOTICES[code], **written, **values))
    return (Paragraph("\n".join(dict.fromkeys(lines))),), ()
