"""Agency: who works there, by the roster and by the settings together, and who stands in for whom.

The roster and ``[[staff]]``, or ``[companies."X"]``, may name the same people and companies. What only one of them says holds;
where both say something and it differs, that is an error which names both (docs/interfaces.md, "Configuration").
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session

from bot.app import App
from bot.calendars import parse_closures
from bot.flow.roster.dates import WEEKDAY_NAMES
from bot.flow.roster.values import name_key
from bot.refusal import Refusal
from bot.settings import Settings, SettingsRefusal
from bot.settings.model import Staff
from store import facts
from store.queries import people, staff

Found = staff.Staff


def enrol(app: App, tx: Session, now: datetime) -> None:
    """Store whom the settings name and what they add to whom the roster names; whom neither names any more has gone.

    Safe to call at any time. Raises SettingsRefusal with every contradiction between roster and settings.
    """
    refuse_contradictions(app.settings, tx)
    known = staff.everybody(tx)
    named = {}
    for one in app.settings.staff:
        found = _found(known, one)
        if found is None:
            staff.add(tx, identity=_identity(one.email, one.name), **_added(app.settings, one))
            continue
        named[found.id] = found
        _complete(tx, one, found)
    for found in known:
        if found.id not in named and "name" in found.from_settings and not found.named and not found.gone:
            staff.go(tx, found.id, now)


def refuse_contradictions(settings: Settings, tx: Session) -> None:
    """Raises SettingsRefusal with everything that the roster and the settings say differently."""
    faults = [*_about_staff(settings, staff.everybody(tx)), *_about_companies(settings, staff.companies(tx))]
    if faults:
        raise SettingsRefusal(faults)


def is_away(app: App, person: facts.Person, day: date) -> bool:
    """True on the days on which others stand in for somebody of the agency (``away`` in ``[[staff]]``)."""
    own = next((one for one in app.settings.staff if _same(one, person.name, person.email)), None)
    return own is not None and any(
        closure.covers(day) for closure in parse_closures(", ".join(own.away) if own.away else "none")
    )


def back_on(app: App, person: facts.Person, day: date) -> date | None:
    """The first day from ``day`` on which they are not away; None where there is none within a year."""
    ahead = (day + timedelta(days=n) for n in range(366))
    return next((one for one in ahead if not is_away(app, person, one)), None)


def _same(one: Staff, name: str, email: str | None) -> bool:
    if one.email and email:
        return one.email.casefold() == email.casefold()
    return name_key(one.name) == name_key(name)


def _found(known: list[Found], one: Staff) -> Found | None:
    """Equal by e-mail, else by name, as in a roster (docs/interfaces.md, "Who is who")."""
    email = (one.email or "").casefold()
    by_email = [found for found in known if email and (found.email or "").casefold() == email]
    return next(iter(by_email), None) or next((found for found in known if _same(one, found.name, found.email)), None)


def _said(one: Staff) -> dict[str, Any]:
    """What an entry says, in the columns of a person; what it leaves out is not said."""
    said = {
        "name": one.name,
        "email": one.email and one.email.lower(),
        "phone": one.phone,
        "channel": one.channel,
        "languages": list(one.languages) or None,
        "role": one.role if "role" in one.model_fields_set else None,
    }
    return {name: value for name, value in said.items() if value is not None}


def _added(settings: Settings, one: Staff) -> dict[str, Any]:
    return {"role": one.role, "languages": list(settings.languages.default), **_said(one)}


def _identity(email: str | None, name: str) -> str:
    return f"staff:{email.lower() if email else name_key(name)}"


def _complete(tx: Session, one: Staff, found: Found) -> None:
    stored = {name: _stored(found, name) for name in _said(one)}
    news = {name: value for name, value in _said(one).items() if value != stored[name]}
    if "name" in news and "name" not in found.from_settings:
        del news["name"]  # Another spelling of the roster's name; the first one counts.
    if news:
        identity = (
            _identity(one.email or found.email, news.get("name", found.name)) if {"email", "name"} & {*news} else None
        )
        staff.change(tx, found.id, news, identity=identity)
    if found.gone:
        staff.come_back(tx, found.id)


def _stored(found: Found, name: str) -> Any:
    value = getattr(found, name)
    return list(value) if name == "languages" else value


def _about_staff(settings: Settings, known: list[Found]) -> Iterator[Refusal]:
    for number, one in enumerate(settings.staff, start=1):
        found = _found(known, one)
        if found is None:
            continue
        for name, said in _said(one).items():
            stored = _stored(found, name)
            if name == "role":
                # A roster names nobody's role but a lead's; who leads may look after cases too.
                differs, stored = found.leads and said != "lead", "lead"
            elif name == "name":
                differs = "name" not in found.from_settings and name_key(said) != name_key(found.name)
            else:
                differs = bool(stored) and name not in found.from_settings and stored != said
            if differs:
                yield Refusal(
                    "staff_contradiction",
                    where=f"[[staff]] {number}, {one.name}",
                    key=name,
                    said=_shown(name, said),
                    stored=_shown(name, stored),
                )


def _about_companies(settings: Settings, known: list[staff.CompanySaid]) -> Iterator[Refusal]:
    for company in known:
        own = settings.company(company.name)
        said: dict[str, Any] = {"yearly_turnover": own.yearly_turnover}
        said |= {f"calendar.{name}": getattr(own.calendar, name) for name in own.calendar.model_fields_set}
        for key, value in said.items():
            stored = getattr(company, key.rpartition(".")[2], None)
            if value is not None and stored is not None and _comparable(key, value) != _comparable(key, stored):
                yield Refusal(
                    "company_contradiction",
                    where=f'[companies."{company.name}"]',
                    key=key,
                    said=_shown(key, value),
                    stored=_shown(key, stored),
                )


def _comparable(key: str, value: Any) -> Any:
    return frozenset(parse_closures(", ".join(value) or "none")) if key == "calendar.closures" else value


def _shown(key: str, value: Any) -> str:
    if key == "calendar.working_weekdays":
        return ",".join(WEEKDAY_NAMES[day] for day in value)
    return ", ".join(value) or "none" if isinstance(value, list | tuple) else str(value)


def stand_ins(app: App, tx: Session, placement: facts.Placement, day: date) -> list[facts.Person]:
    """Who is told instead of a consultant who is away that day: the lead of the case, leads, or all other consultants, as
    far as they are there; nobody where all are away, so that the consultant is told after all."""
    if not is_away(app, placement.consultant, day):
        return []
    return [person for person in next_in_line(app, tx, placement, "lead", day) if not is_away(app, person, day)]


def next_in_line(
    app: App, tx: Session, placement: facts.Placement, to: str, day: date | None = None
) -> list[facts.Person]:
    """Who is told when the consultant does not act: who ``[alerts]`` says is on call, else the placement's lead, the
    lead of ``[alerts]``, all leads, or all other consultants; never an admin, who may not read answers. Whoever is away on
    that ``day`` is passed over, unless all are."""
    named, consultant = app.settings.alerts, placement.consultant.id
    others = [person for person in people.staff(tx) if person.role != "admin" and person.id != consultant]
    others = [person for person in others if day is None or not is_away(app, person, day)] or others
    here = {person.id for person in others}

    def called(name: str | None) -> list[facts.Person]:
        return [person for person in people.staff_named(tx, name) if person.id in here] if name else []

    on_call = called(named.on_call) if to == "on_call" else []
    lead = [placement.lead] if placement.lead and placement.lead.id in here else called(named.lead)
    leads = [person for person in others if person.role == "lead"]
    return on_call or lead or leads or others
