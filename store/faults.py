"""Faults of the place, such as a locked database or a full disk, told apart from faults of a statement or of its values.

A fault of the place passes when the place is put right, so whoever meets one tries again; it says nothing about what was
being handled.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from sqlalchemy import exc

# The primary result codes of https://sqlite.org/rescode.html; the extended ones hold them in their lowest byte.
_SQLITE: Mapping[int, str] = {
    sqlite3.SQLITE_BUSY: "database_locked",
    sqlite3.SQLITE_LOCKED: "database_locked",
    sqlite3.SQLITE_PROTOCOL: "database_locked",
    sqlite3.SQLITE_FULL: "database_full",
    sqlite3.SQLITE_CORRUPT: "database_broken",
    sqlite3.SQLITE_NOTADB: "database_broken",
    sqlite3.SQLITE_READONLY: "database_unwritable",
    sqlite3.SQLITE_CANTOPEN: "database_unwritable",
    sqlite3.SQLITE_IOERR: "database_unwritable",
    sqlite3.SQLITE_PERM: "database_unwritable",
}
# By SQLSTATE, the longest beginning first (https://www.postgresql.org/docs/current/errcodes-appendix.html).
_POSTGRESQL: Mapping[str, str] = {
    "53100": "database_full",
    "53": "database_unreachable",
    "08": "database_unreachable",
    "57P": "database_unreachable",
    "55P03": "database_locked",
    "40001": "database_locked",
    "40P01": "database_locked",
    "25006": "database_unwritable",
    "58": "database_unwritable",
    "XX001": "database_broken",
    "XX002": "database_broken",
}


def of_the_place(fault: BaseException) -> str | None:
    """The code of the sentence for a fault of the place (``bot.text.errors.STORE_ERRORS``), or None for any other."""
    if isinstance(fault, exc.TimeoutError):  # every connection of the pool is taken
        return "database_locked"
    if isinstance(fault, sqlite3.Error):
        return _SQLITE.get(getattr(fault, "sqlite_errorcode", 0) & 0xFF)
    if not isinstance(fault, exc.DBAPIError) or fault.orig is None:
        return None
    if isinstance(fault.orig, sqlite3.Error):
        return of_the_place(fault.orig)
    state = getattr(fault.orig, "sqlstate", None)
    if state is None:
        # A connection that could not be made, or that broke, has no state: the server never answered.
        broken = fault.connection_invalidated or isinstance(fault, exc.OperationalError | exc.InterfaceError)
        return "database_unreachable" if broken else None
    return next((_POSTGRESQL[state[:size]] for size in (5, 3, 2) if state[:size] in _POSTGRESQL), None)
