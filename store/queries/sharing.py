"""What a hire lets the consultant bring up with the company, and what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select

from store import facts
from store.tables import Placement, Sharing


def _fact(row: Sharing) -> facts.Sharing:
    assert row.id is not None
    return facts.Sharing(
        id=row.id,
        placement_id=row.placement_id,
        checkin_id=row.checkin_id,
        topic=row.topic,
        mode=row.mode,
        chosen_at=row.chosen_at,
        deliver_at=row.deliver_at,
        told_at=row.told_at,
        said_on=row.said_on,
        withdrawn_at=row.withdrawn_at,
    )


def allow(tx: Session, **values: Any) -> int:
    """Keep that a hire lets a topic be said; its id."""
    row = Sharing(**values)
    tx.add(row)
    tx.flush()
    assert row.id is not None
    return row.id


def change(tx: Session, sharing_id: int, **values: Any) -> None:
    """Set columns of one row."""
    row = tx.get_one(Sharing, sharing_id)
    for name, value in values.items():
        setattr(row, name, value)


def get(tx: Session, sharing_id: int) -> facts.Sharing | None:
    """The row of that id, or None."""
    row = tx.get(Sharing, sharing_id)
    return None if row is None else _fact(row)


def of_placement(tx: Session, placement_id: int) -> list[facts.Sharing]:
    """What the hire of a placement has allowed and not taken back, oldest first."""
    query = select(Sharing).where(Sharing.placement_id == placement_id, col(Sharing.withdrawn_at).is_(None))
    return [_fact(row) for row in tx.exec(query.order_by(col(Sharing.id)))]


def of_hire(tx: Session, person_id: int) -> list[facts.Sharing]:
    """The same of all placements of a hire."""
    query = select(Sharing).join(Placement, col(Placement.id) == col(Sharing.placement_id))
    query = query.where(Placement.hire_id == person_id, col(Sharing.withdrawn_at).is_(None))
    return [_fact(row) for row in tx.exec(query.order_by(col(Sharing.id)))]


def due(tx: Session, now: datetime) -> list[facts.Sharing]:
    """What the consultants are to hear of by now, oldest first: one read of an index."""
    query = select(Sharing).where(col(Sharing.deliver_at) <= now).order_by(col(Sharing.id))
    return [_fact(row) for row in tx.exec(query)]


def next_look(tx: Session) -> datetime | None:
    """When a consultant is next to hear of something."""
    return tx.exec(select(func.min(Sharing.deliver_at))).one()
