"""The one conversation that every channel shares: answers in, the next question out.

The state is the answers, in the order they were given, and a turn number. The next question is the first relevant one
without an answer; going back drops an answer. A button carries the turn at which it was shown, so that a press that
comes late, or twice, is known for what it is and changes nothing.

Words that came where a choice was asked for wait as a pending note: an :class:`Answer` named ``<question>.note`` behind
the answers. It joins the answer when that is given, so that no word of a person is lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeAlias, assert_never

from surveys import parse
from surveys.model import Answer, Context, Labels, Question, Survey
from surveys.relevance import holds


@dataclass(frozen=True)
class Conversation:
    """One survey with one person. ``limit`` may lower the survey's ``max_questions``, say for a busy manager."""

    survey: Survey
    answers: tuple[Answer, ...] = ()
    context: Context = field(default_factory=dict)
    turn: int = 0
    limit: int | None = None

    @cached_property
    def remaining(self) -> tuple[Question, ...]:
        """What is still to be asked as things stand; worked out once, because each reply asks for it several times."""
        return tuple(_remaining(self))


@dataclass(frozen=True, slots=True)
class Chose:
    """A button with a choice was pressed; ``turn`` is the one at which it was shown."""

    turn: int
    choice: str


@dataclass(frozen=True, slots=True)
class Said:
    """Something was written; ``labels`` are those of the question that is open."""

    text: str
    labels: Labels = field(default_factory=Labels)


@dataclass(frozen=True, slots=True)
class Skip:
    """The person prefers not to say; ``turn`` is None when it was written instead of pressed."""

    turn: int | None = None


@dataclass(frozen=True, slots=True)
class Back:
    """The person wants the question before this one again; ``turn`` is None when it was written instead of pressed."""

    turn: int | None = None


Reply: TypeAlias = Chose | Said | Skip | Back


@dataclass(frozen=True, slots=True)
class Asked:
    """This question is open now: number ``number`` of about ``total``, shown at ``turn``."""

    question: Question
    number: int
    total: int
    turn: int


@dataclass(frozen=True, slots=True)
class Answered:
    """This answer was taken. ``cut`` says that the words were longer than can be kept."""

    answer: Answer
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Rejected:
    """Nothing was answered; ``question`` is still open (None when the conversation is over).

    ``reason``: ``empty``; ``noted`` (words kept, please choose); ``unknown_choice``; ``first`` (nothing to go back to);
    ``completed``.
    """

    question: Question | None
    reason: str


@dataclass(frozen=True, slots=True)
class Late:
    """A button of another turn was pressed and nothing changed; ``question`` is what is open now, if anything."""

    turn: int
    question: Question | None


@dataclass(frozen=True, slots=True)
class Completed:
    """Every question that is relevant has its answer."""


Event: TypeAlias = Asked | Answered | Rejected | Late | Completed


@dataclass(frozen=True, slots=True)
class Turn:
    """What a reply led to: the conversation from now on, and what to tell the person, in order."""

    conversation: Conversation
    events: tuple[Event, ...]


def start(survey: Survey, *, context: Context, limit: int | None = None, answers: tuple[Answer, ...] = ()) -> Turn:
    """Begin a survey, or take it up with the answers that are there already."""
    conversation = Conversation(survey, answers, context, limit=limit)
    return Turn(conversation, (_next(conversation),))


def resume(conversation: Conversation, reply: Reply) -> Turn:
    """Take one reply. Never raises: whatever comes, late or empty or after the end, has its event."""
    question = next_question(conversation)
    turn = None if isinstance(reply, Said) else reply.turn
    if turn is not None and turn != conversation.turn:
        return Turn(conversation, (Late(turn, question),))
    if question is None:
        return Turn(conversation, (Rejected(None, "completed"),))

    match reply:
        case Chose(_, name):
            if question.choice(name) is None:
                return Turn(conversation, (Rejected(question, "unknown_choice"),))
            return _answer(conversation, question, name)
        case Skip():
            return _answer(conversation, question, None)
        case Said(text, labels):
            return _said(conversation, question, text, labels)
        case Back():
            return _back(conversation, question)
        case _:
            assert_never(reply)


def next_question(conversation: Conversation) -> Question | None:
    """The question that is open: the first relevant one without an answer, or None when the conversation is over."""
    return next(iter(conversation.remaining), None)


def progress(conversation: Conversation) -> tuple[int, int]:
    """The open question's number and how many there are, as far as the answers so far tell (a follow-up adds one)."""
    answered, remaining = len(_given(conversation)), len(conversation.remaining)
    return min(answered + 1, answered + remaining), answered + remaining


