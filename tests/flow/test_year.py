"""A whole year of one hire and their manager in each language, to be read through: tests/transcripts/year.

The year is lived once, in English, from the promise to the last questions after notice. Whatever is sent is worded in every
other language at the same moment, from the same rows, so that nine years take the time of one. ``make transcripts``
writes the files anew, and somebody who speaks the language reads them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date
from difflib import unified_diff
from pathlib import Path

import pytest

from bot.channels.memory import LIMITS
from bot.flow import changes, render
from bot.messages import Button, Style
from bot.text.catalog import KNOWN_LOCALES, SHIPPED, translate
from bot.text.prompts import Page
from bot.text.sharing import NOTHING
from bot.text.wording import ENGLISH
from store import facts
from store.queries import deliveries
from tests.house import TOKYO, House, living, row

FOLDER = Path(__file__).parents[1] / "transcripts" / "year"
LOCALES = SHIPPED["hire"]

CAST = {"company": "桜食品", "hire_name": "NGUYEN THI HOA", "manager_name": "佐藤 健司", "consultant_name": "森 愛子"}

NOTICE, LAST_DAY = date(2027, 6, 7), date(2027, 6, 30)

SCALES = (["1", "2", "3", "4", "5"], ["1", "2", "3", "4"])
GIVEN = ("4", "5", "4", "2", "4", "3", "4", "4", "1", "5", "4")
"""How the questions with a scale are answered, one after the other: well, with a hard moment now and then."""
HARMLESS = {"none", "yes_on", "not_yet"}
"""What is chosen wherever it is offered, so that the year is an ordinary one: no danger, no offer, no resignation."""
GRAVE = {"offer", "resigned", "notice", "other"}
SILENT_IN = "2026-09"
"""A month in which nobody answers, so that the reminders are read as well."""


@dataclass(slots=True)
class Year:
    """The pages of one person by locale, and what has been read so far."""

    house: House
    person: facts.Person
    name: str
    pages: dict[str, list[str]] = field(default_factory=lambda: {locale: [] for locale in LOCALES})
    shown: dict[str, set[str]] = field(default_factory=lambda: {locale: set() for locale in LOCALES})
    newest: dict[str, Page] = field(default_factory=dict)
    read: int = 0
    given: int = 0
    at: str = ""

    def hears(self) -> None:
        """Put what has arrived on every page, in its language."""
        for outbound in self.house.messages(self.person)[self.read :]:
            self.read += 1
            worded = self._worded(int(outbound.key))
            assert worded["en"].paragraphs == outbound.paragraphs, "the same as was sent"
            self.newest = worded
            self._clock()
            for locale, page in worded.items():
                self._show(locale, page)

    def _worded(self, delivery: int) -> dict[str, Page]:
        """One message in every language."""
        app = self.house.app
        with app.store.read() as tx:
            one = deliveries.get(tx, delivery)
            found = {
                locale: render.content(app, tx, replace(one, reader=replace(self.person, languages=(locale,))), LIMITS)
                for locale in LOCALES
            }
        return {locale: page for locale, page in found.items() if page is not None}

    def _clock(self) -> None:
        if self.at != (at := f"{self.house.clock().astimezone(TOKYO):%Y-%m-%d %H:%M}"):
            self.at = at
            for locale in LOCALES:
                self.pages[locale].append(f"**{at}**")
                self.shown[locale] = set()

    def _show(self, locale: str, page: Page) -> None:
        """A message in a quotation. What stands below every question is shown once a day."""
        marks = {Style.TITLE: "**{}**", Style.QUIET: "*{}*", Style.BODY: "{}"}
        lines = [
            marks[paragraph.style].format(line)
            for paragraph in page.paragraphs
            for line in paragraph.text.splitlines()
            if line
        ]
        buttons = ["- " + " ".join(f"[{button.label}]" for button in each) for each in page.rows]
        again = [line for line in lines if line.startswith("*") and not line.startswith("**")]
        again += [line for line, each in zip(buttons, page.rows, strict=True) if each[0].payload.kind == "menu"]
        told = [line for line in (*lines, *buttons) if line not in again or line not in self.shown[locale]]
        self.shown[locale] |= set(again)
        said = "\n>\n".join(f"> {line}" for line in told if not line.startswith("- "))
        below = [f"> {line}" for line in told if line.startswith("- ")]
        self.pages[locale].append("\n".join([said, *([">"] if below else []), *below]))
        for button in (one for each in page.rows for one in each):
            assert len(button.label) <= LIMITS.button
        assert sum(len(one.text) + 2 for one in page.paragraphs) <= LIMITS.text

    async def reacts(self) -> None:
        """Do what a new message asks for, until nothing more is asked."""
        before = self.read
        self.hears()
        while self.read > before and (choice := self._choice()) is not None:
            before = self.read
            await self._presses(choice)

    def _buttons(self) -> dict[str, Button]:
        return {one.payload.choice: one for each in self.newest["en"].rows for one in each}

    def _choice(self) -> str | None:
        """The next thing to press; "" stands for words of one's own; None when nothing is asked."""
        buttons = self._buttons()
        kinds = {one.payload.kind for one in buttons.values()}
        asked = [name for name, one in buttons.items() if one.payload.kind == "question"]
        if asked:
            return self._answer(asked)
        if "skip" in buttons:
            return ""
        for wanted in ("agree", "name.0", "hour.noon", "start"):
            if wanted in buttons and kinds & {"consent", "setting", "opening"}:
                return wanted
        return None

    def _answer(self, asked: list[str]) -> str:
        if asked in SCALES:
            self.given += 1
            wanted = GIVEN[self.given % len(GIVEN)]
            return wanted if wanted in asked else asked[-1]
        if (harmless := next((name for name in asked if name in HARMLESS), None)) is not None:
            return harmless
        told = [name for name in asked if name not in GRAVE]
        return told[self.given % len(told)]

    async def _presses(self, choice: str) -> None:
        labels = {
            locale: next((one.label for each in page.rows for one in each if one.payload.choice == choice), "")
            for locale, page in self.newest.items()
        }
        if choice:
            await self.house.presses(self.person, choice)
        else:
            await self.house.says(self.person, NOTHING.text)
        self._clock()
        for locale in LOCALES:
            said = f"[{labels[locale]}]" if choice else translate(NOTHING, locale, "hire")
            self.pages[locale].append(f"{self.name} ▸ {said}")
        self.hears()


