"""From a spreadsheet to rows of the database and back: nothing twice, nothing lost, and nobody taken for somebody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from bot.commands import roster as commands
from bot.flow import checkin
from bot.flow.roster import store_roster, stored_roster
from bot.flow.roster.model import CompanyRow, Roster, RosterErrors, RosterRow
from bot.flow.roster.read import read_roster
from bot.flow.roster.write import write_roster
from bot.text.catalog import Voice
from store.queries.roster import Changes
from tests.house import House, living, open_house, row

EXAMPLES = sorted((Path(__file__).parents[1] / "rosters").glob("*.csv"))
GOOD = [path for path in EXAMPLES if isinstance(read_roster(path.read_bytes(), path.name), Roster)]
BAD = [path for path in EXAMPLES if path not in GOOD]
TODAY = "2026-03-30 10:00"
ENGLISH = Voice(("en",), "staff")
HEADINGS = "会社名,氏名,言語,連絡手段,上司氏名,上司言語,上司連絡手段,担当者,入社日"


def read(data: bytes | str, name: str = "roster.csv") -> Roster:
    """A file that has no error."""
    found = read_roster(data.encode() if isinstance(data, str) else data, name)
    assert isinstance(found, Roster), found
    return found


def sheet(*lines: str, headings: str = HEADINGS) -> Roster:
    """A file of a few lines."""
    return read("\n".join([headings, *lines]))


def store(house: House, roster: Roster, **options: bool) -> Changes:
    """Store a roster, and tell what that did."""
    return store_roster(house.app, roster, **options)


def imported(house: House, *rows: RosterRow) -> Changes:
    """Store rows that are written out in the test."""
    return store(house, Roster(sheet="test", rows=rows))


def content(house: House) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables, but for the log of who did what."""
    return {name: rows for name, rows in house.everything().items() if name != "auditentry"}


def differences(house: House, before: dict[str, list[tuple[Any, ...]]]) -> set[str]:
    """The columns in which a row differs from what it was, as table.column; a whole row as table+ or table-."""
    found = set()
    for table, rows in content(house).items():
        old, new = {one[0]: one for one in before[table]}, {one[0]: one for one in rows}
        found |= {f"{table}+" for key in new.keys() - old.keys()} | {f"{table}-" for key in old.keys() - new.keys()}
        names = [name for _, name, *_ in house.rows(f'PRAGMA table_info("{table}")')]
        for key in old.keys() & new.keys():
            pairs = zip(names, old[key], new[key], strict=True)
            found |= {f"{table}.{name}" for name, a, b in pairs if a != b}
    return found


