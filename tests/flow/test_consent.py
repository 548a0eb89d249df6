"""The promise before the first question: what it says, that it is asked again, and a yes without an estimate."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from itertools import combinations

import pytest

from bot.channels.memory import LIMITS
from bot.text import consent
from bot.text.catalog import SHIPPED, Voice
from tests.house import living, row, tokyo

BEFORE = "2026-03-30 10:00"
DIGESTS = {2: "b1cc1d3a", 3: "e75c6f53", 4: "7d2be74f"}


def told(platform: str, *languages: str) -> str:
    paragraphs, _ = consent.ask(
        Voice.of(languages, "hire"),
        LIMITS,
        placement=1,
        hire_side=True,
        name="An",
        consultant="Mori Aiko",
        company="Sakura Foods",
        hire="An",
        platform=platform,
        words=6,
        answers=24,
    )
    return "\n\n".join(paragraph.text for paragraph in paragraphs)


@pytest.mark.parametrize(
    "said",
    [
        "I am the check-in bot of Mori Aiko",
        "help your consultant to see early",
        "a computer estimates how likely it is that somebody will leave",
        "so that a person can help in time",
        "Your manager is asked about the same topics",
        "Nobody at Sakura Foods reads them",
        "The owner of this Slack, often your company",
        "What you write is kept encrypted",
        "Your own words are erased after 6 months, your answers after 24",
        "Write “privacy” at any time to see what is stored about you, or to erase it",
        "Sakura Foods cannot order you to answer",
        "Saying no has no consequence",
        "You may skip every question",
        "Write “pause” or “stop” at any time",
        "If you decide to leave, we help you leave properly",
    ],
)
def test_a_hire_reads_before_the_first_question(said: str) -> None:
    assert said in told("slack", "en")


def test_it_says_whose_platform_it_is() -> None:
    assert "belongs neither to us nor to your company" in told("telegram", "en")
    assert "service of somebody else" in told("memory", "en")


def test_any_two_languages_fit_into_one_message_of_short_paragraphs() -> None:
    for pair in combinations(SHIPPED["hire"], 2):
        for platform in consent.PLATFORMS:
            text = told(platform, *pair)
            assert len(text) <= LIMITS.text
            assert max(map(len, text.split("\n\n"))) <= 420


def test_the_text_has_the_version_that_people_agreed_to() -> None:
    """Whoever changes a sentence raises CONSENT_VERSION, because everybody must be asked again."""
    said = "\n".join(one.text for one in (*consent.HIRE, *consent.PLATFORMS.values(), *consent.MANAGER))

    assert DIGESTS[consent.CONSENT_VERSION] == hashlib.sha256(said.encode()).hexdigest()[:8]


async def test_what_was_agreed_is_kept_with_version_language_and_time() -> None:
    async with living(BEFORE) as house:
        an = (await house.welcomes(hire_languages=("ja@simple", "en"))).hire

        kept = house.rows("SELECT version, language, decision, scored FROM consent WHERE person_id = :id", id=an.id)
        assert [tuple(one) for one in kept] == [(consent.CONSENT_VERSION, "ja@simple", "agreed", 1)]
        assert house.rows("SELECT count(*) FROM consent WHERE decided_at IS NULL") == [(0,)]


async def test_who_wants_no_estimate_is_no_measure_for_others_either() -> None:
    scores = []
    for choice in (None, "Yes, no estimate", "I agree"):
        async with living(BEFORE) as house:
            an = (await house.welcomes()).hire
            if choice is not None:
                house.imports(row(), row(placement_id="A-2", hire_name="LE THI HOA", hire_email="hoa@example.com"))
                hoa = house.placement("A-2").hire
                await house.joins(hoa)
                await house.presses(hoa, choice)
                await house.presses(hoa, "name.0")
                await house.presses(hoa, "hour.noon")
            await house.until("2026-05-01 12:10")
            if choice is not None:
                await house.goes_through(hoa, "5")
                await house.runs()
            await house.goes_through(an, "3")
            await house.runs()
            scores += house.rows("SELECT score FROM assessment WHERE placement_id = 1 ORDER BY id DESC LIMIT 1")
    alone, beside_no_estimate, beside_somebody = scores
    assert alone == beside_no_estimate != beside_somebody


async def test_a_hire_may_take_part_without_the_estimate() -> None:
    async with living(BEFORE) as house:
        house.imports(row())
        placement = house.placement()
        an, sato, mori = placement.hire, placement.manager, placement.consultant
        await house.joins(mori)
        await house.joins(an)
        await house.presses(an, "Yes, no estimate")
        await house.presses(an, "name.0")
        await house.presses(an, "hour.noon")
        await house.agrees(sato)
        await house.until("2026-05-01 12:10")

        await house.answers(an, "1", "1", "1", "1", "1", "1", "1")
        await house.runs()
        await house.answers(sato, "1", "1", "1", "1", "1")
        await house.until("2026-06-20 12:00")

        assert house.rows("SELECT count(*) FROM answer WHERE question = 'stay'") != [(0,)], "the questions are asked"
        assert house.rows("SELECT count(*) FROM assessment") == [(0,)], "nothing is estimated"
        assert [one.kind for one in house.alerts()] in ([], ["silence"])
        await house.says(an, "help")
        await house.runs()
        assert "help" in [one.kind for one in house.alerts()], "and the help is the same"


async def test_a_pause_begins_at_once_and_ends_by_itself() -> None:
    async with living(BEFORE) as house:
        an = (await house.welcomes()).hire
        await house.until("2026-05-01 12:10")
        await house.says(an, "pause")
        await house.presses(an, "1 month")

        assert "for a month" in house.sees(an)
        assert house.checkins()[0].state == "declined", "what is open need not be answered"
        seen = len(house.messages(an))
        await house.until("2026-05-20 12:00")
        assert len(house.messages(an)) == seen, "nothing, no reminder either, is sent meanwhile"
        await house.until("2026-06-01 12:10")
        assert "Your check-in is ready" in house.sees(an)
        silent = [one.opened_at for one in house.alerts() if one.kind == "silence"]
        assert all(at < tokyo("2026-05-01 12:10") for at in silent), "a pause is no silence"


async def test_a_yes_to_an_older_text_is_no_yes_to_this_one() -> None:
    async with living(BEFORE) as house:
        house.imports(row())
        an = house.placement().hire
        await house.joins(an)
        (agree,) = [b.payload for line in house.messages(an)[-1].rows for b in line if b.payload.choice == "agree"]
        await house.channel.press_on(house.address(an), None, replace(agree, turn=agree.turn - 1))
        assert house.rows("SELECT count(*) FROM consent") == [(0,)]
        assert "I agree" in house.sees(an), "and the text of today is shown"


async def test_who_says_stop_before_the_promise_and_then_agrees_is_asked() -> None:
    async with living(BEFORE) as house:
        house.imports(row(hire_languages=("vi", "ja")))
        an = house.placement().hire
        await house.joins(an)
        for written in ("/stop", "/stop", "/privacy"):
            await house.says(an, written)
        assert house.rows("SELECT count(*) FROM consent") == [(0,)]
        await house.presses(an, "agree")
        assert not house.placement().hire.stopped
        await house.presses(an, "name.0")
        await house.presses(an, "hour.noon")
        await house.until("2026-04-06 12:10")
        assert house.sent_at(an)[-1] == ("04-06 12:10", "opening")


async def test_a_pause_can_be_ended_earlier() -> None:
    async with living(BEFORE) as house:
        an = (await house.welcomes()).hire
        await house.says(an, "pause")
        await house.presses(an, "1 month")
        await house.says(an, "start")
        await house.until("2026-04-06 12:10")

        assert "Your check-in is ready" in house.sees(an)
