"""How a hire or a manager wants to be asked: in a window or in the chat, when, in which language, and not at all for a while."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.channels.memory import LIMITS
from bot.flow import linking
from bot.messages import HOME, AddressKey, Outbound, Payload
from bot.settings import Settings
from bot.text.catalog import KNOWN_LOCALES
from bot.text.replies import SLASHES, command
from store import facts
from tests.house import House, living, row, tokyo

WINDOWS = replace(LIMITS, forms=True, home=True)
FIRST = "My work is what I was told before I came."
WORDS = "Is there anything else that your consultant should know?"
OWNED = {"companies": {"Sakura Foods": {"slack_team": "T1"}}}


@asynccontextmanager
async def house_of(
    *, at: str = "2026-04-06 12:10", windows: bool = True, **settings: Any
) -> AsyncIterator[tuple[House, facts.Person]]:
    """A house on a platform with windows, some days after a hire has agreed."""
    async with living("2026-03-30 10:00", limits=WINDOWS if windows else LIMITS, **settings) as house:
        an = (await house.welcomes()).hire
        await house.until(at)
        yield house, an


def window(house: House, person: facts.Person) -> Outbound:
    """What the person's window shows."""
    found = house.channel.window(house.address(person))
    assert found is not None
    return found


def labels(outbound: Outbound) -> list[str]:
    """The buttons of a message."""
    return [button.label for row in outbound.rows for button in row]


async def opens_home(house: House, person: facts.Person) -> Outbound:
    """Let a person look at their own page."""
    await house.channel.press_on(house.address(person), HOME, Payload("menu", 0, 0, "home"))
    found = house.channel.home(house.address(person))
    assert found is not None
    return found


@asynccontextmanager
async def owned() -> AsyncIterator[tuple[House, AddressKey]]:
    """A house whose hire lives in a workspace that is the company's own; the first month's check-in is open."""
    async with living("2026-03-30 10:00", limits=WINDOWS, **OWNED) as house:
        placement = await house.welcomes()
        an, where = placement.hire, AddressKey(house.channel.name, "T1", "U-AN")
        linking.link(house.app, an.id, *(where.platform, where.team, where.user))
        await house.until("2026-05-01 12:10")
        yield house, where


async def test_in_a_workspace_of_the_company_a_hire_answers_in_a_window_and_nothing_stands_in_the_chat() -> None:
    async with owned() as (house, where):
        before = [one.text for one in house.channel.shown(where)]
        await house.channel.press(where, "Start")
        for _ in range(6):
            await house.channel.press(where, "4")
        seen = house.channel.window(where)
        assert seen is not None
        assert WORDS in seen.text
        assert seen.form is not None
        assert [field.name for field in seen.form.fields] == ["words"]
        assert [one.text for one in house.channel.shown(where)] == before

        await house.channel.submit(where, words="My shifts change every day.")
        assert house.given()["words"] == (None, "My shifts change every day.")
        seen = house.channel.window(where)
        assert seen is not None
        assert "Done, thank you" in seen.text
        chat = house.channel.shown(where)
        assert "Done, thank you" in chat[-1].text
        assert len(chat) == len(before)

        house.channel.close_window(where)
        await house.channel.press(where, "Show my answers")
        seen = house.channel.window(where)
        assert seen is not None
        assert "“My shifts change every day.”" in seen.text
        assert not [one for one in house.channel.shown(where) if "shifts" in one.text]


async def test_who_writes_in_such_a_chat_is_asked_on_in_a_window() -> None:
    async with owned() as (house, where):
        await house.channel.say(where, "start")
        assert "Your check-in is ready" in house.channel.shown(where)[-1].text
        await house.channel.press(where, "Start")
        await house.channel.say(where, "4")
        assert "We can go on where you stopped" in house.channel.shown(where)[-1].text
        assert not [one for one in house.channel.shown(where) if one.rows and one.rows[0][0].payload.kind == "question"]
        await house.channel.press(where, "Go on")
        seen = house.channel.window(where)
        assert seen is not None
        assert "2 of 7" in seen.text


async def test_a_manager_and_whoever_is_elsewhere_answer_in_the_chat_until_they_say_otherwise() -> None:
    async with house_of(**OWNED) as (house, an):
        await house.presses(an, "start")
        assert FIRST in house.shown(an)[-1]
        await house.says(an, "/privacy")
        await opens_home(house, an)
        house_page = house.channel.home(house.address(an))
        assert house_page is not None
        button = next(one for row in house_page.rows for one in row if one.label == "Answer in a window")
        await house.channel.press_on(house.address(an), HOME, button.payload)
        page = house.channel.home(house.address(an))
        assert page is not None
        assert "none stands in the chat" in page.text
        assert "Answer in the chat" in labels(page)
        await house.says(an, "/checkin")
        assert FIRST not in house.shown(an)[-1]
        await house.presses(an, "start")
        assert FIRST in window(house, an).text


