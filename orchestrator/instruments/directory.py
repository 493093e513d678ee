"""The masters of all brokers joined into one: an instrument has one name here and a key at each broker that lists it.

Shares are one where exchange and symbol or exchange and ISIN agree, contracts where exchange, underlying, expiry,
strike and kind agree, whatever each broker calls them. The first broker of `ORDER` gives the name.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from adapters.broker import Listing
from domain.account import BrokerId
from domain.instrument import Exchange, Instrument, InstrumentId, Kind
from domain.money import Price

ORDER = (BrokerId.ZERODHA, BrokerId.UPSTOX, BrokerId.GROWW, BrokerId.MOCK)
ContractKey = tuple[Exchange, str, date | None, Price | None, Kind]


@dataclass(slots=True)
class BrokerNames:
    """One broker's keys, both ways. Implements `adapters.broker.Symbols`."""

    listings: dict[InstrumentId, Listing] = field(default_factory=dict)
    _by_order: dict[tuple[Exchange, str], InstrumentId] = field(default_factory=dict)
    _by_feed: dict[str, InstrumentId] = field(default_factory=dict)
    _by_isin: dict[str, InstrumentId] = field(default_factory=dict)

    def add(self, listing: Listing) -> None:
        name = listing.instrument.id
        self.listings[name] = listing
        self._by_order[name.exchange, listing.order_key] = name
        self._by_feed[listing.feed_key] = name
        isin = listing.instrument.isin
        if isin is not None and (isin not in self._by_isin or name.exchange is Exchange.NSE):
            self._by_isin[isin] = name

    def listing(self, instrument: InstrumentId) -> Listing | None:
        return self.listings.get(instrument)

    def by_order_key(self, exchange: Exchange, order_key: str) -> InstrumentId | None:
        return self._by_order.get((exchange, order_key))

    def by_feed_key(self, feed_key: str) -> InstrumentId | None:
        return self._by_feed.get(feed_key)

    def by_isin(self, isin: str) -> InstrumentId | None:
        return self._by_isin.get(isin)


@dataclass(frozen=True, slots=True)
class Directory:
    """Everything that anyone lists, at one moment; replaced as a whole when a master changes."""

    instruments: Mapping[InstrumentId, Instrument]
    names: Mapping[BrokerId, BrokerNames]
    shares: Mapping[str, tuple[InstrumentId, ...]]  # ISIN -> its listings, NSE first

    def brokers(self, instrument: InstrumentId) -> list[BrokerId]:
        """Who lists it, in the order of `ORDER`."""
        return [
            broker for broker in ORDER if broker in self.names and instrument in self.names[broker].listings
        ]


EMPTY = Directory({}, {}, {})


def join(masters: Mapping[BrokerId, Iterable[Listing]]) -> Directory:
    """One directory out of the masters that are known."""
    joiner = _Joiner()
    placed = {broker: joiner.place_all(masters[broker]) for broker in ORDER if broker in masters}
    # Only now every instrument has all the facts (Kite's master has no ISIN, others add it).
    instruments = joiner.instruments()
    names = {broker: BrokerNames() for broker in placed}
    for broker, rows in placed.items():
        for name, listing in rows:
            names[broker].add(Listing(instruments[name], listing.order_key, listing.feed_key))
    shares: dict[str, list[InstrumentId]] = {}
    for instrument in instruments.values():
        if instrument.isin is not None:
            shares.setdefault(instrument.isin, []).append(instrument.id)
    ordered = {isin: tuple(sorted(ids, key=_nse_first)) for isin, ids in shares.items()}
    return Directory(instruments, names, ordered)


def _nse_first(name: InstrumentId) -> tuple[bool, InstrumentId]:
    return (name.exchange is not Exchange.NSE, name)


class _Facts:
    """What is known so far of one instrument: what an earlier master did not say is taken from a later one, and of
    two freeze limits the lower one is safe."""

    __slots__ = ("first", "freeze", "group", "isin", "name", "sector", "underlying")

    def __init__(self, first: Instrument) -> None:
        self.first = first
        self.name = first.name
        self.isin, self.freeze = first.isin, first.freeze
        self.underlying, self.sector = first.underlying, first.sector
        self.group = first.group

    def add(self, other: Instrument) -> None:
        if self.name == self.first.id.symbol:
            self.name = other.name
        if self.isin is None:
            self.isin = other.isin
        if self.freeze is None or (other.freeze is not None and other.freeze < self.freeze):
            self.freeze = other.freeze
        if self.underlying is None:
            self.underlying = other.underlying
        if self.sector is None:
            self.sector = other.sector
        if not self.group:
            self.group = other.group


class _Joiner:
    """Finds the instrument that a broker's row speaks of, or makes it, and adds the facts it did not have."""

    def __init__(self) -> None:
        self._facts: dict[InstrumentId, _Facts] = {}
        self._contracts: dict[ContractKey, InstrumentId] = {}
        self._shares: dict[tuple[Exchange, str], InstrumentId] = {}

    def place_all(self, master: Iterable[Listing]) -> list[tuple[InstrumentId, Listing]]:
        """Every row of one broker's master with the name it goes by; no two rows share a name."""
        rows: dict[InstrumentId, Listing] = {}
        for listing in master:
            name = self._place(listing.instrument, taken=rows)
            rows.setdefault(name, listing)
        return list(rows.items())

    def instruments(self) -> dict[InstrumentId, Instrument]:
        """Everything that was placed, with all the facts."""
        days: dict[date, str] = {}
        return {name: _finished(facts, days) for name, facts in self._facts.items()}

    def _place(self, instrument: Instrument, *, taken: Container[InstrumentId]) -> InstrumentId:
        terms = _terms(instrument) if instrument.is_derivative else None
        name = self._known(instrument, terms)
        if name is None or (name in taken and name != instrument.id):
            name = instrument.id
            facts = self._facts[name] = _Facts(instrument)
            if terms is not None:
                self._contracts[terms] = name
        else:
            facts = self._facts[name]
            facts.add(instrument)
        if facts.isin is not None:
            self._shares.setdefault((name.exchange, facts.isin), name)
        return name

    def _known(self, instrument: Instrument, terms: ContractKey | None) -> InstrumentId | None:
        if terms is not None:
            return self._contracts.get(terms)
        if instrument.id in self._facts:
            return instrument.id
        return self._shares.get((instrument.id.exchange, instrument.isin)) if instrument.isin else None


def _terms(instrument: Instrument) -> ContractKey:
    underlying = (instrument.underlying or instrument.id.symbol).upper()
    return (instrument.id.exchange, underlying, instrument.expiry, instrument.strike, instrument.kind)


def _finished(facts: _Facts, days: dict[date, str]) -> Instrument:
    """Contracts say what they are in words: masters give them the underlying's name or nothing."""
    first, name = facts.first, facts.name
    if first.is_derivative and first.expiry is not None:
        day = days.get(first.expiry)
        if day is None:
            day = days[first.expiry] = f"{first.expiry:%d %b %Y}"
        strike = f"{first.strike.amount.normalize():f} " if first.strike else ""
        name = f"{facts.underlying} {day} {strike}{first.kind.value}"
    return Instrument(
        id=first.id,
        name=name,
        kind=first.kind,
        lot=first.lot,
        tick=first.tick,
        isin=facts.isin,
        freeze=facts.freeze,
        expiry=first.expiry,
        strike=first.strike,
        underlying=facts.underlying,
        sector=facts.sector,
        group=facts.group,
    )
