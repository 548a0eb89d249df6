"""What people write into cells, and what it means."""

# ruff: noqa: DTZ001 - a cell of a spreadsheet has no time zone

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.flow.roster.cells import CellError, ValueFault, as_text, is_empty, is_error, protect, unprotect
from bot.flow.roster.columns import (
    COMPANY_COLUMNS,
    ROSTER_COLUMNS,
    Kind,
    match_company,
    match_roster,
    nearest_heading,
)
from bot.flow.roster.dates import WEEKDAY_NAMES, parse_closures, parse_date, parse_weekdays
from bot.flow.roster.values import (
    PARSERS,
    company_key,
    name_key,
    parse_channel,
    parse_email,
    parse_id,
    parse_languages,
    parse_phone,
    parse_text,
    parse_timezone,
    parse_turnover,
    parse_yes_no,
)
from bot.text.catalog import KNOWN_LOCALES
from bot.text.roster_errors import ROSTER_ERRORS


def fault(parse: Callable[[Any], object], cell: object) -> ValueFault:
    with pytest.raises(ValueFault) as caught:
        parse(cell)
    assert caught.value.code in ROSTER_ERRORS
    return caught.value


FIRST_OF_APRIL = date(2026, 4, 1)


@pytest.mark.parametrize(
    "cell",
    [
        "2026-04-01",
        "2026/4/1",
        "2026.4.1",
        "20260401",
        "2026年4月1日",
        "西暦2026年4月1日",
        "令和8年4月1日",
        "令和 8年 4月 1日",
        "㋿8年4月1日",
        "R8.4.1",
        "r8/4/1",
        "R.8.4.1",
        "Ｒ８．４．１",
        "２０２６年４月１日",
        "2026/4/1(水)",
        "2026年4月1日（水）",
        "2026-04-01 00:00:00",
        "2026-04-01T00:00",
        " 2026-04-01 ",
        FIRST_OF_APRIL,
        datetime(2026, 4, 1),
        46113,
        46113.0,
        20260401.0,
    ],
    ids=repr,
)
def test_many_ways_to_write_the_first_of_april(cell: object) -> None:
    assert parse_date(cell) == FIRST_OF_APRIL  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("令和元年5月1日", date(2019, 5, 1)),
        ("R1.12.31", date(2019, 12, 31)),
        ("平成31年4月30日", date(2019, 4, 30)),
        ("H元.1.8", date(1989, 1, 8)),
        ("S64.1.7", date(1989, 1, 7)),
        ("2028-02-29", date(2028, 2, 29)),
    ],
)
def test_eras_begin_and_end_on_their_day(cell: str, day: date) -> None:
    assert parse_date(cell) == day


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("soon", "date"),
        ("26/4/1", "date"),
        ("01/04/2026", "date"),
        ("2026年4月", "date"),
        ("2026-04-01-02", "date"),
        (True, "date"),
        (5, "date"),
        (46113.5, "date"),
        (float("nan"), "date"),
        (time(9, 0), "date"),
        (timedelta(days=1), "date"),
        ("4/1", "date_year_missing"),
        ("4月1日", "date_year_missing"),
        ("2026-02-29", "date_impossible"),
        ("令和0年1月1日", "date_impossible"),
        ("R99.4.1", "date_year_far"),
        ("0206-04-01", "date_year_far"),
        (datetime(2026, 4, 1, 9, 30), "date_has_time"),
        ("平成38年4月1日", "date_era"),
        ("令和元年4月30日", "date_era"),
    ],
    ids=repr,
)
def test_a_date_that_is_none_says_why(cell: object, code: str) -> None:
    assert fault(parse_date, cell).code == code


def test_a_day_outside_its_era_is_given_back_in_the_common_calendar() -> None:
    assert fault(parse_date, "平成38年4月1日").values == {"era": "平成", "meant": "2026-04-01"}


