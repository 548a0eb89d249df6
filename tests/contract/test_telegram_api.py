"""The Bot API on this machine refuses what Telegram refuses, in Telegram's words."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientSession

from bot.clock import FixedClock
from tests.platform.telegram.api import TOKEN, BotApi, telegram
from tests.platform.telegram.people import Person

NOON = datetime(2026, 4, 1, 3, tzinfo=UTC)


class Bot:
    """Calls methods by hand, as a client that checks nothing itself."""

    def __init__(self, api: BotApi, session: ClientSession, clock: FixedClock) -> None:
        self.api, self.session, self.clock = api, session, clock
        self.hoa: Person = api.person("Hoa")
        self.hoa.started = True

    async def call(self, method: str, *, token: str = TOKEN, **values: Any) -> dict[str, Any]:
        data = {key: value if isinstance(value, str) else json.dumps(value) for key, value in values.items()}
        async with self.session.post(f"{self.api.address}{token}/{method}", data=data) as response:
            answer: dict[str, Any] = await response.json()
            assert response.status == answer.get("error_code", 200)
            return answer

    async def refuses(self, method: str, **values: Any) -> str:
        answer = await self.call(method, **values)
        assert answer["ok"] is False
        description: str = answer["description"]
        return description

    async def sends(self, text: str, **values: Any) -> int:
        answer = await self.call("sendMessage", chat_id=self.hoa.id, text=text, **values)
        number: int = answer["result"]["message_id"]
        return number


@pytest.fixture
async def bot() -> AsyncIterator[Bot]:
    clock = FixedClock(NOON)
    async with telegram(clock) as api, ClientSession() as session:
        yield Bot(api, session, clock)


def keyboard(label: str, data: str) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": label, "callback_data": data}]]}


@pytest.mark.parametrize(
    ("text", "description"),
    [
        ("", "Bad Request: message text is empty"),
        (" \n ", "Bad Request: text must be non-empty"),
        ("x" * 4097, "Bad Request: message is too long"),
        ("1 < 2", "Bad Request: can't parse entities: Unclosed start tag at byte offset 2"),
        ("é <p>x</p>", 'Bad Request: can\'t parse entities: Unsupported start tag "p" at byte offset 3'),
        ("<b>x", "Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"b\""),
        ("x</b>", "Bad Request: can't parse entities: Unexpected end tag at byte offset 1"),
        (
            "<b><i>x</b></i>",
            'Bad Request: can\'t parse entities: Unmatched end tag at byte offset 7, expected "</i>", found "</b>"',
        ),
    ],
)
async def test_a_text_that_telegram_does_not_take(bot: Bot, text: str, description: str) -> None:
    assert await bot.refuses("sendMessage", chat_id=bot.hoa.id, text=text, parse_mode="HTML") == description
    assert bot.hoa.chat == []


async def test_a_text_is_counted_after_its_entities_are_read(bot: Bot) -> None:
    await bot.sends("<b>" + "&amp;" * 4096 + "</b>", parse_mode="HTML")
    assert bot.hoa.chat[-1].text == "&" * 4096
    assert bot.hoa.chat[-1].styles == (("bold", "&" * 4096),)


async def test_button_data_is_counted_in_bytes(bot: Bot) -> None:
    for data in ("", "x" * 65, "あ" * 22):
        said = await bot.refuses("sendMessage", chat_id=bot.hoa.id, text="?", reply_markup=keyboard("Yes", data))
        assert said == "Bad Request: BUTTON_DATA_INVALID"
    await bot.sends("?", reply_markup=keyboard("Yes", "x" * 64))
    assert bot.hoa.chat[-1].labels == ("Yes",)


async def test_who_cannot_be_written_to(bot: Bot) -> None:
    stranger, met, gone = bot.api.person("A"), bot.api.person("B"), bot.api.person("C")
    met.met, gone.started, gone.deactivated = True, True, True
    bot.hoa.blocked = True
    bot.api.chats.migrated[-5] = -1005
    expected = {
        stranger.id: "Bad Request: chat not found",
        met.id: "Forbidden: bot can't initiate conversation with a user",
        gone.id: "Forbidden: user is deactivated",
        bot.hoa.id: "Forbidden: bot was blocked by the user",
        1: "Bad Request: chat not found",
    }
    for chat, description in expected.items():
        assert await bot.refuses("sendMessage", chat_id=chat, text="Hello") == description
    answer = await bot.call("sendMessage", chat_id=-5, text="Hello")
    assert answer["parameters"] == {"migrate_to_chat_id": -1005}


async def test_an_edit_says_text_and_keyboard_together(bot: Bot) -> None:
    number = await bot.sends("?", reply_markup=keyboard("Yes", "y"))
    same = await bot.refuses(
        "editMessageText", chat_id=bot.hoa.id, message_id=number, text="?", reply_markup=keyboard("Yes", "y")
    )
    assert same.startswith("Bad Request: message is not modified")
    await bot.call("editMessageText", chat_id=bot.hoa.id, message_id=number, text="? ")
    assert bot.hoa.chat[-1].labels == ()
    unknown = await bot.refuses("editMessageText", chat_id=bot.hoa.id, message_id=999, text="?")
    assert unknown == "Bad Request: message to edit not found"


async def test_a_message_can_be_deleted_for_two_days(bot: Bot) -> None:
    old = await bot.sends("old")
    bot.clock.move_to(NOON + timedelta(hours=49))
    new = await bot.sends("new")
    assert "can't be deleted" in await bot.refuses("deleteMessage", chat_id=bot.hoa.id, message_id=old)
    await bot.call("deleteMessage", chat_id=bot.hoa.id, message_id=new)
    assert [one.text for one in bot.hoa.chat] == ["old"]


async def test_a_press_is_answered_once(bot: Bot) -> None:
    await bot.sends("?", reply_markup=keyboard("Yes", "y"))
    query = await bot.hoa.presses("Yes")
    assert (await bot.call("answerCallbackQuery", callback_query_id=query))["result"] is True
    assert "query is too old" in await bot.refuses("answerCallbackQuery", callback_query_id=query)


async def test_an_update_is_given_until_it_is_confirmed(bot: Bot) -> None:
    await bot.hoa.says("first")
    await bot.hoa.says("second")
    once = (await bot.call("getUpdates"))["result"]
    again = (await bot.call("getUpdates"))["result"]
    assert once == again
    assert [one["message"]["text"] for one in once] == ["first", "second"]
    rest = (await bot.call("getUpdates", offset=once[0]["update_id"] + 1))["result"]
    assert [one["message"]["text"] for one in rest] == ["second"]


async def test_a_wrong_token_and_a_webhook_are_told_apart(bot: Bot) -> None:
    assert await bot.refuses("getMe", token="1:wrong") == "Unauthorized"
    await bot.call("setWebhook", url=bot.api.address.replace("/bot", "/hook"))
    assert (await bot.refuses("getUpdates")).startswith("Conflict: can't use getUpdates method while webhook is active")
