"""Delivery: what was promised to be said (``bot.flow.outbox``) is said, once.

A delivery is due → claimed → attempting → sent, failed, unreachable or unknown (rule 4 of docs/architecture.md). The words are
made here, at the last moment, so that no second copy of private text lies in a queue.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from sqlmodel import Session

from bot import charts
from bot.app import App
from bot.flow import chat, reach, render, unknown
from bot.messages import AddressKey, Outbound, Picture, Receipt, SendError, Unreachable, is_surface
from store import facts
from store.faults import of_the_place
from store.queries import alerts, chats, checkins, deliveries, lanes, people
from store.queries.lanes import Pace, Paces

log = structlog.get_logger()

LEASE = timedelta(seconds=60)
SEND_LIMIT = timedelta(seconds=45)
"""A call that lasts longer is given up: it must end before its lease does, or another process would decide about it."""

BATCH = 40
CONCURRENCY = 8
"""How many calls a process has under way at once: what a process that dies leaves ``unknown`` is no more than that."""

TRIES = 6
FIRST_PAUSE = timedelta(seconds=5)

SECOND = timedelta(seconds=1)
PACES = {
    "slack": Paces(Pace(SECOND, burst=3), Pace(SECOND / 10, burst=20, spare=10), answers_count=False),
    "telegram": Paces(Pace(SECOND, burst=3), Pace(SECOND / 30, burst=30, spare=10)),
}
"""How fast each platform lets a chat and a bot account be written to; one that is not named here has no limit.

