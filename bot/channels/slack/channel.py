"""Slack as a Channel: a message is posted once, takes another's place where it may, or fills a modal or a Home page."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.channels import callback, refuse_unfit
from bot.channels.slack import blocks
from bot.channels.slack.clients import QUIET, Clients, client_of
from bot.channels.slack.failures import GONE, of_webhook, told
from bot.channels.slack.listener import Listener, Transport
from bot.channels.slack.parse import PLATFORM, reference
from bot.messages import HOME, VIEW, Limits, OnInbound, Outbound, Picture, Receipt, SendError, is_surface

log = structlog.get_logger()

LIMITS = Limits(text=blocks.TEXT, button=75, payload=callback.MAX_BYTES, buttons=40, edits=True, forms=True, home=True)
"""40 rows of one button leave 10 of 50 blocks to the text above them, which is parted where it is longer than one block holds."""

URL_USES, URL_SECONDS, URLS = 5, 30 * 60.0, 20_000
EVENT_TYPE = "teichaku_delivery"
LOOK_BACK = 20
"""Among how many of the newest messages of a chat a delivery is looked for whose fate is unknown."""

CLEARING_TRIES = 6
"""How often a message is tried to be taken out of a chat: at once, and over about half a minute."""


@dataclass(slots=True)
class ResponseUrl:
    """What changes the message that was just pressed, without counting among the calls of the Web API."""

    url: str
    until: float
    left: int = URL_USES


class SlackChannel:
    """A Channel over Slack. ``transport`` says how what people do reaches us: Socket Mode, or HTTP requests.

    ``apologise`` words, around a reference for the log, what somebody reads whose press could not be kept.
    """

    def __init__(
        self,
        clients: Clients,
        transport: Transport,
        apologise: Callable[[str], str] = lambda reference: f"⚠ {reference}",
    ) -> None:
        self._clients = clients
        self._transport = transport
        # What a process forgets here it does by chat.update instead, which is only slower.
        self._urls: OrderedDict[str, ResponseUrl] = OrderedDict()
        self._chats: dict[tuple[str, str], str] = {}
        self._clearing: set[asyncio.Task[None]] = set()
        self._listener = Listener(clients, transport, self._remember, apologise)

    @property
    def name(self) -> str:
        """The platform."""
        return PLATFORM

    @property
    def limits(self) -> Limits:
        """What a message can hold."""
        return LIMITS

    async def listen(self, on_inbound: OnInbound) -> None:
        """Hand over what people do, in order for a person, until cancelled. Raises SendError where Slack refuses us."""
        await self._listener.listen(on_inbound)

    async def send(self, outbound: Outbound) -> Receipt:
        """Say it once. Raises SendError or Unreachable."""
        refuse_unfit(outbound, LIMITS)
        client = await client_of(self._clients, outbound.address.team)
        place = outbound.replaces
        if place is not None and is_surface(place):
            return Receipt(await self._fill(client, outbound, place))
        found = await self._say(client, outbound, place)
        if outbound.picture is not None:
            await self._show_picture(client, outbound, found)
        for gone in outbound.clears:
            await self._clear(client, gone)
        return Receipt(found)

    # --- surfaces ----------------------------------------------------------------------------------------------------

    async def _fill(self, client: AsyncWebClient, outbound: Outbound, place: str) -> str:
        """Show it in a window or on Home: however often this runs, it stands there once."""
        if place == HOME:
            page = blocks.view_as_json(blocks.home(outbound))
            with told(repeatable=True):
                await client.views_publish(user_id=outbound.address.user, view=page)
            return place
        window = place.removeprefix(VIEW)
        content = blocks.view_as_json(blocks.modal(outbound))
        await self._listener.acknowledged(window)
        try:
            with told(repeatable=True):
                await client.views_update(view_id=window, view=content)
        except SendError as fault:
            raise SendError("surface_gone") if fault.code in ("not_found", "view_not_found") else fault from None
        return place

    # --- messages ----------------------------------------------------------------------------------------------------

    async def _say(self, client: AsyncWebClient, outbound: Outbound, place: str | None) -> str:
        content = blocks.as_json(blocks.message_blocks(outbound))
        if place is not None and await self._edit(client, outbound, place, content):
            return place
        if outbound.repeats is not None and (found := await self._look_for(client, outbound)):
            return found
        with told(repeatable=False):
            posted = await client.chat_postMessage(
                channel=outbound.address.user,
                text=blocks.preview(outbound),
                blocks=content,
                metadata={"event_type": EVENT_TYPE, "event_payload": {"key": outbound.key}},
                unfurl_links=False,
                unfurl_media=False,
            )
        self._chats[outbound.address.team, outbound.address.user] = str(posted["channel"])
        return reference(str(posted["channel"]), str(posted["ts"]))

    async def _edit(
        self, client: AsyncWebClient, outbound: Outbound, place: str, content: list[dict[str, Any]]
    ) -> bool:
        """Put it into another message's place; False where that message is gone."""
        text = blocks.preview(outbound)
        if (url := self._url(place)) is not None:
            with told(repeatable=True):
                answer = await self._webhook(url).send(text=text, blocks=content, replace_original=True)
            failed = of_webhook(answer)
            if failed is None:
                return True
            if failed.code != "url_refused":
                raise failed
            self._urls.pop(place, None)
        channel, _, ts = place.partition(":")
        try:
            with told(repeatable=True):
                await client.chat_update(channel=channel, ts=ts, text=text, blocks=content)
        except SendError as fault:
            if fault.code in GONE:
                return False
            raise
        return True

    def _remember(self, place: str, url: str) -> None:
        """Keep the response_url of a message that was just pressed."""
        self._urls[place] = ResponseUrl(url, asyncio.get_running_loop().time() + URL_SECONDS)
        self._urls.move_to_end(place)
        while len(self._urls) > URLS:
            self._urls.popitem(last=False)

    def _url(self, place: str) -> str | None:
        known = self._urls.get(place)
        if known is None or known.left <= 0 or asyncio.get_running_loop().time() >= known.until:
            return None
        known.left -= 1
        return known.url

    def _webhook(self, url: str) -> AsyncWebhookClient:
        return AsyncWebhookClient(url, session=self._clients.client().session, retry_handlers=[], logger=QUIET)

    async def _look_for(self, client: AsyncWebClient, outbound: Outbound) -> str | None:
        """The message of an earlier attempt whose fate was unknown, by our own key; one look, and no more.

        Where Slack does not let us look, nothing is known, and what is repeated here may stand twice: it is an alert or the
        like, which must not be lost.
        """
        try:
            with told(repeatable=True):
                chat = await self._chat(client, outbound)
                found = await client.conversations_history(channel=chat, limit=LOOK_BACK, include_all_metadata=True)
        except SendError as fault:
            log.info("slack.not_looked", code=fault.code)
            return None
        for message in found["messages"]:
            if (message.get("metadata") or {}).get("event_payload", {}).get("key") == outbound.repeats:
                log.info("slack.found", key=outbound.repeats)
                return reference(chat, str(message["ts"]))
        return None

    async def _chat(self, client: AsyncWebClient, outbound: Outbound) -> str:
        """The id of our direct messages with somebody."""
        key = (outbound.address.team, outbound.address.user)
        if key not in self._chats:
            with told(repeatable=True):
                opened = await client.conversations_open(users=outbound.address.user)
            self._chats[key] = str(opened["channel"]["id"])
        return self._chats[key]

    async def _show_picture(self, client: AsyncWebClient, outbound: Outbound, place: str) -> None:
        """Add the picture below its message. The message has arrived: a picture that fails must not say it twice."""
        picture = outbound.picture
        assert isinstance(picture, Picture)
        try:
            await client.files_upload_v2(
                channel=place.partition(":")[0],
                content=picture.png,
                filename="chart.png",
                title=" ",
                alt_txt=picture.alt,
            )
        except Exception as fault:  # The type alone: what a library says may quote the message.
            log.warning("slack.no_picture", delivery=outbound.key, fault=type(fault).__name__)

    async def _clear(self, client: AsyncWebClient, gone: str) -> None:
        """Take a message out of the chat. What Slack does not do at once goes on by itself: it holds up nothing, and who
        would read a question twice must not be left with it."""
        if is_surface(gone):
            return
        pause = await self._delete(client, gone, 0)
        if pause is not None:
            self._in_background(self._clear_later(client, gone, pause))

    async def _clear_later(self, client: AsyncWebClient, gone: str, pause: float) -> None:
        for tried in range(1, CLEARING_TRIES):
            await asyncio.sleep(pause)
            again = await self._delete(client, gone, tried)
            if again is None:
                return
            pause = again

    async def _delete(self, client: AsyncWebClient, gone: str, tried: int) -> float | None:
        """Delete a message; the seconds until that should be tried again, None where there is nothing to try."""
        channel, _, ts = gone.partition(":")
        try:
            with told(repeatable=True):
                await client.chat_delete(channel=channel, ts=ts)
        except SendError as fault:
            if fault.code in GONE:
                return None
            log.info("slack.not_cleared", code=fault.code, tried=tried + 1)
            return (fault.retry_after or 2.0**tried) if fault.retryable else None
        return None

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._clearing.add(task)
        task.add_done_callback(self._clearing.discard)

    async def close(self) -> None:
        """Give up what still waits to be taken out of a chat."""
        for task in self._clearing:
            task.cancel()
        await asyncio.gather(*self._clearing, return_exceptions=True)
