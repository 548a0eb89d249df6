"""A refusal that a person can act on: a code and values here, the sentence in ``bot/text/errors.py``."""

from __future__ import annotations


class Refusal(Exception):
    """Something cannot be done, and somebody must be told why and what to do.

    ``code`` names the sentence, ``values`` fill its placeholders. Nothing private may stand in the values.
    """

    def __init__(self, code: str, **values: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.values = values
