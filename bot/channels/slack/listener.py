"""What people do in Slack, on its way to the flow: bolt checks and sorts the payloads, and each is stored, then acknowledged.

A payload is acknowledged when ``on_inbound`` has kept it (docs/architecture.md, rule 4), which takes milliseconds of the three
seconds that Slack gives. Events that were not kept are not acknowledged, and Slack sends them again. Interactions it never
sends again: they are tried three times here, and then the person reads that it did not work.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol
from weakref import WeakValueDictionary

import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.channels import without_form
from bot.channels.slack import blocks, parse
from bot.channels.slack.clients import QUIET, Clients, authorization
from bot.channels.slack.failures import REFUSED, told
from bot.messages import VIEW, Inbound, ListenError, NotRecorded, OnInbound, SendError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

log = structlog.get_logger()

TRIES, PAUSE = 3, 0.3
"""An interaction is handed over so often, within the three seconds of its acknowledgement."""

NAME_LIMIT = 1.0
_LIKE_CODE = re.compile(r"\S*[\w-]{32}\S*", re.ASCII)
ALL = re.compile(r".*", re.DOTALL)


class Transport(Protocol):
    """How payloads reach the app: ``run`` connects, and returns when it is cancelled or refused."""

    async def run(self, listener: Listener) -> None:
        """Let payloads in. Raises SendError where Slack refuses us."""


class Authorize(AsyncAuthorize):
    """Who speaks for the app in a workspace, without a call to Slack while somebody waits for an acknowledgement."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    async def __call__(self, *, team_id: str | None, **_: Any) -> AuthorizeResult | None:
        """The token of that workspace; None where the app is not installed."""
        found = await self._clients.installation(team_id or "")
        return None if found is None else authorization(found)


