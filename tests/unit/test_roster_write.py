"""The template, the export that reads back the same, and a person's own file with its errors."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from bot.flow.roster.cells import is_empty, is_error
from bot.flow.roster.columns import COMPANY_COLUMNS, EXAMPLE_COMPANY, EXAMPLE_ID, EXAMPLE_ROW, ROSTER_COLUMNS
from bot.flow.roster.model import CompanyRow, Roster, RosterError, RosterErrors, RosterRow
from bot.flow.roster.read import read_roster
from bot.flow.roster.sheets import SheetFault
from bot.flow.roster.write import annotate, write_roster, write_template
from bot.text.catalog import KNOWN_LOCALES
from bot.text.roster_errors import ROSTER_ERRORS
from bot.text.roster_words import TEMPLATE_WORDS

ROW: dict[str, Any] = {
    "row": 2,
    "company": "㈱髙橋製作所",
    "hire_name": "NGUYEN THI HOA",
    "hire_languages": ("vi", "ja@simple"),
    "hire_channel": "telegram",
    "manager_name": "高橋　健",
    "manager_languages": ("ja",),
    "manager_channel": "slack",
    "consultant_name": "佐藤花子",
    "start_date": date(2026, 4, 1),
}


def english(key: str) -> str:
    return TEMPLATE_WORDS[key].text % {}


def loud(key: str) -> str:
    return english(key).upper()


def said(error: RosterError) -> str:
    return ROSTER_ERRORS[error.code].text % error.placeholders


def read(path: Path) -> Roster | RosterErrors:
    return read_roster(path.read_bytes(), path.name)


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "roster.xlsx"
    write_template(path, english, loud)
    return path


def test_an_untouched_template_has_headings_and_no_rows(template: Path) -> None:
    result = read(template)
    assert isinstance(result, RosterErrors)
    assert [error.code for error in result.errors] == ["no_rows"]
    assert result.unknown_columns == ()


def test_a_row_below_the_example_is_read_and_the_example_is_not(template: Path) -> None:
    book = load_workbook(template)
    places = {cell.value.split("\n")[0].removesuffix(" *"): cell.column for cell in book["Roster"][1]}
    for name, value in ROW.items():
        if name != "row":
            text = ",".join(value) if isinstance(value, tuple) else value
            book["Roster"].cell(3, places[name], text)
    book.save(template)
    result = read(template)
    assert isinstance(result, Roster)
    assert (result.rows, result.companies) == ((RosterRow(**ROW),), ())
    assert result.columns == tuple(column.name for column in ROSTER_COLUMNS)
    assert result.company_columns == tuple(column.name for column in COMPANY_COLUMNS)


def test_an_example_that_somebody_wrote_over_must_not_keep_its_number(template: Path) -> None:
    book = load_workbook(template)
    book["Roster"]["C2"] = "TRAN VAN NAM"
    book.save(template)
    result = read(template)
    assert isinstance(result, RosterErrors)
    assert [(e.cell, e.value, e.code) for e in result.errors] == [("A2", EXAMPLE_ID, "example_left")]


def test_the_template_offers_choices_and_keeps_text_as_text(template: Path) -> None:
    book = load_workbook(template)
    roster = book["Roster"]
    offered = {str(v.sqref): v.formula1 for v in roster.data_validations.dataValidation}
    assert offered["F2:F1000"] == '"slack,telegram"'
    first, last = map(int, re.findall(r"\d+", offered["E2:E1000"]))
    languages = [book["Help"].cell(row, 1).value for row in range(first, last + 1)]
    assert languages[:9] == list(KNOWN_LOCALES)
    assert languages[9] == "vi,ja@simple"
    assert None not in languages
    assert book["Help"].cell(first - 1, 1).value == "Languages"
    formats = {column.name: roster.cell(2, n).number_format for n, column in enumerate(ROSTER_COLUMNS, 1)}
    assert (formats["start_date"], formats["hire_phone"], formats["placement_id"]) == ("yyyy-mm-dd", "@", "@")
    assert roster.column_dimensions["I"].number_format == "@"


def test_the_template_explains_each_column_in_each_language(template: Path) -> None:
    help_ = load_workbook(template)["Help"]
    explained = {row[0].value: (row[1].value, row[2].value, row[3].value) for row in help_.iter_rows()}
    for column in (*ROSTER_COLUMNS, *COMPANY_COLUMNS):
        assert explained[column.name] == (column.heading, english(column.name), loud(column.name))


def test_the_example_fills_its_columns_with_valid_values(template: Path) -> None:
    book = load_workbook(template)
    book["Roster"]["A2"], book["Companies"]["B2"] = "P-1", "水産"
    book.save(template)
    result = read(template)
    assert isinstance(result, Roster)
    assert result.rows == (RosterRow(row=2, **{**EXAMPLE_ROW, "placement_id": "P-1"}),)  # type: ignore[arg-type]
    assert result.companies == (CompanyRow(row=2, **{**EXAMPLE_COMPANY, "industry": "水産"}),)  # type: ignore[arg-type]


# Names with everything that exporting could hurt: formulas, quotes, separators, ditto marks, old characters, zeros.
TEXTS = (
    st.one_of(
        st.text(
            st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Co", "Cn", "Cf", "Zs")),
            min_size=1,
            max_size=12,
        ),
        st.sampled_from(
            [
                "=1+1",
                "'=1",
                "-An",
                "@home",
                "+81",
                "〃",
                "同上",
                '"',
                '山田 "A", 北;南',
                "0012",
                "㈱髙橋",
                "1.0",
                "TRUE",
            ]
        ),
        st.sampled_from(["2026-04-01", "ｱﾝ", "'", "a\u3000b", "none", "0"]),
    )
    .map(str.strip)
    .filter(lambda text: bool(text) and not is_empty(text) and not is_error(text) and not text.startswith("※"))
)
IDS = st.from_regex(r"[A-Z0-9=+\-]{1,8}", fullmatch=True).filter(lambda text: text != EXAMPLE_ID)
LANGUAGES = st.lists(st.sampled_from(sorted(KNOWN_LOCALES)), min_size=1, unique=True, max_size=3).map(tuple)
CHANNELS = st.sampled_from(["slack", "telegram"])
DAYS = st.dates(date(1950, 1, 1), date(2100, 12, 31))
PHONES = st.sampled_from(["090-1234-5678", "+81 90 1234 5678", "0312345678"])


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


ROWS = st.builds(
    RosterRow,
    row=st.just(0),
    placement_id=maybe(IDS),
    company=TEXTS,
    hire_name=TEXTS,
    hire_languages=LANGUAGES,
    hire_channel=CHANNELS,
    hire_call_name=maybe(TEXTS),
    hire_phone=maybe(PHONES),
    manager_name=TEXTS,
    manager_email=st.none(),
    manager_languages=LANGUAGES,
    manager_channel=CHANNELS,
    consultant_name=TEXTS,
    consultant_email=st.none(),
    consultant_languages=st.just(()) | LANGUAGES,
    consultant_channel=maybe(CHANNELS),
    consultant_phone=maybe(PHONES),
    start_date=DAYS,
    job_title=maybe(TEXTS),
    residence_status=maybe(TEXTS),
    residence_expires=maybe(DAYS),
    leave_from=maybe(DAYS),
    timezone=maybe(st.sampled_from(["Asia/Tokyo", "Asia/Ho_Chi_Minh"])),
)
CLOSURES = st.lists(st.sampled_from(["12-29..01-03", "08-13", "2026-08-10..2026-08-16"]), unique=True).map(tuple)
COMPANIES = st.builds(
    CompanyRow,
    row=st.just(0),
    company=TEXTS,
    industry=maybe(TEXTS),
    working_weekdays=maybe(st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days)))),
    works_on_public_holidays=maybe(st.booleans()),
    closures=maybe(CLOSURES),
    yearly_turnover=maybe(st.integers(0, 10**6).map(lambda millionths: millionths / 10**6)),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("ending", ["xlsx", "csv"])
@given(row=ROWS, company=COMPANIES)
def test_what_is_exported_is_read_back_unchanged(
    tmp_path: Path, ending: str, row: RosterRow, company: CompanyRow
) -> None:
    path = tmp_path / f"export.{ending}"
    written = write_roster(path, [row], [company])
    results = [read(file) for file in written]
    assert all(isinstance(result, Roster) for result in results), results
    assert [r for result in results for r in result.rows] == [row]  # type: ignore[union-attr]
    assert [c for result in results for c in result.companies] == [company]  # type: ignore[union-attr]


def test_an_export_holds_nothing_that_a_spreadsheet_would_run(tmp_path: Path) -> None:
    row = RosterRow(**{**ROW, "company": '=HYPERLINK("http://example.com")', "hire_phone": "+81 3 1234 5678"})
    table, book = tmp_path / "r.csv", tmp_path / "r.xlsx"
    assert write_roster(table, [row]) == [table]
    assert write_roster(book, [row]) == [book]
    written = list(csv.reader(io.StringIO(table.read_text("utf-8-sig"), newline="")))
    assert [cell for cell in written[1] if cell.startswith(("=", "+", "-", "@"))] == []
    types = {cell.data_type for cell in load_workbook(book)["Roster"][2]}
    assert "f" not in types


def test_a_csv_export_says_where_the_companies_went(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    written = write_roster(path, [RosterRow(**ROW)], [CompanyRow(row=2, company="山田食品", closures=())])
    assert [file.name for file in written] == ["r.csv", "r-companies.csv"]
    result = read(written[1])
    assert isinstance(result, Roster)
    assert result.companies[0].closures == ()


def test_a_file_that_cannot_be_written_leaves_the_old_one_and_no_rest(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.mkdir()
    with pytest.raises(OSError, match=r"r\.csv"):
        write_roster(path, [RosterRow(**ROW)])
    assert [file.name for file in tmp_path.iterdir()] == ["r.csv"]


HEADINGS = ["会社名", "氏名", "言語", "連絡手段", "上司氏名", "上司言語", "上司連絡手段", "担当者", "入社日"]
LINE = ["山田食品", "LE THI BE", "vi", "telegram", "森 健", "ja", "slack", "佐藤 花子", "2026-04-01"]


def test_a_workbook_comes_back_with_each_error_at_its_cell_and_the_rest_as_it_was(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    sheet.title = "名簿"
    for line in (["名簿"], HEADINGS, LINE, ["=A3", *LINE[1:3], "LINE", *LINE[4:-1], "soon"], [None, "A", *LINE[2:]]):
        sheet.append(line)
    sheet.merge_cells("D4:D5")
    sheet["B1"] = "keep me"
    file = io.BytesIO()
    book.save(file)
    result = read_roster(file.getvalue(), "r.xlsx")
    assert isinstance(result, RosterErrors)

    annotate(file.getvalue(), "r.xlsx", result.errors, tmp_path / "out.xlsx", said)

    out = load_workbook(tmp_path / "out.xlsx")["名簿"]
    commented = {cell.coordinate: cell.comment.text for row in out.iter_rows() for cell in row if cell.comment}
    assert sorted(commented) == ["A4", "A5", "D4", "I4"]
    assert "slack or telegram" in commented["D4"]
    assert "soon" in commented["I4"]
    assert out["I4"].fill.fgColor.rgb.endswith("FFC7CE")
    assert (out["A4"].value, out["B1"].value) == ("=A3", "keep me")
    assert out["I3"].fill.fill_type is None


def test_a_text_file_comes_back_as_a_workbook(tmp_path: Path) -> None:
    lines = [[*HEADINGS[:-1], "入社予定"], ["=1+1", *LINE[1:2], "xx", *LINE[3:]]]
    data = "\n".join(",".join(line) for line in lines).encode("cp932")
    result = read_roster(data, "名簿: 4月 [案] とても長い名前のファイルですので切られます.csv")
    assert isinstance(result, RosterErrors)

    annotate(
        data, "名簿: 4月 [案] とても長い名前のファイルですので切られます.csv", result.errors, tmp_path / "o.xlsx", said
    )

    out = load_workbook(tmp_path / "o.xlsx").active
    assert (out["A2"].value, out["A2"].data_type) == ("=1+1", "s")
    assert "start_date" in out["A1"].comment.text
    assert "xx" in out["C2"].comment.text


def test_a_file_that_cannot_be_read_cannot_be_annotated(tmp_path: Path) -> None:
    with pytest.raises(SheetFault):
        annotate(b"PK nothing", "r.xlsx", [], tmp_path / "o.xlsx", said)
    assert list(tmp_path.iterdir()) == []
