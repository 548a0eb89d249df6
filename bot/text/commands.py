"""The help of the command line, each command with an example."""

from __future__ import annotations

from surveys.model import Message

APP = Message(
    "help.app", "teichaku: check-ins with foreign hires and their managers, and early warning for the consultant."
)
HELP = {
    "init": Message(
        "help.init",
        "Write teichaku.toml and .env, make a key, create the database. Never overwrites.\n\nExample: teichaku init",
    ),
    "migrate": Message("help.migrate", "Bring the database to this version.\n\nExample: teichaku migrate"),
    "roster": Message("help.roster", "The consultancy's list of placements."),
    "roster_template": Message(
        "help.roster_template",
        "Write an empty roster with headings in English and Japanese.\n\nExample: teichaku roster template roster.xlsx",
    ),
    "roster_import": Message(
        "help.roster_import",
        "Read a roster (.xlsx or .csv): all rows or none, every error in one run.\n\nExample: teichaku roster import roster.xlsx --dry-run",
    ),
    "roster_export": Message(
        "help.roster_export",
        "Write the stored placements into a roster.\n\nExample: teichaku roster export roster.xlsx",
    ),
    "plan": Message(
        "help.plan",
        "What would be asked of whom, when, and why not on another day.\n\nExample: teichaku plan --from 2026-12-01 --to 2027-01-31",
    ),
    "placements": Message(
        "help.placements",
        'List the placements with their level.\n\nExample: teichaku placements --company "Sakura Foods" --json',
    ),
    "checkins": Message(
        "help.checkins", "List the check-ins that were opened.\n\nExample: teichaku checkins --since 2026-11-01"
    ),
    "alerts": Message("help.alerts", "List the alerts with their reasons.\n\nExample: teichaku alerts --json"),
    "status": Message("help.status", "Counts and health.\n\nExample: teichaku status"),
    "demo": Message(
        "help.demo", "Rehearse six months with invented people in this terminal.\n\nExample: teichaku demo"
    ),
    "chat": Message(
        "help.chat",
        "Talk to the bot in this terminal, as a hire, a manager or a consultant. No token needed.\n\nExample: teichaku chat --as hire --language ja@simple",
    ),
    "run": Message("help.run", "The service: the ticker and the channels.\n\nExample: teichaku run"),
    "surveys": Message("help.surveys", "The questions."),
    "surveys_check": Message(
        "help.surveys_check",
        "Check a survey file, or all that are shipped.\n\nExample: teichaku surveys check my_survey.yaml",
    ),
}
OPTIONS = {
    "config": Message("option.config", "The settings file (teichaku.toml of this folder if not named)."),
    "json": Message("option.json", "One JSON document on stdout, nothing else."),
    "dry_run": Message("option.dry_run", "Say what would happen and store nothing."),
    "annotate": Message("option.annotate", "Give the sheet back with each error at its cell."),
    "from": Message("option.from", "The first day, such as 2026-12-01."),
    "to": Message("option.to", "The last day, such as 2027-01-31."),
    "company": Message("option.company", "Only this company."),
    "since": Message("option.since", "Only since this day, such as 2026-11-01."),
    "seed": Message("option.seed", "The same number gives the same rehearsal."),
    "keep": Message("option.keep", "Keep the rehearsal's database in this new folder."),
    "as": Message("option.as", "hire, manager or consultant."),
    "language": Message("option.language", "Languages in order, such as en or ja@simple,en."),
    "file": Message("option.file", "The file."),
}