Both allow one message a second in a chat, with short bursts. Telegram allows about 30 a second in all; Slack names no number
for a workspace ("several hundred a minute"). The reserve is for replies and alerts while a monthly burst goes out. What takes
the place of a message that was just pressed goes to Slack's response_url, which is no method with a rate ("Handling user
interaction", 5 uses within 30 minutes): so many people may answer at the same moment.
"""

SHORTEST_WAIT = timedelta(seconds=0.25)
TICKER_FINDS_IT = timedelta(seconds=30)


def share(platforms: int) -> int:
    """How many of those calls each platform may have, so that one that hangs holds up no other."""
    return max(2, CONCURRENCY // max(1, platforms))


def sweep(app: App) -> int:
    """Take back what a process that died had claimed; what it was just sending becomes unknown. How many."""
    now = app.real()
    with app.store.read() as tx:
        if not deliveries.overdue(tx, now):
            return 0
    with app.store.begin() as tx:
        moved = deliveries.release(tx, now)
        for one, lease_until in deliveries.broken_off(tx, now):
            look_at = unknown.look_at(tx, one, lease_until - LEASE)
            deliveries.become_unknown(tx, one.id, look_at=look_at, error="lease_expired")
            moved += 1
    log.info("deliveries.swept", count=moved)
    return moved


async def send_queued(app: App) -> None:
    """Send what waits and may go now, a few at a time, each address in its order.

    What the platforms' pace holds back is left to the next round, so that a burst of minutes does not hold up the path.
    """
    while not app.stopping() and (claimed := await app.store.run(claim, app)):
        await _send_all(app, claimed)
        if len(claimed) < BATCH:
            break
    now = app.real()
    following = await app.store.look(_next_look, app, now)
    if following is not None and following - now < TICKER_FINDS_IT:
        wait = max(following - now, SHORTEST_WAIT)
        asyncio.get_running_loop().call_later(wait.total_seconds(), app.wake)


async def _send_all(app: App, claimed: list[facts.Delivery]) -> None:
    # One call of each platform is kept free, so that a reply never queues behind a monthly burst.
    crowd = {name: asyncio.Semaphore(share(len(app.channels)) - 1) for name in app.channels}

    async def send(one: facts.Delivery) -> None:
        async with crowd[one.address.platform]:
            await send_on(app, one)

    async with asyncio.TaskGroup() as group:
        for one in claimed:
            group.create_task(send(one))


async def send_on(app: App, claimed: facts.Delivery | None) -> None:
    """Send a claimed message and, one after the other, what else waits for the same address.

    Nothing but cancellation leaves it: what one message meets must not stop the others. A row that could not be
    moved on is found by the sweep when its lease has run out. When the process stops, what is claimed and not begun is
    given back (``heartbeat.Pulse.stop``).
    """
    if claimed is None:
        return
    async with app.sending.slot(claimed.address.platform, share(len(app.channels))):
        try:
            while claimed is not None and not app.stopping():
                claimed = await _deliver(app, claimed)
        except Exception as fault:
            log.error("delivery.left", delivery=claimed and claimed.id, fault=type(fault).__name__)


def claim_for(app: App, tx: Session, address_id: int, pressed: str | None = None) -> facts.Delivery | None:
    """Claim the oldest message that waits for somebody who has just been heard, in a transaction that is going on; ``pressed``
    is the message on which they pressed a button."""
    waiting = deliveries.unfinished(tx, address_id)
    if unknown.ask_again(tx, waiting, app.real()):
        waiting = deliveries.unfinished(tx, address_id)
    return _claim_next(app, tx, waiting, pressed)


def _claim_next(
    app: App, tx: Session, waiting: list[facts.Unfinished], pressed: str | None = None
) -> facts.Delivery | None:
    here = [one for one in waiting if one.delivery.address.platform in app.channels]
    answers = bool(here) and pressed is not None and not is_surface(pressed) and here[0].delivery.place == pressed
    return deliveries.claim_next(tx, here, owner=app.owner, now=app.real(), lease=LEASE, paces=PACES, pressed=answers)


def claim(app: App) -> list[facts.Delivery]:
    """Claim what waits and may go now; a tick that finds nothing opens no writing transaction."""
    platforms, now = sorted(app.channels), app.real()
    with app.store.read() as tx:
        if not deliveries.claimable(tx, platforms, now):
            return []
    with app.store.begin() as tx:
        return deliveries.claim(
            tx, owner=app.owner, platforms=platforms, now=now, lease=LEASE, limit=BATCH, paces=PACES
        )


def _next_look(app: App, now: datetime) -> datetime | None:
    with app.store.read() as tx:
        return deliveries.next_look(tx, sorted(app.channels), now)


async def _deliver(app: App, one: facts.Delivery) -> facts.Delivery | None:
    """Send one message; the next one for this address, claimed, if there is any."""
    try:
        outbound, chart, following = await app.store.write(lambda tx: prepare(app, tx, one))
    except Exception as fault:
        if of_the_place(fault) is not None:  # It says nothing about the message, which is due again after its lease.
            raise
        # One message that cannot be worded must not hold up the others.
        log.error("delivery.unworded", delivery=one.id, kind=one.kind, fault=type(fault).__name__)
        return await _settle(app, one, "claimed", SendError("unworded"))
    if outbound is None:
        return following
    if chart is not None:
        outbound = replace(outbound, picture=await _painted(one, chart))
    outcome = await _attempt(app, one, outbound)
    return await _settle(app, one, "attempting", outcome, outbound.clears)


async def _painted(one: facts.Delivery, chart: charts.Drawn) -> Picture | None:
    """The picture, made beside the loop and after the transaction. Without it everything is said all the same."""
    try:
        return await asyncio.to_thread(charts.picture, chart)
    except Exception as fault:
        log.warning("delivery.no_picture", delivery=one.id, fault=type(fault).__name__)
        return None


async def _settle(
    app: App, one: facts.Delivery, before: str, outcome: Receipt | SendError, clears: tuple[str, ...] = ()
) -> facts.Delivery | None:
    following = await app.store.write(lambda tx: settle(app, tx, one, before, outcome, clears))
    code = "sent" if isinstance(outcome, Receipt) else outcome.code
    log.info("delivery.settled", delivery=one.id, kind=one.kind, outcome=code)
    return following


async def _attempt(app: App, one: facts.Delivery, outbound: Outbound) -> Receipt | SendError:
    """The call itself. What is no SendError came from who knows where, so that the message may have arrived."""
    try:
        async with asyncio.timeout(SEND_LIMIT.total_seconds()):
            return await app.channels[one.address.platform].send(outbound)
    except SendError as fault:
        return fault
    except Exception as fault:
        # The type alone: the text of a client's error may quote the message or an address with a token in it.
        log.error("delivery.broke", delivery=one.id, platform=one.address.platform, fault=type(fault).__name__)
        return SendError(f"broke:{type(fault).__name__}", sent_perhaps=True)


def prepare(
    app: App, tx: Session, one: facts.Delivery
) -> tuple[Outbound | None, charts.Drawn | None, facts.Delivery | None]:
    """Word the message and mark it as being tried, with the chart that is still to be painted; without words, or when
    another process has it, what is next."""
    channel = app.channels[one.address.platform]
    # A chat that was closed, or that belongs to somebody else by now, must not read what was meant for another.
    where, reader = people.behind(tx, one.address.id)
    theirs = reader.id == one.person_id and (where.state != "closed" or one.kind == "farewell")
    page = render.content(app, tx, replace(one, reader=reader), channel.limits) if theirs else None
    taken, clears = (None, ()) if page is None else chat.find_place(tx, one, channel.limits)
    if page is None or (one.kind in chat.COPIES and taken is None):
        deliveries.move(tx, one.id, owner=app.owner, before="claimed", after="superseded")
        return None, None, _claim_next(app, tx, deliveries.unfinished(tx, one.address.id))
    lease_until = app.real() + LEASE
    if not deliveries.move(
        tx, one.id, owner=app.owner, before="claimed", after="attempting", lease_until=lease_until, place=taken
    ):
        return None, None, None
    key = AddressKey(one.address.platform, one.address.team, one.address.user)
    earlier = one.detail.get("again")
    outbound = Outbound(
        key,
        str(one.id),
        page.paragraphs,
        page.rows,
        taken,
        clears,
        page.form,
        repeats=None if earlier is None else str(earlier),
    )
    return outbound, page.chart, None


def settle(
    app: App, tx: Session, one: facts.Delivery, before: str, outcome: Receipt | SendError, clears: tuple[str, ...] = ()
) -> facts.Delivery | None:
    """Record what became of the attempt and what follows from it for the check-in or the alert, and claim what is next."""
    after, values = _outcome(app, tx, one, outcome)
    moved = deliveries.move(tx, one.id, owner=app.owner, before=before, after=after, **values)
    if moved and isinstance(outcome, Receipt):
        if not is_surface(outcome.reference):
            chats.arrived(tx, one.id, one.address.id, outcome.reference, gone=clears)
        _arrived(app, tx, one)
    return _claim_next(app, tx, deliveries.unfinished(tx, one.address.id))


def _outcome(
    app: App, tx: Session, one: facts.Delivery, outcome: Receipt | SendError
) -> tuple[str, dict[str, str | int | bool | datetime | None]]:
    """The state in which an attempt leaves its message, with the columns that belong to it."""
    now = app.real()
    if isinstance(outcome, SendError) and outcome.retry_after is not None:
        to = one.address
        lanes.close(tx, to.platform, to.team, to.user, now=now, pause=timedelta(seconds=outcome.retry_after))
    match outcome:
        case Receipt(reference):
            return "sent", {"reference": reference, "sent_at": now, "stands": not is_surface(reference)}
        case Unreachable(code=code):
            if people.set_address_state(tx, one.address.id, "unreachable"):
                reach.lost(app, tx, people.get(tx, one.person_id), one.address.platform)
            return "unreachable", {"error": code}
        case SendError(code="surface_gone"):
            # Nothing that was meant for a surface is said elsewhere; the next press goes on from here.
            return "superseded", {"error": "surface_gone"}
        case SendError(sent_perhaps=True, code=code):
            return "unknown", {"error": code, "lease_until": unknown.look_at(tx, one, now)}
        case SendError(retryable=True, code=code, retry_after=float() | int() as asked):
            # A platform that says when to come back has not failed: however busy it is, nothing is given up for that.
            return "due", {"error": code, "due_at": now + timedelta(seconds=asked)}
        case SendError(retryable=True, code=code) if one.attempts + 1 < TRIES:
            due_at = now + FIRST_PAUSE * int(4**one.attempts)
            return "due", {"error": code, "due_at": due_at, "attempts": one.attempts + 1}
        case SendError(code=code):
            return "failed", {"error": code}


def _arrived(app: App, tx: Session, one: facts.Delivery) -> None:
    now = app.clock()
    match one.kind:
        case "question" if one.turn > 1:
            pass  # The question before it was answered, so this person's messages arrive.
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
