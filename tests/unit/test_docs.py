"""The documentation names what exists: links, commands of make, and settings."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.settings.model import Settings

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
    tables = {"agency", "cadence", "calendar", "alerts", "staff", "companies", "languages", "privacy", "risk"}
    variables = {f"TEICHAKU_{name.upper()}" for name in Settings.model_fields.keys() - tables}
    example = (ROOT / ".env.example").read_text("utf-8")
    assert set(re.findall(r"^#?(TEICHAKU_\w+)=", example, re.MULTILINE)) == variables | {"TEICHAKU_CONFIG"}
