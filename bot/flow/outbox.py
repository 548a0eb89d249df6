"""Outbox: a message is promised in the transaction that makes it necessary, and sent afterwards by ``delivery``."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session

from bot.app import App
from store.queries import deliveries, people


def promise(
    app: App,
    tx: Session,
    person_id: int,
    *,
    key: str,
    kind: str,
    subject: int,
    turn: int = 0,
    detail: dict[str, Any] | None = None,
    place: str | None = None,
) -> bool:
    """Promise a message to a person where they can be reached; False where they cannot, or it was promised before.

    The outbox keeps real time, also in a rehearsal: what is promised is due at once. ``place`` is the message, or the
    surface, whose place it may take (``bot.flow.chat``).
    """
    address = people.address_of(tx, person_id)
    if address is None:
        return False
    return deliveries.queue(
        tx, address, key=key, kind=kind, subject=subject, turn=turn, detail=detail, place=place, now=app.real()
    )
