"""A company in the loopback Slack and the real service beside it: ``teichaku run`` with a rehearsal's clock, its people, the
bad days of a network, and what the platform's own record says of all that in the end."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp

from benchmarks.slack_crowd import Crowd, Habits
from bot.channels import callback
from bot.channels.slack import parse
from bot.channels.slack.socket import SOCKETS
from bot.messages import Payload
from tests.platform.slack import Fault, Kind, Slack
from tests.platform.slack.server import APP_TOKEN, SIGNING_SECRET
from tests.platform.slack.world import Message

TEICHAKU = str(Path(sys.executable).with_name("teichaku"))
TOKYO = ZoneInfo("Asia/Tokyo")
SECRETS = ("xoxb-", "xapp-", "ticket", "HIRE", "SATO", "MORI", "Talk with the boss", "a little loud", "Traceback")
"""What no log may hold: tokens, names, and words that somebody wrote."""

COLUMNS = (
    "placement_id,company,hire_name,hire_email,hire_languages,hire_channel,manager_name,manager_email,"
    "manager_languages,manager_channel,consultant_name,consultant_email,consultant_languages,consultant_channel,start_date"
)


@dataclass(frozen=True)
class Hire:
    """One line of the roster, and how that person lives."""

    name: str
    languages: str
    start: date
    habits: Habits = field(default_factory=Habits)


@dataclass(frozen=True)
class Story:
    """What is played: from when, for how long, how fast, and who is there; ``bad`` days have faults, and calm at their end."""

    begin: datetime
    lasts: timedelta
    speed: float
    hires: tuple[Hire, ...]
    bad: bool = False
    calm: float = 12.0
    manager_languages: str = "ja"
    consultant_languages: str = "en"


@dataclass
class Place:
    """A folder with settings, a database and a roster, and the Slack that they point at."""

    folder: Path
    slack: Slack
    story: Story
    http: bool
    port: int = 0
    services: list[subprocess.Popen[bytes]] = field(default_factory=list)

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
        tokens = {
            "TEICHAKU_SLACK_API_URL": self.slack.api_url,
            "TEICHAKU_SLACK_BOT_TOKEN": self.slack.workspace.bot_token,
        }
        if self.http:
            with socket.create_server(("127.0.0.1", 0)) as free:
                self.port = free.getsockname()[1]
            tokens |= {
                "TEICHAKU_SLACK_SIGNING_SECRET": SIGNING_SECRET,
                "TEICHAKU_PUBLIC_URL": "https://teichaku.example",
                "TEICHAKU_DESK_BIND": f"127.0.0.1:{self.port}",
            }
            self.slack.request_url = f"http://127.0.0.1:{self.port}/slack/events"
        else:
            tokens["TEICHAKU_SLACK_APP_TOKEN"] = APP_TOKEN
        with (self.folder / ".env").open("a", encoding="utf-8") as file:
            file.write("".join(f"\n{name}={value}" for name, value in tokens.items()) + "\n")
        people = f'"{self.story.manager_languages}",slack,MORI AIKO,mori@example.com,"{self.story.consultant_languages}",slack'
        lines = [
            f'A-{n},Sakura Foods,{one.name},h{n}@example.com,"{one.languages}",slack,SATO KENJI,sato@example.com,'
            f"{people},{one.start}"
            for n, one in enumerate(self.story.hires, 1)
        ]
        (self.folder / "roster.csv").write_text("\n".join((COLUMNS, *lines)) + "\n", encoding="utf-8")
        self.command("roster", "import", "roster.csv")

    async def start(self) -> None:
        """The service, as anybody would start it; returns when Slack can reach it."""
        begin, speed = self.story.begin.isoformat(), str(self.story.speed)
        words = [TEICHAKU, "run", "--rehearse-from", begin, "--rehearse-speed", speed]
        with (self.folder / "log").open("ab") as file:
            self.services.append(subprocess.Popen(words, cwd=self.folder, stdout=file, stderr=file, env=_clean()))
        async with asyncio.timeout(60):
            await (self._answers() if self.http else self.slack.connected(SOCKETS))

    async def _answers(self) -> None:
        async with aiohttp.ClientSession() as client:
            while True:
                try:
                    async with client.post(self.slack.request_url or "", data=b"") as found:
                        if found.status != 503:
                            return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.1)

    async def kill(self) -> None:
        """End the service as the power does."""
        self.services[-1].kill()
        await asyncio.to_thread(self.services[-1].wait)

    async def end(self) -> None:
        """Ask the service to stop."""
        self.services[-1].send_signal(signal.SIGTERM)
        await asyncio.to_thread(self.services[-1].wait, 30)

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """What the database says."""
        with closing(sqlite3.connect(self.folder / "teichaku.db")) as found:
            return found.execute(query).fetchall()

    def today(self) -> str:
        """The day and the hour in Tokyo, as the rehearsal's clock shows them."""
        known = self.ask("SELECT domain_anchor, real_anchor, speed FROM timekeeping")
        if not known or known[0][0] is None:
            return "before the first run"
        domain, real = (datetime.fromisoformat(one).replace(tzinfo=UTC) for one in known[0][:2])
        now: datetime = domain + (datetime.now(UTC) - real) * known[0][2]  # noqa: TID251  The service's clock is the wall's too.
        return now.astimezone(TOKYO).strftime("%A, %d %B %Y")


