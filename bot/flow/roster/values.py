"""What people write into the cells of a roster, and what it means: pure parsers, one for each kind of column.

A parser takes a cell that is not empty and gives its value, or raises :class:`ValueFault`. No sentence stands here.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
import zoneinfo
from collections.abc import Callable
from functools import lru_cache

from bot.flow.roster.cells import Cell, ValueFault, as_text, parse_plain, parse_text
from bot.flow.roster.columns import Kind
from bot.flow.roster.dates import parse_closures, parse_date, parse_weekdays
from bot.text.catalog import ALIASES, KNOWN_LOCALES


@lru_cache(maxsize=10_000)
def name_key(name: str) -> str:
    """A name as names are compared: NFKC, case folded, every run of spaces as one."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


_LEGAL_FORMS = re.compile(
    r"株式会社|有限会社|合同会社|合資会社|合名会社|社会福祉法人|医療法人|一般社団法人|\((?:株|有|同|資|名|福|医|一社)\)"
    r"|\b(?:co\.?\s*,?\s*ltd|company|limited|ltd|inc|incorporated|corp|corporation|llc|k\.?\s?k|g\.?\s?k)\b\.?"
)
# Forms of one character that people use for each other in names; NFKC keeps them apart.
_OLD_AND_NEW = (
    "髙高 﨑崎 碕崎 澤沢 齋斉 齊斉 斎斉 濵浜 濱浜 邉辺 邊辺 嶋島 嶌島 德徳 廣広 條条 櫻桜 國国 眞真 惠恵 榮栄 會会"
)
_VARIANTS = {ord(pair[0]): pair[1] for pair in _OLD_AND_NEW.split()}


def company_key(name: str) -> str:
    """A company's name without its legal form, spaces, punctuation and old forms of characters.

    Two names with one key are probably one company; only a person can say so.
    """
    bare = _LEGAL_FORMS.sub(" ", name_key(name)).translate(_VARIANTS)
    letters = "".join(c for c in bare if unicodedata.category(c)[0] in "LMN")
    return letters or name_key(name)


def parse_id(cell: Cell) -> str:
    """A key such as 0012 or A-7: a text whose full-width characters become plain ones."""
    return parse_plain(cell)


def _language_key(text: str) -> str:
    bare = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    return re.sub(r"[\s_\-()\u0300-\u036f]+", "", bare)


_LANGUAGE_NAMES = {
    "en": "English, 英語, eng",
    "ja": "Japanese, 日本語, jp, jpn, Nihongo",
    "ja@simple": "Plain Japanese, Easy Japanese, Simple Japanese, Japanese (plain), Japanese (easy), Japanese (simple), "
    "やさしい日本語, 優しい日本語, 易しい日本語, "
    "日本語(やさしい), にほんご",
    "vi": "Vietnamese, ベトナム語, ヴェトナム語, vn, vie",
    "zh_Hans": "zh, zh-CN, zh-Hans-CN, cn, Chinese, Simplified Chinese, Chinese (Simplified), Mandarin, 中国語, "
    "中国語(簡体字), 中国語(簡体), 簡体字, 中文, 简体中文, 汉语, 普通话",
    "id": "Indonesian, インドネシア語, Indonesia, ind",
    "ne": "Nepali, Nepalese, ネパール語, np, nep",
    "my": "Burmese, Myanmar, ミャンマー語, ビルマ語, မြန်မာဘာသာ, မြန်မာစာ, mm, mya",
    "fil": "Filipino, Tagalog, タガログ語, フィリピノ語, フィリピン語, tl, tl-PH, fil-PH, Wikang Filipino",
}
_LANGUAGES = (
    {_language_key(name): code for code, names in _LANGUAGE_NAMES.items() for name in names.split(",")}
    | {_language_key(name): code for code, name in KNOWN_LOCALES.items()}
    | {_language_key(alias): code for alias, code in ALIASES.items()}
    | {_language_key(code): code for code in KNOWN_LOCALES}
    | {_language_key(tag): tag[:2] for tag in ("en-US", "en-GB", "ja-JP", "vi-VN", "id-ID", "ne-NP", "my-MM")}
)


def parse_languages(cell: Cell) -> tuple[str, ...]:
    """Locales in the order written, without repetition, from codes (``vi,ja@simple``) or names (ベトナム語,
    Tiếng Việt). Raises ``language_misspelt`` with the nearest locale, or ``language_unknown`` with all of them.
    """
    found: dict[str, None] = {}
    for part in re.split(r"[,、/;・|&+]+|\band\b|と|および|及び", parse_plain(cell)):
        words = part.split()
        while words:
            # The longest run of words that is a language, because names such as "Tiếng Việt" have a space in them.
            for length in range(min(len(words), 4), 0, -1):
                locale = _LANGUAGES.get(_language_key(" ".join(words[:length])))
                if locale is not None:
                    found[locale] = None
                    words = words[length:]
                    break
            else:
                raise _unknown_language(part.strip())
    if not found:
        raise _unknown_language(as_text(cell))
    return tuple(found)


