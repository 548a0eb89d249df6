"""Alerts, and the timeline of what people did about them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, func, or_, select

from store import facts
from store.dialect import batches, insert_once
from store.seal import seal, unseal
from store.tables import Alert, CheckIn, FollowUp


def as_fact(row: Alert) -> facts.Alert:
    """The row as a frozen value."""
    assert row.id is not None
    return facts.Alert(
        id=row.id,
        placement_id=row.placement_id,
        owner_id=row.owner_id,
        assessment_id=row.assessment_id,
        kind=row.kind,
        level=row.level,
        state=row.state,
        reasons=tuple(row.reasons),
        policy=row.policy,
        opened_at=row.opened_at,
        deliver_at=row.deliver_at,
        queued_at=row.queued_at,
        delivered_at=row.delivered_at,
        due_at=row.due_at,
        acknowledged_at=row.acknowledged_at,
        snoozed_until=row.snoozed_until,
        resolved_at=row.resolved_at,
        outcome=row.outcome,
        escalations=row.escalations,
        person_id=row.person_id,
        contact=row.contact,
        hidden_from=row.hidden_from,
    )


def raise_once(tx: Session, cause: str, **values: Any) -> bool:
    """Raise an alert; the same cause raises one once. True when this call did it."""
    words = seal(tx, values.pop("words", None))
    first = {"state": "open", "escalations": 0, "contact": {}, "sealed_words": words}
    return insert_once(tx, Alert, [{"cause": cause, **first, **values}]) == 1


def causes(tx: Session, prefix: str) -> frozenset[str]:
    """Every cause that begins like this and has raised an alert, whatever became of it."""
    return frozenset(tx.exec(select(Alert.cause).where(col(Alert.cause).startswith(prefix, autoescape=True))))


def by_cause(tx: Session, cause: str) -> facts.Alert:
    """The alert with that cause."""
    return as_fact(tx.exec(select(Alert).where(Alert.cause == cause)).one())


def running_of(tx: Session, person_id: int) -> facts.Alert | None:
    """The newest case that this person's own words or call have opened and that nobody has taken yet, or None."""
    query = select(Alert).where(Alert.person_id == person_id, Alert.state == "open").order_by(col(Alert.id).desc())
    row = tx.exec(query.limit(1)).one_or_none()
    return None if row is None else as_fact(row)


def complaint_of(tx: Session, person_id: int, placement_id: int) -> facts.Alert | None:
    """The newest complaint of a person about somebody of the agency that goes on, or None."""
    query = select(Alert).where(
        Alert.person_id == person_id,
        Alert.placement_id == placement_id,
        Alert.state != "resolved",
        col(Alert.hidden_from).is_not(None),
    )
    found = [as_fact(row) for row in tx.exec(query.order_by(col(Alert.id).desc()))]
    return next((one for one in found if one.contact.get("about")), None)


def hidden_from(tx: Session, placement_id: int) -> frozenset[int]:
    """Those of the agency from whom something about a placement is kept."""
    query = select(Alert.hidden_from).where(Alert.placement_id == placement_id)
    return frozenset(one for one in tx.exec(query) if one is not None)


def hidden(tx: Session, placement_id: int) -> frozenset[int]:
    """The cases about a placement that somebody of the agency must not see."""
    query = select(Alert.id).where(Alert.placement_id == placement_id, col(Alert.hidden_from).is_not(None))
    return frozenset(one for one in tx.exec(query) if one is not None)


def words_of(tx: Session, alert_id: int) -> str | None:
    """The words that raised an alert, unsealed."""
    row = tx.get(Alert, alert_id)
    return None if row is None else unseal(tx, row.sealed_words)


def add_words(tx: Session, alert_id: int, words: str) -> None:
    """Add what was written since to the words of an alert."""
    row = tx.get_one(Alert, alert_id)
    before = unseal(tx, row.sealed_words)
    row.sealed_words = seal(tx, words if before is None else f"{before}\n{words}")


def get(tx: Session, alert_id: int) -> facts.Alert | None:
    """The alert of that id, or None."""
    row = tx.get(Alert, alert_id)
    return None if row is None else as_fact(row)