def _clean() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("TEICHAKU_")}


async def play(story: Story, *, http: bool, pages: Path | None = None) -> bool:
    """Play it; True when the record is as it should be."""
    slack = Slack(retry_pauses=(0.0, 0.5, 1.0, 2.0, 4.0, 8.0))
    with tempfile.TemporaryDirectory() as folder:
        async with slack.running():
            place = Place(Path(folder), slack, story, http)
            await asyncio.to_thread(place.prepare)
            crowd = Crowd(slack, today=place.today)
            try:
                await place.start()
                await _everybody_joins(place, crowd)
                await (_bad_days(place) if story.bad else asyncio.sleep(story.lasts.total_seconds() / story.speed))
            finally:
                await crowd.stop()
                await place.end()
            if pages is not None:
                _write_pages(pages / ("http" if http else "socket"), crowd)
            return _verdict(place)


async def _everybody_joins(place: Place, crowd: Crowd) -> None:
    """Each person pastes their code, as they would."""
    habits = {one.name: one.habits for one in place.story.hires}
    for number, one in enumerate(json.loads(await asyncio.to_thread(place.command, "invite", "--json"))):
        person = place.slack.person(f"U0{number:03d}", one["person"], f"u{number}@example.com")
        at_the_agency = one["role"] not in ("hire", "manager")
        crowd.joins(person, habits.get(one["person"], Habits(staff=at_the_agency, words="いつもどおりです。")))
        await person.says(one["code"])


# --- bad days ---------------------------------------------------------------------------------------------------------

CALLED = (
    "chat.postMessage",
    "response_url",
    "chat.update",
    "views.update",
    "views.open",
    "views.publish",
    "chat.delete",
    "users.info",
    "conversations.history",
    "apps.connections.open",
)
STORMY = CALLED[:5]
FAULTS = (Fault(Kind.BROKEN), Fault(Kind.CUT_BEFORE), Fault(Kind.CUT_AFTER), Fault(Kind.RATELIMITED, 1))
CUTS = (Fault(Kind.CUT_BEFORE), Fault(Kind.CUT_AFTER))
COMING = ("interactive", "events_api", "slash_commands")


async def _bad_days(place: Place) -> None:
    """Faults every second; at the end a while without any, so that what was put off can come."""
    slack, rng = place.slack, random.Random(7)
    seconds = int(place.story.lasts.total_seconds() / place.story.speed)
    for turn in range(1, seconds):
        await asyncio.sleep(1)
        slack.faults.let(rng.choice(CALLED), rng.choice(FAULTS))
        if turn % 3 == 0:
            slack.faults.let(rng.choice(COMING), rng.choice(CUTS))
        if turn % 25 == 20:  # A storm.
            for method in STORMY:
                slack.faults.let(method, *[Fault(Kind.RATELIMITED, 1)] * 5)
        if turn % 4 == 1 and slack.last is not None:
            await slack.repeat(wait=False)
        if turn % 5 == 2 and slack.acknowledged:  # What was heard long ago comes once more, late.
            late = rng.choice(slack.acknowledged)
            await slack.deliver(_kind(late), late, wait=False)
        if turn % 12 == 6 and not place.http:
            await slack.refresh_socket(every=turn % 24 == 6)
        if turn % 26 == 16 and not place.http:
            await slack.cut_sockets()
        if turn % 25 == 12:
            await place.kill()
            await place.start()
    slack.faults.clear()
    await asyncio.sleep(place.story.calm)


def _kind(payload: dict[str, Any]) -> str:
    if payload.get("type") == "event_callback":
        return "events_api"
    return "slash_commands" if "command" in payload else "interactive"


# --- what the record says ---------------------------------------------------------------------------------------------


