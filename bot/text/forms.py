"""The page on which a question is answered in private, and the sentence in the chat that leads there."""

from __future__ import annotations

from surveys.model import Message

LEADS_THERE = Message(
    "form.leads_there",
    "Please write your answer on this private page. What you write there does not pass through this chat:",
)
TITLE = Message("form.title", "Your answer")
FIELD = Message("form.field", "Write in any language.")
SEND = Message("form.send", "Send")
SEEN_BY = Message(
    "form.seen_by", "%(consultant)s, your consultant, and the agency's lead read this. Nobody in the company does."
)
THANKS = Message("form.thanks", "Thank you. Your answer has arrived. You can close this page and go back to the chat.")
PAST = Message(
    "form.past",
    "This page has been used, or its time has passed. Nothing was sent. Please go back to the chat; you can answer there.",
)
EMPTY = Message(
    "form.empty", "Please write something before you send it, or go back to the chat and skip the question."
)
LONG = Message("form.long", "This is too long to be sent at once. Please write it a little shorter.")
AGAIN = Message("form.again", "Your answer could not be stored just now. Please send it again in a moment.")
