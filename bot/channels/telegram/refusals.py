"""What python-telegram-bot raises → what the flow understands.

The words are those of tdlib/telegram-bot-api (Client.cpp), as platforms of this kind have no codes of their own for them.
"""

from __future__ import annotations

import httpx
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError

from bot.messages import SendError, Unreachable

NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
"""The request was not even sent."""

NO_CHAT = ("chat not found", "user not found", "peer_id_invalid", "input_user_deactivated", "chat_id is empty")
GONE = ("message to edit not found", "message can't be edited", "message_id_invalid", "there is no caption")
"""A message that cannot be edited any more: a new one takes its place."""

FORBIDDEN = {"blocked": "blocked", "deactivated": "deactivated", "initiate": "not_started"}


def says(fault: TelegramError, *words: str) -> bool:
    """True when Telegram's own sentence contains one of these."""
    return any(word in fault.message.lower() for word in words)


def send_error(fault: TelegramError, *, repeatable: bool = False) -> SendError:
    """The error of a call. ``repeatable`` is a call that shows the same thing when it is made again, as an edit does."""
    match fault:
        case RetryAfter():
            return SendError("throttled", retryable=True, retry_after=seconds(fault))
        case ChatMigrated():
            return Unreachable("migrated")
        case Forbidden():
            return Unreachable(next((code for word, code in FORBIDDEN.items() if says(fault, word)), "forbidden"))
        case BadRequest() if says(fault, *NO_CHAT):
            return Unreachable("chat_not_found")
        case BadRequest():
            return SendError("refused")
        case InvalidToken():
            return SendError("token_refused", retryable=True)
        case NetworkError() if isinstance(fault.__cause__, NEVER_LEFT):
            return SendError("not_connected", retryable=True)
        case _ if repeatable:
            return SendError("broken", retryable=True)
        case _:
            return SendError("broken", sent_perhaps=True)


def seconds(fault: RetryAfter) -> float:
    """After how long Telegram takes messages again."""
    wait = fault.retry_after
    return float(wait) if isinstance(wait, int) else wait.total_seconds()
