"""What the bot does in chats: it sends, edits and deletes, within what Telegram allows."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import count
from typing import Any

from aiohttp import web

from tests.platform.telegram.markup import Shown as Words
from tests.platform.telegram.markup import cleaned, read_html
from tests.platform.telegram.people import Person, Shown
from tests.platform.telegram.refusals import Refused

LONGEST_TEXT, LONGEST_CAPTION, LONGEST_DATA, MOST_BUTTONS = 4096, 1024, 64, 100
DELETABLE_SECONDS = 48 * 3600
QUERY_SECONDS = 60
GROUPS = -1_000_000_000_000

Rows = tuple[tuple[tuple[str, str], ...], ...]


class Chats:
    """The private chats of one bot."""

    def __init__(self, people: dict[int, Person], now: Callable[[], int], bot: dict[str, Any]) -> None:
        self._people, self._now, self._bot = people, now, bot
        self._ids = count(1)
        self.migrated: dict[int, int] = {}
        """Groups that became supergroups, by their old number."""
        self._answered: dict[str, int] = {}

    def next_id(self) -> int:
        """The number of the next message."""
        return next(self._ids)

    async def send_message(self, held: dict[str, Any]) -> dict[str, Any]:
        words = _words(held, "text", LONGEST_TEXT)
        preview = not json.loads(held.get("link_preview_options", "{}")).get("is_disabled", False)
        return self._add(self._chat(held), words, _rows(held), preview=preview)

    async def send_photo(self, held: dict[str, Any]) -> dict[str, Any]:
        words = _words(held, "caption", LONGEST_CAPTION)
        return self._add(self._chat(held), words, _rows(held), picture=_file(held, held.get("photo")))

    async def edit_text(self, held: dict[str, Any]) -> dict[str, Any] | bool:
        person, shown = self._own(held, "edit")
        if shown.picture is not None:
            raise Refused(400, "there is no text in the message to edit")
        return self._change(person, shown, _words(held, "text", LONGEST_TEXT), _rows(held), shown.picture)

    async def edit_caption(self, held: dict[str, Any]) -> dict[str, Any] | bool:
        person, shown = self._own(held, "edit")
        if shown.picture is None:
            raise Refused(400, "there is no caption in the message to edit")
        return self._change(person, shown, _words(held, "caption", LONGEST_CAPTION), _rows(held), shown.picture)

    async def edit_media(self, held: dict[str, Any]) -> dict[str, Any] | bool:
        person, shown = self._own(held, "edit")
        media = json.loads(held["media"])
        picture = _file(held, media["media"])
        return self._change(person, shown, _words(media, "caption", LONGEST_CAPTION), _rows(held), picture)

    async def delete(self, held: dict[str, Any]) -> bool:
        person, shown = self._own(held, "delete", own=False)
        if self._now() - shown.at > DELETABLE_SECONDS:
            raise Refused(400, "message can't be deleted for everyone")
        person.chat.remove(shown)
        return True

    async def delete_many(self, held: dict[str, Any]) -> bool:
        person, numbers = self._chat(held), json.loads(held["message_ids"])
        if not 1 <= len(numbers) <= 100:
            raise Refused(400, "MESSAGE_IDS_INVALID")
        found = [one for one in person.chat if one.id in numbers]
        if any(self._now() - one.at > DELETABLE_SECONDS for one in found):
            raise Refused(400, "message can't be deleted for everyone")
        for one in found:
            person.chat.remove(one)
        return True

    async def answer_query(self, held: dict[str, Any]) -> bool:
        query = str(held["callback_query_id"])
        person = next((one for one in self._people.values() if query in one.spinning), None)
        if person is None:
            raise Refused(400, "query is too old and response timeout expired or query ID is invalid")
        person.spinning.discard(query)
        return True

    def _chat(self, held: dict[str, Any]) -> Person:
        try:
            number = int(held["chat_id"])
        except (KeyError, ValueError):
            raise Refused(400, "chat_id is empty" if not held.get("chat_id") else "chat not found") from None
        if number in self.migrated:
            raise Refused(400, "group chat was upgraded to a supergroup chat", migrate_to_chat_id=self.migrated[number])
        person = self._people.get(number)
        if person is None or not (person.started or person.met):
            raise Refused(400, "chat not found")
        if person.deactivated:
            raise Refused(403, "user is deactivated")
        if not person.started:
            raise Refused(403, "bot can't initiate conversation with a user")
        if person.blocked:
            raise Refused(403, "bot was blocked by the user")
        return person

    def _own(self, held: dict[str, Any], what: str, *, own: bool = True) -> tuple[Person, Shown]:
        person, number = self._chat(held), int(held["message_id"])
        shown = next((one for one in person.chat if one.id == number), None)
        if shown is None:
            raise Refused(400, f"message to {what} not found")
        if own and shown.mine:
            raise Refused(400, "message can't be edited")
        return person, shown

    def _add(
        self, person: Person, words: Words, rows: Rows, *, picture: bytes | None = None, preview: bool = False
    ) -> dict[str, Any]:
        shown = Shown(self.next_id(), words.text, words.styles, rows, picture, at=self._now(), preview=preview)
        person.chat.append(shown)
        person.arrived.append(Shown(shown.id, shown.text, shown.styles, rows, picture, at=shown.at))
        person.news.set()
        return self._json(person, shown)

    def _change(self, person: Person, shown: Shown, words: Words, rows: Rows, picture: bytes | None) -> dict[str, Any]:
        if (shown.text, shown.styles, shown.rows, shown.picture) == (words.text, words.styles, rows, picture):
            raise Refused(
                400,
                "message is not modified: specified new message content and reply markup are exactly the same "
                "as a current content and reply markup of the message",
            )
        shown.text, shown.styles, shown.rows, shown.picture = words.text, words.styles, rows, picture
        shown.edits += 1
        person.arrived.append(Shown(shown.id, shown.text, shown.styles, rows, picture, at=self._now()))
        person.news.set()
        return self._json(person, shown)

    def _json(self, person: Person, shown: Shown) -> dict[str, Any]:
        held: dict[str, Any] = {
            "message_id": shown.id,
            "from": self._bot,
            "chat": person.private,
            "date": shown.at,
        }
        if shown.picture is None:
            return held | {"text": shown.text}
        photo = [{"file_id": "AgAC", "file_unique_id": "AQAD", "width": 90, "height": 90}]
        return held | {"photo": photo, "caption": shown.text}


def _words(held: dict[str, Any], name: str, longest: int) -> Words:
    source = str(held.get(name, ""))
    if not source and name == "text":
        raise Refused(400, "message text is empty")
    mode = str(held.get("parse_mode", "")).lower()
    if mode not in ("", "html"):
        raise Refused(400, "unsupported parse_mode")
    words = read_html(source) if mode == "html" else Words(source)
    text = cleaned(words.text)
    if not text and name == "text":
        raise Refused(400, "text must be non-empty")
    if len(text) > longest:
        raise Refused(400, "message is too long" if name == "text" else "message caption is too long")
    return Words(text, words.styles)


def _rows(held: dict[str, Any]) -> Rows:
    if "reply_markup" not in held:
        return ()
    rows: list[tuple[tuple[str, str], ...]] = []
    for row in json.loads(held["reply_markup"]).get("inline_keyboard", []):
        for button in row:
            if not str(button.get("text", "")).strip():
                raise Refused(400, "can't parse inline keyboard button: Text buttons must have non-empty text")
            if not 1 <= len(str(button.get("callback_data", "")).encode()) <= LONGEST_DATA:
                raise Refused(400, "BUTTON_DATA_INVALID")
        rows.append(tuple((button["text"], button["callback_data"]) for button in row))
    if sum(map(len, rows)) > MOST_BUTTONS:
        raise Refused(400, "REPLY_MARKUP_TOO_LONG")
    return tuple(row for row in rows if row)


def _file(held: dict[str, Any], named: Any) -> bytes:
    part = named if isinstance(named, web.FileField) else held.get(str(named or "").removeprefix("attach://"))
    if not isinstance(part, web.FileField):
        raise Refused(400, "there is no photo in the request")
    content = part.file.read()
    if not content.startswith((b"\x89PNG", b"\xff\xd8")):
        raise Refused(400, "IMAGE_PROCESS_FAILED")
    return content
