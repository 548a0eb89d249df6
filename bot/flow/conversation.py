"""A conversation as it stands in the store: whose it is, in which languages, and what was answered so far."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlmodel import Session

from bot.app import App
from bot.messages import Limits
from bot.text.catalog import Voice, spoken
from store import facts
from store.queries import answers, placements
from surveys.conversation import Conversation
from surveys.model import Answer, Choice, Message, Question, Respondent, Survey


def load(app: App, tx: Session, checkin: facts.CheckIn) -> Conversation:
    """The conversation of a check-in, put together from its stored answers."""
    return load_from(app, checkin, answers.of(tx, checkin.id))


def load_from(app: App, checkin: facts.CheckIn, rows: Sequence[facts.Answered]) -> Conversation:
    """The same, out of answers that were read already."""
    given = tuple(
        Answer(row.question, row.words if row.is_text else row.value, None if row.is_text else row.words)
        for row in rows
    )
    # What was begun of a survey that is there no more has nothing left to ask.
    survey = app.surveys.get(checkin.survey) or Survey(
        checkin.survey,
        1,
        Respondent(checkin.respondent),
        Message(checkin.survey, checkin.survey),
        questions=(),
        max_questions=1,
        max_follow_ups=0,
    )
    return Conversation(survey, given, checkin.context, checkin.turn, checkin.question_limit)


def answered(
    app: App, given: Sequence[facts.Answered], form: str
) -> Iterator[tuple[facts.Answered, Question, Choice | None]]:
    """Each answer with its question and the choice that was made, if one was; nothing where a consultancy has taken the
    survey away, and nothing of a question that it has no more."""
    survey = app.surveys.get(form)
    known = {question.name: question for question in survey.questions} if survey else {}
    for answer in given:
        # Words that wait for a choice, which was never made, belong to their question all the same.
        question = known.get(answer.question.removesuffix(".note"))
        if question is not None:
            yield answer, question, question.choice(answer.value) if answer.value else None


def voice_of(person: facts.Person) -> Voice:
    """How to speak to a hire or a manager."""
    return Voice.of(person.languages, "hire", stacked=person.stacked)


def answers_in_window(app: App, tx: Session, person: facts.Person, address: facts.Address, limits: Limits) -> bool:
    """True for somebody whose questions are asked in a window, never in the chat, where the platform has windows.

    The person's own choice decides; without one it is so for a hire in a workspace that is their company's own
    (``[companies."X"] slack_team``), because its administrators may be able to read messages.
    """
    if not limits.forms:
        return False
    if person.answers_in is not None:
        return person.answers_in == "form"
    if person.kind != "hire" or not address.team:
        return False
    return any(app.settings.company(one.company).slack_team == address.team for one in placements_of(tx, person))


def reading(person: facts.Person) -> Voice:
    """Every language in which a hire or a manager may answer: also those in which nothing is shown at the moment."""
    return Voice(tuple(dict.fromkeys(spoken(language, "hire") for language in (*person.languages, "en"))), "hire")


def placements_of(tx: Session, person: facts.Person) -> list[facts.Placement]:
    """The placements that a hire or a manager is asked about, running ones first."""
    wanted = {"hire_id": person.id} if person.kind == "hire" else {"manager_id": person.id}
    found = placements.everyone(tx, **wanted)
    return sorted(found, key=lambda placement: (placement.left_on is not None, placement.start_date))


def consultant_of(tx: Session, person: facts.Person) -> facts.Person | None:
    """Who looks after a hire or a manager."""
    return next((placement.consultant for placement in placements_of(tx, person)), None)
