"""``make bench ARGS=assess``: assessing one month of 1,000, 10,000 and 100,000 placements from the database.

Each size runs in a process of its own, so that its peak of memory is its own. Every placement has three months of five
answers; the last month's check-in has just closed. A company has four hires.
"""

from __future__ import annotations

import asyncio
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlmodel import col, func, insert, select

from benchmarks.house import NOW, database, fill, house
from bot.app import App
from bot.flow import alert, assessment
from bot.main import settle_memory
from store.queries import assessments
from store.tables import Answer, Assessment, CheckIn

SIZES = (1_000, 10_000, 100_000)
DRIVERS = ("intention", "overall", "supervisor", "promise", "pay")
PORTION = 20_000


def build(url: str, count: int) -> None:
    """So many placements with their answers, written as rows."""
    app, _, _ = house(url)
    fill(app, count)
    draw = random.Random(1)
    with app.store.begin() as tx:
        tx.exec(CheckIn.__table__.delete())  # type: ignore[attr-defined]
    for begin in range(0, count, PORTION):
        people = range(begin, min(count, begin + PORTION))
        with app.store.begin() as tx:
            tx.exec(insert(CheckIn), params=[row for n in people for row in _checkins(n, count)])
            tx.exec(insert(Answer), params=[row for n in people for row in _answers(n, draw)])
    app.store.close()


def _checkins(number: int, count: int) -> list[dict[str, object]]:
    hire = 2 + (count // 4 + 1) + number
    rows = []
    for month in range(3):
        opened = NOW - timedelta(days=30 * (2 - month) + 5)
        rows.append(
            {
                "id": 3 * number + month + 1,
                "placement_id": number + 1,
                "person_id": hire,
                "respondent": "hire",
                "survey": "hire_monthly",
                "period": f"m{month + 1}",
                "due_on": opened.date(),
                "state": "completed",
                "opens_at": opened,
                "remind_at": [],
                "expires_at": opened + timedelta(days=14),
                "context": {},
                "turn": 6,
                "asked": 5,
                "opened_at": opened,
                "delivered_at": opened,
                "closed_at": opened + timedelta(days=1),
                "assessed_at": None if month == 2 else opened + timedelta(days=1),
            }
        )
    return rows


def _answers(number: int, draw: random.Random) -> list[dict[str, object]]:
    return [
        {
            "checkin_id": 3 * number + month + 1,
            "question": driver,
            "driver": driver,
            "value": str(min(5, max(1, round(draw.gauss(3.6, 1))))),
            "points": 5,
            "is_text": False,
            "language": "en",
            "turn": turn,
            "answered_at": NOW - timedelta(days=30 * (2 - month) + 4),
            "late": False,
        }
        for month in range(3)
        for turn, driver in enumerate(DRIVERS)
    ]


def measure(url: str, count: int) -> None:
    """Assess everything that waits and raise the alerts; print the seconds, those of this process's own processor time, the
    peak in MB, and how long the write of an answer took meanwhile: the median and the longest, in milliseconds."""
    settle_memory()  # As the service does.
    app, _, _ = house(url)
    begin, own = time.perf_counter(), time.process_time()
    waits = asyncio.run(_assess_all(app))
    spent, own = time.perf_counter() - begin, time.process_time() - own
    with app.store.read() as tx:
        assessed = tx.exec(select(func.count(col(Assessment.id)))).one()
    app.store.close()
    assert assessed == count, assessed
    print(spent, own, _peak_mb(), statistics.median(waits), max(waits))


async def _assess_all(app: App) -> list[float]:
    more, waits = asyncio.Event(), list[float]()
    app = replace(app, wake=more.set)
    async with asyncio.TaskGroup() as group:
        answering = group.create_task(_answer_meanwhile(app, waits))
        more.set()
        while more.is_set():
            more.clear()
            await assessment.assess_closed(app)
            await alert.raise_needed(app)
        answering.cancel()
    return waits


async def _answer_meanwhile(app: App, waits: list[float]) -> None:
    """Somebody answers twenty times a second; ``waits`` are the milliseconds until each is committed."""
    while True:
        begin = time.perf_counter()
        await app.store.write(lambda tx: assessments.done(tx, [0], now=NOW))
        waits.append(1000 * (time.perf_counter() - begin))
        await asyncio.sleep(0.05)


def _peak_mb() -> float:
    """The peak of this program alone: on Linux ``ru_maxrss`` also remembers the process that started it."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def assess(kind: str) -> None:
    """One line a size."""
    for count in SIZES:
        with tempfile.TemporaryDirectory() as folder, database(kind, Path(folder)) as url:
            build(url, count)
            done = subprocess.run(
                [sys.executable, "-m", "benchmarks.assess", url, str(count)], capture_output=True, text=True, check=True
            )
        spent, own, memory, usual, longest = map(float, done.stdout.split()[-5:])
        print(
            f"{kind}: {count:,} placements assessed for one month in {spent:.1f} s "
            f"({1000 * spent / count:.2f} ms each), {own:.1f} s of it computing in Python, {memory:.0f} MB; "
            f"a write meanwhile took {usual:.0f} ms, at most {longest:.0f} ms"
        )


if __name__ == "__main__":
    measure(sys.argv[1], int(sys.argv[2]))
