"""What people see in Slack keeps every limit of Block Kit: each question in each language and state, and what is odd."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bot.channels.slack import LIMITS, blocks
from bot.messages import AddressKey, Button, Field, Form, Outbound, Paragraph, Payload, SendError, Style
from bot.text import prompts
from bot.text.catalog import SHIPPED, Voice
from surveys.loader import load_bank
from tests.platform.slack.blocks import ALL_TEXTS, HOME, MESSAGE, MODAL, faults_of, faults_of_view, total_text
from tests.platform.slack.people import shown

HOA = AddressKey("slack", "T1", "U1")
PRESS = Payload("question", 1, 1, "4")
BANK = load_bank()
LONGEST = max(prompts.LEADS, key=lambda name: len(prompts.LEADS[name].text))
"""What stands above a question is one paragraph more: none, or this one."""
STATES = [
    *(((locale,), None, True) for locale in SHIPPED["hire"]),
    *(((locale,), LONGEST, False) for locale in SHIPPED["hire"]),
    *((pair, LONGEST, False) for pair in combinations(SHIPPED["hire"], 2)),
]
"""Every language in the smallest and the largest state, and every two in the largest."""
NAME = "ＮＧＵＹＥＮ・ＴＨＩ・ＨＯＡ・ＰＨＵＯＮＧ（グエン・ティ・ホア・フオン）"


def questions() -> Iterator[tuple[str, str]]:
    for name, survey in BANK.items():
        for question in survey.questions:
            yield name, question.name


@pytest.mark.parametrize(("survey", "name"), list(questions()))
def test_every_question_in_every_language_and_state_fits(survey: str, name: str) -> None:
    asked = next(one for one in BANK[survey].questions if one.name == name)
    for languages, lead, first in STATES:
        voice = Voice.of(languages, "hire", stacked=len(languages) > 1)
        paragraphs, rows = prompts.question(
            voice,
            LIMITS,
            checkin=2**31 - 1,
            turn=99,
            asked=asked,
            number=12,
            total=12,
            consultant=NAME,
            hire=NAME,
            about=NAME,
            topic="promise",
            lead=lead,
            first=first,
        )
        paragraphs = (*paragraphs, prompts.rehearsal(voice))
        outbound = Outbound(HOA, "1", paragraphs, rows)
        refused = [*faults_of(blocks.as_json(blocks.message_blocks(outbound)), MESSAGE)]
        refused += faults_of_view(blocks.view_as_json(blocks.modal(outbound)))
        assert not refused, (languages, lead, refused)
        assert len(blocks.preview(outbound)) <= 4000
        assert len(outbound.text) <= LIMITS.text
        labels = [button.label for row in rows for button in row]
        assert len(set(labels)) == len(labels), "shortened labels stay apart"


TEXTS = some.text(alphabet=some.sampled_from("a字 \n&<>*_`~@#:;lgtamp👍"), min_size=1, max_size=700)


@settings(max_examples=25)
@given(texts=some.lists(TEXTS.filter(str.strip), min_size=1, max_size=3), style=some.sampled_from(list(Style)))
def test_whatever_is_written_is_shown_whole(texts: list[str], style: Style) -> None:
    outbound = Outbound(HOA, "1", tuple(Paragraph(text, style) for text in texts))
    made = blocks.as_json(blocks.message_blocks(outbound))
    assert faults_of(made, MESSAGE) == []

    def letters(text: str) -> str:
        return "".join(text.split())

    assert letters(shown(made, "").text) == letters("".join(texts))


def test_the_longest_message_is_within_what_slack_takes_together() -> None:
    outbound = Outbound(HOA, "1", (Paragraph("字" * LIMITS.text),), rows_of(LIMITS.buttons, "字" * LIMITS.button))
    made = blocks.as_json(blocks.message_blocks(outbound))
    assert faults_of(made, MESSAGE) == []
    assert total_text(made) <= ALL_TEXTS


def rows_of(count: int, label: str) -> tuple[tuple[Button, ...], ...]:
    return tuple((Button(label, PRESS),) for _ in range(count))


def test_a_long_row_goes_on_in_the_next_block() -> None:
    row = tuple(Button(f"Choice {number}", PRESS) for number in range(30))
    made = blocks.as_json(blocks.message_blocks(Outbound(HOA, "1", (Paragraph("Which?"),), (row,))))
    assert faults_of(made, MESSAGE) == []
    assert shown(made, "").labels == tuple(button.label for button in row)


def test_more_blocks_than_a_message_holds_are_refused() -> None:
    many = Outbound(HOA, "1", tuple(Paragraph(f"{number}") for number in range(51)))
    with pytest.raises(SendError, match="too_many_blocks"):
        blocks.message_blocks(many)
    assert faults_of_view(blocks.view_as_json(blocks.home(many))) == []


NOTE = Form(
    (
        Field("what", "What will be done?" * 200, initial="x" * 4000),
        Field("who", "Who", options=tuple((f"p{n}", f"{NAME} {n}") for n in range(100)), initial="p99"),
        Field("on", "Until when", date=True, required=False, initial="2026-04-30"),
    ),
    Button("Note what is going to be done about it", Payload("follow_up", 1, 1, "note")),
)


def test_a_form_keeps_the_limits_of_a_modal() -> None:
    note = Outbound(HOA, "17", (Paragraph("A note", Style.TITLE),), form=NOTE)
    view = blocks.view_as_json(blocks.modal(note))
    assert faults_of_view(view) == []
    assert shown(view["blocks"], "", view).fields[1:] == ("Who", "Until when")
    other = blocks.view_as_json(blocks.modal(replace(note, key="18")))
    names = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
    assert names.isdisjoint(block.get("block_id") for block in other["blocks"]), "Slack would keep what was filled in"


@pytest.mark.parametrize("make", [blocks.message_blocks, blocks.home])
def test_a_form_needs_a_window(make: object) -> None:
    assert callable(make)
    with pytest.raises(SendError, match="form_needs_a_window"):
        make(Outbound(HOA, "1", (Paragraph("Note"),), form=NOTE))


def test_more_options_than_slack_shows_are_refused() -> None:
    field = Field("who", "Who", options=tuple((str(n), str(n)) for n in range(101)))
    with pytest.raises(SendError, match="too_many_options"):
        blocks.modal(Outbound(HOA, "1", (Paragraph("Note"),), form=Form((field,), NOTE.submit)))


@pytest.mark.parametrize(
    ("found", "where"),
    [
        ({"type": "section", "text": {"type": "plain_text", "text": "x" * 3001}}, MESSAGE),
        ({"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}, MESSAGE),
        ({"type": "context", "elements": []}, MESSAGE),
        ({"type": "actions", "elements": [{"type": "multi_static_select", "options": []}]}, MODAL),
        ({"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "x" * 76}}]}, HOME),
        ({"type": "table"}, HOME),
    ],
)
def test_the_loopback_platform_refuses_what_slack_refuses(found: dict[str, object], where: str) -> None:
    (fault,) = faults_of([found], where)[:1]
    assert fault.startswith("[ERROR] ")
    assert "[json-pointer:/blocks/0" in fault