@given(st.dates(date(1950, 1, 1), date(2100, 12, 31)))
def test_a_day_is_the_same_however_it_is_written(day: date) -> None:
    serial = (day - date(1899, 12, 30)).days
    assert parse_date(day.isoformat()) == parse_date(f"{day.year}年{day.month}月{day.day}日") == day
    assert parse_date(serial) == parse_date(f"{day:%Y%m%d}") == day


@pytest.mark.parametrize(
    ("cell", "locales"),
    [
        ("vi,ja@simple", ("vi", "ja@simple")),
        ("ベトナム語", ("vi",)),
        ("Vietnamese", ("vi",)),
        ("Tiếng Việt", ("vi",)),
        ("tieng viet", ("vi",)),
        ("やさしい日本語", ("ja@simple",)),
        ("日本語（やさしい）", ("ja@simple",)),
        ("ja-easy ja-Hira ja-simple", ("ja@simple",)),
        ("Tiếng Việt Bahasa Indonesia", ("vi", "id")),
        ("ベトナム語・やさしい日本語", ("vi", "ja@simple")),
        ("日本語　英語", ("ja", "en")),
        ("英語、日本語/ネパール語；ミャンマー語", ("en", "ja", "ne", "my")),
        ("zh", ("zh_Hans",)),
        ("中国語（簡体字）", ("zh_Hans",)),
        ("tl\nEN", ("fil", "en")),
        ("ja,vi,ja,vi", ("ja", "vi")),
        ("नेपाली, မြန်မာ", ("ne", "my")),
        ("en-US", ("en",)),
    ],
)
def test_languages_are_understood_by_code_and_by_name(cell: str, locales: tuple[str, ...]) -> None:
    assert parse_languages(cell) == locales


@given(
    st.lists(st.sampled_from(sorted(KNOWN_LOCALES)), min_size=1, unique=True), st.sampled_from([",", "、", " ", "/"])
)
def test_any_selection_of_locales_keeps_its_order(locales: list[str], separator: str) -> None:
    assert parse_languages(separator.join(locales)) == tuple(locales)
    assert parse_languages("・".join(KNOWN_LOCALES[locale] for locale in locales)) == tuple(locales)


def test_a_misspelt_language_names_the_nearest_and_an_unknown_one_all() -> None:
    misspelt = fault(parse_languages, "ja, Vietnamse")
    assert (misspelt.code, misspelt.value, misspelt.values) == ("language_misspelt", "Vietnamse", {"nearest": "vi"})
    unknown = fault(parse_languages, "タイ語")
    assert (unknown.code, unknown.values) == ("language_unknown", {"known": ", ".join(KNOWN_LOCALES)})
    assert fault(parse_languages, ",").code == "language_unknown"


@pytest.mark.parametrize("cell", ["slack", "Slack", " ＳＬＡＣＫ ", "スラック"])
def test_a_channel_is_known_by_its_name(cell: str) -> None:
    assert parse_channel(cell) == "slack"


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("email", "channel_reserved"),
        ("メール", "channel_reserved"),
        ("Link", "channel_reserved"),
        ("LINE", "channel_unknown"),
    ],
)
def test_a_channel_that_does_not_work_yet_is_told_apart_from_an_unknown_one(cell: str, code: str) -> None:
    assert fault(parse_channel, cell).code == code


@pytest.mark.parametrize(
    ("cell", "email"),
    [
        ("A.B@Example.co.jp", "a.b@example.co.jp"),
        ("ａ＠ｂ．ｊｐ", "a@b.jp"),
        ("mailto:a@b.jp", "a@b.jp"),
        ("An <a@b.jp>", "a@b.jp"),
        ("a..b.@docomo.ne.jp", "a..b.@docomo.ne.jp"),
        ("a@xn--wgv71a119e.xn--p1ai", "a@xn--wgv71a119e.xn--p1ai"),
    ],
)
def test_an_email_address_is_plain_and_lower(cell: str, email: str) -> None:
    assert parse_email(cell) == email


