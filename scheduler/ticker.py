"""Runs named jobs at intervals, and nothing more: what is due stands in the database, not in a scheduler.

The only module that imports APScheduler (3.11, memory store). Any number of processes may tick.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

from apscheduler.events import (
    EVENT_JOB_ERROR,
    EVENT_JOB_MAX_INSTANCES,
    EVENT_JOB_MISSED,
    JobEvent,
)
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

OnEvent = Callable[[str, str], None]
"""Takes a job's name and a code: ``failed:<type>``, ``timed_out``, ``still_running``, ``missed`` or ``stopped``."""

_CODES = {EVENT_JOB_ERROR: "failed", EVENT_JOB_MISSED: "missed", EVENT_JOB_MAX_INSTANCES: "still_running"}


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do again and again: at once, then every so often, and each time cut after ``limit``."""

    name: str
    every: timedelta
    run: Callable[[], Awaitable[None]]
    limit: timedelta


@asynccontextmanager
async def ticking(
    jobs: Iterable[Job], *, zone: ZoneInfo, on_event: OnEvent, stop_limit: timedelta = timedelta(seconds=10)
) -> AsyncIterator[None]:
    """Run the jobs while the block is entered; names must differ.

    A job runs one at a time, and late runs of it are merged into one. A job that fails or hangs is reported and
    runs again at its next time. At the end no run begins, and those under way have ``stop_limit`` to finish.
    """
    running: set[asyncio.Task[None]] = set()
    scheduler = AsyncIOScheduler(timezone=zone)
    scheduler.add_listener(partial(_report, on_event), EVENT_JOB_ERROR | EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES)
    for job in jobs:
        scheduler.add_job(
            partial(_run, job, running, on_event),
            OrTrigger([DateTrigger(timezone=zone), IntervalTrigger(seconds=job.every.total_seconds(), timezone=zone)]),
            id=job.name,
            name=job.name,
            # A late run is still wanted (the domain decides what late means), but only once.
            misfire_grace_time=None,
            coalesce=True,
            max_instances=1,
        )
    scheduler.start()
    try:
        yield
    finally:
        scheduler.pause()
        try:
            # A run that was submitted just before the pause enters ``running`` in the loop's next round.
            await asyncio.sleep(0)
            await _finish(running, stop_limit)
        finally:
            # APScheduler never waits for coroutines: what still runs, because we were cancelled meanwhile, it cancels.
            scheduler.shutdown(wait=False)
            await asyncio.sleep(0)


async def _run(job: Job, running: set[asyncio.Task[None]], on_event: OnEvent) -> None:
    """One run. Errors end here: APScheduler would log their texts, and a database's error quotes what people wrote."""
    task = asyncio.current_task()
    assert task is not None
    running.add(task)
    try:
        async with asyncio.timeout(job.limit.total_seconds()):
            await job.run()
    except TimeoutError:
        on_event(job.name, "timed_out")
    except asyncio.CancelledError:
        # The task ends with this function, so that nothing is left to cancel.
        on_event(job.name, "stopped")
    except Exception as error:
        on_event(job.name, f"failed:{type(error).__name__}")
    finally:
        running.discard(task)


async def _finish(running: set[asyncio.Task[None]], limit: timedelta) -> None:
    if running:
        await asyncio.wait(set(running), timeout=limit.total_seconds())
    for task in tuple(running):
        task.cancel()
    if running:
        await asyncio.wait(set(running))


def _report(on_event: OnEvent, event: JobEvent) -> None:
    on_event(event.job_id, _CODES[event.code])
