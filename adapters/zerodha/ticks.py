"""Kite's binary market frames: big-endian packets of integers. Pure.

A frame is a count, then that many packets, each with its length before it; one byte alone is a heartbeat.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from domain.instrument import InstrumentId
from domain.market import Tick
from domain.money import Price

_COUNT = struct.Struct(">H")
_TWO = struct.Struct(">II")

# Lengths tell the layouts apart (docs: websocket, message structure).
LTP, INDEX_QUOTE, INDEX_FULL, QUOTE, FULL = 8, 28, 32, 44, 184

_EXPONENTS = {3: -7, 6: -4, 12: -4}  # CDS, BCD, NCO; everything else is in paise


@dataclass(frozen=True, slots=True)
class Packet:
    """One instrument's update. Prices in the segment's own unit, `at` in epoch seconds, None where not sent."""

    token: int
    last_price: int
    volume: int | None = None
    close: int | None = None
    at: int | None = None


def packets(frame: bytes) -> Iterator[Packet]:
    """The packets of a frame. Raises ValueError or struct.error for a frame that is cut short.

    A packet of an unlisted length is passed over, as the official client does: it may be a layout to come.
    """
    if len(frame) < 2:
        return
    (count,) = _COUNT.unpack_from(frame)
    offset = 2
    for _ in range(count):
        (length,) = _COUNT.unpack_from(frame, offset)
        offset += 2
        if offset + length > len(frame):
            raise ValueError("a tick frame is cut short")
        packet = _packet(frame, offset, length)
        if packet is not None:
            yield packet
        offset += length


def _packet(frame: bytes, offset: int, length: int) -> Packet | None:
    if length not in (LTP, INDEX_QUOTE, INDEX_FULL, QUOTE, FULL):
        return None
    token, last_price = _TWO.unpack_from(frame, offset)
    if length == LTP:
        return Packet(token, last_price)
    if length in (INDEX_QUOTE, INDEX_FULL):  # high, low, open, close: not the order of a share's packet
        at = _uint(frame, offset + 28) if length == INDEX_FULL else None
        return Packet(token, last_price, close=_uint(frame, offset + 20), at=at)
    at = _uint(frame, offset + 60) if length == FULL else None
    return Packet(token, last_price, volume=_uint(frame, offset + 16), close=_uint(frame, offset + 40), at=at)


def _uint(frame: bytes, offset: int) -> int:
    return int.from_bytes(frame[offset : offset + 4], "big")


def price(token: int, value: int) -> Price:
    """Rupees; the segment in the token's low byte sets the unit."""
    exponent = _EXPONENTS.get(token & 0xFF, -2)
    return Price.paise(value) if exponent == -2 else Price(Decimal(value).scaleb(exponent))


def ticks(frame: bytes, names: Mapping[int, InstrumentId], now: datetime) -> list[Tick]:
    """The ticks of the instruments asked for. `now` stands in where the packet carries no exchange time."""
    found: list[Tick] = []
    for packet in packets(frame):
        instrument = names.get(packet.token)
        if instrument is None or not packet.last_price:
            continue
        found.append(
            Tick(
                instrument=instrument,
                last_price=price(packet.token, packet.last_price),
                at=datetime.fromtimestamp(packet.at, UTC) if packet.at else now,
                prev_close=price(packet.token, packet.close) if packet.close else None,
                volume=packet.volume,
            )
        )
    return found