@pytest.mark.parametrize(
    "cell",
    ["a", "a@b", "a b@c.jp", "a@b.jp, c@d.jp", "An <a@b.jp", "<a@b.jp> <c@d.jp>", "a@1.2.3.44", "@b.jp", "a@@b.jp"],
)
def test_what_is_no_email_address_is_refused(cell: str) -> None:
    assert fault(parse_email, cell).code == "email"


@pytest.mark.parametrize(
    ("cell", "phone"),
    [
        ("090-1234-5678", "090-1234-5678"),
        ("０９０ー１２３４ー５６７８", "090ー1234ー5678"),
        ("+81 (0)3 1234 5678", "+81 (0)3 1234 5678"),
        ("03-1234-5678 内線12", "03-1234-5678 内線12"),
        (9012345678, "09012345678"),
        (312345678.0, "0312345678"),
        (819012345678, "819012345678"),
    ],
)
def test_a_telephone_number_is_a_text_and_keeps_its_zero(cell: object, phone: str) -> None:
    assert parse_phone(cell) == phone  # type: ignore[arg-type]


@pytest.mark.parametrize("cell", ["なし", "090", "a@b.jp", 3, "090-1234-5678 / 080-1234-5678 / 070-1234-5678"])
def test_what_is_no_telephone_number_is_refused(cell: object) -> None:
    assert fault(parse_phone, cell).code == "phone"


def test_a_time_zone_is_found_in_any_case_or_nearly() -> None:
    assert [parse_timezone(cell) for cell in ("asia/tokyo", "JST", "日本", "Asia/Ho Chi Minh")] == [
        "Asia/Tokyo",
        "Asia/Tokyo",
        "Asia/Tokyo",
        "Asia/Ho_Chi_Minh",
    ]
    assert fault(parse_timezone, "Asia/Tokio").values == {"nearest": "Asia/Tokyo"}
    assert fault(parse_timezone, "../../etc/passwd").code == "timezone"


@pytest.mark.parametrize(
    ("cell", "days"),
    [
        ("月-金", (0, 1, 2, 3, 4)),
        ("月～金", (0, 1, 2, 3, 4)),
        ("月曜日から金曜日まで", (0, 1, 2, 3, 4)),
        ("平日", (0, 1, 2, 3, 4)),
        ("Mon-Fri", (0, 1, 2, 3, 4)),
        ("Monday to Friday", (0, 1, 2, 3, 4)),
        ("火水木金土", (1, 2, 3, 4, 5)),
        ("Tue,Wed", (1, 2)),
        ("月・水・金", (0, 2, 4)),
        ("月～水、土", (0, 1, 2, 5)),
        ("金-火", (0, 1, 4, 5, 6)),
        ("毎日", (0, 1, 2, 3, 4, 5, 6)),
        ("日", (6,)),
    ],
)
def test_weekdays_are_read_as_ranges_and_lists(cell: str, days: tuple[int, ...]) -> None:
    assert parse_weekdays(cell) == days


@pytest.mark.parametrize("cell", ["祝", "-金", "月-", "月--金", "土日休み", "Mo-Fr", ",", "5"])
def test_what_is_no_weekday_is_refused(cell: str) -> None:
    assert fault(parse_weekdays, cell).code == "weekdays"


@given(st.sets(st.integers(0, 6), min_size=1))
def test_weekdays_are_read_as_the_export_writes_them(days: set[int]) -> None:
    assert parse_weekdays(",".join(WEEKDAY_NAMES[day] for day in sorted(days))) == tuple(sorted(days))


def test_yes_and_no_in_words_and_marks() -> None:
    assert all(parse_yes_no(cell) is True for cell in ("はい", "○", "◯", "〇", "yes", "TRUE", True, 1.0))
    assert all(parse_yes_no(cell) is False for cell in ("いいえ", "×", "✕", "No", "FALSE", False, 0.0))
    assert fault(parse_yes_no, "x").code == "yes_no"


