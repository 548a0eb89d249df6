"""What the commands that export and erase a person say."""

from __future__ import annotations

from surveys.model import Message

SURE = Message("own.sure", "Erase %(name)s, with everything that they answered? It cannot be undone.")
KEPT = Message("own.kept", "Nothing was erased.")
ERASED = Message(
    "own.erased", "%(name)s is erased. What stands in chats that were sent before, and in backups, is not."
)
NUMBERS = Message(
    "own.numbers", "Their numbers stay under the sign %(sign)s. To erase them too: teichaku erase %(sign)s"
)
FORGOTTEN = Message("own.forgotten", "The numbers under that sign are erased: %(count)s.")
WRITTEN = Message("own.written", "Written: %(file)s")
