"""``teichaku doctor``: looks at everything that the service needs, and says in words what is missing and how to mend it.

Each check stands alone: what one of them finds does not keep the others from being made.
"""

from __future__ import annotations

import asyncio
import gettext
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib import metadata
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rich.cells import cell_len
from sqlmodel import Session

from bot import fonts
from bot.calendars import public_holidays
from bot.channels.slack import check as slack
from bot.channels.telegram import telegram_name
from bot.channels.terminal import plain
from bot.clock import real_now
from bot.commands.explain import explain
from bot.flow import agency, hotlines, timekeeping
from bot.flow.roster.values import name_key
from bot.main import AGENCY_ZONE, surveys_of
from bot.messages import ListenError, SendError
from bot.platforms import uses_slack
from bot.settings import Settings, load_settings
from bot.text import doctor as words
from bot.text.catalog import ALIASES, KNOWN_LOCALES, SHIPPED, Voice, spoken
from risk.rules import load as load_rules
from scheduler.occasions import shipped as shipped_calendar
from store.errors import StoreError
from store.migrate import check as check_schema
from store.migrate import head
from store.queries import health, invitations, people, staff, wordings
from store.session import Store, make_engine
from surveys.model import Message

OWN_PACKAGES = ("bot", "surveys", "scheduler", "risk", "store", "locales")
OWN_NAME = "teichaku"
CLOCKS_DIFFER = timedelta(minutes=2)
"""As far as clocks may be apart without anybody noticing."""

