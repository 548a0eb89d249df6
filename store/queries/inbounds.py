"""What platforms handed over: the same update is handled once."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, select

from store.dialect import insert_once
from store.tables import Inbound


def first_time(tx: Session, platform: str, external_id: str, *, address_id: int | None, now: datetime) -> int | None:
    """The id of the row when this update is new, None when it was handled before."""
    row = {"platform": platform, "external_id": external_id, "address_id": address_id, "received_at": now}
    if insert_once(tx, Inbound, [row]) == 0:
        return None
    query = select(Inbound.id).where(Inbound.platform == platform, Inbound.external_id == external_id)
    return tx.exec(query).one()
