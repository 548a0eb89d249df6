"""The outbox: one row a message, moved from state to state so that nothing is sent twice or lost silently.

One transaction writes at a time (``store.session``), so a claim may look first and take then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Executable, Integer, Row, bindparam, literal_column
from sqlalchemy import select as plain
from sqlmodel import Session, col, exists, func, or_, select, update

from store import facts, rows
from store.dialect import insert_once
from store.queries import lanes
from store.tables import Address, Delivery, Inbound

BLOCKING = ("due", "claimed", "attempting")
"""A message in one of these states holds up the later ones of its address; ``unknown`` does not."""

BULK = frozenset({"opening", "reminder", "digest", "notice"})
"""What goes to many at the same hour: it lets replies and alerts pass."""


def queue(
    tx: Session,
    address: facts.Address,
    *,
    key: str,
    kind: str,
    subject: int,
    turn: int = 0,
    detail: Mapping[str, Any] | None = None,
    place: str | None = None,
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
        "bulk": kind in BULK,
        "due_at": now,
        "created_at": now,
        "attempts": 0,
        "place": place,
        "stands": False,
    }
    return insert_once(tx, Delivery, [row]) == 1


def was_promised(tx: Session, person_id: int, *, kind: str, turn: int, subject: int | None = None) -> bool:
    """True when a person was ever promised a message of that kind and turn, whatever became of it."""
    query = select(Delivery.id).where(Delivery.person_id == person_id, Delivery.kind == kind, Delivery.turn == turn)
    if subject is not None:
        query = query.where(Delivery.subject == subject)
    return tx.exec(query.limit(1)).one_or_none() is not None


_DELIVERY, _ADDRESS = rows.table(Delivery), rows.table(Address)
_WITH_ADDRESS = plain(
    _DELIVERY,
    *(_ADDRESS.c[name] for name in ("platform", "team", "user")),
    _ADDRESS.c.person_id.label("address_person"),
    _ADDRESS.c.state.label("address_state"),
).join_from(_DELIVERY, _ADDRESS, _ADDRESS.c.id == _DELIVERY.c.address_id)


def _picking() -> Any:
    earlier = _DELIVERY.alias("earlier")
    held_up = exists().where(
        earlier.c.address_id == _DELIVERY.c.address_id,
        earlier.c.state.in_(BLOCKING),
        or_(earlier.c.state != "due", earlier.c.id < _DELIVERY.c.id),
        earlier.c.id != _DELIVERY.c.id,
    )
    due = _WITH_ADDRESS.where(
        _DELIVERY.c.state == "due",
        _DELIVERY.c.due_at <= bindparam("now"),
        _ADDRESS.c.platform.in_(bindparam("platforms", expanding=True)),
        ~held_up,
        ~lanes.shut(),
    )
    return due.order_by(_DELIVERY.c.bulk, _DELIVERY.c.due_at, _DELIVERY.c.id).limit(bindparam("most", type_=Integer))


_PICK = _picking()
_TAKE = (
    _DELIVERY.update()
    .where(_DELIVERY.c.id.in_(bindparam("ids", expanding=True)))
    .values(state="claimed", owner=bindparam("me"), lease_until=bindparam("until"))
)


def claimable(tx: Session, platforms: Sequence[str], now: datetime) -> bool:
    """True when something on one of these platforms waits that may be sent now: what an idle tick asks."""
    return rows.first(tx, _PICK, **_picked(platforms, now, 1)) is not None


def _picked(platforms: Sequence[str], now: datetime, most: int) -> dict[str, Any]:
    return {"now": now, "furthest": now + lanes.FURTHEST, "platforms": list(platforms), "most": most}


def claim(
    tx: Session,
    *,
    owner: str,
    platforms: Sequence[str],
    now: datetime,
    lease: timedelta,
    limit: int = 20,
    paces: Mapping[str, lanes.Paces] | None = None,
) -> list[facts.Delivery]:
    """Take due messages for this process, and a token of their lanes for each.

    Of each address only the oldest unfinished one is taken, and nothing that its lanes do not allow at ``now``.
    """
    found = rows.read(tx, _PICK, **_picked(platforms, now, limit))
    taken = [_fact(row) for row in lanes.take(tx, found, paces or {}, now)]
    if taken:
        rows.execute(tx, _TAKE, ids=[one.id for one in taken], me=owner, until=now + lease)
    return taken


_UNFINISHED = _WITH_ADDRESS.where(
    _DELIVERY.c.address_id == bindparam("address"),
    # Constants, so that the index finds them: a list of values is put into the text of a statement each time that it runs.
    _DELIVERY.c.state.in_([literal_column(f"'{state}'") for state in (*BLOCKING, "unknown")]),
    or_(_DELIVERY.c.state != "unknown", _DELIVERY.c.lease_until.is_not(None)),
).order_by(_DELIVERY.c.id)


def unfinished(tx: Session, address_id: int) -> list[facts.Unfinished]:
    """What is on its way to an address, or perhaps did not arrive and was not looked at yet, oldest first."""
    return [
        facts.Unfinished(_fact(row), row.state, row.due_at, row.bulk)
        for row in rows.read(tx, _UNFINISHED, address=address_id)
    ]


def claim_next(
    tx: Session,
    waiting: Sequence[facts.Unfinished],
    *,
    owner: str,
    now: datetime,
    lease: timedelta,
    paces: Mapping[str, lanes.Paces],
    pressed: bool = False,
) -> facts.Delivery | None:
    """Take the next message of one address, of which this is ``unfinished``: the same as ``claim`` would.

    ``pressed``: a button of a message was pressed just now, in whose place this may go.
    """
    line = [one for one in waiting if one.state != "unknown"]
    if not line or any(one.state != "due" for one in line) or line[0].due_at > now:
        return None
    taken, bulk = line[0].delivery, line[0].bulk
    pace = paces.get(taken.address.platform)
    is_free = pressed and taken.place is not None and pace is not None and not pace.answers_count
    if not is_free and not lanes.take_one(tx, taken.address, pace, now, bulk=bulk):
        return None
    rows.change(tx, Delivery, taken.id, state="claimed", owner=owner, lease_until=now + lease)
    return taken


_WAITING = (
    select(func.min(Delivery.due_at))
    .join(Address, col(Address.id) == col(Delivery.address_id))
    .where(
        Delivery.state == "due",
        Delivery.due_at > bindparam("after"),
        col(Address.platform).in_(bindparam("platforms", expanding=True)),
    )
)


def next_look(tx: Session, platforms: Sequence[str], now: datetime) -> datetime | None:
    """When there can be something to claim again: at once where a lane has opened meanwhile, otherwise when a retry falls due
    or a lane opens; None when nothing waits."""
    if claimable(tx, platforms, now):
        return now
    retry = tx.exec(_WAITING, params={"after": now, "platforms": list(platforms)}).one()
    held_back = lanes.next_open(tx, now) if _any_due(tx, platforms, now) else None
    return min((at for at in (retry, held_back) if at is not None), default=None)


def _any_due(tx: Session, platforms: Sequence[str], now: datetime) -> bool:
    query = (
        select(Delivery.id)
        .join(Address, col(Address.id) == col(Delivery.address_id))
        .where(Delivery.state == "due", Delivery.due_at <= now, col(Address.platform).in_(platforms))
    )
    return tx.exec(query.limit(1)).one_or_none() is not None


_ONE = _WITH_ADDRESS.where(_DELIVERY.c.id == bindparam("delivery"))


def get(tx: Session, delivery_id: int) -> facts.Delivery:
    """One tracked message, whatever became of it."""
    return _fact(rows.read(tx, _ONE, delivery=delivery_id)[0])


def _fact(row: Row[Any]) -> facts.Delivery:
    return facts.Delivery(
        id=row.id,
        key=row.key,
        address=facts.Address(row.address_id, row.address_person, row.platform, row.team, row.user, row.address_state),
        person_id=row.person_id,
        kind=row.kind,
        subject=row.subject,
        turn=row.turn,
        detail=row.detail,
        attempts=row.attempts,
        place=row.place,
    )


def move(tx: Session, delivery_id: int, *, owner: str, before: str, after: str, **values: Any) -> bool:
    """Compare and set: from one state to the next, only while this process holds the row."""
    statement = _moving(tuple(values))
    return rows.execute(tx, statement, delivery=delivery_id, me=owner, before=before, after=after, **values) == 1


@lru_cache(maxsize=32)
def _moving(names: tuple[str, ...]) -> Executable:
    return (
        _DELIVERY.update()
        .where(
            _DELIVERY.c.id == bindparam("delivery"),
            _DELIVERY.c.owner == bindparam("me"),
            _DELIVERY.c.state == bindparam("before"),
        )
        .values(state=bindparam("after"), **{name: bindparam(name) for name in names})
    )


def overdue(tx: Session, now: datetime) -> bool:
    """True when the sweep has something to do: a lease has run out, or an unknown is to be looked at."""
    query = select(Delivery.id).where(
        col(Delivery.state).in_(("claimed", "attempting", "unknown")), col(Delivery.lease_until) <= now
    )
    return tx.exec(query.limit(1)).one_or_none() is not None


def release(tx: Session, now: datetime) -> int:
    """What was claimed and never tried becomes due again; how many."""
    statement = (
        update(Delivery)
        .where(col(Delivery.state) == "claimed", col(Delivery.lease_until) <= now)
        .values(state="due", owner=None, lease_until=None, error="lease_expired")
    )
    return int(tx.connection().execute(statement).rowcount)


def broken_off(tx: Session, now: datetime) -> list[tuple[facts.Delivery, datetime]]:
    """What a process was sending when its lease ran out, and when that was, oldest first."""
    return _leased(tx, "attempting", now)


def unresolved(tx: Session, now: datetime) -> list[tuple[facts.Delivery, datetime]]:
    """What perhaps did not arrive and is to be looked at by now, and since when it is, oldest first."""
    return _leased(tx, "unknown", now)


def _leased(tx: Session, state: str, now: datetime) -> list[tuple[facts.Delivery, datetime]]:
    return [(_fact(row), row.lease_until) for row in rows.read(tx, _LEASED, leased=state, now=now)]


_LEASED = _WITH_ADDRESS.where(
    _DELIVERY.c.state == bindparam("leased"), _DELIVERY.c.lease_until <= bindparam("now")
).order_by(_DELIVERY.c.id)


def become_unknown(tx: Session, delivery_id: int, *, look_at: datetime | None, error: str) -> None:
    """Nobody knows whether it arrived; ``look_at`` is when to decide what follows, None when nothing does."""
    _set(tx, delivery_id, state="unknown", owner=None, lease_until=look_at, error=error)


def resolve(tx: Session, delivery_id: int) -> None:
    """What follows from an unknown is decided."""
    _set(tx, delivery_id, lease_until=None)


def _set(tx: Session, delivery_id: int, **values: Any) -> None:
    rows.change(tx, Delivery, delivery_id, **values)


def promised_since(tx: Session, delivery_id: int, person_id: int, kind: str) -> bool:
    """True when a person was promised another message of that kind after this one."""
    query = select(Delivery.id).where(
        Delivery.person_id == person_id, Delivery.kind == kind, col(Delivery.id) > delivery_id
    )
    return tx.exec(query.limit(1)).one_or_none() is not None


def heard_since(tx: Session, person_id: int, moment: datetime) -> bool:
    """True when a person has written or pressed something after a moment."""
    query = (
        select(Inbound.id)
        .join(Address, col(Address.id) == col(Inbound.address_id))
        .where(Address.person_id == person_id, Inbound.received_at > moment)
    )
    return tx.exec(query.limit(1)).one_or_none() is not None


def counts(tx: Session) -> dict[str, int]:
    """How many messages are in each state."""
    return dict(tx.exec(select(Delivery.state, func.count()).group_by(Delivery.state)).all())


def oldest_due(tx: Session) -> datetime | None:
    """Since when the oldest waiting message waits."""
    return tx.exec(select(func.min(Delivery.created_at)).where(Delivery.state == "due")).one()
