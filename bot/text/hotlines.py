"""What ``teichaku hotlines`` says."""

from __future__ import annotations

from surveys.model import Message

CONFIRMED = Message("hotlines.confirmed", "%(name)s: compared with its official page by %(by)s on %(day)s.")
FAULTS = {
    "hotline_unknown": Message("error.hotline_unknown", "No hotline is called “%(name)s”. There are: %(known)s"),
    "hotline_nobody": Message("error.hotline_nobody", "Please say who has compared it: --by NAME"),
    "hotline_future": Message("error.hotline_future", "%(day)s is still to come. Nobody can have looked on that day."),
}
