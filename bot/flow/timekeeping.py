"""Timekeeping: a database lives in real time or in a rehearsal's, from its first ``run`` on, and every command follows.

Domain time (cadence, reminders, expiry, escalation) follows a rehearsal; leases, pacing and the outbox keep real time.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from sqlmodel import Session

from bot.app import App
from bot.clock import Clock, FixedClock, RehearsalClock, resumed, ticked
from bot.flow.checkin import HORIZON
from bot.refusal import Refusal
from store.queries import heartbeats, timekeeping
from store.queries.timekeeping import Rehearsal
from store.session import Store

log = structlog.get_logger()

TICK = timedelta(seconds=30)
SHORTEST = timedelta(seconds=0.1)
FRESH = 3
"""A process that has not ticked for so many intervals is taken for gone."""
YEARS = range(2000, 2200)
FASTEST = 1_000_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What ``run`` was asked to rehearse: from when (domain time), and how many times faster than real time."""

    begin: datetime
    speed: float

    @classmethod
    def read(cls, begin: str, speed: float, zone: str) -> Wanted:
        """From the options of ``run``; a time without an offset is the agency's.
        Raises Refusal("rehearsal_start_wrong") or Refusal("rehearsal_speed_wrong")."""
        try:
            at = datetime.fromisoformat(begin.strip())
            at = (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
        except (ValueError, OverflowError):
            raise Refusal("rehearsal_start_wrong", value=begin) from None
        if at.year not in YEARS:
            raise Refusal("rehearsal_start_wrong", value=begin)
        if not (math.isfinite(speed) and 1 <= speed <= FASTEST):
            raise Refusal("rehearsal_speed_wrong", value=f"{speed:g}", most=FASTEST)
        return cls(at, speed)


def interval(real_interval: timedelta, speed: float) -> timedelta:
    """How often a job of the ticker runs in a rehearsal."""
    return max(SHORTEST, real_interval / speed)


def grace(speed: float) -> timedelta:
    """How long after its last tick (real time) a rehearsal is taken to go on."""
    return max(timedelta(seconds=1), FRESH * interval(TICK, speed))


def look(store: Store, real: Clock) -> tuple[Clock, bool]:
    """The clock of a command, and whether it is a rehearsal's: then it shows the last tick of whoever runs."""
    with store.read() as tx:
        kept = timekeeping.find(tx)
    if kept is None or kept.rehearsal is None:
        return real, False
    return FixedClock(kept.rehearsal.last_tick), True


def enter(store: Store, real: Clock, wanted: Wanted | None) -> tuple[Clock, bool]:
    """The clock of the service. The first run decides for good whether a database is a rehearsal; a later one goes on
    from the last tick, whatever it asks for.

    Raises Refusal("rehearsal_on_real") or Refusal("real_on_rehearsal"): the two are never mixed.
    """
    with store.read() as tx:
        kept = timekeeping.find(tx)
    if kept is None:
        kept = _first_run(store, real(), wanted)
    if kept.rehearsal is None:
        if wanted is not None:
            raise Refusal("rehearsal_on_real")
        return real, False
    if wanted is None:
        raise Refusal("real_on_rehearsal")
    return _resume(store, real), True


def _first_run(store: Store, now: datetime, wanted: Wanted | None) -> timekeeping.Kept:
    with store.begin() as tx:
        first = None if wanted is None else Rehearsal(wanted.begin, now, wanted.speed, wanted.begin)
        if timekeeping.mark(tx, first) and first is not None:
            timekeeping.begin_history(tx, first.domain_anchor)
        found = timekeeping.find(tx)
    assert found is not None
    log.info("timekeeping.begun", rehearsal=found.rehearsal is not None)
    return found


def _resume(store: Store, real: Clock) -> RehearsalClock:
    with store.begin() as tx:
        now = real()
        rehearsal = _rehearsal(tx)
        pause = grace(rehearsal.speed)
        alone = not any(one.outcome != heartbeats.STOPPED for one in heartbeats.every(tx))
        rehearsal = resumed(rehearsal, now, pause, alone=alone)
        timekeeping.move(tx, rehearsal)
    return RehearsalClock(rehearsal, real, pause)


def tick(app: App) -> None:
    """Move the shared clock of a rehearsal; outside of one there is nothing to do."""
    if not isinstance(app.clock, RehearsalClock):
        return
    with app.store.begin() as tx:
        now = app.real()
        rehearsal = ticked(_rehearsal(tx), now, app.clock.grace)
        timekeeping.move(tx, rehearsal)
    app.clock.follow(rehearsal)


def mend(app: App) -> None:
    """Bring back what a clock that was ahead has put into the future: after it was set right nobody would hear of it until
    that time had really come. What was decided while it was ahead, such as an expiry, stays."""
    real, domain = app.real(), app.clock()
    reach = timekeeping.Reach(
        due_at=real + timedelta(days=1),
        lease_until=real + timedelta(minutes=10),
        opened_at=domain + timedelta(hours=1),
        planned_until=domain.date() + HORIZON + timedelta(days=2),
    )
    with app.store.read() as tx:
        if not timekeeping.any_beyond(tx, reach):
            return
    with app.store.begin() as tx:
        # A process that is sending just now keeps the time of a lease to say what became of it.
        lease_until = real + timedelta(minutes=1)
        count = timekeeping.bring_back(tx, reach, due_at=real, lease_until=lease_until, domain=domain)
    log.warning("timekeeping.mended", count=count)


def _rehearsal(tx: Session) -> Rehearsal:
    kept = timekeeping.find(tx)
    assert kept is not None
    assert kept.rehearsal is not None
    return kept.rehearsal
