"""Whatever goes wrong becomes sentences for the person at the command line."""

from __future__ import annotations

import secrets
import traceback
from zoneinfo import ZoneInfoNotFoundError

import structlog

from bot.refusal import Refusal
from bot.settings import SettingsRefusal
from bot.text import errors, survey_errors
from bot.text.catalog import Voice
from risk.rules import RulesError
from store.errors import StoreError
from store.faults import of_the_place
from surveys.loader import SurveyError

log = structlog.get_logger()


def explain(voice: Voice, fault: Exception) -> list[str]:
    """The sentences of a fault: what happened and what to do. A fault that nobody foresaw gets a reference, which stands
    in the log beside the place in the code, and never the words that were being handled."""
    try:
        return _sentences(voice, fault)
    except Exception as second:  # A sentence that lacks a value must not become a traceback either.
        return [_unexpected(voice, second)]


def _sentences(voice: Voice, fault: Exception) -> list[str]:
    match fault:
        case SettingsRefusal(faults=faults):
            return [errors.sentence(voice, one.code, one.values) for one in faults]
        case Refusal(code=code, values=values) | StoreError(code=code, values=values):
            return [errors.sentence(voice, code, values)]
        case RulesError(code=code, values=values):
            return [errors.sentence(voice, code, values)]
        case SurveyError(source=source, faults=found):
            return [survey_errors.sentence(voice, source, one.line, one.code, one.values) for one in found]
        case ZoneInfoNotFoundError():
            return [errors.sentence(voice, "timezones_missing", {})]
        case _ if (place := of_the_place(fault)) is not None:
            return [errors.sentence(voice, place, {})]
        case _:
            return [_unexpected(voice, fault)]


def _unexpected(voice: Voice, fault: Exception) -> str:
    reference = secrets.token_hex(4)
    places = traceback.extract_tb(fault.__traceback__)
    where = [f"{place.filename.rpartition('/')[2]}:{place.lineno}" for place in places[-6:]]
    log.error("unexpected", reference=reference, fault=type(fault).__name__, where=where)
    return errors.sentence(voice, "unexpected", {"reference": reference, "fault": type(fault).__name__})
