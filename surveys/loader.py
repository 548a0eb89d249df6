"""From a survey file to a Survey, or to everything that is wrong with it, line by line.

A file has three sections in XLSForm's words: ``settings``, ``survey`` (one row a question) and ``choices`` (lists).
docs/add-a-survey.md explains each column.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import yaml

from surveys import relevance
from surveys.checks import Row, check
from surveys.model import Choice, Message, Question, Respondent, Survey, Visibility
from surveys.source import Fault, Node, SurveyError, Table, Text, as_items, as_table, as_text, nearest, read

__all__ = [
    "DRIVERS",
    "LEAVING",
    "PLACEHOLDERS",
    "SIGNALS",
    "Fault",
    "SurveyError",
    "load",
    "load_bank",
    "messages",
    "ssw_items",
]

DRIVERS = frozenset(
    {"intention", "overall", "growth", "pay", "recognition", "supervisor", "stress", "clarity", "promise", "peer"}
    | {"workload", "hours", "language", "life", "change"}
)
"""What an answer can tell about. Nationality, religion, sex, age, pregnancy, health and union are not among them."""

LEAVING = frozenset({"resigned", "offer", "interviewing", "notice"})
"""Signals that say that somebody leaves, or may."""

SIGNALS = LEAVING | {"safety", "help"}
"""Facts that a choice can state by itself. ``safety`` and ``help`` reach the consultant and are no part of any level."""

PLACEHOLDERS = frozenset({"hire", "promise"})
"""What the shell fills into a label: the hire's call name, and the topic of a promise."""

_SETTINGS = ("form_id", "version", "title", "respondent", "default_language", "max_questions", "max_follow_ups")
_ROW = (
    "type",
    "name",
    "label",
    "hint",
    "relevant",
    "driver",
    "scale",
    "follow_up_of",
    "follow_up",
    "visibility",
    "mirrors",
)
_CHOICE = ("name", "label", "words", "signal")
_NAME = re.compile(r"[a-z0-9][a-z0-9_]*")
_FLAGS = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}
# Ids of a question's sentences and of a list's choices share the form's name: FORM.NAME.label and FORM.LIST.CHOICE.
_RESERVED = frozenset({"label", "hint"})
# On the button of a choice they would mean that somebody writes in their own words.
_RESERVED_CHOICES = frozenset({"words", "write"})


def load(text: str, source: str) -> Survey:
    """Read one survey file; ``source`` names it in errors. Raises SurveyError with all faults at once."""
    faults: list[Fault] = []
    tree = read(text, faults)
    survey = _Reader(tree, faults).survey() if tree else None
    if faults or survey is None:
        raise SurveyError(source, faults)
    return survey


@cache
def ssw_items() -> Mapping[str, Mapping[str, str]]:
    """The items of a support interview by their tag: what the worker's and the supervisor's form say, and in English."""
    text = (files("surveys") / "ssw_items.yaml").read_text(encoding="utf-8")
    items: dict[str, dict[str, str]] = yaml.safe_load(text)["items"]
    return MappingProxyType(items)


@cache
def load_bank() -> Mapping[str, Survey]:
    """The surveys that are shipped, by form_id."""
    bank = sorted((files("surveys") / "bank").iterdir(), key=lambda file: file.name)
    texts = ((file.name, file.read_text(encoding="utf-8")) for file in bank if file.name.endswith(".yaml"))
    surveys = [load(text, name) for name, text in texts]
    return MappingProxyType({survey.form_id: survey for survey in surveys})


def messages(survey: Survey) -> Iterator[Message]:
    """Every sentence of a survey, each once, in the order of the file: what a translator has to say."""
    said = [survey.title]
    for question in survey.questions:
        said += [question.label, *filter(None, [question.hint])]
        for choice in question.choices:
            said += [choice.label, *filter(None, [choice.words])]
    yield from {message.id: message for message in said}.values()


