"""A rehearsal plays a year in minutes, says so in every message, and never mixes with the real thing."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import main
from bot.clock import RehearsalClock, played, resumed, ticked
from bot.commands import lists
from bot.commands.invite import invite
from bot.flow import timekeeping
from bot.flow.timekeeping import Wanted
from bot.messages import Inbound, Style
from bot.refusal import Refusal
from bot.text.alerts import REHEARSAL as STAFF_NOTE
from bot.text.prompts import REHEARSAL as NOTE
from store.queries import heartbeats
from store.queries import timekeeping as kept
from store.queries.timekeeping import Rehearsal
from tests.flow.test_run import STRANGER, office, running, serving, status, teichaku, until
from tests.house import House, moment, open_house, row, tokyo

pytestmark = pytest.mark.anyio

__all__ = ["office"]

BEGIN = "2026-04-01T09:00+09:00"
FAST = 20_000.0
WANTED = Wanted.read(BEGIN, FAST, "Asia/Tokyo")


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    """A house whose fixed clock is the machine's; the rehearsal comes from the database."""
    with open_house("2026-11-22 15:00", url=database_url) as found:
        yield found


def enters(house: House, wanted: Wanted | None = WANTED) -> House:
    """The first or a later ``run`` of this database, by the machine's clock of the house."""
    clock, rehearsal = timekeeping.enter(house.app.store, house.clock, wanted)
    return House(replace(house.app, clock=clock, rehearsal=rehearsal), house.channel, house.clock)


def looks(house: House) -> datetime:
    """The time that any other command has."""
    return timekeeping.look(house.app.store, house.clock)[0]()


def ticks(running_house: House) -> None:
    timekeeping.tick(running_house.app)


# What the flags may say.


@pytest.mark.parametrize(
    ("begin", "at"),
    [
        ("2026-04-01T09:00+09:00", "2026-04-01 09:00"),
        (" 2026-04-01T00:00Z ", "2026-04-01 09:00"),
        ("2026-04-01T09:00", "2026-04-01 09:00"),  # Without an offset it is the agency's time.
        ("2026-04-01", "2026-04-01 00:00"),
    ],
)
def test_a_rehearsal_begins_when_the_option_says(begin: str, at: str) -> None:
    assert main.rehearsal_of(begin, 5) == Wanted(tokyo(at), 5)


@pytest.mark.parametrize(
    "begin",
    [
        "",
        "yesterday",
        "2026-13-01",
        "2026-04-01T25:00",
        "0001-01-01T00:00+09:00",
        "9999-12-31T23:59-09:00",
        "1999-01-01",
    ],
)
def test_a_beginning_that_is_no_time_or_beyond_all_calendars_is_refused(begin: str) -> None:
    with pytest.raises(Refusal, match="rehearsal_start_wrong"):
        main.rehearsal_of(begin, 5)


@pytest.mark.parametrize("speed", [0, -1, 0.5, float("nan"), float("inf"), 1e9])
def test_a_speed_that_nobody_can_mean_is_refused(speed: float) -> None:
    with pytest.raises(Refusal, match="rehearsal_speed_wrong"):
        main.rehearsal_of(BEGIN, speed)


def test_without_options_time_is_real_and_a_speed_alone_is_refused() -> None:
    assert main.rehearsal_of(None, None) is None
    assert main.rehearsal_of(BEGIN, None) == Wanted(tokyo("2026-04-01 09:00"), 1.0)
    with pytest.raises(Refusal, match="rehearsal_start_missing"):
        main.rehearsal_of(None, 20)


def test_the_tickers_intervals_shrink_with_the_speed_but_not_below_a_tenth_of_a_second() -> None:
    seconds = [timekeeping.interval(timedelta(seconds=30), speed).total_seconds() for speed in (1, 10, 300, 20_000)]
    assert seconds == [30, 3, 0.1, 0.1]


# The arithmetic of the clock.

times = st.integers(0, 10 * 365 * 86_400).map(lambda seconds: tokyo("2024-01-01") + timedelta(seconds=seconds))
speeds = st.floats(1, 1_000_000)


