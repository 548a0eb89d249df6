"""Scoring histories from elsewhere: one engine, nothing later counts, no order matters."""

from __future__ import annotations

import csv
import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.commands.histories import HISTORY, Histories, HistoryError, read
from bot.commands.score import score as command
from bot.refusal import Refusal
from bot.text.catalog import Voice
from risk.assess import assess_case
from risk.cohort import Company
from risk.features import features, prepare
from risk.known import known_from, until
from risk.model import Case, Reading
from risk.rules import RulesError, load
from risk.score import Point, score

RULES = load()
VOICE = Voice(("en",), "staff")
FIRST = date(2026, 1, 1)


def files(
    folder: Path, rows: Sequence[Sequence[object]], points: Sequence[Sequence[object]], *more: str
) -> tuple[Path, Path]:
    """H.csv and L.csv; ``more`` are columns beside the eight."""
    history, at = folder / "H.csv", folder / "L.csv"
    for path, heading, lines in ((history, (*HISTORY, *more), rows), (at, ("person", "at"), points)):
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([heading, *lines])
    return history, at


def mood(person: str, asked: str, value: object, answered: str | None = None, company: str = "Aoi") -> list[object]:
    given = (asked if answered is None else answered) if value != "" else ""
    return [person, company, "overall", asked, given, value, 1, 5]


