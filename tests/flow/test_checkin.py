"""When a check-in opens, reminds and ends, as the people of the story see it.

The default story: somebody starts at Sakura Foods on Wednesday, 1 April 2026.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.flow import checkin, linking
from bot.flow.roster.model import CompanyRow
from bot.messages import Unreachable
from bot.text import consent
from store import facts
from tests.house import House, living, row, tokyo

BEFORE = "2026-03-30 10:00"


def asked_at(house: House, person: facts.Person) -> list[tuple[str, str]]:
    """The openings and reminders that reached a person."""
    return [(at, kind) for at, kind in house.sent_at(person) if kind in ("opening", "reminder")]


def states(house: House, key: str = "A-1", respondent: str = "hire") -> list[tuple[str, str]]:
    """What was opened for a placement, oldest first: (period, state)."""
    return [(one.period, one.state) for one in reversed(house.checkins(key)) if one.respondent == respondent]


async def test_the_first_check_in_opens_on_the_fifth_day_at_ten_past_twelve() -> None:
    async with living(BEFORE) as house:
        an = (await house.welcomes()).hire
        await house.until("2026-04-06 12:09")
        assert house.messages(an) == []

        await house.until("2026-04-06 12:10")

        assert asked_at(house, an) == [("04-06 12:10", "opening")]
        assert states(house) == [("first_week", "open")]


async def test_a_day_that_is_no_working_day_moves_to_the_next_one() -> None:
    async with living(BEFORE) as house:
        an = (await house.welcomes(start_date=date(2026, 4, 6))).hire  # The fifth day is Saturday, 11 April.
        await house.until("2026-04-14 00:00")
        assert asked_at(house, an) == [("04-13 12:10", "opening")]


async def test_public_holidays_are_passed_over() -> None:
    async with living(BEFORE) as house:
        an = (await house.welcomes(start_date=date(2026, 4, 28))).hire  # 3 May is Sunday; holidays until 6 May.
        await house.until("2026-05-07 23:00")
        assert asked_at(house, an) == [("05-07 12:10", "opening")]


async def test_a_company_that_works_at_weekends_is_asked_at_weekends() -> None:
    async with living(BEFORE) as house:
        house.imports(companies=(CompanyRow(row=2, company="Sakura Foods", working_weekdays=(2, 3, 4, 5, 6)),))
        an = (await house.welcomes(start_date=date(2026, 4, 6))).hire
        await house.until("2026-04-12 00:00")
        assert asked_at(house, an) == [("04-11 12:10", "opening")]


async def test_an_opening_tells_somebody_who_looks_over_the_shoulder_nothing() -> None:
    async with living(BEFORE) as house:
        placement = await house.welcomes()
        await house.until("2026-05-15 22:00")

        for person in (placement.hire, placement.manager):
            assert asked_at(house, person), "there must be something to look at"
            for message in house.messages(person):
                said = "\n".join([message.text, *(button.label for line in message.rows for button in line)])
                assert "Sakura" not in said
                assert placement.manager.name not in said or person is placement.manager
                assert "%" not in said
                for survey in house.app.surveys.values():
                    assert not any(question.label.text in said for question in survey.questions)
                assert [button.payload.choice for line in message.rows for button in line] == ["start", "later"]


async def test_who_does_not_answer_is_reminded_twice_and_then_left_alone() -> None:
    async with living(BEFORE) as house:
        an = (await house.welcomes()).hire
        await house.until("2026-04-20 20:59")
        assert asked_at(house, an) == [
            ("04-06 12:10", "opening"),
            ("04-08 12:10", "reminder"),  # The second working day after,
            ("04-13 12:10", "reminder"),  # and the fifth.
        ]
        assert states(house) == [("first_week", "open")]

        await house.until("2026-04-20 21:00")  # The tenth.

        assert states(house) == [("first_week", "expired")]
        assert len(asked_at(house, an)) == 3


async def test_who_has_finished_is_not_reminded() -> None:
    async with living(BEFORE) as house:
        an = (await house.welcomes()).hire
        await house.until("2026-04-06 12:10")
        await house.answers(an, "4", "4", "4", "4", "4")
        await house.until("2026-04-30 12:00")
        assert asked_at(house, an) == [("04-06 12:10", "opening")]
        assert states(house) == [("first_week", "completed")]


async def test_who_stopped_halfway_is_reminded_of_the_rest() -> None:
    async with living(BEFORE) as house:
        an = (await house.welcomes()).hire
        await house.until("2026-04-06 12:10")
        await house.answers(an, "4", "4")
        await house.until("2026-04-08 12:10")
        assert "We can go on where you stopped." in house.sees(an)
        await house.presses(an, "Go on")
        assert "My daily life is in order" in house.sees(an)


async def test_who_answered_in_the_last_day_is_not_reminded_before_a_day_has_passed() -> None:
    async with living(BEFORE) as house:
        an = (await house.welcomes()).hire
        await house.until("2026-04-07 20:00")
        await house.answers(an, "4")
        await house.until("2026-04-08 19:59")
        assert asked_at(house, an) == [("04-06 12:10", "opening")]

        await house.until("2026-04-10 00:00")

        assert asked_at(house, an) == [("04-06 12:10", "opening"), ("04-08 20:00", "reminder")]


async def test_a_reminder_is_never_sent_at_night_or_on_a_day_off() -> None:
    async with living(BEFORE) as house:
        an = (await house.welcomes()).hire
        await house.until("2026-04-09 22:30")
        await house.answers(an, "4")  # On Thursday late: a day later it is Friday night, and then the weekend.
        await house.until("2026-04-13 09:00")
        assert asked_at(house, an)[-1] == ("04-08 12:10", "reminder")
        await house.until("2026-04-13 12:10")
        assert asked_at(house, an)[-1] == ("04-13 12:10", "reminder")


async def test_after_a_downtime_there_is_one_reminder_at_the_next_allowed_minute() -> None:
    async with living(BEFORE) as house:
        an = (await house.welcomes()).hire
        await house.until("2026-04-06 12:10")
        house.skips("2026-04-14 23:30")  # Both reminders were missed, and it is night.

        await house.until("2026-04-16 00:00")

        assert asked_at(house, an) == [("04-06 12:10", "opening"), ("04-15 08:00", "reminder")]


async def test_an_opening_that_a_downtime_missed_comes_later_the_same_day() -> None:
    async with living(BEFORE) as house:
        an = (await house.welcomes()).hire
        await house.until("2026-04-05 12:00")
        house.skips("2026-04-06 21:15")
        await house.until("2026-04-08 23:00")
        assert asked_at(house, an) == [("04-07 08:00", "opening"), ("04-08 12:10", "reminder")]


async def test_linked_late_the_check_in_keeps_its_dates() -> None:
    async with living(BEFORE) as house:
        house.imports(row())
        an = house.placement().hire
        await house.until("2026-04-09 15:00")
        await house.agrees(an)
        await house.runs()
        assert asked_at(house, an) == [("04-09 15:00", "opening")]

        await house.until("2026-04-20 21:00")

        # The reminder of the second day had passed and falls away.
        assert asked_at(house, an) == [("04-09 15:00", "opening"), ("04-13 12:10", "reminder")]
        assert states(house) == [("first_week", "expired")]


async def test_linked_at_night_the_opening_waits_for_the_morning() -> None:
    async with living(BEFORE) as house:
        house.imports(row())
        an = house.placement().hire
        await house.until("2026-04-09 22:40")
        await house.agrees(an)
        await house.until("2026-04-10 12:00")
        assert asked_at(house, an) == [("04-10 08:00", "opening")]


async def test_linked_when_less_than_two_working_days_are_left_nothing_is_asked() -> None:
    async with living(BEFORE) as house:
        house.imports(row())
        an = house.placement().hire
        await house.until("2026-04-17 10:00")  # Friday; the check-in ends on Monday.
        await house.agrees(an)
        await house.until("2026-04-21 09:00")
        assert asked_at(house, an) == []
        assert states(house) == [("first_week", "expired")]


async def test_entered_late_a_placement_gets_one_check_in_and_no_backlog() -> None:
    async with living("2026-07-03 11:00") as house:
        placement = await house.welcomes()  # Three months after the start: first_week, m1, m2 and m3 were due.
        await house.until("2026-07-03 12:00")
        assert states(house) == [("m3", "open")]
        assert states(house, respondent="manager") == [("m3", "open")]
        assert asked_at(house, placement.hire) == [("07-03 11:00", "opening")]

        await house.until("2026-07-08 13:00")

        # The reminders stay on the days that the plan named: the second working day after 1 July is over at noon.
        assert asked_at(house, placement.hire) == [
            ("07-03 11:00", "opening"),
            ("07-03 12:10", "reminder"),
            ("07-08 12:10", "reminder"),
        ]


async def test_a_corrected_start_date_asks_about_no_past_month() -> None:
    async with living("2026-04-02 10:00") as house:
        an = (await house.welcomes(start_date=date(2026, 4, 1))).hire
        await house.until("2026-04-06 12:10")
        await house.answers(an, "4", "4", "4", "4", "4")

        house.imports(row(start_date=date(2026, 3, 3)))
        await house.until("2026-05-07 23:00")

        # m1 would have been due on 3 April; the next anniversary is 3 May, which the holidays move.
        assert states(house) == [("first_week", "completed"), ("m2", "open")]
        assert [at for at, kind in asked_at(house, an) if kind == "opening"] == ["04-06 12:10", "05-07 12:10"]


async def test_somebody_who_is_not_linked_is_never_called_silent() -> None:
    async with living(BEFORE) as house:
        house.imports(row())
        await house.joins(house.placement().consultant)
        await house.until("2026-07-30 12:00")
        assert {state for _, state in states(house)} == {"expired"}
        assert {one.kind for one in house.alerts()} == {"unreachable"}
        (digest,) = house.messages(house.placement().consultant)
        assert "NGUYEN VAN AN (not connected)" in digest.text


async def test_somebody_who_declined_is_not_asked_and_not_called_silent() -> None:
    async with living(BEFORE) as house:
        house.imports(row())
        an = house.placement().hire
        await house.joins(an)
        await house.presses(an, "No, thank you")
        await house.until("2026-07-30 12:00")
        assert [state for _, state in states(house)] == ["declined"] * 4
        assert asked_at(house, an) == []
        assert [one for one in house.alerts() if one.kind == "silence"] == []


async def test_somebody_who_declined_may_come_back() -> None:
    async with living(BEFORE) as house:
        house.imports(row())
        an = house.placement().hire
        await house.joins(an)
        await house.presses(an, "No, thank you")
        await house.until("2026-04-20 12:00")
        await house.says(an, "start")
        await house.presses(an, "I agree")
        await house.until("2026-05-01 12:10")
        assert states(house) == [("first_week", "declined"), ("m1", "open")]
        assert asked_at(house, an) == [("05-01 12:10", "opening")]


async def test_stop_ends_the_asking_and_start_begins_it_again() -> None:
    async with living(BEFORE) as house:
        an = (await house.welcomes()).hire
        await house.until("2026-04-06 12:10")
        await house.says(an, "Stop!")
        assert "I will not ask you anything any more" in house.sees(an)
        await house.until("2026-05-10 12:00")
        assert states(house) == [("first_week", "declined"), ("m1", "declined")]
        assert asked_at(house, an) == [("04-06 12:10", "opening")]
        assert house.alerts() == []

        await house.says(an, "start")
        assert "Welcome back" in house.sees(an)
        await house.until("2026-06-01 12:10")
        assert asked_at(house, an)[-1] == ("06-01 12:10", "opening")


async def test_during_a_leave_nothing_is_asked() -> None:
    async with living(BEFORE) as house:
        placement = await house.welcomes(leave_from=date(2026, 4, 20), leave_to=date(2026, 5, 15))
        await house.until("2026-05-31 00:00")
        for person in (placement.hire, placement.manager):
            assert not [at for at, _ in asked_at(house, person) if "04-20" <= at[:5] <= "05-15"]
        assert [period for period, _ in states(house)] == ["first_week"]
        await house.until("2026-06-01 12:10")
        assert asked_at(house, placement.hire)[-1] == ("06-01 12:10", "opening")


async def test_a_leave_that_begins_after_the_opening_excuses_the_silence() -> None:
    async with living(BEFORE) as house:
        an = (await house.welcomes()).hire
        await house.until("2026-04-07 09:00")
        house.imports(row(leave_from=date(2026, 4, 8), leave_to=date(2026, 4, 24)))
        await house.until("2026-04-25 12:00")
        assert asked_at(house, an) == [("04-06 12:10", "opening")]
        assert states(house) == [("first_week", "expired")]
        assert house.alerts() == []


async def test_after_a_short_leave_the_reminder_comes_once() -> None:
    async with living(BEFORE) as house:
        an = (await house.welcomes()).hire
        await house.until("2026-04-07 09:00")
        house.imports(row(leave_from=date(2026, 4, 8), leave_to=date(2026, 4, 14)))
        await house.until("2026-04-17 00:00")
        assert asked_at(house, an) == [("04-06 12:10", "opening"), ("04-15 08:00", "reminder")]


async def test_who_chose_the_evening_is_asked_in_the_evening() -> None:
    async with living(BEFORE) as house:
        house.imports(row())
        an = house.placement().hire
        await house.agrees(an, hour="hour.evening")
        await house.until("2026-04-08 23:00")
        assert asked_at(house, an) == [("04-06 19:00", "opening"), ("04-08 19:00", "reminder")]


async def test_who_chose_a_day_off_is_asked_on_a_day_off() -> None:
    async with living(BEFORE) as house:
        house.imports(row())
        an = house.placement().hire
        await house.agrees(an, hour="hour.day_off")
        await house.until("2026-04-12 23:00")
        assert asked_at(house, an) == [("04-11 12:10", "opening")]


async def test_a_manager_is_asked_at_ten_on_the_day_of_the_month_and_never_at_month_zero() -> None:
    async with living(BEFORE) as house:
        sato = (await house.welcomes()).manager
        await house.until("2026-05-20 23:00")
        assert asked_at(house, sato) == [
            ("05-01 10:00", "opening"),
            ("05-08 10:00", "reminder"),
            ("05-13 10:00", "reminder"),
        ]
        assert states(house, respondent="manager") == [("m1", "expired")]
        assert [one.expires_at for one in house.checkins() if one.respondent == "manager"] == [
            tokyo("2026-05-20 18:00")
        ]


async def hires(house: House, count: int) -> list[facts.Placement]:
    """So many hires of one manager, who all started in March; the manager agrees in time for 1 May."""
    house.imports(
        *(
            row(
                row=n + 1,
                placement_id=f"A-{n}",
                hire_name=f"HIRE {n}",
                hire_email=f"h{n}@example.com",
                manager_languages=("en",),
                start_date=date(2026, 3, n),
            )
            for n in range(1, count + 1)
        )
    )
    placements = [house.placement(f"A-{n}") for n in range(1, count + 1)]
    await house.until("2026-04-20 10:00")
    await house.agrees(placements[0].manager)
    await house.until("2026-05-01 10:00")
    return placements


def about(house: House, manager: facts.Person) -> str | None:
    """Whom the question that a manager sees is about."""
    head = house.messages(manager)[-1].text
    return head.partition("About ")[2].partition("\n")[0] if "About " in head else None


async def test_a_managers_day_is_one_opening_and_one_conversation_after_the_other() -> None:
    async with living(BEFORE) as house:
        placements = await hires(house, 3)
        sato = placements[0].manager
        assert asked_at(house, sato) == [("05-01 10:00", "opening")]
        assert [states(house, p.key, "manager")[-1] for p in placements] == [
            ("m2", "open"),
            ("m1", "open"),
            ("m1", "open"),
        ]

        seen = []
        await house.presses(sato, "start")
        while about(house, sato):
            seen.append(about(house, sato))
            await house.says(sato, "4")

        assert seen == ["HIRE 1"] * 4 + ["HIRE 2"] * 4 + ["HIRE 3"] * 4
        assert "Done, thank you" in house.sees(sato)
        assert [states(house, p.key, "manager")[-1][1] for p in placements] == ["completed"] * 3
        assert asked_at(house, sato) == [("05-01 10:00", "opening")]


@pytest.mark.parametrize(("count", "each"), [(3, 4), (5, 2), (13, 1)])
async def test_a_manager_of_many_is_asked_twelve_questions_in_all(count: int, each: int) -> None:
    async with living(BEFORE) as house:
        placements = await hires(house, count)
        sato = placements[0].manager

        asked: dict[str, int] = {}
        await house.presses(sato, "start")
        while hire := about(house, sato):
            asked[hire] = asked.get(hire, 0) + 1
            await house.says(sato, "1")  # Low answers open follow-ups, which count as well.

        assert "Done, thank you" in house.sees(sato)
        assert set(asked.values()) == {each}
        assert len(asked) == min(count, 12)


async def test_of_thirteen_hires_another_one_waits_next_month() -> None:
    async with living(BEFORE) as house:
        placements = await hires(house, 13)
        await house.until("2026-06-01 10:00")
        waited = [
            (one.due_on, placement.key)
            for placement in placements
            for one in house.checkins(placement.key)
            if one.respondent == "manager" and one.state == "cancelled"
        ]
        assert {day for day, _ in waited} == {date(2026, 5, 1), date(2026, 6, 1)}
        assert len({key for _, key in waited}) == len(waited) == 2


async def test_one_reminder_is_enough_for_a_manager_of_three() -> None:
    async with living(BEFORE) as house:
        first, *_ = await hires(house, 3)
        await house.until("2026-05-30 23:00")
        assert asked_at(house, first.manager) == [
            ("05-01 10:00", "opening"),
            ("05-08 10:00", "reminder"),
            ("05-13 10:00", "reminder"),
        ]


@pytest.mark.parametrize(
    ("at", "choice", "again"),
    [
        ("2026-04-06 13:00", "Tonight", "04-06 19:30"),
        ("2026-04-06 20:00", "Tonight", "04-06 21:30"),  # Outside the hours: the person named the time.
        ("2026-04-06 22:00", "Tonight", "04-07 12:10"),
        ("2026-04-06 13:00", "Tomorrow", "04-07 12:10"),
        ("2026-04-10 13:00", "Tomorrow", "04-11 12:10"),  # A Saturday.
        ("2026-04-06 13:00", "On Sunday", "04-12 11:00"),
    ],
)
async def test_later_outranks_the_hours(at: str, choice: str, again: str) -> None:
    async with living(BEFORE) as house:
        an = (await house.welcomes()).hire
        await house.until(at)
        before = len(asked_at(house, an))
        await house.presses(an, "Later")
        await house.presses(an, choice)
        await house.until("2026-04-13 00:00")
        assert asked_at(house, an)[before] == (again, "reminder")


async def test_later_and_a_reminder_at_the_same_minute_are_one_message() -> None:
    async with living(BEFORE) as house:
        an = (await house.welcomes()).hire
        await house.until("2026-04-07 13:00")
        await house.presses(an, "Later")
        await house.presses(an, "Tomorrow")  # 8 April, 12:10: the hour of the first reminder.
        await house.until("2026-04-14 00:00")
        assert asked_at(house, an)[1:] == [("04-08 12:10", "reminder"), ("04-13 12:10", "reminder")]


async def test_a_manager_who_says_later_is_asked_once_and_not_once_for_each_hire() -> None:
    async with living(BEFORE) as house:
        first, *_ = await hires(house, 3)
        await house.presses(first.manager, "Later")
        await house.presses(first.manager, "Tonight")
        await house.until("2026-05-02 09:30")
        assert asked_at(house, first.manager) == [("05-01 10:00", "opening"), ("05-01 19:30", "reminder")]


async def test_who_could_not_be_reached_and_comes_back_gets_the_check_in_that_waited() -> None:
    async with living(BEFORE) as house:
        an = (await house.welcomes()).hire
        await house.until("2026-04-06 12:00")
        house.channel.fail_next(Unreachable("blocked"))
        await house.until("2026-05-04 12:00")
        assert asked_at(house, an) == []
        assert [(one.kind, one.state) for one in house.alerts()] == [("unreachable", "open")]

        await house.says(an, "I am back")
        await house.until("2026-05-07 13:00")

        assert states(house) == [("first_week", "expired"), ("m1", "open")]
        assert asked_at(house, an) == [("05-07 08:00", "opening")]
        assert {one.state for one in house.alerts()} == {"resolved"}, "whoever is back is no case any more"


async def test_a_known_hire_at_a_new_company_is_asked_for_consent_again() -> None:
    async with living(BEFORE) as house:
        an = (await house.welcomes()).hire
        await house.until("2026-05-20 12:00")
        house.imports(row(row=3, placement_id="B-1", company="Midori Inn", start_date=date(2026, 6, 3)))
        await house.until("2026-06-09 10:00")

        assert [kind for _, kind in house.sent_at(an)].count("consent") == 2
        assert "I am not from Midori Inn." in house.log_of(an)
        assert states(house, "B-1") == []
        await house.presses(an, "I agree")
        await house.runs()
        assert states(house, "B-1") == [("first_week", "open")]


@pytest.mark.parametrize(("up_again", "asked"), [("05-01 12:10", "05-01 12:10"), ("05-01 23:00", "05-07 08:00")])
async def test_a_new_promise_is_agreed_to_before_the_next_question(
    monkeypatch: pytest.MonkeyPatch, up_again: str, asked: str
) -> None:
    async with living(BEFORE) as house:
        an = (await house.welcomes()).hire
        await house.until("2026-04-20 12:00")
        for module in (consent, checkin, linking):
            monkeypatch.setattr(module, "CONSENT_VERSION", 99)
        house.skips(f"2026-{up_again}")
        await house.until("2026-05-07 12:00")

        assert [at for at, kind in house.sent_at(an) if kind == "consent"] == ["03-30 10:00", asked]
        assert states(house) == [("first_week", "expired")]
        await house.presses(an, "I agree")
        await house.runs()
        assert states(house) == [("first_week", "expired"), ("m1", "open")]


async def test_who_ignored_the_consent_is_not_asked_for_it_month_after_month() -> None:
    async with living(BEFORE) as house:
        house.imports(row())
        an = house.placement().hire
        await house.joins(an)
        await house.until("2026-07-30 12:00")
        assert [kind for _, kind in house.sent_at(an)] == ["consent"]


async def test_a_new_phone_gets_what_the_old_one_did_not() -> None:
    async with living(BEFORE) as house:
        an = (await house.welcomes()).hire
        await house.until("2026-04-06 12:00")
        house.channel.fail_next(Unreachable("gone"))
        await house.until("2026-04-07 10:00")
        await house.joins(an)
        await house.until("2026-04-20 20:00")
        assert [kind for _, kind in asked_at(house, an)] == ["opening", "reminder", "reminder"]


async def test_looking_only_when_something_is_due_says_the_same_as_looking_every_ten_minutes() -> None:
    told = []
    for by in (None, timedelta(minutes=10)):
        async with living(BEFORE) as house:
            placement = await house.welcomes()
            await house.until("2026-04-06 12:00")
            await house.until("2026-04-08 13:00", by=by)
            told.append(house.sent_at(placement.hire))
    assert told[0] == told[1]
    assert told[0][-2:] == [("04-06 12:10", "opening"), ("04-08 12:10", "reminder")]
