"""The contract of a channel, told from both sides: what the bot sends and hears, what the platform's user sees and does.

A new channel joins with one adapter that plays its platform, and one class::

    class TestMine(ChannelContract):
        make = staticmethod(my_platform)  # an async context manager that gives a Platform
"""

from __future__ import annotations

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from enum import Enum
from itertools import count
from typing import Any, ClassVar, Protocol

import pytest

from bot.channels import callback
from bot.messages import (
    HOME,
    AddressKey,
    Button,
    Channel,
    Field,
    Form,
    Inbound,
    Outbound,
    Paragraph,
    Payload,
    Picture,
    SendError,
    Style,
    Unreachable,
)

SECONDS = 10
"""Longer than any step takes, so that what never happens fails instead of hanging."""

RETRY_AFTER = 7


class Fault(Enum):
    """What a platform can do to a message instead of showing it."""

    UNREACHABLE = "the person blocked the bot, or is gone"
    THROTTLED = f"too many messages, come back in {RETRY_AFTER} seconds"
    UNKNOWN = "the connection broke before the platform answered"


@dataclass(frozen=True)
class Seen:
    """A message as the platform's user sees it: no markup, the buttons by their labels, the fields of a form by theirs."""

    text: str
    labels: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    picture: bool = False


class Platform(Protocol):
    """A platform with one user, played for a channel."""

    channel: Channel
    address: AddressKey
    """The user, who can be reached."""
    faults: frozenset[Fault]
    """What this platform can do; a terminal throttles nobody."""
    repeats: bool
    """True when the platform hands over an update again if it is not sure of our acknowledgement."""

    def seen(self) -> Sequence[Seen]:
        """Everything that the user was shown, oldest first, also what was replaced since."""

    def shown(self) -> Sequence[Seen]:
        """The chat as the user sees it now, oldest first."""

    def window(self) -> Seen | None:
        """What stands in the window that is open, where the platform has any (``limits.forms``)."""

    def home(self) -> Seen | None:
        """What stands on the user's own page, where the platform has one (``limits.home``)."""

    def take_away(self, reference: str) -> None:
        """Let a message be deleted by somebody else (``limits.edits``)."""

    def close_window(self) -> None:
        """Let the user close the window."""

    async def say(self, text: str) -> None:
        """Let the user write something."""

    async def press(self, label: str) -> None:
        """Let the user press a button of the window that is open, or else of the last message."""

    async def submit(self, **values: str) -> None:
        """Let the user fill in the form in the window, each field by its name, and send it."""

    async def repeat(self) -> None:
        """Hand over the last update once more, under the same id."""

    def fail(self, fault: Fault) -> None:
        """Let the next message meet this fault."""