@given(begin=times, real=times, speed=speeds, steps=st.lists(st.floats(-40 * 86_400, 40 * 86_400), max_size=12))
def test_a_played_clock_never_goes_back_and_never_runs_ahead_of_its_ticks(
    begin: datetime, real: datetime, speed: float, steps: list[float]
) -> None:
    grace = timekeeping.grace(speed)
    state, before, now = Rehearsal(begin, real, speed, begin), begin, real
    for step in steps:  # The machine's clock may do whatever it likes.
        now += timedelta(seconds=step)
        shown = played(state, now, grace)
        state = ticked(state, now, grace)
        assert before <= shown == state.last_tick <= before + grace * speed
        before = shown


@given(begin=times, real=times, speed=speeds, steps=st.lists(st.floats(0.01, 1), min_size=1, max_size=30))
def test_while_it_ticks_a_played_clock_keeps_its_speed(
    begin: datetime, real: datetime, speed: float, steps: list[float]
) -> None:
    grace = timekeeping.grace(speed)
    state, now = Rehearsal(begin, real, speed, begin), real
    for step in steps:
        now += timedelta(seconds=step)
        state = ticked(state, now, grace)
    passed = (state.last_tick - begin).total_seconds()
    assert passed == pytest.approx((now - real).total_seconds() * speed, rel=1e-6, abs=speed * 1e-4)


@given(begin=times, real=times, speed=speeds, pause=st.floats(-1e8, 1e8))
def test_a_restart_goes_on_from_the_last_tick_however_long_the_pause(
    begin: datetime, real: datetime, speed: float, pause: float
) -> None:
    state = Rehearsal(begin, real, speed, begin + timedelta(hours=5))
    later = real + timedelta(seconds=pause)
    again = resumed(state, later, timekeeping.grace(speed), alone=True)
    assert played(again, later, timekeeping.grace(speed)) == state.last_tick


# The database.


def test_the_first_run_makes_a_database_a_rehearsal_and_init_and_import_do_not(house: House) -> None:
    house.imports(row())
    assert looks(house) == house.clock()
    assert lists.status(house.app)["rehearsal"] is None

    enters(house)

    assert looks(house) == WANTED.begin
    assert lists.status(house.app)["rehearsal"] == {"now": "2026-04-01T09:00:00+09:00", "speed": FAST}


def test_what_was_imported_before_counts_as_imported_when_the_rehearsal_begins(house: House) -> None:
    house.imports(row())
    enters(house)
    found = house.rows("SELECT imported_at, known_since FROM placement")
    assert [tuple(map(moment, one)) for one in found] == [(WANTED.begin, WANTED.begin)]


async def test_an_invitation_that_was_made_before_can_be_used_when_the_rehearsal_begins(house: House) -> None:
    house.imports(row(start_date=date(2026, 12, 1)))
    (invited,) = invite(house.app, person="NGUYEN VAN AN")
    service = enters(house, Wanted.read("2030-01-01", FAST, "Asia/Tokyo"))
    await service.receive(Inbound(STRANGER, "1", text=invited.code))
    assert "Hello" in house.channel.sent[0].text
    assert house.rows("SELECT state FROM address") == [("linked",)]


def test_what_is_imported_later_is_imported_at_the_time_that_is_played(house: House) -> None:
    service = enters(house)
    house.clock.advance(timedelta(seconds=0.9))
    ticks(service)
    command = House(
        replace(house.app, clock=timekeeping.look(house.app.store, house.clock)[0]), house.channel, house.clock
    )
    command.imports(row())
    ((imported,),) = house.rows("SELECT imported_at FROM placement")
    assert moment(imported) == WANTED.begin + timedelta(seconds=0.9 * FAST)


def test_a_real_database_refuses_a_rehearsal_and_a_rehearsal_real_use(house: House, database_url: str) -> None:
    assert enters(house, None).app.rehearsal is False
    with pytest.raises(Refusal, match="rehearsal_on_real"):
        enters(house)
    assert enters(house, None).app.clock() == house.clock()


def test_a_rehearsal_refuses_real_use(house: House) -> None:
    enters(house)
    with pytest.raises(Refusal, match="real_on_rehearsal"):
        enters(house, None)