def note_name(question: Question) -> str:
    """The name under which words wait that are no answer to this question yet. No question can be called so."""
    return f"{question.name}.note"


def _remaining(conversation: Conversation) -> Iterator[Question]:
    """What is still to be asked as things stand, one after the other: relevant, unanswered, within the bounds."""
    survey, given = conversation.survey, _given(conversation)
    bound = survey.max_questions if conversation.limit is None else min(conversation.limit, survey.max_questions)
    follow_ups = survey.max_follow_ups - sum(survey.question(name).is_follow_up for name in given)
    values = {
        **conversation.context,
        **{name: answer.value for name, answer in given.items() if answer.value is not None},
    }
    room = bound - len(given)
    for question in survey.questions:
        if room <= 0:
            return
        if question.name in given or (question.relevant is not None and not holds(question.relevant, values)):
            continue
        if question.is_follow_up:
            if follow_ups <= 0:
                continue
            follow_ups -= 1
        room -= 1
        yield question


def _given(conversation: Conversation) -> Mapping[str, Answer]:
    """The answers by question, in the order given, without pending notes and questions of an older version."""
    known = {question.name for question in conversation.survey.questions}
    return {answer.question: answer for answer in conversation.answers if answer.question in known}


def _next(conversation: Conversation) -> Event:
    question = next_question(conversation)
    return Completed() if question is None else Asked(question, *progress(conversation), conversation.turn)


def _moved(conversation: Conversation, answers: tuple[Answer, ...], *events: Event) -> Turn:
    moved = replace(conversation, answers=answers, turn=conversation.turn + 1)
    return Turn(moved, (*events, _next(moved)))


def _answer(
    conversation: Conversation, question: Question, value: str | None, *, words: str | None = None, cut: bool = False
) -> Turn:
    """Store an answer, with the words that waited for it, and go on."""
    pending, others = _pending(conversation, question)
    answer = Answer(question.name, value, _joined(pending, words))
    return _moved(conversation, _insert(others, answer, conversation), Answered(answer, cut))


def _said(conversation: Conversation, question: Question, text: str, labels: Labels) -> Turn:
    result = parse.parse(question, text, labels)
    if isinstance(result, parse.Parsed):
        return _answer(conversation, question, result.value, cut=result.cut)
    if result.reason == "empty":
        return Turn(conversation, (Rejected(question, "empty"),))
    return _unreadable(conversation, question, text)


def _unreadable(conversation: Conversation, question: Question, text: str) -> Turn:
    """Keep the words, and ask for a choice once more; after that the question counts as not answered.

    So nobody is asked the same thing for ever.
    """
    words, cut = parse.clean(text)
    pending, _ = _pending(conversation, question)
    if pending is not None:
        return _answer(conversation, question, None, words=words, cut=cut)
    waiting = (*conversation.answers, Answer(note_name(question), words))
    return Turn(replace(conversation, answers=waiting), (Rejected(question, "noted"),))


def _back(conversation: Conversation, question: Question) -> Turn:
    """Drop the last answer and ask it again. Words that had joined it wait once more; they are not taken back.

    No other answer can become irrelevant by this, because a question may depend on earlier ones only (the loader
    refuses anything else).
    """
    given = _given(conversation)
    if not given:
        return Turn(conversation, (Rejected(question, "first"),))
    last = list(given.values())[-1]
    answers = tuple(answer for answer in conversation.answers if answer.question != last.question)
    if last.note is not None:
        answers += (Answer(note_name(conversation.survey.question(last.question)), last.note),)
    return _moved(conversation, answers)


def _pending(conversation: Conversation, question: Question) -> tuple[str | None, tuple[Answer, ...]]:
    """The words that wait for this question, and all other answers."""
    name = note_name(question)
    words = next((answer.value for answer in conversation.answers if answer.question == name), None)
    return words, tuple(answer for answer in conversation.answers if answer.question != name)


def _joined(note: str | None, words: str | None) -> str | None:
    """Both, one below the other; the same words sent twice stand once."""
    if note is None or words is None:
        return note if words is None else words
    return note if note == words or note.endswith(f"\n{words}") else f"{note}\n{words}"


def _insert(answers: tuple[Answer, ...], answer: Answer, conversation: Conversation) -> tuple[Answer, ...]:
    """Answers in their order first, then the notes that wait: the same replies always give the same state."""
    known = {question.name for question in conversation.survey.questions}
    given = tuple(each for each in answers if each.question in known)
    return (*given, answer, *(each for each in answers if each.question not in known))