def _unknown_language(text: str) -> ValueFault:
    near = difflib.get_close_matches(_language_key(text), _LANGUAGES, n=1, cutoff=0.7)
    if near:
        return ValueFault("language_misspelt", text, nearest=_LANGUAGES[near[0]])
    return ValueFault("language_unknown", text, known=", ".join(KNOWN_LOCALES))


_CHANNELS = {"slack": "slack", "スラック": "slack", "telegram": "telegram", "テレグラム": "telegram"}
_RESERVED_CHANNELS = {"email": "email", "e-mail": "email", "mail": "email", "メール": "email"}
_RESERVED_CHANNELS |= {"link": "link", "リンク": "link"}


def parse_channel(cell: Cell) -> str:
    """``slack`` or ``telegram``. Raises ``channel_reserved`` for ``email`` and ``link``, else ``channel_unknown``."""
    text = parse_plain(cell)
    key = text.casefold()
    if key in _CHANNELS:
        return _CHANNELS[key]
    raise ValueFault("channel_reserved" if key in _RESERVED_CHANNELS else "channel_unknown", text)


_EMAIL = re.compile(r"[^\s@,;:<>()\[\]\"\\]{1,64}@(?:[\w-]+\.)+(?=[\w-]*[^\W\d_])[\w-]{2,}")


def parse_email(cell: Cell) -> str:
    """An e-mail address in lower case, also out of ``An <an@example.com>``. Only its form is checked: whether it exists, a
    message would tell."""
    text = parse_plain(cell).lower().removeprefix("mailto:")
    if named := re.fullmatch(r"[^<>@]*<([^<>]+)>", text):
        text = named[1].strip()
    if not _EMAIL.fullmatch(text) or len(text) > 254:
        raise ValueFault("email", as_text(cell)[:80])
    return text


def parse_phone(cell: Cell) -> str:
    """A telephone number as text. A number cell has lost the leading zero of a Japanese number: it is put back."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        digits = as_text(cell)
        return "0" + digits if re.fullmatch(r"[1-9]\d{8,9}", digits) else _phone(digits)
    return _phone(parse_plain(cell))


def _phone(text: str) -> str:
    if not re.fullmatch(r"\+?[\d\s().\-‐–−ー/]+(?:(?:内線|ext\.?|x|#)\s*\d{1,6})?", text) or not (
        5 <= sum(c.isdigit() for c in text) <= 22
    ):
        raise ValueFault("phone", text)
    return text


@lru_cache(maxsize=1)
def _timezones() -> dict[str, str]:
    names = {name.casefold(): name for name in zoneinfo.available_timezones() if name not in ("localtime", "Factory")}
    return names | dict.fromkeys(("jst", "日本", "日本時間", "東京", "tokyo"), "Asia/Tokyo")


def parse_timezone(cell: Cell) -> str:
    """The name of a time zone of the IANA database, such as Asia/Tokyo. Raises ``timezone`` with the nearest name."""
    text = parse_plain(cell)
    zones, key = _timezones(), text.casefold().replace(" ", "_")
    if key in zones:
        return zones[key]
    near = difflib.get_close_matches(key, zones, n=1, cutoff=0.6)
    raise ValueFault("timezone", text, nearest=zones[near[0]] if near else "Asia/Tokyo")


_YES = frozenset(("はい", "yes", "y", "true", "1", "○", "◯", "〇", "◎", "有", "あり", "する", "出勤", "営業", "✓", "✔"))
_NO = frozenset(("いいえ", "no", "n", "false", "0", "×", "✕", "✖", "✗", "無", "なし", "しない", "休み", "休業"))


def parse_yes_no(cell: Cell) -> bool:
    """True for はい, ○, yes, TRUE …, False for いいえ, ×, no, FALSE … A bare x is refused: it means either."""
    text = parse_plain(cell).casefold()
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise ValueFault("yes_no", parse_plain(cell))


def parse_turnover(cell: Cell) -> float:
    """The share of people who leave a company in a year: 15%, 0.15, １５％ and 15 are all 0.15."""
    text = parse_plain(cell)
    number = re.fullmatch(r"(\d{1,4}(?:\.\d+)?(?:e-\d+)?)\s*(%|パーセント)?", text)
    if number is None:
        raise ValueFault("turnover", text)
    share = float(number[1])
    # A plain number from 2 on can only be meant in per cent; what lies between 1 and 2 can mean either.
    if number[2] or share >= 2:
        share /= 100
    if share > 1 or (share == 1 and not number[2]):
        raise ValueFault("turnover", text)
    return round(share, 6)


PARSERS: dict[Kind, Callable[[Cell], object]] = {
    Kind.ID: parse_id,
    Kind.TEXT: parse_text,
    Kind.DATE: parse_date,
    Kind.LANGUAGES: parse_languages,
    Kind.CHANNEL: parse_channel,
    Kind.EMAIL: parse_email,
    Kind.PHONE: parse_phone,
    Kind.TIMEZONE: parse_timezone,
    Kind.WEEKDAYS: parse_weekdays,
    Kind.YES_NO: parse_yes_no,
    Kind.CLOSURES: parse_closures,
    Kind.TURNOVER: parse_turnover,
}
"""The parser of each kind of column."""
