"""The masters of all brokers joined into one: an instrument has one name here and a key at each broker that lists it.

Shares are one where exchange and symbol or exchange and ISIN agree, contracts where exchange, underlying, expiry,
strike and kind agree, whatever each broker calls them. The first broker of `ORDER` gives the name.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
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
    names = {broker: BrokerNames() for broker in placed}
    for broker, rows in placed.items():
        for name, listing in rows:
            names[broker].add(Listing(joiner.instruments[name], listing.order_key, listing.feed_key))
    shares: dict[str, list[InstrumentId]] = {}
    for instrument in joiner.instruments.values():
        if instrument.isin is not None:
            shares.setdefault(instrument.isin, []).append(instrument.id)
    ordered = {isin: tuple(sorted(ids, key=_nse_first)) for isin, ids in shares.items()}
    return Directory(joiner.instruments, names, ordered)


def _nse_first(name: InstrumentId) -> tuple[bool, InstrumentId]:
    return (name.exchange is not Exchange.NSE, name)


class _Joiner:
    """Finds the instrument that a broker's row speaks of, or makes it, and adds the facts it did not have."""

    def __init__(self) -> None:
        self.instruments: dict[InstrumentId, Instrument] = {}
        self._contracts: dict[ContractKey, InstrumentId] = {}
        self._shares: dict[tuple[Exchange, str], InstrumentId] = {}

    def place_all(self, master: Iterable[Listing]) -> list[tuple[InstrumentId, Listing]]:
        """Every row of one broker's master with the name it goes by; no two rows share a name."""
        rows: dict[InstrumentId, Listing] = {}
        for listing in master:
            name = self._place(listing.instrument, taken=rows)
            rows.setdefault(name, listing)
        return list(rows.items())

    def _place(self, instrument: Instrument, *, taken: Container[InstrumentId]) -> InstrumentId:
        name = self._known(instrument)
        if name is None or (name in taken and name != instrument.id):
            name = instrument.id
            self.instruments[name] = _described(instrument)
            if instrument.is_derivative:
                self._contracts[_terms(instrument)] = name
        else:
            self.instruments[name] = _completed(self.instruments[name], instrument)
        isin = self.instruments[name].isin
        if isin is not None:
            self._shares.setdefault((name.exchange, isin), name)
        return name

    def _known(self, instrument: Instrument) -> InstrumentId | None:
        if instrument.is_derivative:
            return self._contracts.get(_terms(instrument))
        if instrument.id in self.instruments:
            return instrument.id
        return self._shares.get((instrument.id.exchange, instrument.isin)) if instrument.isin else None


def _terms(instrument: Instrument) -> ContractKey:
    underlying = (instrument.underlying or instrument.id.symbol).upper()
    return (instrument.id.exchange, underlying, instrument.expiry, instrument.strike, instrument.kind)


def _described(instrument: Instrument) -> Instrument:
    """Contracts say what they are in words: masters give them the underlying's name or nothing."""
    if not instrument.is_derivative or instrument.expiry is None:
        return instrument
    strike = f"{instrument.strike.amount.normalize():f} " if instrument.strike else ""
    words = f"{instrument.underlying} {instrument.expiry:%d %b %Y} {strike}{instrument.kind.value}"
    return replace(instrument, name=words)


def _completed(known: Instrument, other: Instrument) -> Instrument:
    """What an earlier master did not say is taken from a later one; of two freeze limits the lower one is safe."""
    limits = [limit for limit in (known.freeze, other.freeze) if limit is not None]
    name = other.name if known.name == known.id.symbol else known.name
    new = (other.isin, other.underlying, other.sector)
    old = (known.isin, known.underlying, known.sector)
    adds = any(fact is not None and was is None for fact, was in zip(new, old, strict=True))
    if not adds and name == known.name and min(limits, default=None) == known.freeze:
        return known  # as nearly always: masters have a hundred thousand rows
    return replace(
        known,
        name=name,
        isin=known.isin or other.isin,
        freeze=min(limits, default=None),
        underlying=known.underlying or other.underlying,
        sector=known.sector or other.sector,
    )