def people(house: House, kind: str) -> list[tuple[Any, ...]]:
    """Everybody of a kind: name and e-mail, in order of entry."""
    return house.rows("SELECT name, email FROM person WHERE kind = :kind ORDER BY id", kind=kind)


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_a_file_imported_twice_changes_nothing(path: Path) -> None:
    roster = read(path.read_bytes())
    with open_house(TODAY) as house:
        first = store(house, roster)
        assert len(first.created) == len(roster.rows)
        before = content(house)
        again = store(house, roster)
        assert content(house) == before
        assert (again.created, again.changed, again.new_people, again.keys_made) == ([], {}, [], {})
        assert again.unchanged == len(roster.rows)


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_what_is_exported_and_imported_again_changes_nothing(path: Path, ending: str, tmp_path: Path) -> None:
    with open_house(TODAY) as house:
        store(house, read(path.read_bytes()))
        before = content(house)
        rows, companies = stored_roster(house.app)
        files = write_roster(tmp_path / f"out.{ending}", rows, companies)
        for written in files if rows else files[-1:]:  # A text file without a single row is refused as empty.
            changes = store(house, read(written.read_bytes(), written.name))
            assert (changes.created, changes.changed) == ([], {})
        assert content(house) == before


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_an_export_read_into_an_empty_house_gives_the_same_roster(ending: str, tmp_path: Path) -> None:
    company = CompanyRow(row=2, company="Sakura Foods", closures=("08-10..08-16",), working_weekdays=(0, 1, 2, 3, 4, 5))
    with open_house(TODAY) as house:
        house.imports(
            row(leave_from=date(2026, 9, 1), leave_to=date(2026, 9, 9), hire_phone="090-1111-2222"),
            row(placement_id="0012", hire_id="H-7", hire_name="=SUM(A1)", hire_email=None, lead_name="Oda Ken"),
            companies=(company,),
        )
        exported = stored_roster(house.app)
        written = write_roster(tmp_path / f"out.{ending}", *exported)
    with open_house(TODAY) as house:
        for path in written:
            store(house, read(path.read_bytes(), path.name))
        assert stored_roster(house.app) == exported


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_a_dry_run_tells_the_same_and_stores_nothing(path: Path) -> None:
    roster = read(path.read_bytes())
    with open_house(TODAY) as house:
        empty = house.everything()
        told = store(house, roster, dry_run=True)
        assert house.everything() == empty
        assert store(house, roster) == told


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_one_wrong_cell_and_nothing_of_the_file_is_stored(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with open_house(TODAY) as house:
        house.imports(row())
        before = house.everything()
        with pytest.raises(SystemExit) as ended:
            commands.import_file(house.app, ENGLISH, path, dry_run=False, annotated=None)
        assert ended.value.code == 1
        assert house.everything() == before
    assert "Nothing was stored." in capsys.readouterr().err


def test_a_fault_halfway_takes_all_rows_back() -> None:
    with open_house(TODAY) as house:
        before = house.everything()
        # The reader refuses a number that stands twice; the database has the last word.
        with pytest.raises(IntegrityError):
            imported(house, row(), row(placement_id="A-2", hire_email="b@example.com"), row())
        assert house.everything() == before


@pytest.mark.parametrize(
    ("change", "told", "changed"),
    [
        ({"hire_name": "NGUYEN VAN ANH"}, ["hire_name"], {"person.name"}),
        ({"hire_phone": "090-1111-2222"}, ["hire_phone"], {"person.phone"}),
        ({"hire_languages": ("vi", "ja@simple")}, ["hire_languages"], {"person.languages"}),
        ({"hire_channel": "telegram"}, ["hire_channel"], {"person.channel"}),
        ({"hire_email": "an2@example.com"}, ["hire_email"], {"person.email", "person.identity"}),
        ({"hire_id": "H-7"}, ["hire_id"], {"person.external_id", "person.identity"}),
        ({"hire_call_name": "An"}, ["hire_call_name"], {"person.call_name"}),
        ({"manager_name": "Sato Kenichi"}, ["manager_name"], {"person.name"}),
        ({"manager_languages": ("ja", "en")}, ["manager_languages"], {"person.languages"}),
        ({"consultant_phone": "03-1234-5678"}, ["consultant_phone"], {"person.phone"}),
        ({"lead_name": "Oda Ken"}, ["lead_name"], {"person+", "placement.lead_id", "placement.planned_until"}),
        ({"job_title": "Welder"}, ["job_title"], {"placement.job_title", "placement.planned_until"}),
        (
            {"contract_ends": date(2027, 3, 31)},
            ["contract_ends"],
            {"placement.contract_ends", "placement.planned_until"},
        ),
        ({"timezone": "Asia/Seoul"}, ["timezone"], {"placement.timezone", "placement.planned_until"}),
        (
            {"leave_from": date(2026, 8, 3), "leave_to": date(2026, 8, 14)},
            ["leave_from", "leave_to"],
            {"pause+", "placement.planned_until"},
        ),
        (
            {"start_date": date(2026, 4, 6)},
            ["start_date"],
            {"placement.start_date", "placement.imported_at", "placement.known_since", "placement.planned_until"},
        ),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_a_changed_cell_changes_what_it_says_and_nothing_else(
    change: dict[str, Any], told: list[str], changed: set[str]
) -> None:
    with open_house(TODAY) as house:
        house.imports(row(), row(placement_id="A-2", hire_name="LE THI BE", hire_email="be@example.com"))
        checkin.plan_ahead(house.app)
        before = content(house)
        house.skips("2026-03-31 10:00")
        changes = imported(house, row(**change))
        assert changes.changed == {"A-1": told}
        assert differences(house, before) == changed


@pytest.mark.parametrize(
    "empty",
    ["hire_email", "hire_phone", "hire_id", "job_title", "contract_ends", "timezone", "lead_name", "consultant_email"],
)
def test_an_empty_cell_changes_nothing(empty: str) -> None:
    whole = row(
        hire_phone="090",
        hire_id="H-7",
        job_title="Welder",
        contract_ends=date(2027, 3, 31),
        timezone="Asia/Seoul",
        lead_name="Oda",
    )
    with open_house(TODAY) as house:
        house.imports(whole)
        before = content(house)
        changes = imported(house, replace(whole, **{empty: None}))
        assert (changes.changed, changes.unchanged) == ({}, 1)
        assert content(house) == before


def test_rows_that_are_missing_from_a_file_end_nothing() -> None:
    with open_house(TODAY) as house:
        house.imports(row(), row(placement_id="A-2", hire_name="LE THI BE", hire_email="be@example.com"))
        before = content(house)
        assert imported(house, row()).unchanged == 1
        assert content(house) == before


def test_a_company_is_one_however_its_name_is_spelled_and_keeps_the_first_spelling() -> None:
    with open_house(TODAY) as house:
        house.imports(
            row(company="㈱髙橋製作所"),
            row(placement_id="A-2", company="（株）髙橋製作所", hire_email="b@example.com"),
            row(placement_id="A-3", company="高橋製作所", hire_email="c@example.com"),
        )
        assert house.rows("SELECT name FROM company ORDER BY id") == [("㈱髙橋製作所",), ("高橋製作所",)]


def test_the_sheet_of_companies_changes_the_days_and_plans_anew() -> None:
    days = CompanyRow(row=2, company="SAKURA  foods", closures=("04-06..04-10",))
    with open_house(TODAY) as house:
        house.imports(row())
        checkin.plan_ahead(house.app)
        planned = "SELECT date(opens_at) FROM checkin WHERE survey = 'hire_first_week'"
        assert house.rows(planned) == [("2026-04-06",)]
        house.imports(companies=(days,))
        checkin.plan_ahead(house.app)
        assert house.rows(planned) == [("2026-04-13",)]
        before = content(house)
        house.imports(companies=(days,))
        assert content(house) == before


async def test_a_corrected_start_moves_the_future_only() -> None:
    async with living(TODAY) as house:
        an = (await house.welcomes()).hire
        await house.until("2026-05-01 12:10")
        await house.answers(an, "4", "4")
        opened = house.rows("SELECT * FROM checkin WHERE opened_at IS NOT NULL ORDER BY id")
        given = house.rows("SELECT * FROM answer ORDER BY id")

        house.imports(row(start_date=date(2026, 4, 20)))
        await house.runs()

        assert house.rows("SELECT * FROM checkin WHERE opened_at IS NOT NULL ORDER BY id") == opened
        assert house.rows("SELECT * FROM answer ORDER BY id") == given
        ahead = "SELECT period, due_on FROM checkin WHERE state = 'planned' AND respondent = 'hire' ORDER BY due_on"
        # The first new anniversary at least 21 days after 1 May; 20 May is too near.
        assert house.rows(ahead)[0] == ("m2", "2026-06-20")


async def test_a_new_manager_takes_over_and_the_old_one_is_asked_no_more() -> None:
    async with living(TODAY) as house:
        placement = await house.welcomes()
        await house.until("2026-05-01 10:00")
        assert "[Start]" in house.sees(placement.manager) or "始める" in house.sees(placement.manager)

        changes = imported(house, row(manager_name="Abe Rin", manager_email="abe@example.com"))
        await house.runs()

        assert changes.changed == {"A-1": ["manager_name"]}
        assert changes.new_people == [("manager", "Abe Rin")]
        states = "SELECT person_id, state FROM checkin WHERE respondent = 'manager' AND period = 'm1'"
        assert house.rows(states) == [(placement.manager.id, "cancelled")]
        abe = house.placement().manager
        assert abe.name == "Abe Rin"
        planned = "SELECT DISTINCT person_id FROM checkin WHERE respondent = 'manager' AND state = 'planned'"
        assert house.rows(planned) == [(abe.id,)]


async def test_the_same_manager_with_a_corrected_name_stays_the_same_person() -> None:
    async with living(TODAY) as house:
        placement = await house.welcomes()
        await house.until("2026-05-01 10:00")
        asked = house.rows("SELECT id, state FROM checkin WHERE respondent = 'manager'")
        changes = imported(house, row(manager_name="Satoh Kenji"))
        assert changes.changed == {"A-1": ["manager_name"]}
        assert house.placement().manager == replace(
            placement.manager, name="Satoh Kenji", call_name="Sato Kenji", named=True
        )
        assert house.rows("SELECT id, state FROM checkin WHERE respondent = 'manager'") == asked


async def test_a_hire_who_turns_out_to_be_somebody_else_is_asked_no_more_about_this_placement() -> None:
    async with living(TODAY) as house:
        an = (await house.welcomes()).hire
        house.imports(row(placement_id="B-1", hire_name="LE THI BE", hire_email="be@example.com"))
        await house.until("2026-04-06 12:10")
        imported(house, row(hire_name="LE THI BE", hire_email="be@example.com"))
        assert house.placement().hire.name == "LE THI BE"
        assert house.rows("SELECT state FROM checkin WHERE person_id = :an AND opened_at IS NOT NULL", an=an.id) == [
            ("cancelled",)
        ]


def test_managers_of_one_name_with_two_e_mails_are_two_and_without_one_they_are_the_same() -> None:
    with open_house(TODAY) as house:
        house.imports(
            row(manager_email=None),
            row(placement_id="A-2", hire_email="b@example.com", manager_name="SATO  Kenji", manager_email=None),
            row(placement_id="A-3", hire_email="c@example.com", manager_email=None, company="Kita Hotel"),
        )
        assert people(house, "manager") == [("Sato Kenji", None)] * 2  # One in each company.
        house.imports(row(manager_email="sato@example.com"))
        house.imports(row(placement_id="A-4", hire_email="d@example.com", manager_email="sato2@example.com"))
        house.imports(row(placement_id="A-5", hire_email="e@example.com", manager_email=None))
        assert people(house, "manager") == [
            ("Sato Kenji", "sato@example.com"),
            ("Sato Kenji", None),
            ("Sato Kenji", "sato2@example.com"),
        ]
        assert house.placement("A-5").manager == house.placement("A-1").manager


def test_the_first_spelling_of_a_name_in_a_file_counts() -> None:
    rows = (row(), row(placement_id="A-2", hire_email="b@example.com", consultant_name="MORI  aiko"))
    with open_house(TODAY) as house:
        house.imports(*rows)
        before = content(house)
        assert imported(house, *rows).changed == {}
        assert content(house) == before
        assert people(house, "staff") == [("Mori Aiko", "mori@example.com")]


def test_hires_of_one_name_are_two_people() -> None:
    twins = (
        "桜食品,LE THI BE,vi,slack,森,ja,slack,佐藤,2026-04-01,溶接",
        "桜食品,LE THI BE,vi,slack,森,ja,slack,佐藤,2026-04-01,塗装",
    )
    with open_house(TODAY) as house:
        first = store(house, sheet(*twins, headings=f"{HEADINGS},職種"))
        assert first.keys_made == {2: "P0001", 3: "P0002"}
        assert len(people(house, "hire")) == 2
        before = content(house)
        assert store(house, sheet(*reversed(twins), headings=f"{HEADINGS},職種")).unchanged == 2
        assert content(house) == before, "whichever stands first in the file"


def test_one_hire_at_two_companies_is_one_person_by_e_mail_or_number() -> None:
    with open_house(TODAY) as house:
        house.imports(
            row(),
            row(placement_id="A-2", company="Kita Hotel", start_date=date(2026, 10, 1)),
            row(placement_id="A-3", hire_id="H-7", hire_email=None),
            row(placement_id="A-4", hire_id="H-7", hire_email=None, company="Kita Hotel"),
        )
        assert house.placement("A-1").hire == house.placement("A-2").hire
        assert house.placement("A-3").hire == house.placement("A-4").hire
        assert len(people(house, "hire")) == 2


def test_a_key_that_was_made_stays() -> None:
    line = "桜食品,LE THI BE,vi,slack,森,ja,slack,佐藤,2026-04-01"
    with_mail = f"{HEADINGS},メール,職種"
    with open_house(TODAY) as house:
        assert store(house, sheet(f"{line},be@example.com,溶接", headings=with_mail)).keys_made == {2: "P0001"}
        for changed, columns in [
            (sheet(line), None),  # without the columns that say who it is
            (sheet(f"{line},be@example.com,塗装", headings=with_mail), ["job_title"]),
            (sheet(f"{line},,検査", headings=with_mail), ["job_title"]),
            (sheet(f"{line.replace('04-01', '04-15')},be@example.com,", headings=with_mail), ["start_date"]),
            (
                sheet(f"{line.replace('BE', 'BEE').replace('04-01', '04-15')},be@example.com,", headings=with_mail),
                ["hire_name"],
            ),
        ]:
            again = store(house, changed)
            assert (again.created, again.keys_made) == ([], {})
            assert again.changed == ({"P0001": columns} if columns else {})
        assert len(people(house, "hire")) == 1


def test_a_number_that_is_made_is_never_one_that_the_consultancy_uses() -> None:
    headings = f"管理番号,{HEADINGS}"
    line = "桜食品,{},vi,slack,森,ja,slack,佐藤,2026-04-01"
    with open_house(TODAY) as house:
        changes = store(
            house,
            sheet("," + line.format("LE THI BE"), "P0001," + line.format("TRAN VAN NAM"), headings=headings),
        )
        assert changes.keys_made == {2: "P0002"}
        assert house.placement("P0001").hire.name == "TRAN VAN NAM"
        assert house.placement("P0002").hire.name == "LE THI BE"


def test_a_second_placement_of_one_hire_in_a_file_without_numbers_is_its_own() -> None:
    headings = f"{HEADINGS},メール"
    first = "桜食品,LE THI BE,vi,slack,森,ja,slack,佐藤,2026-04-01,be@example.com"
    second = first.replace("2026-04-01", "2027-04-01")
    with open_house(TODAY) as house:
        assert len(store(house, sheet(first, second, headings=headings)).created) == 2
        assert store(house, sheet(second, first, headings=headings)).unchanged == 2


@pytest.mark.parametrize("newcomer_first", [True, False])
def test_an_e_mail_that_somebody_gives_up_belongs_to_the_newcomer(newcomer_first: bool) -> None:
    known = row(hire_email="an.private@example.com")
    newcomer = row(placement_id="A-2", hire_name="LE THI BE", hire_email="an@example.com")
    with open_house(TODAY) as house:
        house.imports(row())
        an = house.placement().hire
        imported(house, *((newcomer, known) if newcomer_first else (known, newcomer)))
        assert house.placement("A-1").hire.id == an.id
        assert people(house, "hire") == [
            ("NGUYEN VAN AN", "an.private@example.com"),
            ("LE THI BE", "an@example.com"),
        ]


async def test_what_a_person_chose_in_the_chat_outranks_the_file() -> None:
    async with living(TODAY) as house:
        an = (await house.welcomes(hire_languages=("en", "ja"))).hire
        await house.until("2026-04-06 12:10")
        await house.presses(an, "start")
        await house.presses(an, "language")
        await house.presses(an, "日本語")
        changes = imported(house, row(hire_languages=("vi",), hire_call_name="Anh"))
        assert changes.changed == {}
        assert house.placement().hire.languages == ("ja", "en")
        assert house.placement().hire.called == "NGUYEN VAN AN"


def test_a_leave_that_is_corrected_is_one_leave_and_the_next_one_another() -> None:
    leave = [date(2026, 8, 3), date(2026, 8, 14)]
    pauses = "SELECT first, last FROM pause ORDER BY first"
    with open_house(TODAY) as house:
        house.imports(row(leave_from=leave[0], leave_to=leave[1]))
        moved = imported(house, row(leave_from=date(2026, 9, 1), leave_to=leave[1].replace(month=9)))
        assert moved.changed == {"A-1": ["leave_from", "leave_to"]}
        assert house.rows(pauses) == [("2026-09-01", "2026-09-14")]
        house.skips("2026-09-10 10:00")
        imported(house, row(leave_from=date(2026, 9, 1), leave_to=date(2026, 9, 30)))
        assert house.rows(pauses) == [("2026-09-01", "2026-09-30")]
        house.skips("2026-12-01 10:00")
        imported(house, row(leave_from=date(2027, 2, 1), leave_to=date(2027, 2, 10)))
        assert house.rows(pauses) == [("2026-09-01", "2026-09-30"), ("2027-02-01", "2027-02-10")]


def test_a_placement_that_moves_to_another_company_plans_both_anew() -> None:
    with open_house(TODAY) as house:
        house.imports(
            row(start_date=date(2026, 4, 1)),
            row(placement_id="A-2", hire_name="LE THI BE", hire_email="be@example.com", start_date=date(2026, 4, 16)),
        )
        house.skips("2026-04-03 10:00")
        checkin.plan_ahead(house.app)
        day = "SELECT min(due_on) FROM checkin WHERE respondent = 'manager' AND placement_id = :id"
        be = house.placement("A-2").id
        assert house.rows(day, id=be) == [("2026-06-01",)]  # The manager's day is that of the earliest start.
        imported(house, row(company="Kita Hotel"))
        checkin.plan_ahead(house.app)
        assert house.rows(day, id=be) == [("2026-05-16",)]


def test_who_leads_and_looks_after_cases_is_one_person_of_the_agency() -> None:
    with open_house(TODAY) as house:
        house.imports(
            row(lead_name="Oda Ken", lead_email="oda@example.com"),
            row(
                placement_id="A-2",
                hire_email="b@example.com",
                consultant_name="Oda Ken",
                consultant_email="oda@example.com",
            ),
        )
        assert house.rows("SELECT name, role FROM person WHERE kind = 'staff' ORDER BY id") == [
            ("Mori Aiko", "consultant"),
            ("Oda Ken", "lead"),
        ]


NAMES = ["LE THI BE", "Le Thi  Be", "TRAN VAN NAM", "Aung Aung"]
CELLS = {
    "管理番号": st.sampled_from(["", "A-1", "A-2", "P0001", "P0002"]),
    "会社名": st.sampled_from(["桜食品", "Kita Hotel"]),
    "氏名": st.sampled_from(NAMES),
    "メール": st.sampled_from(["", "a@example.com", "b@example.com"]),
    "本人番号": st.sampled_from(["", "", "H-1", "H-2"]),
    "言語": st.just("vi"),
    "連絡手段": st.just("slack"),
    "上司氏名": st.sampled_from(["森", "Mori"]),
    "上司メール": st.sampled_from(["", "m@example.com", "n@example.com"]),
    "上司言語": st.just("ja"),
    "上司連絡手段": st.just("slack"),
    "担当者": st.sampled_from(["佐藤", "Oda"]),
    "入社日": st.sampled_from(["2026-04-01", "2026-05-01"]),
    "職種": st.sampled_from(["", "溶接", "塗装"]),
}
LINES = st.lists(st.fixed_dictionaries(CELLS), min_size=1, max_size=5)


@settings(max_examples=60)
@given(files=st.lists(LINES, min_size=1, max_size=3))
def test_whatever_files_come_one_after_the_other_the_last_one_again_changes_nothing(
    files: list[list[dict[str, str]]],
) -> None:
    with open_house(TODAY) as house:
        for lines in files:
            text = "\n".join([",".join(CELLS), *(",".join(line.values()) for line in lines)])
            found = read_roster(text.encode(), "roster.csv")
            if isinstance(found, RosterErrors):
                continue
            store(house, found)
            before = content(house)
            again = store(house, found)
            assert again.changed == {}
            assert again.created == []
            assert content(house) == before
            for line, told in zip(lines, found.rows, strict=True):
                if line["管理番号"]:
                    assert house.placement(line["管理番号"]).company == told.company
