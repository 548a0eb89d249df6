"""Platforms: the channels of these settings, connected for as long as the service runs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from bot import web
from bot.app import App
from bot.channels.slack import OneWorkspace, SlackChannel, SlackDirectory
from bot.channels.slack.clients import Clients, Installation, Web
from bot.channels.slack.clients import connected as slack_connected
from bot.channels.slack.listener import Transport
from bot.channels.slack.requests import PATH, ManyWorkspaces, OAuth, Requests
from bot.channels.slack.socket import SocketMode
from bot.channels.telegram import TelegramChannel, Webhook
from bot.messages import Channel, Directory
from bot.pages import form_routes
from bot.refusal import Refusal
from bot.settings import Settings
from bot.text import replies
from bot.text.catalog import Voice
from bot.text.menu import menus
from store import facts
from store.queries import installations, invitations

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
            slack, directory = await stack.enter_async_context(_slack(app, routes))
            channels[slack.name], directories[slack.name] = slack, directory
        if app.settings.public_url is not None and "form" in app.settings.privacy.free_text.model_dump().values():
            routes += form_routes(replace(app, channels=channels, directories=directories))
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
    """True where Slack is set up: two tokens for Socket Mode, or a signing secret with a token or with the app's own id and
    secret for HTTP. Raises Refusal for half of one of them."""
    bot, app, signing = settings.slack_bot_token, settings.slack_app_token, settings.slack_signing_secret
    if signing is not None and app is None:
        many = settings.slack_client_id is not None and settings.slack_client_secret is not None
        if bot is None and not many:
            raise Refusal("slack_token_missing", name="TEICHAKU_SLACK_CLIENT_ID, TEICHAKU_SLACK_CLIENT_SECRET")
        if settings.public_url is None:
            raise Refusal("slack_token_missing", name="TEICHAKU_PUBLIC_URL")
        return True
    if (bot is None) is not (app is None):
        name = "TEICHAKU_SLACK_APP_TOKEN" if app is None else "TEICHAKU_SLACK_BOT_TOKEN"
        raise Refusal("slack_token_missing", name=name)
    return bot is not None


@asynccontextmanager
async def _slack(app: App, routes: list[BaseRoute]) -> AsyncIterator[tuple[SlackChannel, SlackDirectory]]:
    """The channel; over HTTP it also puts its part of the web server into ``routes``."""
    settings = app.settings
    calls = Web(settings.slack_api_url)
    bot, app_token = settings.slack_bot_token, settings.slack_app_token
    one = None if bot is None else OneWorkspace(bot.get_secret_value(), calls)
    clients: Clients
    transport: Transport
    if app_token is not None:
        assert one is not None
        clients, transport = one, SocketMode(app_token.get_secret_value(), one)
    else:
        clients, requests = _over_http(app, one, calls)
        transport = requests
        routes.append(Mount(PATH, requests))
    channel = SlackChannel(clients, transport, _apology)
    async with slack_connected(calls):
        try:
            yield channel, SlackDirectory(clients)
        finally:
            await channel.close()


def _over_http(app: App, one: OneWorkspace | None, calls: Web) -> tuple[Clients, Requests]:
    settings = app.settings
    assert settings.slack_signing_secret is not None
    signing = settings.slack_signing_secret.get_secret_value()
    if one is not None:
        return one, Requests(signing)
    assert settings.slack_client_id is not None
    assert settings.slack_client_secret is not None
    assert settings.public_url is not None
    kept = Kept(app)
    secret = settings.slack_client_secret.get_secret_value()
    return ManyWorkspaces(kept, calls), Requests(
        signing, OAuth(settings.slack_client_id, secret, settings.public_url, kept, lambda: app.real().timestamp())
    )


class Kept:
    """Slack's Installations in our database, where their tokens are sealed."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def find(self, team: str) -> Installation | None:
        """The installation in a workspace."""
        found = await self._app.store.look(self._find, team)
        return None if found is None else Installation(found.team, found.token, found.bot_id, found.bot_user)

    def _find(self, team: str) -> facts.Installation | None:
        with self._app.store.read() as tx:
            return installations.find(tx, "slack", team)

    async def keep(self, installation: Installation) -> None:
        """Keep one, in the place of an older one."""
        await self._app.store.run(self._keep, installation)

    def _keep(self, found: Installation) -> None:
        with self._app.store.begin() as tx:
            kept = facts.Installation(found.team, found.token, found.bot_id, found.bot_user)
            installations.keep(tx, "slack", kept, self._app.real())

    async def remove(self, team: str) -> None:
        """Forget a workspace's token."""
        await self._app.store.run(self._remove, team)

    def _remove(self, team: str) -> None:
        with self._app.store.begin() as tx:
            installations.remove(tx, "slack", team)


def _apology(reference: str) -> str:
    """What somebody reads when what they did could not be kept: then the database cannot be asked for their languages."""
    return Voice.of(("ja", "en"), "hire").say(replies.REPLIES["error"], reference=reference)
