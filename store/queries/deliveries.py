"""The outbox: one row a message, moved from state to state so that nothing is sent twice or lost silently."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, Update, bindparam
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


def was_promised(tx: Session, person_id: int, *, kind: str, turn: int, subject: int | None = None) -> bool:
    """True when a person was ever promised a message of that kind and turn, whatever became of it."""
    query = select(Delivery.id).where(Delivery.person_id == person_id, Delivery.kind == kind, Delivery.turn == turn)
    if subject is not None:
        query = query.where(Delivery.subject == subject)
    return tx.exec(query.limit(1)).one_or_none() is not None


def any_due(tx: Session, platforms: Sequence[str], now: datetime) -> bool:
    """True when something waits to be sent on one of these platforms."""
    query = (
        select(Delivery.id)
        .join(Address, col(Address.id) == col(Delivery.address_id))
        .where(Delivery.state == "due", Delivery.due_at <= now, col(Address.platform).in_(platforms))
    )
    return tx.exec(query.limit(1)).one_or_none() is not None


def _claiming(*, one_address: bool) -> Update:
    """``UPDATE … RETURNING`` over a CTE that locks its rows and skips locked ones; on SQLite the lock of the transaction
    does the same, and the clause is left out by the dialect."""
    earlier = aliased(Delivery)
    older = exists().where(
        col(earlier.address_id) == col(Delivery.address_id),
        col(earlier.state).in_(BLOCKING),
        col(earlier.id) < col(Delivery.id),
    )
    due = (
        select(Delivery.id)
        .join(Address, col(Address.id) == col(Delivery.address_id))
        .where(
            Delivery.state == "due",
            Delivery.due_at <= bindparam("now"),
            col(Address.platform).in_(bindparam("platforms", expanding=True)),
            ~older,
        )
    )
    if one_address:
        due = due.where(Delivery.address_id == bindparam("address"))
    picked = (
        due.order_by(col(Delivery.due_at), col(Delivery.id))
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True, of=Delivery)
        .cte("picked")
    )
    return (
        update(Delivery)
        .where(col(Delivery.id).in_(select(picked.c.id)))
        .values(state="claimed", owner=bindparam("me"), lease_until=bindparam("until"))
        .returning(col(Delivery.id))
    )


# Built once: a statement that is made anew each time costs more to make than to run.
_CLAIM, _CLAIM_ONE = _claiming(one_address=False), _claiming(one_address=True)
_CLAIMED = (
    select(Delivery, Address)
    .join(Address, col(Address.id) == col(Delivery.address_id))
    .where(col(Delivery.id).in_(bindparam("ids", expanding=True)))
    .order_by(col(Delivery.id))
    .execution_options(populate_existing=True)
)


def claim(
    tx: Session,
    *,
    owner: str,
    platforms: Sequence[str],
    now: datetime,
    lease: timedelta,
    limit: int = 20,
    address_id: int | None = None,
) -> list[facts.Delivery]:
    """Take due messages for this process, or those for one address: of each address only its oldest unfinished one."""
    values = {"now": now, "platforms": list(platforms), "most": limit, "me": owner, "until": now + lease}
    if address_id is not None:
        values["address"] = address_id
    statement = _CLAIM if address_id is None else _CLAIM_ONE
    ids = [row[0] for row in tx.connection().execute(statement, values)]
    if not ids:
        return []
    return [_fact(delivery, address) for delivery, address in tx.exec(_CLAIMED, params={"ids": ids})]


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
