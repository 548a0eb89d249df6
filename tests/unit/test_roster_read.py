"""From a file to rows, or to everything that is wrong with it. Small files and what they must give: tests/rosters."""

# ruff: noqa: DTZ001 - a cell of a spreadsheet has no time zone

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from bot.flow.roster.columns import COMPANY_COLUMNS, ROSTER_COLUMNS
from bot.flow.roster.model import Roster, RosterErrors
from bot.flow.roster.read import read_roster
from bot.flow.roster.sheets import SheetFault, read_sheets
from bot.text.roster_errors import ROSTER_ERRORS, ROSTER_QUESTIONS

FILES = sorted((Path(__file__).parents[1] / "rosters").glob("*.csv"))

HEADINGS = ["会社名", "氏名", "言語", "連絡手段", "上司氏名", "上司言語", "上司連絡手段", "担当者", "入社日"]
LINE = ["山田食品", "LE THI BE", "vi", "telegram", "森 健", "ja", "slack", "佐藤 花子", "2026-04-01"]


def told(result: Roster | RosterErrors) -> dict[str, Any]:
    """A result as the expected files of tests/rosters write it: without what is empty, dates as text."""
    out: dict[str, Any] = {}
    if isinstance(result, RosterErrors):
        out["errors"] = [
            [e.row, e.cell, e.column, e.value, e.code, {k: str(v) for k, v in e.values.items()}] for e in result.errors
        ]
    else:
        for name, rows in (("rows", result.rows), ("companies", result.companies)):
            out[name] = [{k: _plain(v) for k, v in asdict(row).items() if v not in (None, ())} for row in rows]
            for row, plain in zip(rows, out[name], strict=True):
                if asdict(row).get("closures") == ():
                    plain["closures"] = []
    out["unknown"] = [[c.letter, c.heading, c.nearest] for c in result.unknown_columns]
    out["questions"] = [[q.code, {k: str(v) for k, v in q.values.items()}] for q in result.questions]
    return {name: value for name, value in out.items() if value}


def _plain(value: object) -> object:
    match value:
        case date():
            return value.isoformat()
        case tuple():
            return list(value)
        case _:
            return value


def csv_of(*lines: list[str]) -> bytes:
    return "\r\n".join(",".join(line) for line in lines).encode()


def xlsx(fill: Callable[[Workbook], None]) -> bytes:
    book = Workbook()
    fill(book)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def sheet_of(*lines: list[Any], title: str = "Sheet") -> bytes:
    def fill(book: Workbook) -> None:
        book.active.title = title
        for line in lines:
            book.active.append(line)

    return xlsx(fill)


