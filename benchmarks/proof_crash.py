"""``make proof-crash``: processes that send and answer are killed with SIGKILL at random, and nothing is lost or doubled.

For each database, 1 to 4 processes share the work of one bot on a loopback platform whose people answer every question.
One after the other is killed at a random moment and replaced, 100 times on SQLite and 100 times on PostgreSQL. Then the
survivors finish, and the platform's own record is held against the database:

- every update that was confirmed to the platform is stored, with its answer: 0 acknowledged answers lost;
- no message was sent twice under one delivery; a message stands twice only after its delivery had become ``unknown``;
- at most as many deliveries are ``unknown`` for each kill as a process sends at once.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import multiprocessing
import multiprocessing.queues
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlmodel import col, func, select

from benchmarks.house import database, roster_of
from benchmarks.loop_platform import PLATFORM, LoopChannel, LoopPlatform
from bot import flow
from bot.flow import inbound
from bot.flow.delivery import CONCURRENCY
from bot.flow.roster import store_roster
from bot.logs import configure
from bot.main import assemble
from bot.settings import Settings
from bot.text.consent import CONSENT_VERSION
from store.migrate import upgrade
from store.queries import people, placements
from store.seal import new_key
from store.session import Store, make_engine
from store.tables import Answer, CheckIn, Delivery, Inbound

PEOPLE = 60
BEGIN = datetime(2026, 4, 1, 0, tzinfo=UTC)
DOMAIN_SPEED = 15_000  # A month of check-ins in about three minutes.
REAL_SPEED = 60  # A lease of a minute runs out in a second.
PORT = 0

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Place:
    """One run: the database, its key, the platform's port and when it began (the same clocks for every process)."""

    url: str
    key: str
    port: int
    began: float

    def clock(self, speed: float) -> Clock:
        """A clock that all processes share and that runs so many times faster than the wall's."""
        return lambda: BEGIN + timedelta(seconds=(time.time() - self.began) * speed)  # noqa: TID251


def prepare(url: str, key: str) -> None:
    """A database with people who are linked and have agreed."""
    engine = make_engine(url)
    upgrade(engine)
    store = Store(engine, [key])
    app = assemble(Settings(), store, {}, clock=lambda: BEGIN, real=lambda: BEGIN)
    first = date(2026, 1, 1)
    started = roster_of(PEOPLE, companies=6, channel="telegram", start=lambda number: first + timedelta(number % 28))
    store_roster(app, started)
    with store.begin() as tx:
        for placement in placements.everyone(tx):
            for person in (placement.hire, placement.manager):
                people.link(tx, person.id, PLATFORM, "", str(person.id), now=BEGIN)
                people.decide(
                    tx, person.id, placement.id, version=CONSENT_VERSION, language="en", decision="agreed", now=BEGIN
                )
    store.close()


async def work(place: Place, name: str) -> None:
    """One process of the service: it listens, and moves the path again and again."""
    store = Store(make_engine(place.url), [place.key])
    channel = LoopChannel(place.port)
    app = assemble(
        Settings(), store, {channel.name: channel}, clock=place.clock(DOMAIN_SPEED), real=place.clock(REAL_SPEED)
    )
    object.__setattr__(app, "owner", name)
    listening = asyncio.create_task(channel.listen(lambda update: inbound.receive(app, update)))
    while not listening.done():
        await flow.plan_ahead(app)
        await flow.advance(app)
        await flow.sweep(app)
        await asyncio.sleep(0.05)
    listening.result()


def child(place: Place, name: str) -> None:
    """The body of a process; it ends by being killed, or by its terminal's end."""
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    configure(logging.ERROR)
    with suppress(KeyboardInterrupt):
        asyncio.run(work(place, name))


def platform(seed: int, port: multiprocessing.queues.Queue[int]) -> None:
    """The loopback platform, in a process of its own that nobody kills."""

    async def run() -> None:
        server = await asyncio.start_server(LoopPlatform(seed=seed).serve, "127.0.0.1", 0)
        port.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


def kill_and_replace(place: Place, kills: int, rng: random.Random) -> None:
    """Keep 1 to 4 processes alive; kill one at random, at a random moment, so many times; then let two go on."""
    context = multiprocessing.get_context("fork")
    running: list[multiprocessing.process.BaseProcess] = []
    started = 0

    def start(wanted: int) -> None:
        nonlocal started
        while len(running) < wanted:
            started += 1
            process = context.Process(target=child, args=(place, f"p{started}"), daemon=True)
            process.start()
            running.append(process)

    for done in range(kills):
        start(rng.randint(1, 4))
        time.sleep(rng.uniform(0.05, 0.6))
        victim = running.pop(rng.randrange(len(running)))
        assert victim.pid is not None
        os.kill(victim.pid, signal.SIGKILL)
        victim.join()
        if done % 25 == 24:
            print(f"  {done + 1} kills", flush=True)
    start(2)
    wait_until_quiet(place)
    for process in running:
        process.terminate()
        process.join()


