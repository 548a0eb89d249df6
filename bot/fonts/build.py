"""Makes the subsets: ``python -m bot.fonts.build FOLDER``, where FOLDER holds these packages of Debian, unpacked::

apt-get download fonts-morisawa-bizud-gothic fonts-dejavu-core fonts-noto-core
for package in *.deb; do dpkg-deb -x "$package" FOLDER; done
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from fontTools import subset

from bot.fonts import DEVANAGARI, FILES, FOLDER, JAPANESE, LATIN, MYANMAR

PACKAGES = {
    JAPANESE: "fonts-morisawa-bizud-gothic",
    LATIN: "fonts-dejavu-core",
    MYANMAR: "fonts-noto-core",
    DEVANAGARI: "fonts-noto-core",
}
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


def japanese() -> Iterable[int]:
    """Everything that Windows can write in Japanese (cp932: JIS X 0208 with ㈱, ①, 髙 and their like), and plain Latin."""
    found = set(range(0x20, 0x7F))
    for first in [*range(0x81, 0xA0), *range(0xE0, 0xFD)]:
        for second in range(0x40, 0xFD):
            try:
                found.add(ord(bytes([first, second]).decode("cp932")))
            except (UnicodeDecodeError, TypeError):
                continue
    return sorted(found)


def build(source: Path) -> None:
    """Write each subset, with every ligature and mark that its script needs, and its licence."""
    for family, name in FILES.items():
        found = next(source.rglob(name))
        options = subset.Options(layout_features=["*"], hinting=False, name_IDs=["*"], notdef_outline=True)
        font = subset.load_font(str(found), options)
        making = subset.Subsetter(options)
        making.populate(unicodes=letters(RANGES[family]) if family in RANGES else japanese())
        making.subset(font)
        subset.save_font(font, str(FOLDER / name), options)
        licence = source / "usr/share/doc" / PACKAGES[family] / "copyright"
        shutil.copyfile(licence, FOLDER / f"LICENCE-{Path(name).stem}.txt")


if __name__ == "__main__":
    build(Path(sys.argv[1]))
