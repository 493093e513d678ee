"""Numbers that only the database has: what waits in it, and how jobs ended. The same in every process that is asked."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from orchestrator.jobs.rows import Outcome
from orchestrator.storage.db import Database
from orchestrator.tables.jobs import job_runs
from orchestrator.tables.outbox import outbox
from orchestrator.tables.people import letters
from orchestrator.tables.webhooks import webhook_messages
from orchestrator.telemetry import metrics

MESSAGE, RUN = webhook_messages.c, job_runs.c


async def sample_tables(db: Database, now: datetime) -> None:
    """Raises SQLAlchemyError, OSError: then the numbers of before stay, and the database's own gauge says why."""

    def look(conn: Connection) -> None:
        _queues(conn, now)
        _outbox(conn, now)
        _jobs(conn)

    await db.read(look)


def _count(conn: Connection, *such: sa.ColumnElement[bool]) -> int:
    return int(conn.execute(sa.select(sa.func.count()).where(*such)).scalar_one())


def _queues(conn: Connection, now: datetime) -> None:
    metrics.QUEUE_WAITING.labels("letters").set(_count(conn, letters.c.due_at <= now))
    due = _count(conn, MESSAGE.state == "waiting", MESSAGE.due_at <= now)
    metrics.QUEUE_WAITING.labels("webhooks").set(due)
    metrics.DEAD_LETTERS.labels("webhooks").set(_count(conn, MESSAGE.state == "dead"))


def _outbox(conn: Connection, now: datetime) -> None:
    waiting = sa.select(sa.func.count(), sa.func.min(outbox.c.id)).where(outbox.c.position.is_(None))
    count, oldest = conn.execute(waiting).one()
    since = conn.execute(sa.select(outbox.c.at).where(outbox.c.id == oldest)).scalar_one_or_none()
    metrics.OUTBOX_WAITING.set(count)
    metrics.OUTBOX_LAG.set(0 if since is None else (now - since).total_seconds())


def _jobs(conn: Connection) -> None:
    ended = sa.select(RUN.job, RUN.outcome, sa.func.max(RUN.ended_at))
    last: dict[str, dict[str, datetime]] = {}
    for job, outcome, at in conn.execute(
        ended.where(RUN.ended_at.is_not(None)).group_by(RUN.job, RUN.outcome)
    ):
        last.setdefault(job, {})[outcome] = at
    never = datetime.min.replace(tzinfo=UTC)
    for job, ends in last.items():
        done, failed = (ends.get(one.value, never) for one in (Outcome.DONE, Outcome.FAILED))
        if done is not never:
            metrics.JOB_SUCCESS.labels(job).set(done.timestamp())
        metrics.JOB_FAILING.labels(job).set(failed > done)
