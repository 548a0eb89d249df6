"""Telegram from the invitation to the last answer, with the real client library; people see their own chat."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from bot.channels.memory import MemoryChannel
from bot.commands.invite import invite
from bot.flow import changes, linking, outbox
from tests.house import row, tokyo
from tests.platform.telegram import refusals
from tests.platform.telegram.people import Person
from tests.telegram_house import TelegramHouse, on_telegram

AN = "NGUYEN VAN AN"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[TelegramHouse]:
    async with on_telegram("2026-04-01 09:00", tmp_path / "t.db") as house:
        house.imports_on_telegram(row())
        yield house


async def settles_in(house: TelegramHouse) -> Person:
    an = house.api.person("An", language="vi", username="an_nguyen")
    await house.comes(an, AN)
    await house.taps(an, "I agree", "AN", "At 12:10")
    return an


def last(phone: Person) -> str:
    return phone.chat[-1].text


async def test_an_invitation_is_a_link_once_the_bot_is_known_and_then_without_a_network(house: TelegramHouse) -> None:
    await house.writes(house.api.person("Somebody"), "hi")
    link = invite(house.app, person=AN)[0].link
    assert link is not None
    assert link.startswith("https://t.me/checkin_bot?start=")


async def test_the_code_of_the_link_connects_and_works_once(house: TelegramHouse) -> None:
    code = house.code_of(AN)
    an, other = house.api.person("An", username="an_nguyen"), house.api.person("Other")
    await an.starts(code)
    await house.settles()
    assert "I am the check-in bot of Mori Aiko" in last(an)
    await other.starts(code)
    await house.settles()
    await other.starts()
    await house.settles()
    for shown in other.chat:
        assert "Mori" not in shown.text
        assert "Sakura" not in shown.text
    assert [one.mine for one in other.chat] == [True, False, True, False]


async def test_a_whole_check_in_stands_in_one_message(house: TelegramHouse) -> None:
    an = await settles_in(house)
    await house.until("2026-04-06 12:10")
    before = len(an.chat)
    assert "Your check-in is ready" in last(an)
    await house.taps(an, "Start")
    assert len(an.chat) == before
    for _ in range(12):
        if "Done, thank you" in last(an):
            break
        labels = an.chat[-1].labels
        await house.taps(an, next((one for one in labels if one.startswith(("4", "3", "2"))), labels[0]))
    assert "Done, thank you" in last(an)
    assert len(an.chat) == before
    assert an.spinning == set()
    assert len(house.given()) >= 3


async def test_a_photo_a_voice_message_and_an_edit_get_one_kind_answer_each(house: TelegramHouse) -> None:
    an = await settles_in(house)
    for what in ("photo", "sticker", "voice", "location", "contact"):
        await an.sends(what)
        await house.settles()
        assert "I can read only text and buttons" in last(an)
    count = len(an.chat)
    for _ in range(4):
        await an.sends("photo", album="77")
    await house.settles()
    assert len(an.chat) == count + 4 + 1
    shown = await an.says("hello")
    await house.settles()
    count = len(an.chat)
    await an.edits(shown, "hello there")
    await an.edits(shown, "hello there!")
    await house.settles()
    assert len(an.chat) == count + 1


async def test_whoever_blocks_the_bot_is_unreachable_until_they_start_it_again(house: TelegramHouse) -> None:
    an, mori = await settles_in(house), house.api.person("Mori", language="ja")
    await house.comes(mori, "Mori Aiko")
    await house.until("2026-04-06 12:10")
    await house.taps(an, "Start")
    await an.blocks()
    await house.settles()
    assert state_of(house) == "unreachable", "the person said so: no message has to fail first"
    await house.until("2026-04-07 09:00")
    assert "cannot be reached" in last(mori)
    assert "NGUYEN" not in last(mori)
    await an.starts()
    await house.settles()
    assert state_of(house) == "linked"
    assert "1 of" in last(an), "the check-in goes on where it was"
    assert [(one.kind, one.state) for one in house.alerts()] == [("unreachable", "resolved")]


@pytest.mark.parametrize(("refusal", "away"), [("blocked", False), ("deactivated", False), ("blocked", True)])
async def test_a_message_that_finds_nobody_is_told_once_and_on_leave_not_at_all(
    house: TelegramHouse, refusal: str, away: bool
) -> None:
    an = await settles_in(house)
    if away:
        changes.pause(house.app, "A-1", date(2026, 4, 6), date(2026, 5, 15), reason="home_leave")
        house.clock.move_to(tokyo("2026-04-06 12:10"))
        with house.app.store.begin() as tx:
            hire = house.placement().hire.id
            outbox.promise(house.app, tx, hire, key="k", kind="say", subject=hire, detail={"code": "started"})
    setattr(an, refusal, True)
    await house.until("2026-04-06 12:10")
    assert state_of(house) == "unreachable"
    assert [one.reasons[0]["code"] for one in house.alerts()] == ([] if away else ["unreachable.hire"])


def state_of(house: TelegramHouse) -> str:
    """Of the hire's chat."""
    ((state,),) = house.rows("SELECT state FROM address WHERE person_id = :id", id=house.placement().hire.id)
    return str(state)


