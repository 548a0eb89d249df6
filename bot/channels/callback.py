"""The wire form of a button: ``v1:<kind letter>:<subject base36>:<turn base36>:<choice>``.

A button stays in a chat for years, so this is a wire format without expiry: a version, once sent, is read for ever, and
a kind's letter is never given to another kind. It is ASCII and at most 64 bytes long, because Telegram's callback_data
holds 1-64 bytes (core.telegram.org/bots/api#inlinekeyboardbutton).
"""

from __future__ import annotations

import re

from bot.messages import Payload

MAX_BYTES = 64
"""The longest wire form, in bytes; being ASCII, also in characters."""

KINDS = {
    "question": "q",
    "opening": "o",
    "consent": "c",
    "setting": "s",
    "alert": "a",
    "digest": "d",
    "follow_up": "f",
    "menu": "m",
    "link": "l",
    "case": "k",
    "answers": "w",
    "safety": "h",
    "share": "t",
    "privacy": "p",
}
"""The letter of each kind. Add to it; never change or reuse a letter."""

_KIND_OF = {letter: kind for kind, letter in KINDS.items()}
_LARGEST = 2**63 - 1  # A row's id in both databases; a larger number could not even be looked up.
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_V1 = re.compile(r"v1:([a-z]):([0-9a-z]{1,13}):([0-9a-z]{1,13}):([!-~]+)")


def encode(payload: Payload) -> str:
    """The wire form of a payload.

    Raises ValueError for an unknown kind, for a number that no row can have, and for a choice that is empty, not
    printable ASCII without spaces, or too long for 64 bytes.
    """
    if payload.kind not in KINDS:
        raise ValueError(f"unknown kind of button: {payload.kind!r}")
    text = f"v1:{KINDS[payload.kind]}:{_base36(payload.subject)}:{_base36(payload.turn)}:{payload.choice}"
    if decode(text) != payload:
        raise ValueError(f"choice does not fit into a button: {payload.choice!r}")
    return text


def decode(text: str) -> Payload | None:
    """The payload of a wire form of any version, or None for everything that is none. Never raises."""
    found = _V1.fullmatch(text) if len(text) <= MAX_BYTES else None
    if found is None:
        return None
    letter, subject, turn, choice = found.groups()
    kind, numbers = _KIND_OF.get(letter), (int(subject, 36), int(turn, 36))
    if kind is None or max(numbers) > _LARGEST:
        return None
    return Payload(kind, *numbers, choice)


def _base36(number: int) -> str:
    if not 0 <= number <= _LARGEST:
        raise ValueError(f"no row has this number: {number}")
    digits = ""
    while number or not digits:
        number, last = divmod(number, 36)
        digits = _DIGITS[last] + digits
    return digits
