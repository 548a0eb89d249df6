"""The columns of a roster and how a heading is recognised. Names and Japanese headings are part of the interface."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Kind(StrEnum):
    """What stands in a column, and so which parser of ``values.py`` reads it."""

    ID = "id"
    TEXT = "text"
    DATE = "date"
    LANGUAGES = "languages"
    CHANNEL = "channel"
    EMAIL = "email"
    PHONE = "phone"
    TIMEZONE = "timezone"
    WEEKDAYS = "weekdays"
    YES_NO = "yes_no"
    CLOSURES = "closures"
    TURNOVER = "turnover"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name (the English heading), its Japanese heading, what stands in it and whether it must."""

    name: str
    heading: str
    kind: Kind
    required: bool = False


ROSTER_COLUMNS = (
    Column("placement_id", "管理番号", Kind.ID),
    Column("company", "会社名", Kind.TEXT, required=True),
    Column("hire_name", "氏名", Kind.TEXT, required=True),
    Column("hire_email", "メール", Kind.EMAIL),
    Column("hire_languages", "言語", Kind.LANGUAGES, required=True),
    Column("hire_channel", "連絡手段", Kind.CHANNEL, required=True),
    Column("hire_id", "本人番号", Kind.ID),
    Column("hire_call_name", "呼び名", Kind.TEXT),
    Column("hire_phone", "電話", Kind.PHONE),
    Column("manager_name", "上司氏名", Kind.TEXT, required=True),
    Column("manager_email", "上司メール", Kind.EMAIL),
    Column("manager_languages", "上司言語", Kind.LANGUAGES, required=True),
    Column("manager_channel", "上司連絡手段", Kind.CHANNEL, required=True),
    Column("consultant_name", "担当者", Kind.TEXT, required=True),
    Column("consultant_email", "担当者メール", Kind.EMAIL),
    Column("consultant_languages", "担当者言語", Kind.LANGUAGES),
    Column("consultant_channel", "担当者連絡手段", Kind.CHANNEL),
    Column("consultant_phone", "担当者電話", Kind.PHONE),
    Column("lead_name", "責任者", Kind.TEXT),
    Column("lead_email", "責任者メール", Kind.EMAIL),
    Column("lead_languages", "責任者言語", Kind.LANGUAGES),
    Column("lead_channel", "責任者連絡手段", Kind.CHANNEL),
    Column("start_date", "入社日", Kind.DATE, required=True),
    Column("job_title", "職種", Kind.TEXT),
    Column("residence_status", "在留資格", Kind.TEXT),
    Column("residence_expires", "在留期限", Kind.DATE),
    Column("contract_ends", "契約期限", Kind.DATE),
    Column("leave_from", "休暇開始", Kind.DATE),
    Column("leave_to", "休暇終了", Kind.DATE),
    Column("timezone", "タイムゾーン", Kind.TIMEZONE),
)
"""The columns of the roster sheet, in the order in which they are written."""

COMPANY_COLUMNS = (
    Column("company", "会社名", Kind.TEXT, required=True),
    Column("industry", "業種", Kind.TEXT),
    Column("working_weekdays", "勤務曜日", Kind.WEEKDAYS),
    Column("works_on_public_holidays", "祝日勤務", Kind.YES_NO),
    Column("closures", "休業期間", Kind.CLOSURES),
    Column("yearly_turnover", "年間離職率", Kind.TURNOVER),
)
"""The columns of the optional sheet ``Companies`` (会社)."""

COMPANY_SHEET_NAMES = ("companies", "会社")

# A heading is often split over two rows: 上司 above 氏名, メール and 言語. These words are what may stand above.
_GROUPS = {
    "本人": "hire",
    "hire": "hire",
    "上司": "manager",
    "manager": "manager",
    "担当者": "consultant",
    "consultant": "consultant",
    "責任者": "lead",
    "lead": "lead",
}

# What people add to a heading without changing what it means.
_QUALIFIERS = frozenset({"任意", "必須", "required", "optional"})

_IGNORED = re.compile(r"[\s_\-()\[\]【】「」*※:]+")


def heading_key(text: str) -> str:
    """A heading as it is compared: NFKC, case folded, without spaces, line breaks, brackets, hyphens and marks."""
    return _IGNORED.sub("", unicodedata.normalize("NFKC", text).casefold())


