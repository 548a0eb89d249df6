"""Erasing a person: words, names and addresses go, wherever they stand; numbers stay only without a name, and only where the
person agreed."""

from __future__ import annotations

from collections.abc import Sequence, Set
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, SQLModel, and_, col, delete, or_, select

from store.tables import (
    Address,
    Alert,
    Answer,
    Assessment,
    AuditEntry,
    CheckIn,
    Consent,
    Delivery,
    FollowUp,
    FormLink,
    Guess,
    Inbound,
    Invitation,
    KeptNumber,
    Lane,
    Notice,
    Pause,
    Person,
    Placement,
    SetAside,
    Sharing,
)

GONE = "–"
"""What stands where a name stood."""


def hire(tx: Session, person_id: int) -> list[str]:
    """Erase a hire with their placements and everything that was said about them; the numbers of these placements."""
    row = tx.get_one(Person, person_id)
    secrets = _secrets(tx, row)
    own = list(tx.exec(select(Placement).where(Placement.hire_id == person_id)))
    ids, keys = [one.id for one in own if one.id is not None], [one.key for one in own]
    opened = _ids(tx, CheckIn.id, or_(col(CheckIn.placement_id).in_(ids), CheckIn.person_id == person_id))
    raised = _ids(tx, Alert.id, or_(col(Alert.placement_id).in_(ids), Alert.person_id == person_id))
    _keep_managers_consent(tx, person_id, ids)
    _delete(tx, Sharing, col(Sharing.placement_id).in_(ids))
    _delete(tx, FollowUp, or_(col(FollowUp.placement_id).in_(ids), col(FollowUp.alert_id).in_(raised)))
    _delete(tx, Alert, col(Alert.id).in_(raised))
    _delete(tx, Assessment, col(Assessment.placement_id).in_(ids))
    _delete(tx, Answer, col(Answer.checkin_id).in_(opened))
    _delete(tx, FormLink, col(FormLink.checkin_id).in_(opened))
    _delete(tx, CheckIn, col(CheckIn.id).in_(opened))
    _delete(tx, Pause, col(Pause.placement_id).in_(ids))
    tx.execute(update(Invitation).where(col(Invitation.placement_id).in_(ids)).values(placement_id=None))
    _erase_chats(tx, person_id)
    _delete(tx, Placement, col(Placement.id).in_(ids))
    _delete(tx, Person, col(Person.id) == person_id)
    about = [f"person:{person_id}", *(f"placement:{one}" for one in keys), *(f"alert:{one}" for one in raised)]
    # Who was erased before stays known: its row of the audit log says which numbers must not come back.
    told = and_(col(AuditEntry.subject).in_(about), AuditEntry.action != "erased")
    tx.execute(update(AuditEntry).where(told).values(details={}))
    _scrub(tx, secrets, {row.call_name, row.external_id})
    return keys


def manager(tx: Session, person_id: int, sign: str, now: datetime) -> list[int]:
    """Erase a manager: their answers and words, their name and how to reach them. The cases of their people go on; the ids of
    their alerts that say less now."""
    row = tx.get_one(Person, person_id)
    secrets, whole = _secrets(tx, row), {row.call_name, row.external_id}
    opened = _ids(tx, CheckIn.id, CheckIn.person_id == person_id)
    raised = _ids(tx, Alert.id, Alert.person_id == person_id)
    _delete(tx, FollowUp, col(FollowUp.alert_id).in_(raised))
    _delete(tx, Alert, col(Alert.id).in_(raised))
    _delete(tx, Answer, col(Answer.checkin_id).in_(opened))
    _delete(tx, FormLink, col(FormLink.checkin_id).in_(opened))
    tx.execute(
        update(CheckIn)
        .where(col(CheckIn.id).in_(opened), col(CheckIn.state).in_(("planned", "open")))
        .values(state="cancelled", closed_at=now, wakes_at=None)
    )
    placed = _ids(tx, Placement.id, Placement.manager_id == person_id)
    assessed = tx.exec(select(Assessment).where(col(Assessment.placement_id).in_(placed)))
    alerted = tx.exec(select(Alert).where(col(Alert.placement_id).in_(placed)))
    changed = []
    for one in [*assessed, *alerted]:
        others = [reason for reason in one.reasons if not _of_manager(reason)]
        changed += [one.id] if isinstance(one, Alert) and others != one.reasons and one.id is not None else []
        one.reasons = others
    _erase_chats(tx, person_id)
    row.identity, row.name, row.stopped_at, row.paused_until = f"erased:{sign}", GONE, now, None
    row.call_name = row.email = row.phone = row.external_id = row.channel = row.hour = row.answers_in = None
    tx.flush()
    _scrub(tx, secrets, whole)
    return changed