def _verdict(place: Place) -> bool:
    bad, slack = place.story.bad, place.slack
    answers, completed = (place.ask(query)[0][0] for query in (ANSWERS, COMPLETED))
    states = Counter(dict(place.ask("SELECT state, count(*) FROM delivery GROUP BY state")))
    heard = [one for payload in slack.acknowledged if (one := _inbound(payload)) is not None]
    kept = {one for (one,) in place.ask("SELECT external_id FROM inbound")}
    forgotten = {name for name, _ in heard} - kept
    missing = _missing(place, [payload for _, payload in heard if payload is not None])
    doubled, unexplained = _doubled(place)
    left_alone = _left_alone(place)
    outcomes = Counter(call.outcome for call in slack.calls)
    own = 0 if bad else outcomes["ratelimited"]
    log = (place.folder / "log").read_text(encoding="utf-8", errors="replace")
    leaked = [secret for secret in SECRETS if secret in log]
    stuck = _stuck(place)
    given_up = place.ask("SELECT kind, error, count(*) FROM delivery WHERE state = 'failed' GROUP BY kind, error")
    print(
        f"  {'HTTP' if place.http else 'Socket Mode'}{' on bad days' if bad else ''}: {completed} check-ins completed, "
        f"{answers} answers stored; the service was started {len(place.services)} times\n"
        f"    acknowledged: {len(heard)} things that people did, of them not kept: {len(forgotten)}; "
        f"answers acknowledged and not stored: {missing}\n"
        f"    questions that stand twice: {doubled}, without an unknown: {unexplained}; "
        f"people whose check-in is open and who see nothing of it: {left_alone}\n"
        f"    deliveries {dict(sorted(states.items()))}, in nobody's hands: {stuck}; given up: {given_up or 'none'}\n"
        f"    calls {dict(outcomes.most_common())}; 429 of our own making: {'–' if bad else own}\n"
        f"    people were told by Slack that it did not work: {len(slack.lost)} times; secrets in the log: {leaked or 'none'}"
    )
    enough = (answers >= 36 and completed >= 5) if bad else (answers >= 60 and completed >= 10)
    return enough and not (forgotten or missing or unexplained or left_alone or own or leaked or stuck)


ANSWERS = "SELECT count(*) FROM answer"
COMPLETED = "SELECT count(*) FROM checkin WHERE state = 'completed'"


def _inbound(body: dict[str, Any]) -> tuple[str, Payload | None] | None:
    """What the service calls something that somebody did, and what was pressed."""
    read = {"block_actions": parse.action, "view_submission": parse.submission, "shortcut": parse.shortcut}
    kind = str(body.get("type") or "")
    found = parse.command(body) if "command" in body else read.get(kind, parse.event)(body)
    return None if found is None else (found.external_id, found.payload)


def _missing(place: Place, pressed: list[Payload]) -> int:
    """How many questions were answered, as Slack was told, without an answer in the database. Nobody here goes back."""
    answered = {(one.subject, one.turn) for one in pressed if one.kind == "question" and "write" not in one.choice}
    stored = dict(place.ask("SELECT checkin_id, count(*) FROM answer GROUP BY checkin_id"))
    wanted = Counter(subject for subject, _ in answered)
    return sum(max(0, count - stored.get(subject, 0)) for subject, count in wanted.items())


def _standing(slack: Slack) -> Iterator[tuple[Message, Payload]]:
    for message in slack.workspace.messages:
        buttons = [one for block in message.blocks for one in block.get("elements", [])]
        payloads = {callback.decode(one.get("value", "")) for one in buttons}
        yield from ((message, one) for one in payloads if one is not None and not message.deleted)


def _stuck(place: Place) -> int:
    """Messages that a process had in hand, whose lease ran out a while ago without anybody looking at them."""
    held = place.ask("SELECT lease_until FROM delivery WHERE state IN ('claimed', 'attempting')")
    past = datetime.now(UTC) - timedelta(seconds=30)  # noqa: TID251  Leases are in real time.
    return sum(datetime.fromisoformat(one).replace(tzinfo=UTC) < past for (one,) in held)


def _doubled(place: Place) -> tuple[int, int]:
    """Questions that stand in a chat twice in the end, and how many of them no unknown explains."""
    stand = {
        (message.channel, message.ts, one.subject, one.turn)
        for message, one in _standing(place.slack)
        if one.kind == "question"
    }
    twice = [key for key, count in Counter((one[0], *one[2:]) for one in stand).items() if count > 1]
    query = "SELECT subject FROM delivery WHERE kind IN ('question', 'opening', 'reminder') AND error IS NOT NULL"
    broke = {subject for (subject,) in place.ask(query)}
    return len(twice), sum(subject not in broke for _, subject, _ in twice)


def _left_alone(place: Place) -> int:
    """People with an open check-in who see none of theirs, and for whom nothing waits to be sent or looked at."""
    query = (
        "SELECT c.id, c.person_id, a.user FROM checkin c JOIN address a ON a.person_id = c.person_id "
        "WHERE c.state = 'open' AND c.delivered_at IS NOT NULL AND a.state = 'linked'"
    )
    waiting = {one for (one,) in place.ask("SELECT person_id FROM delivery WHERE state IN ('due', 'unknown')")}
    shown = {one.subject for _, one in _standing(place.slack) if one.kind in ("question", "opening", "menu", "safety")}
    of: dict[int, set[int]] = {}
    for checkin, person, _user in place.ask(query):
        of.setdefault(person, set()).add(checkin)
    return sum(not (theirs & shown) and person not in waiting for person, theirs in of.items())


def _write_pages(folder: Path, crowd: Crowd) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for life in crowd.lives.values():
        name = life.person.account.name.replace(" ", "_").lower()
        text = "\n\n".join(life.page)
        (folder / f"{name}.md").write_text(f"# {life.person.account.name}\n\n{text}\n", encoding="utf-8")
