"""One setting changes the database, and nothing else: the same story on SQLite and on PostgreSQL, and the same words."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot import flow
from store import facts
from store.migrate import current, head, metadata_differs
from tests.databases import ABSENT, Databases, Files, Server
from tests.house import House, living, tokyo

BEFORE = "2026-03-30 10:00"


async def a_case(house: House) -> facts.Placement:
    """From the roster to the follow-up: two good check-ins, a resignation, a promise, and what became of it."""
    placement = await house.welcomes(lead_name="Oda Ken", lead_email="oda@example.com", lead_languages=("ja",))
    an, mori, lead = placement.hire, placement.consultant, placement.lead
    assert lead is not None
    await house.joins(lead)
    await house.until("2026-04-06 12:10")
    await house.answers(an, "4", "4", "4", "4", "4")
    await house.until("2026-05-01 12:10")
    await house.answers(an, "2", "I have resigned", "4", "4", "4", "4", "4", "給料と、シフトのこと \N{GRINNING FACE}")
    await house.until("2026-05-07 12:10")  # Nobody acts, so that the lead is told.
    for press in ("Note an action", "Pay"):
        await house.presses(mori, press)
    await house.says(mori, "Go through the pay slip")
    await house.presses(mori, "Within a week")
    await house.presses(mori, "Yes, promised")
    await house.until("2026-06-01 12:10")
    await house.presses(an, "start")
    await house.says(an, "worse")
    await house.says(an, "back")
    await house.says(an, "better")
    await house.presses(an, "I need help")
    await house.until("2026-07-10 12:00")
    return placement


def everything_said(house: House, placement: facts.Placement) -> list[str]:
    """All chats of a story."""
    people = [placement.hire, placement.manager, placement.consultant, placement.lead]
    return [house.log_of(person) for person in people if person is not None]


async def test_a_case_from_the_roster_to_the_follow_up(database_url: str) -> None:
    async with living(BEFORE, url=database_url) as house:
        placement = await a_case(house)
        states = [(one.kind, one.level, one.state, one.escalations) for one in reversed(house.alerts())]
        assert states[0] == ("risk", "critical", "acknowledged", 1)
        assert ("help", None) in [one[:2] for one in states]
        kinds = [kind for (kind,) in house.rows("SELECT kind FROM followup ORDER BY id")]
        assert kinds[:3] == ["escalated", "action", "effect"]
        assert next(at for at, kind in house.sent_at(placement.consultant) if kind == "alert") == "05-01 12:10"
        assert house.rows("SELECT count(*) FROM delivery WHERE state <> 'sent'") == [(0,)]
        assert metadata_differs(house.app.store.engine) == []
        assert current(house.app.store.engine) == head()


async def test_both_engines_tell_the_same_story(files: Files, server: Server | None) -> None:
    if server is None:
        pytest.skip(ABSENT)
    told = []
    for databases in (files, server):
        url = databases.fresh()
        async with living(BEFORE, url=url) as house:
            told.append(everything_said(house, await a_case(house)))
        databases.drop(url)
    assert told[0] == told[1]
    assert all(told[0])


async def test_two_processes_on_one_database_say_what_one_would(databases: Databases) -> None:
    told = []
    for processes in (1, 2):
        url = databases.fresh()
        async with living(BEFORE, url=url) as house:
            placement = await house.welcomes()
            twin = house.twin()
            apps = (house.app, twin)[:processes]
            for day in range(1, 34):
                for hour in ("10:00", "12:10", "21:00"):
                    house.clock.move_to(max(house.clock(), tokyo("2026-04-01 " + hour) + timedelta(days=day)))
                    await asyncio.gather(*(flow.plan_ahead(app) for app in apps))
                    await asyncio.gather(*(flow.advance(app) for app in apps))
            twin.store.close()
            told.append([house.log_of(one) for one in (placement.hire, placement.manager, placement.consultant)])
        databases.drop(url)
    assert told[0] == told[1]
    assert all(told[0])
