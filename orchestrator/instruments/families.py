"""Contracts by what they are on: "NIFTY" and the exchange lead to every future and option on the Nifty 50.

Masters name an index's contracts by a short name of their own; what it is the name of is the exchanges' list.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator

from domain.instrument import Exchange, Instrument, InstrumentId, Kind
from orchestrator.instruments.table import Table

# NSE F&O contract master (UnderlyingSymbol) and BSE's, against the names under which the indices are quoted.
INDICES = {
    "NIFTY": InstrumentId(Exchange.NSE, "NIFTY 50"),
    "BANKNIFTY": InstrumentId(Exchange.NSE, "NIFTY BANK"),
    "FINNIFTY": InstrumentId(Exchange.NSE, "NIFTY FIN SERVICE"),
    "MIDCPNIFTY": InstrumentId(Exchange.NSE, "NIFTY MID SELECT"),
    "NIFTYNXT50": InstrumentId(Exchange.NSE, "NIFTY NEXT 50"),
    "SENSEX": InstrumentId(Exchange.BSE, "SENSEX"),
    "BANKEX": InstrumentId(Exchange.BSE, "BANKEX"),
}
SHORT = {name.symbol: short for short, name in INDICES.items()}  # some masters use the long name
# Where a name has contracts on several exchanges, those of the first are meant.
ORDER = (Exchange.NFO, Exchange.BFO, Exchange.MCX, Exchange.CDS, Exchange.BCD)
CASH = {Exchange.NFO: (Exchange.NSE, Exchange.BSE), Exchange.BFO: (Exchange.BSE, Exchange.NSE)}


class Families:
    """An index over one table."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._rows: dict[tuple[Exchange, str], array[int]] = {}
        of = zip(table.exchanges, table.underlyings, table.expiries, strict=True)
        for row, (exchange, underlying, expiry) in enumerate(of):
            if underlying and expiry is not None:
                self._rows.setdefault((exchange, _short(underlying)), array("l")).append(row)

    def find(self, text: str) -> tuple[Exchange, str] | None:
        """From NIFTY, NSE:NIFTY 50, INFY or a contract's own name: whose contracts are meant. None: nothing has any."""
        name = text.strip().upper()
        try:
            named = InstrumentId.parse(name) if ":" in name else None
        except ValueError:
            return None
        if named is not None and named.exchange in ORDER:
            contract = self._table.get(named)
            if contract is not None and contract.underlying:
                return self._known(named.exchange, _short(contract.underlying))
            return self._known(named.exchange, _short(named.symbol))
        wanted = _short(named.symbol if named else name)
        return next((found for one in ORDER if (found := self._known(one, wanted))), None)

    def _known(self, exchange: Exchange, name: str) -> tuple[Exchange, str] | None:
        return (exchange, name) if (exchange, name) in self._rows else None

    def contracts(self, exchange: Exchange, name: str) -> Iterator[Instrument]:
        """Every future and option."""
        return (self._table.at(row) for row in self._rows.get((exchange, name), ()))

    def spot(self, exchange: Exchange, name: str) -> Instrument | None:
        """The share or index itself; None for what no exchange of ours lists, such as a commodity."""
        if (index := INDICES.get(name)) is not None:
            return self._table.get(index)
        for cash in CASH.get(exchange, ()):
            share = self._table.get(InstrumentId(cash, name))
            if share is not None and share.kind in (Kind.EQUITY, Kind.INDEX):
                return share
        return None


def _short(name: str) -> str:
    return SHORT.get(name.upper(), name.upper())
