"""The judge of ``make proof-telegram``: a press that was refused by rule is no lost one, and a lost one is never excused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlmodel import text

from benchmarks.telegram_rehearsal import told_apart
from bot.channels import callback
from tests.house import row
from tests.platform.telegram.people import Person, Shown
from tests.telegram_house import TelegramHouse, on_telegram

Pressed = dict[int, tuple[int, int]]


async def answers(house: TelegramHouse, phone: Person, shown: Shown, button: str) -> Pressed:
    """Press a button of a question: the number of the update, and the answer that it should become."""
    await phone.presses_on(shown, button)
    number, payload = house.api.told[-1], callback.decode(button)
    await house.settles()
    assert payload is not None
    return {number: (payload.subject, payload.turn - 1)}


async def test_what_was_answered_refused_and_lost_is_told_apart(tmp_path: Path) -> None:
    async with on_telegram("2026-04-01 09:00", tmp_path / "t.db") as house:

        def ask(query: str) -> list[tuple[Any, ...]]:
            with house.app.store.read() as tx:
                return [tuple(one) for one in tx.connection().execute(text(query))]

        def happens(change: str) -> None:
            with house.app.store.begin() as tx:
                tx.connection().execute(text(change))

        house.imports_on_telegram(row())
        an = house.api.person("An", language="en")
        await house.comes(an, "NGUYEN VAN AN")
        await house.taps(an, "I agree", "AN", "At 12:10")
        await house.until("2026-04-06 12:10")
        await house.taps(an, "Start")
        shown = an.chat[-1]
        kept = await answers(house, an, shown, shown.rows[0][0][1])
        assert told_apart(ask, kept) == ([], [])

        left = shown.rows[0][0][1]
        await house.until("2026-05-01 12:10")
        late = await answers(house, an, shown, left)
        assert "This check-in is closed" in an.chat[-1].text
        assert told_apart(ask, kept | late) == (list(late.values()), [])

        # A refusal that nobody was told, or that is not true, excuses nothing; nor does an answer that is gone.
        happens("UPDATE delivery SET state = 'failed' WHERE kind = 'say'")
        assert told_apart(ask, late) == ([], list(late.values()))
        happens("UPDATE delivery SET state = 'sent' WHERE kind = 'say'")
        happens("UPDATE checkin SET opened_at = NULL WHERE due_on > '2026-04-20'")
        assert told_apart(ask, late) == ([], list(late.values()))
        happens("DELETE FROM answer")
        assert told_apart(ask, kept) == ([], list(kept.values()))
