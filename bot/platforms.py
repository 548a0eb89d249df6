"""Platforms: the channels of these settings, connected for as long as the service runs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot import web
from bot.app import App
from bot.channels.slack import OneWorkspace, SlackChannel, SlackDirectory
from bot.channels.slack.clients import Web
from bot.channels.slack.clients import connected as slack_connected
from bot.channels.slack.socket import SocketMode
from bot.channels.telegram import TelegramChannel, Webhook
from bot.messages import Channel, Directory
from bot.refusal import Refusal
from bot.settings import Settings
from bot.text import replies
from bot.text.catalog import Voice
from bot.text.menu import menus
from store.queries import invitations

TELEGRAM_PATH = "/telegram"
"""Where Telegram posts updates, below TEICHAKU_PUBLIC_URL."""


LARGEST_UPDATE = 1_000_000
"""Bytes; an update is some thousands."""


@asynccontextmanager
async def connected(app: App) -> AsyncIterator[tuple[App, Mapping[str, str]]]:
    """The App with a channel for each platform whose token is set, and by channel the lease that lets one process listen."""
    async with AsyncExitStack() as stack:
        channels: dict[str, Channel] = dict(app.channels)
        directories: dict[str, Directory] = dict(app.directories)
        leases: dict[str, str] = {}
        routes: list[BaseRoute] = []
        if app.settings.telegram_bot_token is not None:
            telegram = await stack.enter_async_context(
                _telegram(app, app.settings.telegram_bot_token.get_secret_value())
            )
            channels[telegram.name] = telegram
            if telegram.lease is not None:
                leases[telegram.name] = telegram.lease
            else:
                routes.append(telegram_route(telegram))
        if uses_slack(app.settings):
            slack, directory = await stack.enter_async_context(_slack(app.settings))
            channels[slack.name], directories[slack.name] = slack, directory
        if routes:
            await stack.enter_async_context(web.serving(*app.settings.desk_bind, routes))
        yield replace(app, channels=channels, directories=directories), leases


def _telegram(app: App, token: str) -> TelegramChannel:
    async def met(name: str) -> None:
        await app.store.run(_know, app, "telegram", name)

    settings = app.settings
    return TelegramChannel(
        token, address=settings.telegram_api_url, webhook=telegram_webhook(settings), commands=menus(), met=met
    )


def telegram_webhook(settings: Settings) -> Webhook | None:
    """The webhook of these settings; None for polling."""
    if settings.telegram_webhook_secret is None or settings.public_url is None:
        return None
    return Webhook(settings.public_url.rstrip("/") + TELEGRAM_PATH, settings.telegram_webhook_secret.get_secret_value())


def telegram_route(channel: TelegramChannel) -> Route:
    """Where Telegram posts updates. It is answered when an update is stored, so that none is lost."""

    async def take(request: Request) -> Response:
        secret = request.headers.get("X-Telegram-Bot-Api-Secret-Token")
        if int(request.headers.get("Content-Length") or 0) > LARGEST_UPDATE:
            return Response(status_code=413)
        try:
            body = await request.json()
        except ValueError:
            body = None
        if not isinstance(body, dict):
            return Response(status_code=400)
        return Response(status_code=await channel.take(secret, body))

    return Route(TELEGRAM_PATH, take, methods=["POST"])


def _know(app: App, platform: str, name: str) -> None:
    """Remember what a platform calls our account: ``invite`` makes links without a network."""
    with app.store.begin() as tx:
        invitations.know_bot(tx, platform, "", name, app.real())


def uses_slack(settings: Settings) -> bool:
    """True where Slack's tokens for Socket Mode are set. Raises Refusal where only one of the two is."""
    bot, app = settings.slack_bot_token, settings.slack_app_token
    if (bot is None) is not (app is None):
        raise Refusal(
            "slack_token_missing", name="TEICHAKU_SLACK_APP_TOKEN" if app is None else "TEICHAKU_SLACK_BOT_TOKEN"
        )
    return bot is not None


@asynccontextmanager
async def _slack(settings: Settings) -> AsyncIterator[tuple[SlackChannel, SlackDirectory]]:
    bot, app = settings.slack_bot_token, settings.slack_app_token
    assert bot is not None
    assert app is not None
    web = Web(settings.slack_api_url)
    workspace = OneWorkspace(bot.get_secret_value(), web)
    channel = SlackChannel(workspace, SocketMode(app.get_secret_value(), workspace), apologise=_apology)
    async with slack_connected(web):
        try:
            yield channel, SlackDirectory(workspace)
        finally:
            await channel.close()


def _apology(reference: str) -> str:
    """What somebody reads when what they did could not be kept: then the database cannot be asked for their languages."""
    return Voice.of(("ja", "en"), "hire").say(replies.REPLIES["error"], reference=reference)
