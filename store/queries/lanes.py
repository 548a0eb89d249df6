"""Pacing: how fast a platform lets us speak, kept in the database, so that all processes together obey it.

A lane is a token bucket written as one moment. ``opens_at`` is when the next message may go; each message moves it by the
bucket's interval, and it never lies further back than a full bucket allows. (The same bucket with a count of tokens would need
arithmetic on times in SQL, which the two databases spell differently; here a claim only compares.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, case, text
from sqlalchemy import select as plain
from sqlmodel import Session, col, exists, func, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from store import facts, rows
from store.dialect import put_all
from store.tables import Address, Delivery, Lane

LONGEST_PAUSE = timedelta(seconds=60)
"""One chat that is refused for hours must not silence its whole account: after this long another message tries. (The refused
one keeps its own time, and holds up its chat until then.)"""

FURTHEST = 2 * LONGEST_PAUSE
"""No lane opens later than this from now; what says so was written by a clock that was ahead, and counts as open."""


@dataclass(frozen=True, slots=True)
class Pace:
    """A token bucket: ``burst`` messages at once, then one in every ``interval``.

    What goes to many at once leaves the last ``spare`` tokens to replies and alerts, which so never queue behind it.
    """

    interval: timedelta
    burst: int
    spare: int = 0

    def after(self, opens_at: datetime | None, now: datetime) -> datetime:
        """When a lane that is open now opens after one message more; None is a full bucket."""
        full = now - self.interval * (self.burst - 1)
        return (full if opens_at is None or opens_at > now else max(opens_at, full)) + self.interval

    def bulk(self, opens_at: datetime) -> datetime:
        """When it opens for what goes to many at once."""
        return opens_at + self.interval * self.spare


@dataclass(frozen=True, slots=True)
class Paces:
    """The buckets of a platform: of each chat, and of each bot account (Slack: one in each workspace).

    ``answers_count`` is False where what takes the place of a message that was just pressed goes another way than other
    messages, and so needs no token.
    """

    chat: Pace
    account: Pace
    answers_count: bool = True


def shut() -> ColumnElement[bool]:
    """The condition that a delivery's chat or account takes nothing at ``:now`` (``:furthest`` is ``now + FURTHEST``); the
    query joins Delivery and Address."""
    opens_at = case((col(Delivery.bulk), col(Lane.bulk_at)), else_=col(Lane.opens_at))
    return exists().where(
        col(Lane.platform) == col(Address.platform),
        col(Lane.team) == col(Address.team),
        or_(col(Lane.user) == "", col(Lane.user) == col(Address.user)),
        opens_at > bindparam("now"),
        opens_at <= bindparam("furthest"),
    )


_LANE = rows.table(Lane)
_LANES = plain(_LANE.c.user, _LANE.c.opens_at, _LANE.c.bulk_at).where(
    _LANE.c.platform == bindparam("platform"),
    _LANE.c.team == bindparam("team"),
    _LANE.c.user.in_(bindparam("users", expanding=True)),
)
_TWO_LANES = plain(_LANE.c.user, _LANE.c.opens_at, _LANE.c.bulk_at).where(
    _LANE.c.platform == bindparam("platform"),
    _LANE.c.team == bindparam("team"),
    or_(_LANE.c.user == "", _LANE.c.user == bindparam("user")),
)

_MOVE_TWO = text(
    """
    INSERT INTO lane (platform, team, "user", opens_at, bulk_at)
    VALUES (:platform, :team, '', :opens_at, :bulk_at), (:platform, :team, :user, :chat_opens_at, :chat_bulk_at)
    ON CONFLICT (platform, team, "user") DO UPDATE SET opens_at = excluded.opens_at, bulk_at = excluded.bulk_at
    """
).bindparams(
    *(bindparam(name, type_=_LANE.c.opens_at.type) for name in ("opens_at", "bulk_at", "chat_opens_at", "chat_bulk_at"))
)
"""The account's lane and the chat's at once, as each reply moves them. (Built of columns, a statement with two rows of values
is compiled anew each time, which costs three times as much as it saves.)"""

Times = tuple[datetime, datetime]
"""When a lane opens, and when it does for what goes to many at once."""


def take(tx: Session, found: Sequence[Row[Any]], paces: Mapping[str, Paces], now: datetime) -> list[Row[Any]]:
    """Take a token for each of these messages (``bulk, platform, team, user``), in their order, as far as the lanes allow;
    those that may go."""
    free = [one for one in found if one.platform not in paces]
    accounts: dict[tuple[str, str], list[Row[Any]]] = {}
    for one in found:
        if one.platform in paces:
            accounts.setdefault((one.platform, one.team), []).append(one)
    for (platform, team), waiting in accounts.items():
        free += _take(tx, platform, team, waiting, paces[platform], now)
    return free


def take_one(tx: Session, to: facts.Address, paces: Paces | None, now: datetime, *, bulk: bool) -> bool:
    """Take a token for one message; False when its chat or its account takes nothing now. Without ``paces`` all may go."""
    if paces is None:
        return True
    found = rows.read(tx, _TWO_LANES, platform=to.platform, team=to.team, user=to.user)
    known = {one.user: (one.opens_at, one.bulk_at) for one in found}
    if any(now < times[bulk] <= now + FURTHEST for times in known.values()):
        return False
    moved = _after(known, paces, to.user, now)
    (opens_at, bulk_at), (chat_opens_at, chat_bulk_at) = moved[""], moved[to.user]
    rows.execute(
        tx,
        _MOVE_TWO,
        platform=to.platform,
        team=to.team,
        user=to.user,
        opens_at=opens_at,
        bulk_at=bulk_at,
        chat_opens_at=chat_opens_at,
        chat_bulk_at=chat_bulk_at,
    )
    return True


def _take(
    tx: Session, platform: str, team: str, waiting: list[Row[Any]], paces: Paces, now: datetime
) -> list[Row[Any]]:
    known = _times(tx, platform, team, ["", *(one.user for one in waiting)])
    moved: dict[str, Times] = {}
    free = []
    for one in waiting:
        account = known.get("")
        if account is not None and now < account[one.bulk] <= now + FURTHEST:
            continue
        later = _after(known, paces, one.user, now)
        known |= later
        moved |= later
        free.append(one)
    _move(tx, platform, team, moved)
    return free


def _after(known: Mapping[str, Times], paces: Paces, user: str, now: datetime) -> dict[str, Times]:
    """When the lanes of an account and of a chat open after one message more."""
    moved = {}
    for name, pace in (("", paces.account), (user, paces.chat)):
        opens_at = pace.after(known[name][0] if name in known else None, now)
        moved[name] = opens_at, pace.bulk(opens_at)
    return moved


def close(tx: Session, platform: str, team: str, user: str, *, now: datetime, pause: timedelta) -> None:
    """Send nothing to a chat and from its account for so long, because the platform said so.

    A platform does not say which of the two was too fast.
    """
    until = now + min(pause, LONGEST_PAUSE)
    known = _times(tx, platform, team, ["", user])
    shut = {name: known.get(name, (until, until)) for name in ("", user)}
    _move(tx, platform, team, {name: (max(at, until), max(bulk_at, until)) for name, (at, bulk_at) in shut.items()})


def _times(tx: Session, platform: str, team: str, users: Sequence[str]) -> dict[str, Times]:
    found = rows.read(tx, _LANES, platform=platform, team=team, users=users)
    return {one.user: (one.opens_at, one.bulk_at) for one in found}


def _move(tx: Session, platform: str, team: str, moved: Mapping[str, Times]) -> None:
    put_all(
        tx,
        Lane,
        [
            {"platform": platform, "team": team, "user": user, "opens_at": opens_at, "bulk_at": bulk_at}
            for user, (opens_at, bulk_at) in moved.items()
        ],
        key=("platform", "team", "user"),
    )


_NEXT: SelectOfScalar[datetime | None] = select(
    func.min(case((col(Lane.opens_at) > bindparam("now"), col(Lane.opens_at)), else_=col(Lane.bulk_at)))
).where(col(Lane.bulk_at) > bindparam("now"), col(Lane.opens_at) <= bindparam("furthest"))


def next_open(tx: Session, now: datetime) -> datetime | None:
    """When the first of the shut lanes opens; None where all are open."""
    return tx.exec(_NEXT, params={"now": now, "furthest": now + FURTHEST}).one()
