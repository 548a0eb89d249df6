"""Reading survey files: what is right becomes a Survey, and everything that is wrong is told at once, with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.occasions import triggers
from scheduler.workdays import add_months
from surveys import wording
from surveys.conversation import Chose, Said, Skip, next_question, resume, start
from surveys.loader import DRIVERS, SurveyError, load, load_bank, messages, ssw_items
from surveys.model import Choice, Message, Question, Respondent, Survey
from surveys.relevance import holds, parse
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
        ("type: text", "type: begin_group", "unknown_type", 23),
        ("label: Anything else?", 'label: "Any\\u202ething?"', "bad_character", 25),
        ("label: Anything else?", 'label: "Any\\0thing?"', "bad_character", 25),
        ("label: Anything else?", 'label: "Any\\ud800thing?"', "bad_character", 25),
        ("label: Anything else?", 'label: "\\u200b"', "empty_label", 25),
        ("label: Anything else?", "label: Anything?\n    label::en: What?", "duplicate_key", 26),
        ("label: Anything else?", "label: A?\n    label::ja: 他\n    label::日本語 (ja): 別", "duplicate_key", 27),
        ("label: Anything else?", "label: A?\n    required: yes", "unused_column", 26),
        ("label: Pay", "label: '%(hire)s'", "placeholder_place", 36),
        ("title: A short", "title: '%(hire)s'\n# short", "placeholder_place", 4),
        ("{name: pay,", "{name: " + "a" * 31 + ",", "long_name", 36),
        ("name: words", "name: " + "a" * 61, "long_name", 24),
        ("label: No time", "label: pay", "same_label", 36),
        ("signal: offer", "signal: notice", "signal_of_other", 18),
        ("scale: yes", "scale: yes\n    mirrors: stay", "mirror_by_hire", 12),
        (
            "    - {name: other",
            "".join(f"    - {{name: n{n}, label: L{n}}}\n" for n in range(20)) + "    - {name: other",
            "too_many_choices",
            36,
        ),
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
        ("max_questions: 4", "max_questions: 11", "too_many", 7),
        ("max_questions: 4", "max_questions: 4\n  after_start: 3w", "bad_offset", 8),
        ("label: Anything else?", "label: Anything else?\n    label::ja: 他に", "missing_translation", 14),
        ("hint:", "hint::ja: ゆっくりどうぞ\n    hint:", "other_placeholders", 15),
        ("label: Anything else?", "label: Anything else?\n    label::xx: 他に", "unknown_language", 26),
        ("label: Anything else?", "label: Anything else?\n    driver::ja: 他に", "unknown_key", 26),
        ("label: No time", "label: " + "No time at all " * 5, "long_label", 37),
        ("How was this month?", "How " * 130, "long_text", 12),
        ("How was this month?", "How is your health?", "private_matter", 12),
        ("label: How was", "label: 健康はどうですか How was", "private_matter", 12),
        ("How was this month?", "Bạn theo tôn giáo nào?", "private_matter", 12),
        ("How was this month?", "तपाईंको उमेर कति हो?", "private_matter", 12),
        ("How was this month?", "Which country are you from?", "private_matter", 12),
        ("How was this month?", "Do you take medicine?", "private_matter", 12),
        ("How was this month?", "Are you planning to have a baby?", "private_matter", 12),
        ("label: How was", "label: 体の調子はどうですか How was", "private_matter", 12),
        ("form_id: pulse", "form_id: My pulse", "bad_name", 2),
        ("name: words", "name: words.note", "bad_name", 24),
        ("{name: pay,", "{name: label,", "reserved_name", 36),
        ("{name: pay,", "{name: words,", "reserved_name", 36),
        ("hint:", "hnt:", "unknown_key", 15),
        ("hidden, name: month", "hidden, name: month, label: x", "unknown_key", 11),
        ("survey:", "questions: []\nsurvey:", "unknown_key", 10),
        ("%(hire)s, take", "%(hier)s, take", "unknown_placeholder", 15),
        ("How was this month?", "Was it 100 % good?", "unknown_placeholder", 14),
        ("%(hire)s, take", "${hire}, take", "unknown_placeholder", 15),
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


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n"])
def test_an_empty_file_is_told_in_one_sentence(text):
    assert faults_of(text) == [("empty_file", 1)]


def test_where_a_section_is_missing_nothing_else_is_told():
    assert faults_of("{}") == [("missing_key", 1), ("missing_key", 1)]
    assert faults_of(GOOD[: GOOD.index("survey:")] + "survey: []\n") == [("no_questions", 10)]
    assert faults_of(GOOD.replace("  form_id", "\tform_id")) == [("tab", 2)]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[1, 2]", ("wrong_type", 1)),
        ("just words", ("wrong_type", 1)),
        ("settings: [1]\nsurvey: {}\nchoices: x", ("wrong_type", 2)),
        ("settings:\n  a: 'open", ("not_yaml", 2)),
        ("a: 1\n---\nb: 2", ("not_yaml", 2)),
        ("a: b\n\n\x00", ("bad_character", 3)),
        ("a: \ud800", ("bad_character", 1)),
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


HIRE_DRIVERS = {"promise", "pay", "peer", "growth", "language", "life", "clarity", "hours", "recognition"}
"""What takes turns in the months, beside staying, the work as a whole and the boss (domain research, section 1.2)."""

MOST_MESSAGES, MOST_SECONDS = 12, 120
SECONDS_A_WORD, SECONDS_A_TAP = 0.3, 2.0
"""A slow reader in a foreign language (200 words a minute) who reads every label, and the tap itself."""


def test_the_bank_holds_seven_surveys():
    bank = load_bank()
    assert {name: (survey.max_questions, survey.max_follow_ups) for name, survey in bank.items()} == {
        "hire_exit": (6, 0),
        "hire_first_week": (7, 2),
        "hire_monthly": (10, 2),
        "hire_renewal": (6, 1),
        "manager_exit": (5, 0),
        "manager_monthly": (8, 1),
        "manager_renewal": (5, 1),
    }
    assert all(survey.respondent == name.split("_")[0] for name, survey in bank.items())


@pytest.mark.parametrize("survey", load_bank().values(), ids=lambda survey: survey.form_id)
class TestShipped:
    def test_every_buttons_words_leave_room_for_a_second_language(self, survey):
        labels = {choice.label.text for question in survey.questions for choice in question.choices}
        assert [label for label in labels if len(label) > 24] == []

    def test_scales_of_a_month_have_five_points(self, survey):
        points = {len(q.choices) for q in survey.questions if q.scale and q.driver != "change"}
        assert points <= {5}

    def test_nobody_is_asked_about_what_must_never_be_an_input(self, survey):
        forbidden = r"nationalit|religio|\bsex\b|gender|\bage\b|pregnan|health|union|family|married"
        assert [m for m in messages(survey) if re.search(forbidden, m.text, re.IGNORECASE)] == []

    def test_only_words_are_free_and_they_come_last(self, survey):
        assert all(not question.is_text for question in survey.questions[:-1])

    def test_nothing_that_somebody_asks_help_with_is_scored(self, survey):
        told = [q for q in survey.questions if {c.signal for c in q.choices} & {"safety", "help"}]
        assert [q.name for q in told if q.driver or q.scale] == []

    def test_no_chat_is_called_an_interview(self, survey):
        said = [m.text for m in messages(survey) if re.search(r"interview|面談", m.text, re.IGNORECASE)]
        # Somebody may say that they were in one elsewhere.
        assert set(said) <= {"I have had interviews", "interview, interviews"}

    def test_what_it_prepares_of_an_interview_is_an_item_of_the_forms(self, survey):
        assert {item for q in survey.questions for item in q.ssw_items} <= set(ssw_items())

    @settings(max_examples=25)
    @given(data=st.data())
    def test_no_way_through_is_longer_than_twelve_messages_and_two_minutes(self, survey, data):
        """Any answers at all, refusals among them; the opening stands before the questions, the thanks after them."""
        context = data.draw(st.sampled_from(list(contexts(survey))))
        asked, conversation = [], start(survey, context=context).conversation
        while (question := next_question(conversation)) is not None:
            asked.append(question)
            ways = [Skip(conversation.turn), *(Chose(conversation.turn, one.name) for one in question.choices)]
            said = Said("a few words") if question.is_text else data.draw(st.sampled_from(ways))
            conversation = resume(conversation, said).conversation
        assert 1 + len(asked) + 1 <= MOST_MESSAGES
        assert sum(map(seconds, asked)) <= MOST_SECONDS

    def test_every_driver_has_four_to_six_closed_reasons(self, survey):
        for question in survey.questions:
            if question.driver and question.scale and question.driver != "change":
                reasons = [one for one in survey.questions if one.follow_up_of == question.name]
                assert [4 <= len(one.choices) <= 6 for one in reasons] == [True]

    def test_its_wording_is_registered(self, survey):
        """`python -m surveys.register` registers a new version; an old one is never changed."""
        assert wording.shipped()[survey.form_id, survey.version] == wording.of_survey(survey)

    def test_the_longest_way_through_is_twelve_messages_and_two_minutes(self, survey):
        for context in contexts(survey):
            asked = longest(survey, context)
            messages_sent = 1 + len(asked) + 1  # The opening before them, the thanks after them.
            assert messages_sent <= MOST_MESSAGES, (context, [question.name for question in asked])
            assert sum(map(seconds, asked)) <= MOST_SECONDS, context


def contexts(survey: Survey) -> Iterator[dict[str, str | int]]:
    """Everything that a conversation of this survey can begin with."""
    if not survey.form_id.endswith("_monthly"):
        yield from ({"ends": ends, "month": 0, "promised_topic": ""} for ends in ("contract", "status"))
        return
    for occasions, months in MONTHS_OF.items():
        for month in months:
            for promise in ("", "pay"):
                yield {"month": month, "promised_topic": promise, "occasions": occasions}


def longest(survey: Survey, context: Mapping[str, str | int]) -> list[Question]:
    """The questions of somebody who gives the lowest answer to everything."""
    asked, conversation = [], start(survey, context=context).conversation
    while (question := next_question(conversation)) is not None:
        asked.append(question)
        said = Said("a few words") if question.is_text else Chose(conversation.turn, question.choices[0].name)
        conversation = resume(conversation, said).conversation
    return asked


def seconds(question: Question) -> float:
    """How long a slow reader needs for a question."""
    words = [question.label.text, *([question.hint.text] if question.hint else [])]
    words += [choice.label.text for choice in question.choices]
    writing = 10 * question.is_text  # One short sentence, if any.
    return SECONDS_A_TAP + SECONDS_A_WORD * len(" ".join(words).split()) + writing


MONTHS_OF = {"": range(1, 31), "resident_tax_ahead": range(5, 19), "resident_tax_begun": range(6, 20)}
"""In which months of a stay something can happen: whoever starts on 31 December has the June of the second year first."""


@pytest.mark.parametrize(
    ("occasions", "month"), [(one, month) for one, months in MONTHS_OF.items() for month in months]
)
def test_a_low_month_loses_no_driver_to_the_bound_but_at_most_the_last_words(month: int, occasions: str):
    survey = load_bank()["hire_monthly"]
    context = {"month": month, "promised_topic": "pay", "occasions": occasions}
    relevant = {q.name for q in survey.questions if q.scale and q.relevant is None}
    relevant |= {q.name for q in survey.questions if q.relevant and not q.is_follow_up and holds(q.relevant, context)}
    asked = {question.name for question in longest(survey, context)}
    assert relevant <= asked
    if (month, occasions) != (5, "resident_tax_ahead"):
        assert "words" in asked


@pytest.mark.parametrize("respondent", ["hire", "manager"])
@given(began=st.dates(date(2024, 1, 1), date(2030, 12, 31)), first=st.integers(1, 40))
def test_every_driver_comes_at_least_every_third_month_whatever_the_start(respondent: str, began: date, first: int):
    survey, asked = load_bank()[f"{respondent}_monthly"], set()
    for month in range(first, first + 3):
        due = add_months(began, month)
        found = " ".join(one.id for one in triggers(began, on=due))
        context = {"month": month, "promised_topic": "", "occasions": found}
        asked |= {question.driver for question in easiest(survey, context)}
    assert asked >= HIRE_DRIVERS | {"intention", "overall", "supervisor"}


def easiest(survey: Survey, context: Mapping[str, str | int]) -> list[Question]:
    """The questions of somebody who gives the highest answer to everything."""
    asked, conversation = [], start(survey, context=context).conversation
    while (question := next_question(conversation)) is not None:
        asked.append(question)
        said = Said("a few words") if question.is_text else Chose(conversation.turn, question.choices[-1].name)
        conversation = resume(conversation, said).conversation
    return asked


@given(began=st.dates(date(2024, 1, 1), date(2030, 12, 31)))
def test_resident_tax_is_explained_before_the_june_pay_slip_of_the_second_year(began: date):
    survey, june = load_bank()["hire_monthly"], date(began.year + 1, 6, 1)
    days = []
    for month in range(1, 25):
        due = add_months(began, month)
        context = {"month": month, "occasions": " ".join(one.id for one in triggers(began, on=due))}
        if any(question.name == "resident_tax" for question in easiest(survey, context)):
            days.append(due)
    assert june - timedelta(days=21) <= days[0] <= june.replace(day=10), "before any pay day of June"
    assert all(day < june.replace(month=7) for day in days)


@pytest.mark.parametrize(
    ("month", "there", "absent"),
    [
        (1, {"peer", "pay", "job_as_promised"}, {"job_search", "clarity"}),
        (2, {"clarity"}, {"job_search"}),
        (3, {"clarity", "safe"}, {"job_search"}),
        (4, {"job_search"}, {"clarity"}),
        (5, {"probation"}, {"paid_leave"}),
        (6, {"paid_leave"}, {"hours", "probation"}),
        (8, {"help_wanted"}, set()),
        (11, {"next_year"}, {"growth"}),
        (12, {"next_year"}, set()),
        (13, {"job_search"}, {"next_year"}),
    ],
)
def test_what_belongs_to_a_month_of_a_stay_rides_inside_the_check_in(month: int, there: set[str], absent: set[str]):
    survey = load_bank()["hire_monthly"]
    asked = {question.name for question in easiest(survey, {"month": month, "occasions": ""})}
    assert there | {"stay", "overall", "supervisor", "words"} <= asked
    assert not asked & absent


def test_job_search_is_never_asked_before_the_third_month():
    survey = load_bank()["hire_monthly"]
    for month in (1, 2):
        assert "job_search" not in {question.name for question in easiest(survey, {"month": month})}


def test_every_scale_of_the_months_has_its_mirror_with_the_same_points_in_the_same_months():
    bank = load_bank()
    hire, manager = bank["hire_monthly"], bank["manager_monthly"]
    mirrored = {question.mirrors: question for question in manager.questions if question.mirrors}
    own = {question.name for question in hire.questions if question.scale and question.driver != "change"}
    assert set(mirrored) == own
    for name, seen in mirrored.items():
        question = hire.question(name)
        assert (seen.driver, len(seen.choices)) == (question.driver, len(question.choices))
    for month in range(1, 31):
        context = {"month": month, "occasions": ""}
        asked = {question.name for question in easiest(hire, context)}
        seen_in = {question.mirrors for question in easiest(manager, context)} - {None}
        assert seen_in <= asked
        assert asked & own - seen_in <= {"overall"}


def test_no_driver_is_about_what_a_person_is():
    drivers = {"intention", "overall", "growth", "pay", "recognition", "supervisor", "stress", "clarity", "promise"}
    assert drivers | {"peer", "workload", "hours", "language", "life", "change"} == DRIVERS


def test_a_question_that_a_survey_does_not_have_is_a_key_error():
    with pytest.raises(KeyError, match="mood"):
        load(GOOD, "pulse.yaml").question("mood")
