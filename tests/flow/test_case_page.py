"""A case's own page: a visit, a pause, a notice, a start date and an invitation, noted by whoever looks after the case."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.channels.memory import LIMITS
from bot.messages import Payload
from store import facts
from tests.flow.test_alert import after_a_month, leaves
from tests.house import House, living, row

WINDOWS = replace(LIMITS, forms=True, home=True)


async def opens(house: House, person: facts.Person, hire: str = "NGUYEN VAN AN") -> str:
    """Open the list, then the case."""
    await house.says(person, "list")
    await house.presses(person, f"Case: {hire}")
    return house.sees(person)


def audited(house: House, action: str) -> list[tuple[str, str]]:
    return [(a, s) for a, s in house.rows("SELECT actor, subject FROM auditentry WHERE action = :it", it=action)]


async def test_a_visit_and_a_call_are_written_into_the_history() -> None:
    async with after_a_month() as (house, placement):
        mori = placement.consultant
        said = await opens(house, mori)
        assert said.startswith("NGUYEN VAN AN, Sakura Foods\n\nCase A-1, since Apr 1, 2026, now: ")
        await house.presses(mori, "Log a visit or a call")
        await house.presses(mori, "A visit")
        assert "What did you learn?" in house.sees(mori)
        await house.says(mori, "   ")
        assert house.sees(mori) == "Please write one sentence about what you learned."
        await house.says(mori, "The new foreman explains more.")
        assert house.sees(mori) == "NGUYEN VAN AN: noted in the case's history."
        said = await opens(house, mori)
        assert "May 1, 2026: Mori Aiko visited: The new foreman explains more." in said
        assert audited(house, "visit_logged") == [(f"person:{mori.id}", "placement:A-1")]
        assert house.rows("SELECT count(*) FROM followup WHERE state = 'draft'") == [(0,)]


async def test_a_pause_is_written_with_its_days_and_the_hire_is_told() -> None:
    async with living("2026-04-02 10:00") as house:
        placement = await house.welcomes()
        mori = placement.consultant
        await opens(house, mori)
        await house.presses(mori, "Pause the check-ins")
        assert "like this: 2026-04-02 2026-04-16" in house.sees(mori)
        for written, answer in (
            ("next month", "I could not read the days."),
            ("2026-04-31 2026-05-10", "I could not read the days."),
            ("2026-04-20 2026-04-10", "The first day comes after the last one."),
            ("2025-04-01 2025-04-10", "These days are over already."),
            ("2026-04-20 2226-04-30", "That day is too far away."),
        ):
            await house.says(mori, written)
            assert house.sees(mori).startswith(answer)
        assert house.rows("SELECT count(*) FROM pause") == [(0,)]

        await house.says(mori, "２０２６年４月５日 から 2026/4/20 まで")
        assert house.sees(mori).startswith("NGUYEN VAN AN: nothing is asked from Apr 5, 2026 to Apr 20, 2026.")
        assert audited(house, "paused") == [(f"person:{mori.id}", "placement:A-1")]
        before = len(house.messages(mori))
        await house.until("2026-04-20 12:00")
        assert "notice" in [kind for _, kind in house.sent_at(placement.hire)]
        assert "opening" not in [kind for _, kind in house.sent_at(placement.hire)]
        assert len(house.messages(mori)) == before, "who did it is not told once more"


async def test_a_notice_is_recorded_and_the_case_is_closed() -> None:
    async with after_a_month() as (house, placement):
        mori = placement.consultant
        await leaves(house, placement.hire)
        await opens(house, mori)
        await house.presses(mori, "Record notice")
        await house.presses(mori, "resigned")
        await house.says(mori, "2026-06-30 2026-05-01")
        assert house.sees(mori) == "The notice comes after the last day."
        await house.says(mori, "2026-05-01 2026-06-30")
        assert "noted as leaving on Jun 30, 2026" in house.sees(mori)
        assert house.placement().left_on is not None
        assert house.alerts()[0].state == "resolved"
        await house.runs()
        assert audited(house, "left") == [(f"person:{mori.id}", "placement:A-1")]


async def test_the_start_date_is_corrected_and_the_check_ins_move() -> None:
    async with living("2026-03-30 10:00") as house:
        placement = await house.welcomes()
        mori = placement.consultant
        await opens(house, mori)
        await house.presses(mori, "Correct the start date")
        assert "like this: 2026-04-01" in house.sees(mori)
        await house.says(mori, "2026-04-08")
        assert "the first day of work is Apr 8, 2026 now" in house.sees(mori)
        assert audited(house, "start_corrected") == [(f"person:{mori.id}", "placement:A-1")]
        await house.until("2026-04-12 18:00")
        assert "opening" not in [kind for _, kind in house.sent_at(placement.hire)]
        await house.until("2026-04-14 18:00")
        assert "opening" in [kind for _, kind in house.sent_at(placement.hire)]


async def test_somebody_who_was_never_connected_gets_a_code_that_works_once() -> None:
    async with living("2026-03-30 10:00") as house:
        house.imports(row())
        placement = house.placement()
        mori = placement.consultant
        await house.joins(mori)
        assert "Not connected: NGUYEN VAN AN, Sato Kenji" in await opens(house, mori)
        await house.presses(mori, "Invite the hire anew")
        first = house.sees(mori).rsplit(" ", 1)[-1]
        await opens(house, mori)
        await house.presses(mori, "Invite the hire anew")
        assert house.sees(mori).startswith("For NGUYEN VAN AN, and nobody else. It works once, until Apr 29, 2026")
        second = house.sees(mori).rsplit(" ", 1)[-1]
        assert first not in str(house.everything())
        assert second not in str(house.everything()), "a code is kept nowhere in the clear"
        assert audited(house, "invited") == [(f"person:{mori.id}", f"person:{placement.hire.id}")] * 2

        await house.says(placement.hire, first)
        assert "Mori Aiko" not in house.sees(placement.hire), "the earlier code does not work any more"
        await house.says(placement.hire, second)
        assert "Mori Aiko" in house.sees(placement.hire)
        assert "Not connected: Sato Kenji" in await opens(house, mori)


async def test_in_a_window_everything_is_said_at_once() -> None:
    async with living("2026-04-02 10:00", limits=WINDOWS) as house:
        placement = await house.welcomes()
        mori = placement.consultant
        where = house.address(mori)

        async def fills(says: str, **values: str) -> None:
            await house.channel.submit(where, **values)
            shown = house.channel.window(where)
            assert shown is not None
            assert says in shown.text

        await opens(house, mori)
        await house.presses(mori, "Log a visit or a call")
        await fills("Please choose one of the list.", kind="party", note="Met")
        await fills("Please write one sentence", kind="call", note=" ")
        await fills("noted in the case's history", kind="call", note="All is well.")
        house.channel.close_window(where)

        await house.presses(mori, "Pause the check-ins")
        await fills("The first day comes after", first="2026-04-20", last="2026-04-10")
        await fills("I could not read the days", first="soon", last="2026-04-10")
        await fills("nothing is asked from Apr 10, 2026", first="2026-04-10", last="2026-04-20")
        house.channel.close_window(where)

        await house.presses(mori, "Correct the start date")
        await fills("the first day of work is Apr 3, 2026", first="2026-04-03")
        house.channel.close_window(where)

        await house.presses(mori, "Record notice")
        await fills("Please choose one of the list.", first="2026-04-10", last="2026-05-10")
        await fills("before the first day", first="2026-03-01", last="2026-03-02", reason="resigned")
        await fills("leaving on May 10, 2026", first="2026-04-10", last="2026-05-10", reason="resigned")
        house.channel.close_window(where)
        await house.runs()
        page = house.channel.home(where)
        assert page is not None
        assert "last day May 10, 2026" in page.text, "whoever leaves stays on the list for a while"


@pytest.mark.parametrize(
    "choice",
    [
        "open",
        "log",
        "log.visit",
        "log.save",
        "pause",
        "pause.save",
        "leave.resigned",
        "leave.save",
        "start.save",
        "invite-hire",
    ],
)
async def test_another_consultants_press_changes_nothing(choice: str) -> None:
    async with living("2026-04-02 10:00") as house:
        await house.welcomes()
        house.imports(
            row(
                row=3,
                placement_id="B-1",
                hire_email="b@example.com",
                consultant_name="Abe Rin",
                consultant_email="abe@example.com",
            )
        )
        abe = house.placement("B-1").consultant
        await house.joins(abe)
        changing = ("followup", "pause", "placement", "invitation", "auditentry", "notice")
        before = {name: found for name, found in house.everything().items() if name in changing}
        for subject in (house.placement("A-1").id, 987654):
            await house.channel.press_on(house.address(abe), None, Payload("case", subject, 0, choice))
            assert house.sees(abe) == "This case is not with you, so nothing has changed."
        assert {name: found for name, found in house.everything().items() if name in changing} == before


async def test_the_page_keeps_what_was_done_about_a_complaint_from_the_consultant() -> None:
    async with living("2026-03-30 10:00") as house:
        placement = await house.welcomes(lead_name="Oda Ken", lead_email="oda@example.com", lead_languages=("en",))
        assert placement.lead is not None
        await house.joins(placement.lead)
        await house.says(placement.hire, "help")
        await house.presses(placement.hire, "My consultant")
        await house.runs()
        await house.presses(placement.lead, "I take care of it")
        await house.runs()
        assert house.rows("SELECT count(*) FROM followup WHERE kind = 'acknowledged'") == [(1,)]
        for person in (placement.consultant, placement.lead):
            assert "Oda Ken" not in await opens(house, person)
