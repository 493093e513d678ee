"""The last good master of each broker, packed into one row: a restart reads them back in a fraction of a second."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import Connection, delete, insert, select

from adapters.broker import Listing
from domain.account import BrokerId
from domain.instrument import Exchange, Instrument, InstrumentId, Kind
from domain.money import Price
from orchestrator.tables import instrument_masters


@dataclass(frozen=True, slots=True)
class Master:
    """What one broker listed at `loaded_at` (aware)."""

    broker: BrokerId
    loaded_at: datetime
    listings: Sequence[Listing]


def pack(listings: Sequence[Listing]) -> bytes:
    return zlib.compress(orjson.dumps([_row(one) for one in listings]), level=1)


def unpack(packed: bytes) -> list[Listing]:
    return [_listing(row) for row in orjson.loads(zlib.decompress(packed))]


def store(conn: Connection, *, broker: BrokerId, loaded_at: datetime, packed: bytes, count: int) -> None:
    conn.execute(delete(instrument_masters).where(instrument_masters.c.broker == broker))
    conn.execute(
        insert(instrument_masters).values(broker=broker, loaded_at=loaded_at, listings=packed, count=count)
    )


def packed_masters(conn: Connection) -> list[tuple[BrokerId, datetime, bytes]]:
    rows = conn.execute(
        select(instrument_masters.c.broker, instrument_masters.c.loaded_at, instrument_masters.c.listings)
    )
    return [(BrokerId(row.broker), row.loaded_at, bytes(row.listings)) for row in rows]


def _row(listing: Listing) -> list[Any]:
    one = listing.instrument
    return [
        one.id.exchange.value,
        one.id.symbol,
        one.name,
        one.kind.value,
        one.lot,
        str(one.tick),
        one.isin,
        one.freeze,
        one.expiry.isoformat() if one.expiry else None,
        str(one.strike) if one.strike is not None else None,
        one.underlying,
        one.sector,
        listing.order_key,
        listing.feed_key,
    ]


def _listing(row: list[Any]) -> Listing:
    (
        exchange,
        symbol,
        name,
        kind,
        lot,
        tick,
        isin,
        freeze,
        expiry,
        strike,
        underlying,
        sector,
        order_key,
        feed_key,
    ) = row
    instrument = Instrument(
        id=InstrumentId(Exchange(exchange), symbol),
        name=name,
        kind=Kind(kind),
        lot=lot,
        tick=Price.of(tick),
        isin=isin,
        freeze=freeze,
        expiry=date.fromisoformat(expiry) if expiry else None,
        strike=Price.of(strike) if strike is not None else None,
        underlying=underlying,
        sector=sector,
    )
    return Listing(instrument, order_key, feed_key)
