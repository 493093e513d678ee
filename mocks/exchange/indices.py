"""Index levels from the moves of their constituents' NSE prices since the close, weighted by capitalisation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from mocks.exchange.catalogue import Share, shares
from mocks.exchange.matching import Matching
from mocks.exchange.model import Instrument, Kind, Quote

BANKS = frozenset(
    [
        "AXISBANK",
        "BANKBARODA",
        "CANBK",
        "FEDERALBNK",
        "HDFCBANK",
        "ICICIBANK",
        "IDFCFIRSTB",
        "INDUSINDBK",
        "KOTAKBANK",
        "PNB",
        "SBIN",
        "YESBANK",
    ]
)
MIDCAPS = frozenset(
    [
        "ASHOKLEY",
        "AMBUJACEM",
        "ANGELONE",
        "BSE",
        "CDSL",
        "COFORGE",
        "FEDERALBNK",
        "HDFCAMC",
        "IDFCFIRSTB",
        "LUPIN",
        "MUTHOOTFIN",
        "NHPC",
        "NMDC",
        "PAGEIND",
        "PAYTM",
        "PERSISTENT",
        "POLYCAB",
        "SAIL",
        "SUZLON",
        "YESBANK",
    ]
)
SENSEX = frozenset(
    [
        "ADANIPORTS",
        "ASIANPAINT",
        "AXISBANK",
        "BAJFINANCE",
        "BAJAJFINSV",
        "BEL",
        "BHARTIARTL",
        "HCLTECH",
        "HDFCBANK",
        "HINDUNILVR",
        "ICICIBANK",
        "INFY",
        "ITC",
        "KOTAKBANK",
        "LT",
        "M&M",
        "MARUTI",
        "NTPC",
        "POWERGRID",
        "RELIANCE",
        "SBIN",
        "SUNPHARMA",
        "TATAMOTORS",
        "TATASTEEL",
        "TCS",
        "TECHM",
        "TITAN",
        "TRENT",
        "ULTRACEMCO",
    ]
)
NIFTY_50_SIZE = 49  # the data file opens with them


def members(index: str) -> tuple[Share, ...]:
    """The companies of an index by its symbol; empty for an index that is not made of shares."""
    everything = shares()
    nifty = everything[:NIFTY_50_SIZE]
    match index:
        case "NIFTY 50":
            return nifty
        case "NIFTY NEXT 50":
            return everything[NIFTY_50_SIZE : NIFTY_50_SIZE + 50]
        case "NIFTY BANK":
            return tuple(share for share in everything if share.symbol in BANKS)
        case "NIFTY IT":
            return tuple(share for share in everything if share.industry == "Information Technology")
        case "NIFTY FIN SERVICE":
            return tuple(share for share in nifty if share.industry == "Financial Services")
        case "NIFTY MID SELECT":
            return tuple(share for share in everything if share.symbol in MIDCAPS)
        case "BANKEX":
            return tuple(share for share in everything if share.symbol in BANKS and share.symbol in SENSEX)
        case "SENSEX":
            return tuple(share for share in everything if share.symbol in SENSEX)
    return ()


@dataclass(slots=True)
class IndexLevel:
    """One index: its level in paise and the day's statistics, which count what was published once a second."""

    instrument: Instrument
    parts: list[tuple[Matching, float]]  # a constituent's book and its weight per paisa of price
    level: int = 0
    prev_close: int = 0  # paise
    open: int = 0
    high: int = 0
    low: int = 0
    time: int = 0
    _seen: int = -1

    def current(self, last_trade: int) -> int:
        """The level now. The number of the exchange's last trade tells whether anything can have changed."""
        if self.parts and last_trade != self._seen:
            self._seen = last_trade
            self.level = round(sum(book.last_price * weight for book, weight in self.parts))
        return self.level

    def publish(self, last_trade: int, now: int) -> None:
        level = self.current(last_trade)
        self.time = now
        self.open = self.open or level
        self.high = max(self.high, level)
        self.low = min(self.low or level, level)

    def at(self, price: Callable[[Matching], int]) -> int:
        """The level that the constituents' prices make; the last level of an index without constituents."""
        if not self.parts:
            return self.level
        return round(sum(price(book) * weight for book, weight in self.parts))

    def start_day(self, instrument: Instrument) -> None:
        """Go on from yesterday's close, which the new day's listing names."""
        self.instrument = instrument
        self.level = self.prev_close = instrument.prev_close
        self.open = self.high = self.low = 0
        self._seen = -1

    def rebase(self, key: str, base: int, close: int) -> None:
        """A constituent goes ex at `base` after it closed at `close`: its weight in the index stays what it was."""
        self.parts = [
            (book, weight * close / base if book.key == key else weight) for book, weight in self.parts
        ]

    def quote(self, last_trade: int, now: int) -> Quote:
        """A look that changes nothing: a level between two publications is shown but not kept."""
        level = self.current(last_trade)
        return Quote(
            key=self.instrument.key, time=now, last_price=level, last_quantity=0, last_time=self.time,
            average_price=0, volume=0, buy_quantity=0, sell_quantity=0, open=self.open or level,
            high=max(self.high, level), low=min(self.low or level, level),
            prev_close=self.prev_close, open_interest=0, lower_band=0, upper_band=0, bids=(), asks=(),
        )  # fmt: skip


def index_levels(instruments: Sequence[Instrument], books: Mapping[str, Matching]) -> dict[str, IndexLevel]:
    """Every index among the instruments, on those of its constituents that are listed here."""
    found = {}
    for instrument in instruments:
        if instrument.kind is not Kind.INDEX:
            continue
        listed = [share for share in members(instrument.symbol) if f"NSE:{share.symbol}" in books]
        whole = sum(share.market_cap for share in listed)
        parts = [
            (
                books[f"NSE:{share.symbol}"],
                instrument.prev_close * share.market_cap / whole / share.prev_close,
            )
            for share in listed
        ]
        found[instrument.key] = IndexLevel(
            instrument, parts, level=instrument.prev_close, prev_close=instrument.prev_close
        )
    return found
