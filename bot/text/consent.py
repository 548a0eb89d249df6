"""The promise that is made before the first question, and the two taps after it."""

from __future__ import annotations

from bot.messages import Limits, Paragraph, Style
from bot.text.catalog import Voice
from bot.text.prompts import Content, press
from surveys.model import Message

CONSENT_VERSION = 1
"""Raised whenever the text changes: then everybody is asked again."""

HIRE = (
    Message(
        "consent.hire.who",
        "Hello %(name)s. I am the check-in bot of %(consultant)s, your consultant. I am not a person, and I am not from %(company)s.",
    ),
    Message(
        "consent.hire.what",
        "About once a month I ask you a few short questions about your work. They help your consultant to see early "
        "when something is wrong, and to act.",
    ),
    Message(
        "consent.hire.seen",
        "Only your consultant and the consultant's own lead read your answers. Nobody at %(company)s sees them, unless you "
        "choose it.",
    ),
    Message(
        "consent.hire.level",
        "From the answers we estimate whether somebody may leave, so that a person can help in time. Your manager is "
        "asked about the same topics. This estimate decides nothing about you.",
    ),
    Message(
        "consent.hire.free",
        "You do not have to take part. Saying no has no consequence, you may skip every question and you may stop at any "
        "time. If you decide to leave, we help you leave properly.",
    ),
)
MANAGER = (
    Message(
        "consent.manager.who",
        "Hello %(name)s. I am the check-in bot of %(consultant)s, who looks after %(hire)s at %(company)s. I am not a person.",
    ),
    Message(
        "consent.manager.what",
        "Once a month I ask you a few short questions about each of the people we placed with you, so that we can support "
        "you and them in time.",
    ),
    Message(
        "consent.manager.seen",
        "Only the consultant and the consultant's own lead read your answers. They are not shown to the people you tell us about, and they are not "
        "used to judge you.",
    ),
    Message("consent.manager.free", "You do not have to take part. You may skip every question and stop at any time."),
)
AGREE = Message("consent.agree", "I agree")
DECLINE = Message("consent.decline", "No, thank you")
DECLINED = Message(
    "consent.declined",
    "All right, I will not ask you anything, and nobody in the company learns of it. If you need help, write to me at any "
    "time. If you change your mind, write “start”.",
)
CALL_NAME = Message("consent.call_name", "Thank you. How may I call you?")
HOUR = Message("consent.hour", "Good, %(name)s. When is a good time to ask?")
HOURS = {
    "noon": Message("consent.noon", "At 12:10"),
    "evening": Message("consent.evening", "At 19:00"),
    "day_off": Message("consent.day_off", "On a day off"),
}
READY = Message("consent.ready", "Thank you, %(name)s. I will write when it is time.")


def ask(
    voice: Voice,
    limits: Limits,
    *,
    placement: int,
    hire_side: bool,
    name: str,
    consultant: str,
    company: str,
    hire: str,
) -> Content:
    """The promise, sentence by sentence, with the two buttons. ``hire`` is used for a manager only."""
    values = {"name": name, "consultant": consultant, "company": company, "hire": hire}
    paragraphs = []
    for locale in voice.locales:
        single = Voice((locale,), voice.domain)
        text = "\n".join(single.one(message, **values) for message in (HIRE if hire_side else MANAGER))
        paragraphs.append(Paragraph(text, Style.BODY))
    row = (
        press("consent", placement, CONSENT_VERSION, "agree", voice.label(AGREE, limits.button)),
        press("consent", placement, CONSENT_VERSION, "decline", voice.label(DECLINE, limits.button)),
    )
    return tuple(paragraphs), (row,)


def declined(voice: Voice) -> Content:
    """What stands after "no"."""
    return (Paragraph(voice.say(DECLINED)),), ()


def call_names(name: str) -> tuple[str, ...]:
    """Ways to be called, out of the name as the roster has it: the whole, the last and the first part, at most three."""
    parts = name.split()
    return tuple(dict.fromkeys((name, parts[-1], parts[0])))[:3] if parts else (name,)


def ask_call_name(voice: Voice, limits: Limits, *, person: int, name: str) -> Content:
    """The first tap: how to be called. A name may also be written."""
    rows = tuple(
        (press("setting", person, 0, f"name.{place}", option[: limits.button]),)
        for place, option in enumerate(call_names(name))
    )
    return (Paragraph(voice.say(CALL_NAME)),), rows


def ask_hour(voice: Voice, limits: Limits, *, person: int, name: str) -> Content:
    """The second tap: the good hour."""
    rows = tuple(
        (press("setting", person, 0, f"hour.{hour}", voice.label(message, limits.button)),)
        for hour, message in HOURS.items()
    )
    return (Paragraph(voice.say(HOUR, name=name)),), rows


def ready(voice: Voice, *, name: str) -> Content:
    """The end of the set-up."""
    return (Paragraph(voice.say(READY, name=name)),), ()
