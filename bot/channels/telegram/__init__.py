"""Telegram: the channel, over python-telegram-bot. How to set it up: docs/telegram.md.

Updates come by long polling or by webhook, and either way one is confirmed only after it is stored. The library's Updater
is not used, because it confirms what still waits in memory; nor is its rate limiter, because the pace is kept in the
database for all processes together.
"""

from bot.channels.telegram.channel import TelegramChannel, Webhook, telegram_name

__all__ = ["TelegramChannel", "Webhook", "telegram_name"]
