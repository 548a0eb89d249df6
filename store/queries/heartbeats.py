"""Heartbeats: which process did which of its interval jobs when (real time), and how that went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, delete, func, select

from store.tables import Heartbeat

STOPPED = "stopped"
"""The outcome of a process that ended in order: it ticks no more and nothing is wrong."""


@dataclass(frozen=True, slots=True)
class Beat:
    """The last run of one job of one process. ``outcome`` is "done", "stopped" or the ticker's code for what went wrong."""

    process: str
    job: str
    at: datetime
    outcome: str


def write(tx: Session, process: str, beats: Mapping[str, tuple[datetime, str]]) -> None:
    """Keep the last run of each of a process's jobs: when, and its outcome."""
    known = {row.job: row for row in tx.exec(select(Heartbeat).where(Heartbeat.process == process))}
    for job, (at, outcome) in beats.items():
        row = known.get(job) or Heartbeat(process=process, job=job, at=at)
        row.at, row.outcome = at, outcome
        tx.add(row)


def stop(tx: Session, process: str) -> None:
    """Note that a process ended in order. The times stay: they say when it ticked last."""
    for row in tx.exec(select(Heartbeat).where(Heartbeat.process == process)):
        row.outcome = STOPPED


def forget(tx: Session, before: datetime) -> None:
    """Drop the rows of processes that are gone for good."""
    tx.exec(delete(Heartbeat).where(col(Heartbeat.at) < before))


def every(tx: Session) -> list[Beat]:
    """The last run of every job of every process, newest first."""
    rows = tx.exec(select(Heartbeat).order_by(col(Heartbeat.at).desc(), col(Heartbeat.id)))
    return [Beat(row.process, row.job, row.at, row.outcome) for row in rows]


def last(tx: Session, job: str) -> datetime | None:
    """When any process did a job last."""
    return tx.exec(select(func.max(Heartbeat.at)).where(Heartbeat.job == job)).one()