async def a_year() -> dict[str, str]:
    """The pages by locale."""
    async with living("2026-03-30 10:00") as house:
        house.imports(
            row(
                **CAST,
                hire_languages=("en",),
                manager_languages=("en",),
                start_date=date(2026, 4, 1),
                contract_ends=date(2027, 6, 30),
            )
        )
        placement = house.placement()
        await house.joins(placement.consultant)
        hire, manager = Year(house, placement.hire, "Hoa"), Year(house, placement.manager, "佐藤")
        for one in (hire, manager):
            await house.joins(one.person)
            await one.reacts()

        async def look() -> None:
            for one in (hire, manager):
                if f"{house.clock():%Y-%m}" == SILENT_IN:
                    one.hears()
                else:
                    await one.reacts()

        await house.until(f"{NOTICE} 10:00", then=look)
        changes.leave(house.app, "A-1", notice_on=NOTICE, left_on=LAST_DAY, reason="contract_end")
        await house.until("2027-06-30 18:00", then=look)
    return {
        locale: "\n\n".join(
            [
                f"# {KNOWN_LOCALES[locale]}",
                "## Hoa",
                *hire.pages[locale],
                "## 佐藤",
                *manager.pages[locale],
            ]
        )
        + "\n"
        for locale in LOCALES
    }


OTHERS = [locale for locale in LOCALES if locale != "en"]


@pytest.mark.parametrize("locale", OTHERS)
def test_nobody_reads_english_or_a_placeholder_in_their_year(locale: str) -> None:
    page = (FOLDER / f"{locale}.md").read_text(encoding="utf-8")
    assert ENGLISH.findall(page.partition("\n")[2]) == []
    assert re.findall(r"%\(|\bNone\b|[{}]|さんさん", page) == []


def test_there_is_a_year_in_every_language_and_nothing_else() -> None:
    assert {path.stem for path in FOLDER.glob("*")} == set(LOCALES)


async def test_the_year_reads_as_it_was_read_through(request: pytest.FixtureRequest) -> None:
    differences = []
    for locale, page in (await a_year()).items():
        path = FOLDER / f"{locale}.md"
        if request.config.getoption("--write-transcripts"):
            FOLDER.mkdir(exist_ok=True)
            path.write_text(page, encoding="utf-8")
        kept = path.read_text(encoding="utf-8") if path.exists() else ""
        differences += unified_diff(kept.splitlines(), page.splitlines(), path.name, "as it is now", lineterm="")
    if differences:
        told = [*differences[:60], "", "`make transcripts` writes them anew; please read them."]
        pytest.fail("\n".join(told), pytrace=False)
