"""``make proof-telegram``: Telegram through the real client library, measured and with faults.

- ``press``: 50 people answer at once, and the next question is there within 300 ms (99 of 100 presses).
- ``drain``: 3,000 messages that are due together go out at 95 % of Telegram's 30 a second or more, and Telegram never has to
  say that we are too fast.
- ``takeover``: of two processes with one token the one that polls is killed in the middle of an update, and the other one
  answers it within 30 s.
- ``rehearsal``: three months of a small company are rehearsed by ``teichaku run``: every check-in of a hire is completed.
- ``split``: the same for a company of which half is on Slack, with one hire who goes from Slack to Telegram in the middle and
  keeps one history.
- ``faults``: the rehearsal while calls are refused, cut and repeated, the process is killed right after it was given updates
  and somebody answers a month and a half too late. Every update that was confirmed is stored, every answer of it is kept or
  was refused because the next check-in had opened, and a question stands twice only after its delivery had become ``unknown``.

``--transcript FILE`` keeps the chats of the rehearsals to read.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import quantiles

from pydantic import SecretStr

from benchmarks.telegram_rehearsal import Service, rehearsal, rows, split
from bot import main
from bot.app import App
from bot.clock import FixedClock, real_now
from bot.flow.roster import store_roster
from bot.flow.roster.model import Roster
from bot.logs import configure
from bot.platforms import connected
from bot.settings import Settings
from bot.text.consent import CONSENT_VERSION
from store.migrate import upgrade
from store.queries import people, placements
from store.seal import new_key
from store.session import Store, make_engine
from tests.platform.telegram.api import TOKEN, BotApi, telegram
from tests.platform.telegram.pace import Pace
from tests.platform.telegram.people import Person

PEOPLE = 50
THINKING = (1.0, 3.0)
"""Seconds until somebody has read a question and presses."""

MESSAGES = 3_000
RENEWED = 8.0
"""Seconds in which the lease is renewed at least once: whoever dies right after that keeps it the longest."""


NOON = datetime(2026, 5, 1, 3, 10, 30, tzinfo=UTC)
"""A month after everybody's start, at the hour at which hires are asked."""


@asynccontextmanager
async def service(api: BotApi, folder: Path, count: int) -> AsyncIterator[list[Person]]:
    """The whole service in this process, at a moment at which so many hires are to be asked."""
    engine = make_engine(f"sqlite:///{folder / 'proof.db'}")
    upgrade(engine)
    store = Store(engine, [new_key()])
    settings = Settings(telegram_bot_token=SecretStr(TOKEN), telegram_api_url=api.address)
    app = main.assemble(settings, store, {}, clock=FixedClock(date_before(NOON)), real=real_now)
    store_roster(app, Roster(sheet="proof", rows=rows(count, date(2026, 4, 1))))
    phones = settle(app, api)
    app = replace(app, clock=FixedClock(NOON))
    try:
        async with connected(app) as (app, leases):
            stop, ready = asyncio.Event(), asyncio.Event()
            running = asyncio.create_task(main.serve(app, stop=stop, leases=leases, ready=ready.set))
            await ready.wait()
            yield phones
            stop.set()
            await running
    finally:
        store.close()


def date_before(moment: datetime) -> datetime:
    """When the roster was imported: before the start."""
    return moment - timedelta(days=31)


def settle(app: App, api: BotApi) -> list[Person]:
    """Every hire has a phone, has agreed, and has chosen."""
    phones, now = [], app.clock()
    with app.store.begin() as tx:
        for one in placements.everyone(tx):
            phone, hire = api.person(one.hire.name), one.hire.id
            phone.started = True
            phones.append(phone)
            people.link(tx, hire, "telegram", "", str(phone.id), now=now)
            people.decide(tx, hire, one.id, version=CONSENT_VERSION, language="en", decision="agreed", now=now)
            people.set_call_name(tx, hire, one.hire.name)
            people.set_hour(tx, hire, "noon")
    return phones