class Heard:
    """What the channel handed over, in order."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Inbound] = asyncio.Queue()
        self.put = self._queue.put

    async def next(self) -> Inbound:
        """The next update, waiting for it."""
        return await asyncio.wait_for(self._queue.get(), SECONDS)


@asynccontextmanager
async def listening(platform: Platform) -> AsyncIterator[Heard]:
    """Let the channel listen meanwhile."""
    heard = Heard()
    task = asyncio.create_task(platform.channel.listen(heard.put))
    try:
        yield heard
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.wait_for(task, SECONDS)


_keys = count(1)


def message(platform: Platform, *texts: str, labels: Sequence[str] = (), payload: Payload | None = None) -> Outbound:
    """A message with a paragraph for each text, and a row with a button for each label."""
    about = payload or Payload("question", 100, 3, "4")
    rows = tuple((Button(label, about),) for label in labels)
    return Outbound(platform.address, f"key-{next(_keys)}", tuple(Paragraph(text) for text in texts), rows)


def done(inbound: Inbound) -> Inbound:
    """What a person did, without what a platform knows of the person besides, and without its own id of it."""
    return replace(inbound, external_id="", account=None, language=None, email=None)


PICTURE = Picture(
    b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAG7buVgAAAABJRU5ErkJggg=="),
    "From May to July the level rose from none to <high>.",
)
ABOUT = Payload("follow_up", 7, 2, "note")
NOTE = Form(
    (
        Field("what", "What will be done?"),
        Field("topic", "About", options=(("pay", "Pay & <hours>"), ("peer", "Colleagues")), initial="peer"),
        Field("on", "Until", date=True, required=False),
    ),
    Button("Note it", ABOUT),
)


LITERAL = {
    "japanese": "困っていることはありますか。㈱丸山製作所の髙﨑さんへ",
    "vietnamese": "Bạn cảm thấy công việc thế nào?",
    "burmese": "အလုပ်အဆင်ပြေလား",
    "emoji": "元気？ 👍🏽 👨‍👩‍👧 ❤️",
    "right_to_left": "مرحبا، كيف حالك؟",
    "html": "1 < 2 & 3 > 2 &amp; <b>not bold</b> <!channel> <@U123>",
    "markdown": "*not bold* _not italic_ ~no~ `no code` [no](https://link.example) \\ # - 1. | {x} !",
    "quotes": "\"double\" 'single' %(name)s {name}",
}


class ChannelContract:
    """Every test here is a promise that the rest of the house relies on."""

    make: ClassVar[Callable[[], AbstractAsyncContextManager[Any]]]

    @pytest.fixture
    async def platform(self) -> AsyncIterator[Platform]:
        async with type(self).make() as platform:
            yield platform

    async def refuses(self, platform: Platform, outbound: Outbound) -> SendError:
        """Send what must be refused, and see that the user was shown nothing."""
        with pytest.raises(SendError) as caught:
            await platform.channel.send(outbound)
        assert platform.seen() == []
        assert not caught.value.retryable
        assert not caught.value.sent_perhaps
        return caught.value

    async def test_it_is_a_channel_of_its_platform(self, platform: Platform) -> None:
        assert isinstance(platform.channel, Channel)
        assert platform.channel.name == platform.address.platform
        assert platform.channel.limits.payload >= callback.MAX_BYTES

    async def test_each_message_has_a_receipt_of_its_own(self, platform: Platform) -> None:
        receipts = [await platform.channel.send(message(platform, "Hello")) for _ in range(3)]
        assert len({receipt.reference for receipt in receipts}) == 3
        assert all(receipt.reference for receipt in receipts)
        assert len(platform.seen()) == 3

    @pytest.mark.parametrize("text", LITERAL.values(), ids=LITERAL)
    async def test_a_text_is_shown_as_it_is_written(self, platform: Platform, text: str) -> None:
        await platform.channel.send(message(platform, text))
        assert text in platform.seen()[-1].text

    async def test_paragraphs_of_every_style_are_shown_in_order(self, platform: Platform) -> None:
        paragraphs = tuple(Paragraph(f"<{style}>", style) for style in Style)
        await platform.channel.send(Outbound(platform.address, "styles", paragraphs))
        shown = platform.seen()[-1].text
        places = [shown.index(paragraph.text) for paragraph in paragraphs]
        assert places == sorted(places)

    @pytest.mark.parametrize("character", ["あ", "&", "x"])
    async def test_the_longest_text_is_shown_whole(self, platform: Platform, character: str) -> None:
        longest = platform.channel.limits.text
        await platform.channel.send(message(platform, character * longest))
        assert platform.seen()[-1].text.count(character) == longest

    async def test_a_longer_text_is_refused_and_never_cut(self, platform: Platform) -> None:
        error = await self.refuses(platform, message(platform, "あ" * (platform.channel.limits.text + 1)))
        assert error.code == "too_long"

    async def test_a_message_without_words_is_refused(self, platform: Platform) -> None:
        assert (await self.refuses(platform, message(platform, "  \n"))).code == "empty"

    async def test_as_many_buttons_as_allowed_are_shown(self, platform: Platform) -> None:
        labels = tuple(f"Choice {number}" for number in range(platform.channel.limits.buttons))
        await platform.channel.send(message(platform, "Which?", labels=labels))
        assert platform.seen()[-1].labels == labels

    async def test_more_buttons_are_refused(self, platform: Platform) -> None:
        labels = ["Yes"] * (platform.channel.limits.buttons + 1)
        assert (await self.refuses(platform, message(platform, "Which?", labels=labels))).code == "too_many_buttons"

    async def test_the_longest_label_is_shown_whole(self, platform: Platform) -> None:
        label = "あ" * platform.channel.limits.button
        await platform.channel.send(message(platform, "Which?", labels=[label]))
        assert platform.seen()[-1].labels == (label,)

    async def test_a_longer_label_is_refused(self, platform: Platform) -> None:
        label = "あ" * (platform.channel.limits.button + 1)
        assert (await self.refuses(platform, message(platform, "Which?", labels=[label]))).code == "button_too_long"

    async def test_a_label_without_words_is_refused(self, platform: Platform) -> None:
        assert (await self.refuses(platform, message(platform, "Which?", labels=[" "]))).code == "button_empty"

    async def test_a_payload_that_does_not_fit_is_refused(self, platform: Platform) -> None:
        outbound = message(platform, "Which?", labels=["Yes"], payload=Payload("question", 1, 1, "x" * 100))
        assert (await self.refuses(platform, outbound)).code == "payload_too_long"

    @pytest.mark.parametrize(
        "payload",
        [
            Payload("question", 100, 3, "4"),
            Payload("follow_up", 2**63 - 1, 2**31, "call:2026-04-01"),
            Payload("question", 0, 0, "x" * (callback.MAX_BYTES - len("v1:q:0:0:"))),
        ],
        ids=["usual", "large_numbers", "longest"],
    )
    async def test_a_press_comes_back_with_the_same_payload(self, platform: Platform, payload: Payload) -> None:
        async with listening(platform) as heard:
            asked = message(platform, "Really?", labels=["はい & <yes>", "No"], payload=payload)
            receipt = await platform.channel.send(asked)
            assert platform.seen()[-1].labels == ("はい & <yes>", "No")
            await platform.press("はい & <yes>")
            inbound = await heard.next()
        assert done(inbound) == Inbound(platform.address, "", payload=payload, message=receipt.reference)

    @pytest.mark.parametrize("text", LITERAL.values(), ids=LITERAL)
    async def test_a_text_arrives_as_it_was_written(self, platform: Platform, text: str) -> None:
        async with listening(platform) as heard:
            await platform.say(text)
            inbound = await heard.next()
        assert done(inbound) == Inbound(platform.address, "", text=text)

    async def test_what_a_person_did_arrives_in_order_and_each_under_its_own_id(self, platform: Platform) -> None:
        texts = [f"Message {number}" for number in range(20)]
        async with listening(platform) as heard:
            for text in texts:
                await platform.say(text)
            inbounds = [await heard.next() for _ in texts]
        assert [inbound.text for inbound in inbounds] == texts
        assert len({inbound.external_id for inbound in inbounds}) == len(texts)

    async def test_a_repeated_update_is_handed_over_again_under_the_same_id(self, platform: Platform) -> None:
        if not platform.repeats:
            pytest.skip(f"{platform.channel.name} never repeats an update")
        async with listening(platform) as heard:
            await platform.say("Once")
            await platform.repeat()
            assert await heard.next() == await heard.next()

    async def test_somebody_unreachable_is_told_apart_from_a_failure(self, platform: Platform) -> None:
        with pytest.raises(Unreachable) as caught:
            await self.send_into(platform, Fault.UNREACHABLE)
        assert not caught.value.retryable
        assert platform.seen() == []

    async def test_a_throttled_message_may_be_sent_again_after_the_time_that_the_platform_names(
        self, platform: Platform
    ) -> None:
        with pytest.raises(SendError) as caught:
            await self.send_into(platform, Fault.THROTTLED)
        assert caught.value.retryable
        assert caught.value.retry_after == RETRY_AFTER
        assert not caught.value.sent_perhaps
        await platform.channel.send(message(platform, "Again"))
        assert [seen.text.strip() for seen in platform.seen()] == ["Again"]

    async def test_an_unknown_outcome_is_said_to_be_unknown(self, platform: Platform) -> None:
        with pytest.raises(SendError) as caught:
            await self.send_into(platform, Fault.UNKNOWN)
        assert caught.value.sent_perhaps
        assert not isinstance(caught.value, Unreachable)

    async def send_into(self, platform: Platform, fault: Fault) -> None:
        if fault not in platform.faults:
            pytest.skip(f"{platform.channel.name} knows no such fault: {fault.value}")
        platform.fail(fault)
        await platform.channel.send(message(platform, "Hello"))

    async def test_listening_ends_when_it_is_cancelled_and_may_begin_again(self, platform: Platform) -> None:
        for text in ("first", "second"):
            async with listening(platform) as heard:
                await platform.say(text)
                assert (await heard.next()).text == text

    async def test_a_message_takes_the_place_of_another(self, platform: Platform) -> None:
        if not platform.channel.limits.edits:
            pytest.skip(f"{platform.channel.name} edits nothing")
        await platform.channel.send(message(platform, "Before"))
        first = await platform.channel.send(message(platform, "How are you?", labels=["Fine", "Not so well"]))
        again = replace(message(platform, "Thank you.", labels=["Back"]), replaces=first.reference)
        for _ in range(2):  # It may be repeated, and shows the same.
            second = await platform.channel.send(again)
            assert second.reference == first.reference
            assert shown(platform) == [("Before", ()), ("Thank you.", ("Back",))]
        await platform.channel.send(replace(message(platform, "Done."), replaces=first.reference))
        assert shown(platform) == [("Before", ()), ("Done.", ())], "the buttons are gone with the question"

    async def test_what_would_replace_a_message_that_is_gone_is_sent_anew(self, platform: Platform) -> None:
        first = await platform.channel.send(message(platform, "How are you?"))
        if platform.channel.limits.edits:
            platform.take_away(first.reference)
        second = await platform.channel.send(replace(message(platform, "Thank you."), replaces=first.reference))
        assert second.reference != first.reference
        assert shown(platform)[-1] == ("Thank you.", ())
        if platform.channel.limits.edits:
            assert len(platform.shown()) == 1

    async def test_the_message_that_was_pressed_is_the_one_that_is_replaced(self, platform: Platform) -> None:
        if not platform.channel.limits.edits:
            pytest.skip(f"{platform.channel.name} edits nothing")
        async with listening(platform) as heard:
            await platform.channel.send(message(platform, "How are you?", labels=["Fine"]))
            await platform.press("Fine")
            pressed = await heard.next()
            await platform.channel.send(replace(message(platform, "And?", labels=["Good"]), replaces=pressed.message))
            assert shown(platform) == [("And?", ("Good",))]
            await platform.press("Good")
            assert (await heard.next()).message == pressed.message

    async def test_a_replacement_that_broke_may_be_tried_again_at_once(self, platform: Platform) -> None:
        if not platform.channel.limits.edits or Fault.UNKNOWN not in platform.faults:
            pytest.skip(f"{platform.channel.name} edits nothing, or never breaks")
        first = await platform.channel.send(message(platform, "How are you?"))
        again = replace(message(platform, "Thank you."), replaces=first.reference)
        platform.fail(Fault.UNKNOWN)
        with pytest.raises(SendError) as caught:
            await platform.channel.send(again)
        assert caught.value.retryable
        assert not caught.value.sent_perhaps
        await platform.channel.send(again)
        assert shown(platform) == [("Thank you.", ())]

    async def test_what_has_had_its_time_is_cleared_as_far_as_that_is_possible(self, platform: Platform) -> None:
        kept = await platform.channel.send(message(platform, "Stays"))
        old = [
            await platform.channel.send(message(platform, text, labels=["Start"])) for text in ("Opening", "Reminder")
        ]
        references = tuple(one.reference for one in old)
        if platform.channel.limits.edits:
            platform.take_away(references[0])
        last = replace(message(platform, "Question"), clears=(*references, "never-there", *references))
        receipt = await platform.channel.send(last)
        assert receipt.reference not in (kept.reference, *references)
        if platform.channel.limits.edits:
            assert shown(platform) == [("Stays", ()), ("Question", ())]

    async def test_a_picture_is_shown_and_said(self, platform: Platform) -> None:
        receipt = await platform.channel.send(replace(message(platform, "The last months"), picture=PICTURE))
        assert receipt.reference
        seen = platform.seen()
        assert any(one.picture or PICTURE.alt in one.text for one in seen)
        assert any("The last months" in one.text for one in seen)

    async def test_a_press_that_asks_for_a_window_is_handed_over_without_saying_so(self, platform: Platform) -> None:
        async with listening(platform) as heard:
            opening = message(platform, "Ready?", labels=["Start"], payload=Payload("opening", 5, 0, "form.start"))
            receipt = await platform.channel.send(opening)
            await platform.press("Start")
            inbound = await heard.next()
        assert inbound.payload == Payload("opening", 5, 0, "start")
        if platform.channel.limits.forms:
            assert (inbound.message or "").startswith("view:")
        else:
            assert inbound.message == receipt.reference

    async def opens(self, platform: Platform, heard: Heard) -> str:
        """Let the user open a window; its reference."""
        if not platform.channel.limits.forms:
            pytest.skip(f"{platform.channel.name} has no windows")
        await platform.channel.send(
            message(platform, "Ready?", labels=["Start"], payload=Payload("opening", 5, 0, "form.start"))
        )
        await platform.press("Start")
        reference = (await heard.next()).message
        assert reference is not None
        return reference

    async def test_a_window_is_filled_and_pressed_like_a_message(self, platform: Platform) -> None:
        async with listening(platform) as heard:
            window = await self.opens(platform, heard)
            for text in ("How are you?", "And your work?"):
                receipt = await platform.channel.send(
                    replace(message(platform, text, labels=["Fine", "Bad"]), replaces=window)
                )
                assert receipt.reference == window
                seen = platform.window()
                assert seen is not None
                assert text in seen.text
                assert seen.labels == ("Fine", "Bad")
                await platform.press("Fine")
                assert done(await heard.next()) == Inbound(
                    platform.address, "", payload=Payload("question", 100, 3, "4"), message=window
                )
        assert shown(platform) == [("Ready?", ("Start",))], "nothing of it stands in the chat"

    async def test_a_form_comes_back_with_what_was_filled_in(self, platform: Platform) -> None:
        async with listening(platform) as heard:
            window = await self.opens(platform, heard)
            await platform.channel.send(replace(message(platform, "Note", labels=["Skip"]), replaces=window, form=NOTE))
            seen = platform.window()
            assert seen is not None
            assert seen.fields == tuple(field.label for field in NOTE.fields)
            assert set(seen.labels) == {"Skip", "Note it"}
            await platform.submit(what=LITERAL["html"], topic="pay", on="2026-04-30")
            sent = await heard.next()
            assert done(replace(sent, values=None)) == Inbound(platform.address, "", payload=ABOUT, message=window)
            assert sent.values == {"what": LITERAL["html"], "topic": "pay", "on": "2026-04-30"}
            # The window stays: it waits for what the flow says next.
            receipt = await platform.channel.send(replace(message(platform, "Thank you."), replaces=window))
            assert receipt.reference == window

    async def test_what_was_meant_for_a_window_is_never_sent_as_a_message(self, platform: Platform) -> None:
        async with listening(platform) as heard:
            window = await self.opens(platform, heard)
            platform.close_window()
            with pytest.raises(SendError) as caught:
                await platform.channel.send(replace(message(platform, "How are you?"), replaces=window))
        assert caught.value.code == "surface_gone"
        assert not caught.value.retryable
        assert not caught.value.sent_perhaps
        assert shown(platform) == [("Ready?", ("Start",))]

    async def test_where_there_are_no_windows_nothing_is_sent_for_one(self, platform: Platform) -> None:
        if not platform.channel.limits.forms:
            await self.refuses(platform, replace(message(platform, "Note"), form=NOTE))
            error = await self.refuses(platform, replace(message(platform, "Note"), replaces="view:V1"))
            assert error.code == "surface_gone"
        if not platform.channel.limits.home:
            error = await self.refuses(platform, replace(message(platform, "Home"), replaces=HOME))
            assert error.code == "surface_gone"

    async def test_a_home_shows_the_newest_page_and_nothing_of_it_in_the_chat(self, platform: Platform) -> None:
        if not platform.channel.limits.home:
            pytest.skip(f"{platform.channel.name} has no such page")
        for text in ("Next check-in: 1 May", "Next check-in: 1 June"):
            receipt = await platform.channel.send(replace(message(platform, text, labels=["Pause"]), replaces=HOME))
            assert receipt.reference == HOME
        seen = platform.home()
        assert seen is not None
        assert "1 June" in seen.text
        assert "1 May" not in seen.text
        assert platform.shown() == []


def shown(platform: Platform) -> list[tuple[str, tuple[str, ...]]]:
    """The chat as the user sees it now: text and buttons."""
    return [(one.text.strip(), one.labels) for one in platform.shown()]
