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

from surveys import relevance, wording
from surveys.checks import (
    LONGEST_SHOWN,
    Row,
    check,
    check_button,
    check_choices,
    check_matter,
    check_respondent,
    check_text,
    check_translations,
    is_blank,
)
from surveys.languages import KNOWN_LOCALES, heading, translated
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

MOST_QUESTIONS = 10
"""A check-in is twelve messages at most: an opening, these, and a thank-you."""

_SETTINGS = (
    "form_id",
    "version",
    "title",
    "respondent",
    "default_language",
    "max_questions",
    "max_follow_ups",
    "after_start",
)
_SAID = frozenset({"title", "label", "hint", "words"})
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
_UNUSED = re.compile(
    r"(required|constraint|media|image|big-image|audio|video|guidance_hint)(_message)?(::.*)?|appearance|calculation|default|"
    r"read_?only|parameters|choice_filter|repeat_count|trigger|style|allow_choice_duplicates|instance_name|instance_id|"
    r"public_key|submission_url|auto_send|auto_delete|namespaces|prefix|delimiter|id_string|sms_.*|\$.*"
)
"""Columns of XLSForm, and of the tools that write it, for which a chat has no use."""

_TYPES = ("select_one", "text", "hidden")
_NAME = re.compile(r"[a-z0-9][a-z0-9_]*")
LONGEST_NAME, LONGEST_CHOICE = 60, 30
"""Characters of a name. That of a choice travels in Telegram's button, which has room for 64 with all that stands before it."""
_FLAGS = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}
# Ids of a question's sentences and of a list's choices share the form's name: FORM.NAME.label and FORM.LIST.CHOICE.
_RESERVED = frozenset({"label", "hint"})
# On the button of a choice they would mean that somebody writes in their own words.
_RESERVED_CHOICES = frozenset({"words", "write"})


NOTHING: Mapping[tuple[str, int], str] = MappingProxyType({})


def load(
    text: str,
    source: str,
    *,
    registered: Mapping[tuple[str, int], str] = NOTHING,
    mirrored: Mapping[str, Question] | None = None,
) -> Survey:
    """Read one survey file; ``source`` names it in errors. ``registered`` are the fingerprints of wordings that were asked
    already (surveys.wording) by form and version, ``mirrored`` the questions that a manager's may mirror, by name. Raises
    SurveyError with all faults at once."""
    faults: list[Fault] = []
    tree = read(text, faults)
    if tree is None:
        raise SurveyError(source, faults)
    return load_tree(tree, source, faults, registered=registered, mirrored=mirrored)


def load_tree(
    tree: Table,
    source: str,
    faults: list[Fault],
    *,
    registered: Mapping[tuple[str, int], str] = NOTHING,
    mirrored: Mapping[str, Question] | None = None,
) -> Survey:
    """The same for a file that was read already, with the ``faults`` of its shape."""
    reader = _Reader(tree, faults, registered, mirrored)
    if not reader.has_sections():
        raise SurveyError(source, faults)
    survey = reader.survey()
    if faults:
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
    surveys = [load(text, name, registered=wording.shipped()) for name, text in texts]
    return MappingProxyType({survey.form_id: survey for survey in surveys})