def wait_until_quiet(place: Place, patience: float = 60.0) -> None:
    """Until nothing waits on the platform and nothing is under way in the outbox, twice in a row."""
    engine, quiet, end = make_engine(place.url), 0, time.monotonic() + patience
    store = Store(engine, [place.key])
    while quiet < 2 and time.monotonic() < end:
        time.sleep(1.0)
        with store.read() as tx:
            busy = tx.exec(select(func.count()).where(col(Delivery.state).in_(("claimed", "attempting")))).one()
        told = asyncio.run(LoopChannel(place.port).tell())
        quiet = quiet + 1 if not busy and told["waiting"] < 5 else 0
    store.close()


@dataclass
class Found:
    """What came out of one database."""

    kills: int
    answers: int
    confirmed: int
    sent: int
    lost: int
    twice: int
    unknown: int
    repeated: int


def examine(place: Place, kills: int) -> Found:
    """Hold the platform's own record against the database."""
    told = asyncio.run(LoopChannel(place.port).tell())
    store = Store(make_engine(place.url), [place.key])
    with store.read() as tx:
        stored = set(tx.exec(select(Inbound.external_id)))
        answers = tx.exec(select(func.count()).select_from(Answer)).one()
        states = {row.id: (row.state, row.key) for row in tx.exec(select(Delivery))}
        gaps = _unanswered(tx.exec(select(CheckIn)), dict(_counts(tx)))
    store.close()
    lost = len([name for name in told["confirmed"] if name not in stored]) + gaps
    unknown = {key for state, key in states.values() if state == "unknown"}
    repeats = {key for _, key in states.values() if ":again" in key}
    unfounded = [key for key in repeats if key.partition(":again")[0] not in unknown]
    twice = [key for key, count in told["sent"].items() if count > 1]
    return Found(
        kills=kills,
        answers=answers,
        confirmed=len(told["confirmed"]),
        sent=sum(told["sent"].values()),
        lost=lost,
        twice=len(twice) + len(unfounded),
        unknown=len(unknown),
        repeated=len(repeats),
    )


def _counts(tx: object) -> Iterator[tuple[int, int]]:
    query = select(Answer.checkin_id, func.count()).group_by(col(Answer.checkin_id))
    yield from tx.exec(query)  # type: ignore[attr-defined]


def _unanswered(checkins: object, answers: dict[int, int]) -> int:
    """Check-ins whose row says that more was answered than is stored: an answer was acknowledged and is gone."""
    return sum(row.asked > answers.get(row.id, 0) for row in checkins)  # type: ignore[attr-defined]


def prove(kind: str, kills: int, seed: int) -> Found:
    """One database from the beginning to the end."""
    with tempfile.TemporaryDirectory() as temporary, database(kind, Path(temporary)) as url:
        key, port = new_key(), multiprocessing.get_context("fork").Queue()
        prepare(url, key)
        server = multiprocessing.get_context("fork").Process(target=platform, args=(seed, port), daemon=True)
        server.start()
        place = Place(url, key, port.get(timeout=10), time.time())  # noqa: TID251
        try:
            kill_and_replace(place, kills, random.Random(seed))
            return examine(place, kills)
        finally:
            server.kill()


def main() -> int:
    """Print the counts; 1 when a promise was broken."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--kills", type=int, default=100, help="for each database")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--only", choices=("sqlite", "postgresql"))
    chosen = arguments.parse_args()
    broken = 0
    for kind in ("sqlite", "postgresql"):
        if chosen.only in (None, kind):
            print(f"{kind}:", flush=True)
            found = prove(kind, chosen.kills, chosen.seed)
            bound = found.kills * CONCURRENCY
            print(
                f"  kills {found.kills}, messages sent {found.sent}, updates confirmed {found.confirmed}, "
                f"answers stored {found.answers}\n"
                f"  acknowledged answers lost {found.lost}, deliveries twice without an unknown {found.twice}\n"
                f"  unknown {found.unknown} (at most {bound} allowed), sent again after an unknown {found.repeated}",
                flush=True,
            )
            broken += bool(found.lost or found.twice or found.unknown > bound or not found.answers)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
