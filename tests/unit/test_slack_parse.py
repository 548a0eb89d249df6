"""What Slack's payloads say: each in the shape that Slack documents, in tests/payloads/slack."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bot.channels.slack import parse
from bot.messages import AddressKey, Inbound, Payload

FOLDER = Path(__file__).parents[1] / "payloads" / "slack"
HOA = AddressKey("slack", "T061EG9R6", "W012A3CDE")
EVERYBODY = AddressKey("slack", "T061EG9R6", "")
ANSWER = Payload("question", 100, 3, "4")


def recorded(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


def test_a_message_is_read_as_it_was_typed() -> None:
    text = "It is <fine> & example.com @ken :smile:"
    assert parse.event(recorded("message")) == Inbound(HOA, "Ev0PV52K25", text=text)


def test_words_beside_a_file_are_read() -> None:
    assert parse.event(recorded("message_with_file")) == Inbound(HOA, "Ev0PV52K25", text="See this")


def test_a_file_without_words_is_something_that_cannot_be_read() -> None:
    sent = recorded("message_with_file")
    sent["event"]["text"] = ""
    assert parse.event(sent) == Inbound(HOA, "Ev0PV52K25")


@pytest.mark.parametrize(
    "name",
    [
        "message_changed",
        "message_of_a_bot",
        "message_in_a_channel",
        "messages_tab_opened",
        "user_change",
        "user_tokens_revoked",
    ],
)
def test_what_says_nothing_to_us_is_passed_over(name: str) -> None:
    assert parse.event(recorded(name)) is None


def test_whoever_opens_home_asks_for_it() -> None:
    asked = Inbound(HOA, "Ev0PV52K25", payload=Payload("menu", 0, 0, "home"), message="home")
    assert parse.event(recorded("app_home_opened")) == asked


def test_somebody_who_has_just_joined_has_a_name_an_address_and_a_language() -> None:
    joined = Inbound(HOA, "Ev0PV52K25", account="NGUYEN THI HOA", email="hoa@example.com", language="vi")
    assert parse.event(recorded("team_join")) == joined


def test_a_deactivated_account_is_gone() -> None:
    assert parse.event(recorded("user_deactivated")) == Inbound(HOA, "Ev0PV52K25", gone=True)


@pytest.mark.parametrize("name", ["tokens_revoked", "app_uninstalled"])
def test_where_the_app_is_removed_everybody_is_gone(name: str) -> None:
    assert parse.event(recorded(name)) == Inbound(EVERYBODY, "Ev0PV52K25", gone=True)


@pytest.mark.parametrize(
    ("name", "where"),
    [
        ("press", "D024BE91L:1786421400.000700"),
        ("press_in_a_modal", "view:VNHU13V36"),
        ("press_on_home", "home"),
    ],
)
def test_a_press_says_where_it_was_pressed(name: str, where: str) -> None:
    pressed = parse.action(recorded(name))
    assert pressed is not None
    assert pressed == Inbound(HOA, pressed.external_id, payload=ANSWER, message=where)
    assert parse.action(recorded(name)) == pressed, "a copy on its way has the same id"


def test_two_presses_of_one_button_are_two() -> None:
    first, second = recorded("press"), recorded("press")
    second["actions"][0]["action_ts"] = "1786421499.000001"
    found = [parse.action(first), parse.action(second)]
    assert len({one.external_id for one in found if one}) == 2


def test_a_button_of_something_else_is_none_of_ours() -> None:
    assert parse.action(recorded("press_of_another_app")) is None


def test_a_form_brings_what_was_filled_in() -> None:
    sent = parse.submission(recorded("submission"))
    assert sent is not None
    assert (sent.payload, sent.message) == (Payload("follow_up", 7, 2, "note"), "view:VNHU13V36")
    assert sent.values == {"what": "Call <the> manager & ask", "topic": "pay", "on": "2026-04-30"}


def test_a_command_and_a_shortcut_ask_for_the_check_in() -> None:
    command, shortcut = parse.command(recorded("command")), parse.shortcut(recorded("shortcut"))
    assert command is not None
    assert (command.address, command.payload, command.account) == (HOA, Payload("menu", 0, 0, "start"), "hoa")
    assert shortcut is not None
    assert (shortcut.address, shortcut.payload) == (HOA, Payload("menu", 0, 0, "form.start"))


def test_an_unknown_command_asks_for_nothing() -> None:
    assert parse.command({**recorded("command"), "command": "/weather"}) is None


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.json")))
def test_each_payload_has_its_person(name: str) -> None:
    assert parse.person_of(recorded(name)) in ("W012A3CDE", "U0BOT", "")


@given(text=some.text())
def test_what_slack_escapes_is_read_back(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert parse.written(escaped) == text


@settings(max_examples=40)
@pytest.mark.parametrize("read", [parse.event, parse.action, parse.submission, parse.command, parse.shortcut])
@given(
    body=some.recursive(
        some.none() | some.booleans() | some.text(max_size=5),
        lambda inner: some.dictionaries(
            some.sampled_from(["event", "type", "user", "id", "view", "actions", "value", "profile", "state"]), inner
        ),
        max_leaves=8,
    )
)
def test_a_damaged_payload_is_passed_over(read: Any, body: Any) -> None:
    if isinstance(body, dict):
        found = read(body)
        assert found is None or isinstance(found, Inbound)
