"""Render: a promised message becomes words at the moment it is sent, for its reader and in the reader's languages.

Each audience has its own functions and sees its own values: what a manager must not read is not gathered for a manager.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session

from bot import charts
from bot.app import App
from bot.flow import case_page, cases, forms, home, hotlines, inviting, mirror, own_data, safety, sharing, why
from bot.flow.conversation import answers_in_window, consultant_of, load, voice_of
from bot.flow.names import told_apart
from bot.flow.sight import may_see, may_see_alert
from bot.messages import Limits, Paragraph, Style, is_surface
from bot.text import alerts as staff_words
from bot.text import case_page as case_page_words
from bot.text import cases as case_words
from bot.text import changes as change_words
from bot.text import consent, prompts, replies, staff_forms
from bot.text import forms as form_words
from bot.text import mirror as mirror_words
from bot.text import safety as safety_words
from bot.text import sharing as sharing_words
from bot.text import why as why_words
from bot.text.catalog import Voice
from bot.text.prompts import Content, Page, press
from risk.model import Level
from risk.policy import PolicyRow, reading_of
from scheduler.plan import EXIT
from scheduler.workdays import whole_months
from store import facts
from store.queries import alerts, assessments, audit, checkins, invitations, people, placements
from surveys.conversation import next_question, progress
from surveys.model import Message, Question, Respondent


def content(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Page | None:
    """The words of a delivery, or None when there is nothing to say any more.

    What is sent once more says so above, and in a rehearsal every message says so below.
    """
    marked = one.detail.get("again") and one.place is None and one.kind != "question"
    above = _repeated(tx, one) if marked else ()
    below = (_rehearsal(tx, one),) if app.rehearsal else ()
    taken = sum(len(note.text) + len("\n\n") for note in (*above, *below))
    said = RENDER[one.kind](app, tx, one, replace(limits, text=limits.text - taken) if taken else limits)
    if said is None:
        return None
    page = said if isinstance(said, Page) else Page(*said)
    return replace(page, paragraphs=(*above, *page.paragraphs, *below))


def _repeated(tx: Session, one: facts.Delivery) -> tuple[Paragraph, ...]:
    person, voice = _person(tx, one)
    if person.kind == "staff":
        return (Paragraph(_staff(tx, one)[1].one(staff_words.REPEATED), Style.QUIET),)
    return (Paragraph(voice.say(prompts.REPEATED), Style.QUIET),)


def _rehearsal(tx: Session, one: facts.Delivery) -> Paragraph:
    person, voice = _person(tx, one)
    if person.kind == "staff":
        return Paragraph(_staff(tx, one)[1].one(staff_words.REHEARSAL), Style.QUIET)
    return prompts.rehearsal(voice)


def _reader(tx: Session, one: facts.Delivery) -> facts.Person:
    return one.reader or people.get(tx, one.person_id)


def _person(tx: Session, one: facts.Delivery) -> tuple[facts.Person, Voice]:
    person = _reader(tx, one)
    return person, voice_of(person)


def _staff(tx: Session, one: facts.Delivery) -> tuple[facts.Person, Voice]:
    person = _reader(tx, one)
    return person, Voice.of(person.languages, "staff", stacked=False)


def _opening(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | None:
    checkin = checkins.get(tx, one.subject)
    if checkin is None or checkin.state != "open":
        return None
    person, voice = _person(tx, one)
    kind = one.kind
    if kind == "reminder" and checkin.started_at is not None:
        kind = "halfway"
    window = answers_in_window(app, tx, person, one.address, limits)
    return prompts.opening(voice, limits, checkin=checkin.id, name=person.called, kind=kind, window=window)


def _later(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | None:
    _, voice = _person(tx, one)
    return prompts.later(voice, limits, checkin=one.subject)


def _question(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | Page | None:
    checkin = checkins.get(tx, one.subject)
    if checkin is None or checkin.state not in ("open", "expired") or checkin.turn != one.turn:
        return None
    conversation = load(app, tx, checkin)
    asked = next_question(conversation)
    if asked is None:
        return None
    person, voice = _person(tx, one)
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


def _thanks(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | None:
    person, voice = _person(tx, one)
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
    kept = _own_answers(app, tx, one, replace(limits, text=limits.text - taken), hides=False)
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


def _share(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | None:
    person, voice = _person(tx, one)
    checkin = checkins.get(tx, one.subject)
    if checkin is None or (answers_in_window(app, tx, person, one.address, limits) and not is_surface(one.place)):
        return None
    hire = placements.names(tx, checkin.placement_id).hire
    return sharing_words.preview(voice, limits, checkin=checkin.id, topic=str(one.detail["topic"]), hire=hire)


def _share_said(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | None:
    """Told where nobody else reads the chat; elsewhere it stands on the hire's own page."""
    person, voice = _person(tx, one)
    said = tuple(each for each in sharing.of_hire(tx, person) if each.id == one.subject and each.said_on)
    if not said or answers_in_window(app, tx, person, one.address, limits):
        return None
    return sharing_words.lines(voice, said), ()


