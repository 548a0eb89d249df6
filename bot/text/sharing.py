"""What a hire may let the consultant say to the company: offered after a check-in, shown before anybody reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date

from bot.messages import Button, Limits, Paragraph, Style
from bot.text import privacy
from bot.text.catalog import Voice
from bot.text.prompts import Content, press
from surveys.model import Message

ASK = Message(
    "share.ask",
    "Would you like %(consultant)s to bring up one of these topics with your company? If you choose nothing, nothing is said.",
)
NOTHING = Message("share.nothing", "Nothing, thank you")
PREVIEW = Message("share.preview", "Nobody has read this yet. Your company would hear it in Japanese:")
MEANS = Message("share.means", "It means: %(sentence)s")
LATER = Message(
    "share.later",
    "It is said at a regular contact some time from now, so that nobody sees when you chose it. As a general remark your name is not "
    "said, but in a small company people may guess.",
)
MODES = {
    "name": Message("share.mode.name", "In my name"),
    "general": Message("share.mode.general", "As a general remark"),
    "not_now": Message("share.mode.not_now", "Not now"),
    "after": Message("share.mode.after", "Only after I have left"),
}
KEPT = {
    "name": Message("share.kept.name", "All right, it will be said in your name. I tell you when it was said."),
    "general": Message(
        "share.kept.general", "All right, it will be said as a general remark. I tell you when it was said."
    ),
    "not_now": Message("share.kept.not_now", "All right, nothing is said."),
    "after": Message("share.kept.after", "All right, it will be said only after you have left."),
}
SAID = Message("share.said", "%(consultant)s has brought up your topic “%(topic)s” with your company on %(day)s.")
FROM = Message("share.from", "%(hire)s would like to say: %(sentence)s")
GENERAL = Message("share.from_general", "Some of the people we look after say: %(sentence)s")

SENTENCES = {
    "supervisor": Message("share.sentence.supervisor", "It would help to have more time to talk with the supervisor."),
    "promise": Message("share.sentence.promise", "It would help to look again together at the work that was agreed."),
    "pay": Message("share.sentence.pay", "It would help to have the payslip and the deductions explained."),
    "growth": Message(
        "share.sentence.growth", "It would help to hear what can be learned here, and how the path goes on."
    ),
    "peer": Message("share.sentence.peer", "It would help to know whom to ask at work."),
    "life": Message(
        "share.sentence.life", "It would help to have some support with daily life, such as housing or papers."
    ),
    "hours": Message("share.sentence.hours", "It would help to look again together at working hours and days off."),
    "language": Message("share.sentence.language", "It would help if the work were explained in plain Japanese."),
    "clarity": Message("share.sentence.clarity", "It would help to have the tasks explained once more."),
    "workload": Message("share.sentence.workload", "It would help to look together at the amount of work."),
    "stress": Message("share.sentence.stress", "It would help to have more time to rest."),
    "recognition": Message("share.sentence.recognition", "It would help to hear what goes well."),
}
"""One polite sentence a topic. A topic without one is not offered."""

TOPICS = {
    "supervisor": Message("share.topic.supervisor", "Talking with my boss"),
    "promise": Message("share.topic.promise", "Work as agreed"),
    "pay": Message("share.topic.pay", "Payslip"),
    "growth": Message("share.topic.growth", "Learning"),
    "peer": Message("share.topic.peer", "Whom to ask"),
    "life": Message("share.topic.life", "Daily life"),
    "hours": Message("share.topic.hours", "Working hours"),
    "language": Message("share.topic.language", "Plain Japanese"),
    "clarity": Message("share.topic.clarity", "My tasks"),
    "workload": Message("share.topic.workload", "Amount of work"),
    "stress": Message("share.topic.stress", "Rest"),
    "recognition": Message("share.topic.recognition", "What goes well"),
}

MOST = 6
"""Topics that are offered at once, the lowest answers first."""

COMPANY = Voice(("ja",), "hire")
"""What is said to a company is said in Japanese."""


@dataclass(frozen=True, slots=True)
class Shared:
    """A topic that a hire has allowed to be said: how, by whom, and on which day it was."""

    id: int
    topic: str
    mode: str
    consultant: str
    said_on: date | None


def offer(voice: Voice, limits: Limits, *, checkin: int, consultant: str, topics: Sequence[str]) -> Content:
    """What stands below the thanks of a check-in with low answers: their topics, and "nothing"."""
    rows = [_row(voice, limits, checkin, f"topic.{topic}", TOPICS[topic]) for topic in topics[:MOST]]
    rows.append(_row(voice, limits, checkin, "nothing", NOTHING))
    return (Paragraph(voice.say(ASK, consultant=consultant)),), tuple(rows)


def _row(voice: Voice, limits: Limits, subject: int, choice: str, message: Message) -> tuple[Button, ...]:
    return (press("share", subject, 0, choice, voice.label(message, limits.button)),)


def preview(voice: Voice, limits: Limits, *, checkin: int, topic: str, hire: str) -> Content:
    """The very words that the company would hear, beside the hire's own language, before anybody reads them."""
    heard = [f"{voice.one(MODES[mode])}:\n{to_company(mode, topic, hire)}" for mode in ("name", "general")]
    paragraphs = [Paragraph(voice.say(PREVIEW)), *(Paragraph(one) for one in heard)]
    if voice.locales != COMPANY.locales:
        means = [
            own.one(MEANS, sentence=own.one(SENTENCES[topic]))
            for own in _apart(voice)
            if own.locales != COMPANY.locales
        ]
        paragraphs.append(Paragraph("\n".join(means)))
    paragraphs.append(Paragraph(voice.say(LATER), Style.QUIET))
    rows = tuple(_row(voice, limits, checkin, f"{mode}.{topic}", message) for mode, message in MODES.items())
    return tuple(paragraphs), rows


def to_company(mode: str, topic: str, hire: str) -> str:
    """One polite Japanese sentence for the company; only ``name`` says whose it is."""
    sentence = COMPANY.one(SENTENCES[topic])
    return (
        COMPANY.one(GENERAL, sentence=sentence)
        if mode == "general"
        else COMPANY.one(FROM, hire=hire, sentence=sentence)
    )


def lines(voice: Voice, shared: Sequence[Shared]) -> tuple[Paragraph, ...]:
    """What was shared with the company, and when it was said there; for the hire alone."""
    return tuple(Paragraph("\n".join(dict.fromkeys(_line(own, one) for own in _apart(voice)))) for one in shared)


def _apart(voice: Voice) -> list[Voice]:
    """A voice for each language, for sentences that quote others."""
    return [Voice((locale,), voice.domain) for locale in voice.locales]


def _line(own: Voice, one: Shared) -> str:
    topic = own.one(TOPICS[one.topic])
    if one.said_on is None:
        return own.one(privacy.SHARED, topic=topic, mode=own.one(MODES[one.mode]))
    day = format_date(one.said_on, "long", own.first.partition("@")[0])
    return own.one(SAID, consultant=one.consultant, topic=topic, day=day)


def take_back(voice: Voice, limits: Limits, shared: Sequence[Shared]) -> tuple[tuple[Button, ...], ...]:
    """A button for each topic that may still be taken back."""
    return tuple(
        (press("share", one.id, 0, "undo", voice.label(TOPICS[one.topic], limits.button, prefix="✕ ")),)
        for one in shared
        if one.said_on is None
    )
