"""The methods of the Web API that teichaku uses: what they do, and what they refuse with which error."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.platform.slack.blocks import ALL_TEXTS, MESSAGE, faults_of, faults_of_view, total_text
from tests.platform.slack.world import Message, Pace, ResponseUrl, View, Workspace

if TYPE_CHECKING:
    from tests.platform.slack.server import Slack

NEEDS = {
    "chat.postMessage": "chat:write",
    "chat.postEphemeral": "chat:write",
    "chat.update": "chat:write",
    "chat.delete": "chat:write",
    "conversations.open": "im:write",
    "conversations.history": "im:history",
    "users.info": "users:read",
    "users.lookupByEmail": "users:read.email",
    "files.getUploadURLExternal": "files:write",
    "files.completeUploadExternal": "files:write",
}
"""The scope of each method; the others need none."""

TIER = {
    "chat.update": 50,
    "chat.delete": 50,
    "conversations.open": 50,
    "conversations.history": 50,
    "users.lookupByEmail": 50,
    "apps.connections.open": 50,
    "views.open": 100,
    "views.update": 100,
    "views.publish": 100,
    "users.info": 100,
    "files.getUploadURLExternal": 100,
    "files.completeUploadExternal": 100,
    "chat.postEphemeral": 100,
}
"""Calls a minute for each workspace (docs.slack.dev/apis/web-api/rate-limits); a minute's worth may come at once."""

FORM_ONLY = {"users.info", "users.lookupByEmail", "files.getUploadURLExternal", "oauth.v2.access"}


@dataclass
class Answer:
    """What a call is answered with."""

    data: dict[str, Any] = field(default_factory=dict)
    error: str | None = None
    messages: list[str] = field(default_factory=list)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    plain: str | None = None

    def response(self, scopes: tuple[str, ...]) -> web.Response:
        """As HTTP."""
        if self.plain is not None:
            return web.Response(status=self.status, text=self.plain, headers=self.headers)
        body: dict[str, Any] = {"ok": self.error is None, **self.data}
        if self.error is not None:
            body["error"] = self.error
        if self.messages:
            body["response_metadata"] = {"messages": self.messages}
        headers = {"x-oauth-scopes": ",".join(scopes), **self.headers}
        return web.json_response(body, status=self.status, headers=headers)


def ratelimited(seconds: float) -> Answer:
    """429, as Slack says it."""
    return Answer(error="ratelimited", status=429, headers={"Retry-After": str(max(1, ceil(seconds)))})


def call(
    slack: Slack, method: str, team: Workspace | None, token: str, given: dict[str, Any], request: web.Request
) -> Answer:
    """Do what a call asks, or refuse it as Slack does."""
    as_json = given.pop("", None) == "json"
    if as_json and method in FORM_ONLY:
        return Answer(error="invalid_arguments")
    if method == "apps.connections.open":
        return _open_connection(slack, token)
    if method == "oauth.v2.access":
        return _oauth(slack, given, request)
    if method == "auth.revoke" or method not in _METHODS:
        return Answer(error="unknown_method")
    if not token:
        return Answer(error="not_authed")
    if team is None:
        return Answer(error="invalid_auth")
    if team.auth_error is not None:
        return Answer(error=team.auth_error)
    needed = NEEDS.get(method)
    if needed is not None and needed not in slack.scopes:
        return Answer({"needed": needed, "provided": ",".join(slack.scopes)}, error="missing_scope")
    if method in TIER:
        wait = slack.throttle(f"{team.id}:{method}", Pace(TIER[method] / 60, TIER[method]))
        if wait:
            return ratelimited(wait)
    return _METHODS[method](slack, team, given)


def _open_connection(slack: Slack, token: str) -> Answer:
    from tests.platform.slack.server import APP_TOKEN

    if token != APP_TOKEN:
        return Answer(error="invalid_auth" if token else "not_authed")
    return Answer({"url": slack.ticket()})


