"""Pages for private words: a link for one turn of a check-in, of which only the hash is kept. Times are real time."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, delete, or_, select

from store.tables import FormLink


@dataclass(frozen=True, slots=True)
class Link:
    """A link that can still be used."""

    id: int
    name: str
    """What names it for good; a number may be given again."""
    checkin_id: int
    turn: int


def _hash(token: str) -> str:
    # The token is 192 random bits, so that a plain hash cannot be reversed by guessing.
    return hashlib.sha256(token.encode()).hexdigest()


def issue(tx: Session, checkin_id: int, turn: int, token: str, *, now: datetime, expires_at: datetime) -> None:
    """Keep a link; what the check-in had before, and what is past, is deleted."""
    tx.exec(delete(FormLink).where(or_(col(FormLink.checkin_id) == checkin_id, col(FormLink.expires_at) <= now)))
    tx.add(FormLink(token_hash=_hash(token), checkin_id=checkin_id, turn=turn, expires_at=expires_at))


def find(tx: Session, token: str, now: datetime) -> Link | None:
    """The link with that token; None where it was used, is past, or never was."""
    row = tx.exec(select(FormLink).where(FormLink.token_hash == _hash(token))).one_or_none()
    if row is None or row.used_at is not None or row.expires_at <= now:
        return None
    assert row.id is not None
    return Link(row.id, row.token_hash[:32], row.checkin_id, row.turn)


def use(tx: Session, link_id: int, now: datetime) -> None:
    """From now on the link opens nothing."""
    tx.get_one(FormLink, link_id).used_at = now
