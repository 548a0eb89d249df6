"""Telegram's HTML, read as Telegram reads it: few tags, every other ``<`` is an error that names its byte."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.platform.telegram.refusals import Refused

TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
}
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_CHARACTER = re.compile(r"&(?:#(\d{1,8})|#x([0-9a-fA-F]{1,6})|(lt|gt|amp|quot));?")
_ATTRIBUTES = re.compile(r"""\s+([a-z-]+)(?:=(?:"([^"]*)"|'([^']*)'|([^\s>]+)))?""")


@dataclass(frozen=True)
class Shown:
    """A text as it is shown, and the styles in it: (style, the words that carry it)."""

    text: str
    styles: tuple[tuple[str, str], ...] = ()


def read_html(source: str) -> Shown:
    """The text without its markup. Raises Refused as Telegram does."""
    text, styles, stack, at = "", list[tuple[str, str]](), list[tuple[str, int, int]](), 0
    while at < len(source):
        sign = source[at]
        if sign == "&" and (found := _CHARACTER.match(source, at)):
            text, at = text + _character(found), found.end()
        elif sign != "<":
            text, at = text + sign, at + 1
        elif source.startswith("</", at):
            end = _end_of_tag(source, at)
            _close(source, at, end, stack, styles, text)
            at = end + 1
        else:
            end = _end_of_tag(source, at)
            stack.append((_opened(source, at, end), at, len(text)))
            at = end + 1
    if stack:
        raise _wrong(f'Can\'t find end tag corresponding to start tag "{stack[-1][0]}"')
    return Shown(text, tuple(styles))


def _character(found: re.Match[str]) -> str:
    decimal, hexadecimal, name = found.groups()
    if name:
        return NAMED[name]
    return chr(int(decimal) if decimal else int(hexadecimal, 16))


def _end_of_tag(source: str, at: int) -> int:
    end = source.find(">", at)
    if end < 0:
        raise _wrong(f"Unclosed start tag at byte offset {_byte(source, at)}")
    return end


def _opened(source: str, at: int, end: int) -> str:
    inside = source[at + 1 : end]
    name = re.match(r"[^\s>]*", inside)
    assert name is not None
    tag = name[0].lower()
    if not tag:
        raise _wrong(f"Empty tag name at byte offset {_byte(source, at)}")
    if tag not in TAGS:
        raise _wrong(f'Unsupported start tag "{tag}" at byte offset {_byte(source, at)}')
    attributes = {found[1]: found[2] or found[3] or found[4] for found in _ATTRIBUTES.finditer(inside, len(tag))}
    if tag == "span" and attributes.get("class") != "tg-spoiler":
        raise _wrong(f'Tag "span" must have class "tg-spoiler" at byte offset {_byte(source, at)}')
    return tag


def _close(
    source: str, at: int, end: int, stack: list[tuple[str, int, int]], styles: list[tuple[str, str]], text: str
) -> None:
    tag = source[at + 2 : end].strip().lower()
    if not stack:
        raise _wrong(f"Unexpected end tag at byte offset {_byte(source, at)}")
    opened, _, begin = stack.pop()
    if tag and tag != opened:
        raise _wrong(f'Unmatched end tag at byte offset {_byte(source, at)}, expected "</{opened}>", found "</{tag}>"')
    if text[begin:]:
        styles.append((TAGS[opened], text[begin:]))


def _byte(source: str, at: int) -> int:
    return len(source[:at].encode())


def _wrong(what: str) -> Refused:
    return Refused(400, f"can't parse entities: {what}")


def cleaned(text: str) -> str:
    """What Telegram makes of any text that it takes: no carriage returns, no control characters, no hidden direction."""
    text = re.sub("[\x00-\x08\x0b-\x1f]", " ", text.replace("\r", ""))
    return re.sub("[\u2028-\u202e]", "", text).strip()
