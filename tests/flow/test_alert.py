"""Who in the agency is told what, when, and what happens when nobody does anything.

The consultant is Mori Aiko. Answers of the first month are given on Friday, 1 May 2026; 4 to 6 May are public holidays.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.messages import Inbound, Payload
from risk.policy import Policy
from store import facts
from store.queries import audit
from tests.house import House, living, row

BEFORE = "2026-03-30 10:00"
GOOD = ("4", "4", "4", "4", "4", "4", "nothing")
"""Stay, overall, supervisor, work as promised, pay or growth, peer, and the question about anything else."""


@asynccontextmanager
async def after_a_month(*, lead: bool = False, **values: Any) -> AsyncIterator[tuple[House, facts.Placement]]:
    """A house on 1 May at 12:10, when the hire is asked; the first week went well."""
    named = {"lead_name": "Oda Ken", "lead_email": "oda@example.com", "lead_languages": ("en",)} if lead else {}
    async with living(BEFORE, **values) as house:
        placement = await house.welcomes(**named)
        if placement.lead:
            await house.joins(placement.lead)
        await house.until("2026-04-06 12:10")
        await house.answers(placement.hire, "4", "4", "4", "4", "4")
        await house.until("2026-05-01 12:10")
        yield house, placement


def told(house: House, person: facts.Person) -> list[tuple[str, str]]:
    """The alerts and digests that somebody of the agency was sent, with their times."""
    return [one for one in house.sent_at(person) if one[1] in ("alert", "digest")]


async def colleagues(house: House) -> tuple[facts.Person, facts.Person]:
    """Two more consultants, connected, each with a placement of their own."""
    house.imports(
        row(
            row=3,
            placement_id="B-1",
            hire_name="OTHER",
            hire_email="o@example.com",
            consultant_name="Abe Rin",
            consultant_email="abe@example.com",
        ),
        row(
            row=4,
            placement_id="B-2",
            hire_name="MORE",
            hire_email="m@example.com",
            consultant_name="Ueda Jun",
            consultant_email="ueda@example.com",
        ),
    )
    abe, ueda = house.placement("B-1").consultant, house.placement("B-2").consultant
    await house.joins(abe)
    await house.joins(ueda)
    return abe, ueda


async def leaves(house: House, an: facts.Person) -> None:
    """Say what is critical by itself."""
    await house.answers(an, "2", "I have resigned", "4", "4", "4", "4", "4", "nothing")
    await house.runs()


async def promises(house: House, mori: facts.Person) -> None:
    """Note what will be done about the pay, and that the hire was promised it."""
    for press in ("Note an action", "Pay"):
        await house.presses(mori, press)
    await house.says(mori, "Go through the pay slip")
    await house.presses(mori, "Within a week")
    await house.presses(mori, "Yes, promised")


async def test_good_answers_tell_nobody_anything() -> None:
    async with after_a_month() as (house, placement):
        await house.answers(placement.hire, *GOOD)
        await house.until("2026-05-19 12:00")
        assert house.alerts() == []
        assert house.messages(placement.consultant) == []


async def test_the_lowest_answer_about_staying_is_at_least_elevated_and_comes_in_the_digest() -> None:
    async with after_a_month() as (house, placement):
        await house.answers(placement.hire, "1", "pay and future", "4", "4", "4", "4", "4", "My pay is not enough.")
        await house.runs()
        (alert,) = house.alerts()
        assert (alert.kind, alert.level, alert.state) == ("risk", "elevated", "open")
        assert alert.reasons[0]["code"] == "lowest.intention"

        # The next working day of the agency is Thursday, 7 May.
        await house.until("2026-05-07 08:59")
        assert told(house, placement.consultant) == []
        await house.until("2026-05-07 09:00")
        assert told(house, placement.consultant) == [("05-07 09:00", "digest")]
        digest = house.sees(placement.consultant)
        assert "Sakura Foods: NGUYEN VAN AN (elevated)" in digest

        await house.presses(placement.consultant, "Open: NGUYEN VAN AN")
        said = house.sees(placement.consultant)
        assert "NGUYEN VAN AN, Sakura Foods: risk of resignation elevated" in said
        assert "Gave the lowest answer about staying: 1 of 5 on May 1, 2026" in said
        assert "Do you want to be working here 6 months from now?" not in said, "a scale is in the reasons already"
        assert "What is the main reason? Pay and future" in said
        assert "“My pay is not enough.”" in said
        assert "Case A-1, since Apr 1, 2026, month 1" in said
        assert "This level informs you; it decides nothing." in said
        assert "Please acknowledge by May 14, 2026." in said
        assert "%(" not in said


async def test_a_critical_alert_comes_at_once() -> None:
    async with after_a_month() as (house, placement):
        await house.until("2026-05-02 22:45")  # A Saturday night.
        await leaves(house, placement.hire)
        assert told(house, placement.consultant) == [("05-02 22:45", "alert")]
        said = house.sees(placement.consultant)
        assert "risk of resignation critical" in said
        assert "Said on May 2, 2026: has resigned." in said
        assert "Call today." in said


async def test_a_day_before_nine_in_the_morning_is_not_the_day_before() -> None:
    async with after_a_month() as (house, placement):
        await house.until("2026-05-02 07:30")  # In UTC this is still the first of May.
        await leaves(house, placement.hire)
        assert "Said on May 2, 2026: has resigned." in house.sees(placement.consultant)
        assert "Said on May 1, 2026" not in house.sees(placement.consultant)


async def test_the_lowest_answer_twice_in_a_row_is_critical() -> None:
    async with after_a_month() as (house, placement):
        await house.answers(placement.hire, "1", "my boss", "4", "4", "4", "4", "4", "nothing")
        await house.until("2026-06-01 12:10")
        await house.answers(placement.hire, "1", "my boss", "4", "4", "4", "4", "4", "nothing")
        await house.runs()
        assert house.alerts()[0].level == "critical"
        assert told(house, placement.consultant)[-1] == ("06-01 12:10", "alert")


async def test_many_low_answers_are_high_or_worse_with_the_reasons_largest_first() -> None:
    async with after_a_month() as (house, placement):
        await house.until("2026-06-01 12:10")
        await house.answers(placement.hire, "2", "my boss", "1", "the people at work", "1", "1", "1", "1", "nothing")
        await house.runs()
        alert = house.alerts()[0]
        assert alert.level in ("elevated", "high", "critical")
        weights = [one["weight"] for one in alert.reasons]
        assert weights == sorted(weights, reverse=True)
        assert len(alert.reasons) >= 3


async def test_six_elevated_alerts_a_month_and_the_worst_first() -> None:
    async with living(BEFORE) as house:
        count = 8
        house.imports(
            *(
                row(row=n + 1, placement_id=f"A-{n}", hire_name=f"HIRE {n}", hire_email=f"h{n}@example.com")
                for n in range(1, count + 1)
            )
        )
        placements = [house.placement(f"A-{n}") for n in range(1, count + 1)]
        mori = placements[0].consultant
        await house.joins(mori)
        for one in placements:
            await house.agrees(one.hire)
        await house.until("2026-04-06 12:10")
        for number, one in enumerate(placements):
            # All give the lowest answer about staying; the last two feel better as a whole, and the one before them worst.
            overall = "5" if number >= 6 else "3" if number == 5 else "4"
            await house.answers(one.hire, "4", "4", "4", overall, "1", "the pay")
        await house.until("2026-04-07 09:00")

        assert [house.alerts(one.key)[0].level for one in placements] == ["elevated"] * count
        digest = house.sees(mori)
        assert [f"HIRE {n} (elevated)" in digest for n in range(1, count + 1)] == [True] * 6 + [False] * 2
        assert "Sakura Foods: HIRE 6 (elevated) · HIRE 1 (elevated) · HIRE 2" in digest
        await house.until("2026-04-30 12:00")
        assert told(house, mori)[0] == ("04-07 09:00", "digest")
        assert house.log_of(mori).count("(elevated)") == 6, "the later digest names only a manager who never came"
        await house.says(mori, "list")
        assert "Open: HIRE 8" in house.sees(mori), "what was not sent stands on the list"


async def test_the_settings_change_the_capacity_and_the_time_to_acknowledge() -> None:
    alerts = {"capacity": 1, "acknowledge": {"critical": "3 days"}}
    async with after_a_month(alerts=alerts) as (house, placement):
        assert house.app.policy.capacity == 1
        await leaves(house, placement.hire)
        assert house.alerts()[0].due_at is not None
        assert "Please acknowledge by May 11, 2026." in house.sees(placement.consultant)


async def test_an_alert_is_acknowledged_put_off_acted_upon_and_closed_by_buttons() -> None:
    async with after_a_month() as (house, placement):
        mori = placement.consultant
        await leaves(house, placement.hire)

        await house.presses(mori, "I take care of it")
        assert "NGUYEN VAN AN: noted, you take care of it." in house.sees(mori)
        assert house.alerts()[0].state == "acknowledged"

        await house.presses(mori, "Remind me later")
        await house.presses(mori, "Tomorrow")
        assert "I will remind you on May 7, 2026" in house.sees(mori), "the agency works again then"
        assert house.alerts()[0].state == "snoozed"
        await house.until("2026-05-07 09:00")
        assert told(house, mori)[-1] == ("05-07 09:00", "alert")
        assert house.alerts()[0].state == "open"

        await house.presses(mori, "Note an action")
        await house.presses(mori, "Pay")
        assert "What will you do?" in house.sees(mori)
        await house.says(mori, "   ")
        assert "Please write one sentence" in house.sees(mori)
        await house.says(mori, "Go through the pay slip\x07 with An on Friday \ud83d")
        await house.presses(mori, "Within a week")
        await house.presses(mori, "Yes, promised")
        assert "noted, due on May 14, 2026. The next check-in asks whether it changed." in house.sees(mori)
        assert house.alerts()[0].state == "acknowledged", "who acts has seen it"

        await house.presses(mori, "Close the case")
        await house.presses(mori, "Stays, the matter is solved")
        assert "the case is closed" in house.sees(mori)
        assert (house.alerts()[0].state, house.alerts()[0].outcome) == ("resolved", "stays_solved")

        late = Payload(
            "alert", house.alerts()[0].id, 0, "ack"
        )  # Their app has not heard yet that the buttons are gone.
        await house.channel.press_on(house.address(mori), None, late)
        assert "this case is closed already" in house.sees(mori)
        kinds = [kind for (kind,) in house.rows("SELECT kind FROM followup ORDER BY id")]
        assert kinds == ["acknowledged", "snoozed", "action", "resolved"]


async def test_what_was_noted_and_is_due_is_recalled_once() -> None:
    async with after_a_month() as (house, placement):
        mori = placement.consultant
        await leaves(house, placement.hire)
        for press in ("Note an action", "Pay"):
            await house.presses(mori, press)
        await house.says(mori, "Go through the pay slip")
        await house.presses(mori, "Within 3 days")
        await house.presses(mori, "No")
        await house.until("2026-05-20 12:00")
        assert [at for at, kind in house.sent_at(mori) if kind == "action_due"] == ["05-07 09:00"]
        assert "you wanted to have this done by May 7, 2026: Go through the pay slip" in house.log_of(mori)


async def test_who_was_promised_something_is_asked_whether_it_changed() -> None:
    async with after_a_month() as (house, placement):
        an, mori = placement.hire, placement.consultant
        await leaves(house, an)
        await promises(house, mori)
        await house.presses(mori, "Close the case")
        await house.presses(mori, "Stays, the matter goes on")

        await house.until("2026-06-01 12:10")
        await house.presses(an, "start")
        assert "We said that something would be done about this: pay. How is it now?" in house.sees(an)
        assert "pay slip" not in house.log_of(an), "what the consultant notes is for the agency"
        await house.says(an, "worse")
        for reply in ("1", "pay and future", "4", "4", "4", "4", "4", "4", "nothing"):
            await house.says(an, reply)
        await house.until("2026-06-02 09:00")

        said = house.sees(mori)
        assert "risk of resignation" in said
        assert "Something was promised to this person, and on Jun 1, 2026 they said that it has become worse." in said
        assert "Mori Aiko, Pay: Go through the pay slip" in said
        assert "did Pay change? The hire says: worse" in said
        await house.until("2026-07-01 12:10")
        await house.presses(an, "start")
        assert "We said that something" not in house.sees(an), "a promise is asked about once"


async def test_a_promise_that_was_not_answered_about_is_asked_about_again() -> None:
    async with after_a_month() as (house, placement):
        an, mori = placement.hire, placement.consultant
        await leaves(house, an)
        await promises(house, mori)
        await house.until("2026-07-01 12:10")  # The check-in of June was not answered.
        await house.presses(an, "start")
        assert "We said that something would be done about this: pay." in house.sees(an)


async def test_when_nobody_acts_the_lead_is_told_once() -> None:
    async with after_a_month(lead=True) as (house, placement):
        lead = placement.lead
        assert lead is not None
        await leaves(house, placement.hire)
        # One working day after Friday 12:10 is Thursday 12:10: there are three holidays between.
        await house.until("2026-05-07 12:09")
        assert told(house, lead) == []
        await house.until("2026-05-07 12:10")
        assert told(house, lead) == [("05-07 12:10", "alert")]
        assert "Nobody has acknowledged this alert in time, so it comes to you." in house.sees(lead)
        await house.until("2026-05-29 12:00")
        assert told(house, lead) == [("05-07 12:10", "alert")]
        assert house.alerts()[0].escalations == 1

        await house.presses(lead, "I take care of it")
        assert house.alerts()[0].state == "acknowledged"


async def test_what_somebody_took_care_of_is_not_passed_on() -> None:
    async with after_a_month(lead=True) as (house, placement):
        assert placement.lead is not None
        await leaves(house, placement.hire)
        await house.until("2026-05-07 12:00")
        await house.presses(placement.consultant, "I take care of it")
        await house.until("2026-05-29 12:00")
        assert told(house, placement.lead) == []


async def test_without_a_lead_other_consultants_are_told_but_no_admin() -> None:
    async with after_a_month() as (house, placement):
        abe, ueda = await colleagues(house)
        with house.app.store.begin() as tx:
            tx.connection().exec_driver_sql("UPDATE person SET role = 'admin' WHERE name = 'Ueda Jun'")
        await leaves(house, placement.hire)
        await house.until("2026-05-08 12:00")
        assert told(house, abe) == [("05-07 12:10", "alert")]
        assert house.messages(ueda) == []


async def test_the_lead_of_the_settings_is_told_where_the_roster_names_none() -> None:
    async with after_a_month(alerts={"lead": "Abe Rin"}) as (house, placement):
        abe, ueda = await colleagues(house)
        await leaves(house, placement.hire)
        await house.until("2026-05-08 12:00")
        assert told(house, abe) == [("05-07 12:10", "alert")]
        assert told(house, ueda) == []
        await house.presses(abe, "I take care of it")
        assert house.alerts()[0].state == "acknowledged"


@pytest.mark.parametrize(
    ("at", "arrives"),
    [("2026-05-10 12:00", "05-10 12:00"), ("2026-05-10 23:30", "05-11 08:00"), ("2026-05-11 05:00", "05-11 08:00")],
)
async def test_a_call_for_help_is_told_by_day(at: str, arrives: str) -> None:
    async with after_a_month() as (house, placement):
        await house.until(at)
        await house.says(placement.hire, "I need help")
        await house.presses(placement.hire, "whom.other")
        await house.until("2026-05-12 12:00")
        assert told(house, placement.consultant) == [(arrives, "alert")]
        said = house.log_of(placement.consultant)
        assert "NGUYEN VAN AN, Sakura Foods: asks for help" in said
        assert "Do not contact the company first." in said
        assert "asks for help" not in house.log_of(placement.manager)


async def test_help_is_passed_on_after_four_working_hours() -> None:
    async with after_a_month(lead=True) as (house, placement):
        assert placement.lead is not None
        await house.until("2026-05-07 10:00")
        await house.says(placement.hire, "I need help")
        await house.presses(placement.hire, "whom.other")
        await house.until("2026-05-07 18:00")
        assert told(house, placement.lead) == [("05-07 14:00", "alert")]


async def test_help_pressed_twice_is_one_call_until_somebody_takes_it() -> None:
    async with after_a_month() as (house, placement):
        await house.until("2026-05-07 10:00")
        await house.says(placement.hire, "I need help")
        await house.presses(placement.hire, "whom.other")
        await house.says(placement.hire, "help")
        await house.until("2026-05-07 11:00")
        assert len(told(house, placement.consultant)) == 1
        await house.presses(placement.consultant, "I take care of it")

        await house.until("2026-05-12 10:00")
        await house.says(placement.hire, "I need help")
        await house.presses(placement.hire, "whom.other")
        await house.runs()

        assert told(house, placement.consultant) == [("05-07 10:00", "alert"), ("05-12 10:00", "alert")]


async def test_a_managers_call_for_help_reaches_the_consultant() -> None:
    async with after_a_month() as (house, placement):
        await house.until("2026-05-07 10:00")
        await house.says(placement.manager, "help")
        await house.runs()
        assert "The manager pressed “I need help”" in house.sees(placement.consultant)
        assert "asks for help" not in house.log_of(placement.hire)


async def test_the_very_first_silence_is_told() -> None:
    async with living(BEFORE) as house:
        mori = (await house.welcomes()).consultant
        await house.until("2026-04-21 08:59")
        assert told(house, mori) == []
        await house.until("2026-04-21 09:00")
        assert told(house, mori) == [("04-21 09:00", "digest")]
        assert "NGUYEN VAN AN (no answer)" in house.sees(mori)
        await house.presses(mori, "Open: NGUYEN VAN AN")
        assert "The very first check-in was delivered and not answered." in house.sees(mori)


async def test_later_one_silence_is_nothing_and_two_in_a_row_are_told() -> None:
    async with after_a_month() as (house, placement):
        await house.until("2026-05-31 12:00")
        assert [one.kind for one in house.alerts()] == []
        await house.until("2026-06-16 12:00")
        assert [one.kind for one in house.alerts()] == ["silence"]
        assert told(house, placement.consultant) == [("06-16 09:00", "digest")]
        await house.until("2026-07-20 12:00")
        assert [one.kind for one in house.alerts() if one.kind == "silence"] == ["silence"], (
            "an open alert says it already"
        )


async def test_prefer_not_to_say_is_no_silence() -> None:
    async with living(BEFORE) as house:
        an = (await house.welcomes()).hire
        await house.until("2026-04-06 12:10")
        await house.answers(an, "skip")
        await house.until("2026-05-01 09:00")
        assert [one.state for one in house.checkins()] == ["expired"]
        assert house.alerts() == []


async def test_an_alert_with_very_long_words_still_arrives() -> None:
    async with after_a_month() as (house, placement):
        long = "words " * 20_000
        await house.answers(placement.hire, "2", "I have resigned", long, long, "4", "4", "4", "4", long)
        await house.runs()
        assert [kind for _, kind in told(house, placement.consultant)] == ["alert"]
        assert "has resigned" in house.sees(placement.consultant)
        assert "words words" in house.sees(placement.consultant)


async def test_who_cannot_be_reached_was_not_told() -> None:
    async with after_a_month() as (house, placement):
        house.imports(row(lead_name="Oda Ken", lead_email="oda@example.com", lead_languages=("en",)))
        await leaves(house, placement.hire)
        await house.until("2026-05-08 12:00")
        assert house.rows("SELECT * FROM followup WHERE kind = 'escalated'") == []


async def test_no_alert_ever_goes_to_the_hire_or_the_manager() -> None:
    async with after_a_month() as (house, placement):
        await leaves(house, placement.hire)
        await house.says(placement.hire, "I need help")
        await house.presses(placement.hire, "whom.other")
        await house.until("2026-06-20 12:00")
        assert len(house.alerts()) >= 2
        for person in (placement.hire, placement.manager):
            assert told(house, person) == []
            said = house.log_of(person)
            for word in ("risk", "resign", "critical", "elevated", "Mori Aiko, Pay", "asks for help"):
                assert word not in said


async def test_another_consultants_press_is_refused() -> None:
    async with after_a_month() as (house, placement):
        house.imports(
            row(
                row=3,
                placement_id="B-1",
                hire_name="OTHER",
                hire_email="o@example.com",
                consultant_name="Abe Rin",
                consultant_email="abe@example.com",
            )
        )
        abe = house.placement("B-1").consultant
        await house.joins(abe)
        await leaves(house, placement.hire)
        alert = house.messages(placement.consultant)[-1]
        for button in (button for line in alert.rows for button in line):
            foreign = Inbound(house.address(abe), f"foreign-{button.payload.choice}", payload=button.payload)
            await house.channel.inject(foreign)
            assert "This case is not with you, so nothing has changed." in house.sees(abe)
        assert house.alerts()[0].state == "open"
        await house.says(abe, "list")
        assert "NGUYEN" not in house.sees(abe)
        assert "NGUYEN" not in house.log_of(abe)


async def test_every_reading_of_answers_is_written_down() -> None:
    async with after_a_month() as (house, placement):
        await leaves(house, placement.hire)
        with house.app.store.read() as tx:
            read = [
                actor for _, actor, action in audit.about(tx, f"placement:{placement.id}") if action == "read_answers"
            ]
        assert read == [f"person:{placement.consultant.id}"]


async def test_what_was_closed_from_the_list_before_the_digest_is_not_sent() -> None:
    async with after_a_month() as (house, placement):
        mori = placement.consultant
        await house.answers(placement.hire, "1", "pay and future", "4", "4", "4", "4", "4", "nothing")
        await house.runs()
        await house.says(mori, "list")
        await house.presses(mori, "Open: NGUYEN VAN AN")
        await house.presses(mori, "Close the case")
        await house.presses(mori, "There was nothing")
        await house.until("2026-05-20 12:00")
        assert [kind for _, kind in told(house, mori)] == ["alert"], "only what was opened by hand"
        assert house.alerts()[0].due_at is None


async def test_an_elevated_alert_that_nobody_takes_stays_on_the_list() -> None:
    async with after_a_month(lead=True) as (house, placement):
        assert placement.lead is not None
        await house.answers(placement.hire, "1", "pay and future", "4", "4", "4", "4", "4", "nothing")
        await house.until("2026-05-29 12:00")
        assert told(house, placement.lead) == []
        assert (house.alerts()[0].state, house.alerts()[0].due_at) == ("open", None)


async def test_a_level_that_stays_is_told_once_and_a_rise_again() -> None:
    async with after_a_month() as (house, placement):
        an = placement.hire
        await house.answers(an, "1", "pay and future", "4", "4", "4", "4", "4", "nothing")
        await house.until("2026-06-01 12:10")
        assert [one.level for one in house.alerts() if one.kind == "risk"] == ["elevated"]
        await house.answers(an, "2", "I have another job offer", "4", "4", "4", "4", "4", "nothing")
        await house.until("2026-06-03 12:10")
        assert [one.level for one in house.alerts() if one.kind == "risk"] == ["critical", "elevated"]


async def test_a_level_goes_down_after_two_lower_months_and_says_nothing_meanwhile() -> None:
    async with after_a_month() as (house, placement):
        await house.answers(placement.hire, "1", "pay and future", "4", "4", "4", "4", "4", "nothing")
        for month in (6, 7):
            await house.until(f"2026-{month:02}-01 12:10")
            await house.answers(placement.hire, *GOOD)
        await house.until("2026-07-02 12:00")
        levels = dict(house.rows("SELECT substr(period, 1, 7), level FROM assessment ORDER BY id"))
        assert (levels["2026-05"], levels["2026-06"]) == ("elevated", "elevated")
        assert levels["2026-07"] in ("none", "watch")
        assert [(one.level, one.kind) for one in house.alerts()] == [("elevated", "risk")]


async def test_a_running_alert_keeps_the_policy_with_which_it_was_raised() -> None:
    async with after_a_month(lead=True) as (house, placement):
        assert placement.lead is not None
        await leaves(house, placement.hire)
        house.app = replace(house.app, policy=Policy.of(house.app.rules, acknowledge_within={"critical": 20}))
        await house.until("2026-05-07 12:10")
        assert told(house, placement.lead) == [("05-07 12:10", "alert")]
        assert house.alerts()[0].policy["acknowledge_within"] == 1


async def test_staff_who_write_anything_get_an_answer() -> None:
    async with after_a_month() as (house, placement):
        mori = placement.consultant
        for text in ("hello", "", "\ud800", "x" * 100_000):
            await house.says(mori, text)
            assert "Write “list” for your cases" in house.sees(mori)
        await house.says(mori, "List")
        assert "Your cases: 1, the most urgent first" in house.sees(mori)
        assert "NGUYEN VAN AN, Sakura Foods: no sign; days since the last answer: 25" in house.sees(mori)


async def test_a_deadline_is_told_once_in_the_digest_and_another_day_anew() -> None:
    async with living(BEFORE) as house:
        placement = await house.welcomes(contract_ends=date(2026, 8, 5), residence_expires=date(2027, 3, 31))
        mori = placement.consultant
        await house.until("2026-04-06 12:00")
        assert house.alerts() == [], "a hundred and twenty days ahead, and no earlier"
        await house.until("2026-04-07 08:00")
        await house.until("2026-04-09 10:00")
        assert told(house, mori) == [("04-07 09:00", "digest")]
        await house.presses(mori, "open")
        said = house.sees(mori)
        assert "The contract ends on Aug 5, 2026 and no decision is known." in said
        assert "Ask the company for its decision on renewal in writing" in said
        assert "Why this level?" not in said
        house.imports(row(contract_ends=date(2026, 8, 6), residence_expires=date(2027, 3, 31)))
        await house.until("2026-04-10 10:00")
        assert [one.kind for one in house.alerts()] == ["deadline", "deadline"]
