"""``make proof-slack``: the service in Slack, with the real libraries, faults and real time.

- ``rehearsal``: ``teichaku run --rehearse-from … --rehearse-speed …`` plays three months of a company over Socket Mode and
  over HTTP; half of the hires answer in the conversation and half in a window.
- ``faults``: the same, while Slack throttles, fails, cuts connections before and after a call took effect, hands events over
  twice, asks for new sockets, and the process is killed and started again.
- ``drain``: 2,000 messages at once, against the platform's limit.
- ``speed``: 50 people answer at once, each at most once a second.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import text as sql

from benchmarks.slack_people import Crowd
from bot import flow
from bot.app import App
from bot.channels.slack import OneWorkspace, SlackChannel, connected, parse
from bot.channels.slack.clients import Web
from bot.channels.slack.socket import SOCKETS, SocketMode
from bot.flow import delivery
from bot.flow.listening import Listening
from bot.flow.roster import store_roster
from bot.flow.roster.model import Roster, RosterRow
from bot.logs import configure
from bot.main import assemble
from bot.settings import Settings
from bot.text.consent import CONSENT_VERSION
from store.migrate import upgrade
from store.queries import checkins, deliveries, people, placements
from store.seal import new_key
from store.session import Store, make_engine
from tests.platform.slack import Fault, Kind, Person, Slack
from tests.platform.slack.server import APP_TOKEN, SIGNING_SECRET

TEICHAKU = str(Path(sys.executable).with_name("teichaku"))
BEGIN, MONTHS = "2026-04-01T09:00+09:00", timedelta(days=92)
SPEED = 30_000
"""Times faster than the clock on the wall: three months last about four and a half minutes."""
HIRES, PACE_LIMIT = 4, 10.0
DRAINED, TOGETHER = 2_000, 50
LOUD = ("chat.postMessage", "response_url", "chat.update", "views.update")

ROSTER = (
    "placement_id,company,hire_name,hire_email,hire_languages,hire_channel,manager_name,manager_email,"
    "manager_languages,manager_channel,consultant_name,consultant_email,consultant_languages,consultant_channel,start_date\n"
)


@dataclass
class Place:
    """A folder with settings, a database and a roster, and the Slack that they point at."""

    folder: Path
    slack: Slack
    http: bool = False

    def command(self, *words: str) -> str:
        """Run a command; what it printed."""
        done = subprocess.run(
            [TEICHAKU, *words], cwd=self.folder, capture_output=True, text=True, env=_clean(), check=False
        )
        if done.returncode:
            raise SystemExit(f"teichaku {' '.join(words)}: {done.stderr}")
        return done.stdout

    def prepare(self) -> None:
        """From nothing to an imported roster."""
        self.command("init")
        port = _free_port()
        tokens = {
            "TEICHAKU_SLACK_API_URL": self.slack.api_url,
            "TEICHAKU_SLACK_BOT_TOKEN": self.slack.workspace.bot_token,
        }
        if self.http:
            tokens |= {
                "TEICHAKU_SLACK_SIGNING_SECRET": SIGNING_SECRET,
                "TEICHAKU_PUBLIC_URL": "https://teichaku.example",
                "TEICHAKU_DESK_BIND": f"127.0.0.1:{port}",
            }
            self.slack.request_url = f"http://127.0.0.1:{port}/slack/events"
        else:
            tokens["TEICHAKU_SLACK_APP_TOKEN"] = APP_TOKEN
        with (self.folder / ".env").open("a", encoding="utf-8") as file:
            file.write("".join(f"\n{name}={value}" for name, value in tokens.items()) + "\n")
        lines = [
            f"A-{n},Sakura Foods,HIRE NUMBER {n},h{n}@example.com,en,slack,Sato Kenji,sato@example.com,en,slack,"
            f"Mori Aiko,mori@example.com,en,slack,2026-03-{10 + n}"
            for n in range(1, HIRES + 1)
        ]
        (self.folder / "roster.csv").write_text(ROSTER + "\n".join(lines) + "\n", encoding="utf-8")
        self.command("roster", "import", "roster.csv")

    def start(self, log: str) -> subprocess.Popen[bytes]:
        """The service, as anybody would start it."""
        words = [TEICHAKU, "run", "--rehearse-from", BEGIN, "--rehearse-speed", str(SPEED)]
        with (self.folder / log).open("ab") as file:
            return subprocess.Popen(words, cwd=self.folder, stdout=file, stderr=file, env=_clean())

    def ask(self, query: str) -> list[tuple]:  # type: ignore[type-arg]
        """What the database says."""
        with sqlite3.connect(self.folder / "teichaku.db") as found:
            rows = found.execute(query).fetchall()
        found.close()
        return rows


def _clean() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("TEICHAKU_")}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


async def _everybody_joins(place: Place, crowd: Crowd) -> None:
    """Each person pastes their code, as they would."""
    for number, one in enumerate(json.loads(place.command("invite", "--json"))):
        person = place.slack.person(f"U0{number:03d}", one["person"], f"u{number}@example.com")
        crowd.joins(person)
        if one["role"] == "hire" and number % 2:
            crowd.window.add(person.id)
        await person.says(one["code"])


async def company(*, http: bool, faults: bool, pages: Path | None = None) -> bool:
    """Three months of a company; what the platform's record says of it."""
    with tempfile.TemporaryDirectory() as folder:
        slack = Slack(retry_pauses=(0.0, 0.5, 1.0, 2.0, 4.0, 8.0))
        async with slack.running():
            place = Place(Path(folder), slack, http=http)
            await asyncio.to_thread(place.prepare)
            crowd = Crowd(slack)
            service = place.start("log")
            try:
                await _reached(place)
                await _everybody_joins(place, crowd)
                service = await _months(place, crowd, service, faults=faults)
            finally:
                await crowd.stop()
                service.send_signal(signal.SIGTERM)
                await asyncio.to_thread(service.wait, 15)
            if pages is not None:
                _write_pages(pages, crowd)
            return _verdict(place, crowd, "HTTP" if http else "Socket Mode", faults=faults)


