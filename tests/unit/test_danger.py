"""What people in danger write is found, and what people write every day is not: phrasings older than the lexicon."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.catalog import SHIPPED, translate
from surveys import danger
from surveys.loader import load_bank

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


def test_a_set_that_the_lists_never_learned_from_is_found_as_well() -> None:
    """Written by somebody who had read none of the lists, and counted once they were done. Never mend a list from it."""
    said = [one for language in ("en", "ja") for one in phrasings(f"danger_apart.{language}")]
    ordinary = [one for language in ("en", "ja") for one in phrasings(f"ordinary_apart.{language}")]
    assert (len(said), len(ordinary)) == (60, 100)
    assert sum(bool(danger.topics_of(one)) for one in said) >= 57
    assert sum(bool(danger.topics_of(one)) for one in ordinary) <= 2


def test_a_last_set_of_plain_calls_is_found_that_was_counted_once() -> None:
    """Written by somebody who knew the lists, when these were done, and counted without a look at what was missed. Never mend
    a list from it."""
    said = [one for language in ("en", "ja") for one in phrasings(f"danger_unseen.{language}")]
    ordinary = [one for language in ("en", "ja") for one in phrasings(f"ordinary_unseen.{language}")]
    assert (len(said), len(ordinary)) == (60, 100)
    assert sum(bool(danger.topics_of(one)) for one in said) >= 57
    assert sum(bool(danger.topics_of(one)) for one in ordinary) <= 2


@pytest.mark.parametrize("language", ["en", "ja"])
def test_what_was_written_later_and_missed_at_first_is_found_now(language: str) -> None:
    """Four more sets; docs/privacy.md tells what was found of each before the lists learned from it."""
    said, ordinary = phrasings(f"danger_later.{language}"), phrasings(f"ordinary_later.{language}")
    missed = [one for one in said if not danger.topics_of(one)]
    raised = [(one, topics) for one in ordinary if (topics := danger.topics_of(one))]

    assert (len(said), len(ordinary)) == (120, 200)
    assert len(missed) <= 6, missed
    assert len(raised) <= 4, raised


@pytest.mark.parametrize("language", ["en", "ja"])
def test_what_learners_type_is_found_whatever_the_order_of_the_words(language: str) -> None:
    """Four more sets, of twelve kinds of danger; docs/privacy.md tells what was found of each while it was new."""
    said, ordinary = phrasings(f"danger_learners.{language}"), phrasings(f"ordinary_learners.{language}")
    missed = [one for one in said if not danger.topics_of(one)]
    raised = [(one, topics) for one in ordinary if (topics := danger.topics_of(one))]

    assert (len(said), len(ordinary)) > (200, 300)
    assert len(missed) <= len(said) * 0.05, missed
    assert len(raised) <= len(ordinary) * 0.02, raised


@pytest.mark.parametrize("language", ["en", "ja"])
def test_what_is_told_indirectly_is_found_and_what_only_sounds_like_it_is_not(language: str) -> None:
    """Six more sets, by hires and managers; the ordinary ones hold the words of danger on purpose. docs/privacy.md tells what
    was found of each while it was new."""
    said, ordinary = phrasings(f"danger_indirect.{language}"), phrasings(f"ordinary_indirect.{language}")
    missed = [one for one in said if not danger.topics_of(one)]
    raised = [(one, topics) for one in ordinary if (topics := danger.topics_of(one))]

    assert (len(said), len(ordinary)) > (390, 620)
    assert len(missed) <= len(said) * 0.05, missed
    assert len(raised) <= len(ordinary) * 0.02, raised


@pytest.mark.parametrize(
    ("said", "topic"),
    [
        ("They don't let me see a doctor", "care"),
        ("病院に行かせてもらえません", "care"),
        ("công ty không cho tôi đi bệnh viện", "care"),
        ("公司不让我去医院", "care"),
        ("Hindi ako pinayagan pumunta sa ospital", "care"),
        ("tidak boleh ke dokter", "care"),
        ("अस्पताल जान दिएन", "care"),
    ],
)
def test_a_refused_doctor_has_a_name_of_its_own(said: str, topic: str) -> None:
    assert topic in danger.topics_of(said)
    assert "forced" not in danger.topics_of(said)


@pytest.mark.parametrize(
    "said",
    [
        "In my previous company the boss hit people, here it is fine",
        "I saw a movie about a man who was kidnapped",
        "There was a training about sexual harassment",
        "前の会社では殴られたけど、今は大丈夫です",
        "映画で人が殺される場面がこわかった",
    ],
)
def test_a_film_a_lesson_or_a_job_of_the_past_is_no_alarm(said: str) -> None:
    assert danger.topics_of(said) == ()


@pytest.mark.parametrize(
    "said",
    [
        "In my previous company the boss hit me and here it is the same",
        "I read on youtube that it is illegal, but my company keeps my passport",
        "After the movie I wanted to die",
        "前の会社では殴られた。今の会社でも殴られます",
    ],
)
def test_what_follows_a_film_or_a_job_of_the_past_is_one(said: str) -> None:
    assert danger.topics_of(said)


@pytest.mark.parametrize("language", ["vi", "zh_Hans", "id", "ne", "my", "fil"])
def test_the_lists_that_nobody_has_read_find_what_was_written_with_them(language: str) -> None:
    said, ordinary = phrasings(f"danger.{language}"), phrasings(f"ordinary.{language}")
    missed = [one for one in said if not danger.topics_of(one)]
    raised = [(one, topics) for one in ordinary if (topics := danger.topics_of(one))]

    assert (len(said), len(ordinary)) == (36, 36)
    assert len(missed) <= 1, missed
    assert len(raised) <= 1, raised


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
        ("cong ty giu ho chieu cua toi", "papers"),
        ("toi bi sep danh", "violence"),
        ("老 板 打 我", "violence"),
        ("talab dieko xaina", "unpaid"),
        ("malai kutyo", "violence"),
        ("သေ ချင် တယ်", "self_harm"),
        ("la sar ma ya thay bu", "unpaid"),
    ],
)
def test_the_short_lists_of_the_other_languages_find(said: str, topic: str) -> None:
    assert topic in danger.topics_of(said)


def test_no_list_claims_to_have_been_read_by_anybody() -> None:
    assert {one.language for one in danger.lexicons()} == {"en", "ja", "vi", "zh_Hans", "id", "ne", "my", "fil"}
    assert not [one.language for one in danger.lexicons() if one.reviewed]


@pytest.mark.parametrize(
    "said",
    [
        "HE HIT ME!!",
        "he  hit\nme",
        "ｈｅ ｈｉｔ ｍｅ",
        "he hiiiit me",
        "my bosssss took my passport",
        "my pasport, boss keep it",
        "ぱすぽーとを　とられました。",
    ],
)
def test_it_is_found_however_it_is_typed(said: str) -> None:
    assert danger.topics_of(said)


def test_the_end_of_a_long_sentence_is_read_as_well() -> None:
    assert "violence" in danger.topics_of("the work goes on and on " * 60 + "and then he hit me")


@pytest.mark.parametrize(
    "said", ["met muon chet", "cong viec nang hon toi nghi", "thank you so much, see them soon", "bi, em, toi"]
)
def test_words_without_accents_are_no_alarm_by_chance(said: str) -> None:
    assert danger.topics_of(said) == ()


@pytest.mark.parametrize("locale", SHIPPED["hire"])
def test_the_words_of_the_surveys_are_no_alarm_in_any_language(locale: str) -> None:
    """Each list reads every language, so that words of one must not look like danger in another."""
    labels = {
        one.label.id: one.label
        for survey in load_bank().values()
        for asked in survey.questions
        for one in asked.choices
    }
    raised = {id_ for id_, label in labels.items() if danger.topics_of(translate(label, locale, "hire"))}
    assert {id_ for id_ in raised if ".safe." not in id_} <= {"hire_monthly.hours_reasons.unpaid"}


def test_a_denial_is_no_alarm_but_what_follows_it_is() -> None:
    assert danger.topics_of("Nobody hit me.") == ()
    assert "violence" in danger.topics_of("He did not hit me before. Today he hit me.")


@given(st.text(max_size=300))
def test_any_text_can_be_read(said: str) -> None:
    assert set(danger.topics_of(said)) <= set(danger.TOPICS)
