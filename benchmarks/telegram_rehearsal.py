"""Three months of a small company, played by ``teichaku run`` in its own process: longer parts of ``make proof-telegram``."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from benchmarks.slack_crowd import Crowd
from bot import main
from bot.channels import callback
from bot.channels.slack.socket import SOCKETS
from bot.clock import FixedClock
from bot.commands.invite import invite
from bot.flow.roster import store_roster
from bot.flow.roster.model import Roster, RosterRow
from bot.settings import Settings
from store.migrate import upgrade
from store.seal import new_key
from store.session import Store, make_engine
from tests.platform.slack import Slack
from tests.platform.slack.server import APP_TOKEN
from tests.platform.telegram.api import TOKEN, BotApi, telegram
from tests.platform.telegram.people import Person, Shown
from tests.platform.telegram.refusals import Fault

START = date(2026, 4, 1)
REHEARSED_FROM, SPEED, MONTHS_IN_SECONDS = "2026-04-01T09:00+09:00", 40_000, 215
KILLS = 5
MOVES_AFTER = 95
"""Seconds: after the check-in of the first month, before that of the second."""
OVERSLEPT = 100
"""Seconds, a month and a half: so late is one press on a bad day that the next check-in has opened."""

ANSWERED = "SELECT checkin_id, turn FROM answer"
REFUSED = """
    SELECT i.external_id FROM inbound i
    JOIN delivery d ON d.key LIKE 'in' || i.id || ':say:%' AND d.state IN ('sent', 'unknown')
    WHERE i.platform = 'telegram' AND json_extract(d.detail, '$.code') = 'closed'
"""
"""The updates that were stored and answered with the sentence that a check-in is closed."""

CLOSED = """
    SELECT c.id FROM checkin c JOIN checkin later
    ON later.placement_id = c.placement_id AND later.respondent = c.respondent AND later.due_on > c.due_on
    WHERE c.state = 'expired' AND later.opened_at IS NOT NULL
"""
"""The check-ins of which that sentence is true: nobody finished them, and the next one has opened."""


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


class Service:
    """``teichaku run`` in a process of its own, against the platforms on this machine."""

    def __init__(self, folder: Path, api: BotApi, *words: str, **more: str) -> None:
        self.folder, self.words = folder, words
        self.process: asyncio.subprocess.Process | None = None
        self.environment = os.environ | {
            "TEICHAKU_DATABASE_URL": f"sqlite:///{folder / 'proof.db'}",
            "TEICHAKU_SECRET_KEY": new_key(),
            "TEICHAKU_TELEGRAM_BOT_TOKEN": TOKEN,
            "TEICHAKU_TELEGRAM_API_URL": api.address,
            **more,
        }

    def prepare(self, roster: Sequence[RosterRow]) -> dict[str, str]:
        """A database with this roster; the code of each person's invitation by name."""
        engine, at = make_engine(self.environment["TEICHAKU_DATABASE_URL"]), datetime.fromisoformat(REHEARSED_FROM)
        upgrade(engine)
        store = Store(engine, self.settings.secret_keys)
        try:
            app = main.assemble(self.settings, store, {}, clock=FixedClock(at), real=FixedClock(at))
            store_roster(app, Roster(sheet="proof", rows=tuple(roster)))
            return {one.whom.person.name: one.code for one in invite(app)}
        finally:
            store.close()

    @property
    def settings(self) -> Settings:
        """What this process reads of its database."""
        return Settings(
            database_url=SecretStr(self.environment["TEICHAKU_DATABASE_URL"]),
            secret_key=SecretStr(self.environment["TEICHAKU_SECRET_KEY"]),
        )

    def new_phone(self, person: str) -> str:
        """A code for somebody who is linked already, made while the service runs."""
        with main.opened(self.settings) as app:
            return invite(app, person=person, relink=True)[0].code

    async def start(self) -> asyncio.subprocess.Process:
        """Start a process."""
        with (self.folder / "log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-c", "from bot.cli import main; main()", "run", *self.words),
                env=self.environment,
                cwd=self.folder,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=log,
            )
        return self.process

    async def stop(self) -> None:
        """End it as an operator does."""
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
            await self.process.wait()

    def kill(self) -> None:
        """End it without a word."""
        if self.process is not None and self.process.returncode is None:
            self.process.kill()

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """What the database says."""
        with closing(sqlite3.connect(self.folder / "proof.db")) as db:
            return db.execute(query).fetchall()


