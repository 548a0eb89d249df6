"""What somebody who asks for help, or who wrote of danger, reads: emergency numbers first, then who is told and when they read it,
then the desks outside that are open now."""

from __future__ import annotations

from surveys.model import Message

EMERGENCY = Message(
    "safety.emergency",
    "In an emergency call 110 (police) or 119 (fire, ambulance) first. Both are free, day and night.",
)
WHOM = Message("safety.whom", "I help you to get help. With whom is the trouble?")
WHOM_WAITS = Message(
    "safety.whom_waits",
    "If you choose nothing, I tell %(reader)s in %(minutes)s minutes. Nobody in the company is told.",
)
WHOMS = {
    "company": Message("safety.whom.company", "The company"),
    "agency": Message("safety.whom.agency", "The agency"),
    "consultant": Message("safety.whom.consultant", "My consultant"),
    "other": Message("safety.whom.other", "Something else"),
}
NOTICED = Message(
    "safety.noticed",
    "Thank you for telling this. It sounds serious, so I tell %(reader)s at once. Nobody in the company is told, and this answer is "
    "not used for any estimate.",
)
TOLD = Message("safety.told", "I have told %(reader)s. Nobody in the company is told.")
TOLD_ABOVE = Message(
    "safety.told_above",
    "I have told %(reader)s, who stands above your consultant. Your consultant does not see it, and nobody in the company is told.",
)
OUTSIDE = Message(
    "safety.outside",
    "At the agency nobody stands above your consultant. So I have told nobody there: it would only reach the person you complain "
    "about. Please ask one of the desks below. They do not belong to the agency or to the company.",
)
READ_BY = Message("safety.read_by", "%(reader)s should read it by %(when)s.")
READ_ON_CALL = Message("safety.read_on_call", "Somebody is on call day and night, and should read it by %(when)s.")
READ_NOT_BEFORE = Message("safety.read_not_before", "It is sent now, but perhaps nobody reads this before %(when)s.")
READ_SENT_LATER = Message("safety.read_sent_later", "Nobody reads this before %(when)s.")
SAFE = Message("safety.safe", "Is it safe to call you?")
SAFES = {
    "phone": Message("safety.safe.phone", "Yes, call me"),
    "chat": Message("safety.safe.chat", "No, write to me"),
    "wait": Message("safety.safe.wait", "Do neither yet"),
}
WHEN = Message("safety.when", "When is it safe?")
WHENS = {
    "now": Message("safety.when.now", "At any time"),
    "noon": Message("safety.when.noon", "At lunch time"),
    "evening": Message("safety.when.evening", "In the evening"),
    "day_off": Message("safety.when.day_off", "On my day off"),
}
NOTED = Message(
    "safety.noted", "Thank you, %(reader)s reads that as well, and is asked to talk with you before anybody else."
)
GO_ON = Message("safety.go_on", "Go on with the questions")
HAS_READ = Message("safety.has_read", "%(reader)s has read this.")
DESKS_OPEN = Message("safety.desks_open", "Open now, outside the agency and the company:")
DESKS_LATER = Message(
    "safety.desks_later", "No desk outside that speaks your language is open at the moment. These open later:"
)
DESK_NUMBER = Message("safety.desk_number", "%(name)s: %(number)s (%(hours)s)")
DESK_PAGE = Message("safety.desk_page", "%(name)s: see %(page)s")
DESKS_NONE = Message("safety.desks_none", "Your embassy and the local labour standards office also help.")
