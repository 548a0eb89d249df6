"""The Bot API as a server on this machine: one bot, its people, and its updates by polling or by webhook."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from itertools import count
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, web

from bot.clock import real_now
from tests.platform.telegram.chats import Chats
from tests.platform.telegram.pace import Pace
from tests.platform.telegram.people import Person
from tests.platform.telegram.refusals import Fault, Faults, Refused, too_many

TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0"
BOT = {"id": 123456789, "is_bot": True, "first_name": "Check-in", "username": "checkin_bot"}
UPDATES_BY_DEFAULT = {"message", "edited_message", "callback_query", "my_chat_member"}
FIRST_UPDATE = 501_000_000


class BotApi:
    """A Bot API server with one bot. ``address`` is what TEICHAKU_TELEGRAM_API_URL is set to."""

    def __init__(self, now: Callable[[], datetime] = real_now) -> None:
        self.now = now
        self.faults = Faults()
        self.pace: Pace | None = None
        """None: nobody is too fast. Otherwise the server counts, and refuses as Telegram does."""
        self.people: dict[int, Person] = {}
        self.chats = Chats(self.people, lambda: int(self.now().timestamp()), BOT)
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.left: list[int] = []
        """Groups that the bot has left."""
        self.commands: dict[str, list[tuple[str, str]]] = {}
        """The menu, by language."""
        self.given: Callable[[list[dict[str, Any]]], None] | None = None
        """Is told the updates that a poll has just been answered with."""
        self.told: list[int] = []
        """The number of every update there ever was."""
        self.address = ""
        self._updates: list[dict[str, Any]] = []
        self._ids = count(FIRST_UPDATE)
        self._arrived = asyncio.Event()
        self._allowed = set(UPDATES_BY_DEFAULT)
        self._poll: asyncio.Future[None] | None = None
        self._webhook: tuple[str, str] | None = None
        self._closing = asyncio.Event()
        self.webhook_refusals: list[int] = []
        """What the webhook answered instead of 2xx."""

    def person(self, name: str, *, language: str | None = "en", username: str | None = None) -> Person:
        """Somebody new with a phone."""
        number = 700_000_000 + len(self.people) + 1
        person = Person(
            number, name, language, self.tell, self.chats.next_id, lambda: int(self.now().timestamp()), username
        )
        self.people[number] = person
        return person

    async def tell(self, kind: str, held: dict[str, Any]) -> None:
        """Keep an update for the bot, as far as it asked for that kind."""
        if kind in self._allowed:
            self.told.append(next(self._ids))
            self._updates.append({"update_id": self.told[-1], kind: held})
            self._wake()

    def repeat(self, update: dict[str, Any]) -> None:
        """Hand an update over once more, under its own number."""
        self._updates.append(update)
        self._updates.sort(key=lambda one: int(one["update_id"]))
        self._wake()

    @property
    def pending(self) -> list[dict[str, Any]]:
        """The updates that the bot has not confirmed."""
        return list(self._updates)

    def called(self, method: str) -> list[dict[str, Any]]:
        """With what a method was called, also where it was refused."""
        return [held for name, held in self.calls if name == method]

    async def settled(self) -> None:
        """Wait until the bot has confirmed all that people did."""
        while self._updates:
            self._arrived.clear()
            await self._arrived.wait()

    def _wake(self) -> None:
        self._arrived.set()

    async def _news(self, seconds: float) -> None:
        self._arrived.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._arrived.wait()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """One call."""
        method = request.match_info["method"].lower()
        try:
            held = dict(await request.post())
        except ConnectionError:  # Whoever asked is gone, before the question was whole.
            return web.Response()
        name = next((known for known in METHODS if known.lower() == method), None)
        fault = self.faults.next(method)
        try:
            if request.match_info["token"] != TOKEN:
                raise Refused(401, "Unauthorized")
            if name is None:
                raise Refused(404, "Not Found")
            self.calls.append((name, held))
            if fault is Fault.CUT_BEFORE:
                return self._cut(request)
            if fault is Fault.TOO_MANY:
                raise too_many(self.faults.retry_after)
            if fault is Fault.BROKEN:
                return web.json_response(
                    {"ok": False, "error_code": 500, "description": "Internal Server Error"}, status=500
                )
            if self.pace is not None and name in ("sendMessage", "sendPhoto"):
                self.pace.take(str(held.get("chat_id")))
            result = await METHODS[name](self, held)
        except Refused as refused:
            headers = {"Retry-After": str(seconds)} if (seconds := refused.parameters.get("retry_after")) else None
            return web.json_response(refused.json, status=refused.code, headers=headers)
        if fault is Fault.CUT_AFTER:
            return self._cut(request)
        return web.json_response({"ok": True, "result": result})

    def _cut(self, request: web.Request) -> web.Response:
        if request.transport is not None:
            request.transport.abort()
        return web.Response()

    async def get_me(self, held: dict[str, Any]) -> dict[str, Any]:
        return BOT | {
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
        }

    async def get_updates(self, held: dict[str, Any]) -> list[dict[str, Any]]:
        if self._webhook is not None:
            raise Refused(
                409,
                "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
            )
        if self._poll is not None and not self._poll.done():
            self._poll.set_exception(
                Refused(409, "terminated by other getUpdates request; make sure that only one bot instance is running")
            )
        mine = self._poll = asyncio.get_running_loop().create_future()
        offset, limit = int(held.get("offset", 0)), int(held.get("limit", 100))
        if "allowed_updates" in held:
            self._allowed = set(json.loads(held["allowed_updates"])) or set(UPDATES_BY_DEFAULT)
        if offset < 0:
            self._updates = self._updates[offset:]
        self._updates = [one for one in self._updates if one["update_id"] >= offset]
        self._wake()
        loop, seconds = asyncio.get_running_loop(), min(float(held.get("timeout", 0)), 50.0)
        until = loop.time() + seconds
        while not self._updates and loop.time() < until and not self._closing.is_set():
            news = asyncio.create_task(self._news(until - loop.time()))
            await asyncio.wait({news, mine}, return_when=asyncio.FIRST_COMPLETED)
            news.cancel()
            if mine.done():
                break
        if mine.done():
            await mine
        mine.cancel()
        if self._updates and self.given is not None:
            self.given(self._updates[:limit])
        return self._updates[:limit]

    async def set_webhook(self, held: dict[str, Any]) -> bool:
        url = str(held.get("url", ""))
        if "allowed_updates" in held:
            self._allowed = set(json.loads(held["allowed_updates"])) or set(UPDATES_BY_DEFAULT)
        self._forget(held)
        if not url.startswith(("https://", "http://127.0.0.1")):
            raise Refused(400, "bad webhook: An HTTPS URL must be provided for webhook")
        self._webhook = (url, str(held.get("secret_token", "")))
        self._wake()
        return True

    async def delete_webhook(self, held: dict[str, Any]) -> bool:
        self._webhook = None
        self._forget(held)
        self._wake()
        return True

    async def webhook_info(self, held: dict[str, Any]) -> dict[str, Any]:
        url = self._webhook[0] if self._webhook else ""
        return {"url": url, "has_custom_certificate": False, "pending_update_count": len(self._updates)}

    def _forget(self, held: dict[str, Any]) -> None:
        if str(held.get("drop_pending_updates", "")).lower() == "true":
            self._updates.clear()

    async def post_updates(self) -> None:
        """What Telegram does for a webhook: one update after the other, again until it is taken."""
        async with ClientSession(timeout=ClientTimeout(total=10)) as session:
            while not self._closing.is_set():
                if self._webhook is None or not self._updates:
                    await self._news(0.2)
                    continue
                (url, secret), update = self._webhook, self._updates[0]
                headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
                try:
                    async with session.post(url, json=update, headers=headers) as response:
                        taken = 200 <= response.status < 300
                        if not taken:
                            self.webhook_refusals.append(response.status)
                except (ClientError, TimeoutError):
                    taken = False
                if taken and update in self._updates:
                    self._updates.remove(update)
                    self._wake()
                elif not taken:
                    await asyncio.sleep(0.05)

    async def leave_chat(self, held: dict[str, Any]) -> bool:
        self.left.append(int(held["chat_id"]))
        return True

    async def set_commands(self, held: dict[str, Any]) -> bool:
        commands = [(one["command"], one["description"]) for one in json.loads(held["commands"])]
        for command, description in commands:
            if not 1 <= len(command) <= 32 or not command.replace("_", "").isalnum() or command != command.lower():
                raise Refused(400, "BOT_COMMAND_INVALID")
            if not 1 <= len(description) <= 256:
                raise Refused(400, "BOT_COMMAND_DESCRIPTION_INVALID")
        language = str(held.get("language_code", ""))
        if language and (len(language) != 2 or not language.isalpha()):
            raise Refused(400, "BOT_COMMAND_INVALID_LANGUAGE")
        self.commands[language] = commands
        return True

    def close(self) -> None:
        """Let every poll end."""
        self._closing.set()
        self._wake()


METHODS: dict[str, Callable[[BotApi, dict[str, Any]], Any]] = {
    "getMe": BotApi.get_me,
    "getUpdates": BotApi.get_updates,
    "setWebhook": BotApi.set_webhook,
    "deleteWebhook": BotApi.delete_webhook,
    "getWebhookInfo": BotApi.webhook_info,
    "leaveChat": BotApi.leave_chat,
    "setMyCommands": BotApi.set_commands,
    "sendMessage": lambda api, held: api.chats.send_message(held),
    "sendPhoto": lambda api, held: api.chats.send_photo(held),
    "editMessageText": lambda api, held: api.chats.edit_text(held),
    "editMessageCaption": lambda api, held: api.chats.edit_caption(held),
    "editMessageMedia": lambda api, held: api.chats.edit_media(held),
    "deleteMessage": lambda api, held: api.chats.delete(held),
    "deleteMessages": lambda api, held: api.chats.delete_many(held),
    "answerCallbackQuery": lambda api, held: api.chats.answer_query(held),
}


@asynccontextmanager
async def telegram(now: Callable[[], datetime] = real_now) -> AsyncIterator[BotApi]:
    """A Bot API that listens on 127.0.0.1 for as long as the block lasts."""
    api = BotApi(now)
    app = web.Application(client_max_size=20_000_000)
    app.router.add_post("/bot{token}/{method}", api.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    api.address = f"http://127.0.0.1:{runner.addresses[0][1]}/bot"
    posting = asyncio.create_task(api.post_updates())
    try:
        yield api
    finally:
        api.close()
        posting.cancel()
        with suppress(asyncio.CancelledError):
            await posting
        await runner.cleanup()
