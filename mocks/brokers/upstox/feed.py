"""Frames of the V3 market feed: the exchange's quotes as Upstox's protobuf. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from mocks.brokers.server import rupees
from mocks.brokers.upstox import feed_pb2 as pb
from mocks.exchange.model import Instrument, Kind, Quote

MODES = {
    "ltpc": pb.ltpc,
    "full": pb.full_d5,
    "option_greeks": pb.option_greeks,
    "full_d30": pb.full_d30,
}
SEGMENTS = ("NSE_EQ", "NSE_FO", "NSE_INDEX", "BSE_EQ", "BSE_FO", "BSE_INDEX")


def market_info(now_ms: int, *, is_open: bool) -> bytes:
    """The first frame of every connection."""
    status = pb.NORMAL_OPEN if is_open else pb.NORMAL_CLOSE
    info = pb.MarketInfo(segmentStatus=dict.fromkeys(SEGMENTS, status))
    return pb.FeedResponse(type=pb.market_info, currentTs=now_ms, marketInfo=info).SerializeToString()


def prices(now_ms: int, lines: Iterable[tuple[str, str, Instrument, Quote]], *, first: bool) -> bytes:
    """A frame of (instrument key, mode, instrument, quote); `first` for the snapshot after a subscription."""
    frame = pb.FeedResponse(type=pb.initial_feed if first else pb.live_feed, currentTs=now_ms)
    for key, mode, instrument, quote in lines:
        frame.feeds[key].CopyFrom(_feed(mode, instrument, quote))
    return frame.SerializeToString()


def _feed(mode: str, instrument: Instrument, quote: Quote) -> pb.Feed:
    if mode == "ltpc":
        return pb.Feed(ltpc=_ltpc(quote), requestMode=pb.ltpc)
    if mode == "option_greeks":
        level = pb.FirstLevelWithGreeks(
            ltpc=_ltpc(quote),
            firstDepth=next(iter(_levels(quote, 1)), pb.Quote()),
            optionGreeks=pb.OptionGreeks(),
            vtt=quote.volume,
            oi=quote.open_interest,
        )
        return pb.Feed(firstLevelWithGreeks=level, requestMode=pb.option_greeks)
    full = _index(quote) if instrument.kind is Kind.INDEX else _market(instrument, quote)
    return pb.Feed(fullFeed=full, requestMode=MODES[mode])


def _index(quote: Quote) -> pb.FullFeed:
    return pb.FullFeed(indexFF=pb.IndexFullFeed(ltpc=_ltpc(quote), marketOHLC=_ohlc(quote)))


def _market(instrument: Instrument, quote: Quote) -> pb.FullFeed:
    market = pb.MarketFullFeed(
        ltpc=_ltpc(quote),
        marketLevel=pb.MarketLevel(bidAskQuote=_levels(quote, 5)),
        optionGreeks=pb.OptionGreeks(),
        marketOHLC=_ohlc(quote),
        atp=rupees(quote.average_price),
        vtt=quote.volume,
        oi=quote.open_interest,
        tbq=quote.buy_quantity,
        tsq=quote.sell_quantity,
        casEligible=instrument.derivatives,
    )
    return pb.FullFeed(marketFF=market)


def _ltpc(quote: Quote) -> pb.LTPC:
    return pb.LTPC(
        ltp=rupees(quote.last_price),
        ltt=quote.last_time // 1_000_000,
        ltq=quote.last_quantity,
        cp=rupees(quote.prev_close),
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


def _ohlc(quote: Quote) -> pb.MarketOHLC:
    day = pb.OHLC(
        interval="1d",
        open=rupees(quote.open),
        high=rupees(quote.high),
        low=rupees(quote.low),
        close=rupees(quote.last_price),
        vol=quote.volume,
        ts=quote.time // 1_000_000,
    )
    return pb.MarketOHLC(ohlc=[day])