def rewritten(data: bytes, part: str, change: Callable[[str], str]) -> bytes:
    """The same workbook with one of its parts changed, as no spreadsheet program would write it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            content = before.read(name)
            after.writestr(name, change(content.decode()).encode() if name == part else content)
    return out.getvalue()


def good(result: Roster | RosterErrors) -> Roster:
    assert isinstance(result, Roster), result
    return result


def codes(result: Roster | RosterErrors) -> list[str]:
    assert isinstance(result, RosterErrors), result
    return [error.code for error in result.errors]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_file_gives_what_stands_beside_it(path: Path) -> None:
    expected = json.loads(path.with_suffix(".json").read_text("utf-8"))
    assert told(read_roster(path.read_bytes(), path.name)) == expected


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_sentence_about_a_file_can_be_said(path: Path) -> None:
    result = read_roster(path.read_bytes(), path.name)
    for error in result.errors if isinstance(result, RosterErrors) else ():
        said = ROSTER_ERRORS[error.code].text % error.placeholders
        assert not re.search(r"%\(|None", said)
    for question in result.questions:
        assert ROSTER_QUESTIONS[question.code].text % question.values


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_a_text_file_is_read_in_the_encodings_and_delimiters_of_excel(encoding: str, delimiter: str) -> None:
    line = [*LINE[:2], "vi", *LINE[3:]]
    line[0], line[1] = "㈱髙﨑", "ﾎｱ①"
    text = "\n".join(delimiter.join(cells) for cells in (HEADINGS, line))
    row = good(read_roster(text.encode(encoding), "r.csv")).rows[0]
    assert (row.company, row.hire_name) == ("㈱髙﨑", "ﾎｱ①")


@pytest.mark.parametrize(
    ("encoding", "code"),
    [("euc_jp", "encoding"), ("utf-16", "utf16"), ("utf-16-be", "encoding"), ("iso2022_jp", "encoding")],
)
def test_other_encodings_are_refused_instead_of_garbled(encoding: str, code: str) -> None:
    text = "\n".join(",".join(cells) for cells in (HEADINGS, LINE))
    assert codes(read_roster(text.encode(encoding), "r.csv")) == [code]


def test_one_hire_twice_without_a_name_is_an_error_and_no_question() -> None:
    headings, line = [*HEADINGS, "メール"], [*LINE, "be@example.com"]
    line[1] = ""
    error = read_roster(csv_of(headings, line, line), "r.csv")
    assert codes(error) == ["missing", "missing"]


def test_a_quotation_mark_that_does_not_close_names_its_row() -> None:
    data = csv_of(HEADINGS, LINE, ['"山田', *LINE[1:]])
    error = read_roster(data, "r.csv")
    assert codes(error) == ["csv_quote"]
    assert isinstance(error, RosterErrors)
    assert error.errors[0].values["row"] == 3


def test_excel_keeps_its_own_row_numbers_and_columns() -> None:
    def fill(book: Workbook) -> None:
        for offset, (heading, value) in enumerate(zip(HEADINGS, LINE, strict=True)):
            book.active.cell(5, 3 + offset, heading)
            book.active.cell(8, 3 + offset, "x" if heading == "入社日" else value)

    result = read_roster(xlsx(fill), "r.xlsx")
    assert isinstance(result, RosterErrors)
    assert [(e.row, e.cell, e.column, e.value, e.code) for e in result.errors] == [(8, "K8", "入社日", "x", "date")]


@pytest.mark.parametrize(
    "start", [date(2026, 4, 1), datetime(2026, 4, 1), 46113, 46113.0, 20260401, "R8.4.1"], ids=repr
)
def test_every_way_in_which_excel_holds_a_date_is_the_same_day(start: object) -> None:
    assert good(read_roster(sheet_of(HEADINGS, [*LINE[:-1], start]), "r.xlsx")).rows[0].start_date == date(2026, 4, 1)


def test_plain_serial_numbers_of_old_macintosh_workbooks_count_from_1904() -> None:
    data = sheet_of(HEADINGS, [*LINE[:-1], 46113 - 1462])
    data = rewritten(data, "xl/workbook.xml", lambda xml: xml.replace("<workbookPr />", '<workbookPr date1904="1" />'))
    assert good(read_roster(data, "r.xlsx")).rows[0].start_date == date(2026, 4, 1)


def test_numbers_in_text_columns_are_keys_and_telephone_numbers_again() -> None:
    data = sheet_of(["管理番号", "電話", "担当者電話", *HEADINGS], [12, 9012345678, "03-1234-5678", *LINE])
    row = good(read_roster(data, "r.xlsx")).rows[0]
    assert (row.placement_id, row.hire_phone, row.consultant_phone) == ("12", "09012345678", "03-1234-5678")


def test_cells_merged_downwards_stand_in_each_row_and_a_title_across_is_no_row() -> None:
    def fill(book: Workbook) -> None:
        sheet = book.active
        sheet.append(["名簿"])
        sheet.merge_cells("A1:I1")
        sheet.append(HEADINGS)
        sheet.append(["第一工場"])
        sheet.merge_cells("A3:I3")
        sheet.append(LINE)
        sheet.append([None, "TRAN VAN NAM", *LINE[2:]])
        sheet.merge_cells("A4:A5")

    rows = good(read_roster(xlsx(fill), "r.xlsx")).rows
    assert [(row.row, row.company, row.hire_name) for row in rows] == [
        (4, "山田食品", "LE THI BE"),
        (5, "山田食品", "TRAN VAN NAM"),
    ]


def test_headings_in_two_merged_rows_are_put_together() -> None:
    def fill(book: Workbook) -> None:
        sheet = book.active
        sheet.append(["会社名", "本人", None, None, "上司", None, None, "担当者", "入社日"])
        sheet.append([None, "氏名", "言語", "連絡手段", "氏名", "言語", "連絡手段", None, None])
        for area in ("A1:A2", "B1:D1", "E1:G1", "H1:H2", "I1:I2"):
            sheet.merge_cells(area)
        sheet.append(LINE)

    result = good(read_roster(xlsx(fill), "r.xlsx"))
    assert result.rows[0].manager_name == "森 健"
    assert result.unknown_columns == ()


def test_headings_match_in_any_case_width_and_decoration() -> None:
    headings = ["Ｃｏｍｐａｎｙ", "hire name *", "Hire-Languages\n(言語)", "HIRE_CHANNEL（必須）", "上司 氏名※"]
    headings += ["上司\n言語", "manager_channel / 上司連絡手段", "【担当者】", "入社日（任意）"]
    result = good(read_roster(sheet_of(headings, LINE), "r.xlsx"))
    assert (result.unknown_columns, len(result.columns)) == ((), 9)


def test_a_heading_that_is_repeated_for_printing_is_no_row() -> None:
    rows = good(read_roster(csv_of(HEADINGS, LINE, HEADINGS, ["A", *LINE[1:]]), "r.csv")).rows
    assert [row.row for row in rows] == [2, 4]


def test_a_heading_below_the_fifteenth_row_is_not_looked_for() -> None:
    title = ["名簿"]
    assert isinstance(read_roster(csv_of(*[title] * 14, HEADINGS, LINE), "r.csv"), Roster)
    assert codes(read_roster(csv_of(*[title] * 15, HEADINGS, LINE), "r.csv")) == ["no_heading"]


def with_sheets(**sheets: list[list[Any]]) -> bytes:
    def fill(book: Workbook) -> None:
        book.remove(book.active)
        for name, lines in sheets.items():
            sheet = book.create_sheet(name)
            for line in lines:
                sheet.append(line)

    return xlsx(fill)


def test_the_roster_is_found_on_any_sheet_and_the_companies_beside_it() -> None:
    companies = [["会社名", "勤務曜日"], ["山田食品", "火-土"]]
    result = good(read_roster(with_sheets(メモ=[["電話する"]], 会社=companies, 一覧=[HEADINGS, LINE]), "r.xlsx"))
    assert (result.sheet, result.companies[0].working_weekdays) == ("一覧", (1, 2, 3, 4, 5))


def test_of_two_rosters_the_complete_one_is_read_and_the_other_is_reported() -> None:
    result = good(read_roster(with_sheets(古い=[HEADINGS[:4], LINE[:4]], 今=[HEADINGS, LINE]), "r.xlsx"))
    assert (result.sheet, result.ignored_sheets) == ("今", ("古い",))


def test_two_equally_good_rosters_are_an_error_that_names_both() -> None:
    result = read_roster(with_sheets(四月=[HEADINGS, LINE], 五月=[HEADINGS, LINE]), "r.xlsx")
    assert isinstance(result, RosterErrors)
    assert [(e.code, dict(e.values)) for e in result.errors] == [("two_rosters", {"first": "四月", "second": "五月"})]


def test_a_hidden_sheet_is_not_read() -> None:
    def fill(book: Workbook) -> None:
        for line in (HEADINGS, LINE):
            book.active.append(line)
        hidden = book.create_sheet("控え")
        hidden.sheet_state = "hidden"
        for line in (HEADINGS, LINE):
            hidden.append(line)

    assert good(read_roster(xlsx(fill), "r.xlsx")).sheet == "Sheet"


def test_headings_without_rows_are_said_to_be_so() -> None:
    assert codes(read_roster(csv_of(HEADINGS, [" ", "　"]), "r.csv")) == ["no_rows"]


def test_a_failed_formula_is_an_error_and_not_an_empty_cell() -> None:
    data = sheet_of(HEADINGS, [*LINE[:-1], "DATE"])
    broken = re.compile(r'<c r="I2"[^>]*>.*?</c>')
    cell = '<c r="I2" t="e"><f>A1/0</f><v>#DIV/0!</v></c>'
    result = read_roster(rewritten(data, "xl/worksheets/sheet1.xml", lambda xml: broken.sub(cell, xml)), "r.xlsx")
    assert isinstance(result, RosterErrors)
    assert [(e.cell, e.value, e.code) for e in result.errors] == [("I2", "#DIV/0!", "error_cell")]


def test_a_formula_gives_its_value_and_furigana_is_no_part_of_a_name() -> None:
    data = sheet_of(HEADINGS, ["FORMULA", *LINE[1:4], "FURIGANA", *LINE[5:]])

    def change(xml: str) -> str:
        formula = '<c r="A2" t="str"><f>"山田"&amp;"食品"</f><v>山田食品</v></c>'
        xml = re.sub(r'<c r="A2"[^>]*>.*?</c>', formula, xml)
        reading = '<t>森 健</t><rPh sb="0" eb="1"><t>モリ</t></rPh><phoneticPr fontId="1"/>'
        return xml.replace("<t>FURIGANA</t>", reading)

    row = good(read_roster(rewritten(data, "xl/worksheets/sheet1.xml", change), "r.xlsx")).rows[0]
    assert (row.company, row.manager_name) == ("山田食品", "森 健")


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    ("part", "pattern", "replacement", "code"),
    [
        (SHEET, r'r="I2"', 'r="XFD1048576"', "stray_cell"),
        (SHEET, r'r="I2"', 'r="ZZZZZZZ99999999999"', "broken"),
        (SHEET, r'r="I2"', 'r="I0"', "broken"),
        (SHEET, r"</sheetData>", "", "broken"),
        (SHEET, r"<worksheet", '<!DOCTYPE a [<!ENTITY b "b">]><worksheet', "broken"),
        ("xl/styles.xml", r'count="\d+"', 'count="99999999999"', "broken"),
        ("xl/workbook.xml", r"<sheet ", "<sheet_ ", "no_heading"),
        ("xl/_rels/workbook.xml.rels", r"worksheets/sheet1", "worksheets/none", "broken"),
    ],
)
def test_a_workbook_that_lies_is_refused_and_stops_nobody(part: str, pattern: str, replacement: str, code: str) -> None:
    data = rewritten(sheet_of(HEADINGS, LINE), part, lambda xml: re.sub(pattern, replacement, xml, count=1))
    assert codes(read_roster(data, "r.xlsx")) == [code]


def test_an_absurd_count_of_shared_strings_is_refused() -> None:
    out = io.BytesIO(sheet_of(HEADINGS, LINE))
    with zipfile.ZipFile(out, "a") as archive:
        namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        archive.writestr("xl/SharedStrings.xml", f'<sst xmlns="{namespace}" uniqueCount="99999999999"/>')
    assert codes(read_roster(out.getvalue(), "r.xlsx")) == ["broken"]


def other_zip() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b" \r\n", "empty_file"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "old_excel"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        (other_zip(), "not_a_roster"),
        (b"PK\x03\x04 no zip at all", "broken"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "encoding"),
        (b"a" * 20_000_001, "too_large"),
        (b"hello", "no_heading"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_is_no_roster_is_told_what_it_is(data: bytes, code: str) -> None:
    assert codes(read_roster(data, "/somewhere/r.xlsx")) == [code]


def test_a_file_that_is_not_there_is_a_fault_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(SheetFault) as fault:
        read_sheets(tmp_path / "none.csv")
    assert (fault.value.code, fault.value.values) == ("missing_file", {"file": str(tmp_path / "none.csv")})


def test_thousands_of_placements_are_read() -> None:
    lines = [[f"会社{n % 300}", f"NGUYEN {n}", *LINE[2:4], f"上司{n % 300}", *LINE[5:]] for n in range(5_000)]
    filler = [["職種", "在留資格", "呼び名", "本人番号"]] + [
        ["製造", "特定技能1号", "アン", f"H{n}"] for n in range(5_000)
    ]
    data = sheet_of(*([*line, *rest] for line, rest in zip([HEADINGS, *lines], filler, strict=True)))
    assert len(good(read_roster(data, "r.xlsx")).rows) == 5_000


QUICK = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
VALID = sheet_of(["管理番号", *HEADINGS], ["1", *LINE], ["2", *LINE])


def is_told(result: Roster | RosterErrors) -> None:
    """Whatever a file contains, there are rows or sentences, and every sentence can be said."""
    if isinstance(result, RosterErrors):
        assert result.errors
        for error in result.errors:
            assert ROSTER_ERRORS[error.code].text % error.placeholders
    else:
        assert result.rows or result.companies


@QUICK
@given(st.binary(max_size=400))
def test_any_bytes_give_a_result(data: bytes) -> None:
    is_told(read_roster(data, "r.csv"))


@QUICK
@given(st.data())
def test_a_damaged_workbook_gives_a_result(data: st.DataObject) -> None:
    damaged = bytearray(VALID[: data.draw(st.integers(0, len(VALID)))])
    for place in data.draw(st.lists(st.integers(0, max(len(damaged) - 1, 0)), max_size=8)):
        if damaged:
            damaged[place] = data.draw(st.integers(0, 255))
    is_told(read_roster(bytes(damaged), "r.xlsx"))


@QUICK
@given(st.data())
def test_a_workbook_with_damaged_xml_gives_a_result(data: st.DataObject) -> None:
    # The checksum of a zip entry keeps random damage away from the parser, so here it is right.
    part = data.draw(st.sampled_from([SHEET, "xl/workbook.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels"]))
    with zipfile.ZipFile(io.BytesIO(VALID)) as archive:
        xml = archive.read(part).decode()
    start = data.draw(st.integers(0, len(xml)))
    end = data.draw(st.integers(start, min(len(xml), start + 40)))
    piece = data.draw(st.sampled_from(["", "<", '"', "9" * 12, "-1", "<c>", "</row>", 't="s"', "&#0;", "ZZZZ9"]))
    is_told(read_roster(rewritten(VALID, part, lambda _: xml[:start] + piece + xml[end:]), "r.xlsx"))


CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**9), 10**9),
    st.floats(allow_nan=False, allow_infinity=False),
    st.datetimes(datetime(1900, 3, 1), datetime(9999, 1, 1)).map(lambda moment: moment.replace(microsecond=0)),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc",), exclude_characters="\ufffe\uffff"), max_size=20),
    st.sampled_from(
        ["〃", "同上", "#REF!", "月-金", "12/29〜1/3", "vi,ja", "slack", "令和8年4月1日", "15%", "=1+1", "'"]
    ),
)
ALL_COLUMNS = [column.name for column in ROSTER_COLUMNS]


@QUICK
@given(st.lists(st.lists(CELLS, min_size=len(ALL_COLUMNS), max_size=len(ALL_COLUMNS)), min_size=1, max_size=4))
def test_any_cells_give_a_result(rows: list[list[Any]]) -> None:
    is_told(read_roster(sheet_of(ALL_COLUMNS, *rows), "r.xlsx"))


@QUICK
@given(st.lists(st.lists(CELLS, min_size=len(COMPANY_COLUMNS), max_size=len(COMPANY_COLUMNS)), min_size=1, max_size=4))
def test_any_cells_about_companies_give_a_result(rows: list[list[Any]]) -> None:
    is_told(
        read_roster(with_sheets(Roster=[HEADINGS, LINE], Companies=[[c.name for c in COMPANY_COLUMNS], *rows]), "r")
    )
