"""What can be wrong with the database, as codes; the sentences stand in ``bot/text/errors.py``."""

from __future__ import annotations


class StoreError(Exception):
    """The database cannot be used as it is. ``code`` names the sentence, ``values`` fill it."""

    def __init__(self, code: str, **values: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.values = values
