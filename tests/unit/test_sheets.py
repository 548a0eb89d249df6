"""The sheets on which the texts of a language are looked at can be made in every language, and leave no text out."""

from __future__ import annotations

import pytest

from benchmarks.sheet_texts import everything, lines_of, untold
from benchmarks.sheets import in_slack, in_telegram
from bot.channels.slack import LIMITS as SLACK
from bot.channels.telegram.channel import LIMITS as TELEGRAM
from bot.text.catalog import SHIPPED, Voice


@pytest.mark.parametrize(
    "voice",
    [*(Voice((one,), "hire") for one in SHIPPED["hire"]), *(Voice((one,), "staff") for one in SHIPPED["staff"])],
    ids=lambda voice: f"{voice.first}-{voice.domain}",
)
def test_a_whole_sheet_says_every_text_and_none_that_a_platform_refuses(voice: Voice) -> None:
    both = list(everything(voice))
    said = {line for one, _ in both for line in lines_of(one)}
    assert [message.id for message in untold(voice, said)] == []
    for place, limits in enumerate((TELEGRAM, SLACK)):
        for paragraphs, rows in (each[place] for each in both):
            assert sum(len(one.text) + len("\n\n") for one in paragraphs) <= limits.text
            assert all(len(button.label) <= limits.button for row in rows for button in row)


def test_a_whole_sheet_shows_somebody_with_two_languages_both_of_them() -> None:
    opening = next(one for one in everything(Voice(("vi", "ja@simple"), "hire")) if "opening" in str(one[0][1]))
    for drawn in (in_telegram(opening[0]), in_slack(opening[1])):
        assert "Bắt đầu / " in drawn
