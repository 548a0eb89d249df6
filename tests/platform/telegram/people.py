"""People with phones: what they do becomes an update, and what the bot does shows in their chat."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

Tell = Callable[[str, dict[str, Any]], Awaitable[None]]
"""Hands an update over to the bot: its kind, and what it holds."""


@dataclass
class Shown:
    """A message as it stands in a chat now. ``mine`` is True for what the person wrote."""

    id: int
    text: str
    styles: tuple[tuple[str, str], ...] = ()
    rows: tuple[tuple[tuple[str, str], ...], ...] = ()  # (label, callback data)
    picture: bytes | None = None
    mine: bool = False
    at: int = 0
    preview: bool = True
    edits: int = 0

    @property
    def labels(self) -> tuple[str, ...]:
        """The buttons below it."""
        return tuple(label for row in self.rows for label, _ in row)


@dataclass
class Person:
    """Somebody with Telegram on their phone. ``started`` says whether they ever pressed Start, ``met`` whether the bot has
    seen them in a group."""

    id: int
    name: str
    language: str | None
    tell: Tell
    next_id: Callable[[], int]
    now: Callable[[], int]
    username: str | None = None
    started: bool = False
    blocked: bool = False
    deactivated: bool = False
    met: bool = False
    chat: list[Shown] = field(default_factory=list)
    arrived: list[Shown] = field(default_factory=list)
    """Every message of the bot in the words with which it came, also what was replaced later."""
    spinning: set[str] = field(default_factory=set)
    """Presses whose button still shows a spinner."""
    pressed: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)
    """Set whenever the bot has shown something."""

    @property
    def user(self) -> dict[str, Any]:
        """The account as an update shows it."""
        found: dict[str, Any] = {"id": self.id, "is_bot": False, "first_name": self.name}
        if self.username:
            found["username"] = self.username
        return found | ({"language_code": self.language} if self.language else {})

    @property
    def private(self) -> dict[str, Any]:
        """The chat with the bot as an update shows it."""
        return {"id": self.id, "type": "private", "first_name": self.name}

    async def starts(self, code: str | None = None) -> None:
        """Press Start, behind a link with a code or without one. It also unblocks."""
        if self.blocked:
            await self.unblocks()
        await self.says("/start" if code is None else f"/start {code}")

    async def says(self, text: str) -> Shown:
        """Write something."""
        shown = self._writes(text)
        entities = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}] if text[:1] == "/" else None
        await self.tell("message", self._message(shown, text=text, **({"entities": entities} if entities else {})))
        return shown

    async def sends(self, what: str, *, caption: str | None = None, album: str | None = None) -> Shown:
        """Send a photo, a sticker, a voice message, a place or a contact; a photo may belong to an album."""
        file = {"file_id": "AgACAgQ", "file_unique_id": "AQADtr"}
        kinds: dict[str, Any] = {
            "photo": [{**file, "width": 90, "height": 90, "file_size": 1000}],
            "sticker": {
                **file,
                "type": "regular",
                "width": 512,
                "height": 512,
                "is_animated": False,
                "is_video": False,
                "emoji": "👍",
            },
            "voice": {**file, "duration": 3, "mime_type": "audio/ogg"},
            "location": {"latitude": 35.0, "longitude": 139.0},
            "contact": {"phone_number": "+81312345678", "first_name": "X"},
        }
        more = {"caption": caption} if caption else {}
        more |= {"media_group_id": album} if album else {}
        shown = self._writes(f"[{what}]")
        await self.tell("message", self._message(shown, **{what: kinds[what]}, **more))
        return shown

    async def edits(self, shown: Shown, text: str) -> None:
        """Change something that was written before."""
        shown.text = text
        await self.tell("edited_message", self._message(shown, text=text, edit_date=self.now()))

    async def presses_on(self, shown: Shown, data: str, *, accessible: bool = True) -> str:
        """Press a button, also one that has been edited away meanwhile; the id of the press."""
        self.pressed += 1
        query = f"{self.id}{self.pressed:09}"
        self.spinning.add(query)
        message = self._bot_message(shown)
        if not accessible:
            message = {"chat": self.private, "message_id": shown.id, "date": 0}
        held = {"id": query, "from": self.user, "chat_instance": str(self.id), "data": data, "message": message}
        await self.tell("callback_query", held)
        return query

    async def presses(self, label: str) -> str:
        """Press the button with that label on the newest message that has one."""
        for shown in reversed(self.chat):
            for row in shown.rows:
                for name, data in row:
                    if name == label:
                        return await self.presses_on(shown, data)
        raise LookupError(f"no button {label!r}; there are: {[one.labels for one in self.chat if one.rows]}")

    async def blocks(self) -> None:
        """Block the bot, which is told."""
        self.blocked = True
        await self.tell("my_chat_member", self._membership("member", "kicked"))

    async def unblocks(self) -> None:
        """Let the bot write again."""
        self.blocked = False
        await self.tell("my_chat_member", self._membership("kicked", "member"))

    async def adds_to_group(self, group: int, title: str = "Factory") -> None:
        """Take the bot into a group."""
        chat = {"id": group, "type": "group", "title": title}
        await self.tell("my_chat_member", self._membership("left", "member") | {"chat": chat})

    async def says_in_group(self, group: int, text: str, title: str = "Factory") -> None:
        """Write in a group of which the bot is a member."""
        chat = {"id": group, "type": "group", "title": title}
        message = {"message_id": self.next_id(), "from": self.user, "chat": chat, "date": self.now(), "text": text}
        await self.tell("message", message)

    def _writes(self, text: str) -> Shown:
        self.started = True
        shown = Shown(self.next_id(), text, mine=True, at=self.now())
        self.chat.append(shown)
        return shown

    def _message(self, shown: Shown, **content: Any) -> dict[str, Any]:
        return {"message_id": shown.id, "from": self.user, "chat": self.private, "date": shown.at, **content}

    def _bot_message(self, shown: Shown) -> dict[str, Any]:
        rows = [[{"text": label, "callback_data": data} for label, data in row] for row in shown.rows]
        message = {"message_id": shown.id, "chat": self.private, "date": shown.at, "text": shown.text}
        return message | ({"reply_markup": {"inline_keyboard": rows}} if rows else {})

    def _membership(self, before: str, after: str) -> dict[str, Any]:
        bot = {"id": 1, "is_bot": True, "first_name": "Check-in", "username": "checkin_bot"}

        def member(status: str) -> dict[str, Any]:
            return {"user": bot, "status": status} | ({"until_date": 0} if status == "kicked" else {})

        return {
            "chat": self.private,
            "from": self.user,
            "date": self.now(),
            "old_chat_member": member(before),
            "new_chat_member": member(after),
        }
