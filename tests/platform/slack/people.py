"""People in Slack: what they see, and what they do, each a payload in Slack's own shape."""

from __future__ import annotations

import html
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from tests.platform.slack.methods import described, renew_view
from tests.platform.slack.world import Account, Message, View, Workspace

if TYPE_CHECKING:
    from tests.platform.slack.server import Slack

APP_ID = "A0000000000"


@dataclass(frozen=True)
class Shown:
    """A message, a modal or a Home page as it is read: no markup, buttons and fields by their labels."""

    text: str
    labels: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    title: str = ""
    picture: bool = False


class Person:
    """Somebody with an account, played by verbs. A verb returns what the app acknowledged the payload with."""

    def __init__(self, slack: Slack, team: Workspace, account: Account) -> None:
        self._slack = slack
        self._team = team
        self.account = account
        self.seen: list[Shown] = []
        """Everything that this person was shown, oldest first, also what was replaced since."""
        slack.on_change.append(self._look)

    def _look(self, team: Workspace, user: str, what: Message | View | dict[str, Any]) -> None:
        if (team, user) != (self._team, self.id):
            return
        match what:
            case Message():
                self.seen.append(shown_message(what))
            case View():
                self.seen.append(shown(what.content["blocks"], "", what.content))
            case _:
                self.seen.append(shown(what["blocks"], ""))

    @property
    def id(self) -> str:
        """The account's id."""
        return self.account.id

    # --- what they see -----------------------------------------------------------------------------------------------

    def messages(self) -> list[Message]:
        """The app's messages in their chat, oldest first."""
        chat = self._team.chats.get(self.id)
        return [one for one in self._team.messages if one.channel == chat and one.author == "bot" and not one.deleted]

    def sees(self) -> list[Shown]:
        """The same, as they are read."""
        return [shown_message(one) for one in self.messages()]

    def modal(self) -> Shown | None:
        """The modal in front, if one is open."""
        view = self._front()
        return None if view is None else shown(view.content["blocks"], "", view.content)

    def home(self) -> Shown | None:
        """The Home page."""
        view = self._team.homes.get(self.id)
        return None if view is None else shown(view["blocks"], "")

    def _front(self) -> View | None:
        stack = [one for one in self._team.views.values() if one.user == self.id and not one.closed]
        return stack[-1] if stack else None

    # --- what they do ------------------------------------------------------------------------------------------------

    async def says(self, text: str, *, wait: bool = False) -> Any:
        """Write to the app. Slack escapes the three signs of its own markup."""
        chat, ts = self._team.chat_of(self.id), self._slack.ids.ts(self._slack.clock())
        escaped = html.escape(text, quote=False)
        self._team.messages.append(Message(chat, ts, self.id, escaped, []))
        event = {
            "type": "message",
            "channel": chat,
            "channel_type": "im",
            "user": self.id,
            "text": escaped,
            "ts": ts,
            "event_ts": ts,
            "team": self._team.id,
            "client_msg_id": f"c-{ts}",
        }
        return await self._event(event, wait=wait)

    async def presses(self, label: str, *, on: Message | None = None) -> Any:
        """Press a button: in the modal in front, else on the newest message that has it, else on Home."""
        view = self._front()
        if on is None and view is not None and (button := _button(view.content["blocks"], label)):
            return await self._press(button, {"view": described(view, self._team)}, view_id=view.id)
        for message in [on] if on is not None else reversed(self.messages()):
            if button := _button(message.blocks, label):
                return await self._press_on(message, button)
        home = self._team.homes.get(self.id)
        if home is not None and (button := _button(home["blocks"], label)):
            shape = {"id": f"VHOME{self.id}", "hash": "1", **home}
            return await self._press(button, {"view": shape}, view_id=f"VHOME{self.id}")
        raise LookupError(f"{self.account.name} sees no button {label!r}; there are: {self._labels()}")

    def _labels(self) -> list[str]:
        found = [label for one in self.sees() for label in one.labels]
        modal = self.modal()
        return [*found, *(modal.labels if modal else ())]

    async def _press_on(self, message: Message, button: dict[str, Any]) -> Any:
        where = {"type": "message", "message_ts": message.ts, "channel_id": message.channel, "is_ephemeral": False}
        url = self._slack.response_url(self._team.id, self.id, message.channel, message.ts)
        extra = {
            "container": where,
            "channel": {"id": message.channel, "name": "directmessage"},
            "message": {"ts": message.ts, "text": message.text, "blocks": message.blocks, "bot_id": self._team.bot_id},
            "response_url": url,
        }
        return await self._press(button, extra)

    async def _press(self, button: dict[str, Any], extra: dict[str, Any], view_id: str | None = None) -> Any:
        action = {
            "action_id": button["action_id"],
            "block_id": button.get("block_id", "b"),
            "text": button["text"],
            "value": button.get("value", ""),
            "type": "button",
            "action_ts": self._slack.ids.ts(self._slack.clock()),
        }
        payload = {**self._interaction("block_actions"), "actions": [action], **extra}
        if view_id is not None:
            payload["container"] = {"type": "view", "view_id": view_id}
        return await self._slack.deliver("interactive", payload)

    async def submits(self, **values: str) -> Any:
        """Fill in the modal in front and send it: options by their label, dates as ISO, other fields as words."""
        view = self._front()
        assert view is not None, "no modal is open"
        state: dict[str, dict[str, Any]] = {}
        for block in view.content["blocks"]:
            if block["type"] == "input":
                name, element = block["block_id"], block["element"]
                given = values.get(name.partition("|")[0], _initial(element))
                if given in (None, "") and not block.get("optional"):
                    raise AssertionError(f"Slack asks for {name} before it sends the form")
                state[name] = {element["action_id"]: _filled(element, given)}
        described_view = {**described(view, self._team), "state": {"values": state}}
        payload = {**self._interaction("view_submission"), "view": described_view, "response_urls": []}
        return await self._slack.deliver("interactive", payload, then=partial(self._acknowledged, view))

    def _acknowledged(self, view: View, answer: Any) -> None:
        match (answer or {}).get("response_action"):
            case None if (answer or {}).get("error") is None:
                view.closed = True
            case "clear":
                for one in self._team.views.values():
                    one.closed = one.closed or one.user == self.id
            case "update":
                renew_view(self._slack, self._team, view, answer["view"])

    def loses(self, ts: str) -> None:
        """Let somebody delete a message from their chat."""
        for message in self.messages():
            message.deleted = message.deleted or message.ts == ts

    def closes(self) -> None:
        """Close the modal in front."""
        view = self._front()
        assert view is not None
        view.closed = True

    def closes_all(self) -> None:
        """Close every modal that is open."""
        for view in self._team.views.values():
            view.closed = view.closed or view.user == self.id

    async def opens_home(self, tab: str = "home") -> Any:
        """Look at the app's Home tab."""
        event = {"type": "app_home_opened", "user": self.id, "channel": self._team.chat_of(self.id), "tab": tab}
        return await self._event({**event, "event_ts": self._slack.ids.ts(self._slack.clock())})

    async def commands(self, command: str, text: str = "") -> Any:
        """Type a slash command."""
        payload = {
            "command": command,
            "text": text,
            "user_id": self.id,
            "user_name": self.account.email.partition("@")[0],
            "team_id": self._team.id,
            "channel_id": self._team.chat_of(self.id),
            "api_app_id": APP_ID,
            "trigger_id": self._slack.trigger(self._team.id, self.id),
            "response_url": self._slack.response_url(self._team.id, self.id, self._team.chat_of(self.id), None),
        }
        return await self._slack.deliver("slash_commands", payload)

    async def shortcut(self, callback_id: str) -> Any:
        """Choose a global shortcut of the app."""
        payload = {**self._interaction("shortcut"), "callback_id": callback_id, "action_ts": "1.0"}
        return await self._slack.deliver("interactive", payload)

    async def joins(self) -> Any:
        """Become a member of the workspace."""
        return await self._event({"type": "team_join", "user": self._user(), "event_ts": "1.0"})

    async def is_deactivated(self) -> Any:
        """Lose the account."""
        self.account.deleted = True
        return await self._event({"type": "user_change", "user": self._user(), "event_ts": "1.0"})

    def _user(self) -> dict[str, Any]:
        from tests.platform.slack.methods import _account

        return _account(self._team, self.id)

    def _interaction(self, kind: str) -> dict[str, Any]:
        return {
            "type": kind,
            "team": {"id": self._team.id, "domain": self._team.name.lower()},
            "user": {"id": self.id, "username": self.account.email.partition("@")[0], "team_id": self._team.id},
            "api_app_id": APP_ID,
            "token": "verification",
            "trigger_id": self._slack.trigger(self._team.id, self.id),
            "is_enterprise_install": False,
            "enterprise": None,
        }

    async def _event(self, event: dict[str, Any], *, wait: bool = True) -> Any:
        return await deliver_event(self._slack, self._team, event, wait=wait)


