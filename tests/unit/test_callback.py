"""The wire form of a button: small, ASCII, and read for ever."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.callback import KINDS, MAX_BYTES, decode, encode
from bot.messages import Payload

PRINTABLE = string.ascii_letters + string.digits + string.punctuation
ROWS = st.integers(0, 2**63 - 1)


@given(st.sampled_from(sorted(KINDS)), ROWS, st.integers(0, 10**6), st.text(PRINTABLE, min_size=1, max_size=38))
def test_what_was_encoded_is_decoded_again(kind: str, subject: int, turn: int, choice: str) -> None:
    payload = Payload(kind, subject, turn, choice)
    wire = encode(payload)
    assert decode(wire) == payload
    assert len(wire.encode("ascii")) <= MAX_BYTES == 64


@given(st.text() | st.from_regex(r"v1:[a-z]:[0-9a-z]*:[0-9a-z]*:.*"))
def test_anything_else_is_nothing_and_never_an_error(text: str) -> None:
    payload = decode(text)
    assert payload is None or decode(encode(payload)) == payload


@pytest.mark.parametrize(
    ("wire", "payload"),
    [
        ("v1:q:2s:3:4", Payload("question", 100, 3, "4")),
        ("v1:o:1:0:later", Payload("opening", 1, 0, "later")),
        ("v1:c:zz:1:agree", Payload("consent", 1295, 1, "agree")),
        ("v1:s:a:0:hour.noon", Payload("setting", 10, 0, "hour.noon")),
        ("v1:a:1y2p0ij32e8e7:0:acknowledge", Payload("alert", 2**63 - 1, 0, "acknowledge")),
        ("v1:d:0:0:open", Payload("digest", 0, 0, "open")),
        ("v1:f:10:0:call:2026-04-01", Payload("follow_up", 36, 0, "call:2026-04-01")),
        ("v1:m:1:0:help", Payload("menu", 1, 0, "help")),
    ],
)
def test_a_button_of_version_1_is_read_for_ever(wire: str, payload: Payload) -> None:
    assert decode(wire) == payload
    assert encode(payload) == wire


def test_no_letter_stands_for_two_kinds() -> None:
    assert len(set(KINDS.values())) == len(KINDS)


@pytest.mark.parametrize(
    "wire",
    [
        "",
        "v1",
        "v2:q:1:1:a",
        "v1:x:1:1:a",  # a letter that no kind has
        "v1:q:1:1:",
        "v1:q::1:a",
        "v1:q:-1:1:a",
        "v1:q:1_0:1:a",  # which Python would read as a number
        "v1:q:1 :1:a",
        "v1:q:１:1:a",
        "v1:q:1:1:はい",
        "v1:q:1:1:a\n",
        "v1:q:1:1:a b",
        "v1:q:1y2p0ij32e8e8:1:a",  # one more than a row's number can be
        "v1:q:1:1:" + "a" * 60,
    ],
)
def test_a_text_that_no_version_wrote_is_nothing(wire: str) -> None:
    assert decode(wire) is None


@pytest.mark.parametrize(
    "payload",
    [
        Payload("question", 1, 1, ""),
        Payload("question", 1, 1, "はい"),
        Payload("question", 1, 1, "two words"),
        Payload("question", 1, 1, "a" * 60),
        Payload("question", -1, 1, "a"),
        Payload("question", 1, 2**63, "a"),
        Payload("riddle", 1, 1, "a"),
    ],
)
def test_what_does_not_fit_is_told_before_it_is_sent(payload: Payload) -> None:
    with pytest.raises(ValueError, match=r"unknown kind|no row|does not fit"):
        encode(payload)
