"""The last good master of each broker, packed into one row: a restart reads them back in a fraction of a second."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from domain.account import BrokerId
from orchestrator.tables_market import instrument_masters


@dataclass(frozen=True, slots=True)
class Master:
    """What one broker listed at `loaded_at` (aware), packed (`Columns.pack`)."""

    broker: BrokerId
    loaded_at: datetime
    packed: bytes
    count: int


def store(conn: Connection, master: Master) -> None:
    """In place of the broker's last one."""
    conn.execute(delete(instrument_masters).where(instrument_masters.c.broker == master.broker))
    values = {"loaded_at": master.loaded_at, "listings": master.packed, "count": master.count}
    conn.execute(insert(instrument_masters).values(broker=master.broker, **values))


def masters(conn: Connection) -> list[Master]:
    table = instrument_masters.c
    rows = conn.execute(select(table.broker, table.loaded_at, table.listings, table["count"])).all()
    return [
        Master(BrokerId(name), loaded_at, bytes(packed), count) for name, loaded_at, packed, count in rows
    ]
