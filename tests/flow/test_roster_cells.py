"""One cell of a roster that is stored is changed: that is what changes, for whom it belongs to, and nothing else."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.flow import checkin
from bot.flow.roster import store_roster, stored_roster
from bot.flow.roster.model import Roster
from bot.flow.roster.read import read_roster
from tests.house import House, open_house

TODAY = "2026-03-30 10:00"
PEOPLE = {
    "manager": {"name": "Sato Kenji", "email": "sato@example.com", "languages": "ja", "channel": "slack"},
    "consultant": {
        "name": "Mori",
        "email": "mori@example.com",
        "languages": "en",
        "channel": "slack",
        "phone": "03-1234-5678",
    },
    "lead": {"name": "Oda Ken", "email": "oda@example.com", "languages": "ja", "channel": "telegram"},
}


def line(number: int, **cells: str) -> dict[str, str]:
    """A row with every column filled in. A-1 and A-2 share their people; A-3 is at another company with the same agency."""
    own = {
        "placement_id": f"A-{number}",
        "company": "Kita Hotel" if number == 3 else "桜食品",
        "hire_name": f"HIRE {number}",
        "hire_email": f"h{number}@example.com",
        "hire_languages": "vi,ja@simple",
        "hire_channel": "telegram",
        "hire_id": f"H-{number}",
        "hire_call_name": f"Hi {number}",
        "hire_phone": f"090-1111-000{number}",
        "start_date": f"2026-04-0{number}",
        "job_title": "溶接",
        "residence_status": "特定技能1号",
        "residence_expires": "2027-04-30",
        "contract_ends": "2027-03-31",
        "leave_from": "2026-08-10",
        "leave_to": "2026-08-20",
        "timezone": "Asia/Tokyo",
    }
    shared = {f"{role}_{name}": value for role, values in PEOPLE.items() for name, value in values.items()}
    return own | shared | cells


LINES = [line(1), line(2), line(3, manager_name="Kita Jun", manager_email="kita@example.com")]
LANGUAGES = st.sampled_from(["en", "ja,en", "id,ja@simple", "中国語", "my"])
CHANNELS = st.sampled_from(["slack", "telegram", "Telegram"])
NAMES = st.sampled_from(["TRAN VAN NAM", "佐藤 花子", "O'Brien, Pat", "=SUM(A1)", "Ｓｍｉｔｈ", "髙﨑"])
EMAILS = st.sampled_from(["new@example.com", "New.One@example.jp"])
PHONES = st.sampled_from(["080-9999-0000", "+81 3 1111 2222"])
DAYS = st.dates(date(2026, 12, 1), date(2028, 12, 31)).map(str)
VALUES: dict[str, st.SearchStrategy[str]] = {
    "company": st.sampled_from(["Minami Works", "Kita Hotel"]),
    "hire_id": st.sampled_from(["H-77", "007"]),
    "job_title": st.sampled_from(["塗装", "Welder"]),
    "residence_status": st.sampled_from(["技能実習2号", "Engineer"]),
    "timezone": st.sampled_from(["Asia/Seoul", "Europe/Berlin"]),
    "leave_from": st.sampled_from(["2026-08-01", "2026-08-19"]),
    "leave_to": st.sampled_from(["2026-08-11", "2026-09-30"]),
    "start_date": st.dates(date(2025, 1, 1), date(2026, 7, 31)).map(str),
    "residence_expires": DAYS,
    "contract_ends": DAYS,
}
KINDS: dict[str, st.SearchStrategy[str]] = {
    "name": NAMES,
    "email": EMAILS,
    "languages": LANGUAGES,
    "channel": CHANNELS,
    "phone": PHONES,
}
COLUMNS = sorted(set(LINES[0]) - {"placement_id"})
CELL = st.sampled_from(COLUMNS).flatmap(
    lambda name: st.tuples(st.just(name), VALUES[name] if name in VALUES else KINDS.get(name.rpartition("_")[2], NAMES))
)


def file(*lines: dict[str, str]) -> Roster:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(LINES[0]))
    writer.writeheader()
    writer.writerows(lines)
    found = read_roster(out.getvalue().encode(), "roster.csv")
    assert isinstance(found, Roster), found
    return found


def exported(house: House) -> dict[str, dict[str, object]]:
    rows, _ = stored_roster(house.app)
    return {str(row.placement_id): {name: getattr(row, name) for name in LINES[0]} for row in rows}


def shares(column: str, other: dict[str, str], changed: dict[str, str]) -> bool:
    """True when this cell of another row is said of the same person, so that it changes there too."""
    role, _, what = column.partition("_")
    return role in PEOPLE and what != "email" and other[f"{role}_email"] == changed[f"{role}_email"]


def tables(house: House, but: Callable[[str], bool]) -> dict[str, object]:
    return {name: rows for name, rows in house.everything().items() if not but(name)}


@settings(max_examples=50)
@given(CELL, st.integers(0, 2))
@example(("consultant_email", "new@example.com"), 0)
def test_any_cell_that_is_changed_changes_what_it_says_and_nothing_else(cell: tuple[str, str], place: int) -> None:
    column, value = cell
    changed = LINES[place] | {column: value}
    with open_house(TODAY) as house:
        store_roster(house.app, file(*LINES))
        checkin.plan_ahead(house.app)
        before, rest = exported(house), tables(house, lambda name: name in MAY_CHANGE)
        house.clock.move_to(house.clock() + timedelta(days=1))

        changes = store_roster(house.app, file(changed))

        (said,) = file(changed).rows
        expected = {key: dict(row) for key, row in before.items()}
        expected[str(said.placement_id)][column] = getattr(said, column)
        for other in LINES:
            if shares(column, other, LINES[place]):
                expected[other["placement_id"]][column] = getattr(said, column)
        assert exported(house) == expected
        assert tables(house, lambda name: name in MAY_CHANGE) == rest
        assert changes.created == []
        differs = expected != before
        assert changes.changed == ({str(said.placement_id): TOLD.get(column, [column])} if differs else {})
        again = house.everything()
        assert store_roster(house.app, file(changed)).changed == {}
        assert house.everything() == again


MAY_CHANGE = ("person", "placement", "company", "pause", "auditentry")
TOLD = {
    "company": ["company", "manager_name"],  # A manager belongs to one company: there it is another person.
    "manager_email": ["manager_name"],
    "consultant_email": ["consultant_name"],
    "lead_email": ["lead_name"],
}
"""What is told of a cell where that is not its own column: with another e-mail it is another person."""


@settings(max_examples=20)
@given(st.sampled_from(COLUMNS), st.integers(0, 2))
def test_any_cell_that_is_emptied_changes_nothing(column: str, place: int) -> None:
    required = {"company", "hire_name", "hire_languages", "hire_channel", "start_date", "consultant_name"}
    required |= {"manager_name", "manager_languages", "manager_channel"}
    emptied = LINES[place] | {column: ""}
    if column.startswith("leave"):
        emptied |= {"leave_from": "", "leave_to": ""}
    if column in required:
        return
    with open_house(TODAY) as house:
        store_roster(house.app, file(*LINES))
        before = house.everything()
        changes = store_roster(house.app, file(emptied))
        assert (changes.changed, changes.created, changes.new_people) == ({}, [], [])
        assert house.everything() == before
