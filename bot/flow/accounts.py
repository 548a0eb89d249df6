"""Accounts: those who look after a person hear which account was linked, and can say that it is somebody else's."""

from __future__ import annotations

from sqlmodel import Session

from bot.app import App
from bot.flow import outbox
from bot.flow.conversation import placements_of
from bot.flow.reply import Heard, send
from bot.messages import Payload
from store import facts
from store.queries import audit, deliveries, invitations, people


def take_leave(app: App, tx: Session, old: facts.Address, code: str, *, key: str) -> None:
    """The last message of a chat that is closed: it tells nothing but that."""
    deliveries.queue(tx, old, key=key, kind="farewell", subject=old.person_id, detail={"code": code}, now=app.real())


def tell_linked(app: App, tx: Session, person: facts.Person, address: facts.Address, account: str, *, key: str) -> None:
    """Tell those who look after a person whom they got, so that a code in wrong hands is noticed on the same day."""
    for reader in watchers(tx, person):
        outbox.promise(
            app,
            tx,
            reader.id,
            key=f"{key}:told:{reader.id}",
            kind="linked",
            subject=address.id,
            detail={"person": person.id, "account": account},
        )


def watchers(tx: Session, person: facts.Person) -> list[facts.Person]:
    """Who hears of a person's link: the consultants of a hire or a manager; of somebody of the agency the leads, or
    everybody else there when there is no other lead."""
    if person.kind != "staff":
        own = placements_of(tx, person)
        running = [one for one in own if one.left_on is None] or own
        return list({one.consultant.id: one.consultant for one in running}.values())
    others = [one for one in people.staff(tx) if one.id != person.id]
    return [one for one in others if one.role == "lead"] or others


def disown(tx: Session, payload: Payload, heard: Heard) -> None:
    """Somebody of the agency says that a linked account is not the person: it is closed and what came of it is undone."""
    found = people.address(tx, payload.subject)
    person = people.get(tx, payload.turn) if found is not None and found.person_id == payload.turn else None
    if found is None or person is None or payload.choice != "not_them":
        send(tx, heard, "change", heard.person.id, detail={"code": "not_them_already", "person": "–"})
    elif heard.person.id not in {one.id for one in watchers(tx, person)}:
        send(tx, heard, "staff_say", heard.person.id, detail={"code": "not_yours"})
    elif found.state == "closed":
        send(tx, heard, "change", heard.person.id, detail={"code": "not_them_already", "person": person.name})
    else:
        invitations.undo_link(tx, found.id, heard.now)
        audit.write(
            tx,
            actor=f"person:{heard.person.id}",
            action="link_undone",
            subject=f"person:{person.id}",
            now=heard.now,
            platform=found.platform,
        )
        take_leave(heard.app, tx, found, "disconnected", key=f"in{heard.inbound_id}:disconnected")
        send(tx, heard, "change", heard.person.id, detail={"code": "not_them", "person": person.name})
