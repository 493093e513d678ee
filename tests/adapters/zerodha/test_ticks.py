"""Kite's binary frames, built byte by byte as its documentation lays them out."""

from __future__ import annotations

import struct
from datetime import UTC, datetime

import pytest

from adapters.zerodha import ticks
from domain.market import Depth, DepthLevel, Mode
from domain.money import Price
from tests.adapters.zerodha import payloads as kite

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
TRADED = 1_795_150_000
NAMES = {token: (instrument, Mode.LTP) for instrument, token in kite.TOKENS.items()}


def frame(*packets: bytes) -> bytes:
    return struct.pack(">H", len(packets)) + b"".join(struct.pack(">H", len(one)) + one for one in packets)


def share(token: int, last: int, close: int = 152240, *, full: bool = True) -> bytes:
    quote = struct.pack(">11I", token, last, 5, 150943, 5360054, 120, 80, 152000, 152490, 150100, close)
    if not full:
        return quote
    return quote + struct.pack(">5I", TRADED - 1, 0, 0, 0, TRADED) + struct.pack(">IIHH", 1, last, 1, 0) * 10


def index(token: int, last: int, *, full: bool = True) -> bytes:
    packet = struct.pack(">6Ii", token, last, 2460000, 2440000, 2450000, 2448000, -500)
    return packet + struct.pack(">I", TRADED) if full else packet


def test_a_full_packet_carries_price_close_volume_and_the_exchanges_time() -> None:
    (tick,) = ticks.ticks(frame(share(408065, 150820)), NAMES, NOW)
    assert (tick.instrument, tick.last_price) == (kite.INFY, Price.of("1508.20"))
    assert (tick.prev_close, tick.volume) == (Price.of("1522.40"), 5360054)
    assert tick.at == datetime.fromtimestamp(TRADED, UTC)


def test_one_frame_holds_shares_and_indices_of_every_mode() -> None:
    mixed = frame(
        share(408065, 150820, full=False), index(256265, 2450505), index(256265, 2450510, full=False),
        struct.pack(">II", 408065, 150830),
    )  # fmt: skip
    found = ticks.ticks(mixed, NAMES, NOW)
    assert [tick.last_price for tick in found] == [
        Price.of(text) for text in ("1508.20", "24505.05", "24505.10", "1508.30")
    ]
    assert found[0].at == NOW
    assert found[1].prev_close == Price.of("24480")


def test_a_mode_reads_as_much_of_a_packet_as_it_wants() -> None:
    packet = frame(share(408065, 150820))
    least, quote, most = (ticks.ticks(packet, {408065: (kite.INFY, mode)}, NOW)[0] for mode in Mode)
    assert (least.open, least.depth, least.volume) == (None, None, 5360054)
    assert (quote.open, quote.high, quote.low) == (
        Price.of("1520"),
        Price.of("1524.90"),
        Price.of("1501"),
    )
    assert (quote.average_price, quote.depth) == (Price.of("1509.43"), None)
    level = DepthLevel(Price.of("1508.20"), 1, 1)
    assert most.depth == Depth((level,) * 5, (level,) * 5)


def test_an_index_has_its_own_order_of_figures() -> None:
    (tick,) = ticks.ticks(frame(index(256265, 2450505)), {256265: (kite.NIFTY, Mode.QUOTE)}, NOW)
    assert (tick.open, tick.high, tick.low) == (Price.of("24500"), Price.of("24600"), Price.of("24400"))


def test_levels_without_a_quantity_are_no_levels() -> None:
    empty = share(408065, 150820)[:64] + b"\x00" * 120
    (tick,) = ticks.ticks(frame(empty), {408065: (kite.INFY, Mode.DEPTH)}, NOW)
    assert tick.depth == Depth()


def test_currency_contracts_have_seven_decimals() -> None:
    (tick,) = ticks.ticks(
        frame(struct.pack(">II", 412675, 842525000)), {412675: (kite.USDINR, Mode.LTP)}, NOW
    )
    assert tick.last_price == Price.of("84.2525")


def test_a_heartbeat_and_a_packet_of_a_new_length_are_passed_over() -> None:
    assert ticks.ticks(b"\x00", NAMES, NOW) == []
    found = ticks.ticks(frame(b"\x00" * 12, share(408065, 150820)), NAMES, NOW)
    assert [tick.instrument for tick in found] == [kite.INFY]


def test_instruments_not_asked_for_and_prices_not_yet_made_are_no_ticks() -> None:
    assert ticks.ticks(frame(share(1, 100), share(408065, 0)), NAMES, NOW) == []


def test_a_frame_cut_short_is_an_error() -> None:
    whole = frame(share(408065, 150820))
    for cut in (3, 40, len(whole) - 1):
        with pytest.raises((ValueError, struct.error)):
            ticks.ticks(whole[:cut], NAMES, NOW)
