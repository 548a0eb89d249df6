"""Setting up: what a fresh machine is told, and what the repository must not contain."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The installer alone, in a folder whose name has a space and a letter beyond ASCII."""
    folder = tmp_path / "定着 checkout"
    (folder / ".ci").mkdir(parents=True)
    shutil.copy(ROOT / ".ci/install", folder / ".ci/install")
    shutil.copy(ROOT / "Makefile", folder / "Makefile")
    for name in ("requirements.lock", "pyproject.toml", "hatch_build.py"):
        (folder / name).touch()
    return folder


def program(folder: Path, name: str, body: str) -> Path:
    """A stand-in for an interpreter."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def make(checkout: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "PYTHON"))}
    return subprocess.run(
        ["make", "-C", str(checkout), "demo"],
        env=inherited | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def said(checkout: Path, python: Path | str) -> list[str]:
    """What the installer says, without make's own line."""
    done = make(checkout, PYTHON=str(python))
    assert done.returncode != 0
    assert not (checkout / ".venv").exists()
    return [line for line in done.stderr.splitlines() if not line.startswith("make")]


def test_an_older_python_is_told_in_one_sentence_with_the_remedy(checkout: Path) -> None:
    old = program(checkout, "python3.9", '[ "$1" = --version ] && echo "Python 3.9.2" && exit 0; exit 1')
    assert said(checkout, old) == [
        f"teichaku needs Python 3.11 or newer, but {old} is Python 3.9.2: install a newer one (python.org, apt or brew), "
        "or name yours with 'make PYTHON=/path/to/python3.11'."
    ]


def test_a_missing_python_is_told_in_one_sentence_with_the_remedy(checkout: Path) -> None:
    (sentence,) = said(checkout, "python3.11-that-nobody-has")
    assert "python3.11-that-nobody-has is not there or does not run: install" in sentence


def test_a_python_without_its_venv_module_is_told_which_package_to_install(checkout: Path) -> None:
    bare = program(checkout, "python3", f'case "$2" in *ensurepip*) exit 1;; esac; exec "{sys.executable}" "$@"')
    (sentence,) = said(checkout, bare)
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    assert sentence == (
        f"{bare} cannot make virtual environments: install that part with 'sudo apt install {package}', then run make again."
    )


def test_the_lock_names_hashes_and_no_place_to_fetch_from() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    assert not re.search(r"://|--index|--find-links|@ |/(tmp|home|root|opt|Users)/", lock)
    pinned = [line for line in lock.splitlines() if line and not line.startswith((" ", "#"))]
    assert all(re.match(r"[a-z0-9.-]+(\[[a-z,]+\])?==\S+ .*\\$", line) for line in pinned)
    assert lock.count("--hash=sha256:") >= len(pinned) > 50


def test_no_test_can_reach_the_network() -> None:
    with socket.socket() as outside, pytest.raises((RuntimeError, UserWarning), match=r"connect\(\)"):
        outside.connect(("192.0.2.1", 80))
