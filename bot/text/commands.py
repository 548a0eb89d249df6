"""The help of the command line, each command with an example."""

from __future__ import annotations

from enum import StrEnum

from surveys.model import Message


class LeaveReason(StrEnum):
    """Why a hire has left, as it is stored (docs/interfaces.md)."""

    RESIGNED = "resigned"
    DISMISSED = "dismissed"
    CONTRACT_END = "contract_end"
    MOVED_SAME_AGENCY = "moved_same_agency"
    LOST_CONTACT = "lost_contact"
    OTHER = "other"


class PauseReason(StrEnum):
    """Why a placement pauses. Never an illness or a family matter: why somebody is away is not our business."""

    HOME_LEAVE = "home_leave"
    LEAVE = "leave"
    OTHER = "other"


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
    "run": Message(
        "help.run",
        "The service: the ticker and the channels. With --rehearse-from it plays a year in minutes.\n\nExample: teichaku run --rehearse-from 2026-04-01T09:00+09:00 --rehearse-speed 20000",
    ),
    "invite": Message(
        "help.invite",
        'One-time codes for people who are not connected yet: hires, managers, consultants and leads.\n\nExample: teichaku invite --company "Sakura Foods"',
    ),
    "pause": Message(
        "help.pause",
        "Ask nothing about a placement for some days; the check-ins start again by themselves.\n\nExample: teichaku pause A-1 --from 2026-12-20 --to 2027-01-15 --reason home_leave",
    ),
    "left": Message(
        "help.left",
        "Note that a hire leaves: the check-ins end.\n\nExample: teichaku left A-1 --notice-on 2026-12-01 --on 2026-12-31 --reason resigned",
    ),
    "handover": Message(
        "help.handover",
        'Let another consultant look after everything that one looks after.\n\nExample: teichaku handover --from "Mori Aiko" --to "Oda Ken" --until 2027-01-15',
    ),
    "score": Message(
        "help.score",
        "Score histories from elsewhere with the product's own risk engine.\n\nExample: teichaku score --history answers.csv --at when.csv --out scores.csv",
    ),
    "backtest": Message(
        "help.backtest",
        "How well the alerts foresaw the recorded outcomes, beside chance, the last answer and the client's rate.\n\nExample: teichaku backtest --picture backtest.svg",
    ),
    "learn": Message(
        "help.learn",
        "What the recorded outcomes would change in the risk, before anything is changed.\n\nExample: teichaku learn",
    ),
    "explain": Message(
        "help.explain",
        "Why somebody's level is what it is: why not higher, why not lower, and what is not known.\n\nExample: teichaku explain A-1",
    ),
    "export": Message(
        "help.export",
        "What is stored about a hire or a manager and theirs to see, as one JSON document.\n\nExample: teichaku export A-1 --out an.json",
    ),
    "erase": Message(
        "help.erase",
        "Erase a hire or a manager: words, names, addresses and answers. It cannot be undone. Also the sign of kept numbers.\n\nExample: teichaku erase A-1",
    ),
    "hotlines": Message("help.hotlines", "The desks outside the agency that a hire in need is shown."),
    "hotlines_list": Message(
        "help.hotlines_list",
        "List the hotlines, what a hire is shown of each, and who verified it when.\n\nExample: teichaku hotlines list",
    ),
    "hotlines_confirm": Message(
        "help.hotlines_confirm",
        'Note that you have compared a hotline with its official page, and that it is right.\n\nExample: teichaku hotlines confirm labour_standards --by "Mori Aiko"',
    ),
    "doctor": Message(
        "help.doctor",
        "Say what is missing or wrong, and how to mend it. Exits 1 when something is wrong.\n\nExample: teichaku doctor",
    ),
    "surveys": Message("help.surveys", "The questions."),
    "surveys_check": Message(
        "help.surveys_check",
        "Check a survey file, or all that are shipped and those of [surveys] path.\n\nExample: teichaku surveys check my_survey.yaml",
    ),
    "surveys_export": Message(
        "help.surveys_export",
        "Write a survey as an XLSForm spreadsheet, with a column for each language.\n\nExample: teichaku surveys export hire_monthly.xlsx",
    ),
    "surveys_import": Message(
        "help.surveys_import",
        "Check an XLSForm spreadsheet and write the survey file that says the same.\n\nExample: teichaku surveys import hire_monthly.xlsx",
    ),
}
OPTIONS = {
    "picture": Message("option.picture", "Draw calibration and lead time into this SVG file."),
    "adopt": Message("option.adopt", "Put it in force from the next assessment on."),
    "back": Message("option.back", "Take back what was adopted last."),
    "month": Message("option.month", "The month, such as 2026-05 (the latest if not named)."),
    "history": Message(
        "option.history", "The answers: person, company, item, asked_on, answered_on, value, scale_min, scale_max."
    ),
    "at": Message("option.at", "Whom to score when: person, at."),
    "out": Message("option.out", "Where to write the scores."),
    "config": Message("option.config", "The settings file (teichaku.toml of this folder if not named)."),
    "json": Message("option.json", "One JSON document on stdout, nothing else."),
    "dry_run": Message("option.dry_run", "Say what would happen and store nothing."),
    "annotate": Message("option.annotate", "Give the sheet back with each error at its cell."),
    "from": Message("option.from", "The first day, such as 2026-12-01."),
    "to": Message("option.to", "The last day, such as 2027-01-31."),
    "company": Message("option.company", "Only this company."),
    "since": Message("option.since", "Only since this day, such as 2026-11-01."),
    "reader": Message(
        "option.reader",
        "Only what this person of the agency may see; complaints are listed for nobody else.",
    ),
    "hotline": Message("option.hotline", "The hotline's name in the list."),
    "by": Message("option.by", "Who has compared it."),
    "looked_on": Message("option.looked_on", "The day on which they did, such as 2026-12-01 (today if not named)."),
    "whom": Message("option.whom", "A name, an e-mail address, or a placement's number for its hire."),
    "yes": Message("option.yes", "Do not ask whether to erase."),
    "export_out": Message("option.export_out", "Write it into this new file."),
    "seed": Message("option.seed", "The same number gives the same rehearsal."),
    "keep": Message("option.keep", "Keep the rehearsal's database in this new folder."),
    "as": Message("option.as", "hire, manager or consultant."),
    "language": Message("option.language", "Languages in order, such as en or ja@simple,en."),
    "rehearse_from": Message(
        "option.rehearse_from", "Rehearse with a clock that begins at this time, such as 2026-04-01T09:00+09:00."
    ),
    "rehearse_speed": Message(
        "option.rehearse_speed", "How many times faster than a real clock it runs, such as 20000."
    ),
    "file": Message("option.file", "The file."),
    "form": Message("option.form", "The survey's name (the file's name if not named)."),
    "survey_out": Message(
        "option.survey_out", "The survey file to write (FORM.yaml in the folder of [surveys] path, or here)."
    ),
    "placement": Message("option.placement", "The placement's number, as in the roster."),
    "person": Message(
        "option.person", "Only this person: a name, an e-mail address, or a placement's number for its hire."
    ),
    "cards": Message("option.cards", "Write cards with QR codes to hand out into this file (.pdf or .html)."),
    "relink": Message("option.relink", "Also when the person is connected already: for a new phone or account."),
    "reason": Message("option.reason", "Why."),
    "notice_on": Message("option.notice_on", "The day of the notice, such as 2026-12-01."),
    "on": Message("option.on", "The last day, such as 2026-12-31."),
    "giver": Message("option.giver", "Who looks after the placements now: a name or an e-mail address."),
    "taker": Message("option.taker", "Who looks after them from today."),
    "until": Message("option.until", "The day on which they come back, such as 2027-01-15."),
}
