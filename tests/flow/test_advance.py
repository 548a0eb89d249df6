"""The path as a whole: safe to call at any time, twice, in two processes, and when the platform fails."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import flow
from bot.flow import assessment, delivery
from bot.messages import SendError, Unreachable
from store import facts
from store.queries import deliveries
from tests.house import House, living, row, tokyo

BEFORE = "2026-03-30 10:00"
FEW = max(10, settings.default.max_examples // 10)
"""A story takes half a second, so that there are a tenth of the usual examples; the thorough profile plays 200."""

THROTTLED = ("throttled", SendError("throttled", retryable=True, retry_after=90))
GONE = ("unreachable", Unreachable("blocked"))
PERHAPS = ("perhaps", SendError("broken_off", sent_perhaps=True))
REFUSED = ("refused", SendError("too_long"))

hours = st.integers(1, 24 * 20).map(lambda n: ("time", n))
words = st.sampled_from(
    ["1", "2", "4", "start", "stop", "later", "back", "skip", "help", "My boss is late", "x" * 5000, "list", "\ud800"]
)
says = st.tuples(st.sampled_from(["hire", "manager", "consultant"]), words)
choices = st.sampled_from(
    [
        "start",
        "1",
        "3",
        "later",
        "tonight",
        "sunday",
        "language",
        "lang.ja",
        "back",
        "agree",
        "decline",
        "ack",
        "snooze",
        "snooze.1d",
        "resolve",
        "outcome.other",
        "topic.pay",
        "due.3d",
        "promised.yes",
        "open",
    ]
)
presses = st.tuples(st.sampled_from(["hire", "manager", "consultant"]), choices).map(lambda pair: ("press", *pair))
faults = st.sampled_from([THROTTLED, GONE, PERHAPS, REFUSED]).map(lambda pair: ("fault", *pair))
stories = st.lists(st.one_of(hours, hours, says, presses, presses, faults), max_size=14)


async def play(house: House, step: tuple[object, ...]) -> None:
    """One step of a story."""
    people = people_of(house)
    match step:
        case ("time", int(n)):
            house.clock.advance(timedelta(hours=n))
        case ("fault", _, SendError() as fault):
            house.channel.fail_next(fault)
        case ("press", str(who), str(choice)):
            with suppress(LookupError):  # There may be no such button in this chat.
                await house.presses(people[who], choice)
        case (str(who), str(text)):
            await house.says(people[who], text)


def people_of(house: House) -> dict[str, facts.Person]:
    """The people of the story by role."""
    placement = house.placement()
    return {"hire": placement.hire, "manager": placement.manager, "consultant": placement.consultant}


@settings(max_examples=FEW)
@given(stories)
def test_to_advance_twice_is_to_advance_once(story: list[tuple[object, ...]]) -> None:
    async def told() -> None:
        async with living(BEFORE) as house:
            await house.welcomes()
            for step in story:
                await play(house, step)
                await house.runs()
                await flow.sweep(house.app)
                await house.runs()
                before, sent = house.everything(), len(house.channel.sent)
                await house.runs()
                await flow.sweep(house.app)
                assert house.everything() == before
                assert len(house.channel.sent) == sent
                assert house.rows("SELECT kind, error FROM delivery WHERE error = 'unworded'") == []

    asyncio.run(told())


@settings(max_examples=FEW // 2)
@given(stories)
def test_two_processes_at_once_double_nothing(story: list[tuple[object, ...]]) -> None:
    async def told() -> None:
        with tempfile.TemporaryDirectory() as folder:
            async with living(BEFORE, path=Path(folder) / "house.db") as house:
                await house.welcomes()
                twin = house.twin()
                try:
                    for step in story:
                        await play(house, step)
                        both = (house.app, twin)
                        await asyncio.gather(*(flow.plan_ahead(app) for app in both))
                        await asyncio.gather(*(flow.advance(app) for app in both))
                finally:
                    twin.store.close()
                assert set(Counter(one.key for one in house.channel.sent).values()) <= {1}
                assert house.rows("SELECT state FROM delivery WHERE state IN ('claimed', 'attempting')") == []
                causes = house.rows("SELECT cause FROM alert")
                assert len(causes) == len(set(causes))

    asyncio.run(told())


async def test_two_processes_say_the_same_as_one(tmp_path: Path) -> None:
    told = []
    for processes in (1, 2):
        async with living(BEFORE, path=tmp_path / f"{processes}.db") as house:
            placement = await house.welcomes()
            twin = house.twin()
            apps = (house.app, twin)[:processes]
            for day in range(1, 34):
                for hour in ("10:00", "12:10", "21:00"):
                    house.clock.move_to(max(house.clock(), tokyo("2026-04-01 " + hour) + timedelta(days=day)))
                    await flow.plan_ahead(house.app)
                    await asyncio.gather(*(flow.advance(app) for app in apps))
            twin.store.close()
            told.append([house.log_of(person) for person in (placement.hire, placement.manager, placement.consultant)])
    assert told[0] == told[1]
    assert all(told[0])


async def test_what_was_throttled_is_sent_once_and_in_order() -> None:
    async with living(BEFORE) as house:
        an = (await house.welcomes()).hire
        await house.until("2026-04-06 12:00")
        house.channel.fail_next(THROTTLED[1])
        await house.until("2026-04-06 12:10")
        assert house.messages(an) == []

        await house.says(an, "help")  # It must not overtake what waits.
        assert house.messages(an) == []
        house.clock.advance(timedelta(seconds=91))
        await house.runs()
        house.clock.advance(timedelta(seconds=91))
        await house.runs()

        assert [kind for _, kind in house.sent_at(an)][-2:] == ["opening", "safety"]
        assert len(house.messages(an)) == 2


async def test_a_platform_that_never_takes_it_is_given_up_and_told_so() -> None:
    async with living(BEFORE) as house:
        an = (await house.welcomes()).hire
        await house.until("2026-04-06 12:00")
        for _ in range(delivery.TRIES):
            house.channel.fail_next(SendError("server_error", retryable=True))
        await house.until("2026-04-06 12:10")
        for _ in range(delivery.TRIES):
            house.clock.advance(timedelta(hours=2))
            await house.runs()
        assert house.messages(an) == []
        assert house.rows("SELECT kind, attempts, error FROM delivery WHERE state = 'failed'") == [
            ("opening", 5, "server_error")
        ]


async def test_a_platform_that_asks_to_wait_is_waited_for_however_often() -> None:
    async with living(BEFORE) as house:
        an = (await house.welcomes()).hire
        await house.until("2026-04-06 12:00")
        for _ in range(3 * delivery.TRIES):
            house.channel.fail_next(SendError("throttled", retryable=True, retry_after=1))
        await house.until("2026-04-06 12:10")
        for _ in range(3 * delivery.TRIES):
            assert house.messages(an) == []
            house.clock.advance(timedelta(seconds=2))
            await house.runs()
        assert len(house.messages(an)) == 1


async def test_a_blocked_chat_is_a_state_of_the_address_and_ends_with_the_next_message() -> None:
    async with living(BEFORE) as house:
        an = (await house.welcomes()).hire
        await house.until("2026-04-06 12:00")
        house.channel.fail_next(GONE[1])
        await house.until("2026-04-06 12:10")
        assert house.rows("SELECT state FROM address WHERE person_id = :id", id=an.id) == [("unreachable",)]
        assert house.rows("SELECT state FROM delivery WHERE kind = 'opening'") == [("unreachable",)]
        await house.until("2026-04-10 12:10")
        assert house.messages(an) == []

        await house.says(an, "hello")

        assert house.rows("SELECT state FROM address WHERE person_id = :id", id=an.id) == [("linked",)]
        assert "My work is what I was told" in house.sees(an)


@pytest.mark.parametrize("arrives", [True, False])
async def test_what_was_perhaps_sent_is_not_repeated_by_the_path(arrives: bool) -> None:
    async with living(BEFORE) as house:
        an = (await house.welcomes()).hire
        await house.until("2026-04-06 12:00")
        house.channel.fail_next(PERHAPS[1], arrives=arrives)
        await house.until("2026-04-06 13:00")
        assert len(house.messages(an)) == arrives
        assert house.rows("SELECT state FROM delivery WHERE kind = 'opening'") == [("unknown",)]
        await house.until("2026-04-30 12:00")
        assert len(house.messages(an)) == arrives


async def test_an_unknown_opening_is_no_silence() -> None:
    async with living(BEFORE) as house:
        placement = await house.welcomes()
        await house.until("2026-04-06 12:00")
        house.channel.fail_next(PERHAPS[1])
        await house.until("2026-04-30 12:00")
        assert house.alerts() == []
        assert house.messages(placement.consultant) == []


async def test_one_message_that_fails_does_not_hold_up_the_others() -> None:
    async with living(BEFORE) as house:
        house.imports(row(), row(row=3, placement_id="A-2", hire_name="TRAN BINH", hire_email="b@example.com"))
        first, second = house.placement("A-1").hire, house.placement("A-2").hire
        for hire in (first, second):
            await house.agrees(hire)
        house.channel.sent.clear()
        await house.until("2026-04-06 12:00")
        house.channel.fail_next(REFUSED[1])
        await house.until("2026-04-06 12:10")
        assert len(house.messages(first)) + len(house.messages(second)) == 1


async def claims(house: House, owner: str) -> list[facts.Delivery]:
    """A process opens the first check-in at its hour and takes what is to be sent, but sends nothing."""
    await house.until("2026-04-06 12:00")
    house.clock.move_to(tokyo("2026-04-06 12:10"))
    await house.app.store.run(flow.checkin.open_due, house.app)
    with house.app.store.begin() as tx:
        return deliveries.claim(tx, owner="dead", platforms=["memory"], now=house.clock(), lease=delivery.LEASE)


async def test_what_a_dead_process_had_claimed_is_sent_by_another() -> None:
    async with living(BEFORE) as house:
        an = (await house.welcomes()).hire
        taken = await claims(house, "dead")
        assert [one.kind for one in taken] == ["opening"]
        await house.runs()
        await flow.sweep(house.app)
        await house.runs()
        assert house.messages(an) == [], "its lease still runs"

        house.clock.advance(timedelta(seconds=61))
        await flow.sweep(house.app)
        await house.runs()

        assert [kind for _, kind in house.sent_at(an)][-1] == "opening"
        assert len(house.messages(an)) == 1


async def test_what_a_dead_process_was_just_sending_is_unknown() -> None:
    async with living(BEFORE) as house:
        an = (await house.welcomes()).hire
        (one,) = await claims(house, "dead")
        with house.app.store.begin() as tx:
            assert deliveries.move(tx, one.id, owner="dead", before="claimed", after="attempting")
        house.clock.advance(timedelta(seconds=61))
        await flow.sweep(house.app)
        await house.runs()
        assert house.messages(an) == []
        assert house.rows("SELECT state FROM delivery WHERE kind = 'opening'") == [("unknown",)]


async def test_who_lost_the_lease_cannot_finish_the_message() -> None:
    async with living(BEFORE) as house:
        await house.welcomes()
        (one,) = await claims(house, "slow")
        house.clock.advance(timedelta(seconds=61))
        await flow.sweep(house.app)
        await house.runs()
        with house.app.store.begin() as tx:
            assert not deliveries.move(tx, one.id, owner="slow", before="claimed", after="attempting")
        assert house.rows("SELECT state FROM delivery WHERE kind = 'opening'") == [("sent",)]


async def test_an_idle_tick_opens_no_writing_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    async with living(BEFORE) as house:
        await house.welcomes()
        await house.until("2026-04-06 13:00")

        def refuse() -> None:
            raise AssertionError("an idle tick must not write")

        monkeypatch.setattr(type(house.app.store), "begin", lambda self: refuse())
        house.clock.advance(timedelta(minutes=10))
        await house.runs()
        await flow.sweep(house.app)


replies = st.lists(
    st.one_of(
        st.sampled_from(
            ["1", "2", "3", "4", "5", "6", "７", "skip", "pass", "so so", "The pay", "I have resigned", "", "\x00"]
        ),
        st.text(max_size=40),
    ),
    min_size=1,
    max_size=60,
)


@settings(max_examples=FEW)
@given(replies)
def test_any_replies_end_a_conversation_and_nothing_is_asked_twice(said: list[str]) -> None:
    async def told() -> None:
        async with living(BEFORE) as house:
            an = (await house.welcomes()).hire
            await house.until("2026-04-06 12:10")
            await house.presses(an, "start")
            commands = {"back", "later", "language", "help", "stop", "start", "privacy"}
            for text in said:
                if house.checkins()[0].state != "open" or text.strip().casefold() in commands:
                    break
                await house.says(an, text)
            for _ in range(20):  # Two replies to each question are always enough.
                if house.checkins()[0].state == "open":
                    await house.says(an, "and so on")

            assert house.checkins()[0].state == "completed"
            answered = [question for (question,) in house.rows("SELECT question FROM answer")]
            assert len(answered) == len(set(answered)) <= 7
            assert not any(question.endswith(".note") for question in answered)
            # Each question is shown at its own turn; only after unreadable words it is shown once more.
            turns = house.rows(
                "SELECT turn, count(*) FROM delivery WHERE kind = 'question' AND state = 'sent' GROUP BY turn"
            )
            unreadable = sum(not text.strip() or not text.isprintable() for text in said)
            assert all(count <= 2 + unreadable for _, count in turns)

    asyncio.run(told())


async def test_what_another_process_has_done_meanwhile_is_not_done_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assessment, "BATCH", 1)  # So that each company is looked at by itself.
    async with living(BEFORE) as house:
        an = (await house.welcomes()).hire
        await house.welcomes(placement_id="B-1", company="Fuji", hire_name="B", hire_email="b@example.com")
        await house.until("2026-04-06 12:10")
        await house.answers(an, "4", "4", "4", "4", "4")
        slow = assessment._look(house.app)
        await flow.advance(house.app)
        raised = house.everything()
        assert slow is not None
        assessment._keep(house.app, slow)
        await flow.advance(house.app)
        assert house.everything() == raised

        await house.until("2026-04-21 12:00")
        assert house.rows("SELECT count(*) FROM checkin WHERE closed_at IS NOT NULL AND assessed_at IS NULL") == [(0,)]
        assert house.rows("SELECT count(DISTINCT placement_id) FROM assessment") == [(2,)]
