"""One sentence for each thing that can be wrong: what happened, and what to do."""

from __future__ import annotations

from collections.abc import Mapping

from bot.text.catalog import Voice
from bot.text.changes import CHANGE_ERRORS
from bot.text.hotlines import FAULTS as HOTLINE_ERRORS
from bot.text.roster_errors import ROSTER_ERRORS
from bot.text.settings_errors import SETTINGS_ERRORS
from surveys.model import Message

STORE_ERRORS = {
    "database_url_wrong": Message(
        "error.database_url_wrong",
        "The database address cannot be read. Write sqlite:///FILE or postgresql://USER@HOST/NAME.",
    ),
    "database_unknown": Message(
        "error.database_unknown", "teichaku keeps its data in SQLite or PostgreSQL, not in %(name)s."
    ),
    "database_locked": Message(
        "error.database_locked", "Another program is using the database. Please try again in a moment."
    ),
    "database_unwritable": Message(
        "error.database_unwritable",
        "The database cannot be opened or written. Check the folder, its free space and who may write there.",
    ),
    "database_full": Message(
        "error.database_full", "The disk is full, so nothing was stored. Make room on it and try again."
    ),
    "database_broken": Message(
        "error.database_broken", "The database file is damaged or is no database. Restore it from a backup."
    ),
    "database_unreachable": Message(
        "error.database_unreachable", "The database server does not answer. Check its address and that it is running."
    ),
    "postgres_driver_missing": Message(
        "error.postgres_driver_missing",
        "teichaku lacks the part that speaks with PostgreSQL. Install it: pip install 'teichaku[postgres]'",
    ),
    "key_wrong": Message("error.key_wrong", "TEICHAKU_SECRET_KEY is no key. “teichaku init” makes one."),
    "key_missing": Message(
        "error.key_missing",
        "None of the keys in TEICHAKU_SECRET_KEY opens what is stored. Add the key that was used when it was written.",
    ),
    "schema_missing": Message(
        "error.schema_missing", "There is no teichaku database here yet. “teichaku init” makes one."
    ),
    "schema_old": Message(
        "error.schema_old", "The database belongs to an earlier version. “teichaku migrate” brings it to this one."
    ),
    "schema_new": Message(
        "error.schema_new",
        "The database belongs to a newer version (%(found)s) than this program (%(known)s). Install the newer program.",
    ),
    "schema_broken": Message(
        "error.schema_broken",
        "The database was not changed, because rows would have lost what they belong to. Please tell the maintainers.",
    ),
}
OTHER_ERRORS = {
    "staff_contradiction": Message(
        "error.staff_contradiction",
        "%(where)s: the settings say %(key)s = %(said)s, the roster says %(stored)s. Correct one of the two.",
    ),
    "company_contradiction": Message(
        "error.company_contradiction",
        "%(where)s: the settings say %(key)s = %(said)s, the roster's sheet Companies says %(stored)s. Correct one of the "
        "two.",
    ),
    "slack_token_missing": Message(
        "error.slack_token_missing",
        "Slack needs two tokens, and %(name)s is missing. docs/slack/README.md says where to find it.",
    ),
    "no_key": Message(
        "error.no_key", "There is no TEICHAKU_SECRET_KEY. “teichaku init” makes one and writes it into .env."
    ),
    "file_missing": Message("error.file_missing", "There is no file %(file)s."),
    "file_unreadable": Message(
        "error.file_unreadable", "The file %(file)s cannot be read. Check that it is a file and that you may read it."
    ),
    "file_ending": Message(
        "error.file_ending", "%(file)s: teichaku does not write such files. Let the name end with one of: %(known)s"
    ),
    "file_unwritable": Message(
        "error.file_unwritable",
        "The file %(file)s cannot be written. Check the folder, its free space and who may write there.",
    ),
    "file_is_input": Message(
        "error.file_is_input", "%(file)s is one of the files that are read. Name another file for the results."
    ),
    "surveys_unreadable": Message(
        "error.surveys_unreadable", "The folder of your surveys, %(path)s, cannot be read. Check [surveys] path."
    ),
    "survey_unknown": Message(
        "error.survey_unknown",
        "There is no survey %(form)s. Call the file like one of these, or add --form with its name: %(known)s.",
    ),
    "not_xlsx": Message(
        "error.not_xlsx", "An XLSForm spreadsheet is an .xlsx file, so please do not call it %(file)s."
    ),
    "not_xlsform": Message(
        "error.not_xlsform", "%(file)s is no spreadsheet that can be read. Save it anew as .xlsx, without a password."
    ),
    "sheet_missing": Message(
        "error.sheet_missing", "%(file)s shows no sheet called “%(sheet)s”, which every XLSForm has."
    ),
    "sheet_long": Message(
        "error.sheet_long", "The sheet “%(sheet)s” of %(file)s has more than %(most)s rows; no survey is so long."
    ),
    "file_encoding": Message(
        "error.file_encoding", "The letters of %(file)s cannot be read. Save it as CSV in UTF-8 and try again."
    ),
    "file_utf16": Message(
        "error.file_utf16",
        "%(file)s is written in UTF-16 (in Excel, “Unicode Text”). Save it as “CSV UTF-8” and try again.",
    ),
    "file_workbook": Message(
        "error.file_workbook", "%(file)s is a workbook of Excel. Save its sheet as “CSV UTF-8” and try again."
    ),
    "columns_missing": Message(
        "error.columns_missing", "%(file)s lacks these columns in its first row: %(columns)s. Add them and try again."
    ),
    "columns_twice": Message(
        "error.columns_twice", "%(file)s has these columns twice: %(columns)s. Keep one of each and try again."
    ),
    "nothing_adopted": Message(
        "error.nothing_adopted", "Nothing that was learned is in force, so there is nothing to take back."
    ),
    "nothing_to_adopt": Message(
        "error.nothing_to_adopt",
        "The outcomes would change nothing, so nothing was adopted. “teichaku learn” tells how many leavers it takes.",
    ),
    "taken_back_first": Message(
        "error.taken_back_first",
        "Nothing new was adopted, because what was in force did worse and was taken back. Read what would change, and adopt it with "
        "“teichaku learn --adopt”.",
    ),
    "not_assessed": Message(
        "error.not_assessed",
        "%(placement)s was not assessed then. “teichaku checkins” shows what was asked and answered.",
    ),
    "month_wrong": Message("error.month_wrong", "“%(value)s” is no month. Write it as 2026-05."),
    "folder_used": Message(
        "error.folder_used", "%(folder)s is not empty. Please name a new folder, so that nothing is overwritten."
    ),
    "day_wrong": Message("error.day_wrong", "“%(value)s” is no day. Write it as 2026-12-01."),
    "days_reversed": Message("error.days_reversed", "The first day comes after the last one."),
    "range_long": Message("error.range_long", "That is more than %(years)s years. Please ask for a shorter time."),
    "company_unknown": Message("error.company_unknown", "No company is called “%(name)s”. Known are: %(known)s"),
    "chat_language_unknown": Message(
        "error.chat_language_unknown", "“%(value)s” is no language that teichaku knows. Known are: %(known)s"
    ),
    "role_unknown": Message("error.role_unknown", "“%(value)s” is not known here. Choose hire, manager or consultant."),
    "closure_unreadable": Message(
        "error.closure_unreadable",
        "“%(value)s” is no closure. Write it as 12-29..01-03, or 2026-08-10..2026-08-17 for one year only.",
    ),
    "country_unknown": Message(
        "error.country_unknown",
        "The public holidays of “%(value)s” are not known. Write the country with two letters, such as JP.",
    ),
    "weekday_unknown": Message(
        "error.weekday_unknown", "%(value)s is no weekday. They count from 0 (Monday) to 6 (Sunday)."
    ),
    "calendar_without_working_day": Message(
        "error.calendar_without_working_day",
        "A calendar leaves no working day at all. Check its weekdays and closures.",
    ),
    "rehearsal_on_real": Message(
        "error.rehearsal_on_real",
        "This database is in real use, so nothing can be rehearsed in it. Set TEICHAKU_DATABASE_URL to another one for the "
        "rehearsal.",
    ),
    "real_on_rehearsal": Message(
        "error.real_on_rehearsal",
        "This database belongs to a rehearsal. Go on with it by --rehearse-from and --rehearse-speed, or set "
        "TEICHAKU_DATABASE_URL to another one for real use.",
    ),
    "rehearsal_start_wrong": Message(
        "error.rehearsal_start_wrong",
        "“%(value)s” is no time at which a rehearsal can begin. Write it as 2026-04-01T09:00+09:00.",
    ),
    "rehearsal_start_missing": Message(
        "error.rehearsal_start_missing", "A rehearsal needs a beginning too: --rehearse-from 2026-04-01T09:00+09:00."
    ),
    "rehearsal_speed_wrong": Message(
        "error.rehearsal_speed_wrong",
        "A rehearsal cannot be %(value)s times as fast as real time. Choose a number from 1 to %(most)s.",
    ),
    "timezones_missing": Message(
        "error.timezones_missing",
        "The data of the time zones are missing or damaged on this machine. Install teichaku again, which brings them "
        "(the package tzdata).",
    ),
    "unexpected": Message(
        "error.unexpected",
        "Something went wrong that should not. Nothing is half done. Reference: %(reference)s (%(fault)s). Please tell the maintainers.",
    ),
}
RULES_ERRORS = {
    "rules.unreadable": Message("error.rules.unreadable", "The rules file %(source)s cannot be read: %(detail)s"),
    "rules.invalid": Message("error.rules.invalid", "The rules file %(source)s has a fault at %(where)s: %(detail)s"),
    "rules.duplicate": Message(
        "error.rules.duplicate", "The rules file %(source)s names %(key)s twice, in line %(line)s."
    ),
    "rules.version_high": Message(
        "error.rules.version_high",
        "%(source)s has the version %(version)s. Choose one up to %(most)s; those above are given to what is learned.",
    ),
    "rules.version_taken": Message(
        "error.rules.version_taken",
        "The rules file %(source)s needs a version of its own; %(version)s is the shipped one.",
    ),
    "rules.forbidden": Message(
        "error.rules.forbidden", "“%(name)s” must never be an input of the risk. Take it out of the file."
    ),
    "rules.forbidden_missing": Message(
        "error.rules.forbidden_missing", "These words must stay forbidden as inputs: %(names)s"
    ),
    "rules.reason_missing": Message(
        "error.rules.reason_missing", "The rules have no sentence for the reason %(name)s."
    ),
    "rules.sentence_unknown": Message(
        "error.rules.sentence_unknown", "The rules have a sentence for %(name)s, which nothing gives as a reason."
    ),
    "rules.placeholder": Message(
        "error.rules.placeholder", "The sentence of %(name)s may use only these placeholders: %(placeholders)s"
    ),
    "rules.driver_twice": Message("error.rules.driver_twice", "The rules name the driver %(driver)s in two places."),
    "rules.driver_missing": Message("error.rules.driver_missing", "The rules must name the driver %(driver)s."),
    "rules.unknown_item": Message("error.rules.unknown_item", "The item %(item)s is not known to the rules."),
    "rules.unknown_time": Message(
        "error.rules.unknown_time", "No alert is called %(name)s, so its time to acknowledge cannot be set."
    ),
    "rules.alert_rows": Message(
        "error.rules.alert_rows", "The alert table needs one row for %(name)s; it has %(rows)s."
    ),
}
NOT_LISTENING = {
    "slack_refused": Message(
        "error.slack_refused",
        "Slack refuses one of the two tokens. “teichaku doctor” says which, and docs/slack/README.md where to find a new one.",
    ),
    "telegram_token_refused": Message(
        "error.telegram_token_refused",
        "Telegram does not know this bot token: take the present one from @BotFather and write it to TEICHAKU_TELEGRAM_BOT_TOKEN.",
    ),
    "telegram_second_poller": Message(
        "error.telegram_second_poller",
        "Another program asks for the messages of the same Telegram bot, and only one may: stop the other one, or give each "
        "its own bot.",
    ),
    "telegram_webhook_set": Message(
        "error.telegram_webhook_set",
        "Another program has set a webhook for the same Telegram bot meanwhile: stop the other one, or give each its own bot.",
    ),
    "telegram_webhook_refused": Message(
        "error.telegram_webhook_refused",
        "Telegram does not take the webhook: TEICHAKU_PUBLIC_URL must begin with https:// and use port 443, 80, 88 or 8443, and "
        "TEICHAKU_TELEGRAM_WEBHOOK_SECRET holds 1 to 256 letters, digits, _ and -.",
    ),
}
"""Why a channel hears nothing, and what mends it."""

KNOWN: Mapping[str, Message] = {
    **STORE_ERRORS,
    **OTHER_ERRORS,
    **CHANGE_ERRORS,
    **HOTLINE_ERRORS,
    **RULES_ERRORS,
    **SETTINGS_ERRORS,
    **ROSTER_ERRORS,
}


def sentence(voice: Voice, code: str, values: Mapping[str, str | int]) -> str:
    """The sentence of an error's code, in the reader's language; a code without a sentence is shown as it is."""
    message = KNOWN.get(code)
    return code if message is None else voice.one(message, **values)
