"""Ticks between processes: many in one msgpack message, prices as exact text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

import msgspec

from domain.account import BrokerId
from domain.instrument import InstrumentId
from domain.market import Depth, DepthLevel, Tick
from domain.money import Price

EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)

Text = str | None
Level = tuple[str, int, int | None]
# Instrument, last price, microseconds since 1970, close, volume, open, high, low, average, open interest, bids, asks,
# source. Bids and asks are None together where no depth was told.
Row = tuple[
    str, str, int, Text, int | None, Text, Text, Text, Text, int | None,
    list[Level] | None, list[Level] | None, Text,
]  # fmt: skip

_decoder = msgspec.msgpack.Decoder(list[Row])
_encoder = msgspec.msgpack.Encoder()


NONE = _encoder.encode([])


def packed(ticks: Iterable[Tick]) -> bytes:
    return _encoder.encode([_row(tick) for tick in ticks])


def unpacked(message: bytes) -> Iterator[Tick]:
    """Raises ValueError for what `packed` did not make."""
    try:
        rows = _decoder.decode(message)
    except msgspec.MsgspecError as error:
        raise ValueError(f"no ticks: {error}") from error
    return map(_tick, rows)


def _row(tick: Tick) -> Row:
    depth = tick.depth
    return (
        str(tick.instrument),
        str(tick.last_price.amount),
        (tick.at - EPOCH) // MICROSECOND,
        _text(tick.prev_close),
        tick.volume,
        _text(tick.open),
        _text(tick.high),
        _text(tick.low),
        _text(tick.average_price),
        tick.open_interest,
        _levels(depth.bids) if depth else None,
        _levels(depth.asks) if depth else None,
        tick.source.value if tick.source else None,
    )


def _levels(levels: Iterable[DepthLevel]) -> list[Level]:
    return [(str(one.price.amount), one.quantity, one.orders) for one in levels]


def _text(price: Price | None) -> Text:
    return str(price.amount) if price is not None else None


def _tick(row: Row) -> Tick:
    name, last, at, close, volume, opening, high, low, average, interest, bids, asks, source = row
    return Tick(
        instrument=InstrumentId.parse(name),
        last_price=_price(last),
        at=EPOCH + timedelta(microseconds=at),
        prev_close=_known(close),
        volume=volume,
        open=_known(opening),
        high=_known(high),
        low=_known(low),
        average_price=_known(average),
        open_interest=interest,
        depth=None if bids is None or asks is None else Depth(_sides(bids), _sides(asks)),
        source=BrokerId(source) if source is not None else None,
    )


def _sides(levels: Iterable[Level]) -> tuple[DepthLevel, ...]:
    return tuple(DepthLevel(_price(price), quantity, orders) for price, quantity, orders in levels)


def _known(text: Text) -> Price | None:
    return _price(text) if text is not None else None


@lru_cache(maxsize=65_536)
def _price(text: str) -> Price:
    return Price(Decimal(text))
