"""What somebody does about an alert is seen by everybody who has it, and may be done in a window where there are windows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.channels.memory import LIMITS
from bot.flow import changes
from store import facts
from tests.flow.test_alert import after_a_month, leaves
from tests.house import House, living, row

WINDOWS = replace(LIMITS, forms=True, home=True)


def alert_in(house: House, person: facts.Person) -> str:
    """The alert as it stands in a person's chat, with its buttons."""
    (shown,) = [one for one in house.channel.shown(house.address(person)) if "risk of resignation" in one.text]
    return "\n".join([shown.text, *(f"[{button.label}]" for line in shown.rows for button in line)])


async def test_every_copy_shows_who_took_care_and_offers_only_what_still_applies() -> None:
    async with after_a_month(lead=True) as (house, placement):
        mori, oda = placement.consultant, placement.lead
        assert oda is not None
        await leaves(house, placement.hire)
        await house.until("2026-05-08 18:00")  # A working day later nobody has acted, so that the lead has it too.
        assert "[I take care of it]" in alert_in(house, mori)
        assert "[I take care of it]" in alert_in(house, oda)

        before = len(house.messages(oda))
        await house.presses(oda, "I take care of it")
        await house.runs()
        for person in (mori, oda):
            said = alert_in(house, person)
            assert "Oda Ken takes care of it" in said
            assert "Now: in hand" in said
            assert "[I take care of it]" not in said
            assert "[Close the case]" in said
        assert len(house.messages(oda)) == before + 2, "the alert anew, and one short answer"

        await house.presses(mori, "Close the case")
        await house.presses(mori, "Stays, the matter is solved")
        await house.runs()
        for person in (mori, oda):
            assert "Mori Aiko closed the case: Stays, the matter is solved" in alert_in(house, person)
            assert "[" not in alert_in(house, person)


async def test_a_case_that_went_to_somebody_else_vanishes_from_the_chat() -> None:
    async with after_a_month() as (house, placement):
        await leaves(house, placement.hire)
        house.imports(
            row(
                row=3,
                placement_id="A-2",
                hire_email="b@example.com",
                consultant_name="Abe Rin",
                consultant_email="abe@example.com",
            )
        )
        changes.hand_over(house.app, "Mori Aiko", "Abe Rin")
        await house.runs()
        chat = "\n".join(house.shown(placement.consultant))
        assert "I have resigned" not in chat
        assert "risk of resignation" not in chat
        assert "What stood here is not shown any more" in chat


async def test_where_a_chat_cannot_be_edited_nothing_is_sent_twice() -> None:
    async with living("2026-03-30 10:00", limits=replace(LIMITS, edits=False)) as house:
        placement = await house.welcomes()
        await house.says(placement.hire, "help")
        await house.presses(placement.hire, "whom.other")
        await house.runs()
        await house.presses(placement.consultant, "I take care of it")
        await house.runs()
        texts = [one.text for one in house.messages(placement.consultant)]
        assert len([text for text in texts if "asks for help" in text]) == 1


async def test_an_action_is_noted_in_one_window_and_falls_on_a_working_day() -> None:
    async with after_a_month(limits=WINDOWS) as (house, placement):
        mori = placement.consultant
        where = house.address(mori)
        await leaves(house, placement.hire)
        await house.presses(mori, "Note an action")
        window = house.channel.window(where)
        assert window is not None
        assert window.form is not None
        assert [one.name for one in window.form.fields] == ["topic", "note", "due", "promised"]
        assert window.form.fields[2].initial == "2026-05-08"

        for values, missing in (
            ({"topic": "pay", "note": "  ", "due": "2026-05-08"}, "Please write what you will do."),
            ({"topic": "pay", "note": "Call", "due": "2026-04-30"}, "Please choose a day that is not past."),
            ({"topic": "pay", "note": "Call", "due": "soon"}, "Please choose a day that is not past."),
            ({"topic": "horoscope", "note": "Call", "due": "2026-05-08"}, "Please choose one of the list."),
        ):
            await house.channel.submit(where, **values)
            shown = house.channel.window(where)
            assert shown is not None
            assert missing in shown.text
        assert house.rows("SELECT count(*) FROM followup") == [(0,)]

        await house.channel.submit(where, topic="pay", note="Go through the pay slip", due="2026-05-09", promised="yes")
        await house.runs()
        shown = house.channel.window(where)
        assert shown is not None
        assert "noted, due on May 11, 2026. The next check-in asks" in shown.text
        assert "Go through the pay slip (by May 11, 2026)" in alert_in(house, mori)

        house.channel.close_window(where)
        await house.until("2026-05-11 09:00")
        await house.presses(mori, "It is done")
        await house.runs()
        assert "Mori Aiko has done it: Pay" in alert_in(house, mori)
        assert house.rows("SELECT kind, state FROM followup WHERE kind IN ('action', 'done')")[0] == ("action", "done")


async def test_a_case_is_closed_in_one_window_with_a_remark() -> None:
    async with after_a_month(limits=WINDOWS) as (house, placement):
        mori = placement.consultant
        await leaves(house, placement.hire)
        await house.presses(mori, "Close the case")
        await house.channel.submit(house.address(mori), outcome="leaves", note="A better offer in Osaka")
        await house.runs()
        assert "closed the case: Leaves. A better offer in Osaka" in alert_in(house, mori)
        assert house.alerts()[0].outcome == "leaves"


@pytest.mark.parametrize(("mode", "named"), [("brief", False), ("full", True)])
async def test_on_telegram_a_consultant_reads_initials_and_the_case_unless_it_is_set_otherwise(
    mode: str, named: bool
) -> None:
    async with living("2026-03-30 10:00", platform="telegram", privacy={"consultant_telegram": mode}) as house:
        placement = await house.welcomes()
        await house.says(placement.hire, "help")
        await house.until("2026-03-30 10:05")  # Nobody said with whom the trouble is.
        await house.presses(placement.consultant, "I take care of it")
        await house.until("2026-03-30 10:07")
        await house.says(placement.consultant, "list")
        changes.pause(house.app, "A-1", house.clock().date(), house.clock().date())
        await house.until("2026-03-30 10:10")
        assert len(house.messages(placement.consultant)) >= 5
        chat = house.log_of(placement.consultant)
        assert ("NGUYEN" in chat) is named
        assert ("N. V. A. (A-1), Sakura Foods: asks for help" in chat) is not named


async def test_on_slack_a_consultant_reads_the_name() -> None:
    async with living("2026-03-30 10:00", platform="slack") as house:
        placement = await house.welcomes()
        await house.says(placement.hire, "help")
        await house.until("2026-03-30 10:05")  # Nobody said with whom the trouble is.
        assert "NGUYEN VAN AN, Sakura Foods: asks for help" in house.sees(placement.consultant)
