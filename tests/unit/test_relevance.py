"""When a question is asked: the small language of ``relevant``."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.relevance import (
    MAX_DEPTH,
    And,
    Comparison,
    Expression,
    Literal,
    Modulo,
    Not,
    Or,
    Reference,
    RelevanceError,
    Selected,
    holds,
    names,
    parse,
)

EVERYTHING = "${q} <= 2 and selected(${r}, 'x') or ${month} mod 2 = 1 and not(${promise} = '')"


def test_and_binds_closer_than_or():
    assert parse("${a} = 1 or ${b} = 2 and ${c} = 3") == Or(
        (
            Comparison(Reference("a"), "=", Literal(1)),
            And((Comparison(Reference("b"), "=", Literal(2)), Comparison(Reference("c"), "=", Literal(3)))),
        )
    )


def test_an_expression_gives_its_text_back():
    assert str(parse(EVERYTHING)) == EVERYTHING
    assert str(parse("  ${a}=1   and(${b}!='x' or ${c}>\"it's\") ")) == "${a} = 1 and (${b} != 'x' or ${c} > \"it's\")"


def test_it_names_everything_it_refers_to():
    assert names(parse(EVERYTHING)) == {"q", "r", "month", "promise"}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"q": "2", "r": "x"}, True),
        ({"q": "3", "r": "x"}, False),
        ({"q": "2", "r": "xy"}, False),
        ({"q": "2"}, False),
        ({"month": 3, "promise": "pay"}, True),
        ({"month": 3, "promise": ""}, False),
        ({"month": 4, "promise": "pay"}, False),
        ({}, False),
    ],
)
def test_it_holds_of_some_answers_and_not_of_others(values, expected):
    assert holds(parse(EVERYTHING), values) is expected


@pytest.mark.parametrize("comparator", ["=", "!=", "<", "<=", ">", ">="])
def test_nothing_can_be_compared_with_an_answer_that_is_not_there(comparator):
    assert not holds(parse(f"${{q}} {comparator} 2"), {})
    assert not holds(parse(f"2 {comparator} ${{q}}"), {})


@pytest.mark.parametrize(
    ("text", "true_for"),
    [
        ("${q} = 2", {2}),
        ("${q} != 2", {1, 3}),
        ("${q} < 2", {1}),
        ("${q} <= 2", {1, 2}),
        ("${q} > 2", {3}),
        ("${q} >= 2", {2, 3}),
    ],
)
def test_every_comparator_compares_numbers_however_they_are_stored(text, true_for):
    assert {q for q in (1, 2, 3) if holds(parse(text), {"q": q})} == true_for
    assert {q for q in (1, 2, 3) if holds(parse(text), {"q": str(q)})} == true_for


def test_words_are_no_number():
    assert not holds(parse("${words} > 0"), {"words": "4 months"})
    assert not holds(parse("${words} mod 2 = 0"), {"words": "9" * 5000})
    assert not holds(parse("${words} != 1"), {"words": "often"})


def test_texts_are_equal_letter_by_letter():
    assert holds(parse("${topic} = 'pay'"), {"topic": "pay"})
    assert holds(parse("${topic} != '1'"), {"topic": "01"})
    assert holds(parse("${n} = 1"), {"n": "01"})


def test_what_is_not_known_was_not_selected_either():
    assert not holds(parse("selected(${r}, 'None')"), {})
    assert holds(parse("not(selected(${r}, 'x'))"), {})


@pytest.mark.parametrize(
    ("text", "code", "position"),
    [
        ("", "operand_expected", 0),
        ("  ", "operand_expected", 0),
        ("${q}", "comparator_expected", 4),
        ("${q} <=", "operand_expected", 7),
        ("${q} == 2", "operand_expected", 6),
        ("q <= 2", "operand_expected", 0),
        ("${q} <= 2.5", "unreadable", 8),
        ("${q} <= 'two", "unreadable", 8),
        ("${q b} = 1", "unreadable", 0),
        ("${q} = 1 ${r}", "unexpected", 9),
        ("(${q} = 1", "bracket_expected", 9),
        ("not ${q} = 1", "bracket_expected", 4),
        ("selected(${q} 'x')", "comma_expected", 14),
        ("selected('q', 'x')", "reference_expected", 9),
        ("selected(${q}, 1)", "string_expected", 15),
        ("${q} mod 0 = 1", "divisor_expected", 9),
        ("${q} mod ${r} = 1", "divisor_expected", 9),
        ("__import__('os')", "unreadable", 0),
        ("not(" * (MAX_DEPTH + 1), "too_deep", 4 * MAX_DEPTH),
        ("(" * 100_000, "too_deep", MAX_DEPTH),
    ],
)
def test_anything_else_is_refused_with_the_place(text, code, position):
    with pytest.raises(RelevanceError) as refusal:
        parse(text)
    assert (refusal.value.code, refusal.value.position) == (code, position)


WORDS = st.text(st.characters(exclude_characters="'", exclude_categories=["Cs"]), max_size=8)
REFERENCES = st.from_regex(r"[a-z_][a-z0-9_]{0,5}", fullmatch=True).map(Reference)
LITERALS = st.one_of(st.integers(-999, 999).map(Literal), WORDS.map(Literal))
OPERANDS = st.one_of(REFERENCES, LITERALS, st.builds(Modulo, st.one_of(REFERENCES, LITERALS), st.integers(1, 99)))
CONDITIONS = st.one_of(
    st.builds(Comparison, OPERANDS, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), OPERANDS),
    st.builds(Selected, REFERENCES, WORDS),
)


def _larger(smaller: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    terms = st.lists(smaller, min_size=2, max_size=3).map(tuple)
    return st.one_of(st.builds(Not, smaller), st.builds(And, terms), st.builds(Or, terms))


@given(st.recursive(CONDITIONS, _larger, max_leaves=8))
def test_reading_the_text_of_any_expression_gives_the_same_expression(expression):
    assert parse(str(expression)) == expression


@given(st.text(max_size=60))
def test_no_text_at_all_breaks_the_parser(text):
    position = 0
    try:
        holds(parse(text), {})
    except RelevanceError as refusal:
        position = refusal.position
    assert 0 <= position <= len(text)
