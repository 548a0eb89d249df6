"""The rehearsal: it ends by itself, tells the whole story, and the same seed tells the same one."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def _demo(folder: Path, language: str = "C.UTF-8", *arguments: str) -> subprocess.Popen[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("TEICHAKU_", "LC_"))}
    environment |= {"LANG": language, "COLUMNS": "100", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", "from bot.cli import main; main()", "demo", *arguments]
    return subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_same_seed_tells_the_same_story_and_readme_quotes_it(tmp_path: Path) -> None:
    first, second = _demo(tmp_path), _demo(tmp_path)
    told, faults = first.communicate(timeout=240)
    again, _ = second.communicate(timeout=240)

    assert (first.returncode, second.returncode, faults) == (0, 0, "")
    assert told == again
    for number in range(1, 8):
        assert re.search(rf"^{number}\. ", told, re.MULTILINE), f"part {number} is missing"
    assert "risk of resignation" in told
    assert "did Supervisor change? The hire says:" in told
    quoted = re.findall(
        r"^    (\S.*)$", (ROOT / "README.md").read_text("utf-8").split("as printed:")[1].split("\n## ")[0], re.M
    )
    shown = {line.strip() for line in told.splitlines()}
    assert len(quoted) > 20
    assert [line for line in quoted if line.strip() not in shown and line.strip() != "⋮"] == []


def test_another_seed_and_another_language_end_as_well_and_keep_what_was_asked_to_be_kept(tmp_path: Path) -> None:
    playing = _demo(tmp_path, "ja_JP.UTF-8", "--seed", "7", "--keep", "rehearsal")
    told, faults = playing.communicate(timeout=240)

    assert (playing.returncode, faults) == (0, "")
    assert "リハーサル" in told
    assert "%(" not in told
    assert (tmp_path / "rehearsal" / "teichaku.db").exists()
    assert (tmp_path / "rehearsal" / ".env").stat().st_mode & 0o077 == 0

    refused = _demo(tmp_path, "C.UTF-8", "--keep", "rehearsal")
    _, sentence = refused.communicate(timeout=60)
    assert refused.returncode == 1
    assert sentence.count("\n") == 1
    assert "not empty" in sentence
