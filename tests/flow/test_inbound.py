"""What comes in is recorded once; what cannot be recorded holds up nothing and says nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import make_url
from structlog.testing import capture_logs

from bot import flow
from bot.channels.memory import MemoryChannel
from bot.flow import inbound, linking
from bot.flow.delivery import CONCURRENCY
from bot.flow.listening import Listening
from bot.messages import AddressKey, Inbound, NotRecorded, Outbound, Payload, Receipt
from store import facts
from store.session import make_engine
from tests.house import House, living, open_house, row

pytestmark = pytest.mark.anyio

SECRET = "my boss hits me"
FIRST = "job_as_promised"


async def asked(house: House) -> facts.Person:
    """A hire who has the first question of the first week on the screen."""
    placement = await house.welcomes()
    await house.until("2026-04-06 12:30")
    await house.presses(placement.hire, "start")
    return placement.hire


def breaks(house: House) -> None:
    """Damage the open check-in, so that no answer to it can be recorded."""
    with house.app.store.begin() as tx:
        tx.connection().exec_driver_sql("UPDATE checkin SET context = '5' WHERE state = 'open'")


def mends(house: House) -> None:
    """Put it right."""
    with house.app.store.begin() as tx:
        tx.connection().exec_driver_sql("UPDATE checkin SET context = '{}' WHERE state = 'open'")


def update(
    house: House, person: facts.Person, text: str | None = None, *, id_: str, payload: Payload | None = None
) -> Inbound:
    return Inbound(house.address(person), id_, text=text, payload=payload)


async def test_an_update_that_comes_twice_is_handled_once(database_url: str) -> None:
    async with living("2026-04-01 09:00", url=database_url) as house:
        hire = await asked(house)
        press = await house.presses(hire, "3")
        before = house.everything()
        messages = len(house.messages(hire))

        await house.receive(press)
        await house.receive(press)

        assert house.everything() == before
        assert len(house.messages(hire)) == messages


async def test_an_update_that_comes_twice_at_the_same_moment_is_handled_once(database_url: str) -> None:
    async with living("2026-04-01 09:00", url=database_url) as house:
        hire = await asked(house)
        one = update(house, hire, "3", id_="same")
        messages = len(house.messages(hire))

        await asyncio.gather(*(house.receive(one) for _ in range(5)))

        assert len(house.messages(hire)) == messages + 1
        assert house.rows("SELECT count(*) FROM inbound WHERE external_id = 'same'") == [(1,)]


async def test_the_same_id_on_another_platform_is_another_update(database_url: str) -> None:
    async with living("2026-04-01 09:00", url=database_url) as house:
        hire = await asked(house)
        one = update(house, hire, "3", id_="7")
        await house.receive(one)
        with house.app.store.begin() as tx:
            assert inbound.inbounds.first_time(tx, "telegram", "7", address_id=None, now=house.clock()) is not None


async def test_what_cannot_be_recorded_comes_back_twice_and_is_set_aside_the_third_time(database_url: str) -> None:
    async with living("2026-04-01 09:00", url=database_url) as house:
        hire = await asked(house)
        breaks(house)
        poison = update(house, hire, SECRET, id_="poison")
        messages = len(house.messages(hire))

        for tries in (1, 2):
            before = house.everything()
            with pytest.raises(NotRecorded):
                await house.receive(poison)
            after = house.everything()
            assert after.pop("setaside") != before.pop("setaside")
            assert after == before  # Nothing of it was kept but the count.
            assert house.rows("SELECT tries, set_aside FROM setaside") == [(tries, 0)]
        assert len(house.messages(hire)) == messages

        await house.receive(poison)

        ((reference, tries, aside, fault),) = house.rows("SELECT reference, tries, set_aside, fault FROM setaside")
        assert (tries, aside, fault) == (3, 1, "TypeError")
        (told,) = house.messages(hire)[messages:]
        assert told.text.endswith(f"please tell your consultant this number: {reference}")

        await house.receive(poison)

        assert len(house.messages(hire)) == messages + 1
        assert house.rows("SELECT tries FROM setaside") == [(3,)]


async def test_after_a_poisoned_update_the_later_ones_of_that_person_go_on(database_url: str) -> None:
    async with living("2026-04-01 09:00", url=database_url) as house:
        hire = await asked(house)
        breaks(house)
        for _ in range(2):
            with pytest.raises(NotRecorded):
                await house.receive(update(house, hire, "3", id_="poison"))
        await house.receive(update(house, hire, "3", id_="poison"))

        await house.says(hire, "privacy")
        assert "read your answers" in house.sees(hire)

        mends(house)
        await house.says(hire, "3")
        assert house.given()[FIRST][0] == "3"


async def test_somebody_elses_update_is_recorded_while_one_waits_to_come_back(database_url: str) -> None:
    async with living("2026-04-01 09:00", url=database_url) as house:
        hire = await asked(house)
        breaks(house)
        with pytest.raises(NotRecorded):
            await house.receive(update(house, hire, "3", id_="poison"))
        consultant = house.placement().consultant
        await house.says(consultant, "list")
        assert "NGUYEN VAN AN" in house.sees(consultant)


async def test_what_is_mended_before_the_third_time_is_recorded_as_if_nothing_had_been(database_url: str) -> None:
    async with living("2026-04-01 09:00", url=database_url) as house:
        hire = await asked(house)
        breaks(house)
        for _ in range(2):
            with pytest.raises(NotRecorded):
                await house.receive(update(house, hire, "4", id_="late"))
        mends(house)
        await house.receive(update(house, hire, "4", id_="late"))
        assert house.given()[FIRST][0] == "4"
        assert house.rows("SELECT set_aside FROM setaside") == [(0,)]


async def test_the_log_of_a_poisoned_update_has_reference_and_type_and_no_words(
    database_url: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    async with living("2026-04-01 09:00", url=database_url) as house:
        hire = await asked(house)
        breaks(house)
        with capture_logs() as logged:
            for _ in range(2):
                with pytest.raises(NotRecorded) as refused:
                    await house.receive(update(house, hire, SECRET, id_="poison"))
            await house.receive(update(house, hire, SECRET, id_="poison"))
        ((reference,),) = house.rows("SELECT reference FROM setaside")
        told = [line for line in logged if line["event"] == "inbound.not_recorded"]
        assert [(line["reference"], line["fault"], line["tries"]) for line in told] == [
            (reference, "TypeError", tries) for tries in (1, 2, 3)
        ]
        assert str(refused.value) == reference
        everywhere = f"{logged} {caplog.text} {capfd.readouterr()} {house.everything()}"
        assert SECRET not in everywhere


async def test_a_stranger_whose_update_cannot_be_recorded_is_told_nothing(database_url: str) -> None:
    async with living("2026-04-01 09:00", url=database_url) as house:
        await house.welcomes()
        stranger = Inbound(AddressKey("nowhere", "", "x"), "1", text="hello")
        # A platform that is not configured any more: the greeting has no channel to go out on.
        await house.receive(stranger)
        assert house.rows("SELECT count(*) FROM inbound WHERE platform = 'nowhere'") == [(1,)]


async def test_a_locked_database_is_no_poison_and_the_answer_waits_on_its_platform(database_url: str) -> None:
    engine = make_engine(database_url)
    # The service waits for ten seconds; here a moment is enough.
    impatient = make_url(database_url).update_query_dict({"options": "-c lock_timeout=50"})
    url = impatient.render_as_string(hide_password=False) if "postgresql" in database_url else database_url
    async with living("2026-04-01 09:00", url=url) as house:
        hire = await asked(house)
        if "sqlite" in database_url:
            with house.app.store.begin() as tx:
                tx.connection().exec_driver_sql("PRAGMA busy_timeout = 50")
        with engine.begin(), capture_logs() as logged:
            for _ in range(5):
                with pytest.raises(NotRecorded):
                    await house.receive(update(house, hire, "3", id_="patient"))
        assert {line["fault"] for line in logged} == {"database_locked"}
        assert house.rows("SELECT * FROM setaside") == []

        await house.receive(update(house, hire, "3", id_="patient"))
        assert house.given()[FIRST][0] == "3"
    engine.dispose()


NASTY = {
    "100 kB": "あ" * 100_000,
    "100 kB of spaces": " " * 100_000 + "x",
    "one long word": "a" * 100_000,
    "control characters": "".join(map(chr, range(1, 32))) + "\x7f\x85 well",
    "only control characters": "\x01\x02\x1b[31m",
    "right-to-left marks": "\u202e\u200fevil\u202c \u2066x\u2069",
    "a lone surrogate": "half \ud83d pair",
    "only lone surrogates": "\ud800\udfff",
    "NUL": "a\x00b",
    "only NUL": "\x00",
    "zero width": "\u200b\u200d\ufeff",
    "combining": "e" + "\u0301" * 5_000,
    "SQL": "'; DROP TABLE answer; --",
    "markup": "<b>&amp;</b> *bold* <@U123> `x`",
    "percent": "100%(name)s %s %%",
    "braces": "{0.__class__} {{x}} ${y}",
    "a payload as text": "v1:q:1:1:5",
    "nothing": "",
    "numbers": "99999999999999999999999",
    "expands": "\ufdfa" * 20_000,
}


async def test_whatever_somebody_writes_is_answered_and_loses_nothing(database_url: str) -> None:
    async with living("2026-04-01 09:00", url=database_url) as house:
        hire = await asked(house)
        for name, text in NASTY.items():
            messages = len(house.messages(hire))
            await house.receive(update(house, hire, text, id_=f"question {name}"))
            assert len(house.messages(hire)) > messages, name
            assert house.rows("SELECT * FROM setaside") == [], name
        assert house.rows("SELECT count(*) FROM answer WHERE value IS NOT NULL") == [(0,)]
        await house.says(hire, "stop")
        for name, text in NASTY.items():
            await house.receive(update(house, hire, text, id_=f"stopped {name}"))
            await house.says(house.placement().consultant, text)
            assert house.rows("SELECT * FROM setaside") == [], name


async def test_a_name_of_100_kb_is_no_name_and_one_with_marks_is_kept_as_it_is_read(database_url: str) -> None:
    async with living("2026-04-01 09:00", url=database_url) as house:
        house.imports(row())
        hire = house.placement().hire
        await house.joins(hire)
        await house.presses(hire, "agree")
        for name in ("A" * 100_000, "\x00", "\ud800\x01\u202e", "Nguy\u1ec5n \x00An\u202e"):
            await house.says(hire, name)
        assert house.placement().hire.called == "Nguy\u1ec5n An"


async def test_words_that_a_database_cannot_hold_are_kept_without_what_cannot_be_held(database_url: str) -> None:
    async with living("2026-04-01 09:00", url=database_url) as house:
        hire = await asked(house)
        await house.receive(update(house, hire, "bo\x00ss \ud800 and I", id_="words"))
        words = [words for value, words in house.given().values() if words]
        assert words == ["boss \ufffd and I"]


async def test_an_id_or_an_address_that_a_database_cannot_hold_is_nobodys(database_url: str) -> None:
    async with living("2026-04-01 09:00", url=database_url) as house:
        hire = await asked(house)
        known = house.address(hire)
        messages = len(house.messages(hire))
        for user in (f"{known.user}\x00", f"\x00{known.user}", f"{known.user}\ud800"):
            await house.receive(Inbound(AddressKey("memory", "", user), f"{user}\x00", text="3"))
        assert len(house.messages(hire)) == messages
        assert house.rows("SELECT * FROM setaside") == []


LARGEST = 2**63 - 1
HOSTILE = [
    Payload(kind, subject, turn, choice)
    for kind, choice in [
        ("question", "5"),
        ("question", "no_such_choice"),
        ("question", "\ud800"),
        ("question", "5\x00"),
        ("opening", "start"),
        ("opening", "later"),
        ("opening", "sunday"),
        ("opening", "x" * 10_000),
        ("menu", "skip"),
        ("menu", "back"),
        ("menu", "no_such_command"),
        ("consent", "agree"),
        ("consent", "decline"),
        ("setting", "name.99999999999999999999"),
        ("setting", "name.²"),
        ("setting", "lang.xx"),
        ("setting", "hour.never"),
        ("alert", "ack"),
        ("alert", "topic.pay"),
        ("follow_up", "due.1w"),
        ("digest", "open"),
        ("link", "no"),
        ("unheard_of", "x"),
        ("", ""),
    ]
    for subject, turn in [(0, 0), (-1, -1), (1, 10**9), (2**31, 1), (LARGEST, LARGEST), (10**30, 10**30), (999, 1)]
]


async def test_no_payload_that_anybody_can_send_is_poison_or_changes_what_was_said(database_url: str) -> None:
    async with living("2026-04-01 09:00", url=database_url) as house:
        hire = await asked(house)
        placement = house.placement()
        for person in (hire, placement.manager, placement.consultant):
            for number, payload in enumerate(HOSTILE):
                await house.receive(update(house, person, id_=f"{person.id}-{number}", payload=payload))
        assert house.rows("SELECT * FROM setaside") == []
        assert house.rows("SELECT * FROM answer") == []
        assert house.rows("SELECT * FROM alert") == []


async def test_a_payload_of_somebody_elses_question_is_refused_kindly(database_url: str) -> None:
    async with living("2026-04-01 09:00", url=database_url) as house:
        hire = await asked(house)
        manager = house.placement().manager
        own = house.checkins()[0]
        await house.receive(update(house, manager, id_="foreign", payload=Payload("question", own.id, 1, "1")))
        assert house.given() == {}
        assert "somebody else's" in house.sees(manager) or "ほかの方" in house.sees(manager)
        assert hire.id == own.person_id


@pytest.mark.parametrize("state", ["completed", "expired", "declined", "cancelled"])
async def test_an_answer_to_a_closed_check_in_is_answered_and_changes_nothing_it_must_not(
    database_url: str, state: str
) -> None:
    async with living("2026-04-01 09:00", url=database_url) as house:
        hire = await asked(house)
        one = house.checkins()[0]
        with house.app.store.begin() as tx:
            tx.connection().exec_driver_sql(f"UPDATE checkin SET state = '{state}' WHERE id = {one.id}")
        messages = len(house.messages(hire))
        await house.receive(update(house, hire, id_="late", payload=Payload("question", one.id, 1, "2")))
        assert len(house.messages(hire)) > messages
        # What expired can still be answered until the next one opens; everything else is over.
        assert house.rows("SELECT value, late FROM answer") == ([("2", 1)] if state == "expired" else [])


class Chat:
    """A house that lives in a loop of its own, for hypothesis, whose examples are no coroutines."""

    def __init__(self, house: House, runner: asyncio.Runner) -> None:
        self.house, self._runner = house, runner

    def hears(self, updates: list[Inbound]) -> None:
        self._runner.run(self._hand_over(updates))

    async def _hand_over(self, updates: list[Inbound]) -> None:
        for one in updates:
            await self.house.receive(one)


@pytest.fixture
def chat(database_url: str) -> Iterator[Chat]:
    with asyncio.Runner() as runner, open_house("2026-04-01 09:00", url=database_url) as house:

        async def begin() -> None:
            listening = asyncio.create_task(house.channel.listen(house.receive))
            await asyncio.sleep(0)
            await asked(house)
            house.channel.close()
            await listening

        runner.run(begin())
        yield Chat(house, runner)


anything = st.text(st.characters(exclude_categories=()), max_size=300)
numbers = st.integers(-(2**70), 2**70) | st.integers(0, 40)
kinds = st.sampled_from(
    ["question", "opening", "menu", "consent", "setting", "alert", "follow_up", "digest", "link", "x"]
)
choices = st.sampled_from(
    ["1", "5", "start", "skip", "back", "later", "agree", "name.0", "hour.noon", "lang.ja", "ack", "language"]
)
payloads = st.builds(Payload, kinds, numbers, numbers, choices | anything)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(said=st.lists(st.tuples(st.integers(0, 3), anything | payloads), min_size=1, max_size=6), id_=st.uuids())
def test_no_sequence_of_updates_is_poison(chat: Chat, said: list[tuple[int, str | Payload]], id_: UUID) -> None:
    placement = chat.house.placement()
    addresses = [chat.house.address(one) for one in (placement.hire, placement.manager, placement.consultant)]
    addresses.append(AddressKey("memory", "", "stranger"))
    chat.hears(
        [
            Inbound(
                addresses[who],
                f"{id_}-{number}",
                text=one if isinstance(one, str) else None,
                payload=one if isinstance(one, Payload) else None,
            )
            for number, (who, one) in enumerate(said)
        ]
    )
    assert chat.house.rows("SELECT * FROM setaside") == []


class Slow(MemoryChannel):
    """A platform that takes its time, and knows how many calls it has in hand at most."""

    def __init__(self) -> None:
        super().__init__()
        self.goes_on, self.in_hand, self.most = asyncio.Event(), 0, 0

    async def send(self, outbound: Outbound) -> Receipt:
        self.in_hand += 1
        self.most = max(self.most, self.in_hand)
        try:
            await self.goes_on.wait()
            return await super().send(outbound)
        finally:
            self.in_hand -= 1


def crowd(house: House) -> None:
    house.imports(
        *(
            row(row=n, placement_id=f"A-{n}", hire_name=f"HIRE {n}", hire_email=f"h{n}@example.com")
            for n in range(2, 22)
        )
    )


def settled(house: House) -> bool:
    return house.rows("SELECT count(*) FROM delivery WHERE state IN ('due', 'claimed', 'attempting')") == [(0,)]


async def becomes(condition: Callable[[], bool]) -> None:
    for _ in range(2000):
        if condition():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it never happened")


async def test_a_platform_is_told_that_an_update_is_kept_before_the_answer_has_gone_out(tmp_path: Path) -> None:
    async with living("2026-04-01 09:00", url=f"sqlite:///{tmp_path}/one.db") as house:
        hire = await asked(house)
        slow = Slow()
        app = replace(house.app, channels={"memory": slow})
        listening = Listening(app)
        listening.start(slow, None)
        await becomes(lambda: slow._listener is not None)

        await slow.inject(update(house, hire, "3", id_="one"))

        assert house.given()[FIRST][0] == "3"
        assert slow.sent == []
        slow.goes_on.set()
        await becomes(lambda: settled(house))
        assert len(slow.sent) == 1
        await becomes(lambda: not listening.in_hand())
        await listening.stop()


async def test_no_more_calls_are_under_way_than_a_process_may_leave_unknown(tmp_path: Path) -> None:
    with open_house("2026-04-01 09:00", url=f"sqlite:///{tmp_path}/one.db") as house:
        crowd(house)
        hires = [house.placement(f"A-{n}").hire for n in range(2, 22)]
        for hire in hires:
            linking.link(house.app, hire.id, "memory", "", f"u{hire.id}")
        await house.runs()
        slow = Slow()
        app = replace(house.app, channels={"memory": slow})
        answered = [
            asyncio.create_task(inbound.receive(app, update(house, one, "privacy", id_=f"{one.id}"))) for one in hires
        ]
        await becomes(lambda: house.rows("SELECT count(*) FROM inbound") == [(20,)])
        await becomes(lambda: slow.in_hand == CONCURRENCY)
        assert house.rows("SELECT count(*) FROM delivery WHERE state = 'attempting'") == [(CONCURRENCY,)]
        slow.goes_on.set()
        await asyncio.gather(*answered)
        assert (slow.most, len(slow.sent)) == (CONCURRENCY, 20)


async def test_a_reply_does_not_wait_for_a_monthly_burst(tmp_path: Path) -> None:
    with open_house("2026-04-01 09:00", url=f"sqlite:///{tmp_path}/one.db") as house:
        crowd(house)
        hires = [house.placement(f"A-{n}").hire for n in range(2, 22)]
        slow = Slow()
        app = replace(house.app, channels={"memory": slow})
        for hire in hires:  # Everybody is to read the promise.
            linking.link(app, hire.id, "memory", "", f"u{hire.id}")
        linking.link(app, house.placement("A-2").consultant.id, "memory", "", "agency")
        burst = asyncio.create_task(flow.advance(app))
        await becomes(lambda: slow.in_hand == CONCURRENCY - 1)
        asks = Inbound(AddressKey("memory", "", "agency"), "asks", text="list")
        reply = asyncio.create_task(inbound.receive(app, asks))
        await becomes(lambda: slow.in_hand == CONCURRENCY)
        slow.goes_on.set()
        await asyncio.gather(burst, reply)
