"""invite, pause, left and handover at the command line: what they print, what they exit with, and that twice is once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROSTER = """\
placement_id,company,hire_name,hire_email,hire_languages,hire_channel,manager_name,manager_languages,manager_channel,\
consultant_name,consultant_email,start_date
A-1,Sakura Foods,NGUYEN VAN AN,an@example.com,en,telegram,Sato Kenji,ja,slack,Mori Aiko,mori@example.com,2026-10-01
B-1,Umi Inn,RAI Bina,bina@example.com,en,slack,Abe Rin,ja,slack,Oda Ken,oda@example.com,2026-10-01
"""
ALIKE = ROSTER.replace("Sakura Foods", '"Sakura Foods Co., Ltd."').replace("A-1", "A-9").replace("an@", "other@")


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TEICHAKU_")}
    return subprocess.run(
        [sys.executable, "-c", "from bot.cli import main; main()", *arguments],
        cwd=folder,
        env=kept | {"PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", "COLUMNS": "200"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with two placements of two consultants."""
    folder = tmp_path_factory.mktemp("agency")
    (folder / "roster.csv").write_text(ROSTER, encoding="utf-8")
    assert run(folder, "init").returncode == 0
    assert run(folder, "roster", "import", "roster.csv").returncode == 0
    return folder


def test_invite_lists_codes_and_json_is_one_document(folder: Path) -> None:
    done = run(folder, "invite", "--company", "umi inn", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert [(one["placement_id"], one["person"], one["role"], one["link"]) for one in json.loads(done.stdout)] == [
        ("B-1", "RAI Bina", "hire", None),
        ("B-1", "Abe Rin", "manager", None),
        ("B-1", "Oda Ken", "consultant", None),
    ]
    shown = run(folder, "invite", "--person", "an@example.com").stdout
    assert "NGUYEN VAN AN" in shown
    assert "Each code works once" in shown


def test_pause_and_left_say_once_what_happened(folder: Path) -> None:
    for arguments in (
        ["pause", "A-1", "--from", "2027-01-10", "--to", "2027-02-10", "--reason", "home_leave"],
        ["left", "B-1", "--notice-on", "2027-03-01", "--on", "2027-03-31", "--reason", "resigned"],
    ):
        first, second = (run(folder, *arguments) for _ in range(2))
        assert (first.returncode, second.returncode, first.stderr + second.stderr) == (0, 0, "")
        assert first.stdout.startswith(arguments[1])
        assert "nothing has changed" in second.stdout


def test_handover_lists_what_went(folder: Path) -> None:
    first = run(folder, "handover", "--from", "Mori Aiko", "--to", "oda@example.com", "--json")
    assert json.loads(first.stdout) == [
        {"placement_id": "A-1", "company": "Sakura Foods", "hire_name": "NGUYEN VAN AN"}
    ]
    second = run(folder, "handover", "--from", "Mori Aiko", "--to", "Oda Ken")
    assert (second.returncode, second.stdout) == (0, "That is recorded already, so nothing has changed.\n")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["pause", "Z-9", "--from", "2027-01-10", "--to", "2027-02-10"], 1, "There is no placement Z-9."),
        (["pause", "A-1", "--from", "2027-02-10", "--to", "2027-01-10"], 1, "The first day comes after the last one."),
        (["pause", "A-1", "--from", "soon", "--to", "2027-01-10"], 1, "“soon” is no day."),
        (["pause", "A-1", "--from", "2027-01-10"], 2, "--to"),
        (["left", "A-1", "--notice-on", "2027-01-10", "--on", "2027-01-20", "--reason", "ill"], 2, "resigned"),
        (["left", "A-1", "--notice-on", "2027-02-10", "--on", "2027-01-20", "--reason", "other"], 1, "comes after"),
        (["handover", "--from", "Mori Aiko", "--to", "Nobody"], 1, "Known are: Mori Aiko, Oda Ken"),
        (["handover", "--from", "Oda Ken", "--to", "Mori Aiko", "--until", "2020-01-01"], 1, "is no day in the future"),
        (["invite", "--person", "Nobody"], 1, "Nobody is called “Nobody”"),
        (["invite", "--relink"], 2, "--relink needs the person"),
        (["invite", "--company", "Yama"], 1, "Known are: Sakura Foods, Umi Inn"),
    ],
)
def test_a_refusal_is_one_sentence_and_a_code(folder: Path, arguments: list[str], code: int, said: str) -> None:
    done = run(folder, *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert code == 2 or done.stderr.count("\n") == 1


def test_a_company_that_looks_like_a_stored_one_is_asked_about(folder: Path) -> None:
    (folder / "alike.csv").write_text(ALIKE, encoding="utf-8")
    done = run(folder, "roster", "import", "alike.csv", "--dry-run")
    assert done.returncode == 0
    assert "Is Sakura Foods Co., Ltd. (rows 2) the company Sakura Foods, which is stored already?" in done.stderr
    done = run(folder, "roster", "import", "roster.csv", "--dry-run")
    assert done.stderr == ""


def test_the_shell_completes_commands_and_reasons(folder: Path) -> None:
    done = run(folder, _TEICHAKU_COMPLETE="complete_bash", COMP_WORDS="teichaku ha", COMP_CWORD="1")
    assert done.stdout.split() == ["handover"]
    done = run(folder, _TEICHAKU_COMPLETE="complete_bash", COMP_WORDS="teichaku left A-1 --reason r", COMP_CWORD="4")
    assert done.stdout.split() == ["resigned"]


def test_the_terminal_decides_between_english_and_japanese(folder: Path) -> None:
    assert "リンク" in run(folder, "invite", LC_ALL="ja_JP.UTF-8").stdout
    assert "一度だけ使えるコード" in run(folder, "invite", "--help", LC_ALL="ja_JP.UTF-8").stdout
