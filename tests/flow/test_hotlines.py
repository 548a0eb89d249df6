"""``teichaku hotlines``, and what a hire in need reads: a number that somebody has looked at, else the official page."""

from __future__ import annotations

from datetime import date

import pytest

from bot.commands import hotlines
from bot.refusal import Refusal
from bot.text.catalog import Voice
from tests.house import living

VOICE = Voice(("en",), "staff")
NUMBER = "0570-011000"


async def test_an_old_number_is_shown_to_nobody_until_somebody_has_compared_it() -> None:
    async with living("2027-06-01 10:00") as house:
        an = (await house.welcomes(start_date=date(2027, 5, 20))).hire
        await house.says(an, "help")
        await house.presses(an, "whom.other")
        shown = {one["id"]: one for one in hotlines.rows(house.app, VOICE)}
        assert shown["fresc"]["stale"]
        assert shown["fresc"]["shown"] == shown["fresc"]["page"]
        assert NUMBER not in house.log_of(an)

        said = hotlines.confirm(house.app, VOICE, "fresc", by="Mori Aiko", on=date(2027, 5, 30))
        assert said == "fresc: compared with its official page by Mori Aiko on 2027-05-30."
        (again,) = [one for one in hotlines.rows(house.app, VOICE) if one["id"] == "fresc"]
        assert (again["shown"], again["verified_on"], again["verified_by"]) == (NUMBER, "2027-05-30", "Mori Aiko")
        await house.says(an, "help")
        assert NUMBER in house.log_of(an)

        hotlines.confirm(house.app, VOICE, "fresc", by="Oda Ken", on=None)
        kept = house.rows("SELECT confirmed_by, confirmed_on FROM hotlinecheck ORDER BY id")
        assert [(by, str(on)) for by, on in kept] == [("Mori Aiko", "2027-05-30"), ("Oda Ken", "2027-06-01")]


async def test_what_cannot_be_confirmed_is_refused() -> None:
    async with living("2027-06-01 10:00") as house:
        wrong = [("nonsense", "Mori", None), ("fresc", "  ", None), ("fresc", "Mori", date(2027, 6, 2))]
        codes = []
        for wanted, by, on in wrong:
            with pytest.raises(Refusal) as refused:
                hotlines.confirm(house.app, VOICE, wanted, by=by, on=on)
            codes.append(refused.value.code)
        assert codes == ["hotline_unknown", "hotline_nobody", "hotline_future"]
        assert house.rows("SELECT count(*) FROM hotlinecheck") == [(0,)]
