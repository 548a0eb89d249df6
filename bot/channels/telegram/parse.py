"""An update of Telegram → an ``Inbound``. Pure; tested on recorded payloads (tests/payloads/telegram).

The forms are those of core.telegram.org/bots/api#update.
"""

from __future__ import annotations

from telegram import CallbackQuery, Chat, ChatMember, Message, Update, User

from bot.channels import callback, without_form
from bot.messages import AddressKey, Inbound

PLATFORM = "telegram"
WANTED = ("message", "edited_message", "callback_query", "my_chat_member")
"""The kinds of update that we ask for; Telegram remembers the list."""

UNKNOWN_BUTTON = callback.decode("v1:m:0:0:unknown")
"""What a button is whose data we never wrote."""


def address_of(user: int) -> AddressKey:
    """A private chat has the number of its person."""
    return AddressKey(PLATFORM, "", str(user))


def group_of(update: Update) -> int | None:
    """The group, channel or business chat in which an update happened; None for a private chat."""
    chat = update.effective_chat
    return chat.id if chat is not None and chat.type != Chat.PRIVATE else None


def person_of(update: Update) -> int | None:
    """Whose updates are handed over one after the other."""
    return update.effective_user.id if update.effective_user else None


def inbound_of(update: Update, bot: str) -> Inbound | None:
    """What a person did in their private chat with us; None for what asks for nothing, such as unblocking: Start follows it.

    ``bot`` is the bot's number: the numbers of updates are counted for each bot.
    """
    if group_of(update) is not None:
        return None
    if update.callback_query is not None:
        return _press(update.callback_query, f"{bot}:{update.update_id}")
    if update.edited_message is not None and update.edited_message.from_user is not None:
        # However often a message is edited, it is answered once.
        edited = update.edited_message
        return _inbound(edited.from_user, f"{bot}:edit:{edited.chat.id}:{edited.message_id}", None)
    if update.message is not None and update.message.from_user is not None:
        return _message(update.message, update.message.from_user, bot, update.update_id)
    if update.my_chat_member is not None and update.my_chat_member.new_chat_member.status == ChatMember.BANNED:
        # The person has blocked us: no message has to fail before that is known.
        return Inbound(address_of(update.my_chat_member.from_user.id), f"{bot}:{update.update_id}", gone=True)
    return None


def _message(message: Message, user: User, bot: str, number: int) -> Inbound | None:
    if _is_service(message):
        return None
    # The pictures of an album are messages of their own, and one answer is enough.
    album = message.media_group_id
    external_id = f"{bot}:album:{message.chat.id}:{album}" if album else f"{bot}:{number}"
    return _inbound(user, external_id, message.text)


def _is_service(message: Message) -> bool:
    """True for what Telegram says about a chat, such as a pinned message or a new timer: nobody wrote it."""
    told = (message.pinned_message, message.message_auto_delete_timer_changed, message.write_access_allowed)
    return any(one is not None for one in (*told, message.chat_background_set))


def _press(query: CallbackQuery, external_id: str) -> Inbound:
    pressed = callback.decode(query.data or "") or UNKNOWN_BUTTON
    assert pressed is not None
    message = None if query.message is None else str(query.message.message_id)
    user = query.from_user
    return Inbound(
        address_of(user.id),
        external_id,
        payload=without_form(pressed) or pressed,
        account=_account(user),
        message=message,
        language=user.language_code,
    )


def _inbound(user: User | None, external_id: str, text: str | None) -> Inbound:
    """What was written; without a text it is something that we cannot read (a photo, a voice message, an edit)."""
    assert user is not None
    return Inbound(address_of(user.id), external_id, text=text, account=_account(user), language=user.language_code)


def _account(user: User) -> str:
    return f"{user.full_name} (@{user.username})" if user.username else user.full_name