def _own_answers(app: App, tx: Session, one: facts.Delivery, limits: Limits, *, hides: bool = True) -> Content | None:
    """What the person answered on that day, for nobody but them."""
    person, voice = _person(tx, one)
    checkin = checkins.get(tx, one.subject)
    if checkin is None or checkin.person_id != person.id:
        return None
    told = []
    for each in checkins.answered_of(tx, person.id, checkin.due_on):
        placement = placements.get(tx, each.placement_id)
        about = each.respondent == Respondent.MANAGER
        given = _given(app, checkins.answers(tx, each.id), each.survey)
        hire = placement.hire.name if about else placement.hire.called
        told.append(prompts.Told(hire, about, str(each.context.get("promised_topic") or ""), given))
    return prompts.own_answers(voice, limits, checkin=checkin.id, told=told, hides=hides)


def _given(app: App, answers: list[facts.Answered], form: str) -> tuple[tuple[Message, Message | str | None], ...]:
    known = _questions(app, form)
    found: list[tuple[Message, Message | str | None]] = []
    for answer in answers:
        question = known.get(answer.question.removesuffix(".note"))
        if question is None:
            continue
        choice = question.choice(answer.value) if answer.value else None
        if choice is not None or not answer.words:
            found.append((question.label, choice.label if choice else None))
        if answer.words:
            found.append((question.label, f"“{answer.words}”"))
    return tuple(found)


def _questions(app: App, form: str) -> dict[str, Question]:
    """The questions of a survey by name; none where a consultancy has taken it away."""
    survey = app.surveys.get(form)
    return {question.name: question for question in survey.questions} if survey else {}


