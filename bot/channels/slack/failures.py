"""What became of a call: the one table from Slack's errors, and the network's, to what a delivery may do next.

Error codes: docs.slack.dev/reference/methods, section "Errors" of each method.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookResponse

from bot.messages import SendError, Unreachable

NOBODY = frozenset(
    {
        "user_disabled",
        "user_not_found",
        "users_not_found",
        "user_not_visible",
        "channel_not_found",
        "is_archived",
        "not_in_channel",
        "messages_tab_disabled",
        "cannot_dm_bot",
        "account_inactive",
        "token_revoked",
        "org_login_required",
        "team_not_found",
        "not_installed",
    }
)
"""This address takes no messages: the person is gone, has no messages tab, or the workspace has removed the app."""

BROKEN = frozenset({"internal_error", "fatal_error", "request_timeout", "service_unavailable", "team_added_to_org"})
"""Slack failed in the middle, and does not say how far it came."""

LATER = frozenset({"invalid_auth", "not_authed", "token_expired", "accesslimited"})
"""The administrator can put it right; nothing was done."""

REFUSED = frozenset({"invalid_auth", "not_authed", "token_expired"})
"""Somebody has to put a token right before anything can work."""

GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed", "cant_delete_message"})
"""The message that was to be changed is no more."""

DEFAULT_PAUSE = 30.0
"""Seconds to wait after a 429 that names none."""


def of_api(fault: SlackApiError, *, repeatable: bool) -> SendError:
    """What an answer of the Web API means for a delivery."""
    response = fault.response
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0) or 0)
    data = getattr(response, "data", None)
    code = str(data.get("error") or "") if isinstance(data, dict) else ""
    if status == 429 or code in ("ratelimited", "rate_limited"):
        return throttled(getattr(response, "headers", {}).get("Retry-After"))
    if code in NOBODY:
        return Unreachable(code)
    if status >= 500 or code in BROKEN or not code:
        return broken(code or f"http_{status}", repeatable=repeatable)
    return SendError(code, retryable=code in LATER)


def of_webhook(response: WebhookResponse) -> SendError | None:
    """The same for a response_url; None where it did what it was asked."""
    if response.status_code == 200:
        return None
    if response.status_code == 429:
        return throttled(response.headers.get("Retry-After") or response.headers.get("retry-after"))
    if response.status_code >= 500:
        return broken(f"http_{response.status_code}", repeatable=True)
    return SendError("url_refused")


def throttled(seconds: str | None) -> SendError:
    """Too many calls."""
    try:
        pause = max(0.0, float(seconds or DEFAULT_PAUSE))
    except ValueError:
        pause = DEFAULT_PAUSE
    return SendError("throttled", retryable=True, retry_after=pause)


def broken(code: str, *, repeatable: bool) -> SendError:
    """Nobody knows what was done. What takes a place may be tried again, because it stands there once in any case."""
    return SendError(code, retryable=repeatable, sent_perhaps=not repeatable)


@contextmanager
def told(*, repeatable: bool) -> Iterator[None]:
    """Say in a SendError what went wrong in the block. ``repeatable`` calls show the same thing however often they run."""
    try:
        yield
    except SlackApiError as fault:
        raise of_api(fault, repeatable=repeatable) from None
    except (aiohttp.ClientConnectorError, aiohttp.InvalidURL) as fault:  # It never left this machine.
        raise SendError(type(fault).__name__, retryable=True) from None
    except (TimeoutError, aiohttp.ClientError, ConnectionError) as fault:
        raise broken(type(fault).__name__, repeatable=repeatable) from None
