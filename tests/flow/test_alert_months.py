"""Alerts over months: what is told again, what is not, what waits, and who hears when somebody is away.

The consultant is Mori Aiko. As in test_alert.py, answers of the first month are given on Friday, 1 May 2026.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text as sql

from bot.flow import changes, reach, why
from bot.flow.already import Already
from bot.messages import SendError
from bot.settings.model import Staff
from risk.model import Case, Closed, Level
from store import facts
from store.queries import assessments, people
from store.queries.assessments import Assessed
from tests.flow.test_alert import BEFORE, GOOD, after_a_month, leaves, told
from tests.house import TOKYO, living, row

LOWEST = ("1", "pay and future", "4", "4", "4", "4", "4", "nothing")


def assessed(id_: int, level: str, *codes: str) -> Assessed:
    reasons = tuple({"code": code, "weight": 1.0, "values": {}} for code in codes)
    day = date(2026, 5, 1)
    return Assessed(id_, 1, id_, day, level, -3.0, 0.1, 0.05, reasons, 1, datetime(2026, 5, 1, tzinfo=UTC))


def saying(level: str | None, since: int | None, *codes: str, kind: str = "risk", state: str = "open") -> facts.Alert:
    """An alert that nobody has closed."""
    values: dict[str, Any] = dict.fromkeys(facts.Alert.__dataclass_fields__)
    values |= {"id": 1, "placement_id": 1, "owner_id": 1, "assessment_id": since, "kind": kind, "level": level}
    values |= {"state": state, "reasons": tuple({"code": code} for code in codes), "contact": {}, "escalations": 0}
    values |= {"policy": {"delivered": "list" if level == "watch" else "digest"}}
    values |= {"opened_at": datetime(2026, 5, 15, 12, tzinfo=UTC)}
    return facts.Alert(**values)


@pytest.mark.parametrize("state", ["open", "acknowledged", "snoozed"])
@pytest.mark.parametrize(
    ("level", "since", "between", "expected"),
    [
        ("elevated", ["elevated", "high"], "elevated", Level.ELEVATED),
        ("elevated", ["elevated", "none"], "elevated", None),
        ("elevated", ["watch", "elevated"], "elevated", None),
        ("watch", ["none", "none"], "watch", Level.WATCH),  # What only stands on the list is not listed twice.
    ],
)
def test_an_alert_tells_of_a_level_until_somebody_was_better(
    state: str, level: str, since: list[str], between: str, expected: Level | None
) -> None:
    known = Already([saying(level, 3, state=state)], TOKYO)
    earlier = [assessed(n, one) for n, one in enumerate(["none", *since], start=3)]
    assert known.level(assessed(9, between), earlier) is expected


def test_a_newly_stated_fact_is_news_beside_every_alert_and_the_same_one_is_not() -> None:
    known = Already([saying("critical", 3, "explicit.offer")], TOKYO)
    assert known.level(assessed(4, "critical", "explicit.offer"), []) is Level.CRITICAL
    assert known.level(assessed(4, "critical", "explicit.resigned", "explicit.offer"), []) is None
    known.note_risk(assessed(4, "critical", "explicit.resigned", "explicit.offer"), Level.CRITICAL, listed=False)
    assert known.level(assessed(5, "critical", "explicit.resigned"), []) is Level.CRITICAL


@pytest.mark.parametrize(("answered", "expected"), [(None, True), (date(2026, 5, 1), True), (date(2026, 6, 3), False)])
def test_a_silence_is_told_until_somebody_has_answered(answered: date | None, expected: bool) -> None:
    known = Already([saying(None, None, kind="silence", state="acknowledged")], TOKYO)
    checkin = Closed(date(2026, 6, 1), date(2026, 6, 15), answered is None, answered_on=answered)
    assert known.is_silence_told(1, Case("1", "1", date(2026, 4, 1), checkins=(checkin,))) is expected


async def test_who_was_better_for_two_months_and_is_worse_again_is_told_though_the_first_alert_was_never_closed() -> (
    None
):
    async with after_a_month() as (house, placement):
        mori = placement.consultant
        await house.answers(placement.hire, *LOWEST)
        await house.until("2026-05-07 09:00")
        await house.presses(mori, "Open: NGUYEN VAN AN")
        await house.presses(mori, "I take care of it")
        for month in ("06-01", "07-01"):
            await house.until(f"2026-{month} 12:10")
            await house.answers(placement.hire, *GOOD)
        await house.until("2026-08-03 12:10")
        assert told(house, mori) == [("05-07 09:00", "digest"), ("05-07 09:00", "alert")]
        await house.answers(placement.hire, *LOWEST)
        await house.until("2026-08-04 12:00")
        assert told(house, mori)[2:] == [("08-04 09:00", "digest")]
        assert [(one.level, one.state) for one in house.alerts()] == [
            ("elevated", "open"),
            ("elevated", "acknowledged"),
        ]


async def test_what_was_stated_since_is_told_at_once_and_opened_first() -> None:
    async with after_a_month() as (house, placement):
        an, mori = placement.hire, placement.consultant
        await house.answers(an, "2", "I have another job offer", "4", "4", "4", "4", "4", "nothing")
        await house.runs()
        await house.presses(mori, "I take care of it")
        await house.until("2026-06-01 12:10")
        await leaves(house, an)
        assert told(house, mori) == [("05-01 12:10", "alert"), ("06-01 12:10", "alert")]
        assert "Said on Jun 1, 2026: has resigned." in house.sees(mori)
        await house.says(mori, "list")
        await house.presses(mori, "Open: NGUYEN VAN AN")
        assert "Said on Jun 1, 2026: has resigned." in house.sees(mori), "not the one that is in hand"
        await house.until("2026-06-02 12:00")
        assert len(house.alerts()) == 2


async def test_what_waits_for_capacity_has_its_turn_in_the_next_month_unless_it_is_over() -> None:
    async with living(BEFORE, alerts={"capacity": 1}) as house:
        people_of = {"WORST": "3", "STAYS": "4", "WELL": "5", "LEFT": "5"}
        house.imports(
            *(
                row(row=n, placement_id=name, hire_name=name, hire_email=f"{name}@example.com")
                for n, name in enumerate(people_of, start=2)
            )
        )
        cases = {name: house.placement(name) for name in people_of}
        mori = cases["WORST"].consultant
        await house.joins(mori)
        for one in cases.values():
            await house.agrees(one.hire)
        await house.until("2026-04-06 12:10")
        for name, overall in people_of.items():
            await house.answers(cases[name].hire, "4", "4", "4", overall, "1", "the pay")
        await house.until("2026-04-20 12:00")
        assert house.log_of(mori).count("(elevated)") == 1
        assert "WORST (elevated)" in house.log_of(mori)
        waiting = house.rows(
            "SELECT p.key, a.deliver_at IS NULL FROM alert a JOIN placement p ON p.id = a.placement_id"
        )
        assert dict(waiting) == {"WORST": 1, "STAYS": 0, "WELL": 0, "LEFT": 0}
        # Of one the next assessment finds nothing any more, and another one leaves.
        better = sql("UPDATE assessment SET level = 'none' WHERE placement_id = :id")
        with house.app.store.begin() as tx:
            tx.connection().execute(better, {"id": cases["WELL"].id})
        changes.leave(house.app, "LEFT", notice_on=date(2026, 4, 20), left_on=date(2026, 4, 30), reason="resigned")
        await house.until("2026-05-01 09:00")
        log = house.log_of(mori)
        assert log.count("(elevated)") == 2
        assert "STAYS (elevated)" in log
        await house.until("2026-06-02 10:00")
        assert [name for name in ("WELL", "LEFT") if f"{name} (elevated)" in house.log_of(mori)] == []


async def test_an_explanation_knows_what_was_known_then_and_a_month_what_was_said_last() -> None:
    async with after_a_month() as (house, placement):
        await house.answers(placement.hire, *GOOD)
        await house.until("2026-05-01 15:00")
        await house.goes_through(placement.manager)
        await house.runs()
        with house.app.store.read() as tx:
            (_, hires, managers) = assessments.history(tx, placement.id)
            assert "manager" in why.explain(house.app, tx, placement, hires).unknown, "not yet at noon"
            assert "manager" not in why.explain(house.app, tx, placement, managers).unknown
            assert why.by_month(tx, placement)["2026-05"] == managers
        with house.app.store.begin() as tx:
            # The other side was done later, though it was asked earlier.
            tx.connection().execute(sql("UPDATE assessment SET period = '2026-05-09' WHERE id = :id"), {"id": hires.id})
        with house.app.store.read() as tx:
            assert why.by_month(tx, placement)["2026-05"].id == managers.id


async def test_a_month_in_which_one_side_raised_the_level_is_no_lower_one_for_the_other() -> None:
    async with after_a_month() as (house, placement):
        await house.goes_through(placement.hire, "2")
        await house.runs()
        before = house.rows("SELECT level FROM assessment ORDER BY id")[-1]
        await house.goes_through(placement.manager, "5")
        await house.runs()
        levels = [level for (level,) in house.rows("SELECT level FROM assessment ORDER BY id")]
        assert levels[-1] == levels[-2] == before[0] != "none"


async def test_who_is_away_is_passed_over_and_whoever_puts_an_alert_off_is_reminded() -> None:
    entries = (
        Staff(name="Mori Aiko", email="mori@example.com", away=("2026-05-12..2026-05-20",)),
        Staff(name="Oda Ken", email="oda@example.com", role="lead", away=("2026-05-08..2026-05-11",)),
        Staff(name="Abe Rin", role="lead", languages=("en",)),
    )
    async with living(BEFORE, staff=list(entries)) as house:
        placement = await house.welcomes(lead_name="Oda Ken", lead_email="oda@example.com")
        mori, oda = placement.consultant, placement.lead
        assert oda is not None
        with house.app.store.read() as tx:
            (abe,) = people.staff_named(tx, "Abe Rin")
        for one in (oda, abe):
            await house.joins(one)
        await house.until("2026-04-06 12:10")
        await house.answers(placement.hire, "4", "4", "4", "4", "4")
        await house.until("2026-05-07 12:10")
        await leaves(house, placement.hire)
        await house.until("2026-05-08 12:10")
        assert [told(house, one) for one in (mori, oda, abe)] == [
            [("05-07 12:10", "alert")],
            [],
            [("05-08 12:10", "alert")],
        ], "the lead of the case is away"
        await house.presses(abe, "Remind me later")
        await house.presses(abe, "Tomorrow")
        await house.until("2026-05-11 10:00")
        assert told(house, abe)[1:] == [("05-11 09:00", "alert")], "who wanted to be reminded is"
        assert len(told(house, mori)) == 1
        await house.presses(mori, "Remind me later")
        await house.presses(mori, "Tomorrow")
        await house.until("2026-05-12 10:00")
        assert told(house, oda) == [("05-12 09:00", "alert")], "she is away now, and the lead stands in"


@pytest.mark.parametrize("taken", [True, False])
async def test_who_was_away_finds_in_the_first_digest_what_nobody_has_taken(taken: bool) -> None:
    entries = [
        Staff(name="Mori Aiko", email="mori@example.com", away=("2026-04-30..2026-05-12", "05-13..05-14")),
        Staff(name="Oda Ken", role="lead", languages=("en",)),
    ]
    async with after_a_month(staff=entries) as (house, placement):
        mori = placement.consultant
        with house.app.store.read() as tx:
            (oda,) = people.staff_named(tx, "Oda Ken")
        await house.joins(oda)
        await house.answers(placement.hire, *LOWEST)
        await house.until("2026-05-07 12:00")
        assert told(house, oda) == [("05-07 09:00", "digest")]
        if taken:
            await house.presses(oda, "Open: NGUYEN VAN AN")
            await house.presses(oda, "I take care of it")
        await house.until("2026-05-29 12:00")
        assert told(house, mori) == ([] if taken else [("05-15 09:00", "digest")])
        assert [one[1] for one in told(house, oda)] == ["digest", "alert"][: 1 + taken], "who stood in hears it once"
        assert taken or "NGUYEN VAN AN (elevated)" in house.log_of(mori)


async def test_a_chat_that_is_lost_again_is_told_again() -> None:
    async with living(BEFORE) as house:
        placement = await house.welcomes()
        an, mori = placement.hire, placement.consultant

        def happens(what: object) -> None:
            with house.app.store.begin() as tx:
                reach.lost(house.app, tx, an, "memory") if what == "lost" else reach.back(house.app, tx, an)

        happens("lost")
        await house.until("2026-03-31 09:00")
        await house.presses(mori, "open")
        await house.presses(mori, "I take care of it")
        happens("lost")
        assert len(house.alerts()) == 1, "it is in hand"
        happens("back")
        assert [one.state for one in house.alerts()] == ["resolved"]
        house.clock.move_to(house.clock() + timedelta(days=1))
        happens("lost")
        assert [one.state for one in house.alerts()] == ["open", "resolved"]


async def test_the_end_of_a_contract_is_no_matter_any_more_once_somebody_leaves() -> None:
    async with living(BEFORE) as house:
        placement = await house.welcomes(contract_ends=date(2026, 7, 30), residence_expires=date(2026, 7, 30))
        await house.until("2026-04-01 08:00")
        assert {one.reasons[0]["code"] for one in house.alerts()} == {"deadline.contract", "deadline.status"}
        changes.leave(house.app, "A-1", notice_on=date(2026, 4, 1), left_on=date(2026, 4, 30), reason="resigned")
        await house.until("2026-04-01 09:00")
        assert {one.reasons[0]["code"]: one.state for one in house.alerts()} == {
            "deadline.contract": "resolved",
            "deadline.status": "open",
        }
        assert house.log_of(placement.consultant).count("(deadline)") == 1


@pytest.mark.parametrize("urgent", [True, False])
async def test_an_alert_that_waits_is_not_sent_once_the_hire_wants_no_estimate(urgent: bool) -> None:
    async with after_a_month() as (house, placement):
        an, mori = placement.hire, placement.consultant
        if urgent:
            await house.answers(an, "2", "I have resigned", "4", "4", "4", "4", "4", "nothing")
            house.channel.fail_next(SendError("throttled", retryable=True, retry_after=90))
        else:
            await house.answers(an, *LOWEST)
        await house.runs()
        (alert,) = house.alerts()
        assert (alert.queued_at is not None) == urgent
        assert told(house, mori) == [], "the platform was busy, or it is not yet nine"
        await house.says(an, "/privacy")
        await house.presses(an, "Make no estimate")
        await house.until("2026-05-15 12:00")
        assert told(house, mori) == []
        assert "NGUYEN" not in house.log_of(mori)
