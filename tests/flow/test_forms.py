"""A private page: words that must not pass through a chat are written there, once, in the person's languages."""

from __future__ import annotations

import re
import socket
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from bot.pages import form_routes
from tests.house import row
from tests.platform.telegram.people import Person
from tests.telegram_house import TelegramHouse, on_telegram

PUBLIC = "https://checkin.example.com"


@pytest.fixture
def start_date() -> date:
    """When the hire began: the page is wanted in the first month's check-in, or where a test says otherwise in another's."""
    return date(2026, 3, 6)


@pytest.fixture
async def house(tmp_path: Path, start_date: date) -> AsyncIterator[TelegramHouse]:
    privacy = {"free_text": {"telegram": "form"}}
    with socket.create_server(("127.0.0.1", 0)) as free:
        bind = f"127.0.0.1:{free.getsockname()[1]}"
    async with on_telegram(
        "2026-04-01 09:00", tmp_path / "t.db", public_url=PUBLIC, privacy=privacy, desk_bind=bind
    ) as house:
        house.imports_on_telegram(row(hire_languages=("en", "ja@simple"), start_date=start_date))
        yield house


@pytest.fixture
async def browser(house: TelegramHouse) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(Starlette(routes=form_routes(house.app)))
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC) as client:
        yield client


async def is_asked_for_words(house: TelegramHouse) -> tuple[Person, str]:
    """Answer until a question wants words; the phone, and the address of the page."""
    an = house.api.person("An")
    await house.comes(an, "NGUYEN VAN AN")
    for part in ("I agree", "AN", "12:10"):
        label = next(one for shown in an.chat for one in shown.labels if part in one)
        await house.taps(an, label)
    await house.until("2026-04-06 12:10")
    assert an.chat[-1].labels, [(one.text[:80], one.labels) for one in an.chat]
    await house.taps(an, an.chat[-1].labels[0])
    for _ in range(12):
        if found := re.search(rf"{PUBLIC}/form/\S+", an.chat[-1].text):
            return an, found[0]
        choices = [(label, data) for line in an.chat[-1].rows for label, data in line if ":q:" in data]
        label, _ = next((one for one in choices if "other" in one[1]), choices[0])
        await house.taps(an, label)
    raise AssertionError("no question wanted words")


async def test_words_are_written_on_the_page_and_the_chat_goes_on(
    house: TelegramHouse, browser: httpx.AsyncClient
) -> None:
    an, address = await is_asked_for_words(house)
    for _ in range(3):  # A chat fetches previews, and people look twice.
        page = await browser.get(address)
        assert page.status_code == 200
    assert "consultant" in page.text
    assert "担当者" in page.text
    assert "<script" not in page.text
    assert 'name="viewport"' in page.text
    asked = an.chat[-1].text
    answer = await browser.post(address, data={"words": "The night shift & <my> back"}, headers={"Origin": PUBLIC})
    assert answer.status_code == 200
    assert "Your answer has arrived" in answer.text
    await house.settles()
    assert an.chat[-1].text != asked
    assert any(words == "The night shift & <my> back" for _, words in house.given().values())
    assert not any("night shift" in one.text for one in an.chat)


async def test_a_link_works_once_and_only_for_its_own_question(
    house: TelegramHouse, browser: httpx.AsyncClient
) -> None:
    _, address = await is_asked_for_words(house)
    assert (await browser.post(address, data={"words": "first"})).status_code == 200
    given = house.given()
    for method in ("GET", "POST"):
        again = await browser.request(method, address, data={"words": "second"} if method == "POST" else None)
        assert again.status_code == 404
        assert "has been used" in again.text
    assert house.given() == given
    assert (await browser.get(f"{PUBLIC}/form/nobody-knows-this")).status_code == 404


async def test_nothing_is_used_up_by_what_cannot_be_sent(house: TelegramHouse, browser: httpx.AsyncClient) -> None:
    _, address = await is_asked_for_words(house)
    assert (await browser.post(address, data={"words": "   "})).status_code == 400
    assert (await browser.post(address, data={"other": "x"})).status_code == 400
    assert (await browser.post(address, data={"words": "x" * 5000})).status_code == 413
    assert (await browser.post(address, data={"words": "あ" * 90_000})).status_code == 413
    assert (
        await browser.post(address, data={"words": "x"}, headers={"Origin": "https://evil.example"})
    ).status_code == 404
    assert (await browser.post(address, data={"words": "Now it is right"})).status_code == 200


async def test_the_page_is_shut_to_everything_from_elsewhere(house: TelegramHouse, browser: httpx.AsyncClient) -> None:
    _, address = await is_asked_for_words(house)
    headers = (await browser.get(address)).headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Frame-Options"] == "DENY"


async def test_of_the_link_only_a_hash_is_stored(house: TelegramHouse) -> None:
    _, address = await is_asked_for_words(house)
    token = address.rpartition("/")[2]
    assert token not in str(house.everything())


async def test_what_was_meant_to_be_a_command_is_an_answer_there(
    house: TelegramHouse, browser: httpx.AsyncClient
) -> None:
    _, address = await is_asked_for_words(house)
    await browser.post(address, data={"words": "stop"})
    assert any(words == "stop" for _, words in house.given().values())


@pytest.mark.parametrize("start_date", [date(2026, 1, 6)])
async def test_a_protection_question_is_chosen_on_the_page_and_tells_the_consultant_at_once(
    house: TelegramHouse, browser: httpx.AsyncClient
) -> None:
    an, mori = house.api.person("An"), house.api.person("Mori")
    await house.comes(mori, "Mori Aiko")
    await house.comes(an, "NGUYEN VAN AN")
    for part in ("I agree", "AN", "12:10"):
        await house.taps(an, next(one for shown in an.chat for one in shown.labels if part in one))
    await house.until("2026-04-06 12:10")
    await house.taps(an, an.chat[-1].labels[0])
    for _ in range(12):
        if "Is one of these true" in an.chat[-1].text:
            break
        await house.taps(an, next(one for one in an.chat[-1].labels if "Prefer not" in one))
    asked = an.chat[-1]
    assert not any(word in asked.text + "".join(asked.labels) for word in ("passport", "threatened", "パスポート"))
    found = re.search(rf"{PUBLIC}/form/\S+", asked.text)
    assert found is not None
    page = await browser.get(found[0])
    assert page.text.count('type="radio"') == 6
    assert "I was hit or threatened" in page.text
    for nonsense in ({}, {"choice": "start"}, {"choice": "x" * 5000}, {"words": "hello"}):
        assert (await browser.post(found[0], data=nonsense)).status_code in (400, 413)
    assert (await browser.post(found[0], data={"choice": "violence"})).status_code == 200
    await house.settles()
    assert (await browser.get(found[0])).status_code == 404
    assert [one.kind for one in house.alerts()] == ["safety"]
    assert any("safety" in one.text for one in mori.chat)
    assert not any("threatened" in one.text for one in an.chat)