def scores(
    folder: Path, rows: Sequence[Sequence[object]], points: Sequence[Sequence[object]], *more: str
) -> list[dict[str, str]]:
    history, at = files(folder, rows, points, *more)
    assert command(VOICE, RULES, history=history, at=at, out=folder / "S.csv")
    with (folder / "S.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def wrong(folder: Path, *rows: Sequence[object]) -> list[tuple[int, str, str]]:
    with pytest.raises(HistoryError) as refused:
        read(*files(folder, rows, [("p", "2026-05-01")]), RULES)
    return [(fault.row, fault.column, fault.code) for fault in refused.value.faults]


def test_the_score_of_one_answer_is_the_one_computed_by_hand(tmp_path: Path) -> None:
    # No start date: logit(1 - .85^(1/12)) = -4.295088; mean .590909, sd .245455, z 2.407407, level 1.203704, weight .45.
    (line,) = scores(tmp_path, [mood("p", "2026-04-01", 1)], [("p", "2026-04-10")])
    assert float(line["score"]) == pytest.approx(-4.295088 + 0.45 * 1.203704, abs=1e-5)
    assert (line["level"], line["reasons"]) == ("elevated", "lowest.overall;level.overall;uncertain")


def test_there_is_a_line_for_each_point_in_its_order_as_it_was_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    points = [("nobody", "2026-05-01"), ("p", "2026-05-01T09:00"), (" p", "2026-04-30"), ("p", "2020-01-01")]
    found = scores(tmp_path, [mood("p", "2026-04-01", 2), mood("q", "2026-04-01", 5)], points)
    assert [(line["person"], line["at"]) for line in found] == points
    assert [line["level"] for line in found if line["person"] == "nobody"] == ["none"]
    assert "Points of people who have no row in the history: 1." in capsys.readouterr().err
    assert found[0]["score"] == found[3]["score"] == "-4.295088"


def test_an_answer_of_the_same_day_counts_unless_both_carry_an_hour(tmp_path: Path) -> None:
    rows = [mood("p", "2026-04-01", 1, "2026-04-01T12:00"), mood("q", "2026-04-01", 1, company="Umi")]
    points = [("p", "2026-04-01"), ("p", "2026-04-01T11:00"), ("p", "2026-04-01T12:00"), ("p", "2026-04-01T12:01")]
    day, before, same, after = (line["score"] for line in scores(tmp_path, rows, points))
    assert before == same == "-4.295088"
    assert day == after != before
    (line,) = scores(tmp_path, rows, [("q", "2026-04-01T00:00")])
    assert line["score"] == day


def test_hours_of_several_zones_are_compared_as_moments(tmp_path: Path) -> None:
    rows = [mood("p", "2026-04-01", 1, "2026-04-01T23:30+09:00")]
    before, after = scores(tmp_path, rows, [("p", "2026-04-01T14:00+00:00"), ("p", "2026-04-01T15:00+00:00")])
    assert before["score"] == "-4.295088" != after["score"]


def test_how_hours_are_compared_depends_on_the_point_and_on_no_other_row(tmp_path: Path) -> None:
    rows = [mood("p", "2026-04-01", 1, "2026-04-01T23:30+00:00"), mood("q", "2026-04-01", 4)]
    points = [
        ("p", "2026-04-01"),
        ("p", "2026-04-01T23:29Z"),
        ("p", "2026-04-01T23:31"),
        ("p", "2026-04-02T08:31+09:00"),
    ]
    alone = [scores(tmp_path, rows, [point])[0] for point in points]
    assert [line["score"] != "-4.295088" for line in alone] == [True, False, True, True]
    assert scores(tmp_path, rows, points) == alone
    # Neither what is answered much later elsewhere, nor somebody else's hour, is known to any of these points.
    later = [mood("p", "2026-06-01", 5, "2026-06-01T09:00+09:00"), mood("q", "2026-06-01", 1, "2026-06-02T09:00-05:00")]
    assert scores(tmp_path, [*later, *rows], [*points, ("q", "2026-05-01T00:00-03:00")])[:4] == alone


@pytest.mark.parametrize(
    ("asked", "answered", "at"),
    [
        ("2026/4/1", "2026/4/2 9:30", "2026/4/2 9:31"),
        ("20260401", "2026/04/02 09:30:00", "20260402"),
        (" 2026-04-01 ", "2026-04-02 09:30", "2026/4/2"),
    ],
)
def test_days_as_spreadsheets_write_them_are_read_and_echoed(
    tmp_path: Path, asked: str, answered: str, at: str
) -> None:
    (line,) = scores(tmp_path, [mood("p", asked, 1, answered)], [("p", at)])
    (same,) = scores(tmp_path, [mood("p", "2026-04-01", 1, "2026-04-02")], [("p", "2026-04-02")])
    assert line == {**same, "at": at}


def test_an_unanswered_check_in_is_missed_from_the_fourteenth_day_on(tmp_path: Path) -> None:
    rows = [mood("p", "2026-04-01", ""), mood("late", "2026-04-01", 5, "2026-04-20", company="Umi")]
    points = [
        ("p", "2026-04-14"),
        ("p", "2026-04-15"),
        ("late", "2026-04-14"),
        ("late", "2026-04-15"),
        ("late", "2026-04-20"),
    ]
    pending, missed, also_pending, also_missed, answered = scores(tmp_path, rows, points)
    # One of one missed; the company's share is 1/11: q = (1 - 1/11)/.3, weight .25.
    assert float(missed["score"]) == pytest.approx(-4.295088 + 0.25 * (1 - 1 / 11) / 0.3, abs=1e-5)
    assert missed["reasons"] == "missed"
    assert pending["score"] == also_pending["score"] == "-4.295088"
    assert also_missed["score"] == missed["score"]
    assert "missed" not in answered["reasons"]


def test_of_two_answers_to_one_question_the_later_counts_then_the_higher(tmp_path: Path) -> None:
    def level(*rows: list[object]) -> str:
        return scores(tmp_path, rows, [("p", "2026-05-01")])[0]["score"]

    good, bad = mood("p", "2026-04-01", 5, "2026-04-03"), mood("p", "2026-04-01", 1, "2026-04-02")
    assert level(good, bad) == level(bad, good) == level(good)
    tie = mood("p", "2026-04-01", 1, "2026-04-03")
    assert level(good, tie) == level(tie, good) == level(good)
    # Before the correction came, the first answer stood.
    early = scores(tmp_path, [good, bad], [("p", "2026-04-02")])[0]["score"]
    assert early == scores(tmp_path, [bad], [("p", "2026-04-02")])[0]["score"]


def test_questions_of_the_bank_and_drivers_are_known_and_a_managers_question_is_the_managers_view(
    tmp_path: Path,
) -> None:
    rows = [["p", "Aoi", item, "2026-04-01", "2026-04-02", 1, 1, 5] for item in ("stay", "job_as_promised", "keep")]
    (line,) = scores(tmp_path, rows, [("p", "2026-04-20")])
    assert line["reasons"].split(";")[:2] == ["lowest.intention", "manager"]
    assert {"level.intention", "level.promise"} <= set(line["reasons"].split(";"))


def test_a_start_date_makes_a_newcomer(tmp_path: Path) -> None:
    rows = [[*mood("p", "2026-04-01", 3), "2026-03-01"]]
    (line,) = scores(tmp_path, rows, [("p", "2026-04-20")], "started_on")
    (without,) = scores(tmp_path, [mood("p", "2026-04-01", 3)], [("p", "2026-04-20")])
    assert float(line["score"]) - float(without["score"]) == pytest.approx(0.4, abs=1e-5)


def test_before_somebodys_first_row_not_even_their_start_is_known(tmp_path: Path) -> None:
    other = [*mood("q", "2026-01-01", 3), ""]
    rows = [[*mood("p", "2026-04-01", 3), "2026-03-01"], other]
    points = [("p", "2026-03-31"), ("p", "2026-04-01")]
    before, after = scores(tmp_path, rows, points, "started_on")
    assert [before] == scores(tmp_path, [other], points[:1], "started_on")
    assert before["score"] == "-4.295088" != after["score"]


def test_every_fault_is_told_with_its_row_and_column(tmp_path: Path) -> None:
    good = mood("p", "2026-04-01", 3)
    changed = {
        "item": "shoe_size",
        "asked_on": "April",
        "value": "9",
        "scale_max": "1",
        "company": "",
        "answered_on": "",
    }
    rows = []
    for column, cell in changed.items():
        rows.append([cell if name == column else kept for name, kept in zip(HISTORY, good, strict=True)])
    assert wrong(tmp_path, *rows, [*good, "more"]) == [
        (2, "item", "unknown_item"),
        (3, "asked_on", "no_day"),
        (4, "value", "out_of_scale"),
        (5, "scale_max", "scale_reversed"),
        (6, "company", "missing"),
        (7, "answered_on", "half_answered"),
        (8, "", "cells"),
    ]
    assert wrong(tmp_path, good, mood("p", "2026-05-01", 3, company="Umi")) == [(3, "company", "two_companies")]
    for number in ("nan", "inf", "1_0"):
        assert wrong(tmp_path, mood("p", "2026-04-01", number)) == [(2, "value", "no_number")]
    # A scale wider than any number, and days that no calendar counts from.
    assert wrong(tmp_path, [*mood("p", "2026-04-01", 3)[:6], "-1.7e308", "1.7e308"]) == [(2, "scale_max", "no_number")]
    assert wrong(tmp_path, [*good[:3], "9999-12-31", "", "", *good[6:]]) == [(2, "asked_on", "no_day")]
    for day in ("9999-12-31T23:00-05:00", "0001-01-01T00:00+14:00"):
        assert wrong(tmp_path, [*good[:4], day, *good[5:]]) == [(2, "answered_on", "no_day")]


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ("Overal", "is no known item; did you mean “overall”?"),
        ("Job as promised", "is no known item; did you mean “job_as_promised”?"),
        ("shoe_size", "write the name of one of teichaku's questions, or one of: change, clarity, growth, hours,"),
        ("", "nothing stands here"),
    ],
)
def test_an_unknown_item_is_answered_with_the_nearest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], item: str, said: str
) -> None:
    row = mood("p", "2026-04-01", 3)
    row[2] = item
    history, at = files(tmp_path, [row], [("p", "2026-05-01")])
    assert not command(VOICE, RULES, history=history, at=at, out=tmp_path / "S.csv")
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("item", ["nationality", "sick_leave", "妊娠"])
def test_a_forbidden_item_is_refused(tmp_path: Path, item: str) -> None:
    row = mood("p", "2026-04-01", 3)
    row[2] = item
    assert wrong(tmp_path, row) == [(2, "item", "forbidden_item")]


