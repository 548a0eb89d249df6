"""``make proof-telegram``: Telegram through the real client library, measured and with faults.

- ``press``: 50 people answer at once, and the next question is there within 300 ms (99 of 100 presses).
- ``drain``: 3,000 messages that are due together go out at 95 % of Telegram's 30 a second or more, and Telegram never has to
  say that we are too fast.
- ``faults``: three months are rehearsed by ``teichaku run`` while calls are refused, cut and repeated and the process is
  killed right after it was given updates. Every update that was confirmed is stored, every answer of it is kept, and a
  question stands twice only after its delivery had become ``unknown``. ``--transcript FILE`` keeps the chats to read.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import quantiles
from typing import Any

from pydantic import SecretStr

from bot import main
from bot.app import App
from bot.channels import callback
from bot.clock import FixedClock, real_now
from bot.commands.invite import invite
from bot.flow.roster import store_roster
from bot.flow.roster.model import Roster, RosterRow
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
from tests.platform.telegram.people import Person, Shown
from tests.platform.telegram.refusals import Fault

PEOPLE = 50
THINKING = (3.0, 8.0)
"""Seconds until somebody has read a question and presses."""

MESSAGES = 3_000
REHEARSED_FROM, SPEED, MONTHS_IN_SECONDS = "2026-04-01T09:00+09:00", 40_000, 210
KILLS = 5


def rows(count: int, start: date) -> tuple[RosterRow, ...]:
    """A roster of so many people on Telegram, ten to a company."""
    return tuple(
        RosterRow(
            row=number + 2,
            placement_id=f"T-{number:04}",
            company=f"Company {number // 10}",
            hire_name=f"HIRE {number:04}",
            hire_email=f"hire{number}@example.com",
            hire_languages=("en", "ja@simple") if number % 2 else ("en",),
            hire_channel="telegram",
            manager_name=f"Manager {number // 10}",
            manager_email=f"manager{number // 10}@example.com",
            manager_languages=("ja",),
            manager_channel="telegram",
            consultant_name="Mori Aiko",
            consultant_email="mori@example.com",
            consultant_languages=("en",),
            consultant_channel="telegram",
            start_date=start,
        )
        for number in range(count)
    )


NOON = datetime(2026, 5, 1, 3, 10, 30, tzinfo=UTC)
"""A month after everybody's start, at the hour at which hires are asked."""


@asynccontextmanager
async def service(api: BotApi, folder: Path, count: int) -> AsyncIterator[list[Person]]:
    """The whole service in this process, at a moment at which so many hires are to be asked."""
    engine = make_engine(f"sqlite:///{folder / 'proof.db'}")
    upgrade(engine)
    store = Store(engine, [new_key()])
    settings = Settings(telegram_bot_token=TOKEN, telegram_api_url=api.address)
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
        f"press: {len(spent)} presses of {PEOPLE} people, to the next question: median {spent[len(spent) // 2] * 1000:.0f} ms, "
        f"p99 {p99 * 1000:.0f} ms; refused as too fast: {refused}; "
        f"{worked / len(spent) * 1000:.0f} ms of one core a press, the platform and its people included"
    )
    return p99 < 0.3 and refused == 0


async def answers(phone: Person, spent: list[float]) -> None:
    """Answer a check-in to its end, thinking a little before each press."""
    clock, thinking = asyncio.get_running_loop().time, random.Random(phone.id)
    while not phone.chat:
        await news(phone)
    while phone.chat[-1].rows:
        await asyncio.sleep(thinking.uniform(*THINKING))
        shown = phone.chat[-1]
        _, data = shown.rows[0][min(3, len(shown.rows[0]) - 1)] if len(shown.rows[0]) > 2 else shown.rows[0][0]
        began, edits, count = clock(), shown.edits, len(phone.chat)
        await phone.presses_on(shown, data)
        while shown.edits == edits and len(phone.chat) == count:
            await news(phone)
        spent.append(clock() - began)


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
    print(f"drain: {len(taken)} messages, {rate:.1f} a second, refused as too fast: {refused}")
    return rate >= 0.95 * 30 and refused == 0 and len(taken) == MESSAGES


