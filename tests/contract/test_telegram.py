"""Telegram, held to the contract: the real python-telegram-bot against a Bot API on this machine."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import ClientSession

from bot.channels.telegram import TelegramChannel, Webhook
from bot.channels.telegram.parse import address_of
from bot.clock import FixedClock
from bot.messages import (
    AddressKey,
    Button,
    Inbound,
    ListenError,
    NotRecorded,
    Outbound,
    Paragraph,
    Payload,
    SendError,
    Unreachable,
)
from bot.platforms import telegram_route
from bot.text.errors import NOT_LISTENING
from bot.text.menu import MENU, menus
from bot.web import serving
from tests.contract.suite import PICTURE, RETRY_AFTER, ChannelContract, Fault, Seen
from tests.platform.telegram import refusals
from tests.platform.telegram.api import TOKEN, BotApi, telegram
from tests.platform.telegram.people import Person, Shown


class TelegramPlatform:
    """One person with Telegram on their phone."""

    faults = frozenset(Fault)
    repeats = True

    def __init__(self, api: BotApi, channel: TelegramChannel) -> None:
        self._api, self.channel = api, channel
        self._hoa = api.person("Hoa")
        self._hoa.started = True
        self.address = address_of(self._hoa.id)
        self._last: dict[str, object] = {}

    def seen(self) -> Sequence[Seen]:
        return [as_seen(one) for one in self._hoa.arrived]

    def shown(self) -> Sequence[Seen]:
        return [as_seen(one) for one in self._hoa.chat if not one.mine]

    def window(self) -> Seen | None:
        raise AssertionError("Telegram has no windows.")

    home = window

    def take_away(self, reference: str) -> None:
        self._hoa.chat = [one for one in self._hoa.chat if str(one.id) != reference]

    def close_window(self) -> None:
        raise AssertionError("Telegram has no windows.")

    async def say(self, text: str) -> None:
        await self._hoa.says(text)
        self._last = self._api.pending[-1]

    async def press(self, label: str) -> None:
        await self._hoa.presses(label)

    async def submit(self, **values: str) -> None:
        raise AssertionError("Telegram has no forms.")

    async def repeat(self) -> None:
        self._api.repeat(self._last)

    def fail(self, fault: Fault) -> None:
        match fault:
            case Fault.UNREACHABLE:
                self._hoa.blocked = True
            case Fault.THROTTLED:
                self._api.faults.retry_after = RETRY_AFTER
                self._let(refusals.Fault.TOO_MANY)
            case Fault.UNKNOWN:
                self._let(refusals.Fault.CUT_AFTER)

    def _let(self, fault: refusals.Fault) -> None:
        waiting = "editMessageText" if any(not one.mine for one in self._hoa.chat) else "sendMessage"
        self._api.faults.let(waiting, fault)


def as_seen(shown: Shown) -> Seen:
    return Seen(shown.text, shown.labels, picture=shown.picture is not None)


@asynccontextmanager
async def platform() -> AsyncIterator[TelegramPlatform]:
    async with telegram() as api, TelegramChannel(TOKEN, address=api.address) as channel:
        yield TelegramPlatform(api, channel)


class TestTelegram(ChannelContract):
    make = staticmethod(platform)


class Listener:
    """Keeps what it hears, and fails where it is told to."""

    def __init__(self) -> None:
        self.heard: list[Inbound] = []
        self.refuse: set[str] = set()

    async def __call__(self, inbound: Inbound) -> None:
        if inbound.text in self.refuse:
            self.refuse.discard(inbound.text or "")
            raise NotRecorded("r-1")
        self.heard.append(inbound)

    @property
    def texts(self) -> list[str | None]:
        return [one.text for one in self.heard]


@asynccontextmanager
async def heard(channel: TelegramChannel) -> AsyncIterator[Listener]:
    listener = Listener()
    task = asyncio.create_task(channel.listen(listener))
    try:
        yield listener
    finally:
        task.cancel()
        await asyncio.wait({task})


def question(phone: Person, *labels: str, text: str = "How are you?") -> Outbound:
    rows = tuple((Button(label, Payload("question", 1, 1, label.lower())),) for label in labels)
    return Outbound(address_of(phone.id), "q", (Paragraph(text),), rows)


async def test_what_was_not_stored_is_asked_for_again_and_the_others_are_not_held_up() -> None:
    async with telegram() as api, TelegramChannel(TOKEN, address=api.address) as channel:
        hoa, ken = api.person("Hoa"), api.person("Ken")
        await hoa.says("first")
        await ken.says("meanwhile")
        await hoa.says("second")
        async with heard(channel) as listener:
            listener.refuse = {"first"}
            await api.settled()
    assert [text for text in listener.texts if text != "meanwhile"] == ["first", "second"]
    assert "meanwhile" in listener.texts
    assert len(api.called("getUpdates")) >= 2


async def test_every_press_is_answered_so_that_no_button_goes_on_spinning() -> None:
    async with telegram() as api, TelegramChannel(TOKEN, address=api.address) as channel:
        hoa = api.person("Hoa")
        hoa.started = True
        await channel.send(question(hoa, "Good", "Bad"))
        shown = hoa.chat[-1]
        async with heard(channel) as listener:
            await hoa.presses("Good")
            await hoa.presses_on(shown, "v1:q:1:1:good", accessible=False)
            await hoa.presses_on(shown, "what is this")
            await api.settled()
    assert [one.payload and one.payload.choice for one in listener.heard] == ["good", "good", "unknown"]
    assert hoa.spinning == set()


async def test_a_press_that_is_too_old_is_heard_all_the_same() -> None:
    async with telegram() as api, TelegramChannel(TOKEN, address=api.address) as channel:
        hoa = api.person("Hoa")
        hoa.started = True
        await channel.send(question(hoa, "Good"))
        async with heard(channel) as listener:
            await hoa.presses("Good")
            hoa.spinning.clear()
            await api.settled()
    assert len(listener.heard) == 1


async def test_in_a_group_nothing_is_said_and_the_bot_leaves() -> None:
    async with telegram() as api, TelegramChannel(TOKEN, address=api.address) as channel:
        hoa = api.person("Hoa")
        async with heard(channel) as listener:
            await hoa.adds_to_group(-100777)
            await hoa.says_in_group(-100777, "/start@checkin_bot abc")
            await api.settled()
    assert listener.heard == []
    assert set(api.left) == {-100777}
    assert api.called("sendMessage") == []


async def test_the_menu_is_there_in_each_language_and_the_name_is_made_known() -> None:
    names: list[str] = []

    async def met(name: str) -> None:
        names.append(name)

    async with (
        telegram() as api,
        TelegramChannel(TOKEN, address=api.address, commands=menus(), met=met) as channel,
        heard(channel),
    ):
        await api.person("Hoa").says("hi")
        await api.settled()
    assert names == ["checkin_bot"]
    assert [name for name, _ in api.commands[""]] == list(MENU)
    assert dict(api.commands["ja"])["language"] == "言語を変える"


@pytest.mark.parametrize(
    ("break_it", "code"),
    [("token", "telegram_token_refused"), ("poller", "telegram_second_poller"), ("webhook", "telegram_webhook_set")],
)
async def test_what_does_not_mend_itself_is_explained(break_it: str, code: str) -> None:
    async with telegram() as api, ClientSession() as other:
        token = "1:wrong" if break_it == "token" else TOKEN
        async with TelegramChannel(token, address=api.address) as channel:
            listening = asyncio.create_task(channel.listen(Listener()))
            while not listening.done() and not api.called("getUpdates"):
                await asyncio.sleep(0)
            if break_it == "poller":
                await other.post(f"{api.address}{TOKEN}/getUpdates", data={"timeout": "0"})
            if break_it == "webhook":
                await other.post(f"{api.address}{TOKEN}/setWebhook", data={"url": "https://example.com/x"})
                await api.person("Hoa").says("so that the poll ends")
            with pytest.raises(ListenError) as caught:
                await asyncio.wait_for(listening, 10)
    assert caught.value.code == code
    assert NOT_LISTENING[code].text


@pytest.mark.parametrize("state", ["blocked", "deactivated", "unknown", "not_started"])
async def test_who_cannot_be_reached(state: str) -> None:
    async with telegram() as api, TelegramChannel(TOKEN, address=api.address) as channel:
        hoa = api.person("Hoa")
        hoa.started = state in ("blocked", "deactivated")
        hoa.blocked, hoa.deactivated, hoa.met = state == "blocked", state == "deactivated", state == "not_started"
        with pytest.raises(Unreachable) as caught:
            await channel.send(question(hoa, "Good"))
        api.chats.migrated[-5] = -1005
        with pytest.raises(Unreachable, match="migrated"):
            await channel.send(Outbound(AddressKey("telegram", "", "-5"), "k", (Paragraph("x"),)))
        with pytest.raises(Unreachable):
            await channel.send(Outbound(AddressKey("telegram", "", "U123"), "k", (Paragraph("x"),)))
    assert caught.value.code == {"unknown": "chat_not_found"}.get(state, state)


@pytest.mark.parametrize(
    ("fault", "retryable", "perhaps"),
    [
        (refusals.Fault.TOO_MANY, True, False),
        (refusals.Fault.BROKEN, False, True),
        (refusals.Fault.CUT_BEFORE, False, True),
        (refusals.Fault.CUT_AFTER, False, True),
    ],
)
async def test_a_failure_says_what_is_known(fault: refusals.Fault, retryable: bool, perhaps: bool) -> None:
    async with telegram() as api, TelegramChannel(TOKEN, address=api.address) as channel:
        hoa = api.person("Hoa")
        hoa.started = True
        api.faults.let("sendMessage", fault)
        with pytest.raises(SendError) as caught:
            await channel.send(question(hoa, "Good"))
        assert (caught.value.retryable, caught.value.sent_perhaps) == (retryable, perhaps)
        assert len(api.called("sendMessage")) == 1, "nothing is repeated behind our back"


async def test_where_nobody_listens_nothing_was_sent() -> None:
    async with telegram() as api:
        address = api.address
    async with TelegramChannel(TOKEN, address=address) as channel:
        with pytest.raises(SendError) as caught:
            await channel.send(Outbound(address_of(1), "k", (Paragraph("x"),)))
    assert caught.value.retryable
    assert not caught.value.sent_perhaps


async def test_what_is_too_old_to_be_deleted_is_emptied() -> None:
    clock = FixedClock(datetime(2026, 4, 1, tzinfo=UTC))
    async with telegram(clock) as api, TelegramChannel(TOKEN, address=api.address) as channel:
        hoa = api.person("Hoa")
        hoa.started = True
        old = await channel.send(question(hoa, "Start", text="Your check-in is ready."))
        written = await hoa.says("I wrote this long ago")
        clock.move_to(clock() + timedelta(days=3))
        await channel.send(replace(question(hoa, "Good"), clears=(old.reference, str(written.id))))
    assert [(one.text, one.labels) for one in hoa.chat] == [
        ("✓", ()),
        ("I wrote this long ago", ()),
        ("How are you?", ("Good",)),
    ]


async def test_a_picture_stands_above_its_words_and_both_are_edited_together() -> None:
    async with telegram() as api, TelegramChannel(TOKEN, address=api.address) as channel:
        hoa = api.person("Hoa")
        hoa.started = True
        first = await channel.send(replace(question(hoa, "Take"), picture=PICTURE))
        assert hoa.chat[-1].picture == PICTURE.png
        again = await channel.send(replace(question(hoa, text="Taken."), replaces=first.reference))
        assert again == first
        assert (hoa.chat[-1].text, hoa.chat[-1].labels, hoa.chat[-1].picture) == ("Taken.", (), PICTURE.png)
        long = await channel.send(replace(question(hoa, "Ok", text="x" * 2000), replaces=first.reference))
    assert long != first
    assert [one.text for one in hoa.chat] == ["x" * 2000]


async def test_a_long_text_has_its_picture_below() -> None:
    async with telegram() as api, TelegramChannel(TOKEN, address=api.address) as channel:
        hoa = api.person("Hoa")
        hoa.started = True
        await channel.send(replace(question(hoa, "Take", text="x" * 2000), picture=PICTURE))
    assert [(len(one.text), one.labels, one.picture is not None) for one in hoa.chat] == [
        (2000, ("Take",), False),
        (len(PICTURE.alt), (), True),
    ]


async def test_no_link_is_previewed() -> None:
    async with telegram() as api, TelegramChannel(TOKEN, address=api.address) as channel:
        hoa = api.person("Hoa")
        hoa.started = True
        await channel.send(question(hoa, text="https://example.com/private?code=1"))
    assert not hoa.chat[-1].preview


async def test_the_token_and_the_words_stand_in_no_log_line_of_any_level(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    async with telegram() as api:
        loggers = list(logging.root.manager.loggerDict)
        for name in (*loggers, "httpx", "httpcore.http11", "telegram.Bot", "telegram.ext.Updater", "uvicorn.error"):
            caplog.set_level(logging.DEBUG, logger=name)
        async with TelegramChannel(TOKEN, address=api.address) as channel, heard(channel) as listener:
            hoa = api.person("Hoa")
            await hoa.says("my secret words")
            await api.settled()
            await channel.send(question(hoa, "Good", text="an answer in confidence"))
            api.faults.let("sendMessage", *refusals.Fault)
            for _ in refusals.Fault:
                with pytest.raises(SendError):
                    await channel.send(question(hoa, "Good", text="an answer in confidence"))
        async with posted(api, "a-secret-of-the-webhook") as (channel, _), heard(channel):
            await hoa.says("my secret words")
            await api.settled()
        async with TelegramChannel(TOKEN[:-1] + "x", address=api.address) as channel:
            with pytest.raises(ListenError):
                await channel.listen(listener)
    said = caplog.text + "".join(capsys.readouterr())
    secrets = (TOKEN, TOKEN[:-1] + "x", TOKEN.partition(":")[2], "my secret words", "in confidence", "of-the-webhook")
    assert [secret for secret in secrets if secret in said] == []


@asynccontextmanager
async def posted(api: BotApi, secret: str = "s3cret") -> AsyncIterator[tuple[TelegramChannel, int]]:
    """A channel with a webhook on a server of this machine, and the server's port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    webhook = Webhook(f"http://127.0.0.1:{port}/telegram", secret)
    async with (
        TelegramChannel(TOKEN, address=api.address, webhook=webhook) as channel,
        serving("127.0.0.1", port, [telegram_route(channel)]) as at,
    ):
        assert at == port
        yield channel, port


