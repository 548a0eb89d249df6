"""Wordings: which version of a survey said what, so that no version ever says two things."""

from __future__ import annotations

from collections.abc import Iterable

from sqlmodel import Session, select

from store.dialect import insert_once
from store.tables import Wording


def known(tx: Session) -> dict[tuple[str, int], str]:
    """The fingerprints of every version that was in use, by form and version."""
    return {(row.form, row.version): row.fingerprint for row in tx.exec(select(Wording))}


def register(tx: Session, used: Iterable[tuple[str, int, str]]) -> None:
    """Note the wordings (form, version, fingerprint) that are in use from now on; what is known stays as it is."""
    insert_once(tx, Wording, [{"form": form, "version": version, "fingerprint": said} for form, version, said in used])
