"""Instruments, quotes and candles on the wire. Prices are decimal strings in rupees a unit."""

from __future__ import annotations

from datetime import date
from typing import Any

from domain.account import BrokerId
from domain.instrument import Exchange, Instrument, InstrumentId, Kind
from domain.market import Candle, Depth, DepthLevel, Quote
from domain.portfolio import LastPrice
from orchestrator.market.history import Piece, Series
from orchestrator.market.intervals import Interval
from orchestrator.market.past import Unasked
from orchestrator.market.prices import change
from orchestrator.schemas import Out, PriceText, Time


class StockOut(Out):
    """One listing or contract. `lot` and `freeze` in units; `brokers` are those that list it."""

    symbol: str
    exchange: Exchange
    trading_symbol: str
    name: str
    isin: str | None
    kind: Kind
    lot: int
    tick: PriceText
    freeze: int | None
    expiry: date | None
    strike: PriceText | None
    underlying: str | None
    sector: str | None
    brokers: list[BrokerId]
    last_price: PriceText | None = None
    change: PriceText | None = None
    change_percent: str | None = None
    price_as_of: Time | None = None

    @classmethod
    def of(cls, one: Instrument, *, brokers: list[BrokerId], last: LastPrice | None) -> StockOut:
        moved, percent = change(last.price, last.prev_close) if last else (None, None)
        return cls(
            symbol=str(one.id),
            exchange=one.id.exchange,
            trading_symbol=one.id.symbol,
            name=one.name,
            isin=one.isin,
            kind=one.kind,
            lot=one.lot,
            tick=one.tick,
            freeze=one.freeze,
            expiry=one.expiry,
            strike=one.strike,
            underlying=one.underlying,
            sector=one.sector,
            brokers=brokers,
            last_price=last.price if last else None,
            change=moved,
            change_percent=percent,
            price_as_of=last.at if last else None,
        )


class StockPage(Out):
    items: list[StockOut]
    page: int
    limit: int
    total: int


class DepthLevelOut(Out):
    price: PriceText
    quantity: int
    orders: int | None

    @classmethod
    def of(cls, level: DepthLevel) -> DepthLevelOut:
        return cls(price=level.price, quantity=level.quantity, orders=level.orders)


class DepthOut(Out):
    """Best first, at most five levels a side."""

    bids: list[DepthLevelOut]
    asks: list[DepthLevelOut]


class QuoteOut(Out):
    """`source` is the broker that said so; null is what it did not say."""

    last_price: PriceText
    open: PriceText | None
    high: PriceText | None
    low: PriceText | None
    prev_close: PriceText | None
    lower_circuit: PriceText | None
    upper_circuit: PriceText | None
    volume: int | None
    average_price: PriceText | None
    open_interest: int | None
    depth: DepthOut
    as_of: Time
    source: str | None

    @classmethod
    def of(cls, quote: Quote, source: str | None) -> QuoteOut:
        return cls(**_quoted(quote, source))


class QuoteOfOut(QuoteOut):
    """A quote that says of what. `change` since the previous close, in rupees and percent."""

    symbol: str
    change: PriceText | None
    change_percent: str | None

    @classmethod
    def of_one(cls, quote: Quote, source: str | None) -> QuoteOfOut:
        moved, percent = change(quote.last_price, quote.prev_close)
        named = {"symbol": str(quote.instrument), "change": moved, "change_percent": percent}
        return cls(**_quoted(quote, source), **named)


class DepthOfOut(DepthOut):
    symbol: str
    last_price: PriceText
    as_of: Time
    source: str | None

    @classmethod
    def of_one(cls, quote: Quote, source: str | None) -> DepthOfOut:
        return cls(
            **dict(_depth(quote.depth)),
            symbol=str(quote.instrument),
            last_price=quote.last_price,
            as_of=quote.at,
            source=source,
        )


class UnquotedOut(Out):
    """`reason`: instrument_unknown (no broker lists it) or no_quote (no account can be asked)."""

    symbol: str
    reason: str


class QuotesOut(Out):
    items: list[QuoteOfOut]
    missing: list[UnquotedOut]


def _depth(depth: Depth) -> DepthOut:
    return DepthOut(
        bids=[DepthLevelOut.of(one) for one in depth.bids], asks=[DepthLevelOut.of(one) for one in depth.asks]
    )


def _quoted(quote: Quote, source: str | None) -> dict[str, Any]:
    names = ("last_price", "open", "high", "low", "prev_close", "lower_circuit", "upper_circuit", "volume")
    told = {name: getattr(quote, name) for name in (*names, "average_price", "open_interest")}
    return {**told, "depth": _depth(quote.depth), "as_of": quote.at, "source": source}


class StockDetail(StockOut):
    """`quote` is null while no account can be asked."""

    quote: QuoteOut | None


class CandleOut(Out):
    """`time` is the start of the interval; null is what nobody told. `forming`: it may still change."""

    time: Time
    open: PriceText
    high: PriceText
    low: PriceText
    close: PriceText
    volume: int | None
    open_interest: int | None
    forming: bool

    @classmethod
    def of(cls, one: Candle, *, forming: bool) -> CandleOut:
        return cls(
            time=one.time,
            open=one.open,
            high=one.high,
            low=one.low,
            close=one.close,
            volume=one.volume,
            open_interest=one.open_interest,
            forming=forming,
        )


class HistoryPartOut(Out):
    """Who told the candles from `start` to `end`, as of when: a broker, or `live` for what formed here."""

    source: str
    as_of: Time
    start: Time
    end: Time

    @classmethod
    def of(cls, piece: Piece) -> HistoryPartOut:
        first, last = piece.candles[0].time, piece.candles[-1].time
        return cls(source=piece.source, as_of=piece.as_of, start=first, end=last)


class HistoryGapOut(Out):
    """Between these moments nobody told. `reason`: not_connected, not_told (a broker failed) or slow."""

    start: Time
    end: Time
    reason: str
    words: str

    @classmethod
    def of(cls, gap: Unasked) -> HistoryGapOut:
        return cls(start=gap.start, end=gap.end, reason=gap.reason, words=gap.words)


class HistoryOut(Out):
    """Candles, oldest first; `parts` say where they come from, `gaps` what is missing."""

    symbol: str
    interval: Interval
    candles: list[CandleOut]
    parts: list[HistoryPartOut]
    gaps: list[HistoryGapOut]

    @classmethod
    def of(cls, name: InstrumentId, interval: Interval, series: Series) -> HistoryOut:
        last = len(series.candles) - 1
        return cls(
            symbol=str(name),
            interval=interval,
            candles=[
                CandleOut.of(one, forming=series.forming and place == last)
                for place, one in enumerate(series.candles)
            ],
            parts=[HistoryPartOut.of(piece) for piece in series.pieces],
            gaps=[HistoryGapOut.of(gap) for gap in series.gaps],
        )
