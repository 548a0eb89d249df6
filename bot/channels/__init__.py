"""Where messages meet a platform.

The one convention: a channel translates and refuses, and does nothing else. It shows every character literally, never
cuts, and raises what :func:`refuse_unfit` raises before it calls the platform. How to add one: docs/add-a-channel.md.
"""

from __future__ import annotations

from dataclasses import replace

from bot.channels import callback
from bot.messages import FORM, Button, Limits, Outbound, Payload, SendError


def without_form(payload: Payload) -> Payload | None:
    """The payload that is handed over instead, where a press asks for a window of its own (``form.start`` → ``start``);
    None for a press that asks for none.

    A channel that has windows opens one at once, empty, and hands over the press with its reference; every other hands it
    over as a press on the message.
    """
    wanted = payload.choice.removeprefix(FORM)
    return replace(payload, choice=wanted) if wanted and wanted != payload.choice else None


def refuse_unfit(outbound: Outbound, limits: Limits) -> None:
    """Raise SendError, not retryable, when the message cannot be shown whole within the limits.

    Its code is ``empty``, ``too_long``, ``too_many_buttons``, ``button_empty``, ``button_too_long``,
    ``payload_too_long`` or ``no_forms``. Whoever renders a message knows the limits and keeps them; this is the last
    guard, so that a question never loses its end without a word.
    """
    if not outbound.text.strip():
        raise SendError("empty")
    if len(outbound.text) > limits.text:
        raise SendError("too_long")
    if outbound.form is not None and not limits.forms:
        raise SendError("no_forms")
    buttons = [button for row in outbound.rows for button in row]
    if outbound.form is not None:
        buttons.append(outbound.form.submit)
    if len(buttons) > limits.buttons:
        raise SendError("too_many_buttons")
    for button in buttons:
        _refuse_unfit_button(button, limits)


def _refuse_unfit_button(button: Button, limits: Limits) -> None:
    if not button.label.strip():
        raise SendError("button_empty")
    if len(button.label) > limits.button:
        raise SendError("button_too_long")
    try:
        wire = callback.encode(button.payload)
    except ValueError as fault:
        raise SendError("payload_too_long") from fault
    if len(wire) > limits.payload:
        raise SendError("payload_too_long")
