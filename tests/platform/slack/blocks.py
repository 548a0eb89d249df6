"""What Slack refuses in blocks and views, in the words in which it refuses it.

Sources: docs.slack.dev/reference/block-kit/blocks and /block-elements, Slack's JSON schema of ``blocks``, and error texts
that others have met (docs of this project: the table of limits). A message of ``response_metadata.messages`` reads
``[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

MESSAGE, MODAL, HOME = "message", "modal", "home"
MOST = {MESSAGE: 50, MODAL: 100, HOME: 100}
ALLOWED = {
    MESSAGE: {"section", "context", "actions", "divider", "header", "image", "input", "rich_text", "video", "markdown"},
    MODAL: {"section", "context", "actions", "divider", "header", "image", "input", "rich_text", "video"},
    HOME: {"section", "context", "actions", "divider", "header", "image", "input", "rich_text", "video"},
}
MULTI = {"multi_static_select", "multi_users_select", "multi_external_select", "multi_channels_select"}
IN_ACTIONS = {
    "button",
    "checkboxes",
    "datepicker",
    "datetimepicker",
    "overflow",
    "radio_buttons",
    "static_select",
    "external_select",
    "users_select",
    "conversations_select",
    "channels_select",
    "timepicker",
}
IN_INPUT = (IN_ACTIONS - {"button", "overflow"}) | MULTI | {"plain_text_input", "email_text_input", "number_input"}
ALL_TEXTS = 13_200
"""All texts of a message's blocks together; more is ``msg_blocks_too_long``, which Slack does not document."""

Fault = str


def faults_of(blocks: Any, where: str, at: str = "/blocks") -> list[Fault]:
    """What is wrong with the blocks of a message, a modal or a Home page; nothing when Slack would take them."""
    if not isinstance(blocks, list):
        return [_error("must provide an array", at)]
    found: list[Fault] = []
    if len(blocks) > MOST[where]:
        found.append(_error(f"no more than {MOST[where]} items allowed", at))
    seen: set[str] = set()
    for number, block in enumerate(blocks):
        place = f"{at}/{number}"
        found += _block(block, where, place)
        name = block.get("block_id")
        if name is not None:
            found += _long(name, 255, f"{place}/block_id")
            if name in seen:
                found.append(_error(f"`block_id` {name} already exists", f"{place}/block_id"))
            seen.add(name)
    return found


def total_text(blocks: Sequence[Mapping[str, Any]]) -> int:
    """The characters of all texts in the blocks."""
    return sum(len(text) for text in _texts(blocks))


def _texts(part: Any) -> Iterator[str]:
    if isinstance(part, Mapping):
        for name, value in part.items():
            if name == "text" and isinstance(value, str):
                yield value
            else:
                yield from _texts(value)
    elif isinstance(part, Sequence) and not isinstance(part, str):
        for one in part:
            yield from _texts(one)


def faults_of_view(view: Any) -> list[Fault]:
    """What is wrong with a view of ``views.open``, ``views.update`` or ``views.publish``."""
    if not isinstance(view, dict) or view.get("type") not in ("modal", "home"):
        return [_error("must be a valid view", "/view")]
    kind = view["type"]
    found: list[Fault] = []
    if kind == "modal":
        found += _plain(view.get("title"), 24, "/view/title", required=True)
        for name in ("submit", "close"):
            if name in view:
                found += _plain(view[name], 24, f"/view/{name}", required=True)
    elif {"submit", "close", "title"} & view.keys():
        found.append(_error("invalid additional property", "/view"))
    found += faults_of(view.get("blocks"), kind, "/view/blocks")
    found += _long(view.get("private_metadata", ""), 3000, "/view/private_metadata", empty=True)
    found += _long(view.get("callback_id", ""), 255, "/view/callback_id", empty=True)
    has_input = any(one.get("type") == "input" for one in view.get("blocks") or [] if isinstance(one, dict))
    if kind == "modal" and has_input and "submit" not in view:
        found.append(_error("`submit` is required when an `input` block is within the `blocks` array", "/view/submit"))
    if len(json.dumps(view)) > 250_000:
        found.append(_error("view is larger than 250 kB", "/view"))
    return found


def _block(block: Any, where: str, at: str) -> list[Fault]:
    kind = block.get("type") if isinstance(block, dict) else None
    if kind not in ALLOWED[where]:
        return [_error(f"unsupported type: {kind}", at)]
    match kind:
        case "section":
            found = [] if "text" in block or "fields" in block else [_error("missing required field: text", at)]
            if "text" in block:
                found += _text(block["text"], 3000, f"{at}/text")
            fields = block.get("fields", [])
            if len(fields) > 10:
                found.append(_error("no more than 10 items allowed", f"{at}/fields"))
            for number, one in enumerate(fields):
                found += _text(one, 2000, f"{at}/fields/{number}")
            if "accessory" in block:
                found += _element(block["accessory"], IN_ACTIONS | MULTI | {"image"}, f"{at}/accessory")
            return found
        case "header":
            return _plain(block.get("text"), 150, f"{at}/text", required=True)
        case "context":
            return _context(block, at)
        case "actions":
            return _actions(block, at)
        case "input":
            found = _plain(block.get("label"), 2000, f"{at}/label", required=True)
            if "hint" in block:
                found += _plain(block["hint"], 2000, f"{at}/hint", required=True)
            return found + _element(block.get("element"), IN_INPUT, f"{at}/element")
        case "image":
            return _long(block.get("alt_text", ""), 2000, f"{at}/alt_text")
        case _:
            return []


