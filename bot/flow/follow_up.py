"""Follow-up: what a consultant does about an alert, and what happens when nobody does anything."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from sqlmodel import Session

from bot.app import App
from bot.flow import agency, outbox
from bot.flow.reply import Heard, send
from bot.flow.sight import may_see
from bot.messages import Inbound, Payload
from bot.text import alerts as words
from bot.text.catalog import KNOWN_LOCALES, translate
from risk.model import Level
from risk.policy import AlertFacts, Escalate, PolicyRow, Stay, Wake, next_escalation
from store import facts
from store.queries import alerts, audit, people, placements
from surveys.parse import clean

log = structlog.get_logger()

SNOOZE_DAYS = {"1d": 1, "3d": 3, "1w": 7}
DUE_DAYS = {"3d": 3, "1w": 7, "2w": 14}


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
        case Stay():
            alerts.change(tx, one.id, due_at=None)
        case None:
            pass
    log.info("alert.overdue", alert=one.id, action=type(action).__name__)


def _tell_next(app: App, tx: Session, one: facts.Alert, to: str, now: datetime) -> None:
    placement = placements.get(tx, one.placement_id)
    for person in agency.next_in_line(app, tx, placement, to):
        key = f"alert:{one.id}:{to}:{person.id}"
        if outbox.promise(app, tx, person.id, key=key, kind="alert", subject=one.id, detail={"escalated": True}):
            alerts.add_entry(
                tx, placement_id=placement.id, alert_id=one.id, author_id=person.id, kind="escalated", at=now
            )


def _recall(app: App, tx: Session, action: facts.FollowUp) -> None:
    alerts.fill_entry(tx, action.id, state="done")
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
    elif payload.kind == "alert":
        _record_alert(tx, payload, heard)
    elif payload.kind == "follow_up":
        _record_draft(tx, payload, heard)
    else:
        say(tx, heard, "unknown")


def say(tx: Session, heard: Heard, code: str, **values: str | int) -> None:
    """Promise one short answer (``bot.text.alerts.SAYS``)."""
    send(tx, heard, "staff_say", heard.person.id, detail={"code": code, **values})


def _record_text(tx: Session, text: str, heard: Heard) -> None:
    draft = alerts.draft_of(tx, heard.person.id)
    plain = " ".join(text.split())
    listing = {word.strip() for locale in KNOWN_LOCALES for word in _list_words(locale)}
    if plain.casefold() in listing:
        send(tx, heard, "caseload", heard.person.id)
    elif draft is not None and draft.topic is not None and draft.note is None:
        note, _ = clean(text)
        if not note:
            say(tx, heard, "empty")
            return
        alerts.fill_entry(tx, draft.id, note=note)
        send(tx, heard, "ask_due", draft.id)
    else:
        say(tx, heard, "unknown")


def _list_words(locale: str) -> list[str]:
    return translate(words.LIST_WORDS, locale, "staff").casefold().split(",")


def _record_alert(tx: Session, payload: Payload, heard: Heard) -> None:
    one = alerts.get(tx, payload.subject)
    if one is None:
        say(tx, heard, "unknown")
        return
    placement = placements.get(tx, one.placement_id)
    if not may_see(heard.person, placement, alerts.told(tx, one.id)):
        say(tx, heard, "not_yours")
        return
    verb, _, choice = payload.choice.partition(".")
    if one.state == "resolved" and verb != "open":
        say(tx, heard, "already", hire=placement.hire.name)
        return
    match verb:
        case "open":
            send(tx, heard, "alert", one.id)
        case "ack":
            _acknowledge(tx, heard, one, placement)
        case "snooze" if choice in SNOOZE_DAYS:
            _snooze(tx, heard, one, placement, SNOOZE_DAYS[choice])
        case "snooze":
            send(tx, heard, "ask_snooze", one.id)
        case "action":
            send(tx, heard, "ask_topic", one.id)
        case "topic" if choice in words.TOPICS:
            _begin_action(tx, heard, one, choice)
        case "resolve":
            send(tx, heard, "ask_outcome", one.id)
        case "outcome" if choice in words.OUTCOMES:
            _resolve(tx, heard, one, placement, choice)
        case _:
            say(tx, heard, "unknown")


def _touch(
    tx: Session, heard: Heard, one: facts.Alert, kind: str, due_on: date | None = None, outcome: str | None = None
) -> None:
    alerts.add_entry(
        tx,
        placement_id=one.placement_id,
        alert_id=one.id,
        author_id=heard.person.id,
        kind=kind,
        at=heard.now,
        due_on=due_on,
        outcome=outcome,
    )
    audit.write(tx, actor=f"person:{heard.person.id}", action=kind, subject=f"alert:{one.id}", now=heard.now)


def _acknowledge(tx: Session, heard: Heard, one: facts.Alert, placement: facts.Placement) -> None:
    if one.acknowledged_at is None or one.state != "acknowledged":
        _take(tx, heard, one)
        _touch(tx, heard, one, "acknowledged")
    say(tx, heard, "acknowledged", hire=placement.hire.name)


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
    until = heard.now.astimezone(zone).date() + timedelta(days=days)
    at = datetime.combine(until, heard.app.desk.digest, tzinfo=zone)
    alerts.change(tx, one.id, state="snoozed", snoozed_until=at, due_at=at)
    _touch(tx, heard, one, "snoozed", due_on=until)
    say(tx, heard, "snoozed", hire=placement.hire.name, day=until.isoformat())


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
    if draft is None or draft.author_id != heard.person.id or draft.state != "draft":
        say(tx, heard, "unknown")
        return
    verb, _, choice = payload.choice.partition(".")
    today = heard.now.astimezone(heard.app.desk.zone).date()
    if verb == "due" and choice in DUE_DAYS and draft.note is not None:
        alerts.fill_entry(tx, draft.id, due_on=today + timedelta(days=DUE_DAYS[choice]))
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
    code = "action_promised" if promised else "action"
    say(tx, heard, code, hire=placement.hire.name, day=due_on.isoformat())


def _resolve(tx: Session, heard: Heard, one: facts.Alert, placement: facts.Placement, outcome: str) -> None:
    _take(tx, heard, one)
    alerts.change(tx, one.id, state="resolved", resolved_at=heard.now, outcome=outcome)
    _touch(tx, heard, one, "resolved", outcome=outcome)
    say(tx, heard, "resolved", hire=placement.hire.name)
