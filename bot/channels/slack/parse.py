"""What Slack sends becomes an Inbound: pure functions over payloads, tried on recorded ones in tests/payloads/slack.

Shapes: docs.slack.dev/reference/events, /reference/interaction-payloads, /interactivity/implementing-slash-commands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.channels import callback
from bot.messages import HOME, VIEW, AddressKey, Inbound, Payload

PLATFORM = "slack"
COMMANDS = {"/checkin": "start", "/help": "help"}
SHORTCUTS = {"checkin_now": "form.start"}
"""What somebody may ask for at any time, as choices of ``menu``. A shortcut is pressed anywhere in Slack, so that what it
opens is a window."""

Body = Mapping[str, Any]

_WRITTEN = frozenset({None, "file_share", "thread_broadcast", "me_message"})
"""Kinds of message that a person wrote. The others tell of changes, deletions and what apps said."""

_LINK = re.compile(r"<(?:([@#!])([^>|]+)|([^>|]+))(?:\|([^>]*))?>")


def _part(body: Body, name: str) -> Body:
    """A part of a payload; empty where it is missing, or is something else than we know."""
    found = body.get(name)
    return found if isinstance(found, Mapping) else {}


def reference(channel: str, ts: str) -> str:
    """How a message is called outside of this channel."""
    return f"{channel}:{ts}"


def event(body: Body) -> Inbound | None:
    """What an event says; None for one that says nothing to us."""
    said, team, name = _part(body, "event"), str(body.get("team_id") or ""), str(body.get("event_id") or "")
    match said.get("type"):
        case "message":
            return _message(said, team, name)
        case "app_home_opened" if said.get("tab") == "home":
            where = AddressKey(PLATFORM, team, str(said.get("user") or ""))
            return Inbound(where, name, payload=Payload("menu", 0, 0, "home"), message=HOME)
        case "team_join":
            return _joined(_part(said, "user"), team, name)
        case "user_change" if _part(said, "user").get("deleted"):
            return Inbound(AddressKey(PLATFORM, team, str(said["user"].get("id") or "")), name, gone=True)
        case "app_uninstalled":
            return Inbound(AddressKey(PLATFORM, team, ""), name, gone=True)
        case "tokens_revoked" if _part(said, "tokens").get("bot"):
            return Inbound(AddressKey(PLATFORM, team, ""), name, gone=True)
    return None


def _message(said: Body, team: str, name: str) -> Inbound | None:
    if said.get("channel_type") != "im" or said.get("subtype") not in _WRITTEN or said.get("bot_id"):
        return None
    if not said.get("user"):
        return None
    return Inbound(
        AddressKey(PLATFORM, team, str(said["user"])), name, text=written(str(said.get("text") or "")) or None
    )


def written(text: str) -> str:
    """A text as it was typed: Slack escapes three signs and puts links, people and channels into angle brackets."""
    text = _LINK.sub(lambda found: _typed(*found.groups()), text)
    for entity, sign in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        text = text.replace(entity, sign)
    return text


def _typed(sign: str | None, name: str | None, link: str | None, label: str | None) -> str:
    if link is not None:
        return label or link.removeprefix("mailto:").removeprefix("tel:")
    return f"{'@' if sign == '!' else sign}{label or name}"


def _joined(user: Body, team: str, name: str) -> Inbound | None:
    """Somebody who has just become a member of the workspace, with the address that Slack has verified."""
    profile = _part(user, "profile")
    if user.get("is_bot") or user.get("deleted") or not user.get("id") or not profile.get("email"):
        return None
    where = AddressKey(PLATFORM, team or str(user.get("team_id") or ""), str(user["id"]))
    return Inbound(where, name, account=account_name(user), email=str(profile["email"]), language=_language(user))


def account_name(user: Body) -> str:
    """What Slack calls an account."""
    profile = _part(user, "profile")
    names = (profile.get("real_name"), user.get("real_name"), profile.get("display_name"), user.get("name"))
    return next((str(one) for one in names if one), str(user.get("id") or ""))


def _language(user: Body) -> str | None:
    return str(user["locale"]).partition("-")[0] if user.get("locale") else None


def _who(body: Body) -> AddressKey:
    user, team = _part(body, "user"), _part(body, "team")
    return AddressKey(PLATFORM, str(team.get("id") or user.get("team_id") or ""), str(user.get("id") or ""))


def action(body: Body) -> Inbound | None:
    """A pressed button, on a message, in a modal or on Home; None for one that is not ours.

    Slack never sends a press again, but a copy may come twice on its way: its id is the press, not the envelope.
    """
    actions = body.get("actions")
    pressed = actions[0] if isinstance(actions, list) and actions and isinstance(actions[0], Mapping) else {}
    payload = callback.decode(str(pressed.get("value") or ""))
    if payload is None:
        return None
    who, where = _who(body), _pressed_on(body)
    name = f"press:{who.team}:{who.user}:{where}:{pressed.get('action_ts') or body.get('trigger_id')}"
    return Inbound(who, name, payload=payload, message=where)


def _pressed_on(body: Body) -> str | None:
    view, container = _part(body, "view"), _part(body, "container")
    if view:
        return HOME if view.get("type") == "home" else VIEW + str(view.get("id"))
    if container.get("message_ts"):
        return reference(str(container.get("channel_id")), str(container["message_ts"]))
    return None


def submission(body: Body) -> Inbound | None:
    """A form that was sent; what was left empty is left out."""
    view = _part(body, "view")
    payload = callback.decode(str(view.get("private_metadata") or ""))
    if payload is None:
        return None
    values = {}
    for block, elements in _part(_part(view, "state"), "values").items():
        filled = _filled(next(iter(elements.values()), {})) if isinstance(elements, Mapping) else None
        if filled is not None:
            values[str(block).partition("|")[0]] = filled
    name = f"form:{view.get('id')}:{body.get('trigger_id') or view.get('hash')}"
    return Inbound(_who(body), name, payload=payload, message=VIEW + str(view.get("id")), values=values)


def _filled(element: Any) -> str | None:
    if not isinstance(element, Mapping):
        return None
    chosen = _part(element, "selected_option")
    found = element.get("value") or element.get("selected_date") or chosen.get("value")
    return None if found is None else str(found)


def command(body: Body) -> Inbound | None:
    """A slash command."""
    choice = COMMANDS.get(str(body.get("command") or ""))
    if choice is None:
        return None
    where = AddressKey(PLATFORM, str(body.get("team_id") or ""), str(body.get("user_id") or ""))
    account = str(body.get("user_name") or "") or None
    return Inbound(where, f"command:{body.get('trigger_id')}", payload=Payload("menu", 0, 0, choice), account=account)


def shortcut(body: Body) -> Inbound | None:
    """A global shortcut."""
    choice = SHORTCUTS.get(str(body.get("callback_id") or ""))
    if choice is None:
        return None
    return Inbound(_who(body), f"shortcut:{body.get('trigger_id')}", payload=Payload("menu", 0, 0, choice))


def person_of(envelope: Body) -> str:
    """Whose turn a payload of any kind is, so that what one person does is handled in its order."""
    said = _part(envelope, "event")
    user = said.get("user") or envelope.get("user") or envelope.get("user_id") or ""
    return str(user.get("id") if isinstance(user, Mapping) else user)
