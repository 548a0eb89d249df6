"""``make proof-slack``: the service in Slack, with the real libraries, faults and real time.

- ``rehearsal``: ``teichaku run --rehearse-from … --rehearse-speed …`` plays three months of a company over Socket Mode and
  over HTTP: hires who answer in the conversation and in a window, a manager, and a consultant who works the alerts.
- ``faults``: four days, in which Slack throttles, fails, cuts connections before and after a call took effect, loses what
  people do on its way, hands events over twice and late, asks for new sockets, and the process is killed and started again.
- ``drain``: 2,000 messages at once, against the platform's limit.
- ``speed``: 50 people answer at once, each at most once a second.

A drain waits for the platform's pace most of the time: it runs beside the first two parts. The speed is measured alone.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import text as sql

from benchmarks.house import roster_of
from benchmarks.slack_company import TOKYO, Hire, Story, play
from benchmarks.slack_crowd import Crowd, Habits
from bot import flow
from bot.app import App
from bot.channels.slack import OneWorkspace, SlackChannel, connected
from bot.channels.slack.clients import Web
from bot.channels.slack.socket import SOCKETS, SocketMode
from bot.flow import delivery
from bot.flow.listening import Listening
from bot.flow.roster import store_roster
from bot.logs import configure
from bot.main import assemble
from bot.settings import Settings
from bot.text.consent import CONSENT_VERSION
from store.migrate import upgrade
from store.queries import checkins, deliveries, people, placements
from store.seal import new_key
from store.session import Store, make_engine
from tests.platform.slack import Person, Slack
from tests.platform.slack.server import APP_TOKEN

MONTHS = timedelta(days=92)
PACE_LIMIT = 10.0
DRAINED, TOGETHER = 2_000, 50

REHEARSAL = Story(
    begin=datetime(2026, 4, 1, 9, tzinfo=TOKYO),
    lasts=MONTHS,
    speed=80_000,
    hires=(
        Hire("HIRE AN", "en", date(2026, 4, 1)),
        Hire("HIRE BINH", "ja@simple", date(2026, 4, 1), Habits(window=True, words="しごとは たのしいです。")),
        Hire("HIRE CHI", "en,ja@simple", date(2026, 3, 10), Habits(mood="worse", words="My boss says nothing to me.")),
        Hire("HIRE DEWI", "ja", date(2026, 3, 16), Habits(window=True, mood="worse", words="最近、残業が多いです。")),
        Hire("HIRE EMA", "en", date(2026, 4, 1), Habits(mood="silent")),
    ),
)
"""Three months in a little more than a minute and a half."""

BAD_DAYS = Story(
    begin=datetime(2026, 4, 6, 9, tzinfo=TOKYO),
    lasts=timedelta(days=3, hours=18),
    speed=4_000,
    bad=True,
    hires=(
        *(Hire(f"HIRE {n}", "en", date(2026, 4, 1), Habits(window=n % 2 == 0)) for n in range(1, 9)),
        *(Hire(f"HIRE {n}", "en", date(2026, 3, 7), Habits(window=n % 2 == 0)) for n in range(9, 15)),
    ),
)
"""A first week's check-in for eight, a monthly one for six and for their manager, while a second of waiting is an hour: what
is told to wait, or is looked at after two minutes, still comes within the ten working days of a check-in."""


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
    lately = now.date() - timedelta(days=3)
    store_roster(app, roster_of(count, companies=9, channel="slack", start=lambda _: lately))
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
            crowd = Crowd(slack, pause=1.0, patience=60.0)
            now = app.real()
            await flow.plan_ahead(app)
            with store.begin() as tx:
                first = sql("SELECT min(id) FROM checkin WHERE respondent = 'hire' GROUP BY person_id")
                for (one,) in tx.connection().execute(first).all():
                    checkins.change(tx, one, state="open", opened_at=now, wakes_at=None, expires_at=now + MONTHS)
            everybody = [Person(slack, slack.workspace, one) for one in [*slack.workspace.accounts.values()]]
            for person in everybody:
                await person.commands("/checkin")
            while _waiting(store):  # Fifty new messages take the workspace's pace some seconds.
                await flow.advance(app)
                await asyncio.sleep(0.2)
            for person in everybody:
                crowd.joins(person)
            slack.acks.clear()
            crowd.waits.clear()
            await asyncio.sleep(20)
            # Who waits still counts with what they have waited, or the slowest would not count at all.
            crowd.waits += [slack.clock() - one.pressed for one in crowd.lives.values() if one.pressed is not None]
            await crowd.stop()
        store.close()
    waits, acks = sorted(crowd.waits), sorted(slack.acks)
    p99, ack99 = waits[int(len(waits) * 0.99)], acks[int(len(acks) * 0.99)]
    print(
        f"  {len(waits)} answers of {TOGETHER} people: press to next question p50 {waits[len(waits) // 2] * 1000:.0f} ms, "
        f"p99 {p99 * 1000:.0f} ms; acknowledgement p99 {ack99 * 1000:.0f} ms of {len(acks)}"
    )
    return p99 < 0.3 and ack99 < 0.1


def _waiting(store: Store) -> bool:
    with store.read() as tx:
        return bool(tx.connection().execute(sql("SELECT count(*) FROM delivery WHERE state <> 'sent'")).scalar())


async def _both(story: Story, pages: Path | None = None) -> bool:
    """Over sockets and over HTTP at the same time."""
    found = await asyncio.gather(play(story, http=False, pages=pages), play(story, http=True, pages=pages))
    return all(found)


PARTS = {
    "rehearsal": "Three months of a company",
    "faults": "Four bad days",
    "drain": "2,000 messages at once",
    "speed": "50 people at once",
}


def _play(part: str, pages: Path | None) -> bool:
    print(PARTS[part], flush=True)
    match part:
        case "rehearsal":
            return asyncio.run(_both(REHEARSAL, pages))
        case "faults":
            return asyncio.run(_both(BAD_DAYS))
        case "drain":
            return asyncio.run(drain())
        case _:
            return asyncio.run(speed())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="which parts; all without one")
    parser.add_argument("--pages", type=Path, help="write the conversations of the rehearsal into this folder")
    chosen = parser.parse_args()
    configure(logging.ERROR)
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)  # It tells of each connection that we cut ourselves.
    wanted, beside = list(chosen.parts or PARTS), None
    if "drain" in wanted and len(wanted) > 1:
        wanted.remove("drain")
        drain_alone = [sys.executable, "-m", "benchmarks.proof_slack", "drain"]
        beside = subprocess.Popen(drain_alone, stdout=subprocess.PIPE, text=True)
    good = True
    for part in sorted(wanted, key=lambda one: one == "speed"):
        if part == "speed":
            good, beside = _drained(beside) and good, None
        good = _play(part, chosen.pages) and good
    good = _drained(beside) and good
    print("All as it should be." if good else "NOT as it should be.")
    return 0 if good else 1


def _drained(beside: subprocess.Popen[str] | None) -> bool:
    if beside is None:
        return True
    print(*beside.communicate()[0].splitlines()[:-1], sep="\n", flush=True)
    return beside.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
