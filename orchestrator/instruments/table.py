"""Every instrument once, in columns; one that is asked for is made then, and kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from domain.instrument import Exchange, Instrument, InstrumentId, Kind
from domain.money import Price
from orchestrator.instruments.columns import Facts


class Table(Mapping[InstrumentId, Instrument]):
    """A mapping whose values need no room until someone looks. Rows are numbered from 0; filled by `directory.join`.

    `names` of contracts are as the masters give them; the instrument's own says its terms in words.
    """

    __slots__ = (
        "_made",
        "_rows",
        "exchanges",
        "expiries",
        "freezes",
        "groups",
        "isins",
        "kinds",
        "lots",
        "names",
        "sectors",
        "strikes",
        "symbols",
        "ticks",
        "underlyings",
    )

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []
        self.symbols: list[str] = []
        self.names: list[str] = []
        self.kinds: list[Kind] = []
        self.lots: list[int] = []
        self.ticks: list[Price] = []
        self.isins: list[str | None] = []
        self.freezes: list[int | None] = []
        self.expiries: list[date | None] = []
        self.strikes: list[Price | None] = []
        self.underlyings: list[str | None] = []
        self.sectors: list[str | None] = []
        self.groups: list[str] = []
        self._rows: dict[Exchange, dict[str, int]] = {exchange: {} for exchange in Exchange}
        self._made: dict[int, Instrument] = {}

    # --- filling -------------------------------------------------------------------------------------------------

    def put(self, exchange: Exchange, symbol: str, facts: Sequence[Any]) -> int:
        """The row of this name, with these facts (in the order of `Facts` after the exchange) and no others."""
        rows = self._rows[exchange]
        row = rows.get(symbol)
        columns = self._columns()
        if row is None:
            row = rows[symbol] = len(self.symbols)
            self.exchanges.append(exchange)
            self.symbols.append(symbol)
            for column, fact in zip(columns, facts, strict=True):
                column.append(fact)
        else:
            for column, fact in zip(columns, facts, strict=True):
                column[row] = fact
        return row

    def add(self, known: Sequence[tuple[int, int]], facts: Facts) -> None:
        """What an earlier master did not say of rows is taken from a later one's, and of two freeze limits the lower
        is safe. `known`: row of the table, row of the master."""
        names, name = self.names, facts.name
        for row, number in known:
            if names[row] == self.symbols[row]:
                names[row] = name.at(number)
        freezes, freeze = self.freezes, facts.freeze
        for row, number in known:
            limit, other = freezes[row], freeze.at(number)
            if limit is None or (other is not None and other < limit):
                freezes[row] = other
        for column, fact in (
            (self.isins, facts.isin),
            (self.underlyings, facts.underlying),
            (self.sectors, facts.sector),
            (self.groups, facts.group),
        ):
            if not any(fact.values):
                continue
            for row, number in known:
                if not column[row]:
                    column[row] = fact.at(number)

    def _columns(self) -> tuple[list[Any], ...]:
        return (
            self.names,
            self.kinds,
            self.lots,
            self.ticks,
            self.isins,
            self.freezes,
            self.expiries,
            self.strikes,
            self.underlyings,
            self.sectors,
            self.groups,
        )

    # --- looking -------------------------------------------------------------------------------------------------

    def row(self, exchange: Exchange, symbol: str) -> int | None:
        return self._rows[exchange].get(symbol)

    def id_at(self, row: int) -> InstrumentId:
        return InstrumentId(self.exchanges[row], self.symbols[row])

    def at(self, row: int) -> Instrument:
        made = self._made.get(row)
        if made is None:
            made = self._made[row] = Instrument(
                id=self.id_at(row),
                name=self._title(row),
                kind=self.kinds[row],
                lot=self.lots[row],
                tick=self.ticks[row],
                isin=self.isins[row],
                freeze=self.freezes[row],
                expiry=self.expiries[row],
                strike=self.strikes[row],
                underlying=self.underlyings[row],
                sector=self.sectors[row],
                group=self.groups[row],
            )
        return made

    def is_contract(self, row: int) -> bool:
        """Whether its terms say it all: a derivative with a day on which it ends."""
        return self.expiries[row] is not None and self.kinds[row] in CONTRACTS

    def _title(self, row: int) -> str:
        """Contracts say what they are in words: masters give them the underlying's name or nothing."""
        expiry, strike = self.expiries[row], self.strikes[row]
        if expiry is None or not self.is_contract(row):
            return self.names[row]
        at = f"{strike.amount.normalize():f} " if strike else ""
        return f"{self.underlyings[row]} {expiry:%d %b %Y} {at}{self.kinds[row].value}"

    def __getitem__(self, name: InstrumentId) -> Instrument:
        row = self.row(name.exchange, name.symbol)
        if row is None:
            raise KeyError(name)
        return self.at(row)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, InstrumentId) and self.row(name.exchange, name.symbol) is not None

    def __iter__(self) -> Iterator[InstrumentId]:
        return (self.id_at(row) for row in range(len(self.symbols)))

    def __len__(self) -> int:
        return len(self.symbols)


CONTRACTS = frozenset({Kind.FUTURE, Kind.CALL, Kind.PUT})
