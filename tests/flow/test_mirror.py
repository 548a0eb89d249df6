"""Both views of one thing: the consultant reads them side by side, and neither side ever learns of the other's."""

from __future__ import annotations

from datetime import date

from bot.commands.changes import left
from bot.flow import mirror
from bot.text.catalog import Voice
from bot.text.commands import LeaveReason
from store import facts
from tests.flow.test_alert import after_a_month
from tests.flow.test_case_page import audited, opens
from tests.house import House, living

HIRE = ("4", "4", "2", "speaks harshly", "4", "2", "the amount", "4", "nothing")
"""Stay, overall, the boss (and why), the work, the pay (and why), somebody who helps, anything else."""

MANAGER = ("4", "5", "4", "5", "4", "特にありません")
"""Keeps working, comes to me, the work, the pay, somebody who helps, anything else."""


async def answers_of_both(house: House, placement: facts.Placement) -> None:
    await house.answers(placement.manager, *MANAGER)
    await house.answers(placement.hire, *HIRE)
    await house.runs()


async def test_a_case_shows_both_views_of_each_topic_in_both_sides_words() -> None:
    async with after_a_month() as (house, placement):
        await answers_of_both(house, placement)
        said = await opens(house, placement.consultant)
        assert "Both views, asked in the same month. Only the agency reads them side by side:" in said
        assert "• Supervisor, May 1, 2026: hire 2, manager 5 of 5" in said
        assert "Hire: I can talk to my boss when I have a problem. – No, not really" in said
        assert "Manager: NGUYEN VAN AN comes to me when something is difficult. – Yes, fully" in said
        assert "Hire: My pay is fair for my work. – No, not really" in said
        assert "The same on both sides: Wish to stay, Work as promised, Colleagues" in said
        assert ("person:" + str(placement.consultant.id), f"placement:{placement.id}") in audited(house, "read_answers")


async def test_each_wide_gap_is_a_reason_and_stands_in_the_alert_in_words() -> None:
    async with after_a_month() as (house, placement):
        await house.answers(placement.manager, *MANAGER)
        await house.answers(placement.hire, "1", "my boss", *HIRE[1:])
        await house.runs()
        (alert,) = house.alerts()
        gaps = [one["values"]["driver"] for one in alert.reasons if one["code"] == "gap"]
        assert sorted(gaps) == ["pay", "supervisor"]
        await house.until("2026-05-07 09:00")
        await house.presses(placement.consultant, "Open: NGUYEN VAN AN")
        said = house.sees(placement.consultant)
        assert "Manager: NGUYEN VAN AN comes to me when something is difficult. – Yes, fully" in said
        with house.app.store.read() as tx:
            found = [mirror.pairs(house.app, tx, placement.id, date(2026, *day)) for day in ((4, 30), (5, 1))]
        assert [len(one) > 0 for one in found] == [False, True], "an earlier month tells nothing of a later one"


async def test_neither_the_hire_nor_the_manager_ever_reads_the_others_answer_or_a_gap() -> None:
    async with after_a_month() as (house, placement):
        await answers_of_both(house, placement)
        await house.presses(placement.hire, "show")
        await house.presses(placement.manager, "show")
        await house.until("2026-06-05 12:00")
        for person, others in (
            (placement.hire, ("manager 5", "comes to me", "Both views", "Sato Kenji sees")),
            (placement.manager, ("hire 2", "talk to my boss", "Both views", "上司に相談", "2 of 5", "harshly")),
        ):
            chat = house.log_of(person)
            assert chat
            assert [words for words in others if words in chat] == []


async def test_answers_of_different_months_make_no_pair() -> None:
    async with living("2026-03-30 10:00") as house:
        placement = await house.welcomes()
        await house.until("2026-05-01 12:10")
        await house.answers(placement.manager, *MANAGER)
        await house.until("2026-06-01 12:10")
        await house.answers(placement.hire, "4", "4", "1", "speaks harshly", "4", "4", "4", "4", "nothing")
        await house.runs()
        with house.app.store.read() as tx:
            assert mirror.pairs(house.app, tx, placement.id) == ()


async def test_why_somebody_leaves_stands_in_both_sides_words_though_it_is_no_scale() -> None:
    async with living("2026-03-30 10:00") as house:
        placement = await house.welcomes()
        await house.until("2026-06-10 12:10")
        left(
            house.app,
            Voice(("en",), "staff"),
            "A-1",
            notice_on=date(2026, 6, 9),
            left_on=date(2026, 6, 30),
            reason=LeaveReason.RESIGNED,
        )
        await house.until("2026-06-12 12:10")
        await house.answers(
            placement.hire, "My boss or colleagues", "Talking with the boss", "2", "No, thank you", "nothing"
        )
        await house.answers(placement.manager, "次のよい機会", "いいえ、何も", "特にない", "特にありません")
        await house.runs()
        with house.app.store.read() as tx:
            found = mirror.pairs(house.app, tx, placement.id)
        (pair,) = [one for one in found if one.points is None]
        assert (pair.gap, pair.same) == (None, False)
        await house.says(placement.consultant, "list")
        assert "• NGUYEN VAN AN, Sakura Foods: last day Jun 30, 2026; answered today" in house.sees(
            placement.consultant
        )
        said = await opens(house, placement.consultant)
        assert "• What is the main reason why you are leaving?" in said
        assert "Hire: What is the main reason why you are leaving? – My boss or colleagues" in said


async def test_before_a_contract_ends_the_consultant_reads_what_each_side_says_of_it() -> None:
    async with living("2026-03-30 10:00") as house:
        placement = await house.welcomes(contract_ends=date(2026, 9, 30))
        await house.until("2026-06-02 12:10")
        for person in (placement.hire, placement.manager):
            await house.goes_through(person)
        said = await opens(house, placement.consultant)
        for line in (
            "Hire: Has your company told you whether it wants to go on with you? – Yes, it goes on",
            "Manager: Have you told NGUYEN VAN AN? – Yes",
            "Manager: The contract of NGUYEN VAN AN ends in a few months. Will you renew it? – Yes",
        ):
            assert line in said


async def test_a_manager_who_sees_it_much_worse_is_a_reason_and_raises_nothing() -> None:
    async with after_a_month() as (house, placement):
        await house.answers(placement.manager, "4", "2", "missed the early shift", *MANAGER[2:])
        await house.answers(placement.hire, "1", "my boss", "4", "5", "4", "4", "4", "nothing")
        await house.runs()
        (alert,) = house.alerts()
        (below,) = [one for one in alert.reasons if one["code"] == "gap_below"]
        assert (below["values"]["driver"], below["weight"]) == ("supervisor", 0.0)
        await house.until("2026-05-07 09:00")
        await house.presses(placement.consultant, "Open: NGUYEN VAN AN")
        said = house.sees(placement.consultant)
        gap = "Supervisor: the manager sees it much worse (2 of 5 on May 1, 2026) than this person does (5 of 5 on May 1, 2026)."
        assert gap in said
