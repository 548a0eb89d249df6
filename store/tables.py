"""The rows. Every step of the path is idempotent because of a unique key that stands here.

Times are UTC and aware (SQLModel's own column type refuses naive ones); days are the company's local days. Columns named
``sealed_*`` hold a person's own words, encrypted by ``store.seal``; numbers and dates stay readable for SQL.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def _json(*, nullable: bool = False) -> Any:
    """A JSON column; its Python value is a list or a dict of plain values."""
    return Field(sa_column=Column(JSON(none_as_null=True), nullable=nullable))


class Company(SQLModel, table=True):
    """A client. ``name_key`` is the name as it is compared (NFKC, case, spaces)."""

    id: int | None = Field(default=None, primary_key=True)
    name: str
    name_key: str = Field(unique=True)
    industry: str | None = None
    working_weekdays: str | None = None
    works_on_public_holidays: bool | None = None
    closures: list[str] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))
    yearly_turnover: float | None = None
    slack_team: str | None = None


_PAUSES = text("paused_until IS NOT NULL")


class Person(SQLModel, table=True):
    """A hire, a manager or somebody of the agency. ``identity`` says who is who (interfaces.md, "Who is who")."""

    # Of the few who pause: so a tick that looks for the end of a pause reads nothing of all the others.
    __table_args__ = (Index("ix_person_paused_until", "paused_until", sqlite_where=_PAUSES, postgresql_where=_PAUSES),)

    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(index=True)  # hire, manager, staff
    identity: str = Field(unique=True)
    name: str
    call_name: str | None = None
    email: str | None = None
    phone: str | None = None
    channel: str | None = None
    languages: list[str] = _json()
    stacked: bool = True
    hour: str | None = None  # noon, evening, day_off; None until the person has chosen
    named: bool = False  # the person has said how to be called
    company_id: int | None = Field(default=None, foreign_key="company.id")
    answers_in: str | None = None  # form, chat; None where the person has not chosen
    role: str | None = None  # consultant, lead, admin
    stopped_at: datetime | None = None
    paused_until: datetime | None = None  # who stopped for a while is asked again from then on
    external_id: str | None = None
    keeps_numbers: bool = False  # consent to evaluation: erased, the numbers stay under a random sign
    # Of staff: the columns that no roster has spelled out, so that the settings may correct them.
    from_settings: list[str] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))


class Address(SQLModel, table=True):
    """Where a person can be reached. "Blocked the bot" is a state of an address, not a failure."""

    __table_args__ = (UniqueConstraint("platform", "team", "user"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    platform: str
    team: str = ""
    user: str
    state: str = "linked"  # linked, unreachable, closed
    linked_at: datetime


class Placement(SQLModel, table=True):
    """One hire at one company since a date, with manager and consultant. ``key`` is the consultancy's own number."""

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    company_id: int = Field(foreign_key="company.id", index=True)
    hire_id: int = Field(foreign_key="person.id", index=True)
    manager_id: int = Field(foreign_key="person.id", index=True)
    consultant_id: int = Field(foreign_key="person.id", index=True)
    lead_id: int | None = Field(default=None, foreign_key="person.id")
    start_date: date
    timezone: str = "Asia/Tokyo"
    job_title: str | None = None
    residence_status: str | None = None
    residence_expires: date | None = None
    contract_ends: date | None = None
    imported_at: datetime
    known_since: datetime  # since the start date is what it is: nothing before it is asked late
    planned_until: date | None = Field(default=None, index=True)
    notice_on: date | None = None
    left_on: date | None = None
    leave_reason: str | None = None
    exits_on: date | None = None  # when the questions about leaving are due


class Pause(SQLModel, table=True):
    """Days on which nothing is asked about a placement, both ends included."""

    __table_args__ = (UniqueConstraint("placement_id", "first"),)

    id: int | None = Field(default=None, primary_key=True)
    placement_id: int = Field(foreign_key="placement.id")
    first: date
    last: date
    reason: str = "home_leave"


