"""Delivery: what was promised to be said (``bot.flow.outbox``) is said, once.

A delivery is due → claimed → attempting → sent, failed, unreachable or unknown (rule 4 of docs/architecture.md). The words are
made here, at the last moment, so that no second copy of private text lies in a queue.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog
from sqlmodel import Session

from bot.app import App
from bot.flow import render
from bot.messages import AddressKey, Outbound, Receipt, SendError, Unreachable
from store import facts
from store.queries import alerts, checkins, deliveries, people

log = structlog.get_logger()

LEASE = timedelta(seconds=60)
CONCURRENCY = 8
TRIES = 6
FIRST_PAUSE = timedelta(seconds=5)


def sweep(app: App) -> None:
    """Take back what a process that died had claimed; what it was just sending becomes unknown."""
    now = app.real()
    with app.store.read() as tx:
        if not deliveries.expired_leases(tx, now):
            return
    with app.store.begin() as tx:
        moved = deliveries.sweep(tx, now)
    log.info("deliveries.swept", count=moved)


async def send_queued(app: App) -> None:
    """Send everything that waits, a few at a time, each address in its order, until nothing is left."""
    while claimed := await app.store.run(_claim, app):
        for start in range(0, len(claimed), CONCURRENCY):
            async with asyncio.TaskGroup() as group:
                for one in claimed[start : start + CONCURRENCY]:
                    group.create_task(send_on(app, one))


async def send_on(app: App, claimed: facts.Delivery | None) -> None:
    """Send a claimed message and, one after the other, what else waits for the same address."""
    while claimed is not None:
        claimed = await _deliver(app, claimed)


def claim_for(app: App, tx: Session, address_id: int) -> facts.Delivery | None:
    """Claim the oldest message that waits for one address, in a transaction that is going on."""
    claimed = deliveries.claim(
        tx, owner=app.owner, platforms=sorted(app.channels), now=app.real(), lease=LEASE, address_id=address_id
    )
    return claimed[0] if claimed else None


def _claim(app: App) -> list[facts.Delivery]:
    platforms, now = sorted(app.channels), app.real()
    with app.store.read() as tx:
        if not deliveries.any_due(tx, platforms, now):
            return []
    with app.store.begin() as tx:
        return deliveries.claim(tx, owner=app.owner, platforms=platforms, now=now, lease=LEASE)


async def _deliver(app: App, one: facts.Delivery) -> facts.Delivery | None:
    """Send one message; the next one for this address, claimed, if there is any."""
    try:
        outbound = await app.store.run(_prepare, app, one)
    except Exception as fault:  # one message that cannot be worded must not hold up the others
        log.error("delivery.unworded", delivery=one.id, kind=one.kind, fault=type(fault).__name__)
        return await app.store.run(_settle, app, one, "claimed", SendError("unworded"))
    if outbound is None:
        return None
    outcome: Receipt | SendError
    try:
        outcome = await app.channels[one.address.platform].send(outbound)
    except SendError as fault:
        outcome = fault
    return await app.store.run(_settle, app, one, "attempting", outcome)


def _prepare(app: App, one: facts.Delivery) -> Outbound | None:
    """Word the message and mark it as being tried; None when there is nothing to say any more or another has it."""
    channel = app.channels[one.address.platform]
    with app.store.begin() as tx:
        # A chat that was closed, or that belongs to somebody else by now, must not read what was meant for another.
        still_theirs = one.address.state != "closed" and one.address.person_id == one.person_id
        content = render.content(app, tx, one, channel.limits) if still_theirs else None
        if content is None:
            deliveries.move(tx, one.id, owner=app.owner, before="claimed", after="superseded")
            return None
        lease_until = app.real() + LEASE
        if not deliveries.move(
            tx, one.id, owner=app.owner, before="claimed", after="attempting", lease_until=lease_until
        ):
            return None
    key = AddressKey(one.address.platform, one.address.team, one.address.user)
    paragraphs, rows = content
    return Outbound(key, str(one.id), paragraphs, rows)


def _settle(app: App, one: facts.Delivery, before: str, outcome: Receipt | SendError) -> facts.Delivery | None:
    """Record what became of the attempt and what follows from it for the check-in or the alert, and claim what is next."""
    now = app.real()
    with app.store.begin() as tx:
        match outcome:
            case Receipt(reference):
                moved = deliveries.move(
                    tx, one.id, owner=app.owner, before=before, after="sent", reference=reference, sent_at=now
                )
                if moved:
                    _arrived(app, tx, one)
            case Unreachable(code=code):
                deliveries.move(tx, one.id, owner=app.owner, before=before, after="unreachable", error=code)
                people.set_address_state(tx, one.address.id, "unreachable")
            case SendError(sent_perhaps=True, code=code):
                deliveries.move(tx, one.id, owner=app.owner, before=before, after="unknown", error=code)
            case SendError(retryable=True, code=code) if one.attempts + 1 < TRIES:
                pause = _pause(one.attempts, outcome.retry_after)
                deliveries.move(
                    tx,
                    one.id,
                    owner=app.owner,
                    before=before,
                    after="due",
                    due_at=now + pause,
                    attempts=one.attempts + 1,
                    error=code,
                )
            case SendError(code=code):
                deliveries.move(tx, one.id, owner=app.owner, before=before, after="failed", error=code)
        following = claim_for(app, tx, one.address.id)
    code = "sent" if isinstance(outcome, Receipt) else outcome.code
    log.info("delivery.settled", delivery=one.id, kind=one.kind, outcome=code)
    return following


def _pause(attempts: int, asked: float | None) -> timedelta:
    """As long as the platform asks; otherwise longer each time."""
    return timedelta(seconds=asked) if asked is not None else FIRST_PAUSE * int(4**attempts)


def _arrived(app: App, tx: Session, one: facts.Delivery) -> None:
    now = app.clock()
    match one.kind:
        case "opening" | "reminder" | "question":
            checkins.delivered(tx, one.person_id, now)
        case "alert":
            _alerts_arrived(tx, [one.subject], now)
        case "digest":
            _alerts_arrived(tx, one.detail.get("alerts", []), now)


def _alerts_arrived(tx: Session, ids: Iterable[int], now: datetime) -> None:
    for alert_id in ids:
        known = alerts.get(tx, alert_id)
        if known is not None and known.delivered_at is None:
            alerts.change(tx, alert_id, delivered_at=now)
