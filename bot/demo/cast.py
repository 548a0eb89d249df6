"""The invented people of the rehearsal, and what happens to them. Companies, names and stories are made up."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from random import Random

from bot.flow.roster.model import CompanyRow, Roster, RosterRow

AGENCY = {
    "mori": ("Mori Aiko", "mori@hashi.example", "en"),
    "tanaka": ("Tanaka Jun", "tanaka@hashi.example", "ja"),
}
LEAD = ("Hara Yuko", "hara@hashi.example")
COMPANIES = (
    CompanyRow(row=2, company="さくら食品株式会社", yearly_turnover=0.15),
    CompanyRow(row=3, company="北斗精工株式会社", yearly_turnover=0.12),
    CompanyRow(row=4, company="みどり介護サービス", yearly_turnover=0.18),
    CompanyRow(row=5, company="海辺旅館", working_weekdays=(0, 3, 4, 5, 6), works_on_public_holidays=True),
)
MANAGERS = {
    "sato": ("佐藤 健二", "sato@sakura.example", 0),
    "ito": ("伊藤 美和", "ito@sakura.example", 0),
    "kudo": ("工藤 誠", "kudo@hokuto.example", 1),
    "ono": ("小野 由美", "ono@midori.example", 2),
    "abe": ("阿部 一郎", "abe@umibe.example", 3),
}


@dataclass(frozen=True, slots=True)
class Hire:
    """A hire of the rehearsal. ``means`` maps a driver to the usual answer (1-5, 3.9 if not named); ``turns`` maps a driver
    to (from month on, new usual answer); ``silent_from`` is the month from which nothing is answered any more."""

    key: str
    name: str
    call_name: str
    languages: tuple[str, ...]
    manager: str
    consultant: str
    start: date
    job: str
    means: dict[str, float] = field(default_factory=dict)
    turns: dict[str, tuple[int, float]] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    words: dict[int, str] = field(default_factory=dict)
    silent_from: int | None = None


HIRES = (
    Hire(
        "S-101",
        "Nguyen Thi Hoa",
        "Hoa",
        ("en", "ja@simple"),
        "sato",
        "mori",
        date(2026, 3, 2),
        "食品製造",
        turns={"supervisor": (3, 1.5), "intention": (3, 2.0), "overall": (3, 2.0), "keep": (4, 3.0)},
        reasons={"supervisor": "does_not_explain", "intention": "supervisor", "overall": "people"},
        words={3: "My boss talks very fast and is angry when I ask again. I do not know what I did wrong."},
    ),
    Hire("S-102", "Gurung Binod", "Binod", ("en",), "sato", "mori", date(2026, 3, 16), "食品製造"),
    Hire("S-103", "Siti Rahma", "Siti", ("en", "ja"), "ito", "mori", date(2026, 4, 1), "品質管理", means={"pay": 3.1}),
    Hire("S-104", "Aung Kyaw Min", "Min", ("ja@simple",), "ito", "mori", date(2026, 4, 13), "食品製造"),
    Hire("H-201", "Tran Van Duc", "Duc", ("en", "ja@simple"), "kudo", "tanaka", date(2026, 2, 16), "旋盤"),
    Hire(
        "H-202",
        "Rajesh Thapa",
        "Rajesh",
        ("en",),
        "kudo",
        "tanaka",
        date(2026, 3, 2),
        "溶接",
        silent_from=3,
    ),
    Hire("H-203", "Pham Quoc Bao", "Bao", ("ja@simple", "en"), "kudo", "tanaka", date(2026, 4, 20), "検査"),
    Hire(
        "M-301",
        "Maria Santos",
        "Maria",
        ("en",),
        "ono",
        "mori",
        date(2026, 3, 9),
        "介護",
        turns={"pay": (3, 2.0), "intention": (5, 1.0), "overall": (5, 2.2)},
        reasons={"intention": "offer", "pay": "other"},
    ),
    Hire("M-302", "Dewi Lestari", "Dewi", ("en", "ja@simple"), "ono", "mori", date(2026, 4, 1), "介護"),
    Hire("M-303", "Khin Su Su", "Su Su", ("ja@simple",), "ono", "tanaka", date(2026, 5, 11), "介護"),
    Hire("U-401", "Li Na", "Na", ("ja", "en"), "abe", "tanaka", date(2026, 3, 23), "接客", means={"hours": 3.0}),
    Hire("U-402", "Bikash Rai", "Bikash", ("en",), "abe", "tanaka", date(2026, 4, 6), "調理", means={"promise": 2.9}),
)


def roster(language: str) -> Roster:
    """The agency's spreadsheet; ``language`` is that of its first consultant, whose messages the rehearsal shows."""
    rows = []
    for number, hire in enumerate(HIRES, start=2):
        manager_name, manager_email, company = MANAGERS[hire.manager]
        name, email, own = AGENCY[hire.consultant]
        rows.append(
            RosterRow(
                row=number,
                placement_id=hire.key,
                company=COMPANIES[company].company,
                hire_name=hire.name,
                hire_call_name=hire.call_name,
                hire_email=f"{hire.key.lower()}@hire.example",
                hire_languages=hire.languages,
                hire_channel="telegram",
                manager_name=manager_name,
                manager_email=manager_email,
                manager_languages=("ja", "en"),
                manager_channel="slack",
                consultant_name=name,
                consultant_email=email,
                consultant_languages=(language if hire.consultant == "mori" else own,),
                consultant_channel="slack",
                lead_name=LEAD[0],
                lead_email=LEAD[1],
                lead_languages=(language,),
                start_date=hire.start,
                job_title=hire.job,
            )
        )
    return Roster(sheet="demo", rows=tuple(rows), companies=COMPANIES)


def answer(hire: Hire, driver: str, month: int, *, points: int, helped: int | None, seed: int) -> int:
    """What this hire answers about a driver in a month, 1 … points. ``helped`` is the month in which somebody acted.

    The noise is that of a single answer a month (docs/risk.md); the same seed gives the same answers.
    """
    mean = hire.means.get(driver, 3.9)
    if driver in hire.turns and month >= hire.turns[driver][0]:
        mean = hire.turns[driver][1]
        if helped is not None and month > helped:
            mean = min(4.0, mean + 1.1 * (month - helped))
    if driver == "change":
        mean = 3.2
    noise = Random(f"{seed}:{hire.key}:{driver}:{month}").gauss(0, 0.45)
    return max(1, min(points, round(mean + noise)))
