"""A survey file as the three sheets of an XLSForm spreadsheet, and back.

People who own a survey write it where they write everything else. The sheets and their columns are XLSForm's, so that other
tools read them too; what only teichaku knows (``driver``, ``scale``, ``mirrors``, …) stands in columns that those tools pass
over. Sheets are rows of texts here; the shell reads and writes the files.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

import yaml

from surveys.checks import LONGEST_SHOWN
from surveys.languages import KNOWN_LOCALES, heading, tag, translated
from surveys.loader import PLACEHOLDERS
from surveys.source import Fault, Items, Node, SurveyError, Table, Text, read

Rows = list[list[str]]
Said = Callable[[str, str, str], str | None]
"""Gives the translation of a sentence (its id, its English) into a locale; None where there is none."""

SHEETS = ("survey", "choices", "settings")
ROWS_A_SHEET = 100_000
"""More rows than a survey has. In the tree of a spreadsheet a line is its sheet's number times this, plus the row."""

_ESSENTIAL = {"survey": "type", "choices": "list_name", "settings": "form_id"}
"""The column of each sheet without which its first row holds no headings."""

_SURVEY = ("type", "name", "label", "relevant", "driver", "scale", "follow_up_of", "follow_up", "mirrors")
_CHOICES = ("list_name", "name", "label", "words", "signal")


def to_sheets(text: str, source: str, locales: Sequence[str], said: Said) -> dict[str, Rows]:
    """The sheets of a survey file that ``surveys.loader.load`` takes, with columns for each of the ``locales``."""
    faults: list[Fault] = []
    tree = read(text, faults)
    if tree is None:
        raise SurveyError(source, faults)
    settings = _texts(tree.nodes["settings"])
    form = settings["form_id"]
    # What is filled into a sentence is a question of its own to XLSForm.
    asked = [{"type": "hidden", "name": name} for name in sorted(PLACEHOLDERS) if f"%({name})s" in text]
    for row in map(_texts, _items(tree.nodes["survey"])):
        ids = {key: f"{form}.{row['name']}.{key}" for key in ["label", "hint"]}
        asked.append({**row, **dict(_translations(row, ids, locales, said))})
    offered = []
    for name, row in _listed(tree.nodes.get("choices")):
        id_ = f"{form}.{name}.{row['name']}"
        named = {"label": id_, "words": f"{id_}.words"}
        offered.append({"list_name": name, **row, **dict(_translations(row, named, locales, said))})
    titled = dict(_translations(settings, {"title": f"{form}.title"}, locales, said))
    stated = {"form_title": settings.pop("title"), **settings, **titled, "default_language": heading("en")}
    return {
        "survey": _sheet(asked, _SURVEY),
        "choices": _sheet(offered, _CHOICES),
        "settings": _sheet([stated], tuple(key for key in stated if "::" not in key)),
    }


def to_file(sheets: Mapping[str, Rows], faults: list[Fault]) -> tuple[Table, str]:
    """The tree of a spreadsheet for ``surveys.loader.load_tree``, and the text of a survey file that says the same. What is
    wrong with the sheets themselves is added to ``faults``.

    Raises KeyError with the name of a sheet that is missing.
    """
    rows = {name: list(_read(name, sheets[name], number * ROWS_A_SHEET, faults)) for number, name in enumerate(SHEETS)}
    if len(rows["settings"]) > 1:
        faults.append(Fault("one_row", rows["settings"][1].line))
    if not rows["settings"] and not faults:
        faults.append(Fault("missing_key", SHEETS.index("settings") * ROWS_A_SHEET + 2, {"key": "form_id"}))
    stated = rows["settings"][0] if rows["settings"] else Table({}, SHEETS.index("settings") * ROWS_A_SHEET + 1)
    settings = {"title" if key == "form_title" else key: node for key, node in stated.nodes.items()}
    language = settings.get("default_language")
    if isinstance(language, Text) and language.text == heading("en"):
        settings["default_language"] = Text("en", language.line)
    lists: dict[str, list[Node]] = {}
    for row in rows["choices"]:
        name = row.nodes.get("list_name")
        others = {key: node for key, node in row.nodes.items() if key != "list_name"}
        lists.setdefault(name.text if isinstance(name, Text) else "", []).append(Table(others, row.line))
    tree = Table(
        {
            "settings": Table(settings, stated.line),
            "survey": Items(tuple(row for row in rows["survey"] if not _is_placeholder(row)), 1),
            "choices": Table({name: Items(tuple(each), each[0].line) for name, each in lists.items()}, ROWS_A_SHEET),
        },
        1,
    )
    return tree, yaml.safe_dump(_values(tree), allow_unicode=True, sort_keys=False, width=120)


def place(line: int) -> tuple[str, int]:
    """The sheet and the row of a line in the tree of a spreadsheet."""
    number, row = divmod(line, ROWS_A_SHEET)
    return SHEETS[number], max(row, 1)