async def test_words_may_be_written_in_a_window_also_from_the_chat() -> None:
    async with living("2026-03-30 10:00", limits=WINDOWS, platform="slack") as house:
        an = (await house.welcomes()).hire
        await house.until("2026-05-01 12:10")
        await house.presses(an, "start")
        for _ in range(6):
            house.clock.move_to(house.clock() + timedelta(seconds=5))  # As fast as the platform allows.
            await house.presses(an, "4")
        house.clock.move_to(house.clock() + timedelta(seconds=60))
        assert "[Write an answer]" in house.sees(an)
        await house.presses(an, "Write an answer")
        assert WORDS in window(house, an).text
        await house.channel.submit(house.address(an), words="  ")
        assert "I could not read that" in window(house, an).text
        house.clock.move_to(house.clock() + timedelta(seconds=60))
        await house.channel.submit(house.address(an), words="Thank you!")
        assert house.given()["words"] == (None, "Thank you!")
        assert "Done, thank you" in house.shown(an)[-1]


async def test_a_form_that_was_sent_twice_is_kept_once() -> None:
    async with owned() as (house, where):
        await house.channel.press(where, "Start")
        for _ in range(6):
            await house.channel.press(where, "4")
        sent = await house.channel.submit(where, words="Once")
        await house.channel.inject(replace(sent, external_id="again", values={"words": "Twice"}))
        assert house.given()["words"] == (None, "Once")


async def test_own_answers_are_shown_on_demand_and_hidden_in_place() -> None:
    async with house_of(windows=False) as (house, an):
        before = len(house.shown(an))
        await house.presses(an, "start")
        await house.presses(an, "2")
        await house.presses(an, "pay")
        for _ in range(4):
            await house.presses(an, "4")
        await house.presses(an, "Show my answers")
        assert f"{FIRST}\n→ No, not really" in house.shown(an)[-1]
        assert "\n→ The pay" in house.shown(an)[-1]
        await house.presses(an, "Hide")
        assert "Done, thank you" in house.shown(an)[-1]
        assert FIRST not in house.shown(an)[-1]
        assert len(house.shown(an)) == before


async def test_where_the_consultancy_wants_it_so_the_answers_stay() -> None:
    async with house_of(windows=False, privacy={"keep_answers_in_chat": True}) as (house, an):
        await house.presses(an, "start")
        for _ in range(5):
            await house.presses(an, "4")
        assert "Done, thank you" in house.shown(an)[-1]
        assert f"{FIRST}\n→ Yes, mostly" in house.shown(an)[-1]


async def test_nobody_sees_the_answers_of_somebody_else() -> None:
    async with house_of(windows=False) as (house, an):
        await house.presses(an, "start")
        await house.presses(an, "4")
        sato = house.placement().manager
        await house.channel.press_on(house.address(sato), None, Payload("answers", house.checkins()[0].id, 0, "show"))
        assert "ほかの方あて" in house.sees(sato)
        assert FIRST not in house.log_of(sato)


async def test_a_manager_reads_their_own_answers_about_each_hire() -> None:
    async with living("2026-03-30 10:00") as house:
        house.imports(row(), row(placement_id="A-2", hire_name="SITI RAHMA", hire_email="siti@example.com"))
        sato = house.placement().manager
        await house.agrees(sato)
        await house.agrees(house.placement().hire)
        await house.agrees(house.placement("A-2").hire)
        await house.until("2026-05-01 10:00")
        await house.presses(sato, "start")
        while (kind := house.channel.shown(house.address(sato))[-1].rows[0][0].payload.kind) != "answers":
            await house.presses(sato, "4" if kind == "question" else "skip")
        await house.presses(sato, "show")
        assert "NGUYEN VAN AN" in house.sees(sato)
        assert "SITI RAHMA" in house.sees(sato)


@pytest.mark.parametrize("locale", KNOWN_LOCALES)
@pytest.mark.parametrize("name", SLASHES)
def test_a_slash_command_is_the_same_in_every_language(locale: str, name: str) -> None:
    assert command(f"/{name}") == SLASHES[name]
    assert command(f" /{name.upper()}@teichaku_bot") == SLASHES[name]
    assert command(f"／{name}") == SLASHES[name], "a Japanese keyboard has a wide slash"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("change the hour", "hour"),
        ("時間を変える", "hour"),
        ("take a break", "pause"),
        ("しばらく休む", "pause"),
        ("やすみ", "pause"),
        ("/dance", None),
        ("/", None),
    ],
)
def test_a_command_may_be_a_word(text: str, wanted: str | None) -> None:
    assert command(text) == wanted


async def test_the_hour_may_be_changed_at_any_time() -> None:
    async with house_of(windows=False) as (house, an):
        await house.says(an, "/hour")
        assert "When is a good time to ask?" in house.shown(an)[-1]
        await house.presses(an, "hour.evening")
        assert house.rows("SELECT hour FROM person WHERE id = :id", id=an.id) == [("evening",)]
        sato = house.placement().manager
        await house.says(sato, "/hour")
        assert "お仕事の時間内" in house.sees(sato)


