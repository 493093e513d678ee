"""Prices as they are seen: ticks, quotes, depth, candles. Every one carries its time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.account import BrokerId
from domain.instrument import InstrumentId
from domain.money import Price


class Mode(StrEnum):
    """How much of an instrument's price is wanted; each holds what those before it hold."""

    LTP = "ltp"  # the last price
    QUOTE = "quote"  # and the day's open, high, low, average price, volume and open interest
    DEPTH = "depth"  # and the best five levels of both sides

    @property
    def rank(self) -> int:
        return _RANKS[self]


_RANKS = {mode: rank for rank, mode in enumerate(Mode)}


@dataclass(frozen=True, slots=True)
class DepthLevel:
    price: Price
    quantity: int
    orders: int | None = None


@dataclass(frozen=True, slots=True)
class Depth:
    """Best first, at most five levels a side."""

    bids: tuple[DepthLevel, ...] = ()
    asks: tuple[DepthLevel, ...] = ()


@dataclass(
    slots=True
)  # not frozen, which makes one of thousands a second three times as dear; nobody changes one
class Tick:
    """A last price, and what else the feed said with it: None is what it did not say.

    `at` is the exchange's time where the feed gives one, else when we got it (aware). `volume` is of the whole day.
    """

    instrument: InstrumentId
    last_price: Price
    at: datetime
    prev_close: Price | None = None
    volume: int | None = None
    open: Price | None = None
    high: Price | None = None
    low: Price | None = None
    average_price: Price | None = None
    open_interest: int | None = None
    depth: Depth | None = None
    source: BrokerId | None = None  # whose feed it was


@dataclass(frozen=True, slots=True)
class Quote:
    """A full look at one instrument; None is what the broker did not say."""

    instrument: InstrumentId
    last_price: Price
    at: datetime
    open: Price | None = None
    high: Price | None = None
    low: Price | None = None
    prev_close: Price | None = None
    volume: int | None = None
    average_price: Price | None = None
    lower_circuit: Price | None = None
    upper_circuit: Price | None = None
    depth: Depth = Depth()
    open_interest: int | None = None


@dataclass(frozen=True, slots=True)
class Candle:
    """`time` is the start of the interval (aware). `volume` and `open_interest` in units; None: not known."""

    time: datetime
    open: Price
    high: Price
    low: Price
    close: Price
    volume: int | None
    open_interest: int | None = None
