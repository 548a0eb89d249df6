"""Who was invited and does not connect is a line in the consultant's digest, from which they are invited anew."""

from __future__ import annotations

from datetime import date

from bot.commands.invite import invite
from bot.flow import linking
from tests.house import House, living, row


def digests(house: House) -> list[str]:
    mori = house.placement().consultant
    return [text for text in house.shown(mori) if text.startswith("Good morning")]


async def test_after_five_working_days_it_is_one_line_and_an_invitation_begins_anew() -> None:
    async with living("2026-04-01 10:00") as house:
        house.imports(row())
        placement = house.placement()
        mori, an = placement.consultant, placement.hire
        await house.joins(mori)
        await house.agrees(placement.manager)
        invite(house.app, person=an.name)
        await house.until("2026-04-09 08:59")
        assert digests(house) == []
        await house.until("2026-04-09 09:00")
        (said,) = digests(house)
        assert "Sakura Foods: NGUYEN VAN AN (not connected)" in said

        await house.presses(mori, "Open: NGUYEN VAN AN")
        alert = house.sees(mori)
        assert alert.startswith("NGUYEN VAN AN, Sakura Foods: not connected yet")
        assert "waited for since Apr 1, 2026" in alert
        await house.presses(mori, "Invite the hire anew")
        card = house.messages(mori)[-1]
        assert "They send this code to the bot: " in card.text
        assert card.picture is not None
        assert card.picture.png.startswith(b"\x89PNG")
        await house.until("2026-04-16 12:00")
        assert len(digests(house)) == 1, "the new invitation has its own five days"
        await house.until("2026-04-17 09:00")
        assert len(digests(house)) == 2


async def test_who_connects_takes_the_line_back() -> None:
    async with living("2026-04-01 10:00") as house:
        house.imports(row())
        placement = house.placement()
        await house.joins(placement.consultant)
        await house.agrees(placement.hire)
        await house.until("2026-04-09 09:00")
        assert [one.state for one in house.alerts()] == ["open"], "nobody has invited the manager"
        await house.presses(placement.consultant, "Open: NGUYEN VAN AN")
        alert = house.sees(placement.consultant)
        assert alert.startswith("NGUYEN VAN AN, Sakura Foods: the manager is not connected yet")
        assert "Sato Kenji, the manager, is waited for since Apr 1, 2026" in alert
        assert "A first step" not in alert, "the steps of the rules are about what somebody answered"
        assert "NGUYEN VAN AN (manager not connected)" in digests(house)[0]
        await house.agrees(placement.manager)
        await house.runs()
        assert [one.state for one in house.alerts()] == ["resolved"]
        assert not any("[Invite" in text for text in house.shown(placement.consultant))


async def test_nobody_is_waited_for_before_they_start_or_after_they_left() -> None:
    async with living("2026-04-01 10:00") as house:
        house.imports(row(start_date=date(2026, 5, 1)))
        await house.joins(house.placement().consultant)
        await house.until("2026-05-12 08:00")
        assert house.alerts() == []
        await house.until("2026-05-14 10:00")
        assert {one.reasons[0]["code"] for one in house.alerts()} == {"unlinked.hire", "unlinked.manager"}
        for person in (house.placement().hire, house.placement().manager):
            linking.link(house.app, person.id, "memory", "", f"u{person.id}")
        await house.until("2026-07-01 10:00")
        assert all(one.state == "resolved" for one in house.alerts() if one.kind == "unreachable")