def test_a_forbidden_column_is_refused_and_any_other_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [[*mood("p", "2026-04-01", 3), "x"]]
    with pytest.raises(RulesError) as refused:
        read(*files(tmp_path, rows, [("p", "2026-05-01")], "Nationality"), RULES)
    assert refused.value.code == "rules.forbidden"
    with pytest.raises(RulesError):
        read(*files(tmp_path, rows, [("p", "2026-05-01")], "isPregnant"), RULES)
    scores(tmp_path, rows, [("p", "2026-05-01")], "branch")
    told = capsys.readouterr()
    assert "These columns are not read: branch" in told.err
    assert f"Points scored: 1. People with a history: 1. Written to {tmp_path / 'S.csv'}" in told.out


def test_what_is_no_such_table_is_refused_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    history, at = files(tmp_path, [mood("p", "2026-04-01", 3)], [("p", "someday")])
    out = tmp_path / "S.csv"
    out.write_text("before", encoding="utf-8")
    assert not command(VOICE, RULES, history=history, at=at, out=out)
    assert "L.csv, row 2, column at, “someday”: is no day" in capsys.readouterr().err
    for text in ("", "person,when\n", "person,at,at\n"):
        at.write_text(text, encoding="utf-8")
        with pytest.raises(Refusal):
            command(VOICE, RULES, history=history, at=at, out=out)
    with pytest.raises(Refusal):
        command(VOICE, RULES, history=tmp_path / "none.csv", at=at, out=out)
    for source in (history, tmp_path / "." / "L.csv"):
        before = source.read_bytes()
        with pytest.raises(Refusal, match="file_is_input"):
            command(VOICE, RULES, history=history, at=at, out=source)
        assert source.read_bytes() == before
    assert out.read_text(encoding="utf-8") == "before"
    assert {path.name for path in tmp_path.iterdir()} == {"H.csv", "L.csv", "S.csv"}


