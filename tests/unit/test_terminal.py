"""The terminal as a chat: what is shown, what a line means, and that nothing shown commands the terminal."""

from __future__ import annotations

import asyncio
import io
import os
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from bot.channels.terminal import TerminalChannel, plain, wrap
from bot.messages import AddressKey, Button, Inbound, Outbound, Paragraph, Payload, SendError, Style

HOA = AddressKey("terminal", "", "hoa")
ROOT = Path(__file__).resolve().parents[2]


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def asking(*labels: str, question: int = 1, text: str = "How are you?") -> Outbound:
    rows = tuple((Button(label, Payload("question", question, 1, f"c{place}")),) for place, label in enumerate(labels))
    return Outbound(HOA, f"q{question}", (Paragraph(text),), rows)


async def heard(text: str, *asked: Outbound) -> list[Inbound]:
    """What arrives when these messages were shown and this was typed."""
    channel = TerminalChannel(HOA, io.StringIO(text), io.StringIO(), width=60)
    for outbound in asked:
        await channel.send(outbound)
    inbounds: list[Inbound] = []

    async def on_inbound(inbound: Inbound) -> None:
        inbounds.append(inbound)

    await asyncio.wait_for(channel.listen(on_inbound), 10)
    return inbounds


async def shown(outbound: Outbound, *, writer: io.StringIO | None = None, width: int = 40) -> str:
    writer = writer or io.StringIO()
    await TerminalChannel(HOA, io.StringIO(), writer, width=width).send(outbound)
    return writer.getvalue()


async def test_a_message_reads_like_a_chat() -> None:
    row = tuple(Button(label, Payload("question", 1, 1, label)) for label in ("Yes", "No"))
    later = (Button("Ask me later", Payload("question", 1, 1, "later")),)
    outbound = Outbound(HOA, "q1", (Paragraph("Month 3", Style.TITLE), Paragraph("Do you\nsleep well?")), (row, later))
    assert await shown(outbound) == dedent(
        """\
        Month 3

        Do you
        sleep well?

          1) Yes   2) No
          3) Ask me later

        """
    )


async def test_buttons_that_do_not_fit_beside_each_other_stand_below_each_other() -> None:
    row = tuple(Button("とても良い" * 3, Payload("question", 1, 1, name)) for name in "ab")
    lines = (await shown(Outbound(HOA, "q1", (Paragraph("?"),), (row,)))).splitlines()
    assert lines[2:4] == ["  1) とても良いとても良いとても良い", "  2) とても良いとても良いとても良い"]


@pytest.mark.parametrize(
    ("line", "choice"),
    [("1", "c0"), ("2", "c1"), ("２", "c1"), ("2)", "c1"), ("  2.  ", "c1"), ("いいえ", "c1"), ("\x1b[A2", "c1")],
)
async def test_a_number_or_a_label_presses_a_button(line: str, choice: str) -> None:
    (inbound,) = await heard(f"{line}\n", asking("はい", "いいえ"))
    assert inbound.payload == Payload("question", 1, 1, choice)
    assert inbound.text is None


@pytest.mark.parametrize("line", ["0", "3", "-1", "1 2", "はい、元気です", "hai"])
async def test_every_other_line_is_a_text(line: str) -> None:
    (inbound,) = await heard(f"{line}\n", asking("はい", "いいえ"))
    assert (inbound.text, inbound.payload) == (line, None)


async def test_numbers_belong_to_the_last_message_that_has_buttons() -> None:
    asked = (asking("Old", question=1), asking("New", question=2), Outbound(HOA, "note", (Paragraph("Thank you."),)))
    (inbound,) = await heard("1\n", *asked)
    assert inbound.payload == Payload("question", 2, 1, "c0")


async def test_a_label_that_looks_like_a_number_wins() -> None:
    (inbound,) = await heard("5\n", asking("5", "4", "3", "2", "1"))
    assert inbound.payload == Payload("question", 1, 1, "c0")


