"""Whether the database can be used, and what its contents lack: one check a subject, each by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlmodel import Session

from bot.clock import real_now
from bot.commands.doctor.finding import Doctor, Finding
from bot.flow import agency, hotlines, timekeeping
from bot.flow.roster.values import name_key
from bot.main import AGENCY_ZONE, surveys_of
from bot.platforms import uses_slack
from bot.settings import Settings
from bot.text.catalog import ALIASES, KNOWN_LOCALES, spoken
from risk.rules import load as load_rules
from store.errors import StoreError
from store.migrate import check as check_schema
from store.migrate import head
from store.queries import health, invitations, outcomes, people, staff, wordings
from store.session import Store, make_engine

CLOCKS_DIFFER = timedelta(minutes=2)
"""As far as clocks may be apart without anybody noticing."""
MOST_NAMED = 8


def database(doctor: Doctor, settings: Settings) -> list[Finding]:
    """The key, the database and what it holds."""
    found = []
    if not settings.secret_keys:
        found.append(doctor.finds("wrong", "key.missing"))
    try:
        engine = make_engine(settings.database_url.get_secret_value())
    except Exception as fault:
        return [*found, *doctor.fails("database", fault)]
    try:
        _refuse_to_make(engine.url.database if engine.url.get_backend_name() == "sqlite" else None)
        check_schema(engine)
        found.append(doctor.fine("database.ok", name=engine.dialect.name))
        found.append(doctor.fine("schema.ok", schema=head()))
    except Exception as fault:
        engine.dispose()
        return [*found, *doctor.fails("database", fault)]
    if not settings.secret_keys:
        engine.dispose()
        return found
    try:
        store = Store(engine, settings.secret_keys, readers=1)
    except Exception as fault:
        engine.dispose()
        return [*found, *doctor.fails("key", fault)]
    try:
        now = timekeeping.look(store, real_now)[0]()
        with store.read() as tx:
            return [*found, *_contents(doctor, settings, tx, now)]
    finally:
        store.close()


def _refuse_to_make(file: str | None) -> None:
    """SQLite makes a file that is not there; whoever only looks must leave nothing behind. Raises StoreError."""
    if file and file != ":memory:" and not Path(file).exists():
        raise StoreError("schema_missing")


def _contents(doctor: Doctor, settings: Settings, tx: Session, now: datetime) -> Iterator[Finding]:
    checks: tuple[tuple[str, Callable[[Doctor, Settings, Session], Iterator[Finding]]], ...] = (
        ("key", _key),
        ("roster", _roster),
        ("settings", _contradictions),
        ("surveys", _surveys),
        ("clock", _clock),
        ("zones", _zones),
        ("translations", _translations),
        ("lead", _leads),
        ("links", partial(_links, now=now)),
        ("platforms", partial(_platforms, now=now)),
        ("companies", _companies),
        ("calendars", _calendars),
        ("hotlines", partial(_hotlines, now=now)),
        ("learned", _learned),
    )
    for name, check in checks:
        try:
            yield from check(doctor, settings, tx)
        except Exception as fault:
            yield from doctor.fails(name, fault)


def _key(doctor: Doctor, settings: Settings, tx: Session) -> Iterator[Finding]:
    health.open_words(tx)
    yield doctor.fine("key.ok")


def _roster(doctor: Doctor, settings: Settings, tx: Session) -> Iterator[Finding]:
    count = health.count_placements(tx)
    yield doctor.fine("roster.ok", count=count) if count else doctor.finds("attention", "roster.empty")


def _contradictions(doctor: Doctor, settings: Settings, tx: Session) -> Iterator[Finding]:
    agency.refuse_contradictions(settings, tx)
    yield from ()


def _surveys(doctor: Doctor, settings: Settings, tx: Session) -> Iterator[Finding]:
    yield doctor.fine("surveys.ok", count=len(surveys_of(settings, wordings.known(tx))))


def _clock(doctor: Doctor, settings: Settings, tx: Session) -> Iterator[Finding]:
    """A clock that is slow would send everything late, and what a fast one did before stays undone until then."""
    now, known = real_now(), health.latest_known_time(tx)
    zone = ZoneInfo(AGENCY_ZONE) if _is_zone(AGENCY_ZONE) else UTC
    shown = now.astimezone(zone).isoformat(" ", "minutes")
    server = tx.get_bind().dialect.name == "postgresql"
    if known is not None and (known - now > CLOCKS_DIFFER or (server and now - known > CLOCKS_DIFFER)):
        yield doctor.finds("wrong", "clock.wrong", now=shown, known=known.astimezone(zone).isoformat(" ", "minutes"))
    else:
        yield doctor.fine("clock.ok", now=shown)


def _zones(doctor: Doctor, settings: Settings, tx: Session) -> Iterator[Finding]:
    names = sorted({AGENCY_ZONE, *health.zones(tx)})
    missing = [name for name in names if not _is_zone(name)]
    if missing:
        yield doctor.finds("wrong", "zones.missing", names=", ".join(missing))
    else:
        yield doctor.fine("zones.ok", names=", ".join(names))


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _translations(doctor: Doctor, settings: Settings, tx: Session) -> Iterator[Finding]:
    others = {
        name: n for name, n in health.first_languages(tx).items() if spoken(name, "hire") != ALIASES.get(name, name)
    }
    if others:
        names = ", ".join(KNOWN_LOCALES.get(name, name) for name in sorted(others))
        yield doctor.finds("attention", "translations.missing", names=names, count=sum(others.values()))


def _learned(doctor: Doctor, settings: Settings, tx: Session) -> Iterator[Finding]:
    """What was learned is in force with its own rules only: whoever changes them should know that it waits."""
    adopted, ours = outcomes.adopted(tx), load_rules(settings.risk.path).version
    if adopted and all(one.rules_version != ours for one in adopted):
        newest = adopted[0]
        yield doctor.finds("attention", "learned.waits", version=newest.version, theirs=newest.rules_version, ours=ours)


def _leads(doctor: Doctor, settings: Settings, tx: Session) -> Iterator[Finding]:
    named = {"lead": settings.alerts.lead, "on_call": settings.alerts.on_call}
    unknown = {key: name for key, name in named.items() if name and not _is_staff(settings, tx, name)}
    for key, name in unknown.items():
        yield doctor.finds("wrong", "lead.unknown", key=key, name=name)
    roles = {one.role for one in people.staff(tx)} | {one.role for one in settings.staff}
    if "lead" in roles or (named["lead"] and "lead" not in unknown):
        yield doctor.fine("lead.ok")
    elif health.count_placements(tx):
        yield doctor.finds("attention", "lead.missing")


def _is_staff(settings: Settings, tx: Session, wanted: str) -> bool:
    signs = {sign.casefold() for one in settings.staff for sign in (one.name, one.email) if sign}
    return wanted.casefold() in signs or bool(people.staff_named(tx, wanted))


def _links(doctor: Doctor, settings: Settings, tx: Session, *, now: datetime) -> Iterator[Finding]:
    known = invitations.invitees(tx, now.astimezone(ZoneInfo(AGENCY_ZONE)).date())
    missing = [one.person.kind for one in known if not one.linked and not one.left]
    if missing:
        kinds = {"hires": missing.count("hire"), "managers": missing.count("manager"), "staff": missing.count("staff")}
        yield doctor.finds("attention", "links.missing", **kinds)
    elif known:
        yield doctor.fine("links.ok")


def _platforms(doctor: Doctor, settings: Settings, tx: Session, *, now: datetime) -> Iterator[Finding]:
    """People who are to be asked where the service cannot be: no token is set for that platform."""
    known = invitations.invitees(tx, now.astimezone(ZoneInfo(AGENCY_ZONE)).date())
    wanted = Counter(one.channel for one in known if not one.left)
    ready = {"slack": uses_slack(settings), "telegram": settings.telegram_bot_token is not None}
    for name, is_ready in ready.items():
        if wanted[name] and not is_ready:
            yield doctor.finds("attention", f"platforms.{name}", count=wanted[name])


def _companies(doctor: Doctor, settings: Settings, tx: Session) -> Iterator[Finding]:
    """Companies of the settings that are written in another way than in the roster, so that nothing of it holds."""
    stored = {name_key(one.name): one.name for one in staff.companies(tx)}
    unknown = [name for name in settings.companies if name_key(name) not in stored]
    if unknown and stored:
        yield doctor.finds("attention", "companies.unknown", names=_some(unknown), known=_some(sorted(stored.values())))


def _calendars(doctor: Doctor, settings: Settings, tx: Session) -> Iterator[Finding]:
    names = [name for name in health.without_calendar(tx) if not settings.company(name).calendar.model_fields_set]
    if names:
        yield doctor.finds("attention", "calendars.missing", names=_some(names))
    elif health.count_placements(tx):
        yield doctor.fine("calendars.ok")


def _hotlines(doctor: Doctor, settings: Settings, tx: Session, *, now: datetime) -> Iterator[Finding]:
    """A number that nobody has compared for half a year is shown to nobody in need: only the official page is."""
    known, today = hotlines.known(tx), now.astimezone(ZoneInfo(AGENCY_ZONE)).date()
    if old := [one.id for one in known if one.is_stale(today)]:
        yield doctor.finds("wrong", "hotlines.old", names=", ".join(old), id=old[0])
    else:
        yield doctor.fine("hotlines.ok", count=len(known), day=min(one.verified_on for one in known).isoformat())


def _some(names: list[str]) -> str:
    return ", ".join(names[:MOST_NAMED]) + (f" … ({len(names)})" if len(names) > MOST_NAMED else "")
