"""``teichaku surveys check``: a survey file, or all that are shipped."""

from __future__ import annotations

import sys
from pathlib import Path

from bot.refusal import Refusal
from bot.text import errors, lists
from bot.text.catalog import Voice
from surveys.loader import SurveyError, load, load_bank


def check(voice: Voice, file: Path | None) -> bool:
    """Say for each survey that it is fine, or every fault with its line; False when there is one."""
    try:
        found = list(load_bank().values()) if file is None else [load(_read(file), file.name)]
    except SurveyError as fault:
        for one in fault.faults:
            line = errors.survey_sentence(voice, fault.source, one.line, one.code, one.values)
            print(line, file=sys.stderr)
        return False
    for survey in found:
        questions = len(survey.questions)
        print(voice.one(lists.SURVEY_FINE, form=survey.form_id, version=survey.version, questions=questions))
    return True


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise Refusal("file_missing", file=str(file)) from None
    except (OSError, UnicodeDecodeError) as fault:
        raise Refusal("file_unreadable", file=str(file)) from fault
