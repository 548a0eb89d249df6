"""In which time a database lives: real, or a rehearsal whose clock is this row and which every process shares."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, SQLModel, and_, col, exists, select, update

from store.dialect import insert_once
from store.tables import Alert, Delivery, Invitation, Placement, Timekeeping

_ROW = 1


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A played clock: it showed ``domain_anchor`` at ``real_anchor`` and runs ``speed`` times as fast as a real one.

    ``last_tick`` is the latest domain time that a running process has noted; nothing has happened after it.
    """

    domain_anchor: datetime
    real_anchor: datetime
    speed: float
    last_tick: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """What was decided at the first run: a rehearsal, or (None) real time."""

    rehearsal: Rehearsal | None


def find(tx: Session) -> Kept | None:
    """The time of this database, or None before its first run."""
    row = tx.get(Timekeeping, _ROW, populate_existing=True)
    if row is None:
        return None
    if row.domain_anchor is None or row.real_anchor is None or row.last_tick is None:
        return Kept(None)
    return Kept(Rehearsal(row.domain_anchor, row.real_anchor, row.speed, row.last_tick))


def mark(tx: Session, rehearsal: Rehearsal | None) -> bool:
    """Make a database real (None) or a rehearsal, once; False when another process has done so meanwhile."""
    row = {"id": _ROW, "mode": "real", "speed": 1.0}
    if rehearsal is not None:
        row |= {
            "mode": "rehearsal",
            "domain_anchor": rehearsal.domain_anchor,
            "real_anchor": rehearsal.real_anchor,
            "speed": rehearsal.speed,
            "last_tick": rehearsal.last_tick,
        }
    return insert_once(tx, Timekeeping, [row]) == 1


def move(tx: Session, rehearsal: Rehearsal) -> None:
    """Note how far a rehearsal's clock has come."""
    values = {
        "domain_anchor": rehearsal.domain_anchor,
        "real_anchor": rehearsal.real_anchor,
        "last_tick": rehearsal.last_tick,
    }
    tx.connection().execute(update(Timekeeping).where(col(Timekeeping.id) == _ROW).values(**values))


def begin_history(tx: Session, moment: datetime) -> None:
    """Let everything that was entered before a rehearsal count as entered when it begins, and make the plan anew.

    Invitations keep their validity, counted from then.
    """
    tx.connection().execute(update(Placement).values(imported_at=moment, known_since=moment, planned_until=None))
    for row in tx.exec(select(Invitation).where(col(Invitation.used_at).is_(None))):
        row.expires_at = max(row.expires_at, moment + (row.expires_at - row.issued_at))
        row.issued_at = moment


@dataclass(frozen=True, slots=True)
class Reach:
    """The latest times that a clock which is right can have written by now: when a message waits to be sent, until when
    one is claimed, when an alert was opened, and how far is planned."""

    due_at: datetime
    lease_until: datetime
    opened_at: datetime
    planned_until: date


def _beyond(reach: Reach) -> list[tuple[type[SQLModel], ColumnElement[bool]]]:
    waiting, leased = col(Delivery.state) == "due", col(Delivery.state).in_(("claimed", "attempting", "unknown"))
    later = and_(col(Alert.state) == "open", col(Alert.opened_at) > reach.opened_at)
    return [
        (Delivery, and_(waiting, col(Delivery.due_at) > reach.due_at)),
        (Delivery, and_(leased, col(Delivery.lease_until) > reach.lease_until)),
        (Alert, and_(later, col(Alert.deliver_at) > reach.opened_at)),
        (Alert, and_(later, col(Alert.due_at) > reach.opened_at)),
        (Placement, col(Placement.planned_until) > reach.planned_until),
    ]


def any_beyond(tx: Session, reach: Reach) -> bool:
    """True when something waits for a time that only a clock which was ahead can have written."""
    found = (tx.connection().execute(select(1).where(exists().where(where))) for _, where in _beyond(reach))
    return any(row.first() is not None for row in found)


def bring_back(tx: Session, reach: Reach, *, due_at: datetime, lease_until: datetime, domain: datetime) -> int:
    """Let what waits for such a time wait no longer: send at ``due_at``, look at claims at ``lease_until``, tell and
    escalate alerts at ``domain``, and plan anew. How many rows."""
    news: list[dict[str, datetime | None]] = [
        {"due_at": due_at},
        {"lease_until": lease_until},
        {"deliver_at": domain},
        {"due_at": domain},
        {"planned_until": None},
    ]
    changed = 0
    for (table, where), values in zip(_beyond(reach), news, strict=True):
        changed += tx.connection().execute(update(table).where(where).values(**values)).rowcount
    return changed