def change(tx: Session, alert_id: int, **values: Any) -> None:
    """Set columns of one alert."""
    row = tx.get_one(Alert, alert_id)
    for name, value in values.items():
        setattr(row, name, value)


def unresolved(tx: Session, placement_ids: Sequence[int]) -> list[facts.Alert]:
    """The alerts of these placements that are not resolved, oldest first."""
    found: list[facts.Alert] = []
    for chunk in batches(placement_ids):
        query = select(Alert).where(Alert.state != "resolved", col(Alert.placement_id).in_(chunk))
        found += [as_fact(row) for row in tx.exec(query.order_by(col(Alert.id)))]
    return found


def newest_risk(tx: Session, placement_ids: Sequence[int]) -> dict[int, int]:
    """The newest alert about the risk of each of these placements, whatever became of it."""
    found: dict[int, int] = {}
    for chunk in batches(placement_ids):
        query = select(Alert.placement_id, func.max(Alert.id)).where(
            Alert.kind == "risk", col(Alert.placement_id).in_(chunk)
        )
        rows = tx.exec(query.group_by(col(Alert.placement_id)))
        found |= {placement: newest for placement, newest in rows if newest is not None}
    return found


def listed(tx: Session, placement_ids: Sequence[int], since: datetime | None = None) -> list[facts.Alert]:
    """All alerts of these placements since a time, newest first."""
    query = select(Alert).where(col(Alert.placement_id).in_(placement_ids))
    if since is not None:
        query = query.where(Alert.opened_at >= since)
    return [as_fact(row) for row in tx.exec(query.order_by(col(Alert.id).desc()))]


def to_deliver(tx: Session, now: datetime) -> list[facts.Alert]:
    """Alerts whose time to be delivered has come, oldest first."""
    query = select(Alert).where(col(Alert.deliver_at) <= now).order_by(col(Alert.id))
    return [as_fact(row) for row in tx.exec(query)]


def overdue(tx: Session, now: datetime) -> list[facts.Alert]:
    """Alerts that the policy must look at: not acknowledged in time, or snoozed until now."""
    query = select(Alert).where(col(Alert.state).in_(("open", "snoozed")), col(Alert.due_at) <= now)
    return [as_fact(row) for row in tx.exec(query.order_by(col(Alert.due_at), col(Alert.id)))]


def next_look(tx: Session) -> datetime | None:
    """When an alert is next to be delivered or looked at."""
    due = tx.exec(select(func.min(Alert.due_at)).where(col(Alert.state).in_(("open", "snoozed")))).one()
    out = tx.exec(select(func.min(Alert.deliver_at))).one()
    times = [at for at in (due, out) if at is not None]
    return min(times) if times else None


def sent_since(tx: Session, owner_id: int, level: str, since: datetime) -> int:
    """How many risk alerts of that level an owner was given since a time."""
    query = select(func.count()).where(
        Alert.owner_id == owner_id,
        Alert.kind == "risk",
        Alert.level == level,
        col(Alert.queued_at) >= since,
    )
    return tx.exec(query).one()


def add_entry(tx: Session, *, note: str | None = None, **values: Any) -> int:
    """Add an entry to a case's timeline; its id."""
    row = FollowUp(sealed_note=seal(tx, note), **values)
    tx.add(row)
    tx.flush()
    assert row.id is not None
    return row.id


def fill_entry(tx: Session, entry_id: int, *, note: str | None = None, **values: Any) -> None:
    """Fill in a draft."""
    row = tx.get_one(FollowUp, entry_id)
    if note is not None:
        row.sealed_note = seal(tx, note)
    for name, value in values.items():
        setattr(row, name, value)


def _entry(tx: Session, row: FollowUp) -> facts.FollowUp:
    assert row.id is not None
    return facts.FollowUp(
        id=row.id,
        placement_id=row.placement_id,
        alert_id=row.alert_id,
        author_id=row.author_id,
        kind=row.kind,
        state=row.state,
        topic=row.topic,
        note=unseal(tx, row.sealed_note),
        due_on=row.due_on,
        promised=row.promised,
        outcome=row.outcome,
        checkin_id=row.checkin_id,
        at=row.at,
    )