class Rehearsal:
    """Three months, and everybody who lives through them; with ``faults`` on bad days."""

    def __init__(self, api: BotApi, service: Service, *, faults: bool = False) -> None:
        self.api, self.service, self.faults = api, service, faults
        self.chance = random.Random(7)
        self.kills = 0
        self.overslept = False
        self.pressed: dict[int, tuple[int, int]] = {}

    async def run(self, seconds: float = MONTHS_IN_SECONDS) -> None:
        """Start the process, and start it again whenever it was killed, until the time is over."""
        clock = asyncio.get_running_loop().time
        end = clock() + seconds
        while clock() < end:
            process = await self.service.start()
            with suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), max(1.0, end - clock()))
        await self.service.stop()

    def given(self, updates: list[dict[str, Any]]) -> None:
        """The process was given updates: now and then it dies before, or while, it handles them."""
        presses = [one for one in updates if "callback_query" in one]
        if self.faults and presses and self.kills < KILLS and self.chance.random() < 0.08:
            self.kills += 1
            asyncio.get_running_loop().call_later(self.chance.uniform(0.0, 0.05), self.service.kill)
        for method in ("sendMessage", "editMessageText", "answerCallbackQuery", "getUpdates", "deleteMessages"):
            if self.faults and self.chance.random() < 0.04:
                self.api.faults.retry_after = 1
                self.api.faults.let(method, self.chance.choice(list(Fault)))
        if self.faults and presses and self.chance.random() < 0.1:
            asyncio.get_running_loop().call_later(1.0, self.api.repeat, presses[0])

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
            await asyncio.sleep(self.chance.uniform(0.3, 0.9))
            if (button := self.choose(shown)) is None:
                continue
            payload = callback.decode(button)
            answers = payload is not None and payload.kind == "question"
            if self.faults and answers and not self.overslept:
                self.overslept = True
                await asyncio.sleep(OVERSLEPT)
            await phone.presses_on(shown, button)
            if payload is not None and answers:
                # An answer is stored with the turn that it answered, which is one below that of the next question.
                self.pressed[self.api.told[-1]] = (payload.subject, payload.turn - 1)

    def choose(self, shown: Shown) -> str | None:
        """The button that somebody presses who is content: the first of a menu, a high step of a scale; none after the end."""
        flat = [data for row in shown.rows for _, data in row if not data.startswith("v1:w:")]
        own = [data for data in flat if ":q:" in data] or flat
        if not own:
            return None
        if quiet := [data for data in own if data.endswith((":none", ":go_on"))]:
            return quiet[0]
        return own[min(3, len(own) - 1)] if len(own) > 2 and ":q:" in own[0] else own[0]


RUN = ("--rehearse-from", REHEARSED_FROM, "--rehearse-speed", str(SPEED))
HIRES = 3


async def rehearsal(*, faulty: bool, transcript: Path | None = None) -> bool:
    """Three months on Telegram alone; what was confirmed is held against the database."""
    with tempfile.TemporaryDirectory() as folder:
        async with telegram() as api:
            service = Service(Path(folder), api, *RUN)
            played = Rehearsal(api, service, faults=faulty)
            codes = service.prepare(rows(HIRES, START))
            api.given = played.given
            phones = {name: api.person(name) for name in codes}
            living = [
                asyncio.create_task(played.plays(phones[name], code, staff=name == "Mori Aiko"))
                for name, code in codes.items()
            ]
            await played.run()
            await over(living)
            keep(transcript, phones.values())
            return judged(played, phones)


async def split(transcript: Path | None = None) -> bool:
    """The same with every other hire on Slack, one of whom goes to Telegram after the first month."""
    company: dict[str, Any] = {
        **{"company": "Sakura Foods", "manager_name": "Sato Kenji", "manager_email": "sato@example.com"},
        "manager_channel": "slack",
    }
    roster = [
        replace(one, **company, hire_channel="telegram" if number % 2 else "slack")
        for number, one in enumerate(rows(4, START))
    ]
    with tempfile.TemporaryDirectory() as folder:
        slack = Slack()
        async with telegram() as api, slack.running():
            service = Service(
                Path(folder),
                api,
                *RUN,
                TEICHAKU_SLACK_API_URL=slack.api_url,
                TEICHAKU_SLACK_BOT_TOKEN=slack.workspace.bot_token,
                TEICHAKU_SLACK_APP_TOKEN=APP_TOKEN,
            )
            played, crowd, codes = Rehearsal(api, service), Crowd(slack, pause=0.3), service.prepare(roster)
            running = asyncio.create_task(played.run())
            await asyncio.wait_for(slack.connected(SOCKETS), 60)
            on_slack = {one.hire_name for one in roster if one.hire_channel == "slack"} | {"Sato Kenji"}
            phones = {name: api.person(name) for name in codes if name not in on_slack}
            living = [
                asyncio.create_task(played.plays(phone, codes[name], staff=name == "Mori Aiko"))
                for name, phone in phones.items()
            ]
            for number, name in enumerate(sorted(on_slack)):
                person = slack.person(f"U0{number:03d}", name, f"u{number}@example.com")
                crowd.joins(person)
                await person.says(codes[name])
            moving = roster[0].hire_name
            await asyncio.sleep(MOVES_AFTER)
            await crowd.leaves("U0000")
            phones[moving] = api.person(moving)
            code = await asyncio.to_thread(service.new_phone, moving)
            living.append(asyncio.create_task(played.plays(phones[moving], code, staff=False)))
            await running
            await over(living)
            await crowd.stop()
            keep(transcript, phones.values())
            return all([judged(played, phones), one_history(service, moving)])


