"""Keeps the message catalogs in ``locales/``: ``python -m bot.text.locales update | check | fill | compile``.

``update`` brings the templates and catalogs up to the sentences of the code, ``check`` says what stands in the way of a
release, ``fill`` puts translations from JSON files into the catalogs, ``compile`` writes the binary ``.mo`` files.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Literal

from babel.messages import Catalog
from babel.messages import Message as Entry
from babel.messages.pofile import read_po, write_po

from bot.text import wording
from bot.text.catalog import KNOWN_LOCALES, SHIPPED, Domain
from bot.text.extract import Sentence, sentences, unmarked
from locales import compile_all

ROOT = Path(__file__).resolve().parents[2]
DOMAINS: tuple[Domain, ...] = ("hire", "staff")
Demand = Literal["complete", "lags", "read"]

WRITTEN_WITH_THE_CODE = ("ja", "ja@simple")
"""Whoever adds a sentence writes it in these languages as well; the other shipped ones may lag behind until a release."""

UNREVIEWED = "no native speaker has read this catalog yet"
BEFORE = "English before: "
"""How the comment starts that keeps the sentence which a fuzzy entry translates."""

PLACEHOLDER = re.compile(r"%(?:\([^)]*\)?)?.?")
"""Whatever ``text % values`` would try to fill, whole or damaged; two percent signs are one percent sign."""


def update(root: Path, languages: Iterable[str] = ()) -> list[str]:
    """Bring templates and catalogs up to date; ``languages`` names those to start.

    Entries are joined by their id: where the English has changed, the translation stays but becomes fuzzy, so that it is
    shown to nobody before somebody has read it again. Returns one line a catalog.
    """
    lines = []
    for domain in DOMAINS:
        template = _template(root, domain)
        _write(_pot(root, domain), template, _pot_header(domain))
        for locale in _locales(root, domain, languages):
            path = _po(root, domain, locale)
            catalog = _joined(path, locale, template)
            _write(path, catalog, _header(path) or _po_header(domain, locale))
            lines.append(f"{path.relative_to(root)}: {len(catalog)} sentences, {_count(catalog)} to translate")
    return lines


def check(root: Path, *, lagging: bool = False) -> list[str]:
    """One line for everything that keeps the catalogs from being complete and right; an empty list when nothing does.

    With ``lagging``, sentences that shipped languages lack, or have to read again, are passed over: English is shown
    there meanwhile.
    """
    marked = [sentence for domain in DOMAINS for sentence in sentences(root, domain)]
    lines = [*_misplaced(root), *_ambiguous(marked)]
    for domain in DOMAINS:
        template = _template(root, domain)
        pot = _pot(root, domain)
        if not pot.exists() or _text(template, _pot_header(domain)) != pot.read_text("utf-8"):
            lines.append(f"{pot.relative_to(root)}: out of date, run make locales")
        for locale in _locales(root, domain):
            path = _po(root, domain, locale)
            lines += [
                f"{path.relative_to(root)}: {line}"
                for line in _catalog_problems(locale, _read(path, locale), template, _demand(domain, locale, lagging))
            ]
    return lines


def warnings(root: Path) -> list[str]:
    """One line for each place where plain Japanese could be plainer; nothing of it keeps a release back."""
    path = _po(root, "hire", "ja@simple")
    return [
        f"{path.relative_to(root)}: {entry.context}: {line}"
        for entry in _entries(_read(path, "ja@simple"))
        if wording.is_read(str(entry.context))
        for line in wording.plain_faults(str(entry.string), "warning")
    ]


def fill(root: Path, files: Iterable[Path]) -> list[str]:
    """Put translations into the catalogs: ``{"id": {"ja": "…", "ja@simple": "…"}}`` in each JSON file.

    A translation by hand counts as read, so the entry is fuzzy no more; but where the file also holds the English that it
    translates (``"en"``) and the sentence has changed since, the entry is fuzzy. Returns one line for each translation
    that was left out: an unknown id, a locale without catalog, or placeholders that differ from the English. Raises
    OSError or ValueError for a file that is not such JSON.
    """
    given = [(file.name, _words(file)) for file in files]
    update(root)
    lines = []
    for name, words in given:
        left = {(id_, locale) for id_, texts in words.items() for locale in texts if locale != "en"}
        for domain in DOMAINS:
            for locale in _locales(root, domain):
                path = _po(root, domain, locale)
                catalog = _read(path, locale)
                known = [entry for entry in _entries(catalog) if locale in words.get(str(entry.context), {})]
                left -= {(str(entry.context), locale) for entry in known}
                refused = [entry for entry in known if not _translate(entry, words[str(entry.context)], locale)]
                lines += [f"{name}: {e.context} in {locale} has other placeholders than {e.id!r}" for e in refused]
                _write(path, catalog, _header(path))
        lines += [f"{name}: no catalog of {locale} has {id_}" for id_, locale in sorted(left)]
    return lines


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns 1 when ``check`` found something or ``fill`` left something out."""
    parser = argparse.ArgumentParser(prog="python -m bot.text.locales", description="Keep the message catalogs.")
    commands = parser.add_subparsers(dest="command", required=True)
    updating = commands.add_parser("update", help="bring templates and catalogs up to the sentences of the code")
    updating.add_argument(
        "--language",
        action="append",
        default=[],
        choices=sorted(KNOWN_LOCALES.keys() - {"en"}),
        help="start the catalogs of one more locale of KNOWN_LOCALES",
    )
    checking = commands.add_parser("check", help="say what is missing, fuzzy, wrong or misplaced")
    checking.add_argument("--lagging", action="store_true", help="pass over what shipped languages but Japanese lack")
    checking.add_argument("--warnings", action="store_true", help="also say where plain Japanese could be plainer")
    filling = commands.add_parser("fill", help='put translations in: {"id": {"ja": "…"}}')
    filling.add_argument("files", nargs="+", type=Path, metavar="FILE.json")
    commands.add_parser("compile", help="write the .mo files")
    given = parser.parse_args(arguments)

    match given.command:
        case "update":
            print(*update(ROOT, given.language), sep="\n")
            return 0
        case "check":
            found = check(ROOT, lagging=given.lagging)
            if given.warnings:
                lines = warnings(ROOT)
                print(*lines, f"{len(lines)} warnings", sep="\n")
        case "fill":
            try:
                found = fill(ROOT, given.files)
            except (OSError, ValueError) as error:
                parser.error(f"nothing was filled in, because a file cannot be used: {error}")
        case _:
            compile_all(ROOT / "locales")
            return 0
    if found:
        print(*found, sep="\n", file=sys.stderr)
    return 1 if found else 0


