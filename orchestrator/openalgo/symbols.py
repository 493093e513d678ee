"""OpenAlgo's names of instruments and ours: INFY on NSE, NIFTY on NSE_INDEX, NIFTY24NOV2624000CE on NFO.

A name is only ever taken for the instrument that is written with that very name, so both directions agree and nothing
is guessed: Kite's monthly NIFTY26NOV24500CE is no OpenAlgo name, and is refused rather than read as another contract.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Protocol

from domain.instrument import Exchange, Instrument, InstrumentId, Kind
from orchestrator.instruments.families import SHORT, Families
from orchestrator.instruments.search import Segment

INDEX = "_INDEX"
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
CONTRACTS = frozenset((Exchange.NFO, Exchange.BFO, Exchange.CDS, Exchange.BCD, Exchange.MCX))
MOST_INDICES = 10_000


@dataclass(frozen=True, slots=True)
class Name:
    """As OpenAlgo's programs write an instrument."""

    exchange: str
    symbol: str


def written(one: Instrument) -> Name:
    """OpenAlgo's name; ours where a contract's terms are not known."""
    exchange = one.id.exchange
    if one.kind is Kind.INDEX:
        return Name(f"{exchange}{INDEX}", short(one.id.symbol))
    if one.is_derivative and one.underlying and one.expiry:
        end = "FUT" if one.kind is Kind.FUTURE else f"{_strike(one)}{one.kind}"
        return Name(exchange.value, f"{short(one.underlying)}{day(one.expiry)}{end}")
    return Name(exchange.value, one.id.symbol)


def short(name: str) -> str:
    """NIFTY for NIFTY 50, INDIAVIX for INDIA VIX."""
    return SHORT.get(name.upper(), name.upper().replace(" ", ""))


def day(of: date) -> str:
    """24NOV26."""
    return f"{of.day:02}{MONTHS[of.month - 1]}{of.year % 100:02}"


def dashed(of: date | None) -> str:
    """24-NOV-26, "" for none."""
    return f"{of.day:02}-{MONTHS[of.month - 1]}-{of.year % 100:02}" if of else ""


def read_day(text: str) -> date | None:
    """From 24NOV26 or 24-NOV-26, of this century."""
    plain = text.strip().upper().replace("-", "")
    if len(plain) != 7 or not plain.isascii() or plain[2:5] not in MONTHS:
        return None
    if not (plain[:2].isdigit() and plain[5:].isdigit()):
        return None
    try:
        return date(2000 + int(plain[5:]), MONTHS.index(plain[2:5]) + 1, int(plain[:2]))
    except ValueError:
        return None


def _strike(one: Instrument) -> str:
    return "" if one.strike is None else f"{one.strike.amount.normalize():f}"


class Listed(Protocol):
    """What is listed now: `instruments.service.Instruments`."""

    edition: int
    families: Families

    def get(self, instrument: InstrumentId) -> Instrument | None: ...

    def search(
        self, query: str, *, exchange: Exchange | None, segment: Segment | None, limit: int
    ) -> tuple[list[Instrument], int]: ...


class Names:
    """Finds instruments by OpenAlgo's names. What is on one underlying is written down when it is first asked for."""

    def __init__(self, instruments: Listed) -> None:
        self._instruments = instruments
        self._edition = -1
        self._known: dict[tuple[Exchange, str], dict[str, InstrumentId]] = {}

    def find(self, exchange: str, symbol: str) -> Instrument | None:
        """None for a name that stands for no listed instrument."""
        try:
            on = Exchange(exchange.removesuffix(INDEX))
        except ValueError:
            return None
        if exchange.endswith(INDEX):
            found = self._indices(on).get(symbol)
        elif on in CONTRACTS:
            found = self._contract(on, symbol)
        else:
            found = InstrumentId(on, symbol)
        one = self._instruments.get(found) if found else None
        return one if one is not None and written(one) == Name(exchange, symbol) else None

    def _indices(self, on: Exchange) -> dict[str, InstrumentId]:
        known = self._current().get((on, INDEX))
        if known is None:
            found, _ = self._instruments.search("", exchange=on, segment=Segment.INDEX, limit=MOST_INDICES)
            known = {written(one).symbol: one.id for one in found}
            self._known[on, INDEX] = known
        return known

    def _contract(self, on: Exchange, symbol: str) -> InstrumentId | None:
        for base in bases(symbol):
            known = self._current().get((on, base))
            if known is None:
                found = self._instruments.families.contracts(on, base)
                known = {written(one).symbol: one.id for one in found}
                if not known:
                    continue
                self._known[on, base] = known
            if symbol in known:
                return known[symbol]
        return InstrumentId(on, symbol)  # a contract whose terms no broker tells keeps our name

    def _current(self) -> dict[tuple[Exchange, str], dict[str, InstrumentId]]:
        if self._edition != self._instruments.edition:
            self._edition = self._instruments.edition
            self._known.clear()
        return self._known


def bases(symbol: str) -> list[str]:
    """What may be the underlying: all before something that reads as a day. A month may be part of a name."""
    ends = (at for at in range(1, len(symbol) - 6) if read_day(symbol[at : at + 7]) is not None)
    return [symbol[:at] for at in islice(ends, 4)]
