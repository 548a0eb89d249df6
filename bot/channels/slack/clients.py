"""Which client speaks to which workspace: one token where the app lives in one, a table of them where it lives in many."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

import aiohttp
import structlog
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack.failures import REFUSED, told
from bot.messages import SendError, Unreachable

T = TypeVar("T")

log = structlog.get_logger()

SLACK = "https://slack.com/api/"
CALL_LIMIT = aiohttp.ClientTimeout(total=30, connect=10)
FIRST_PAUSE, LONGEST_PAUSE, TRIES = 1.0, 60.0, 8

QUIET = logging.getLogger("teichaku.slack")
"""For Slack's libraries, which write addresses, payloads and answers into their log. What matters is told by ours."""
QUIET.setLevel(logging.CRITICAL)
QUIET.propagate = False


@dataclass(frozen=True, slots=True)
class Installation:
    """The app in one workspace: its token, and what it is called there."""

    team: str
    token: str = field(repr=False)
    bot_id: str
    bot_user: str


class Clients(Protocol):
    """Who may speak for the app in a workspace."""

    async def installation(self, team: str) -> Installation | None:
        """The app in this workspace; None where it is not installed."""

    def client(self, token: str | None = None) -> AsyncWebClient:
        """A client with a token, or without one. It repeats nothing by itself."""

    async def forget(self, team: str) -> None:
        """The app was removed from a workspace: its token is good for nothing any more."""


@dataclass(slots=True)
class Web:
    """Makes clients that share one pool of connections. ``session`` is None until ``connected`` opens it."""

    api_url: str | None = None
    session: aiohttp.ClientSession | None = None

    def client(self, token: str | None = None) -> AsyncWebClient:
        """A client that repeats nothing: the library would post again when a connection breaks after the post."""
        base = (self.api_url or SLACK).rstrip("/") + "/"
        return AsyncWebClient(token=token, base_url=base, session=self.session, retry_handlers=[], logger=QUIET)


@asynccontextmanager
async def connected(web: Web) -> AsyncIterator[None]:
    """Keep connections open for as long as the block lasts."""
    async with aiohttp.ClientSession(timeout=CALL_LIMIT) as session:
        web.session = session
        try:
            yield
        finally:
            web.session = None


class OneWorkspace:
    """The app in the one workspace whose token is in the settings."""

    def __init__(self, token: str, web: Web) -> None:
        self._token = token
        self._web = web
        self._known: Installation | None = None

    def client(self, token: str | None = None) -> AsyncWebClient:
        """A client with a token, or without one."""
        return self._web.client(token)

    async def known(self) -> Installation:
        """The installation, asked for once; a Slack that fails is asked again, with growing pauses. Raises SendError."""
        if self._known is None:
            client = self._web.client(self._token)
            found = await patiently("auth.test", client.auth_test)
            self._known = Installation(
                str(found["team_id"]), self._token, str(found.get("bot_id") or ""), str(found["user_id"])
            )
        return self._known

    async def installation(self, team: str) -> Installation | None:
        """The app, if this is its workspace. Raises SendError while Slack cannot be asked."""
        known = await self.known()
        return known if team == known.team else None

    async def forget(self, team: str) -> None:
        """The token is the administrator's to replace; Slack says so of every call."""


async def patiently(what: str, call: Callable[[], Awaitable[T]]) -> T:
    """Make a call at start-up that may be repeated: again after a second, two, four … Raises SendError in the end."""
    pause = FIRST_PAUSE
    for left in reversed(range(TRIES)):
        try:
            with told(repeatable=True):
                return await call()
        except SendError as fault:
            if not fault.retryable or fault.code in REFUSED or not left:
                raise
            wait = max(pause, fault.retry_after or 0.0)
            log.warning("slack.start", call=what, code=fault.code, pause=wait)
            await asyncio.sleep(wait)
            pause = min(pause * 2, LONGEST_PAUSE)
    raise AssertionError("unreachable")


async def client_of(clients: Clients, team: str) -> AsyncWebClient:
    """The client of a workspace. Raises Unreachable where the app is not installed, or not any more."""
    found = await clients.installation(team)
    if found is None:
        raise Unreachable("not_installed")
    return clients.client(found.token)


def authorization(found: Installation) -> AuthorizeResult:
    """What bolt wants to know of an installation."""
    return AuthorizeResult(
        enterprise_id=None,
        team_id=found.team,
        bot_token=found.token,
        bot_id=found.bot_id,
        bot_user_id=found.bot_user,
    )
