"""The words for a hire and for a manager: check-ins, their own answers, consent, and help in danger."""

from __future__ import annotations

from dataclasses import replace

from sqlmodel import Session

from bot.app import App
from bot.flow import agency, forms, hotlines, sharing
from bot.flow.conversation import answered, answers_in_window, consultant_of, load, voice_of
from bot.flow.render.reader import person_of, told_in
from bot.flow.safety import HOLD
from bot.messages import Limits, Paragraph, is_surface
from bot.text import consent as consent_words
from bot.text import forms as form_words
from bot.text import prompts, replies
from bot.text import safety as safety_words
from bot.text import sharing as sharing_words
from bot.text.prompts import Content, Page
from risk.policy import PolicyRow, reading_of
from scheduler.plan import EXIT
from store import facts
from store.queries import alerts, answers, checkins, people, placements
from surveys.conversation import next_question, progress
from surveys.model import Message, Respondent


def opening(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | None:
    """An opening or a reminder; once begun, a reminder says so."""
    checkin = checkins.get(tx, one.subject)
    if checkin is None or checkin.state != "open":
        return None
    person, voice = person_of(tx, one)
    kind = one.kind
    if kind == "reminder" and checkin.started_at is not None:
        kind = "halfway"
    window = answers_in_window(app, tx, person, one.address, limits)
    return prompts.opening(voice, limits, checkin=checkin.id, name=person.called, kind=kind, window=window)


def later(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | None:
    """When to ask again."""
    _, voice = person_of(tx, one)
    return prompts.later(voice, limits, checkin=one.subject)


def question(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | Page | None:
    """The question that is next now, or nothing where the conversation has gone on since it was promised."""
    checkin = checkins.get(tx, one.subject)
    if checkin is None or checkin.state not in ("open", "expired") or checkin.turn != one.turn:
        return None
    conversation = load(app, tx, checkin)
    asked = next_question(conversation)
    if asked is None:
        return None
    person, voice = person_of(tx, one)
    in_window = limits.forms and is_surface(one.place)
    if not in_window and answers_in_window(app, tx, person, one.address, limits):
        # No question stands in this person's chat, also when they wrote there: it goes on in a window.
        kind = "halfway" if conversation.answers else "opening"
        return prompts.opening(voice, limits, checkin=checkin.id, name=person.called, kind=kind, window=True)
    names = placements.names(tx, checkin.placement_id)
    # How the hire wants to be called are the hire's own words; a manager reads the name of the roster.
    about = names.hire if checkin.respondent == Respondent.MANAGER else None
    number, total = progress(conversation)
    lead = one.detail.get("lead")
    promised = str(checkin.context.get("promised_topic") or "") or None
    on_page = forms.wanted(app, one, asked, limits)
    paragraphs, rows = prompts.question(
        voice,
        limits,
        checkin=checkin.id,
        turn=checkin.turn,
        asked=asked,
        number=number,
        total=total,
        consultant=names.consultant,
        hire=about or names.called,
        about=about,
        topic=promised,
        lead=lead,
        first=not conversation.answers,
        elsewhere=on_page,
    )
    form = None
    if asked.is_text and in_window:
        form = prompts.words_form(voice, limits, checkin=checkin.id, turn=checkin.turn)
    elif asked.is_text and limits.forms and getattr(app.settings.privacy.free_text, one.address.platform, "") == "form":
        rows = ((prompts.write_button(voice, limits, checkin=checkin.id, turn=checkin.turn),), *rows)
    elif on_page:
        page = forms.address(app, tx, checkin)
        paragraphs = (*paragraphs, Paragraph(voice.say(form_words.LEADS_THERE)), Paragraph(page))
    return Page(paragraphs, rows, form)


def thanks(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | None:
    """The end of a check-in, with what a hire may let the consultant bring up."""
    person, voice = person_of(tx, one)
    window = answers_in_window(app, tx, person, one.address, limits)
    in_window = is_surface(one.place)
    done = checkins.get(tx, one.subject)
    # Who leaves is not promised another check-in.
    last = done is not None and done.period == EXIT
    said = prompts.thanks(
        voice, limits, name=person.called, checkin=one.subject, window=window and not in_window, last=last
    )
    if in_window or not window:
        # In a chat that others may read stands nothing of which topics were low.
        said = _with_offer(tx, one, limits, person, said)
    if not app.settings.privacy.keep_answers_in_chat or window or in_window:
        return said
    taken = sum(len(paragraph.text) + len("\n\n") for paragraph in said[0])
    kept = own_answers(app, tx, one, replace(limits, text=limits.text - taken), hides=False)
    return said if kept is None else ((*said[0], *kept[0]), said[1][:-1])


def _with_offer(tx: Session, one: facts.Delivery, limits: Limits, person: facts.Person, said: Content) -> Content:
    """The thanks with what the hire has just chosen to share above it, or with the low topics that may be shared below."""
    voice = voice_of(person)
    kept = sharing_words.KEPT.get(str(one.detail.get("kept")))
    if kept is not None:
        return (Paragraph(voice.say(kept)), *said[0]), said[1]
    checkin = checkins.get(tx, one.subject)
    topics = sharing.low_topics(tx, checkin) if checkin and not one.detail.get("asked") else ()
    if checkin is None or not topics:
        return said
    consultant = placements.names(tx, checkin.placement_id).consultant
    asked = sharing_words.offer(voice, limits, checkin=checkin.id, consultant=consultant, topics=topics)
    return (*said[0], *asked[0]), (*asked[1], *said[1])


def share(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | None:
    """What a manager would be told of a topic, before the hire lets it be said."""
    person, voice = person_of(tx, one)
    checkin = checkins.get(tx, one.subject)
    if checkin is None or (answers_in_window(app, tx, person, one.address, limits) and not is_surface(one.place)):
        return None
    hire = placements.names(tx, checkin.placement_id).hire
    return sharing_words.preview(voice, limits, checkin=checkin.id, topic=str(one.detail["topic"]), hire=hire)


def share_said(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | None:
    """Told where nobody else reads the chat; elsewhere it stands on the hire's own page."""
    person, voice = person_of(tx, one)
    said = tuple(each for each in sharing.of_hire(tx, person) if each.id == one.subject and each.said_on)
    if not said or answers_in_window(app, tx, person, one.address, limits):
        return None
    return sharing_words.lines(voice, said), ()


def own_answers(app: App, tx: Session, one: facts.Delivery, limits: Limits, *, hides: bool = True) -> Content | None:
    """What the person answered on that day, for nobody but them."""
    person, voice = person_of(tx, one)
    checkin = checkins.get(tx, one.subject)
    if checkin is None or checkin.person_id != person.id:
        return None
    told = []
    for each in checkins.answered_of(tx, person.id, checkin.due_on):
        placement = placements.get(tx, each.placement_id)
        about = each.respondent == Respondent.MANAGER
        given = _given(app, answers.of(tx, each.id), each.survey)
        hire = placement.hire.name if about else placement.hire.called
        told.append(prompts.Told(hire, about, str(each.context.get("promised_topic") or ""), given))
    return prompts.own_answers(voice, limits, checkin=checkin.id, told=told, hides=hides)


def _given(app: App, answers: list[facts.Answered], form: str) -> tuple[tuple[Message, Message | str | None], ...]:
    found: list[tuple[Message, Message | str | None]] = []
    for answer, asked, choice in answered(app, answers, form):
        if choice is not None or not answer.words:
            found.append((asked.label, choice.label if choice else None))
        if answer.words:
            found.append((asked.label, f"“{answer.words}”"))
    return tuple(found)


def say(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | None:
    """One short sentence."""
    person, voice = person_of(tx, one)
    consultant = consultant_of(tx, person)
    reference = str(one.detail.get("reference", one.id))
    values = {"consultant": consultant.name if consultant else "–", "reference": reference}
    code = str(one.detail["code"])
    offers_help = code in ("nothing_open", "closed", "stopped", "paused")
    return replies.reply(voice, limits, code=code, person=person.id, help_button=offers_help, **values)


def language(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | None:
    """The languages to choose from."""
    person, voice = person_of(tx, one)
    return replies.language_menu(voice, limits, person=person.id, turn=0, languages=person.languages)


def pause(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | None:
    """For how long to be asked nothing."""
    person, voice = person_of(tx, one)
    return replies.pause_menu(voice, limits, person=person.id, paused=person.stopped)


def consent(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | None:
    """What is asked and kept, and whether the person agrees."""
    person, voice = person_of(tx, one)
    placement = placements.get(tx, one.subject)
    return consent_words.ask(
        voice,
        limits,
        placement=placement.id,
        hire_side=person.kind == "hire",
        name=person.called,
        consultant=placement.consultant.name,
        company=placement.company,
        hire=placement.hire.name,
        platform=one.address.platform,
        words=app.settings.privacy.retention.free_text,
        answers=app.settings.privacy.retention.scores,
    )


def declined(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | None:
    """The answer to a "no"."""
    return consent_words.declined(person_of(tx, one)[1])


def call_name(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | None:
    """How the person wants to be called."""
    person, voice = person_of(tx, one)
    return consent_words.ask_call_name(voice, limits, person=person.id, name=person.name)


def hour(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | None:
    """At what time of day to ask."""
    person, voice = person_of(tx, one)
    return consent_words.ask_hour(voice, limits, person=person.id, name=person.called)


def ready(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | None:
    """That all is set up."""
    person, voice = person_of(tx, one)
    return consent_words.ready(voice, name=person.called)


def safety(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | None:
    """What somebody in danger reads: who is told and when, and who helps now."""
    person, voice = person_of(tx, one)
    found = alerts.get(tx, one.subject)
    if found is None:
        return None
    row, on_call = PolicyRow.from_dict(found.policy), app.settings.alerts.on_call is not None
    current = checkins.current(tx, person.id)
    return safety_words.message(
        voice,
        limits,
        alert=found.id,
        step=str(one.detail["step"]),
        reader=_reader(app, tx, one, found),
        above=found.hidden_from is not None and bool(found.contact.get("about")),
        reading=reading_of(row, app.clock(), app.desk, on_call=on_call and found.kind == "safety"),
        zone=app.desk.zone,
        hold=int(HOLD.total_seconds() // 60),
        desks=hotlines.open_desks(app, tx, voice, app.clock()),
        go_on=current.id if current is not None and current.started_at is not None else None,
    )


def _reader(app: App, tx: Session, one: facts.Delivery, found: facts.Alert) -> str:
    """Who has read a call, or is told of it: on a day on which the consultant is away, whoever stands in."""
    if "reader" in one.detail:
        return people.get(tx, int(one.detail["reader"])).name
    if found.hidden_from is None or not found.contact.get("about"):
        today = app.clock().astimezone(app.desk.zone).date()
        instead = agency.stand_ins(app, tx, placements.get(tx, found.placement_id), today)
        if instead:
            return ", ".join(person.name for person in instead)
    return people.get(tx, found.owner_id).name


def notice(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | None:
    """What has changed about the person's own check-ins."""
    person, voice = person_of(tx, one)
    code, days, values = told_in(one)
    return replies.notice(voice, code=code, days=days, **{"name": person.called, **values})