def test_a_restart_ignores_the_flags_and_while_nothing_runs_the_clock_stands_still(house: House) -> None:
    service = enters(house)
    house.clock.advance(timedelta(seconds=0.5))
    ticks(service)
    reached = looks(house)
    assert reached == WANTED.begin + timedelta(seconds=0.5 * FAST)

    house.clock.advance(timedelta(days=3))
    assert looks(house) == reached
    again = enters(house, Wanted.read("2030-01-01", 3, "Asia/Tokyo"))
    assert again.app.clock() == reached
    house.clock.advance(timedelta(seconds=0.1))
    assert again.app.clock() == reached + timedelta(seconds=0.1 * FAST)


def test_an_orderly_end_and_a_quick_restart_lose_and_gain_no_time(house: House) -> None:
    service = enters(house)
    with house.app.store.begin() as tx:
        heartbeats.write(tx, "one", {"tick": (house.clock(), "done")})
        heartbeats.stop(tx, "one")
    ticks(service)
    house.clock.advance(timedelta(seconds=0.4))
    assert enters(house).app.clock() == WANTED.begin


def test_a_second_process_shares_the_clock_of_the_first(house: House) -> None:
    one = enters(house)
    with house.app.store.begin() as tx:
        heartbeats.write(tx, "one", {"tick": (house.clock(), "done")})
    house.clock.advance(timedelta(seconds=0.5))
    ticks(one)
    house.clock.advance(timedelta(seconds=0.1))
    two = enters(house)
    assert two.app.clock() == one.app.clock() == WANTED.begin + timedelta(seconds=0.6 * FAST)
    for service in (one, two):
        house.clock.advance(timedelta(seconds=0.3))
        ticks(service)
    assert two.app.clock() == one.app.clock() == WANTED.begin + timedelta(seconds=1.2 * FAST)


def test_while_the_machine_sleeps_or_its_clock_jumps_the_played_time_stands_still(house: House) -> None:
    service = enters(house)
    for jump in (timedelta(days=2), timedelta(days=-400), timedelta(seconds=0.2)):
        before = service.app.clock()
        house.clock.advance(jump)
        ticks(service)
        assert before <= service.app.clock() <= before + timekeeping.grace(FAST) * FAST


def test_two_first_runs_at_once_agree(house: House) -> None:
    with house.app.store.begin() as tx:
        assert kept.mark(tx, None)
        assert not kept.mark(tx, Rehearsal(WANTED.begin, house.clock(), FAST, WANTED.begin))
    with pytest.raises(Refusal, match="rehearsal_on_real"):
        enters(house)


# The service.


async def test_a_first_week_is_played_in_seconds_and_every_message_says_that_it_is_a_rehearsal(
    house: House,
) -> None:
    house.imports(row(hire_languages=("en", "ja"), manager_languages=("ja",)))
    # Real time is the machine's own, since the ticker and the event loop keep it too.
    clock, _ = timekeeping.enter(house.app.store, main.real_now, Wanted(WANTED.begin, 100_000))
    app = replace(house.app, clock=clock, real=main.real_now, rehearsal=True)
    service = House(app, house.channel, house.clock)
    placement = service.placement()
    async with serving(app):
        await service.joins(placement.consultant)
        await service.agrees(placement.hire)
        await service.agrees(placement.manager)
        await until(lambda: len([one for one in service.checkins() if one.opened_at]) >= 1, seconds=40)
        await service.says(placement.consultant, "list")
        await house.channel.inject(Inbound(STRANGER, "1", text="hello"))
    first_week = min(service.checkins(), key=lambda one: one.opens_at)
    assert first_week.opened_at is not None
    late = first_week.opened_at - first_week.opens_at
    assert timedelta() <= late < timedelta(days=2)
    assert first_week.survey == "hire_first_week"

    for message in house.channel.sent:
        note = message.paragraphs[-1]
        assert note.style is Style.QUIET
        staff = message.address == service.address(placement.consultant)
        assert (STAFF_NOTE.text if staff else NOTE.text) in note.text or "リハーサル" in note.text
    assert any(NOTE.text in one.text and "リハーサル" in one.text for one in service.messages(placement.hire))
    # The outbox keeps real time.
    ((sent,),) = house.rows("SELECT max(sent_at) FROM delivery WHERE state = 'sent'")
    assert abs(moment(sent) - main.real_now()) < timedelta(minutes=1)


