"""Both views of one thing: what a hire and their manager answered about it in the same month of the stay.

Only somebody of the agency reads it. Neither side ever does, since it would tell each what the other said.
"""

from __future__ import annotations

from datetime import date

from sqlmodel import Session

from bot.app import App
from bot.text.mirror import Pair, View
from scheduler.workdays import whole_months
from store.queries import answers
from surveys.model import Choice, Question, Respondent

MONTHS = 3
"""How far back the pairs go: in three months each topic has its turn."""


def pairs(app: App, tx: Session, placement_id: int, until: date | None = None) -> tuple[Pair, ...]:
    """The latest answers of both sides to each question that has a mirror, the widest gap first; with ``until`` those of
    check-ins until that day, so that what is said of an earlier month does not tell of a later one."""
    given: dict[str, dict[str, tuple[Question, Choice]]] = {}
    found: dict[str, Pair] = {}
    listed = [one for one in answers.about(tx, [placement_id]) if until is None or one[0].due_on <= until]
    # The oldest first, and a month's hire before the manager: the latest pair of a question stays.
    for checkin, rows in sorted(listed, key=lambda one: one[0].respondent != Respondent.HIRE):
        survey = app.surveys.get(checkin.survey)
        known = {question.name: question for question in survey.questions} if survey else {}
        told = [
            (question, choice)
            for answer in rows
            if (question := known.get(answer.question)) and answer.value and (choice := question.choice(answer.value))
        ]
        if checkin.respondent == Respondent.HIRE:
            given.setdefault(checkin.period, {}).update({question.name: (question, taken) for question, taken in told})
            continue
        for question, taken in told:
            own = given.get(checkin.period, {}).get(question.mirrors or "")
            if own is not None:
                points = len(question.choices) if question.scale and own[0].scale else None
                driver = question.driver or own[0].driver or ""
                found[own[0].name] = Pair(checkin.due_on, driver, _view(*own), _view(question, taken), points)
    newest = max((pair.on for pair in found.values()), default=None)
    lately = [pair for pair in found.values() if newest and whole_months(pair.on, newest) < MONTHS]
    return tuple(sorted(lately, key=lambda pair: -abs(pair.gap or 0)))


def _view(question: Question, taken: Choice) -> View:
    return View(question.label, taken.label, int(taken.name) if question.scale else None)
