"""The safety path, as the people of the story see it: private, at once, and honest about who reads when."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from sqlalchemy import text as sql

from bot.settings.model import Staff
from store import facts
from tests.house import House, living, row

BEFORE = "2026-03-30 10:00"
DANGER = "the boss hit me with a wrench"
FIRST = "Do not contact the company first. Ask what the hire wants"


async def with_lead(house: House) -> None:
    """The default people with a lead, everybody connected."""
    await house.welcomes(lead_name="Oda Ken", lead_email="oda@example.com", lead_languages=("en",))
    lead = house.placement().lead
    assert lead is not None
    await house.joins(lead)
    house.channel.sent.clear()


@asynccontextmanager
async def at_noon() -> AsyncIterator[tuple[House, facts.Placement]]:
    """The default people, connected, at noon of a working day."""
    async with living(BEFORE) as house:
        placement = await house.welcomes()
        await house.until("2026-04-20 12:00")
        yield house, placement


@pytest.mark.parametrize("at", ["2026-04-20 12:00", "2026-04-19 03:00"])
async def test_words_of_danger_open_a_private_case_day_and_night(at: str) -> None:
    async with living(BEFORE) as house:
        await with_lead(house)
        placement = house.placement()
        an, sato, mori = placement.hire, placement.manager, placement.consultant
        await house.until(at)
        seen = len(house.messages(sato))

        await house.says(an, DANGER)
        await house.runs()

        assert [one.kind for one in house.alerts() if one.kind != "silence"] == ["safety"]
        told = house.messages(mori)[-1]
        assert told.paragraphs[0].text.startswith(FIRST)
        assert DANGER in told.text
        assert house.sees(an).startswith("In an emergency call 110 (police) or 119")
        assert "Is it safe to call you?" in house.sees(an)
        assert len(house.messages(sato)) == seen, "nobody in the company is told"


async def test_the_hire_says_how_and_when_it_is_safe_and_hears_that_it_was_read() -> None:
    async with at_noon() as (house, placement):
        an, mori = placement.hire, placement.consultant
        await house.says(an, DANGER)
        await house.runs()
        assert "They have not said yet whether a call is safe" in house.messages(mori)[-1].text

        await house.presses(an, "No, write to me")
        assert "When is it safe?" in house.sees(an)
        await house.presses(an, "In the evening")
        await house.runs()
        assert "Safe to reach them: only in writing, in the evening" in house.messages(mori)[-1].text

        await house.presses(mori, "I take care of it")
        await house.runs()
        assert house.sees(an) == "Mori Aiko has read this."


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("2026-04-20 12:00", "Mori Aiko should read it by Monday, April 20, 12:30."),
        ("2026-04-18 12:00", "It is sent now, but perhaps nobody reads this before Monday, April 20, 09:00."),
    ],
)
async def test_it_is_told_honestly_when_somebody_reads(at: str, said: str) -> None:
    async with living(BEFORE) as house:
        an = (await house.welcomes()).hire
        await house.until(at)
        await house.says(an, DANGER)

        assert said in house.sees(an)


async def test_words_in_an_answer_stop_the_scoring_of_that_answer() -> None:
    async with living(BEFORE) as house:
        an = (await house.welcomes()).hire
        await house.until("2026-05-01 12:10")
        await house.presses(an, "start")
        await house.says(an, DANGER)
        assert "Go on with the questions" in house.sees(an)
        await house.presses(an, "Go on with the questions")
        await house.says(an, "1")

        kept = house.rows("SELECT driver, points FROM answer WHERE sealed_words IS NOT NULL")
        assert kept == [(None, None)], "the words are a human's matter, and nothing of that answer is an input"


async def test_help_asks_first_with_whom_the_trouble_is() -> None:
    async with at_noon() as (house, placement):
        an, mori = placement.hire, placement.consultant
        before = len(house.messages(mori))
        await house.says(an, "help")
        await house.runs()
        assert house.sees(an).startswith("In an emergency call 110")
        assert "With whom is the trouble?" in house.sees(an)
        assert len(house.messages(mori)) == before

        await house.presses(an, "The company")
        await house.runs()

        assert house.messages(mori)[-1].paragraphs[0].text.startswith(FIRST)
        assert "I have told Mori Aiko" in house.sees(an)


async def test_who_does_not_answer_is_helped_all_the_same() -> None:
    async with at_noon() as (house, placement):
        await house.says(placement.hire, "help")
        await house.until("2026-04-20 12:03")

        assert house.messages(placement.consultant)[-1].paragraphs[0].text.startswith(FIRST)


@pytest.mark.parametrize("about", ["My consultant", "The agency"])
async def test_a_complaint_goes_to_the_lead_and_the_consultant_never_sees_it(about: str) -> None:
    async with living(BEFORE) as house:
        await with_lead(house)
        placement = house.placement()
        an, mori, oda = placement.hire, placement.consultant, placement.lead
        assert oda is not None
        await house.until("2026-04-20 12:00")
        before = house.log_of(mori)

        await house.says(an, "help")
        await house.presses(an, about)
        await house.until("2026-04-22 12:00")

        assert "stands above your consultant" in house.log_of(an)
        assert "The trouble is with the agency or the consultant" in house.log_of(oda)
        await house.says(mori, "list")
        after = house.log_of(mori).removeprefix(before)
        assert "help" not in after
        assert "Open: NGUYEN VAN AN" not in after.split("Your cases")[-1] or "silence" in str(house.alerts())


@pytest.mark.parametrize(
    "words", ["he threatens to send me home", "Mori-san hit me", "my consultant hit me", "愛子さんに殴られました"]
)
async def test_danger_from_the_consultant_goes_to_the_lead_and_the_consultant_never_sees_it(words: str) -> None:
    async with living(BEFORE) as house:
        await with_lead(house)
        placement = house.placement()
        an, mori, oda = placement.hire, replace(placement.consultant, name="Mori 愛子"), placement.lead
        assert oda is not None
        with house.app.store.begin() as tx:
            tx.connection().execute(
                sql("UPDATE person SET name = :name WHERE id = :id"), {"name": mori.name, "id": mori.id}
            )
        await house.until("2026-05-01 12:10")
        before = house.log_of(mori)
        if words.startswith("he "):
            await house.says(an, "help")
            await house.presses(an, "My consultant")
        await house.presses(an, "start")
        await house.says(an, words)
        await house.runs()

        assert words in house.messages(oda)[-1].text
        assert "I have told Oda Ken, who stands above your consultant" in house.sees(an)
        await house.presses(an, "Go on with the questions")
        while house.checkins()[0].state == "open":
            await house.says(an, "1")
        await house.until("2026-05-12 12:00")
        await house.says(mori, "list")
        assert [one.kind for one in house.alerts() if one.kind == "risk"], "which shows the latest words"
        assert words not in house.log_of(mori).removeprefix(before)
        assert "safety" not in house.log_of(mori).removeprefix(before)


async def test_danger_from_a_consultant_above_whom_is_nobody_is_asked_about_first() -> None:
    async with at_noon() as (house, placement):
        an, mori = placement.hire, placement.consultant
        before = len(house.messages(mori))
        await house.says(an, "Mori hit me")
        await house.runs()
        assert "With whom is the trouble?" in house.sees(an)
        assert len(house.messages(mori)) == before
        await house.presses(an, "My consultant")
        assert "nobody stands above your consultant" in house.sees(an)
        await house.until("2026-04-20 13:00")
        assert len(house.messages(mori)) == before

        await house.says(an, "I told my consultant that the boss hit me")
        await house.until("2026-04-20 13:03")
        assert house.messages(mori)[-1].paragraphs[0].text.startswith(FIRST), "who does not answer is helped"


async def test_where_the_consultant_is_away_the_hire_hears_who_is_told() -> None:
    away = Staff(name="Mori Aiko", email="mori@example.com", away=("2026-04-20..2026-04-24",))
    async with living(BEFORE, staff=(away,)) as house:
        await with_lead(house)
        an = house.placement().hire
        await house.until("2026-04-20 12:00")
        await house.says(an, DANGER)

        assert "I tell Oda Ken at once" in house.sees(an)
        assert "Oda Ken should read it by Monday, April 20, 12:30." in house.sees(an)


async def test_a_desk_is_shown_with_the_hours_of_today() -> None:
    async with living(BEFORE) as house:
        an = (await house.welcomes(hire_languages=("ja",))).hire
        await house.until("2026-04-19 10:00")
        await house.says(an, "help")
        await house.presses(an, "whom.company")

        assert "0120-811-610（09:00-21:00）" in house.sees(an)


async def test_where_nobody_is_above_the_hire_is_sent_outside_and_told_why() -> None:
    async with at_noon() as (house, placement):
        an, mori = placement.hire, placement.consultant
        before = len(house.messages(mori))

        await house.says(an, "help")
        await house.presses(an, "My consultant")
        await house.until("2026-04-24 12:00")

        assert "nobody stands above your consultant" in house.log_of(an)
        assert "0570-013904" in house.log_of(an)
        assert all("help" not in one.text for one in house.messages(mori)[before:])


async def test_a_managers_words_open_a_case_as_well_and_the_hire_reads_nothing() -> None:
    async with living(BEFORE) as house:
        placement = await house.welcomes()
        await house.until("2026-05-01 10:00")
        await house.presses(placement.manager, "start")
        await house.says(placement.manager, "he said he wants to kill himself")
        await house.runs()

        assert "safety" in [one.kind for one in house.alerts()]
        assert "kill himself" not in house.log_of(placement.hire)


async def test_another_persons_button_changes_nothing() -> None:
    async with living(BEFORE) as house:
        house.imports(row(), row(row=3, placement_id="A-2", hire_name="TRAN B", hire_email="b@example.com"))
        first, second = house.placement("A-1"), house.placement("A-2")
        for person in (first.hire, second.hire):
            await house.agrees(person)
        await house.says(first.hire, "help")
        wanted = next(b for line in house.messages(first.hire)[-1].rows for b in line)
        await house.channel.press_on(house.address(second.hire), None, wanted.payload)

        assert "somebody else" in house.sees(second.hire)
        assert house.alerts("A-1")[0].contact == {}
