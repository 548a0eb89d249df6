"""HTTP mode: Slack posts signed requests, and administrators install the app into their workspaces by OAuth.

For an agency whose clients each have a workspace of their own. Below ``/slack``: ``events`` takes everything that people do,
``install`` sends an administrator to Slack, ``oauth_redirect`` is where they come back to.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import parse_qs

import structlog
from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.oauth.installation_store import Installation as SlackInstallation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack.check import SCOPES
from bot.channels.slack.clients import QUIET, Installation, Web
from bot.channels.slack.listener import Listener

log = structlog.get_logger()

PATH = "/slack"
EVENTS, INSTALL, REDIRECT = f"{PATH}/events", f"{PATH}/install", f"{PATH}/oauth_redirect"
LARGEST = 1_000_000
"""Bytes of a request; Slack's are far smaller."""

STATE_SECONDS = 600
AUTHORIZE = "https://slack.com/oauth/v2/authorize"

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Installations(Protocol):
    """Where installations are kept; tokens are encrypted there."""

    async def find(self, team: str) -> Installation | None:
        """The installation in a workspace."""

    async def keep(self, installation: Installation) -> None:
        """Keep one, in the place of an older one."""

    async def remove(self, team: str) -> None:
        """Forget a workspace's token, which is good for nothing any more."""


class ManyWorkspaces:
    """The app in every workspace into which it was installed."""

    def __init__(self, kept: Installations, web: Web) -> None:
        self._kept = kept
        self._web = web

    def client(self, token: str | None = None) -> AsyncWebClient:
        """A client with a token, or without one."""
        return self._web.client(token)

    async def installation(self, team: str) -> Installation | None:
        """The app in this workspace; None where it is not installed."""
        return await self._kept.find(team)

    async def forget(self, team: str) -> None:
        """The app was removed there."""
        await self._kept.remove(team)


@dataclass(frozen=True, slots=True)
class OAuth:
    """What an installation needs: the app's own id and secret, the public address to which Slack sends people
    back, where installations are kept, and the real time in seconds."""

    client_id: str
    client_secret: str
    public_url: str
    kept: Installations
    now: Callable[[], float]


class Requests:
    """A Transport, and the ASGI application that carries it. While nobody listens Slack is asked to come again (503)."""

    def __init__(self, signing_secret: str, oauth: OAuth | None = None) -> None:
        self._signing_secret = signing_secret
        self._oauth = oauth
        self._listener: Listener | None = None
        self._handler: AsyncSlackRequestHandler | None = None

    @property
    def listening(self) -> bool:
        """True while requests are let in."""
        return self._handler is not None

    async def run(self, listener: Listener) -> None:
        """Let requests in until cancelled."""
        options: dict[str, Any] = {"signing_secret": self._signing_secret}
        if self._oauth is not None:
            options["oauth_settings"] = self._settings(self._oauth)
        self._handler = AsyncSlackRequestHandler(listener.app(**options), path=EVENTS)
        self._listener = listener
        try:
            await asyncio.Event().wait()
        finally:
            self._listener = self._handler = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one request, in the turn of its person."""
        if scope["type"] != "http":
            return
        body = await _body(receive)
        if self._listener is None or self._handler is None or body is None:
            await _refuse(send, 503 if body is not None else 413)
            return

        async def again() -> MutableMapping[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        try:
            async with self._listener.turn(payload_of(body)):
                await self._handler(dict(scope), again, send)
        except Exception as fault:  # The type alone: what a library says may quote a token.
            log.error("slack.request_failed", path=scope["path"], fault=type(fault).__name__)
            await _refuse(send, 500)

    def _settings(self, oauth: OAuth) -> AsyncOAuthSettings:
        return AsyncOAuthSettings(
            client_id=oauth.client_id,
            client_secret=oauth.client_secret,
            scopes=sorted(SCOPES),
            redirect_uri=oauth.public_url.rstrip("/") + REDIRECT,
            install_path=INSTALL,
            redirect_uri_path=REDIRECT,
            authorization_url=AUTHORIZE,
            installation_store=_Kept(oauth.kept),
            state_store=SignedStates(oauth.client_secret, oauth.now),
            state_expiration_seconds=STATE_SECONDS,
            logger=QUIET,
        )


def payload_of(body: bytes) -> dict[str, Any]:
    """What a request holds, as far as it can be read; whether Slack has signed it is looked at later."""
    try:
        text = body.decode("utf-8")
        if not text.startswith("{"):
            fields = {name: values[0] for name, values in parse_qs(text).items()}
            if "payload" not in fields:
                return dict(fields)
            text = fields["payload"]
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


async def _body(receive: Receive) -> bytes | None:
    """All of a request; None for one that is too large."""
    body, more = b"", True
    while more:
        part = await receive()
        body += part.get("body", b"")
        more = bool(part.get("more_body"))
        if len(body) > LARGEST:
            return None
    return body


async def _refuse(send: Send, status: int) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"retry-after", b"5")]})
    await send({"type": "http.response.body", "body": b""})


class _Kept(AsyncInstallationStore):
    """bolt's way to say that an administrator has installed the app."""

    def __init__(self, kept: Installations) -> None:
        self._kept = kept

    @property
    def logger(self) -> Any:
        """For bolt."""
        return QUIET

    async def async_save(self, installation: SlackInstallation) -> None:
        """Keep the bot's token of this workspace; of the administrator nothing is kept."""
        if not installation.team_id or not installation.bot_token:
            raise ValueError("an installation without a workspace, or without a bot")
        team, token = installation.team_id, installation.bot_token
        await self._kept.keep(Installation(team, token, installation.bot_id or "", installation.bot_user_id or ""))
        log.info("slack.installed", team=team)


class SignedStates(AsyncOAuthStateStore):
    """States that prove themselves: a number used once, an end, and our signature. No file, and any process may check it."""

    def __init__(self, secret: str, now: Callable[[], float]) -> None:
        self._secret = secret.encode()
        self._now = now
        self._used: dict[str, float] = {}

    @property
    def logger(self) -> Any:
        """For bolt."""
        return QUIET

    async def async_issue(self, *args: Any, **kwargs: Any) -> str:
        """A new state; bolt also puts it into a cookie of the browser that began."""
        basis = f"{secrets.token_urlsafe(16)}.{int(self._now()) + STATE_SECONDS}"
        return f"{basis}.{self._sign(basis)}"

    async def async_consume(self, state: str) -> bool:
        """True once for a state that we gave out in the last ten minutes."""
        basis, _, signature = state.rpartition(".")
        end = basis.rpartition(".")[2]
        now = self._now()
        self._used = {one: until for one, until in self._used.items() if until > now}
        genuine = hmac.compare_digest(self._sign(basis).encode(), signature.encode())
        if not genuine or not end.isdecimal() or int(end) < now or state in self._used:
            return False
        self._used[state] = float(end)
        return True

    def _sign(self, basis: str) -> str:
        return hmac.new(self._secret, basis.encode(), hashlib.sha256).hexdigest()
