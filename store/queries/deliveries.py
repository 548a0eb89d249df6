"""The outbox: one row a message, moved from state to state so that nothing is sent twice or lost silently."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, exists, func, select, update

from store import facts
from store.dialect import insert_once
from store.queries.people import address_fact
from store.tables import Address, Delivery

BLOCKING = ("due", "claimed", "attempting")


def queue(
    tx: Session,
    address: facts.Address,
    *,
    key: str,
    kind: str,
    subject: int,
    turn: int = 0,
    detail: Mapping[str, Any] | None = None,
    now: datetime,
) -> bool:
    """Promise one message; the same key is promised once. True when this call did it."""
    row = {
        "key": key,
        "address_id": address.id,
        "person_id": address.person_id,
        "kind": kind,
        "subject": subject,
        "turn": turn,
        "detail": dict(detail or {}),
        "state": "due",
        "due_at": now,
        "created_at": now,
        "attempts": 0,
    }
    return insert_once(tx, Delivery, [row]) == 1


def any_due(tx: Session, platforms: Sequence[str], now: datetime) -> bool:
    """True when something waits to be sent on one of these platforms."""
    query = (
        select(Delivery.id)
        .join(Address, col(Address.id) == col(Delivery.address_id))
        .where(Delivery.state == "due", Delivery.due_at <= now, col(Address.platform).in_(platforms))
    )
    return tx.exec(query.limit(1)).one_or_none() is not None


def claim(
    tx: Session, *, owner: str, platforms: Sequence[str], now: datetime, lease: timedelta, limit: int = 20
) -> list[facts.Delivery]:
    """Take due messages for this process: of each address only its oldest unfinished one.

    One ``UPDATE … RETURNING`` over a CTE that locks its rows and skips locked ones; on SQLite the lock of the
    transaction does the same, and the clause is left out by the dialect.
    """
    earlier = aliased(Delivery)
    older = exists().where(
        col(earlier.address_id) == col(Delivery.address_id),
        col(earlier.state).in_(BLOCKING),
        col(earlier.id) < col(Delivery.id),
    )
    picked = (
        select(Delivery.id)
        .join(Address, col(Address.id) == col(Delivery.address_id))
        .where(Delivery.state == "due", Delivery.due_at <= now, col(Address.platform).in_(platforms), ~older)
        .order_by(col(Delivery.due_at), col(Delivery.id))
        .limit(limit)
        .with_for_update(skip_locked=True, of=Delivery)
        .cte("picked")
    )
    statement = (
        update(Delivery)
        .where(col(Delivery.id).in_(select(picked.c.id)))
        .values(state="claimed", owner=owner, lease_until=now + lease)
        .returning(col(Delivery.id))
    )
    ids = [row[0] for row in tx.connection().execute(statement)]
    rows = tx.exec(
        select(Delivery, Address)
        .join(Address, col(Address.id) == col(Delivery.address_id))
        .where(col(Delivery.id).in_(ids))
        .order_by(col(Delivery.id))
        .execution_options(populate_existing=True)
    )
    return [_fact(delivery, address) for delivery, address in rows]


def _fact(row: Delivery, address: Address) -> facts.Delivery:
    assert row.id is not None
    return facts.Delivery(
        id=row.id,
        key=row.key,
        address=address_fact(address),
        person_id=row.person_id,
        kind=row.kind,
        subject=row.subject,
        turn=row.turn,
        detail=row.detail,
        attempts=row.attempts,
    )


def move(tx: Session, delivery_id: int, *, owner: str, before: str, after: str, **values: Any) -> bool:
    """Compare and set: from one state to the next, only while this process holds the row."""
    statement = (
        update(Delivery)
        .where(col(Delivery.id) == delivery_id, col(Delivery.owner) == owner, col(Delivery.state) == before)
        .values(state=after, **values)
    )
    return bool(tx.connection().execute(statement).rowcount == 1)


def expired_leases(tx: Session, now: datetime) -> bool:
    """True when a process has let a lease run out."""
    query = select(Delivery.id).where(
        col(Delivery.state).in_(("claimed", "attempting")), col(Delivery.lease_until) < now
    )
    return tx.exec(query.limit(1)).one_or_none() is not None


def sweep(tx: Session, now: datetime) -> int:
    """What was claimed and never tried becomes due again; what was being tried becomes unknown. How many."""
    moved = 0
    for before, after in (("claimed", "due"), ("attempting", "unknown")):
        statement = (
            update(Delivery)
            .where(col(Delivery.state) == before, col(Delivery.lease_until) < now)
            .values(state=after, owner=None, lease_until=None, error="lease_expired")
        )
        moved += tx.connection().execute(statement).rowcount
    return moved


def counts(tx: Session) -> dict[str, int]:
    """How many messages are in each state."""
    return dict(tx.exec(select(Delivery.state, func.count()).group_by(Delivery.state)).all())


def oldest_due(tx: Session) -> datetime | None:
    """Since when the oldest waiting message waits."""
    return tx.exec(select(func.min(Delivery.created_at)).where(Delivery.state == "due")).one()
