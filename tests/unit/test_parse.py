"""From what somebody wrote to the answer they meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.model import Choice, Labels, Message, Question
from surveys.parse import MAX_LENGTH, Parsed, Rejected, clean, parse

CHOICES = ("No, not at all", "Probably not", "I do not know yet", "Probably yes", "Yes, certainly")
STAY = Question(
    "stay",
    Message("f.stay.label", "Do you want to be working here 6 months from now?"),
    tuple(Choice(str(n), Message(f"f.want.{n}", label)) for n, label in enumerate(CHOICES, start=1)),
    scale=True,
)
WORDS = Question("words", Message("f.words.label", "Anything else?"))
LABELS = Labels(
    {
        "1": ("No, not at all", "ぜんぜん働（はたら）きたくない", "never"),
        "2": ("Probably not", "あまり働（はたら）きたくない", "no"),
        "3": ("I do not know yet", "まだわかりません", "maybe"),
        "4": ("Probably yes", "働（はたら）きたい", "yes", "good"),
        "5": ("Yes, certainly", "とても働（はたら）きたい", "of course"),
    }
)


def read(reply: str, labels: Labels = LABELS) -> str | None:
    """The choice that was understood, or None."""
    result = parse(STAY, reply, labels)
    return result.value if isinstance(result, Parsed) else None


@pytest.mark.parametrize(
    "reply",
    [
        "4",
        " 4 ",
        "４",
        "④",
        "❹",
        "४",
        "၄",
        "4️⃣",
        "四",
        "4.",
        "4!",
        "(4)",
        "#4",
        "No. 4",
        "no4",
        "Number 4",
        "4番",
        "4番目",
        "４点",
        "4点です",
        "4です",
        "第4",
        "4/5",
        "４／５",
        "4 of 5",
        "4 out of 5",
    ],
)
def test_a_number_is_understood_in_any_digits(reply):
    assert read(reply) == "4"


@pytest.mark.parametrize(
    "reply",
    [
        "4 months ago my boss hit me",
        "4/6",
        "4 out of 10",
        "4-5",
        "4, 5",
        "-4",
        "½",
        "Ⅳ",
        "a",
        "2026-04-01",
        "4 good bye",
    ],
)
def test_a_number_inside_something_else_is_no_answer(reply):
    assert parse(STAY, reply, LABELS) == Rejected("unknown")


@pytest.mark.parametrize("reply", ["0", "6", "44", "999", "十"])
def test_a_number_that_no_choice_has_is_out_of_range(reply):
    assert parse(STAY, reply, LABELS) == Rejected("out_of_range")


@pytest.mark.parametrize(
    ("reply", "choice"),
    [
        ("Probably yes", "4"),
        ("PROBABLY YES!", "4"),
        ("probably-yes", "4"),
        ("Ｐｒｏｂａｂｌｙ　ｙｅｓ", "4"),
        ("働きたい", "4"),
        ("働（はたら）きたい", "4"),
        ("「ぜんぜん働きたくない」", "1"),
        ("never", "1"),
        ("of course", "5"),
        ("Probably yes / 働（はたら）きたい", "4"),
        ("4. Probably yes", "4"),
        ("4. Probably yes / 働（はたら）きたい", "4"),
        ("4 good", "4"),
    ],
)
def test_a_label_is_understood_in_each_language(reply, choice):
    assert read(reply) == choice


VIETNAMESE = Labels({"1": ("Tệ", "đúng"), "2": ("Tốt", "dừng"), "3": ("ばか", "हो"), "4": ("はか", "हा")})


@pytest.mark.parametrize(
    ("reply", "choice"),
    [("tot", "2"), ("TỐT", "2"), ("te", "1"), ("tôt", "2"), ("đúng", "1"), ("dung", None), ("ばか", "3"), ("हा", "4")],
)
def test_who_types_without_accents_is_understood_unless_two_choices_fit(reply, choice):
    """Only of Latin letters: a voiced kana or a vowel sign makes another word."""
    assert read(reply, VIETNAMESE) == choice


def test_each_half_of_a_stacked_label_is_understood():
    stacked = Labels({"1": ("Bad / 悪い",), "2": ("Good / 良い",)})
    assert [read(reply, stacked) for reply in ("bad", "良い", "Good / 良い", "Good / 悪い")] == ["1", "2", "2", None]


def test_without_labels_the_english_source_is_understood():
    assert read("yes, certainly", Labels()) == "5"


@pytest.mark.parametrize(("reply", "choice"), [("probably y", "4"), ("ye", "5"), ("とても", "5"), ("まだ", "3")])
def test_a_beginning_that_fits_one_choice_is_enough(reply, choice):
    without_words = Labels({name: sayings[:2] for name, sayings in LABELS.of.items()})
    assert read(reply, without_words) == choice


@pytest.mark.parametrize("reply", ["prob", "PROBABLY"])
def test_a_beginning_that_fits_several_choices_is_ambiguous(reply):
    assert parse(STAY, reply, LABELS) == Rejected("ambiguous")


def test_the_same_words_for_two_choices_are_ambiguous():
    assert parse(STAY, "fine", Labels({"1": ("fine",), "2": ("fine",)})) == Rejected("ambiguous")


def test_one_letter_is_too_little():
    assert parse(STAY, "y", LABELS) == Rejected("unknown")


def test_a_fact_that_opens_an_alert_needs_whole_words():
    reasons = (
        Choice("offer", Message("f.why.offer", "I have another job offer"), signal="offer"),
        Choice("pay", Message("f.why.pay", "The pay")),
    )
    why = Question("stay_why", Message("f.stay_why.label", "Why?"), reasons)
    assert parse(why, "I have", Labels()) == Rejected("unknown")
    assert parse(why, "the p", Labels()) == Parsed("pay")
    assert parse(why, "i have another job offer.", Labels()) == Parsed("offer")


@pytest.mark.parametrize(
    "reply",
    ["not good", "good 👎", "no good", "yes but only if pay goes up", "Probably yes / never", "👍", "???", "9 good"],
)
def test_a_choice_is_never_found_inside_a_reply(reply):
    assert read(reply) is None


@pytest.mark.parametrize("reply", ["", "  \n\t ", "\u200b", "\u2060\ufe0f", "\x00\x07"])
def test_a_reply_without_anything_visible_is_empty(reply):
    assert parse(STAY, reply, LABELS) == Rejected("empty")
    assert parse(WORDS, reply, Labels()) == Rejected("empty")


def test_words_are_kept_as_they_are():
    words = "मलाई सन्चो छ 👨‍👩‍👧\n\u200fשלום\u200f ကောင်းပါတယ်"
    assert parse(WORDS, f" {words}\r\n", Labels()) == Parsed(words)


def test_what_would_hurt_a_screen_is_taken_out():
    assert clean("a\x00b\x1b[31mc\td\r\ne\rf") == ("ab[31mc d\ne\nf", False)
    assert clean("half a pair: \ud83d") == ("half a pair: \ufffd", False)


def test_very_long_words_are_cut_and_it_is_said():
    assert parse(WORDS, "長" * MAX_LENGTH, Labels()) == Parsed("長" * MAX_LENGTH)
    assert parse(WORDS, "長" * (MAX_LENGTH + 1), Labels()) == Parsed("長" * MAX_LENGTH, cut=True)


ANYTHING = st.text(st.characters(exclude_categories=[]), max_size=80)


@given(ANYTHING)
def test_whatever_is_written_there_is_a_choice_or_a_reason(reply):
    match parse(STAY, reply, LABELS):
        case Parsed(value):
            assert STAY.choice(value) is not None
        case Rejected(reason):
            assert reason in {"empty", "unknown", "ambiguous", "out_of_range"}


@given(ANYTHING)
def test_kept_words_can_be_stored_and_read_again(reply):
    words, cut = clean(reply)
    assert words.encode("utf-8").decode("utf-8") == words
    assert clean(words) == (words, cut)


@given(st.sampled_from(["good", "Probably yes", "never", "4"]), st.text("abcdefgh ", min_size=3))
def test_more_words_around_a_label_never_count_as_the_label(label, more):
    reply = f"{more.strip() or 'abc'} {label} {more.strip() or 'abc'}"
    assert read(reply) is None
