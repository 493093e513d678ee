"""Instruments, quotes and candles on the wire. Prices are decimal strings in rupees a unit."""

from __future__ import annotations

from datetime import date

from domain.account import BrokerId
from domain.instrument import Exchange, Instrument, Kind
from domain.market import Candle, DepthLevel, Quote
from domain.portfolio import LastPrice
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
    depth: DepthOut
    as_of: Time
    source: str | None

    @classmethod
    def of(cls, quote: Quote, source: str | None) -> QuoteOut:
        return cls(
            last_price=quote.last_price,
            open=quote.open,
            high=quote.high,
            low=quote.low,
            prev_close=quote.prev_close,
            lower_circuit=quote.lower_circuit,
            upper_circuit=quote.upper_circuit,
            volume=quote.volume,
            depth=DepthOut(
                bids=[DepthLevelOut.of(one) for one in quote.depth.bids],
                asks=[DepthLevelOut.of(one) for one in quote.depth.asks],
            ),
            as_of=quote.at,
            source=source,
        )


class StockDetail(StockOut):
    """`quote` is null while no account can be asked."""

    quote: QuoteOut | None


class CandleOut(Out):
    """`time` is the start of the interval; null is what nobody told."""

    time: Time
    open: PriceText
    high: PriceText
    low: PriceText
    close: PriceText
    volume: int | None
    open_interest: int | None

    @classmethod
    def of(cls, one: Candle) -> CandleOut:
        return cls.model_validate(one)


class HistoryOut(Out):
    symbol: str
    interval: str
    candles: list[CandleOut]
