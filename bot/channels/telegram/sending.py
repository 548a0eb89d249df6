"""Sending: a new message, or an edit of one that stands; what has had its time is taken away first.

To take away and to edit can be repeated without anybody seeing a difference, so that a broken call is retryable there.
"""

from __future__ import annotations

from collections.abc import Iterable

from telegram import Bot, InlineKeyboardMarkup, InputMediaPhoto, LinkPreviewOptions, Message
from telegram.constants import MessageLimit, ParseMode
from telegram.error import BadRequest, TelegramError

from bot.channels.telegram.markup import html, laid_out
from bot.channels.telegram.refusals import GONE, says, send_error
from bot.messages import Outbound, Receipt, SendError, Unreachable, is_surface

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
SPENT = "✓"
"""What is left of a message that is too old to be deleted: after 48 hours a bot may only edit it."""


async def send(bot: Bot, outbound: Outbound, longest: int) -> Receipt:
    """Show a message. Raises SendError and Unreachable."""
    if is_surface(outbound.replaces):
        raise SendError("surface_gone")
    try:
        chat = int(outbound.address.user)
    except ValueError:
        raise Unreachable("chat_not_found") from None
    paragraphs, keyboard = laid_out(outbound, longest)
    text, length = html(paragraphs), sum(len(one.text) + 2 for one in paragraphs)
    await _clear(bot, chat, outbound.clears)
    picture = outbound.picture.png if outbound.picture and length <= MessageLimit.CAPTION_LENGTH else None
    place = _number(outbound.replaces)
    if place is not None and await _replace(bot, chat, place, text, keyboard, picture, length):
        return Receipt(str(place))
    try:
        sent = await _new(bot, chat, text, keyboard, picture)
    except TelegramError as fault:
        raise send_error(fault) from None
    if place is not None and outbound.picture is None:
        await _clear(bot, chat, (str(place),))
    if outbound.picture is not None and picture is None:
        await _add_picture(bot, chat, outbound)
    return Receipt(str(sent.message_id))


async def _new(bot: Bot, chat: int, text: str, keyboard: InlineKeyboardMarkup | None, picture: bytes | None) -> Message:
    if picture is not None:
        return await bot.send_photo(chat, picture, caption=text, parse_mode=ParseMode.HTML, reply_markup=keyboard)
    return await bot.send_message(
        chat, text, parse_mode=ParseMode.HTML, reply_markup=keyboard, link_preview_options=NO_PREVIEW
    )


async def _replace(
    bot: Bot,
    chat: int,
    place: int,
    text: str,
    keyboard: InlineKeyboardMarkup | None,
    picture: bytes | None,
    length: int,
) -> bool:
    """Edit text and keyboard together; False where the message is gone. A picture stays above a text that has room there."""
    try:
        if picture is not None:
            media = InputMediaPhoto(picture, caption=text, parse_mode=ParseMode.HTML)
            await bot.edit_message_media(media, chat, place, reply_markup=keyboard)
            return True
        try:
            await bot.edit_message_text(
                text,
                chat,
                place,
                parse_mode=ParseMode.HTML,
                reply_markup=keyboard,
                link_preview_options=NO_PREVIEW,
            )
        except BadRequest as fault:
            if not says(fault, "there is no text in the message") or length > MessageLimit.CAPTION_LENGTH:
                raise
            await bot.edit_message_caption(chat, place, caption=text, parse_mode=ParseMode.HTML, reply_markup=keyboard)
    except BadRequest as fault:
        if says(fault, "message is not modified"):
            return True
        if says(fault, "there is no text in the message", *GONE):
            return False
        raise send_error(fault) from None
    except TelegramError as fault:
        raise send_error(fault, repeatable=True) from None
    return True


async def _clear(bot: Bot, chat: int, references: Iterable[str]) -> None:
    """Delete messages; those that are too old for it are emptied. Raises SendError for what another try may mend."""
    numbers = [number for number in map(_number, dict.fromkeys(references)) if number is not None]
    if not numbers:
        return
    try:
        await bot.delete_messages(chat, numbers)
    except BadRequest:
        for number in numbers:
            await _take_away(bot, chat, number)
    except TelegramError as fault:
        raise send_error(fault, repeatable=True) from None


async def _take_away(bot: Bot, chat: int, number: int) -> None:
    try:
        try:
            await bot.delete_message(chat, number)
        except BadRequest as fault:
            if not says(fault, "not found"):
                await bot.edit_message_text(SPENT, chat, number)
    except BadRequest:
        return  # It cannot be changed any more: the person's own message, or a picture.
    except TelegramError as fault:
        raise send_error(fault, repeatable=True) from None


async def _add_picture(bot: Bot, chat: int, outbound: Outbound) -> None:
    """A text that is too long for a caption has its picture below it; that it is missing loses nothing that was said."""
    assert outbound.picture is not None
    try:
        await bot.send_photo(chat, outbound.picture.png, caption=outbound.picture.alt[: MessageLimit.CAPTION_LENGTH])
    except TelegramError:
        return


def _number(reference: str | None) -> int | None:
    return int(reference) if reference and reference.isascii() and reference.isdigit() else None
