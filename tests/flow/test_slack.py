"""A company in Slack, from the invitation to the alert, and what happens when Slack is not well."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator

import pytest
from sqlalchemy.exc import OperationalError

from bot.messages import AddressKey, ListenError, Outbound, Paragraph, SendError, Unreachable
from store import facts
from store.queries import people
from tests.platform.slack import Fault, Kind
from tests.platform.slack.people import deliver_event
from tests.slack_house import SlackHouse, in_slack, until


@pytest.fixture
async def there() -> AsyncIterator[SlackHouse]:
    async with in_slack("2026-04-01 09:00") as found:
        yield found


async def welcomed(there: SlackHouse) -> facts.Placement:
    """One placement whose hire has agreed, and whose consultant is linked."""
    from tests.house import row

    there.house.imports(row())
    placement = there.house.placement()
    await there.joins(placement.consultant)
    await there.agrees(placement.hire)
    await there.house.until("2026-04-06 12:10")
    await there.settled()
    return placement


def message(user: str, text: str = "Hello", **values: object) -> Outbound:
    address = AddressKey("slack", "T0000AGENCY", user)
    return Outbound(address, "key-1", (Paragraph(text),), **values)  # type: ignore[arg-type]


async def test_a_check_in_is_one_message_from_the_opening_to_the_thanks(there: SlackHouse) -> None:
    placement = await welcomed(there)
    an = there.account(placement.hire)
    opening = an.messages()[-1]
    assert "2 of" not in an.sees()[-1].text
    await an.presses("start")
    await there.settled()
    for _ in range(5):
        assert an.messages()[-1] is opening, "the question stands where the opening stood"
        await an.presses("4")
        await there.settled()
    assert "Done, thank you" in an.sees()[-1].text
    assert an.sees()[-1].labels == ("Show my answers",)
    assert opening.versions == 7
    assert len(there.house.given()) == 5
    edits = [call.method for call in there.slack.calls if call.method in ("response_url", "chat.update")]
    assert edits.count("chat.update") == 0, "a press brings its own address for the answer"


async def test_an_answer_that_is_acknowledged_is_stored(there: SlackHouse) -> None:
    placement = await welcomed(there)
    an = there.account(placement.hire)
    await an.presses("start")
    await there.settled()
    await an.presses("4")  # Returns with the acknowledgement.
    assert [value for value, _ in there.house.given().values()] == ["4"]


async def test_a_press_that_comes_twice_and_a_double_press_answer_once(there: SlackHouse) -> None:
    placement = await welcomed(there)
    an = there.account(placement.hire)
    await an.presses("start")
    await there.settled()
    question = an.messages()[-1]
    blocks = list(question.blocks)
    await an.presses("4")
    await there.slack.repeat()
    await there.settled()
    assert len(there.house.given()) == 1
    shown, question.blocks = question.blocks, blocks  # Their app is behind: it still shows the first question.
    await an.presses("2", on=question)
    question.blocks = shown
    await there.settled()
    assert [value for value, _ in there.house.given().values()] == ["4"]


async def test_the_code_in_a_direct_message_links_and_the_consultant_reads_the_accounts_name(there: SlackHouse) -> None:
    from bot.commands.invite import invite
    from tests.house import row

    there.house.imports(row())
    placement = there.house.placement()
    mori = await there.joins(placement.consultant)
    code = next(one.code for one in invite(there.house.app, person="NGUYEN VAN AN"))
    account = there.slack.person("U0NEW", "An (Packing)", "an@example.com")
    await account.says("hello", wait=True)
    await until(lambda: account.sees())
    await account.says(code, wait=True)
    await there.settled()
    assert "NGUYEN" in account.sees()[-1].text or len(account.sees()) > 1
    await until(lambda: any("An (Packing)" in one.text for one in mori.sees()))


async def test_the_directory_finds_by_work_e_mail_in_its_workspace_only(there: SlackHouse) -> None:
    directory = there.house.app.directories["slack"]
    there.slack.person("U0HOA", "Hoa", "hoa@example.com")
    assert await directory.find("HOA@example.com", "T0000AGENCY") == AddressKey("slack", "T0000AGENCY", "U0HOA")
    assert await directory.find("nobody@example.com", "T0000AGENCY") is None
    with pytest.raises(Unreachable, match="not_installed"):
        await directory.find("hoa@example.com", "T0ELSEWHERE")
    there.slack.faults.let("users.lookupByEmail", Fault(Kind.RATELIMITED, 30))
    with pytest.raises(SendError) as caught:
        await directory.find("hoa@example.com", "T0000AGENCY")
    assert caught.value.retry_after == 30


async def test_a_deactivated_account_is_unreachable_and_a_removed_app_loses_everybody(there: SlackHouse) -> None:
    placement = await welcomed(there)
    await there.account(placement.hire).is_deactivated()
    assert state_of(there, placement.hire) == "unreachable"
    assert state_of(there, placement.consultant) == "linked"
    await deliver_event(there.slack, there.slack.workspace, {"type": "app_uninstalled"})
    assert state_of(there, placement.consultant) == "unreachable"


def state_of(there: SlackHouse, person: facts.Person) -> str:
    with there.house.app.store.read() as tx:
        return next(
            one.state
            for one in [people.at_address(tx, "slack", "T0000AGENCY", f"U0P{person.id}")[0]]  # type: ignore[index]
        )


@pytest.mark.parametrize("error", ["account_inactive", "token_revoked"])
async def test_a_revoked_token_is_a_state_of_the_address(there: SlackHouse, error: str) -> None:
    there.slack.person("U0HOA", "Hoa", "hoa@example.com")
    there.slack.workspace.auth_error = error
    with pytest.raises(Unreachable, match=error):
        await there.channel.send(message("U0HOA"))


async def test_a_closed_messages_tab_is_unreachable_and_a_wrong_token_is_tried_again(there: SlackHouse) -> None:
    there.slack.person("U0HOA", "Hoa", "hoa@example.com")
    there.slack.workspace.messages_tab = False
    with pytest.raises(Unreachable, match="messages_tab_disabled"):
        await there.channel.send(message("U0HOA"))
    there.slack.workspace.auth_error = "invalid_auth"
    with pytest.raises(SendError) as caught:
        await there.channel.send(message("U0HOA"))
    assert caught.value.retryable


@pytest.mark.parametrize(("kind", "posted"), [(Kind.CUT_BEFORE, 0), (Kind.CUT_AFTER, 1), (Kind.BROKEN, 0)])
async def test_a_call_that_broke_is_unknown_and_nothing_repeats_it(there: SlackHouse, kind: Kind, posted: int) -> None:
    hoa = there.slack.person("U0HOA", "Hoa", "hoa@example.com")
    there.slack.faults.let("chat.postMessage", Fault(kind))
    with pytest.raises(SendError) as caught:
        await there.channel.send(message("U0HOA"))
    assert caught.value.sent_perhaps
    assert len(hoa.messages()) == posted
    assert [call.method for call in there.slack.calls].count("chat.postMessage") == 1


@pytest.mark.parametrize(("kind", "after"), [(Kind.CUT_AFTER, 1), (Kind.CUT_BEFORE, 1)])
async def test_what_perhaps_arrived_is_looked_for_before_it_is_said_again(
    there: SlackHouse, kind: Kind, after: int
) -> None:
    hoa = there.slack.person("U0HOA", "Hoa", "hoa@example.com")
    there.slack.faults.let("chat.postMessage", Fault(kind))
    with pytest.raises(SendError):
        await there.channel.send(message("U0HOA", "Somebody needs you"))
    again = Outbound(AddressKey("slack", "T0000AGENCY", "U0HOA"), "key-2", (Paragraph("Again"),), repeats="key-1")
    receipt = await there.channel.send(again)
    assert len(hoa.messages()) == after
    assert receipt.reference.endswith(hoa.messages()[0].ts)
    assert [call.method for call in there.slack.calls].count("conversations.history") == 1


async def test_where_slack_lets_nobody_look_the_message_is_not_lost(there: SlackHouse) -> None:
    hoa = there.slack.person("U0HOA", "Hoa", "hoa@example.com")
    there.slack.faults.let("conversations.history", Fault(Kind.RATELIMITED, 60))
    again = Outbound(AddressKey("slack", "T0000AGENCY", "U0HOA"), "key-2", (Paragraph("Again"),), repeats="key-1")
    await there.channel.send(again)
    assert [one.text for one in hoa.sees()] == ["Again"]


async def test_after_five_uses_and_after_half_an_hour_an_answer_still_takes_its_place(there: SlackHouse) -> None:
    now = 0.0
    there.slack.clock = lambda: now
    hoa = there.slack.person("U0HOA", "Hoa", "hoa@example.com")
    receipt = await there.channel.send(message("U0HOA"))
    there.channel._remember(
        receipt.reference, there.slack.response_url("T0000AGENCY", "U0HOA", *receipt.reference.split(":"))
    )
    for number in range(7):
        await there.channel.send(message("U0HOA", f"Edit {number}", replaces=receipt.reference))
    now = 31 * 60.0
    there.channel._remember(receipt.reference, next(iter(there.slack.urls)).join((f"{there.slack.base}/respond/", "")))
    await there.channel.send(message("U0HOA", "The last one", replaces=receipt.reference))
    assert [one.text for one in hoa.sees()] == ["The last one"]


async def test_a_refresh_of_one_socket_loses_no_press(there: SlackHouse) -> None:
    placement = await welcomed(there)
    an = there.account(placement.hire)
    await there.slack.refresh_socket()
    await an.presses("start")
    await there.settled()
    assert there.slack.lost == []
    await there.slack.connected(2)
    await an.presses("4")
    assert len(there.house.given()) == 1


async def test_what_was_written_while_every_connection_was_down_arrives_afterwards(there: SlackHouse) -> None:
    placement = await welcomed(there)
    an = there.account(placement.hire)
    await there.slack.refresh_socket(every=True)
    await an.says("start")
    await there.settled()
    await until(lambda: "1 of" in an.sees()[-1].text)


async def test_a_press_that_cannot_be_kept_is_answered_with_a_reference(
    there: SlackHouse, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    placement = await welcomed(there)
    an = there.account(placement.hire)

    def full(*_: object) -> None:
        fault = sqlite3.OperationalError("database or disk is full")
        fault.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise OperationalError("", None, fault)

    with monkeypatch.context() as patched:
        patched.setattr("bot.flow.inbound.record", full)
        await an.presses("start")
    assert an.sees()[-1].text.startswith("Sorry. ")
    reference = an.sees()[-1].text.removeprefix("Sorry. ")
    assert f"reference={reference}" in capsys.readouterr().out.replace("'", "")
    await an.presses("start")
    await there.settled()
    assert any("1 of" in one.text for one in an.sees())


async def test_a_token_that_slack_refuses_is_said_in_words(there: SlackHouse) -> None:
    from bot.channels.slack import OneWorkspace, SlackChannel
    from bot.channels.slack.clients import Web
    from bot.channels.slack.socket import SocketMode

    workspace = OneWorkspace("xoxb-wrong", Web(there.slack.api_url))

    async def nobody(_: object) -> None:
        raise AssertionError

    with pytest.raises(ListenError, match="slack_refused"):
        await SlackChannel(workspace, SocketMode("xapp-wrong", workspace)).listen(nobody)
