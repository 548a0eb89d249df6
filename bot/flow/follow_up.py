"""Follow-up: what a consultant does about an alert, and what happens when nobody does anything."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from sqlmodel import Session

from bot.app import App
from bot.flow import agency, case_page, cases, copies, outbox, sharing, why
from bot.flow.cases import say
from bot.flow.reply import Heard, send
from bot.flow.safety import tell_read
from bot.flow.sight import may_see, may_see_alert
from bot.messages import FORM, Inbound, Payload
from bot.text import alerts as words
from bot.text.catalog import KNOWN_LOCALES, translate
from risk.model import Level
from risk.policy import AlertFacts, Escalate, PolicyRow, Stay, Wake, next_escalation
from scheduler.workdays import next_working_day
from store import facts
from store.queries import alerts, audit, people, placements
from surveys.parse import clean

log = structlog.get_logger()

SNOOZE_DAYS = {"1d": 1, "3d": 3, "1w": 7}
DUE_DAYS = {"3d": 3, "1w": 7, "2w": 14}
SCREENS = {
    "home": "caseload",
    "start": "caseload",
    "checkin": "caseload",
    "help": "staff_help",
    "help_alone": "staff_help",
}
"""What somebody of the agency is shown for a platform's commands, which everybody finds in the same menu: of a check-in
there is nothing to answer for them, so that they see their cases."""


def escalate_overdue(app: App) -> None:
    """Tell the next person where nobody acknowledged in time, wake what was put off, and recall actions that are due."""
    now = app.clock()
    with app.store.read() as tx:
        today = now.astimezone(app.desk.zone)
        work = alerts.overdue(tx, now)
        recall = today.time() >= app.desk.digest and alerts.actions_to_recall(tx, today.date())
        if not work and not recall:
            return
    with app.store.begin() as tx:
        for one in alerts.overdue(tx, now):
            _escalate(app, tx, one, now)
        if recall:
            for action in alerts.actions_to_recall(tx, today.date()):
                _recall(app, tx, action)


def _escalate(app: App, tx: Session, one: facts.Alert, now: datetime) -> None:
    known = AlertFacts(
        kind=one.kind,
        level=Level(one.level) if one.level else None,
        state="snoozed" if one.state == "snoozed" else "open",
        row=PolicyRow.from_dict(one.policy),
        delivered_at=one.queued_at,
        due_at=one.due_at,
        escalations=one.escalations,
        snoozed_until=one.snoozed_until,
    )

    action = next_escalation(known, now, app.desk)

    match action:
        case Escalate(to=to, next_due_at=next_due_at):
            _tell_next(app, tx, one, to, now)
            alerts.change(tx, one.id, escalations=one.escalations + 1, due_at=next_due_at)
        case Wake(next_due_at=next_due_at):
            alerts.change(tx, one.id, state="open", snoozed_until=None, due_at=next_due_at)
            key = f"alert:{one.id}:woken:{now.isoformat()}"
            outbox.promise(app, tx, one.owner_id, key=key, kind="alert", subject=one.id)
            copies.refresh(app, tx, one.id, key=key)
        case Stay():
            alerts.change(tx, one.id, due_at=None)
        case None:
            pass
    log.info("alert.overdue", alert=one.id, action=type(action).__name__)


def _tell_next(app: App, tx: Session, one: facts.Alert, to: str, now: datetime) -> None:
    placement = placements.get(tx, one.placement_id)
    for person in agency.next_in_line(app, tx, placement, to):
        if one.hidden_from is not None and (person.role != "lead" or person.id == one.owner_id):
            continue  # A complaint goes up, never sideways.
        key = f"alert:{one.id}:{to}:{person.id}"
        if outbox.promise(app, tx, person.id, key=key, kind="alert", subject=one.id, detail={"escalated": True}):
            alerts.add_entry(
                tx, placement_id=placement.id, alert_id=one.id, author_id=person.id, kind="escalated", at=now
            )


def _recall(app: App, tx: Session, action: facts.FollowUp) -> None:
    alerts.fill_entry(tx, action.id, state="recalled")
    if action.author_id is not None:
        # A promise goes with its placement: where the author may not see it any more, whoever looks after it is reminded.
        author, placement = people.get(tx, action.author_id), placements.get(tx, action.placement_id)
        told = alerts.told(tx, action.alert_id) if action.alert_id else frozenset()
        owner = author if may_see(author, placement, told) else placement.consultant
        outbox.promise(app, tx, owner.id, key=f"action:{action.id}:due", kind="action_due", subject=action.id)


def record(tx: Session, inbound: Inbound, heard: Heard) -> None:
    """Handle what somebody of the agency pressed or wrote."""
    payload = inbound.payload
    if payload is None:
        _record_text(tx, inbound.text or "", heard)
    elif payload.kind == "menu" and payload.choice in SCREENS:
        send(tx, heard, SCREENS[payload.choice], heard.person.id)
        return
    elif payload.kind == "case":
        if not case_page.record(tx, payload, inbound.values or {}, heard):
            return
    elif payload.kind == "alert":
        _record_alert(tx, payload, inbound.values or {}, heard)
    elif payload.kind == "follow_up":
        _record_draft(tx, payload, heard)
    elif payload.kind == "share" and payload.choice == "said":
        sharing.record_said(tx, payload, heard)
    else:
        say(tx, heard, "unknown")
    cases.refresh_home(tx, heard)


def _record_text(tx: Session, text: str, heard: Heard) -> None:
    draft = alerts.draft_of(tx, heard.person.id)
    plain = " ".join(text.split()).removeprefix("/")
    screen = _screen(plain.casefold())
    if screen is not None:
        send(tx, heard, screen, heard.person.id)
    elif draft is not None and draft.kind in case_page.STEPS:
        case_page.take_text(tx, heard, draft, text)
    elif draft is not None and draft.topic is not None and draft.note is None:
        note, _ = clean(text)
        if not note:
            say(tx, heard, "empty")
            return
        alerts.fill_entry(tx, draft.id, note=note)
        send(tx, heard, "ask_due", draft.id)
    else:
        say(tx, heard, "unknown")


def _screen(word: str) -> str | None:
    """What is shown for a word, in any language: the cases, or what can be done here."""
    for message, kind in ((words.LIST_WORDS, "caseload"), (words.HELP_WORDS, "staff_help")):
        for locale in KNOWN_LOCALES:
            if word in {one.strip() for one in translate(message, locale, "staff").casefold().split(",")}:
                return kind
    return SCREENS.get(word)


def _record_alert(tx: Session, payload: Payload, values: Mapping[str, str], heard: Heard) -> None:
    one = alerts.get(tx, payload.subject)
    if one is None:
        say(tx, heard, "unknown")
        return
    placement = placements.get(tx, one.placement_id)
    if not may_see_alert(heard.person, placement, one, alerts.told(tx, one.id)):
        say(tx, heard, "not_yours")
        return
    verb, _, choice = payload.choice.removeprefix(FORM).partition(".")
    if one.state == "resolved" and verb not in ("open", "why"):
        say(tx, heard, "already", placement=placement.id)
        return
    match verb:
        case "open":
            send(tx, heard, "alert", one.id)
        case "why":
            why.tell(tx, heard, placement, one.assessment_id, alert=one.id)
        case "ack":
            _acknowledge(tx, heard, one, placement)
        case "snooze" if choice in SNOOZE_DAYS:
            _snooze(tx, heard, one, placement, SNOOZE_DAYS[choice])
        case "snooze":
            send(tx, heard, "ask_snooze", one.id)
        case "action" if choice == "save":
            _take_action_form(tx, heard, one, values)
        case "action":
            send(tx, heard, "form_action" if heard.surface else "ask_topic", one.id)
        case "topic" if choice in words.TOPICS:
            _begin_action(tx, heard, one, choice)
        case "resolve":
            send(tx, heard, "form_resolve" if heard.surface else "ask_outcome", one.id)
        case "outcome" if choice == "save":
            _take_outcome_form(tx, heard, one, placement, values)
        case "outcome" if choice in words.OUTCOMES:
            _resolve(tx, heard, one, placement, choice)
        case _:
            say(tx, heard, "unknown")


def _touch(
    tx: Session,
    heard: Heard,
    one: facts.Alert,
    kind: str,
    due_on: date | None = None,
    outcome: str | None = None,
    note: str | None = None,
) -> None:
    """Note on the case's timeline and in the log what somebody did, and show it in every copy of the alert."""
    alerts.add_entry(
        tx,
        placement_id=one.placement_id,
        alert_id=one.id,
        author_id=heard.person.id,
        kind=kind,
        at=heard.now,
        due_on=due_on,
        outcome=outcome,
        note=note,
    )
    audit.write(tx, actor=f"person:{heard.person.id}", action=kind, subject=f"alert:{one.id}", now=heard.now)
    copies.refresh(heard.app, tx, one.id, key=f"in{heard.inbound_id}")