async def deliver_event(slack: Slack, team: Workspace, event: dict[str, Any], *, wait: bool = True) -> Any:
    """Tell the app of an event in a workspace."""
    payload = {
        "token": "verification",
        "team_id": team.id,
        "api_app_id": APP_ID,
        "event": event,
        "type": "event_callback",
        "event_id": f"Ev{slack.ids.next():010d}",
        "event_time": int(slack.clock()),
        "authorizations": [{"team_id": team.id, "user_id": team.bot_user, "is_bot": True}],
    }
    return await slack.deliver("events_api", payload, wait=wait)


def shown_message(message: Message) -> Shown:
    """A message as it is read; of a picture, its description."""
    if message.file is not None:
        return Shown(message.file["alt"] or message.text, picture=True)
    return shown(message.blocks, message.text)


def shown(blocks: list[dict[str, Any]], text: str, view: dict[str, Any] | None = None) -> Shown:
    """Blocks as they are read."""
    parts: list[str] = []
    labels: list[str] = []
    fields: list[str] = []
    for block in blocks:
        match block["type"]:
            case "section" | "header":
                parts.append(read(block["text"]))
            case "context":
                parts += [read(one) for one in block["elements"]]
            case "actions":
                labels += [read(one["text"]) for one in block["elements"] if one["type"] == "button"]
            case "input":
                fields.append(read(block["label"]))
    title = read(view["title"]) if view and "title" in view else ""
    if view and "submit" in view:
        labels.append(read(view["submit"]))
    return Shown("\n\n".join(parts) or html.unescape(text), tuple(labels), tuple(fields), title)


def read(text: dict[str, Any]) -> str:
    """A text object as it is shown: Slack reads three entities back."""
    said = str(text["text"])
    for entity, sign in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        said = said.replace(entity, sign)
    return said


def _button(blocks: list[dict[str, Any]], label: str) -> dict[str, Any] | None:
    buttons = [one for block in blocks if block["type"] == "actions" for one in block["elements"]]
    for button in buttons:
        if button["type"] == "button" and label in (read(button["text"]), button.get("value", "").rpartition(":")[2]):
            return {**button}
    return next((one for one in buttons if label in one.get("value", "").split(":")[-1:]), None)


def _initial(element: dict[str, Any]) -> str | None:
    option = element.get("initial_option")
    return option["value"] if option else element.get("initial_value") or element.get("initial_date")


def _filled(element: dict[str, Any], given: str | None) -> dict[str, Any]:
    match element["type"]:
        case "static_select" | "radio_buttons":
            chosen = next((one for one in element["options"] if given in (one["value"], read(one["text"]))), None)
            return {"type": element["type"], "selected_option": chosen}
        case "datepicker":
            return {"type": "datepicker", "selected_date": given}
        case _:
            return {"type": element["type"], "value": given}
