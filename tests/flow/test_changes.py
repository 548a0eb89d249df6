"""What happens to a placement after it has begun: a pause, the end, another consultant; and what everybody is told."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from bot import flow
from bot.flow import changes
from bot.refusal import Refusal
from bot.settings import Settings
from bot.settings.model import Staff
from store import facts
from tests.house import House, living, open_house, row, tokyo

BEFORE = "2026-03-30 10:00"
ODA = {"consultant_name": "Oda Ken", "consultant_email": "oda@example.com", "consultant_languages": ("en",)}
BINA = {"row": 3, "placement_id": "A-2", "hire_name": "RAI Bina", "hire_email": "bina@example.com"}
MINUTE = timedelta(minutes=30)


def refused(step: Any, *arguments: Any, **options: Any) -> str:
    with pytest.raises(Refusal) as caught:
        step(*arguments, **options)
    return caught.value.code


def states(house: House, key: str = "A-1", who: str = "hire") -> list[tuple[str, str]]:
    return [(one.period, one.state) for one in reversed(house.checkins(key)) if one.respondent == who]


def planned(house: House, key: str = "A-1") -> list[tuple[str, str]]:
    return house.rows(  # type: ignore[return-value]
        "SELECT respondent, period FROM checkin JOIN placement ON placement.id = placement_id "
        "WHERE state = 'planned' AND key = :key ORDER BY opens_at",
        key=key,
    )


def audited(house: House, action: str) -> list[tuple[str, str]]:
    return house.rows("SELECT actor, subject FROM auditentry WHERE action = :action ORDER BY id", action=action)  # type: ignore[return-value]


def texts(house: House, person: facts.Person) -> list[str]:
    return [one.text for one in house.messages(person)]


async def after_a_good_first_week(house: House) -> facts.Placement:
    placement = await house.welcomes()
    await house.until("2026-04-06 12:10")
    await house.answers(placement.hire, "4", "4", "4", "4", "4", "4")
    assert states(house) == [("first_week", "completed")]
    return placement


async def two_consultants(house: House) -> tuple[facts.Placement, facts.Placement, facts.Person, facts.Person]:
    """An is with Mori, Bina is with Oda; everybody has agreed."""
    an = await house.welcomes()
    house.imports(row(), row(**BINA, **ODA))
    bina = house.placement("A-2")
    await house.joins(bina.consultant)
    await house.agrees(bina.hire)
    house.channel.sent.clear()
    return an, bina, an.consultant, bina.consultant


# Pause.


async def test_in_a_pause_nothing_is_asked_and_afterwards_it_starts_by_itself() -> None:
    async with living(BEFORE) as house:
        placement = await house.welcomes()
        await house.until("2026-04-06 09:00")
        done = changes.pause(house.app, "A-1", date(2026, 4, 6), date(2026, 5, 15))
        assert (done.changed, done.withdrawn) == (True, 0)
        await house.until("2026-05-31 12:00")
        for person in (placement.hire, placement.manager):
            assert not [kind for _, kind in house.sent_at(person) if kind in ("opening", "reminder")]
        assert house.alerts() == []
        await house.until("2026-06-01 12:10")
        assert house.sent_at(placement.hire)[-1] == ("06-01 12:10", "opening")
        assert house.sent_at(placement.manager)[-1] == ("06-01 10:00", "opening")


async def test_a_pause_takes_back_what_is_open_and_says_so_kindly() -> None:
    async with living(BEFORE) as house:
        placement = await after_a_good_first_week(house)
        an, sato, mori = placement.hire, placement.manager, placement.consultant
        await house.until("2026-05-01 12:10")
        assert states(house)[-1] == ("m1", "open")
        house.channel.sent.clear()
        done = changes.pause(house.app, "A-1", date(2026, 5, 1), date(2026, 6, 15))
        assert done.withdrawn == 2
        assert states(house)[-1] == ("m1", "cancelled")
        assert states(house, who="manager") == [("m1", "cancelled")]
        await house.runs()
        (said,) = texts(house, an)
        assert "From May 1, 2026 to June 15, 2026 I will not ask you anything" in said
        (said,) = texts(house, sato)
        assert (
            said
            == "今回の質問は不要になりましたので、取り下げました。お答えいただく必要はありません。ありがとうございます。"
        )
        (said,) = texts(house, mori)
        assert "NGUYEN VAN AN, Sakura Foods: nothing is asked from May 1, 2026 to Jun 15, 2026" in said
        await house.until("2026-07-01 12:10")
        assert house.alerts() == []
        assert states(house)[-1] == ("m3", "open")


async def test_the_same_pause_twice_changes_nothing() -> None:
    async with living(BEFORE) as house:
        await house.welcomes()
        first = changes.pause(house.app, "A-1", date(2026, 4, 6), date(2026, 5, 15), reason="leave")
        before = house.everything()
        second = changes.pause(house.app, "A-1", date(2026, 4, 6), date(2026, 5, 15), reason="leave")
        assert (first.changed, second.changed) == (True, False)
        assert house.everything() == before
        assert audited(house, "paused") == [("cli", "placement:A-1")]


async def test_other_dates_correct_a_pause_and_a_later_one_stands_beside_it() -> None:
    with open_house(BEFORE) as house:
        house.imports(row())
        for first, last in ((4, 5), (5, 6), (9, 10)):
            changes.pause(house.app, "A-1", date(2026, first, 1), date(2026, last, 15))
        assert house.rows("SELECT first, last, reason FROM pause ORDER BY first") == [
            ("2026-05-01", "2026-06-15", "home_leave"),
            ("2026-09-01", "2026-10-15", "home_leave"),
        ]


async def test_a_pause_that_begins_later_lets_an_open_check_in_be_answered() -> None:
    async with living(BEFORE) as house:
        placement = await house.welcomes()
        await house.until("2026-04-06 12:10")
        assert changes.pause(house.app, "A-1", date(2026, 4, 8), date(2026, 4, 30)).withdrawn == 0
        await house.answers(placement.hire, "4", "4", "4", "4", "4")
        assert house.given() != {}


async def test_who_said_no_is_not_written_to_about_a_pause() -> None:
    async with living(BEFORE) as house:
        house.imports(row())
        placement = house.placement()
        await house.joins(placement.hire)
        await house.presses(placement.hire, "decline")
        house.channel.sent.clear()
        changes.pause(house.app, "A-1", date(2026, 4, 1), date(2026, 4, 30))
        await house.runs()
        assert texts(house, placement.hire) == []


async def test_at_night_nobody_is_told_before_the_morning_and_help_is_still_answered_at_once() -> None:
    async with living(BEFORE) as house:
        placement = await house.welcomes()
        await house.until("2026-04-03 23:00")  # A Friday.
        changes.pause(house.app, "A-1", date(2026, 4, 3), date(2026, 4, 30))
        await house.runs()
        assert texts(house, placement.hire) == []
        await house.says(placement.hire, "help")
        await house.presses(placement.hire, "whom.other")
        assert "I have told Mori Aiko" in house.sees(placement.hire)
        answered = len(texts(house, placement.hire))
        await house.until("2026-04-06 07:59", by=MINUTE)
        assert len(texts(house, placement.hire)) == answered
        house.clock.move_to(tokyo("2026-04-06 08:00"))
        await house.runs()
        assert "I will not ask you anything" in house.sees(placement.hire)


def test_a_pause_that_cannot_be_is_refused() -> None:
    with open_house(BEFORE) as house:
        house.imports(row())
        assert refused(changes.pause, house.app, "A-9", date(2026, 4, 1), date(2026, 4, 2)) == "placement_unknown"
        assert refused(changes.pause, house.app, "A-1", date(2026, 4, 2), date(2026, 4, 1)) == "days_reversed"
        changes.leave(house.app, "A-1", notice_on=date(2026, 4, 1), left_on=date(2026, 4, 30), reason="other")
        assert refused(changes.pause, house.app, "A-1", date(2026, 5, 1), date(2026, 5, 9)) == "placement_left"


# The end.


async def test_who_leaves_is_asked_about_it_once_and_then_nothing_more() -> None:
    async with living(BEFORE) as house:
        placement = await after_a_good_first_week(house)
        an, sato, mori = placement.hire, placement.manager, placement.consultant
        await house.until("2026-05-01 12:10")
        house.channel.sent.clear()
        done = changes.leave(house.app, "A-1", notice_on=date(2026, 5, 1), left_on=date(2026, 7, 31), reason="resigned")
        assert (done.changed, done.withdrawn) == (True, 2)
        assert states(house) == [("first_week", "completed"), ("m1", "cancelled")]
        assert planned(house) == []
        assert house.rows("SELECT notice_on, left_on, leave_reason FROM placement") == [
            ("2026-05-01", "2026-07-31", "resigned")
        ]
        await house.runs()
        assert texts(house, an)[0].startswith("Your monthly check-ins end here")
        assert len(texts(house, sato)) == 1
        assert not any(word in texts(house, sato)[0] for word in ("NGUYEN", "退職", "resigned"))
        assert any("noted as leaving on Jul 31, 2026 (resigned)" in text for text in texts(house, mori))

        await flow.plan_ahead(house.app)
        await house.until("2026-05-01 12:20")
        assert states(house)[-1] == ("exit", "open")
        await house.answers(an, "Pay or hours", "Pay and hours", "3")
        assert "we help you to leave properly" in house.sees(an)
        await house.says(an, "Insurance and tax")
        assert "Your consultant will contact you about this." in house.sees(an)
        await house.says(an, "Thank you for everything.")
        assert "about a month" not in house.sees(an)
        assert [one.kind for one in house.alerts() if one.state != "resolved"] == ["help"]

        await house.until("2026-06-01 12:00")
        before = len(texts(house, an)), len(texts(house, sato))
        await house.until("2026-09-01 12:00")
        assert (len(texts(house, an)), len(texts(house, sato))) == before
        exits = {one.respondent: one.state for one in house.checkins() if one.period == "exit"}
        assert exits == {"hire": "completed", "manager": "expired"}


async def test_leaving_twice_changes_nothing_and_a_correction_is_told_only_to_the_consultant() -> None:
    async with living(BEFORE) as house:
        placement = await house.welcomes()
        days: dict[str, Any] = {"notice_on": date(2026, 5, 1), "reason": "contract_end"}
        assert changes.leave(house.app, "A-1", left_on=date(2026, 7, 31), **days).changed
        await house.runs()
        before = house.everything()
        assert not changes.leave(house.app, "A-1", left_on=date(2026, 7, 31), **days).changed
        assert house.everything() == before
        house.clock.move_to(house.clock() + MINUTE)
        assert changes.leave(house.app, "A-1", left_on=date(2026, 8, 31), **days).changed
        await house.runs()
        assert len([one for one in texts(house, placement.hire) if "end here" in one]) == 1
        assert "Aug 31, 2026" in house.sees(placement.consultant)
        assert len(audited(house, "left")) == 2


async def test_alerts_about_the_risk_are_closed_and_a_call_for_help_is_not() -> None:
    async with living(BEFORE) as house:
        placement = await after_a_good_first_week(house)
        await house.until("2026-05-01 12:10")
        await house.answers(placement.hire, "1", "I have another job offer", "1", "1")
        await house.says(placement.hire, "I need help")
        await house.presses(placement.hire, "whom.other")
        await house.until("2026-05-22 12:00")
        assert {(one.kind, one.state) for one in house.alerts()} == {("risk", "open"), ("help", "open")}
        changes.leave(house.app, "A-1", notice_on=date(2026, 5, 22), left_on=date(2026, 6, 30), reason="resigned")
        assert {(one.kind, one.state, one.outcome) for one in house.alerts()} == {
            ("risk", "resolved", "leaves"),
            ("help", "open", None),
        }


async def test_who_goes_on_at_another_client_is_not_told_that_it_is_over() -> None:
    async with living(BEFORE) as house:
        placement = await house.welcomes()
        house.imports(row(), row(row=3, placement_id="B-1", company="Umi Inn", start_date=date(2026, 5, 1)))
        changes.leave(
            house.app, "A-1", notice_on=date(2026, 4, 1), left_on=date(2026, 5, 31), reason="moved_same_agency"
        )
        await house.runs()
        assert not any("end here" in text for text in texts(house, placement.hire))
        assert {period for _, period in planned(house, "A-1")} <= {"exit"}
        assert ("hire", "first_week") in planned(house, "B-1")


async def test_a_manager_in_the_middle_of_it_goes_on_with_the_next_hire() -> None:
    async with living(BEFORE) as house:
        await house.welcomes()
        house.imports(row(), row(**BINA))
        sato = house.placement().manager
        await house.until("2026-05-01 10:00")
        await house.presses(sato, "start")
        house.channel.sent.clear()
        changes.leave(house.app, "A-1", notice_on=date(2026, 5, 1), left_on=date(2026, 5, 31), reason="other")
        await house.runs()
        assert [button.payload.choice for line in house.messages(sato)[-1].rows for button in line][:1] == ["start"]
        await house.presses(sato, "start")
        assert "RAI Bina" in house.sees(sato)


async def test_a_notice_that_lies_ahead_lets_the_months_before_it_be_asked() -> None:
    async with living(BEFORE) as house:
        await house.welcomes()
        changes.leave(house.app, "A-1", notice_on=date(2026, 5, 20), left_on=date(2026, 6, 30), reason="contract_end")
        await house.until("2026-06-10 12:00")
        assert [period for period, _ in states(house)] == ["first_week", "m1", "exit"]


def test_an_end_that_cannot_be_is_refused() -> None:
    with open_house(BEFORE) as house:
        house.imports(row())

        def leave(notice: date, last: date, key: str = "A-1") -> str:
            return refused(changes.leave, house.app, key, notice_on=notice, left_on=last, reason="other")

        assert leave(date(2026, 5, 1), date(2026, 4, 30)) == "notice_late"
        assert leave(date(2026, 3, 1), date(2026, 3, 31)) == "left_early"
        assert leave(date(2026, 5, 1), date(2026, 5, 30), "A-9") == "placement_unknown"


# Another consultant.


async def test_everything_goes_to_the_other_consultant_and_the_first_sees_it_no_more() -> None:
    async with living(BEFORE) as house:
        an, _, mori, oda = await two_consultants(house)
        await house.until("2026-04-06 12:10")
        await house.says(an.hire, "I need help")
        await house.presses(an.hire, "whom.other")
        await house.runs()
        (alert,) = house.alerts()
        assert alert.owner_id == mori.id
        house.channel.sent.clear()

        done = changes.hand_over(house.app, "Mori Aiko", "oda@example.com")
        assert ([one.key for one in done.placements], done.changed) == (["A-1"], True)
        assert house.placement().consultant.id == oda.id
        assert house.alerts()[0].owner_id == oda.id
        await house.runs()
        assert "From today Oda Ken looks after your cases (1)" in house.sees(mori)
        assert "you look after what was with Mori Aiko (1): NGUYEN VAN AN" in house.sees(oda)
        sentence = (
            "From today Oda Ken is your consultant and reads your answers. Mori Aiko does not read them any more."
        )
        assert texts(house, an.hire) == [sentence]
        assert "Oda Ken" in texts(house, an.manager)[0]
        assert audited(house, "handed_over") == [("cli", "placement:A-1")]

        await house.says(mori, "list")
        assert "NGUYEN" not in house.sees(mori)
        await house.says(oda, "list")
        assert "NGUYEN VAN AN" in house.sees(oda)
        await house.presses(oda, "Open: NGUYEN VAN AN")
        assert "asks for help" in house.sees(oda)


async def test_an_alert_that_was_shown_before_answers_the_first_no_more() -> None:
    async with living(BEFORE) as house:
        an, _, mori, _ = await two_consultants(house)
        await house.until("2026-04-06 12:10")
        await house.says(an.hire, "I need help")
        await house.presses(an.hire, "whom.other")
        await house.runs()
        changes.hand_over(house.app, "Mori Aiko", "Oda Ken")
        await house.presses(mori, "I take care of it")
        assert "This case is not with you" in house.sees(mori)
        assert house.alerts()[0].state == "open"


async def test_handing_over_twice_changes_nothing() -> None:
    async with living(BEFORE) as house:
        await two_consultants(house)
        changes.hand_over(house.app, "Mori Aiko", "Oda Ken")
        await house.runs()
        before = house.everything()
        done = changes.hand_over(house.app, "Mori Aiko", "Oda Ken")
        assert (done.changed, done.placements) == (False, ())
        assert house.everything() == before


async def test_a_promise_goes_with_its_placement() -> None:
    async with living(BEFORE) as house:
        an, _, mori, oda = await two_consultants(house)
        await house.until("2026-04-06 12:10")
        await house.says(an.hire, "I need help")
        await house.presses(an.hire, "whom.other")
        await house.runs()
        for press in ("I take care of it", "Note an action", "Pay"):
            await house.presses(mori, press)
        await house.says(mori, "Ask the company about the bonus")
        await house.presses(mori, "Within 3 days")
        await house.presses(mori, "Yes, promised")
        changes.hand_over(house.app, "Mori Aiko", "Oda Ken")
        house.channel.sent.clear()
        await house.until("2026-04-10 09:30")
        assert any("Ask the company about the bonus" in text for text in texts(house, oda))
        assert not any("bonus" in text for text in texts(house, mori))


async def test_with_a_day_it_comes_back_by_itself_and_everybody_is_told_again() -> None:
    async with living(BEFORE) as house:
        an, bina, mori, oda = await two_consultants(house)
        changes.hand_over(house.app, "Mori Aiko", "Oda Ken", until=date(2026, 4, 3))
        await house.runs()
        assert texts(house, an.hire) == [
            "From today until April 3, 2026, Oda Ken stands in for Mori Aiko and reads your answers."
        ]
        assert "Until Apr 3, 2026 Oda Ken stands in for you (1)" in house.sees(mori)
        await house.until("2026-04-02 23:59", by=timedelta(hours=6))
        assert house.placement().consultant.id == oda.id
        await house.until("2026-04-03 10:00", by=timedelta(hours=1))
        assert house.placement().consultant.id == mori.id
        assert house.placement("A-2").consultant.id == bina.consultant.id, "what was Oda's own stays with Oda"
        assert texts(house, an.hire)[-1].startswith("From today Mori Aiko is your consultant")
        at, kind = house.sent_at(an.hire)[-1]
        assert ("04-03 08:00" <= at <= "04-03 09:00", kind) == (True, "notice")
        assert audited(house, "handed_over") == [("cli", "placement:A-1"), ("handover", "placement:A-1")]
        before = house.everything()
        await house.runs()
        assert house.everything() == before


async def test_a_stand_in_can_be_made_longer_or_for_good() -> None:
    async with living(BEFORE) as house:
        await two_consultants(house)
        for until in (date(2026, 4, 3), date(2026, 4, 10)):
            assert changes.hand_over(house.app, "Mori Aiko", "Oda Ken", until=until).changed
        assert house.rows("SELECT until FROM handover") == [("2026-04-10",)]
        assert changes.hand_over(house.app, "Mori Aiko", "Oda Ken").changed
        await house.until("2026-04-12 12:00", by=timedelta(hours=12))
        assert house.placement().consultant.name == "Oda Ken"


async def test_what_belongs_to_somebody_else_by_then_does_not_come_back() -> None:
    async with living(BEFORE) as house:
        await two_consultants(house)
        changes.hand_over(house.app, "Mori Aiko", "Oda Ken", until=date(2026, 4, 3))
        third = {"consultant_name": "Abe Rin", "consultant_email": "abe@example.com"}
        house.imports(row(**third))
        await house.until("2026-04-04 10:00", by=timedelta(hours=12))
        assert house.placement().consultant.name == "Abe Rin"


async def test_who_was_not_named_by_any_roster_yet_can_take_over() -> None:
    staff = Settings(staff=(Staff(name="Abe Rin", email="abe@example.com", languages=("ja",)),)).staff
    async with living(BEFORE, staff=staff) as house:
        await house.welcomes()
        changes.hand_over(house.app, "mori@example.com", "Abe Rin")
        assert house.placement().consultant.name == "Abe Rin"


async def test_who_has_left_or_said_no_is_not_told() -> None:
    async with living(BEFORE) as house:
        an, _, _, _ = await two_consultants(house)
        changes.leave(house.app, "A-1", notice_on=date(2026, 3, 30), left_on=date(2026, 4, 1), reason="other")
        await house.runs()
        house.channel.sent.clear()
        changes.hand_over(house.app, "Mori Aiko", "Oda Ken")
        await house.runs()
        assert texts(house, an.hire) == []
        assert house.placement().consultant.name == "Oda Ken"


def test_a_handover_that_cannot_be_is_refused() -> None:
    admin = Settings(staff=(Staff(name="Kanri", email="kanri@example.com", role="admin"),)).staff
    with open_house(BEFORE, staff=admin) as house:
        house.imports(row())
        assert refused(changes.hand_over, house.app, "Nobody", "Mori Aiko") == "staff_unknown"
        assert refused(changes.hand_over, house.app, "Mori Aiko", "mori@example.com") == "staff_same"
        assert refused(changes.hand_over, house.app, "Mori Aiko", "Kanri") == "staff_admin"
        for until in (date(2026, 3, 30), date(2026, 3, 1)):
            assert refused(changes.hand_over, house.app, "Mori Aiko", "Kanri", until=until) == "until_past"
