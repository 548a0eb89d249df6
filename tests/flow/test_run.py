"""The service ticks, says so, shares with others, takes over from them, and ends in order."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event
from structlog.testing import capture_logs

from bot import main
from bot.app import App
from bot.channels.memory import MemoryChannel
from bot.commands import lists
from bot.flow import delivery, heartbeat, linking, listening
from bot.messages import AddressKey, Inbound, NotRecorded, OnInbound, Outbound, Receipt, SendError
from store.queries import heartbeats, leases
from tests.house import House, open_house, row, tokyo

pytestmark = pytest.mark.anyio

SOON = timedelta(seconds=0.03)
TTL = timedelta(seconds=20)
STRANGER = AddressKey("memory", "", "stranger")


@asynccontextmanager
async def serving(app: App, **options: Any) -> AsyncIterator[asyncio.Event]:
    """The service, until the block ends."""
    stop = asyncio.Event()
    service = asyncio.create_task(main.serve(app, stop=stop, **options))
    try:
        yield stop
    finally:
        stop.set()
        await service


async def until(condition: Callable[[], object], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    """A house on each engine, whose clock stands still."""
    with open_house("2026-04-01 09:00", url=database_url) as found:
        yield found


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the ticker tick many times a second."""
    for name in ("TICK", "PLAN", "SWEEP"):
        monkeypatch.setattr(main, name, SOON)


@contextmanager
def writes(house: House) -> Iterator[list[str]]:
    """The writing transactions of a house."""
    seen: list[str] = []

    def note(connection: Connection) -> None:
        if connection.get_execution_options().get("teichaku_writes", True):
            seen.append("write")

    event.listen(house.app.store.engine, "begin", note)
    yield seen
    event.remove(house.app.store.engine, "begin", note)


