"""The picture of the last months that goes with an alert: from four known months on, once, in the consultant's language."""

from __future__ import annotations

import struct
import zlib
from datetime import date
from xml.etree import ElementTree

import pytest

from bot import charts
from bot.messages import Outbound
from bot.text.catalog import Voice
from bot.text.levels import trend
from store import facts
from tests.house import House, living

GOOD = ("4", "4", "4", "4", "4", "4", "nothing")
MONTHS = ("2026-05-01 12:10", "2026-06-01 12:10", "2026-07-01 12:10", "2026-08-03 12:10")


async def resigns_after(house: House, months: int, **values: tuple[str, ...]) -> facts.Placement:
    """A hire with that many months of good answers, who says in the next one that they have resigned."""
    placement = await house.welcomes(**values)
    await house.until("2026-04-06 12:10")
    await house.answers(placement.hire, "4", "4", "4", "4", "4")
    for at in MONTHS[: months - 1]:
        await house.until(at)
        await house.answers(placement.hire, *GOOD)
    await house.until(MONTHS[months - 1])
    await house.answers(placement.hire, "2", "I have resigned", "4", "4", "4", "4", "4", "nothing")
    await house.runs()
    return placement


def alerts_to(house: House, person: facts.Person) -> list[Outbound]:
    return [one for one in house.messages(person) if any(b.payload.kind == "alert" for line in one.rows for b in line)]


def pixels(png: bytes) -> tuple[int, int, set[bytes]]:
    """Width, height and the colours of a PNG with eight bits a channel; every checksum in it is checked."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    at, data, header = 8, b"", b""
    while at < len(png):
        (length,), kind = struct.unpack(">I", png[at : at + 4]), png[at + 4 : at + 8]
        body = png[at + 8 : at + 8 + length]
        assert zlib.crc32(kind + body) == struct.unpack(">I", png[at + 8 + length : at + 12 + length])[0]
        header, data = (body if kind == b"IHDR" else header), data + (body if kind == b"IDAT" else b"")
        at += 12 + length
    width, height, depth, colour = struct.unpack(">IIBB", header[:10])
    assert (depth, colour) == (8, 6)
    raw = zlib.decompress(data)
    assert len(raw) == height * (1 + 4 * width)
    return width, height, {raw[place : place + 4] for place in range(0, len(raw) - 4, 4)}


async def test_three_months_are_told_in_words_alone() -> None:
    async with living("2026-03-30 10:00") as house:
        placement = await resigns_after(house, 2)
        (alert,) = alerts_to(house, placement.consultant)
        assert "Apr no sign → May no sign → Jun critical" in alert.text
        assert alert.picture is None


@pytest.mark.parametrize(
    ("language", "alt"),
    [
        ("en", "The level month by month: Apr no sign → May no sign → Jun no sign → Jul critical"),
        ("ja", "月ごとのレベル：4月 兆候なし → 5月 兆候なし → 6月 兆候なし → 7月 非常に高い"),
    ],
)
async def test_four_months_are_a_picture_with_the_sentence_that_says_what_is_on_it(language: str, alt: str) -> None:
    async with living("2026-03-30 10:00") as house:
        placement = await resigns_after(house, 3, consultant_languages=(language,))
        (alert,) = alerts_to(house, placement.consultant)
        assert alert.picture is not None
        assert alert.picture.alt == alt
        assert "NGUYEN" not in alert.picture.alt
        width, height, colours = pixels(alert.picture.png)
        assert (width, height) > (400, 400)
        assert len(colours) > 20, "bands, words and a line are on it"


async def test_a_copy_that_is_shown_anew_does_not_bring_the_picture_again() -> None:
    async with living("2026-03-30 10:00") as house:
        placement = await resigns_after(house, 3)
        await house.presses(placement.consultant, "I take care of it")
        await house.runs()
        told = alerts_to(house, placement.consultant)
        assert len(told) >= 2
        assert [one.picture is not None for one in told] == [True, *[False] * (len(told) - 1)]


async def test_an_alert_arrives_without_a_picture_that_cannot_be_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charts, "SCALE", 1e9)
    async with living("2026-03-30 10:00") as house:
        placement = await resigns_after(house, 3)
        (alert,) = alerts_to(house, placement.consultant)
        assert "risk of resignation critical" in alert.text
        assert alert.picture is None


def drawn(months: list[tuple[date, str]], language: str = "en") -> charts.Chart | None:
    return trend(Voice.of((language,), "staff", stacked=False), months)


def test_no_more_than_twelve_months_are_drawn_and_an_unknown_one_is_a_gap() -> None:
    known = [(date(2025 + n // 12, n % 12 + 1, 1), "watch") for n in range(15) if n != 10]
    chart = drawn(known, "ja")
    assert chart is not None
    assert [month for month, _ in chart.columns] == [f"{n}月" for n in (4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3)]
    assert [year for _, year in chart.columns if year] == ["2025年", "2026年"]
    assert [column for column, _ in chart.points] == [0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11]
    shapes = ElementTree.fromstring(charts.svg(chart)).iter()
    assert sum(shape.tag.endswith("path") for shape in shapes) == 9, "neither to November nor from it"


def test_months_that_are_long_past_do_not_count_to_the_four() -> None:
    assert drawn([(date(2024, 1, 1), "none"), *((date(2026, n, 1), "high") for n in (1, 2, 3))]) is None
    assert drawn([]) is None


def test_whatever_is_written_on_a_chart_is_text_and_japanese_names_its_font() -> None:
    chart = charts.Chart("<b>&レベル", "", ("a<", "b"), (("4月", "2026年"),), ((0, 1),))
    root = ElementTree.fromstring(charts.svg(chart))
    said = ["".join(one.itertext()) for one in root.iter() if one.tag.endswith("}text")]
    assert said == ["<b>&レベル", "a<", "b", "4月", "2026年"]
    japanese = [one.text for one in root.iter() if one.get("class") == "ja"]
    assert japanese == ["レベル", "月", "年"]
    pixels(charts.picture(chart).png)
