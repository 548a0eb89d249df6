"""Reading survey files: what is right becomes a Survey, and everything that is wrong is told at once, with its line."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.loader import DRIVERS, SurveyError, load, load_bank, messages
from surveys.model import Choice, Message, Question, Respondent, Survey
from surveys.relevance import parse
from surveys.source import MAX_CHARACTERS

GOOD = """\
settings:
  form_id: pulse
  version: 3
  title: A short check-in
  respondent: hire
  default_language: en
  max_questions: 4
  max_follow_ups: 1

survey:
  - {type: hidden, name: month}
  - type: select_one mood
    name: overall
    label: How was this month?
    hint: "%(hire)s, take your time."
    driver: overall
    scale: yes
  - type: select_one reasons
    name: overall_why
    label: What was hard?
    follow_up_of: overall
    relevant: ${overall} <= 2
  - type: text
    name: words
    label: Anything else?
    relevant: ${month} > 1
    visibility: consultant

choices:
  mood:
    - {name: 1, label: Bad, words: "awful, terrible"}
    - {name: 2, label: Not so good}
    - {name: 3, label: So-so}
    - {name: 4, label: Good}
  reasons:
    - {name: pay, label: Pay}
    - {name: no, label: No time}
    - {name: offer, label: I have another offer, signal: offer}
    - {name: other, label: Something else}
