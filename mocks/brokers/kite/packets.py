"""Kite's binary market packets, big-endian. Pure."""

from __future__ import annotations

import struct

from mocks.exchange.model import DepthLevel, Quote

HEARTBEAT = b"\x00"
_LEVEL = struct.Struct(">IIHH")
SECOND_NS = 1_000_000_000


def frame(packets: list[bytes]) -> bytes:
    return struct.pack(">H", len(packets)) + b"".join(struct.pack(">H", len(one)) + one for one in packets)


def packet(token: int, quote: Quote, mode: str, *, index: bool) -> bytes:
    """`mode` is ltp, quote or full."""
    if mode == "ltp":
        return struct.pack(">II", token, quote.last_price)
    seconds = quote.time // SECOND_NS
    if index:
        body = struct.pack(
            ">IIIIIIi",
            token,
            quote.last_price,
            quote.high,
            quote.low,
            quote.open,
            quote.prev_close,
            quote.last_price - quote.prev_close,
        )
        return body if mode == "quote" else body + struct.pack(">I", seconds)
    body = struct.pack(
        ">11I",
        token,
        quote.last_price,
        quote.last_quantity,
        quote.average_price,
        quote.volume,
        quote.buy_quantity,
        quote.sell_quantity,
        quote.open,
        quote.high,
        quote.low,
        quote.prev_close,
    )
    if mode == "quote":
        return body
    interest = quote.open_interest, quote.oi_day_high, quote.oi_day_low
    tail = struct.pack(">5I", quote.last_time // SECOND_NS, *interest, seconds)
    return body + tail + _five(quote.bids) + _five(quote.asks)


def _five(levels: tuple[DepthLevel, ...]) -> bytes:
    shown = b"".join(
        _LEVEL.pack(level.quantity, level.price, min(level.orders, 65535), 0) for level in levels[:5]
    )
    return shown.ljust(5 * _LEVEL.size, b"\x00")
