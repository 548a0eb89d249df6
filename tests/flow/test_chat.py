"""What stands in a chat: a check-in is one message, which changes as it is answered."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from bot import flow
from bot.channels.memory import LIMITS
from bot.messages import Payload, SendError
from store import facts
from tests.house import House, living

WINDOWS = replace(LIMITS, forms=True, home=True)
FIRST = "My work is what I was told before I came."
SECOND = "Somebody at work helps me when I need it."
THIRD = "My daily life is in order"


@asynccontextmanager
async def asked(*, limits: object = LIMITS) -> AsyncIterator[tuple[House, facts.Person]]:
    """A house in which the first check-in of a hire has just opened, in a chat that shows what was agreed on."""
    assert limits in (LIMITS, WINDOWS)
    async with living("2026-03-30 10:00", limits=LIMITS if limits is LIMITS else WINDOWS) as house:
        an = (await house.welcomes()).hire
        await house.until("2026-04-06 12:10")
        yield house, an


def last(house: House, person: facts.Person) -> str:
    """The newest message of a chat, as it stands."""
    return house.shown(person)[-1]


async def test_a_check_in_is_one_message_from_the_opening_to_the_thanks() -> None:
    async with asked() as (house, an):
        before = len(house.shown(an))
        assert "Your check-in is ready" in last(house, an)
        for wanted, then in (("start", FIRST), ("4", SECOND), ("4", THIRD)):
            await house.presses(an, wanted)
            assert then in last(house, an)
            assert len(house.shown(an)) == before
        for _ in range(3):
            await house.presses(an, "4")
        assert "Done, thank you" in last(house, an)
        assert len(house.shown(an)) == before
        assert not [text for text in house.shown(an) if FIRST in text or "ready" in text]


async def test_who_writes_instead_of_pressing_gets_the_next_question_below_and_the_old_one_goes() -> None:
    async with asked() as (house, an):
        before = len(house.shown(an))
        await house.presses(an, "start")
        await house.says(an, "4")
        assert SECOND in last(house, an)
        assert len(house.shown(an)) == before
        assert not [text for text in house.shown(an) if FIRST in text]
        newest = house.channel.sent[-1]
        assert newest.replaces is None
        assert len(newest.clears) == 1


async def test_a_reminder_takes_the_opening_away() -> None:
    async with asked() as (house, an):
        before = len(house.shown(an))
        await house.until("2026-04-08 12:10")
        assert "still open" in last(house, an)
        assert len(house.shown(an)) == before


async def test_a_menu_opens_and_closes_in_place() -> None:
    async with asked() as (house, an):
        before = len(house.shown(an))
        await house.presses(an, "start")
        await house.presses(an, "language")
        assert "In which language" in last(house, an)
        await house.presses(an, "English")
        assert FIRST in last(house, an)
        await house.presses(an, "later")
        await house.presses(an, "tonight")
        assert "I will ask again tonight" in last(house, an)
        assert len(house.shown(an)) == before


async def test_a_call_for_help_stays_and_the_question_goes_on_below_it() -> None:
    async with asked() as (house, an):
        await house.presses(an, "start")
        await house.presses(an, "help")
        await house.presses(an, "The company")
        await house.presses(an, "Go on with the questions")
        told, question = house.shown(an)[-2:]
        assert "I have told Mori Aiko" in told
        assert FIRST in question
        assert sum(FIRST in text for text in house.shown(an)) == 1
        await house.presses(an, "4")
        assert "I have told Mori Aiko" in house.shown(an)[-2]
        assert SECOND in last(house, an)


async def test_something_below_leaves_the_pressed_message_and_is_left_itself() -> None:
    async with asked() as (house, an):
        await house.presses(an, "start")
        await house.says(an, "privacy")
        assert "read your answers" in last(house, an)
        await house.presses(an, "4")
        privacy, question = house.shown(an)[-2:]
        assert "read your answers" in privacy
        assert SECOND in question
        assert not [text for text in house.shown(an) if FIRST in text]


async def test_the_promise_stays_readable_after_the_consent() -> None:
    async with living("2026-03-30 10:00") as house:
        an = (await house.welcomes()).hire
        assert ["Taking part is your own choice" in text for text in house.shown(an)] == [True, False]
        assert "I will write when it is time" in last(house, an)


async def test_where_the_message_is_gone_a_new_one_is_sent() -> None:
    async with asked() as (house, an):
        pressed = await house.presses(an, "start")
        assert pressed.message is not None
        house.channel.take_away(house.address(an), pressed.message)
        await house.channel.press_on(house.address(an), pressed.message, Payload("question", 1, 1, "4"))
        assert SECOND in last(house, an)


async def test_a_question_in_place_that_perhaps_did_not_arrive_is_asked_again_at_once_and_stands_once() -> None:
    async with asked() as (house, an):
        before = len(house.shown(an))
        house.channel.fail_next(SendError("cut", sent_perhaps=True), arrives=True)
        await house.presses(an, "start")
        house.clock.move_to(house.clock() + flow.delivery.FIRST_PAUSE)
        await house.runs()
        assert len([one for one in house.messages(an) if FIRST in one.text]) == 2, "it was sent twice"
        assert len(house.shown(an)) == before
        assert "Perhaps this question did not reach you" not in last(house, an)
        assert house.rows("SELECT * FROM delivery WHERE state = 'unknown'") == []


async def test_a_process_that_died_while_it_replaced_a_message_repeats_it_unmarked() -> None:
    async with asked() as (house, an):
        before = len(house.shown(an))
        await house.presses(an, "start")
        with house.app.store.begin() as tx:  # As it was before the answer of the platform was recorded.
            for statement in (
                "UPDATE delivery SET state = 'attempting', stands = 0, lease_until = sent_at WHERE kind = 'question'",
                "UPDATE delivery SET stands = 1 WHERE kind = 'opening'",
            ):
                tx.connection().exec_driver_sql(statement)
        await flow.sweep(house.app)
        await house.runs()
        assert len(house.shown(an)) == before
        assert FIRST in last(house, an)
        assert "Perhaps" not in last(house, an)
        assert house.messages(an)[-1].replaces is not None


async def test_a_press_on_a_message_of_which_nobody_knew_replaces_it() -> None:
    async with asked() as (house, an):
        house.channel.fail_next(SendError("cut", sent_perhaps=True), arrives=True)
        await house.says(an, "start")
        assert FIRST in last(house, an)
        pressed = await house.presses(an, "4")
        assert SECOND in last(house, an)
        assert house.messages(an)[-1].replaces == pressed.message


async def test_done_is_overwritten_by_nothing_that_comes_late() -> None:
    async with asked() as (house, an):
        pressed = await house.presses(an, "start")
        menu = house.messages(an)[-1].rows[-1]
        for _ in range(5):
            await house.presses(an, "4")
        for button in menu:
            await house.channel.press_on(house.address(an), pressed.message, button.payload)
        assert sum("Done, thank you" in text for text in house.shown(an)) == 1


async def test_what_was_meant_for_a_window_never_stands_in_the_chat() -> None:
    async with asked(limits=WINDOWS) as (house, an):
        opening = house.messages(an)[-1].rows[0][0].payload
        asking = replace(opening, choice="form.start")
        before = house.shown(an)
        await house.channel.press_on(house.address(an), None, asking)
        window = house.channel.window(house.address(an))
        assert window is not None
        assert FIRST in window.text
        late = window.rows[3][0].payload
        await house.presses(an, "help")
        window = house.channel.window(house.address(an))
        assert window is not None
        assert "With whom is the trouble?" in window.text

        house.channel.close_window(house.address(an))
        await house.channel.press_on(house.address(an), "view:gone", late)
        assert house.shown(an) == before, "the answer is kept, and nothing of it stands in the chat"
        assert house.given()["job_as_promised"] == ("4", None)
        assert house.rows("SELECT count(*) FROM delivery WHERE state = 'failed'") == [(0,)]

        await house.channel.press_on(house.address(an), None, asking)
        for _ in range(4):
            await house.presses(an, "4")
        window = house.channel.window(house.address(an))
        assert window is not None
        assert "Done, thank you" in window.text
        assert len(house.shown(an)) == len(before)
        assert "Done, thank you" in last(house, an), "the opening has become the one message that stays"


async def test_a_stranger_in_a_window_is_answered_there() -> None:
    async with asked(limits=WINDOWS) as (house, an):
        stranger = replace(house.address(an), user="nobody")
        await house.channel.press_on(stranger, None, Payload("opening", 1, 0, "form.start"))
        window = house.channel.window(stranger)
        assert window is not None
        assert "I do not know you yet" in window.text
        assert house.channel.shown(stranger) == []
