"""Chats: which of our messages stand in one now. A reference stands for one message, whatever it has shown before."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, bindparam, or_
from sqlalchemy import select as plain
from sqlmodel import Session, col, select

from store import facts, rows
from store.queries.people import address_fact
from store.tables import Address, Delivery

_DELIVERY = rows.table(Delivery)
_HERE = _DELIVERY.c.address_id == bindparam("address")
_STANDING = (
    plain(_DELIVERY.c.id, _DELIVERY.c.kind, _DELIVERY.c.subject, _DELIVERY.c.reference, _DELIVERY.c.state)
    .where(
        # Spelt out twice, so that each half finds its few rows in the index, however long the chat is.
        or_(
            and_(_HERE, _DELIVERY.c.state == "sent", _DELIVERY.c.stands),
            and_(_HERE, _DELIVERY.c.state == "unknown", _DELIVERY.c.place.is_(None)),
        ),
    )
    .order_by(_DELIVERY.c.id)
)
_ENDED = (
    _DELIVERY.update()
    .where(
        _HERE,
        _DELIVERY.c.state == "sent",
        _DELIVERY.c.stands,
        _DELIVERY.c.reference == bindparam("ended"),
        _DELIVERY.c.id != bindparam("delivery"),
    )
    .values(stands=False)
)


def standing(tx: Session, address_id: int) -> tuple[list[facts.Standing], bool]:
    """The messages that stand in a chat, as far as we know, the newest last; and whether one of which nobody knows whether it
    arrived may stand below them."""
    found = rows.read(tx, _STANDING, address=address_id)
    stand = [facts.Standing(row.id, row.kind, row.subject, row.reference) for row in found if row.state == "sent"]
    return stand, bool(found) and found[-1].state == "unknown"


@dataclass(frozen=True, slots=True)
class Copy:
    """A message about something, where it stands."""

    id: int
    address: facts.Address
    reference: str
    detail: Mapping[str, Any]


def copies(tx: Session, kinds: Collection[str], subject: int) -> list[Copy]:
    """Every message of those kinds about that subject that stands in a chat in use, the oldest first."""
    query = (
        select(Delivery, Address)
        .join(Address, col(Address.id) == col(Delivery.address_id))
        .where(
            col(Delivery.kind).in_(kinds),
            Delivery.subject == subject,
            Delivery.state == "sent",
            col(Delivery.stands),
            Address.state == "linked",
        )
        .order_by(col(Delivery.id))
    )
    return [
        Copy(row.id or 0, address_fact(where), row.reference or "", row.detail) for row, where in tx.exec(query).all()
    ]


def arrived(tx: Session, delivery_id: int, address_id: int, reference: str, *, gone: Collection[str] = ()) -> None:
    """A message stands in a chat: what it took the place of does not, nor do those that were taken away (``gone``)."""
    for ended in dict.fromkeys((reference, *gone)):
        rows.execute(tx, _ENDED, address=address_id, delivery=delivery_id, ended=ended)