def entry(tx: Session, entry_id: int) -> facts.FollowUp | None:
    """The entry of that id, or None."""
    row = tx.get(FollowUp, entry_id)
    return None if row is None else _entry(tx, row)


def timeline(tx: Session, placement_id: int) -> list[facts.FollowUp]:
    """What was done about a placement, oldest first."""
    query = select(FollowUp).where(FollowUp.placement_id == placement_id).order_by(col(FollowUp.id))
    return [_entry(tx, row) for row in tx.exec(query)]


def draft_of(tx: Session, author_id: int) -> facts.FollowUp | None:
    """The action that this person is just writing down, or None."""
    query = (
        select(FollowUp)
        .where(FollowUp.author_id == author_id, FollowUp.state == "draft")
        .order_by(col(FollowUp.id).desc())
        .limit(1)
    )
    row = tx.exec(query).one_or_none()
    return None if row is None else _entry(tx, row)


def promise_to_ask(tx: Session, placement_id: int) -> facts.FollowUp | None:
    """The oldest promise to the hire that no check-in has asked about yet, or asked in vain; None without one."""
    in_vain = select(CheckIn.id).where(col(CheckIn.state).in_(("expired", "declined", "cancelled")))
    query = (
        select(FollowUp)
        .where(
            FollowUp.placement_id == placement_id,
            FollowUp.kind == "action",
            FollowUp.state != "draft",
            FollowUp.promised,
            col(FollowUp.outcome).is_(None),
            or_(col(FollowUp.checkin_id).is_(None), col(FollowUp.checkin_id).in_(in_vain)),
        )
        .order_by(col(FollowUp.id))
        .limit(1)
    )
    row = tx.exec(query).one_or_none()
    return None if row is None else _entry(tx, row)


def promise_asked_in(tx: Session, checkin_id: int) -> facts.FollowUp | None:
    """The promise that a check-in asks about, or None."""
    query = select(FollowUp).where(FollowUp.checkin_id == checkin_id, FollowUp.kind == "action")
    row = tx.exec(query.limit(1)).one_or_none()
    return None if row is None else _entry(tx, row)


def open_cause(tx: Session, prefix: str) -> bool:
    """True when an alert whose cause begins like this is open: nobody has taken it yet."""
    query = select(Alert.id).where(col(Alert.cause).startswith(prefix, autoescape=True), Alert.state == "open")
    return tx.exec(query.limit(1)).one_or_none() is not None


def running_causes(tx: Session, prefix: str) -> list[int]:
    """The alerts whose cause begins like this and that are not resolved."""
    query = select(Alert.id).where(col(Alert.cause).startswith(prefix, autoescape=True), Alert.state != "resolved")
    return [one for one in tx.exec(query.order_by(col(Alert.id))) if one is not None]


def actions_to_recall(tx: Session, day: date) -> list[facts.FollowUp]:
    """Actions that somebody wanted to have done by that day and was not yet reminded of, oldest first."""
    query = select(FollowUp).where(FollowUp.kind == "action", FollowUp.state == "open", col(FollowUp.due_on) <= day)
    return [_entry(tx, row) for row in tx.exec(query.order_by(col(FollowUp.due_on), col(FollowUp.id)))]


def drop_draft(tx: Session, entry_id: int) -> None:
    """Forget an action that was begun and never finished."""
    row = tx.get(FollowUp, entry_id)
    if row is not None and row.state == "draft":
        tx.delete(row)
        tx.flush()


def told(tx: Session, alert_id: int) -> frozenset[int]:
    """To whom an alert was passed on, because nobody had acknowledged it or because they stand in."""
    passed_on = col(FollowUp.kind).in_(("escalated", "stands_in"))
    query = select(FollowUp.author_id).where(FollowUp.alert_id == alert_id, passed_on)
    return frozenset(person for person in tx.exec(query) if person is not None)