def text_of(form: str) -> str:
    """The file of a shipped survey as it is written."""
    return (files("surveys") / "bank" / f"{form}.yaml").read_text(encoding="utf-8")


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

    def __init__(
        self,
        tree: Table,
        faults: list[Fault],
        registered: Mapping[tuple[str, int], str],
        mirrored: Mapping[str, Question] | None,
    ) -> None:
        self._tree = tree
        self._faults = faults
        self._registered = registered
        self._mirrored = mirrored
        self._form = ""
        self._shown: list[tuple[Message, Node]] = []

    def has_sections(self) -> bool:
        """Whether the sections are there and have their shape: where one is missing, nothing in it is worth a sentence."""
        before = len(self._faults)
        self._known_keys(self._tree, ("settings", "survey", "choices"))
        if (section := self._needed(self._tree, "settings")) is not None:
            as_table(section, self._faults)
        if (section := self._needed(self._tree, "survey")) is not None:
            as_items(section, self._faults)
        as_table(self._tree.nodes.get("choices", Table({}, 1)), self._faults)
        return len(self._faults) == before

    def survey(self) -> Survey:
        settings = as_table(self._needed(self._tree, "settings"), self._faults)
        self._known_keys(settings, _SETTINGS)
        self._form = self._name(settings, "form_id")
        self._language(settings)
        title = self._message(settings, "title", f"{self._form}.title", filled=frozenset())
        self._faults += check_text([title], settings.line)
        lists = self._lists()
        respondent = Respondent(self._one_of(settings, "respondent", sorted(Respondent)) or Respondent.HIRE)
        rows, hidden = self._rows(lists, respondent)
        self._faults += check(rows, hidden)
        self._faults += check_translations(self._shown)
        survey = Survey(
            form_id=self._form,
            version=self._count(settings, "version", least=1),
            respondent=respondent,
            title=title,
            questions=tuple(row.question for row in rows),
            max_questions=self._count(settings, "max_questions", least=1, most=MOST_QUESTIONS),
            max_follow_ups=self._count(settings, "max_follow_ups", least=0),
            hidden=tuple(hidden),
            after_start=tuple(dict.fromkeys(self._after_start(settings))),
        )
        asked = self._registered.get((survey.form_id, survey.version))
        if not self._faults and asked not in (None, wording.of_survey(survey)):
            self._faults.append(wording.changed(survey, self._registered, line=settings.nodes["version"].line))
        return survey

    def _after_start(self, settings: Table) -> Iterator[tuple[int, int]]:
        node = settings.nodes.get("after_start")
        for offset in (as_text(node, self._faults) or "").split():
            found = re.fullmatch("([1-9][0-9]{0,2})([md])", offset)
            if found is None:
                self._fault("bad_offset", node or settings, value=offset)
            else:
                yield (int(found[1]), 0) if found[2] == "m" else (0, int(found[1]))

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
        lists = {name: tuple(self._choices(name, node)) for name, node in tables.items()}
        for name, choices in lists.items():
            self._faults += check_choices(choices, tables[name].line)
        return lists

    def _choices(self, name: str, node: Node) -> Iterator[Choice]:
        seen: set[str] = set()
        for item in as_items(node, self._faults):
            table = as_table(item, self._faults)
            self._known_keys(table, _CHOICE)
            choice = self._name(table, "name", seen, _RESERVED | _RESERVED_CHOICES, most=LONGEST_CHOICE)
            id_ = f"{self._form}.{name}.{choice}"
            named = f"{id_}.words"
            words = self._message(table, "words", named, filled=frozenset()) if "words" in table.nodes else None
            label = self._message(table, "label", id_, filled=frozenset())
            self._faults += check_button(label, table.line)
            yield Choice(choice, label, words, self._one_of(table, "signal", SIGNALS))

    def _rows(self, lists: Mapping[str, tuple[Choice, ...]], respondent: Respondent) -> tuple[list[Row], list[str]]:
        rows: list[Row] = []
        hidden: list[str] = []
        seen: set[str] = set()
        section = self._tree.nodes["survey"]
        before = len(self._faults)
        for item in as_items(section, self._faults):
            if not isinstance(item, Table):
                as_table(item, self._faults)
                continue
            type_ = as_text(self._needed(item, "type"), self._faults) or ""
            asked = type_.split()[:1]
            if asked and asked[0] in _TYPES:
                self._known_keys(item, ("type", "name") if type_ == "hidden" else (*_ROW, "ssw_item"))
                name = self._name(item, "name", seen)
            else:
                # Nothing else of such a row is worth a sentence, but others may refer to it.
                if isinstance(node := item.nodes.get("type"), Text):
                    self._fault("unknown_type", node, type=type_[:LONGEST_SHOWN])
                hidden += [named.text] if isinstance(named := item.nodes.get("name"), Text) else []
                continue
            if type_ == "hidden":
                hidden.append(name)
            else:
                rows.append(Row(self._question(item, name, type_, lists), item.line))
                self._faults += check_respondent(rows[-1].question, respondent, item.line)
        if not rows and len(self._faults) == before:
            self._fault("no_questions", section)
        return rows, hidden

    def _question(self, table: Table, name: str, type_: str, lists: Mapping[str, tuple[Choice, ...]]) -> Question:
        id_ = f"{self._form}.{name}"
        visibility = self._one_of(table, "visibility", sorted(Visibility))
        scale = self._flag(table, "scale")
        label = self._message(table, "label", f"{id_}.label")
        hint = self._message(table, "hint", f"{id_}.hint") if "hint" in table.nodes else None
        self._faults += check_text([label, *filter(None, [hint])], table.line)
        question = Question(
            name=name,
            label=label,
            choices=self._type(table, type_, lists, scale=scale),
            hint=hint,
            scale=scale,
            driver=self._one_of(table, "driver", DRIVERS),
            relevant=self._relevant(table),
            follow_up_of=as_text(table.nodes.get("follow_up_of"), self._faults),
            visibility=Visibility(visibility) if visibility else Visibility.CONSULTANT,
            follow_up=self._flag(table, "follow_up"),
            mirrors=as_text(table.nodes.get("mirrors"), self._faults),
            ssw_items=tuple(self._items(table)),
        )
        self._faults += check_matter(question, table.line)
        self._mirror(table, question)
        return question

    def _mirror(self, table: Table, question: Question) -> None:
        if self._mirrored is None or question.mirrors is None:
            return
        node, own = table.nodes["mirrors"], self._mirrored.get(question.mirrors)
        if own is None:
            known = nearest(question.mirrors, self._mirrored)
            self._fault("unknown_mirror", node, value=question.mirrors, nearest=known)
        elif question.scale and len(own.choices) != len(question.choices):
            points = {"found": len(question.choices), "expected": len(own.choices)}
            self._fault("mirror_points", node, name=question.mirrors, **points)

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
                self._fault("unknown_list", table, list=name[:LONGEST_SHOWN], nearest=nearest(name, lists))
            case _:
                self._fault("unknown_type", table, type=type_[:LONGEST_SHOWN])
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

    def _message(self, table: Table, key: str, id_: str, *, filled: frozenset[str] = PLACEHOLDERS) -> Message:
        """``filled`` is what the shell fills into this sentence."""
        node = self._needed(table, key)
        text = as_text(node, self._faults) or ""
        if isinstance(node, Text) and is_blank(text):
            self._fault("empty_label", node, key=key)
        # A spreadsheet fills in ${hire}, a file %(hire)s; the wrong one would be read aloud.
        for found in re.finditer(r"%(?:\((\w*)\)s)?|\$\{\w*\}", text):
            if found[1] in filled:
                continue
            code = "placeholder_place" if found[1] in PLACEHOLDERS else "unknown_placeholder"
            self._fault(code, node or table, placeholder=found[0][:LONGEST_SHOWN])
        message = Message(id_, text, dict(self._translations(table, key, text)))
        if key in ("label", "hint"):
            self._shown.append((message, node or table))
        return message

    def _translations(self, table: Table, key: str, text: str) -> Iterator[tuple[str, str]]:
        """What the row says itself in other languages, each with what is filled into the English sentence."""
        seen = {"en"}  # The English stands in the column without a language.
        for name, node in table.nodes.items():
            base, locale = translated(name) or (name, None)
            if base != key or locale is None:
                continue
            said = as_text(node, self._faults) or ""
            if locale in seen:
                self._fault("duplicate_key", node, key=name)
            elif sorted(re.findall(r"%(?:\(\w*\)s)?", said)) != sorted(re.findall(r"%(?:\(\w*\)s)?", text)):
                self._fault("other_placeholders", node, key=name)
            seen.add(locale)
            if not is_blank(said) and locale != "en":
                yield locale, said

    def _name(
        self,
        table: Table,
        key: str,
        seen: set[str] | None = None,
        reserved: frozenset[str] = _RESERVED,
        *,
        most: int = LONGEST_NAME,
    ) -> str:
        node = self._needed(table, key)
        name = as_text(node, self._faults)
        if node is None or name is None:
            return ""
        if not _NAME.fullmatch(name):
            self._fault("bad_name", node, name=name[:LONGEST_SHOWN])
        elif len(name) > most:
            self._fault("long_name", node, name=name[:LONGEST_SHOWN], most=most)
        elif seen is not None and name in seen:
            self._fault("duplicate_name", node, name=name)
        elif name in reserved:
            self._fault("reserved_name", node, name=name)
        if seen is not None:
            seen.add(name)
        return name

    def _count(self, table: Table, key: str, *, least: int, most: int = 9999) -> int:
        node = self._needed(table, key)
        text = as_text(node, self._faults)
        if node is None or text is None:
            return least
        if not re.fullmatch("[0-9]{1,4}", text) or int(text) < least:
            self._fault("bad_number", node, key=key, least=least)
            return least
        if int(text) > most:
            self._fault("too_many", node, key=key, most=most)
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
            base, locale = translated(key) or (key, "en")
            if base in _SAID and base in known and locale is None:
                languages = [heading(one) for one in KNOWN_LOCALES]
                self._fault("unknown_language", node, value=key, nearest=nearest(key.partition("::")[2], languages))
            elif base in known and (base == key or base in _SAID):
                continue
            elif _UNUSED.fullmatch(key):
                self._fault("unused_column", node, key=key[:LONGEST_SHOWN])
            else:
                self._fault("unknown_key", node, key=key[:LONGEST_SHOWN], nearest=nearest(key, known))

    def _fault(self, code: str, node: Node, **values: str | int) -> None:
        self._faults.append(Fault(code, node.line, values))
