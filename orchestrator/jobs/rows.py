"""Runs of jobs in the database. A claim is one conditional update: of all that try, one wins.

`due_at` is in the product's time, which may be a simulated market's. Claims end by the database's own time.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy import Connection

from orchestrator.tables.jobs import job_runs

ROW = job_runs.c
LASTS = timedelta(seconds=60)  # a claim, from each renewal
MICROSECOND = timedelta(microseconds=1)
DIED = "the process that did it was gone before it ended"


class Outcome(StrEnum):
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Run:
    """One time that a job was, is or will be done."""

    job: str
    due_at: datetime
    asked_by: str
    attempt: int
    claimed_by: str | None
    until: datetime
    started_at: datetime | None
    ended_at: datetime | None
    outcome: Outcome | None
    words: str

    def held(self, now: datetime) -> bool:
        """Whether somebody is at it."""
        return self.ended_at is None and self.claimed_by is not None and self.until > now


def server_time(conn: Connection) -> datetime:
    """Now, as the database has it: the same for every process that shares it."""
    if conn.dialect.name == "sqlite":
        return datetime.now(UTC)
    moment: datetime = conn.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
    return moment


# --- what is due -------------------------------------------------------------------------------------------------


def put(conn: Connection, job: str, due_at: datetime, now: datetime, *, asked_by: str = "") -> bool:
    """A run that may be claimed from `now` on. False when it is there already."""
    return _add(conn, job, due_at, now, asked_by=asked_by)


def ask(conn: Connection, job: str, at: datetime, now: datetime, *, by: str) -> tuple[Run, bool]:
    """A run beside the schedule, or the one that was asked for before and is not over; whether it is a new one."""
    for run in open_runs(conn):
        if run.job == job and run.asked_by:
            return run, False
    while not put(conn, job, at, now, asked_by=by):
        at += MICROSECOND  # the very moment of another run
    asked = find(conn, job, at)
    assert asked is not None
    return asked, True


def begin_with_next(conn: Connection, job: str, due_at: datetime, now: datetime) -> None:
    """A job that is new here is not caught up on: it is due from the next time after this one."""
    words = "new here: it begins with its next time"
    _add(conn, job, due_at, now, ended_at=now, outcome=Outcome.SKIPPED.value, words=words)


def supersede(conn: Connection, job: str, before: datetime, now: datetime) -> None:
    """Earlier times that nobody is at are not worth doing any more."""
    stale = (ROW.job == job, ROW.due_at < before, ROW.ended_at.is_(None), ROW.asked_by == "")
    free = sa.or_(ROW.claimed_by.is_(None), ROW.until <= now)
    done = {
        "ended_at": now,
        "claimed_by": None,
        "outcome": Outcome.SKIPPED.value,
        "words": "a later time took its place",
    }
    conn.execute(sa.update(job_runs).where(*stale, free).values(done))


def latest_due(conn: Connection, job: str) -> datetime | None:
    """The newest time of the schedule that was written down."""
    query = sa.select(sa.func.max(ROW.due_at)).where(ROW.job == job, ROW.asked_by == "")
    return conn.execute(query).scalar_one_or_none()


def _add(conn: Connection, job: str, due_at: datetime, now: datetime, **more: object) -> bool:
    if find(conn, job, due_at) is not None:
        return False
    values = {"job": job, "due_at": due_at, "asked_by": "", "attempt": 0, "until": now, "words": "", **more}
    conn.execute(sa.insert(job_runs).values(values))
    return True


# --- claims ------------------------------------------------------------------------------------------------------


def open_runs(conn: Connection) -> list[Run]:
    """All that are not over, the earliest first."""
    query = sa.select(job_runs).where(ROW.ended_at.is_(None)).order_by(ROW.job, ROW.due_at)
    return [_run(row) for row in conn.execute(query)]


def claim(conn: Connection, job: str, holder: str, now: datetime, attempts: int) -> Run | None:
    """The job's earliest run, for `holder` until a minute after `now`. None while somebody is at the job, or nothing
    may be claimed yet. One that ended its process `attempts` times is not tried again."""
    for run in (one for one in open_runs(conn) if one.job == job):
        if run.until > now:
            return None
        if run.attempt >= attempts:
            end(conn, run, now, Outcome.FAILED, DIED)
            continue
        words = DIED if run.claimed_by is not None else run.words
        values = {
            "attempt": run.attempt + 1,
            "claimed_by": holder,
            "until": now + LASTS,
            "started_at": now,
            "words": words,
        }
        if not conn.execute(sa.update(job_runs).where(*_as_is(run)).values(values)).rowcount:
            return None
        return find(conn, job, run.due_at)
    return None


def renew(conn: Connection, run: Run, now: datetime) -> bool:
    """False when the claim was lost."""
    return bool(conn.execute(sa.update(job_runs).where(*_as_is(run)).values({"until": now + LASTS})).rowcount)


def end(conn: Connection, run: Run, now: datetime, outcome: Outcome, words: str) -> bool:
    """False when the claim was lost: then nothing is written."""
    values = {"ended_at": now, "outcome": outcome.value, "words": words}
    return bool(conn.execute(sa.update(job_runs).where(*_as_is(run)).values(values)).rowcount)


def give_back(conn: Connection, run: Run, until: datetime, words: str) -> bool:
    """To be claimed again from `until` on. False when the claim was lost."""
    values = {"claimed_by": None, "until": until, "words": words}
    return bool(conn.execute(sa.update(job_runs).where(*_as_is(run)).values(values)).rowcount)


def still(conn: Connection, run: Run) -> bool:
    """Whether this claim is the last one, in the transaction that writes: nobody takes it over before that ends."""
    query = sa.select(ROW.attempt).where(*_as_is(run)).with_for_update(read=True)
    return conn.execute(query).first() is not None


def _as_is(run: Run) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        ROW.job == run.job,
        ROW.due_at == run.due_at,
        ROW.attempt == run.attempt,
        ROW.ended_at.is_(None),
        ROW.claimed_by == run.claimed_by if run.claimed_by is not None else ROW.claimed_by.is_(None),
    )


# --- the history -------------------------------------------------------------------------------------------------


def record(conn: Connection, name: str, at: datetime, words: str) -> None:
    """Something that was done outside the schedule, to be seen beside it."""
    now = server_time(conn)
    _add(conn, name, at, now, asked_by="command", ended_at=now, outcome=Outcome.DONE.value, words=words)


def find(conn: Connection, job: str, due_at: datetime) -> Run | None:
    row = conn.execute(sa.select(job_runs).where(ROW.job == job, ROW.due_at == due_at)).one_or_none()
    return None if row is None else _run(row)


def history(conn: Connection, job: str, *, before: datetime | None = None, limit: int = 50) -> list[Run]:
    """The newest first."""
    query = sa.select(job_runs).where(ROW.job == job).order_by(ROW.due_at.desc()).limit(limit)
    if before is not None:
        query = query.where(ROW.due_at < before)
    return [_run(row) for row in conn.execute(query)]


def last_ended(conn: Connection, outcome: Outcome) -> dict[str, Run]:
    """Each job's last run that ended so, by name."""
    newest = (
        sa.select(ROW.job, sa.func.max(ROW.due_at).label("due_at"))
        .where(ROW.outcome == outcome.value)
        .group_by(ROW.job)
        .subquery()
    )
    both = sa.and_(ROW.job == newest.c.job, ROW.due_at == newest.c.due_at)
    return {row.job: _run(row) for row in conn.execute(sa.select(job_runs).join(newest, both))}


def forget(conn: Connection, before: datetime) -> int:
    """Runs that ended before; how many those were. The newest of each job stays: the schedule goes on from it."""
    newest = sa.select(sa.func.max(ROW.due_at)).where(ROW.asked_by == "").group_by(ROW.job).scalar_subquery()
    old = (ROW.ended_at < before, ROW.due_at.not_in(newest))
    return conn.execute(sa.delete(job_runs).where(*old)).rowcount


def _run(row: sa.Row[tuple[object, ...]]) -> Run:
    values = {field.name: getattr(row, field.name) for field in fields(Run)}
    return Run(**{**values, "outcome": None if row.outcome is None else Outcome(row.outcome)})
