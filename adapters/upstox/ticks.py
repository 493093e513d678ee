"""Upstox's protobuf frames of prices, in our words. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from functools import lru_cache

from google.protobuf.message import DecodeError

from adapters.broker import Symbols
from adapters.upstox.figures import epoch_ms
from adapters.upstox.market_feed_pb2 import Bars, Feed, Frame, FullShare, LastTrade, market_info
from domain.account import BrokerId
from domain.errors import BrokerUnavailable
from domain.instrument import InstrumentId
from domain.market import Depth, DepthLevel, Tick
from domain.money import Price

DAY = "1d"


def read(message: bytes, symbols: Symbols, *, seen_at: datetime) -> Iterator[Tick]:
    """The prices in one frame; instruments not in the master are left out. Raises BrokerUnavailable for garbage."""
    frame = Frame()
    try:
        frame.ParseFromString(message)
    except DecodeError as error:
        raise BrokerUnavailable("Upstox's price stream sent what cannot be read") from error
    if frame.type == market_info:
        return
    for feed_key, feed in frame.feeds.items():
        instrument = symbols.by_feed_key(feed_key)
        tick = _tick(instrument, feed, seen_at) if instrument is not None else None
        if tick is not None:
            yield tick


def _tick(instrument: InstrumentId, feed: Feed, seen_at: datetime) -> Tick | None:
    """None for a feed of a kind not asked for, and for one without a price."""
    match feed.WhichOneof("of"):
        case "ltpc":
            last, share, bars = feed.ltpc, None, None
        case "full" if feed.full.HasField("share"):
            share = feed.full.share
            last, bars = share.ltpc, share.ohlc
        case "full" if feed.full.HasField("index"):
            last, share, bars = feed.full.index.ltpc, None, feed.full.index.ohlc
        case _:
            return None
    if not last.ltp:
        return None
    opening, high, low = _day(bars)
    return Tick(
        instrument=instrument,
        last_price=_price(last.ltp),
        at=_at(last, seen_at),
        prev_close=_known(last.cp),
        volume=share.vtt if share else None,
        open=opening,
        high=high,
        low=low,
        average_price=_known(share.atp) if share else None,
        open_interest=int(share.oi) or None if share else None,
        depth=_depth(share) if share else None,
        source=BrokerId.UPSTOX,
    )


def _at(last: LastTrade, seen_at: datetime) -> datetime:
    return epoch_ms(last.ltt) if last.ltt else seen_at


def _day(bars: Bars | None) -> tuple[Price | None, Price | None, Price | None]:
    day = next((bar for bar in bars.bars if bar.interval == DAY), None) if bars else None
    return (_known(day.open), _known(day.high), _known(day.low)) if day else (None, None, None)


def _depth(share: FullShare) -> Depth:
    best = share.levels.best
    return Depth(
        bids=tuple(DepthLevel(_price(one.bid_price), one.bid_quantity) for one in best if one.bid_quantity),
        asks=tuple(DepthLevel(_price(one.ask_price), one.ask_quantity) for one in best if one.ask_quantity),
    )


def _known(value: float) -> Price | None:
    return _price(value) if value else None


@lru_cache(maxsize=65_536)
def _price(value: float) -> Price:
    # The wire has doubles; their shortest text is the decimal the exchange meant.
    return Price(Decimal(repr(value)))