def _keys(columns: Iterable[Column]) -> dict[str, Column]:
    return {heading_key(spelling): column for column in columns for spelling in (column.name, column.heading)}


_ROSTER_KEYS = _keys(ROSTER_COLUMNS)
_COMPANY_KEYS = _keys(COMPANY_COLUMNS)
# Under 担当者 and 責任者 a person's name has its own heading, which the one-row form does not need.
_ROSTER_KEYS_IN_GROUP = _ROSTER_KEYS | {
    heading_key("担当者氏名"): _ROSTER_KEYS[heading_key("担当者")],
    heading_key("責任者氏名"): _ROSTER_KEYS[heading_key("責任者")],
}


def match_roster(text: str, group: str = "") -> Column | None:
    """The roster column that this heading names, or None. ``group`` is what stands above it (上司, Manager), or ''."""
    above = heading_key(group)
    if above in _GROUPS:
        column = _ROSTER_KEYS_IN_GROUP.get(above + heading_key(text))
        if column is not None:
            return column
        # Under 本人 or Hire the plain headings mean the hire; under another group they would name the wrong person.
        plain = _match(text, _ROSTER_KEYS)
        return plain if _GROUPS[above] == "hire" or (plain and not plain.name.startswith("hire_")) else None
    return _match(text, _ROSTER_KEYS)


def match_company(text: str) -> Column | None:
    """The column of the Companies sheet that this heading names, or None."""
    return _match(text, _COMPANY_KEYS)


def is_group(text: str) -> bool:
    """True for a word that may stand above several headings and says whose they are."""
    return heading_key(text) in _GROUPS


def _match(text: str, keys: dict[str, Column]) -> Column | None:
    """A heading matches whole, or where each of its lines does: the template writes both languages into one cell."""
    whole = keys.get(heading_key(text))
    if whole is not None:
        return whole
    parts = [heading_key(part) for part in re.split(r"[\n/()]", unicodedata.normalize("NFKC", text))]
    named = {part for part in parts if part and part not in _QUALIFIERS}
    found = {keys[part].name: keys[part] for part in named if part in keys}
    return next(iter(found.values())) if len(found) == 1 and named <= keys.keys() else None


def nearest_heading(text: str, columns: Iterable[Column]) -> str | None:
    """The known heading that looks most like this one, in the language in which it was written, or None."""
    spellings = {heading_key(s): s for column in columns for s in (column.name, column.heading)}
    found = difflib.get_close_matches(heading_key(text), spellings, n=1, cutoff=0.55)
    return spellings[found[0]] if found else None


EXAMPLE_ID = "EXAMPLE"
"""The key of the template's example row."""

EXAMPLE_ROW: dict[str, object] = {
    "placement_id": EXAMPLE_ID,
    "company": "株式会社サンプル食品",
    "hire_name": "NGUYEN VAN AN",
    "hire_email": "an@example.com",
    "hire_languages": ("vi", "ja@simple"),
    "hire_channel": "telegram",
    "hire_id": "H-001",
    "hire_call_name": "アンさん",
    "hire_phone": "090-0000-0000",
    "manager_name": "鈴木 一郎",
    "manager_email": "suzuki@example.com",
    "manager_languages": ("ja",),
    "manager_channel": "slack",
    "consultant_name": "佐藤 花子",
    "consultant_email": "sato@example.com",
    "consultant_languages": ("ja", "en"),
    "consultant_channel": "slack",
    "consultant_phone": "03-0000-0000",
    "lead_name": "田中 実",
    "lead_email": "tanaka@example.com",
    "lead_languages": ("ja",),
    "lead_channel": "slack",
    "start_date": date(2026, 4, 1),
    "job_title": "食品製造",
    "residence_status": "特定技能1号",
    "residence_expires": date(2027, 3, 31),
    "contract_ends": date(2027, 3, 31),
    "timezone": "Asia/Tokyo",
}
"""The values of the template's example row: a row that still says all of this is skipped."""

EXAMPLE_COMPANY: dict[str, object] = {
    "company": "株式会社サンプル食品",
    "industry": "食品製造",
    "working_weekdays": (0, 1, 2, 3, 4),
    "works_on_public_holidays": False,
    "closures": ("12-29..01-03", "08-13..08-16"),
    "yearly_turnover": 0.15,
}
"""The example row of the template's second sheet."""
