"""What platforms handed over: the same update is handled once, and one that cannot be handled is set aside."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, func, select

from store.dialect import insert_first
from store.tables import Inbound, SetAside


def first_time(tx: Session, platform: str, external_id: str, *, address_id: int | None, now: datetime) -> int | None:
    """The id of the row when this update is new, None when it was handled before."""
    row = {"platform": platform, "external_id": external_id, "address_id": address_id, "received_at": now}
    return insert_first(tx, Inbound, row)


def count_failure(
    tx: Session, platform: str, external_id: str, *, fault: str, reference: str, now: datetime
) -> tuple[int, str]:
    """Note that an update could not be recorded: how often by now, and the reference that it got the first time.

    ``fault`` is the kind of error alone; what was written stands nowhere.
    """
    query = select(SetAside).where(SetAside.platform == platform, SetAside.external_id == external_id)
    row = tx.exec(query).one_or_none()
    if row is None:
        tx.add(SetAside(platform=platform, external_id=external_id, tries=1, fault=fault, reference=reference, at=now))
        return 1, reference
    row.tries, row.fault, row.at = row.tries + 1, fault, now
    return row.tries, row.reference


def set_aside(tx: Session, platform: str, external_id: str) -> None:
    """Note that an update, whose failures were counted, is not tried any more."""
    query = select(SetAside).where(SetAside.platform == platform, SetAside.external_id == external_id)
    tx.exec(query).one().set_aside = True


def count_set_aside(tx: Session) -> int:
    """How many updates nobody could record."""
    return tx.exec(select(func.count()).select_from(SetAside).where(col(SetAside.set_aside))).one()