def _acknowledge(tx: Session, heard: Heard, one: facts.Alert, placement: facts.Placement) -> None:
    if one.acknowledged_at is None or one.state != "acknowledged":
        _take(tx, heard, one)
        tell_read(heard.app, tx, one, heard.person, heard.now)
        _touch(tx, heard, one, "acknowledged")
    say(tx, heard, "acknowledged", placement=placement.id)


def _take(tx: Session, heard: Heard, one: facts.Alert) -> None:
    """Whoever acts has seen it: no further escalation."""
    alerts.change(
        tx,
        one.id,
        state="acknowledged",
        acknowledged_at=one.acknowledged_at or heard.now,
        acknowledged_by=heard.person.id,
        snoozed_until=None,
        due_at=None,
    )


def _snooze(tx: Session, heard: Heard, one: facts.Alert, placement: facts.Placement, days: int) -> None:
    zone: ZoneInfo = heard.app.desk.zone
    until = _working_day(heard, days)
    at = datetime.combine(until, heard.app.desk.digest, tzinfo=zone)
    alerts.change(tx, one.id, state="snoozed", snoozed_until=at, due_at=at)
    _touch(tx, heard, one, "snoozed", due_on=until)
    say(tx, heard, "snoozed", placement=placement.id, day=until.isoformat())


