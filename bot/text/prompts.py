"""What a check-in says to a hire or a manager: the opening, each question, the reminder, the thanks.

An opening and a reminder are neutral: no question, no company and no manager's name stand in them, because a phone can be
looked at over a shoulder. The questions come after a press.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.charts import Drawn
from bot.messages import FORM, Button, Field, Form, Limits, Paragraph, Payload, Style
from bot.text.catalog import Voice
from surveys.model import Labels, Message, Question

Content = tuple[tuple[Paragraph, ...], tuple[tuple[Button, ...], ...]]
"""What most messages are: paragraphs, and rows of buttons."""


@dataclass(frozen=True, slots=True)
class Page:
    """A message whole: with a form or a picture that is still to be drawn, where it has one."""

    paragraphs: tuple[Paragraph, ...]
    rows: tuple[tuple[Button, ...], ...] = ()
    form: Form | None = None
    chart: Drawn | None = None


OPENING = Message(
    "prompt.opening", "Hello %(name)s. Your check-in is ready. It takes about two minutes, whenever you like."
)
OPENING_AGAIN = Message("prompt.reminder", "Hello %(name)s. Your check-in is still open. It takes about two minutes.")
HALFWAY = Message(
    "prompt.halfway", "Hello %(name)s. You have answered part of your check-in. We can go on where you stopped."
)
START = Message("prompt.start", "Start")
GO_ON = Message("prompt.go_on", "Go on")
LATER = Message("prompt.later", "Later")
LATER_WHEN = Message("prompt.later_when", "When shall I ask again?")
TONIGHT = Message("prompt.tonight", "Tonight")
TOMORROW = Message("prompt.tomorrow", "Tomorrow")
SUNDAY = Message("prompt.sunday", "On Sunday")
PROGRESS = Message("prompt.progress", "%(number)s of %(total)s")
SEEN_BY = Message(
    "prompt.seen_by", "%(consultant)s, your consultant, and the agency's lead read this. Nobody in the company does."
)
BACK = Message("prompt.back", "Back")
SKIP = Message("prompt.skip", "Prefer not to say")
LANGUAGE = Message("prompt.language", "Language")
HELP = Message("prompt.help", "I need help")
OWN_WORDS = Message("prompt.own_words", "Please write in any language.")
YOUR_ANSWER = Message("prompt.your_answer", "Your answer")
WRITE = Message("prompt.write", "Write an answer")
SEND = Message("prompt.send", "Send")
ABOUT = Message("prompt.about", "About %(hire)s")
SHOW_ANSWERS = Message("prompt.show_answers", "Show my answers")
HIDE_ANSWERS = Message("prompt.hide_answers", "Hide")
YOUR_ANSWERS = Message("prompt.your_answers", "Your answers")
NO_ANSWER = Message("prompt.no_answer", "no answer")
THANKS = Message("prompt.thanks", "Done, thank you, %(name)s.")
THANKS_NEXT = Message(
    "prompt.thanks_next", "The next check-in comes in about a month. If you need help before, write “help” at any time."
)

REPEATED = Message("prompt.repeated", "(Sent again, because the first one perhaps did not reach you.)")
REHEARSAL = Message("prompt.rehearsal", "This is a rehearsal. The time is played, and nothing of this is real.")

LEADS = {
    "noted": Message(
        "lead.noted", "Thank you, I have kept your words for your consultant. Please also choose one of these answers."
    ),
    "empty": Message("lead.empty", "I could not read that. Please tap one of the answers, or write its number."),
    "late": Message("lead.late", "That question is already answered, and nothing has changed. Here is the next one."),
    "first": Message("lead.first", "This is the first question, so there is nothing to go back to."),
    "back": Message("lead.back", "All right, one step back."),
    "language": Message("lead.language", "All right, I have changed the language."),
    "cut": Message("lead.cut", "Thank you. Your message was very long, so I have kept its first part."),
    "follow_up": Message("lead.follow_up", "Thank you for telling us."),
    "again": Message("lead.again", "Perhaps this question did not reach you. If it did, please answer it only once."),
    "wish": Message("lead.wish", "Thank you. Your consultant will contact you about this."),
    "help": Message(
        "lead.help",
        "I have told your consultant that you need help. In an emergency call 110 (police) or 119 (ambulance).",
    ),
}
"""What stands above a question when it is asked after something special."""

TOPICS = {
    "intention": Message("topic.intention", "staying here"),
    "overall": Message("topic.overall", "how you feel at work"),
    "growth": Message("topic.growth", "learning and growing"),
    "pay": Message("topic.pay", "pay"),
    "supervisor": Message("topic.supervisor", "your boss"),
    "promise": Message("topic.promise", "the work that was promised"),
    "peer": Message("topic.peer", "help from people at work"),
    "life": Message("topic.life", "daily life"),
    "hours": Message("topic.hours", "working hours and days off"),
    "language": Message("topic.language", "the Japanese used at work"),
    "clarity": Message("topic.clarity", "what belongs to your job"),
    "recognition": Message("topic.recognition", "how your work is judged"),
}
"""What a promise to a hire can be about, in the hire's own words."""