def _template(root: Path, domain: Domain) -> Catalog:
    """The sentences of a domain as a catalog, in the order in which they stand in the files."""
    template = Catalog()
    for sentence in sentences(root, domain):
        template.add(
            sentence.text,
            context=sentence.id,
            locations=[(sentence.path, sentence.line)],
            auto_comments=[sentence.comment] if sentence.comment else [],
        )
    return template


def _joined(path: Path, locale: str, template: Catalog) -> Catalog:
    """The catalog at ``path`` with the template's sentences, its translations kept by id."""
    before = {entry.context: entry for entry in _entries(_read(path, locale))}
    catalog = Catalog(locale=locale)
    for wanted in _entries(template):
        entry = catalog.add(
            wanted.id, locations=wanted.locations, auto_comments=wanted.auto_comments, context=wanted.context
        )
        old = before.get(wanted.context)
        if old is None or not old.string:
            continue
        entry.string, entry.user_comments = old.string, old.user_comments
        if old.fuzzy or old.id != wanted.id:
            entry.flags.add("fuzzy")
        if old.id != wanted.id:
            entry.user_comments = [*_without_before(old), f"{BEFORE}{old.id}"]
        elif not old.fuzzy:
            entry.user_comments = _without_before(old)
    return catalog


def _words(file: Path) -> dict[str, dict[str, str]]:
    words = json.loads(file.read_text("utf-8"))
    if not isinstance(words, dict):
        raise ValueError('expected an object: {"id": {"ja": "…"}}')
    for id_, texts in words.items():
        if not isinstance(texts, dict) or not all(isinstance(text, str) and text for text in texts.values()):
            raise ValueError(f'expected {{"ja": "…"}} at {id_}')
    return words


def _translate(entry: Entry, texts: dict[str, str], locale: str) -> bool:
    """Put a translation in; False, and nothing done, when its placeholders do not fit."""
    english = texts.get("en", entry.id)
    if _placeholders(texts[locale]) != _placeholders(str(entry.id)):
        return False
    entry.string = texts[locale]
    entry.user_comments = _without_before(entry)
    entry.flags.discard("fuzzy")
    if english != entry.id:
        entry.flags.add("fuzzy")
        entry.user_comments.append(f"{BEFORE}{english}")
    return True


def _without_before(entry: Entry) -> list[str]:
    return [comment for comment in entry.user_comments if not comment.startswith(BEFORE)]


def _misplaced(root: Path) -> Iterator[str]:
    for sentence in unmarked(root):
        yield (
            f"{sentence.path}:{sentence.line}: the sentence {sentence.text} is in no catalog; write it in bot/text/ as "
            'Message("id", "English") with two plain strings'
        )


