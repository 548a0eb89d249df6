"""Charts: the pictures that go with a message: an alert's course, drawn as SVG and made a PNG with the fonts that are shipped,
and an invitation's code.

Nothing here knows a word of a language: what is written on a chart is handed in by ``bot.text``. No name stands on it, because a
picture stays in a chat, and can be passed on, after the message that it belongs to is gone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from io import BytesIO
from itertools import pairwise

import segno
from resvg_py import svg_to_bytes

from bot import fonts
from bot.messages import Picture

TINTS = ("#eef2f0", "#f3ecc9", "#f6d9ad", "#f1b999", "#e39a94")
"""The bands from below upwards, pale enough for dark words on each. The words say the level; the tint only helps."""

INK, LINE = "#222", "#1f3f68"
TOP, BAND, COLUMN, MARGIN = 44, 40, 52, 16
LETTER = 13
SCALE = 2.0
"""Pixels of the PNG for one unit of the drawing, so that it is sharp on a phone."""

JAPANESE = re.compile(r"[^\x00-\u036f\u1e00-\u20bf]+")


@dataclass(frozen=True, slots=True)
class Chart:
    """Levels by month. ``bands`` name the levels from the lowest up, ``columns`` the months as (month, year or ''), and
    ``points`` are (column, band), both from 0, in order; a month that nobody knows anything about has none."""

    title: str
    alt: str
    bands: tuple[str, ...]
    columns: tuple[tuple[str, str], ...]
    points: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Code:
    """A text as a QR code, which a phone reads from the screen."""

    text: str
    alt: str


Drawn = Chart | Code
"""What becomes a picture when it is sent."""


def picture(chart: Drawn) -> Picture:
    """It as PNG. It takes 30 to 150 ms, so no transaction should be open. Raises ValueError for what cannot be drawn."""
    if isinstance(chart, Code):
        png_file = BytesIO()
        segno.make(chart.text, error="m", micro=False).save(png_file, kind="png", scale=8, border=4)
        return Picture(png_file.getvalue(), chart.alt)
    drawn = svg(chart)
    families = (fonts.LATIN, fonts.JAPANESE) if 'class="ja"' in drawn else (fonts.LATIN,)
    png = svg_to_bytes(
        svg_string=drawn,
        zoom=SCALE,
        skip_system_fonts=True,
        font_family=fonts.LATIN,
        font_files=[str(fonts.path(family)) for family in families],
    )
    return Picture(bytes(png), chart.alt)


def svg(chart: Chart) -> str:
    """The chart as SVG."""
    left = MARGIN + max(map(_width, chart.bands)) + 12
    width = max(left + COLUMN * len(chart.columns), MARGIN + _width(chart.title)) + MARGIN
    height = TOP + BAND * len(chart.bands) + 52
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'font-family="{fonts.LATIN}" font-size="{LETTER}" fill="{INK}">',
        f"<style>.ja {{ font-family: '{fonts.JAPANESE}' }}</style>",
        f'<rect width="{width}" height="{height}" fill="white"/>',
        _text(MARGIN, 27, chart.title, 'font-size="15"'),
        *_bands(chart, left, width - MARGIN),
        *_months(chart, left),
        *_line(chart, left),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _bands(chart: Chart, left: int, right: int) -> Iterator[str]:
    for band, name in enumerate(chart.bands):
        y = _middle(chart, band)
        yield f'<rect x="{left}" y="{y - BAND // 2}" width="{right - left}" height="{BAND - 1}" fill="{TINTS[band]}"/>'
        yield _text(left - 10, y + 5, name, 'text-anchor="end"')


def _months(chart: Chart, left: int) -> Iterator[str]:
    below = TOP + BAND * len(chart.bands)
    for column, (month, year) in enumerate(chart.columns):
        x = left + COLUMN * column + COLUMN // 2
        yield _text(x, below + 18, month, 'text-anchor="middle"')
        yield _text(x, below + 35, year, 'text-anchor="middle" font-size="11"')


def _line(chart: Chart, left: int) -> Iterator[str]:
    """A dot for each month; only months that follow one another are joined, because nothing is known of those between."""
    dots = [(left + COLUMN * column + COLUMN // 2, _middle(chart, band)) for column, band in chart.points]
    for (x, y), (to_x, to_y) in pairwise(dots):
        if to_x - x == COLUMN:
            yield f'<path d="M{x} {y}L{to_x} {to_y}" stroke="{LINE}" stroke-width="2.5"/>'
    for x, y in dots:
        yield f'<circle cx="{x}" cy="{y}" r="6" fill="{LINE}" stroke="white" stroke-width="1.5"/>'


def _middle(chart: Chart, band: int) -> int:
    return TOP + BAND * (len(chart.bands) - 1 - band) + BAND // 2


def _text(x: int, y: int, words: str, how: str) -> str:
    # The library looks for a letter in the first family only, so each run of Japanese names its own.
    runs = JAPANESE.sub(lambda run: f'<tspan class="ja">{run[0]}</tspan>', escape(words))
    return f'<text x="{x}" y="{y}" {how}>{runs}</text>'


def _width(words: str) -> int:
    """About how wide the words are; a Japanese letter is a square."""
    return round(sum(LETTER if JAPANESE.match(letter) else 0.62 * LETTER for letter in words))
