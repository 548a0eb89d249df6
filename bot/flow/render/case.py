"""The words for the agency about one case: an alert, its page, its months and an invitation.

Every reading of answers is written down here, in the transaction that words it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlmodel import Session

from bot import charts
from bot.app import App
from bot.flow import case_page, inviting, mirror, sharing
from bot.flow.conversation import answered
from bot.flow.render.reader import is_brief, local_day, naming_of, staff_of
from bot.flow.sight import may_see, may_see_alert
from bot.flow.why import by_month, explain
from bot.messages import Limits, is_surface
from bot.text import alerts as alert_words
from bot.text import case_page as case_page_words
from bot.text import fitting
from bot.text import mirror as mirror_words
from bot.text import why as why_words
from bot.text.follow_up import Entry
from bot.text.levels import trend
from bot.text.prompts import Content, Page
from risk.model import Level
from scheduler.workdays import whole_months
from store import facts
from store.queries import alerts, answers, assessments, audit, invitations, people, placements
from surveys import danger
from surveys.model import Message, Respondent


def alert(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | Page | None:
    """An alert with everything that the agency may read about its case, for whoever may see it."""
    found = alerts.get(tx, one.subject)
    reader, voice = staff_of(tx, one)
    if found is None or (found.kind == "risk" and found.level is None):
        # Whom it told of has erased everything, or wants no estimate any more, and so it goes from every chat.
        return alert_words.gone(voice) if one.kind == "alert_update" else None
    if not may_see_alert(reader, placements.get(tx, found.placement_id), found, alerts.told(tx, found.id)):
        # The case went to somebody else since this was promised, and what stood in a chat about it goes.
        return alert_words.gone(voice) if one.kind == "alert_update" else None
    _audit_read(app, tx, reader, found.placement_id, alert=found.id)
    escalated, brief = bool(one.detail.get("escalated")), is_brief(app, one)
    view = alert_view(app, tx, found, reader, escalated=escalated, brief=brief)
    pairs = mirror.pairs(app, tx, found.placement_id) if found.kind == "risk" else ()
    both = tuple(mirror_words.widest(voice, pairs, hire=view.hire))
    # A copy that is shown anew has its picture already, a surface has no room for one, and a whole company has no level.
    drawn = one.kind == "alert" and not is_surface(one.place) and found.kind != "unreachable"
    chart = trend(voice, view.months) if drawn else None
    paragraphs, rows = alert_words.alert(voice, limits, view, app.rules, both=both)
    for side in ("hire", "manager"):
        if rows and any(reason["code"] == f"unlinked.{side}" for reason in found.reasons):
            rows = ((case_page_words.invite(voice, limits, side, found.placement_id),), *rows)
    return Page(paragraphs, rows, chart=chart)


def _audit_read(app: App, tx: Session, reader: facts.Person, placement_id: int, **detail: int) -> None:
    """Every read of a hire's answers by somebody of the agency is a row of the audit log."""
    actor, subject = f"person:{reader.id}", f"placement:{placement_id}"
    audit.write(tx, actor=actor, action="read_answers", subject=subject, now=app.clock(), **detail)


def alert_view(
    app: App, tx: Session, found: facts.Alert, reader: facts.Person, *, escalated: bool = False, brief: bool = False
) -> alert_words.AlertView:
    """An alert with everything that ``reader`` may read about its case; ``brief`` names the hire by initials."""
    placement = placements.get(tx, found.placement_id)
    if brief:
        short = fitting.brief(placement.hire.name, placement.key)
        placement = replace(placement, hire=replace(placement.hire, name=short, call_name=None))
    opened = local_day(app, found.opened_at)
    history = assessments.history(tx, placement.id)
    months = {one.period.replace(day=1): (one.period, one.level) for one in history}
    return alert_words.AlertView(
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
        said=_said(app, tx, placement, found, reader),
        timeline=timeline(app, tx, found.placement_id, shown=found.id),
        due_on=local_day(app, found.due_at) if found.due_at else None,
        escalated=escalated,
        contact=found.contact,
        words=alerts.words_of(tx, found.id),
    )


def _said(
    app: App, tx: Session, placement: facts.Placement, found: facts.Alert, reader: facts.Person
) -> tuple[alert_words.Said, ...]:
    """The reasons that were tapped and the words that were written in each side's latest check-in until the alert. From
    whom a case is kept, words of danger are."""
    kept_away = reader.id in alerts.hidden_from(tx, placement.id)
    latest: dict[str, facts.CheckIn] = {}
    for checkin, given in answers.about(tx, [placement.id]):
        if given and checkin.opened_at is not None and checkin.opened_at <= found.opened_at:
            latest[checkin.respondent] = checkin
    said = []
    for respondent, checkin in sorted(latest.items()):
        given = answers.of(tx, checkin.id)
        on = local_day(app, max(answer.answered_at for answer in given))
        by_manager = respondent == Respondent.MANAGER
        lines = _lines(
            app, [one for one in given if not (kept_away and danger.topics_of(one.words or ""))], checkin.survey
        )
        said.append(alert_words.Said(on, by_manager, lines, hire=placement.hire.called))
    return tuple(said)


