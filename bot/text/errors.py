"""One sentence for each thing that can be wrong: what happened, and what to do."""

from __future__ import annotations

from collections.abc import Mapping

from bot.text.catalog import Voice
from bot.text.changes import CHANGE_ERRORS
from bot.text.hotlines import FAULTS as HOTLINE_ERRORS
from bot.text.roster_errors import ROSTER_ERRORS
from bot.text.settings_errors import SETTINGS_ERRORS
from surveys import xlsform
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
        "error.not_xlsform", "%(file)s is no spreadsheet that can be read. Save it as .xlsx, without a password."
    ),
    "sheet_missing": Message(
        "error.sheet_missing", "%(file)s has no sheet called “%(sheet)s”, which every XLSForm has."
    ),
    "file_encoding": Message(
        "error.file_encoding", "The letters of %(file)s cannot be read. Save it as CSV in UTF-8 and try again."
    ),
    "columns_missing": Message(
        "error.columns_missing", "%(file)s lacks these columns in its first row: %(columns)s. Add them and try again."
    ),
    "columns_twice": Message(
        "error.columns_twice", "%(file)s has these columns twice: %(columns)s. Keep one of each and try again."
    ),
    "nothing_adopted": Message("error.nothing_adopted", "Nothing was adopted, so there is nothing to take back."),
    "nothing_to_adopt": Message(
        "error.nothing_to_adopt",
        "There are too few leavers to learn from, so nothing was changed. “teichaku learn” tells more.",
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
SURVEY_ERRORS = {
    "not_yaml": Message("error.survey.not_yaml", "this is no YAML (%(problem)s)"),
    "alias": Message("error.survey.alias", "anchors and aliases (& and *) are not used here; write the value out"),
    "too_deep": Message("error.survey.too_deep", "the file is nested deeper than %(most)s levels"),
    "too_long": Message("error.survey.too_long", "the file is longer than %(most)s characters"),
    "duplicate_key": Message("error.survey.duplicate_key", "“%(key)s” stands twice; keep one"),
    "missing_key": Message("error.survey.missing_key", "“%(key)s” is missing"),
    "unknown_key": Message("error.survey.unknown_key", "“%(key)s” is not known here; did you mean “%(nearest)s”?"),
    "wrong_type": Message("error.survey.wrong_type", "%(expected)s is expected here"),
    "bad_number": Message("error.survey.bad_number", "“%(key)s” must be a whole number from %(least)s on"),
    "bad_flag": Message("error.survey.bad_flag", "“%(key)s” must be yes or no"),
    "bad_name": Message("error.survey.bad_name", "“%(name)s” is no name; use small letters, digits and _"),
    "duplicate_name": Message("error.survey.duplicate_name", "the name “%(name)s” stands twice"),
    "reserved_name": Message("error.survey.reserved_name", "the name “%(name)s” is used by teichaku itself"),
    "missing_default_language": Message(
        "error.survey.missing_default_language", "the settings must say default_language: en"
    ),
    "unsupported_language": Message(
        "error.survey.unsupported_language",
        "the default language must be en, not %(language)s; other languages come from the catalogs",
    ),
    "unknown_type": Message(
        "error.survey.unknown_type", "the type “%(type)s” is not known; did you mean “%(nearest)s”?"
    ),
    "unknown_list": Message(
        "error.survey.unknown_list", "there is no list of choices called “%(list)s”; did you mean “%(nearest)s”?"
    ),
    "empty_list": Message("error.survey.empty_list", "the list of choices “%(list)s” is empty"),
    "unknown_driver": Message(
        "error.survey.unknown_driver", "the driver “%(value)s” is not known; did you mean “%(nearest)s”?"
    ),
    "unknown_signal": Message(
        "error.survey.unknown_signal", "the signal “%(value)s” is not known; did you mean “%(nearest)s”?"
    ),
    "unknown_respondent": Message(
        "error.survey.unknown_respondent", "the respondent “%(value)s” is not known; did you mean “%(nearest)s”?"
    ),
    "unknown_visibility": Message(
        "error.survey.unknown_visibility", "the visibility “%(value)s” is not known; did you mean “%(nearest)s”?"
    ),
    "empty_label": Message("error.survey.empty_label", "“%(key)s” is empty"),
    "unknown_placeholder": Message("error.survey.unknown_placeholder", "the placeholder %(placeholder)s is not known"),
    "bad_relevant": Message(
        "error.survey.bad_relevant", "“relevant” cannot be read from character %(position)s on (%(problem)s)"
    ),
    "unknown_reference": Message(
        "error.survey.unknown_reference", "“relevant” names %(name)s, which does not exist; did you mean “%(nearest)s”?"
    ),
    "later_reference": Message("error.survey.later_reference", "“relevant” names %(name)s, which is asked later"),
    "scale_gap": Message(
        "error.survey.scale_gap",
        "the choices of a scale are named 1, 2, 3 … from low to high; here stands %(found)s where %(expected)s belongs",
    ),
    "scale_without_choices": Message("error.survey.scale_without_choices", "a scale needs choices"),
    "follow_up_missing": Message(
        "error.survey.follow_up_missing", "nothing asks for the reasons when %(name)s is answered with %(answer)s"
    ),
    "follow_up_place": Message("error.survey.follow_up_place", "the follow-up must stand right after %(name)s"),
    "follow_up_always": Message(
        "error.survey.follow_up_always", "the follow-up of %(name)s would also be asked after a good answer"
    ),
    "follow_up_without_scale": Message(
        "error.survey.follow_up_without_scale", "%(name)s is no scale, so no low answer can open a follow-up"
    ),
    "follow_up_reasons": Message(
        "error.survey.follow_up_reasons", "a follow-up offers %(least)s to %(most)s reasons; here are %(found)s"
    ),
    "follow_up_other": Message("error.survey.follow_up_other", "a follow-up must offer “other”"),
    "unknown_ssw_item": Message(
        "error.survey.unknown_ssw_item",
        "“%(value)s” is no item of a support interview (surveys/ssw_items.yaml); did you mean “%(nearest)s”?",
    ),
    "unknown_mirror": Message(
        "error.survey.unknown_mirror",
        "“mirrors” names %(value)s, and no question of a hire's survey is called so; did you mean “%(nearest)s”?",
    ),
    "mirror_points": Message(
        "error.survey.mirror_points",
        "the two sides cannot be compared: %(name)s has %(expected)s points, this question %(found)s; give it the same list",
    ),
    "unknown_language": Message(
        "error.survey.unknown_language", "“%(value)s” names no language that is known; did you mean “%(nearest)s”?"
    ),
    "missing_translation": Message(
        "error.survey.missing_translation",
        "“%(text)s” is not translated into %(language)s, which this file speaks elsewhere; add it beside the English",
    ),
    "other_placeholders": Message(
        "error.survey.other_placeholders", "“%(key)s” must hold the same placeholders as the English sentence"
    ),
    "long_label": Message(
        "error.survey.long_label",
        "“%(text)s” has %(found)s characters, and a button shows %(most)s; say it in fewer words",
    ),
    "long_pair": Message(
        "error.survey.long_pair",
        "“%(text)s” has %(found)s characters in the two longest of its languages, and a button shows %(most)s of two; say it in "
        "fewer words",
    ),
    "long_text": Message(
        "error.survey.long_text",
        "a question or its hint has %(found)s characters; %(most)s are as many as one reads on a phone",
    ),
    "private_matter": Message(
        "error.survey.private_matter",
        "“%(word)s” must never be an input of the risk; take the driver “%(driver)s” away, or better the question",
    ),
    "too_many": Message(
        "error.survey.too_many", "“%(key)s” can be %(most)s at most: a check-in is no longer than twelve messages"
    ),
    "bad_offset": Message(
        "error.survey.bad_offset",
        "“%(value)s” is no time after the start; write days or months, like 14d or 3m, with spaces between several",
    ),
    "never_asked": Message(
        "error.survey.never_asked",
        "nothing says when %(form)s is asked; write in the settings, for example, after_start: 14d 3m",
    ),
    "duplicate_form": Message("error.survey.duplicate_form", "two files are called %(form)s; give one another form_id"),
    "other_respondent": Message(
        "error.survey.other_respondent",
        "%(form)s takes the place of a shipped survey, so its respondent must be %(respondent)s",
    ),
    "wording_changed": Message(
        "error.survey.wording_changed",
        "version %(version)s of %(form)s was asked already with another wording, and nobody shall compare answers to two "
        "different questions; write version: %(next)s, or take the wording back",
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

SURVEY_LINE = Message("error.survey.line", "%(source)s, line %(line)s: %(fault)s.")
SURVEY_ROW = Message("error.survey.row", "%(source)s, sheet %(sheet)s, row %(row)s: %(fault)s.")

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


def survey_sentence(voice: Voice, source: str, line: int, code: str, values: Mapping[str, str | int]) -> str:
    """The sentence of a fault in a survey file, with its line; of a spreadsheet, with its sheet and row."""
    message = SURVEY_ERRORS.get(code)
    fault = code if message is None else voice.one(message, **values)
    if source.lower().endswith(".xlsx"):
        sheet, row = xlsform.place(line)
        said = voice.one(SURVEY_ROW, source=source, sheet=sheet, row=row, fault=fault)
    else:
        said = voice.one(SURVEY_LINE, source=source, line=line, fault=fault)
    return said.replace("?.", "?")  # "Did you mean …?" ends the sentence by itself.
