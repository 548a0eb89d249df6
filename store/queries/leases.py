"""Leases by name: what only one process may do at a time, such as polling one Telegram token.

Times are real time. A lease lasts ``ttl`` from its last renewal; a process that dies lets it run out.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, update

from store.tables import Delivery, Lease


def is_free(tx: Session, name: str, now: datetime, ttl: timedelta) -> bool:
    """True when nobody holds a lease.

    One that ends later than any lease can was given by a clock that was ahead, and counts as run out: otherwise nobody
    could take over until that time has really come.
    """
    row = tx.get(Lease, name)
    return row is None or not now <= row.until <= now + 2 * ttl


def acquire(tx: Session, name: str, owner: str, now: datetime, ttl: timedelta) -> bool:
    """Take a lease that is free or this owner's already, in a writing transaction. True when it is this owner's now."""
    row = tx.get(Lease, name)
    if row is not None and row.owner != owner and not is_free(tx, name, now, ttl):
        return False
    row = row or Lease(name=name, owner=owner, until=now)
    row.owner, row.until = owner, now + ttl
    tx.add(row)
    return True


def renew(tx: Session, name: str, owner: str, now: datetime, ttl: timedelta) -> bool:
    """Hold on to a lease; False when another has taken it meanwhile."""
    row = tx.get(Lease, name)
    if row is None or row.owner != owner:
        return False
    row.until = now + ttl
    return True


def release(tx: Session, name: str, owner: str) -> None:
    """Give a lease back, so that another process need not wait until it has run out."""
    tx.exec(delete(Lease).where(col(Lease.name) == name, col(Lease.owner) == owner))


def give_back(tx: Session, owner: str) -> int:
    """Everything that a process which ends holds and has not begun: its leases, and the messages it claimed, which become
    due again. How many messages."""
    tx.exec(delete(Lease).where(col(Lease.owner) == owner))
    claimed = update(Delivery).where(col(Delivery.owner) == owner, col(Delivery.state) == "claimed")
    return int(tx.connection().execute(claimed.values(state="due", owner=None, lease_until=None)).rowcount)
