"""Where messages meet a platform.

The one convention: a channel translates and refuses, and does nothing else. It shows every character literally, never
cuts, and raises what :func:`refuse_unfit` raises before it calls the platform. How to add one: docs/add-a-channel.md.
"""

from __future__ import annotations

from bot.channels import callback
from bot.messages import Button, Limits, Outbound, SendError


def refuse_unfit(outbound: Outbound, limits: Limits) -> None:
    """Raise SendError, not retryable, when the message cannot be shown whole within the limits.

    Its code is ``empty``, ``too_long``, ``too_many_buttons``, ``button_empty``, ``button_too_long`` or
    ``payload_too_long``. Whoever renders a message knows the limits and keeps them; this is the last guard, so that a
    question never loses its end without a word.
    """
    if not outbound.text.strip():
        raise SendError("empty")
    if len(outbound.text) > limits.text:
        raise SendError("too_long")
    buttons = [button for row in outbound.rows for button in row]
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
