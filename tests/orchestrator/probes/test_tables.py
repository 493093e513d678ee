"""What waits in the database, and how jobs ended, as numbers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from orchestrator.jobs import rows
from orchestrator.jobs.rows import Outcome
from orchestrator.probes.tables import sample_tables
from orchestrator.storage.db import Database
from orchestrator.tables.outbox import outbox
from orchestrator.telemetry.metrics import REGISTRY

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


def value(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(f"trademaster_{name}", labels)


async def test_a_job_fails_until_it_ends_well_again(db: Database) -> None:
    def ran(conn: Connection, at: datetime, outcome: Outcome) -> None:
        rows.put(conn, "instruments", at, at)
        run = rows.claim(conn, "instruments", "prc_1", at, 1)
        assert run is not None
        rows.end(conn, run, at, outcome, "")

    await db.write(lambda conn: ran(conn, NOW, Outcome.DONE))
    await sample_tables(db, NOW)
    assert value("job_last_success_timestamp_seconds", job="instruments") == NOW.timestamp()
    assert value("job_failing", job="instruments") == 0
    await db.write(lambda conn: ran(conn, NOW + timedelta(days=1), Outcome.FAILED))
    await sample_tables(db, NOW)
    assert value("job_failing", job="instruments") == 1
    assert value("job_last_success_timestamp_seconds", job="instruments") == NOW.timestamp()


async def test_events_that_wait_are_counted_with_the_age_of_the_oldest(db: Database) -> None:
    row: dict[str, object] = {"user_id": "usr_1", "type": "order", "thing": "ord_1"}
    made: list[dict[str, object]] = [
        {**row, "at": NOW - timedelta(hours=1), "position": 1, "seq": 1},
        {**row, "at": NOW - timedelta(seconds=40), "position": None, "seq": None},
        {**row, "at": NOW, "position": None, "seq": None},
    ]
    await db.write(lambda conn: conn.execute(sa.insert(outbox), made) and None)
    await sample_tables(db, NOW)
    assert (value("outbox_waiting"), value("outbox_lag_seconds")) == (2, 40)
    await db.write(lambda conn: conn.execute(sa.delete(outbox)) and None)
    await sample_tables(db, NOW)
    assert (value("outbox_waiting"), value("outbox_lag_seconds")) == (0, 0)