class Rehearsal:
    """Three months of a small company, played by ``teichaku run`` in a process that is killed now and then."""

    def __init__(self, api: BotApi, folder: Path, *, faults: bool) -> None:
        self.api, self.folder, self.faults = api, folder, faults
        self.chance = random.Random(7)
        self.process: asyncio.subprocess.Process | None = None
        self.kills = 0
        self.pressed: dict[int, tuple[int, int]] = {}
        self.environment = os.environ | {
            "TEICHAKU_DATABASE_URL": f"sqlite:///{folder / 'rehearsal.db'}",
            "TEICHAKU_SECRET_KEY": new_key(),
            "TEICHAKU_TELEGRAM_BOT_TOKEN": TOKEN,
            "TEICHAKU_TELEGRAM_API_URL": api.address,
        }

    def prepare(self) -> dict[str, str]:
        """A roster of three hires; the code of each person's invitation by name."""
        settings = Settings(
            database_url=SecretStr(self.environment["TEICHAKU_DATABASE_URL"]),
            secret_key=SecretStr(self.environment["TEICHAKU_SECRET_KEY"]),
        )
        engine = make_engine(self.environment["TEICHAKU_DATABASE_URL"])
        upgrade(engine)
        store = Store(engine, settings.secret_keys)
        try:
            at = datetime.fromisoformat(REHEARSED_FROM)
            app = main.assemble(settings, store, {}, clock=FixedClock(at), real=FixedClock(at))
            store_roster(app, Roster(sheet="proof", rows=rows(3, date(2026, 4, 1))))
            return {one.whom.person.name: one.code for one in invite(app)}
        finally:
            store.close()

    async def run(self) -> None:
        """Start the process, and start it again whenever it was killed, until the three months are over."""
        begin = asyncio.get_running_loop().time()
        while asyncio.get_running_loop().time() - begin < MONTHS_IN_SECONDS:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-c",
                "from bot.cli import main; main()",
                "run",
                "--rehearse-from",
                REHEARSED_FROM,
                "--rehearse-speed",
                str(SPEED),
                env=self.environment,
                cwd=self.folder,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=open(self.folder / "log", "ab"),  # noqa: SIM115
            )
            with suppress(TimeoutError):
                rest = MONTHS_IN_SECONDS - (asyncio.get_running_loop().time() - begin)
                await asyncio.wait_for(self.process.wait(), max(1.0, rest))
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
            await self.process.wait()

    def given(self, updates: list[dict[str, Any]]) -> None:
        """The process was given updates: now and then it dies before, or while, it handles them."""
        presses = [one for one in updates if "callback_query" in one]
        if self.faults and presses and self.kills < KILLS and self.chance.random() < 0.08:
            self.kills += 1
            asyncio.get_running_loop().call_later(self.chance.uniform(0.0, 0.05), self.kill)
        for method in ("sendMessage", "editMessageText", "answerCallbackQuery", "getUpdates", "deleteMessages"):
            if self.faults and self.chance.random() < 0.04:
                self.api.faults.retry_after = 1
                self.api.faults.let(method, self.chance.choice(list(Fault)))
        if self.faults and presses and self.chance.random() < 0.1:
            asyncio.get_running_loop().call_later(1.0, self.api.repeat, presses[0])

    def kill(self) -> None:
        """End the process without a word."""
        if self.process is not None and self.process.returncode is None:
            self.process.kill()

    async def plays(self, phone: Person, code: str, *, staff: bool) -> None:
        """Open the link, agree, and answer whatever is asked; somebody of the agency only looks."""
        await phone.starts(code)
        seen: set[tuple[int, int, str]] = set()
        while True:
            await asyncio.sleep(0.3)
            open_ones = [one for one in phone.chat if one.rows and not one.mine]
            if staff or not open_ones:
                continue
            shown = open_ones[-1]
            sign = (shown.id, shown.edits, shown.text)
            if sign in seen:
                continue
            seen.add(sign)
            await asyncio.sleep(self.chance.uniform(0.5, 1.5))
            if (button := self.choose(shown)) is None:
                continue
            await phone.presses_on(shown, button)
            payload = callback.decode(button)
            if payload is not None and payload.kind == "question":
                # An answer is stored with the turn that it answered, which is one below that of the next question.
                self.pressed[self.api.told[-1]] = (payload.subject, payload.turn - 1)

    def choose(self, shown: Shown) -> str | None:
        """The button that somebody presses who is content: the first of a menu, a high step of a scale."""
        flat = [data for row in shown.rows for _, data in row]
        own = [data for data in flat if ":q:" in data] or flat
        return own[min(3, len(own) - 1)] if len(own) > 2 and ":q:" in own[0] else own[0]


