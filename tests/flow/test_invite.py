"""An invitation: who gets a code, what a code does once, and what everybody else reads."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from bot.commands.invite import Invited, as_lines, as_rows, invite
from bot.flow import linking
from bot.messages import AddressKey, Inbound
from bot.refusal import Refusal
from bot.settings import Settings
from bot.settings.model import Staff
from bot.text.catalog import Voice
from store import facts
from store.queries import invitations
from tests.house import House, living, open_house, row, tokyo

AT = "2026-04-01 09:00"
PHONE = AddressKey("memory", "", "phone")
OTHER = AddressKey("memory", "", "other-phone")
COLLEAGUE = {"lead_name": "Oda Ken", "lead_email": "oda@example.com", "lead_languages": ("en",)}


def refusal(house: House, **wanted: object) -> str:
    with pytest.raises(Refusal) as caught:
        invite(house.app, **wanted)  # type: ignore[arg-type]
    return caught.value.code


def code_for(house: House, name: str, **wanted: bool) -> str:
    (issued,) = invite(house.app, person=name, **wanted)
    return issued.code


async def sends(house: House, where: AddressKey, text: str, account: str | None = None) -> None:
    """Somebody writes from a chat account that has this name."""
    number = len(house.rows("SELECT id FROM inbound"))
    await house.channel.inject(Inbound(where, f"{where.user}-{number}-{account}", text=text, account=account))
    await house.runs()


def chat(house: House, where: AddressKey) -> list[str]:
    return [one.text for one in house.channel.sent if one.address == where]


def last(house: House, where: AddressKey) -> str:
    return chat(house, where)[-1]


def person_at(house: House, where: AddressKey) -> list[tuple[str, str]]:
    return house.rows(  # type: ignore[return-value]
        'SELECT person.name, address.state FROM address JOIN person ON person.id = person_id WHERE "user" = :user',
        user=where.user,
    )


def consents(house: House) -> list[tuple[str]]:
    return house.rows("SELECT decision FROM consent")  # type: ignore[return-value]


def test_everybody_who_is_not_linked_gets_a_code_of_their_own() -> None:
    with open_house(AT) as house:
        house.imports(
            row(**COLLEAGUE), row(row=3, placement_id="A-2", hire_name="RAI Bina", hire_email="b@example.com")
        )
        issued = invite(house.app)
        assert [(one.whom.key, one.whom.person.name, one.whom.role) for one in issued] == [
            ("A-1", "NGUYEN VAN AN", "hire"),
            ("A-1", "Oda Ken", "lead"),
            ("A-2", "RAI Bina", "hire"),
            ("A-2", "Sato Kenji", "manager"),
            ("A-2", "Mori Aiko", "consultant"),
        ]
        codes = [one.code for one in issued]
        assert len(set(codes)) == 5
        assert all(re.fullmatch(r"[A-Za-z0-9_-]{32}", code) for code in codes)
        assert not any(code in repr(house.everything()) for code in codes)


async def test_who_is_linked_or_has_left_gets_none() -> None:
    async with living(AT) as house:
        placement = await house.welcomes()
        assert invite(house.app) == []
        house.imports(row(row=3, placement_id="A-2", hire_name="RAI Bina", hire_email="b@example.com"))
        with house.app.store.begin() as tx:
            tx.connection().exec_driver_sql("UPDATE placement SET left_on = '2026-04-01' WHERE key = 'A-2'")
        assert invite(house.app) == []
        assert refusal(house, person="A-2") == "person_gone"
        assert refusal(house, person=placement.hire.name) == "person_linked"


def test_one_company_and_one_person_can_be_invited_alone() -> None:
    with open_house(AT) as house:
        other = {"hire_name": "RAI Bina", "hire_email": None, "hire_id": "H-7", "company": "Umi Inn"}
        house.imports(row(), row(row=3, placement_id="B-1", **other))
        assert {one.whom.company for one in invite(house.app, company="Umi Inn")} == {"Umi Inn"}
        for wanted in ("B-1", "h-7", "rai  bina"):
            assert [one.whom.person.name for one in invite(house.app, person=wanted)] == ["RAI Bina"]
        assert [one.whom.role for one in invite(house.app, person="MORI@example.com")] == ["consultant"]
        assert [refusal(house, person=wanted) for wanted in ("Nobody", " ")] == ["person_unknown", "person_unknown"]
        house.imports(row(), row(row=3, placement_id="A-5", start_date=date(2026, 9, 1)))
        for wanted in ("A-1", "A-5"):
            assert [one.whom.person.name for one in invite(house.app, person=wanted)] == ["NGUYEN VAN AN"]


def test_two_people_of_one_name_are_told_apart() -> None:
    with open_house(AT) as house:
        twin = {"hire_email": "twin@example.com", "job_title": "Packer", "start_date": date(2026, 7, 1)}
        house.imports(row(job_title="Cook"), row(row=3, placement_id="A-2", **twin))
        with pytest.raises(Refusal) as caught:
            invite(house.app, person="NGUYEN VAN AN")
        assert caught.value.code == "person_ambiguous"
        assert "(Cook, 2026-04-01, an@example.com, A-1)" in str(caught.value.values["known"])
        shown = [line["person"] for line in as_lines(Voice(("en",), "staff"), invite(house.app))]
        assert "NGUYEN VAN AN (Packer, 2026-07-01, twin@example.com, A-2)" in shown
        assert "Sato Kenji" in shown


def test_a_code_is_valid_for_thirty_days_or_until_the_start_whichever_is_later() -> None:
    def until(issued: list[Invited]) -> dict[str, str]:
        return {str(one["role"]): str(one["valid_until"]) for one in as_rows(issued)}

    with open_house(AT) as house:
        house.imports(row(start_date=date(2026, 8, 1)))
        assert until(invite(house.app)) == {
            "hire": "2026-08-01T23:59:59+09:00",
            "manager": "2026-08-01T23:59:59+09:00",
            "consultant": "2026-05-01T09:00:00+09:00",
        }
    with open_house(AT) as house:
        house.imports(row(start_date=date(2026, 4, 20)))
        assert until(invite(house.app))["hire"] == "2026-05-01T09:00:00+09:00"


def test_the_link_is_there_once_the_name_of_the_bot_is_known() -> None:
    with open_house(AT) as house:
        house.imports(row(hire_channel="telegram"))
        assert {one.link for one in invite(house.app)} == {None}
        with house.app.store.begin() as tx:
            invitations.know_bot(tx, "telegram", "", "teichaku_bot", house.clock())
        found = {one.whom.role: one for one in invite(house.app)}
        assert found["hire"].link == f"https://t.me/teichaku_bot?start={found['hire'].code}"
        assert found["manager"].link is None, "who is reached on Slack sends the code there"
        assert list(as_rows([found["hire"]])[0])[:6] == ["placement_id", "person", "role", "channel", "code", "link"]


def test_who_stands_only_in_the_settings_is_invited_as_well() -> None:
    staff = Settings(staff=(Staff(name="Abe Rin", email="abe@example.com", role="lead"),)).staff
    with open_house(AT, staff=staff) as house:
        house.imports(row())
        for _ in range(2):
            assert [one.whom.role for one in invite(house.app) if one.whom.person.name == "Abe Rin"] == ["lead"]


@pytest.mark.parametrize(
    "form", ["{}", "/start {}", "  {}\n", "https://t.me/teichaku_bot?start={}", "My code: {}, thanks"]
)
async def test_a_code_links_and_asks_for_consent_before_anything_else(form: str) -> None:
    async with living(AT) as house:
        house.imports(row())
        await sends(house, PHONE, form.format(code_for(house, "NGUYEN VAN AN")))
        assert person_at(house, PHONE) == [("NGUYEN VAN AN", "linked")]
        (said,) = chat(house, PHONE)
        assert "I am the check-in bot of Mori Aiko" in said
        assert consents(house) == []
        assert house.rows("SELECT actor FROM auditentry WHERE action = 'linked'") == [
            (f"person:{house.placement().hire.id}",)
        ]


async def test_somebody_of_the_agency_is_welcomed() -> None:
    async with living(AT) as house:
        house.imports(row())
        await sends(house, PHONE, code_for(house, "Mori Aiko"))
        assert "Hello Mori Aiko, you are connected." in last(house, PHONE)


async def test_a_code_works_once() -> None:
    async with living(AT) as house:
        house.imports(row())
        code = code_for(house, "NGUYEN VAN AN")
        await sends(house, PHONE, code)
        await sends(house, OTHER, code)
        assert person_at(house, OTHER) == []
        assert "does not work here, or not any more" in last(house, OTHER)
        assert not re.search("NGUYEN|Mori|Sakura", last(house, OTHER))


async def test_whoever_is_invited_again_can_no_longer_use_the_earlier_code() -> None:
    async with living(AT) as house:
        house.imports(row())
        first, second = (code_for(house, "NGUYEN VAN AN") for _ in range(2))
        await sends(house, PHONE, first)
        assert person_at(house, PHONE) == []
        await sends(house, PHONE, second)
        assert person_at(house, PHONE) == [("NGUYEN VAN AN", "linked")]


async def test_an_expired_and_an_invented_code_get_the_same_kind_answer() -> None:
    async with living(AT) as house:
        house.imports(row())
        code = code_for(house, "NGUYEN VAN AN")
        house.skips("2026-05-01 09:00")
        await sends(house, PHONE, code)
        await sends(house, OTHER, "x" * 32)
        assert last(house, PHONE) == last(house, OTHER)
        assert "Please ask your consultant for a new one" in last(house, PHONE)
        assert person_at(house, PHONE) == []


async def test_a_stranger_without_a_code_is_greeted_as_before() -> None:
    async with living(AT) as house:
        house.imports(row())
        for text in ("Hello", "/start", "a word and another"):
            await sends(house, PHONE, text)
            assert "I do not know you yet" in last(house, PHONE)


async def test_nobody_can_go_on_guessing() -> None:
    async with living(AT) as house:
        house.imports(row())
        code = code_for(house, "NGUYEN VAN AN")
        for number in range(5):
            await sends(house, PHONE, f"/start wrong{number}")
        await sends(house, PHONE, code)
        assert person_at(house, PHONE) == []
        assert len(set(chat(house, PHONE))) == 1, "the right code is answered like the wrong ones"

        house.clock.move_to(house.clock() + timedelta(minutes=61))
        await sends(house, PHONE, code)
        assert person_at(house, PHONE) == [("NGUYEN VAN AN", "linked")]
        await sends(house, OTHER, "/start wrong")
        assert house.rows('SELECT "user", count FROM guess') == [("other-phone", 1)], "what is over is forgotten"


async def test_a_new_phone_moves_the_account_and_the_old_chat_is_told() -> None:
    async with living(AT) as house:
        placement = await house.welcomes()
        an, old = placement.hire, house.address(placement.hire)
        await house.until("2026-04-06 12:10")
        start = house.messages(an)[-1].rows[0][0].payload
        await sends(house, PHONE, code_for(house, an.name, relink=True))
        assert person_at(house, PHONE) == [("NGUYEN VAN AN", "linked")]
        assert person_at(house, old) == [("NGUYEN VAN AN", "closed")]
        assert "This chat is not connected any more" in last(house, old)
        assert "Mori" not in last(house, old)
        assert "This chat is connected now" in chat(house, PHONE)[0]
        assert "Your check-in is still open" in last(house, PHONE), "who has agreed is not asked again, and goes on"

        assert start not in [button.payload for one in house.channel.shown(old) for row in one.rows for button in row]
        before = len(chat(house, PHONE))
        await house.channel.press_on(old, None, start)  # That phone's app may be behind.
        assert "I do not know you yet" in last(house, old), "the old chat has lost its access"
        assert len(chat(house, PHONE)) == before


async def test_an_old_chat_that_has_gone_does_not_come_back() -> None:
    from bot.messages import Unreachable

    async with living(AT) as house:
        placement = await house.welcomes()
        code = code_for(house, placement.hire.name, relink=True)
        house.channel.fail_next(Unreachable("blocked"))
        await sends(house, PHONE, code)
        assert person_at(house, house.address(placement.hire)) == [("NGUYEN VAN AN", "closed")]


async def test_the_code_of_somebody_else_does_nothing_for_who_is_linked() -> None:
    async with living(AT) as house:
        placement = await house.welcomes()
        house.imports(row(row=3, placement_id="A-2", hire_name="RAI Bina", hire_email="b@example.com"))
        theirs = code_for(house, "RAI Bina")
        for person, text in ((placement.hire, theirs), (placement.consultant, f"/start {theirs}")):
            await house.says(person, text)
            assert "You are connected already, and nothing has changed." in house.sees(person)
        await sends(house, PHONE, theirs)
        assert person_at(house, PHONE) == [("RAI Bina", "linked")], "the code was not used up"


async def test_who_presses_the_link_again_is_not_taken_for_an_answer() -> None:
    async with living(AT) as house:
        placement = await house.welcomes()
        await house.until("2026-04-06 12:10")
        await house.presses(placement.hire, "start")
        await house.says(placement.hire, "/start abcdefgh")
        assert "You are connected already" in house.sees(placement.hire)
        assert house.given() == {}


async def told(house: House, account: str | None = "An Nguyen (@an)") -> facts.Placement:
    """The consultant is there; somebody links as the hire."""
    house.imports(row(**COLLEAGUE))
    placement = house.placement()
    await house.joins(placement.consultant)
    await sends(house, PHONE, code_for(house, placement.hire.name), account=account)
    return placement


async def test_the_consultant_is_told_of_each_link_with_the_name_of_the_account() -> None:
    async with living(AT) as house:
        placement = await told(house)
        assert house.sees(placement.consultant) == (
            "NGUYEN VAN AN (hire) is connected now: Memory, account “An Nguyen (@an)”.\n[That is not them]"
        )


async def test_an_account_without_a_name_is_told_by_its_number() -> None:
    async with living(AT) as house:
        placement = await told(house, account=None)
        assert "account “phone”" in house.sees(placement.consultant)


async def test_the_link_of_somebody_of_the_agency_is_told_to_the_lead() -> None:
    async with living(AT) as house:
        house.imports(row(**COLLEAGUE))
        lead = house.placement().lead
        assert lead is not None
        await house.joins(lead)
        await sends(house, PHONE, code_for(house, "Mori Aiko"), account="M. A.")
        assert "Mori Aiko (consultant) is connected now" in house.sees(lead)
        await house.presses(lead, "That is not them")
        assert person_at(house, PHONE) == [("Mori Aiko", "closed")]


async def test_not_them_closes_the_account_and_undoes_what_was_agreed_there() -> None:
    async with living(AT) as house:
        placement = await told(house)
        for choice in ("agree", "name.0", "hour.evening"):
            await house.channel.press(PHONE, choice)
        await house.until("2026-04-06 19:00")
        await house.channel.press(PHONE, "start")
        assert consents(house) == [("agreed",)]

        await house.presses(placement.consultant, "That is not them")
        await house.runs()
        assert "that account is disconnected" in house.sees(placement.consultant)
        assert "This chat is not connected any more" in last(house, PHONE)
        assert person_at(house, PHONE) == [("NGUYEN VAN AN", "closed")]
        assert consents(house) == []
        assert [one.state for one in house.checkins()] == ["cancelled"]

        await house.presses(placement.consultant, "That is not them")
        assert "nothing has changed" in house.sees(placement.consultant)

        await sends(house, OTHER, code_for(house, placement.hire.name), account="An")
        assert "I am the check-in bot of Mori Aiko" in last(house, OTHER), "the right person is asked for their consent"
        assert house.placement().hire.hour is None


async def test_not_them_is_for_those_who_look_after_the_person() -> None:
    async with living(AT) as house:
        placement = await told(house)
        lead = placement.lead
        assert lead is not None
        await house.joins(lead)
        button = next(
            button
            for one in house.messages(placement.consultant)
            for line in one.rows
            for button in line
            if button.payload.kind == "link"
        )
        for person in (lead, placement.hire):
            where = PHONE if person is placement.hire else house.address(person)
            await house.channel.inject(Inbound(where, f"stolen-{person.id}", payload=button.payload))
        assert person_at(house, PHONE) == [("NGUYEN VAN AN", "linked")]


async def test_a_channel_can_link_by_code_in_one_call() -> None:
    async with living(AT) as house:
        house.imports(row())
        code = code_for(house, "Sato Kenji")
        assert linking.link_by_code(house.app, "memory", "", "sato", "wrong" * 6 + "xx") is None
        found = linking.link_by_code(house.app, "memory", "", "sato", code, account="Sato")
        assert found is not None
        assert (found.user, found.state) == ("sato", "linked")
        assert house.clock() == tokyo(AT)
