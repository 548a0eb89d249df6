"""The company's and the manager's accounts: whatever a hire says or does not share, they see, export and infer the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.channels.memory import LIMITS
from bot.commands import lists
from bot.commands.roster import export_file
from bot.messages import HOME, Inbound, Limits, Payload
from bot.refusal import Refusal
from bot.text.catalog import Voice
from tests.house import House, living

BEFORE = "2026-03-30 10:00"
VOICE = Voice(("en",), "staff")
WINDOWS = Limits(LIMITS.text, LIMITS.button, LIMITS.payload, LIMITS.buttons, edits=True, forms=True, home=True)


async def a_story(house: House, how: str) -> None:
    """A hire who is silent, well, or in trouble and shares a topic as a general remark, in two months."""
    placement = await house.welcomes()
    an, mori = placement.hire, placement.consultant
    await house.until("2026-05-01 12:10")
    if how != "silent":
        await house.goes_through(an, "2" if how == "low" else "4", "GIRAFFE")
    if how == "low":
        topics = [b.label for line in house.messages(an)[-1].rows for b in line if b.payload.choice[:6] == "topic."]
        await house.presses(an, topics[0])
        await house.presses(an, "As a general remark")
        await house.says(an, "the boss hit me with a wrench")
        await house.until("2026-05-07 09:00")
        await house.presses(mori, "said")
        await house.says(an, "pause")
        await house.presses(an, "1 month")
    await house.until("2026-06-20 12:00")


async def what_the_company_sees(how: str, folder: Path) -> tuple[str, str, str]:
    """The manager's whole chat, the manager's own page, and the roster as it is exported."""
    async with living(BEFORE, limits=WINDOWS) as house:
        await a_story(house, how)
        sato = house.placement().manager
        for command in ("/home", "privacy", "list", "/checkin", "who has answered?"):
            await house.says(sato, command)
        page = Payload("menu", 0, 0, "home")
        await house.receive(Inbound(house.address(sato), f"home-{how}", payload=page, message=HOME))
        home = house.channel.home(house.address(sato))
        assert home is not None
        export_file(house.app, VOICE, folder / f"{how}.csv")
        return house.log_of(sato), home.text, (folder / f"{how}.csv").read_text("utf-8-sig")


async def test_whatever_a_hire_answers_the_company_sees_the_same(tmp_path: Path) -> None:
    silent = await what_the_company_sees("silent", tmp_path)

    assert await what_the_company_sees("well", tmp_path) == silent
    assert await what_the_company_sees("low", tmp_path) == silent


async def test_a_manager_opens_nothing_by_forging_buttons() -> None:
    async with living(BEFORE) as house:
        placement = await house.welcomes()
        await a_low_answer(house)
        sato = placement.manager
        before = len(house.messages(sato))
        for kind in ("alert", "case", "share", "privacy", "answers", "safety", "follow_up", "digest", "link"):
            for choice in ("open", "show", "said", "name.supervisor", "ack", "list", "whom.company", "yes"):
                for subject in (1, 2, 3):
                    await house.channel.press_on(house.address(sato), None, Payload(kind, subject, 0, choice))
        seen = "\n".join(one.text for one in house.messages(sato)[before:])
        for word in ("elevated", "GIRAFFE", "stay", "Talking with my boss", "an@example.com"):
            assert word not in seen
        assert house.placement().hire.name == "NGUYEN VAN AN"


async def a_low_answer(house: House) -> None:
    """A first week in which something is wrong."""
    an = house.placement().hire
    await house.until("2026-04-06 12:10")
    await house.answers(an, "GIRAFFE the work is another one", "1")
    await house.runs()


@pytest.mark.parametrize("about", ["My consultant", "The agency"])
async def test_the_command_line_lists_a_complaint_for_nobody_below_the_lead(about: str) -> None:
    async with living(BEFORE) as house:
        placement = await house.welcomes(lead_name="Oda Ken", lead_email="oda@example.com", lead_languages=("en",))
        assert placement.lead is not None
        await house.joins(placement.lead)
        await house.until("2026-04-20 12:00")
        await house.says(placement.hire, "help")
        await house.presses(placement.hire, about)
        await house.runs()

        def kinds(reader: str | None) -> list[str]:
            return [one["kind"] for one in lists.alert_rows(house.app, VOICE, reader=reader) if one["kind"] == "help"]

        assert kinds(None) == []
        assert kinds("Mori Aiko") == []
        assert kinds("oda@example.com") == ["help"]
        for stranger in ("Sato Kenji", "NGUYEN VAN AN", "nobody"):
            with pytest.raises(Refusal):
                kinds(stranger)
        assert house.rows("SELECT count(*) FROM auditentry WHERE action = 'listed_alerts'") == [(2,)]
