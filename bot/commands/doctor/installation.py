"""Whether this installation is whole: catalogs, fonts, the calendar of occasions, and packages that are ours."""

from __future__ import annotations

import gettext
from collections.abc import Iterator
from datetime import timedelta
from importlib import metadata
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from bot import fonts as shipped_fonts
from bot.clock import real_now
from bot.commands.doctor.finding import Doctor, Finding
from bot.text.catalog import KNOWN_LOCALES, SHIPPED
from scheduler.occasions import shipped as shipped_calendar

OWN_PACKAGES = ("bot", "surveys", "scheduler", "risk", "store", "locales")
OWN_NAME = "teichaku"
FORESIGHT = timedelta(days=90)


def catalogs(doctor: Doctor) -> Iterator[Finding]:
    """Whether every shipped language is there, and was read by somebody whose language it is."""
    missing, unread = dict[str, None](), dict[str, None]()
    for domain, locales in SHIPPED.items():
        for locale in locales:
            if locale == "en":
                continue
            try:
                header = gettext.translation(domain, str(files("locales")), [locale]).info()
            except OSError:
                missing[KNOWN_LOCALES[locale]] = None
                continue
            if header.get("language-reviewed", "no ").startswith("no "):
                unread[KNOWN_LOCALES[locale]] = None
    if missing:
        yield doctor.finds("wrong", "catalogs.missing", names=", ".join(missing))
    if unread:
        yield doctor.finds("attention", "catalogs.unread", names=", ".join(unread))
    if not missing and not unread:
        yield doctor.fine("catalogs.ok")


def fonts(doctor: Doctor) -> Finding:
    """Without its font a language would be little boxes on cards and pictures."""
    missing = [name for family, name in shipped_fonts.FILES.items() if not shipped_fonts.path(family).is_file()]
    return doctor.finds("wrong", "fonts.missing", names=", ".join(missing)) if missing else doctor.fine("fonts.ok")


def occasions(doctor: Doctor) -> Finding:
    """Whether the dated occasions are known for long enough ahead."""
    until = shipped_calendar().known_until
    soon = real_now().date() + FORESIGHT
    if until < soon:
        return doctor.finds("attention", "occasions.old", day=until.isoformat())
    return doctor.fine("occasions.ok", day=until.isoformat())


def packages(doctor: Doctor) -> Finding:
    """The folders of this application are packages with everyday names (docs/adr/0001-folders-are-packages.md)."""
    root = Path(__file__).resolve().parents[3]
    foreign = [name for name in OWN_PACKAGES if not _stands_in(name, root)]
    if foreign:
        return doctor.finds("wrong", "packages.foreign", names=", ".join(foreign))
    owners = metadata.packages_distributions()
    shared = [f"{name} ({owner})" for name in OWN_PACKAGES for owner in sorted({*owners.get(name, ())} - {OWN_NAME})]
    if shared:
        return doctor.finds("attention", "packages.shared", names=", ".join(shared))
    return doctor.fine("packages.ok")


def _stands_in(name: str, root: Path) -> bool:
    found = find_spec(name)
    return found is not None and found.origin is not None and Path(found.origin).resolve().parent.parent == root