async def test_from_polling_to_a_webhook_and_back_no_update_is_lost() -> None:
    async with telegram() as api, TelegramChannel(TOKEN, address=api.address) as polling, posted(api) as (channel, _):
        hoa, heard_in_all = api.person("Hoa"), list[str | None]()
        for number, way in enumerate([polling, channel, polling, channel]):
            await hoa.says(f"between {number}")
            async with heard(way) as listener:
                await hoa.says(f"during {number}")
                await api.settled()
            heard_in_all += listener.texts
    assert heard_in_all == [f"{when} {number}" for number in range(4) for when in ("between", "during")]


async def test_a_webhook_takes_nothing_without_its_secret_and_confirms_only_what_is_stored() -> None:
    async with telegram() as api, posted(api) as (channel, port), ClientSession() as somebody:
        hoa = api.person("Hoa")
        url, update = f"http://127.0.0.1:{port}/telegram", {"update_id": 1}
        async with heard(channel) as listener:
            for headers in ({}, {"X-Telegram-Bot-Api-Secret-Token": "wrong"}):
                async with somebody.post(url, json=update, headers=headers) as response:
                    assert response.status == 403
            right = {"X-Telegram-Bot-Api-Secret-Token": "s3cret"}
            for body, status in ((b"no json", 400), (b"[]", 400), (b"{}", 200), (b'{"update_id": 1}', 200)):
                async with somebody.post(url, data=body, headers=right) as response:
                    assert response.status == status
            listener.refuse = {"first"}
            await hoa.says("first")
            await api.settled()
            assert listener.texts == ["first"]
            assert api.webhook_refusals == [503]
        async with somebody.post(url, json=update, headers=right) as response:
            assert response.status == 503, "nobody listens just now: Telegram keeps it"
        assert channel.lease is None


async def test_two_processes_on_one_machine_share_the_port() -> None:
    async with serving("127.0.0.1", 0, []) as port, serving("127.0.0.1", port or 0, []) as second:
        assert port
        assert second is None


async def test_what_a_process_took_and_did_not_store_is_given_to_the_next_one() -> None:
    taken = asyncio.Event()

    async def dies(inbound: Inbound) -> None:
        taken.set()
        await asyncio.Event().wait()

    async with telegram() as api:
        hoa = api.person("Hoa")
        async with TelegramChannel(TOKEN, address=api.address) as channel:
            listening = asyncio.create_task(channel.listen(dies))
            await hoa.says("my answer")
            await asyncio.wait_for(taken.wait(), 10)
            listening.cancel()
            await asyncio.wait({listening})
        assert len(api.pending) == 1
        async with TelegramChannel(TOKEN, address=api.address) as channel, heard(channel) as listener:
            await api.settled()
        assert listener.texts == ["my answer"]
