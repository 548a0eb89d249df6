"""Chats: which of our messages stand in one now. A reference stands for one message, whatever it has shown before."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import bindparam
from sqlmodel import Session, col, select, update

from store import facts
from store.tables import Delivery

_STANDING = (
    select(Delivery)
    .where(Delivery.address_id == bindparam("address"), Delivery.state == "sent", col(Delivery.stands))
    .order_by(col(Delivery.id))
)
_PERHAPS = (
    select(Delivery.id)
    .where(
        Delivery.address_id == bindparam("address"),
        Delivery.state == "unknown",
        col(Delivery.place).is_(None),
        col(Delivery.id) > bindparam("after"),
    )
    .limit(1)
)


def standing(tx: Session, address_id: int) -> list[facts.Standing]:
    """The messages that stand in a chat, as far as we know, the newest last."""
    found = []
    for row in tx.exec(_STANDING, params={"address": address_id}):
        assert row.id is not None
        assert row.reference is not None
        found.append(facts.Standing(row.id, row.kind, row.subject, row.reference))
    return found


def perhaps_below(tx: Session, address_id: int, delivery_id: int) -> bool:
    """True when a message of which nobody knows whether it arrived may stand below what that delivery put there."""
    return tx.exec(_PERHAPS, params={"address": address_id, "after": delivery_id}).first() is not None


def arrived(tx: Session, delivery_id: int, address_id: int, reference: str, *, gone: Collection[str] = ()) -> None:
    """A message stands in a chat: what it took the place of does not, nor do those that were taken away (``gone``)."""
    ended = update(Delivery).where(
        col(Delivery.address_id) == address_id,
        col(Delivery.stands),
        col(Delivery.reference).in_([reference, *gone]),
        col(Delivery.id) != delivery_id,
    )
    tx.connection().execute(ended.values(stands=False))
    tx.connection().execute(update(Delivery).where(col(Delivery.id) == delivery_id).values(stands=True))
