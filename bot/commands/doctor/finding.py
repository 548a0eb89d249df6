"""What the doctor found of one thing, and the words for it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.commands.explain import explain
from bot.text import doctor as words
from bot.text.catalog import Voice
from surveys.model import Message


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: ``mark`` is ok, attention or wrong; what is ok needs no remedy."""

    mark: str
    check: str
    what: str
    remedy: str | None = None

    def as_row(self) -> dict[str, str | None]:
        """The shape of ``doctor --json``."""
        return {"mark": self.mark, "check": self.check, "what": self.what, "remedy": self.remedy}


@dataclass(frozen=True, slots=True)
class Doctor:
    """Words its findings in one language."""

    voice: Voice

    def fine(self, code: str, **values: str | int) -> Finding:
        """What was looked at is well."""
        return Finding("ok", code.partition(".")[0], self._say(words.WHAT[code], **values))

    def finds(self, mark: str, code: str, **values: str | int) -> Finding:
        """What was looked at wants attention or is wrong, and how to mend it."""
        what, remedy = self._say(words.WHAT[code], **values), self._say(words.REMEDY[code], **values)
        return Finding(mark, code.partition(".")[0], what, remedy)

    def fails(self, check: str, fault: Exception) -> list[Finding]:
        """A fault that has its own sentence, which says what to do as well."""
        return [Finding("wrong", check, one, self._say(words.AGAIN)) for one in explain(self.voice, fault)]

    def _say(self, message: Message, **values: str | int) -> str:
        return self.voice.one(message, **values)
