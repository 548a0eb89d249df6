"""Short answers to what a hire or a manager did outside a question, and the words that are commands."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

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
        "Thank you. No question is open at the moment. If something is wrong, press “I need help” and your consultant "
        "will read it.",
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
    "started": Message("reply.started", "Welcome back. The next check-in comes by itself."),
    "privacy": Message(
        "reply.privacy",
        "%(consultant)s, your consultant, and the agency's lead read your answers. Nobody in the company sees them, and nobody there is told "
        "what you said. You may skip every question and you may stop at any time: write “stop”.",
    ),
    "saved": Message("reply.saved", "Thank you, that is noted."),
    "unreadable": Message("reply.unreadable", "I can read only text and buttons. Please write it in words."),
    "error": Message("reply.error", "Something went wrong here, and nothing is lost. Reference: %(reference)s"),
}

HELP_BUTTON = Message("reply.help_button", "I need help")
CHOOSE_LANGUAGE = Message("reply.choose_language", "In which language shall I write?")
BOTH = Message("reply.both", "Both together")

COMMANDS = {
    "skip": Message("command.skip", "skip, pass, prefer not to say, no answer"),
    "back": Message("command.back", "back, go back, previous"),
    "later": Message("command.later", "later, not now"),
    "language": Message("command.language", "language, change language"),
    "help": Message("command.help", "help, i need help"),
    "privacy": Message("command.privacy", "privacy, who reads this"),
    "stop": Message("command.stop", "stop, stop asking"),
    "start": Message("command.start", "start, check in, checkin"),
}
"""What a person may write instead of pressing a button, comma separated, in every language that is shipped."""


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\s/。、.,!！?？「」『』“”\"]+", " ", folded).strip()


def command(text: str) -> str | None:
    """The command that a text is, in any shipped language (a person may have changed theirs), or None."""
    plain = _plain(text)
    for name, message in COMMANDS.items():
        for locale in SHIPPED["hire"]:
            if plain in {_plain(word) for word in translate(message, locale, "hire").split(",")}:
                return name
    return None


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