async def faults(*, faulty: bool = True, transcript: Path | None = None) -> bool:
    """The rehearsal, with faults; what was confirmed is held against the database."""
    with tempfile.TemporaryDirectory() as folder:
        async with telegram() as api:
            rehearsal = Rehearsal(api, Path(folder), faults=faulty)
            codes = rehearsal.prepare()
            api.given = rehearsal.given
            phones = {name: api.person(name) for name in codes}
            living = [
                asyncio.create_task(rehearsal.plays(phones[name], code, staff=name == "Mori Aiko"))
                for name, code in codes.items()
            ]
            await rehearsal.run()
            for one in living:
                one.cancel()
            await asyncio.wait(living)
            if transcript is not None:
                transcript.write_text("\n\n".join(written(phone) for phone in phones.values()), "utf-8")
            return judged(rehearsal, api, phones, Path(folder))


def judged(rehearsal: Rehearsal, api: BotApi, phones: dict[str, Person], folder: Path) -> bool:
    """Compare what the platform knows with what the database kept."""
    pending = {one["update_id"] for one in api.pending}
    confirmed = {number for number in api.told if number not in pending}
    with closing(sqlite3.connect(folder / "rehearsal.db")) as db:
        stored = {int(one.rpartition(":")[2]) for (one,) in db.execute("SELECT external_id FROM inbound")}
        answered = set(db.execute("SELECT checkin_id, turn FROM answer"))
        states = Counter(dict(db.execute("SELECT state, count(*) FROM delivery GROUP BY state")))
        done = db.execute("SELECT count(*) FROM checkin WHERE state = 'completed'").fetchone()[0]
        unknown = db.execute(
            "SELECT count(*) FROM delivery WHERE error IN ('broken', 'lease_expired', 'no_word')"
        ).fetchone()
    lost = confirmed - stored
    unanswered = [
        (number, turn) for number, turn in rehearsal.pressed.items() if number in confirmed and turn not in answered
    ]
    twice = sum(doubled(phone) for phone in phones.values())
    token = TOKEN.encode() in (folder / "log").read_bytes()
    print(
        f"faults: {len(confirmed)} updates confirmed, {len(lost)} of them not stored; {len(rehearsal.pressed)} answers "
        f"pressed, {len(unanswered)} acknowledged ones lost {unanswered or ''}\n"
        f"faults: {done} check-ins completed, {rehearsal.kills} kills; messages that stand twice: {twice}, deliveries of "
        f"which nobody knew: {unknown[0]}; deliveries {dict(states)}; the token is in the log: {token}"
    )
    return not lost and not unanswered and twice <= unknown[0] and not token and done > 0


def doubled(phone: Person) -> int:
    """How many messages of a chat stand in it as one that was sent before: the same words with the same buttons."""
    same = Counter((one.text, one.rows) for one in phone.chat if one.rows and not one.mine)
    return sum(count - 1 for count in same.values())


def written(phone: Person) -> str:
    """Everything that a person saw, in order, to be read."""
    lines = [f"# {phone.name}"]
    for one in phone.arrived:
        lines += ["", *(f"> {line}" for line in one.text.split("\n"))]
        lines += [f"> [{'] ['.join(label for label, _ in row)}]" for row in one.rows]
    return "\n".join(lines)


async def all_of(names: list[str], transcript: Path | None) -> bool:
    """The parts, one after the other; True when all of them hold."""
    held = []
    for name in names:
        match name:
            case "press":
                held.append(await press())
            case "drain":
                held.append(await drain())
            case "rehearsal":
                held.append(await faults(faulty=False, transcript=transcript))
            case _:
                held.append(await faults(transcript=transcript))
    return all(held)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", default=["press", "drain", "faults"])
    parser.add_argument("--transcript", type=Path)
    options = parser.parse_args()
    configure()
    sys.exit(0 if asyncio.run(all_of(options.parts, options.transcript)) else 1)