def _ambiguous(marked: list[Sentence]) -> Iterator[str]:
    first: dict[str, Sentence] = {}
    for sentence in marked:
        other = first.setdefault(sentence.id, sentence)
        if other.text != sentence.text:
            yield (
                f"{sentence.path}:{sentence.line}: the id {sentence.id} has another text at {other.path}:{other.line}; "
                "one of the two needs an id of its own"
            )


def _demand(domain: Domain, locale: str, lagging: bool) -> Demand:
    if locale not in SHIPPED[domain]:
        return "read"
    return "lags" if lagging and locale not in WRITTEN_WITH_THE_CODE else "complete"


def _catalog_problems(locale: str, catalog: Catalog, template: Catalog, demand: Demand) -> Iterator[str]:
    """What is wrong with a catalog: one that is "complete" lacks nothing, of one that is "read" every entry was read."""
    if {(e.context, e.id) for e in _entries(catalog)} != {(e.context, e.id) for e in _entries(template)}:
        yield "out of date, run make locales"
        return
    missing = [str(entry.context) for entry in _entries(catalog) if not entry.string]
    if missing and demand == "complete":
        yield f"{len(missing)} of {len(catalog)} sentences are not translated: {', '.join(missing)}"
    for entry in _entries(catalog):
        if not entry.string:
            continue
        if entry.fuzzy:
            if demand != "lags":
                yield f"{entry.context} is fuzzy: read the translation again, then remove the mark"
        elif _placeholders(str(entry.string)) != _placeholders(str(entry.id)):
            yield f"{entry.context} has other placeholders than the English: {entry.string!r}, {entry.id!r}"
        else:
            yield from wording.faults(locale, str(entry.context), str(entry.id), str(entry.string))
    if not missing and any(str(entry.context).startswith("command.") for entry in _entries(catalog)):
        english = {str(entry.context): str(entry.id) for entry in _entries(catalog)}
        yield from wording.unknown_words(english, {str(e.context): str(e.string) for e in _entries(catalog)})


def _placeholders(text: str) -> set[str]:
    return {found for found in PLACEHOLDER.findall(text) if found != "%%"}


def _count(catalog: Catalog) -> int:
    return sum(not entry.string or entry.fuzzy for entry in _entries(catalog))


def _entries(catalog: Catalog) -> list[Entry]:
    return [entry for entry in catalog if entry.id]


def _locales(root: Path, domain: Domain, languages: Iterable[str] = ()) -> list[str]:
    """The locales of a domain that have a catalog or must have one; English is the source and has none."""
    there = {path.parts[-3] for path in root.glob(f"locales/*/LC_MESSAGES/{domain}.po")}
    return sorted(there.union(SHIPPED[domain], languages) - {"en"})


def _pot(root: Path, domain: Domain) -> Path:
    return root / "locales" / f"{domain}.pot"


def _po(root: Path, domain: Domain, locale: str) -> Path:
    return root / "locales" / locale / "LC_MESSAGES" / f"{domain}.po"


def _read(path: Path, locale: str) -> Catalog:
    if not path.exists():
        return Catalog(locale=locale)
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def _header(path: Path) -> str:
    """The header as it stands in the file, so that a translator's name and remarks there are kept; '' without a file."""
    return path.read_text("utf-8").partition("\n\n")[0] if path.exists() else ""


def _pot_header(domain: Domain) -> str:
    # No dates: a template that changes without a changed sentence would make every comparison worthless.
    return f"""\
# The English sentences of teichaku, domain {domain}. Made by "make locales"; edit the sources, not this file.
msgid ""
msgstr ""
"Project-Id-Version: teichaku\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n\""""


def _po_header(domain: Domain, locale: str) -> str:
    plural_forms = Catalog(locale=locale).plural_forms
    return f"""\
# {KNOWN_LOCALES[locale]} ({locale}): the catalog of teichaku, domain {domain}.
# msgctxt is the id of a sentence and never changes; msgid is its English; docs/add-a-language.md says more.
msgid ""
msgstr ""
"Project-Id-Version: teichaku\\n"
"Language: {locale}\\n"
"Language-Reviewed: {UNREVIEWED}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural_forms}\\n\""""


def _text(catalog: Catalog, header: str) -> str:
    file = BytesIO()
    # Babel wraps comments at 76 characters when it is told to wrap nothing, hence the large width.
    write_po(file, catalog, width=100_000, omit_header=True, include_lineno=False, ignore_obsolete=True)
    return f"{header}\n\n{file.getvalue().decode('utf-8')}".rstrip("\n") + "\n"


def _write(path: Path, catalog: Catalog, header: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_text(catalog, header), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
