"""Messages that belong to no platform, and the four-member protocol that every channel keeps.

A channel translates its platform's payloads to :class:`Inbound`, and an :class:`Outbound` to its platform's markup.
Nothing above a channel knows Block Kit or HTML; nothing in a channel knows a survey or a database.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

VIEW = "view:"
"""How the reference of a window begins that a platform has opened for a person, such as Slack's modal."""

HOME = "home"
"""The reference of a person's own page on a platform, such as Slack's Home."""

FORM = "form."
"""How a choice begins that asks for a window of its own, where the platform has one."""


@dataclass(frozen=True, slots=True)
class AddressKey:
    """Where a person can be reached: platform, team (Slack's workspace; '' elsewhere) and the user there."""

    platform: str
    team: str
    user: str


@dataclass(frozen=True, slots=True)
class Payload:
    """What a button says when it is pressed; ``bot.channels.callback`` gives its wire form, which never expires.

    ``kind`` tells what it is about (``question``, ``opening``, ``consent``, ``setting``, ``alert`` …), ``subject`` is a
    row's id, ``turn`` the turn of the conversation at which it was shown and ``choice`` a name. Nothing personal is in it.
    """

    kind: str
    subject: int
    turn: int
    choice: str


@dataclass(frozen=True, slots=True)
class Button:
    """A payload with the words shown on it."""

    label: str
    payload: Payload


def is_surface(reference: str | None) -> bool:
    """True for a place of the platform that is no message: a window (``view:…``) or the person's own page (``home``)."""
    return reference is not None and (reference == HOME or reference.startswith(VIEW))


class Style(StrEnum):
    """How a paragraph reads; each channel has its own markup for it."""

    TITLE = "title"
    BODY = "body"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of plain text. Channels escape it."""

    text: str
    style: Style = Style.BODY


@dataclass(frozen=True, slots=True)
class Field:
    """One line of a form. With ``options`` (value, label) one of them is chosen; a ``date`` is an ISO date; otherwise it
    takes words. ``initial`` is filled in before."""

    name: str
    label: str
    options: tuple[tuple[str, str], ...] = ()
    date: bool = False
    required: bool = True
    initial: str | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """Fields that are filled in and sent together with the payload of ``submit``. Only for a channel whose limits allow
    forms; elsewhere the same is asked step by step."""

    fields: tuple[Field, ...]
    submit: Button


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture, as PNG, with the sentence that says what is on it to whoever does not see it."""

    png: bytes
    alt: str


@dataclass(frozen=True, slots=True)
class Outbound:
    """One message to one address. ``key`` names it for good (a delivery's id); ``rows`` are rows of buttons.

    ``replaces`` is the reference of an earlier message, or of a surface of the platform, whose place this one takes; where
    that is gone a channel sends it as a new message, but nothing that was meant for a surface of its own. ``clears`` are
    references of messages that have had their time and are taken out of the chat, as far as the platform allows.
    ``repeats`` is the key of an earlier one that perhaps arrived: a platform on which that can be found out says so instead
    of sending it twice.
    See docs/adr/0011-a-conversation-is-one-message.md.
    """

    address: AddressKey
    key: str
    paragraphs: tuple[Paragraph, ...]
    rows: tuple[tuple[Button, ...], ...] = ()
    replaces: str | None = None
    clears: tuple[str, ...] = ()
    form: Form | None = None
    picture: Picture | None = None
    repeats: str | None = None

    @property
    def text(self) -> str:
        """All paragraphs as one plain text, for previews and transcripts."""
        return "\n\n".join(paragraph.text for paragraph in self.paragraphs)


@dataclass(frozen=True, slots=True)
class Inbound:
    """One thing a person did: wrote ``text``, pressed ``payload``, or sent a form (``payload`` with ``values``). With none of
    them it is something that a channel cannot read: a picture, a voice message, an edit of what was written before.

    ``external_id`` is the platform's own id of the update: the same id is handled once, however often it comes.
    ``account`` is what the platform calls the account: the consultant reads it when a person is linked to it.
    ``message`` is the reference of the message, or of the surface, on which a button was pressed; an answer may take its
    place. ``email`` is the address that the platform has verified for an account that has just appeared, ``language`` the
    tag that the person's own app is set to: a first guess, no more. ``gone`` says that this account takes no messages any
    more; with an empty ``user`` it is everybody of that team, because the app was removed there.
    """

    address: AddressKey
    external_id: str
    text: str | None = None
    payload: Payload | None = None
    account: str | None = None
    message: str | None = None
    values: Mapping[str, str] | None = None
    email: str | None = None
    language: str | None = None
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """The platform took the message; ``reference`` names it there."""

    reference: str


class SendError(Exception):
    """The platform did not take the message.

    ``retryable`` says whether a later try may work, ``retry_after`` (seconds) when. ``sent_perhaps`` is True where nobody
    knows whether the message arrived: then the delivery becomes *unknown* instead of being repeated blindly. A broken call
    that would have put a message into another's place is retryable instead, because to repeat it shows the same thing.

    The code ``surface_gone`` says that the window for which it was meant has been closed: then nothing is sent at all.
    """

    def __init__(
        self, code: str, *, retryable: bool = False, retry_after: float | None = None, sent_perhaps: bool = False
    ) -> None:
        super().__init__(code)
        self.code = code
        self.retryable = retryable
        self.retry_after = retry_after
        self.sent_perhaps = sent_perhaps


class Unreachable(SendError):
    """The address takes no messages any more (blocked, deactivated, unknown): a state of the address, not a failure."""


class ListenError(Exception):
    """A channel cannot listen, and trying again does not mend it: ``code`` names the sentence that says what does
    (``bot.text.errors``)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class NotRecorded(Exception):
    """An inbound message was not kept, and nothing of it was done: do not acknowledge it, hand it over again.

    ``reference`` stands in the log beside what went wrong; neither holds anything that the person wrote.
    """

    def __init__(self, reference: str) -> None:
        super().__init__(reference)
        self.reference = reference


@dataclass(frozen=True, slots=True)
class Limits:
    """What a platform can show: characters of a text and of a button, bytes of a payload, buttons of a message, whether a
    message may take another's place (``edits``), and whether there are forms and a page of one's own (``forms``, ``home``)."""

    text: int
    button: int
    payload: int
    buttons: int
    edits: bool = False
    forms: bool = False
    home: bool = False


OnInbound = Callable[[Inbound], Awaitable[None]]
"""Takes an inbound message; when it returns, the message is kept. Raises NotRecorded."""


class Directory(Protocol):
    """Who has an account on a platform, by verified work e-mail. Not a member of a channel: only some platforms know."""

    async def find(self, email: str, team: str) -> AddressKey | None:
        """The account with this address in this workspace, or None. Raises SendError where the platform cannot say."""


@runtime_checkable
class Channel(Protocol):
    """What the bot needs of a platform, and no more."""

    @property
    def name(self) -> str:
        """The platform's name, as in an address."""

    @property
    def limits(self) -> Limits:
        """What the platform can show."""

    async def listen(self, on_inbound: OnInbound) -> None:
        """Hand over each inbound message, in order for a person, until cancelled or at the end of input."""

    async def send(self, outbound: Outbound) -> Receipt:
        """Send one message. Raises SendError or Unreachable."""
