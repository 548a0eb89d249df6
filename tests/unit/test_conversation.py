"""The conversation that every channel shares, told as what a person does and what comes back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.conversation import (
    Answered,
    Asked,
    Back,
    Chose,
    Completed,
    Conversation,
    Late,
    Rejected,
    Reply,
    Said,
    Skip,
    Turn,
    next_question,
    progress,
    resume,
    start,
)
from surveys.loader import load_bank
from surveys.model import Answer, Choice, Labels, Message, Question, Respondent, Survey
from surveys.parse import MAX_LENGTH, clean
from surveys.relevance import parse


def question(name: str, *, choices: int = 5, **more: Any) -> Question:
    shown = tuple(Choice(str(n), Message(f"f.list.{n}", f"Point {n}")) for n in range(1, choices + 1))
    return Question(name, Message(f"f.{name}.label", name), shown, **more)


def low(parent: str) -> Question:
    return question(f"{parent}_why", choices=4, follow_up_of=parent, relevant=parse(f"${{{parent}}} <= 2"))


SURVEY = Survey(
    form_id="f",
    version=1,
    respondent=Respondent.HIRE,
    title=Message("f.title", "A survey"),
    questions=(
        question("stay", scale=True),
        low("stay"),
        question("overall", scale=True),
        low("overall"),
        question("pay", scale=True, relevant=parse("${month} mod 2 = 1")),
        low("pay"),
        question("words", choices=0),
    ),
    max_questions=6,
    max_follow_ups=2,
    hidden=("month",),
)


class Chat:
    """One person in front of a survey; buttons are pressed at the turn that is shown unless told otherwise."""

    def __init__(self, survey: Survey = SURVEY, *, month: int = 1, limit: int | None = None) -> None:
        self.turn = start(survey, context={"month": month}, limit=limit)

    @property
    def now(self) -> Conversation:
        return self.turn.conversation

    def does(self, reply: Reply) -> Chat:
        self.turn = resume(self.now, reply)
        return self

    def taps(self, *choices: str) -> Chat:
        for choice in choices:
            self.does(Chose(self.now.turn, choice))
        return self

    def says(self, *texts: str) -> Chat:
        for text in texts:
            self.does(Said(text))
        return self

    @property
    def asked(self) -> str | None:
        found = next_question(self.now)
        return found.name if found else None

    @property
    def answers(self) -> dict[str, str | None]:
        return {answer.question: answer.value for answer in self.now.answers}


def test_a_content_person_answers_question_after_question():
    chat = Chat()
    asked = chat.asked
    chat.taps("5", "4", "3").says("All is well.")
    assert asked == "stay"
    assert chat.answers == {"stay": "5", "overall": "4", "pay": "3", "words": "All is well."}
    assert chat.turn.events == (Answered(Answer("words", "All is well.")), Completed())


def test_every_question_is_shown_with_its_place_and_its_turn():
    chat = Chat()
    assert chat.turn.events == (Asked(SURVEY.question("stay"), 1, 4, 0),)
    chat.taps("5")
    assert chat.turn.events == (Answered(Answer("stay", "5")), Asked(SURVEY.question("overall"), 2, 4, 1))


def test_a_low_answer_is_followed_up_at_once():
    chat = Chat().taps("2")
    assert (chat.asked, progress(chat.now)) == ("stay_why", (2, 5))


def test_a_question_of_other_months_is_left_out():
    assert Chat(month=2).taps("5", "5").asked == "words"


def test_follow_ups_stop_at_their_cap():
    assert Chat().taps("1", "1", "1", "1", "1").asked == "words"


def test_a_question_that_counts_as_a_follow_up_uses_the_cap_too():
    remembered = question("promise_changed", follow_up=True)
    survey = replace(SURVEY, questions=(remembered, *SURVEY.questions), max_follow_ups=1)
    assert Chat(survey).taps("1", "1").asked == "overall"


@pytest.mark.parametrize(("limit", "asked"), [(2, 2), (0, 0), (-1, 0), (99, 6)])
def test_a_limit_lowers_the_number_of_questions_but_never_raises_it(limit, asked):
    chat = Chat(limit=limit)
    while chat.asked is not None:
        chat.taps("1") if next_question(chat.now).choices else chat.says("words")
    assert len(chat.answers) == asked
    assert progress(chat.now) == (asked, asked)


def test_a_person_may_prefer_not_to_say():
    chat = Chat().does(Skip(0)).does(Skip())
    assert chat.answers == {"stay": None, "overall": None}
    assert chat.asked == "pay"


def test_a_number_or_a_label_does_as_well_as_a_button():
    chat = Chat().says("4", "point 5")
    chat.does(Said("いいえ", Labels({"1": ("いいえ",)})))
    assert chat.answers == {"stay": "4", "overall": "5", "pay": "1"}


def test_words_in_place_of_a_choice_are_kept_and_the_choice_is_asked_again():
    chat = Chat().says("It depends on my contract.")
    assert chat.turn.events == (Rejected(SURVEY.question("stay"), "noted"),)
    assert (chat.asked, chat.now.turn) == ("stay", 0)

    chat.taps("4")
    assert chat.now.answers == (Answer("stay", "4", "It depends on my contract."),)


def test_a_second_unreadable_reply_moves_on_and_keeps_both():
    chat = Chat().says("It depends.", "On my contract.")
    assert chat.now.answers == (Answer("stay", None, "It depends.\nOn my contract."),)
    assert chat.asked == "overall"


def test_the_same_words_sent_twice_are_kept_once():
    assert Chat().says("It depends.", "It depends.").now.answers == (Answer("stay", None, "It depends."),)


def test_words_stay_with_a_question_that_is_then_skipped():
    assert Chat().says("I cannot say.").does(Skip()).now.answers == (Answer("stay", None, "I cannot say."),)


def test_words_that_are_too_long_are_said_to_be_cut():
    chat = Chat(month=2).taps("5", "5").says("x" * (MAX_LENGTH + 1))
    assert chat.turn.events == (Answered(Answer("words", "x" * MAX_LENGTH), cut=True), Completed())


def test_an_empty_reply_changes_nothing():
    chat = Chat()
    before = chat.now
    assert chat.says(" \n ").turn == Turn(before, (Rejected(SURVEY.question("stay"), "empty"),))


def test_a_choice_that_is_none_of_the_question_changes_nothing():
    chat = Chat()
    before = chat.now
    assert chat.taps("9").turn == Turn(before, (Rejected(SURVEY.question("stay"), "unknown_choice"),))


@pytest.mark.parametrize("late", [Chose(0, "5"), Chose(0, "1"), Chose(7, "5"), Skip(0), Back(0)])
def test_a_button_of_another_turn_is_late_and_changes_nothing(late):
    chat = Chat().taps("5")
    before = chat.now
    assert late.turn is not None
    assert chat.does(late).turn == Turn(before, (Late(late.turn, SURVEY.question("overall")),))


def test_going_back_asks_the_last_question_again():
    chat = Chat().taps("2", "1").does(Back(2))
    assert chat.answers == {"stay": "2"}
    assert chat.turn.events == (Asked(SURVEY.question("stay_why"), 2, 5, 3),)


def test_going_back_over_a_low_answer_closes_its_follow_up():
    assert Chat().taps("2").does(Back()).taps("5").asked == "overall"


def test_there_is_nothing_before_the_first_question():
    chat = Chat()
    before = chat.now
    assert chat.does(Back()).turn == Turn(before, (Rejected(SURVEY.question("stay"), "first"),))


def test_going_back_takes_no_words_away():
    chat = Chat().says("It depends.").taps("4").does(Back()).taps("5")
    assert chat.now.answers == (Answer("stay", "5", "It depends."),)


def test_words_for_a_question_that_is_no_longer_asked_stay():
    chat = Chat().taps("2").says("My boss shouts.").does(Back()).taps("5")
    assert chat.now.answers == (Answer("stay", "5"), Answer("stay_why.note", "My boss shouts."))
    assert chat.asked == "overall"


@pytest.mark.parametrize("reply", [Said("one more thing"), Said(""), Skip(), Back(), Chose(4, "5")])
def test_after_the_end_nothing_changes(reply):
    chat = Chat().taps("5", "5", "5").says("no")
    over = chat.now
    assert chat.does(reply).turn == Turn(over, (Rejected(None, "completed"),))


def test_an_old_button_after_the_end_is_late():
    chat = Chat().taps("5", "5", "5").says("no")
    assert chat.does(Chose(0, "5")).turn.events == (Late(0, None),)


def test_a_conversation_is_taken_up_where_it_was_left():
    left = Chat().taps("5").now.answers
    assert start(SURVEY, context={"month": 1}, answers=left).events == (Asked(SURVEY.question("overall"), 2, 4, 0),)


def test_answers_to_an_older_version_are_kept_aside():
    old = Answer("recommend", "9")
    chat = Chat()
    chat.turn = start(SURVEY, context={"month": 1}, answers=(old,))
    assert chat.does(Back()).turn.events == (Rejected(SURVEY.question("stay"), "first"),)
    assert chat.taps("5").now.answers == (Answer("stay", "5"), old)


def test_a_survey_with_nothing_to_ask_is_complete_at_once():
    assert start(replace(SURVEY, questions=()), context={}).events == (Completed(),)


# What holds for every survey of the bank and whatever a person does.

CONVERSATIONS = st.builds(
    lambda survey, month, topic, limit: (
        start(survey, context={"month": month, "promised_topic": topic}, limit=limit).conversation
    ),
    st.sampled_from([SURVEY, *load_bank().values()]),
    st.integers(0, 40),
    st.sampled_from(["", "pay"]),
    st.one_of(st.none(), st.integers(1, 9)),
)
TEXTS = st.one_of(st.sampled_from(["1", "２", "good", "other", "not good", "👍"]), st.text(max_size=12))
REPLIES = st.lists(
    st.one_of(
        st.builds(Chose, st.integers(0, 12), st.sampled_from(["1", "2", "5", "other", "?"])),
        st.builds(Said, TEXTS),
        st.builds(Skip, st.one_of(st.none(), st.integers(0, 12))),
        st.builds(Back, st.one_of(st.none(), st.integers(0, 12))),
    ),
    max_size=25,
)


def bound_of(conversation: Conversation) -> int:
    most = conversation.survey.max_questions
    return most if conversation.limit is None else min(most, conversation.limit)


def given_in(conversation: Conversation) -> list[str]:
    return [answer.question for answer in conversation.answers if not answer.question.endswith(".note")]


@given(CONVERSATIONS, REPLIES)
def test_whatever_is_replied_the_state_stays_sound(conversation, replies):
    survey = conversation.survey
    for reply in replies:
        before, turn = conversation, resume(conversation, reply)
        conversation = turn.conversation
        names = given_in(conversation)
        assert len(names) == len(set(names)) <= bound_of(conversation)
        assert set(names) <= {question.name for question in survey.questions}
        assert sum(survey.question(name).is_follow_up for name in names) <= survey.max_follow_ups
        assert conversation.turn - before.turn == any(isinstance(event, (Asked, Completed)) for event in turn.events)
        assert turn.events


@given(CONVERSATIONS, REPLIES)
def test_skipping_from_anywhere_reaches_the_end(conversation, replies):
    for reply in replies:
        conversation = resume(conversation, reply).conversation
    events: tuple[object, ...] = ()
    for _ in range(bound_of(conversation)):
        if next_question(conversation) is not None:
            conversation, events = (turn := resume(conversation, Skip())).conversation, turn.events
    assert next_question(conversation) is None
    assert not events or isinstance(events[-1], Completed)


@given(CONVERSATIONS, st.lists(TEXTS.filter(lambda text: clean(text)[0]), min_size=18, max_size=18))
def test_words_alone_reach_the_end_within_two_replies_a_question(conversation, texts):
    for text in texts[: 2 * bound_of(conversation)]:
        conversation = resume(conversation, Said(text)).conversation
    assert next_question(conversation) is None


@given(CONVERSATIONS, st.data())
def test_no_question_comes_twice_unless_somebody_goes_back(conversation, data):
    asked = []
    while (question := next_question(conversation)) is not None:
        asked.append(question.name)
        value = data.draw(st.sampled_from([choice.name for choice in question.choices] or ["words"]))
        reply = Chose(conversation.turn, value) if question.choices else Said(value)
        conversation = resume(conversation, reply).conversation
        parent = question.follow_up_of
        assert parent is None or asked[-2] == parent
    assert len(asked) == len(set(asked)) == len(given_in(conversation)) <= bound_of(conversation)


@given(CONVERSATIONS, REPLIES)
def test_going_back_and_answering_the_same_gives_the_same_state(conversation, replies):
    for reply in replies:
        after = resume(conversation, reply)
        if isinstance(after.events[0], Answered) and next_question(after.conversation) is not None:
            back = resume(after.conversation, Back()).conversation
            again = reply if not isinstance(reply, (Chose, Skip)) else replace(reply, turn=back.turn)
            same = resume(back, again).conversation
            assert replace(same, turn=0) == replace(after.conversation, turn=0)
        conversation = after.conversation