def _working_day(heard: Heard, days: int) -> date:
    """So many days from now, or the agency's next working day after that."""
    desk = heard.app.desk
    return next_working_day(heard.now.astimezone(desk.zone).date() + timedelta(days=days), desk.calendar)


def _take_action_form(tx: Session, heard: Heard, one: facts.Alert, values: Mapping[str, str]) -> None:
    """An action that was noted in one window; what cannot be taken is asked for again there."""
    note, _ = clean(values.get("note", ""))
    due_on, topic = _day(values.get("due", "")), values.get("topic", "")
    today = heard.now.astimezone(heard.app.desk.zone).date()
    missing = "choice" if topic not in words.TOPICS else "note" if not note else None
    if missing is None and (due_on is None or due_on < today):
        missing = "due"
    if missing is not None or due_on is None:
        send(tx, heard, "form_action", one.id, detail={"missing": missing})
        return
    entry = alerts.add_entry(
        tx,
        placement_id=one.placement_id,
        alert_id=one.id,
        author_id=heard.person.id,
        kind="action",
        state="draft",
        topic=topic,
        note=note,
        due_on=next_working_day(due_on, heard.app.desk.calendar),
        at=heard.now,
    )
    draft = alerts.entry(tx, entry)
    assert draft is not None
    assert draft.due_on is not None
    _finish_action(tx, heard, draft, draft.due_on, promised=values.get("promised") == "yes")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _take_outcome_form(
    tx: Session, heard: Heard, one: facts.Alert, placement: facts.Placement, values: Mapping[str, str]
) -> None:
    outcome, (note, _) = values.get("outcome", ""), clean(values.get("note", ""))
    if outcome in words.OUTCOMES:
        _resolve(tx, heard, one, placement, outcome, note=note or None)
    else:
        send(tx, heard, "form_resolve", one.id, detail={"missing": "choice"})