def _of_manager(reason: dict[str, Any]) -> bool:
    """Whether a reason tells what a manager answered: their own view, or how far it is from the hire's. That notice was given
    is no view but a fact of the case, which goes on."""
    return str(reason["code"]).startswith("manager") or reason["code"] in ("gap", "gap_below")


def forget_estimates(tx: Session, placement_id: int, now: datetime) -> None:
    """Erase the levels of a placement and what alerts say of them; an alert about a risk that is open is over."""
    risk = and_(col(Alert.placement_id) == placement_id, col(Alert.kind) == "risk")
    over = {"state": "resolved", "resolved_at": now, "due_at": None, "deliver_at": None}
    tx.execute(update(Alert).where(risk, col(Alert.state) != "resolved").values(over))
    tx.execute(update(Alert).where(risk).values(assessment_id=None, level=None, reasons=[]))
    _delete(tx, Assessment, Assessment.placement_id == placement_id)


def _ids(tx: Session, column: Any, *where: Any) -> list[int]:
    return [one for one in tx.exec(select(column).where(*where)) if one is not None]


def _delete(tx: Session, model: type[SQLModel], *where: Any) -> None:
    tx.exec(delete(model).where(*where))


def _keep_managers_consent(tx: Session, person_id: int, placement_ids: Sequence[int]) -> None:
    """A manager decides once for all their people: the decision moves to another of them, where there is one."""
    for one in tx.exec(select(Consent).where(col(Consent.placement_id).in_(placement_ids))):
        other = select(Placement.id).where(
            Placement.manager_id == one.person_id, col(Placement.id).not_in(placement_ids)
        )
        instead = None if one.person_id == person_id else tx.exec(other.order_by(col(Placement.id)).limit(1)).first()
        same = select(Consent.id).where(
            Consent.person_id == one.person_id, Consent.placement_id == instead, Consent.version == one.version
        )
        if instead is None or tx.exec(same).first() is not None:
            tx.delete(one)
        else:
            one.placement_id = instead
    tx.flush()


def _erase_chats(tx: Session, person_id: int) -> None:
    addresses = list(tx.exec(select(Address).where(Address.person_id == person_id)))
    ids = [one.id for one in addresses]
    _delete(tx, Delivery, or_(Delivery.person_id == person_id, col(Delivery.address_id).in_(ids)))
    # That an update was handled stays, without whose it was, so that the same one is not handled again.
    tx.execute(update(Inbound).where(col(Inbound.address_id).in_(ids)).values(address_id=None))
    for model in (Lane, Guess):
        for one in addresses:
            _delete(
                tx,
                model,
                col(model.platform) == one.platform,
                col(model.team) == one.team,
                col(model.user) == one.user,
            )
    for owned in (Notice, Invitation, Consent, Address):
        _delete(tx, owned, col(owned.person_id) == person_id)


def _secrets(tx: Session, row: Person) -> tuple[str, ...]:
    """Everything by which a person could be found again, wherever in a text it stands; the longest first."""
    users = tx.exec(select(Address.user).where(Address.person_id == row.id))
    known = {row.name, row.email, row.phone, *(one for one in users if len(one) > len("u12"))}
    return tuple(sorted((one for one in known if one), key=len, reverse=True))