def test_a_file_as_excel_writes_it_in_japan_is_read(tmp_path: Path) -> None:
    history, at = files(tmp_path, [mood("山田", "2026-04-01", 3)], [("山田", "2026-05-01")])
    for encoding, separator in (("cp932", ","), ("utf-8-sig", ";"), ("utf-8", "\t")):
        for path in (history, at):
            text = path.read_text(encoding="utf-8").replace(",", separator)
            (tmp_path / f"x{path.name}").write_bytes(text.encode(encoding))
        found = read(tmp_path / "xH.csv", tmp_path / "xL.csv", RULES)
        assert [case.placement for case in found.cases] == ["山田"]


@pytest.mark.parametrize(
    ("encoding", "begin", "code"),
    [
        ("utf-16", b"", "file_utf16"),
        ("utf-16-le", b"", "file_utf16"),
        ("utf-16-be", b"", "file_utf16"),
        ("euc_jp", b"", "file_encoding"),
        ("iso2022_jp", b"", "file_encoding"),
        ("utf-8", b"PK\x03\x04", "file_workbook"),
        ("utf-8", bytes.fromhex("d0cf11e0a1b11ae1"), "file_workbook"),
    ],
)
def test_a_file_in_other_letters_is_told_what_it_is(tmp_path: Path, encoding: str, begin: bytes, code: str) -> None:
    history, at = files(tmp_path, [mood("山田", "2026-04-01", 3)], [("山田", "2026-05-01")])
    for path in (at, history):
        path.write_bytes(begin + path.read_text(encoding="utf-8").encode(encoding))
        with pytest.raises(Refusal, match=code):
            read(history, at, RULES)


def test_rows_without_anything_are_passed_over(tmp_path: Path) -> None:
    rows = [mood("p", "2026-04-01", 1), [""] * 8, [" "] * 8]
    assert len(loaded(tmp_path, rows).cases) == 1


DAYS = st.integers(0, 300)
ITEMS = st.sampled_from(("overall", "stay", "pay", "keep"))
LATE = st.one_of(st.none(), st.integers(0, 60))
ANSWERS = st.lists(st.tuples(st.sampled_from("abc"), ITEMS, DAYS, LATE, st.integers(1, 5)), max_size=25)