def press(kind: str, subject: int, turn: int, choice: str, label: str) -> Button:
    """A button."""
    return Button(label, Payload(kind, subject, turn, choice))


def opening(voice: Voice, limits: Limits, *, checkin: int, name: str, kind: str, window: bool = False) -> Content:
    """The neutral opening (``kind`` "opening"), a reminder, or the reminder of one who stopped halfway; it begins in a
    ``window`` or in the chat."""
    message = {"opening": OPENING, "reminder": OPENING_AGAIN, "halfway": HALFWAY}[kind]
    start = GO_ON if kind == "halfway" else START
    row = (
        press("opening", checkin, 0, f"{FORM}start" if window else "start", voice.label(start, limits.button)),
        press("opening", checkin, 0, "later", voice.label(LATER, limits.button)),
    )
    return (Paragraph(voice.say(message, name=name)),), (row,)


def later(voice: Voice, limits: Limits, *, checkin: int) -> Content:
    """When to ask again: tonight, tomorrow or on Sunday."""
    row = tuple(
        press("opening", checkin, 0, choice, voice.label(message, limits.button))
        for choice, message in (("tonight", TONIGHT), ("tomorrow", TOMORROW), ("sunday", SUNDAY))
    )
    return (Paragraph(voice.say(LATER_WHEN)),), (row,)


def labels_of(voice: Voice, asked: Question) -> Labels:
    """What the person may write for each choice: its label and its further words, in each of their languages."""
    of: dict[str, tuple[str, ...]] = {}
    for choice in asked.choices:
        words = re.split("[,、،]", ",".join(voice.lines(choice.words))) if choice.words else []
        of[choice.name] = (*voice.lines(choice.label), *(word.strip() for word in words if word.strip()))
    return Labels(of)


def question(
    voice: Voice,
    limits: Limits,
    *,
    checkin: int,
    turn: int,
    asked: Question,
    number: int,
    total: int,
    consultant: str,
    hire: str,
    about: str | None = None,
    topic: str | None = None,
    lead: str | None = None,
    first: bool = False,
    elsewhere: bool = False,
) -> Content:
    """One question with its choices, its place in the check-in and who reads the answer.

    ``hire`` is the hire's call name, ``about`` the same where a manager must be told of whom we speak, ``topic`` the
    driver of a promise; on the ``first`` question there is nothing to go back to. Where it is answered ``elsewhere``, its
    choices do not stand in the chat.
    """
    paragraphs = [Paragraph(voice.say(LEADS[lead]))] if lead else []
    head = voice.lines(PROGRESS, number=number, total=total)[0]
    if about:
        head = f"{head} · {voice.one(ABOUT, hire=about)}"
    paragraphs.append(Paragraph(head, Style.QUIET))
    lines = []
    for locale in voice.locales:
        single = Voice((locale,), voice.domain)
        promise = single.one(TOPICS[topic]) if topic in TOPICS else ""
        lines.append(single.one(asked.label, hire=hire, promise=promise))
        if asked.hint:
            lines.append(single.one(asked.hint, hire=hire, promise=promise))
    paragraphs.append(Paragraph("\n".join(dict.fromkeys(lines)), Style.TITLE))
    if asked.is_text:
        paragraphs.append(Paragraph(voice.say(OWN_WORDS)))
    paragraphs.append(Paragraph(voice.say(SEEN_BY, consultant=consultant), Style.QUIET))
    rows: list[tuple[Button, ...]] = [
        (press("question", checkin, turn, choice.name, voice.label(choice.label, limits.button, prefix=f"{place}. ")),)
        for place, choice in enumerate(() if elsewhere else asked.choices, 1)
    ]
    rows.append(_ways_out(voice, limits, checkin=checkin, turn=turn, first=first))
    return tuple(paragraphs), tuple(rows)


