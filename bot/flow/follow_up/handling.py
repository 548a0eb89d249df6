"""What somebody of the agency does with an alert: seen, put off, acted upon, closed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.flow import copies, why
from bot.flow.cases import say
from bot.flow.follow_up.actions import begin_action, take, take_action_form, working_day
from bot.flow.reply import Heard, send
from bot.flow.safety import tell_read
from bot.flow.sight import may_see_alert
from bot.messages import FORM, Payload
from bot.text.follow_up import OUTCOMES
from bot.text.reasons import TOPICS
from store import facts
from store.queries import alerts, audit, placements
from surveys.parse import clean

SNOOZE_DAYS = {"1d": 1, "3d": 3, "1w": 7}


def record_alert(tx: Session, payload: Payload, values: Mapping[str, str], heard: Heard) -> None:
    """Handle a button or a form of an alert."""
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
            take_action_form(tx, heard, one, values)
        case "action":
            send(tx, heard, "form_action" if heard.surface else "ask_topic", one.id)
        case "topic" if choice in TOPICS:
            begin_action(tx, heard, one, choice)
        case "resolve":
            send(tx, heard, "form_resolve" if heard.surface else "ask_outcome", one.id)
        case "outcome" if choice == "save":
            _take_outcome_form(tx, heard, one, placement, values)
        case "outcome" if choice in OUTCOMES:
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
        take(tx, heard, one)
        tell_read(heard.app, tx, one, heard.person, heard.now)
        _touch(tx, heard, one, "acknowledged")
    say(tx, heard, "acknowledged", placement=placement.id)


def _snooze(tx: Session, heard: Heard, one: facts.Alert, placement: facts.Placement, days: int) -> None:
    zone: ZoneInfo = heard.app.desk.zone
    until = working_day(heard, days)
    at = datetime.combine(until, heard.app.desk.digest, tzinfo=zone)
    alerts.change(tx, one.id, state="snoozed", snoozed_until=at, due_at=at)
    _touch(tx, heard, one, "snoozed", due_on=until)
    say(tx, heard, "snoozed", placement=placement.id, day=until.isoformat())


def _take_outcome_form(
    tx: Session, heard: Heard, one: facts.Alert, placement: facts.Placement, values: Mapping[str, str]
) -> None:
    outcome, (note, _) = values.get("outcome", ""), clean(values.get("note", ""))
    if outcome in OUTCOMES:
        _resolve(tx, heard, one, placement, outcome, note=note or None)
    else:
        send(tx, heard, "form_resolve", one.id, detail={"missing": "choice"})


def _resolve(
    tx: Session, heard: Heard, one: facts.Alert, placement: facts.Placement, outcome: str, *, note: str | None = None
) -> None:
    take(tx, heard, one)
    alerts.change(tx, one.id, state="resolved", resolved_at=heard.now, outcome=outcome)
    _touch(tx, heard, one, "resolved", outcome=outcome, note=note)
    say(tx, heard, "resolved", placement=placement.id)