async def test_the_end_of_input_ends_the_conversation_and_the_last_line_counts_without_a_line_break() -> None:
    assert [inbound.text for inbound in await heard("one\r\n\n  \ntwo")] == ["one", "two"]


async def test_two_runs_never_share_an_id() -> None:
    ids = [inbound.external_id for _ in range(2) for inbound in await heard("a\na\n")]
    assert len(set(ids)) == 4


@pytest.fixture
async def keyboard() -> AsyncIterator[tuple[io.TextIOWrapper, int]]:
    reading, writing = os.pipe()
    with open(reading, encoding="utf-8") as reader:
        yield reader, writing


async def test_waiting_for_a_line_blocks_nobody_and_a_cancelled_listener_takes_no_line(
    keyboard: tuple[io.TextIOWrapper, int],
) -> None:
    reader, writing = keyboard
    channel = TerminalChannel(HOA, reader, io.StringIO(), width=60)
    task = asyncio.create_task(channel.listen(lambda inbound: asyncio.sleep(0)))
    began = time.monotonic()
    await asyncio.sleep(0.05)
    assert time.monotonic() - began < 5
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    while any(thread.name == "terminal" for thread in threading.enumerate()):
        await asyncio.sleep(0.01)
    os.write(writing, "残る\n".encode())
    os.close(writing)
    assert reader.readline() == "残る\n"


async def test_a_character_that_arrives_in_two_halves_is_one_character(keyboard: tuple[io.TextIOWrapper, int]) -> None:
    reader, writing = keyboard
    channel = TerminalChannel(HOA, reader, io.StringIO(), width=60)
    texts: list[str | None] = []

    async def on_inbound(inbound: Inbound) -> None:
        texts.append(inbound.text)

    task = asyncio.create_task(channel.listen(on_inbound))
    for half in ("定着".encode()[:4], "定着".encode()[4:] + b"\xff\n"):
        os.write(writing, half)
        await asyncio.sleep(0.05)
    os.close(writing)
    await asyncio.wait_for(task, 10)
    assert texts == ["定着\ufffd"]


def test_a_program_that_reads_from_a_closed_or_open_pipe_ends_quietly() -> None:
    program = dedent(
        """
        import asyncio, sys
        from bot.channels.terminal import TerminalChannel
        from bot.messages import AddressKey

        async def main():
            channel = TerminalChannel(AddressKey("terminal", "", "hoa"), sys.stdin, sys.stdout)
            async def on_inbound(inbound):
                print(inbound.text)
                if inbound.text == "stop":
                    task.cancel()
            task = asyncio.create_task(channel.listen(on_inbound))
            await asyncio.wait([task])

        asyncio.run(main())
        """
    )
    started = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={"PATH": os.environ["PATH"], "PYTHONUTF8": "1"},
    )
    with started:
        assert started.stdin
        assert started.stdout
        assert started.stderr
        started.stdin.write("こんにちは\nstop\n".encode())
        started.stdin.flush()  # The pipe stays open, as a terminal does.
        assert started.wait(20) == 0
        assert started.stdout.read().decode() == "> こんにちは\n\nこんにちは\n> stop\n\nstop\n"
        assert started.stderr.read() == b""


async def test_bold_and_dim_show_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    outbound = Outbound(HOA, "k", (Paragraph("Title", Style.TITLE), Paragraph("small", Style.QUIET)))
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert await shown(outbound, writer=Terminal()) == "\x1b[1mTitle\x1b[0m\n\n\x1b[2msmall\x1b[0m\n\n"
    assert await shown(outbound) == "Title\n\nsmall\n\n"
    monkeypatch.setenv("NO_COLOR", "1")
    assert await shown(outbound, writer=Terminal()) == "Title\n\nsmall\n\n"


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;a new title\x07text", "text"),
        ("\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b]52;c;c2VjcmV0\x07paste", "paste"),
        ("\x9b2Jgone", "gone"),
        ("\x1b\x1b[31m[31mnested", "[31mnested"),
        ("back\b\b\b\bspace", "backspace"),
        ("over\rwritten", "overwritten"),
        ("a\tb\x00c\x7fd", "a    bcd"),
        ("safe\u202egnp.exe", "safegnp.exe"),
        ("two\u2028lines", "two\nlines"),
        ("half \ud83d", "half ?"),
        ("[bold]not rich markup[/bold] :smile:", "[bold]not rich markup[/bold] :smile:"),
    ],
)
async def test_nothing_that_is_shown_commands_the_terminal(written: str, seen: str) -> None:
    assert (await shown(asking(written, text=written), width=60)) == f"{seen}\n\n  1) {seen}\n\n"


