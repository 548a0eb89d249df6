"""Finds every sentence of the project: ``Message("id", "English")`` in Python, and the texts of the YAML files.

Python is read as a syntax tree: Babel's own extractor takes any string inside the parentheses for the sentence, so that
``Message("id", texts["key"])`` would put ``key`` into the catalogs.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.text.catalog import Domain

HIRE_SOURCES = (
    "surveys/bank/*.yaml",
    "bot/text/prompts.py",
    "bot/text/replies.py",
    "bot/text/consent.py",
    "bot/text/menu.py",
    "bot/text/safety.py",
    "bot/text/sharing.py",
    "bot/text/privacy.py",
    "bot/text/cards.py",
    "bot/text/forms.py",
    "bot/text/home.py",
)
"""Files whose sentences a hire or a manager reads."""

STAFF_SOURCES = ("bot/text/**/*.py", "risk/rules.yaml")
"""Files whose sentences consultants and the command line show, but for those in HIRE_SOURCES."""

PACKAGES = ("bot", "surveys", "risk", "scheduler", "store")
"""Folders in which no sentence may stand outside the sources above."""

TRANSLATORS = "Translators: "
"""How a comment right above a sentence starts that the catalogs repeat."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A marked sentence with the file (relative to the root) and line where it stands."""

    id: str
    text: str
    path: str
    line: int
    comment: str = ""


def sentences(root: Path, domain: Domain) -> list[Sentence]:
    """All sentences of one domain, in the order of the files and of the lines in them."""
    return [sentence for path in _files(root, domain) for sentence in _read(root, path)]


def unmarked(root: Path) -> list[Sentence]:
    """Sentences that no catalog would contain: a ``Message`` with a text of its own outside the sources, or one that is
    not made of two plain strings."""
    sources = _files(root, "hire") + _files(root, "staff")
    found = []
    for path in sorted(path for package in PACKAGES for path in (root / package).rglob("*.py")):
        name = path.relative_to(root).as_posix()
        for call, (id_, text) in _calls(path):
            plain = isinstance(id_, ast.Constant) and isinstance(text, ast.Constant)
            # A text that is read from elsewhere (a variable, a field of a survey file) is no sentence of this file.
            of_its_own = isinstance(text, ast.Constant | ast.JoinedStr | ast.BinOp)
            if of_its_own and not (plain and path in sources):
                found.append(Sentence(ast.unparse(id_), ast.unparse(text), name, call.lineno))
    return found


def _files(root: Path, domain: Domain) -> list[Path]:
    hire = [path for pattern in HIRE_SOURCES for path in sorted(root.glob(pattern))]
    if domain == "hire":
        return hire
    return [path for pattern in STAFF_SOURCES for path in sorted(root.glob(pattern)) if path not in hire]


def _read(root: Path, path: Path) -> Iterator[Sentence]:
    name = path.relative_to(root).as_posix()
    if path.suffix == ".yaml":
        document = _fields(yaml.compose(path.read_text("utf-8"), Loader=yaml.SafeLoader))
        found = _survey_sentences(document) if "survey" in document else _rules_sentences(document)
        for id_, node in found:
            yield Sentence(id_, node.value, name, node.start_mark.line + 1)
        return
    lines = path.read_text("utf-8").splitlines()
    for call, arguments in _calls(path):
        match arguments:
            case ast.Constant(str(id_)), ast.Constant(str(text)):
                yield Sentence(id_, text, name, call.lineno, _comment_above(lines, call.lineno))


def _calls(path: Path) -> Iterator[tuple[ast.Call, list[ast.expr]]]:
    """Every ``Message(…, …)`` with its two arguments, from top to bottom."""
    tree = ast.parse(path.read_bytes(), filename=str(path))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
        if isinstance(call.func, ast.Name) and call.func.id == "Message" and len(arguments) == 2:
            yield call, arguments


def _comment_above(lines: list[str], number: int) -> str:
    """The translators' comment that ends right above a line (counted from 1), or ''."""
    first = number - 1
    while first > 0 and lines[first - 1].lstrip().startswith("#"):
        first -= 1
    words = " ".join(line.strip().removeprefix("# ") for line in lines[first : number - 1])
    return words.removeprefix(TRANSLATORS) if words.startswith(TRANSLATORS) else ""


def _survey_sentences(document: Mapping[str, yaml.Node]) -> Iterator[tuple[str, yaml.Node]]:
    """The sentences of a survey file under the ids that ``surveys.loader`` gives them."""
    settings = _fields(document["settings"])
    form = settings["form_id"].value
    yield f"{form}.title", settings["title"]
    for row in map(_fields, document["survey"].value):
        for column in ("label", "hint"):
            if column in row:
                yield f"{form}.{row['name'].value}.{column}", row[column]
    for list_name, choices in _fields(document.get("choices")).items():
        for choice in map(_fields, choices.value):
            id_ = f"{form}.{list_name}.{choice['name'].value}"
            yield id_, choice["label"]
            if "words" in choice:
                yield f"{id_}.words", choice["words"]


def _rules_sentences(document: Mapping[str, yaml.Node]) -> Iterator[tuple[str, yaml.Node]]:
    """The sentences of the risk rules under the ids that ``risk.rules`` gives them."""
    for part, prefix in (("reasons", "risk.reason"), ("first_steps", "risk.step")):
        for code, entry in _fields(document.get(part)).items():
            yield f"{prefix}.{code}", _fields(entry)["text"]
    if "expectation" in document:
        yield "risk.expectation", _fields(document["expectation"])["text"]


def _fields(node: yaml.Node | None) -> dict[str, yaml.Node]:
    return {key.value: value for key, value in node.value} if isinstance(node, yaml.MappingNode) else {}
