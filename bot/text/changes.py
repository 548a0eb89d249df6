"""What the agency reads about links and changes: in the chat, at the command line, and why something was refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from bot.messages import Limits, Paragraph
from bot.text.catalog import Voice
from bot.text.commands import LeaveReason
from bot.text.dates import day
from bot.text.prompts import Content, press
from surveys.model import Message

LEAVE_REASONS: Mapping[str, Message] = {
    LeaveReason.RESIGNED: Message("change.reason.resigned", "resigned"),
    LeaveReason.DISMISSED: Message("change.reason.dismissed", "dismissed"),
    LeaveReason.CONTRACT_END: Message("change.reason.contract_end", "end of the contract"),
    LeaveReason.MOVED_SAME_AGENCY: Message("change.reason.moved_same_agency", "moved to another client of the agency"),
    LeaveReason.LOST_CONTACT: Message("change.reason.lost_contact", "lost contact"),
    LeaveReason.OTHER: Message("change.reason.other", "other"),
}

ROLES = {
    "hire": Message("change.role.hire", "hire"),
    "manager": Message("change.role.manager", "manager"),
    "consultant": Message("change.role.consultant", "consultant"),
    "lead": Message("change.role.lead", "lead"),
    "admin": Message("change.role.admin", "admin"),
}

SAYS = {
    "welcome": Message(
        "change.say.welcome", "Hello %(name)s, you are connected. Alerts come to you here. Write “list” for your cases."
    ),
    "already_linked": Message("change.say.already_linked", "You are connected already, and nothing has changed."),
    "not_them": Message(
        "change.say.not_them",
        "%(person)s: that account is disconnected and can do nothing more. What was agreed to there does not count. A new "
        "invitation comes from: teichaku invite",
    ),
    "not_them_already": Message(
        "change.say.not_them_already", "%(person)s: that account is not connected any more, so nothing has changed."
    ),
    "paused": Message(
        "change.say.paused",
        "%(hire)s, %(company)s: nothing is asked from %(first)s to %(last)s. The check-ins start again by themselves.",
    ),
    "left": Message(
        "change.say.left",
        "%(hire)s, %(company)s: noted as leaving on %(day)s (%(reason)s). The check-ins end, and open alerts about the risk are closed.",
    ),
    "start_corrected": Message(
        "change.say.start_corrected", "%(hire)s, %(company)s: the first day of work was corrected to %(day)s."
    ),
    "erased": Message(
        "change.say.erased",
        "Case %(key)s: the hire has erased everything here and takes part no more. Please take the row out of the roster. "
        "Nobody in the company is told.",
    ),
    "manager_changed": Message(
        "change.say.manager_changed",
        "%(hire)s, %(company)s: the manager is %(after)s now. %(before)s is asked no more and sees nothing of it.",
    ),
    "hire_changed": Message(
        "change.say.hire_changed",
        "%(key)s, %(company)s: the hire is %(hire)s now. Whoever was named there before is asked no more.",
    ),
    "company_changed": Message(
        "change.say.company_changed",
        "%(hire)s is at %(after)s now and not at %(before)s any more. Who had agreed to be asked is asked about that again.",
    ),
    "lead_changed": Message(
        "change.say.lead_changed", "%(hire)s, %(company)s: the lead is %(after)s now, and not %(before)s any more."
    ),
    "roster_changed": Message(
        "change.say.roster_changed",
        "A roster has changed %(count)s of your cases: %(hires)s. Write “list” to see them.",
    ),
    "handover_to": Message(
        "change.say.handover_to",
        "From today you look after what was with %(before)s (%(count)s): %(hires)s. The open alerts and promises are yours too. Write “list” for your cases.",
    ),
    "handover_to_until": Message(
        "change.say.handover_to_until",
        "Until %(day)s you stand in for %(before)s (%(count)s): %(hires)s. The open alerts and promises are yours too. Write “list” for your cases.",
    ),
    "handover_from": Message(
        "change.say.handover_from",
        "From today %(after)s looks after your cases (%(count)s), and you do not see them any more: %(hires)s.",
    ),
    "handover_from_until": Message(
        "change.say.handover_from_until",
        "Until %(day)s %(after)s stands in for you (%(count)s), and you do not see these cases: %(hires)s.",
    ),
}
"""What is said in the chat of somebody of the agency, by code."""

LINKED = Message("change.linked", "%(person)s (%(role)s) is connected now: %(platform)s, account “%(account)s”.")
NOT_THEM = Message("change.not_them", "That is not them")

INVITE_ALL_LINKED = Message("cli.invite_all_linked", "Everybody is connected, so there is nobody to invite.")
INVITE_NOTE = Message(
    "cli.invite_note",
    "Each code works once, until the day shown, and replaces the person's earlier one. The hire presses the link, or sends "
    "the code to the bot as a message.",
)
CARDS_WRITTEN = Message(
    "invite.cards_written",
    "The cards stand in %(file)s (%(count)s). Cut them apart and give each to its person by hand.",
)
CARDS_WITHOUT_PDF = Message(
    "invite.cards_without_pdf",
    "The part that makes PDF is missing, so the cards stand in %(file)s: open it in a browser and print it. For PDF: "
    "pip install 'teichaku[pdf]' and apt install libpango-1.0-0 libpangoft2-1.0-0",
)
CARDS_FORM = Message("invite.cards_form", "The name of the cards' file ends with .pdf or .html.")
RELINK_WHOM = Message("cli.relink_whom", "--relink needs the person: teichaku invite --person NAME --relink")
PAUSED = Message(
    "cli.paused",
    "%(key)s, %(hire)s: nothing is asked from %(first)s to %(last)s. Open check-ins taken back: %(count)s.",
)
LEFT = Message(
    "cli.left",
    "%(key)s, %(hire)s: notice on %(notice)s, last day %(day)s (%(reason)s). Open check-ins taken back: %(count)s.",
)
HANDED_OVER = Message("cli.handed_over", "From %(before)s to %(after)s. Placements: %(count)s.")
HANDED_OVER_UNTIL = Message(
    "cli.handed_over_until",
    "From %(before)s to %(after)s until %(day)s, then back by themselves. Placements: %(count)s.",
)
UNCHANGED = Message("cli.unchanged", "That is recorded already, so nothing has changed.")

CHANGE_ERRORS = {
    "placement_unknown": Message(
        "error.placement_unknown", "There is no placement %(key)s. “teichaku placements” lists them."
    ),
    "person_unknown": Message(
        "error.person_unknown", "Nobody is called “%(name)s”, and nobody has that number or e-mail address."
    ),
    "person_ambiguous": Message(
        "error.person_ambiguous", "Several people fit “%(name)s”. Please name one by e-mail or placement: %(known)s"
    ),
    "person_linked": Message(
        "error.person_linked",
        "%(name)s is connected already. For a new phone or account add --relink: the old chat is disconnected when the code is used.",
    ),
    "rows_erased": Message(
        "error.rows_erased",
        "%(keys)s: the hire has erased everything. Take the row out of the roster; a new placement gets a new number.",
    ),
    "file_there": Message(
        "error.file_there", "%(file)s is there already, and nothing is overwritten. Name a new file."
    ),
    "person_gone": Message(
        "error.person_gone", "%(name)s has no placement any more, so there is nothing to invite to."
    ),
    "staff_unknown": Message("error.staff_unknown", "Nobody of the agency is called “%(name)s”. Known are: %(known)s"),
    "staff_same": Message("error.staff_same", "--from and --to name the same person, %(name)s."),
    "staff_admin": Message(
        "error.staff_admin", "%(name)s is an admin, who may not read answers. Please name a consultant or a lead."
    ),
    "until_past": Message("error.until_past", "%(day)s is no day in the future, so nothing can come back on it."),
    "placement_left": Message("error.placement_left", "%(key)s has ended on %(day)s, so there is nothing to pause."),
    "notice_late": Message("error.notice_late", "The notice (%(notice)s) comes after the last day (%(day)s)."),
    "left_early": Message("error.left_early", "The last day (%(day)s) comes before the start (%(start)s)."),
}
"""Why a change was refused, by code."""


def linked(
    voice: Voice,
    limits: Limits,
    *,
    address: int,
    person_id: int,
    person: str,
    role: str,
    platform: str,
    account: str,
) -> Content:
    """Who was linked, to which account, and the button for "that is somebody else"."""
    text = voice.one(
        LINKED, person=person, role=voice.one(ROLES[role]), platform=platform.capitalize(), account=account
    )
    button = press("link", address, person_id, "not_them", voice.label(NOT_THEM, limits.button))
    return (Paragraph(text),), ((button,),)


def say(voice: Voice, *, code: str, days: Mapping[str, date], reason: str | None, **values: str) -> Content:
    """One of the SAYS, with its days as the reader writes them."""
    shown = {name: day(voice, on) for name, on in days.items()}
    if reason is not None:
        shown["reason"] = voice.one(LEAVE_REASONS[reason])
    return (Paragraph(voice.one(SAYS[code], **shown, **values)),), ()
