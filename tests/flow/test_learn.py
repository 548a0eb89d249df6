"""``teichaku learn`` on a database in which people have come and gone: from which leaver on, for whom, and back again.

Everybody starts on 15 January 2026 and is asked on the 15th of each month; whoever leaves was unhappy.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from sqlmodel import insert

from bot.app import App
from bot.commands import learn as commands
from bot.commands.changes import left
from bot.flow import assessment, learned
from bot.flow.assessment import in_force
from bot.refusal import Refusal
from bot.text.catalog import Voice
from risk.learn import Learned
from risk.rules import LEARNED_FROM, load
from scheduler.workdays import add_months
from store import facts
from store.queries import placements
from store.tables import Answer, CheckIn
from tests.house import TOKYO, House, open_house, row

VOICE = Voice(("en",), "staff")
START = date(2026, 1, 15)
BEFORE = "2026-01-05 10:00"
RULES = load()
STAYS, GOES = (4, 3, 5, 4), (2, 2, 1, 2)
"""Answers about staying, the work as a whole, the supervisor and pay, of five."""


def hires(house: House, companies: Mapping[str, int]) -> None:
    """So many hires of each company: ``Aoi-0``, ``Aoi-1`` …"""
    house.imports(
        *(
            row(
                row=2 + place,
                placement_id=f"{company}-{number}",
                company=company,
                hire_name=f"{company.upper()} {number}",
                hire_email=f"{company}{number}@example.com",
                manager_name=f"Boss of {company}",
                manager_email=f"boss@{company}.example.com",
                start_date=START,
            )
            for place, (company, number) in enumerate(
                (company, number) for company, count in companies.items() for number in range(count)
            )
        )
    )


async def month(house: House, number: int, goes: Mapping[str, str] = MappingProxyType({})) -> None:
    """The check-ins of a month, answered and assessed; a week later those give notice of whom ``goes`` tells why."""
    due = add_months(START, number)
    at = datetime.combine(due, time(12, 10), TOKYO)
    house.clock.move_to(at)
    with house.app.store.read() as tx:
        here = [one for one in placements.everyone(tx) if one.notice_on is None]
    first = house.rows("SELECT coalesce(max(id), 0) FROM checkin")[0][0] + 1
    with house.app.store.begin() as tx:
        tx.exec(insert(CheckIn), params=[_checkin(one, first + n, at) for n, one in enumerate(here)])
        tx.exec(
            insert(Answer), params=[row for n, one in enumerate(here) for row in _answers(one, first + n, at, goes)]
        )
    await assesses(house.app)
    notice = due + timedelta(days=7)
    house.clock.move_to(datetime.combine(notice, time(12), TOKYO))
    for key, reason in goes.items():
        left(house.app, VOICE, key, notice_on=notice, left_on=notice + timedelta(days=14), reason=reason)


async def assesses(app: App) -> None:
    """Assess whatever waits."""
    more = [True]
    while more:
        more.clear()
        await assessment.assess_closed(replace(app, wake=lambda: more.append(True)))


def _checkin(placement: facts.Placement, id_: int, at: datetime) -> dict[str, Any]:
    whole = {"survey": "hire_monthly", "period": f"m{id_}", "state": "completed", "respondent": "hire"}
    times = dict.fromkeys(("opens_at", "opened_at", "delivered_at", "completed_at", "closed_at"), at)
    people = {"id": id_, "placement_id": placement.id, "person_id": placement.hire.id, "due_on": at.date()}
    return {
        **whole,
        **times,
        **people,
        "expires_at": at + timedelta(days=14),
        "remind_at": [],
        "context": {},
        "turn": 5,
    }


def _answers(
    placement: facts.Placement, checkin: int, at: datetime, goes: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    points = GOES if placement.key in goes else STAYS
    for driver, value in zip(("intention", "overall", "supervisor", "pay"), points, strict=True):
        asked = {"checkin_id": checkin, "question": driver, "driver": driver, "value": str(value), "points": 5}
        yield {**asked, "is_text": False, "language": "en", "turn": 1, "answered_at": at, "late": False}


def learn(app: App, capsys: pytest.CaptureFixture[str], **options: bool) -> Any:
    """What ``learn --json`` says."""
    capsys.readouterr()
    commands.learn(app, VOICE, adopt=options.get("adopt", False), back=options.get("back", False), as_json=True)
    return json.loads(capsys.readouterr().out)


def said(house: House, capsys: pytest.CaptureFixture[str], *, adopt: bool = False, back: bool = False) -> str:
    """What ``learn`` says to a person."""
    capsys.readouterr()
    commands.learn(house.app, VOICE, adopt=adopt, back=back, as_json=False)
    return capsys.readouterr().out


async def past(house: House, leavers: Mapping[str, Sequence[str]]) -> None:
    """Three months of companies of twelve; in the second those leave for whose reasons ``leavers`` stand."""
    hires(house, dict.fromkeys(leavers, 12))
    goes = {f"{company}-{n}": why for company, reasons in leavers.items() for n, why in enumerate(reasons)}
    await month(house, 1)
    await month(house, 2, goes)
    await month(house, 3)
    house.clock.move_to(datetime.combine(add_months(START, 5), time(12), TOKYO))


R = "resigned"


@pytest.mark.parametrize(
    ("leavers", "rates", "slope", "single"),
    [
        ({"Aoi": [R] * 4, "Umi": [R] * 4}, [], False, False),
        ({"Aoi": [R] * 4 + ["lost_contact"], "Umi": [R] * 4}, ["Aoi"], False, False),
        (
            {"Aoi": [R] * 4 + ["dismissed", "contract_end", "moved_same_agency", "other"], "Umi": [R] * 4},
            [],
            False,
            False,
        ),
        ({f"C{n}": [R] * (4 - (n == 0)) for n in range(5)}, [], False, False),
        ({f"C{n}": [R] * 4 for n in range(5)}, [], True, False),
        ({f"C{n}": [R] * (9 if n < 4 else 8 if n == 4 else 5) for n in range(6)}, None, True, False),
        ({f"C{n}": [R] * (9 if n < 5 else 5) for n in range(6)}, None, False, True),
    ],
    ids=["8: 4 and 4", "9: 5 and 4", "4 of 8", "19", "20", "49", "50"],
)
async def test_each_stage_begins_with_exactly_its_leaver(
    capsys: pytest.CaptureFixture[str],
    leavers: Mapping[str, Sequence[str]],
    rates: list[str] | None,
    slope: bool,
    single: bool,
) -> None:
    with open_house(BEFORE) as house:
        await past(house, leavers)
        found = learn(house.app, capsys)
        assert found["leavers_waiting"] == 0
        assert found["leavers"] == sum(why in (R, "lost_contact") for reasons in leavers.values() for why in reasons)
        assert sorted(found["turnover"]) == (sorted(leavers) if rates is None else rates)
        factors = {round(one["after"] / one["before"], 3) for one in found["weights"].values()}
        assert (found["slope"] != 1, len(factors) > 1) == (slope, single)
        if slope:
            # Strength is that of every weight, also of those that nobody of these people had a say in.
            assert {"manager.weight", "constructs.overall.alone", "constructs.peer.answered"} <= set(found["weights"])
            assert factors == {round(found["slope"], 3)}
        assert found["in_force"] is found["adopted"] is None


async def test_what_was_learned_is_told_for_whom_adopted_once_and_taken_back(
    capsys: pytest.CaptureFixture[str], database_url: str
) -> None:
    with open_house(BEFORE, url=database_url) as house:
        await past(house, {"Aoi": [R] * 8, "Umi": [R]})
        everything = house.everything()
        told = said(house, capsys)
        assert "• Aoi: 15% → " in told
        assert "leave within a year" in told
        assert "Nobody of those who are estimated (15) would have another level today." in told
        assert "Nothing was changed" in told
        assert house.everything() == everything

        first = learn(house.app, capsys, adopt=True)
        assert (first["adopted"], first["in_force"]) == (LEARNED_FROM, LEARNED_FROM)
        again = said(house, capsys, adopt=True)
        assert "Nothing would change: what can be learned is in force already." in again
        assert learn(house.app, capsys, adopt=True)["adopted"] is None
        assert house.rows("SELECT count(*) FROM adoption") == [(1,)]

        # Another process knows it from the database alone.
        await month(house, 6)
        versions = house.rows("SELECT DISTINCT rules_version FROM assessment WHERE period = '2026-07-15'")
        assert versions == [(LEARNED_FROM,)]
        other = house.twin()
        house.clock.move_to(datetime.combine(add_months(START, 9), time(12), TOKYO))
        news = learn(other, capsys)
        assert news["turnover"]["Aoi"]["before"] == first["turnover"]["Aoi"]["after"] > news["turnover"]["Aoi"]["after"]
        assert learn(other, capsys, adopt=True)["adopted"] == LEARNED_FROM + 1
        assert learn(house.app, capsys, back=True) == {"withdrawn": LEARNED_FROM + 1, "in_force": LEARNED_FROM}
        assert "Version 1000000 is taken back. Nothing that was learned is in force now" in said(
            house, capsys, back=True
        )
        with pytest.raises(Refusal, match="nothing_adopted"):
            commands.learn(other, VOICE, adopt=False, back=True, as_json=False)
        assert learn(house.app, capsys, adopt=True)["adopted"] == LEARNED_FROM + 2


async def test_whose_level_would_change_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with open_house(BEFORE) as house:
        await past(house, {f"C{n}": [R] * 4 for n in range(5)})
        await month(house, 5)
        with house.app.store.begin() as tx:
            tx.connection().exec_driver_sql(
                "UPDATE answer SET value = '2' WHERE checkin_id > (SELECT max(id) - 3 FROM checkin)"
            )
        told = said(house, capsys)
        assert "All that is answered or left unanswered counts" in told
        assert "(Wish to stay: 0.60 → " in told
        assert re.search(r"People who would have another level today: \d+ of 40\.", told)
        assert re.search(r"• C4-11 C4 11, C4: (watch|elevated) → (elevated|high)\n", told)


async def test_what_did_worse_is_taken_back_and_nothing_new_is_adopted_with_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with open_house(BEFORE) as house:
        hires(house, {"Aoi": 12})
        aoi = str(house.placement("Aoi-0").company_id)
        for turnover in (0.3, 0.01):
            with house.app.store.begin() as tx:
                learned.adopt(house.app, tx, Learned({aoi: turnover}, 1.0, {}, 5, 50))
        await month(house, 1)
        await month(house, 2, {f"Aoi-{n}": R for n in range(6)})
        # Who stays is not known before the month is over, so that leavers alone would judge it.
        early = learn(house.app, capsys)
        assert (early["leavers"], early["leavers_waiting"], early["later_months"]["leavers"]) == (0, 6, 0)
        assert "when a month has passed since their last check-in, as it does for those who stay: 6." in said(
            house, capsys
        )
        await month(house, 3)
        house.clock.move_to(datetime.combine(add_months(START, 5), time(12), TOKYO))
        capsys.readouterr()
        with pytest.raises(Refusal, match="taken_back_first"):
            commands.learn(house.app, VOICE, adopt=True, back=False, as_json=False)
        told = capsys.readouterr().out
        assert "Version 1000001 did worse than the frozen prior on later months, so it was taken back." in told
        assert "Version 1000000 is in force again." in told
        assert "• Aoi: 30% → " in told
        assert "Nothing was changed" not in told
        found = learn(house.app, capsys, adopt=True)
        assert (found["taken_back"], found["adopted"]) == (False, LEARNED_FROM + 2)


async def test_what_was_learned_belongs_to_its_rules(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(
        "version: 7\nconstructs: {meals: {drivers: [meals], answered: 0.1, not_answered: 0.1, sd: 0.1}}\n"
        "reasons: {level.meals: {text: Meals}}\n",
        encoding="utf-8",
    )
    with open_house(BEFORE) as house:
        shipped = house.app
        mine = replace(shipped, rules=load(own))
        await past(house, {"Aoi": [R] * 6})
        learn(shipped, capsys, adopt=True)
        assert learn(mine, capsys)["in_force"] is None
        capsys.readouterr()
        commands.learn(mine, VOICE, adopt=True, back=False, as_json=False)
        assert "Version 1000000 was learned around version 1 of the rules" in capsys.readouterr().out
        with mine.store.read() as tx:
            assert [in_force(app, tx)[0].version for app in (shipped, mine)] == [LEARNED_FROM, LEARNED_FROM + 1]
            assert "meals" in in_force(mine, tx)[0].constructs
        # Somebody takes the term out of the file, and leaves its version as it was.
        with house.app.store.begin() as tx:
            learned.adopt(mine, tx, Learned({}, 1.0, {"constructs.meals.answered": 0.3, "drop.weight": 0.2}, 50, 900))
        own.write_text("version: 7\n", encoding="utf-8")
        without = replace(shipped, rules=load(own))
        with without.store.read() as tx:
            assert in_force(without, tx)[0].drop.weight == 0.2
        assert "constructs.meals.answered" not in learn(without, capsys)["weights"]
