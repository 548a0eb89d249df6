"""Heartbeat: each process notes when it did its interval jobs last and how that went, so that ``status`` can tell.

An idle service writes nothing else, so it writes this at most once a minute, all jobs together.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from bot.app import App
from store.queries import heartbeats, leases

PAUSE = 59.0
"""Seconds between two writes: a little less than two ticks, whose distance varies by some milliseconds."""

KEPT = timedelta(days=7)
"""How long the rows of a process that is gone are kept."""

DONE = "done"


class Pulse:
    """What the interval jobs of this process did last; ``beat`` writes it when a minute has passed."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._beats: dict[str, tuple[datetime, str]] = {}
        self._known: set[str] = set()
        self._written = 0.0

    def note(self, job: str, outcome: str = DONE) -> None:
        """Remember that a job has just ended, and how."""
        self._beats[job] = (self._app.real(), outcome)

    async def beat(self) -> None:
        """Write what was noted: the first time at once for each job, then at most once a minute."""
        # Not by the clock of the machine, which may be set back and would then silence the heartbeat.
        now = asyncio.get_running_loop().time()
        if self._beats.keys() <= self._known and now - self._written < PAUSE:
            return
        before, self._written = self._written, now
        beats = dict(self._beats)
        try:
            await self._app.store.run(_write, self._app, beats)
        except Exception:
            self._written = before
            raise
        self._known |= beats.keys()

    async def stop(self) -> None:
        """Note the end of this process, and give back what it holds and has not begun."""
        await self._app.store.run(_stop, self._app)


def _write(app: App, beats: dict[str, tuple[datetime, str]]) -> None:
    with app.store.begin() as tx:
        heartbeats.write(tx, app.owner, beats)
        heartbeats.forget(tx, app.real() - KEPT)


def _stop(app: App) -> None:
    with app.store.begin() as tx:
        leases.give_back(tx, app.owner)
        heartbeats.stop(tx, app.owner)
