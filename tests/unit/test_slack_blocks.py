"""What people see in Slack keeps every limit of Block Kit: each question in each language and state, and what is odd."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bot.channels import refuse_unfit
from bot.channels.slack import LIMITS, blocks
from bot.channels.telegram.channel import LIMITS as TELEGRAM
from bot.messages import AddressKey, Button, Field, Form, Outbound, Paragraph, Payload, SendError, Style
from bot.text import consent, home, prompts, replies
from bot.text.catalog import Voice
from tests.extremes import BANK, LARGEST, NAME, QUESTIONS, STATES, TOPIC, extremes, question_of
from tests.platform.slack.blocks import ALL_TEXTS, HOME, MESSAGE, MODAL, faults_of, faults_of_view, total_text
from tests.platform.slack.people import shown

HOA = AddressKey("slack", "T1", "U1")
PRESS = Payload("question", 1, 1, "4")
DAY = date(2026, 9, 30)


def refused(outbound: Outbound) -> list[str]:
    """What Slack does not take of a message, as a message and in a window."""
    found: list[str] = []
    if outbound.form is None:
        made = blocks.as_json(blocks.message_blocks(outbound))
        found += faults_of(made, MESSAGE)
        found += ["msg_blocks_too_long"] * (total_text(made) > ALL_TEXTS)
    found += faults_of_view(blocks.view_as_json(blocks.modal(outbound)))
    found += ["msg_too_long"] * (len(blocks.preview(outbound)) > 4000)
    return found + ["too long for us"] * (len(outbound.text) > LIMITS.text)


@pytest.mark.parametrize(("survey", "name"), QUESTIONS)
def test_every_question_in_every_language_and_state_fits(survey: str, name: str) -> None:
    asked = question_of(survey, name)
    for state, voice, (paragraphs, rows) in extremes(asked, LIMITS):
        states = [Outbound(HOA, "1", paragraphs, rows)]
        if asked.is_text:
            form = prompts.words_form(voice, LIMITS, checkin=LARGEST, turn=99)
            write = prompts.write_button(voice, LIMITS, checkin=LARGEST, turn=99)
            states += [
                Outbound(HOA, "1", paragraphs, rows, form=form),
                Outbound(HOA, "1", paragraphs, ((write,), *rows)),
            ]
        for outbound in states:
            assert refused(outbound) == [], state
        labels = [button.label for row in rows for button in row]
        assert len(set(labels)) == len(labels), "shortened labels stay apart"


@pytest.mark.parametrize("languages", sorted({languages for languages, _, _ in STATES}), ids="+".join)
def test_what_is_said_around_the_questions_fits_too(languages: tuple[str, ...]) -> None:
    voice = Voice.of(languages, "hire", stacked=len(languages) > 1)
    person: dict[str, Any] = {"person": LARGEST}
    given = tuple((one.label, one.choices[-1].label) for one in BANK["hire_monthly"].questions if one.choices)
    told = [prompts.Told(NAME, about, TOPIC, given) for about in (True, False)]
    view = home.View(LARGEST, True, LARGEST, 12, LARGEST, DAY, DAY, False, languages, "day_off", True, True)
    below = prompts.rehearsal(voice)
    for platform, whole in (("slack", LIMITS), ("telegram", TELEGRAM)):
        limits = replace(whole, text=whole.text - len(below.text) - len("\n\n"))
        names: dict[str, Any] = {
            "name": NAME,
            "consultant": NAME,
            "company": NAME,
            "hire": NAME,
            "words": 36,
            "answers": 60,
        }
        said = [
            *(
                consent.ask(voice, limits, placement=LARGEST, hire_side=side, platform=platform, **names)
                for side in (True, False)
            ),
            *(prompts.opening(voice, limits, checkin=LARGEST, name=NAME, kind=kind) for kind in ("opening", "halfway")),
            prompts.later(voice, limits, checkin=LARGEST),
            prompts.thanks(voice, limits, name=NAME, checkin=LARGEST),
            prompts.own_answers(voice, limits, checkin=LARGEST, told=told),
            consent.ask_call_name(voice, limits, name=NAME, **person),
            consent.ask_hour(voice, limits, name=NAME, **person),
            replies.language_menu(voice, limits, turn=0, languages=languages, **person),
            replies.pause_menu(voice, limits, paused=True, **person),
            home.page(voice, limits, view, said="privacy", values={"consultant": NAME}),
            *(
                replies.reply(voice, limits, code=code, help_button=True, consultant=NAME, reference="0" * 8, **person)
                for code in replies.REPLIES
            ),
        ]
        for paragraphs, rows in said:
            outbound = Outbound(HOA, "1", (*paragraphs, below), rows)
            refuse_unfit(outbound, whole)
            assert platform != "slack" or refused(outbound) == []


def test_a_promise_that_is_too_long_in_two_languages_is_made_in_the_readers_own() -> None:
    names: dict[str, Any] = {
        "name": NAME,
        "consultant": NAME,
        "company": NAME,
        "hire": NAME,
        "words": 36,
        "answers": 60,
    }
    voice, short = Voice(("en", "ja"), "hire"), replace(LIMITS, text=2000)
    ask: dict[str, Any] = {"placement": 1, "hire_side": True, "platform": "slack", **names}
    both, one = consent.ask(voice, LIMITS, **ask)[0], consent.ask(voice, short, **ask)[0]
    assert len(both) == 2 * len(one)
    assert one == both[: len(one)]


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


def test_choices_that_slack_would_cut_are_written_out_and_pressed_by_number() -> None:
    wide = ("1. Tidak sama sekali / No, not at all", "2. Ya, sepenuhnya / Yes, fully")
    rows = (*((Button(label, PRESS),) for label in wide), (Button("Lewati / Skip", PRESS),))
    asked = Outbound(HOA, "1", (Paragraph("Which?"),), rows)
    for made in (blocks.message_blocks(asked), blocks.modal(asked).blocks, blocks.home(asked).blocks):
        seen = shown(blocks.as_json(made), "")
        assert seen.labels == ("1", "2", "Lewati / Skip")
        assert "\n".join(wide) in seen.text
    assert "\n".join(wide) in blocks.preview(asked), "a screen reader says what the numbers are"


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
