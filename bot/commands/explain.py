"""Whatever goes wrong becomes sentences for the person at the command line."""

from __future__ import annotations

import secrets
import traceback

import structlog
from sqlalchemy.exc import DatabaseError, OperationalError

from bot.refusal import Refusal
from bot.settings import SettingsRefusal
from bot.text import errors
from bot.text.catalog import Voice
from risk.rules import RulesError
from store.errors import StoreError
from surveys.loader import SurveyError

log = structlog.get_logger()


def explain(voice: Voice, fault: Exception) -> list[str]:
    """The sentences of a fault: what happened and what to do. A fault that nobody foresaw gets a reference, which stands
    in the log beside the place in the code, and never the words that were being handled."""
    match fault:
        case SettingsRefusal(faults=faults):
            return [errors.sentence(voice, one.code, one.values) for one in faults]
        case Refusal(code=code, values=values) | StoreError(code=code, values=values):
            return [errors.sentence(voice, code, values)]
        case RulesError(code=code, values=values):
            return [errors.sentence(voice, code, values)]
        case SurveyError(source=source, faults=found):
            return [errors.survey_sentence(voice, source, one.line, one.code, one.values) for one in found]
        case DatabaseError():
            return [errors.sentence(voice, _database_code(fault), {})]
        case _:
            return [_unexpected(voice, fault)]


def _database_code(fault: DatabaseError) -> str:
    told = str(fault.orig).lower()
    if "locked" in told:
        return "database_locked"
    if "not a database" in told or "malformed" in told:
        return "database_broken"
    if isinstance(fault, OperationalError) and ("connection" in told or "connect" in told):
        return "database_unreachable"
    return "database_unwritable"


def _unexpected(voice: Voice, fault: Exception) -> str:
    reference = secrets.token_hex(4)
    places = traceback.extract_tb(fault.__traceback__)
    where = [f"{place.filename.rpartition('/')[2]}:{place.lineno}" for place in places[-6:]]
    log.error("unexpected", reference=reference, fault=type(fault).__name__, where=where)
    return errors.sentence(voice, "unexpected", {"reference": reference, "fault": type(fault).__name__})
