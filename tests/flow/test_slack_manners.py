"""What is pressed too late, twice or by somebody else is answered kindly and changes nothing; who takes no messages any more is
no failure; and nothing private stands in a log. Over the real libraries, in both modes."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest

from store import facts
from store.queries import answers
from tests.house import row
from tests.platform.slack import Fault, Kind, Person
from tests.platform.slack.people import _button
from tests.slack_house import SlackHouse, in_slack

FIRST_WEEK = "2026-04-06 12:10"


async def welcomed(there: SlackHouse, **values: Any) -> facts.Placement:
    """A hire who has agreed, and a consultant."""
    there.house.imports(row(**values))
    placement = there.house.placement()
    await there.joins(placement.consultant)
    await there.agrees(placement.hire)
    await there.house.until(FIRST_WEEK)
    await there.settled()
    return placement


async def presses(there: SlackHouse, person: Person, choice: str) -> str:
    """Press a button; what stands last in the chat then."""
    await person.presses(choice)
    await there.settled()
    return person.sees()[-1].text


def state_of(there: SlackHouse, person: facts.Person) -> str:
    ((state,),) = there.house.rows("SELECT state FROM address WHERE person_id = :id", id=person.id)
    return str(state)


async def test_a_press_after_the_end_of_a_check_in_is_answered_and_changes_nothing() -> None:
    async with in_slack("2026-04-01 09:00", http=True) as there:
        placement = await welcomed(there)
        an = there.account(placement.hire)
        await presses(there, an, "start")
        await presses(there, an, "4")
        question = an.messages()[-1]
        old = list(question.blocks)
        await there.house.until("2026-04-20 21:30", by=timedelta(days=2))
        assert [one.state for one in there.house.checkins()] == ["expired"]
        assert "2 of" in await presses(there, an, "start"), "it can be answered until the next one opens"
        await presses(there, an, "3")
        given = there.house.given()
        assert len(given) == 2
        await there.house.until("2026-05-01 12:10", by=timedelta(days=2))
        await there.settled()
        question.blocks, question.deleted = old, False  # Their phone still shows it.
        await an.presses("5", on=question)
        await there.settled()
        assert any("This check-in is closed, and nothing has changed." in one.text for one in an.sees())
        first = there.house.checkins()[-1]
        with there.house.app.store.read() as tx:
            assert {one.question: (one.value, one.words) for one in answers.of(tx, first.id)} == given
        assert there.slack.lost == []


async def test_a_button_of_somebody_else_does_nothing_for_whoever_presses_it() -> None:
    async with in_slack("2026-04-01 09:00") as there:
        there.house.imports(row(placement_id="A-2", hire_name="B", hire_email="b@example.com"))
        placement = await welcomed(there)
        an, other = there.account(placement.hire), there.house.placement("A-2").hire
        b = await there.agrees(other)
        await presses(there, an, "start")
        button = _button(an.messages()[-1].blocks, "4")
        assert button is not None
        await b._press_on(b.messages()[-1], button)
        await there.settled()
        assert b.sees()[-1].text == "This button belongs to somebody else's message, so nothing has changed."
        assert there.house.given() == {}
        assert an.account.name not in b.sees()[-1].text


@pytest.mark.parametrize("why", ["deactivated", "messages tab", "revoked"])
async def test_who_takes_no_messages_is_unreachable_until_they_write_again(why: str) -> None:
    async with in_slack("2026-04-01 09:00") as there:
        placement = await welcomed(there)
        an, team = there.account(placement.hire), there.slack.workspace

        def closed(*, now: bool) -> None:
            an.account.deleted = now and why == "deactivated"
            team.messages_tab = not (now and why == "messages tab")
            team.auth_error = "token_revoked" if now and why == "revoked" else None

        closed(now=True)
        await there.house.until("2026-04-08 12:10")  # The reminder.
        await there.settled()
        assert state_of(there, placement.hire) == "unreachable"
        states = there.house.rows("SELECT kind, state, error FROM delivery ORDER BY id DESC LIMIT 1")
        assert states[0][1] == "unreachable"
        assert not [one for one in there.house.alerts() if one.kind == "silence"]

        closed(now=False)
        await an.says("I am back", wait=True)
        await there.settled()
        assert state_of(there, placement.hire) == "linked"
        assert "1 of" in an.sees()[-1].text


@pytest.mark.parametrize("http", [False, True], ids=["sockets", "requests"])
async def test_a_whole_check_in_leaves_no_word_no_name_and_no_token_in_a_log(
    *, http: bool, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    async with in_slack("2026-04-01 09:00", http=http) as there:
        placement = await welcomed(there, hire_name="ZEBRA", consultant_name="GNU", manager_name="OKAPI")
        an = there.account(placement.hire)
        await an.says("GIRAFFE is what my boss says", wait=True)
        for method in ("response_url", "chat.update", "chat.postMessage", "views.open", "views.update"):
            there.slack.faults.let(method, Fault(Kind.BROKEN), Fault(Kind.CUT_AFTER), Fault(Kind.RATELIMITED, 1))
        await there.settled()
        for choice in ("start", "2", "hours", "4", "4", "4", "4"):
            try:
                await presses(there, an, choice)
            except LookupError:
                break
        there.slack.faults.clear()
        await an.shortcut("checkin_now")
        await there.settled()
        if not http:
            await there.slack.refresh_socket(every=True)
        await an.says("TAPIR", wait=True)
        await there.settled()
        assert len(there.house.given()) > 1
    written = caplog.text + "".join(capsys.readouterr())
    assert written
    for secret in ("ZEBRA", "GNU", "OKAPI", "GIRAFFE", "TAPIR", "xoxb-", "xapp-", "ticket", "example.com", "8f742231"):
        assert secret not in written, secret