def _oauth(slack: Slack, given: dict[str, Any], request: web.Request) -> Answer:
    from tests.platform.slack.server import CLIENT_ID, CLIENT_SECRET

    pair = request.headers.get("Authorization", "").removeprefix("Basic ")
    if base64.b64decode(pair).decode() != f"{CLIENT_ID}:{CLIENT_SECRET}":
        return Answer(error="bad_client_secret")
    team_id = slack.codes.pop(str(given.get("code", "")), None)
    if team_id is None:
        return Answer(error="invalid_code")
    team = slack.teams[team_id]
    return Answer(
        {
            "app_id": "A0000000000",
            "authed_user": {"id": "UADMIN000"},
            "scope": ",".join(slack.scopes),
            "token_type": "bot",
            "access_token": team.bot_token,
            "bot_user_id": team.bot_user,
            "team": {"id": team.id, "name": team.name},
            "enterprise": None,
            "is_enterprise_install": False,
        }
    )


def _auth_test(slack: Slack, team: Workspace, given: dict[str, Any]) -> Answer:
    return Answer(
        {
            "url": f"https://{team.name.lower()}.slack.example/",
            "team": team.name,
            "user": "checkin",
            "team_id": team.id,
            "user_id": team.bot_user,
            "bot_id": team.bot_id,
            "is_enterprise_install": False,
        }
    )


def _refuse_content(given: dict[str, Any], *, update: bool = False) -> Answer | None:
    text, blocks = given.get("text") or "", given.get("blocks")
    if not text and not blocks and not given.get("attachments"):
        return Answer(error="no_text")
    if update and len(text) > 4000:
        return Answer(error="msg_too_long")
    faults = faults_of(blocks, MESSAGE) if blocks else []
    if faults:
        return Answer(error="invalid_blocks", messages=faults)
    if total_text(blocks or []) > ALL_TEXTS:
        return Answer(error="msg_blocks_too_long")
    return None


def _recipient(slack: Slack, team: Workspace, channel: str) -> tuple[str, str] | Answer:
    """The chat and whose it is, or why nothing can be written there."""
    user = channel if channel.startswith(("U", "W")) else team.user_of(channel)
    account = team.accounts.get(user or "")
    if account is None:
        return Answer(error="channel_not_found")
    if account.deleted:
        return Answer(error="user_disabled")
    if not team.messages_tab:
        return Answer(error="messages_tab_disabled")
    return team.chat_of(account.id), account.id


def _post(slack: Slack, team: Workspace, given: dict[str, Any]) -> Answer:
    found = _recipient(slack, team, str(given.get("channel", "")))
    if isinstance(found, Answer):
        return found
    refused = _refuse_content(given)
    if refused is not None:
        return refused
    chat, user = found
    wait = slack.throttle(f"{team.id}:chat", slack.team_pace)
    if wait:
        return ratelimited(wait)
    wait = slack.throttle(f"{team.id}:chat:{chat}", slack.chat_pace)
    if wait:
        slack.forgive(f"{team.id}:chat")
        return ratelimited(wait)
    return _stands(slack, team, chat, user, given)


def _stands(slack: Slack, team: Workspace, chat: str, user: str, given: dict[str, Any]) -> Answer:
    message = Message(
        chat,
        slack.ids.ts(slack.clock()),
        "bot",
        given.get("text") or "",
        given.get("blocks") or [],
        given.get("metadata"),
    )
    team.messages.append(message)
    slack.changed(team, user, message)
    return Answer({"channel": chat, "ts": message.ts, "message": {"text": message.text, "bot_id": team.bot_id}})


def _own(team: Workspace, given: dict[str, Any], error: str) -> Message | Answer:
    message = team.find(str(given.get("channel", "")), str(given.get("ts", "")))
    if message is None:
        return Answer(error="message_not_found")
    return message if message.author == "bot" else Answer(error=error)


def _update(slack: Slack, team: Workspace, given: dict[str, Any]) -> Answer:
    message = _own(team, given, "cant_update_message")
    if isinstance(message, Answer):
        return message
    refused = _refuse_content(given, update=True)
    if refused is not None:
        return refused
    _replace(slack, team, message, given)
    return Answer({"channel": message.channel, "ts": message.ts, "text": message.text})


def _replace(slack: Slack, team: Workspace, message: Message, given: dict[str, Any]) -> None:
    # ``text`` without ``blocks`` removes the blocks.
    message.text, message.blocks = given.get("text") or message.text, given.get("blocks") or []
    message.metadata = given.get("metadata") or message.metadata
    message.versions += 1
    slack.changed(team, team.user_of(message.channel) or "", message)


def _delete(slack: Slack, team: Workspace, given: dict[str, Any]) -> Answer:
    message = _own(team, given, "cant_delete_message")
    if isinstance(message, Answer):
        return message
    message.deleted = True
    return Answer({"channel": message.channel, "ts": message.ts})


