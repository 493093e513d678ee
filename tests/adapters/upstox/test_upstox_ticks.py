"""Upstox's frames of prices, made with the schema as its feed sends them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from adapters.upstox import ticks
from adapters.upstox.market_feed_pb2 import (
    Bar,
    Bars,
    Feed,
    Frame,
    Full,
    FullIndex,
    FullShare,
    LastTrade,
    Level,
    Levels,
    market_info,
)
from domain.errors import BrokerUnavailable
from domain.market import Depth, DepthLevel
from domain.money import Price
from tests.adapters.upstox.upstox_payloads import NOW, Names

LAST = LastTrade(ltp=1508.2, ltt=1_795_150_230_123, ltq=5, cp=1522.4)
DAY = Bars(
    bars=[
        Bar(interval="I1", open=1, high=1, low=1, close=1),
        Bar(interval="1d", open=1520, high=1524.9, low=1501, close=1508.2),
    ]
)
INFY = "NSE_EQ|INE009A01021"


def frame(feed: Feed, key: str = INFY) -> bytes:
    return Frame(feeds={key: feed}).SerializeToString()


def test_the_light_mode_tells_price_close_and_the_time_of_the_trade() -> None:
    (tick,) = ticks.read(frame(Feed(ltpc=LAST)), Names(), seen_at=NOW)
    assert (tick.last_price, tick.prev_close) == (Price.of("1508.2"), Price.of("1522.4"))
    assert tick.at == datetime.fromtimestamp(1_795_150_230.123, UTC)
    assert (tick.volume, tick.open, tick.depth) == (None, None, None)


def test_the_full_mode_adds_the_day_and_the_depth() -> None:
    levels = Levels(
        best=[
            Level(bid_quantity=10, bid_price=1508.1, ask_quantity=3, ask_price=1508.2),
            Level(bid_quantity=7, bid_price=1508.05),
        ]
    )
    share = FullShare(ltpc=LAST, levels=levels, ohlc=DAY, atp=1509.43, vtt=5360054, oi=0)
    (tick,) = ticks.read(frame(Feed(full=Full(share=share))), Names(), seen_at=NOW)
    assert (tick.open, tick.high, tick.low) == (Price.of("1520"), Price.of("1524.9"), Price.of("1501"))
    assert (tick.average_price, tick.volume, tick.open_interest) == (Price.of("1509.43"), 5360054, None)
    assert tick.depth == Depth(
        bids=(DepthLevel(Price.of("1508.1"), 10), DepthLevel(Price.of("1508.05"), 7)),
        asks=(DepthLevel(Price.of("1508.2"), 3),),
    )


def test_an_index_has_neither_depth_nor_volume() -> None:
    full = Full(index=FullIndex(ltpc=LAST, ohlc=DAY))
    (tick,) = ticks.read(frame(Feed(full=full)), Names(), seen_at=NOW)
    assert (tick.open, tick.volume, tick.depth) == (Price.of("1520"), None, None)


def test_what_has_no_price_or_no_name_here_is_left_out() -> None:
    assert not list(ticks.read(frame(Feed(ltpc=LastTrade())), Names(), seen_at=NOW))
    assert not list(ticks.read(frame(Feed(ltpc=LAST), "NSE_EQ|NOSUCH"), Names(), seen_at=NOW))
    assert not list(ticks.read(frame(Feed()), Names(), seen_at=NOW))
    assert not list(ticks.read(Frame(type=market_info).SerializeToString(), Names(), seen_at=NOW))


def test_garbage_ends_the_stream() -> None:
    with pytest.raises(BrokerUnavailable):
        list(ticks.read(b"\xff\xff\xff", Names(), seen_at=NOW))
