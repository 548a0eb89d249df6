"""A consultant and a lead who work an alert on their phones, with the real client library; the hire is on another platform."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.channels.memory import MemoryChannel
from tests.house import row
from tests.platform.telegram.people import Person, Shown
from tests.telegram_house import TelegramHouse, on_telegram

GOOD = ("4", "4", "4", "4", "4", "4", "nothing")
LEAD = {"lead_name": "Oda Ken", "lead_email": "oda@example.com", "lead_languages": ("en",), "lead_channel": "telegram"}


async def staffed(house: TelegramHouse) -> tuple[Person, Person]:
    """The phones of the consultant and of the lead, who have a hire and a manager on the other platform."""
    house.imports(row(consultant_channel="telegram", **LEAD))
    mori, oda = house.api.person("Mori"), house.api.person("Oda")
    await house.comes(mori, "Mori Aiko")
    await house.comes(oda, "Oda Ken")
    placement = house.placement()
    await house.agrees(placement.hire)
    await house.agrees(placement.manager)
    return mori, oda


def alert_in(phone: Person) -> Shown:
    """The one alert that stands in a chat."""
    (shown,) = [one for one in phone.chat if "risk of resignation" in one.text]
    return shown


async def test_an_alert_is_worked_by_buttons_and_every_copy_follows(tmp_path: Path) -> None:
    slack = MemoryChannel("slack")
    async with on_telegram("2026-03-30 10:00", tmp_path / "t.db", beside=slack) as house:
        mori, oda = await staffed(house)
        hire = house.placement().hire
        await house.until("2026-04-06 12:10")
        await house.answers(hire, *GOOD[:5])
        for at in ("2026-05-01 12:10", "2026-06-01 12:10"):
            await house.until(at)
            await house.answers(hire, *GOOD)
        await house.until("2026-07-01 12:10")
        await house.answers(hire, "2", "I have resigned", "4", "4", "4", "4", "4", "nothing")

        shown = alert_in(mori)
        assert shown.text.startswith("N. V. A. (A-1), Sakura Foods: risk of resignation critical")
        assert any(one.picture for one in mori.chat), "the months are drawn from four on"
        await house.taps(mori, "Why this level?")
        why = mori.chat[-1]
        assert why.text.startswith("N. V. A. (A-1), Sakura Foods, Jul 1, 2026: critical")
        assert "There is no higher level." in why.text
        assert "Without “Says they leave”, which counts for 90 days: then " in why.text
        await house.taps(mori, "Why in Jun?")
        assert mori.chat[-1].text.startswith("N. V. A. (A-1), Sakura Foods, Jun 1, 2026: no sign")

        await house.until("2026-07-02 18:00")  # Nobody has acted for a working day, so that the lead has it too.
        await house.taps(oda, "I take care of it")
        for phone in (mori, oda):
            assert "Oda Ken takes care of it" in alert_in(phone).text
            assert "I take care of it" not in alert_in(phone).labels

        await house.taps(mori, "Remind me later", "Tomorrow")
        assert "I will remind you on Jul 3, 2026" in mori.chat[-1].text
        await house.taps(mori, "Note an action", "Pay")
        await house.writes(mori, "Go through the pay slip with An")
        await house.taps(mori, "Within a week", "Yes, promised")
        assert "The next check-in asks whether it changed." in mori.chat[-1].text
        await house.taps(mori, "Close the case", "Stays, the matter is solved")
        for phone in (mori, oda):
            assert "closed the case: Stays, the matter is solved" in alert_in(phone).text
            assert alert_in(phone).labels == ()
            assert phone.spinning == set()
            assert not any("NGUYEN" in one.text for one in phone.chat)


@pytest.mark.parametrize(
    ("written", "answer"),
    [("list", "Sakura Foods"), ("/checkin", "Sakura Foods"), ("/help", "list"), ("hello", "list")],
)
async def test_whoever_of_the_agency_writes_gets_an_answer(tmp_path: Path, written: str, answer: str) -> None:
    async with on_telegram("2026-03-30 10:00", tmp_path / "t.db") as house:
        house.imports_on_telegram(row())
        mori = house.api.person("Mori")
        await house.comes(mori, "Mori Aiko")
        await house.writes(mori, written)
        assert answer in mori.chat[-1].text
        assert "NGUYEN" not in mori.chat[-1].text
