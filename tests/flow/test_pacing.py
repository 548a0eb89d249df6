"""Pacing: no chat and no account is written to faster than its platform allows, by all processes together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from bot import flow
from bot.flow import delivery, outbox
from bot.messages import Outbound, SendError
from store.queries import deliveries
from store.queries.lanes import Pace
from store.tables import Lane
from tests.house import House, living, moment, row

BEFORE = "2026-03-30 10:00"
START = datetime(2026, 4, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)

paces = st.builds(
    Pace,
    interval=st.timedeltas(min_value=timedelta(milliseconds=1), max_value=timedelta(minutes=1)),
    burst=st.integers(1, 30),
    spare=st.just(0),
)
pauses = st.lists(st.timedeltas(min_value=timedelta(), max_value=timedelta(minutes=2)), min_size=1, max_size=60)


@given(paces, pauses)
def test_a_bucket_gives_what_a_counted_one_would(pace: Pace, waits: list[timedelta]) -> None:
    now, opens_at, tokens = START, None, float(pace.burst)
    for wait in waits:
        now += wait
        tokens = min(pace.burst, tokens + wait / pace.interval)
        is_open = opens_at is None or opens_at <= now
        if abs(tokens - 1) > 1e-3:  # On the edge a float says one thing and a moment another.
            assert is_open == (tokens >= 1)
        if is_open:
            opens_at = pace.after(opens_at, now)
            tokens = max(tokens - 1, 0.0)


@given(paces, pauses)
def test_no_span_of_time_holds_more_than_its_burst_and_its_rate(pace: Pace, waits: list[timedelta]) -> None:
    now, opens_at, sent = START, None, list[datetime]()
    for wait in waits:
        now += wait
        while opens_at is None or opens_at <= now:
            sent.append(now)
            opens_at = pace.after(opens_at, now)
    for first in range(0, len(sent), 7):
        for last in range(first, len(sent), 5):
            allowed = pace.burst + (sent[last] - sent[first]) / pace.interval
            assert last - first + 1 <= allowed + 1e-6


def test_a_lane_from_a_clock_that_was_ahead_counts_as_full() -> None:
    pace = Pace(SECOND, burst=3)
    assert pace.after(START + timedelta(days=365), START) == pace.after(None, START)


@asynccontextmanager
async def waiting(url: str, platform: str, people: int, *, each: int = 1, bulk: bool = False) -> AsyncIterator[House]:
    """A house in which so many consultants are each promised so many messages, at one moment."""
    async with living(BEFORE, url=url, platform=platform) as house:
        house.imports(
            *(
                row(
                    row=number,
                    placement_id=f"P-{number}",
                    hire_name=f"HIRE {number}",
                    hire_email=f"h{number}@example.com",
                    consultant_name=f"Consultant {number}",
                    consultant_email=f"c{number}@example.com",
                )
                for number in range(2, people + 2)
            )
        )
        for number in range(2, people + 2):
            await house.joins(house.placement(f"P-{number}").consultant)
        for number in range(2, people + 2):
            for turn in range(each):
                promise(house, f"P-{number}", f"{'digest' if bulk else 'hello'}:{number}:{turn}", bulk=bulk)
        yield house


def promise(house: House, placement: str, key: str, *, bulk: bool = False) -> None:
    """Promise a short answer, or an opening, which goes to many at once."""
    person = house.placement(placement).consultant
    with house.app.store.begin() as tx:
        outbox.promise(
            house.app, tx, person.id, key=key, kind="staff_say", subject=person.id, detail={"code": "unknown"}
        )
        if bulk:
            tx.connection().exec_driver_sql(f"UPDATE delivery SET bulk = true WHERE key = '{key}'")


async def sends(house: House, *, until: timedelta, step: timedelta) -> list[tuple[timedelta, Outbound]]:
    """Let time pass in steps: what was sent, and when."""
    begin, told = house.clock(), list[tuple[timedelta, Outbound]]()
    while house.clock() - begin <= until:
        before = len(house.channel.sent)
        await delivery.send_queued(house.app)
        told += [(house.clock() - begin, one) for one in house.channel.sent[before:]]
        house.clock.advance(step)
    return told


async def test_a_chat_gets_three_at_once_and_then_one_a_second(database_url: str) -> None:
    async with waiting(database_url, "slack", 1, each=6) as house:
        told = await sends(house, until=4 * SECOND, step=SECOND / 4)
        assert [at / SECOND for at, _ in told] == [0, 0, 0, 1, 2, 3]
        assert [one.key for _, one in told] == sorted((one.key for _, one in told), key=int)


async def test_a_workspace_gets_twenty_at_once_and_then_ten_a_second(database_url: str) -> None:
    async with waiting(database_url, "slack", 30) as house:
        told = await sends(house, until=2 * SECOND, step=SECOND / 10)
        assert [sum(when == tenth * SECOND / 10 for when, _ in told) for tenth in range(12)] == [20, *[1] * 10, 0]
        assert len({one.address for _, one in told}) == 30


async def test_a_platform_without_a_pace_is_not_held_up(database_url: str) -> None:
    async with waiting(database_url, "memory", 12, each=5) as house:
        house.channel.sent.clear()
        await delivery.send_queued(house.app)
        assert len(house.channel.sent) == 60
        assert house.rows("SELECT * FROM lane") == []


async def test_two_processes_together_keep_the_pace(database_url: str) -> None:
    async with waiting(database_url, "slack", 30) as house:
        twin = house.twin()
        for turn in range(4):
            before = len(house.channel.sent)
            await asyncio.gather(delivery.send_queued(house.app), delivery.send_queued(twin))
            assert len(house.channel.sent) - before == (20 if turn == 0 else 3)
            house.clock.advance(3 * SECOND / 10)
        twin.store.close()
        assert len({one.key for one in house.channel.sent}) == len(house.channel.sent)


async def test_what_goes_to_many_leaves_room_for_replies_and_lets_them_pass(database_url: str) -> None:
    async with waiting(database_url, "slack", 30, bulk=True) as house:
        house.channel.sent.clear()
        await delivery.send_queued(house.app)
        assert len(house.channel.sent) == 10, "half of the burst is kept back"

        await house.says(house.placement("P-2").consultant, "list")  # She has had her message, and is answered at once.
        assert len(house.channel.sent) == 11
        promise(house, "P-3", "urgent:3")
        promise(house, "P-4", "urgent:4")
        house.clock.advance(SECOND / 5)
        await delivery.send_queued(house.app)
        sent = [key for (key,) in house.rows("SELECT key FROM delivery WHERE state = 'sent' AND key LIKE 'urgent%'")]
        assert sorted(sent) == ["urgent:3", "urgent:4"], "eighteen others have waited for longer"


async def test_too_many_requests_close_the_account_for_a_while(database_url: str) -> None:
    async with waiting(database_url, "telegram", 3) as house:
        house.channel.sent.clear()
        house.channel.fail_next(SendError("throttled", retryable=True, retry_after=7))
        await delivery.send_queued(house.app)
        sent = len(house.channel.sent)
        promise(house, "P-2", "later:2")
        promise(house, "P-3", "later:3")
        assert len(await sends(house, until=6 * SECOND, step=SECOND)) == 0
        told = await sends(house, until=2 * SECOND, step=SECOND)
        assert len(told) == 5 - sent == 3
        assert told[0][0] == timedelta()


async def test_a_chat_that_is_refused_for_hours_does_not_silence_the_others(database_url: str) -> None:
    async with waiting(database_url, "telegram", 2) as house:
        house.channel.sent.clear()
        house.channel.fail_next(SendError("throttled", retryable=True, retry_after=36_000))
        await delivery.send_queued(house.app)
        promise(house, "P-2", "later:2")
        promise(house, "P-3", "later:3")
        house.clock.advance(timedelta(seconds=61))
        await delivery.send_queued(house.app)
        refused = house.rows("SELECT address_id FROM delivery WHERE error = 'throttled'")
        assert len(refused) == 1
        waits = house.rows("SELECT address_id FROM delivery WHERE state = 'due'")
        assert set(waits) == set(refused), "its own later message waits behind it"
        assert house.rows("SELECT state FROM delivery WHERE key LIKE 'later%' ORDER BY state") == [("due",), ("sent",)]


async def test_a_lane_written_by_a_clock_that_was_ahead_holds_nothing_up(database_url: str) -> None:
    async with waiting(database_url, "slack", 1, each=4) as house:
        ahead = house.clock() + timedelta(days=400)
        with house.app.store.begin() as tx:
            tx.add(Lane(platform="slack", team="", user="", opens_at=ahead, bulk_at=ahead))
        before = len(house.channel.sent)
        await delivery.send_queued(house.app)
        assert len(house.channel.sent) - before == 3
        assert all(moment(at) < house.clock() for (at,) in house.rows("SELECT opens_at FROM lane WHERE \"user\" = ''"))


async def test_the_loop_is_woken_when_the_lane_opens_and_not_before(database_url: str) -> None:
    async with waiting(database_url, "slack", 1, each=4) as house:
        woken = asyncio.Event()
        app = replace(house.app, wake=woken.set)
        await delivery.send_queued(app)
        with house.app.store.read() as tx:
            assert deliveries.next_look(tx, ["slack"], house.clock()) == house.clock() + SECOND
        assert not woken.is_set()
        await asyncio.wait_for(woken.wait(), 5)
        house.clock.advance(SECOND)
        await delivery.send_queued(app)
        with house.app.store.read() as tx:
            assert deliveries.next_look(tx, ["slack"], house.clock()) is None, "nothing waits"


async def test_a_lane_that_opened_while_others_were_sent_is_looked_at_at_once(database_url: str) -> None:
    async with waiting(database_url, "slack", 1, each=4) as house:
        await delivery.send_queued(house.app)
        house.clock.advance(2 * SECOND)  # On a busy machine the calls took longer than the lane was shut.
        with house.app.store.read() as tx:
            assert deliveries.next_look(tx, ["slack"], house.clock()) == house.clock()


async def test_a_retry_is_looked_at_when_it_is_due(database_url: str) -> None:
    async with waiting(database_url, "memory", 1) as house:
        house.channel.fail_next(SendError("no_connection", retryable=True))
        await delivery.send_queued(house.app)
        with house.app.store.read() as tx:
            assert deliveries.next_look(tx, ["memory"], house.clock()) == house.clock() + delivery.FIRST_PAUSE
            assert deliveries.next_look(tx, ["slack"], house.clock()) is None


async def test_a_held_back_tick_opens_no_writing_transaction(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with waiting(database_url, "slack", 1, each=4) as house:
        await delivery.send_queued(house.app)

        def refuse() -> None:
            raise AssertionError("what cannot be sent yet must not write")

        monkeypatch.setattr(type(house.app.store), "begin", lambda self: refuse())
        await delivery.send_queued(house.app)


async def test_a_month_of_openings_keeps_its_order_and_its_pace() -> None:
    async with living(BEFORE, platform="slack") as house:
        house.imports(
            *(
                row(row=n, placement_id=f"P-{n}", hire_name=f"HIRE {n}", hire_email=f"h{n}@example.com")
                for n in range(2, 27)
            )
        )
        hires = [house.placement(f"P-{n}").hire for n in range(2, 27)]
        for hire in hires:
            await house.agrees(hire)
            house.clock.advance(10 * SECOND)
            await house.runs()
        house.channel.sent.clear()
        house.skips("2026-04-06 12:10")
        await flow.plan_ahead(house.app)
        await flow.advance(house.app)
        counts = [len(house.channel.sent)]
        for _ in range(16):
            house.clock.advance(SECOND / 10)
            await flow.advance(house.app)
            counts.append(len(house.channel.sent))
        assert counts[0] == 10
        assert all(later - earlier == 1 for earlier, later in pairwise(counts[:16]))
        assert counts[-1] == 25
        assert [len(house.messages(hire)) for hire in hires] == [1] * 25


@pytest.mark.parametrize(("platform", "at_once"), [("slack", True), ("telegram", False)])
async def test_only_what_answers_a_press_in_its_place_needs_no_token_where_the_platform_says_so(
    platform: str, at_once: bool
) -> None:
    async with living(BEFORE, platform=platform) as house:
        hire = (await house.welcomes()).hire
        await house.until("2026-04-06 12:10")
        later = house.clock() + timedelta(seconds=90)
        with house.app.store.begin() as tx:
            for lane in tx.exec(select(Lane)):
                lane.opens_at = lane.bulk_at = later
        shown = house.sees(hire)
        await house.presses(hire, "start")
        assert (house.sees(hire) != shown) is at_once
        first = house.sees(hire)
        await house.says(hire, "5")
        assert house.sees(hire) == first, "what was written is answered by a new message, in the pace of all others"
