"""What the queries give to the shell: frozen values, so that no row leaves the store."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

HONORIFIC = re.compile(r"\s*(?:さん|さま|様|殿|君|くん|ちゃん)$")


@dataclass(frozen=True, slots=True)
class Person:
    """A hire, a manager or somebody of the agency."""

    id: int
    kind: str
    name: str
    call_name: str | None
    languages: tuple[str, ...]
    stacked: bool
    hour: str | None
    named: bool
    stopped: bool
    role: str | None
    email: str | None = None
    answers_in: str | None = None
    paused_until: datetime | None = None

    @property
    def called(self) -> str:
        """How to address the person: without an honorific, because the sentences bring their own."""
        return called(self.call_name or self.name)


def called(name: str) -> str:
    """A name without its honorific."""
    return HONORIFIC.sub("", name).strip() or name


@dataclass(frozen=True, slots=True)
class Address:
    """Where a person can be reached."""

    id: int
    person_id: int
    platform: str
    team: str
    user: str
    state: str


@dataclass(frozen=True, slots=True)
class Placement:
    """One hire at one company, with everybody concerned."""

    id: int
    key: str
    company_id: int
    company: str
    hire: Person
    manager: Person
    consultant: Person
    lead: Person | None
    start_date: date
    timezone: str
    contract_ends: date | None
    residence_expires: date | None
    notice_on: date | None
    left_on: date | None
    yearly_turnover: float | None
    job_title: str | None = None


@dataclass(frozen=True, slots=True)
class Names:
    """Who is spoken of in a question: the hire, by the roster's name and as they want to be called, and the consultant."""

    hire: str
    called: str
    consultant: str


@dataclass(frozen=True, slots=True)
class CheckIn:
    """One survey for one respondent about one placement in one period."""

    id: int
    placement_id: int
    person_id: int
    respondent: str
    survey: str
    period: str
    due_on: date
    state: str
    opens_at: datetime
    remind_at: tuple[datetime, ...]
    expires_at: datetime
    later_at: datetime | None
    context: Mapping[str, Any]
    question_limit: int | None
    turn: int
    opened_at: datetime | None
    delivered_at: datetime | None
    started_at: datetime | None
    completed_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Answered:
    """A stored answer with what an assessment or an alert needs of it. ``words`` are the person's own, unsealed."""

    checkin_id: int
    question: str
    driver: str | None
    value: str | None
    points: int | None
    signal: str | None
    words: str | None
    is_text: bool
    answered_at: datetime
    late: bool


@dataclass(frozen=True, slots=True)
class Delivery:
    """A tracked message: what to say to whom. ``reader`` is that person as they are when it is worded."""

    id: int
    key: str
    address: Address
    person_id: int
    kind: str
    subject: int
    turn: int
    detail: Mapping[str, Any]
    attempts: int
    place: str | None = None
    reader: Person | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A message that stands in a chat: the delivery that it shows now, and what the platform calls it."""

    delivery_id: int
    kind: str
    subject: int
    reference: str


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A message that is not over yet: ``state`` is due, claimed, attempting, or an unknown that nobody has looked at."""

    delivery: Delivery
    state: str
    due_at: datetime
    bulk: bool


@dataclass(frozen=True, slots=True)
class Alert:
    """Somebody should look at a placement."""

    id: int
    placement_id: int
    owner_id: int
    assessment_id: int | None
    kind: str
    level: str | None
    state: str
    reasons: tuple[Mapping[str, Any], ...]
    policy: Mapping[str, Any]
    opened_at: datetime
    deliver_at: datetime | None
    queued_at: datetime | None
    delivered_at: datetime | None
    due_at: datetime | None
    acknowledged_at: datetime | None
    snoozed_until: datetime | None
    resolved_at: datetime | None
    outcome: str | None
    escalations: int
    person_id: int | None
    contact: Mapping[str, Any]
    hidden_from: int | None


@dataclass(frozen=True, slots=True)
class FollowUp:
    """An entry of a case's timeline; ``note`` is unsealed."""

    id: int
    placement_id: int
    alert_id: int | None
    author_id: int | None
    kind: str
    state: str
    topic: str | None
    note: str | None
    due_on: date | None
    promised: bool
    outcome: str | None
    checkin_id: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Sharing:
    """A topic that a hire lets the consultant bring up with the company."""

    id: int
    placement_id: int
    checkin_id: int
    topic: str
    mode: str
    chosen_at: datetime
    deliver_at: datetime | None
    told_at: datetime | None
    said_on: date | None
    withdrawn_at: datetime | None

    @property
    def pending(self) -> bool:
        """True while it may still be said, and has not been."""
        return self.said_on is None and self.withdrawn_at is None


@dataclass(frozen=True, slots=True)
class Installation:
    """Our app in one workspace: its token, unsealed, and what it is called there."""

    team: str
    token: str = field(repr=False)
    bot_id: str
    bot_user: str
