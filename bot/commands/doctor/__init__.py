"""``teichaku doctor``: looks at everything that the service needs, and says in words what is missing and how to mend it.

Each check stands alone: what one of them finds does not keep the others from being made.
"""

from __future__ import annotations

from pathlib import Path

from rich.cells import cell_len

from bot.channels.terminal import plain
from bot.commands.doctor import installation, named, platforms, stored
from bot.commands.doctor.finding import Doctor, Finding
from bot.settings import load_settings
from bot.text import doctor as words
from bot.text.catalog import Voice

__all__ = ["Finding", "examine", "show"]


def examine(voice: Voice, config: Path | None = None) -> list[Finding]:
    """Every finding, in the order in which things build on each other. Raises nothing that a finding can say."""
    doctor = Doctor(voice)
    found: list[Finding] = []
    try:
        settings = load_settings(config)
    except Exception as fault:
        found += doctor.fails("settings", fault)
    else:
        found.append(doctor.fine("settings.ok"))
        found.append(named.languages(doctor, settings))
        found += named.rules_and_calendar(doctor, settings)
        found += platforms.telegram(doctor, settings)
        found += stored.database(doctor, settings)
        found += platforms.slack(doctor, settings)
    found += [
        *installation.catalogs(doctor),
        installation.fonts(doctor),
        installation.occasions(doctor),
        installation.packages(doctor),
    ]
    return found


def show(voice: Voice, findings: list[Finding]) -> None:
    """One line a finding, and how to mend it below."""
    marks = {mark: voice.one(message) for mark, message in words.MARKS.items()}
    width = max(map(cell_len, marks.values())) + 2
    for one in findings:
        mark = marks[one.mark]
        print(mark + " " * (width - cell_len(mark)) + plain(one.what))
        if one.remedy is not None:
            print(" " * width + plain(f"→ {one.remedy}"))
