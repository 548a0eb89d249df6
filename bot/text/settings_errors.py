"""What is said about settings that cannot be used: what is wrong, and what to write instead."""

from __future__ import annotations

from surveys.model import Message

SETTINGS_ERRORS = {
    "config_missing": Message(
        "settings.error.config_missing",
        "There is no settings file %(path)s. Correct the path, or let “teichaku init” write one.",
    ),
    "config_unreadable": Message(
        "settings.error.config_unreadable",
        "The settings file %(path)s cannot be opened. Check that it is a file and that you may read it.",
    ),
    "config_encoding": Message(
        "settings.error.config_encoding", "The settings file %(path)s is no readable text. Save it as UTF-8."
    ),
    "config_syntax": Message(
        "settings.error.config_syntax",
        'Line %(line)s of the settings file %(path)s cannot be understood. Texts need quotation marks (name = "value"), '
        "and a name may stand only once.",
    ),
    "env_syntax": Message(
        "settings.error.env_syntax", "Line %(line)s of %(path)s cannot be understood. Write NAME=value."
    ),
    "secret_twice": Message(
        "settings.error.secret_twice", "%(where)s is set and %(other)s as well. Keep one of the two."
    ),
    "secret_unreadable": Message(
        "settings.error.secret_unreadable",
        "The file that %(where)s names cannot be read. Write the path of a text file that holds nothing but the secret.",
    ),
    "secret_empty": Message(
        "settings.error.secret_empty", "The file that %(where)s names is empty. Put the secret into it."
    ),
    "secret_in_file": Message(
        "settings.error.secret_in_file",
        "%(where)s is a secret, and the settings file is no place for one. Move it to .env or to the environment, as "
        "%(variable)s.",
    ),
    "setting_unknown": Message(
        "settings.error.setting_unknown", "%(where)s does not exist. The nearest setting is %(nearest)s."
    ),
    "setting_missing": Message("settings.error.setting_missing", "%(where)s is missing. Please add it."),
    "setting_twice": Message(
        "settings.error.setting_twice",
        "%(where)s: entries %(first)s and %(second)s are the same person or company. Keep one of them.",
    ),
    "setting_wrong": Message(
        "settings.error.setting_wrong",
        "%(where)s cannot be used as it is. Compare it with the sample that “teichaku init” writes.",
    ),
    "setting_too_small": Message(
        "settings.error.setting_too_small", "%(where)s is too small. It must be at least %(least)s."
    ),
    "setting_too_large": Message(
        "settings.error.setting_too_large", "%(where)s is too large. It must be at most %(most)s."
    ),
    "setting_reminds_too_late": Message(
        "settings.error.setting_reminds_too_late",
        "%(where)s: the last reminder would come when the check-in is over. Make every number of remind_after smaller "
        "than expire_after.",
    ),
    "setting_not_bind": Message(
        "settings.error.setting_not_bind",
        "%(where)s is no address to listen on. Write host and port, such as 127.0.0.1:8700.",
    ),
    "setting_not_choice": Message(
        "settings.error.setting_not_choice", "%(where)s is none of the possible values. Write one of: %(choices)s."
    ),
    "setting_not_country": Message(
        "settings.error.setting_not_country", "%(where)s is no country code. Write two capital letters, such as JP."
    ),
    "setting_not_database": Message(
        "settings.error.setting_not_database",
        "%(where)s is no database address. Write sqlite:///teichaku.db, or postgresql:// and so on.",
    ),
    "setting_not_days": Message(
        "settings.error.setting_not_days",
        "%(where)s is no span of days. Write 12-29..01-03 for every year, or 2026-08-10..2026-08-14, in this order.",
    ),
    "setting_not_email": Message(
        "settings.error.setting_not_email", "%(where)s is no e-mail address. Write one such as sato@example.jp."
    ),
    "setting_not_entries": Message(
        "settings.error.setting_not_entries",
        "%(where)s must be a list of entries. In the settings file, begin each with double brackets, such as [[staff]].",
    ),
    "setting_not_hours": Message(
        "settings.error.setting_not_hours",
        '%(where)s is no number of hours. Write a whole number from 1 on, such as "4 hours".',
    ),
    "setting_not_key": Message(
        "settings.error.setting_not_key",
        "%(where)s is no key that “teichaku init” made. Copy the whole key; several are separated by commas, newest first.",
    ),
    "setting_not_languages": Message(
        "settings.error.setting_not_languages", '%(where)s names no languages. Write codes such as "vi, ja@simple".'
    ),
    "setting_not_minutes": Message(
        "settings.error.setting_not_minutes",
        '%(where)s is no number of minutes. Write a whole number from 1 on, such as "30 minutes".',
    ),
    "setting_not_pair": Message(
        "settings.error.setting_not_pair", '%(where)s needs one or two languages, such as "en, ja".'
    ),
    "setting_not_rising": Message(
        "settings.error.setting_not_rising", "%(where)s must be a list of days that rise from 1 on, such as [2, 5]."
    ),
    "setting_not_share": Message(
        "settings.error.setting_not_share", "%(where)s must be a share between 0 and 1. Write 0.15 for 15 percent."
    ),
    "setting_not_table": Message(
        "settings.error.setting_not_table",
        "%(where)s must be a table of settings. In the settings file, give it a heading in brackets, such as [alerts].",
    ),
    "setting_not_text": Message(
        "settings.error.setting_not_text", "%(where)s must be a text that is not empty. Put it in quotation marks."
    ),
    "setting_not_time": Message(
        "settings.error.setting_not_time", '%(where)s is no time of day. Write hours and minutes, such as "09:00".'
    ),
    "setting_not_url": Message(
        "settings.error.setting_not_url", "%(where)s is no web address. Begin it with https:// or http://."
    ),
    "setting_not_weekdays": Message(
        "settings.error.setting_not_weekdays", '%(where)s names no weekdays. Write "Mon-Fri" or ["tue", "sat"].'
    ),
    "setting_not_whole_number": Message(
        "settings.error.setting_not_whole_number", "%(where)s must be a whole number. Write it in digits, such as 6."
    ),
    "setting_not_window": Message(
        "settings.error.setting_not_window",
        '%(where)s is no span of hours. Write "09:00-18:00", the earlier time first.',
    ),
    "setting_not_working_days": Message(
        "settings.error.setting_not_working_days",
        '%(where)s is no number of working days. Write a whole number from 1 on, such as "2 days".',
    ),
    "setting_not_yes_or_no": Message(
        "settings.error.setting_not_yes_or_no", "%(where)s must be true or false, without quotation marks."
    ),
}
"""The sentence of each code that ``bot.settings`` refuses with; ``where`` is the key, with its file in front."""