def words_form(voice: Voice, limits: Limits, *, checkin: int, turn: int) -> Form:
    """The field for an answer in one's own words, in a window."""
    field = Field("words", voice.say(YOUR_ANSWER))
    return Form((field,), press("question", checkin, turn, "words", voice.label(SEND, limits.button)))


def write_button(voice: Voice, limits: Limits, *, checkin: int, turn: int) -> Button:
    """Opens a window for an answer in one's own words."""
    return press("question", checkin, turn, f"{FORM}write", voice.label(WRITE, limits.button))


def _ways_out(voice: Voice, limits: Limits, *, checkin: int, turn: int, first: bool) -> tuple[Button, ...]:
    ways = [("skip", SKIP), ("back", BACK), ("later", LATER), ("language", LANGUAGE), ("help", HELP)]
    return tuple(
        press("menu", checkin, turn, choice, voice.label(message, limits.button))
        for choice, message in ways
        if not (first and choice == "back")
    )


def thanks(
    voice: Voice, limits: Limits, *, name: str, checkin: int, window: bool = False, last: bool = False
) -> Content:
    """The end of a check-in, of the ``last`` one without a word of the next. The person's own answers are shown when they
    ask for them, in a ``window`` or here."""
    ahead = () if last else (Paragraph(voice.say(THANKS_NEXT), Style.QUIET),)
    paragraphs = (Paragraph(voice.say(THANKS, name=name)), *ahead)
    show = press("answers", checkin, 0, f"{FORM}show" if window else "show", voice.label(SHOW_ANSWERS, limits.button))
    return paragraphs, ((show,),)


@dataclass(frozen=True, slots=True)
class Told:
    """One check-in for whoever answered it: the hire's name, which is said where it is ``about`` them and not by them, the
    topic of a promise, and each question with a choice, the person's own words, or nothing."""

    hire: str
    about: bool
    topic: str
    answers: tuple[tuple[Message, Message | str | None], ...]


def own_answers(voice: Voice, limits: Limits, *, checkin: int, told: Sequence[Told], hides: bool = True) -> Content:
    """What a person has answered, for that person alone. What does not fit is shortened at its end."""
    parts = []
    for one in told:
        promise = voice.one(TOPICS[one.topic]) if one.topic in TOPICS else "…"
        lines = [voice.one(ABOUT, hire=one.hire)] if one.about else []
        for question, answer in one.answers:
            said = answer if isinstance(answer, str) else voice.one(answer or NO_ANSWER)
            lines.append(f"{voice.one(question, hire=one.hire, promise=promise)}\n→ {said}")
        parts.append("\n".join(lines))
    head = Paragraph(voice.say(YOUR_ANSWERS), Style.QUIET)
    room = limits.text - len(head.text) - len("\n\n")
    text = "\n\n".join(parts)
    body = Paragraph(text if len(text) <= room else f"{text[: room - 1]}…")
    hide = press("answers", checkin, 0, "hide", voice.label(HIDE_ANSWERS, limits.button))
    return (head, body), ((hide,),) if hides else ()


def rehearsal(voice: Voice) -> Paragraph:
    """What stands below every message to a hire or a manager in a rehearsal."""
    return Paragraph(voice.say(REHEARSAL), Style.QUIET)
