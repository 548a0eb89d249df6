"""Slack, held to the contract: the real slack_bolt and slack_sdk talk to a Slack on this machine."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from bot.channels.slack import OneWorkspace, SlackChannel, connected
from bot.channels.slack.clients import Web
from bot.channels.slack.socket import SOCKETS, SocketMode
from bot.messages import AddressKey
from tests.contract.suite import RETRY_AFTER, ChannelContract, Fault, Seen
from tests.platform import slack as loopback
from tests.platform.slack.server import APP_TOKEN


class SlackPlatform:
    """Somebody with an account in a workspace."""

    faults = frozenset(Fault)
    repeats = True

    def __init__(self, slack: loopback.Slack, web: Web) -> None:
        self._slack = slack
        self._hoa = slack.person("U0HOA", "NGUYEN THI HOA", "hoa@example.com")
        workspace = OneWorkspace(slack.workspace.bot_token, web)
        self.channel = SlackChannel(workspace, SocketMode(APP_TOKEN, workspace))
        self.address = AddressKey("slack", slack.workspace.id, self._hoa.id)

    def seen(self) -> Sequence[Seen]:
        return [as_seen(one) for one in self._hoa.seen]

    def shown(self) -> Sequence[Seen]:
        return [as_seen(one) for one in self._hoa.sees()]

    def window(self) -> Seen | None:
        found = self._hoa.modal()
        return None if found is None else as_seen(found)

    def home(self) -> Seen | None:
        found = self._hoa.home()
        return None if found is None else as_seen(found)

    def take_away(self, reference: str) -> None:
        self._hoa.loses(reference.partition(":")[2])

    def close_window(self) -> None:
        self._hoa.closes()

    async def submit(self, **values: str) -> None:
        await self._hoa.submits(**values)

    async def say(self, text: str) -> None:
        await self._hoa.says(text)

    async def press(self, label: str) -> None:
        await self._slack.connected(SOCKETS)
        await self._hoa.presses(label)

    async def repeat(self) -> None:
        await self._slack.repeat(wait=False)

    def fail(self, fault: Fault) -> None:
        match fault:
            case Fault.UNREACHABLE:
                self._hoa.account.deleted = True
            case Fault.THROTTLED:
                self._slack.faults.let("chat.postMessage", loopback.Fault(loopback.Kind.RATELIMITED, RETRY_AFTER))
            case Fault.UNKNOWN:
                self._slack.faults.let("chat.postMessage", loopback.Fault(loopback.Kind.CUT_AFTER))
                self._slack.faults.let("chat.update", loopback.Fault(loopback.Kind.CUT_AFTER))


def as_seen(shown: loopback.Shown) -> Seen:
    return Seen(shown.text, shown.labels, shown.fields, shown.picture)


@asynccontextmanager
async def slack() -> AsyncIterator[SlackPlatform]:
    async with loopback.Slack(chat_pace=loopback.Pace(rate=100, burst=100)).running() as server:
        web = Web(server.api_url)
        async with connected(web):
            platform = SlackPlatform(server, web)
            yield platform
            await platform.channel.close()


class TestSlack(ChannelContract):
    make = staticmethod(slack)
