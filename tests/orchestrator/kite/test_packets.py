"""Packets that are written here are read alike by the official client and by our own reader of Zerodha's."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kiteconnect import KiteTicker

from adapters.zerodha import ticks
from domain.instrument import Exchange, InstrumentId
from domain.market import Depth, DepthLevel, Mode
from domain.money import Price
from orchestrator.kite import packets
from orchestrator.market.prices import Day, Seen

AT = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
NAME = InstrumentId(Exchange.NSE, "INFY")
MODES = {Mode.LTP: "ltp", Mode.QUOTE: "quote", Mode.DEPTH: "full"}
SHARE, CURRENCY, BSE_CURRENCY, INDEX = 408065, 1 << 8 | 3, 1 << 8 | 6, 256265
STEPS = {SHARE: -2, INDEX: -2, CURRENCY: -7, BSE_CURRENCY: -4}

counts = st.integers(0, 2**32 - 1)
steps = st.integers(1, 2**32 - 1)


@st.composite
def seen_at(draw: st.DrawFn, exponent: int) -> Seen:
    """A price with its day and depth, all of them whole steps of the segment."""

    def price() -> Price:
        return Price(Decimal(draw(steps)).scaleb(exponent))

    def levels() -> tuple[DepthLevel, ...]:
        return tuple(
            DepthLevel(price(), draw(st.integers(1, 2**31)), draw(st.integers(0, 2**16 - 1)))
            for _ in range(draw(st.integers(0, 5)))
        )

    seen = Seen(NAME, price=price(), at=AT, prev_close=price())
    seen.day = Day(AT, price(), price(), price(), price(), draw(counts), draw(counts))
    seen.depth, seen.depth_at = Depth(levels(), levels()), AT
    return seen


def read_by_the_sdk(frame: bytes) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = KiteTicker("key", "token")._parse_binary(frame)
    return found


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("token", [SHARE, CURRENCY, BSE_CURRENCY])
@given(data=st.data())
def test_a_share_is_read_as_it_was_written(token: int, mode: Mode, data: st.DataObject) -> None:
    seen = data.draw(seen_at(STEPS[token]))
    frame = packets.frame([packets.packet(token, seen, mode)])
    (told,) = read_by_the_sdk(frame)
    assert (told["instrument_token"], told["mode"], told["tradable"]) == (token, MODES[mode], True)
    assert seen.price is not None
    assert seen.day is not None
    assert seen.depth is not None
    assert told["last_price"] == float(seen.price.amount)
    (ours,) = ticks.ticks(frame, {token: (NAME, mode)}, AT)
    assert ours.last_price == seen.price
    if mode is Mode.LTP:
        return
    day = seen.day
    assert day.open
    assert day.high
    assert day.low
    assert told["ohlc"]["open"] == float(day.open.amount)
    assert told["volume_traded"] == day.volume == ours.volume
    assert (ours.open, ours.high, ours.low, ours.prev_close) == (day.open, day.high, day.low, seen.prev_close)
    assert ours.average_price == day.average_price
    if mode is Mode.DEPTH:
        assert ours.depth == seen.depth
        assert (told["oi"], ours.at) == (day.open_interest, AT)
        assert [one["quantity"] for one in told["depth"]["buy"]] == [
            *(one.quantity for one in seen.depth.bids),
            *[0] * (5 - len(seen.depth.bids)),
        ]


@pytest.mark.parametrize("mode", list(Mode))
@given(data=st.data())
def test_an_index_is_read_as_it_was_written(mode: Mode, data: st.DataObject) -> None:
    seen = data.draw(seen_at(-2))
    frame = packets.frame([packets.packet(INDEX, seen, mode)])
    (told,) = read_by_the_sdk(frame)
    assert (told["tradable"], told["mode"]) == (False, MODES[mode])
    (ours,) = ticks.ticks(frame, {INDEX: (NAME, mode)}, AT)
    assert ours.last_price == seen.price
    if mode is not Mode.LTP:
        assert seen.day is not None
        assert (ours.open, ours.high, ours.low) == (seen.day.open, seen.day.high, seen.day.low)
        assert ours.prev_close == seen.prev_close


@given(st.decimals(-(10**12), 10**15, places=6), st.integers(-(2**70), 2**70))
def test_what_does_not_fit_is_the_most_that_does(amount: Decimal, volume: int) -> None:
    seen = Seen(NAME, price=Price(amount), at=AT)
    seen.day = Day(AT, None, None, None, None, volume, volume)
    for token in (SHARE, INDEX, CURRENCY):
        for mode in Mode:
            (told,) = read_by_the_sdk(packets.frame([packets.packet(token, seen, mode)]))
            assert told["instrument_token"] == token


def test_several_packets_are_one_frame_and_one_byte_is_a_heartbeat() -> None:
    seen = Seen(NAME, price=Price.of("1500.05"), at=AT)
    frame = packets.frame([packets.packet(token, seen, Mode.LTP) for token in (SHARE, INDEX)])
    assert [one["instrument_token"] for one in read_by_the_sdk(frame)] == [SHARE, INDEX]
    assert read_by_the_sdk(packets.HEARTBEAT) == []