class SlowChannel(MemoryChannel):
    """A platform that takes its time: a message arrives only when ``answer`` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.began: list[Outbound] = []
        self.answer = asyncio.Event()

    async def send(self, outbound: Outbound) -> Receipt:
        self.began.append(outbound)
        await self.answer.wait()
        return await super().send(outbound)


def beats(house: House) -> dict[str, str]:
    with house.app.store.read() as tx:
        return {one.job: one.outcome for one in heartbeats.every(tx)}


async def test_an_inbound_message_wakes_the_path_and_waits_for_no_tick(house: House) -> None:
    house.imports(row())
    hire = house.placement().hire
    async with serving(house.app):
        await house.agrees(hire)
        house.clock.move_to(tokyo("2026-04-06 12:15"))
        # The next tick comes in half a minute, which is longer than this test waits.
        await house.channel.inject(Inbound(STRANGER, "1", text="hello"))
        await until(lambda: "Your check-in is ready" in house.sees(hire))


async def test_the_ticker_alone_carries_a_roster_to_planned_check_ins(house: House) -> None:
    house.imports(row())
    async with serving(house.app):
        await until(lambda: house.rows("SELECT count(*) FROM checkin WHERE state = 'planned'") != [(0,)])


async def test_many_wakes_while_the_path_runs_become_one_more_run(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds: list[int] = []
    advance = main.flow.advance

    async def counted(app: App) -> None:  # The path itself, slowed down and counted.
        rounds.append(1)
        await asyncio.sleep(0.05)
        await advance(app)

    monkeypatch.setattr(main.flow, "advance", counted)
    async with serving(house.app):
        await until(lambda: rounds)
        await asyncio.sleep(0.2)
        before = len(rounds)
        for number in range(20):
            await house.channel.inject(Inbound(STRANGER, f"s{number}", text="hello"))
        await asyncio.sleep(0.3)
    assert 1 <= len(rounds) - before <= 8


async def test_the_heartbeat_names_every_job_at_once_and_how_it_went(house: House) -> None:
    async with serving(house.app):
        await until(lambda: {"plan", "tick", "sweep"} <= beats(house).keys())
        shown = lists.status(house.app)
        assert {beats(house)[job] for job in ("plan", "tick", "sweep")} == {"done"}
        assert [one["process"] for one in shown["processes"]] == [house.app.owner]
        assert (shown["off"], shown["failing"]) == ([], [])
        assert shown["last_tick"] == "2026-04-01T09:00:00+09:00"
    assert set(beats(house).values()) == {"stopped"}


@pytest.mark.usefixtures("often")
async def test_an_idle_service_opens_one_writing_transaction_a_minute(house: House) -> None:
    async with serving(house.app):
        await until(lambda: {"plan", "tick", "sweep", "advance"} <= beats(house).keys())
        with writes(house) as seen:
            await asyncio.sleep(1)
        assert seen == []


@pytest.mark.usefixtures("often")
async def test_the_heartbeat_goes_on_after_its_minute(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "PAUSE", 0.3)
    async with serving(house.app):
        await until(lambda: {"plan", "tick", "sweep", "advance"} <= beats(house).keys())
        house.clock.advance(timedelta(hours=3))
        with writes(house) as seen:
            await asyncio.sleep(1)
        assert 2 <= len(seen) <= 4
        assert lists.status(house.app)["off"] == []


@pytest.mark.usefixtures("often")
async def test_a_job_that_fails_is_named_and_the_others_go_on(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "PAUSE", 0.1)
    house.imports(row())
    with house.app.store.begin() as tx:
        tx.connection().exec_driver_sql("UPDATE company SET working_weekdays = 'x'")
    async with serving(house.app):
        await until(lambda: beats(house).get("plan", "").startswith("failed"))
        failing = lists.status(house.app)["failing"]
        # On a busy machine another job may still be running when its next turn comes, since they run often here.
        assert {"process": house.app.owner, "job": "plan", "outcome": "failed:ValueError"} in failing
        with house.app.store.begin() as tx:
            tx.connection().exec_driver_sql("UPDATE company SET working_weekdays = '01234'")
        await until(lambda: lists.status(house.app)["failing"] == [])
        await until(lambda: house.rows("SELECT count(*) FROM checkin") != [(0,)])


def test_nobody_ticks_and_everything_is_off_before_the_first_run(house: House) -> None:
    shown = lists.status(house.app)
    assert (shown["processes"], shown["last_tick"], shown["off"]) == ([], None, ["plan", "tick", "sweep"])


def beat(house: House, process: str, *jobs: str) -> None:
    with house.app.store.begin() as tx:
        heartbeats.write(tx, process, {job: (house.clock(), "done") for job in jobs})


def test_a_job_is_off_after_three_of_its_own_intervals(house: House) -> None:
    beat(house, "one", "plan", "tick", "sweep")
    for passed, off in [(90, []), (91, ["tick"]), (181, ["tick", "sweep"]), (3 * 3600 + 1, ["plan", "tick", "sweep"])]:
        house.clock.move_to(tokyo("2026-04-01 09:00") + timedelta(seconds=passed))
        assert lists.status(house.app)["off"] == off


def test_what_one_process_does_not_do_any_more_is_on_while_another_does_it(house: House) -> None:
    beat(house, "one", "plan", "tick", "sweep")
    house.clock.advance(timedelta(minutes=10))
    beat(house, "two", "tick", "sweep")
    shown = lists.status(house.app)
    assert shown["off"] == []
    assert [one["process"] for one in shown["processes"]] == ["one", "two"]  # "one" may still plan, once an hour.


def test_a_heartbeat_from_the_future_says_as_little_as_one_of_long_ago(house: House) -> None:
    beat(house, "one", "plan", "tick", "sweep")
    house.clock.advance(timedelta(days=-30))
    shown = lists.status(house.app)
    assert (shown["processes"], shown["off"]) == ([], ["plan", "tick", "sweep"])


async def test_status_says_how_old_the_queue_is(house: House) -> None:
    house.imports(row())
    assert lists.status(house.app)["queue_seconds"] is None
    hire = house.placement().hire
    linking.link(house.app, hire.id, "memory", "", f"u{hire.id}")
    house.clock.advance(timedelta(minutes=7))
    shown = lists.status(house.app)
    assert (shown["oldest_due"], shown["queue_seconds"]) == ("2026-04-01T09:00:00+09:00", 420)
    await house.runs()
    assert lists.status(house.app)["queue_seconds"] is None


def test_every_process_has_a_name_of_its_own() -> None:
    with open_house("2026-04-01 09:00") as one, open_house("2026-04-01 09:00") as other:
        assert one.app.owner != other.app.owner


# Leases.


def test_a_lease_is_held_by_one_owner_until_it_runs_out(house: House) -> None:
    with house.app.store.begin() as tx:
        now = house.clock()
        assert leases.acquire(tx, "telegram", "a", now, TTL)
        assert leases.acquire(tx, "telegram", "a", now, TTL)
        assert not leases.acquire(tx, "telegram", "b", now + TTL, TTL)
        assert leases.acquire(tx, "slack", "b", now, TTL)
        assert leases.acquire(tx, "telegram", "b", now + TTL + timedelta(seconds=1), TTL)
        assert not leases.renew(tx, "telegram", "a", now, TTL)


def test_a_renewed_lease_lasts_and_a_released_one_is_free_at_once(house: House) -> None:
    with house.app.store.begin() as tx:
        now = house.clock()
        leases.acquire(tx, "telegram", "a", now, TTL)
        assert leases.renew(tx, "telegram", "a", now + TTL, TTL)
        assert not leases.acquire(tx, "telegram", "b", now + 2 * TTL, TTL)
        leases.release(tx, "telegram", "b")
        assert not leases.is_free(tx, "telegram", now + TTL, TTL)
        leases.release(tx, "telegram", "a")
        assert leases.acquire(tx, "telegram", "b", now, TTL)


def test_a_lease_of_a_clock_that_was_a_year_ahead_keeps_nobody_out(house: House) -> None:
    with house.app.store.begin() as tx:
        now = house.clock()
        leases.acquire(tx, "telegram", "a", now + timedelta(days=365), TTL)
        assert leases.acquire(tx, "telegram", "b", now, TTL)


class Poller(MemoryChannel):
    """A platform that only one process may poll; it knows who polls."""

    def __init__(self, name: str, polling: list[str]) -> None:
        super().__init__()
        self._process, self._polling = name, polling

    async def listen(self, on_inbound: OnInbound) -> None:
        assert self._polling == [], "two processes poll one token"
        self._polling.append(self._process)
        try:
            await super().listen(on_inbound)
        finally:
            self._polling.remove(self._process)


@pytest.fixture
def quick_leases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "TTL", timedelta(seconds=0.8))
    monkeypatch.setattr(listening, "RENEW", 0.2)
    monkeypatch.setattr(listening, "LOOK", 0.1)


@pytest.mark.usefixtures("quick_leases")
async def test_one_of_two_processes_polls_and_the_other_takes_over_when_it_ends(house: House) -> None:
    polling: list[str] = []
    one = replace(house.app, channels={"memory": Poller("one", polling)}, real=main.real_now, owner="one")
    two = replace(house.twin(), channels={"memory": Poller("two", polling)}, real=main.real_now, owner="two")
    async with serving(two, leases={"memory": "telegram:1"}):
        await until(lambda: polling == ["two"])
        async with serving(one, leases={"memory": "telegram:1"}) as stop:
            await asyncio.sleep(1)
            assert polling == ["two"]
            stop.set()
    assert polling == []
    async with serving(one, leases={"memory": "telegram:1"}):
        await until(lambda: polling == ["one"], seconds=2)
    two.store.close()


@pytest.mark.usefixtures("quick_leases")
async def test_another_process_takes_over_from_one_that_died(house: House) -> None:
    polling: list[str] = []
    with house.app.store.begin() as tx:  # Died with the lease in its hands.
        leases.acquire(tx, "telegram:1", "dead", main.real_now(), listening.TTL)
    app = replace(house.app, channels={"memory": Poller("one", polling)}, real=main.real_now)
    began = time.monotonic()
    async with serving(app, leases={"memory": "telegram:1"}):
        await until(lambda: polling)
        assert 0.5 < time.monotonic() - began < 2


@pytest.mark.usefixtures("quick_leases")
async def test_a_process_that_lost_its_lease_stops_to_poll(house: House) -> None:
    polling: list[str] = []
    app = replace(house.app, channels={"memory": Poller("one", polling)}, real=main.real_now)
    async with serving(app, leases={"memory": "telegram:1"}):
        await until(lambda: polling)
        with house.app.store.begin() as tx:
            tx.connection().exec_driver_sql("UPDATE lease SET owner = 'another'")
        await until(lambda: not polling, seconds=2)
        await until(lambda: polling, seconds=3)  # The other one never renewed it.


def test_with_the_real_times_another_process_takes_over_within_thirty_seconds() -> None:
    assert listening.TTL.total_seconds() + listening.LOOK <= 30
    assert listening.TTL.total_seconds() > 3 * listening.RENEW


async def test_a_channel_that_fails_is_started_again_and_stops_no_other(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "FIRST_PAUSE", 0.05)

    class Revoked(MemoryChannel):
        tries = 0

        async def listen(self, on_inbound: OnInbound) -> None:
            self.tries += 1
            raise SendError("token_revoked")

    house.imports(row())
    revoked = Revoked("telegram")
    app = replace(house.app, channels={"telegram": revoked, "memory": house.channel})
    async with serving(app):
        await until(lambda: revoked.tries >= 3)
        await house.channel.inject(Inbound(STRANGER, "1", text="hello"))
        assert "I do not know you yet" in house.channel.sent[-1].text


class Patient(MemoryChannel):
    """A platform that hands over again what was not recorded, as Telegram and Slack's events do."""

    def __init__(self) -> None:
        super().__init__()
        self.refused: list[str] = []

    async def listen(self, on_inbound: OnInbound) -> None:
        async def hand_over(update: Inbound) -> None:
            while True:
                try:
                    return await on_inbound(update)
                except NotRecorded as refused:
                    self.refused.append(refused.reference)

        await super().listen(hand_over)


