"""Kite's binary market frames: big-endian packets of integers. Pure.

A frame is a count, then that many packets, each with its length before it; one byte alone is a heartbeat.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache

from adapters.zerodha.packets import (
    COUNT_FORM,
    EXPONENTS,
    FULL,
    FULL_FORM,
    INDEX_FORM,
    INDEX_FULL,
    INDEX_QUOTE,
    LEVELS_AT,
    LEVELS_FORM,
    LTP,
    LTP_FORM,
    PAISE,
    QUOTE,
    QUOTE_FORM,
    TIME_FORM,
)
from domain.account import BrokerId
from domain.instrument import InstrumentId
from domain.market import Depth, DepthLevel, Mode, Tick
from domain.money import Price

_US = BrokerId.ZERODHA

Names = Mapping[int, tuple[InstrumentId, Mode]]


def ticks(frame: bytes, names: Names, now: datetime) -> list[Tick]:
    """The ticks of the instruments asked for, each with as much as its mode wants.

    `now` stands in where the packet carries no exchange time. A packet of an unlisted length is passed over, as the
    official client does: it may be a layout to come. Raises ValueError or struct.error for a frame cut short.
    """
    found: list[Tick] = []
    if len(frame) < 2:
        return found
    (count,) = COUNT_FORM.unpack_from(frame)
    offset, size = 2, len(frame)
    for _ in range(count):
        (length,) = COUNT_FORM.unpack_from(frame, offset)
        offset += 2
        if offset + length > size:
            raise ValueError("a tick frame is cut short")
        tick = _tick(frame, offset, length, names, now)
        if tick is not None:
            found.append(tick)
        offset += length
    return found


def _tick(frame: bytes, offset: int, length: int, names: Names, now: datetime) -> Tick | None:
    if length in (FULL, QUOTE):
        return _share(frame, offset, length, names, now)
    if length not in (LTP, INDEX_QUOTE, INDEX_FULL):
        return None
    token, last = LTP_FORM.unpack_from(frame, offset)
    name, mode = names.get(token, _NOBODY)
    if name is None or not last:
        return None
    exponent = EXPONENTS.get(token & 0xFF, PAISE)
    if length == LTP:
        return Tick(name, _price(last, exponent), now, source=_US)
    _, _, high, low, opening, close = INDEX_FORM.unpack_from(frame, offset)
    at = _moment(*TIME_FORM.unpack_from(frame, offset + 28)) if length == INDEX_FULL else None
    if mode is Mode.LTP:
        opening = high = low = 0
    return Tick(
        instrument=name,
        last_price=_price(last, exponent),
        at=at or now,
        prev_close=_known(close, exponent),
        open=_known(opening, exponent),
        high=_known(high, exponent),
        low=_known(low, exponent),
        source=_US,
    )


def _share(frame: bytes, offset: int, length: int, names: Names, now: datetime) -> Tick | None:
    if length == FULL:
        token, last, _, average, volume, _, _, opening, high, low, close, _, interest, _, _, seconds = (
            FULL_FORM.unpack_from(frame, offset)
        )
        at = _moment(seconds) or now
    else:
        token, last, _, average, volume, _, _, opening, high, low, close = QUOTE_FORM.unpack_from(
            frame, offset
        )
        at, interest = now, 0
    name, mode = names.get(token, _NOBODY)
    if name is None or not last:
        return None
    exponent = EXPONENTS.get(token & 0xFF, PAISE)
    # A share's open interest is zero: not told.
    if mode is Mode.LTP:
        return Tick(
            instrument=name,
            last_price=_price(last, exponent),
            at=at,
            prev_close=_known(close, exponent),
            volume=volume,
            open_interest=interest or None,
            source=_US,
        )
    return Tick(
        instrument=name,
        last_price=_price(last, exponent),
        at=at,
        prev_close=_known(close, exponent),
        volume=volume,
        open=_known(opening, exponent),
        high=_known(high, exponent),
        low=_known(low, exponent),
        average_price=_known(average, exponent),
        open_interest=interest or None,
        depth=_depth(frame, offset, exponent) if length == FULL and mode is Mode.DEPTH else None,
        source=_US,
    )


_NOBODY: tuple[None, Mode] = (None, Mode.LTP)


def _depth(frame: bytes, offset: int, exponent: int) -> Depth:
    flat = LEVELS_FORM.unpack_from(frame, offset + LEVELS_AT)
    levels = [
        DepthLevel(_price(flat[at + 1], exponent), flat[at], flat[at + 2]) if flat[at] else None
        for at in range(0, 30, 3)
    ]
    bids, asks = levels[:5], levels[5:]
    return Depth(tuple(one for one in bids if one), tuple(one for one in asks if one))


def _known(value: int, exponent: int) -> Price | None:
    return _price(value, exponent) if value else None


# The same few prices come again and again: a close all day, a last price as often as it trades.
@lru_cache(maxsize=65_536)
def _price(value: int, exponent: int) -> Price:
    return Price.paise(value) if exponent == PAISE else Price(Decimal(value).scaleb(exponent))


@lru_cache(maxsize=256)
def _moment(seconds: int) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None
