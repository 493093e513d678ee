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

EXCHANGES = {exchange.value: exchange for exchange in Exchange}
KINDS = {kind.value: kind for kind in Kind}


@dataclass(frozen=True, slots=True)
class Master:
    """What one broker listed at `loaded_at` (aware), packed: unpacked, a real master takes a hundred times the room."""

    broker: BrokerId
    loaded_at: datetime
    packed: bytes
    count: int


def pack(listings: Sequence[Listing]) -> bytes:
    return zlib.compress(orjson.dumps([_row(one) for one in listings]), level=1)


def unpack(packed: bytes) -> list[Listing]:
    read = _Reader()
    return [read.listing(row) for row in orjson.loads(zlib.decompress(packed))]


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
        *([one.group] if one.group else ()),
    ]


class _Reader:
    """Rows back into listings. Words, prices and days that come again are made once: a master repeats its few ticks,
    strikes and expiries a hundred thousand times."""

    def __init__(self) -> None:
        self._prices: dict[str, Price] = {}
        self._days: dict[str, date] = {}

    def listing(self, row: list[Any]) -> Listing:
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
            *group,
        ) = row
        instrument = Instrument(
            id=InstrumentId(EXCHANGES[exchange], symbol),
            name=name,
            kind=KINDS[kind],
            lot=lot,
            tick=self._price(tick),
            isin=isin,
            freeze=freeze,
            expiry=self._day(expiry) if expiry else None,
            strike=self._price(strike) if strike is not None else None,
            underlying=underlying,
            sector=sector,
            group=group[0] if group else "",
        )
        return Listing(instrument, order_key, feed_key)

    def _price(self, text: str) -> Price:
        known = self._prices.get(text)
        if known is None:
            known = self._prices[text] = Price.of(text)
        return known

    def _day(self, text: str) -> date:
        known = self._days.get(text)
        if known is None:
            known = self._days[text] = date.fromisoformat(text)
        return known
