"""The terminal as a chat: one person, numbered buttons, no token.

A line of input is a press when it is the label or the number of a button on the last message that has buttons, and
else a text. Nothing that is printed can command the terminal: control characters and escape sequences are removed.
"""

from __future__ import annotations

import asyncio
import io
import os
import re
import secrets
import select
import shutil
import threading
import unicodedata
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from itertools import count
from typing import TextIO

from rich.cells import cell_len, split_graphemes

from bot.channels import callback, refuse_unfit, without_form
from bot.messages import (
    AddressKey,
    Button,
    Inbound,
    Limits,
    OnInbound,
    Outbound,
    Receipt,
    SendError,
    Style,
    is_surface,
)

LIMITS = Limits(text=4096, button=64, payload=callback.MAX_BYTES, buttons=100)
"""As narrow as Telegram, so that what is tried here can be sent there."""

_CODES = {Style.TITLE: "\x1b[1m", Style.BODY: "", Style.QUIET: "\x1b[2m"}
_END = "\x1b[0m"
_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # Control sequences: colours, the cursor, clearing.
    r"|\x1b[]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)"  # Strings: the window's title, links, the clipboard.
    r"|\x1b[ -/]*[0-~]"
)
# Embeddings, overrides and isolates let a line read as something else than it says; a byte order mark is no letter.
_HIDDEN = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF])

_WIDE = r"\u3001-\u30ff\u3400-\u9fff\uff01-\uff9f"
_OPENING = "「『（【〔〈《"
_CLOSING = "、。，．・：；？！」』）】〕〉》ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々…"
# Chinese and Japanese break between any two characters, but no line begins with a closing mark or a small kana.
_PIECES = re.compile(rf"\s+|[{_OPENING}]*[{_WIDE}][{_CLOSING}]*|[^\s{_WIDE}]+[{_CLOSING}]*")


class TerminalChannel:
    """A Channel for the one person at this terminal.

    ``reader`` and ``writer`` are text streams, usually ``sys.stdin`` and ``sys.stdout``; ``width`` in columns is the
    terminal's own unless given. Bold and dim show only on a terminal, and not when NO_COLOR is set (no-color.org).
    """

    def __init__(self, address: AddressKey, reader: TextIO, writer: TextIO, width: int | None = None) -> None:
        for stream in (reader, writer):
            # A terminal with another encoding garbles a letter; that must not end the conversation.
            if isinstance(stream, io.TextIOWrapper):
                with suppress(io.UnsupportedOperation):
                    stream.reconfigure(errors="replace")
        self._address = address
        self._reader = reader
        self._writer = writer
        self._echo = not reader.isatty()
        self._width = width
        self._styled = writer.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        self._buttons: tuple[Button, ...] = ()
        self._pressed_on: str | None = None
        # Seen ids are stored, so a second run on the same database must not repeat the first run's.
        self._ids = (f"{secrets.token_hex(8)}-{number}" for number in count(1))

    @property
    def name(self) -> str:
        """The platform of the person's address."""
        return self._address.platform

    @property
    def limits(self) -> Limits:
        """What is refused above."""
        return LIMITS

    async def listen(self, on_inbound: OnInbound) -> None:
        """Hand over each line that is not empty, one after the other, until the end of input or until cancelled."""
        lines: asyncio.Queue[str | None] = asyncio.Queue()
        loop = asyncio.get_running_loop()
        stop = _read_in_thread(self._reader, lambda line: loop.call_soon_threadsafe(lines.put_nowait, line))
        try:
            while (line := await lines.get()) is not None:
                if said := plain(line).strip():
                    if self._echo:  # Whoever reads the output of a pipe wants to see both sides.
                        self._write([*wrap(f"> {said}", self._columns), ""])
                    await on_inbound(self._inbound(said))
        finally:
            stop()

    async def send(self, outbound: Outbound) -> Receipt:
        """Print one message, with its buttons numbered. What is printed stays: nothing is replaced or cleared, and of a
        picture its sentence is shown.

        Raises SendError: for what does not fit; ``not_here``, retryable, for somebody else's message, which waits until
        that person sits here; ``broken``, perhaps shown, when the terminal went away.
        """
        refuse_unfit(outbound, LIMITS)
        if outbound.address != self._address:
            raise SendError("not_here", retryable=True)
        if is_surface(outbound.replaces):
            raise SendError("surface_gone")
        lines: list[str] = []
        for paragraph in outbound.paragraphs:
            lines += [self._styling(line, paragraph.style) for line in wrap(plain(paragraph.text), self._columns)]
            lines.append("")
        if outbound.picture is not None:
            lines += [*wrap(plain(f"[{outbound.picture.alt}]"), self._columns), ""]
        if outbound.rows:
            lines += [*_numbered(outbound.rows, self._columns), ""]
        self._write(lines)
        reference = next(self._ids)
        if outbound.rows:
            self._buttons = tuple(button for row in outbound.rows for button in row)
            self._pressed_on = reference
        return Receipt(reference)

    @property
    def _columns(self) -> int:
        return self._width or shutil.get_terminal_size().columns

    def _styling(self, line: str, style: Style) -> str:
        return f"{_CODES[style]}{line}{_END}" if self._styled and _CODES[style] else line

    def _write(self, lines: list[str]) -> None:
        try:
            self._writer.write("\n".join(lines) + "\n")
            self._writer.flush()
        except (OSError, ValueError) as fault:  # A closed stream raises ValueError.
            raise SendError("broken", sent_perhaps=True) from fault

    def _inbound(self, said: str) -> Inbound:
        """What a line means, given the buttons that were shown last. A label wins over a number."""
        spoken = {str(number): button for number, button in enumerate(self._buttons, start=1)}
        spoken |= {plain(button.label).strip(): button for button in reversed(self._buttons)}
        number = unicodedata.normalize("NFKC", said).rstrip(").")
        button = spoken.get(said) or spoken.get(number)
        if button is None:
            return Inbound(self._address, next(self._ids), text=said)
        payload = callback.decode(callback.encode(button.payload))
        assert payload is not None
        payload = without_form(payload) or payload  # There are no windows here.
        return Inbound(self._address, next(self._ids), payload=payload, message=self._pressed_on)


