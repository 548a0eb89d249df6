"""When a question is asked: XLSForm's ``relevant`` as a small, closed language.

Read by a recursive descent parser of our own and kept as a frozen tree, so that a survey file can never run code:

    expression  = conjunction { "or" conjunction }
    conjunction = condition { "and" condition }
    condition   = "not" "(" expression ")" | "selected" "(" reference "," string ")" | "(" expression ")"
                | operand comparator operand
    operand     = ( reference | integer | string ) [ "mod" positive integer ]
    reference   = "${" name "}"

Source of the words and their precedence: the XLSForm and XPath 1.0 specifications.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NoReturn, TypeAlias, assert_never

MAX_DEPTH = 20
"""How deep brackets may nest: far beyond any honest survey, and far below Python's own limit."""

Value: TypeAlias = str | int


class RelevanceError(ValueError):
    """The text is no expression of the language. ``code`` says why, ``position`` (from 0) where in the text."""

    def __init__(self, code: str, position: int) -> None:
        super().__init__(f"{code} at {position}")
        self.code = code
        self.position = position


@dataclass(frozen=True, slots=True)
class Reference:
    """``${name}``: the answer to a question, or a hidden fact."""

    name: str

    def __str__(self) -> str:
        return f"${{{self.name}}}"


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, or a text between quotes."""

    value: Value

    def __str__(self) -> str:
        if isinstance(self.value, int):
            return str(self.value)
        quote = '"' if "'" in self.value else "'"
        return f"{quote}{self.value}{quote}"


@dataclass(frozen=True, slots=True)
class Modulo:
    """``dividend mod divisor``, the remainder of whole numbers."""

    dividend: Reference | Literal
    divisor: int

    def __str__(self) -> str:
        return f"{self.dividend} mod {self.divisor}"


Operand: TypeAlias = Reference | Literal | Modulo


@dataclass(frozen=True, slots=True)
class Comparison:
    """``left comparator right``; false when a side is not known."""

    left: Operand
    comparator: str
    right: Operand

    def __str__(self) -> str:
        return f"{self.left} {self.comparator} {self.right}"


@dataclass(frozen=True, slots=True)
class Selected:
    """``selected(${name}, 'choice')``: that choice was taken, or stands in a list with spaces between the names."""

    reference: Reference
    choice: str

    def __str__(self) -> str:
        return f"selected({self.reference}, {Literal(self.choice)})"


@dataclass(frozen=True, slots=True)
class Not:
    """``not(term)``."""

    term: Expression

    def __str__(self) -> str:
        return f"not({self.term})"


@dataclass(frozen=True, slots=True)
class And:
    """All terms hold."""

    terms: tuple[Expression, ...]

    def __str__(self) -> str:
        # Brackets are kept around a nested "and", too, so that reading the text again gives the same tree.
        return " and ".join(f"({term})" if isinstance(term, (And, Or)) else str(term) for term in self.terms)


@dataclass(frozen=True, slots=True)
class Or:
    """At least one term holds."""

    terms: tuple[Expression, ...]

    def __str__(self) -> str:
        return " or ".join(f"({term})" if isinstance(term, Or) else str(term) for term in self.terms)


Expression: TypeAlias = Comparison | Selected | Not | And | Or


def parse(text: str) -> Expression:
    """Read an expression; ``str()`` of the result gives the text back, in one spelling. Raises RelevanceError."""
    return _Parser(text).whole()


def holds(expression: Expression, values: Mapping[str, Value]) -> bool:
    """Whether the expression is true of these values (by question or hidden name).

    A comparison with a value that is missing, or that is no number where numbers are compared, is false.
    """
    match expression:
        case Or(terms):
            return any(holds(term, values) for term in terms)
        case And(terms):
            return all(holds(term, values) for term in terms)
        case Not(term):
            return not holds(term, values)
        case Selected(reference, choice):
            return choice in str(values.get(reference.name, "")).split()
        case Comparison(left, comparator, right):
            return _compare(_value(left, values), comparator, _value(right, values))
        case _:
            assert_never(expression)


def names(expression: Expression) -> frozenset[str]:
    """Every name that the expression refers to."""
    match expression:
        case Or(terms) | And(terms):
            return frozenset().union(*(names(term) for term in terms))
        case Not(term):
            return names(term)
        case Selected(reference, _):
            return frozenset({reference.name})
        case Comparison(left, _, right):
            return _operand_names(left) | _operand_names(right)
        case _:
            assert_never(expression)


def _operand_names(operand: Operand) -> frozenset[str]:
    match operand:
        case Reference(name):
            return frozenset({name})
        case Modulo(dividend, _):
            return _operand_names(dividend)
        case Literal():
            return frozenset()
        case _:
            assert_never(operand)


def _value(operand: Operand, values: Mapping[str, Value]) -> Value | None:
    match operand:
        case Reference(name):
            return values.get(name)
        case Literal(value):
            return value
        case Modulo(dividend, divisor):
            number = _number(_value(dividend, values))
            return None if number is None else number % divisor
        case _:
            assert_never(operand)


_COMPARATORS: Mapping[str, Callable[[int, int], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<=": operator.le,
    "<": operator.lt,
    ">=": operator.ge,
    ">": operator.gt,
}


def _compare(left: Value | None, comparator: str, right: Value | None) -> bool:
    if left is None or right is None:
        return False
    # Two texts are equal letter by letter; every other comparison is one of numbers (XPath 1.0, section 3.4).
    if isinstance(left, str) and isinstance(right, str) and comparator in ("=", "!="):
        return (left == right) is (comparator == "=")
    first, second = _number(left), _number(right)
    return first is not None and second is not None and _COMPARATORS[comparator](first, second)


def _number(value: Value | None) -> int | None:
    if isinstance(value, str):
        # Only plain short digits: an answer in somebody's own words is never taken for a number.
        return int(value) if re.fullmatch(r"-?[0-9]{1,9}", value) else None
    return value


_TOKEN = re.compile(
    r"""(?P<reference>\$\{[A-Za-z_][A-Za-z0-9_]*\})
        | (?P<number>-?[0-9]{1,9}(?![\w.]))
        | (?P<string>'[^']*'|"[^"]*")
        | (?P<word>[a-z]+(?!\w))
        | (?P<sign>!=|<=|>=|[=<>(),])""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    position: int