@pytest.mark.parametrize(
    ("cell", "closures"),
    [
        ("12-29..01-03", ("12-29..01-03",)),
        ("12/29〜1/3", ("12-29..01-03",)),
        ("12/29～1/3、8/13～8/16", ("12-29..01-03", "08-13..08-16")),
        ("8月13日から16日まで", ("08-13..08-16",)),
        ("8/13-16", ("08-13..08-16",)),
        ("5/1", ("05-01",)),
        ("02-29", ("02-29",)),
        ("2026-08-10..2026-08-16", ("2026-08-10..2026-08-16",)),
        ("2026/12/29〜1/3", ("2026-12-29..2027-01-03",)),
        (date(2026, 8, 13), ("2026-08-13",)),
        ("8/13-16, 8/13-16", ("08-13..08-16",)),
        ("なし", ()),
        ("none", ()),
    ],
    ids=repr,
)
def test_closures_are_given_in_one_form(cell: object, closures: tuple[str, ...]) -> None:
    assert parse_closures(cell) == closures  # type: ignore[arg-type]
    if closures:
        assert parse_closures(",".join(closures)) == closures


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("夏休み", "closures"),
        ("2/30", "closures"),
        ("2027-02-29", "closures"),
        ("12/29〜2027/1/3", "closures"),
        ("2026-08-16..2026-08-10", "closures"),
        ("12-29..12-01", "closure_long"),
    ],
)
def test_closures_that_cannot_be_are_refused(cell: str, code: str) -> None:
    assert fault(parse_closures, cell).code == code


@pytest.mark.parametrize(
    ("cell", "share"),
    [
        ("15%", 0.15),
        (0.15, 0.15),
        ("１５％", 0.15),
        ("15", 0.15),
        (15, 0.15),
        ("0.15", 0.15),
        ("12.5 %", 0.125),
        ("100%", 1.0),
        (0, 0.0),
        (3 / 17, 0.176471),
        (1e-05, 0.00001),
    ],
)
def test_a_turnover_is_a_share(cell: object, share: float) -> None:
    assert parse_turnover(cell) == share  # type: ignore[arg-type]


@pytest.mark.parametrize("cell", ["1", 1, "1.5", "150%", "many", -0.1, "15%〜20%"])
def test_a_turnover_that_can_mean_two_things_is_refused(cell: object) -> None:
    assert fault(parse_turnover, cell).code == "turnover"


def test_names_stay_as_they_are_written_on_one_line() -> None:
    assert [parse_text(cell) for cell in ("㈱髙橋", "　グエン\nヴァン アン\u200b", "Áo\x07")] == [
        "㈱髙橋",
        "グエン ヴァン アン",
        "Áo",
    ]
    assert parse_id("Ａ－００７") == "A-007"
    assert fault(parse_text, "a" * 301).values == {"limit": 300}


def test_names_are_compared_without_width_case_and_spaces() -> None:
    assert name_key("ＮＧＵＹＥＮ　 Van  an") == name_key("Nguyen Van An")
    assert name_key("㈱山田") == name_key("（株）山田")
    assert name_key("髙橋") != name_key("高橋")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("㈱山田食品", "山田食品株式会社"),
        ("（有）山田 食品", "株式会社山田食品"),
        ("Yamada Foods Co., Ltd.", "YAMADA FOODS"),
        ("Yamada Foods Inc", "yamada-foods"),
        ("髙橋製作所", "高橋製作所"),
        ("㈱ﾔﾏﾀﾞ", "ヤマダ"),
    ],
)
def test_companies_that_are_probably_one_have_one_key(one: str, other: str) -> None:
    assert company_key(one) == company_key(other)


def test_companies_that_differ_keep_their_keys() -> None:
    assert len({company_key(name) for name in ("山田食品", "山田食品工業", "北山田食品", "株式会社", "Incana")}) == 5