def lines(answers: Sequence[tuple[str, str, int, int | None, int]]) -> list[list[object]]:
    return [
        [
            person,
            "Aoi" if person != "c" else "Umi",
            item,
            FIRST + timedelta(days=asked),
            "" if late is None else FIRST + timedelta(days=asked + late),
            "" if late is None else value,
            1,
            5,
        ]
        for person, item, asked, late, value in answers
    ]


def loaded(folder: Path, rows: Sequence[Sequence[object]]) -> Histories:
    return read(*files(folder, rows, []), RULES)


@settings(max_examples=60, deadline=None)
@given(before=ANSWERS, after=ANSWERS, day=DAYS, seed=st.randoms(use_true_random=False))
def test_the_future_never_changes_a_score_and_no_order_does(
    tmp_path_factory: pytest.TempPathFactory, before: list[Any], after: list[Any], day: int, seed: random.Random
) -> None:
    folder, at = tmp_path_factory.mktemp("score"), FIRST + timedelta(days=day)
    points = [Point(person, at) for person in "abc"]
    whole = [*before, *after]
    then = [
        # As it looked on that day: what was asked later is not there, what was answered later is not answered yet.
        (person, item, asked, None if late is None or asked + late > day else late, value)
        for person, item, asked, late, value in whole
        if asked <= day
    ]
    people = [("a", "overall", 400, None, 1), ("b", "overall", 400, None, 1), ("c", "overall", 400, None, 1)]
    shuffled = lines([*whole, *people])
    seed.shuffle(shuffled)
    found = score(loaded(folder, shuffled).cases, points, RULES)
    known = score(loaded(folder, lines([*then, *people])).cases, points, RULES)
    assert found == known
    assert [
        one for point in reversed(points) for one in score(loaded(folder, shuffled).cases, [point], RULES)
    ] == found[::-1]


@settings(max_examples=60, deadline=None)
@given(answers=ANSWERS, day=DAYS)
def test_one_placement_alone_gives_the_same_as_the_batch(
    tmp_path_factory: pytest.TempPathFactory, answers: list[Any], day: int
) -> None:
    at = FIRST + timedelta(days=day)
    cases = loaded(tmp_path_factory.mktemp("score"), lines(answers)).cases
    batch = score(cases, [Point(case.placement, at) for case in cases], RULES)
    for case, one in zip(cases, batch, strict=True):
        peers = [other for other in cases if other.company == case.company]
        assert assess_case(case, peers, at=at, rules=RULES) == one
        assert features(case, prepare(peers, at=at, rules=RULES), at=at, rules=RULES) == features(
            case, Company(peers, RULES).at(at), at=at, rules=RULES
        )


def test_a_wish_to_stay_that_somebody_else_wrote_down_is_never_scored() -> None:
    said = [Reading("intention", FIRST, FIRST, 0.0, by_other=other) for other in (True, False)]
    by_other, own = (Case("p", "Aoi", None, (one,)) for one in said)
    nobody = Case("p", "Aoi", None)
    assert assess_case(by_other, [], at=FIRST, rules=RULES) == assess_case(nobody, [], at=FIRST, rules=RULES)
    assert assess_case(own, [], at=FIRST, rules=RULES) != assess_case(nobody, [], at=FIRST, rules=RULES)
    # Any other answer that an interviewer wrote down counts.
    pay = Case("p", "Aoi", None, (Reading("pay", FIRST, FIRST, 0.0, by_other=True),))
    assert assess_case(pay, [], at=FIRST, rules=RULES).score > assess_case(nobody, [], at=FIRST, rules=RULES).score


def test_a_day_holds_its_hours() -> None:
    day = date(2026, 5, 1)
    noon = datetime(2026, 5, 1, 12, tzinfo=UTC)
    assert known_from(day) < until(day) > known_from(day, noon)
    assert known_from(day, noon) == until(day, noon)
    assert known_from(day) < until(day, datetime(2026, 5, 1, tzinfo=UTC))
    assert known_from(day + timedelta(days=1)) >= until(day)
