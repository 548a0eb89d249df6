"""Who works at the agency, by the roster and by the settings together: what both say must be the same."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.commands import lists
from bot.commands.invite import invite
from bot.flow import agency, changes
from bot.flow.roster.model import CompanyRow
from bot.settings import Settings, SettingsRefusal
from bot.settings.model import Alerts, Staff
from bot.text.catalog import Voice
from bot.text.errors import sentence
from store.queries import people
from tests.house import House, living, open_house, row

BEFORE = "2026-03-30 10:00"


def staff(*entries: Staff) -> dict[str, Any]:
    return {"staff": Settings(staff=entries).staff}


def enrol(house: House) -> None:
    with house.app.store.begin() as tx:
        agency.enrol(house.app, tx, house.app.clock())


def agency_of(house: House) -> list[tuple[Any, ...]]:
    return house.rows("SELECT name, role, phone, channel FROM person WHERE kind = 'staff' ORDER BY id")


def restarted(house: House, **settings: Any) -> House:
    """The same database after somebody has edited the settings file."""
    return House(replace(house.app, settings=Settings(**settings)), house.channel, house.clock)


def contradictions(house: House, work: Any) -> list[str]:
    with pytest.raises(SettingsRefusal) as caught:
        work()
    return [sentence(Voice(("en",), "staff"), one.code, one.values) for one in caught.value.faults]


def test_whom_only_the_settings_name_is_there_can_be_invited_and_leads() -> None:
    oda = Staff(name="Oda Ken", email="oda@example.com", role="lead", channel="telegram", phone="03-1")
    with open_house(BEFORE, **staff(oda, Staff(name="Kanri", role="admin"))) as house:
        house.imports(row())
        assert agency_of(house)[1:] == [("Oda Ken", "lead", "03-1", "telegram"), ("Kanri", "admin", None, None)]
        assert {one.whom.person.name for one in invite(house.app)} >= {"Mori Aiko", "Oda Ken", "Kanri"}
        placement = house.placement()
        with house.app.store.read() as tx:
            told = agency.next_in_line(house.app, tx, placement, "lead")
        assert [one.name for one in told] == ["Oda Ken"]


def test_the_lead_and_who_is_on_call_are_found_by_name_or_e_mail_but_an_admin_is_nobodys_lead() -> None:
    entries = (
        Staff(name="Oda Ken", email="oda@example.com"),
        Staff(name="Abe Rin"),
        Staff(name="Kanri", role="admin", email="kanri@example.com"),
    )
    for lead, on_call, expected in (
        ("oda@example.com", "ABE RIN", ["Oda Ken", "Abe Rin"]),
        ("Kanri", "kanri@example.com", ["Oda Ken, Abe Rin", "Oda Ken, Abe Rin"]),
    ):
        with open_house(BEFORE, alerts=Alerts(lead=lead, on_call=on_call), **staff(*entries)) as house:
            house.imports(row())
            placement = house.placement()
            with house.app.store.read() as tx:
                lines = [agency.next_in_line(house.app, tx, placement, to) for to in ("lead", "on_call")]
            assert [", ".join(one.name for one in line) for line in lines] == expected


def test_the_settings_complete_what_the_roster_leaves_out_and_may_be_corrected() -> None:
    with open_house(BEFORE, **staff(Staff(name="Mori Aiko", email="mori@example.com", phone="03-1"))) as house:
        house.imports(row())
        assert agency_of(house) == [("Mori Aiko", "consultant", "03-1", None)]
        again = restarted(
            house, **staff(Staff(name="mori aiko", email="Mori@example.com", phone="03-2", channel="slack"))
        )
        enrol(again)
        assert agency_of(house) == [("Mori Aiko", "consultant", "03-2", "slack")]
        before = house.everything()
        enrol(again)
        assert house.everything() == before


def test_what_roster_and_settings_say_differently_is_refused_and_both_are_named() -> None:
    mori = Staff(name="Mori Aya", email="mori@example.com", languages=("ja",), phone="03-9")
    calendar = {"working_weekdays": "mon-sat", "closures": ["08-10..08-20"]}
    sakura = {"yearly_turnover": 0.2, "calendar": calendar}
    told = CompanyRow(
        row=2, company="Sakura Foods", working_weekdays=(0, 1), closures=("08-10..08-20",), yearly_turnover=0.1
    )
    with open_house(BEFORE, companies={"sakura foods": sakura}, **staff(mori)) as house:
        before = house.everything()
        said = contradictions(house, lambda: house.imports(row(consultant_phone="03-1"), companies=(told,)))
        assert house.everything() == before, "nothing is stored"
    assert said == [
        "[[staff]] 1, Mori Aya: the settings say name = Mori Aya, the roster says Mori Aiko. Correct one of the two.",
        "[[staff]] 1, Mori Aya: the settings say phone = 03-9, the roster says 03-1. Correct one of the two.",
        "[[staff]] 1, Mori Aya: the settings say languages = ja, the roster says en. Correct one of the two.",
        '[companies."Sakura Foods"]: the settings say yearly_turnover = 0.2, the roster\'s sheet Companies says 0.1. '
        "Correct one of the two.",
        '[companies."Sakura Foods"]: the settings say calendar.working_weekdays = Mon,Tue,Wed,Thu,Fri,Sat, the roster\'s sheet '
        "Companies says Mon,Tue. Correct one of the two.",
    ]


def test_a_contradiction_that_comes_with_edited_settings_stops_what_would_go_by_one_of_the_two() -> None:
    with open_house(BEFORE) as house:
        lead = {"lead_name": "Oda Ken", "lead_email": "oda@example.com"}
        house.imports(row(**lead), companies=(CompanyRow(row=2, company="Sakura Foods", closures=()),))
        edited = restarted(
            house,
            companies={"Sakura Foods": {"calendar": {"closures": ["08-10..08-20"]}}},
            **staff(Staff(name="Oda Ken", email="oda@example.com", role="admin")),
        )
        day = house.clock().date()
        for work in (
            lambda: invite(edited.app),
            lambda: enrol(edited),
            lambda: changes.hand_over(edited.app, "Mori Aiko", "Oda Ken"),
            lambda: lists.plan(edited.app, Voice(("en",), "staff"), first=day, last=day),
        ):
            said = contradictions(house, work)
            assert [one.partition(":")[0] for one in said] == ["[[staff]] 1, Oda Ken", '[companies."Sakura Foods"]']


def test_whom_the_settings_name_no_more_sees_nothing_and_is_not_invited() -> None:
    with open_house(BEFORE, **staff(Staff(name="Oda Ken", role="lead"), Staff(name="Mori Aiko"))) as house:
        house.imports(row())
        edited = restarted(house)
        enrol(edited)
        assert [one.whom.person.name for one in invite(edited.app)] == ["NGUYEN VAN AN", "Sato Kenji", "Mori Aiko"]
        enrol(house)
        assert "Oda Ken" in {one.whom.person.name for one in invite(house.app)}, "they come back"


async def test_an_admin_reads_the_own_cases_only() -> None:
    admin = Staff(name="Mori Aiko", email="mori@example.com", role="admin")
    async with living(BEFORE, **staff(admin, Staff(name="Kanri", role="admin"))) as house:
        placement = await house.welcomes()
        with house.app.store.read() as tx:
            (kanri,) = people.staff_named(tx, "Kanri")
        await house.joins(kanri)
        await house.says(kanri, "list")
        await house.says(placement.consultant, "list")
        assert "NGUYEN VAN AN" not in house.log_of(kanri)
        assert "NGUYEN VAN AN" in house.sees(placement.consultant)


async def test_while_somebody_is_away_others_are_told_and_see_the_case() -> None:
    entries = (
        Staff(name="Mori Aiko", email="mori@example.com", away=("2026-04-03..2026-04-10",)),
        Staff(name="Oda Ken", role="lead", away=("04-08..04-09",), languages=("en",)),
    )
    async with living(BEFORE, **staff(*entries)) as house:
        placement = await house.welcomes()
        with house.app.store.read() as tx:
            (oda,) = people.staff_named(tx, "Oda Ken")
        await house.joins(oda)
        await house.until("2026-04-07 12:00")
        await house.says(placement.hire, "help")
        await house.presses(placement.hire, "whom.other")
        await house.runs()
        assert "asks for help" in house.sees(oda)
        assert house.messages(placement.consultant) == []
        await house.presses(oda, "I take care of it")
        assert "noted, you take care of it" in house.sees(oda)

        await house.until("2026-04-08 12:00")  # Both are away now.
        await house.says(placement.hire, "help")
        await house.presses(placement.hire, "whom.other")
        await house.runs()
        assert "asks for help" in house.sees(placement.consultant)
        assert "the consultant is away, so Oda Ken was told" in house.sees(placement.consultant)