def _begin_action(tx: Session, heard: Heard, one: facts.Alert, topic: str) -> None:
    draft = alerts.draft_of(tx, heard.person.id)
    if draft is not None:
        alerts.drop_draft(tx, draft.id)
    entry = alerts.add_entry(
        tx,
        placement_id=one.placement_id,
        alert_id=one.id,
        author_id=heard.person.id,
        kind="action",
        state="draft",
        topic=topic,
        at=heard.now,
    )
    send(tx, heard, "ask_note", entry)


def _record_draft(tx: Session, payload: Payload, heard: Heard) -> None:
    draft = alerts.entry(tx, payload.subject)
    if draft is not None and payload.choice == "done":
        _finish_done(tx, heard, draft)
        return
    if draft is None or draft.author_id != heard.person.id or draft.state != "draft":
        say(tx, heard, "unknown")
        return
    verb, _, choice = payload.choice.partition(".")
    if verb == "due" and choice in DUE_DAYS and draft.note is not None:
        alerts.fill_entry(tx, draft.id, due_on=_working_day(heard, DUE_DAYS[choice]))
        send(tx, heard, "ask_promised", draft.id)
    elif verb == "promised" and draft.due_on is not None:
        _finish_action(tx, heard, draft, draft.due_on, promised=choice == "yes")
    else:
        say(tx, heard, "unknown")


def _finish_action(tx: Session, heard: Heard, draft: facts.FollowUp, due_on: date, *, promised: bool) -> None:
    alerts.fill_entry(tx, draft.id, state="open", promised=promised)
    one = alerts.get(tx, draft.alert_id) if draft.alert_id else None
    if one is not None and one.state in ("open", "snoozed"):
        _take(tx, heard, one)
    placement = placements.get(tx, draft.placement_id)
    audit.write(
        tx, actor=f"person:{heard.person.id}", action="action", subject=f"placement:{placement.id}", now=heard.now
    )
    if one is not None:
        copies.refresh(heard.app, tx, one.id, key=f"in{heard.inbound_id}")
    code = "action_promised" if promised else "action"
    say(tx, heard, code, placement=placement.id, day=due_on.isoformat())


def _finish_done(tx: Session, heard: Heard, action: facts.FollowUp) -> None:
    """Somebody has done what was to be done; said twice, it is noted once."""
    placement = placements.get(tx, action.placement_id)
    told = alerts.told(tx, action.alert_id) if action.alert_id else frozenset()
    if action.kind != "action" or not may_see(heard.person, placement, told):
        say(tx, heard, "not_yours")
        return
    if action.state in ("open", "recalled"):
        alerts.fill_entry(tx, action.id, state="done")
        alerts.add_entry(
            tx,
            placement_id=placement.id,
            alert_id=action.alert_id,
            author_id=heard.person.id,
            kind="done",
            topic=action.topic,
            at=heard.now,
        )
        subject = f"placement:{placement.id}"
        audit.write(tx, actor=f"person:{heard.person.id}", action="action_done", subject=subject, now=heard.now)
        if action.alert_id is not None:
            copies.refresh(heard.app, tx, action.alert_id, key=f"in{heard.inbound_id}")
    say(tx, heard, "done", placement=placement.id)


def _resolve(
    tx: Session, heard: Heard, one: facts.Alert, placement: facts.Placement, outcome: str, *, note: str | None = None
) -> None:
    _take(tx, heard, one)
    alerts.change(tx, one.id, state="resolved", resolved_at=heard.now, outcome=outcome)
    _touch(tx, heard, one, "resolved", outcome=outcome, note=note)
    say(tx, heard, "resolved", placement=placement.id)
