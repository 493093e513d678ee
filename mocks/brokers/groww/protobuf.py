"""The feed's messages, encoded by hand from Groww's field numbers, so that no schema is shared with anyone."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from datetime import datetime

from mocks.brokers.backoffice.orders import Order, Row
from mocks.brokers.backoffice.portfolio import Position
from mocks.brokers.backoffice.profile import IST
from mocks.brokers.groww.names import Name
from mocks.exchange.model import DepthLevel, OrderType, Quote, Side

_EXCHANGE = {"BSE": 0, "NSE": 1, "MCX": 2}
_SEGMENT = {"CASH": 0, "FNO": 1}
_PRODUCT = {"CNC": 0, "MIS": 1, "NRML": 4, "MTF": 6}
_ORDER_TYPE = {OrderType.MARKET: 0, OrderType.LIMIT: 1, OrderType.SL: 2, OrderType.SL_M: 3}
_STATUS = (
    "NEW",
    "ACKED",
    "TRIGGER_PENDING",
    "APPROVED",
    "REJECTED",
    "FAILED",
    "EXECUTED",
    "DELIVERY_AWAITED",
    "CANCELLED",
    "CANCELLATION_REQUESTED",
    "MODIFICATION_REQUESTED",
    "COMPLETED",
)
_DAY = 1  # duration

# --- encoding (proto3: zeros are left out) -------------------------------------------------------------------------


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def integer(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value) if value else b""


def double(field: int, value: float) -> bytes:
    return _varint(field << 3 | 1) + struct.pack("<d", value) if value else b""


def block(field: int, content: bytes) -> bytes:
    """A message: written even when it is empty."""
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def text(field: int, value: str) -> bytes:
    return block(field, value.encode()) if value else b""


# --- market data (rupees) ------------------------------------------------------------------------------------------


def _market(name: Name, point: bytes) -> bytes:
    head = text(1, name.token) + integer(2, _SEGMENT[name.segment]) + integer(3, _EXCHANGE[name.exchange])
    return head + point


def _millis(at_ns: int) -> float:
    return float(at_ns // 1_000_000)


def price(name: Name, quote: Quote) -> bytes:
    """Production fills time and last price only."""
    return _market(
        name, block(4, double(1, _millis(quote.last_time or quote.time)) + double(13, quote.last_price / 100))
    )


def price_detailed(name: Name, quote: Quote) -> bytes:
    values: Mapping[int, float] = {
        1: _millis(quote.last_time or quote.time),
        2: quote.open / 100,
        3: quote.high / 100,
        4: quote.low / 100,
        5: quote.prev_close / 100,
        6: quote.volume,
        7: quote.volume * quote.average_price / 100,
        8: quote.buy_quantity,
        9: quote.sell_quantity,
        10: quote.average_price / 100,
        11: quote.upper_band / 100,
        12: quote.lower_band / 100,
        13: quote.last_price / 100,
        14: quote.open_interest,
        15: quote.lower_band / 100,
        16: quote.upper_band / 100,
    }
    return _market(name, block(4, b"".join(double(field, value) for field, value in values.items())))


def index_value(name: Name, quote: Quote) -> bytes:
    return _market(name, block(6, double(1, _millis(quote.time)) + double(2, quote.last_price / 100)))


def depth(name: Name, quote: Quote) -> bytes:
    books = _book(2, quote.bids) + _book(3, quote.asks)
    return _market(name, block(5, double(1, _millis(quote.time)) + books))


def _book(field: int, levels: Sequence[DepthLevel]) -> bytes:
    return b"".join(
        block(field, integer(1, number) + block(2, double(1, level.price / 100) + double(2, level.quantity)))
        for number, level in enumerate(levels, 1)
    )


# --- account updates (paise) ---------------------------------------------------------------------------------------


def order_update(name: Name, order: Order, row: Row, status: str) -> bytes:
    """The order as it was at `row`."""
    update = (
        integer(1, row.quantity)
        + integer(2, row.price)
        + integer(3, row.trigger)
        + integer(4, row.filled)
        + integer(5, row.quantity - row.filled)
        + integer(6, round(row.average))
        + text(7, order.order_id)
        + text(8, row.exchange_order_id)
        + integer(9, _STATUS.index(status))
        + integer(10, _DAY)
        + integer(11, _EXCHANGE[name.exchange])
        + integer(12, _SEGMENT[name.segment])
        + integer(13, _PRODUCT[order.product.value])
        + integer(14, _ORDER_TYPE[row.type])
        + integer(15, 0 if order.side is Side.BUY else 1)
        + text(16, row.message)
        + text(22, name.instrument.isin or name.symbol)
        + text(23, order.order_id)
    )
    stage = double(1, _since_midnight(row.at)) + text(2, status)
    return block(1, stage) + block(2, update)


def position_update(name: Name, position: Position) -> bytes:
    side = (
        double(1, position.buy_quantity)
        + double(2, position.buy_value / position.buy_quantity if position.buy_quantity else 0)
        + double(3, position.sell_quantity)
        + double(4, position.sell_value / position.sell_quantity if position.sell_quantity else 0)
    )
    info = text(1, name.instrument.isin or name.symbol) + block(3 if name.exchange == "NSE" else 2, side)
    return block(2, info)


def _since_midnight(at: datetime) -> float:
    """Milliseconds."""
    local = at.astimezone(IST)
    return (local - local.replace(hour=0, minute=0, second=0, microsecond=0)).total_seconds() * 1000