def _context(block: dict[str, Any], at: str) -> list[Fault]:
    elements = block.get("elements")
    if not isinstance(elements, list) or not elements:
        return [_error("must provide an array with at least one item", f"{at}/elements")]
    found = [] if len(elements) <= 10 else [_error("no more than 10 items allowed", f"{at}/elements")]
    for number, one in enumerate(elements):
        if one.get("type") != "image":
            found += _text(one, 3000, f"{at}/elements/{number}")
    return found


def _actions(block: dict[str, Any], at: str) -> list[Fault]:
    elements = block.get("elements")
    if not isinstance(elements, list) or not elements:
        return [_error("must provide an array with at least one item", f"{at}/elements")]
    found = [] if len(elements) <= 25 else [_error("no more than 25 items allowed", f"{at}/elements")]
    names = [one.get("action_id") for one in elements if isinstance(one, dict) and one.get("action_id")]
    found += [
        _error(f"`action_id` {name} already exists", at) for name in {one for one in names if names.count(one) > 1}
    ]
    for number, one in enumerate(elements):
        found += _element(one, IN_ACTIONS, f"{at}/elements/{number}")
    return found


def _element(element: Any, allowed: set[str], at: str) -> list[Fault]:
    kind = element.get("type") if isinstance(element, dict) else None
    if kind not in allowed:
        return [_error(f"unsupported type: {kind}", at)]
    found = _long(element["action_id"], 255, f"{at}/action_id") if "action_id" in element else []
    if "placeholder" in element:
        found += _plain(element["placeholder"], 150, f"{at}/placeholder", required=True)
    match kind:
        case "button":
            found += _plain(element.get("text"), 75, f"{at}/text", required=True)
            found += _long(element.get("value", ""), 2000, f"{at}/value", empty=True)
            found += _long(element.get("url", ""), 3000, f"{at}/url", empty=True)
            if element.get("style", "primary") not in ("primary", "danger"):
                found.append(_error("must be a valid enum value", f"{at}/style"))
        case "plain_text_input":
            if not 0 < element.get("max_length", 3000) <= 3000:
                found.append(_error("must be less than or equal to 3000", f"{at}/max_length"))
            found += _long(element.get("initial_value", ""), 3000, f"{at}/initial_value", empty=True)
        case "datepicker":
            found += _date(element.get("initial_date"), f"{at}/initial_date")
        case _:
            found += _options(element, kind, at)
    return found


def _options(element: dict[str, Any], kind: str, at: str) -> list[Fault]:
    most = {"radio_buttons": 10, "checkboxes": 10, "overflow": 5}.get(kind, 100)
    if not any(name in kind for name in ("static_select", "radio", "checkboxes", "overflow")):
        return []
    options = element.get("options", [])
    found = [] if 0 < len(options) <= most else [_error(f"must provide 1 to {most} items", f"{at}/options")]
    for number, one in enumerate(options):
        found += _text(one.get("text"), 75, f"{at}/options/{number}/text")
        found += _long(one.get("value", ""), 150, f"{at}/options/{number}/value")
    initial = element.get("initial_option")
    if initial is not None and initial not in options:
        found.append(_error("`initial_option` must match one of the options", f"{at}/initial_option"))
    return found


def _date(value: Any, at: str) -> list[Fault]:
    if value is None:
        return []
    try:
        date.fromisoformat(value)
    except (TypeError, ValueError):
        return [_error("must be a valid date", at)]
    return []


def _text(text: Any, most: int, at: str) -> list[Fault]:
    if not isinstance(text, dict) or text.get("type") not in ("plain_text", "mrkdwn"):
        return [_error("must provide an object", at)]
    unknown = text.keys() - (
        {"type", "text", "emoji"} if text["type"] == "plain_text" else {"type", "text", "verbatim"}
    )
    return [_error("invalid additional property", at)] * bool(unknown) + _long(text.get("text"), most, f"{at}/text")


def _plain(text: Any, most: int, at: str, *, required: bool) -> list[Fault]:
    if text is None:
        return [_error("missing required field", at)] if required else []
    if not isinstance(text, dict) or text.get("type") != "plain_text":
        return [_error("must be a plain_text object", at)]
    return _text(text, most, at)


def _long(value: Any, most: int, at: str, *, empty: bool = False) -> list[Fault]:
    if not isinstance(value, str):
        return [_error("must be a string", at)]
    if len(value) > most:
        return [_error(f"must be less than {most + 1} characters", at)]
    return [_error("must be more than 0 characters", at)] if not value.strip() and not empty else []


def _error(what: str, at: str) -> Fault:
    return f"[ERROR] {what} [json-pointer:{at}]"
