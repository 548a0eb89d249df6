"""The words of the lists and of the other commands: what was done, what was found, and why a day moved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from babel.dates import format_date

from bot.text.catalog import Voice
from surveys.model import Message

MOVED = {
    "weekday": Message("plan.moved.weekday", "%(day)s is no working day"),
    "holiday": Message("plan.moved.holiday", "%(day)s is a public holiday (%(name)s)"),
    "closure": Message("plan.moved.closure", "%(day)s: the company is closed"),
    "day_off": Message("plan.moved.day_off", "%(day)s: waits for a day off"),
}
MOVED_MANY = Message("plan.moved.many", "%(first)s to %(last)s are no working days (%(names)s)")
COLUMNS = {
    "placement_id": Message("list.column.placement_id", "placement"),
    "respondent": Message("list.column.respondent", "who"),
    "survey": Message("list.column.survey", "survey"),
    "period": Message("list.column.period", "period"),
    "due_on": Message("list.column.due_on", "due"),
    "open_at": Message("list.column.open_at", "opens"),
    "remind_at": Message("list.column.remind_at", "reminders"),
    "expire_at": Message("list.column.expire_at", "expires"),
    "moved_because": Message("list.column.moved_because", "moved because"),
    "id": Message("list.column.id", "no."),
    "company": Message("list.column.company", "company"),
    "state": Message("list.column.state", "state"),
    "opened_at": Message("list.column.opened_at", "opened"),
    "completed_at": Message("list.column.completed_at", "completed"),
    "answered": Message("list.column.answered", "answered"),
    "asked": Message("list.column.asked", "asked"),
    "kind": Message("list.column.kind", "kind"),
    "level": Message("list.column.level", "level"),
    "due_at": Message("list.column.due_at", "acknowledge by"),
    "escalations": Message("list.column.escalations", "escalations"),
    "reasons": Message("list.column.reasons", "reasons"),
    "hire_name": Message("list.column.hire_name", "hire"),
    "start_date": Message("list.column.start_date", "start"),
    "last_answered_at": Message("list.column.last_answered_at", "last answer"),
    "hire_linked": Message("list.column.hire_linked", "hire linked"),
    "manager_linked": Message("list.column.manager_linked", "manager linked"),
    "person": Message("list.column.person", "person"),
    "role": Message("list.column.role", "role"),
    "channel": Message("list.column.channel", "channel"),
    "code": Message("list.column.code", "code"),
    "link": Message("list.column.link", "link"),
    "valid_until": Message("list.column.valid_until", "valid until"),
    "name": Message("list.column.name", "name"),
    "shown": Message("list.column.shown", "a hire is shown"),
    "confidence": Message("list.column.confidence", "confidence"),
    "verified_on": Message("list.column.verified_on", "verified on"),
    "verified_by": Message("list.column.verified_by", "by"),
    "stale": Message("list.column.stale", "too old"),
}
RESPONDENTS = {"hire": Message("list.hire", "hire"), "manager": Message("list.manager", "manager")}
STATES = {
    "open": Message("list.state.open", "open"),
    "completed": Message("list.state.completed", "completed"),
    "expired": Message("list.state.expired", "expired"),
    "declined": Message("list.state.declined", "declined"),
    "cancelled": Message("list.state.cancelled", "withdrawn"),
    "acknowledged": Message("list.state.acknowledged", "in hand"),
    "snoozed": Message("list.state.snoozed", "put off"),
    "resolved": Message("list.state.resolved", "closed"),
    "upcoming": Message("list.state.upcoming", "upcoming"),
    "active": Message("list.state.active", "active"),
    "paused": Message("list.state.paused", "paused"),
    "left": Message("list.state.left", "left"),
}
YES = Message("list.yes", "yes")
NO = Message("list.no", "no")
EMPTY = Message("list.empty", "Nothing to show.")
STATUS = {
    "placements": Message("status.placements", "Placements"),
    "checkins": Message("status.checkins", "Check-ins"),
    "deliveries": Message("status.deliveries", "Messages"),
    "unreachable": Message("status.unreachable", "People who cannot be reached"),
    "last_tick": Message("status.last_tick", "Last tick"),
    "database": Message("status.database", "Database"),
    "schema": Message("status.schema", "Schema"),
    "rehearsal": Message("status.rehearsal", "Rehearsal"),
    "processes": Message("status.processes", "Running (last seen)"),
    "off": Message("status.off", "Jobs that nobody does at the moment"),
    "failing": Message("status.failing", "Jobs that fail"),
    "oldest_due": Message("status.oldest_due", "The oldest message that waits"),
    "queue_seconds": Message("status.queue_seconds", "It waits for (seconds)"),
    "set_aside": Message("status.set_aside", "Messages that could not be recorded"),
}
REHEARSED = Message("status.rehearsed", "%(time)s, %(speed)s times faster")

INITIALISED = Message("cli.initialised", "Ready: %(files)s. Next: teichaku roster import FILE.xlsx")
KEPT_FILES = Message("cli.kept_files", "Left as they were: %(files)s.")
MIGRATED = Message("cli.migrated", "The database has the schema of this version (%(schema)s).")
READING = Message("cli.reading", "Reading %(file)s")
STORING = Message("cli.storing", "Storing %(file)s")
WRITING = Message("cli.writing", "Writing %(file)s")
IMPORTED = Message(
    "cli.imported", "%(created)s placements new, %(changed)s changed, %(unchanged)s as before. People new: %(people)s."
)
NEW_PERSON = Message("cli.new_person", "%(name)s (%(role)s)")
KINDS = {**RESPONDENTS, "staff": Message("list.staff", "agency")}
DRY_RUN = Message("cli.dry_run", "This was a trial: nothing was stored.")
CORRECTED = Message("cli.corrected", "%(key)s, the same placement and people, corrected: %(columns)s")
FRESH = Message("cli.fresh", "%(name)s (new)")
FAMILIAR = Message("cli.familiar", "%(name)s (known already)")
REPLACED = {
    "company": Message(
        "cli.replaced.company",
        "%(key)s: another company, %(after)s instead of %(before)s. What was open is withdrawn, the history stays, and who had "
        "agreed is asked for consent again. A new job of the same person needs a number of its own.",
    ),
    "hire": Message(
        "cli.replaced.hire",
        "%(key)s: another hire, %(after)s instead of %(before)s, who is asked no more about this placement.",
    ),
    "manager": Message(
        "cli.replaced.manager",
        "%(key)s: another manager, %(after)s instead of %(before)s, whose open check-in is withdrawn with thanks and whose "
        "access ends.",
    ),
    "consultant": Message(
        "cli.replaced.consultant",
        "%(key)s: another consultant, %(after)s instead of %(before)s, who sees it no more. Open alerts go along, and hire and "
        "manager are told.",
    ),
    "lead": Message("cli.replaced.lead", "%(key)s: another lead, %(after)s instead of %(before)s."),
}
RETURNING = Message(
    "cli.returning",
    "%(key)s: a new placement of %(name)s, who is known already (%(former)s). Chat and languages stay, consent is asked again, "
    "naming the company, and the risk begins anew.",
)
KEY_MADE = Message("cli.key_made", "Row %(row)s has no placement_id; it is now %(key)s. Please keep that number.")
UNKNOWN_COLUMN = Message("cli.unknown_column", "Column %(letter)s (“%(heading)s”) is not known and was not read.")
UNKNOWN_COLUMN_NEAR = Message(
    "cli.unknown_column_near",
    "Column %(letter)s (“%(heading)s”) is not known and was not read. Did you mean “%(nearest)s”?",
)
ROSTER_REFUSED = Message("cli.roster_refused", "Nothing was stored. To mend: %(count)s")
TEMPLATE_WRITTEN = Message("cli.template_written", "%(file)s is ready to be filled in.")
EXPORTED = Message("cli.exported", "%(file)s: %(count)s placements.")
ANNOTATED = Message("cli.annotated", "%(file)s shows each error at its cell.")
SURVEY_FINE = Message("cli.survey_fine", "%(form)s, version %(version)s: %(questions)s questions, no fault.")
SURVEY_NEVER_ASKED = Message(
    "cli.survey_never_asked",
    "Nothing says when %(form)s is asked. Write in its settings, for example, after_start: 14d 3m",
)
SURVEY_EXPORTED = Message("cli.survey_exported", "%(form)s is written to %(file)s.")
SURVEY_IMPORTED = Message("cli.survey_imported", "%(form)s, version %(version)s, is written to %(file)s.")
RUNNING = Message("cli.running", "teichaku is running. Ctrl-C stops it.")
REHEARSING = Message(
    "cli.rehearsing", "teichaku is rehearsing; teichaku status shows the time that it plays. Ctrl-C stops it."
)
WRONG_USAGE = Message(
    "cli.wrong_usage", "That is no command or no option of it. Each command explains itself with --help."
)
STOPPED = Message("cli.stopped", "Stopped.")


def moved_because(voice: Voice, skipped: Sequence[tuple[date, str, str]]) -> str | None:
    """Why a check-in opens later than it is due: every day that was passed over, (day, reason, name)."""
    if not skipped:
        return None
    if len(skipped) <= 2:
        return ", ".join(voice.one(MOVED[reason], day=_day(voice, day), name=name) for day, reason, name in skipped)
    names = dict.fromkeys(name for _, _, name in skipped if name)
    reasons = dict.fromkeys(voice.one(SHORT[reason]) for _, reason, _ in skipped if reason in SHORT)
    return voice.one(
        MOVED_MANY,
        first=_day(voice, skipped[0][0]),
        last=_day(voice, skipped[-1][0]),
        names=", ".join([*reasons, *names]),
    )


SHORT = {
    "weekday": Message("plan.short.weekday", "weekend"),
    "closure": Message("plan.short.closure", "company closed"),
    "day_off": Message("plan.short.day_off", "waits for a day off"),
}


def _day(voice: Voice, day: date) -> str:
    return format_date(day, format="EEE d MMM" if voice.first == "en" else "M月d日(EEE)", locale=voice.first[:2])