async def test_the_same_update_twice_changes_nothing(house: TelegramHouse) -> None:
    an = await settles_in(house)
    await house.until("2026-04-06 12:10")
    await house.taps(an, "Start")
    await an.presses(an.chat[-1].labels[3])
    update = house.api.pending[-1] if house.api.pending else None
    await house.settles()
    given, seen = house.given(), [one.text for one in an.chat]
    if update is not None:
        house.api.repeat(update)
    await house.settles()
    assert house.given() == given
    assert [one.text for one in an.chat] == seen


async def test_a_new_phone_moves_the_account_and_tells_the_old_chat(house: TelegramHouse) -> None:
    an = await settles_in(house)
    await house.until("2026-04-06 12:10")
    new = house.api.person("An (new)", username="an_new")
    await new.starts(house.code_of(AN, relink=True))
    await house.settles()
    assert "moved" in last(an) or "another" in last(an) or "new" in last(an)
    assert not any(one.labels for one in an.chat)
    assert any(one.labels == ("Start", "Later") for one in new.chat)
    await house.writes(an, "hello?")
    assert "Mori" not in last(an)


async def test_an_edit_that_breaks_is_made_again_and_stands_once(house: TelegramHouse) -> None:
    an = await settles_in(house)
    await house.until("2026-04-06 12:10")
    house.api.faults.let("editMessageText", refusals.Fault.CUT_AFTER, refusals.Fault.CUT_BEFORE)
    before = len(an.chat)
    await house.taps(an, "Start")
    for _ in range(3):
        house.clock.move_to(tokyo("2026-04-06 12:11"))
        await house.runs()
    assert len(an.chat) == before
    assert an.chat[-1].labels


async def test_a_company_on_two_platforms_and_one_person_on_both_have_one_history(tmp_path: Path) -> None:
    slack = MemoryChannel("slack")
    async with on_telegram("2026-04-01 09:00", tmp_path / "t.db", beside=slack) as house:
        house.imports(row(consultant_channel="telegram"))
        placement = house.placement()
        hire, manager, consultant = placement.hire, placement.manager, placement.consultant
        mori = house.api.person("Mori", language="ja")
        await house.comes(mori, consultant.name)
        for person in (hire, manager):
            linking.link(house.app, person.id, "slack", "", f"u{person.id}")
            await house.runs()
            for choice in ("agree", "name.0", *(["hour.noon"] if person is hire else [])):
                await house.presses(person, choice)
        await house.until("2026-04-06 12:10")
        await house.presses(hire, "start")
        for _ in range(8):
            if "Done" in house.sees(hire):
                break
            await house.presses(hire, "4")
        an = house.api.person("An", username="an_nguyen")
        await an.starts(house.code_of(AN, relink=True))
        await house.settles()
        assert any("an_nguyen" in one.text for one in mori.chat), [one.text for one in mori.chat]
        await house.until("2026-05-01 12:10")
        await house.taps(an, "Start")
        for _ in range(12):
            if "Done" in last(an):
                break
            labels = an.chat[-1].labels
            await house.taps(an, next((one for one in labels if one.startswith("4")), "Prefer not to say"))
        assert "Done" in last(an)
        done = [(one.survey, one.state) for one in reversed(house.checkins()) if one.respondent == "hire"]
        assert done == [("hire_first_week", "completed"), ("hire_monthly", "completed")]
        assert "短い質問をお届けします" in house.log_of(manager)
