"""Chat: a message takes the place of what was pressed, or stands at the bottom and what has had its time goes.

Nothing of a conversation is left twice in a chat (docs/adr/0011-a-conversation-is-one-message.md).
"""

from __future__ import annotations

from sqlmodel import Session

from bot.messages import Limits, is_surface
from store import facts
from store.queries import chats

CONVERSATION = frozenset({"opening", "reminder", "question", "language", "later"})
"""What belongs to a check-in that is going on."""

COPIES = frozenset({"alert_update"})
"""What shows anew what stands in a chat already, wherever it stands there; it is never a new message."""

DONE = frozenset({"thanks", "own_answers", "share"})
"""What stands at the end of a check-in."""

SET_UP = frozenset({"call_name", "hour"})

HAD_THEIR_TIME = {
    "opening": CONVERSATION,
    "reminder": CONVERSATION,
    "question": CONVERSATION,
    "thanks": CONVERSATION,
    "own_answers": CONVERSATION,
    "share": CONVERSATION,
    "hour": SET_UP,
    "ready": SET_UP,
}
"""Which kinds of messages are taken away when one of a kind arrives."""


STOPS = frozenset({"stopped", "paused", "paused_week"})
"""Short answers after which nothing is open any more."""


def find_place(tx: Session, one: facts.Delivery, limits: Limits) -> tuple[str | None, tuple[str, ...]]:
    """The reference of what this message takes the place of, None for a new one at the bottom; and of what it clears.

    A farewell clears all: the phone may have changed hands.
    """
    if is_surface(one.place):
        return one.place, ()
    if not limits.edits:
        return None, ()
    standing, below = chats.standing(tx, one.address.id)
    if one.kind in COPIES:
        return next((other.reference for other in standing if other.reference == one.place), None), ()
    taken = one.place if _may_take(one, standing, below=below) else None
    ended = one.kind == "say" and one.detail.get("code") in STOPS
    old = CONVERSATION if ended else HAD_THEIR_TIME.get(one.kind, frozenset())
    gone = [other for other in standing if one.kind == "farewell" or other.kind in old or _ends_twice(one, other)]
    return taken, tuple(other.reference for other in gone if other.reference != taken)


def _ends_twice(one: facts.Delivery, other: facts.Standing) -> bool:
    """A check-in has one end in a chat: its "Done", or the person's own answers for as long as they look at them. Shown anew
    below something else, they must not stand above it as well."""
    return one.kind in DONE and other.kind in DONE and other.subject == one.subject


def _may_take(one: facts.Delivery, standing: list[facts.Standing], *, below: bool) -> bool:
    """Only the newest message is replaced, because that is where the person looks; and "Done" stays what it is."""
    if one.place is None:
        return False
    if not standing:
        return below
    newest = standing[-1]
    if newest.reference == one.place:
        return not below and (newest.kind not in DONE or one.kind in DONE)
    # What was pressed is none that we know: then it is the one of which nobody knew whether it arrived.
    return below and all(other.reference != one.place for other in standing)
