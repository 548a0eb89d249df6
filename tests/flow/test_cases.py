"""The caseload: worst first, by company and page by page; on a platform that has it, the person's own page."""

from __future__ import annotations

from dataclasses import replace

from bot.channels.memory import LIMITS
from bot.messages import HOME, Payload
from tests.flow.test_alert import after_a_month, leaves
from tests.house import House, living, row

OWN_PAGE = replace(LIMITS, forms=True, home=True)


def many(house: House, count: int) -> None:
    house.imports(
        *(
            row(
                row=n + 1,
                placement_id=f"A-{n}",
                hire_name=f"HIRE {n:02}",
                hire_email=f"h{n}@example.com" if n > 1 else "an@example.com",
                company="Kita Hotel" if n % 3 == 0 else "Sakura Foods",
                manager_email=f"m{n % 3}@example.com",
            )
            for n in range(1, count + 1)
        )
    )


async def test_the_worst_case_stands_first_with_its_reasons_and_the_days_without_an_answer() -> None:
    async with after_a_month() as (house, placement):
        many(house, 3)
        await leaves(house, placement.hire)
        await house.until("2026-05-04 12:00")
        await house.says(placement.consultant, "/caseload")
        lines = [line for line in house.sees(placement.consultant).splitlines() if line.startswith("•")]
        assert lines[0].startswith("• HIRE 01, Sakura Foods: critical (Says they leave")
        assert lines[0].endswith("days since the last answer: 3")
        assert lines[1:] == [
            "• HIRE 03, Kita Hotel: no estimate; no answer yet",
            "• HIRE 02, Sakura Foods: no estimate; no answer yet",
        ]
        assert "[Open: HIRE 01]" in house.sees(placement.consultant)


async def test_many_cases_are_turned_page_by_page_and_chosen_by_company() -> None:
    async with living("2026-03-30 10:00") as house:
        many(house, 24)
        mori = house.placement("A-1").consultant
        await house.joins(mori)
        await house.says(mori, "list")
        assert "Your cases: 24" in house.sees(mori)
        assert house.sees(mori).count("•") == 10
        await house.presses(mori, "Next page")
        await house.presses(mori, "Next page")
        assert "Page 3 of 3" in house.sees(mori)
        assert house.sees(mori).count("•") == 4
        assert "[Next page]" not in house.sees(mori)
        assert len(house.shown(mori)) <= 2, "pages take each other's place"
        await house.presses(mori, "Kita Hotel")
        assert "Kita Hotel. Your cases there: 8" in house.sees(mori)
        assert "Sakura" not in house.sees(mori)
        await house.presses(mori, "All companies")
        assert "Your cases: 24" in house.sees(mori)


async def test_the_own_page_follows_what_is_done_and_answers_there() -> None:
    async with after_a_month(limits=OWN_PAGE) as (house, placement):
        mori = placement.consultant
        where = house.address(mori)
        await leaves(house, placement.hire)
        await house.channel.press_on(where, HOME, Payload("menu", 0, 0, "home"))
        page = house.channel.home(where)
        assert page is not None
        assert "NGUYEN VAN AN, Sakura Foods: critical" in page.text
        await house.channel.press_on(where, HOME, page.rows[0][0].payload)
        page = house.channel.home(where)
        assert page is not None
        assert "risk of resignation critical" in page.text, "the case is opened on the page"
        before = len(house.channel.shown(where))
        await house.channel.press_on(where, HOME, page.rows[0][0].payload)
        page = house.channel.home(where)
        assert page is not None
        assert page.text.startswith("NGUYEN VAN AN: noted, you take care of it.")
        assert "Your cases: 1" in page.text
        assert len(house.channel.shown(where)) == before

        await house.presses(mori, "Close the case")
        await house.channel.submit(where, outcome="stays_solved")
        await house.runs()
        page = house.channel.home(where)
        assert page is not None
        assert "Your cases: 1" in page.text
        assert [button.label for line in page.rows for button in line] == ["Case: NGUYEN VAN AN"]


async def test_somebody_elses_cases_are_on_nobodys_list() -> None:
    async with living("2026-03-30 10:00") as house:
        many(house, 2)
        other = {"consultant_name": "Abe Rin", "consultant_email": "abe@example.com"}
        house.imports(row(placement_id="B-1", hire_name="SITI", hire_email="s@example.com", **other))
        mori = house.placement("A-1").consultant
        await house.joins(mori)
        await house.says(mori, "list")
        assert "SITI" not in house.sees(mori)
        await house.channel.press_on(
            house.address(mori), None, Payload("case", house.placement("B-1").company_id, 99, "list")
        )
        assert "SITI" not in house.sees(mori)
