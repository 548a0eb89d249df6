"""Actions: what is to be done about an alert, from its topic to "done"."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from sqlmodel import Session

from bot.flow import copies
from bot.flow.cases import say
from bot.flow.reply import Heard, send
from bot.flow.sight import may_see
from bot.messages import Payload
from bot.text.reasons import TOPICS
from scheduler.workdays import next_working_day
from store import facts
from store.queries import alerts, audit, placements
from surveys.parse import clean

DUE_DAYS = {"3d": 3, "1w": 7, "2w": 14}


def take(tx: Session, heard: Heard, one: facts.Alert) -> None:
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


def working_day(heard: Heard, days: int) -> date:
    """So many days from now, or the agency's next working day after that."""
    desk = heard.app.desk
    return next_working_day(heard.now.astimezone(desk.zone).date() + timedelta(days=days), desk.calendar)


def take_action_form(tx: Session, heard: Heard, one: facts.Alert, values: Mapping[str, str]) -> None:
    """An action that was noted in one window; what cannot be taken is asked for again there."""
    note, _ = clean(values.get("note", ""))
    due_on, topic = _day(values.get("due", "")), values.get("topic", "")
    today = heard.now.astimezone(heard.app.desk.zone).date()
    missing = "choice" if topic not in TOPICS else "note" if not note else None
    if missing is None and (due_on is None or due_on < today):
        missing = "due"
    if missing is not None or due_on is None:
        send(tx, heard, "form_action", one.id, detail={"missing": missing})
        return
    due_on = next_working_day(due_on, heard.app.desk.calendar)
    draft = alerts.entry(tx, _draft(tx, heard, one, topic, note=note, due_on=due_on))
    assert draft is not None
    _finish_action(tx, heard, draft, due_on, promised=values.get("promised") == "yes")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def begin_action(tx: Session, heard: Heard, one: facts.Alert, topic: str) -> None:
    """The first step of an action in a chat without forms: its topic; what was begun and not ended before is dropped."""
    draft = alerts.draft_of(tx, heard.person.id)
    if draft is not None:
        alerts.drop_draft(tx, draft.id)
    send(tx, heard, "ask_note", _draft(tx, heard, one, topic))


def _draft(
    tx: Session, heard: Heard, one: facts.Alert, topic: str, *, note: str | None = None, due_on: date | None = None
) -> int:
    return alerts.add_entry(
        tx,
        placement_id=one.placement_id,
        alert_id=one.id,
        author_id=heard.person.id,
        kind="action",
        state="draft",
        topic=topic,
        note=note,
        due_on=due_on,
        at=heard.now,
    )


def record_draft(tx: Session, payload: Payload, heard: Heard) -> None:
    """A further step of an action, or that it is done."""
    draft = alerts.entry(tx, payload.subject)
    if draft is not None and payload.choice == "done":
        _finish_done(tx, heard, draft)
        return
    if draft is None or draft.author_id != heard.person.id or draft.state != "draft":
        say(tx, heard, "unknown")
        return
    verb, _, choice = payload.choice.partition(".")
    if verb == "due" and choice in DUE_DAYS and draft.note is not None:
        alerts.fill_entry(tx, draft.id, due_on=working_day(heard, DUE_DAYS[choice]))
        send(tx, heard, "ask_promised", draft.id)
    elif verb == "promised" and draft.due_on is not None:
        _finish_action(tx, heard, draft, draft.due_on, promised=choice == "yes")
    else:
        say(tx, heard, "unknown")


def _finish_action(tx: Session, heard: Heard, draft: facts.FollowUp, due_on: date, *, promised: bool) -> None:
    alerts.fill_entry(tx, draft.id, state="open", promised=promised)
    one = alerts.get(tx, draft.alert_id) if draft.alert_id else None
    if one is not None and one.state in ("open", "snoozed"):
        take(tx, heard, one)
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
