"""A hire's month in Slack to read aloud, in the conversation and in a window: tests/transcripts/slack."""

from __future__ import annotations

from difflib import unified_diff
from pathlib import Path

import pytest

from tests.house import row
from tests.platform.slack import Person
from tests.platform.slack.people import Shown
from tests.slack_house import SlackHouse, in_slack

FOLDER = Path(__file__).parents[1] / "transcripts" / "slack"


class Page:
    """What somebody does in Slack, and what their screen shows after it."""

    def __init__(self, there: SlackHouse, person: Person, title: str) -> None:
        self._there, self._person = there, person
        self._lines = [f"# {title}"]

    async def sees(self) -> None:
        """Put the newest thing on the screen onto the page."""
        await self._there.settled()
        window = self._person.modal()
        self._lines.append(_drawn(window, "window") if window else _drawn(self._person.sees()[-1], "chat"))

    async def presses(self, choice: str) -> None:
        """Press a button, by its label or choice."""
        shown = self._person.modal() or self._person.sees()[-1]
        await self._person.presses(choice)
        label = next((one for one in shown.labels if one == choice or one.startswith(f"{choice}.")), choice)
        self._lines.append(f"▸ [{label}]")
        await self.sees()

    async def says(self, text: str) -> None:
        """Write something."""
        await self._person.says(text, wait=True)
        self._lines.append(f"▸ {text}")
        await self.sees()

    async def asks_for_a_window(self) -> None:
        """Choose the shortcut."""
        await self._person.shortcut("checkin_now")
        self._lines.append("▸ the shortcut “Check in now”")
        await self.sees()

    def check(self, name: str, request: pytest.FixtureRequest) -> None:
        """Compare the page with the one that was read last, or write it anew."""
        text, file = "\n\n".join(self._lines) + "\n", FOLDER / f"{name}.md"
        if request.config.getoption("--write-transcripts"):
            FOLDER.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        known = file.read_text(encoding="utf-8") if file.exists() else ""
        changed = "\n".join(unified_diff(known.splitlines(), text.splitlines(), "as it was", "as it is", lineterm=""))
        assert known == text, f"`make transcripts` writes it anew:\n{changed}"


def _drawn(shown: Shown, where: str) -> str:
    buttons = "  ".join(f"[{label}]" for label in shown.labels)
    return f"({where})\n\n{shown.text}" + (f"\n\n{buttons}" if buttons else "")


async def a_hire(there: SlackHouse, title: str) -> Page:
    there.house.imports(row(hire_name="NGUYEN THI HOA"))
    placement = there.house.placement()
    await there.joins(placement.consultant)
    account = await there.joins(placement.hire)
    page = Page(there, account, title)
    await page.sees()
    return page


async def until_the_check_in(there: SlackHouse, page: Page) -> None:
    for choice in ("agree", "name.0", "hour.noon"):
        await page.presses(choice)
    await there.house.until("2026-04-06 12:10")
    await page.sees()


async def test_a_month_in_the_conversation(request: pytest.FixtureRequest) -> None:
    async with in_slack("2026-04-01 09:00") as there:
        page = await a_hire(there, "A first week in the conversation")
        await until_the_check_in(there, page)
        await page.presses("start")
        await page.says("I do not understand what my boss says.")
        for answer in ("2", "2. The working hours", "4", "5", "4", "3"):
            await page.presses(answer)
        await page.says("Thank you")
        page.check("conversation", request)


async def test_a_month_in_a_window(request: pytest.FixtureRequest) -> None:
    async with in_slack("2026-04-01 09:00") as there:
        page = await a_hire(there, "A first week in a window")
        await until_the_check_in(there, page)
        await page.asks_for_a_window()
        for answer in ("4", "4", "5", "4", "4"):
            await page.presses(answer)
        page.check("window", request)
