"""Sharing, as the people of the story see it: nothing is said that the hire did not choose, word for word, beforehand."""

from __future__ import annotations

from datetime import date

import pytest

from bot.flow import changes
from bot.flow.render.case import timeline
from bot.messages import Limits, Payload
from bot.text.catalog import Voice
from bot.text.follow_up import entry_line
from store import facts
from store.queries import people, sharing
from tests.house import House, living, row

BEFORE = "2026-03-30 10:00"
LOW = ("I can talk to my boss", "My work is what I was promised")
SLACK = Limits(text=3000, button=75, payload=255, buttons=40, edits=True, forms=True, home=True)


async def a_low_month(house: House, **values: object) -> facts.Placement:
    """The hire's first monthly check-in, with two low answers."""
    placement = await house.welcomes(**values)
    await house.until("2026-05-01 12:10")
    await house.goes_through(placement.hire, low=LOW)
    return placement


async def chooses(house: House, placement: facts.Placement, how: str, topic: str = "Talking with my boss") -> None:
    """A topic, the words looked at, and how they may be said."""
    await house.presses(placement.hire, topic)
    await house.presses(placement.hire, how)


async def test_low_topics_alone_are_offered_in_one_message() -> None:
    async with living(BEFORE) as house:
        placement = await a_low_month(house)
        seen = house.sees(placement.hire)

        assert "Would you like Mori Aiko to bring up one of these topics with your company?" in seen
        assert "If you choose nothing, nothing is said." in seen
        offered = [line for line in seen.splitlines() if line.startswith("[")]
        assert offered == ["[Talking with my boss]", "[Work as agreed]", "[Nothing, thank you]", "[Show my answers]"]


async def test_a_good_month_offers_nothing() -> None:
    async with living(BEFORE) as house:
        an = (await house.welcomes()).hire
        await house.until("2026-04-06 12:10")
        await house.answers(an, "4", "4", "4", "4", "4")
        assert "Done, thank you" in house.sees(an)
        assert "bring up" not in house.sees(an)


async def test_the_very_words_are_shown_beside_the_own_language_before_anybody_reads_them() -> None:
    async with living(BEFORE) as house:
        placement = await a_low_month(house)
        await house.presses(placement.hire, "Talking with my boss")
        seen = house.sees(placement.hire)

        assert "Nobody has read this yet" in seen
        assert "NGUYEN VAN ANさんからのご希望です。上司の方とお話しする時間をもう少しいただけますと助かります。" in seen
        assert "当社が担当する方々からのご意見です。上司の方と" in seen
        assert "It means: It would help to have more time to talk with the supervisor." in seen
        assert "in a small company people may guess" in seen
        assert house.rows("SELECT count(*) FROM sharing") == [(0,)], "to look is not to choose"


@pytest.mark.parametrize("way", ["Nothing, thank you", "Not now"])
async def test_nothing_is_the_default_and_a_choice(way: str) -> None:
    async with living(BEFORE) as house:
        placement = await a_low_month(house)
        if way == "Not now":
            await house.presses(placement.hire, "Talking with my boss")
        await house.presses(placement.hire, way)

        assert "Done, thank you" in house.sees(placement.hire)
        assert "bring up" not in house.sees(placement.hire)
        await house.until("2026-06-20 12:00")
        assert "regular contact" not in house.log_of(placement.consultant)
        assert house.rows("SELECT count(*) FROM sharing") == [(0,)]


async def test_it_waits_for_the_digest_and_is_never_a_message_of_its_own() -> None:
    async with living(BEFORE) as house:
        placement = await a_low_month(house)
        an, mori = placement.hire, placement.consultant
        await house.runs()
        before = house.messages(mori)

        await chooses(house, placement, "In my name")
        assert "it will be said in your name" in house.sees(an)
        await house.until("2026-05-01 23:00")
        assert house.messages(mori) == before, "not on the same day, and not alone"

        await house.until("2026-05-07 09:00")  # After the holidays.
        digest = house.messages(mori)[-1].text
        assert "at your next regular contact with the company, and not before" in digest
        assert "NGUYEN VAN AN, Sakura Foods, in their name: NGUYEN VAN ANさんからのご希望です。" in digest
        assert len([one for one in house.messages(mori) if "regular contact" in one.text]) == 1


