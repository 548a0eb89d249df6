"""``make bench``: the figures that README quotes, each beside what it is compared with in the same run.

These machines are noisy: read ratios and medians, not seconds.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import col, func, insert, select, update

from benchmarks.assess import assess
from benchmarks.house import KEY, NOW, database, fill, house, roster_of
from bot import flow
from bot.app import App
from bot.calendars import company_calendar
from bot.channels.memory import MemoryChannel
from bot.clock import FixedClock
from bot.flow import delivery, inbound
from bot.flow.roster import store_roster
from bot.flow.roster.model import Roster, RosterRow
from bot.flow.roster.read import read_roster
from bot.flow.roster.write import write_roster
from bot.logs import configure
from bot.main import assemble
from bot.messages import AddressKey, Inbound, Outbound, Payload, Receipt
from bot.settings import Settings
from bot.text.consent import CONSENT_VERSION
from scheduler.plan import Cadence, PlacementFacts, openings
from scheduler.workdays import next_working_day
from store.migrate import upgrade
from store.queries import deliveries, people, placements
from store.queries.lanes import Pace, Paces
from store.session import Store, make_engine
from store.tables import Address, Answer, AuditEntry, Delivery, Person

PEOPLE = 50


def median_ms(work: Callable[[], object], times: int) -> float:
    """The median of so many runs, in milliseconds."""
    spent = []
    for _ in range(times):
        begin = time.perf_counter()
        work()
        spent.append(time.perf_counter() - begin)
    return statistics.median(spent) * 1000


def idle_tick(kind: str) -> None:
    """A tick with nothing to do, at 1,000 and at 100,000 placements."""
    found = {}
    for count in (1_000, 100_000):
        with tempfile.TemporaryDirectory() as folder, database(kind, Path(folder)) as url:
            app, _, _ = house(url)
            fill(app, count)

            async def ticks(app: App = app) -> float:
                await flow.advance(app)
                spent = []
                for _ in range(101):
                    begin = time.perf_counter()
                    await flow.advance(app)
                    spent.append(time.perf_counter() - begin)
                return statistics.median(spent) * 1000

            found[count] = asyncio.run(ticks())
            app.store.close()
    ratio = found[100_000] / found[1_000]
    print(
        f"{kind}: idle tick {found[1_000]:.2f} ms at 1,000 placements, {found[100_000]:.2f} ms at 100,000: ratio {ratio:.2f}"
    )


def claim(kind: str) -> None:
    """Claiming 10,000 due deliveries, beside a plain UPDATE of as many rows in batches of the same size."""
    with tempfile.TemporaryDirectory() as folder, database(kind, Path(folder)) as url:
        app, _, _ = house(url)
        with app.store.begin() as tx:
            person = {"kind": "hire", "languages": ["en"], "stacked": True, "named": True, "name": "Hire"}
            count = 10_000
            tx.exec(insert(Person), params=[{**person, "id": n + 1, "identity": f"h{n}"} for n in range(count)])
            address = {"platform": "memory", "team": "", "state": "linked", "linked_at": NOW}
            tx.exec(
                insert(Address),
                params=[{**address, "id": n + 1, "person_id": n + 1, "user": f"u{n}"} for n in range(count)],
            )
        with app.store.begin() as tx:
            for number in range(count):
                where = people.address_of(tx, number + 1)
                assert where is not None
                deliveries.queue(tx, where, key=f"k{number}", kind="opening", subject=1, now=NOW)
        size = 100

        def take() -> int:
            with app.store.begin() as tx:
                return len(deliveries.claim(tx, **claiming(app, size)))

        begin = time.perf_counter()
        taken = 0
        while more := take():
            taken += more
        spent = time.perf_counter() - begin
        begin = time.perf_counter()
        for start in range(1, count, size):
            with app.store.begin() as tx:
                tx.connection().execute(
                    update(Delivery).where(col(Delivery.id).between(start, start + size - 1)).values(state="sent")
                )
        plain = time.perf_counter() - begin
        app.store.close()
    print(
        f"{kind}: claiming {taken:,} due deliveries {spent:.2f} s, a plain UPDATE of them {plain:.2f} s: "
        f"ratio {spent / plain:.1f}"
    )


def claiming(app: App, size: int) -> dict[str, Any]:
    """What a claim of this process takes."""
    return {"owner": app.owner, "platforms": ["memory"], "now": NOW, "lease": timedelta(minutes=1), "limit": size}


class Quick:
    """A channel that takes everything at once, and what each person was shown last and in which place."""

    def __init__(self) -> None:
        self.last: dict[str, Outbound] = {}
        self.places: dict[str, str] = {}
        self.name, self.limits = "quick", MemoryChannel().limits

    async def listen(self, on_inbound: object) -> None:
        """Nobody writes by themselves here."""

    async def send(self, outbound: Outbound) -> Receipt:
        """Take it; what replaces a message keeps its reference, as on every platform."""
        user, place = outbound.address.user, outbound.replaces or outbound.key
        self.last[user], self.places[user] = outbound, place
        return Receipt(place)


ROUNDS = 7
ENOUGH = Pace(timedelta(microseconds=1), burst=1000)
"""A pace faster than anybody writes: the tokens are taken as on a real platform, and never run out."""


def whole_path(kind: str) -> None:
    """Answers through the whole path with 50 people at once, beside raw commits of one row on the same engine.

    An answer counts from the press to the end of what it causes: it is recorded (seen id, answer, check-in, the promise of the
    next message), the next question is worded and marked as being tried, it is sent to a channel that takes it at once, with
    its tokens of the pace, and that it was sent is recorded. The press that begins a check-in is made before and not counted,
    nor is what the ticker does meanwhile. A raw commit is one row of a table without an index, added by the same session.
    Both alternate, so that a busy machine slows both; printed are the medians of the rounds.
    """
    delivery.PACES["quick"] = Paces(ENOUGH, ENOUGH)
    ratios, rates, commits, spent = [], [], [], list[float]()
    with tempfile.TemporaryDirectory() as folder, database(kind, Path(folder)) as url:
        engine = make_engine(url)
        upgrade(engine)
        clock, channel = FixedClock(NOW), Quick()
        app = assemble(Settings(), Store(engine, [KEY]), {channel.name: channel}, clock=clock)
        _people(app)
        for _ in range(ROUNDS):
            before = _raw_commits(app)
            stored, took, each = asyncio.run(_everybody_answers(app, channel, clock))
            commits.append((before + _raw_commits(app)) / 2)
            rates.append(stored / took)
            ratios.append(rates[-1] / commits[-1])
            spent += each
        app.store.close()
    spent.sort()
    print(
        f"{kind}: {statistics.median(rates):.0f} answers/s through the whole path, "
        f"{statistics.median(commits):.0f} raw single-row commits/s: "
        f"ratio {statistics.median(ratios):.2f} (median of {ROUNDS} rounds, {min(ratios):.2f} to {max(ratios):.2f})\n"
        f"{kind}: press to next question with {PEOPLE} people at once, each answering as fast as asked: "
        f"median {statistics.median(spent) * 1000:.0f} ms, p99 {spent[int(len(spent) * 0.99)] * 1000:.0f} ms"
    )


def _raw_commits(app: App, count: int = 300) -> float:
    """Raw single-row commits in a second."""
    begin = time.perf_counter()
    for number in range(count):
        with app.store.begin() as tx:
            tx.add(AuditEntry(at=NOW, actor="bench", action="raw", subject=f"row:{number}", details={}))
    return count / (time.perf_counter() - begin)


def _people(app: App) -> None:
    store_roster(app, roster_of(PEOPLE, companies=10, channel="telegram", start=lambda _: date(2026, 4, 11)))
    with app.store.begin() as tx:
        for placement in placements.everyone(tx):
            hire = placement.hire
            people.link(tx, hire.id, "quick", "", str(hire.id), now=NOW)
            people.set_call_name(tx, hire.id, hire.name)
            people.set_hour(tx, hire.id, "noon")
            people.decide(tx, hire.id, placement.id, version=CONSENT_VERSION, language="en", decision="agreed", now=NOW)


async def _everybody_answers(app: App, channel: Quick, clock: FixedClock) -> tuple[int, float, list[float]]:
    """One check-in of everybody: how many answers were stored, in how many seconds, and how long each press took."""
    channel.last.clear()
    while len(channel.last) < PEOPLE:  # Until the day and the hour at which the next check-in opens.
        clock.advance(timedelta(hours=4))
        await flow.plan_ahead(app)
        await flow.advance(app)
    spent: list[float] = []

    def button(user: str, *wanted: str) -> Payload | None:
        shown = [one.payload for row in channel.last[user].rows for one in row]
        return next((one for choice in wanted for one in shown if one.choice == choice), None)

    async def press(user: str, payload: Payload) -> None:
        shown = channel.last[user]
        external = f"{user}-{shown.key}-{payload.choice}"
        begin = time.perf_counter()
        here = AddressKey("quick", "", user)
        await inbound.receive(app, Inbound(here, external, payload=payload, message=channel.places[user]))
        assert channel.last[user] is not shown, (shown, payload)
        spent.append(time.perf_counter() - begin)

    async def answers(user: str) -> None:
        while payload := button(user, "4", "skip"):
            await press(user, payload)

    users = list(channel.last)
    for user in users:
        opening = button(user, "start")
        assert opening is not None
        await press(user, opening)
    spent.clear()
    stored = _stored(app)
    begin = time.perf_counter()
    await asyncio.gather(*(answers(user) for user in users))
    took = time.perf_counter() - begin
    return _stored(app) - stored, took, spent


def _stored(app: App) -> int:
    with app.store.read() as tx:
        return tx.exec(select(func.count()).select_from(Answer)).one()


def service() -> None:
    """Start-up time and memory of ``run``, beside an interpreter that imports nothing."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {key: value for key, value in os.environ.items() if not key.startswith("TEICHAKU_")}
        environment["PYTHONPATH"] = str(Path(__file__).parents[1])
        teichaku = [sys.executable, "-c", "from bot.cli import main; main()"]
        subprocess.run([*teichaku, "init"], cwd=folder, env=environment, check=True, capture_output=True)
        begin = time.perf_counter()
        running = subprocess.Popen(
            [*teichaku, "run"], cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert running.stdout is not None
        running.stdout.readline()
        started = time.perf_counter() - begin
        time.sleep(2)
        memory = _resident_mb(running.pid)
        running.send_signal(signal.SIGTERM)
        begin = time.perf_counter()
        running.wait(timeout=20)
        stopped = time.perf_counter() - begin
        bare = median_ms(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True), 5)
        helped = median_ms(
            lambda: subprocess.run([*teichaku, "--help"], env=environment, check=True, capture_output=True), 5
        )
    print(
        f"run: starts in {started:.2f} s, {memory:.0f} MB, stops in {stopped:.2f} s; "
        f"--help {helped:.0f} ms; an interpreter that does nothing {bare:.0f} ms"
    )


