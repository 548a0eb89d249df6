"""Faults of the place: said in one sentence, nothing half done, and everything goes on when they are gone."""

from __future__ import annotations

import asyncio
import os
import random
import resource
import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, exc, text
from sqlalchemy.engine import make_url
from structlog.testing import capture_logs

from bot import main
from bot.commands import lists
from bot.flow import heartbeat, linking
from bot.flow.checkin import HORIZON
from store import session
from store.faults import of_the_place
from store.session import make_engine
from tests.databases import Server
from tests.flow.test_run import (
    ROSTER,
    SOON,
    beats,
    command,
    environment,
    office,
    often,
    running,
    serving,
    status,
    teichaku,
    until,
)
from tests.house import House, living, open_house, row

pytestmark = pytest.mark.anyio

__all__ = ["office", "often"]

LOCKED = "Another program is using the database. Please try again in a moment.\n"
FULL = "The disk is full, so nothing was stored. Make room on it and try again.\n"
BROKEN = "The database file is damaged or is no database. Restore it from a backup.\n"
UNWRITABLE = "The database cannot be opened or written. Check the folder, its free space and who may write there.\n"


def refused(done: subprocess.CompletedProcess[str], sentence: str) -> None:
    assert (done.returncode, done.stdout, done.stderr) == (1, "", sentence)


# A locked database.


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another program writes, and takes its time."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give up on a lock after a moment, where the service waits for ten seconds."""
    monkeypatch.setattr(session, "BUSY_TIMEOUT_MS", 50)
    monkeypatch.setattr(heartbeat, "PAUSE", 0.1)


@pytest.mark.usefixtures("often", "impatient")
async def test_the_service_survives_a_locked_database_and_goes_on(tmp_path: Path) -> None:
    with open_house("2026-04-01 09:00", path=tmp_path / "house.db") as house, capture_logs() as logged:
        house.imports(row())
        hire = house.placement().hire
        async with serving(house.app):
            await until(lambda: house.rows("SELECT 1 FROM checkin"))
            linking.link(house.app, hire.id, "memory", "", f"u{hire.id}")
            with locked(tmp_path / "house.db"):
                await until(lambda: any(line.get("fault") == "database_locked" for line in logged))
                await asyncio.sleep(1)
                assert lists.status(house.app)["placements"] == {"active": 1}  # Reading goes on all the time.
            await until(lambda: house.messages(hire))
            await until(lambda: lists.status(house.app)["failing"] == [])
            await house.presses(hire, "agree")
        assert house.rows("SELECT count(*) FROM consent") == [(1,)]
        assert len({one.key for one in house.channel.sent}) == len(house.channel.sent)


def test_a_command_or_a_first_run_that_meets_a_locked_database_says_so_and_decides_nothing(office: Path) -> None:
    (office / "roster.csv").write_text(ROSTER, "utf-8")
    with locked(office / "teichaku.db"), ThreadPoolExecutor() as both:  # Each waits for ten seconds.
        waiting = [both.submit(teichaku, office, *words) for words in (["run"], ["roster", "import", "roster.csv"])]
        for done in waiting:
            refused(done.result(), LOCKED)
        assert status(office)["placements"] == {}
    assert teichaku(office, "roster", "import", "roster.csv").returncode == 0
    with running(office, "--rehearse-from", "2026-04-01"):
        assert status(office)["rehearsal"] is not None


def test_a_locked_database_does_not_keep_the_service_from_ending(office: Path) -> None:
    with running(office) as process:
        time.sleep(1)
        with locked(office / "teichaku.db"):
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            _, log = process.communicate(timeout=25)
        assert process.returncode == 0
        assert time.monotonic() - began < 15
        assert "Traceback" not in log


# PostgreSQL that goes away.


