"""What an administrator may have got wrong, found by asking Slack: ``teichaku doctor`` says it in words."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from bot.channels.slack.clients import Web
from bot.channels.slack.clients import connected as slack_connected
from bot.channels.slack.failures import told
from bot.messages import SendError

SCOPES = {
    "chat:write": "chat.postMessage, chat.update, chat.delete",
    "commands": "/checkin, /help and the shortcut “Check in now”",
    "files:write": "the picture of an alert",
    "im:history": "message.im, and one look for a message of which nobody knows whether it arrived",
    "im:write": "conversations.open",
    "users:read": "users.info, team_join, user_change",
    "users:read.email": "users.lookupByEmail",
}
"""Every scope that the app asks for, and what for; tests hold it against the manifests and against the calls."""

TIME_LIMIT = 20.0


@dataclass(frozen=True, slots=True)
class Examined:
    """What Slack says of the tokens: a code each, None where it is well. ``missing`` are scopes that were not granted."""

    team: str
    bot_token: str | None
    app_token: str | None
    missing: tuple[str, ...] = ()


async def examine(api_url: str | None, bot_token: str | None, app_token: str | None) -> Examined:
    """Ask Slack about the tokens that are set. Raises nothing that a code can say."""
    web = Web(api_url)
    async with slack_connected(web):
        team, code, missing = ("", None, ()) if bot_token is None else await _bot(web, bot_token)
        return Examined(team, code, None if app_token is None else await _app(web, app_token), missing)


async def _bot(web: Web, token: str) -> tuple[str, str | None, tuple[str, ...]]:
    try:
        with told(repeatable=True):
            async with asyncio.timeout(TIME_LIMIT):
                found = await web.client(token).auth_test()
    except (SendError, TimeoutError) as fault:
        return "", fault.code if isinstance(fault, SendError) else "timeout", ()
    granted = {one.strip() for one in str(found.headers.get("x-oauth-scopes") or "").split(",") if one.strip()}
    missing = tuple(sorted(SCOPES.keys() - granted)) if granted else ()
    return str(found.get("team") or found["team_id"]), None, missing


async def _app(web: Web, token: str) -> str | None:
    try:
        with told(repeatable=True):
            async with asyncio.timeout(TIME_LIMIT):
                await web.client().apps_connections_open(app_token=token)
    except (SendError, TimeoutError) as fault:
        return fault.code if isinstance(fault, SendError) else "timeout"
    return None
