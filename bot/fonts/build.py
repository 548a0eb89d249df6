"""Makes the subsets: ``python -m bot.fonts.build FOLDER``, where FOLDER holds these packages of Debian, unpacked::

apt-get download fonts-morisawa-bizud-gothic fonts-dejavu-core fonts-noto-core fonts-noto-cjk
for package in *.deb; do dpkg-deb -x "$package" FOLDER; done
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from fontTools import subset

from bot.fonts import CHINESE, DEVANAGARI, FILES, FOLDER, JAPANESE, LATIN, MYANMAR

PACKAGES = {
    JAPANESE: "fonts-morisawa-bizud-gothic",
    LATIN: "fonts-dejavu-core",
    MYANMAR: "fonts-noto-core",
    DEVANAGARI: "fonts-noto-core",
    CHINESE: "fonts-noto-cjk",
}
COLLECTED = {CHINESE: ("NotoSansCJK-Regular.ttc", 2)}
"""A family that lies with others in one file: that file, and its place there."""

SHAPED = frozenset({LATIN, MYANMAR, DEVANAGARI, JAPANESE})
"""The families that need their ligatures and marks. Chinese has other forms of its letters instead (upright, of half a width),
which would make its subset twice as large."""

RANGES = {
    LATIN: "20-24f 2b0-36f 1e00-1eff 2000-206f 20a0-20bf 2190-21ff 2460-2473 25a0-25ff 2713-2714",
    MYANMAR: "20 a0 1000-109f 200b-200d 25cc a9e0-a9ff aa60-aa7f",
    DEVANAGARI: "20 a0 900-97f 1cd0-1cff 200c-200d 25cc a8e0-a8ff",
}
"""The code points of each subset, in hexadecimal."""


def letters(ranges: str) -> Iterable[int]:
    """The code points of such a line."""
    for part in ranges.split():
        first, _, last = part.partition("-")
        yield from range(int(first, 16), int(last or first, 16) + 1)


def written_in(charset: str) -> Iterable[int]:
    """Everything that a character set of two bytes can write, and plain Latin."""
    found = set(range(0x20, 0x7F))
    for first in range(0x81, 0xFE):
        for second in range(0x40, 0xFF):
            try:
                found.add(ord(bytes([first, second]).decode(charset)))
            except (UnicodeDecodeError, TypeError):
                continue
    return sorted(found)


CHARSETS = {JAPANESE: "cp932", CHINESE: "gb2312"}
"""Windows' Japanese (JIS X 0208 with ㈱, ①, 髙 and their like), and the 6,763 characters of everyday Chinese with its names."""


def build(source: Path) -> None:
    """Write each subset, with every ligature and mark that its script needs, and its licence."""
    for family, name in FILES.items():
        collected, place = COLLECTED.get(family, (name, -1))
        options = subset.Options(
            layout_features=["*"] if family in SHAPED else [],
            hinting=False,
            name_IDs=["*"],
            notdef_outline=True,
            font_number=place,
        )
        font = subset.load_font(str(next(source.rglob(collected))), options)
        making = subset.Subsetter(options)
        making.populate(unicodes=letters(RANGES[family]) if family in RANGES else written_in(CHARSETS[family]))
        making.subset(font)
        subset.save_font(font, str(FOLDER / name), options)
        licence = source / "usr/share/doc" / PACKAGES[family] / "copyright"
        shutil.copyfile(licence, FOLDER / f"LICENCE-{Path(name).stem}.txt")


if __name__ == "__main__":
    build(Path(sys.argv[1]))