def _open(slack: Slack, team: Workspace, given: dict[str, Any]) -> Answer:
    account = team.accounts.get(str(given.get("users", "")))
    if account is None:
        return Answer(error="user_not_found")
    if account.deleted:
        return Answer(error="user_disabled")
    return Answer({"channel": {"id": team.chat_of(account.id)}})


def _history(slack: Slack, team: Workspace, given: dict[str, Any]) -> Answer:
    channel, limit = str(given.get("channel", "")), int(given.get("limit", 100))
    if team.user_of(channel) is None:
        return Answer(error="channel_not_found")
    oldest = str(given.get("oldest") or "0")
    found = [one for one in reversed(team.messages) if one.channel == channel and not one.deleted and one.ts >= oldest]
    with_metadata = str(given.get("include_all_metadata", "")).lower() in ("true", "1")
    listed = []
    for one in found[:limit]:
        entry: dict[str, Any] = {"type": "message", "ts": one.ts, "text": one.text}
        if one.metadata and with_metadata:
            entry["metadata"] = one.metadata
        listed.append(entry)
    return Answer({"messages": listed, "has_more": len(found) > limit})


def _account(team: Workspace, user: str) -> dict[str, Any]:
    account = team.accounts[user]
    names = {"real_name": account.name, "display_name": "", "email": account.email}
    return {
        "id": user,
        "team_id": team.id,
        "name": account.email.partition("@")[0],
        "real_name": account.name,
        "deleted": account.deleted,
        "locale": account.locale,
        "is_bot": False,
        "profile": names,
    }


def _info(slack: Slack, team: Workspace, given: dict[str, Any]) -> Answer:
    user = str(given.get("user", ""))
    return Answer({"user": _account(team, user)}) if user in team.accounts else Answer(error="user_not_found")


def _lookup(slack: Slack, team: Workspace, given: dict[str, Any]) -> Answer:
    wanted = str(given.get("email", "")).casefold()
    for user, account in team.accounts.items():
        if account.email.casefold() == wanted and not account.deleted:
            return Answer({"user": _account(team, user)})
    return Answer(error="users_not_found")


def _exchange(slack: Slack, team: Workspace, given: dict[str, Any]) -> str | Answer:
    """Whose trigger it is; a trigger opens one view."""
    trigger = slack.triggers.get(str(given.get("trigger_id", "")))
    if trigger is None or trigger.team != team.id:
        return Answer(error="invalid_trigger_id")
    if trigger.used:
        return Answer(error="exchanged_trigger_id")
    if slack.clock() > trigger.until:
        return Answer(error="expired_trigger_id")
    trigger.used = True
    return trigger.user


def _refuse_view(view: Any) -> Answer | None:
    faults = faults_of_view(view)
    return Answer(error="invalid_arguments", messages=faults) if faults else None


def _views_open(slack: Slack, team: Workspace, given: dict[str, Any]) -> Answer:
    return _show_view(slack, team, given, push=False)


def _views_push(slack: Slack, team: Workspace, given: dict[str, Any]) -> Answer:
    return _show_view(slack, team, given, push=True)


def _show_view(slack: Slack, team: Workspace, given: dict[str, Any], *, push: bool) -> Answer:
    refused = _refuse_view(given.get("view"))
    if refused is not None:
        return refused
    user = _exchange(slack, team, given)
    if isinstance(user, Answer):
        return user
    stack = [one for one in team.views.values() if one.user == user and not one.closed]
    if push and len(stack) >= 3:
        return Answer(error="push_limit_reached")
    if not push:
        for one in stack:
            one.closed = True
    view = View(f"V{slack.ids.next():08d}", user, given["view"], _hash(slack))
    team.views[view.id] = view
    slack.changed(team, user, view)
    return Answer({"view": described(view, team)})


def _hash(slack: Slack) -> str:
    return f"{int(slack.clock())}.{slack.ids.next():08d}"


def described(view: View, team: Workspace) -> dict[str, Any]:
    """The view as payloads hold it."""
    return {
        "id": view.id,
        "team_id": team.id,
        "hash": view.hash,
        "root_view_id": view.id,
        "previous_view_id": None,
        "state": {"values": {}},
        "callback_id": "",
        "private_metadata": "",
        **view.content,
    }


