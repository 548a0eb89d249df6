"""The app asks for no permission that it does not use, and uses none that it does not ask for."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.channels.slack import parse
from bot.channels.slack.check import SCOPES
from tests.platform.slack import server
from tests.platform.slack.methods import NEEDS

ROOT = Path(__file__).parents[2]
MANIFESTS = sorted((ROOT / "docs" / "slack").glob("manifest-*.yaml"))
EVENTS = {
    "message.im": "im:history",
    "team_join": "users:read",
    "user_change": "users:read",
    "app_home_opened": None,
    "app_uninstalled": None,
    "tokens_revoked": None,
}
"""The scope that each event needs (docs.slack.dev/reference/events)."""

UPLOAD = {"files.getUploadURLExternal", "files.completeUploadExternal"}
"""What the library's files_upload_v2 calls."""


def manifest(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def methods_called() -> set[str]:
    """The methods of the Web API that the channel calls, read from its code."""
    known = {
        name.replace(".", "_"): name for name in {*NEEDS, "auth.test", "views.open", "views.update", "views.publish"}
    }
    called: set[str] = set()
    for file in (ROOT / "bot" / "channels" / "slack").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute):
                called |= {known[node.attr]} if node.attr in known else set()
                called |= UPLOAD if node.attr == "files_upload_v2" else set()
    return called


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.stem)
def test_the_scopes_of_a_manifest_are_those_that_are_used(path: Path) -> None:
    asked = manifest(path)
    used = {NEEDS[method] for method in methods_called() if method in NEEDS}
    used |= {scope for event in asked["settings"]["event_subscriptions"]["bot_events"] if (scope := EVENTS[event])}
    used |= {"commands"}
    assert set(asked["oauth_config"]["scopes"]["bot"]) == used
    assert used == SCOPES.keys() == set(server.SCOPES)


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.stem)
def test_what_a_manifest_offers_is_understood(path: Path) -> None:
    features = manifest(path)["features"]
    assert {one["command"] for one in features["slash_commands"]} == parse.COMMANDS.keys()
    assert {one["callback_id"] for one in features["shortcuts"]} == parse.SHORTCUTS.keys()
    assert all(len(one["name"]) <= 24 for one in features["shortcuts"])
    assert features["app_home"]["messages_tab_enabled"]


def test_one_manifest_is_for_sockets_and_one_for_requests() -> None:
    modes = {path.stem: manifest(path)["settings"]["socket_mode_enabled"] for path in MANIFESTS}
    assert modes == {"manifest-http": False, "manifest-socket": True}