def _resident_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


ROSTER = 5_000


def roster(kind: str) -> None:
    """A roster of 5,000 rows from the file to the database: new, and once more; beside a plain INSERT of as many rows."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "roster.csv"
        write_roster(path, _a_large_roster())
        data = path.read_bytes()
        new, again, reading, plain = list[float](), list[float](), list[float](), list[float]()
        for _ in range(3):
            with database(kind, Path(folder)) as url:
                app, _, _ = house(url)
                for spent in (new, again):
                    begin = time.perf_counter()
                    found = read_roster(data, path.name)
                    reading.append(time.perf_counter() - begin)
                    assert isinstance(found, Roster)
                    store_roster(app, found)
                    spent.append(time.perf_counter() - begin)
                begin = time.perf_counter()
                with app.store.begin() as tx:
                    rows = [
                        {"at": NOW, "actor": "bench", "action": "raw", "subject": f"row:{n}", "details": {}}
                        for n in range(ROSTER)
                    ]
                    tx.exec(insert(AuditEntry), params=rows)
                plain.append(time.perf_counter() - begin)
                app.store.close()
    took, twice, read, raw = map(statistics.median, (new, again, reading, plain))
    print(
        f"{kind}: a roster of {ROSTER:,} rows {took:.2f} s (reading the file {read:.2f} s), once more {twice:.2f} s; "
        f"a plain INSERT of {ROSTER:,} rows {raw:.2f} s: ratio {took / raw:.1f}"
    )


def _a_large_roster() -> list[RosterRow]:
    """Half of the rows without a number and without an e-mail address, as in a list that somebody keeps by hand."""
    return [
        RosterRow(
            row=number + 2,
            placement_id=None if number % 2 else f"A-{number}",
            company=f"Company {number % 300}",
            hire_name=f"HIRE {number}",
            hire_email=None if number % 2 else f"hire{number}@example.com",
            hire_languages=("vi", "ja@simple"),
            hire_channel="telegram",
            manager_name=f"Manager {number % 900}",
            manager_email=f"manager{number % 900}@example.com",
            manager_languages=("ja",),
            manager_channel="slack",
            consultant_name=f"Consultant {number % 20}",
            consultant_email=f"consultant{number % 20}@example.com",
            start_date=date(2024, 4, 1) + timedelta(days=number % 730),
        )
        for number in range(ROSTER)
    ]


def year() -> None:
    """A plan of a year for 5,000 placements with 20 calendars, beside as many dates computed one by one."""
    calendars = [company_calendar(years=range(2026, 2029), closures=f"07-{1 + n}") for n in range(20)]
    known = [
        PlacementFacts(n, n % 500, n % 500, date(2024, 4, 1) + timedelta(days=n % 730), calendars[n % 20])
        for n in range(ROSTER)
    ]
    count, spent = 0, []
    for _ in range(3):
        begin = time.perf_counter()
        count = len(openings(known, Cadence(), first=date(2026, 4, 1), last=date(2027, 3, 31)))
        spent.append(time.perf_counter() - begin)
    bare = median_ms(
        lambda: [next_working_day(NOW.date() + timedelta(days=n % 365), calendars[0]) for n in range(count)], 3
    )
    took = statistics.median(spent)
    print(
        f"plan: a year for {ROSTER:,} placements, {count:,} check-ins: {took:.2f} s; the next working day of as many dates "
        f"{bare / 1000:.2f} s: ratio {took / bare * 1000:.1f}"
    )


def main() -> None:
    """Everything, or what is named."""
    parts: dict[str, Callable[[str], None]] = {
        "idle": idle_tick,
        "claim": claim,
        "path": whole_path,
        "roster": roster,
        "assess": assess,
    }
    alone: dict[str, Callable[[], None]] = {"year": year, "run": service}
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("part", nargs="*", help=f"of {', '.join([*parts, *alone])}")
    chosen = arguments.parse_args().part or [*parts, *alone]
    configure()
    for name in chosen:
        if name in alone:
            alone[name]()
        else:
            for kind in ("sqlite", "postgresql"):
                parts[name](kind)


if __name__ == "__main__":
    main()