def plain(text: str) -> str:
    """The text without anything that a terminal obeys: no escapes, no controls but line breaks, no hidden direction."""
    text = _ESCAPES.sub("", text.translate(_HIDDEN)).replace("\t", "    ")
    text = re.sub("[\u2028\u2029]", "\n", text).encode("utf-8", "replace").decode("utf-8")
    return "".join(character for character in text if character == "\n" or unicodedata.category(character) != "Cc")


def wrap(text: str, width: int) -> Iterator[str]:
    """The lines of a text at most ``width`` columns wide, where a Japanese character is two columns wide."""
    for line in text.split("\n"):
        shown = ""
        for piece in _PIECES.findall(line.rstrip()):
            if shown.strip() and cell_len(shown + piece) > width:
                yield shown.rstrip()
                shown, piece = "", piece.lstrip()
            # Only a word longer than a line is broken, and never inside what is one letter to the eye.
            for start, end, cells in split_graphemes(piece)[0]:
                if shown and cell_len(shown) + cells > width:
                    yield shown
                    shown = ""
                shown += piece[start:end]
        yield shown


def _numbered(rows: tuple[tuple[Button, ...], ...], width: int) -> Iterator[str]:
    """The buttons with their numbers, a row on one line where it fits."""
    numbers = count(1)
    for row in rows:
        labels = [_with_number(next(numbers), plain(button.label)) for button in row]
        together = " ".join(labels)
        if cell_len(together) <= width:
            yield together
        else:
            for label in labels:
                yield from wrap(label, width)


def _with_number(number: int, label: str) -> str:
    """A label behind its number; one that carries that number already is not numbered twice."""
    return f"  {number}) {label.removeprefix(f'{number}. ')}"


def _read_in_thread(reader: TextIO, put: Callable[[str | None], object]) -> Callable[[], None]:
    """Put each line, and None at the end of input, from a thread of its own. Returns what stops it.

    A thread blocked in ``readline`` cannot be stopped, swallows the next line, and holds the stream's lock, on which
    the interpreter dies at exit. So where the stream is a file, a pipe or a terminal, the thread waits for input or for
    the end of a pipe that ``stop`` closes.
    """
    stopped, stopper = os.pipe()
    descriptor = _descriptor(reader)
    lines = iter(reader.readline, "") if descriptor is None else _lines(descriptor, stopped, reader.encoding or "utf-8")

    def run() -> None:
        # A stream that was closed or hung up has ended; and the loop may be gone before this thread notices.
        with suppress(OSError, ValueError, RuntimeError):
            for line in lines:
                put(line)
        os.close(stopped)
        with suppress(RuntimeError):
            put(None)

    threading.Thread(target=run, name="terminal", daemon=True).start()
    return partial(os.close, stopper)


def _descriptor(reader: TextIO) -> int | None:
    """What to wait for; None for a stream in memory, and on Windows, which can wait for sockets only."""
    if os.name == "nt":
        return None
    try:
        return reader.fileno()
    except (OSError, ValueError):
        return None


def _lines(descriptor: int, stopped: int, encoding: str) -> Iterator[str]:
    decoder = getincrementaldecoder(encoding)(errors="replace")
    rest, read = "", b"-"
    while read:
        if stopped in select.select([descriptor, stopped], [], [])[0]:
            return
        read = os.read(descriptor, 65536)
        *whole, rest = (rest + decoder.decode(read, final=not read)).split("\n")
        yield from whole
    yield rest