class Listener:
    """Takes every payload in its person's order; ``remember`` keeps the response_url of a message that was pressed."""

    def __init__(
        self,
        clients: Clients,
        transport: Transport,
        remember: Callable[[str, str], None],
        apologise: Callable[[str], str],
    ) -> None:
        self.clients = clients
        self._apology = apologise
        self._transport = transport
        self._remember = remember
        self._on_inbound: OnInbound | None = None
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._unanswered: dict[str, asyncio.Event] = {}

    async def listen(self, on_inbound: OnInbound) -> None:
        """Hand over everything until cancelled. Raises ListenError where Slack refuses a token, SendError where it fails."""
        self._on_inbound = on_inbound
        try:
            await self._transport.run(self)
        except SendError as fault:
            log.warning("slack.refused", code=fault.code)
            if not fault.retryable or fault.code in REFUSED:
                raise ListenError("slack_refused") from None
            raise
        finally:
            self._on_inbound = None

    async def acknowledged(self, window: str) -> None:
        """Wait until the form that was sent from this window is acknowledged: its acknowledgement empties the window."""
        if (event := self._unanswered.get(window)) is not None:
            await event.wait()

    @asynccontextmanager
    async def turn(self, payload: parse.Body) -> AsyncIterator[None]:
        """The turn of whoever sent this: what one person does is handled one after the other."""
        lock = self._turns.setdefault(parse.person_of(payload), asyncio.Lock())
        window = str((payload.get("view") or {}).get("id")) if payload.get("type") == "view_submission" else None
        if window is not None:
            self._unanswered[window] = asyncio.Event()
        try:
            async with lock:
                yield
        finally:
            if window is not None:
                self._unanswered.pop(window).set()

    def app(self, **options: Any) -> AsyncApp:
        """The bolt app: it checks signatures where it has a signing secret, and sorts payloads by their kind."""
        app = AsyncApp(
            authorize=Authorize(self.clients),  # type: ignore[arg-type]  # It is one of bolt's own kind.
            client=self.clients.client(),
            logger=QUIET,
            process_before_response=True,  # The acknowledgement is sent when the listener is done, and not if it fails.
            **options,
        )
        app.event(ALL)(self._event)
        app.action(ALL)(self._action)
        app.view(ALL)(self._submission)
        app.shortcut(ALL)(self._shortcut)
        app.command(ALL)(self._command)
        return app

    # --- the five kinds of payload -----------------------------------------------------------------------------------

    async def _event(self, body: dict[str, Any], client: AsyncWebClient) -> None:
        inbound = parse.event(body)
        if inbound is None:
            return
        if inbound.text is not None and _LIKE_CODE.fullmatch(inbound.text.strip()):
            inbound = replace(inbound, account=await self._name_of(client, inbound.address.user))
        await self._hand_over(inbound)
        if inbound.gone and not inbound.address.user:
            await self.clients.forget(inbound.address.team)

    async def _action(self, body: dict[str, Any], ack: Any, client: AsyncWebClient) -> None:
        inbound = parse.action(body)
        if inbound is not None:
            if inbound.message is not None and body.get("response_url"):
                self._remember(inbound.message, str(body["response_url"]))
            await self._interact(inbound, body, client)
        await ack()

    async def _submission(self, body: dict[str, Any], ack: Any, client: AsyncWebClient) -> None:
        inbound = parse.submission(body)
        if inbound is None:
            await ack()
            return
        await self._interact(inbound, body, client)
        # The window stays, for what comes next; the flow says in it when everything is done.
        await ack(response_action="update", view=blocks.view_as_json(blocks.empty_modal()))

    async def _shortcut(self, body: dict[str, Any], ack: Any, client: AsyncWebClient) -> None:
        inbound = parse.shortcut(body)
        if inbound is not None:
            await self._interact(inbound, body, client)
        await ack()

    async def _command(self, body: dict[str, Any], ack: Any, client: AsyncWebClient) -> None:
        inbound = parse.command(body)
        if inbound is not None:
            await self._interact(inbound, body, client)
        await ack()

    # --- towards the flow --------------------------------------------------------------------------------------------

    async def _hand_over(self, inbound: Inbound) -> None:
        if self._on_inbound is None:
            raise NotRecorded("stopped")
        await self._on_inbound(inbound)

    async def _interact(self, inbound: Inbound, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Hand over something that Slack never sends again."""
        inbound = await self._opened(inbound, body, client)
        for left in reversed(range(TRIES)):
            try:
                await self._hand_over(inbound)
                return
            except NotRecorded as fault:
                if not left:
                    await self._apologise(inbound, body, client, fault.reference)
                    return
            await asyncio.sleep(PAUSE)

    async def _opened(self, inbound: Inbound, body: dict[str, Any], client: AsyncWebClient) -> Inbound:
        """Open the window that a press asks for, at once and empty; within a window it goes on in the same one."""
        payload = None if inbound.payload is None else without_form(inbound.payload)
        if payload is None:
            return inbound
        place = inbound.message
        if place is None or not place.startswith(VIEW):
            try:
                with told(repeatable=True):
                    view = blocks.view_as_json(blocks.empty_modal())
                    opened = await client.views_open(trigger_id=str(body.get("trigger_id") or ""), view=view)
                place = VIEW + str(opened["view"]["id"])
            except SendError as fault:
                # What belongs into a window is never sent as a message. Without an acknowledgement Slack says itself that
                # it did not work, and the person presses again.
                log.warning("slack.no_window", code=fault.code)
                raise
        return replace(inbound, payload=payload, message=place)

    async def _name_of(self, client: AsyncWebClient, user: str) -> str | None:
        """What Slack calls an account that sends what looks like an invitation: the consultant will read it."""
        with suppress(SendError, TimeoutError):
            async with asyncio.timeout(NAME_LIMIT):
                with told(repeatable=True):
                    return parse.account_name((await client.users_info(user=user))["user"])
        return None

    async def _apologise(self, inbound: Inbound, body: dict[str, Any], client: AsyncWebClient, reference: str) -> None:
        """One sentence with the reference under which the log knows more, where the person is looking."""
        said = self._apology(reference)
        with suppress(SendError), told(repeatable=True):
            if inbound.message is not None and inbound.message.startswith(VIEW):
                view = blocks.view_as_json(blocks.sentence(said))
                await client.views_update(view_id=inbound.message.removeprefix(VIEW), view=view)
            elif body.get("response_url"):
                webhook = AsyncWebhookClient(str(body["response_url"]), session=client.session, retry_handlers=[])
                await webhook.send(text=said, response_type="ephemeral", replace_original=False)
            else:
                await client.chat_postMessage(channel=inbound.address.user, text=said)
