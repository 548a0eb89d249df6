"""The words of an invitation card, which is handed to a person on paper."""

from __future__ import annotations

from surveys.model import Message

TITLE = Message("card.title", "A few short questions about your work")
FROM_AGENCY = Message(
    "card.from", "This card is from %(consultant)s, your consultant at the agency. It is not from %(company)s."
)
WHAT = Message(
    "card.what",
    "About once a month a chat program asks you how your work is. It takes about two minutes. You may skip every question, and you may say no.",
)
WHO = Message(
    "card.who",
    "%(consultant)s and the agency's lead read your answers. Nobody at %(company)s sees them, unless you choose it.",
)
MANAGER_TITLE = Message("card.manager_title", "A few short questions about the people in your team")
MANAGER_FROM = Message("card.manager_from", "This card is from %(consultant)s, the consultant of the agency.")
MANAGER_WHAT = Message(
    "card.manager_what",
    "Once a month a chat program asks you how the people whom the agency placed with you are doing. It takes about two minutes. "
    "You may skip every question.",
)
MANAGER_WHO = Message(
    "card.manager_who",
    "%(consultant)s and the agency's lead read your answers. The people in your team never see them.",
)
NEVER = Message("card.never", "It never asks for money, passwords or photos of cards.")
SCAN = Message("card.scan", "Point your phone's camera at this code. Telegram opens: press “Start”.")
SEND = Message("card.send", "Send this code as a message to the check-in program in your chat:")
UNTIL = Message("card.until", "The code works once, until %(day)s.")
