"""What happens to a placement after it has begun: pauses, the end, another consultant; and who is still to be told of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, delete, select

from store import facts
from store.queries import checkins
from store.tables import Alert, CheckIn, FollowUp, Handover, Notice, Pause, Placement


def set_pause(tx: Session, placement_id: int, first: date, last: date, reason: str) -> bool:
    """Pause a placement on these days; they correct a pause that overlaps them. False when that is stored already."""
    own = list(tx.exec(select(Pause).where(Pause.placement_id == placement_id)))
    near = [one for one in own if one.first <= last and first <= one.last]
    if [(one.first, one.last, one.reason) for one in near] == [(first, last, reason)]:
        return False
    for one in near:
        tx.delete(one)
    tx.flush()
    tx.add(Pause(placement_id=placement_id, first=first, last=last, reason=reason))
    _plan_anew(tx, placement_id)
    return True


def set_left(tx: Session, placement_id: int, notice_on: date, left_on: date, reason: str, *, today: date) -> bool:
    """Note when and why a hire leaves: only the questions about leaving are planned then, from notice on, or from
    ``today`` where that is known late. False when it is stored already."""
    row = tx.get_one(Placement, placement_id)
    if (row.notice_on, row.left_on, row.leave_reason) == (notice_on, left_on, reason):
        return False
    row.notice_on, row.left_on, row.leave_reason = notice_on, left_on, reason
    row.exits_on = row.exits_on or max(notice_on, today)  # A corrected date asks nobody a second time.
    _plan_anew(tx, placement_id)
    return True


def set_start(tx: Session, placement_id: int, start: date, now: datetime) -> bool:
    """Correct the start date: like a corrected roster it moves the future only. False when that is stored already."""
    row = tx.get_one(Placement, placement_id)
    if row.start_date == start:
        return False
    row.start_date, row.imported_at, row.known_since = start, now, now
    _plan_anew(tx, placement_id)
    return True


def _plan_anew(tx: Session, placement_id: int) -> None:
    """What was planned is planned again: the manager's day may have moved as well."""
    tx.exec(delete(CheckIn).where(col(CheckIn.placement_id) == placement_id, col(CheckIn.state) == "planned"))
    tx.get_one(Placement, placement_id).planned_until = None
    tx.flush()


def withdraw_open(tx: Session, placement_id: int, now: datetime) -> list[facts.CheckIn]:
    """Take back every open check-in about a placement; what they were before that."""
    query = select(CheckIn).where(CheckIn.placement_id == placement_id, CheckIn.state == "open")
    rows = list(tx.exec(query.order_by(col(CheckIn.id))))
    before = [checkins.as_fact(row) for row in rows]
    for row in rows:
        row.state, row.closed_at, row.wakes_at = "cancelled", now, None
    tx.flush()
    return before


def close_risk(tx: Session, placement_id: int, now: datetime) -> list[int]:
    """Close the alerts of somebody who leaves about risk, silence and the end of the contract, and say so in their timelines;
    their ids."""
    over = col(Alert.kind).in_(("risk", "silence")) | col(Alert.cause).startswith(f"deadline:{placement_id}:contract:")
    query = select(Alert).where(Alert.placement_id == placement_id, Alert.state != "resolved", over)
    rows = list(tx.exec(query))
    for row in rows:
        row.state, row.resolved_at, row.outcome = "resolved", now, "leaves"
        row.deliver_at, row.due_at, row.snoozed_until = None, None, None
        tx.add(FollowUp(placement_id=placement_id, alert_id=row.id, kind="resolved", outcome="leaves", at=now))
    return [row.id for row in rows if row.id is not None]


def give(tx: Session, placement_ids: Sequence[int], before: int, after: int) -> None:
    """Let another consultant look after placements: with their unresolved alerts, without drafts of the one before."""
    for placement in tx.exec(select(Placement).where(col(Placement.id).in_(placement_ids))):
        placement.consultant_id = after
    alerts = select(Alert).where(
        col(Alert.placement_id).in_(placement_ids), Alert.owner_id == before, Alert.state != "resolved"
    )
    for alert in tx.exec(alerts):
        alert.owner_id = after
    tx.exec(
        delete(FollowUp).where(
            col(FollowUp.placement_id).in_(placement_ids),
            col(FollowUp.author_id) == before,
            col(FollowUp.state) == "draft",
        )
    )
    tx.flush()


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A handover that may come back."""

    id: int
    before: int
    after: int
    placements: tuple[int, ...]
    until: date | None


def _handover(row: Handover) -> HandedOver:
    assert row.id is not None
    return HandedOver(row.id, row.from_id, row.to_id, tuple(row.placements), row.until)


def note_handover(
    tx: Session, before: int, after: int, placement_ids: Sequence[int], *, until: date | None, now: datetime
) -> bool:
    """Keep what went from whom to whom, together with what went before and has not come back. False when nothing is new."""
    row = tx.exec(
        select(Handover).where(
            Handover.from_id == before,
            Handover.to_id == after,
            col(Handover.given_back_at).is_(None),
            col(Handover.until).is_not(None),
        )
    ).one_or_none()
    if row is None and not placement_ids:
        return False
    if row is None:
        tx.add(Handover(from_id=before, to_id=after, placements=list(placement_ids), handed_at=now, until=until))
        return True
    if not placement_ids and row.until == until:
        return False
    row.placements, row.until = [*row.placements, *placement_ids], until
    return True


def to_give_back(tx: Session, today: date) -> list[HandedOver]:
    """Handovers whose day has come, the oldest first."""
    query = select(Handover).where(col(Handover.given_back_at).is_(None), col(Handover.until) <= today)
    return [_handover(row) for row in tx.exec(query.order_by(col(Handover.id)))]


def given_back(tx: Session, handover_id: int, now: datetime) -> None:
    """The handover is over."""
    tx.get_one(Handover, handover_id).given_back_at = now


@dataclass(frozen=True, slots=True)
class ToTell:
    """Something that a person is still to be told, as a delivery of that kind."""

    id: int
    person_id: int
    kind: str
    subject: int
    detail: Mapping[str, Any]


def write_notice(
    tx: Session, person_id: int, *, kind: str, subject: int, detail: Mapping[str, Any], due_at: datetime, now: datetime
) -> None:
    """Keep something until the person may be written to."""
    tx.add(Notice(person_id=person_id, kind=kind, subject=subject, detail=dict(detail), due_at=due_at, written_at=now))


def notices_due(tx: Session, now: datetime) -> list[ToTell]:
    """What may be told by now, oldest first: one read of an index."""
    rows = tx.exec(select(Notice).where(col(Notice.due_at) <= now).order_by(col(Notice.id)))
    return [ToTell(row.id or 0, row.person_id, row.kind, row.subject, row.detail) for row in rows]


def told(tx: Session, notice_id: int) -> None:
    """The notice has become a delivery."""
    tx.get_one(Notice, notice_id).due_at = None
