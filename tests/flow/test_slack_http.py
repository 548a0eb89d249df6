"""Slack over HTTP: signed requests on the one web server, and an app that many workspaces install."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from sqlalchemy import text as sql

from bot import platforms
from bot.app import App
from bot.channels.slack.requests import STATE_SECONDS, SignedStates, payload_of
from bot.flow import linking
from bot.flow.listening import Listening
from bot.messages import AddressKey, Outbound, Paragraph, Unreachable
from bot.refusal import Refusal
from bot.settings import Settings
from tests.house import House, open_house, row
from tests.platform import slack as loopback
from tests.platform.slack.people import deliver_event
from tests.platform.slack.server import CLIENT_ID, CLIENT_SECRET, SIGNING_SECRET, sign
from tests.slack_house import QUICK, until


@dataclass
class Open:
    """The service over HTTP, and the Slack that knows its address."""

    app: App
    house: House
    slack: loopback.Slack
    url: str

    async def installs(self, team: str, *, tampered: bool = False, elsewhere: bool = False) -> int:
        """Let an administrator install the app; the status of the page on which they end."""
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(cookie_jar=jar) as browser:
            async with browser.get(f"{self.url}/slack/install") as page:
                page_text = await page.text()
            link = page_text.partition('<a href="')[2].partition('"')[0].replace("&amp;", "&")
            asked = parse_qs(urlsplit(link).query)
            self.slack.codes["code-1"] = team
            state = asked["state"][0] + ("x" if tampered else "")
            cookies = {"slack-app-oauth-state": asked["state"][0]}  # The cookie is for https only.
            back = f"{self.url}/slack/oauth_redirect?code=code-1&state={state}"
            async with browser.get(
                back, headers={} if elsewhere else {"Cookie": "; ".join(map("=".join, cookies.items()))}
            ) as end:
                return end.status


@asynccontextmanager
async def opened(tmp_path: Path, **settings: str) -> AsyncIterator[Open]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    slack = loopback.Slack(chat_pace=QUICK, team_pace=QUICK, retry_pauses=(0.0, 0.1, 0.2))
    async with slack.running():
        known = {
            "slack_signing_secret": SIGNING_SECRET,
            "slack_api_url": slack.api_url,
            "public_url": "https://teichaku.example",
            "desk_bind": f"127.0.0.1:{port}",
            **settings,
        }
        with open_house("2026-04-01 09:00", path=tmp_path / "house.db", platform="slack", **known) as house:
            async with platforms.connected(house.app) as (app, _leases):
                house.app = app
                listening = Listening(app)
                listening.start(app.channels["slack"], None)
                await asyncio.sleep(0.05)  # The listener takes its place.
                url = f"http://127.0.0.1:{port}"
                slack.request_url = f"{url}/slack/events"
                try:
                    yield Open(app, house, slack, url)
                finally:
                    await listening.stop()


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[Open]:
    async with opened(tmp_path, slack_client_id=CLIENT_ID, slack_client_secret=CLIENT_SECRET) as found:
        yield found


def hello(team: str, user: str = "U0HOA") -> Outbound:
    return Outbound(AddressKey("slack", team, user), "1", (Paragraph("Hello"),))


async def test_each_workspace_that_installs_the_app_is_served_with_its_own_token(there: Open) -> None:
    client = there.slack.add_team("T0000CLIENT", "Sakura")
    people = {
        "T0000AGENCY": there.slack.person("U0HOA", "Hoa", "hoa@example.com"),
        "T0000CLIENT": there.slack.person("U0HOA", "Another Hoa", "h@example.com", client),
    }
    channel = there.app.channels["slack"]
    with pytest.raises(Unreachable, match="not_installed"):
        await channel.send(hello("T0000CLIENT"))
    for team, person in people.items():
        assert await there.installs(team) == 200
        await channel.send(hello(team))
        assert [one.text for one in person.sees()] == ["Hello"]


async def test_tokens_are_sealed_and_forgotten_when_the_app_is_removed(there: Open) -> None:
    await there.installs("T0000AGENCY")
    with there.app.store.read() as tx:
        ((stored,),) = tx.connection().execute(sql("SELECT token FROM installation")).all()
    assert "xoxb" not in stored
    await deliver_event(there.slack, there.slack.workspace, {"type": "app_uninstalled"})
    with pytest.raises(Unreachable, match="not_installed"):
        await there.app.channels["slack"].send(hello("T0000AGENCY"))


async def test_an_installation_begins_and_ends_in_the_same_browser(there: Open) -> None:
    assert await there.installs("T0000AGENCY", tampered=True) == 400
    assert await there.installs("T0000AGENCY", elsewhere=True) == 400
    with pytest.raises(Unreachable):
        await there.app.channels["slack"].send(hello("T0000AGENCY"))


async def test_a_press_over_http_is_stored_and_answered(there: Open) -> None:
    await there.installs("T0000AGENCY")
    there.house.imports(row())
    hire = there.house.placement().hire
    account = there.slack.person("U0AN", hire.name, "an@example.com")
    linking.link(there.app, hire.id, "slack", "T0000AGENCY", "U0AN")
    await there.house.runs()
    await account.presses("agree")
    await until(lambda: len(account.sees()) == 2)
    assert there.slack.lost == []


@pytest.mark.parametrize("fault", ["unsigned", "forged", "old"])
async def test_what_slack_has_not_signed_is_refused(there: Open, fault: str) -> None:
    await there.installs("T0000AGENCY")
    body = (
        '{"type": "event_callback", "team_id": "T0000AGENCY", "event": {"type": "app_uninstalled"}, "event_id": "Ev1"}'
    )
    now = time.time()  # noqa: TID251
    headers = {
        "unsigned": {},
        "forged": sign(body, now, "another secret"),
        "old": sign(body, now - 301),
    }[fault]
    headers = {**headers, "Content-Type": "application/json"}
    url = there.slack.request_url or ""
    async with aiohttp.ClientSession() as client, client.post(url, data=body, headers=headers) as answer:
        assert answer.status == 401
    there.slack.person("U0HOA", "Hoa", "hoa@example.com")
    await there.app.channels["slack"].send(hello("T0000AGENCY"))


async def test_what_is_no_path_of_ours_is_not_found_and_what_is_too_large_is_not_read(there: Open) -> None:
    async with aiohttp.ClientSession() as client:
        async with client.get(f"{there.url}/") as answer:
            assert answer.status == 404
        async with client.post(there.slack.request_url or "", data=BytesIO(b"x" * 1_100_000)) as answer:
            assert answer.status == 413


async def test_one_workspace_needs_no_installation(tmp_path: Path) -> None:
    async with opened(tmp_path, slack_bot_token="xoxb-T0000AGENCY-loopback") as there:
        hoa = there.slack.person("U0HOA", "Hoa", "hoa@example.com")
        await hoa.says("hello", wait=True)
        await until(lambda: hoa.sees())


async def test_a_state_is_good_once_and_for_ten_minutes() -> None:
    now = 1_000.0
    states = SignedStates("secret", lambda: now)
    first, second = await states.async_issue(), await states.async_issue()
    assert first != second
    assert await states.async_consume(first)
    assert not await states.async_consume(first)
    assert not await states.async_consume("1.2.3")
    assert not await SignedStates("another", lambda: now).async_consume(second)
    now += STATE_SECONDS + 1
    assert not await states.async_consume(second)


@pytest.mark.parametrize("body", [b"", b"{", b"payload=%7B", b"\xff", b"[]", b"payload=[]", b"a=1&b=2"])
def test_a_damaged_request_has_no_person(body: bytes) -> None:
    assert isinstance(payload_of(body), dict)


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"slack_bot_token": "xoxb-1"}, "TEICHAKU_SLACK_APP_TOKEN"),
        ({"slack_app_token": "xapp-1"}, "TEICHAKU_SLACK_BOT_TOKEN"),
        ({"slack_signing_secret": "s"}, "TEICHAKU_SLACK_CLIENT_ID, TEICHAKU_SLACK_CLIENT_SECRET"),
        ({"slack_signing_secret": "s", "slack_bot_token": "xoxb-1"}, "TEICHAKU_PUBLIC_URL"),
    ],
)
def test_half_of_the_settings_is_refused_with_what_is_missing(given: dict[str, str], missing: str) -> None:
    with pytest.raises(Refusal) as caught:
        platforms.uses_slack(Settings(**given))
    assert caught.value.values["name"] == missing
