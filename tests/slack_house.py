"""A whole house in Slack: the flow on a real database, and the real libraries talking to a Slack on this machine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from starlette.routing import Mount

from bot import web
from bot.channels.slack import OneWorkspace, SlackChannel, SlackDirectory, connected
from bot.channels.slack.clients import Web
from bot.channels.slack.requests import PATH, Requests
from bot.channels.slack.socket import SOCKETS, SocketMode
from bot.flow import linking
from bot.flow.listening import Listening
from store import facts
from tests.house import House, open_house
from tests.platform import slack as loopback
from tests.platform.slack.server import APP_TOKEN, SIGNING_SECRET

QUICK = loopback.Pace(rate=1000, burst=1000)
"""A Slack without hurry: what is told here is not about its pace."""


@dataclass
class SlackHouse:
    """A house whose people have Slack accounts."""

    house: House
    slack: loopback.Slack
    channel: SlackChannel

    def account(self, person: facts.Person) -> loopback.Person:
        """The account of somebody, made on the first use."""
        user = f"U0P{person.id}"
        known = self.slack.workspace.accounts.get(user)
        if known is None:
            return self.slack.person(user, person.name, f"p{person.id}@example.com")
        return loopback.Person(self.slack, self.slack.workspace, known)

    async def joins(self, person: facts.Person) -> loopback.Person:
        """Link a person's account and send what that causes."""
        account = self.account(person)
        linking.link(self.house.app, person.id, "slack", self.slack.workspace.id, account.id)
        await self.house.runs()
        return account

    async def agrees(self, person: facts.Person) -> loopback.Person:
        """Link a person, who then says yes to everything."""
        account = await self.joins(person)
        for choice in ("agree", "name.0", *(("hour.noon",) if person.kind == "hire" else ())):
            await account.presses(choice)
            await self.settled()
        return account

    async def settled(self) -> None:
        """Let seconds pass until everything that was promised is sent, or is known not to be."""
        waiting = "SELECT id FROM delivery WHERE state IN ('due', 'claimed', 'attempting')"
        async with asyncio.timeout(20):
            while self.house.rows(waiting):
                await asyncio.sleep(0.01)
                self.house.clock.move_to(self.house.clock() + timedelta(seconds=1))
                await self.house.runs()


async def until(condition: Callable[[], object], seconds: float = 20) -> None:
    """Wait for something that comes about by itself; what never happens fails."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


@asynccontextmanager
async def _over_http(slack: loopback.Slack) -> AsyncIterator[Requests]:
    """A web server to which Slack posts what people do."""
    requests = Requests(SIGNING_SECRET)
    async with web.serving("127.0.0.1", 0, [Mount(PATH, requests)]) as port:
        slack.request_url = f"http://127.0.0.1:{port}/slack/events"
        yield requests


@asynccontextmanager
async def in_slack(at: str, *, http: bool = False, **settings: Any) -> AsyncIterator[SlackHouse]:
    """A house in Slack, whose channel listens over Socket Mode or over ``http``."""
    slack = loopback.Slack(chat_pace=QUICK, team_pace=QUICK, retry_pauses=(0.0, 0.1, 0.2))
    # A file: in memory there is one connection only, and the service and the test use it at once.
    with (
        TemporaryDirectory() as folder,
        open_house(at, path=Path(folder) / "house.db", platform="slack", **settings) as house,
    ):
        async with slack.running(), AsyncExitStack() as stack:
            calls = Web(slack.api_url)
            requests = await stack.enter_async_context(_over_http(slack)) if http else None
            async with connected(calls):
                workspace = OneWorkspace(slack.workspace.bot_token, calls)
                transport = requests or SocketMode(APP_TOKEN, workspace)
                channel = SlackChannel(workspace, transport, lambda said: f"Sorry. {said}")
                house.app = replace(
                    house.app, channels={"slack": channel}, directories={"slack": SlackDirectory(workspace)}
                )
                listening = Listening(house.app)
                listening.start(channel, None)
                await slack.connected(SOCKETS)
                await until(lambda: requests is None or requests.listening)
                try:
                    yield SlackHouse(house, slack, channel)
                finally:
                    await listening.stop()
                    with suppress(TimeoutError):
                        await asyncio.wait(listening.in_hand() or {asyncio.create_task(asyncio.sleep(0))}, timeout=5)
                    await channel.close()
