"""Whether Slack and Telegram take the tokens that are set."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from bot.channels.slack import check as slack_check
from bot.channels.telegram import telegram_name
from bot.commands.doctor.finding import Doctor, Finding
from bot.messages import ListenError, SendError
from bot.platforms import uses_slack
from bot.settings import Settings


def telegram(doctor: Doctor, settings: Settings) -> Iterator[Finding]:
    """What Telegram says of the token, where one is set."""
    if settings.telegram_bot_token is None:
        return
    if settings.telegram_webhook_secret is not None and settings.public_url is None:
        yield doctor.finds("attention", "telegram.half")
    asking = telegram_name(settings.telegram_bot_token.get_secret_value(), settings.telegram_api_url)
    try:
        yield doctor.fine("telegram.ok", name=asyncio.run(asking))
    except ListenError:
        yield doctor.finds("wrong", "telegram.token")
    except SendError:
        yield doctor.finds("attention", "telegram.silent")


def slack(doctor: Doctor, settings: Settings) -> Iterator[Finding]:
    """Whether Slack takes the tokens, and grants what the app needs."""
    try:
        if not uses_slack(settings):
            return
        secrets = (settings.slack_bot_token, settings.slack_app_token)
        tokens = [None if one is None else one.get_secret_value() for one in secrets]
        examined = asyncio.run(slack_check.examine(settings.slack_api_url, *tokens))
    except Exception as fault:
        yield from doctor.fails("slack", fault)
        return
    for token, code in (("bot_token", examined.bot_token), ("app_token", examined.app_token)):
        if code is not None:
            yield doctor.finds("wrong", f"slack.{token}", said=code)
    if examined.missing:
        yield doctor.finds("wrong", "slack.scopes", names=", ".join(examined.missing))
    elif examined.bot_token is None and examined.app_token is None:
        yield doctor.fine("slack.ok", team=examined.team) if examined.team else doctor.fine("slack.many")
