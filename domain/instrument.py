"""What can be traded: a listing on an exchange, known by exchange and symbol, joined over brokers by ISIN."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from domain.money import Price


class Exchange(StrEnum):
    """Exchange segments by Kite's names, the widest known ones."""

    NSE = "NSE"  # cash
    BSE = "BSE"
    NFO = "NFO"  # NSE equity derivatives
    BFO = "BFO"
    CDS = "CDS"  # currency
    BCD = "BCD"
    MCX = "MCX"  # commodities


class Kind(StrEnum):
    EQUITY = "EQ"
    INDEX = "IDX"
    FUTURE = "FUT"
    CALL = "CE"
    PUT = "PE"


@dataclass(frozen=True, slots=True, order=True)
class InstrumentId:
    """Canonical name, e.g. InstrumentId(NSE, "RELIANCE"); text form `NSE:RELIANCE`. Broker tokens live elsewhere."""

    exchange: Exchange
    symbol: str

    @classmethod
    def parse(cls, text: str) -> InstrumentId:
        """From `NSE:RELIANCE`. Raises ValueError for another form or an unknown exchange."""
        return _known_name(text) if len(text) <= _LONGEST else _name(text)

    def __hash__(self) -> int:
        # Looked up several times for every price: a string keeps its hash, and few exchanges share a symbol.
        return hash(self.symbol)

    def __str__(self) -> str:
        return f"{self.exchange}:{self.symbol}"


_LONGEST = 64  # characters of a text that is worth remembering


def _name(text: str) -> InstrumentId:
    exchange, separator, symbol = text.strip().partition(":")
    if not separator or not symbol:
        raise ValueError(f"an instrument is EXCHANGE:SYMBOL, for example NSE:INFY, not {text!r}")
    return InstrumentId(Exchange(exchange.upper()), symbol.upper())


# One object for one text: finding it again in a dictionary then needs no comparison of its parts.
_known_name = lru_cache(maxsize=65_536)(_name)


@dataclass(frozen=True, slots=True)
class Instrument:
    """One listing or contract. Quantities are units (shares); `lot` units are the smallest step.

    `freeze` is the largest quantity of one exchange order (None: no limit published).
    `tick` is the price step. `isin` is None for indices and contracts.
    """

    id: InstrumentId
    name: str
    kind: Kind
    lot: int
    tick: Price
    isin: str | None = None
    freeze: int | None = None
    expiry: date | None = None
    strike: Price | None = None
    underlying: str | None = None  # the underlying's symbol, as the masters give it
    sector: str | None = None
    group: str = ""  # BSE's group of a share, by which it charges; "" where no master tells

    @property
    def is_derivative(self) -> bool:
        return self.kind in (Kind.FUTURE, Kind.CALL, Kind.PUT)

    @property
    def called(self) -> str:
        """Its symbol and its name: every word that a master has for it."""
        return f"{self.id.symbol} {self.name}"

    @property
    def tradable(self) -> bool:
        return self.kind is not Kind.INDEX
