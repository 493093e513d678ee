"""Frames of the V3 market feed: the exchange's quotes as Upstox's protobuf. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from google.protobuf.wrappers_pb2 import DoubleValue

from mocks.brokers.greeks import Greeks
from mocks.brokers.server import rupees
from mocks.brokers.upstox import feed_pb2 as pb
from mocks.brokers.upstox.status import Status
from mocks.exchange.history import Candle
from mocks.exchange.model import Instrument, Kind, Quote

MODES = {
    "ltpc": pb.ltpc,
    "full": pb.full_d5,
    "option_greeks": pb.option_greeks,
    "full_d30": pb.full_d30,
}
LEVELS = {"full": 5, "full_d30": 30}
# The status words that the enum has; an auction of some shares is none of them, and is told beside it.
SEGMENT_WORDS = {
    "PRE_OPEN_START": pb.PRE_OPEN_START,
    "PRE_OPEN_END": pb.PRE_OPEN_END,
    "NORMAL_OPEN": pb.NORMAL_OPEN,
    "NORMAL_CLOSE": pb.NORMAL_CLOSE,
    "CLOSING_START": pb.CLOSING_START,
    "CLOSING_END": pb.CLOSING_END,
}
MARKET_INFO = b"\x08\x02"  # how a frame of that type begins
NO_GREEKS = Greeks(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Line:
    """One instrument in a frame; `minute` is its running one-minute candle."""

    key: str
    mode: str
    instrument: Instrument
    quote: Quote
    greeks: Greeks = NO_GREEKS
    minute: Candle | None = None


def market_info(
    now_ms: int,
    segments: Mapping[str, str],
    auctioned: Mapping[str, Status],
    opening: Mapping[str, Status],
) -> bytes:
    """The first frame of every connection, and one whenever a session changes."""
    info = pb.MarketInfo(
        segmentStatus={
            segment: SEGMENT_WORDS.get(word, pb.NORMAL_CLOSE) for segment, word in segments.items()
        },
        casMarketStatus=_infos(auctioned),
        preOpenSessionStatus=_infos(opening),
    )
    return pb.FeedResponse(type=pb.market_info, currentTs=now_ms, marketInfo=info).SerializeToString()


def _infos(statuses: Mapping[str, Status]) -> dict[str, pb.StatusInfo]:
    return {name: pb.StatusInfo(status=one.word, updatedTime=one.since) for name, one in statuses.items()}


def prices(now_ms: int, lines: Iterable[Line], *, first: bool) -> bytes:
    """A frame of quotes; `first` for the snapshot after a subscription."""
    frame = pb.FeedResponse(type=pb.initial_feed if first else pb.live_feed, currentTs=now_ms)
    for line in lines:
        frame.feeds[line.key].CopyFrom(_feed(line))
    return frame.SerializeToString()


def _feed(line: Line) -> pb.Feed:
    quote, mode = line.quote, line.mode
    if mode == "ltpc":
        return pb.Feed(ltpc=_ltpc(quote), requestMode=pb.ltpc)
    if mode == "option_greeks":
        level = pb.FirstLevelWithGreeks(
            ltpc=_ltpc(quote),
            firstDepth=next(iter(_levels(quote, 1)), pb.Quote()),
            optionGreeks=_greeks(line.greeks),
            vtt=quote.volume,
            oi=quote.open_interest,
            iv=line.greeks.iv,
        )
        return pb.Feed(firstLevelWithGreeks=level, requestMode=pb.option_greeks)
    full = _index(line) if line.instrument.kind is Kind.INDEX else _market(line)
    return pb.Feed(fullFeed=full, requestMode=MODES[mode])


def _index(line: Line) -> pb.FullFeed:
    return pb.FullFeed(indexFF=pb.IndexFullFeed(ltpc=_ltpc(line.quote), marketOHLC=_ohlc(line)))


def _market(line: Line) -> pb.FullFeed:
    quote = line.quote
    imbalance = quote.buy_quantity - quote.sell_quantity if quote.indicative_price else 0
    market = pb.MarketFullFeed(
        ltpc=_ltpc(quote),
        marketLevel=pb.MarketLevel(bidAskQuote=_levels(quote, LEVELS[line.mode])),
        optionGreeks=_greeks(line.greeks),
        marketOHLC=_ohlc(line),
        atp=rupees(quote.average_price),
        vtt=quote.volume,
        oi=quote.open_interest,
        iv=line.greeks.iv,
        tbq=quote.buy_quantity,
        tsq=quote.sell_quantity,
        iep=rupees(quote.indicative_price),
        rp=rupees(quote.reference_price),
        ieq=quote.indicative_quantity,
        iiqTotal=imbalance,
        casEligible=line.instrument.cas_eligible,
    )
    return pb.FullFeed(marketFF=market)


def _ltpc(quote: Quote) -> pb.LTPC:
    more: dict[str, Any] = {}
    if quote.indicative_price:
        more["iep"] = DoubleValue(value=rupees(quote.indicative_price))
    return pb.LTPC(
        ltp=rupees(quote.last_price),
        ltt=quote.last_time // 1_000_000,
        ltq=quote.last_quantity,
        cp=rupees(quote.prev_close),
        **more,
    )


def _greeks(found: Greeks) -> pb.OptionGreeks:
    return pb.OptionGreeks(
        delta=round(found.delta, 4),
        theta=round(found.theta, 4),
        gamma=round(found.gamma, 6),
        vega=round(found.vega, 4),
        rho=round(found.rho, 4),
    )


def _levels(quote: Quote, depth: int) -> list[pb.Quote]:
    levels = []
    for number in range(min(depth, max(len(quote.bids), len(quote.asks)))):
        level = pb.Quote()
        if number < len(quote.bids):
            level.bidQ, level.bidP = quote.bids[number].quantity, rupees(quote.bids[number].price)
        if number < len(quote.asks):
            level.askQ, level.askP = quote.asks[number].quantity, rupees(quote.asks[number].price)
        levels.append(level)
    return levels


def _ohlc(line: Line) -> pb.MarketOHLC:
    """The day, stamped with its midnight, and the running minute."""
    quote = line.quote
    day = pb.OHLC(
        interval="1d",
        open=rupees(quote.open),
        high=rupees(quote.high),
        low=rupees(quote.low),
        close=rupees(quote.last_price),
        vol=quote.volume,
        ts=quote.time // 1_000_000,
    )
    bars = [day]
    if line.minute is not None:
        minute = line.minute
        day.ts = int(
            (minute.start - timedelta(hours=minute.start.hour, minutes=minute.start.minute)).timestamp()
            * 1000
        )
        bars.append(
            pb.OHLC(
                interval="I1",
                open=rupees(minute.open),
                high=rupees(minute.high),
                low=rupees(minute.low),
                close=rupees(minute.close),
                vol=minute.volume,
                ts=int(minute.start.timestamp() * 1000),
            )
        )
    return pb.MarketOHLC(ohlc=bars)
