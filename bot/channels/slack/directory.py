"""Who has an account in a workspace, by the work e-mail that Slack has verified."""

from __future__ import annotations

from bot.channels.slack.clients import Clients, client_of
from bot.channels.slack.failures import told
from bot.channels.slack.parse import PLATFORM
from bot.messages import AddressKey, SendError

NOT_THERE = frozenset({"users_not_found", "user_not_found"})


class SlackDirectory:
    """A Directory over ``users.lookupByEmail`` (scope users:read.email)."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    async def find(self, email: str, team: str) -> AddressKey | None:
        """The account with this address in this workspace, or None. Raises SendError where Slack cannot say."""
        client = await client_of(self._clients, team)
        try:
            with told(repeatable=True):
                found = await client.users_lookupByEmail(email=email)
        except SendError as fault:
            if fault.code in NOT_THERE:
                return None
            raise
        user = found["user"]
        return None if user.get("deleted") or user.get("is_bot") else AddressKey(PLATFORM, team, str(user["id"]))