"""


def faults_of(text: str) -> list[tuple[str, int]]:
    with pytest.raises(SurveyError) as refusal:
        load(text, "pulse.yaml")
    return [(fault.code, fault.line) for fault in refusal.value.faults]


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new, 1)


def test_a_good_file_becomes_a_survey():
    mood = tuple(
        Choice(str(n), Message(f"pulse.mood.{n}", label), words)
        for n, label, words in [
            (1, "Bad", Message("pulse.mood.1.words", "awful, terrible")),
            (2, "Not so good", None),
            (3, "So-so", None),
            (4, "Good", None),
        ]
    )
    reasons = (
        Choice("pay", Message("pulse.reasons.pay", "Pay")),
        Choice("no", Message("pulse.reasons.no", "No time")),
        Choice("offer", Message("pulse.reasons.offer", "I have another offer"), signal="offer"),
        Choice("other", Message("pulse.reasons.other", "Something else")),
    )
    assert load(GOOD, "pulse.yaml") == Survey(
        form_id="pulse",
        version=3,
        respondent=Respondent.HIRE,
        title=Message("pulse.title", "A short check-in"),
        questions=(
            Question(
                "overall",
                Message("pulse.overall.label", "How was this month?"),
                mood,
                hint=Message("pulse.overall.hint", "%(hire)s, take your time."),
                scale=True,
                driver="overall",
            ),
            Question(
                "overall_why",
                Message("pulse.overall_why.label", "What was hard?"),
                reasons,
                relevant=parse("${overall} <= 2"),
                follow_up_of="overall",
            ),
            Question("words", Message("pulse.words.label", "Anything else?"), relevant=parse("${month} > 1")),
        ),
        max_questions=4,
        max_follow_ups=1,
        hidden=("month",),
    )


def test_every_sentence_is_given_to_the_translators_once():
    found = [message.id for message in messages(load(GOOD, "pulse.yaml"))]
    assert found[:5] == [
        "pulse.title",
        "pulse.overall.label",
        "pulse.overall.hint",
        "pulse.mood.1",
        "pulse.mood.1.words",
    ]
    assert len(found) == len(set(found)) == 14


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("{name: 3, label: So-so}", "{name: 5, label: So-so}", "scale_gap", 12),
        ("name: overall_why", "name: overall", "duplicate_name", 19),
        ("name: month}", "name: words}", "duplicate_name", 24),
        ("{name: pay,", "{name: other,", "duplicate_name", 39),
        ("driver: overall", "driver: overal", "unknown_driver", 16),
        ("driver: overall", "driver: nationality", "unknown_driver", 16),
        ("signal: offer", "signal: ofer", "unknown_signal", 38),
        ("respondent: hire", "respondent: boss", "unknown_respondent", 5),
        ("visibility: consultant", "visibility: company", "unknown_visibility", 27),
        ("${month} > 1", "${mnth} > 1", "unknown_reference", 23),
        ("    scale: yes", "    scale: yes\n    relevant: ${words} = ''", "later_reference", 12),
        ("    scale: yes", "    scale: yes\n    relevant: ${overall} = 1", "later_reference", 12),
        ("${month} > 1", "${month} >", "bad_relevant", 26),
        ("type: text", "type: note", "unknown_type", 23),
        ("type: text", "type:", "unknown_type", 23),
        ("select_one reasons", "select_one reason", "unknown_list", 18),
        ("type: text", "type: text\n    scale: yes", "scale_without_choices", 23),
        ("label: Bad,", "label: '  ',", "empty_label", 31),
        ("label: Anything else?", "label:", "empty_label", 25),
        ("label: Anything else?", "labl: Anything else?", "missing_key", 23),
        ("  default_language: en\n", "", "missing_default_language", 2),
        ("default_language: en", "default_language: ja", "unsupported_language", 6),
        ("version: 3", "version: three", "bad_number", 3),
        ("version: 3", "version: 0", "bad_number", 3),
        ("max_follow_ups: 1", "max_follow_ups: -1", "bad_number", 8),
        ("scale: yes", "scale: perhaps", "bad_flag", 17),
        ("form_id: pulse", "form_id: My pulse", "bad_name", 2),
        ("name: words", "name: words.note", "bad_name", 24),
        ("{name: pay,", "{name: label,", "reserved_name", 36),
        ("hint:", "hnt:", "unknown_key", 15),
        ("hidden, name: month", "hidden, name: month, label: x", "unknown_key", 11),
        ("survey:", "questions: []\nsurvey:", "unknown_key", 10),
        ("%(hire)s, take", "%(hier)s, take", "unknown_placeholder", 15),
        ("How was this month?", "Was it 100 % good?", "unknown_placeholder", 14),
        ("version: 3", "version: 3\n  version: 4", "duplicate_key", 4),
        ("version: 3", "version: [3]", "wrong_type", 3),
        ("version: 3", "? [a, b]\n  : 3", "wrong_type", 3),
        ("{type: hidden, name: month}", "month", "wrong_type", 11),
        ("scale: yes", "scale: {a: b}", "wrong_type", 17),
        ("relevant: ${month} > 1", "relevant: [x]", "wrong_type", 26),
        ("    relevant: ${overall} <= 2\n", "", "follow_up_always", 18),
        ("${overall} <= 2", "${overall} <= 4", "follow_up_always", 18),
        ("${overall} <= 2", "${overall} = 1", "follow_up_missing", 12),
        ("${overall} <= 2", "${overall} <= 2 and ${month} > 3", "follow_up_missing", 12),
        ("follow_up_of: overall", "follow_up: yes", "follow_up_missing", 12),
        ("follow_up_of: overall", "follow_up_of: words", "later_reference", 18),
        ("follow_up_of: overall", "follow_up_of: overal", "unknown_reference", 18),
        ("    - {name: pay, label: Pay}\n", "", "follow_up_reasons", 18),
        ("{name: other,", "{name: rest,", "follow_up_other", 18),
        ("    scale: yes\n", "", "follow_up_without_scale", 17),
    ],
)
def test_a_fault_is_told_with_its_line(old, new, code, line):
    assert (code, line) in faults_of(changed(old, new))


def test_all_faults_come_at_once_in_the_order_of_the_file():
    text = (
        changed("driver: overall", "driver: mood").replace("version: 3", "version: x").replace("words\n", "2 words\n")
    )
    assert faults_of(text) == [("bad_number", 3), ("unknown_driver", 16), ("bad_name", 24)]


def test_an_unknown_word_is_answered_with_the_nearest_known_one():
    with pytest.raises(SurveyError, match=r"pulse.yaml:15 unknown_key; pulse.yaml:16 unknown_driver") as refusal:
        load(changed("hint:", "hnt:").replace("driver: overall", "driver: overal"), "pulse.yaml")
    assert [dict(fault.values) for fault in refusal.value.faults] == [
        {"key": "hnt", "nearest": "hint"},
        {"value": "overal", "nearest": "overall"},
    ]


def test_a_follow_up_stands_right_after_its_question():
    question = "  - {type: text, name: between, label: And}\n  - type: select_one reasons"
    assert faults_of(changed("  - type: select_one reasons", question)) == [("follow_up_place", 19)]


def test_two_follow_ups_of_one_question_may_stand_together():
    second = (
        "  - {type: select_one reasons, name: second, label: And, follow_up_of: overall, relevant: '${overall} = 1'}\n"
    )
    assert len(load(changed("  - type: text", second + "  - type: text"), "pulse.yaml").questions) == 4


def test_a_list_without_choices_is_refused():
    cut = GOOD[: GOOD.index("    - {name: pay")].replace("  reasons:\n", "  reasons: []\n")
    assert ("empty_list", 18) in faults_of(cut)


@pytest.mark.parametrize("text", ["", "# nothing\n", "{}"])
def test_an_empty_file_says_what_is_missing(text):
    assert {code for code, _ in faults_of(text)} == {"missing_key", "missing_default_language"}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[1, 2]", ("wrong_type", 1)),
        ("just words", ("wrong_type", 1)),
        ("settings: [1]\nsurvey: {}\nchoices: x", ("wrong_type", 2)),
        ("settings:\n  a: 'open", ("not_yaml", 2)),
        ("a: 1\n---\nb: 2", ("not_yaml", 2)),
        ("a: b\n\n\x00", ("not_yaml", 3)),
        ("a: \ud800", ("not_yaml", 1)),
        ("a: !!python/object/apply:os.system ['x']", ("unknown_key", 1)),
        ("a: &a [x]\nb: *a", ("alias", 2)),
        ("a: &a [*a]", ("alias", 1)),
        ("[" * 5000, ("too_deep", 1)),
        ("a: " + "{a: " * 5000, ("too_deep", 1)),
        ("x" * (MAX_CHARACTERS + 1), ("too_long", 1)),
    ],
)
def test_a_hostile_file_is_refused_like_any_other(text, fault):
    assert fault in faults_of(text)


@given(st.text(alphabet="ab:-[]{}&*!#'\"|>%@$ \n\t", max_size=60))
def test_no_text_at_all_breaks_the_loader(text):
    assert faults_of(text)


@given(st.data())
def test_no_damaged_file_breaks_the_loader(data):
    start = data.draw(st.integers(0, len(GOOD)))
    end = data.draw(st.integers(start, min(len(GOOD), start + 40)))
    damaged = GOOD[:start] + data.draw(st.text(max_size=5)) + GOOD[end:]
    lines = [0]
    try:
        load(damaged, "pulse.yaml")
    except SurveyError as refusal:
        lines = [fault.line for fault in refusal.faults]
    assert 0 <= lines[0] <= lines[-1] <= len(damaged.splitlines()) + 1


# The shipped surveys.


def test_the_bank_holds_the_three_surveys():
    bank = load_bank()
    assert {name: (survey.max_questions, survey.max_follow_ups) for name, survey in bank.items()} == {
        "hire_first_week": (7, 2),
        "hire_monthly": (9, 2),
        "manager_monthly": (4, 1),
    }
    assert [survey.respondent for survey in bank.values()] == [Respondent.HIRE, Respondent.HIRE, Respondent.MANAGER]


@pytest.mark.parametrize("survey", load_bank().values(), ids=lambda survey: survey.form_id)
class TestShipped:
    def test_every_buttons_words_leave_room_for_a_second_language(self, survey):
        labels = {choice.label.text for question in survey.questions for choice in question.choices}
        assert [label for label in labels if len(label) > 24] == []

    def test_a_monthly_intention_is_always_asked(self, survey):
        assert [q.relevant for q in survey.questions if q.driver == "intention"] == [None]

    def test_scales_of_a_month_have_five_points(self, survey):
        points = {len(q.choices) for q in survey.questions if q.scale and q.driver != "change"}
        assert points == {5}

    def test_nobody_is_asked_about_what_must_never_be_an_input(self, survey):
        forbidden = r"nationalit|religio|\bsex\b|gender|\bage\b|pregnan|health|union|family|married"
        assert [m for m in messages(survey) if re.search(forbidden, m.text, re.IGNORECASE)] == []

    def test_only_words_are_free_and_they_come_last(self, survey):
        assert all(not question.is_text for question in survey.questions[:-1])

    def test_facts_are_stated_in_the_reasons_for_leaving_only(self, survey):
        signals = {q.driver or q.follow_up_of for q in survey.questions for c in q.choices if c.signal}
        assert signals == {"keep" if survey.respondent is Respondent.MANAGER else "stay"}


def test_no_driver_is_about_what_a_person_is():
    drivers = {"intention", "overall", "growth", "pay", "recognition", "supervisor", "stress", "clarity", "promise"}
    assert drivers | {"peer", "workload", "hours", "language", "life", "change"} == DRIVERS


def test_a_question_that_a_survey_does_not_have_is_a_key_error():
    with pytest.raises(KeyError, match="mood"):
        load(GOOD, "pulse.yaml").question("mood")