@pytest.mark.parametrize(
    ("choice", "said", "silent"),
    [("pause.week", "for a week", "2026-04-13 10:00"), ("pause.month", "for a month", "2026-05-01 12:00")],
)
async def test_a_hire_may_take_a_break_which_counts_for_nothing_and_ends_by_itself(
    choice: str, said: str, silent: str
) -> None:
    async with house_of(windows=False) as (house, an):
        placement = house.placement()
        await house.says(an, "/pause")
        await house.presses(an, choice)
        assert said in house.shown(an)[-1]
        assert not [text for text in house.shown(an) if "check-in is ready" in text], "what is open was taken back"
        asked = len(house.messages(an))
        await house.until(silent)
        assert len(house.messages(an)) == asked
        await house.until("2026-06-01 12:10")
        assert "Your check-in is ready" in house.shown(an)[-1]

        silent_since = [one.opened_at for one in house.alerts() if one.kind == "silence"]
        assert all(at > tokyo("2026-05-02 00:00") for at in silent_since), "a break is no silence"
        assert "pause" not in house.log_of(placement.manager).casefold()
        found = house.rows("SELECT actor FROM auditentry WHERE action = 'took_a_pause'")
        assert found == [(f"person:{an.id}",)]


async def test_a_break_without_an_end_lasts_until_the_hire_says_so() -> None:
    async with house_of(windows=False) as (house, an):
        sato = house.placement().manager
        await house.says(an, "pause")
        await house.presses(an, "pause.open")
        asked, of_manager = len(house.messages(an)), len(house.messages(sato))
        await house.until("2026-07-10 10:00")
        assert len(house.messages(an)) == asked
        assert len(house.messages(sato)) > of_manager, "the manager is asked as ever"
        assert [one.kind for one in house.alerts() if one.kind == "silence"] == []
        await house.says(an, "start")
        assert "Welcome back" in house.shown(an)[-1]
        await house.until("2026-08-03 12:10")
        assert "Your check-in is ready" in house.shown(an)[-1]


async def test_a_page_of_ones_own_says_what_comes_and_changes_as_one_chooses() -> None:
    async with house_of(at="2026-04-02 10:00") as (house, an):
        page = await opens_home(house, an)
        assert "Next check-in: April 6, 2026" in page.text
        assert "Languages: English" in page.text
        assert "Hour: At 12:10" in page.text
        assert "Shared with somebody in the company: nothing." in page.text
        assert {"I need help", "Language", "Hour", "Take a break", "Who reads this"} <= set(labels(page))
        before = house.shown(an)
        for pressed, said in (
            ("Hour", "When is a good time"),
            ("At 19:00", "that is noted"),
            ("Take a break", "For how long"),
            ("1 week", "You are taking a break until April 9, 2026."),
            ("Take a break", "For how long"),
            ("Go on now", "Welcome back"),
            ("Who reads this", "read your answers"),
        ):
            found = house.channel.home(house.address(an))
            assert found is not None
            button = next(one for row in found.rows for one in row if one.label == pressed)
            await house.channel.press_on(house.address(an), HOME, button.payload)
            found = house.channel.home(house.address(an))
            assert found is not None
            assert said in found.text
        assert house.shown(an) == before, "nothing of it stands in the chat"


async def test_a_check_in_is_begun_from_the_page() -> None:
    async with house_of() as (house, an):
        page = await opens_home(house, an)
        assert "Your check-in is ready" in page.text
        start = page.rows[0][0]
        assert start.label == "Start"
        await house.channel.press_on(house.address(an), HOME, start.payload)
        assert FIRST in window(house, an).text


async def test_a_manager_sees_their_own_tasks_alone() -> None:
    async with house_of(at="2026-05-01 10:00") as (house, an):
        sato = house.placement().manager
        page = await opens_home(house, sato)
        assert "質問の準備ができました" in page.text
        assert an.name not in page.text
        assert "共有" not in page.text
        assert "時間" not in labels(page)


async def test_where_there_is_no_such_page_it_is_a_message() -> None:
    async with house_of(windows=False) as (house, an):
        await house.says(an, "/home")
        assert "Languages: English" in house.shown(an)[-1]
        assert "[Start]" in house.sees(an)
        assert "[Answer in a window]" not in house.sees(an)
        await house.presses(an, "Start")
        assert FIRST in house.shown(an)[-1]


async def test_a_consultant_finds_the_caseload_on_the_page() -> None:
    async with house_of() as (house, _an):
        page = await opens_home(house, house.placement().consultant)
        assert "Sakura Foods" in page.text


def test_settings_know_whose_workspace_it_is() -> None:
    assert Settings(**OWNED).company("Sakura Foods").slack_team == "T1"
