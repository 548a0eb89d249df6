"""A hire's words go through everything, and nobody in the company, no log and no file shows them."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
import structlog

from bot import flow
from store import facts
from tests.house import House, living

NOTE = "ZEBRA the boss threw a wrench at me"
WORDS = "GIRAFFE please do not tell my boss"
LATE = "OKAPI I write this after the end"
NAME = "PANGOLIN do not call me that"
HELP = "TAPIR this is no command"
MANAGERS = "AXOLOTL he is slow and will not last"
ACTION = "NARWHAL call the wife of An"
TAPPED = ("Speaks harshly", "I have another job offer")


async def a_whole_story(house: House) -> facts.Placement:
    """Two months: words in every place in which words can be written, alerts of every kind, and what the agency does."""
    placement = await house.welcomes(lead_name="Oda Ken", lead_email="oda@example.com", lead_languages=("en",))
    an, sato, mori, oda = placement.hire, placement.manager, placement.consultant, placement.lead
    assert oda is not None
    await house.joins(oda)
    await house.until("2026-04-06 12:10")
    await house.answers(an, NOTE, "4", "4", "4", "4", "4")

    await house.until("2026-05-01 12:10")
    await house.answers(sato, "2", MANAGERS, "other", "4", "4", MANAGERS)
    await house.answers(an, "2", TAPPED[1], "3", "1", TAPPED[0], NOTE, "2", "2", "2", WORDS)
    await house.says(an, HELP)
    await house.says(an, "I need help")
    await house.presses(an, "whom.other")
    await house.runs()

    await house.says(mori, "list")
    for press in ("Open: NGUYEN VAN AN", "I take care of it", "Note an action", "Pay"):
        await house.presses(mori, press)
    await house.says(mori, ACTION)
    await house.presses(mori, "Within 3 days")
    await house.presses(mori, "Yes, promised")

    await house.until("2026-06-01 12:10")
    await house.answers(an, "1", "1", TAPPED[1], NOTE)  # Left open in the middle of a question.
    await house.until("2026-06-20 12:00")
    await house.says(an, LATE)
    await house.until("2026-07-01 12:10")
    await house.presses(sato, "start")
    await house.presses(sato, "help")
    await house.until("2026-07-20 12:00")
    await flow.sweep(house.app)
    return placement


SECRETS = (NOTE, WORDS, LATE, HELP, MANAGERS, ACTION)


@pytest.fixture
async def told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> tuple[dict[str, str], str, bytes, list[tuple[str, str]]]:
    """The chats by role, everything that was logged or printed, the bytes of the database, and the audit log."""
    caplog.set_level(logging.DEBUG)
    path = tmp_path / "house.db"
    with structlog.testing.capture_logs() as entries:
        async with living("2026-03-30 10:00", path=path) as house:
            placement = await a_whole_story(house)
            people = {"hire": placement.hire, "manager": placement.manager, "consultant": placement.consultant}
            chats = {role: house.log_of(person) for role, person in people.items()}
            audited = [
                (actor, action) for actor, action in house.rows("SELECT actor, action FROM auditentry ORDER BY id")
            ]
            files = b"".join(file.read_bytes() for file in sorted(tmp_path.iterdir()))
    printed = capsys.readouterr()
    logs = "\n".join([*(repr(entry) for entry in entries), caplog.text, printed.out, printed.err])
    assert entries, "the log must say something, or this test proves nothing"
    return chats, logs, files, audited


def parts(sentence: str) -> list[str]:
    """The marked word and the sentence: half of it would be a leak as well."""
    return [sentence, sentence.split()[0]]


async def test_words_reach_their_reader_and_nobody_else(
    told: tuple[dict[str, str], str, bytes, list[tuple[str, str]]],
) -> None:
    chats, logs, files, audited = told

    for words in (NOTE, WORDS, MANAGERS, ACTION):
        assert words in chats["consultant"], f"the consultant must read: {words}"
    for tapped in TAPPED:
        assert tapped in chats["consultant"]
    for words in (NOTE, WORDS, LATE, HELP, *TAPPED, ACTION):
        for part in parts(words) if words not in TAPPED else [words]:
            assert part not in chats["manager"]
    for part in (*parts(MANAGERS), *parts(ACTION)):
        assert part not in chats["hire"]
    for words in SECRETS:
        for part in parts(words):
            assert part not in logs
            assert part.encode() not in files
            assert part.encode("utf-16-le") not in files
    for name in ("NGUYEN", "Sato", "Sakura"):
        assert name not in logs
    assert ("person:3", "read_answers") in audited
    assert not any(word in repr(audited) for sentence in SECRETS for word in parts(sentence))


async def test_what_a_hire_writes_as_a_name_is_not_read_by_the_manager() -> None:
    async with living("2026-03-30 10:00") as house:
        placement = await house.welcomes()
        an, sato = placement.hire, placement.manager
        with house.app.store.begin() as tx:
            tx.connection().exec_driver_sql("UPDATE person SET named = false WHERE kind = 'hire'")
        await house.says(an, NAME)
        assert house.placement().hire.call_name == NAME
        await house.until("2026-05-01 10:00")
        await house.presses(sato, "start")
        assert "NGUYEN VAN AN" in house.sees(sato)
        assert "PANGOLIN" not in house.log_of(sato)


async def test_words_that_still_wait_for_a_choice_are_read_by_the_consultant() -> None:
    async with living("2026-03-30 10:00") as house:
        placement = await house.welcomes()
        await house.until("2026-04-06 12:10")
        await house.answers(placement.hire, NOTE)
        await house.says(placement.hire, "I need help")
        await house.presses(placement.hire, "whom.other")
        await house.runs()
        assert f"“{NOTE}”" in house.sees(placement.consultant)


async def test_a_manager_never_learns_whether_somebody_answered() -> None:
    chats = []
    for answers in (True, False):
        async with living("2026-03-30 10:00") as house:
            placement = await house.welcomes()
            await house.until("2026-05-01 12:10")
            if answers:
                await house.answers(placement.hire, "1", "my boss", "1", "1", "1", "1", "1", WORDS)
            await house.until("2026-07-20 12:00")
            chats.append(house.log_of(placement.manager))
    assert chats[0] == chats[1]
