"""The last good master of each broker, packed into one row: a restart reads them back in a fraction of a second."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from domain.account import BrokerId
from orchestrator.tables.market import instrument_masters


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


def loaded(conn: Connection) -> dict[BrokerId, datetime]:
    """When each broker's last master was loaded."""
    table = instrument_masters.c
    return {BrokerId(name): at for name, at in conn.execute(select(table.broker, table.loaded_at)).all()}


def masters(conn: Connection, brokers: Collection[BrokerId] = tuple(BrokerId)) -> list[Master]:
    """Of these brokers."""
    table = instrument_masters.c
    query = select(table.broker, table.loaded_at, table.listings, table["count"])
    rows = conn.execute(query.where(table.broker.in_(brokers))).all()
    return [
        Master(BrokerId(name), loaded_at, bytes(packed), count) for name, loaded_at, packed, count in rows
    ]
