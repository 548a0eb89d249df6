"""The sheets on which the longest texts of a language are looked at can be made in every language."""

from __future__ import annotations

import pytest

from benchmarks.sheets import SLACK, TELEGRAM, messages
from bot.text.catalog import SHIPPED


@pytest.mark.parametrize("locale", SHIPPED["hire"])
def test_a_sheet_has_the_promise_answers_and_the_longest_questions(locale: str) -> None:
    for limits in (SLACK, TELEGRAM):
        assert len(list(messages(locale, limits))) > 15
