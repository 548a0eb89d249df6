"""What stands in a workspace: people, chats, views, and the tokens and addresses with which an app may touch them."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Any

TRIGGER_SECONDS = 3.0
RESPONSE_SECONDS, RESPONSE_USES = 30 * 60.0, 5
ACK_SECONDS = 3.0


@dataclass(frozen=True)
class Pace:
    """A token bucket: ``burst`` at once, then ``rate`` in a second."""

    rate: float
    burst: float


@dataclass
class Bucket:
    """How full a bucket is."""

    tokens: float
    at: float

    def take(self, pace: Pace, now: float) -> float:
        """Take a token: 0, or the seconds after which there is one again."""
        self.tokens = min(pace.burst, self.tokens + (now - self.at) * pace.rate)
        self.at = now
        if self.tokens >= 1:
            self.tokens -= 1
            return 0.0
        return (1 - self.tokens) / pace.rate


@dataclass
class Account:
    """A person's account in a workspace."""

    id: str
    name: str
    email: str
    locale: str = "ja-JP"
    deleted: bool = False


@dataclass
class Message:
    """A message in a chat. ``versions`` are all that it ever showed."""

    channel: str
    ts: str
    author: str
    text: str
    blocks: list[dict[str, Any]]
    metadata: dict[str, Any] | None = None
    file: dict[str, Any] | None = None
    deleted: bool = False
    versions: int = 1


@dataclass
class View:
    """A modal on somebody's screen."""

    id: str
    user: str
    content: dict[str, Any]
    hash: str
    closed: bool = False
    values: dict[str, str] = field(default_factory=dict)


@dataclass
class Trigger:
    """What lets an app open a view, once and for three seconds."""

    team: str
    user: str
    until: float
    used: bool = False


@dataclass
class ResponseUrl:
    """An address that changes one message, five times within half an hour; a command's has no message."""

    team: str
    user: str
    channel: str
    ts: str | None
    until: float
    left: int = RESPONSE_USES


@dataclass
class Workspace:
    """One workspace in which the app is installed. ``auth_error`` is what every call meets, such as ``token_revoked``."""

    id: str
    name: str
    bot_token: str
    bot_user: str = "UBOT00000"
    bot_id: str = "BBOT00000"
    accounts: dict[str, Account] = field(default_factory=dict)
    chats: dict[str, str] = field(default_factory=dict)
    homes: dict[str, dict[str, Any]] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    views: dict[str, View] = field(default_factory=dict)
    auth_error: str | None = None
    messages_tab: bool = True
    home_tab: bool = True

    def chat_of(self, user: str) -> str:
        """The id of the direct messages between the app and somebody, opened on the first use."""
        return self.chats.setdefault(user, f"D{self.id[1:]}{user[1:]}")

    def user_of(self, channel: str) -> str | None:
        """Whose direct messages these are."""
        return next((user for user, chat in self.chats.items() if chat == channel), None)

    def find(self, channel: str, ts: str) -> Message | None:
        """The message that stands there."""
        return next(
            (one for one in reversed(self.messages) if (one.channel, one.ts) == (channel, ts) and not one.deleted), None
        )


class Ids:
    """Numbers that are given once."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def next(self) -> int:
        """The next number."""
        return next(self._numbers)

    def ts(self, now: float) -> str:
        """A message's timestamp: unique, and it grows."""
        return f"{1_750_000_000 + int(now)}.{self.next():06d}"
