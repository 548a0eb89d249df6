"""Somebody of the agency, and a manager, who do everything in Slack: the commands, Home, an alert, and a case's page."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from store import facts
from tests.house import row
from tests.platform.slack import Person
from tests.slack_house import SlackHouse, in_slack


@pytest.fixture
async def there() -> AsyncIterator[SlackHouse]:
    async with in_slack("2026-04-01 09:00") as found:
        yield found


async def a_company(there: SlackHouse) -> facts.Placement:
    """A hire and a manager who have agreed, and a consultant."""
    there.house.imports(row(manager_languages=("en",)))
    placement = there.house.placement()
    await there.joins(placement.consultant)
    await there.agrees(placement.hire)
    await there.agrees(placement.manager)
    return placement


async def does(there: SlackHouse, person: Person, *choices: str) -> None:
    for choice in choices:
        await person.presses(choice)
        await there.settled()


async def commands(there: SlackHouse, person: Person, command: str) -> str:
    """Type a command; what stands last in the chat then."""
    await person.commands(command)
    await there.settled()
    return person.sees()[-1].text


async def in_a_window(there: SlackHouse, person: Person) -> str:
    """Choose the shortcut; what the window shows then."""
    await person.shortcut("checkin_now")
    await there.settled()
    window = person.modal()
    assert window is not None
    return window.text


async def test_the_commands_and_the_shortcut_answer_everybody_in_their_own_way(there: SlackHouse) -> None:
    placement = await a_company(there)
    mori, sato, an = (there.account(one) for one in (placement.consultant, placement.manager, placement.hire))

    assert "Your cases: 1" in await commands(there, mori, "/checkin")
    assert "Your cases: 1" in await in_a_window(there, mori)
    mori.closes()
    guide = await commands(there, mori, "/help")
    assert "Your cases at the moment: 1. Open alerts: 0." in guide
    assert "call" in guide
    assert "110" in guide
    await does(there, mori, "Show my cases")
    assert "Your cases: 1" in mori.sees()[-1].text
    await mori.says("what can you do", wait=True)
    await there.settled()
    assert "I am no emergency service" in mori.sees()[-1].text

    for person, comes in ((sato, "Next check-in: May 1, 2026"), (an, "Next check-in: April 6, 2026")):
        assert comes in await commands(there, person, "/checkin")
        assert comes in await in_a_window(there, person)
        person.closes()
    assert an.account.name not in sato.sees()[-1].text

    assert "In an emergency call 110" in await commands(there, an, "/help")
    assert "I have told your consultant" in await commands(there, sato, "/help")

    await there.house.until("2026-05-01 10:00")
    assert "About NGUYEN VAN AN" in await in_a_window(there, sato)
    sato.closes()
    assert "1 of" in await commands(there, sato, "/checkin")


async def test_who_has_not_agreed_reads_the_promise_before_anything_else(there: SlackHouse) -> None:
    there.house.imports(row())
    an = await there.joins(there.house.placement().hire)
    assert "I have written to you in the chat." in await in_a_window(there, an)
    assert an.sees()[-1].labels[0] == "I agree"
    assert (await in_a_window(there, there.slack.person("U0NEW", "Somebody", "s@example.com"))).startswith("こんにちは")


async def test_an_alert_is_worked_from_the_first_look_to_its_end(there: SlackHouse) -> None:
    placement = await a_company(there)
    mori, an = there.account(placement.consultant), there.account(placement.hire)
    await commands(there, an, "/help")
    await does(there, an, "The company")
    alert = mori.messages()[-1]
    assert "asks for help" in mori.sees()[-1].text

    await mori.presses("I take care of it", on=alert)
    await there.settled()
    assert "Mori Aiko takes care of it" in shown(alert)
    await mori.presses("form.action", on=alert)
    await there.settled()
    assert mori.modal() is not None
    await mori.submits(topic="hours", note="Talk with the foreman", due="2020-01-01", promised="yes")
    await there.settled()
    assert "Please choose a day that is not past." in window(mori)
    await mori.submits(topic="hours", note="Talk with the foreman", due="2026-04-10", promised="yes")
    await there.settled()
    assert "noted, due on Apr 10, 2026. The next check-in asks" in window(mori)
    mori.closes()

    await mori.presses("snooze", on=alert)
    await there.settled()
    await does(there, mori, "snooze.1d")
    assert "I will remind you on Apr 2, 2026" in mori.sees()[-1].text
    await there.house.until("2026-04-02 09:00")
    await there.settled()

    await mori.presses("form.resolve", on=alert)
    await there.settled()
    await mori.submits(outcome="stays_solved")
    await there.settled()
    assert "the case is closed" in window(mori)
    assert "closed the case" in shown(alert)
    assert not [one for one in mori.sees() if "I take care of it" in one.labels], "no copy offers it any more"


def shown(message: object) -> str:
    from tests.platform.slack.people import shown_message

    return shown_message(message).text  # type: ignore[arg-type]


def window(person: Person) -> str:
    found = person.modal()
    assert found is not None
    return found.text


async def test_home_leads_to_a_case_and_everything_that_can_be_noted_about_it(there: SlackHouse) -> None:
    there.house.imports(row(placement_id="B-1", company="Kita Hotel", hire_name="B", hire_email="b@example.com"))
    placement = await a_company(there)
    mori = there.account(placement.consultant)
    await mori.opens_home()
    await there.settled()
    assert "Your cases: 2" in home(mori)
    await does(there, mori, "Sakura Foods")
    assert "Sakura Foods. Your cases there: 1" in home(mori)
    await does(there, mori, "Case: NGUYEN VAN AN")
    assert "Case A-1, since Apr 1, 2026" in home(mori)

    for action, values, said in (
        ("form.log", {"kind": "visit", "note": "The foreman explains more."}, "noted in the case's history"),
        ("form.pause", {"first": "2026-04-20", "last": "2026-04-10"}, "The first day comes after the last one."),
        ("form.pause", {"first": "2026-04-10", "last": "2026-04-20"}, "nothing is asked from Apr 10, 2026"),
        ("form.start", {"first": "2026-03-30"}, "the first day of work is Mar 30, 2026 now"),
        ("form.leave", {"first": "2026-04-01", "last": "2026-05-31", "reason": "resigned"}, "leaving on May 31, 2026"),
    ):
        await mori.opens_home()
        await there.settled()
        await does(there, mori, "Case: NGUYEN VAN AN", action)
        await mori.submits(**values)
        await there.settled()
        assert said in window(mori)
        mori.closes()

    await mori.opens_home()
    await there.settled()
    await does(there, mori, "Case: B", "Invite the hire anew")
    assert "They send this code to the bot" in home(mori)
    assert "B, and nobody else" in home(mori)
    assert there.slack.lost == []


def home(person: Person) -> str:
    found = person.home()
    assert found is not None
    return found.text