def _lines(app: App, given: list[facts.Answered], form: str) -> tuple[tuple[Message, Message | str | None], ...]:
    lines: list[tuple[Message, Message | str | None]] = []
    for answer, question, choice in answered(app, given, form):
        if choice is not None and not question.scale:
            lines.append((question.label, choice.label))
        if answer.words:
            lines.append((question.label, answer.words))
    return tuple(lines)


def timeline(app: App, tx: Session, placement_id: int, *, shown: int | None = None) -> tuple[Entry, ...]:
    """What was done about a placement, without what belongs to a private alert that is not the one ``shown``."""
    entries = []
    private = alerts.hidden(tx, placement_id) - {shown}
    for row in alerts.timeline(tx, placement_id):
        if row.state == "draft" or row.alert_id in private:
            continue
        author = people.get(tx, row.author_id).name if row.author_id else "–"
        entries.append(Entry(row.kind, local_day(app, row.at), author, row.topic, row.note, row.due_on, row.outcome))
    return tuple(entries)


def case(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | None:
    """A case's page."""
    person, voice = staff_of(tx, one)
    placement = placements.get(tx, one.subject)
    if not may_see(person, placement):
        return None
    hire = naming_of(app, one)(placement)
    topics = sharing.of_case(app, tx, person, placement, naming_of(app, one))
    view = case_page.view(app, tx, placement, hire, timeline(app, tx, placement.id), topics)
    both = tuple(mirror_words.lines(voice, mirror.pairs(app, tx, placement.id), hire=hire))
    if both:
        _audit_read(app, tx, person, placement.id)
    return case_page_words.page(voice, limits, view, both=both)


def case_form(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Page | None:
    """A form of a case's page."""
    _, voice = staff_of(tx, one)
    placement = placements.get(tx, one.subject)
    return case_page_words.form(
        voice,
        limits,
        step=str(one.detail["step"]),
        placement=placement.id,
        hire=naming_of(app, one)(placement),
        start=placement.start_date,
        today=local_day(app, app.clock()),
        missing=one.detail.get("missing"),
    )


def case_ask(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | None:
    """One question of a case's page, in a chat without forms."""
    _, voice = staff_of(tx, one)
    placement, step = placements.get(tx, one.subject), str(one.detail["step"])
    today = local_day(app, app.clock())
    first = placement.start_date if step == "start" else today
    hire = naming_of(app, one)(placement)
    last = today + timedelta(days=14)
    return case_page_words.ask(voice, limits, step=step, placement=placement.id, hire=hire, first=first, last=last)


def invitation(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Page | None:
    """The code is made when the message is, because it is kept nowhere but there."""
    reader, voice = staff_of(tx, one)
    placement, person_id = placements.get(tx, one.subject), int(one.detail["person"])
    known = invitations.invitees(tx, local_day(app, app.clock()), company=placement.company)
    whom = next((known for known in known if known.person.id == person_id), None)
    if whom is None or not may_see(reader, placement):
        return None
    bot = invitations.bot_name(tx, "telegram")
    made = inviting.issue(tx, whom, bot, app.clock(), actor=f"person:{reader.id}")
    name = fitting.brief(whom.person.name) if is_brief(app, one) and whom.role == "hire" else whom.person.name
    until = made.valid_until.astimezone(app.desk.zone)
    said = case_page_words.invitation(voice, name=name, code=made.code, link=made.link, until=until)
    return Page(*said, chart=charts.Code(made.link or made.code, voice.one(case_page_words.SCAN)))


def why(app: App, tx: Session, one: facts.Delivery, limits: Limits) -> Content | None:
    """Why a level is what it was in one month, and the way to the month before."""
    reader, voice = staff_of(tx, one)
    stored = assessments.get(tx, one.subject)
    placement = placements.get(tx, stored.placement_id)
    months = list(by_month(tx, placement).values())
    before = [known for known in months if known.period < stored.period.replace(day=1)]
    passed_on = alerts.told(tx, one.detail["alert"]) if one.detail.get("alert") else frozenset[int]()
    if not months or not may_see(reader, placement, passed_on):
        return None
    who, about = f"person:{reader.id}", f"placement:{placement.id}"
    audit.write(tx, actor=who, action="read_answers", subject=about, now=app.clock(), assessment=stored.id)
    level = Level(stored.level)
    return why_words.page(
        voice,
        limits,
        title=why_words.title(voice, naming_of(app, one)(placement), placement.company, stored.period, level),
        reasons=stored.reasons,
        found=explain(app, tx, placement, stored),
        level=level,
        rules=app.rules,
        placement=placement.id,
        earlier=(before[-1].id, before[-1].period) if before and may_see(reader, placement) else None,
    )
