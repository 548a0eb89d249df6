"""docs/promises.md: every promise stands there, with a test that exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.text import consent, privacy, prompts, replies, sharing
from surveys.model import Message

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "promises.md").read_text("utf-8")
ROWS = dict(re.findall(r"^\| `([\w.]+)` \|(.+)\|$", PAGE, re.MULTILINE))
PROMISES: tuple[Message, ...] = (
    *consent.HIRE,
    *consent.PLATFORMS.values(),
    *consent.MANAGER,
    consent.DECLINED,
    prompts.SEEN_BY,
    *(replies.REPLIES[code] for code in ("help", "privacy", "paused", "stopped")),
    sharing.ASK,
    sharing.PREVIEW,
    sharing.LATER,
    sharing.KEPT["after"],
    sharing.SAID,
    privacy.SURE,
    privacy.ERASED,
    privacy.NUMBERS_KEPT,
    privacy.NUMBERS_ERASED,
    privacy.SIGN,
)


def test_every_promise_stands_in_the_table_and_nothing_else() -> None:
    assert set(ROWS) == {one.id for one in PROMISES}


@pytest.mark.parametrize("promise", sorted(ROWS))
def test_every_promise_names_tests_that_exist(promise: str) -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", ROWS[promise])
    assert named
    for file, test in named:
        text = (ROOT / file).read_text("utf-8")
        assert re.search(rf"^(?:async )?def {test}\(", text, re.MULTILINE), f"{file}::{test}"
