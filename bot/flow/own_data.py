"""Own data: the page on which a hire or a manager sees who reads what and what is stored, for nobody but them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.app import App
from bot.flow import sharing
from bot.flow.conversation import answered, answers_in_window, consultant_of, placements_of, voice_of
from bot.messages import HOME, Limits, Paragraph, is_surface
from bot.text import privacy as words
from bot.text import sharing as sharing_words
from bot.text.prompts import Content
from scheduler.workdays import add_months
from store import facts
from store.queries import answers, checkins, people


def page(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content:
    """Who reads the person's answers, what was shared, and the ways to see and to erase everything."""
    person = people.get(tx, one.person_id)
    voice, is_hire = voice_of(person), person.kind == "hire"
    keeps = people.keeps_numbers(tx, person.id) if is_hire else None
    step = one.detail.get("step")
    if step == "sure":
        return words.sure(voice, limits, person=person.id, keeps=keeps)
    consultant = consultant_of(tx, person)
    # What was shared stands nowhere in a chat that others may read.
    private = is_surface(one.place) or not answers_in_window(app, tx, person, one.address, limits)
    shown = sharing.of_hire(tx, person) if is_hire and private else []
    said = {"keep": words.NUMBERS_KEPT, "unkeep": words.NUMBERS_ERASED}.get(str(step))
    return words.page(
        voice,
        limits,
        person=person.id,
        consultant=consultant.name if consultant else "–",
        scored=_scored(tx, person),
        keeps=keeps,
        shared=sharing_words.lines(voice, shown),
        take_back=sharing_words.take_back(voice, limits, shown),
        window=not private,
        home=one.place == HOME,
        said=said,
    )


def stored(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | None:
    """A page of everything that is stored about the person."""
    person = people.get(tx, one.person_id)
    if answers_in_window(app, tx, person, one.address, limits) and not is_surface(one.place):
        return None
    voice = voice_of(person)
    shared: tuple[Paragraph, ...] = ()
    if person.kind == "hire":
        shared = sharing_words.lines(voice, sharing.of_hire(tx, person))
    return words.stored(voice, limits, of_person(app, tx, person), shared, person=person.id, page=one.turn)


def of_person(app: App, tx: Session, person: facts.Person) -> words.Stored:
    """What is stored about a hire or a manager that is theirs to see: never what others said of them, and no estimate."""
    own = placements_of(tx, person)
    zone = ZoneInfo(own[0].timezone) if own else app.desk.zone

    def day(moment: datetime) -> datetime:
        return moment.astimezone(zone)

    forgotten = add_months(day(app.clock()).date(), -app.settings.privacy.retention.free_text)
    hires = {one.id: one.hire.name for one in own}
    told = []
    for checkin in checkins.begun_by(tx, person.id):
        survey = app.surveys.get(checkin.survey)
        rows = answers.of(tx, checkin.id)
        if survey is None or not rows:
            continue
        given = []
        for row, question, choice in answered(app, rows, checkin.survey):
            gone = row.is_text and row.words is None and day(row.answered_at).date() <= forgotten
            given.append(words.Given(question.label, choice.label if choice else None, row.words, gone))
        about = hires.get(checkin.placement_id) if person.kind == "manager" else None
        told.append(words.Answers(survey.title, checkin.due_on, about, tuple(given)))
    return words.Stored(
        name=person.name if person.call_name in (None, person.name) else f"{person.name} ({person.call_name})",
        email=person.email,
        phone=people.phone_of(tx, person.id),
        languages=person.languages,
        work=tuple((one.company, one.start_date, one.consultant.name) for one in own),
        decided=tuple((agreed, day(at).date(), version) for agreed, at, version in people.decisions(tx, person.id)),
        scored=_scored(tx, person),
        answers=tuple(told),
    )


def _scored(tx: Session, person: facts.Person) -> bool | None:
    """Whether a level is estimated of a hire; None for a manager."""
    if person.kind != "hire":
        return None
    return any(people.may_score(tx, person, one.id) for one in placements_of(tx, person))
