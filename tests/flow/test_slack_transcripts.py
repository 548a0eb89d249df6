"""A month in Slack to read aloud: a hire's in the conversation and in a window, a manager's and a consultant's
(tests/transcripts/slack)."""

from __future__ import annotations

from difflib import unified_diff
from pathlib import Path
from typing import Any

import pytest

from tests.house import row
from tests.platform.slack import Person
from tests.platform.slack.people import Shown, shown_message
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

    async def presses(self, choice: str, *, on: str | None = None) -> None:
        """Press a button, by its label or choice: the newest, or the one ``on`` the message that says so."""
        shown = self._person.modal() or self._person.sees()[-1]
        message = None
        if on is not None:
            message = next(one for one in reversed(self._person.messages()) if on in shown_message(one).text)
            shown = shown_message(message)
            self._person.closes_all()
        await self._person.presses(choice, on=message)
        label = next((one for one in shown.labels if one == choice or one.startswith(f"{choice}.")), choice)
        self._lines.append(f"▸ [{label}]")
        await self.sees()

    def answer(self, wanted: str) -> str | None:
        """The answer that somebody would press, where there are answers."""
        labels = self._person.sees()[-1].labels
        return wanted if any(label.startswith(f"{wanted}.") for label in labels) else None

    async def commands(self, command: str) -> None:
        """Type a slash command."""
        await self._person.commands(command)
        self._lines.append(f"▸ {command}")
        await self.sees()

    async def sends(self, **values: str) -> None:
        """Fill in a window and send it."""
        await self._person.submits(**values)
        self._lines.append("▸ " + ", ".join(values.values()))
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
    fields = "".join(f"\n\n____ {field}" for field in shown.fields)
    return f"({where})\n\n{shown.text}{fields}" + (f"\n\n{buttons}" if buttons else "")


async def a_hire(there: SlackHouse, title: str, **values: Any) -> Page:
    there.house.imports(row(hire_name="NGUYEN THI HOA", **values))
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


async def test_a_month_in_japanese_in_a_workspace_of_the_company(request: pytest.FixtureRequest) -> None:
    owned = {"companies": {"Sakura Foods": {"slack_team": "T0000AGENCY"}}}
    async with in_slack("2026-04-01 09:00", **owned) as there:
        page = await a_hire(there, "はじめの一週間（窓で）", hire_languages=("ja",))
        await until_the_check_in(there, page)
        await page.presses("form.start")
        for answer in ("4", "3", "4", "4", "4"):
            await page.presses(answer)
        page.check("window.ja", request)


async def test_a_managers_day(request: pytest.FixtureRequest) -> None:
    async with in_slack("2026-04-01 09:00") as there:
        there.house.imports(row(hire_name="NGUYEN THI HOA"))
        placement = there.house.placement()
        page = Page(there, await there.joins(placement.manager), "上司の一か月")
        await page.sees()
        for choice in ("agree", "name.0"):
            await page.presses(choice)
        await page.commands("/checkin")
        await there.house.until("2026-05-01 10:00")
        await page.sees()
        await page.presses("start")
        while (choice := page.answer("4")) is not None:
            await page.presses(choice)
        await page.says("最近、残業が続いて疲れているようです。")
        page.check("manager.ja", request)


async def test_a_consultants_day(request: pytest.FixtureRequest) -> None:
    async with in_slack("2026-04-01 09:00") as there:
        there.house.imports(row(hire_name="NGUYEN THI HOA"))
        placement = there.house.placement()
        page = Page(there, await there.joins(placement.consultant), "A consultant's day")
        hoa = await there.agrees(placement.hire)
        await page.commands("/help")
        await page.commands("/checkin")
        await hoa.says("help", wait=True)
        await there.settled()
        await hoa.presses("The company")
        await there.settled()
        await page.sees()
        await page.presses("I take care of it", on="asks for help")
        await page.presses("form.action", on="asks for help")
        await page.sends(topic="supervisor", note="Meet her after work on Friday", due="2026-04-03", promised="yes")
        await page.presses("form.resolve", on="asks for help")
        await page.sends(outcome="stays_solved", note="The foreman apologised")
        page.check("consultant", request)