def _say(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | None:
    person, voice = _person(tx, one)
    consultant = consultant_of(tx, person)
    reference = str(one.detail.get("reference", one.id))
    values = {"consultant": consultant.name if consultant else "–", "reference": reference}
    code = str(one.detail["code"])
    offers_help = code in ("nothing_open", "closed", "stopped", "paused")
    return replies.reply(voice, limits, code=code, person=person.id, help_button=offers_help, **values)


def _language(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | None:
    person, voice = _person(tx, one)
    return replies.language_menu(voice, limits, person=person.id, turn=0, languages=person.languages)


def _pause(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | None:
    person, voice = _person(tx, one)
    return replies.pause_menu(voice, limits, person=person.id, paused=person.stopped)


def _consent(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | None:
    person, voice = _person(tx, one)
    placement = placements.get(tx, one.subject)
    return consent.ask(
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


def _declined(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | None:
    return consent.declined(_person(tx, one)[1])


def _call_name(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | None:
    person, voice = _person(tx, one)
    return consent.ask_call_name(voice, limits, person=person.id, name=person.name)


def _hour(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | None:
    person, voice = _person(tx, one)
    return consent.ask_hour(voice, limits, person=person.id, name=person.called)


def _ready(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | None:
    person, voice = _person(tx, one)
    return consent.ready(voice, name=person.called)


def _alert(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | Page | None:
    found = alerts.get(tx, one.subject)
    reader, voice = _staff(tx, one)
    if found is None:
        # Whom it told of has erased everything, and so it goes from every chat.
        return staff_words.gone(voice) if one.kind == "alert_update" else None
    if not may_see_alert(reader, placements.get(tx, found.placement_id), found, alerts.told(tx, found.id)):
        # The case went to somebody else since this was promised, and what stood in a chat about it goes.
        return staff_words.gone(voice) if one.kind == "alert_update" else None
    _audit_read(app, tx, reader, found.placement_id, alert=found.id)
    view = alert_view(app, tx, found, escalated=bool(one.detail.get("escalated")), brief=is_brief(app, one))
    pairs = mirror.pairs(app, tx, found.placement_id) if found.kind == "risk" else ()
    both = tuple(mirror_words.widest(voice, pairs, hire=view.hire))
    # A copy that is shown anew has its picture already, a surface has no room for one, and a whole company has no level.
    drawn = one.kind == "alert" and not is_surface(one.place) and found.kind != "unreachable"
    chart = staff_words.trend(voice, view.months) if drawn else None
    paragraphs, rows = staff_words.alert(voice, limits, view, app.rules, both=both)
    for side in ("hire", "manager"):
        if rows and any(reason["code"] == f"unlinked.{side}" for reason in found.reasons):
            rows = ((case_page_words.invite(voice, limits, side, found.placement_id),), *rows)
    return Page(paragraphs, rows, chart=chart)


def _audit_read(app: App, tx: Session, reader: facts.Person, placement_id: int, **detail: int) -> None:
    """Every read of a hire's answers by somebody of the agency is a row of the audit log."""
    actor, subject = f"person:{reader.id}", f"placement:{placement_id}"
    audit.write(tx, actor=actor, action="read_answers", subject=subject, now=app.clock(), **detail)


def is_brief(app: App, one: facts.Delivery) -> bool:
    """True where people are named by their initials: a phone can be looked at over a shoulder, and Telegram gives no
    contract about what it may do with a chat (``[privacy] consultant_telegram``)."""
    return one.address.platform == "telegram" and app.settings.privacy.consultant_telegram == "brief"


def _naming(app: App, one: facts.Delivery) -> Callable[[facts.Placement], str]:
    """How the hire of a placement is called in this message."""
    brief = is_brief(app, one)
    return lambda placement: staff_words.brief(placement.hire.name, placement.key) if brief else placement.hire.name


def alert_view(
    app: App, tx: Session, found: facts.Alert, *, escalated: bool = False, brief: bool = False
) -> staff_words.AlertView:
    """An alert with everything that the agency may read about its case; ``brief`` names the hire by initials."""
    placement = placements.get(tx, found.placement_id)
    if brief:
        short = staff_words.brief(placement.hire.name, placement.key)
        placement = replace(placement, hire=replace(placement.hire, name=short, call_name=None))
    opened = _local_day(app, found.opened_at)
    history = assessments.history(tx, placement.id)
    months = {one.period.replace(day=1): (one.period, one.level) for one in history}
    return staff_words.AlertView(
        id=found.id,
        kind=found.kind,
        level=found.level,
        state=found.state,
        hire=placement.hire.name,
        company=placement.company,
        key=placement.key,
        start=placement.start_date,
        month=max(0, whole_months(placement.start_date, opened)),
        reasons=found.reasons,
        months=tuple(months.values()),
        said=_said(app, tx, placement, found),
        timeline=_timeline(app, tx, found.placement_id, shown=found.id),
        due_on=_local_day(app, found.due_at) if found.due_at else None,
        escalated=escalated,
        contact=found.contact,
        words=alerts.words_of(tx, found.id),
    )


def _said(app: App, tx: Session, placement: facts.Placement, found: facts.Alert) -> tuple[staff_words.Said, ...]:
    """The reasons that were tapped and the words that were written in each side's latest check-in until the alert."""
    latest: dict[str, facts.CheckIn] = {}
    for checkin, given in checkins.answers_about(tx, [placement.id]):
        if given and checkin.opened_at is not None and checkin.opened_at <= found.opened_at:
            latest[checkin.respondent] = checkin
    said = []
    for respondent, checkin in sorted(latest.items()):
        given = checkins.answers(tx, checkin.id)
        on = _local_day(app, max(answer.answered_at for answer in given))
        by_manager = respondent == Respondent.MANAGER
        lines = _lines(app, given, checkin.survey)
        said.append(staff_words.Said(on, by_manager, lines, hire=placement.hire.called))
    return tuple(said)


def _lines(app: App, given: list[facts.Answered], form: str) -> tuple[tuple[Message, Message | str | None], ...]:
    known = _questions(app, form)
    lines: list[tuple[Message, Message | str | None]] = []
    for answer in given:
        # Words that wait for a choice, which was never made, belong to their question all the same.
        question = known.get(answer.question.removesuffix(".note"))
        if question is None:
            continue
        choice = question.choice(answer.value) if answer.value else None
        if choice is not None and not question.scale:
            lines.append((question.label, choice.label))
        if answer.words:
            lines.append((question.label, f"“{answer.words}”"))
    return tuple(lines)


def _timeline(app: App, tx: Session, placement_id: int, *, shown: int | None = None) -> tuple[staff_words.Entry, ...]:
    """What was done about a placement, without what belongs to a private alert that is not the one ``shown``."""
    entries = []
    private = alerts.hidden(tx, placement_id) - {shown}
    for row in alerts.timeline(tx, placement_id):
        if row.state == "draft" or row.alert_id in private:
            continue
        author = people.get(tx, row.author_id).name if row.author_id else "–"
        entries.append(
            staff_words.Entry(row.kind, _local_day(app, row.at), author, row.topic, row.note, row.due_on, row.outcome)
        )
    return tuple(entries)


def _digest(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | None:
    person, voice = _staff(tx, one)
    naming = _naming(app, one)
    shown: list[tuple[facts.Alert, facts.Placement]] = []
    for alert_id in one.detail.get("alerts", []):
        found = alerts.get(tx, alert_id)
        if found is not None and found.state != "resolved":
            placement = placements.get(tx, found.placement_id)
            if may_see_alert(person, placement, found, alerts.told(tx, found.id)):
                shown.append((found, placement))
    names = told_apart(list({placement.id: placement for _, placement in shown}.values()), naming)
    listed: dict[str, list[tuple[int, str, str, str | None]]] = {}
    for found, placement in shown:
        line = (found.id, names[placement.id], staff_words.matter(found.kind, found.reasons), found.level)
        listed.setdefault(placement.company, []).append(line)
    topics = sharing.to_say(tx, person, one.detail.get("topics", []), naming)
    if not listed and not topics:
        return None
    return staff_words.digest(voice, limits, name=person.name, cases=listed, topics=topics)


def _caseload(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | None:
    person, voice = _staff(tx, one)
    listed = cases.caseload(app, tx, person, _naming(app, one))
    said = _said_above(app, tx, one, voice)
    return case_words.caseload(
        voice, limits, listed, company=int(one.detail.get("company", 0)), page=one.turn, said=said
    )


def _why(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | None:
    """Why a level is what it was in one month, and the way to the month before."""
    reader, voice = _staff(tx, one)
    stored = assessments.get(tx, one.subject)
    placement = placements.get(tx, stored.placement_id)
    months = list(why.by_month(tx, placement).values())
    before = [known for known in months if known.period < stored.period]
    passed_on = alerts.told(tx, one.detail["alert"]) if one.detail.get("alert") else frozenset[int]()
    if not months or not may_see(reader, placement, passed_on):
        return None
    who, about = f"person:{reader.id}", f"placement:{placement.id}"
    audit.write(tx, actor=who, action="read_answers", subject=about, now=app.clock(), assessment=stored.id)
    level = Level(stored.level)
    return why_words.page(
        voice,
        limits,
        title=why_words.title(voice, _naming(app, one)(placement), placement.company, stored.period, level),
        reasons=stored.reasons,
        found=why.explain(app, tx, placement, stored),
        level=level,
        rules=app.rules,
        placement=placement.id,
        earlier=(before[-1].id, before[-1].period) if before and may_see(reader, placement) else None,
    )


def _staff_help(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | None:
    person, voice = _staff(tx, one)
    return case_words.guide(voice, limits, cases.caseload(app, tx, person, _naming(app, one)), person=person.id)


def _case(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | None:
    person, voice = _staff(tx, one)
    placement = placements.get(tx, one.subject)
    if not may_see(person, placement):
        return None
    hire = _naming(app, one)(placement)
    topics = sharing.of_case(tx, person, placement, _naming(app, one))
    view = case_page.view(app, tx, placement, hire, _timeline(app, tx, placement.id), topics)
    both = tuple(mirror_words.lines(voice, mirror.pairs(app, tx, placement.id), hire=hire))
    if both:
        _audit_read(app, tx, person, placement.id)
    return case_page_words.page(voice, limits, view, both=both)


def _case_form(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Page | None:
    _, voice = _staff(tx, one)
    placement = placements.get(tx, one.subject)
    return case_page_words.form(
        voice,
        limits,
        step=str(one.detail["step"]),
        placement=placement.id,
        hire=_naming(app, one)(placement),
        start=placement.start_date,
        today=_local_day(app, app.clock()),
        missing=one.detail.get("missing"),
    )


def _case_ask(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | None:
    _, voice = _staff(tx, one)
    placement, step = placements.get(tx, one.subject), str(one.detail["step"])
    today = _local_day(app, app.clock())
    first = placement.start_date if step == "start" else today
    hire = _naming(app, one)(placement)
    last = today + timedelta(days=14)
    return case_page_words.ask(voice, limits, step=step, placement=placement.id, hire=hire, first=first, last=last)


def _invitation(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Page | None:
    """The code is made when the message is, because it is kept nowhere but there."""
    reader, voice = _staff(tx, one)
    placement, person_id = placements.get(tx, one.subject), int(one.detail["person"])
    known = invitations.invitees(tx, _local_day(app, app.clock()), company=placement.company)
    whom = next((known for known in known if known.person.id == person_id), None)
    if whom is None or not may_see(reader, placement):
        return None
    bot = invitations.bot_name(tx, "telegram")
    made = inviting.issue(tx, whom, bot, app.clock(), actor=f"person:{reader.id}")
    name = staff_words.brief(whom.person.name) if is_brief(app, one) and whom.role == "hire" else whom.person.name
    until = made.valid_until.astimezone(app.desk.zone)
    said = case_page_words.invitation(voice, name=name, code=made.code, link=made.link, until=until)
    return Page(*said, chart=charts.Code(made.link or made.code, voice.one(case_page_words.SCAN)))


def _said_above(app: App, tx: Session, one: facts.Delivery, voice: Voice) -> str | None:
    return _spoken(app, tx, one, voice, one.detail["said"]) if "said" in one.detail else None


def _local_day(app: App, moment: datetime) -> date:
    return moment.astimezone(app.desk.zone).date()


def _ask(kind: str, options: dict[str, Message], ask: str) -> Callable[[App, Session, facts.Delivery, Limits], Content]:
    def render(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content:
        _, voice = _staff(tx, one)
        found = alerts.get(tx, one.subject) if kind == "alert" else alerts.entry(tx, one.subject)
        hire = _naming(app, one)(placements.get(tx, found.placement_id)) if found else "–"
        return staff_words.choices(voice, limits, kind=kind, subject=one.subject, ask=ask, hire=hire, options=options)

    return render


def _form(make: Callable[..., Page]) -> Callable[[App, Session, facts.Delivery, Limits], Page | None]:
    """A form about an alert; ``detail`` holds what was filled in before and what is missing."""

    def render(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Page | None:
        _, voice = _staff(tx, one)
        found = alerts.get(tx, one.subject)
        if found is None:
            return None
        today = _local_day(app, app.clock())
        hire = _naming(app, one)(placements.get(tx, found.placement_id))
        return make(
            voice, limits, alert=found.id, hire=hire, today=today, desk=app.desk, missing=one.detail.get("missing")
        )

    return render


def _staff_say(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | None:
    return (Paragraph(_spoken(app, tx, one, _staff(tx, one)[1], one.detail)),), ()


def _spoken(app: App, tx: Session, one: facts.Delivery, voice: Voice, said: Mapping[str, Any]) -> str:
    """One short sentence to somebody of the agency."""
    values = {name: str(value) for name, value in said.items() if name not in ("code", "placement")}
    for name in {"day", "first"} & values.keys():
        values[name] = staff_words.day(voice, values[name])
    if "placement" in said:
        values["hire"] = _naming(app, one)(placements.get(tx, int(said["placement"])))
    code = str(said["code"])
    return voice.one(staff_words.SAYS.get(code) or case_page_words.PROBLEMS[code], **values)


def _action_due(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | None:
    action = alerts.entry(tx, one.subject)
    if action is None or action.due_on is None:
        return None
    _, voice = _staff(tx, one)
    placement = placements.get(tx, action.placement_id)
    topic = voice.one(staff_words.TOPICS[action.topic]) if action.topic in staff_words.TOPICS else "…"
    text = voice.one(
        staff_words.ACTION_DUE,
        hire=_naming(app, one)(placement),
        topic=topic,
        day=staff_words.day(voice, action.due_on),
        note=action.note or "…",
    )
    found = alerts.get(tx, action.alert_id) if action.alert_id else None
    rows = staff_words.alert_buttons(voice, limits, found.id, found.state, found.kind) if found else ()
    done = press("follow_up", action.id, 0, "done", voice.label(staff_words.DONE, limits.button))
    return (Paragraph(text),), ((done,), *rows)


def _safety(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | None:
    person, voice = _person(tx, one)
    found = alerts.get(tx, one.subject)
    if found is None:
        return None
    named = int(one.detail.get("reader", found.owner_id))
    row, on_call = PolicyRow.from_dict(found.policy), app.settings.alerts.on_call is not None
    current = checkins.current(tx, person.id)
    return safety_words.message(
        voice,
        limits,
        alert=found.id,
        step=str(one.detail["step"]),
        reader=people.get(tx, named).name,
        above=found.hidden_from is not None and bool(found.contact.get("about")),
        reading=reading_of(row, app.clock(), app.desk, on_call=on_call and found.kind == "safety"),
        zone=app.desk.zone,
        hold=int(safety.HOLD.total_seconds() // 60),
        desks=hotlines.open_desks(app, tx, voice, app.clock()),
        go_on=current.id if current is not None and current.started_at is not None else None,
    )


def _notice(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | None:
    person, voice = _person(tx, one)
    code, days, values = _told(one)
    return replies.notice(voice, code=code, days=days, **{"name": person.called, **values})


def _change(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | None:
    person, voice = _staff(tx, one)
    code, days, values = _told(one)
    if is_brief(app, one):
        for name in {"hire", "hires"} & values.keys():
            values[name] = ", ".join(staff_words.brief(part) for part in values[name].split(", "))
    reason = values.pop("reason", None)
    return change_words.say(voice, code=code, days=days, reason=reason, **{"name": person.name, **values})


def _told(one: facts.Delivery) -> tuple[str, dict[str, date], dict[str, str]]:
    """What a notice says: its code, its days and the other words of its sentence."""
    days = {name: date.fromisoformat(str(one.detail[name])) for name in ("first", "last", "day") if name in one.detail}
    values = {name: str(value) for name, value in one.detail.items() if name not in ("code", *days)}
    return str(one.detail["code"]), days, values


def _linked(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | None:
    _, voice = _staff(tx, one)
    address, person = people.address(tx, one.subject), people.get(tx, int(one.detail["person"]))
    if address is None or address.state == "closed" or address.person_id != person.id:
        return None
    return change_words.linked(
        voice,
        limits,
        address=address.id,
        person_id=person.id,
        person=staff_words.brief(person.name) if is_brief(app, one) and person.kind != "staff" else person.name,
        role=person.role or "consultant" if person.kind == "staff" else person.kind,
        platform=address.platform,
        account=str(one.detail["account"]),
    )


RENDER: dict[str, Callable[[App, Session, facts.Delivery, Limits], Content | Page | None]] = {
    "opening": _opening,
    "reminder": _opening,
    "later": _later,
    "question": _question,
    "thanks": _thanks,
    "own_answers": _own_answers,
    "share": _share,
    "privacy": own_data.page,
    "stored": own_data.stored,
    "share_said": _share_said,
    "pause": _pause,
    "home": home.page,
    "say": _say,
    "language": _language,
    "consent": _consent,
    "declined": _declined,
    "call_name": _call_name,
    "hour": _hour,
    "ready": _ready,
    "alert": _alert,
    "alert_update": _alert,
    "form_action": _form(staff_forms.action),
    "form_resolve": _form(staff_forms.resolve),
    "digest": _digest,
    "caseload": _caseload,
    "staff_help": _staff_help,
    "case": _case,
    "why": _why,
    "case_form": _case_form,
    "case_ask": _case_ask,
    "invitation": _invitation,
    "ask_snooze": _ask("alert", staff_words.SNOOZES, "snooze"),
    "ask_topic": _ask("alert", staff_words.TOPICS, "topic"),
    "ask_note": _ask("follow_up", {}, "note"),
    "ask_due": _ask("follow_up", staff_words.DUES, "due"),
    "ask_promised": _ask("follow_up", {"yes": staff_words.YES, "no": staff_words.NO}, "promised"),
    "ask_outcome": _ask("alert", staff_words.OUTCOMES, "outcome"),
    "staff_say": _staff_say,
    "action_due": _action_due,
    "safety": _safety,
    "notice": _notice,
    "farewell": _notice,
    "change": _change,
    "linked": _linked,
}
"""How each kind of delivery is worded."""
