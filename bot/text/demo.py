"""What the rehearsal and the practice chat say around the messages that they show."""

from __future__ import annotations

from surveys.model import Message

TITLE = Message(
    "demo.title", "A rehearsal of six months: 4 companies, 12 hires, 5 managers, 2 consultants. All are invented."
)
PLAYING = Message("demo.playing", "Playing six months")
HIRE_CHAT = Message("demo.hire_chat", "1. A hire answers: %(name)s, month %(month)s, %(day)s")
MANAGER_CHAT = Message("demo.manager_chat", "2. The manager answers about the same topics: %(name)s, %(day)s")
ALERT = Message("demo.alert", "3. The consultant is told, with reasons: %(name)s, %(day)s")
ACTION = Message("demo.action", "4. The consultant acts, %(day)s")
FOLLOW_UP = Message("demo.follow_up", "5. The next check-in asks whether it helped, %(day)s")
EFFECT = Message("demo.effect", "6. What changed: %(name)s, month by month")
CASELOAD = Message("demo.caseload", "7. The caseload at the end, the most urgent first")
NEXT = Message("demo.next", "To go on:")
NEXT_CHAT = Message("demo.next_chat", "be the hire yourself")
NEXT_MANAGER = Message("demo.next_manager", "be the manager")
NEXT_CONSULTANT = Message("demo.next_consultant", "be the consultant, with an alert to work on")
NEXT_KEEP = Message("demo.next_keep", "keep the rehearsal's database, to look at with the other commands")
NEXT_INIT = Message("demo.next_init", "begin for real")
COUNTS = Message(
    "demo.counts",
    "%(checkins)s check-ins opened, %(answered)s completed, %(answers)s answers, %(alerts)s alerts in six months",
)
COLUMNS = (
    Message("demo.column.level", "level"),
    Message("demo.column.hire", "hire"),
    Message("demo.column.company", "company"),
    Message("demo.column.since", "since"),
    Message("demo.column.answered", "last answer"),
    Message("demo.column.reason", "strongest reason"),
    Message("demo.column.alert", "alert"),
)
KEPT = Message("demo.kept", "The rehearsal's database and settings are in %(folder)s.")
FOLDER_USED = Message(
    "demo.folder_used", "%(folder)s is not empty. Please name a new folder, so that nothing is overwritten."
)
NOTES = {
    "supervisor": Message(
        "demo.note.supervisor", "Agree with the manager on a fixed 15-minute talk every week, in plain Japanese."
    ),
    "pay": Message(
        "demo.note.pay", "Go through the pay slip together and ask the company how the next rise is decided."
    ),
    "overall": Message("demo.note.overall", "Call on Friday evening and ask what would make next month better."),
}
PRACTICE = Message(
    "practice.hello",
    "A practice chat: nothing leaves this terminal, and everybody is invented. Answer by number or in words; Ctrl-D ends it.",
)
PRACTICE_AS = {
    "hire": Message("practice.as.hire", "You are %(name)s, hired by %(company)s."),
    "manager": Message("practice.as.manager", "You are %(name)s, manager at %(company)s."),
    "consultant": Message(
        "practice.as.consultant", "You are %(name)s, consultant of the agency. Write “list” for your cases."
    ),
}
PRACTICE_END = Message("practice.end", "The practice chat is over. Nothing was kept.")