async def test_what_could_not_be_recorded_reaches_the_channel_which_hands_it_over_again(house: House) -> None:
    platform = Patient()
    house = House(replace(house.app, channels={"memory": platform}), platform, house.clock)
    house.imports(row())
    hire = house.placement().hire
    async with serving(house.app):
        await house.agrees(hire)
        house.clock.move_to(tokyo("2026-04-06 12:15"))
        await house.runs()
        await house.presses(hire, "start")
        with house.app.store.begin() as tx:
            tx.connection().exec_driver_sql("UPDATE checkin SET context = '5' WHERE state = 'open'")
        await house.says(hire, "3")
        ((reference,),) = house.rows("SELECT reference FROM setaside WHERE set_aside")
        assert platform.refused == [reference, reference]
        await until(lambda: reference in house.sees(hire))
        await house.says(hire, "privacy")
        await until(lambda: "read your answers" in house.sees(hire))


# The end.


async def test_at_the_end_what_is_being_sent_is_finished_and_nothing_new_begins(house: House) -> None:
    channel = SlowChannel()
    app = replace(house.app, channels={"memory": channel})
    waiting(house, 12)
    service = asyncio.create_task(main.serve(app, stop=(stop := asyncio.Event())))
    at_once = delivery.share(1) - 1  # One call is kept free for replies.
    await until(lambda: len(channel.began) == at_once)
    stop.set()
    await asyncio.sleep(0.1)
    assert not service.done()
    channel.answer.set()
    await asyncio.wait_for(service, 2)

    assert len(channel.sent) == at_once
    states = house.rows("SELECT state, count(*) FROM delivery GROUP BY state ORDER BY state")
    assert states == [("due", 12 - at_once), ("sent", at_once)]

    # The next process has nothing to wait for.
    async with serving(replace(app, owner="next")):
        await until(lambda: len(channel.sent) == 12)
    assert len({one.key for one in channel.sent}) == 12


