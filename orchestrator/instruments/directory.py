"""The masters of all brokers joined into one: an instrument has one name here and a key at each broker that lists it.

Shares are one where exchange and symbol or exchange and ISIN agree, contracts where exchange, underlying, expiry,
strike and kind agree, whatever each broker calls them. The first broker of `ORDER` gives the name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from adapters.broker import Listing
from domain.account import BrokerId
from domain.instrument import Exchange, InstrumentId
from orchestrator.instruments.columns import Coded, Columns
from orchestrator.instruments.table import CONTRACTS, Table

Terms = tuple[int, ...]
ORDER = (BrokerId.ZERODHA, BrokerId.UPSTOX, BrokerId.GROWW, BrokerId.MOCK)


class BrokerNames:
    """One broker's keys, both ways. Implements `adapters.broker.Symbols`."""

    __slots__ = ("_by_feed", "_by_isin", "_by_order", "_feeds", "_intraday", "_made", "_orders", "_table")

    def __init__(self, table: Table, rows: Mapping[int, int], master: Columns) -> None:
        """`rows`: which of the table's rows are listed, and which of the master's rows each is."""
        self._table, self._made = table, dict[int, Listing]()
        self._orders: list[str | None] = [None] * len(table)  # its key for each row of the table
        self._feeds: list[str | None] = [None] * len(table)
        self._by_order: dict[Exchange, dict[str, int]] = {exchange: {} for exchange in Exchange}
        self._by_feed: dict[str, int] = {}
        self._by_isin: dict[str, int] = {}
        self._intraday: dict[int, Decimal] = {}
        parts, codes = master.intraday.values, master.intraday.codes
        for row, number in rows.items():
            if (part := parts[codes[number]]) is not None:
                self._intraday[row] = part
            exchange, isin = table.exchanges[row], table.isins[row]
            order_key, feed_key = master.order_keys[number], master.feed_keys[number]
            self._orders[row], self._feeds[row] = order_key, feed_key
            self._by_order[exchange][order_key] = row
            self._by_feed[feed_key] = row
            if isin is not None and (isin not in self._by_isin or exchange is Exchange.NSE):
                self._by_isin[isin] = row

    def lists(self, instrument: InstrumentId) -> bool:
        row = self._table.row(instrument.exchange, instrument.symbol)
        return row is not None and self._orders[row] is not None

    def listing(self, instrument: InstrumentId) -> Listing | None:
        row = self._table.row(instrument.exchange, instrument.symbol)
        if row is None:
            return None
        made = self._made.get(row)
        if made is None:
            order_key, feed_key = self._orders[row], self._feeds[row]
            if order_key is None or feed_key is None:
                return None
            made = self._made[row] = Listing(
                self._table.at(row), order_key, feed_key, self._intraday.get(row)
            )
        return made

    def by_order_key(self, exchange: Exchange, order_key: str) -> InstrumentId | None:
        return self._named(self._by_order[exchange].get(order_key))

    def by_feed_key(self, feed_key: str) -> InstrumentId | None:
        return self._named(self._by_feed.get(feed_key))

    def by_isin(self, isin: str) -> InstrumentId | None:
        return self._named(self._by_isin.get(isin))

    def _named(self, row: int | None) -> InstrumentId | None:
        return None if row is None else self._table.id_at(row)


@dataclass(frozen=True, slots=True)
class Directory:
    """Everything that anyone lists, at one moment; replaced as a whole when a master changes."""

    instruments: Table
    names: Mapping[BrokerId, BrokerNames]
    shares: Mapping[str, tuple[InstrumentId, ...]]  # ISIN -> its listings, NSE first

    def brokers(self, instrument: InstrumentId) -> list[BrokerId]:
        """Who lists it, in the order of `ORDER`."""
        return [broker for broker in ORDER if broker in self.names and self.names[broker].lists(instrument)]


EMPTY = Directory(Table(), {}, {})


def join(masters: Mapping[BrokerId, Columns]) -> Directory:
    """One directory out of the masters that are known."""
    joiner = _Joiner()
    placed = {broker: joiner.place_all(masters[broker]) for broker in ORDER if broker in masters}
    # Only now every instrument has all the facts (Kite's master has no ISIN, others add it).
    table = joiner.table
    names = {broker: BrokerNames(table, rows, masters[broker]) for broker, rows in placed.items()}
    shares: dict[str, list[InstrumentId]] = {}
    for row, isin in enumerate(table.isins):
        if isin is not None:
            shares.setdefault(isin, []).append(table.id_at(row))
    ordered = {isin: tuple(sorted(ids, key=_nse_first)) for isin, ids in shares.items()}
    return Directory(table, names, ordered)


def _nse_first(name: InstrumentId) -> tuple[bool, InstrumentId]:
    return (name.exchange is not Exchange.NSE, name)


class _Joiner:
    """Finds the instrument that a broker's row speaks of, or makes it, and adds the facts it did not have."""

    def __init__(self) -> None:
        self.table = Table()
        self._contracts: dict[Terms, int] = {}  # terms -> row
        self._shares: dict[tuple[Exchange, str], int] = {}  # exchange and ISIN -> row
        self._values: dict[object, int] = {}  # a number for each value that terms are made of

    def place_all(self, master: Columns) -> dict[int, int]:
        """The rows of the table that this master lists, and which of its rows each is; no two share one."""
        table, terms, facts = self.table, self._terms(master), master.facts
        taken: dict[int, int] = {}
        known: list[tuple[int, int]] = []  # those that are in the table already
        rows = zip(facts.exchange, master.symbols, terms, facts.isin, strict=True)
        for number, (exchange, symbol, term, isin) in enumerate(rows):
            own = table.row(exchange, symbol)
            row = own if term is None else self._contracts.get(term)
            if row is None and term is None and isin is not None:
                row = self._shares.get((exchange, isin))
            if row is None or (row in taken and row != own):
                row = table.put(exchange, symbol, [column.at(number) for column in facts[1:]])
                if term is not None:
                    self._contracts[term] = row
            else:
                known.append((row, number))
            taken.setdefault(row, number)
        table.add(known, facts)
        for row in taken:
            if (found := table.isins[row]) is not None:
                self._shares.setdefault((table.exchanges[row], found), row)
        return taken

    def _terms(self, master: Columns) -> list[Terms | None]:
        """What makes two contracts one, in numbers, for each row; None for what is no contract."""
        facts = master.facts
        underlyings = [
            (named or symbol).upper() if kind in CONTRACTS else None
            for named, symbol, kind in zip(facts.underlying, master.symbols, facts.kind, strict=True)
        ]
        columns = (Coded.of(underlyings), facts.exchange, facts.expiry, facts.strike, facts.kind)
        terms = zip(*map(self._numbered, columns), strict=True)
        return [None if named is None else one for named, one in zip(underlyings, terms, strict=True)]

    def _numbered(self, column: Coded) -> list[int]:
        """The same number for the same value in every master: cheaper to compare than the value."""
        numbers = [self._values.setdefault(value, len(self._values)) for value in column.values]
        return [numbers[code] for code in column.codes]
