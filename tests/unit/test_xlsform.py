"""A survey as a spreadsheet: XLSForm's own tools read it, and it comes back as it was."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from pyxform.xls2xform import convert

from bot.commands import surveys as commands
from bot.refusal import Refusal
from bot.settings import Settings
from bot.settings.model import Surveys
from bot.text.catalog import Voice
from surveys import xlsform
from surveys.languages import heading, translated
from surveys.loader import load, load_bank, text_of

VOICE = Voice(("en",), "staff")
PLAIN = Settings()


def exported(folder: Path, form: str) -> Path:
    file = folder / f"{form}.xlsx"
    commands.export(PLAIN, VOICE, file, None)
    return file


@pytest.mark.parametrize("form", load_bank())
def test_a_shipped_survey_is_an_xlsform_and_comes_back_as_it_was(form: str, tmp_path: Path) -> None:
    file = exported(tmp_path, form)
    made = convert(file)
    assert made.warnings == []
    assert '<translation lang="やさしい日本語 (ja)">' in made.xform
    assert "%(" not in made.xform

    back = tmp_path / "back.yaml"
    assert commands.import_file(PLAIN, VOICE, file, back)
    # What a file says in other languages is no other survey; without it the two are equal.
    assert load(without_translations(back.read_text("utf-8")), "x") == load(text_of(form), "x")


def without_translations(text: str) -> str:
    """The survey file without its lines in other languages (none is so long that it is folded)."""
    sheets = xlsform.to_sheets(text, "x", (), lambda *_: None)
    for name, rows in sheets.items():
        kept = [
            place
            for place, key in enumerate(rows[0])
            if not ("::" in key and "English" not in key) and not key.startswith(("words_", "title_"))
        ]
        sheets[name] = [[row[place] for place in kept] for row in rows]
    return xlsform.to_file(sheets, [])[1]


def test_what_a_spreadsheet_says_wrongly_is_told_with_its_sheet_and_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = exported(tmp_path, "hire_renewal")
    book = load_workbook(file)
    headings = [cell.value for cell in book["survey"][1]]
    book["survey"].cell(3, headings.index("driver") + 1, "nationality")
    book["choices"].cell(4, 3, "A label that is so long that nobody could read it on the button of a phone at work")
    book["settings"].cell(2, 1).value = None
    book.save(file)
    assert not commands.import_file(PLAIN, VOICE, file, tmp_path / "out.yaml")
    told = capsys.readouterr().err
    assert "hire_renewal.xlsx, sheet survey, row 3: the driver “nationality” is not known" in told
    assert "hire_renewal.xlsx, sheet choices, row 4: “A label that is so long" in told
    assert "hire_renewal.xlsx, sheet settings, row 2: “title” is missing." in told
    assert not (tmp_path / "out.yaml").exists()


Sheets = dict[str, list[list[object]]]
ROOMS: Sheets = {
    "survey": [
        ["type", "name", "label::English (en)", "label::日本語 (ja)", "scale"],
        ["select_one quiet", "dormitory", "Is it quiet, mostly?", "だいたい、静かですか。", "yes"],
    ],
    "choices": [
        ["list name", "Name", "label::English (en)", "label::日本語 (ja)"],
        ["quiet ", 1, "No, never", "いいえ、全然"],
        ["quiet", 2, "Yes", "はい"],
    ],
    "settings": [
        [
            "form_title",
            "title_ja",
            "form_id",
            "version",
            "respondent",
            "default_language",
            "max_questions",
            "max_follow_ups",
            "after_start",
        ],
        ["Your room", "部屋", "dormitory", 1, "hire", "English (en)", 3, 1, "20d"],
    ],
}


def written(file: Path, sheets: Sheets) -> Path:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(file)
    return file


def test_a_sheet_as_people_write_it_comes_in_and_out_again(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    # The name of the file decides nothing.
    file = written(tmp_path / "rooms.xls", ROOMS)
    assert commands.check(PLAIN, VOICE, file)
    assert commands.import_file(PLAIN, VOICE, file, tmp_path / "own" / "dormitory.yaml")
    own = Settings(surveys=Surveys(path=tmp_path / "own"))
    commands.export(own, VOICE, tmp_path / "dormitory.xlsx", None)
    assert commands.import_file(PLAIN, VOICE, tmp_path / "dormitory.xlsx", tmp_path / "back.yaml")
    first, back = (
        load(one.read_text("utf-8"), "x") for one in (tmp_path / "own" / "dormitory.yaml", tmp_path / "back.yaml")
    )
    assert first == back
    assert back.title.said == {"ja": "部屋"}
    assert back.questions[0].choices[0].label.text == "No, never"


@pytest.mark.parametrize(
    ("sheet", "row", "cells", "told"),
    [
        ("survey", 1, ["begin_group", "g", "Group"], "row 2: “begin_group” is nothing that can be asked in a chat"),
        ("survey", 0, ["type", "name", "label", "label::ja", "name"], "row 1: “name” stands twice; keep one."),
        ("survey", 0, ["Our survey"], "row 1: the first row must hold the headings, and “type” is not among them."),
        ("survey", 0, ["type", "name", "label", "label::ja", "required"], "row 2: “required” has no use in a chat"),
        ("survey", 0, ["type", "name", "label", "label::ja", ""], "row 2: “yes” stands in a column without a heading"),
        ("choices", 1, ["quiet", 1, "#REF!", "いいえ"], "row 2: a formula shows #REF!; write the text itself."),
        ("choices", 2, ["quiet", 2, "No, never", "はい"], "row 2: two choices of the list are called “No, never”"),
        ("settings", 1, [], "row 2: “form_id” is missing."),
    ],
)
def test_each_fault_of_a_sheet_is_one_sentence(
    sheet: str, row: int, cells: list[object], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [list(one) for one in ROOMS[sheet]]
    rows[row] = cells
    file = written(tmp_path / "rooms.xlsx", {**ROOMS, sheet: rows})
    assert not commands.import_file(PLAIN, VOICE, file, tmp_path / "out.yaml")
    said = capsys.readouterr().err.splitlines()
    assert [line for line in said if f"rooms.xlsx, sheet {sheet}, {told}" in line] == said[:1], said
    assert len(said) == 1
    assert not (tmp_path / "out.yaml").exists()


def test_more_rows_than_a_survey_has_are_refused_and_not_cut(tmp_path: Path) -> None:
    many = ROOMS["survey"] + [["text", f"q{number}", "A", "あ"] for number in range(5000)]
    with pytest.raises(Refusal) as refusal:
        commands.import_file(PLAIN, VOICE, written(tmp_path / "rooms.xlsx", {**ROOMS, "survey": many}), None)
    assert refusal.value.code == "sheet_long"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("none.xlsx", None, "file_missing"),
        ("text.xlsx", b"just words", "sheet_missing"),
        ("zip.xlsx", b"PK\x03\x04 broken", "not_xlsform"),
    ],
)
def test_what_is_no_spreadsheet_is_refused_in_a_sentence(
    name: str, content: bytes | None, code: str, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(Refusal) as refusal:
        commands.import_file(PLAIN, VOICE, tmp_path / name, None)
    assert refusal.value.code == code


def test_nothing_is_written_over(tmp_path: Path) -> None:
    file = exported(tmp_path, "hire_exit")
    (tmp_path / "out.yaml").write_text("mine", "utf-8")
    with pytest.raises(Refusal) as refusal:
        commands.import_file(PLAIN, VOICE, file, tmp_path / "out.yaml")
    assert refusal.value.code == "file_there"
    assert (tmp_path / "out.yaml").read_text("utf-8") == "mine"


@pytest.mark.parametrize(
    ("key", "found"),
    [
        ("label", None),
        ("label::Tiếng Việt (vi)", ("label", "vi")),
        ("label::vi", ("label", "vi")),
        ("hint::やさしい日本語 (ja)", ("hint", "ja@simple")),
        ("hint::ja-easy", ("hint", "ja@simple")),
        ("label::日本語 (ja)", ("label", "ja")),
        ("label::ZH-hans", ("label", "zh_Hans")),
        ("label::Chinese (zh)", ("label", "zh_Hans")),
        ("label::Klingon (tlh)", ("label", None)),
        (f"label::{heading('my')}", ("label", "my")),
    ],
)
def test_a_column_names_its_language_in_any_usual_way(key: str, found: tuple[str, str | None] | None) -> None:
    assert translated(key) == found


def test_a_spreadsheet_can_be_checked_before_it_is_imported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = exported(tmp_path, "manager_renewal")
    assert commands.check(PLAIN, VOICE, file)
    assert "manager_renewal, version 1: 5 questions, no fault." in capsys.readouterr().out
    book = load_workbook(file)
    book["survey"].cell(4, 2).value = "Renew!"
    book.save(file)
    assert not commands.check(PLAIN, VOICE, file)
    assert capsys.readouterr().err.startswith("manager_renewal.xlsx, sheet survey, row 4: “Renew!” is no name")