FORESIGHT = timedelta(days=90)
MOST_NAMED = 8


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: ``mark`` is ok, attention or wrong; what is ok needs no remedy."""

    mark: str
    check: str
    what: str
    remedy: str | None = None

    def as_row(self) -> dict[str, str | None]:
        """The shape of ``doctor --json``."""
        return {"mark": self.mark, "check": self.check, "what": self.what, "remedy": self.remedy}


@dataclass(frozen=True, slots=True)
class _Doctor:
    """Words its findings in one language."""

    voice: Voice

    def fine(self, code: str, **values: str | int) -> Finding:
        return Finding("ok", code.partition(".")[0], self._say(words.WHAT[code], **values))

    def finds(self, mark: str, code: str, **values: str | int) -> Finding:
        what, remedy = self._say(words.WHAT[code], **values), self._say(words.REMEDY[code], **values)
        return Finding(mark, code.partition(".")[0], what, remedy)

    def fails(self, check: str, fault: Exception) -> list[Finding]:
        """A fault that has its own sentence, which says what to do as well."""
        return [Finding("wrong", check, one, self._say(words.AGAIN)) for one in explain(self.voice, fault)]

    def _say(self, message: Message, **values: str | int) -> str:
        return self.voice.one(message, **values)


def examine(voice: Voice, config: Path | None = None) -> list[Finding]:
    """Every finding, in the order in which things build on each other. Raises nothing that a finding can say."""
    doctor = _Doctor(voice)
    found: list[Finding] = []
    try:
        settings = load_settings(config)
    except Exception as fault:
        found += doctor.fails("settings", fault)
    else:
        found.append(doctor.fine("settings.ok"))
        found.append(_languages(doctor, settings))
        found += _files(doctor, settings)
        found += _telegram(doctor, settings)
        found += _database(doctor, settings)
        found += _slack(doctor, settings)
    found += [*_catalogs(doctor), _fonts(doctor), _occasions(doctor), _packages(doctor)]
    return found


def _files(doctor: _Doctor, settings: Settings) -> Iterator[Finding]:
    """What the settings only name: the rules of the risk, and the country whose public holidays count."""
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


def _telegram(doctor: _Doctor, settings: Settings) -> Iterator[Finding]:
    """What Telegram says of the token, where one is set."""
    if settings.telegram_bot_token is None:
        return
    if settings.telegram_webhook_secret is not None and settings.public_url is None:
        yield doctor.finds("attention", "telegram.half")
    asking = telegram_name(settings.telegram_bot_token.get_secret_value(), settings.telegram_api_url)
    try:
        yield doctor.fine("telegram.ok", name=asyncio.run(asking))
    except ListenError:
        yield doctor.finds("wrong", "telegram.token")
    except SendError:
        yield doctor.finds("attention", "telegram.silent")


def _database(doctor: _Doctor, settings: Settings) -> list[Finding]:
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


def _contents(doctor: _Doctor, settings: Settings, tx: Session, now: datetime) -> Iterator[Finding]:
    checks: tuple[tuple[str, Callable[[_Doctor, Settings, Session], Iterator[Finding]]], ...] = (
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
    )
    for name, check in checks:
        try:
            yield from check(doctor, settings, tx)
        except Exception as fault:
            yield from doctor.fails(name, fault)


def _key(doctor: _Doctor, settings: Settings, tx: Session) -> Iterator[Finding]:
    health.open_words(tx)
    yield doctor.fine("key.ok")


def _roster(doctor: _Doctor, settings: Settings, tx: Session) -> Iterator[Finding]:
    count = health.count_placements(tx)
    yield doctor.fine("roster.ok", count=count) if count else doctor.finds("attention", "roster.empty")


def _contradictions(doctor: _Doctor, settings: Settings, tx: Session) -> Iterator[Finding]:
    agency.refuse_contradictions(settings, tx)
    yield from ()


def _surveys(doctor: _Doctor, settings: Settings, tx: Session) -> Iterator[Finding]:
    yield doctor.fine("surveys.ok", count=len(surveys_of(settings, wordings.known(tx))))


def _clock(doctor: _Doctor, settings: Settings, tx: Session) -> Iterator[Finding]:
    """A clock that is slow would send everything late, and what a fast one did before stays undone until then."""
    now, known = real_now(), health.latest_known_time(tx)
    zone = ZoneInfo(AGENCY_ZONE) if _is_zone(AGENCY_ZONE) else UTC
    shown = now.astimezone(zone).isoformat(" ", "minutes")
    server = tx.get_bind().dialect.name == "postgresql"
    if known is not None and (known - now > CLOCKS_DIFFER or (server and now - known > CLOCKS_DIFFER)):
        yield doctor.finds("wrong", "clock.wrong", now=shown, known=known.astimezone(zone).isoformat(" ", "minutes"))
    else:
        yield doctor.fine("clock.ok", now=shown)


def _zones(doctor: _Doctor, settings: Settings, tx: Session) -> Iterator[Finding]:
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


def _translations(doctor: _Doctor, settings: Settings, tx: Session) -> Iterator[Finding]:
    others = {
        name: n for name, n in health.first_languages(tx).items() if spoken(name, "hire") != ALIASES.get(name, name)
    }
    if others:
        names = ", ".join(KNOWN_LOCALES.get(name, name) for name in sorted(others))
        yield doctor.finds("attention", "translations.missing", names=names, count=sum(others.values()))


def _leads(doctor: _Doctor, settings: Settings, tx: Session) -> Iterator[Finding]:
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


def _links(doctor: _Doctor, settings: Settings, tx: Session, *, now: datetime) -> Iterator[Finding]:
    known = invitations.invitees(tx, now.astimezone(ZoneInfo(AGENCY_ZONE)).date())
    missing = [one.person.kind for one in known if not one.linked and not one.left]
    if missing:
        kinds = {"hires": missing.count("hire"), "managers": missing.count("manager"), "staff": missing.count("staff")}
        yield doctor.finds("attention", "links.missing", **kinds)
    elif known:
        yield doctor.fine("links.ok")


def _platforms(doctor: _Doctor, settings: Settings, tx: Session, *, now: datetime) -> Iterator[Finding]:
    """People who are to be asked where the service cannot be: no token is set for that platform."""
    known = invitations.invitees(tx, now.astimezone(ZoneInfo(AGENCY_ZONE)).date())
    wanted = Counter(one.channel for one in known if not one.left)
    ready = {"slack": uses_slack(settings), "telegram": settings.telegram_bot_token is not None}
    for name, is_ready in ready.items():
        if wanted[name] and not is_ready:
            yield doctor.finds("attention", f"platforms.{name}", count=wanted[name])


def _companies(doctor: _Doctor, settings: Settings, tx: Session) -> Iterator[Finding]:
    """Companies of the settings that are written in another way than in the roster, so that nothing of it holds."""
    stored = {name_key(one.name): one.name for one in staff.companies(tx)}
    unknown = [name for name in settings.companies if name_key(name) not in stored]
    if unknown and stored:
        yield doctor.finds("attention", "companies.unknown", names=_some(unknown), known=_some(sorted(stored.values())))


def _calendars(doctor: _Doctor, settings: Settings, tx: Session) -> Iterator[Finding]:
    names = [name for name in health.without_calendar(tx) if not settings.company(name).calendar.model_fields_set]
    if names:
        yield doctor.finds("attention", "calendars.missing", names=_some(names))
    elif health.count_placements(tx):
        yield doctor.fine("calendars.ok")


def _hotlines(doctor: _Doctor, settings: Settings, tx: Session, *, now: datetime) -> Iterator[Finding]:
    """A number that nobody has compared for half a year is shown to nobody in need: only the official page is."""
    known, today = hotlines.known(tx), now.astimezone(ZoneInfo(AGENCY_ZONE)).date()
    if old := [one.id for one in known if one.is_stale(today)]:
        yield doctor.finds("wrong", "hotlines.old", names=", ".join(old), id=old[0])
    else:
        yield doctor.fine("hotlines.ok", count=len(known), day=min(one.verified_on for one in known).isoformat())


def _some(names: list[str]) -> str:
    return ", ".join(names[:MOST_NAMED]) + (f" … ({len(names)})" if len(names) > MOST_NAMED else "")


def _slack(doctor: _Doctor, settings: Settings) -> Iterator[Finding]:
    """Whether Slack takes the tokens, and grants what the app needs."""
    try:
        if not uses_slack(settings):
            return
        secrets = (settings.slack_bot_token, settings.slack_app_token)
        tokens = [None if one is None else one.get_secret_value() for one in secrets]
        examined = asyncio.run(slack.examine(settings.slack_api_url, *tokens))
    except Exception as fault:
        yield from doctor.fails("slack", fault)
        return
    for token, code in (("bot_token", examined.bot_token), ("app_token", examined.app_token)):
        if code is not None:
            yield doctor.finds("wrong", f"slack.{token}", said=code)
    if examined.missing:
        yield doctor.finds("wrong", "slack.scopes", names=", ".join(examined.missing))
    elif examined.bot_token is None and examined.app_token is None:
        yield doctor.fine("slack.ok", team=examined.team) if examined.team else doctor.fine("slack.many")


def _languages(doctor: _Doctor, settings: Settings) -> Finding:
    named = [*settings.languages.default, *(tag for one in settings.staff for tag in one.languages)]
    unknown = list(dict.fromkeys(tag for tag in named if ALIASES.get(tag, tag) not in KNOWN_LOCALES))
    if not unknown:
        return doctor.fine("languages.ok")
    return doctor.finds("attention", "languages.unknown", names=", ".join(unknown), known=", ".join(KNOWN_LOCALES))


def _catalogs(doctor: _Doctor) -> Iterator[Finding]:
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


def _fonts(doctor: _Doctor) -> Finding:
    """Without its font a language would be little boxes on cards and pictures."""
    missing = [name for family, name in fonts.FILES.items() if not fonts.path(family).is_file()]
    return doctor.finds("wrong", "fonts.missing", names=", ".join(missing)) if missing else doctor.fine("fonts.ok")


def _occasions(doctor: _Doctor) -> Finding:
    until = shipped_calendar().known_until
    soon = real_now().date() + FORESIGHT
    if until < soon:
        return doctor.finds("attention", "occasions.old", day=until.isoformat())
    return doctor.fine("occasions.ok", day=until.isoformat())


def _packages(doctor: _Doctor) -> Finding:
    """The folders of this application are packages with everyday names (docs/adr/0001-folders-are-packages.md)."""
    root = Path(__file__).resolve().parents[2]
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


def show(voice: Voice, findings: list[Finding]) -> None:
    """One line a finding, and how to mend it below."""
    marks = {mark: voice.one(message) for mark, message in words.MARKS.items()}
    width = max(map(cell_len, marks.values())) + 2
    for one in findings:
        mark = marks[one.mark]
        print(mark + " " * (width - cell_len(mark)) + plain(one.what))
        if one.remedy is not None:
            print(" " * width + plain(f"→ {one.remedy}"))
