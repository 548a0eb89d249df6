"""What a person writes or presses, and what becomes of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from bot.messages import AddressKey, Inbound, Payload
from bot.text.catalog import translate
from store import facts
from store.queries import deliveries, people
from tests.house import House, living, row

FIRST = "My work is what I was told before I came."
SECOND = "Somebody at work helps me when I need it."
THIRD = "My daily life is in order: home, bank, phone and papers."
FOURTH = "How was your first week, overall?"


@asynccontextmanager
async def opened(**values: Any) -> AsyncIterator[tuple[House, facts.Person]]:
    """A house in which the hire has just pressed "Start" on the first check-in."""
    async with living("2026-03-30 10:00") as house:
        an = (await house.welcomes(**values)).hire
        await house.until("2026-04-06 12:10")
        await house.presses(an, "start")
        yield house, an


def values(house: House) -> dict[str, str | None]:
    """What was chosen, by question."""
    return {question: value for question, (value, _) in house.given().items()}


@pytest.mark.parametrize(
    "reply",
    [
        "4",
        "4.",
        "４",
        "④",
        "No. 4",
        "4番",
        "4/5",
        "四",
        "Yes, mostly",
        "yes MOSTLY",
        "  Yes,mostly!  ",
        "4. Yes, mostly",
        "yeah",
        "Rather yes",
        "4️⃣",
        "４点です",
    ],
)
async def test_an_answer_may_be_written_in_many_ways(reply: str) -> None:
    async with opened() as (house, an):
        assert FIRST in house.sees(an)
        await house.says(an, reply)
        assert values(house) == {"job_as_promised": "4"}
        assert SECOND in house.sees(an)


@pytest.mark.parametrize("locale", ["en", "ja", "both"])
async def test_who_reads_two_languages_may_answer_in_either(locale: str) -> None:
    async with opened(hire_languages=("en", "ja")) as (house, an):
        choice = house.app.surveys["hire_first_week"].questions[0].choices[3].label
        said = [translate(choice, one, "hire") for one in ("en", "ja") if locale in (one, "both")]
        await house.says(an, " / ".join(said))
        assert values(house) == {"job_as_promised": "4"}


async def test_a_button_is_an_answer() -> None:
    async with opened() as (house, an):
        await house.presses(an, "4. Yes, mostly")
        assert values(house) == {"job_as_promised": "4"}


async def test_both_languages_stand_one_below_the_other() -> None:
    async with opened(hire_languages=("ja", "en")) as (house, an):
        said = house.sees(an)
        assert FIRST in said
        japanese = translate(house.app.surveys["hire_first_week"].questions[0].label, "ja", "hire")
        assert said.index(japanese) < said.index(FIRST)


async def test_a_low_answer_is_followed_by_why_and_a_high_one_is_not() -> None:
    async with opened() as (house, an):
        await house.says(an, "2")
        assert "Thank you for telling us." in house.sees(an)
        assert "What is different from what you were told?" in house.sees(an)
        await house.says(an, "the pay")
        assert values(house) == {"job_as_promised": "2", "job_as_promised_why": "pay"}


async def test_nobody_has_to_answer() -> None:
    async with opened() as (house, an):
        await house.presses(an, "Prefer not to say")
        await house.says(an, "skip")
        await house.says(an, "3")
        assert values(house) == {"job_as_promised": None, "peer": None, "daily_life": "3"}


async def test_back_asks_the_question_before_again() -> None:
    async with opened() as (house, an):
        assert "[Back]" not in house.sees(an), "on the first question there is nothing to go back to"
        await house.says(an, "back")
        assert "This is the first question" in house.sees(an)
        await house.says(an, "4")
        await house.presses(an, "Back")
        assert "All right, one step back." in house.sees(an)
        assert FIRST in house.sees(an)
        await house.says(an, "5")
        assert values(house) == {"job_as_promised": "5"}


async def test_back_over_a_follow_up_forgets_it_when_it_is_no_longer_asked() -> None:
    async with opened() as (house, an):
        await house.says(an, "1")
        await house.says(an, "The tasks")
        await house.says(an, "back")
        await house.says(an, "back")
        await house.says(an, "5")
        assert values(house) == {"job_as_promised": "5"}
        assert SECOND in house.sees(an)


async def test_words_that_are_no_choice_are_kept_and_the_question_is_asked_once_more() -> None:
    async with opened() as (house, an):
        await house.says(an, "My boss changed everything")
        assert "I have kept your words for your consultant. Please also choose" in house.sees(an)
        assert FIRST in house.sees(an)
        await house.says(an, "2")
        assert house.given() == {"job_as_promised": ("2", "My boss changed everything")}


async def test_words_twice_count_as_no_choice_and_nobody_is_asked_for_ever() -> None:
    async with opened() as (house, an):
        await house.says(an, "My boss changed everything")
        await house.says(an, "as I said")
        assert SECOND in house.sees(an)
        assert house.given() == {"job_as_promised": (None, "My boss changed everything\nas I said")}


async def test_a_number_that_does_not_exist_is_no_choice() -> None:
    async with opened() as (house, an):
        await house.says(an, "7")
        assert FIRST in house.sees(an)
        assert values(house) == {"job_as_promised.note": None}


async def test_a_double_press_answers_one_question() -> None:
    async with opened() as (house, an):
        pressed = await house.presses(an, "4. Yes, mostly")
        await house.channel.inject(replace(pressed, external_id="pressed-again"))
        assert values(house) == {"job_as_promised": "4"}
        assert "That question is already answered" in house.sees(an)
        assert SECOND in house.sees(an)


async def test_a_late_press_changes_nothing() -> None:
    async with opened() as (house, an):
        late = house.messages(an)[-1].rows[0][0].payload
        await house.says(an, "5")
        await house.says(an, "5")
        await house.channel.inject(Inbound(house.address(an), "late", payload=late))
        assert values(house) == {"job_as_promised": "5", "peer": "5"}
        assert THIRD in house.sees(an)


async def test_the_same_update_twice_is_handled_once() -> None:
    async with opened() as (house, an):
        said = await house.says(an, "4")
        before = house.everything()
        sent = len(house.channel.sent)
        await house.channel.inject(said)
        assert house.everything() == before
        assert len(house.channel.sent) == sent


async def test_a_press_after_the_end_says_so() -> None:
    async with opened() as (house, an):
        button = house.messages(an)[-1].rows[0][0].payload
        for _ in range(5):
            await house.says(an, "4")
        assert "Done, thank you" in house.sees(an)
        before = house.given()
        await house.channel.inject(Inbound(house.address(an), "after", payload=button))
        assert "You have already finished this check-in." in house.sees(an)
        assert house.given() == before


async def test_an_expired_check_in_can_still_be_answered_and_is_marked_late() -> None:
    async with opened() as (house, an):
        await house.says(an, "4")
        await house.until("2026-04-22 10:00")
        assert house.checkins()[0].state == "expired"

        await house.presses(an, "Go on")
        await house.presses(an, "4. Yes, mostly")

        assert house.rows("SELECT question, late FROM answer ORDER BY turn") == [("job_as_promised", 0), ("peer", 1)]
        assert THIRD in house.sees(an)
        await house.says(an, "4")  # The conversation goes on, also in writing.
        await house.says(an, "4")
        await house.says(an, "4")
        assert "Done, thank you" in house.sees(an)
        assert house.checkins()[0].state == "completed"
        assert [late for (late,) in house.rows("SELECT late FROM answer ORDER BY turn")] == [0, 1, 1, 1, 1]


async def test_an_opening_pressed_after_the_end_begins_late() -> None:
    async with living("2026-03-30 10:00") as house:
        an = (await house.welcomes()).hire
        await house.until("2026-04-22 10:00")
        await house.presses(an, "start")
        assert FIRST in house.sees(an)
        await house.says(an, "3")
        assert house.rows("SELECT value, late FROM answer") == [("3", 1)]


async def test_when_the_next_check_in_has_opened_the_old_one_is_closed() -> None:
    async with opened() as (house, an):
        button = house.messages(an)[-1].rows[0][0].payload
        await house.until("2026-05-01 12:10")
        await house.channel.inject(Inbound(house.address(an), "old", payload=button))
        assert "This check-in is closed, and nothing has changed." in house.sees(an)
        assert house.rows("SELECT * FROM answer") == []


async def test_a_late_fact_is_told_to_the_consultant_at_once() -> None:
    async with opened() as (house, an):
        await house.says(an, "4")
        await house.until("2026-04-22 10:00")
        await house.presses(an, "Go on")
        await house.presses(an, "4. Yes, mostly")
        await house.says(an, "4")
        await house.says(an, "4")
        await house.says(an, "1")
        await house.says(an, "I have resigned")
        await house.runs()
        assert house.alerts()[0].level == "critical"
        assert "has resigned" in house.sees(house.placement().consultant)


async def test_a_late_fact_counts_although_the_rest_is_never_answered() -> None:
    async with living("2026-03-30 10:00") as house:
        placement = await house.welcomes()
        await house.until("2026-05-25 10:00")
        await house.presses(placement.hire, "start")  # The check-in of May has expired.
        await house.says(placement.hire, "2")
        await house.says(placement.hire, "I have resigned")
        await house.runs()
        assert [one.state for one in house.checkins() if one.survey == "hire_monthly"] == ["expired"]
        assert next(one for one in house.alerts() if one.kind == "risk").level == "critical"
        assert "has resigned" in house.sees(placement.consultant)


async def test_somebody_elses_button_changes_nothing() -> None:
    async with opened() as (house, an):
        sato = house.placement().manager
        for button in (house.messages(an)[0].rows[0][0], house.messages(an)[-1].rows[0][0]):
            await house.channel.inject(Inbound(house.address(sato), f"stolen-{button.label}", payload=button.payload))
            assert FIRST not in house.sees(sato)
        assert house.rows("SELECT * FROM answer") == []


@pytest.mark.parametrize(
    "payload",
    [
        Payload("question", 999_999, 1, "4"),
        Payload("question", 2**63 - 1, 2**63 - 1, "4"),
        Payload("opening", 999_999, 0, "start"),
        Payload("opening", 1, 0, "someday"),
        Payload("consent", 999_999, 1, "agree"),
        Payload("setting", 999_999, 0, "lang.ja"),
        Payload("setting", 1, 0, "lang.tlh"),
        Payload("menu", 1, 0, "dance"),
        Payload("alert", 1, 0, "ack"),
        Payload("follow_up", 1, 0, "due.1w"),
        Payload("digest", 1, 0, "open"),
    ],
)
async def test_a_forged_or_forgotten_button_is_answered_and_changes_nothing(payload: Payload) -> None:
    async with opened() as (house, an):
        if payload.kind == "setting" and payload.subject == 1:
            assert an.id == 1, "the setting is this person's own"
        tables = ("checkin", "answer", "person", "consent", "alert", "followup")
        before = [house.rows(f"SELECT * FROM {table}") for table in tables]
        sent = len(house.messages(an))
        await house.channel.inject(Inbound(house.address(an), "forged", payload=payload))
        assert [house.rows(f"SELECT * FROM {table}") for table in tables] == before
        assert len(house.messages(an)) == sent + 1, "nobody is left without an answer"
        assert house.rows("SELECT * FROM delivery WHERE state = 'failed'") == []


async def test_a_language_may_be_changed_in_the_middle() -> None:
    async with opened(hire_languages=("en", "ja")) as (house, an):
        await house.says(an, "4")
        await house.presses(an, "language")
        await house.presses(an, "日本語")
        said = house.sees(an)
        assert SECOND not in said
        assert "質問 2 / 5" in said
        await house.says(an, "Yes, fully")  # English is still one of this person's languages.
        assert values(house) == {"job_as_promised": "4", "peer": "5"}

        await house.presses(an, "language")
        await house.presses(an, "lang.both")
        assert THIRD in house.sees(an)
        assert "生活は整っています" in house.sees(an)


async def test_help_in_the_middle_reaches_the_consultant_and_the_question_stays() -> None:
    async with opened() as (house, an):
        await house.says(an, "4")
        await house.presses(an, "I need help")
        await house.presses(an, "The company")

        told = house.messages(an)[-1].text
        assert "I have told Mori Aiko. Nobody in the company is told." in told
        assert "110" in told
        await house.presses(an, "Go on with the questions")
        assert SECOND in house.sees(an)
        await house.runs()
        mori = house.placement().consultant
        assert "NGUYEN VAN AN, Sakura Foods: asks for help" in house.sees(mori)
        await house.says(an, "5")
        assert values(house) == {"job_as_promised": "4", "peer": "5"}


async def test_help_is_heard_when_nothing_is_open() -> None:
    async with living("2026-03-30 10:00") as house:
        placement = await house.welcomes()
        await house.says(placement.hire, "hello?")
        assert "No question is open at the moment" in house.sees(placement.hire)
        await house.presses(placement.hire, "I need help")
        await house.presses(placement.hire, "Something else")
        assert "I have told Mori Aiko" in house.sees(placement.hire)
        await house.runs()
        assert "asks for help" in house.sees(placement.consultant)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("x" * 100_000, "x" * 4000),
        ("bell\x07 and \x1b[31mred\x00", "bell and [31mred"),
        ("half \ud83d a pair", "half \ufffd a pair"),
        ("\u202eright to left\u202c عربى", "\u202eright to left\u202c عربى"),
        ("1); DROP TABLE answer; --", "1); DROP TABLE answer; --"),
        ("100 % %(name)s {name} *b* <b>", "100 % %(name)s {name} *b* <b>"),
    ],
)
async def test_whatever_is_written_is_kept_as_it_can_be_read(text: str, kept: str) -> None:
    async with living("2026-03-30 10:00") as house:
        placement = await house.welcomes()
        await house.until("2026-05-01 12:10")
        await house.answers(placement.hire, "4", "4", "4", "4", "4", "4")
        assert "Is there anything else that your consultant should know?" in house.sees(placement.hire)
        await house.says(placement.hire, text)
        assert house.given()["words"] == (None, kept)
        assert "Done, thank you" in house.sees(placement.hire)


@pytest.mark.parametrize("text", ["", "   ", "\u200b", "\x00", "\n\n"])
async def test_nothing_readable_is_no_answer(text: str) -> None:
    async with opened() as (house, an):
        await house.says(an, text)
        assert "I could not read that." in house.sees(an)
        assert values(house) == {}


async def test_a_message_that_was_cut_is_told_so() -> None:
    async with opened() as (house, an):
        await house.says(an, "first words")
        await house.says(an, "y" * 5000)
        assert "Your message was very long" in house.sees(an)
        assert SECOND in house.sees(an)


async def test_a_stranger_gets_a_kind_answer_and_no_data() -> None:
    async with opened() as (house, _):
        stranger = AddressKey("memory", "", "stranger")
        said = Inbound(stranger, "hello-1", text="hello")
        await house.channel.inject(said)
        await house.channel.inject(said)
        await house.channel.inject(Inbound(stranger, "hello-2", payload=Payload("question", 1, 1, "4")))
        told = [one.text for one in house.channel.sent if one.address == stranger]
        assert len(told) == 2
        assert all("I do not know you yet." in text and "Sakura" not in text and "Mori" not in text for text in told)
        assert house.rows("SELECT * FROM answer") == []


async def test_who_writes_before_agreeing_is_shown_the_promise_again() -> None:
    async with living("2026-03-30 10:00") as house:
        house.imports(row())
        an = house.placement().hire
        await house.joins(an)
        await house.says(an, "4")
        assert "I am the check-in bot of Mori Aiko" in house.sees(an)
        assert "[I agree]" in house.sees(an)


async def test_a_name_may_be_written_instead_of_tapped() -> None:
    async with living("2026-03-30 10:00") as house:
        house.imports(row())
        an = house.placement().hire
        await house.joins(an)
        await house.presses(an, "I agree")
        await house.says(an, " An \n Nguyen ")
        assert "Good, An Nguyen. When is a good time to ask?" in house.sees(an)


async def test_a_long_sentence_is_no_name() -> None:
    async with living("2026-03-30 10:00") as house:
        house.imports(row())
        an = house.placement().hire
        await house.joins(an)
        await house.presses(an, "I agree")
        await house.says(an, "Please help me, my boss shouts at me every single day and I am afraid of him.")
        assert "Is it safe to call you?" in house.sees(an), "words that tell of danger are taken as what they are"
        assert house.placement().hire.call_name is None


async def test_privacy_is_answered_at_any_time() -> None:
    async with opened() as (house, an):
        await house.says(an, "who reads this?")
        assert "Nobody in the company sees them" in house.sees(an)
        await house.says(an, "4")
        assert values(house) == {"job_as_promised": "4"}


async def test_later_pressed_on_an_old_message_promises_nothing() -> None:
    async with opened() as (house, an):
        await house.presses(an, "later")
        old = house.messages(an)[-1].rows[0][1].payload
        await house.until("2026-04-22 10:00")
        await house.channel.press_on(house.address(an), None, old)
        assert "I will ask again" not in house.sees(an)


async def test_an_old_phone_learns_nothing_more() -> None:
    async with opened() as (house, an):
        checkin = house.checkins()[0].id
        with house.app.store.begin() as tx:
            # A message is on its way when the person links a new phone.
            address = people.address_of(tx, an.id)
            assert address is not None
            deliveries.queue(tx, address, key="late", kind="question", subject=checkin, turn=1, now=house.clock())
            people.link(tx, an.id, "memory", "", "new-phone", now=house.clock())
        sent = len(house.channel.sent)
        await house.runs()
        assert len(house.channel.sent) == sent
        await house.says(an, "4")
        assert "I do not know you yet." in house.sees(an)
        assert house.rows("SELECT * FROM answer") == []
