"""The promise that is made before the first question, and the two taps after it."""

from __future__ import annotations

from bot.messages import Limits, Paragraph, Style
from bot.text.catalog import Voice
from bot.text.prompts import Content, press
from surveys.model import Message

CONSENT_VERSION = 4
"""Raised whenever the text changes: then everybody is asked again. A test holds the text to its version."""

HIRE = (
    Message(
        "consent.hire.who",
        "Hello %(name)s. I am the check-in bot of %(consultant)s, your consultant. I am not a person, and I am not from %(company)s.",
    ),
    Message(
        "consent.hire.what",
        "About once a month I ask you a few short questions about your work and your life here. They help your consultant "
        "to see early when something is wrong, and to act.",
    ),
    Message(
        "consent.hire.seen",
        "Your consultant and the agency's lead read your answers. Nobody at %(company)s reads them. Your manager is asked about the "
        "same topics: neither of you sees the other's answers.",
    ),
    Message(
        "consent.hire.level",
        "From the answers a computer estimates how likely it is that somebody will leave, so that a person can help in time. The "
        "company never sees this estimate, and it decides nothing about you. You can say yes to the questions without it; "
        "the help stays the same.",
    ),
    Message(
        "consent.hire.danger",
        "If you write that you are in danger or treated illegally, your consultant is told at once. Nobody at your company is.",
    ),
    Message(
        "consent.hire.stored",
        "What you write is kept encrypted. Your own words are erased after %(words)s months, your answers after %(answers)s. "
        "Write “privacy” at any time to see what is stored about you, or to erase it.",
    ),
    Message(
        "consent.hire.free",
        "Taking part is your own choice, and %(company)s cannot order you to answer. Saying no has no consequence, and nobody "
        "at your company learns of it. You may skip every question. Write “pause” or “stop” at any time.",
    ),
    Message("consent.hire.leave", "If you decide to leave, we help you leave properly."),
)
"""The promise to a hire. Who owns the chat (PLATFORMS) stands before the last three."""

PLATFORMS = {
    "slack": Message(
        "consent.platform.slack",
        "This chat is on Slack. The owner of this Slack, often your company, may be able to read what is written in the chat. "
        "What you tell about yourself therefore goes into a window that leaves no message.",
    ),
    "telegram": Message(
        "consent.platform.telegram",
        "This chat is on Telegram, which belongs neither to us nor to your company. Telegram stores the messages. Whoever holds your "
        "phone can read them, so you may delete this chat at any time.",
    ),
    "": Message(
        "consent.platform.other",
        "This chat runs on a service of somebody else, who stores the messages. Whoever holds your phone can read them.",
    ),
}
"""Whose platform it is, by its name."""

MANAGER = (
    Message(
        "consent.manager.who",
        "Hello %(name)s. I am the check-in bot of %(consultant)s, who looks after %(hire)s at %(company)s. I am not a person.",
    ),
    Message(
        "consent.manager.what",
        "Once a month I ask you a few short questions about each of the people we placed with you, so that we can support "
        "you and them in time. From both sides' answers a computer estimates where support is needed.",
    ),
    Message(
        "consent.manager.seen",
        "Only the consultant and the agency's lead read your answers. They are not shown to the people you tell us about or to your company, and they are "
        "not used to judge you. You do not see what the people you tell us about answer.",
    ),
    Message(
        "consent.manager.stored",
        "What you write is kept encrypted. Your own words are erased after %(words)s months, your answers after %(answers)s. "
        "Write “privacy” at any time to see what is stored about you, or to erase it.",
    ),
    Message("consent.manager.free", "You do not have to take part. You may skip every question and stop at any time."),
)
AGREE = Message("consent.agree", "I agree")
UNSCORED = Message("consent.unscored", "Yes, no estimate")
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
    platform: str,
    words: int,
    answers: int,
) -> Content:
    """The promise, one short paragraph a matter, with its buttons; in the reader's own language alone where a message cannot
    hold two. ``hire`` is used for a manager only; ``words`` and ``answers`` are the months after which they are erased."""
    values: dict[str, str | int] = {
        "name": name,
        "consultant": consultant,
        "company": company,
        "hire": hire,
        "words": words,
        "answers": answers,
    }
    owner = PLATFORMS.get(platform, PLATFORMS[""])
    said = (*HIRE[:-3], owner, *HIRE[-3:]) if hire_side else MANAGER
    each = [
        tuple(Paragraph(Voice((locale,), voice.domain).one(message, **values), Style.BODY) for message in said)
        for locale in voice.locales
    ]
    paragraphs = tuple(paragraph for one in each for paragraph in one)
    if sum(len(paragraph.text) + len("\n\n") for paragraph in paragraphs) > limits.text:
        paragraphs = each[0]  # Nothing of a promise may be cut, and one message holds the buttons that answer it.
    agree = press("consent", placement, CONSENT_VERSION, "agree", voice.label(AGREE, limits.button))
    unscored = press("consent", placement, CONSENT_VERSION, "unscored", voice.label(UNSCORED, limits.button))
    decline = press("consent", placement, CONSENT_VERSION, "decline", voice.label(DECLINE, limits.button))
    return paragraphs, ((agree, unscored, decline) if hire_side else (agree, decline),)


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
