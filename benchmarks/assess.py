"""``make bench ARGS=assess``: assessing one month of 1,000, 10,000 and 100,000 placements from the database.

Each size runs in a process of its own, so that its peak of memory is its own. Every placement has three months of five
answers; the last month's check-in has just closed. A company has four hires.
"""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from sqlmodel import col, func, insert, select

from benchmarks.bench import NOW, fill, house
from bot.flow import assessment
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
    """Assess everything that waits; print the seconds, and the peak of memory in MB."""
    app, _, _ = house(url)
    begin = time.perf_counter()
    for _ in range(2 * count // assessment.BATCH + 2):
        assessment.assess_closed(app)
    spent = time.perf_counter() - begin
    with app.store.read() as tx:
        assessed = tx.exec(select(func.count(col(Assessment.id)))).one()
    app.store.close()
    assert assessed == count, assessed
    print(spent, _peak_mb())


def _peak_mb() -> float:
    """The peak of this program alone: on Linux ``ru_maxrss`` also remembers the process that started it."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def assess(kind: str) -> None:
    """One line a size."""
    from benchmarks.proof_crash import database

    for count in SIZES:
        with tempfile.TemporaryDirectory() as folder, database(kind, Path(folder)) as url:
            build(url, count)
            done = subprocess.run(
                [sys.executable, "-m", "benchmarks.assess", url, str(count)], capture_output=True, text=True, check=True
            )
        spent, memory = map(float, done.stdout.split()[-2:])
        print(
            f"{kind}: {count:,} placements assessed for one month in {spent:.1f} s "
            f"({1000 * spent / count:.2f} ms each), {memory:.0f} MB"
        )


if __name__ == "__main__":
    measure(sys.argv[1], int(sys.argv[2]))