def _tokens(text: str) -> list[_Token]:
    tokens, position, end = [], 0, len(text.rstrip())
    while position < end:
        if text[position].isspace():
            position += 1
            continue
        found = _TOKEN.match(text, position)
        if found is None:
            raise RelevanceError("unreadable", position)
        tokens.append(_Token(found.lastgroup or "", found[0], position))
        position = found.end()
    return [*tokens, _Token("end", "", end)]


class _Parser:
    """One method for each line of the grammar above."""

    def __init__(self, text: str) -> None:
        self._left = list(reversed(_tokens(text)))
        self._depth = 0

    def whole(self) -> Expression:
        expression = self._expression()
        if self._left[-1].kind != "end":
            self._fail("unexpected")
        return expression

    def _expression(self) -> Expression:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self._fail("too_deep")
        terms = [self._conjunction()]
        while self._takes("or"):
            terms.append(self._conjunction())
        self._depth -= 1
        return terms[0] if len(terms) == 1 else Or(tuple(terms))

    def _conjunction(self) -> Expression:
        terms = [self._condition()]
        while self._takes("and"):
            terms.append(self._condition())
        return terms[0] if len(terms) == 1 else And(tuple(terms))

    def _condition(self) -> Expression:
        if self._takes("not"):
            self._must("(")
            return Not(self._closed())
        if self._takes("selected"):
            return self._selected()
        if self._takes("("):
            return self._closed()
        left = self._operand()
        if self._left[-1].text not in _COMPARATORS:
            self._fail("comparator_expected")
        return Comparison(left, self._left.pop().text, self._operand())

    def _closed(self) -> Expression:
        expression = self._expression()
        self._must(")")
        return expression

    def _selected(self) -> Selected:
        self._must("(")
        reference = self._reference()
        self._must(",")
        choice = self._kind("string", "string_expected")[1:-1]
        self._must(")")
        return Selected(reference, choice)

    def _operand(self) -> Operand:
        first: Reference | Literal
        match self._left[-1].kind:
            case "reference":
                first = self._reference()
            case "number":
                first = Literal(int(self._left.pop().text))
            case "string":
                first = Literal(self._left.pop().text[1:-1])
            case _:
                self._fail("operand_expected")
        if not self._takes("mod"):
            return first
        if self._left[-1].kind != "number" or int(self._left[-1].text) <= 0:
            self._fail("divisor_expected")
        return Modulo(first, int(self._left.pop().text))

    def _reference(self) -> Reference:
        return Reference(self._kind("reference", "reference_expected")[2:-1])

    def _takes(self, text: str) -> bool:
        if self._left[-1].kind not in ("word", "sign") or self._left[-1].text != text:
            return False
        self._left.pop()
        return True

    def _must(self, text: str) -> None:
        if not self._takes(text):
            self._fail("bracket_expected" if text in "()" else "comma_expected")

    def _kind(self, kind: str, code: str) -> str:
        if self._left[-1].kind != kind:
            self._fail(code)
        return self._left.pop().text

    def _fail(self, code: str) -> NoReturn:
        raise RelevanceError(code, self._left[-1].position)
