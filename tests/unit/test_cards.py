"""Cards to hand out: they say who asks and what never happens, and every letter of every language is there."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from bot import fonts
from bot.commands.cards import Card, Part, as_html, write
from bot.text import cards as words
from bot.text.catalog import translate
from surveys.model import Message

SAID = {
    "en": "This card is from Mori Aiko, your consultant. It never asks for money.",
    "ja": "担当者の髙﨑さんからのカードです。㈱丸山製作所①からではありません。",
    "ja@simple": "お金（かね）のことは、ぜったいに聞（き）きません。",
    "vi": "Thẻ này là của tư vấn viên Nguyễn Thị Hồng Nhung, không phải của công ty.",
    "my": "ဤကတ်သည် အေဂျင်စီမှ ဖြစ်ပြီး ကုမ္ပဏီမှ မဟုတ်ပါ။ ငွေကြေး၊ စကားဝှက် မတောင်းပါ။",
    "ne": "यो कार्ड एजेन्सीबाट हो, कम्पनीबाट होइन। यसले कहिल्यै पैसा वा पासवर्ड माग्दैन।",
    "zh_Hans": "这张卡片来自派遣公司，不是来自雇主。它绝不会要钱、密码或证件照片。请用手机扫描——张琪、刘婷",
    "id": "Kartu ini dari agensi, bukan dari perusahaan.",
    "fil": "Ang kard na ito ay mula sa ahensiya, hindi sa kompanya.",
}


def card(*locales: str) -> Card:
    parts = tuple(Part(locale, SAID[locale][:20], (SAID[locale],), SAID[locale], SAID[locale]) for locale in locales)
    return Card("NGUYỄN <AN> & 髙﨑", parts, "https://t.me/checkin_bot?start=abc", "abc")


SENTENCES = [one for one in vars(words).values() if isinstance(one, Message)]


@pytest.mark.parametrize("locale", SAID)
def test_every_letter_of_a_language_is_in_its_fonts(locale: str) -> None:
    letters = set[int]()
    for family in fonts.families(locale):
        with TTFont(fonts.path(family)) as font:
            letters |= set(font.getBestCmap())
    values = {"consultant": "森", "company": "㈱髙﨑", "day": "2026"}
    said = SAID[locale] + "".join(translate(one, locale, "hire", **values) for one in SENTENCES)
    assert {sign for sign in said if ord(sign) not in letters} == set()


def test_a_language_is_set_in_its_own_face() -> None:
    first = {locale: fonts.families(locale)[0] for locale in SAID}
    assert first["ja@simple"] == fonts.JAPANESE
    assert first["my"] == fonts.MYANMAR
    assert first["ne"] == fonts.DEVANAGARI
    assert first["zh_Hans"] == fonts.CHINESE, "many of its letters are Japanese ones in another shape"
    assert first["vi"] == first["en"] == fonts.LATIN


@pytest.mark.parametrize("family", fonts.FILES)
def test_each_font_has_its_licence_beside_it(family: str) -> None:
    licence = fonts.FOLDER / f"LICENCE-{fonts.path(family).stem}.txt"
    assert re.search("OPEN FONT LICENSE|Bitstream Vera", licence.read_text("utf-8"), re.IGNORECASE)


def test_a_language_is_named_as_a_browser_knows_it() -> None:
    assert 'lang="zh-Hans"' in as_html([card("zh_Hans")])
    assert 'lang="ja"' in as_html([card("ja@simple")])


def test_names_are_escaped_and_nothing_is_fetched_from_elsewhere() -> None:
    page = as_html([card("vi", "ja")], embedded=True)
    assert "NGUYỄN &lt;AN&gt; &amp; 髙﨑" in page
    assert set(re.findall(r"(?:src|href)\s*[=:]\s*[\"']?(?:url\(\")?(\w+)", page)) <= {"file"}
    assert "<svg" in page


def test_a_page_of_cards_is_a_pdf_with_its_fonts_inside(tmp_path: Path) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from weasyprint import HTML
    except (ImportError, OSError):
        pytest.skip("WeasyPrint needs Pango: apt install libpango-1.0-0 libpangoft2-1.0-0")
    cards = [card("en", "ja"), card("my", "ne"), card("vi", "ja@simple"), card("zh_Hans", "ja")]
    assert write(cards[:1], tmp_path / "cards.pdf").read_bytes().startswith(b"%PDF")
    page = HTML(string=as_html(cards, embedded=True)).write_pdf(uncompressed_pdf=True)
    assert len(re.findall(rb"/Type /Page\b", page)) == 2, "two cards on a sheet"
    assert b"Myanmar" in page
    assert b"Devanagari" in page
    assert b"CJK-SC" in page


def test_without_the_part_that_makes_pdf_there_is_html(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "weasyprint", None)
    file = write([card("my")], tmp_path / "cards.pdf")
    assert file == tmp_path / "cards.html"
    assert SAID["my"] in file.read_text("utf-8")