async def press() -> bool:
    """Fifty people answer at once, each at their own pace."""
    spent: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        async with telegram() as api, service(api, Path(folder), PEOPLE) as phones:
            api.pace = Pace(asyncio.get_running_loop().time)
            worked = time.process_time()
            await asyncio.gather(*(answers(phone, spent) for phone in phones))
            worked = time.process_time() - worked
            refused = api.pace.refused
    spent.sort()
    p99 = quantiles(spent, n=100)[98]
    print(
        f"  {len(spent)} presses of {PEOPLE} people, to the next question: median {spent[len(spent) // 2] * 1000:.0f} ms, "
        f"p99 {p99 * 1000:.0f} ms; refused as too fast: {refused}; "
        f"{worked / len(spent) * 1000:.0f} ms of one core a press, the platform and its people included"
    )
    return p99 < 0.3 and refused == 0


async def answers(phone: Person, spent: list[float]) -> None:
    """Answer a check-in to its end, thinking a little before each press."""
    clock, thinking = asyncio.get_running_loop().time, random.Random(phone.id)
    while not phone.chat:
        await news(phone)
    while not is_over(phone):
        await asyncio.sleep(thinking.uniform(*THINKING))
        shown = phone.chat[-1]
        _, data = shown.rows[0][min(3, len(shown.rows[0]) - 1)] if len(shown.rows[0]) > 2 else shown.rows[0][0]
        began, edits, count = clock(), shown.edits, len(phone.chat)
        await phone.presses_on(shown, data)
        while shown.edits == edits and len(phone.chat) == count:
            await news(phone)
        spent.append(clock() - began)


def is_over(phone: Person) -> bool:
    """True when what stands last is the end of a check-in, which offers one's own answers."""
    last = phone.chat[-1]
    return not last.rows or any(data.startswith("v1:w:") for row in last.rows for _, data in row)


async def news(phone: Person) -> None:
    """Wait until something happens in the chat."""
    phone.news.clear()
    await asyncio.wait_for(phone.news.wait(), 60)


async def drain() -> bool:
    """Three thousand openings are due at one moment."""
    with tempfile.TemporaryDirectory() as folder:
        async with telegram() as api:
            api.pace = Pace(asyncio.get_running_loop().time)
            async with service(api, Path(folder), MESSAGES) as phones:
                while not all(phone.arrived for phone in phones):
                    await asyncio.sleep(0.5)
            taken, refused = api.pace.taken, api.pace.refused
    rate = (len(taken) - 1) / (taken[-1] - taken[0])
    print(f"  {len(taken)} messages, {rate:.1f} a second; refused as too fast: {refused}")
    return rate >= 0.95 * 30 and refused == 0 and len(taken) == MESSAGES


async def takeover() -> bool:
    """Two processes with one token: the one that polls dies while it handles an update."""
    with tempfile.TemporaryDirectory() as folder:
        async with telegram() as api:
            first, second = Service(Path(folder), api), Service(Path(folder), api)
            second.environment = first.environment
            first.prepare(rows(1, date(2026, 4, 1)))
            try:
                await first.start()
                while not api.called("getUpdates"):
                    await asyncio.sleep(0.1)
                await second.start()
                await asyncio.sleep(RENEWED)
                phone, clock = api.person("Somebody"), asyncio.get_running_loop().time
                api.given = lambda _: first.kill()
                await phone.says("hello")
                while first.process is None or first.process.returncode is None:
                    await asyncio.sleep(0.01)
                api.given, began = None, clock()
                async with asyncio.timeout(60):
                    await api.settled()
                    while phone.chat[-1].mine:
                        await news(phone)
                took, answers = clock() - began, sum(not one.mine for one in phone.chat)
            finally:
                first.kill()
                await second.stop()
    print(f"  the update of a process that was killed was answered by the other one after {took:.1f} s, {answers} time")
    return took < 30 and answers == 1


async def all_of(names: list[str], transcript: Path | None) -> bool:
    """The parts, one after the other; True when all of them hold."""
    held = True
    for name in names:
        print(name)
        match name:
            case "press":
                part = press()
            case "drain":
                part = drain()
            case "takeover":
                part = takeover()
            case "rehearsal":
                part = rehearsal(faulty=False, transcript=transcript)
            case "split":
                part = split(transcript)
            case _:
                part = rehearsal(faulty=True, transcript=transcript)
        good = await part
        print("  held" if good else "  NOT held", flush=True)
        held = held and good
    return held


PARTS = ("press", "drain", "takeover", "rehearsal", "split", "faults")

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="which parts; all without one")
    parser.add_argument("--transcript", type=Path)
    options = parser.parse_args()
    configure(logging.ERROR)
    sys.exit(0 if asyncio.run(all_of(options.parts or list(PARTS), options.transcript)) else 1)
