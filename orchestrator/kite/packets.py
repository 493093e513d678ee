"""Prices as Kite's binary market packets: what `adapters.zerodha.ticks` reads, written. Pure.

What does not fit into 32 bits is the most that does; what is not known is zero, as at Kite.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from adapters.zerodha.packets import (
    CHANGE_FORM,
    COUNT_FORM,
    EXPONENTS,
    FULL_FORM,
    INDEX_FORM,
    INDICES,
    LEVELS_FORM,
    LTP_FORM,
    PAISE,
    QUOTE_FORM,
    TIME_FORM,
)
from domain.market import Depth, DepthLevel, Mode
from domain.money import Price
from orchestrator.market.prices import Day, Seen

HEARTBEAT = b"\x00"
MOST = 0xFFFF_FFFF
MOST_ORDERS = 0xFFFF
LEVELS = 5
_NOTHING = (0, 0, 0)


def frame(packets: Sequence[bytes]) -> bytes:
    parts = [COUNT_FORM.pack(len(packets))]
    for one in packets:
        parts += (COUNT_FORM.pack(len(one)), one)
    return b"".join(parts)


def packet(token: int, seen: Seen, mode: Mode) -> bytes:
    """The newest of one instrument, with as much as the mode wants."""
    exponent = EXPONENTS.get(token & 0xFF, PAISE)
    last = counted(seen.price, exponent)
    if mode is Mode.LTP:
        return LTP_FORM.pack(token, last)
    if token & 0xFF == INDICES:
        return _index(token, last, seen, exponent, mode)
    return _share(token, last, seen, exponent, mode)


def _index(token: int, last: int, seen: Seen, exponent: int, mode: Mode) -> bytes:
    opening, high, low = _day(seen.day, exponent)
    close = counted(seen.prev_close, exponent)
    moved = last - close if close else 0
    body = INDEX_FORM.pack(token, last, high, low, opening, close) + CHANGE_FORM.pack(_signed(moved))
    return body if mode is Mode.QUOTE else body + TIME_FORM.pack(_seconds(seen.at))


def _share(token: int, last: int, seen: Seen, exponent: int, mode: Mode) -> bytes:
    day, depth = seen.day, seen.depth or Depth()
    opening, high, low = _day(day, exponent)
    average = counted(day.average_price, exponent) if day else 0
    volume = _unsigned(day.volume if day else None)
    bids, asks = (_unsigned(sum(one.quantity for one in side)) for side in (depth.bids, depth.asks))
    close = counted(seen.prev_close, exponent)
    shown = (token, last, 0, average, volume, bids, asks, opening, high, low, close)
    if mode is Mode.QUOTE:
        return QUOTE_FORM.pack(*shown)
    at, interest = _seconds(seen.at), _unsigned(day.open_interest if day else None)
    levels = LEVELS_FORM.pack(*_levels(depth.bids, exponent), *_levels(depth.asks, exponent))
    return FULL_FORM.pack(*shown, at, interest, 0, 0, at) + levels


def _day(day: Day | None, exponent: int) -> tuple[int, int, int]:
    """Open, high, low."""
    if day is None:
        return _NOTHING
    return counted(day.open, exponent), counted(day.high, exponent), counted(day.low, exponent)


def _levels(levels: Sequence[DepthLevel], exponent: int) -> Iterable[int]:
    for level in levels[:LEVELS]:
        yield _unsigned(level.quantity)
        yield counted(level.price, exponent)
        yield min(level.orders or 0, MOST_ORDERS)
    yield from _NOTHING * (LEVELS - min(len(levels), LEVELS))


def counted(price: Price | None, exponent: int) -> int:
    """In the segment's smallest steps."""
    return 0 if price is None else _counted(price.amount, exponent)


# The same few prices come again and again.
@lru_cache(maxsize=65_536)
def _counted(amount: Decimal, exponent: int) -> int:
    return _unsigned(int(amount.scaleb(-exponent).to_integral_value(ROUND_HALF_UP)))


def _unsigned(number: int | None) -> int:
    return min(max(number or 0, 0), MOST)


def _signed(number: int) -> int:
    return min(max(number, -(MOST >> 1)), MOST >> 1)


def _seconds(moment: datetime) -> int:
    return _unsigned(int(moment.timestamp()))