@pytest.mark.usefixtures("often", "impatient")
async def test_the_service_survives_a_server_that_goes_away(server: Server | None) -> None:
    if server is None:
        pytest.skip("no PostgreSQL here")
    url = server.fresh()
    name = make_url(url).database
    other = make_engine(make_url(url).set(database="postgres").render_as_string(hide_password=False))

    def admin(statement: str) -> None:
        with other.connect().execution_options(isolation_level="AUTOCOMMIT", teichaku_writes=False) as connection:
            connection.execute(text(statement))

    with open_house("2026-04-01 09:00", url=url) as house, capture_logs() as logged:
        house.imports(row())
        hire = house.placement().hire
        async with serving(house.app):
            await until(lambda: house.rows("SELECT 1 FROM checkin"))
            admin(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
            admin(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
            await until(lambda: any(line.get("fault") == "database_unreachable" for line in logged))
            admin(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
            linking.link(house.app, hire.id, "memory", "", f"u{hire.id}")
            await until(lambda: house.messages(hire))
            await until(lambda: lists.status(house.app)["failing"] == [])
    other.dispose()
    server.drop(url)


# A full disk.


@pytest.mark.usefixtures("often", "impatient")
async def test_the_service_survives_a_full_disk_and_goes_on(tmp_path: Path) -> None:
    with open_house("2026-04-01 09:00", path=tmp_path / "house.db") as house, capture_logs() as logged:
        room = {"pages": 2**30}

        def limit(connection: sqlite3.Connection, _record: object, _proxy: object) -> None:
            connection.execute(f"PRAGMA max_page_count = {room['pages']}")

        event.listen(house.app.store.engine, "checkout", limit)
        ((pages,),) = house.rows("PRAGMA page_count")
        async with serving(house.app):
            await until(lambda: "tick" in beats(house))
            room["pages"] = pages + 3
            before = house.everything()
            with pytest.raises(exc.OperationalError) as fault:
                house.imports(
                    *(
                        row(placement_id=f"A-{n}", hire_name=f"HIRE {n}", hire_email=f"h{n}@example.com")
                        for n in range(300)
                    )
                )
            assert of_the_place(fault.value) == "database_full"
            after = house.everything()
            assert after | {"heartbeat": []} == before | {"heartbeat": []}
            room["pages"] = 2**30
            house.imports(
                *(row(placement_id=f"A-{n}", hire_name=f"HIRE {n}", hire_email=f"h{n}@example.com") for n in range(300))
            )
            await until(lambda: house.rows("SELECT count(DISTINCT placement_id) FROM checkin") == [(300,)])
        assert {line["event"] for line in logged if line["log_level"] == "error"} <= {"advance.failed", "stop.unnoted"}


def test_a_command_that_may_write_no_more_says_so_and_does_nothing(office: Path) -> None:
    header, line = ROSTER.splitlines()
    rows = [line.replace("A-1", f"A-{n}").replace("an@", f"an{n}@") for n in range(2_000)]
    (office / "roster.csv").write_text("\n".join([header, *rows]), "utf-8")
    size = (office / "teichaku.db").stat().st_size

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 50_000, size + 50_000))

    done = subprocess.run(
        command("roster", "import", "roster.csv"),
        cwd=office,
        env=environment(),
        capture_output=True,
        text=True,
        preexec_fn=limited,  # there is one thread
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr in (FULL, UNWRITABLE)
    assert status(office)["placements"] == {}
    assert teichaku(office, "roster", "import", "roster.csv").returncode == 0
    assert sum(status(office)["placements"].values()) == 2_000


# A place where nobody may write, or nothing can be opened.


def test_a_database_that_may_only_be_read_is_said_in_one_sentence(office: Path) -> None:
    address = "sqlite:///file:teichaku.db?mode=ro&uri=true"
    refused(teichaku(office, "run", TEICHAKU_DATABASE_URL=address), UNWRITABLE)
    with running(office):
        pass


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_in_which_nobody_may_write_is_said_in_one_sentence(office: Path) -> None:
    (office / "teichaku.db").chmod(0o444)
    office.chmod(0o555)
    try:
        refused(teichaku(office, "run"), UNWRITABLE)
    finally:
        office.chmod(0o755)
    (office / "teichaku.db").chmod(0o644)
    with running(office):
        pass


@pytest.mark.parametrize("address", ["sqlite:///nowhere/teichaku.db", "sqlite:///."])
def test_a_database_that_cannot_be_opened_is_said_in_one_sentence(office: Path, address: str) -> None:
    for name in ("run", "status"):
        refused(teichaku(office, name, TEICHAKU_DATABASE_URL=address), UNWRITABLE)


# A damaged file.

DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "garbage": lambda whole: random.Random(1).randbytes(len(whole)),
    "a picture": lambda whole: b"\x89PNG\r\n\x1a\n" + whole,
    "half of it": lambda whole: whole[: len(whole) // 2],
    "the first page": lambda whole: whole[:4096],
    "a few bytes": lambda whole: whole[:40],
    "zeros in the middle": lambda whole: whole[:4096] + bytes(len(whole) - 8192) + whole[-4096:],
    "text": lambda _: b"this is no database\n" * 500,
}


def test_a_damaged_file_is_said_in_one_sentence_and_a_good_one_in_its_place_goes_on(office: Path) -> None:
    file = office / "teichaku.db"
    whole = file.read_bytes()
    for name, damage in DAMAGES.items():
        file.write_bytes(damage(whole))
        done = teichaku(office, "run" if name in ("garbage", "half of it") else "status")
        assert (done.returncode, done.stdout, done.stderr) == (1, "", BROKEN), name
        for ending in ("-wal", "-shm"):
            (office / f"teichaku.db{ending}").unlink(missing_ok=True)
    file.write_bytes(whole)
    with running(office):
        assert status(office)["placements"] == {}


def test_an_empty_file_is_an_installation_that_has_not_begun(office: Path) -> None:
    (office / "teichaku.db").write_bytes(b"")
    refused(teichaku(office, "run"), "There is no teichaku database here yet. “teichaku init” makes one.\n")


# A clock that jumps.


async def told(house: House) -> list[tuple[str, str]]:
    placement = house.placement()
    return house.sent_at(placement.hire) + house.sent_at(placement.manager)


async def test_a_clock_that_is_set_back_makes_nothing_happen_twice() -> None:
    async with living("2026-04-01 09:00") as house:
        await house.welcomes()
        await house.until("2026-05-08 12:00")
        opened = [(one.survey, one.due_on, one.opened_at) for one in house.checkins()]
        messages = await told(house)
        for back in (timedelta(minutes=1), timedelta(days=1), timedelta(days=30)):
            house.clock.advance(-back)
            await house.runs()
            assert await told(house) == messages
        house.skips("2026-05-08 12:00")
        await house.runs()
        assert [(one.survey, one.due_on, one.opened_at) for one in house.checkins()] == opened
        assert await told(house) == messages


async def test_a_clock_that_jumps_forward_for_a_while_costs_no_later_check_in_and_doubles_none() -> None:
    async with living("2026-04-01 09:00") as house:
        placement = await house.welcomes()
        await house.until("2026-04-03 12:00")
        house.skips("2027-06-15 12:00")
        await house.runs()
        await sweeps(house)
        house.skips("2026-04-03 12:05")
        await sweeps(house)
        await house.until("2026-08-20 12:00")
        periods = [one.period for one in house.checkins() if one.respondent == "hire" and one.opened_at]
        assert sorted(set(periods)) == sorted(periods)
        assert {"first_week", "m1", "m2", "m3", "m4"} <= set(periods)
        openings = [at for at, kind in house.sent_at(placement.hire) if kind == "opening"]
        assert len(openings) == len(set(openings))


async def sweeps(house: House) -> None:
    await main.flow.sweep(house.app)
    await house.runs()


async def test_what_was_promised_while_the_clock_was_ahead_is_sent_when_it_is_right_again(database_url: str) -> None:
    with open_house("2026-04-01 09:00", url=database_url) as house:
        house.imports(row())
        hire = house.placement().hire
        house.clock.advance(timedelta(days=365))
        linking.link(house.app, hire.id, "memory", "", f"u{hire.id}")
        house.clock.advance(timedelta(days=-365))
        await house.runs()
        assert house.messages(hire) == []  # By its own words it is due in a year.
        await sweeps(house)
        (message,) = house.messages(hire)
        await sweeps(house)
        assert house.messages(hire) == [message]


async def test_a_claim_of_a_clock_that_was_ahead_is_taken_back(database_url: str) -> None:
    with open_house("2026-04-01 09:00", url=database_url) as house:
        house.imports(row())
        hire = house.placement().hire
        linking.link(house.app, hire.id, "memory", "", f"u{hire.id}")
        house.clock.advance(timedelta(days=365))
        with house.app.store.begin() as tx:  # By a process that died then.
            main.flow.delivery.claim_for(house.app, tx, 1)
        house.clock.advance(timedelta(days=-365))
        await sweeps(house)
        assert house.messages(hire) == []
        house.clock.advance(timedelta(minutes=3))
        await sweeps(house)
        assert len(house.messages(hire)) == 1


async def test_an_alert_that_was_raised_while_the_clock_was_ahead_reaches_the_consultant() -> None:
    async with living("2026-04-01 09:00") as house:
        placement = await house.welcomes()
        house.clock.advance(timedelta(days=365))
        await house.says(placement.hire, "help")
        await house.presses(placement.hire, "whom.other")
        house.clock.advance(timedelta(days=-365))
        await sweeps(house)
        assert any("NGUYEN VAN AN" in one.text for one in house.messages(placement.consultant))


async def test_with_a_clock_that_is_right_nothing_is_mended() -> None:
    async with living("2026-04-01 09:00") as house:
        await house.welcomes()
        with capture_logs() as logged:
            for day in ("2026-04-10 12:00", "2026-12-30 03:00", "2027-01-05 12:00"):
                await house.until(day)
                await main.flow.sweep(house.app)
        assert [line for line in logged if line["event"] == "timekeeping.mended"] == []
        assert timedelta(days=365) > HORIZON


# Time zones.


def test_a_machine_without_time_zones_uses_those_that_came_with_teichaku(office: Path) -> None:
    (office / "roster.csv").write_text(ROSTER, "utf-8")
    bare = {"PYTHONTZPATH": ""}
    assert teichaku(office, "roster", "import", "roster.csv", **bare).returncode == 0
    planned = teichaku(office, "plan", "--from", "2026-11-01", "--to", "2026-12-31", "--json", **bare)
    assert '"open_at": "2026-12-02T12:10:00+09:00"' in planned.stdout
    with running(office, **bare) as process:
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


@pytest.mark.parametrize("name", ["run", "status", "doctor"])
def test_time_zones_that_are_missing_altogether_are_said_in_one_sentence(office: Path, name: str) -> None:
    hidden = office / "hidden" / "tzdata"
    hidden.mkdir(parents=True)
    (hidden / "__init__.py").touch()  # A package of that name, without the data.
    path = f"{hidden.parent}{os.pathsep}{environment()['PYTHONPATH']}"
    done = teichaku(office, name, PYTHONTZPATH="", PYTHONPATH=path)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "Install teichaku again, which brings them" in done.stderr + done.stdout


# Which faults are of the place.


def test_what_a_statement_does_wrong_is_no_fault_of_the_place() -> None:
    engine = make_engine("sqlite://")
    with engine.connect() as connection:
        for statement in ("SELECT nothing", "NONSENSE", "SELECT 1 FROM nowhere"):
            with pytest.raises(exc.DBAPIError) as fault:
                connection.execute(text(statement))
            assert of_the_place(fault.value) is None
    assert of_the_place(KeyError("x")) is None
    assert of_the_place(OSError("disk")) is None


def test_a_pool_without_a_free_connection_is_a_fault_of_the_place() -> None:
    assert of_the_place(exc.TimeoutError()) == "database_locked"


def test_a_server_that_does_not_answer_is_said_in_one_sentence(office: Path) -> None:
    pytest.importorskip("psycopg")
    done = teichaku(office, "status", TEICHAKU_DATABASE_URL="postgresql://nobody@127.0.0.1:9/nothing")
    refused(done, "The database server does not answer. Check its address and that it is running.\n")


def test_the_end_of_a_thread_is_no_end_of_the_service() -> None:
    """The service can also be started where no signal is heard."""
    with open_house("2026-04-01 09:00") as house:
        ended: list[bool] = []

        def run() -> None:
            async def briefly() -> None:
                async with serving(house.app):
                    await asyncio.sleep(4 * SOON.total_seconds())
                ended.append(True)

            asyncio.run(briefly())

        thread = threading.Thread(target=run)
        thread.start()
        thread.join(20)
        assert ended == [True]
