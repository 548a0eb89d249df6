"""Linking without a code: by the work e-mail that a workspace has verified, in the workspace of one's own company alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from bot import flow
from bot.flow import matching
from bot.messages import AddressKey, Inbound, SendError
from bot.text.catalog import locale_of
from tests.house import House, living, open_house, row

OWNED = {"companies": {"Sakura Foods": {"slack_team": "T1"}}, "agency": {"slack_team": "T-AGENCY"}}


class Directory:
    """A platform that knows some accounts, and whose manners can fail."""

    def __init__(self, **accounts: str) -> None:
        self.accounts = {(team, email.replace("_at_", "@") + ".com"): f"U-{email}" for email, team in accounts.items()}
        self.asked: list[tuple[str, str]] = []
        self.fault: SendError | None = None

    async def find(self, email: str, team: str) -> AddressKey | None:
        self.asked.append((email, team))
        if self.fault is not None:
            raise self.fault
        user = self.accounts.get((team, email))
        return None if user is None else AddressKey("slack", team, user)


@contextmanager
def house_with(directory: Directory, *rows: Any, **settings: Any) -> Iterator[House]:
    """A house on Slack whose roster was just imported."""
    with open_house("2026-03-30 10:00", platform="slack", **(settings or OWNED)) as house:
        house.app = replace(house.app, directories={"slack": directory})
        house.imports(*(rows or (row(),)))
        yield house


def linked(house: House) -> set[tuple[str, str, str]]:
    """Who is linked where: the name, the workspace and the account there."""
    return set(
        house.rows(
            "SELECT person.name, address.team, address.user FROM address JOIN person ON person.id = address.person_id "
            "WHERE state = 'linked'"
        )
    )


EVERYBODY = {"an_at_example": "T1", "sato_at_example": "T1", "mori_at_example": "T1"}


async def test_hires_and_managers_are_linked_in_the_workspace_of_their_company_and_asked_for_their_consent() -> None:
    with house_with(Directory(**EVERYBODY)) as house:
        await flow.plan_ahead(house.app)
        assert linked(house) == {
            ("NGUYEN VAN AN", "T1", "U-an_at_example"),
            ("Sato Kenji", "T1", "U-sato_at_example"),
        }, "nobody of the agency is linked in a client's workspace"
        await house.runs()
        where = AddressKey("slack", "T1", "U-an_at_example")
        assert "I am the check-in bot of Mori Aiko" in house.channel.shown(where)[0].text
        assert house.rows("SELECT count(*) FROM auditentry WHERE action = 'linked_by_email'") == [(2,)]

        asked = house.app.directories["slack"]
        assert isinstance(asked, Directory)
        await flow.plan_ahead(house.app)
        assert asked.asked.count(("an@example.com", "T1")) == 1, "who is linked is not looked up again"


@pytest.mark.parametrize(
    "settings",
    [{"companies": {"Kita Hotel": {"slack_team": "T1"}}}, {"companies": {"Sakura Foods": {"slack_team": "T2"}}}, {}],
    ids=["somebody_elses", "another", "none"],
)
async def test_an_address_in_any_other_workspace_links_nobody(settings: dict[str, Any]) -> None:
    with house_with(Directory(**EVERYBODY), **(settings or {"alerts": {}})) as house:
        await flow.plan_ahead(house.app)
        assert linked(house) == set()


async def test_people_of_the_agency_are_linked_in_its_own_workspace_alone() -> None:
    directory = Directory(mori_at_example="T-AGENCY", an_at_example="T-AGENCY")
    with house_with(directory) as house:
        await flow.plan_ahead(house.app)
        assert linked(house) == {("Mori Aiko", "T-AGENCY", "U-mori_at_example")}
    shared = {"companies": {"Sakura Foods": {"slack_team": "T1"}}, "agency": {"slack_team": "T1"}}
    with house_with(Directory(mori_at_example="T1"), **shared) as house:
        await flow.plan_ahead(house.app)
        assert linked(house) == set(), "a workspace that a client owns is not the agency's own"


async def test_who_was_disowned_is_not_linked_again_by_itself() -> None:
    with house_with(Directory(**EVERYBODY)) as house:
        await flow.plan_ahead(house.app)
        with house.app.store.begin() as tx:
            tx.connection().exec_driver_sql("UPDATE address SET state = 'closed'")
        await flow.plan_ahead(house.app)
        assert linked(house) == set()


async def test_an_address_that_two_people_have_links_neither() -> None:
    with house_with(Directory(**EVERYBODY), row(manager_email="an@example.com")) as house:
        await flow.plan_ahead(house.app)
        assert linked(house) == set()


async def test_an_account_that_is_taken_is_left_alone() -> None:
    with house_with(Directory(**EVERYBODY)) as house:
        sato = house.placement().manager
        flow.linking.link(house.app, sato.id, "slack", "T1", "U-an_at_example")
        await flow.plan_ahead(house.app)
        assert {name for name, _, _ in linked(house)} == {"Sato Kenji"}


async def test_who_shall_be_asked_elsewhere_is_not_looked_up() -> None:
    with house_with(Directory(**EVERYBODY), row(hire_channel="telegram")) as house:
        await flow.plan_ahead(house.app)
        assert {name for name, _, _ in linked(house)} == {"Sato Kenji"}


async def test_a_platform_that_is_asked_too_fast_is_left_until_the_next_round() -> None:
    directory = Directory(**EVERYBODY)
    directory.fault = SendError("throttled", retryable=True, retry_after=30)
    with house_with(directory) as house:
        await flow.plan_ahead(house.app)
        assert len(directory.asked) == 1
        directory.fault = None
        await flow.plan_ahead(house.app)
        assert len(linked(house)) == 2


async def test_many_are_looked_up_in_small_batches_until_everybody_was() -> None:
    many = [
        row(
            placement_id=f"A-{n}",
            hire_name=f"HIRE {n}",
            hire_email=f"h{n}@example.com",
            manager_email=f"m{n}@example.com",
        )
        for n in range(40)
    ]
    directory = Directory()
    with house_with(directory, *many) as house:
        for hour in range(10, 14):
            house.skips(f"2026-03-30 {hour}:00")
            await matching.match_ahead(house.app)
            assert len(directory.asked) == matching.BATCH * (hour - 9)
        assert len({email for email, _ in directory.asked if email.startswith("h")}) == 40


def joins(team: str, email: str, **values: Any) -> Inbound:
    """An account has appeared in a workspace."""
    return Inbound(AddressKey("slack", team, "U-NEW"), f"join-{team}-{email}", email=email, account="An", **values)


async def test_who_joins_the_workspace_is_linked_at_once_under_the_same_rule() -> None:
    async with living("2026-03-30 10:00", platform="slack", **OWNED) as house:
        house.imports(row())
        for team, email in (("T2", "an@example.com"), ("T1", "mori@example.com"), ("T1", "nobody@example.com")):
            await house.receive(joins(team, email))
        assert linked(house) == set()
        assert house.channel.sent == [], "who is none of ours hears nothing of us"

        await house.receive(joins("T1", " AN@Example.com "))
        assert linked(house) == {("NGUYEN VAN AN", "T1", "U-NEW")}
        assert "I am the check-in bot" in house.channel.sent[0].text
        sent = len(house.channel.sent)
        await house.receive(replace(joins("T1", "an@example.com"), external_id="again"))
        assert len(house.channel.sent) == sent


async def test_the_language_of_an_app_is_a_guess_where_nobody_has_named_one() -> None:
    async with living("2026-03-30 10:00", platform="slack", **OWNED) as house:
        house.imports(row(hire_languages=("en",)))
        await house.receive(joins("T1", "an@example.com", language="ja-JP"))
        assert house.placement().hire.languages == ("en",), "the roster decides"
        stranger = Inbound(AddressKey("slack", "T9", "U"), "hi", text="hello", language="en-GB")
        await house.receive(stranger)
        assert house.channel.sent[-1].text.startswith("Hello. I do not know you yet.")


@pytest.mark.parametrize(
    ("tag", "locale"),
    [
        ("vi", "vi"),
        ("en-US", "en"),
        ("zh-hans", "zh_Hans"),
        ("ja", "ja"),
        ("tl", "fil"),
        ("ja-Hira", "ja@simple"),
        ("ja-easy", "ja@simple"),
        ("xx", None),
        ("", None),
    ],
)
def test_a_platform_names_languages_in_its_own_way(tag: str, locale: str | None) -> None:
    assert locale_of(tag) == locale


async def test_a_workspace_that_is_gone_is_one_alert_that_names_everybody_in_it() -> None:
    other = row(placement_id="A-2", hire_name="SITI RAHMA", hire_email="siti@example.com")
    async with living("2026-03-30 10:00", platform="slack", **OWNED) as house:
        house.imports(row(), other)
        placement = house.placement()
        flow.linking.link(house.app, placement.consultant.id, "slack", "T-AGENCY", "mori")
        for person in (placement.hire, placement.manager, house.placement("A-2").hire):
            flow.linking.link(house.app, person.id, "slack", "T1", f"u{person.id}")
        await house.runs()
        for update in ("uninstalled", "revoked"):  # A platform says both.
            await house.receive(Inbound(AddressKey("slack", "T1", ""), update, gone=True))
        assert house.rows("SELECT count(*) FROM address WHERE state = 'unreachable'") == [(3,)]
        assert house.rows("SELECT kind FROM alert") == [("unreachable",)]

        await house.until("2026-03-31 09:00")
        where = AddressKey("slack", "T-AGENCY", "mori")
        digest = house.channel.shown(where)[-1]
        assert "cannot be reached" in digest.text
        house.clock.move_to(house.clock() + flow.delivery.FIRST_PAUSE * 12)
        await house.channel.press(where, next(b.label for line in digest.rows for b in line))
        said = house.channel.shown(where)[-1].text
        for name in ("NGUYEN VAN AN", "Sato Kenji", "SITI RAHMA", 'teichaku invite --company "Sakura Foods"'):
            assert name in said

        await house.receive(Inbound(AddressKey("slack", "T1", f"u{placement.hire.id}"), "back", text="hello"))
        assert "NGUYEN VAN AN" in {name for name, _, _ in linked(house)}, "who writes again is back"


async def test_one_account_that_is_gone_is_an_alert_about_this_person() -> None:
    async with living("2026-03-30 10:00", platform="slack", **OWNED) as house:
        house.imports(row())
        an = house.placement().hire
        flow.linking.link(house.app, an.id, "slack", "T1", "an")
        await house.receive(Inbound(AddressKey("slack", "T1", "an"), "deleted", gone=True))
        assert house.rows("SELECT state FROM address") == [("unreachable",)]
        assert [one.reasons[0]["code"] for one in house.alerts()] == ["unreachable.hire"]
