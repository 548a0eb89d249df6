"""What people in danger write is found, and what people write every day is not: phrasings older than the lexicon."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys import danger

FOLDER = Path(__file__).parents[1] / "phrasings"


def phrasings(name: str) -> list[str]:
    return (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_ninety_five_of_a_hundred_calls_are_found(language: str) -> None:
    said = phrasings(f"danger.{language}")
    missed = [one for one in said if not danger.topics_of(one)]

    assert len(said) == 60
    assert len(missed) <= 3, missed


@pytest.mark.parametrize("language", ["en", "ja"])
def test_at_most_two_of_a_hundred_ordinary_answers_raise_an_alarm(language: str) -> None:
    said = phrasings(f"ordinary.{language}")
    raised = [(one, topics) for one in said if (topics := danger.topics_of(one))]

    assert len(said) == 100
    assert len(raised) <= 2, raised


@pytest.mark.parametrize(
    ("said", "topic"),
    [
        ("Công ty giữ hộ chiếu của tôi", "papers"),
        ("Tôi muốn chết", "self_harm"),
        ("老板扣了我的护照", "papers"),
        ("我不想活了", "self_harm"),
        ("Saya ingin bunuh diri", "self_harm"),
        ("gaji belum dibayar 2 bulan", "unpaid"),
        ("मलाई कुट्यो", "violence"),
        ("मर्न मन लाग्छ", "self_harm"),
        ("ကုမ္ပဏီက ပတ်စပို့ကို သိမ်းထားတယ်", "papers"),
        ("သေချင်တယ်", "self_harm"),
        ("Sinuntok ako ng boss", "violence"),
        ("Gusto ko nang mamatay", "self_harm"),
    ],
)
def test_the_short_lists_of_the_other_languages_find(said: str, topic: str) -> None:
    assert topic in danger.topics_of(said)


def test_no_list_claims_to_have_been_read_by_anybody() -> None:
    assert {one.language for one in danger.lexicons()} == {"en", "ja", "vi", "zh_Hans", "id", "ne", "my", "fil"}
    assert not [one.language for one in danger.lexicons() if one.reviewed]


@pytest.mark.parametrize(
    "said",
    ["HE HIT ME!!", "he  hit\nme", "ｈｅ ｈｉｔ ｍｅ", "my pasport, boss keep it", "ぱすぽーとを　とられました。"],
)
def test_it_is_found_however_it_is_typed(said: str) -> None:
    assert danger.topics_of(said)


def test_the_end_of_a_long_sentence_is_read_as_well() -> None:
    assert "violence" in danger.topics_of("the work goes on and on " * 60 + "and then he hit me")


def test_a_denial_is_no_alarm_but_what_follows_it_is() -> None:
    assert danger.topics_of("Nobody hit me.") == ()
    assert "violence" in danger.topics_of("He did not hit me before. Today he hit me.")


@given(st.text(max_size=300))
def test_any_text_can_be_read(said: str) -> None:
    assert set(danger.topics_of(said)) <= set(danger.TOPICS)