def _views_update(slack: Slack, team: Workspace, given: dict[str, Any]) -> Answer:
    refused = _refuse_view(given.get("view"))
    if refused is not None:
        return refused
    view = team.views.get(str(given.get("view_id", "")))
    if view is None or view.closed:
        return Answer(error="not_found")
    if given.get("hash") not in (None, view.hash):
        return Answer(error="hash_conflict")
    renew_view(slack, team, view, given["view"])
    return Answer({"view": described(view, team)})


def renew_view(slack: Slack, team: Workspace, view: View, content: dict[str, Any]) -> None:
    """Let a view show something else."""
    view.content, view.hash, view.values = content, _hash(slack), {}
    slack.changed(team, view.user, view)


def _publish(slack: Slack, team: Workspace, given: dict[str, Any]) -> Answer:
    refused = _refuse_view(given.get("view"))
    if refused is not None:
        return refused
    if not team.home_tab:
        return Answer(error="not_enabled")
    user = str(given.get("user_id", ""))
    if user not in team.accounts:
        return Answer(error="user_not_found")
    team.homes[user] = given["view"]
    slack.changed(team, user, given["view"])
    return Answer({"view": {"id": f"VHOME{user}", "type": "home"}})


def _upload_url(slack: Slack, team: Workspace, given: dict[str, Any]) -> Answer:
    if not given.get("filename") or int(given.get("length", 0)) <= 0:
        return Answer(error="invalid_arguments")
    name = f"F{slack.ids.next():08d}"
    slack.uploads[name] = {"length": int(given["length"]), "alt": given.get("alt_txt"), "data": None}
    return Answer({"upload_url": f"{slack.base}/upload/{name}", "file_id": name})


def _complete_upload(slack: Slack, team: Workspace, given: dict[str, Any]) -> Answer:
    done = []
    for one in given.get("files", []):
        upload = slack.uploads.get(one.get("id"))
        if upload is None or upload["data"] is None:
            return Answer(error="file_not_found")
        channel = str(given.get("channel_id") or given.get("channels") or "")
        if channel:
            found = _recipient(slack, team, channel)
            if isinstance(found, Answer):
                return Answer(error="channel_not_found")
            chat, user = found
            text = given.get("initial_comment") or ""
            shared = Message(chat, slack.ids.ts(slack.clock()), "bot", text, [], file={**upload, "id": one["id"]})
            team.messages.append(shared)
            slack.changed(team, user, shared)
        done.append({"id": one["id"], "title": one.get("title", "")})
    return Answer({"files": done})


def respond(slack: Slack, url: ResponseUrl | None, given: dict[str, Any]) -> Answer:
    """A call of a response_url: it replaces or deletes the message, or writes one that only this person sees."""
    if url is None or slack.clock() > url.until:
        return Answer(error="expired_url", status=404, plain='{"ok":false,"error":"expired_url"}')
    if url.left <= 0:
        return Answer(error="used_url", status=404, plain='{"ok":false,"error":"used_url"}')
    team = slack.teams[url.team]
    message = team.find(url.channel, url.ts) if url.ts else None
    if given.get("delete_original"):
        url.left -= 1
        if message is not None:
            message.deleted = True
        return Answer(plain="ok")
    refused = _refuse_content(given)
    if refused is not None:
        return Answer(error=refused.error, status=400, plain=refused.error or "invalid_blocks")
    if given.get("replace_original"):
        if message is None:
            return Answer(error="message_not_found", status=404, plain='{"ok":false,"error":"message_not_found"}')
        _replace(slack, team, message, given)
    else:
        said = Message(
            url.channel, slack.ids.ts(slack.clock()), "bot", given.get("text") or "", given.get("blocks") or []
        )
        team.messages.append(said)
        slack.changed(team, url.user, said)
    url.left -= 1
    return Answer(plain="ok")


_METHODS: dict[str, Callable[[Slack, Workspace, dict[str, Any]], Answer]] = {
    "auth.test": _auth_test,
    "chat.postMessage": _post,
    "chat.update": _update,
    "chat.delete": _delete,
    "conversations.open": _open,
    "conversations.history": _history,
    "users.info": _info,
    "users.lookupByEmail": _lookup,
    "views.open": _views_open,
    "views.push": _views_push,
    "views.update": _views_update,
    "views.publish": _publish,
    "files.getUploadURLExternal": _upload_url,
    "files.completeUploadExternal": _complete_upload,
}
