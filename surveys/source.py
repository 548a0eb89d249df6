"""A survey file's text as a tree in which every value knows its line, without ever trusting the text.

YAML is only read for its shape: no tag is obeyed, no alias followed and every value stays the text that was written, so
that a choice named ``no`` or ``1`` is just that, and a hostile file can neither run anything nor grow without bound.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import yaml

MAX_CHARACTERS = 300_000
"""About twenty times the longest survey of the bank; a larger file is no survey."""

MAX_DEPTH = 8
"""Sections, rows and their values need four levels."""

_UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
"""Signs that nobody reads: control signs, what turns the direction of the words around it, halves of a pair. No database or
chat keeps them all."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a survey file: a stable code, the line (from 1) and what a sentence about it needs."""

    code: str
    line: int
    values: Mapping[str, str | int] = field(default_factory=dict)


class SurveyError(ValueError):
    """A survey file that cannot be used. ``faults`` holds all that was found, by line; ``source`` names the file."""

    def __init__(self, source: str, faults: list[Fault]) -> None:
        self.source = source
        self.faults = sorted(faults, key=lambda fault: (fault.line, fault.code))
        super().__init__("; ".join(f"{source}:{fault.line} {fault.code}" for fault in self.faults))


@dataclass(frozen=True, slots=True)
class Text:
    """A value as it was written."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    nodes: tuple[Node, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Table:
    """Keys and values."""

    nodes: Mapping[str, Node]
    line: int


Node: TypeAlias = Text | Items | Table


def read(text: str, faults: list[Fault]) -> Table | None:
    """The tree of a file, or None where it has no shape to look at. What is wrong is added to ``faults``."""
    if len(text) > MAX_CHARACTERS:
        faults.append(Fault("too_long", 1, {"most": MAX_CHARACTERS}))
        return None
    try:
        root = _Loader(text).get_single_node()
    except _HostileError as error:
        faults.append(error.fault)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        # Everybody meets this one, and PyYAML's words for it help nobody.
        tab = r"'\t'" in str(error.problem)
        faults.append(Fault("tab", line) if tab else Fault("not_yaml", line, {"problem": str(error.problem)}))
    except yaml.reader.ReaderError as error:
        faults.append(Fault("bad_character", text.count("\n", 0, error.position) + 1, _character(error.character)))
    else:
        tree = _node(root, faults) if root else Text("", 1)
        if isinstance(tree, Table):
            return tree
        if tree == Text("", tree.line):
            faults.append(Fault("empty_file", 1))
        else:
            _wrong_type(tree, "keys and values", faults)
    return None


def _character(code: int | str | bytes) -> dict[str, str | int]:
    number = code if isinstance(code, int) else ord(code)
    return {"character": f"U+{number:04X}"}


def as_table(node: Node | None, faults: list[Fault]) -> Table:
    """The node, which must hold keys and values; an empty table and a fault otherwise."""
    if isinstance(node, Table):
        return node
    _wrong_type(node, "keys and values", faults)
    return Table({}, node.line if node else 1)


def as_items(node: Node | None, faults: list[Fault]) -> tuple[Node, ...]:
    """The nodes of a list; none and a fault if it is something else."""
    if isinstance(node, Items):
        return node.nodes
    _wrong_type(node, "a list", faults)
    return ()


def as_text(node: Node | None, faults: list[Fault]) -> str | None:
    """The words of a value; None, and a fault if it is something else. Signs that nobody can read are a fault too."""
    if isinstance(node, Text):
        found = _UNFIT.search(node.text)
        if found is not None:
            faults.append(Fault("bad_character", node.line, _character(found[0])))
        return node.text
    _wrong_type(node, "words", faults)
    return None


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that looks most like this one; '' when nothing is known."""
    return next(iter(difflib.get_close_matches(word[:100], sorted(known), n=1, cutoff=0.0)), "")


def _wrong_type(node: Node | None, expected: str, faults: list[Fault]) -> None:
    # What is not there at all is told by whoever needs it.
    if node is not None:
        faults.append(Fault("wrong_type", node.line, {"expected": expected}))


class _HostileError(Exception):
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.code)
        self.fault = fault


class _Loader(yaml.SafeLoader):
    """Builds the tree of nodes only, and stops at the first alias or at a depth that no survey has."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]  # PyYAML's stubs leave this one out.
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            raise _HostileError(Fault("alias", line))
        if self.depth >= MAX_DEPTH:
            raise _HostileError(Fault("too_deep", line, {"most": MAX_DEPTH}))
        self.depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


def _node(node: yaml.Node, faults: list[Fault]) -> Node:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        return Text(str(node.value), line)
    if isinstance(node, yaml.SequenceNode):
        return Items(tuple(_node(item, faults) for item in node.value), line)
    return Table(_pairs(node, faults), line)


def _pairs(node: yaml.Node, faults: list[Fault]) -> dict[str, Node]:
    pairs: dict[str, Node] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            faults.append(Fault("wrong_type", line, {"expected": "words"}))
        elif key.value in pairs:
            faults.append(Fault("duplicate_key", line, {"key": str(key.value)}))
        else:
            pairs[str(key.value)] = _node(value, faults)
    return pairs
