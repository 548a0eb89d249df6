"""Platforms: the channels of these settings, connected for as long as the service runs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

from bot.app import App
from bot.channels.telegram import TelegramChannel, Webhook
from bot.messages import Channel
from bot.settings import Settings
from bot.text.menu import menus
from store.queries import invitations

TELEGRAM_PATH = "/telegram"
"""Where Telegram posts updates, below TEICHAKU_PUBLIC_URL."""


@asynccontextmanager
async def connected(app: App) -> AsyncIterator[tuple[App, Mapping[str, str]]]:
    """The App with a channel for each platform whose token is set, and by channel the lease that lets one process listen."""
    async with AsyncExitStack() as stack:
        channels: dict[str, Channel] = dict(app.channels)
        leases: dict[str, str] = {}
        if app.settings.telegram_bot_token is not None:
            telegram = await stack.enter_async_context(
                _telegram(app, app.settings.telegram_bot_token.get_secret_value())
            )
            channels[telegram.name] = telegram
            if telegram.lease is not None:
                leases[telegram.name] = telegram.lease
        yield replace(app, channels=channels), leases


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


def _know(app: App, platform: str, name: str) -> None:
    """Remember what a platform calls our account: ``invite`` makes links without a network."""
    with app.store.begin() as tx:
        invitations.know_bot(tx, platform, "", name, app.real())
