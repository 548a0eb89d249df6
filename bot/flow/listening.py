"""Listening: channels hand over what people do, each under its own care, so that one that fails stops no other.

Some things only one process may listen to, such as one Telegram token: a lease in the database says which one does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import structlog

from bot.app import App
from bot.flow import inbound
from bot.messages import Channel, Inbound, ListenError
from bot.text.catalog import Voice
from bot.text.errors import NOT_LISTENING
from store.faults import of_the_place
from store.queries import leases

log = structlog.get_logger()

OPERATOR = Voice(("en",), "staff")
"""Whoever reads the log."""

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 300.0

TTL = timedelta(seconds=20)
RENEW = 6.0
LOOK = 5.0
"""Seconds. A process that dies keeps its lease for 20 seconds at most and the others look every 5: one of them takes over
within 25 seconds, and three renewals may fail before it does."""


class Listening:
    """Everything that one process listens to. What was handed over is handled to its end, also when the process stops."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._supervised: list[asyncio.Task[None]] = []
        self._in_hand: set[asyncio.Task[None]] = set()

    def start(self, channel: Channel, lease: str | None) -> None:
        """Listen to a channel; with a lease only while this process holds it."""
        self._supervised.append(asyncio.create_task(self._keep_listening(channel, lease)))

    async def stop(self) -> None:
        """Stop to listen; what is in hand goes on."""
        for task in self._supervised:
            task.cancel()
        await asyncio.gather(*self._supervised, return_exceptions=True)

    def in_hand(self) -> set[asyncio.Task[None]]:
        """What was handed over and is not finished."""
        return set(self._in_hand)

    async def _keep_listening(self, channel: Channel, lease: str | None) -> None:
        clock = asyncio.get_running_loop().time
        pause = FIRST_PAUSE
        while True:
            began = clock()
            try:
                await (channel.listen(self._receive) if lease is None else self._listen_alone(channel, lease))
                return
            except Exception as fault:  # A revoked token of one platform must not stop the others.
                if clock() - began > LONGEST_PAUSE:
                    pause = FIRST_PAUSE
                self._explain(channel, fault, pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def _explain(self, channel: Channel, fault: Exception, pause: float) -> None:
        if isinstance(fault, ListenError):
            said = OPERATOR.one(NOT_LISTENING[fault.code])
            log.error("channel.failed", channel=channel.name, fault=fault.code, pause=pause, said=said)
        else:
            log.error("channel.failed", channel=channel.name, fault=type(fault).__name__, pause=pause)

    async def _receive(self, update: Inbound) -> None:
        """Returns when the update is kept, so that its platform hears of it at once; the answer goes out meanwhile."""
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(self._handle(update, kept))
        self._in_hand.add(task)
        task.add_done_callback(self._done)
        await asyncio.wait({kept, task}, return_when=asyncio.FIRST_COMPLETED)
        if not kept.done():
            await task

    async def _handle(self, update: Inbound, kept: asyncio.Future[None]) -> None:
        outcome = await inbound.keep(self._app, update)
        kept.set_result(None)
        await inbound.reply(self._app, update, outcome)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._in_hand.discard(task)
        if not task.cancelled():
            task.exception()  # Whoever waited for it has seen it; nobody else has to be told.

    async def _listen_alone(self, channel: Channel, lease: str) -> None:
        """Wait for the lease, listen while it is held, and wait again when it is lost. Ends when the channel does."""
        while True:
            while not await self._ask(_acquire, lease):
                await asyncio.sleep(LOOK)
            log.info("lease.taken", lease=lease)
            listening = asyncio.create_task(channel.listen(self._receive))
            try:
                await self._hold(lease, listening)
                if listening.done():
                    return listening.result()
                log.warning("lease.lost", lease=lease)
            finally:
                listening.cancel()
                await asyncio.wait({listening})
                if not self._app.stopping():  # At the end of the process all its leases are given back together.
                    await self._ask(_release, lease)

    async def _hold(self, lease: str, listening: asyncio.Task[None]) -> None:
        """Until the channel ends, another process has the lease, or this one could not renew it in time."""
        clock = asyncio.get_running_loop().time
        held_until = clock() + TTL.total_seconds()
        while not (await asyncio.wait({listening}, timeout=RENEW))[0]:
            asked = clock()
            mine = await self._ask(_renew, lease)
            if mine:
                held_until = asked + TTL.total_seconds()
            elif mine is False or clock() + RENEW >= held_until:
                return

    async def _ask(self, step: Callable[[App, str], bool], lease: str) -> bool | None:
        """What the database says about a lease; None when it cannot be asked just now."""
        try:
            return await self._app.store.run(step, self._app, lease)
        except Exception as fault:
            if (place := of_the_place(fault)) is None:
                raise
            log.error("lease.unsure", lease=lease, fault=place)
            return None


def _acquire(app: App, lease: str) -> bool:
    with app.store.read() as tx:  # Who only waits writes nothing.
        if not leases.is_free(tx, lease, app.real(), TTL):
            return False
    with app.store.begin() as tx:
        return leases.acquire(tx, lease, app.owner, app.real(), TTL)


def _renew(app: App, lease: str) -> bool:
    with app.store.begin() as tx:
        return leases.renew(tx, lease, app.owner, app.real(), TTL)


def _release(app: App, lease: str) -> bool:
    with app.store.begin() as tx:
        leases.release(tx, lease, app.owner)
    return True