def _scrub(tx: Session, secrets: Sequence[str], whole: Set[str | None]) -> None:
    """Take a person out of what was written about them to others: messages, notices, the audit log, alerts. What may be as
    short as a word or a number (``whole``) is taken out only where nothing else stands beside it."""
    tx.flush()
    for model, column in ((Delivery, "detail"), (Notice, "detail"), (AuditEntry, "details"), (Alert, "reasons")):
        for row_id, value in tx.execute(select(model.id, getattr(model, column))).all():
            clean = _without(value, secrets, whole)
            if clean != value:
                tx.execute(update(model).where(col(model.id) == row_id).values({column: clean}))
    for seen in (Inbound, SetAside):
        for row_id, name in tx.execute(select(seen.id, seen.external_id)).all():
            if _without(name, secrets, frozenset()) != name:
                tx.execute(update(seen).where(col(seen.id) == row_id).values(external_id=f"erased:{row_id}"))


def _without(value: Any, secrets: Sequence[str], whole: Set[str | None]) -> Any:
    match value:
        case dict():
            return {name: _without(one, secrets, whole) for name, one in value.items()}
        case list():
            return [_without(one, secrets, whole) for one in value]
        case str() if value in whole:
            return GONE
        case str():
            for secret in secrets:
                value = value.replace(secret, GONE)
            return value
        case _:
            return value


def keep(tx: Session, sign: str, numbers: Sequence[tuple[int, str, float]]) -> None:
    """Keep numbers (month, item, value) under a sign."""
    tx.add_all([KeptNumber(sign=sign, month=month, item=item, value=value) for month, item, value in numbers])


def forget(tx: Session, sign: str) -> int:
    """Erase the numbers of a sign; how many there were."""
    found = _ids(tx, KeptNumber.id, KeptNumber.sign == sign)
    _delete(tx, KeptNumber, KeptNumber.sign == sign)
    return len(found)


def is_sign(tx: Session, text: str) -> bool:
    """True for a sign under which numbers are kept."""
    return tx.exec(select(KeptNumber.id).where(KeptNumber.sign == text).limit(1)).first() is not None


def erased_keys(tx: Session) -> frozenset[str]:
    """The numbers of placements whose hire was erased."""
    query = select(AuditEntry.details).where(AuditEntry.action == "erased")
    return frozenset(str(key) for details in tx.exec(query) for key in details.get("placements", []))


def _old_words(before: datetime) -> list[tuple[type[SQLModel], Any, Any]]:
    """Where words stand that were written before a time: the table, the column and which rows. What is still to be done keeps
    its note."""
    noted = and_(col(FollowUp.at) < before, col(FollowUp.state) == "done")
    return [
        (Answer, col(Answer.sealed_words), col(Answer.answered_at) < before),
        (Alert, col(Alert.sealed_words), col(Alert.opened_at) < before),
        (FollowUp, col(FollowUp.sealed_note), noted),
    ]


def forget_words(tx: Session, before: datetime) -> int:
    """Erase people's own words, and what was noted about them, from before a time; how many."""
    found = 0
    for model, column, old in _old_words(before):
        done: Any = tx.execute(update(model).where(old, column.is_not(None)).values({column.key: None}))
        found += done.rowcount
    return found


def has_words(tx: Session, before: datetime) -> bool:
    """True when there is something for ``forget_words``."""
    wanted = (select(column).where(old, column.is_not(None)).limit(1) for _, column, old in _old_words(before))
    return any(tx.exec(query).first() is not None for query in wanted)


def has_answers(tx: Session, before: datetime) -> bool:
    """True when there is something for ``forget_answers``."""
    answers = select(Answer.id).where(col(Answer.answered_at) < before).limit(1)
    levels = select(Assessment.id).where(col(Assessment.assessed_at) < before).limit(1)
    return tx.exec(answers).first() is not None or tx.exec(levels).first() is not None


def forget_answers(tx: Session, before: datetime) -> int:
    """Erase answers, and the levels that were estimated from them, from before a time; how many."""
    old = select(Assessment.id).where(col(Assessment.assessed_at) < before)
    tx.execute(update(Alert).where(col(Alert.assessment_id).in_(old)).values(assessment_id=None))
    tx.execute(update(Alert).where(col(Alert.opened_at) < before).values(reasons=[]))
    levels: Any = tx.execute(delete(Assessment).where(col(Assessment.assessed_at) < before))
    answers: Any = tx.execute(delete(Answer).where(col(Answer.answered_at) < before))
    return int(levels.rowcount + answers.rowcount)
