"""The channel: four members, and the few calls of the Bot API that they need."""

from __future__ import annotations

import asyncio
import hmac
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, TypeVar

import structlog
from telegram import Bot, BotCommand, BotCommandScopeAllPrivateChats, Update
from telegram.error import BadRequest, Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.request import HTTPXRequest

from bot import logs
from bot.channels import callback, refuse_unfit
from bot.channels.telegram import sending
from bot.channels.telegram.parse import PLATFORM, WANTED, group_of, inbound_of, person_of
from bot.channels.telegram.refusals import seconds, send_error
from bot.messages import Limits, ListenError, NotRecorded, OnInbound, Outbound, Receipt

# From the next version on the library gives durations as such; until then it asks to be told.
os.environ.setdefault("PTB_TIMEDELTA", "1")

log = structlog.get_logger()

LIMITS = Limits(text=4096, button=100, payload=callback.MAX_BYTES, buttons=100, edits=True)
"""core.telegram.org/bots/api#sendmessage and #inlinekeyboardbutton. A text is counted after its entities are read."""

ADDRESS = "https://api.telegram.org/bot"
LONG_POLL = 30
"""Seconds that Telegram holds a call without news; it allows 50."""

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
LAST_WORDS = 0.8
"""Seconds for what is under way when listening ends; the service gives it two in all."""

T = TypeVar("T")

Commands = Mapping[str, Sequence[tuple[str, str]]]
"""The menu of commands by language (two letters, or "" for every other): name and description."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where Telegram posts updates, and the secret by which they are known to be Telegram's."""

    url: str
    secret: str


class _Bot(Bot):
    """The library's bot, which also gives updates as they came: one that cannot be read must not hold up the others."""

    async def raw_updates(self, offset: int | None, *, wait: int = LONG_POLL) -> list[dict[str, Any]]:
        """The next updates, waiting so many seconds for one; those below ``offset`` are confirmed by that."""
        asked = {"offset": offset, "timeout": wait, "allowed_updates": WANTED}
        found: list[dict[str, Any]] = await self._post("getUpdates", asked, read_timeout=wait + 10)
        return found


