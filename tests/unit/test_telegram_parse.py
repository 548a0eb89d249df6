"""Payloads of Telegram, as they come over the wire, and what they mean; and how a message is laid out for a phone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import InlineKeyboardMarkup, Update

from bot.channels import callback
from bot.channels.choices import PHONE, width
from bot.channels.telegram.channel import LIMITS
from bot.channels.telegram.markup import html, laid_out
from bot.channels.telegram.parse import address_of, group_of, inbound_of
from bot.messages import Button, Inbound, Outbound, Paragraph, Payload, Style
from tests.extremes import QUESTIONS, extremes, question_of
from tests.platform.telegram.markup import read_html

PAYLOADS = Path(__file__).parents[1] / "payloads" / "telegram"
HOA = address_of(712345678)
ACCOUNT = "Hoa Tran (@hoa_tran)"


def update(name: str) -> Update:
    return Update.de_json(json.loads((PAYLOADS / f"{name}.json").read_text("utf-8")), None)


def read(name: str) -> Inbound | None:
    return inbound_of(update(name), "123456789")


def of_hoa(number: str, **values: object) -> Inbound:
    return Inbound(HOA, f"123456789:{number}", account=ACCOUNT, language="vi", **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "inbound"),
    [
        ("text", of_hoa("501", text="困っています <b>&")),
        ("start", of_hoa("502", text="/start abcdefghijklmnopqrstuvwxyz012345")),
        ("text_without_username", Inbound(HOA, "123456789:503", text="hi", account="Hoa")),
        ("photo", of_hoa("504")),
        ("sticker", of_hoa("507")),
        ("voice", of_hoa("508")),
        ("press", of_hoa("512", payload=Payload("question", 100, 3, "4"), message="320")),
        ("press_inaccessible", of_hoa("513", payload=Payload("opening", 5, 0, "start"), message="320")),
        ("press_foreign", of_hoa("514", payload=Payload("menu", 0, 0, "unknown"), message="320")),
        ("from_the_future", of_hoa("519", text="hi")),
        ("blocked", Inbound(HOA, "123456789:517", gone=True)),
    ],
)
def test_what_a_person_did(name: str, inbound: Inbound) -> None:
    assert read(name) == inbound


@pytest.mark.parametrize("name", ["pinned", "channel_post", "group_text", "group_added"])
def test_what_nobody_said_to_us(name: str) -> None:
    assert read(name) is None


@pytest.mark.parametrize(("one", "other"), [("album_first", "album_second"), ("edited", "edited_again")])
def test_an_album_and_the_edits_of_a_message_are_one_thing(one: str, other: str) -> None:
    first, second = read(one), read(other)
    assert first is not None
    assert second is not None
    assert first.external_id == second.external_id
    assert first.text is None


@pytest.mark.parametrize(("name", "group"), [("group_text", -1001234567890), ("channel_post", -1009), ("text", None)])
def test_a_group_is_told_from_a_private_chat(name: str, group: int | None) -> None:
    assert group_of(update(name)) == group


def rows_of(*rows: tuple[str, ...]) -> tuple[tuple[Paragraph, ...], list[list[str]]]:
    buttons = tuple(tuple(Button(label, Payload("question", 1, 1, "x")) for label in row) for row in rows)
    paragraphs, keyboard = laid_out(Outbound(HOA, "k", (Paragraph("How?"),), buttons), 4096)
    assert isinstance(keyboard, InlineKeyboardMarkup)
    return paragraphs, [[button.text for button in row] for row in keyboard.inline_keyboard]


def test_short_buttons_stand_beside_each_other_and_long_ones_below() -> None:
    assert rows_of(("Yes", "No"))[1] == [["Yes", "No"]]
    wide = ("Prefer not to say / こたえたくない", "Later / あとで", "Back / もどる")
    assert rows_of(wide)[1] == [[wide[0]], [wide[1], wide[2]]]


def test_choices_that_are_too_wide_for_a_phone_are_written_out_and_pressed_by_number() -> None:
    choices = [("1. No, not at all / ぜんぜん働（はたら）きたくないです",), ("2. Yes / はい",)]
    paragraphs, rows = rows_of(*choices, ("Skip",))
    assert rows == [["1", "2"], ["Skip"]]
    assert paragraphs[-1].text == "1. No, not at all / ぜんぜん働（はたら）きたくないです\n2. Yes / はい"


def test_choices_that_fit_keep_their_words() -> None:
    assert rows_of(("1. No",), ("2. Yes",))[1] == [["1. No"], ["2. Yes"]]


@pytest.mark.parametrize(("text", "places"), [("abc", 3), ("あb", 3), ("ễ", 1), ("ア", 2)])
def test_the_width_of_a_text(text: str, places: int) -> None:
    assert width(text) == places <= PHONE


@given(st.lists(st.tuples(st.text(min_size=1), st.sampled_from(Style)), min_size=1, max_size=4))
def test_whatever_is_written_is_what_telegram_shows(texts: list[tuple[str, Style]]) -> None:
    paragraphs = [Paragraph(text, style) for text, style in texts]
    assert read_html(html(paragraphs)).text == "\n\n".join(text for text, _ in texts)


@pytest.mark.parametrize(("survey", "name"), QUESTIONS)
def test_every_question_in_every_language_and_state_fits_on_a_phone(survey: str, name: str) -> None:
    for _, _, (paragraphs, rows) in extremes(question_of(survey, name), LIMITS):
        outbound = Outbound(HOA, "1", paragraphs, rows)
        written, keyboard = laid_out(outbound, LIMITS.text)
        assert keyboard is not None
        shown = read_html(html(written)).text
        assert len(shown) <= LIMITS.text
        pressed = [button for row in keyboard.inline_keyboard for button in row]
        assert all(len(str(button.callback_data).encode()) <= LIMITS.payload for button in pressed)
        for choice in (one for button_row in rows for one in button_row if one.payload.kind == "question"):
            seen = next(button.text for button in pressed if button.callback_data == callback.encode(choice.payload))
            assert width(seen) <= PHONE, "a phone would cut what is pressed"
            assert choice.label in (seen, *shown.split("\n")), "every choice can be read whole"
