"""Pacing: how fast a platform lets us speak, kept in the database, so that all processes together obey it.

A lane is a token bucket written as one moment. ``opens_at`` is when the next message may go; each message moves it by the
bucket's interval, and it never lies further back than a full bucket allows. (The same bucket with a count of tokens would need
arithmetic on times in SQL, which the two databases spell differently; here a claim only compares.)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, case
from sqlmodel import Session, col, exists, func, or_, select
from sqlmodel.sql.expression import SelectOfScalar

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
    """The buckets of a platform: of each chat, and of each bot account (Slack: one in each workspace)."""

    chat: Pace
    account: Pace


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


_LANES = select(Lane).where(
    Lane.platform == bindparam("platform"),
    Lane.team == bindparam("team"),
    col(Lane.user).in_(bindparam("users", expanding=True)),
)


def take(
    tx: Session, found: Iterable[tuple[Delivery, Address]], paces: Mapping[str, Paces], now: datetime
) -> list[tuple[Delivery, Address]]:
    """Take a token for each of these messages, in their order, as far as the lanes allow; those that may go."""
    free: list[tuple[Delivery, Address]] = []
    accounts: dict[tuple[str, str], list[tuple[Delivery, Address]]] = {}
    for delivery, address in found:
        if address.platform in paces:
            accounts.setdefault((address.platform, address.team), []).append((delivery, address))
        else:
            free.append((delivery, address))
    for (platform, team), waiting in accounts.items():
        free += _take(tx, platform, team, waiting, paces[platform], now)
    return free


def _take(
    tx: Session, platform: str, team: str, waiting: list[tuple[Delivery, Address]], paces: Paces, now: datetime
) -> list[tuple[Delivery, Address]]:
    users = ["", *(address.user for _, address in waiting)]
    lanes = {one.user: one for one in tx.exec(_LANES, params={"platform": platform, "team": team, "users": users})}
    free = []
    for delivery, address in waiting:
        account = lanes.get("")
        if account is not None and now < (account.bulk_at if delivery.bulk else account.opens_at) <= now + FURTHEST:
            continue
        for user, pace in (("", paces.account), (address.user, paces.chat)):
            lane = lanes.get(user) or Lane(platform=platform, team=team, user=user, opens_at=now, bulk_at=now)
            lane.opens_at = pace.after(lane.opens_at if user in lanes else None, now)
            lane.bulk_at = pace.bulk(lane.opens_at)
            lanes[user] = lane
            tx.add(lane)
        free.append((delivery, address))
    return free


def close(tx: Session, platform: str, team: str, user: str, *, now: datetime, pause: timedelta) -> None:
    """Send nothing to a chat and from its account for so long, because the platform said so.

    A platform does not say which of the two was too fast.
    """
    until = now + min(pause, LONGEST_PAUSE)
    found = tx.exec(_LANES, params={"platform": platform, "team": team, "users": ["", user]})
    lanes = {one.user: one for one in found}
    for name in ("", user):
        lane = lanes.get(name) or Lane(platform=platform, team=team, user=name, opens_at=until, bulk_at=until)
        lane.opens_at, lane.bulk_at = max(lane.opens_at, until), max(lane.bulk_at, until)
        tx.add(lane)


_NEXT: SelectOfScalar[datetime | None] = select(
    func.min(case((col(Lane.opens_at) > bindparam("now"), col(Lane.opens_at)), else_=col(Lane.bulk_at)))
).where(col(Lane.bulk_at) > bindparam("now"), col(Lane.opens_at) <= bindparam("furthest"))


def next_open(tx: Session, now: datetime) -> datetime | None:
    """When the first of the shut lanes opens; None where all are open."""
    return tx.exec(_NEXT, params={"now": now, "furthest": now + FURTHEST}).one()
