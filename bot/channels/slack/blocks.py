"""An Outbound becomes Block Kit: pure functions over slack_sdk's models, which know most of Slack's limits themselves.

All texts are ``plain_text`` without emoji: what is written is what is seen, and no name can mention, link or shout. Limits:
docs.slack.dev/reference/block-kit/blocks and /block-elements.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    DatePickerElement,
    HeaderBlock,
    InputBlock,
    Option,
    PlainTextInputElement,
    PlainTextObject,
    SectionBlock,
    StaticSelectElement,
)
from slack_sdk.models.blocks.block_elements import InputInteractiveElement
from slack_sdk.models.views import View

from bot.channels import callback
from bot.channels.choices import written_out
from bot.messages import Button, Field, Form, Outbound, Paragraph, SendError, Style

SECTION, HEADER, CONTEXT = 3000, 150, 2000
ROW = 25
MESSAGE_BLOCKS, VIEW_BLOCKS = 50, 100
MODAL_TITLE, SUBMIT = "teichaku · 定着", 24
LABEL, ANSWER, OPTION, OPTION_VALUE, OPTIONS = 2000, 3000, 75, 150, 100
TEXT = 8000
"""The longest message: all texts of its blocks together may have about 13,200 characters."""
PREVIEW = 3000
"""The longest ``text`` beside blocks: an edit refuses more than 4,000 characters of it."""

_LIKE_ENTITY = re.compile(r"&(?=(?:amp|lt|gt);)")


def message_blocks(outbound: Outbound) -> list[Block]:
    """The blocks of a message. Raises SendError for what Slack cannot show."""
    if outbound.form is not None:
        raise SendError("form_needs_a_window")
    return _within([*_content(outbound)], MESSAGE_BLOCKS)


def preview(outbound: Outbound) -> str:
    """What a notification and a screen reader say: all of it, where a message's ``text`` may be as long."""
    text = written_out(outbound, TEXT).text
    escaped = html.escape(text, quote=False)
    return escaped if len(escaped) <= PREVIEW else html.escape(text[: PREVIEW // 5], quote=False) + "…"


def modal(outbound: Outbound) -> View:
    """What a window shows; the payload of a form travels in its private_metadata. Raises SendError."""
    blocks = [*_content(outbound)]
    form = outbound.form
    if form is not None:
        blocks += _fields(form, outbound.key)
    return View(
        type="modal",
        title=PlainTextObject(text=MODAL_TITLE),
        blocks=_within(blocks, VIEW_BLOCKS),
        submit=None if form is None else PlainTextObject(text=_short(form.submit.label, SUBMIT), emoji=False),
        private_metadata=None if form is None else callback.encode(form.submit.payload),
    )


def empty_modal() -> View:
    """A window that waits for its words: Slack's trigger lasts three seconds, a database may take longer."""
    return sentence("…")


def sentence(text: str) -> View:
    """A window that says one thing, and nothing can be done in it."""
    return View(type="modal", title=PlainTextObject(text=MODAL_TITLE), blocks=[SectionBlock(text=_plain(text))])


def home(outbound: Outbound) -> View:
    """A person's own page. Raises SendError."""
    if outbound.form is not None:
        raise SendError("form_needs_a_window")
    return View(type="home", blocks=_within([*_content(outbound)], VIEW_BLOCKS))


def as_json(blocks: list[Block]) -> list[dict[str, Any]]:
    """The blocks as they travel. Raises SendError for what the models themselves refuse."""
    try:
        return [block.to_dict() for block in blocks]
    except SlackObjectFormationError as fault:
        raise SendError("unshowable") from fault


def view_as_json(view: View) -> dict[str, Any]:
    """The same for a view."""
    try:
        found: dict[str, Any] = view.to_dict()
    except SlackObjectFormationError as fault:
        raise SendError("unshowable") from fault
    return found


def _content(outbound: Outbound) -> Iterator[Block]:
    shown = written_out(outbound, TEXT)
    yield from _paragraphs(shown.paragraphs)
    yield from _rows(shown.rows)


def _within(blocks: list[Block], most: int) -> list[Block]:
    if len(blocks) > most:
        raise SendError("too_many_blocks")
    return blocks


def _plain(text: str) -> PlainTextObject:
    # Slack reads "&amp;", "&lt;" and "&gt;" back in every text; what merely looks like one of them is what was written.
    return PlainTextObject(text=_LIKE_ENTITY.sub("&amp;", text), emoji=False)


def _paragraphs(paragraphs: tuple[Paragraph, ...]) -> Iterator[Block]:
    for paragraph in paragraphs:
        text = paragraph.text
        if not text.strip():
            continue
        if paragraph.style is Style.TITLE:
            first, _, text = text.partition("\n")
            if _fits(first, HEADER):
                yield HeaderBlock(text=_plain(first))
            else:
                text = paragraph.text
        for piece in _pieces(text, CONTEXT if paragraph.style is Style.QUIET else SECTION):
            if paragraph.style is Style.QUIET:
                yield ContextBlock(elements=[_plain(piece)])
            else:
                yield SectionBlock(text=_plain(piece))


def _fits(text: str, most: int) -> bool:
    return len(text.strip()) > 0 and len(_plain(text).text) <= most


def _pieces(text: str, most: int) -> Iterator[str]:
    """The text, in as many blocks as it needs; nearly always one. It is parted between lines where that is possible."""
    while text.strip():
        if _fits(text, most):
            yield text
            return
        cut = most - 4 * len(_LIKE_ENTITY.findall(text[:most]))
        line = text.rfind("\n", 1, cut)
        cut = line if line > 0 else cut
        yield text[:cut]
        text = text[cut:].removeprefix("\n")


def _rows(rows: tuple[tuple[Button, ...], ...]) -> Iterator[Block]:
    for line, row in enumerate(rows):
        for begin in range(0, len(row), ROW):
            buttons = row[begin : begin + ROW]
            yield ActionsBlock(
                block_id=f"row{line}.{begin}",
                elements=[
                    ButtonElement(
                        text=_plain(button.label),
                        action_id=f"b{line}.{begin + place}",
                        value=callback.encode(button.payload),
                    )
                    for place, button in enumerate(buttons)
                ],
            )


def _fields(form: Form, key: str) -> Iterator[Block]:
    for field in form.fields:
        yield InputBlock(
            # Slack keeps what was filled in where a block's name stays, so that a new form needs new names.
            block_id=f"{field.name}|{key}"[:255],
            label=PlainTextObject(text=_short(field.label, LABEL), emoji=False),
            element=_element(field),
            optional=not field.required,
        )


def _element(field: Field) -> InputInteractiveElement:
    if field.date:
        return DatePickerElement(action_id="date", initial_date=field.initial)
    if not field.options:
        return PlainTextInputElement(
            action_id="words", multiline=True, max_length=ANSWER, initial_value=(field.initial or "")[:ANSWER] or None
        )
    if len(field.options) > OPTIONS or any(len(value) > OPTION_VALUE for value, _ in field.options):
        raise SendError("too_many_options")
    options = {value: Option(value=value, text=_plain(_short(label, OPTION))) for value, label in field.options}
    return StaticSelectElement(
        action_id="choice", options=list(options.values()), initial_option=options.get(field.initial or "")
    )


def _short(label: str, most: int) -> str:
    """A label within its limit; a label names what is asked elsewhere, so that an ellipsis loses nothing."""
    return label if len(label) <= most else label[: most - 1].rstrip() + "…"