async def test_the_hire_later_sees_when_it_was_said() -> None:
    async with living(BEFORE) as house:
        placement = await a_low_month(house)
        an, mori, sato = placement.hire, placement.consultant, placement.manager
        await chooses(house, placement, "As a general remark")
        await house.says(an, "/home")
        assert "To be said to your company: Talking with my boss (As a general remark)" in house.sees(an)
        # Who has not begun yet is nobody from whom a remark could be.
        house.imports(
            row(),
            *(
                row(
                    placement_id=f"L-{n}",
                    hire_name=f"TRAN {n}",
                    hire_email=f"t{n}@example.com",
                    start_date=date(2026, 9, 1),
                )
                for n in range(5)
            ),
        )
        await house.until("2026-05-07 09:00")
        assert "never with the name: 当社が担当する方々からのご意見です。" in house.messages(mori)[-1].text
        assert "Fewer than five people" in house.messages(mori)[-1].text

        await house.presses(mori, "Brought up: NGUYEN VAN AN")
        await house.presses(mori, "Brought up: NGUYEN VAN AN")
        await house.until("2026-05-07 12:00")

        said = "Mori Aiko has brought up your topic “Talking with my boss” with your company on May 7, 2026."
        assert [one.text for one in house.messages(an)].count(said) == 1
        await house.says(an, "/home")
        assert said in house.sees(an)
        assert "brought up what the hire had allowed: Supervisor" in case_of(house)
        assert "boss" not in house.log_of(sato).casefold()


def case_of(house: House) -> str:
    """The timeline of the case, in words."""
    with house.app.store.read() as tx:
        lines = timeline(house.app, tx, house.placement().id)
    return "\n".join(entry_line(Voice(("en",), "staff"), one) for one in lines)


async def test_only_after_the_hire_has_left_means_not_a_day_earlier() -> None:
    async with living(BEFORE) as house:
        placement = await a_low_month(house)
        mori = placement.consultant
        await chooses(house, placement, "Only after I have left")
        await house.until("2026-06-10 12:00")
        assert "regular contact" not in house.log_of(mori)
        changes.leave(house.app, "A-1", notice_on=date(2026, 6, 10), left_on=date(2026, 6, 30), reason="resigned")
        await house.until("2026-06-30 23:00")
        assert "regular contact" not in house.log_of(mori)

        await house.until("2026-07-01 09:00")
        assert "NGUYEN VAN AN, Sakura Foods, who has left:" in house.messages(mori)[-1].text


async def test_where_others_may_read_the_chat_it_stands_in_the_window_and_on_the_own_page_only() -> None:
    async with living(BEFORE, limits=SLACK) as house:
        placement = await house.welcomes()
        an, mori = placement.hire, placement.consultant
        with house.app.store.begin() as tx:
            people.set_answers_in(tx, an.id, "form")
        await house.until("2026-05-01 12:10")
        await house.goes_through(an, low=LOW)
        where = house.address(an)
        await house.runs()
        window = house.channel.window(where)
        assert window is not None
        assert "bring up one of these topics" in window.text
        await house.presses(an, next(b.label for line in window.rows for b in line if b.payload.choice[:6] == "topic."))
        await house.presses(an, "In my name")
        window = house.channel.window(where)
        assert window is not None
        assert "it will be said in your name" in window.text
        house.channel.close_window(where)
        await house.until("2026-05-07 09:00")
        await house.presses(mori, "said")
        await house.until("2026-05-08 12:00")

        chat = "\n".join(one.text for one in house.channel.shown(where))
        assert "bring up" not in chat
        assert "brought up" not in chat


async def test_a_hire_takes_a_topic_back_and_nobody_brings_it_up() -> None:
    async with living(BEFORE) as house:
        placement = await a_low_month(house)
        an, mori = placement.hire, placement.consultant
        await chooses(house, placement, "In my name")
        await house.until("2026-05-07 09:00")
        with house.app.store.read() as tx:
            (one,) = sharing.of_hire(tx, an.id)
        await house.channel.press_on(house.address(an), None, Payload("share", one.id, 0, "undo"))
        await house.runs()
        assert "has taken a topic back: please do not bring it up" in house.messages(mori)[-1].text
        await house.presses(mori, "said")
        assert "please do not bring it up" in house.sees(mori)
        assert house.rows("SELECT said_on FROM sharing") == [(None,)]


async def test_a_button_of_somebody_elses_topic_changes_nothing() -> None:
    async with living(BEFORE) as house:
        placement = await a_low_month(house)
        checkin = house.checkins()[0]
        for person in (placement.manager, placement.consultant):
            for choice in ("name.supervisor", "topic.supervisor", "undo", "said", "name.nonsense", "x"):
                await house.channel.press_on(house.address(person), None, Payload("share", checkin.id, 0, choice))
        assert house.rows("SELECT count(*) FROM sharing") == [(0,)]