@given(st.text())
def test_plain_text_holds_no_control_character_but_line_breaks(text: str) -> None:
    shown = plain(text)
    assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in shown if character != "\n")
    assert plain(shown) == shown


def lines(text: str, width: int) -> list[str]:
    return list(wrap(text, width))


def test_japanese_is_two_columns_wide_and_no_line_begins_with_a_closing_mark() -> None:
    assert lines("今月は、どうでしたか。", 10) == ["今月は、ど", "うでした", "か。"]
    assert lines("会社名は「丸山」です", 10) == ["会社名は", "「丸山」で", "す"]


def test_words_stay_whole_and_only_what_is_longer_than_a_line_is_broken() -> None:
    assert lines("How settled do you feel?", 12) == ["How settled", "do you feel?"]
    assert lines("a https://example.jp/long b", 10) == ["a", "https://ex", "ample.jp/l", "ong b"]
    assert lines("Hello 田中さん", 10) == ["Hello 田中", "さん"]
    assert lines("one\n\n  two  ", 10) == ["one", "", "  two"]


def test_a_family_of_four_is_one_character() -> None:
    family = "👨‍👩‍👧‍👦"
    assert "".join(lines(family * 5, 4)) == family * 5
    assert all(line.count("👨") == line.count("👦") for line in lines(family * 5, 4))


WORDS = st.text(st.sampled_from("ab あ漢、。「」 \nñ👍🏽ကါ"), max_size=80)


@given(WORDS, st.integers(4, 30))
def test_no_line_is_too_wide_and_no_character_is_lost(text: str, width: int) -> None:
    found = lines(text, width)
    assert all(cell_len(line) <= width for line in found)
    assert "".join(found).replace(" ", "") == text.replace("\n", "").replace(" ", "")


async def test_a_message_for_somebody_else_waits_until_they_sit_here() -> None:
    channel = TerminalChannel(HOA, io.StringIO(), io.StringIO(), width=40)
    with pytest.raises(SendError) as caught:
        await channel.send(Outbound(AddressKey("terminal", "", "ken"), "k", (Paragraph("Hello"),)))
    assert caught.value.retryable
    assert not caught.value.sent_perhaps


async def test_an_output_that_knows_no_japanese_garbles_it_and_goes_on() -> None:
    raw = io.BytesIO()
    writer = io.TextIOWrapper(raw, encoding="ascii")
    channel = TerminalChannel(HOA, io.StringIO(), writer, width=40)
    await channel.send(asking(text="定着 ok"))
    assert raw.getvalue() == b"?? ok\n\n"


async def test_a_closed_keyboard_is_the_end_of_input() -> None:
    reader = io.StringIO("never read")
    channel = TerminalChannel(HOA, reader, io.StringIO(), width=40)
    reader.close()

    async def on_inbound(inbound: Inbound) -> None:
        raise AssertionError(inbound)

    await asyncio.wait_for(channel.listen(on_inbound), 10)


def test_widths_are_those_of_the_terminal_unless_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    writer = io.StringIO()
    channel = TerminalChannel(HOA, io.StringIO(), writer)
    asyncio.run(_send(channel, [asking(text="three words here and more")]))
    assert writer.getvalue() == "three words here and\nmore\n\n"


async def _send(channel: TerminalChannel, outbounds: Iterable[Outbound]) -> None:
    for outbound in outbounds:
        await channel.send(outbound)
