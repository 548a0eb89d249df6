"""Socket Mode: Slack's payloads come over WebSockets that we open, so that no public address is needed.

Two sockets are kept open, because the library closes the old one before it opens the next when Slack asks for a new one
(every few hours): a press in that moment would be lost. Slack hands each payload to either of them.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.channels.slack.clients import QUIET, OneWorkspace, patiently
from bot.channels.slack.listener import Listener

log = structlog.get_logger()

SOCKETS = 2
PING = 10.0


class SocketMode:
    """Listens with the app-level token (``xapp-…``, scope connections:write)."""

    def __init__(self, app_token: str, workspace: OneWorkspace) -> None:
        self._app_token = app_token
        self._workspace = workspace

    async def run(self, listener: Listener) -> None:
        """Keep the sockets open until cancelled. Raises SendError when Slack refuses one of the tokens."""
        await self._workspace.known()
        app = listener.app(request_verification_enabled=False)
        sockets: list[AsyncSocketModeHandler] = []
        try:
            for _ in range(SOCKETS):
                opened = await patiently("apps.connections.open", self._ask_for_socket)
                socket = AsyncSocketModeHandler(
                    app, self._app_token, logger=QUIET, web_client=self._workspace.client(), ping_interval=PING
                )
                sockets.append(socket)
                socket.client.socket_mode_request_listeners = [_in_turn(listener, socket)]
                socket.client.message_listeners.append(_note)
                socket.client.wss_uri = str(opened["url"])
                await socket.client.connect()  # type: ignore[no-untyped-call]
            await asyncio.Event().wait()
        finally:
            for socket in sockets:
                with suppress(Exception):  # A connection that broke cannot be closed well, and need not be.
                    await socket.client.close()  # type: ignore[no-untyped-call]

    async def _ask_for_socket(self) -> AsyncSlackResponse:
        return await self._workspace.client().apps_connections_open(app_token=self._app_token)


def _in_turn(listener: Listener, socket: AsyncSocketModeHandler) -> Any:
    async def take(client: SocketModeClient, request: SocketModeRequest) -> None:
        async with listener.turn(request.payload):
            await socket.handle(client, request)

    return take


async def _note(_client: Any, message: dict[str, Any], _raw: str | None) -> None:
    if message.get("type") in ("hello", "disconnect"):
        log.info("slack.socket", said=message["type"], reason=message.get("reason"))
