"""Whether what the settings name is there: languages, the rules of the risk, the country of the holidays."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bot.calendars import public_holidays
from bot.clock import real_now
from bot.commands.doctor.finding import Doctor, Finding
from bot.settings import Settings
from bot.text.catalog import ALIASES, KNOWN_LOCALES
from risk.rules import load as load_rules


def languages(doctor: Doctor, settings: Settings) -> Finding:
    """Whether every language of the settings is known."""
    named = [*settings.languages.default, *(tag for one in settings.staff for tag in one.languages)]
    unknown = list(dict.fromkeys(tag for tag in named if ALIASES.get(tag, tag) not in KNOWN_LOCALES))
    if not unknown:
        return doctor.fine("languages.ok")
    return doctor.finds("attention", "languages.unknown", names=", ".join(unknown), known=", ".join(KNOWN_LOCALES))


def rules_and_calendar(doctor: Doctor, settings: Settings) -> Iterator[Finding]:
    """Whether the rules of the risk can be read, and the country is one whose public holidays are known."""
    year = real_now().year
    checks: dict[str, Callable[[], object]] = {
        "rules": lambda: load_rules(settings.risk.path),
        "calendar": lambda: public_holidays(settings.calendar.country, (year,)),
    }
    for name, check in checks.items():
        try:
            check()
        except Exception as fault:
            yield from doctor.fails(name, fault)