class CheckIn(SQLModel, table=True):
    """One survey for one respondent about one placement in one period.

    ``wakes_at`` is when the schedule has to look at the row next (opening, reminder, expiry); a tick reads its index only.
    """

    __table_args__ = (
        UniqueConstraint("placement_id", "survey", "respondent", "due_on"),
        Index("ix_checkin_wakes_at", "wakes_at"),
        Index("ix_checkin_unassessed", "assessed_at", "closed_at"),
        Index("ix_checkin_stated", "assessed_at", "stated_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    placement_id: int = Field(foreign_key="placement.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    respondent: str
    survey: str
    version: int | None = None
    period: str
    due_on: date
    state: str = "planned"  # planned, open, completed, expired, declined, cancelled
    opens_at: datetime
    remind_at: list[str] = _json()
    expires_at: datetime
    later_at: datetime | None = None
    wakes_at: datetime | None = None
    context: dict[str, Any] = _json()
    question_limit: int | None = None
    turn: int = 1
    asked: int = 0
    opened_at: datetime | None = None
    delivered_at: datetime | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    closed_at: datetime | None = None
    stated_at: datetime | None = None  # something was said that does not wait for the end, such as having resigned
    assessed_at: datetime | None = None


class Wording(SQLModel, table=True):
    """The fingerprint of a survey's wording (surveys.wording), once a version of it was in use."""

    form: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    fingerprint: str


class Answer(SQLModel, table=True):
    """What a person said to one question. ``value`` is a choice's name, ``sealed_words`` the person's own words.

    ``points`` is the number of choices of a scale, so that a value means the same after the survey has changed.
    """

    __table_args__ = (UniqueConstraint("checkin_id", "question"),)

    id: int | None = Field(default=None, primary_key=True)
    checkin_id: int = Field(foreign_key="checkin.id", index=True)
    question: str
    driver: str | None = None
    value: str | None = None
    points: int | None = None
    signal: str | None = None
    sealed_words: str | None = None
    is_text: bool = False
    language: str  # the locales in which the question was shown, with commas between them
    form: str | None = None
    version: int | None = None
    wording: str | None = None  # the hash of the English question and its choices (surveys.wording)
    turn: int
    answered_at: datetime
    late: bool = False


class Delivery(SQLModel, table=True):
    """One tracked message: *what* to say (kind, subject, turn, detail), not the words.

    due → claimed → attempting → sent | failed | unreachable | unknown; ``superseded`` when there is nothing to say any more.
    ``place`` is the reference of the message, or surface, whose place it takes while that is the newest of its chat, and
    ``stands`` says that ``reference`` still shows this (docs/adr/0011-a-conversation-is-one-message.md).
    ``bulk`` is what goes to many at once and lets others pass. ``lease_until`` is when the sweep looks at the row: where a
    process has let it lie, and where it is unknown whether the message arrived and something is still to be done about it.
    """

    __table_args__ = (
        Index("ix_delivery_due", "state", "bulk", "due_at"),
        Index("ix_delivery_address_state_stands", "address_id", "state", "stands"),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    address_id: int = Field(foreign_key="address.id")
    person_id: int = Field(foreign_key="person.id")
    kind: str
    subject: int
    turn: int = 0
    detail: dict[str, Any] = _json()
    state: str = "due"
    bulk: bool = False
    due_at: datetime
    created_at: datetime
    owner: str | None = None
    lease_until: datetime | None = None
    attempts: int = 0
    place: str | None = None
    reference: str | None = None
    stands: bool = False
    error: str | None = None
    sent_at: datetime | None = None


class Inbound(SQLModel, table=True):
    """An update of a platform that was handled; the same id is handled once."""

    __table_args__ = (UniqueConstraint("platform", "external_id"),)

    id: int | None = Field(default=None, primary_key=True)
    platform: str
    external_id: str
    address_id: int | None = Field(default=None, foreign_key="address.id")
    received_at: datetime


class Assessment(SQLModel, table=True):
    """A level with its reasons, taken when a check-in closed."""

    id: int | None = Field(default=None, primary_key=True)
    placement_id: int = Field(foreign_key="placement.id", index=True)
    checkin_id: int = Field(foreign_key="checkin.id", unique=True)
    period: date
    level: str
    score: float
    probability: float
    usual: float
    reasons: list[dict[str, Any]] = _json()
    rules_version: int
    assessed_at: datetime
    alerted_at: datetime | None = Field(default=None, index=True)


class Alert(SQLModel, table=True):
    """Somebody should look. ``cause`` is what raised it, once; ``policy`` is the row in force when it was raised."""

    __table_args__ = (Index("ix_alert_state_due", "state", "due_at"),)

    id: int | None = Field(default=None, primary_key=True)
    cause: str = Field(unique=True)
    placement_id: int = Field(foreign_key="placement.id", index=True)
    owner_id: int = Field(foreign_key="person.id", index=True)
    assessment_id: int | None = Field(default=None, foreign_key="assessment.id")
    kind: str
    level: str | None = None
    state: str = "open"  # open, acknowledged, snoozed, resolved
    reasons: list[dict[str, Any]] = _json()
    policy: dict[str, Any] = _json()
    opened_at: datetime
    deliver_at: datetime | None = Field(default=None, index=True)
    queued_at: datetime | None = None
    delivered_at: datetime | None = None
    due_at: datetime | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: int | None = Field(default=None, foreign_key="person.id")
    snoozed_until: datetime | None = None
    resolved_at: datetime | None = None
    outcome: str | None = None
    escalations: int = 0
    person_id: int | None = Field(default=None, foreign_key="person.id")  # whose words or call for help raised it
    contact: dict[str, Any] = _json()  # of whom it tells, and how and when it is safe to reach that person
    hidden_from: int | None = Field(default=None, foreign_key="person.id")  # about whom it complains, who never sees it
    sealed_words: str | None = None


class Adoption(SQLModel, table=True):
    """Weights and client rates that were learned from outcomes and put in force; assessments carry the version.

    They are in force with the rules around which they were learned (``rules_version``) and with no others.
    """

    version: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    adopted_at: datetime
    weights: dict[str, Any] = _json()
    turnover: dict[str, Any] = _json()
    slope: float
    leavers: int
    months: int
    rules_version: int
    withdrawn_at: datetime | None = None


class FollowUp(SQLModel, table=True):
    """An entry of a case's timeline, append-only but for filling in a draft.

    kind: acknowledged, snoozed, action, resolved, escalated, asked, effect. An action that is promised to the hire is
    asked about in the next check-in; ``effect`` is what the hire said then.
    """

    id: int | None = Field(default=None, primary_key=True)
    placement_id: int = Field(foreign_key="placement.id", index=True)
    alert_id: int | None = Field(default=None, foreign_key="alert.id", index=True)
    author_id: int | None = Field(default=None, foreign_key="person.id")
    kind: str
    state: str = "done"  # draft, open, done
    topic: str | None = None
    sealed_note: str | None = None
    due_on: date | None = None
    promised: bool = False
    outcome: str | None = None
    checkin_id: int | None = Field(default=None, foreign_key="checkin.id")
    at: datetime


class Sharing(SQLModel, table=True):
    """A topic of a hire that the consultant may bring up with the company. Without a row here nothing is said.

    ``mode``: name, general, after (only once the hire has left). ``deliver_at`` is the digest in which the consultant hears of
    it, None when they have or may not yet.
    """

    id: int | None = Field(default=None, primary_key=True)
    placement_id: int = Field(foreign_key="placement.id", index=True)
    checkin_id: int = Field(foreign_key="checkin.id", index=True)
    topic: str
    mode: str
    chosen_at: datetime
    deliver_at: datetime | None = Field(default=None, index=True)
    told_at: datetime | None = None
    said_on: date | None = None
    withdrawn_at: datetime | None = None


class Consent(SQLModel, table=True):
    """What a person decided about being asked, for which placement, after reading which version in which language."""

    __table_args__ = (UniqueConstraint("person_id", "placement_id", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    placement_id: int = Field(foreign_key="placement.id")
    version: int
    language: str
    decision: str  # agreed, declined
    scored: bool = True  # may a level be estimated, or only questions be asked?
    decided_at: datetime


class AuditEntry(SQLModel, table=True):
    """Who did what to which row, and every read of a hire's answers by a person. Never any words."""

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(index=True)
    actor: str
    action: str
    subject: str
    details: dict[str, Any] = _json()


class Invitation(SQLModel, table=True):
    """A one-time code that links a person to a chat account. Only the code's hash is stored."""

    id: int | None = Field(default=None, primary_key=True)
    code_hash: str = Field(unique=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    placement_id: int | None = Field(default=None, foreign_key="placement.id")
    issued_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    withdrawn_at: datetime | None = None


class Lane(SQLModel, table=True):
    """A token bucket that all processes share: one for each chat, and one (``user`` = '') for each bot account.

    A bucket is one moment, ``opens_at``: from then on (real time) there is a token in it, and each message moves it forward
    (``store.queries.lanes``). ``bulk_at`` is the same for what goes to many at once. Without a row the bucket is full.
    """

    __table_args__ = (UniqueConstraint("platform", "team", "user"),)

    id: int | None = Field(default=None, primary_key=True)
    platform: str
    team: str = ""
    user: str = ""
    opens_at: datetime
    bulk_at: datetime


class Heartbeat(SQLModel, table=True):
    """When a process last did one of its interval jobs, and how that went."""

    __table_args__ = (UniqueConstraint("process", "job"),)

    id: int | None = Field(default=None, primary_key=True)
    process: str
    job: str
    at: datetime = Field(index=True)
    outcome: str = "done"


class Lease(SQLModel, table=True):
    """Something only one process may do at a time, such as polling one Telegram token."""

    name: str = Field(primary_key=True)
    owner: str
    until: datetime


class Timekeeping(SQLModel, table=True):
    """One row that makes a database real or a rehearsal, at its first ``run``.

    A rehearsal's domain time is ``domain_anchor + (real time - real_anchor) x speed`` while a process runs; while nothing
    runs it stands still at ``last_tick``.
    """

    id: int = Field(default=1, primary_key=True)
    mode: str  # real, rehearsal
    domain_anchor: datetime | None = None
    real_anchor: datetime | None = None
    speed: float = 1.0
    last_tick: datetime | None = None


class SetAside(SQLModel, table=True):
    """An update that failed: how often, and the reference under which it was set aside after the third time."""

    __table_args__ = (UniqueConstraint("platform", "external_id"),)

    id: int | None = Field(default=None, primary_key=True)
    platform: str
    external_id: str
    tries: int = 1
    fault: str
    reference: str
    at: datetime
    set_aside: bool = False


class Guess(SQLModel, table=True):
    """How many wrong codes came from an address since when (real time): after a few, no code from there is looked at."""

    __table_args__ = (UniqueConstraint("platform", "team", "user"),)

    id: int | None = Field(default=None, primary_key=True)
    platform: str
    team: str = ""
    user: str
    count: int
    since: datetime


class BotAccount(SQLModel, table=True):
    """What a platform calls our own account there, since the service has met it: an invitation's link needs the name."""

    __table_args__ = (UniqueConstraint("platform", "team"),)

    id: int | None = Field(default=None, primary_key=True)
    platform: str
    team: str = ""
    name: str
    seen_at: datetime


class Notice(SQLModel, table=True):
    """Something that somebody did and that concerns a person, told at the next hour at which they may be written to."""

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    kind: str  # the kind of delivery that it becomes
    subject: int
    detail: dict[str, Any] = _json()
    due_at: datetime | None = Field(default=None, index=True)  # None once it was told
    written_at: datetime


class Handover(SQLModel, table=True):
    """Placements that went from one consultant to another; with ``until`` they come back on that day by themselves."""

    __table_args__ = (Index("ix_handover_open", "given_back_at", "until"),)

    id: int | None = Field(default=None, primary_key=True)
    from_id: int = Field(foreign_key="person.id")
    to_id: int = Field(foreign_key="person.id")
    placements: list[int] = _json()
    handed_at: datetime
    until: date | None = None
    given_back_at: datetime | None = None


class Installation(SQLModel, table=True):
    """Our app in a workspace of a platform. The token is sealed, and empty once the app was removed there."""

    platform: str = Field(primary_key=True)
    team: str = Field(primary_key=True)
    token: str | None = None
    bot_id: str = ""
    bot_user: str = ""
    installed_at: datetime


class FormLink(SQLModel, table=True):
    """A page on which one question is answered, once. Only the hash of its address is stored; what is past is deleted."""

    id: int | None = Field(default=None, primary_key=True)
    token_hash: str = Field(unique=True)
    checkin_id: int = Field(index=True)  # no foreign key: a link must not keep a check-in from being erased
    turn: int
    expires_at: datetime
    used_at: datetime | None = None


class HotlineCheck(SQLModel, table=True):
    """Somebody compared a hotline with its official page, and it was right."""

    id: int | None = Field(default=None, primary_key=True)
    hotline: str = Field(index=True)
    confirmed_by: str
    confirmed_on: date
    written_at: datetime


class KeptNumber(SQLModel, table=True):
    """A number of somebody who was erased and had agreed to keep it: no name, no company and no date, only a random sign and
    the month of the stay.

    ``item`` is a driver, ``probability``, ``left`` (the month of a notice of their own) or ``until`` (the month up to which it is
    known whether there was one, last of each stay).
    """

    id: int | None = Field(default=None, primary_key=True)
    sign: str = Field(index=True)
    month: int
    item: str
    value: float
