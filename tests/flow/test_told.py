"""Every change of a placement leaves an entry of who did what, and everybody concerned is told: one table for all of them."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import date

import pytest

from bot.commands.lists import placement_rows
from bot.flow import changes, linking
from bot.flow.roster import store_roster
from bot.flow.roster.model import Roster, RosterRow
from store.queries import roster as stored
from tests.house import House, living, open_house, row

BEFORE = "2026-03-30 10:00"
ABE = {"manager_name": "Abe Rin", "manager_email": "abe@example.com"}
ODA = {"consultant_name": "Oda Ken", "consultant_email": "oda@example.com"}
UMI = {"company": "Umi Inn"}
AWAY = {"leave_from": date(2026, 5, 1), "leave_to": date(2026, 5, 20)}
MAY = date(2026, 5, 1)
Change = Callable[[House], Awaitable[None] | None]
THANKS = "取り下げました"


def imports(**values: object) -> Change:
    """The row again, with other words in some of its cells."""
    return lambda house: house.imports(row(**values))


async def moves(house: House) -> None:
    """The hire links a new phone with a new code."""
    hire = house.placement().hire
    linking.link(house.app, hire.id, house.channel.name, "", "new-phone", account="An's phone")


CHANGES: dict[str, tuple[Change, str, str, dict[str, str]]] = {
    "a new manager": (
        imports(**ABE),
        "manager_changed",
        "placement:A-1",
        {"manager": THANKS, "consultant": "the manager is Abe Rin now. Sato Kenji is asked no more"},
    ),
    "another company under the same number": (
        imports(**UMI),
        "company_changed",
        "placement:A-1",
        {
            "hire": "Umi Inn",
            "manager": THANKS,
            "consultant": "is at Umi Inn now and not at Sakura Foods any more",
        },
    ),
    "a new company through the same agency": (
        lambda house: house.imports(row(), row(row=3, placement_id="B-1", start_date=date(2026, 4, 24), **UMI)),
        "imported",
        "placement:B-1",
        {"hire": "Umi Inn"},
    ),
    "another hire": (
        imports(hire_name="RAI Bina", hire_email="bina@example.com"),
        "hire_changed",
        "placement:A-1",
        {"hire": "I have taken it back", "consultant": "the hire is RAI Bina now"},
    ),
    "a corrected start date": (
        imports(start_date=date(2026, 4, 6)),
        "start_corrected",
        "placement:A-1",
        {"consultant": "the first day of work was corrected to Apr 6, 2026"},
    ),
    "a leave in the roster": (
        imports(**AWAY),
        "paused",
        "placement:A-1",
        {
            "hire": "From May 1, 2026 to May 20, 2026 I will not ask you anything",
            "manager": THANKS,
            "consultant": "nothing is asked from May 1, 2026 to May 20, 2026",
        },
    ),
    "a pause": (
        lambda house: _void(changes.pause(house.app, "A-1", MAY, date(2026, 5, 20))),
        "paused",
        "placement:A-1",
        {
            "hire": "From May 1, 2026 to May 20, 2026 I will not ask you anything",
            "manager": THANKS,
            "consultant": "nothing is asked from May 1, 2026 to May 20, 2026",
        },
    ),
    "leaving": (
        lambda house: _void(
            changes.leave(house.app, "A-1", notice_on=MAY, left_on=date(2026, 5, 31), reason="resigned")
        ),
        "left",
        "placement:A-1",
        {"hire": "check-ins end here", "manager": THANKS, "consultant": "noted as leaving on May 31, 2026"},
    ),
    "another consultant in the roster": (
        imports(**ODA),
        "handed_over",
        "placement:A-1",
        {
            "hire": "From today Oda Ken is your consultant and reads your answers",
            "manager": "Oda Ken",
            "consultant": "From today Oda Ken looks after your cases (1)",
        },
    ),
    "a handover": (
        lambda house: _void(changes.hand_over(house.app, "Mori Aiko", "Oda Ken")),
        "handed_over",
        "placement:A-1",
        {
            "hire": "From today Oda Ken is your consultant and reads your answers",
            "manager": "Oda Ken",
            "consultant": "From today Oda Ken looks after your cases (1)",
        },
    ),
    "a new phone": (
        moves,
        "linked",
        "person:{hire}",
        {"hire": "This chat is not connected any more", "consultant": "account “An's phone”"},
    ),
}


def _void(_: object) -> None:
    return None


@pytest.mark.parametrize("name", CHANGES)
async def test_a_change_is_recorded_and_everybody_concerned_is_told(name: str) -> None:
    change, action, subject, told = CHANGES[name]
    async with living(BEFORE) as house:
        placement = await house.welcomes()
        people = {"hire": placement.hire, "manager": placement.manager, "consultant": placement.consultant}
        others = row(row=3, placement_id="Z-9", hire_name="Z", hire_email="z@example.com", **ODA, **ABE)
        house.imports(row(), others)
        await house.until("2026-05-01 12:10")
        house.channel.sent.clear()
        known = set(house.rows("SELECT id FROM auditentry"))

        done = change(house)
        if done is not None:
            await done
        await house.until("2026-05-07 12:10")

        entries = house.rows("SELECT id, action, subject FROM auditentry")
        news = [(verb, about) for number, verb, about in entries if (number,) not in known]
        assert (action, subject.format(hire=placement.hire.id)) in news
        for who, words in told.items():
            heard = [one.text for one in house.messages(people[who])]
            assert any(words in text for text in heard), (who, heard)


async def test_a_manager_of_before_sees_and_says_nothing_more() -> None:
    async with living(BEFORE) as house:
        sato = (await house.welcomes()).manager
        await house.until("2026-05-01 10:00")
        await house.answers(sato, "4")
        await house.until("2026-05-20 12:00")  # It has expired halfway, and could still be answered.
        kept = house.given(respondent="manager")
        house.imports(row(**ABE))
        house.channel.sent.clear()
        for _ in range(2):
            await house.says(sato, "4")
        await house.presses(sato, "start")
        assert house.given(respondent="manager") == kept
        assert "NGUYEN" not in house.log_of(sato)


async def test_at_another_company_a_hire_who_agreed_decides_anew_and_a_no_stays_a_no() -> None:
    async with living(BEFORE) as house:
        an = (await house.welcomes()).hire
        house.imports(row(**UMI))
        await house.runs()
        assert "Umi Inn" in house.sees(an)
        await house.until("2026-04-07 20:00")
        assert house.checkins() == [], "nothing is asked before the hire has agreed"
        await house.presses(an, "decline")
        before = len(house.messages(an))
        house.imports(row(company="Kita Hotel"))
        await house.until("2026-06-30 12:00")
        assert len(house.messages(an)) == before


def many(count: int, **values: object) -> tuple[RosterRow, ...]:
    return tuple(
        row(row=2 + n, placement_id=f"A-{n}", hire_name=f"HIRE {n:02}", hire_email=f"h{n}@example.com", **values)
        for n in range(count)
    )


async def test_many_corrections_at_once_are_one_message_to_the_consultant() -> None:
    async with living(BEFORE) as house:
        house.imports(*many(20))
        mori = house.placement("A-0").consultant
        await house.joins(mori)
        house.channel.sent.clear()
        house.imports(*many(20, start_date=date(2026, 4, 13)))
        await house.runs()
        (said,) = [one.text for one in house.messages(mori)]
        assert said.startswith("A roster has changed 20 of your cases: HIRE 00, HIRE 01,")
        assert len(house.rows("SELECT id FROM auditentry WHERE action = 'start_corrected'")) == 20


async def test_a_consultant_who_only_stands_in_stays_when_the_same_file_comes_again() -> None:
    async with living(BEFORE) as house:
        await house.welcomes()
        house.imports(row(), row(row=3, placement_id="Z-9", hire_email="z@example.com", **ODA))
        changes.hand_over(house.app, "Mori Aiko", "Oda Ken", until=date(2026, 4, 10))
        house.imports(row())
        assert house.placement().consultant.name == "Oda Ken"
        await house.until("2026-04-10 09:00")
        assert house.placement().consultant.name == "Mori Aiko"


async def test_open_alerts_go_to_the_consultant_whom_the_roster_names_now() -> None:
    async with living(BEFORE) as house:
        an = (await house.welcomes()).hire
        await house.says(an, "I need help")
        await house.presses(an, "whom.other")
        house.imports(row(**ODA))
        (alert,) = house.alerts()
        assert alert.owner_id == house.placement().consultant.id


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"manager_name": "Satoh Kenji"}, ["manager_name: Sato Kenji → Satoh Kenji"]),
        (ABE, ["manager: Sato Kenji → Abe Rin, new"]),
        ({"manager_name": "Oka", "manager_email": "oka@example.com"}, ["manager: Sato Kenji → Oka, known"]),
        (ODA, ["consultant: Mori Aiko → Oda Ken, new"]),
        ({"start_date": date(2026, 4, 20)}, ["start_date: 2026-04-01 → 2026-04-20"]),
        ({"hire_email": "an2@example.com"}, ["hire_email: an@example.com → an2@example.com"]),
        ({"hire_name": "LE THI BE"}, ["hire_name: NGUYEN VAN AN → LE THI BE"]),
        ({"hire_name": "LE THI BE", "hire_email": "be@example.com"}, ["hire: NGUYEN VAN AN → LE THI BE, new"]),
        (
            {"hire_name": "RAI", "hire_email": "bina@example.com"},
            ["hire_name: RAI Bina → RAI", "hire: NGUYEN VAN AN → RAI, known"],
        ),
        (UMI, ["company: Sakura Foods → Umi Inn, new", "manager: Sato Kenji → Sato Kenji, new"]),
        ({"placement_id": "B-1", **UMI}, ["B-1: NGUYEN VAN AN again (A-1)"]),
        (AWAY, ["leave_from: None → 2026-05-01", "leave_to: None → 2026-05-20"]),
        ({"lead_name": "Oda Ken"}, ["lead_name: None → Oda Ken"]),
    ],
    ids=lambda value: ",".join(map(str, value)) if isinstance(value, dict) else None,
)
def test_a_trial_tells_a_correction_from_somebody_new(values: dict[str, object], says: list[str]) -> None:
    bina = row(
        row=3,
        placement_id="A-2",
        hire_name="RAI Bina",
        hire_email="bina@example.com",
        manager_name="Oka",
        manager_email="oka@example.com",
    )
    with open_house(BEFORE) as house:
        house.imports(row(), bina)
        made = store_roster(house.app, Roster(sheet="test", rows=(row(**values),)), dry_run=True)
    assert sorted(told(made)) == sorted(says)


def told(made: stored.Changes) -> list[str]:
    """What an import would say, in short."""
    return [
        *(f"{one.column}: {one.before} → {one.after}" for news in made.corrections.values() for one in news),
        *(f"{one.what}: {one.before} → {one.after}, {'new' if one.fresh else 'known'}" for one in made.replaced),
        *(f"{key}: {name} again ({former})" for key, name, former in made.returning),
    ]


async def test_two_people_of_one_name_carry_their_work_and_their_first_day_in_every_list() -> None:
    async with living(BEFORE) as house:
        twins = [
            row(row=2 + n, placement_id=f"A-{n}", hire_name="LE THI BE", hire_email=f"b{n}@example.com", job_title=job)
            for n, job in enumerate(("Welder", "Painter"))
        ]
        house.imports(*twins, row(row=9, placement_id="A-9"))
        mori = house.placement("A-9").consultant
        await house.joins(mori)
        await house.says(mori, "list")
        assert {"LE THI BE (Welder, 2026-04-01)", "LE THI BE (Painter, 2026-04-01)"} <= set(
            re.findall(r"LE THI BE \(.*?\)", house.sees(mori))
        )
        assert "NGUYEN VAN AN (" not in house.sees(mori)
        shown = {one["placement_id"]: one["hire_name"] for one in placement_rows(house.app, apart=True)}
        assert shown == {
            "A-0": "LE THI BE (Welder, 2026-04-01)",
            "A-1": "LE THI BE (Painter, 2026-04-01)",
            "A-9": "NGUYEN VAN AN",
        }
        assert [one["hire_name"] for one in placement_rows(house.app)][:2] == ["LE THI BE"] * 2
