"""The ticker runs, survives and stops."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from scheduler.ticker import Job, ticking

TOKYO = ZoneInfo("Asia/Tokyo")
SOON = timedelta(seconds=0.05)
LONG = timedelta(seconds=30)

pytestmark = pytest.mark.anyio


class Log:
    """What the ticker reported, in order."""

    def __init__(self) -> None:
        self.events: list[tuple[str, str]] = []

    def __call__(self, name: str, code: str) -> None:
        self.events.append((name, code))


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.005)


async def test_a_job_runs_at_once_and_then_again_and_again() -> None:
    log, runs = Log(), list[str]()

    async def tick() -> None:
        runs.append("tick")

    async def plan() -> None:
        runs.append("plan")

    jobs = [Job("tick", SOON, tick, LONG), Job("plan", timedelta(hours=1), plan, LONG)]
    async with ticking(jobs, zone=TOKYO, on_event=log):
        await until(lambda: runs.count("tick") >= 3)

    assert runs.count("plan") == 1
    assert log.events == []


async def test_nothing_runs_after_the_end() -> None:
    runs = list[int]()

    async def tick() -> None:
        runs.append(1)

    async with ticking([Job("tick", SOON, tick, LONG)], zone=TOKYO, on_event=Log()):
        await until(lambda: len(runs) >= 2)
    before = len(runs)
    await asyncio.sleep(4 * SOON.total_seconds())

    assert len(runs) == before


async def test_a_hung_run_is_cut_and_later_ones_run() -> None:
    log, runs = Log(), list[int]()

    async def hangs_once() -> None:
        runs.append(1)
        if len(runs) == 1:
            await asyncio.Event().wait()

    async with ticking([Job("tick", SOON, hangs_once, timedelta(seconds=0.12))], zone=TOKYO, on_event=log):
        await until(lambda: len(runs) >= 3)

    assert ("tick", "timed_out") in log.events
    assert ("tick", "still_running") in log.events  # It is one at a time: the runs meanwhile are skipped and told.


async def test_an_error_stops_nothing_and_its_text_goes_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    log, runs = Log(), list[int]()

    async def fails() -> None:
        runs.append(1)
        raise LookupError("what a hire wrote")

    with caplog.at_level(logging.DEBUG):
        async with ticking([Job("tick", SOON, fails, LONG)], zone=TOKYO, on_event=log):
            await until(lambda: len(runs) >= 3)

    assert log.events[:3] == [("tick", "failed:LookupError")] * 3
    assert "what a hire wrote" not in caplog.text


async def test_a_run_that_comes_late_still_comes_and_comes_once() -> None:
    log, runs = Log(), list[int]()

    async def tick() -> None:
        runs.append(1)

    async with ticking([Job("tick", timedelta(seconds=1.2), tick, LONG)], zone=TOKYO, on_event=log):
        await until(lambda: len(runs) == 1)
        time.sleep(2.3)  # As if the laptop slept: by default APScheduler drops what is more than a second late.
        await until(lambda: len(runs) == 2)

    assert log.events == []


async def test_a_run_under_way_may_finish_at_the_end() -> None:
    log, done = Log(), list[str]()
    began = asyncio.Event()

    async def slow() -> None:
        began.set()
        await asyncio.sleep(0.2)
        done.append("finished")

    async with ticking([Job("tick", LONG, slow, LONG)], zone=TOKYO, on_event=log):
        await began.wait()

    assert done == ["finished"]
    assert log.events == []


async def test_a_run_that_takes_too_long_at_the_end_is_stopped_and_told() -> None:
    log, closed = Log(), list[str]()
    began = asyncio.Event()

    async def endless() -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            closed.append("rolled back")

    async with asyncio.timeout(5):
        async with ticking([Job("sweep", LONG, endless, LONG)], zone=TOKYO, on_event=log, stop_limit=SOON):
            await began.wait()

    assert closed == ["rolled back"]
    assert log.events == [("sweep", "stopped")]


async def test_the_end_is_orderly_too_when_the_block_fails_or_is_cancelled() -> None:
    done = list[str]()
    began = asyncio.Event()

    async def slow() -> None:
        began.set()
        await asyncio.sleep(0.1)
        done.append("finished")

    async def service() -> None:
        async with ticking([Job("tick", LONG, slow, LONG)], zone=TOKYO, on_event=Log()):
            await asyncio.Event().wait()

    task = asyncio.create_task(service())
    await began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert done == ["finished"]


@pytest.mark.parametrize("rounds", range(5))
async def test_a_run_that_begins_at_the_very_end_is_not_left_half_done(rounds: int) -> None:
    runs = list[str]()

    async def tick() -> None:
        runs.append("began")
        await asyncio.sleep(0.01)
        runs.append("finished")

    async with ticking([Job("tick", LONG, tick, LONG)], zone=TOKYO, on_event=Log()):
        for _ in range(rounds):
            await asyncio.sleep(0)

    assert runs == (["began", "finished"] if rounds else [])
