"""``/privacy``: what is stored about the reader, to see, to receive and to erase."""

from __future__ import annotations

from surveys.model import Message

SHOW = Message("privacy.show", "Show what is stored")
ERASE = Message("privacy.erase", "Erase everything")
SURE = Message(
    "privacy.sure",
    "This erases your answers, your own words, your name and how to reach you here, and it ends the check-ins. It cannot be undone. "
    "Nobody at the company is told. Shall I erase everything?",
)
YES = Message("privacy.yes", "Yes, erase everything")
NO = Message("privacy.no", "No, keep it")
ERASED = Message(
    "privacy.erased", "Everything about you is erased here. You may also delete this chat. Thank you, and take care."
)
STORED = Message("privacy.stored", "This is stored about you:")
PERSON = Message("privacy.person", "Name: %(name)s. E-mail: %(email)s. Phone: %(phone)s. Languages: %(languages)s")
PLACEMENT = Message("privacy.placement", "Work: %(company)s since %(start)s. Your consultant: %(consultant)s")
CONSENT = Message("privacy.consent", "You agreed on %(day)s (text number %(version)s).")
NO_CONSENT = Message("privacy.no_consent", "You said no on %(day)s (text number %(version)s).")
ESTIMATED = Message("privacy.estimated", "An estimate is made from your answers.")
NOT_ESTIMATED = Message("privacy.not_estimated", "No estimate is made from your answers.")
ESTIMATE_OFF = Message("privacy.estimate_off", "Make no estimate")
ESTIMATE_ON = Message("privacy.estimate_on", "An estimate is all right")
CHECKIN = Message("privacy.checkin", "%(title)s, %(day)s:")
WITHHELD = Message("privacy.withheld", "preferred not to say")
GONE = Message("privacy.gone", "your own words are erased")
SHARED = Message("privacy.shared", "To be said to your company: %(topic)s (%(mode)s)")
KEEP_NUMBERS = Message("privacy.keep_numbers", "Keep numbers, no name")
NUMBERS_KEPT = Message(
    "privacy.numbers_kept",
    "When you are erased, your numbers stay under a random sign, without name, company or date, so that we can check how good the "
    "estimate is. You can take that back at any time.",
)
NUMBERS_ERASED = Message("privacy.numbers_erased", "When you are erased, your numbers are erased as well.")
ERASE_NUMBERS = Message("privacy.erase_numbers", "Erase numbers too")
SIGN = Message(
    "privacy.sign",
    "The sign of your numbers is %(sign)s. Whoever tells it to the consultant can have them erased as well.",
)