# From a file to sheets.


def _items(node: Node | None) -> tuple[Node, ...]:
    return node.nodes if isinstance(node, Items) else ()


def _listed(node: Node | None) -> Iterator[tuple[str, dict[str, str]]]:
    """Every choice with the name of its list."""
    for name, each in node.nodes.items() if isinstance(node, Table) else ():
        yield from ((name, _texts(row)) for row in _items(each))


def _texts(node: Node) -> dict[str, str]:
    """The values of a row as they were written; a translation's key names its locale."""
    nodes = node.nodes.items() if isinstance(node, Table) else ()
    return {_key(key): value.text for key, value in nodes if isinstance(value, Text)}


def _key(name: str) -> str:
    found = translated(name)
    if found is None or found[1] is None:
        return name
    return found[0] if found[1] == "en" else f"{found[0]}::{found[1]}"


def _translations(
    row: Mapping[str, str], ids: Mapping[str, str], locales: Sequence[str], said: Said
) -> Iterator[tuple[str, str]]:
    """What the row does not say itself in these languages."""
    for key, id_ in ids.items():
        for locale in locales:
            if key in row and locale != "en" and f"{key}::{locale}" not in row:
                text = said(id_, row[key], locale)
                if text:
                    yield f"{key}::{locale}", text


def _sheet(rows: Sequence[Mapping[str, str]], order: Sequence[str]) -> Rows:
    """A heading row and a row for each: the known columns first, each followed by its translations."""
    used = {key for row in rows for key in row}
    bases = [*order, *sorted({key.partition("::")[0] for key in used} - set(order))]  # hint, ssw_item, visibility
    wanted = [key for base in bases for key in (base, *(f"{base}::{locale}" for locale in KNOWN_LOCALES))]
    keys = [key for key in wanted if key in used or key in order]
    return [[_heading(key) for key in keys], *([_referring(key, row.get(key, "")) for key in keys] for row in rows)]


def _heading(key: str) -> str:
    base, _, locale = key.partition("::")
    if base in ("label", "hint"):
        return f"{base}::{heading(locale or 'en')}"
    # Of other columns XLSForm knows no translations, so that :: would break its tools.
    return f"{base}_{tag(locale)}" if locale else base


def _referring(key: str, text: str) -> str:
    """What is filled into a sentence, as XLSForm refers to it: ``${hire}``."""
    return re.sub(r"%\((\w+)\)s", r"${\1}", text) if key.startswith(("label", "hint")) else text


# From sheets to a file.


def _read(sheet: str, rows: Rows, before: int, faults: list[Fault]) -> Iterator[Table]:
    """The rows below the headings, without empty cells; ``before`` is added to each row's number."""
    keys = [_column(text) for text in rows[0]] if rows else []
    if _ESSENTIAL[sheet] not in keys and any(text.strip() for row in rows for text in row):
        faults.append(Fault("no_headings", before + 1, {"key": _ESSENTIAL[sheet]}))
        return
    faults += [
        Fault("duplicate_key", before + 1, {"key": key})
        for place, key in enumerate(keys)
        if key and key in keys[:place]
    ]
    for number, row in enumerate(rows[1:], 2):
        line = before + number
        cells = {key: Text(_filled(key, text), line) for key, text in zip(keys, row, strict=False) if text.strip()}
        nameless = cells.pop("", None)
        if nameless and not any(fault.code == "no_heading" for fault in faults):
            faults.append(Fault("no_heading", line, {"text": nameless.text[:LONGEST_SHOWN]}))
        if cells:
            yield Table(cells, line)


def _column(text: str) -> str:
    """A heading as a survey file spells its key; XLSForm's tools pass over its case, and write a list's name in two ways."""
    base, colons, language = text.strip().partition("::")
    named = {"list name": "list_name"}.get(base.casefold(), base if base.startswith("$") else base.casefold())
    spelled = re.sub(r"^(words|title)_([\w-]+)$", r"\1::\2", named)
    return _key(f"{spelled}{colons}{language}")


def _filled(key: str, text: str) -> str:
    """A cell; what is filled into a sentence is written as a survey file has it. Nobody sees the blanks around a name."""
    said = key.startswith(("label", "hint"))
    return re.sub(r"\$\{(\w+)\}", r"%(\1)s", text) if said else text.strip()


def _is_placeholder(row: Table) -> bool:
    type_, name = row.nodes.get("type"), row.nodes.get("name")
    return isinstance(type_, Text) and type_.text == "hidden" and isinstance(name, Text) and name.text in PLACEHOLDERS


def _values(node: Node) -> object:
    match node:
        case Table(nodes=nodes):
            return {key: _values(value) for key, value in nodes.items()}
        case Items(nodes=items):
            return [_values(item) for item in items]
        case Text(text=text):
            return int(text) if re.fullmatch("[1-9][0-9]{0,3}", text) else text  # A number is readable without quotes.