class TelegramChannel:
    """A Channel for one bot. An async context manager: it keeps connections open.

    ``address`` is that of the Bot API with ``/bot`` at its end. Without a ``webhook`` it polls, which only one process may
    do for a token. ``met`` is told the bot's @name as soon as it is known.
    """

    def __init__(
        self,
        token: str,
        *,
        address: str | None = None,
        webhook: Webhook | None = None,
        commands: Commands | None = None,
        met: Callable[[str], Awaitable[None]] | None = None,
    ) -> None:
        logs.silence(logs.TELLTALE)
        self._number = token.partition(":")[0]
        self._requests = (
            HTTPXRequest(read_timeout=20, write_timeout=20, connect_timeout=10, pool_timeout=10),
            HTTPXRequest(connection_pool_size=4, connect_timeout=10),
        )
        self._bot = _Bot(
            token, base_url=address or ADDRESS, request=self._requests[0], get_updates_request=self._requests[1]
        )
        self._webhook, self._commands, self._met = webhook, commands or {}, met
        self._on_inbound: OnInbound | None = None
        self._offset: int | None = None
        self._answering: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> TelegramChannel:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._answering:
            await asyncio.wait(self._answering, timeout=2)
        for request in self._requests:
            await request.shutdown()

    @property
    def name(self) -> str:
        """The platform."""
        return PLATFORM

    @property
    def limits(self) -> Limits:
        """What one message can hold."""
        return LIMITS

    @property
    def lease(self) -> str | None:
        """The lease that lets one process poll this token; None for a webhook, which any number may answer."""
        return None if self._webhook else f"telegram:{self._number}"

    async def send(self, outbound: Outbound) -> Receipt:
        """Send a message, or put it in the place of another. Raises SendError and Unreachable."""
        refuse_unfit(outbound, LIMITS)
        return await sending.send(self._bot, outbound, LIMITS.text)

    async def listen(self, on_inbound: OnInbound) -> None:
        """Hand over updates until cancelled. Raises ListenError for what does not mend itself."""
        self._on_inbound = on_inbound
        try:
            await self._introduce()
            await (self._poll() if self._webhook is None else self._be_posted(self._webhook))
        except InvalidToken:
            raise ListenError("telegram_token_refused") from None
        except Conflict as fault:
            webhook = "webhook" in fault.message.lower()
            raise ListenError("telegram_webhook_set" if webhook else "telegram_second_poller") from None
        except BadRequest:
            raise ListenError("telegram_webhook_refused") from None
        finally:
            self._on_inbound = None

    async def take(self, secret: str | None, body: Mapping[str, Any]) -> int:
        """An update that was posted to the webhook; the HTTP status to answer. Telegram repeats what gets no 2xx."""
        if self._webhook is None or not hmac.compare_digest((secret or "").encode(), self._webhook.secret.encode()):
            return 403
        if self._on_inbound is None:
            return 503
        return 200 if await self._hand_over([body]) is None else 503

    async def _introduce(self) -> None:
        """Learn the bot's name, and show the menu of commands. That the menu cannot be shown keeps nobody from being heard."""
        me = await self._patiently(self._bot.get_me)
        if self._met is not None and me.username:
            await self._met(me.username)
        for language, commands in self._commands.items():
            shown = [BotCommand(name, description) for name, description in commands]
            try:
                await self._bot.set_my_commands(
                    shown, scope=BotCommandScopeAllPrivateChats(), language_code=language or None
                )
            except InvalidToken:
                raise
            except TelegramError as fault:
                log.warning("telegram.no_menu", language=language, fault=type(fault).__name__)

    async def _be_posted(self, webhook: Webhook) -> None:
        """Let Telegram post updates; what waited for a poller is posted as well."""

        async def ask() -> bool:
            return await self._bot.set_webhook(webhook.url, secret_token=webhook.secret, allowed_updates=WANTED)

        await self._patiently(ask)
        await asyncio.Event().wait()

    async def _poll(self) -> None:
        """Ask for updates, store them, and confirm them with the next question."""
        await self._patiently(self._bot.delete_webhook)  # Keeps what waits for the webhook.
        pause = FIRST_PAUSE
        try:
            while True:
                try:
                    updates = await self._bot.raw_updates(self._offset)
                except (RetryAfter, NetworkError) as fault:
                    pause = await self._pause(fault, pause)
                    continue
                if await self._take_in(updates):
                    pause = FIRST_PAUSE
                else:
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, LONGEST_PAUSE)
        finally:
            await self._confirm()

    async def _take_in(self, updates: Sequence[Mapping[str, Any]]) -> bool:
        """Hand over what came, also when listening ends meanwhile. True when all of it is stored."""
        if not updates:
            # What was before is confirmed; after a quiet week Telegram counts from anywhere (core.telegram.org/bots/api#update).
            self._offset = None
            return True
        handing = asyncio.ensure_future(self._hand_over(updates))
        try:
            await asyncio.wait({handing})
        finally:
            if not handing.done():
                await asyncio.wait({handing}, timeout=LAST_WORDS)
            if handing.done() and handing.exception() is None:
                left = handing.result()
                self._offset = int(updates[-1]["update_id"]) + 1 if left is None else left
        return handing.result() is None

    async def _confirm(self) -> None:
        """Tell Telegram what is stored, so that whoever asks next is not given it again (it would do no harm)."""
        try:
            async with asyncio.timeout(LAST_WORDS):
                await self._bot.raw_updates(self._offset, wait=0)
        except (TelegramError, TimeoutError) as fault:
            log.info("telegram.unconfirmed", fault=type(fault).__name__)

    async def _patiently(self, call: Callable[[], Awaitable[T]]) -> T:
        """Make a call until the network lets it through."""
        pause = FIRST_PAUSE
        while True:
            try:
                return await call()
            except BadRequest:
                raise
            except (RetryAfter, NetworkError) as fault:
                pause = await self._pause(fault, pause)

    async def _pause(self, fault: RetryAfter | NetworkError, pause: float) -> float:
        """Wait as long as Telegram asks, otherwise longer each time; the next pause."""
        wait = seconds(fault) if isinstance(fault, RetryAfter) else pause
        log.warning("telegram.unreachable", fault=type(fault).__name__, pause=wait)
        await asyncio.sleep(wait)
        return min(pause * 2, LONGEST_PAUSE)

    async def _hand_over(self, bodies: Sequence[Mapping[str, Any]]) -> int | None:
        """Hand updates over, in order for each person and the people beside each other.

        The number of the first that was not stored, from which on all are asked for again; None where all were.
        """
        of: dict[int | None, list[Update]] = {}
        for update in filter(None, map(self._read, bodies)):
            of.setdefault(person_of(update), []).append(update)
        left = await asyncio.gather(*(self._one_after_the_other(own) for own in of.values()))
        return min((number for number in left if number is not None), default=None)

    def _read(self, body: Mapping[str, Any]) -> Update | None:
        try:
            return Update.de_json(dict(body), self._bot)
        except Exception as fault:  # What cannot be read today cannot be read tomorrow either.
            log.error("telegram.unreadable_update", update=body.get("update_id"), fault=type(fault).__name__)
            return None

    async def _one_after_the_other(self, updates: Sequence[Update]) -> int | None:
        for update in updates:
            try:
                await self._handle(update)
            except NotRecorded:
                return update.update_id
        return None

    async def _handle(self, update: Update) -> None:
        group = group_of(update)
        if group is not None:
            self._later(self._leave(group))
            return
        inbound = inbound_of(update, self._number)
        if inbound is not None and self._on_inbound is not None:
            await self._on_inbound(inbound)
        if update.callback_query is not None:
            self._later(self._stop_spinner(update.callback_query.id))

    def _later(self, call: Awaitable[None]) -> None:
        task = asyncio.ensure_future(call)
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _stop_spinner(self, query: str) -> None:
        """Every press is answered, or its button goes on spinning; one that is too old has stopped by itself."""
        try:
            await self._bot.answer_callback_query(query)
        except TelegramError as fault:
            log.info("telegram.spinner", fault=type(fault).__name__)

    async def _leave(self, group: int) -> None:
        """In a group everybody reads along: nothing is said there."""
        try:
            await self._bot.leave_chat(group)
        except TelegramError as fault:
            log.info("telegram.not_left", fault=type(fault).__name__)
        else:
            log.info("telegram.left_group")


async def telegram_name(token: str, address: str | None = None) -> str:
    """The @name of the bot with that token. Raises ListenError for a token that is refused, SendError without an answer."""
    async with TelegramChannel(token, address=address) as channel:
        try:
            me = await channel._bot.get_me()
        except InvalidToken:
            raise ListenError("telegram_token_refused") from None
        except TelegramError as fault:
            raise send_error(fault) from None
    return me.username or me.first_name