async def _reached(place: Place) -> None:
    if place.http:
        await asyncio.sleep(4)
    await asyncio.wait_for(place.slack.connected(SOCKETS), 60)


async def _months(
    place: Place, crowd: Crowd, service: subprocess.Popen[bytes], *, faults: bool
) -> subprocess.Popen[bytes]:
    seconds = MONTHS.total_seconds() / SPEED
    clock, began, turn = asyncio.get_running_loop().time, asyncio.get_running_loop().time(), 0
    while clock() - began < seconds:
        await asyncio.sleep(1)
        turn += 1
        await crowd.nudge()
        if not faults:
            continue
        kinds = (Fault(Kind.BROKEN), Fault(Kind.CUT_BEFORE), Fault(Kind.CUT_AFTER), Fault(Kind.RATELIMITED, 1))
        if turn % 4 == 0:
            place.slack.faults.let(LOUD[turn // 4 % len(LOUD)], kinds[(turn // 16) % len(kinds)])
        if turn % 60 == 5:  # A storm.
            for method in LOUD:
                place.slack.faults.let(method, *[Fault(Kind.RATELIMITED, 1)] * 5)
        if turn % 7 == 3 and place.slack.last is not None:
            await place.slack.repeat(wait=False)
        if turn % 15 == 9 and not place.http:
            await place.slack.refresh_socket(every=turn % 30 == 9)
        if turn % 80 == 50:
            service.kill()
            await asyncio.to_thread(service.wait)
            service = place.start("log")
            await _reached(place)
    return service


def _verdict(place: Place, crowd: Crowd, mode: str, *, faults: bool) -> bool:
    answers = place.ask("SELECT count(*) FROM answer")[0][0]
    states = Counter(dict(place.ask("SELECT state, count(*) FROM delivery GROUP BY state")))
    completed = place.ask("SELECT count(*) FROM checkin WHERE state = 'completed'")[0][0]
    told = [one.metadata["event_payload"]["key"] for one in place.slack.workspace.messages if one.metadata]
    twice = [key for key, count in Counter(told).items() if count > 1]
    kept = {one for (one,) in place.ask("SELECT external_id FROM inbound")}
    pressed = [parse.action(one) for one in place.slack.acknowledged if one.get("type") == "block_actions"]
    lost = [one.external_id for one in pressed if one is not None and one.external_id not in kept]
    asked = Counter(_questions(place))
    again = sum(count - 1 for count in asked.values())
    unknown = place.ask("SELECT count(*) FROM delivery WHERE kind = 'question' AND error IS NOT NULL")[0][0]
    outcomes = Counter(call.outcome for call in place.slack.calls)
    log = (place.folder / "log").read_text(encoding="utf-8", errors="replace")
    leaked = [secret for secret in ("xoxb-", "xapp-", "HIRE NUMBER", "Sato", "Mori", "Traceback") if secret in log]
    own = 0 if faults else outcomes["ratelimited"]
    print(f"  {mode}{' with faults' if faults else ''}: {completed} check-ins completed, {answers} answers stored")
    print(f"    acknowledged presses {len(pressed)}, of them not stored: {len(lost)}")
    print(
        f"    messages twice under one delivery: {len(twice)}; questions that stood twice: {again} after {unknown} broken calls"
    )
    print(f"    deliveries {dict(states)}")
    print(f"    calls by outcome: {dict(outcomes)}; 429 provoked by ourselves: {own if not faults else '–'}")
    print(
        f"    presses that Slack said did not work: {place.slack.lost.count('interactive')}; in the log: {leaked or 'nothing'}"
    )
    return not (lost or twice or leaked or own or again > unknown) and answers > 0


def _questions(place: Place) -> list[tuple[str, str]]:
    """The questions that stand in the chats at the end: whose they are, and which turn of which check-in."""
    found = []
    for message in place.slack.workspace.messages:
        values = [button.get("value", "") for block in message.blocks for button in block.get("elements", [])]
        turns = {value.rpartition(":")[0] for value in values if value.startswith("v1:q:")}
        found += [(message.channel, turn) for turn in turns if not message.deleted]
    return found


def _write_pages(folder: Path, crowd: Crowd) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for user, person in crowd.people.items():
        name = person.account.name.replace(" ", "_").lower()
        text = "\n\n".join(crowd.pages[user])
        (folder / f"{name}.md").write_text(f"# {person.account.name}\n\n{text}\n", encoding="utf-8")


# --- time ------------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def _service(slack: Slack, store: Store, settings: Settings) -> AsyncIterator[App]:
    web = Web(slack.api_url)
    async with connected(web):
        workspace = OneWorkspace(slack.workspace.bot_token, web)
        channel = SlackChannel(workspace, SocketMode(APP_TOKEN, workspace))
        app = assemble(settings, store, {"slack": channel})
        listening = Listening(app)
        listening.start(channel, None)
        await slack.connected(SOCKETS)
        try:
            yield app
        finally:
            await listening.stop()
            await channel.close()


def _crowded(url: str, count: int, slack: Slack) -> Store:
    """A database with so many people who are linked and have agreed."""
    engine = make_engine(url)
    upgrade(engine)
    store = Store(engine, [new_key()])
    app = assemble(Settings(), store, {})
    now = app.clock()
    rows = tuple(
        RosterRow(
            row=n + 2,
            placement_id=f"P{n}",
            company=f"Company {n % 9}",
            hire_name=f"Hire {n}",
            hire_email=f"h{n}@example.com",
            hire_languages=("en",),
            hire_channel="slack",
            manager_name=f"Manager {n % 9}",
            manager_languages=("ja",),
            manager_channel="slack",
            consultant_name="Consultant",
            start_date=now.date() - timedelta(days=3),
        )
        for n in range(count)
    )
    store_roster(app, Roster(sheet="proof", rows=rows))
    with store.begin() as tx:
        for n, placement in enumerate(placements.everyone(tx)):
            hire = placement.hire
            slack.person(f"U0H{hire.id}", hire.name, f"h{n}@example.com")
            people.link(tx, hire.id, "slack", slack.workspace.id, f"U0H{hire.id}", now=now)
            people.decide(tx, hire.id, placement.id, version=CONSENT_VERSION, language="en", decision="agreed", now=now)
            people.set_call_name(tx, hire.id, "Hire")
            people.set_hour(tx, hire.id, "noon")
    return store


async def drain() -> bool:
    """2,000 messages wait for 2,000 people: how fast they go out, beside what Slack allows."""
    slack = Slack()
    with tempfile.TemporaryDirectory() as folder:
        store = _crowded(f"sqlite:///{folder}/drain.db", DRAINED, slack)
        async with slack.running(), _service(slack, store, Settings()) as app:
            with store.begin() as tx:
                for placement in placements.everyone(tx):
                    address = people.address_of(tx, placement.hire.id)
                    assert address is not None
                    deliveries.queue(
                        tx,
                        address,
                        key=f"d{address.id}",
                        kind="say",
                        subject=placement.hire.id,
                        detail={"code": "started"},
                        now=app.real(),
                    )
            clock = asyncio.get_running_loop().time
            began = clock()
            while len(slack.workspace.messages) < DRAINED and clock() - began < 2 * DRAINED / PACE_LIMIT:
                await delivery.send_queued(app)
                await asyncio.sleep(0.02)
            took = clock() - began
        store.close()
    burst = 20
    share = (DRAINED - burst) / PACE_LIMIT / took
    refused = sum(call.outcome == "ratelimited" for call in slack.calls)
    print(
        f"  {len(slack.workspace.messages)} messages in {took:.1f} s: {share:.1%} of {PACE_LIMIT:.0f} a second; 429: {refused}"
    )
    return share >= 0.95 and refused == 0 and len(slack.workspace.messages) == DRAINED


async def speed() -> bool:
    """50 people answer at once, each at most once a second."""
    slack = Slack()
    with tempfile.TemporaryDirectory() as folder:
        store = _crowded(f"sqlite:///{folder}/speed.db", TOGETHER, slack)
        async with slack.running(), _service(slack, store, Settings()) as app:
            crowd = Crowd(slack, pause=1.0)
            now = app.real()
            await flow.plan_ahead(app)
            with store.begin() as tx:
                first = sql("SELECT min(id) FROM checkin WHERE respondent = 'hire' GROUP BY person_id")
                for (one,) in tx.connection().execute(first).all():
                    checkins.change(tx, one, state="open", opened_at=now, wakes_at=None, expires_at=now + MONTHS)
            for user in [*slack.workspace.accounts]:
                person = Person(slack, slack.workspace, slack.workspace.accounts[user])
                crowd.joins(person)
            for person in crowd.people.values():
                await person.commands("/checkin")
            slack.acks.clear()
            crowd.waits.clear()
            await asyncio.sleep(20)
            await crowd.stop()
        store.close()
    waits, acks = sorted(crowd.waits), sorted(slack.acks)
    p99, ack99 = waits[int(len(waits) * 0.99)], acks[int(len(acks) * 0.99)]
    print(
        f"  {len(waits)} answers of {TOGETHER} people: press to next question p50 {waits[len(waits) // 2] * 1000:.0f} ms, "
        f"p99 {p99 * 1000:.0f} ms; acknowledgement p99 {ack99 * 1000:.0f} ms of {len(acks)}"
    )
    return p99 < 0.3 and ack99 < 0.1


PAGES: list[Path] = []
"""Where the conversations of the rehearsal are written."""


def _rehearsals() -> tuple[Coroutine[None, None, bool], ...]:
    pages = PAGES[0] if PAGES else None
    return company(http=False, faults=False, pages=pages), company(http=True, faults=False)


PARTS = {
    "rehearsal": ("Three months of a company", _rehearsals),
    "faults": ("The same on bad days", lambda: (company(http=False, faults=True), company(http=True, faults=True))),
    "drain": ("2,000 messages at once", lambda: (drain(),)),
    "speed": ("50 people at once", lambda: (speed(),)),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="which parts; all without one")
    parser.add_argument("--pages", type=Path, help="write the conversations of the rehearsal into this folder")
    chosen = parser.parse_args()
    configure(logging.ERROR)
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)  # It tells of each connection that we cut ourselves.
    PAGES.extend([chosen.pages] if chosen.pages else [])
    good = True
    for name in chosen.parts or PARTS:
        title, works = PARTS[name]
        print(title)
        for work in works():
            good = asyncio.run(work) and good
    print("All as it should be." if good else "NOT as it should be.")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