async def test_without_a_rehearsal_no_message_speaks_of_one() -> None:
    with open_house("2026-04-01 09:00") as house:
        house.imports(row())
        async with serving(house.app):
            await house.agrees(house.placement().hire)
        assert house.channel.sent
        assert NOTE.text not in "".join(one.text for one in house.channel.sent)


async def test_the_shared_clock_moves_while_the_service_runs_and_stops_with_it(house: House) -> None:
    clock, _ = timekeeping.enter(house.app.store, main.real_now, WANTED)
    app = replace(house.app, clock=clock, real=main.real_now, rehearsal=True)
    assert isinstance(clock, RehearsalClock)
    async with serving(app):
        before, began = looks(house), time.monotonic()
        await asyncio.sleep(1.5)
        after, passed = looks(house), time.monotonic() - began
    # A machine that is too busy to tick lets the clock stand still for a while; it never runs faster.
    assert 0.2 * passed * FAST < (after - before).total_seconds() < 1.2 * passed * FAST + FAST
    ended = looks(house)
    await asyncio.sleep(0.3)
    assert looks(house) == ended >= after


# The real thing.


def rehearses(*more: str) -> list[str]:
    return ["--rehearse-from", BEGIN, "--rehearse-speed", "20000", *more]


def shown(folder: Path) -> datetime:
    rehearsal: dict[str, Any] = status(folder)["rehearsal"]
    assert rehearsal["speed"] == FAST
    return datetime.fromisoformat(rehearsal["now"])


def test_a_rehearsal_is_played_stopped_killed_and_goes_on(office: Path) -> None:
    with running(office, *rehearses()) as process:
        time.sleep(1)
        first, again = shown(office), shown(office)
        assert WANTED.begin < first < again
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    stopped = shown(office)
    assert stopped >= again
    time.sleep(1)
    assert shown(office) == stopped

    with running(office, "--rehearse-from", "2031-01-01", "--rehearse-speed", "2") as process:
        time.sleep(1)
        process.kill()
        process.wait()
    killed = shown(office)
    assert stopped < killed < stopped + timedelta(days=3)
    time.sleep(1)
    assert shown(office) == killed

    refused = teichaku(office, "run")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("This database belongs to a rehearsal.")
    assert refused.stderr.count("\n") == 1


def test_a_real_database_is_never_rehearsed_in(office: Path) -> None:
    with running(office) as process:
        refused = teichaku(office, "run", *rehearses())
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert refused.returncode == 1
    assert refused.stderr.startswith("This database is in real use")
    assert status(office)["rehearsal"] is None


def test_settings_that_cannot_be_used_do_not_decide_what_a_database_is(office: Path) -> None:
    (office / "teichaku.toml").write_text('[risk]\npath = "nowhere.yaml"\n', "utf-8")
    assert teichaku(office, "run").returncode == 1
    (office / "teichaku.toml").write_text("", "utf-8")
    with running(office, *rehearses()):
        assert shown(office) >= WANTED.begin


def test_two_processes_share_one_rehearsal(office: Path) -> None:
    with running(office, *rehearses()) as one, running(office, *rehearses()) as two:
        begin, real = shown(office), time.monotonic()
        time.sleep(2)
        now, passed = shown(office), time.monotonic() - real
        assert 0 < (now - begin).total_seconds() < 1.5 * passed * FAST  # And not twice as fast.
        for process in (one, two):
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
            assert process.stderr is not None
            assert "level='error'" not in process.stderr.read()


def test_options_that_make_no_sense_are_refused_in_one_sentence_and_decide_nothing(office: Path) -> None:
    for options, sentence in (
        (["--rehearse-from", "tomorrow"], "“tomorrow” is no time"),
        (["--rehearse-speed", "5"], "A rehearsal needs a beginning"),
        (["--rehearse-from", BEGIN, "--rehearse-speed", "0"], "A rehearsal cannot be 0 times"),
    ):
        refused = teichaku(office, "run", *options)
        assert refused.returncode == 1
        assert refused.stderr.startswith(sentence)
        assert refused.stderr.count("\n") == 1
    assert teichaku(office, "run", "--rehearse-speed", "fast").returncode == 2
    with running(office):
        assert status(office)["rehearsal"] is None
