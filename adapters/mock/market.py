"""The Mock broker's market on the wire: instruments, quotes, ticks, candles. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime
from typing import Any

from adapters.broker import Listing
from adapters.mock import wire
from adapters.rows import interest
from domain.account import BrokerId
from domain.instrument import Instrument, InstrumentId, Kind
from domain.market import Candle, Depth, DepthLevel, Quote, Tick
from domain.money import Price

KINDS = {"EQ": Kind.EQUITY, "IDX": Kind.INDEX, "FUT": Kind.FUTURE, "CE": Kind.CALL, "PE": Kind.PUT}


def listing(row: Mapping[str, Any]) -> Listing:
    """Raises KeyError or ValueError for a kind or exchange we do not know."""
    key = InstrumentId.parse(str(row["symbol"]))
    instrument = Instrument(
        id=key,
        name=str(row["name"]),
        kind=KINDS[str(row["kind"])],
        lot=int(row["lot"]),
        tick=Price.of(row["tick"]),
        isin=str(row["isin"]) if row["isin"] else None,
        freeze=int(row["freeze_quantity"]) if row["freeze_quantity"] else None,
        expiry=date.fromisoformat(row["expiry"]) if row["expiry"] else None,
        strike=wire.price(row["strike"]),
        underlying=str(row["underlying"]).partition(":")[2] if row["underlying"] else None,
        sector=str(row["sector"]) if row["sector"] else None,
    )
    return Listing(instrument, order_key=str(row["trading_symbol"]), feed_key=str(row["symbol"]))


def quote(row: Mapping[str, Any]) -> Quote:
    return Quote(
        instrument=InstrumentId.parse(str(row["symbol"])),
        last_price=Price.of(row["last_price"]),
        at=_epoch(row["time"]),
        open=wire.price(row["open"]),
        high=wire.price(row["high"]),
        low=wire.price(row["low"]),
        prev_close=wire.price(row["prev_close"]),
        volume=int(row["volume"]),
        average_price=wire.price(row["average_price"]),
        lower_circuit=wire.price(row["lower_band"]),
        upper_circuit=wire.price(row["upper_band"]),
        depth=Depth(bids=_levels(row["bids"]), asks=_levels(row["asks"])),
        open_interest=interest(InstrumentId.parse(str(row["symbol"])), row["open_interest"]),
    )


def _levels(rows: Collection[Mapping[str, Any]]) -> tuple[DepthLevel, ...]:
    return tuple(DepthLevel(Price.of(row["price"]), int(row["quantity"]), int(row["orders"])) for row in rows)


def tick(row: Mapping[str, Any]) -> Tick:
    return Tick(
        instrument=InstrumentId.parse(str(row["symbol"])),
        last_price=Price.of(row["last_price"]),
        at=_epoch(row["time"]),
        prev_close=wire.price(row["prev_close"]),
        volume=int(row["volume"]),
        open=wire.price(row.get("open")),
        high=wire.price(row.get("high")),
        low=wire.price(row.get("low")),
        source=BrokerId.MOCK,
    )


def candle(row: Mapping[str, Any]) -> Candle:
    return Candle(
        time=wire.moment(row["time"]),
        open=Price.of(row["open"]),
        high=Price.of(row["high"]),
        low=Price.of(row["low"]),
        close=Price.of(row["close"]),
        volume=int(row["volume"]),
    )


def _epoch(milliseconds: Any) -> datetime:
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)
