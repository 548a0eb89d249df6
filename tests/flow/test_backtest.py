"""Backtest, learning and explanations at the command line, on a database in which people have come and gone."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rich.cells import cell_len

from bot.commands import backtest as commands
from bot.commands import why
from bot.commands.changes import left
from bot.commands.learn import learn
from bot.commands.tables import console
from bot.flow.assessment import in_force
from bot.refusal import Refusal
from bot.text import backtest as words
from bot.text.catalog import Voice
from bot.text.commands import LeaveReason
from risk.backtest import backtest as measured
from tests.flow.test_alert import GOOD, after_a_month, leaves
from tests.house import House, living
from tests.unit.test_measure import month_of

VOICE = Voice(("en",), "staff")
FIGURES = {"teichaku", "last_answer", "client_rate", "random"}


def figures(house: House, capsys: pytest.CaptureFixture[str]) -> dict:  # type: ignore[type-arg]
    capsys.readouterr()
    commands.backtest(house.app, VOICE, as_json=True, picture=None, times=20)
    return json.loads(capsys.readouterr().out)  # type: ignore[no-any-return]


async def test_before_anybody_could_leave_there_is_nothing_to_test(capsys: pytest.CaptureFixture[str]) -> None:
    async with living("2026-03-30 10:00") as house:
        commands.backtest(house.app, VOICE, as_json=False, picture=None)
        assert "nothing to test yet" in capsys.readouterr().out
        with pytest.raises(Refusal, match="nothing_adopted"):
            learn(house.app, VOICE, adopt=False, back=True, as_json=False)
        with pytest.raises(Refusal, match="nothing_to_adopt"):
            learn(house.app, VOICE, adopt=True, back=False, as_json=False)


@pytest.mark.parametrize(("reason", "leavers"), [("resigned", 1), ("contract_end", 0), ("dismissed", 0)])
async def test_only_who_left_on_their_own_counts(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, reason: str, leavers: int
) -> None:
    async with after_a_month() as (house, placement):
        await leaves(house, placement.hire)
        notice = date(2026, 6, 10)
        await house.until("2026-06-10 12:00")
        left(house.app, VOICE, "A-1", notice_on=notice, left_on=notice + timedelta(days=20), reason=LeaveReason(reason))
        await house.until("2026-06-30 12:00")
        # Of those who stay it is not known yet; if leavers counted already, there would be nobody but leavers.
        early = figures(house, capsys)
        assert (early["person_months"], early["leavers"], early["says"]) == (0, leavers, VOICE.one(words.NOTHING_YET))
        await house.until("2026-09-30 12:00")
        with house.app.store.begin() as tx:
            tx.connection().exec_driver_sql("UPDATE person SET languages = '[\"vi\"]' WHERE kind = 'hire'")
        found = figures(house, capsys)
        # The language is the one in which they were asked, not the one of today.
        assert set(found["by_language"]) == ({"en"} if leavers else set())
        assert (found["leavers"], set(found["rows"])) == (leavers, FIGURES)
        assert found["never_alerted"] == 0
        # The alert of 1 May came 40 days before the notice.
        assert found["lead_time_weeks"]["each"] == ([pytest.approx(40 / 7)] if leavers else [])
        assert not found["enough"]
        picture = tmp_path / "picture.svg"
        commands.backtest(house.app, VOICE, as_json=False, picture=picture, times=20)
        assert ("too small to rank methods" in capsys.readouterr().out) == bool(leavers)
        assert ElementTree.parse(picture).getroot().tag.endswith("svg")


@pytest.mark.parametrize(
    ("notice", "person_months"),
    [
        ("2026-05-04", 2),  # Within a month of both check-ins, and yet one leaver.
        ("2026-05-01", 1),  # What was said on the day of the notice foresaw nothing.
        ("2026-06-05", 2),  # The question of June was still open.
    ],
)
async def test_somebody_who_leaves_is_one_leaver_whenever_the_check_ins_closed(
    capsys: pytest.CaptureFixture[str], notice: str, person_months: int
) -> None:
    async with after_a_month() as (house, placement):
        await house.answers(placement.hire, *GOOD)
        await house.until(f"{notice} 20:00")
        on = date.fromisoformat(notice)
        left(house.app, VOICE, "A-1", notice_on=on, left_on=on + timedelta(days=20), reason=LeaveReason("resigned"))

        def learned() -> tuple[int, int]:
            capsys.readouterr()
            learn(house.app, VOICE, adopt=False, back=False, as_json=True)
            found = json.loads(capsys.readouterr().out)
            return found["leavers"], found["person_months"]

        # Those who stay are not known of before their month is over; the newest must not hold nobody but leavers.
        assert learned() == (0, person_months - 1)
        await house.until("2026-09-10 12:00")
        assert learned() == (1, person_months)
        assert figures(house, capsys)["person_months"] == person_months


async def test_a_client_of_whom_nobody_ever_left_has_said_so() -> None:
    from risk.assess import intercept, within_90_days

    async with after_a_month() as (house, placement):
        with house.app.store.begin() as tx:
            tx.connection().exec_driver_sql("UPDATE company SET yearly_turnover = 0")
        await house.answers(placement.hire, *GOOD)
        await house.runs()
        ((usual,),) = house.rows("SELECT usual FROM assessment WHERE period = '2026-05-01'")
        rules = house.app.rules
        stated, default = (intercept(rate, rules) + rules.tenure_weight(1) for rate in (0.0, None))
        assert within_90_days(stated) < usual < within_90_days(default) / 3


async def test_what_was_adopted_is_in_force_until_it_is_taken_back(capsys: pytest.CaptureFixture[str]) -> None:
    from bot.flow.learned import adopt
    from risk.learn import Learned

    async with after_a_month() as (house, placement):
        learned = Learned({str(placement.company_id): 0.4}, 1.1, {"drop.weight": 0.2}, 25, 300)
        with house.app.store.begin() as tx:
            version = adopt(house.app, tx, learned)
        with house.app.store.read() as tx:
            rules, turnover = in_force(house.app, tx)
        assert (rules.version, rules.drop.weight, turnover) == (version, 0.2, {placement.company_id: 0.4})
        await house.answers(placement.hire, *GOOD)
        await house.runs()
        ((stored, usual),) = house.rows("SELECT rules_version, usual FROM assessment WHERE period = '2026-05-01'")
        assert stored == version
        ((before,),) = house.rows("SELECT usual FROM assessment WHERE period = '2026-04-06'")
        assert usual > 2 * before
        learn(house.app, VOICE, adopt=False, back=True, as_json=False)
        assert f"Version {version} is taken back" in capsys.readouterr().out
        with house.app.store.begin() as tx:
            assert in_force(house.app, tx) == (house.app.rules, {})
            assert adopt(house.app, tx, learned) == version + 1


async def test_a_level_explains_why_it_is_not_higher_and_not_lower(capsys: pytest.CaptureFixture[str]) -> None:
    async with after_a_month() as (house, placement):
        await house.answers(placement.hire, "1", "pay and future", "4", "4", "4", "4", "4", "nothing")
        await house.runs()
        capsys.readouterr()
        why.explain(house.app, VOICE, "A-1", month="2026-05", as_json=False)
        said = capsys.readouterr().out
        assert "elevated" in said
        assert "Why not higher? For high the risk would have to be at least 4 times what is usual" in said
        assert said.count("“Wish to stay” answered as usual: then ") == 1
        assert "how the manager sees it: there is no answer" in said
        assert "%" not in said
        why.explain(house.app, VOICE, "A-1", month=None, as_json=True)
        assert json.loads(capsys.readouterr().out)["next_level"] == "high"
        for key, month, code in (("B-9", None, "placement_unknown"), ("A-1", "2027-01", "not_assessed")):
            with pytest.raises(Refusal, match=code):
                why.explain(house.app, VOICE, key, month=month, as_json=False)
        with pytest.raises(Refusal, match="month_wrong"):
            why.explain(house.app, VOICE, "A-1", month="May", as_json=False)


async def test_having_resigned_is_told_at_once_though_the_check_in_is_never_finished() -> None:
    async with after_a_month() as (house, placement):
        await house.answers(placement.hire, "2", "I have resigned")
        await house.runs()
        (alert,) = house.alerts()
        assert (alert.level, alert.reasons[0]["code"]) == ("critical", "explicit.resigned")
        told = house.sees(placement.consultant)
        assert "has resigned" in told
        # Of somebody who leaves, nobody wants to read how many of such people leave.
        assert "leaves within three months" not in told
        await house.until("2026-05-25 12:00")
        assert [one.kind for one in house.alerts()] == ["risk"]


async def test_a_button_explains_a_level_and_the_months_before() -> None:
    async with after_a_month() as (house, placement):
        mori = placement.consultant
        await house.answers(placement.hire, "1", "pay and future", "4", "4", "4", "4", "4", "nothing")
        await house.until("2026-05-07 09:00")
        await house.presses(mori, "Open: NGUYEN VAN AN")
        await house.presses(mori, "Why this level?")
        said = house.sees(mori)
        assert "NGUYEN VAN AN, Sakura Foods, May 1, 2026: elevated" in said
        assert "Gave the lowest answer about staying: 1 of 5 on May 1, 2026, before that 4 of 5 on Apr 6, 2026" in said
        assert "Why not higher? For high the risk would have to be at least 4 times what is usual" in said
        assert "What would lower it, if it lasts for two months:" in said
        assert "how the manager sees it: there is no answer" in said

        await house.presses(mori, "Why in Apr?")
        assert "NGUYEN VAN AN, Sakura Foods, Apr 6, 2026: no sign" in house.sees(mori)
        reads = house.rows(
            "SELECT count(*) FROM auditentry WHERE action = 'read_answers' AND details LIKE '%assessment%'"
        )
        assert reads == [(2,)]
        await house.presses(mori, "I take care of it")
        assert "noted, you take care of it" in house.sees(mori), "the alert stayed where it was"


async def test_nothing_is_explained_of_somebody_who_does_not_wish_to_be_estimated() -> None:
    async with after_a_month() as (house, placement):
        mori = placement.consultant
        await house.answers(placement.hire, "1", "pay and future", "4", "4", "4", "4", "4", "nothing")
        await house.until("2026-05-07 09:00")
        await house.presses(mori, "Open: NGUYEN VAN AN")
        await house.says(placement.hire, "stop")
        await house.presses(mori, "Why this level?")
        assert "there is nothing to explain" in house.sees(mori)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_table_is_whole_on_a_terminal_of_eighty_columns(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    rows = [month_of(n, left=n % 3 == 0, score=float(n % 7) - 3) for n in range(75)]
    report = measured(rows, [], capacity=6, told=0, assessed=75, repeats=0, times=20)
    assert report.enough
    monkeypatch.setenv("COLUMNS", "80")
    console().print(commands.table(Voice((language,), "staff"), report))
    printed = capsys.readouterr().out
    assert "…" not in printed
    assert max(map(cell_len, printed.splitlines())) <= 80
    assert ("precision" in printed) == (language == "en")


async def test_who_somebody_is_never_reaches_the_estimate() -> None:
    from bot.flow.assessment import gather

    async with after_a_month() as (house, placement):
        await house.answers(placement.hire, *GOOD)
        seen = []
        for name, language, status in (("An", "vi", "技能実習2号"), ("Sita", "ne", "技人国")):
            with house.app.store.begin() as tx:
                connection = tx.connection()
                for statement in (
                    f"UPDATE person SET name = '{name}', call_name = '{name}', languages = '[\"{language}\"]'",
                    f"UPDATE placement SET residence_status = '{status}', job_title = '{name}'",
                    f"UPDATE answer SET language = '{language}'",
                ):
                    connection.exec_driver_sql(statement)
            changed = house.placement()
            with house.app.store.begin() as tx:
                seen.append(gather(tx, [changed]))
        assert seen[0] == seen[1]