async def over(living: Sequence[asyncio.Task[None]]) -> None:
    """Everybody rests."""
    for one in living:
        one.cancel()
    for outcome in await asyncio.gather(*living, return_exceptions=True):
        if isinstance(outcome, Exception):
            print(f"  somebody stopped to live: {outcome!r}")


def one_history(service: Service, moved: str) -> bool:
    """The person who moved has check-ins completed on both platforms, in one placement."""
    query = (
        "SELECT c.placement_id, c.period, a.platform FROM checkin c JOIN person p ON p.id = c.person_id "
        "JOIN delivery d ON d.kind = 'thanks' AND d.subject = c.id AND d.state = 'sent' JOIN address a ON a.id = d.address_id "
        f"WHERE c.state = 'completed' AND p.name = '{moved}' ORDER BY c.id"
    )
    history = service.ask(query)
    done = ", ".join(f"{period} on {platform}" for _, period, platform in history)
    print(f"  {moved}, who went from Slack to Telegram: {done}")
    places, platforms = {placement for placement, _, _ in history}, {platform for _, _, platform in history}
    return len(places) == 1 and platforms == {"slack", "telegram"}


def judged(played: Rehearsal, phones: dict[str, Person]) -> bool:
    """Compare what the platform knows with what the database kept."""
    service, api = played.service, played.api
    pending = {one["update_id"] for one in api.pending}
    confirmed = {number for number in api.told if number not in pending}
    stored = {
        int(one.rpartition(":")[2])
        for (one,) in service.ask("SELECT external_id FROM inbound WHERE platform = 'telegram'")
    }
    states = dict(service.ask("SELECT state, count(*) FROM delivery GROUP BY state"))
    hires = dict(service.ask("SELECT state, count(*) FROM checkin WHERE respondent = 'hire' GROUP BY state"))
    ((unknown,),) = service.ask("SELECT count(*) FROM delivery WHERE error IN ('broken', 'lease_expired', 'no_word')")
    lost = confirmed - stored
    acknowledged = {number: one for number, one in played.pressed.items() if number in confirmed}
    refused, unanswered = told_apart(service.ask, acknowledged)
    twice = sum(doubled(phone) for phone in phones.values())
    log = (service.folder / "log").read_bytes()
    told = [word for word in ("Traceback", TOKEN.partition(":")[2], "HIRE 0", "Mori", "Sato") if word.encode() in log]
    print(
        f"  {len(confirmed)} updates confirmed, {len(lost)} of them not stored; {len(played.pressed)} answers pressed, "
        f"{len(refused)} refused because the next check-in had opened, {len(unanswered)} acknowledged ones lost "
        f"{unanswered or ''}\n"
        f"  check-ins of hires {hires}; {played.kills} kills; messages that stand twice: {twice}, deliveries of which nobody "
        f"knew: {unknown}; deliveries {states}; in the log: {told or 'nothing that it must not say'}"
    )
    whole = bool(refused) if played.faults else (set(hires) <= {"completed", "planned"} and unknown == 0)
    return not lost and not unanswered and twice <= unknown and not told and whole and hires.get("completed", 0) > 0


def told_apart(
    ask: Callable[[str], list[tuple[Any, ...]]], acknowledged: Mapping[int, tuple[int, int]]
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Of the presses that have no answer, by the number of their update: those refused by rule, and those lost."""
    answered, closed = set(ask(ANSWERED)), {checkin for (checkin,) in ask(CLOSED)}
    told = {int(one.rpartition(":")[2]) for (one,) in ask(REFUSED)}
    refused: list[tuple[int, int]] = []
    lost: list[tuple[int, int]] = []
    for number, one in acknowledged.items():
        if one not in answered:
            (refused if number in told and one[0] in closed else lost).append(one)
    return refused, lost


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


def keep(file: Path | None, phones: Iterable[Person]) -> None:
    """Write down what everybody saw, to be read."""
    if file is not None:
        file.write_text("\n\n".join(written(phone) for phone in phones), "utf-8")