def waiting(house: House, count: int) -> None:
    """Hires who are to read the consent."""
    house.imports(
        *(row(placement_id=f"A-{n}", hire_name=f"HIRE {n}", hire_email=f"h{n}@example.com") for n in range(count))
    )
    for n in range(count):
        linking.link(house.app, house.placement(f"A-{n}").hire.id, "memory", "", f"h{n}")


async def test_a_message_whose_platform_never_answers_is_cut_and_marked_unknown_later(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(main, "STOP_MOVING", 0.2)
    channel = SlowChannel()
    waiting(house, 1)
    app = replace(house.app, channels={"memory": channel})
    async with serving(app):
        await until(lambda: channel.began)
    assert house.rows("SELECT state FROM delivery") == [("attempting",)]  # Nobody knows whether it arrived.
    house.clock.advance(timedelta(minutes=2))
    async with serving(replace(app, owner="next")):
        await until(lambda: house.rows("SELECT id FROM delivery WHERE state = 'unknown'"))
    channel.answer.set()


async def test_an_update_that_is_being_answered_when_the_end_comes_is_answered(house: House) -> None:
    channel = SlowChannel()
    app = replace(house.app, channels={"memory": channel})
    stop = asyncio.Event()
    service = asyncio.create_task(main.serve(app, stop=stop))
    await asyncio.sleep(0.1)
    speaking = asyncio.create_task(channel.inject(Inbound(STRANGER, "1", text="hello")))
    await until(lambda: channel.began)
    stop.set()
    await asyncio.sleep(0.1)
    channel.answer.set()
    await service
    assert len(channel.sent) == 1
    speaking.cancel()


async def test_the_end_is_orderly_also_when_it_cannot_be_noted(house: House) -> None:
    with capture_logs() as logged:
        async with serving(house.app):
            await until(lambda: "tick" in beats(house))
            with house.app.store.begin() as tx:
                tx.connection().exec_driver_sql("DROP TABLE lease")
    assert [line["event"] for line in logged if line["log_level"] == "error"] == ["stop.unnoted"]


# The real thing.


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """A folder in which ``init`` was run."""
    done = teichaku(tmp_path, "init")
    assert done.returncode == 0, done.stderr
    return tmp_path


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-c", "from bot.cli import main; main()", *arguments]


def environment(**values: str) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TEICHAKU_")}
    return {**inherited, "PYTHONPATH": str(Path(__file__).resolve().parents[2]), "LC_ALL": "C.UTF-8", **values}


def teichaku(folder: Path, *arguments: str, **values: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments),
        cwd=folder,
        env=environment(**values),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@contextmanager
def running(folder: Path, *arguments: str, **values: str) -> Iterator[subprocess.Popen[str]]:
    """``teichaku run`` as a process of its own, from the moment at which it says that it runs."""
    process = subprocess.Popen(
        command("run", *arguments),
        cwd=folder,
        env=environment(**values),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("teichaku is r")
        yield process
    finally:
        process.kill()
        process.communicate()


def status(folder: Path) -> dict[str, Any]:
    done = teichaku(folder, "status", "--json")
    assert done.returncode == 0, done.stderr
    shown: dict[str, Any] = json.loads(done.stdout)
    return shown


def eventually(condition: Callable[[], object], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_process_ends_in_order_within_ten_seconds_of_a_signal(office: Path, number: signal.Signals) -> None:
    with running(office) as process:
        eventually(lambda: status(office)["processes"])
        began = time.monotonic()
        process.send_signal(number)
        said, log = process.communicate(timeout=10)
        assert time.monotonic() - began < 10
    assert (process.returncode, said) == (0, "Stopped.\n")
    assert "Traceback" not in log
    assert "level='error'" not in log
    shown = status(office)
    assert (shown["processes"], shown["off"]) == ([], ["plan", "tick", "sweep"])
    assert shown["last_tick"] is not None


def test_a_killed_process_is_off_later_and_nothing_keeps_the_next_one_from_starting(office: Path) -> None:
    with running(office) as first:
        eventually(lambda: status(office)["processes"])
        first.kill()
        first.wait()
        with running(office) as second:
            eventually(lambda: len(status(office)["processes"]) == 2)  # The dead one is taken for alive for a while.
            second.send_signal(signal.SIGTERM)
            assert second.wait(10) == 0


def test_two_processes_run_on_one_file_at_once(office: Path) -> None:
    (office / "roster.csv").write_text(ROSTER, "utf-8")
    assert teichaku(office, "roster", "import", "roster.csv").returncode == 0
    with running(office) as one, running(office) as two:
        eventually(lambda: len(status(office)["processes"]) == 2)
        for process in (one, two):
            process.send_signal(signal.SIGTERM)
            _, log = process.communicate(timeout=10)
            assert process.returncode == 0
            assert "level='error'" not in log
            assert "failed" not in log


ROSTER = """\
placement_id,company,hire_name,hire_email,hire_languages,hire_channel,manager_name,manager_email,manager_languages,manager_channel,consultant_name,start_date
A-1,Sakura Foods,NGUYEN VAN AN,an@example.com,en,slack,Sato Kenji,sato@example.com,ja,slack,Mori Aiko,2026-11-02
"""
