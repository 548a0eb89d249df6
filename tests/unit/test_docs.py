"""The documentation names what exists: links, commands of make, and settings."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from bot.settings.model import Settings
from bot.text.catalog import KNOWN_LOCALES, SHIPPED, Domain
from bot.text.locales import UNREVIEWED

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
TARGETS = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    text = page.read_text("utf-8")
    links = [link for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text) if "://" not in link and "mailto:" not in link]
    named = re.findall(r"(?<![\w/.])docs/[\w/-]+\.md", text)
    missing = [link for link in links if not (page.parent / link).exists()]
    assert missing + [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_make_command_of_a_page_exists(page: Path) -> None:
    named = re.findall(r"(?:^    |`)(?:[A-Z_]+=\S+ )?make ([a-z-]+)", page.read_text("utf-8"), re.MULTILINE)
    assert set(named) - TARGETS == set()


def test_the_example_of_the_environment_names_every_variable() -> None:
    tables = {
        "agency",
        "cadence",
        "calendar",
        "alerts",
        "staff",
        "companies",
        "languages",
        "privacy",
        "risk",
        "surveys",
    }
    variables = {f"TEICHAKU_{name.upper()}" for name in Settings.model_fields.keys() - tables}
    example = (ROOT / ".env.example").read_text("utf-8")
    assert set(re.findall(r"^#?(TEICHAKU_\w+)=", example, re.MULTILINE)) == variables | {"TEICHAKU_CONFIG"}


DOMAINS: tuple[Domain, ...] = ("hire", "staff")


def header(locale: str, domain: str) -> str:
    """Who has read a catalog, by its header."""
    text = (ROOT / "locales" / locale / "LC_MESSAGES" / f"{domain}.po").read_text("utf-8")
    found: list[str] = re.findall(r'^"Language-Reviewed: (.*)\\n"$', text, re.MULTILINE)
    return found[0]


def test_the_page_about_languages_says_who_has_read_which_catalog() -> None:
    page = (ROOT / "docs/add-a-language.md").read_text("utf-8")
    shipped = [
        (locale, domain, header(locale, domain)) for domain in DOMAINS for locale in SHIPPED[domain] if locale != "en"
    ]
    rows = [
        f"| {KNOWN_LOCALES[locale]} | {locale} | {domain} | {'nobody yet' if read == UNREVIEWED else read} |"
        for locale, domain, read in shipped
    ]
    assert sorted(line for line in page.splitlines() if re.search(r"\| (?:hire|staff) \|", line)) == sorted(rows)


ALSO_OTHER_THINGS = {
    "address",
    "declined",
    "drop",
    "first step",
    "follow-up",
    "help",
    "leave",
    "note",
    "period",
    "skip",
}
ALSO_OTHER_THINGS |= {
    "context",
    "catalog",
    "acknowledge",
    "link",
    "reminder",
    "signal",
    "survey",
    "tick",
    "topic",
    "usual",
}
"""Terms that are everyday words as well, so that a sentence with the word need not be about the term."""


def test_the_japanese_of_the_screens_uses_the_words_of_the_glossary() -> None:
    """Each term that stands in several sentences is called by its one name in at least one of four."""
    said = []
    for domain in DOMAINS:
        with (ROOT / f"locales/ja/LC_MESSAGES/{domain}.po").open("rb") as file:
            said += [(str(entry.id), str(entry.string)) for entry in read_po(file, locale="ja") if entry.id]
    lines = (ROOT / "docs/glossary.md").read_text("utf-8").splitlines()
    strange = {}
    for english, japanese in (line.split("|")[1:3] for line in lines if line.startswith("| ") and "---" not in line):
        terms = {re.sub(r" \(.*", "", term).strip() for term in english.split(",")} - ALSO_OTHER_THINGS
        names = [name.strip() for name in japanese.split("、")]
        found = [text for id_, text in said if any(re.search(rf"\b{re.escape(one)}s?\b", id_) for one in terms)]
        called = sum(any(name in text for name in names) for text in found)
        if len(found) >= 8 and called * 4 < len(found):
            strange[english.strip()] = (called, len(found))
    assert strange == {}