@given(st.text())
def test_a_protected_text_comes_back(text: str) -> None:
    assert unprotect(protect(text)) == text


@pytest.mark.parametrize("text", ["=1+1", "+81", "-1", "@SUM", "＝1", "'=1", "\t=1", "〃", "同上"])
def test_what_a_spreadsheet_would_run_is_protected(text: str) -> None:
    assert protect(text) == "'" + text


def test_an_ordinary_text_is_not_protected() -> None:
    assert [protect(text) for text in ("A-1", "'quoted'", "山田=北", "")] == ["A-1", "'quoted'", "山田=北", ""]


def test_cells_look_as_a_person_sees_them() -> None:
    cells = [
        None,
        " a ",
        True,
        3.0,
        3.5,
        date(2026, 4, 1),
        datetime(2026, 4, 1),
        datetime(2026, 4, 1, 9),
        CellError("#REF!"),
    ]
    shown = ["", "a", "TRUE", "3", "3.5", "2026-04-01", "2026-04-01", "2026-04-01 09:00:00", "#REF!"]
    assert [as_text(cell) for cell in cells] == shown  # type: ignore[arg-type]
    assert is_empty("　\u200b\n")
    assert not is_empty(0)
    assert is_error("#N/A")
    assert not is_error("N/A")


CELLS = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="0123456789/-.年月日令和平成RHS〜,%月火金 to@", max_size=16),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
)


@given(st.sampled_from(sorted(Kind)), CELLS)
def test_whatever_stands_in_a_cell_is_a_value_or_a_fault_with_a_sentence(kind: Kind, cell: Any) -> None:
    caught = None
    try:
        PARSERS[kind](cell)
    except ValueFault as fault:
        caught = fault
    if caught is not None:
        place = {"sheet": "s", "row": 1, "column": "c", "cell": "A1", "value": caught.value}
        assert ROSTER_ERRORS[caught.code].text % {**place, **caught.values}


def test_every_column_is_known_by_both_of_its_headings() -> None:
    for column in ROSTER_COLUMNS:
        assert match_roster(column.name) is match_roster(column.heading) is column
    for column in COMPANY_COLUMNS:
        assert match_company(column.name) is match_company(column.heading) is column


def test_a_heading_under_somebody_else_does_not_mean_the_hire() -> None:
    assert match_roster("氏名", "本人") is match_roster("hire_name")
    assert match_roster("氏名", "上司") is match_roster("manager_name")
    assert match_roster("氏名", "担当者") is match_roster("consultant_name")
    assert match_roster("Email", "Lead") is match_roster("lead_email")
    assert match_roster("電話", "上司") is None


def test_a_heading_with_two_meanings_or_a_changed_one_is_not_guessed() -> None:
    assert match_roster("氏名（フリガナ）") is None
    assert match_roster("氏名/会社名") is None
    assert match_roster("氏名（任意）") is match_roster("hire_name")


def test_the_nearest_heading_is_named_in_the_language_of_the_wrong_one() -> None:
    assert nearest_heading("hire_nmae", ROSTER_COLUMNS) == "hire_name"
    assert nearest_heading("メールアドレス", ROSTER_COLUMNS) == "メール"
    assert nearest_heading("国籍", ROSTER_COLUMNS) is None


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("1-Apr-2026", date(2026, 4, 1)),
        ("April 1, 2026", date(2026, 4, 1)),
        ("1 sept 2026", date(2026, 9, 1)),
        ("46113", date(2026, 4, 1)),
    ],
)
def test_a_day_with_a_named_month_or_as_a_serial_number_can_mean_only_one(cell: str, expected: date) -> None:
    assert parse_date(cell) == expected


@pytest.mark.parametrize("cell", ["1-Foo-2026", "04/01/2026", "99999", "Aprilish 1, 2026"])
def test_a_day_that_can_mean_two_or_none_is_refused(cell: str) -> None:
    assert fault(parse_date, cell).code == "date"