class _Reader:
    """Reads section by section and collects faults on the way; a value that is wrong is replaced by a harmless one."""

    def __init__(self, tree: Table, faults: list[Fault]) -> None:
        self._tree = tree
        self._faults = faults
        self._form = ""

    def survey(self) -> Survey:
        self._known_keys(self._tree, ("settings", "survey", "choices"))
        settings = as_table(self._needed(self._tree, "settings"), self._faults)
        self._known_keys(settings, _SETTINGS)
        self._form = self._name(settings, "form_id")
        self._language(settings)
        title = self._message(settings, "title", f"{self._form}.title")
        lists = self._lists()
        rows, hidden = self._rows(lists)
        self._faults += check(rows, hidden)
        return Survey(
            form_id=self._form,
            version=self._count(settings, "version", least=1),
            respondent=Respondent(self._one_of(settings, "respondent", sorted(Respondent)) or Respondent.HIRE),
            title=title,
            questions=tuple(row.question for row in rows),
            max_questions=self._count(settings, "max_questions", least=1),
            max_follow_ups=self._count(settings, "max_follow_ups", least=0),
            hidden=tuple(hidden),
        )

    def _language(self, settings: Table) -> None:
        node = settings.nodes.get("default_language")
        language = as_text(node, self._faults)
        if node is None:
            self._fault("missing_default_language", settings)
        elif language is not None and language != "en":
            # The English sentence is the key of every translation.
            self._fault("unsupported_language", node, language=language)

    def _lists(self) -> dict[str, tuple[Choice, ...]]:
        tree = self._tree.nodes.get("choices")
        tables = as_table(tree, self._faults).nodes if tree else {}
        return {name: tuple(self._choices(name, node)) for name, node in tables.items()}

    def _choices(self, name: str, node: Node) -> Iterator[Choice]:
        seen: set[str] = set()
        for item in as_items(node, self._faults):
            table = as_table(item, self._faults)
            self._known_keys(table, _CHOICE)
            choice = self._name(table, "name", seen, _RESERVED | _RESERVED_CHOICES)
            id_ = f"{self._form}.{name}.{choice}"
            words = self._message(table, "words", f"{id_}.words") if "words" in table.nodes else None
            yield Choice(choice, self._message(table, "label", id_), words, self._one_of(table, "signal", SIGNALS))

    def _rows(self, lists: Mapping[str, tuple[Choice, ...]]) -> tuple[list[Row], list[str]]:
        rows: list[Row] = []
        hidden: list[str] = []
        seen: set[str] = set()
        for item in as_items(self._needed(self._tree, "survey"), self._faults):
            table = as_table(item, self._faults)
            type_ = as_text(self._needed(table, "type"), self._faults) or ""
            self._known_keys(table, ("type", "name") if type_ == "hidden" else (*_ROW, "ssw_item"))
            name = self._name(table, "name", seen)
            if type_ == "hidden":
                hidden.append(name)
            else:
                rows.append(Row(self._question(table, name, type_, lists), table.line))
        return rows, hidden

    def _question(self, table: Table, name: str, type_: str, lists: Mapping[str, tuple[Choice, ...]]) -> Question:
        id_ = f"{self._form}.{name}"
        visibility = self._one_of(table, "visibility", sorted(Visibility))
        scale = self._flag(table, "scale")
        return Question(
            name=name,
            label=self._message(table, "label", f"{id_}.label"),
            choices=self._type(table, type_, lists, scale=scale),
            hint=self._message(table, "hint", f"{id_}.hint") if "hint" in table.nodes else None,
            scale=scale,
            driver=self._one_of(table, "driver", DRIVERS),
            relevant=self._relevant(table),
            follow_up_of=as_text(table.nodes.get("follow_up_of"), self._faults),
            visibility=Visibility(visibility) if visibility else Visibility.CONSULTANT,
            follow_up=self._flag(table, "follow_up"),
            mirrors=as_text(table.nodes.get("mirrors"), self._faults),
            ssw_items=tuple(self._items(table)),
        )

    def _items(self, table: Table) -> Iterator[str]:
        node = table.nodes.get("ssw_item")
        for item in (as_text(node, self._faults) or "").split():
            if item not in ssw_items():
                self._fault("unknown_ssw_item", node or table, value=item, nearest=nearest(item, ssw_items()))
            yield item

    def _type(
        self, table: Table, type_: str, lists: Mapping[str, tuple[Choice, ...]], *, scale: bool
    ) -> tuple[Choice, ...]:
        match type_.split():
            case ["text"]:
                if scale:
                    self._fault("scale_without_choices", table)
                return ()
            case ["select_one", name] if name in lists:
                if not lists[name]:
                    self._fault("empty_list", table, list=name)
                return lists[name]
            case ["select_one", name]:
                self._fault("unknown_list", table, list=name, nearest=nearest(name, lists))
            case words:
                known = nearest(words[0] if words else "", ("select_one", "text", "hidden"))
                self._fault("unknown_type", table, type=type_, nearest=known)
        return ()

    def _relevant(self, table: Table) -> relevance.Expression | None:
        node = table.nodes.get("relevant")
        text = as_text(node, self._faults)
        if node is None or text is None:
            return None
        try:
            return relevance.parse(text)
        except relevance.RelevanceError as error:
            self._fault("bad_relevant", node, problem=error.code, position=error.position + 1)
            return None

    # The values of one key each.

    def _message(self, table: Table, key: str, id_: str) -> Message:
        node = self._needed(table, key)
        text = as_text(node, self._faults) or ""
        if isinstance(node, Text) and not text.strip():
            self._fault("empty_label", node, key=key)
        for found in re.finditer(r"%(?:\((\w*)\)s)?", text):
            if found[1] not in PLACEHOLDERS:
                self._fault("unknown_placeholder", node or table, placeholder=found[0])
        return Message(id_, text)

    def _name(self, table: Table, key: str, seen: set[str] | None = None, reserved: frozenset[str] = _RESERVED) -> str:
        node = self._needed(table, key)
        name = as_text(node, self._faults)
        if node is None or name is None:
            return ""
        if not _NAME.fullmatch(name):
            self._fault("bad_name", node, name=name)
        elif seen is not None and name in seen:
            self._fault("duplicate_name", node, name=name)
        elif name in reserved:
            self._fault("reserved_name", node, name=name)
        if seen is not None:
            seen.add(name)
        return name

    def _count(self, table: Table, key: str, *, least: int) -> int:
        node = self._needed(table, key)
        text = as_text(node, self._faults)
        if node is None or text is None:
            return least
        if not re.fullmatch("[0-9]{1,4}", text) or int(text) < least:
            self._fault("bad_number", node, key=key, least=least)
            return least
        return int(text)

    def _flag(self, table: Table, key: str) -> bool:
        node = table.nodes.get(key)
        text = as_text(node, self._faults)
        if node is None or text is None:
            return False
        if text.lower() not in _FLAGS:
            self._fault("bad_flag", node, key=key)
        return _FLAGS.get(text.lower(), False)

    def _one_of(self, table: Table, key: str, known: Collection[str]) -> str | None:
        node = self._needed(table, key) if key == "respondent" else table.nodes.get(key)
        text = as_text(node, self._faults)
        if node is None or text is None or text in known:
            return text
        self._fault(f"unknown_{key}", node, value=text, nearest=nearest(text, known))
        return None

    def _needed(self, table: Table, key: str) -> Node | None:
        if key not in table.nodes:
            self._fault("missing_key", table, key=key)
        return table.nodes.get(key)

    def _known_keys(self, table: Table, known: tuple[str, ...]) -> None:
        for key, node in table.nodes.items():
            if key not in known:
                self._fault("unknown_key", node, key=key, nearest=nearest(key, known))

    def _fault(self, code: str, node: Node, **values: str | int) -> None:
        self._faults.append(Fault(code, node.line, values))
