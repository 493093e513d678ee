"""What is too old goes, in bites; what is not, and what was not told yet, stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Connection, insert, select

from orchestrator import pruning
from orchestrator.outbox import reading
from orchestrator.outbox.emitting import kept_row
from orchestrator.pruning import policies, prune
from orchestrator.storage.db import Database
from orchestrator.tables.outbox import outbox, outbox_heads
from tests.orchestrator.outbox.process import ASHA, T0

EVENTS = policies(outbox_hours=24, notice_days=365)[:1]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "BITE", 7)
    monkeypatch.setattr(pruning, "PAUSE", 0)


async def test_told_events_go_when_they_are_old_and_others_stay(db: Database) -> None:
    def fill(conn: Connection) -> None:
        for number in range(1, 41):
            at = T0 - timedelta(hours=40 - number)
            row = {**kept_row(ASHA, {"type": "order"}, at=at), "position": number, "seq": number}
            conn.execute(insert(outbox), row)
        conn.execute(insert(outbox), kept_row(ASHA, {"type": "order"}, at=T0 - timedelta(days=9)))
        conn.execute(insert(outbox_heads), {"user_id": ASHA, "seq": 40})

    await db.write(fill)
    assert await prune(db, EVENTS, T0) == {"outbox": 15}
    seqs = await db.read(
        lambda conn: conn.execute(select(outbox.c.seq).order_by(outbox.c.id)).scalars().all()
    )
    assert seqs == [*range(16, 41), None]
    assert await db.read(lambda conn: reading.missed(conn, ASHA, 14, 100)) is None
    missed = await db.read(lambda conn: reading.missed(conn, ASHA, 15, 100))
    assert [one.seq for one in missed or ()] == list(range(16, 41))
    assert await prune(db, EVENTS, T0) == {"outbox": 0}


async def test_all_events_may_be_forgotten_and_counting_goes_on(db: Database) -> None:
    row = {**kept_row(ASHA, {"type": "order"}, at=T0 - timedelta(days=2)), "position": 1, "seq": 1}

    def fill(conn: Connection) -> None:
        conn.execute(insert(outbox), row)
        conn.execute(insert(outbox_heads), {"user_id": ASHA, "seq": 1})

    await db.write(fill)
    assert await prune(db, policies(outbox_hours=24, notice_days=365), T0) == {"outbox": 1, "notices": 0}
    assert await db.read(lambda conn: reading.missed(conn, ASHA, 1, 10)) == []
    assert await db.read(lambda conn: reading.missed(conn, ASHA, 0, 10)) is None
