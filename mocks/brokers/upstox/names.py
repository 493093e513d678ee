"""What Upstox calls an instrument: keys like `NSE_EQ|INE009A01021` and trading symbols.

A contract that expired keeps its name: yesterday's orders and trades still speak of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from mocks.exchange.model import Instrument, Kind

SEGMENTS = {"NSE": "NSE_EQ", "BSE": "BSE_EQ", "NFO": "NSE_FO", "BFO": "BSE_FO"}
INDEX_SEGMENTS = {"NSE": "NSE_INDEX", "BSE": "BSE_INDEX"}
INDEX_NAMES = {
    "NIFTY 50": "Nifty 50",
    "NIFTY BANK": "Nifty Bank",
    "NIFTY FIN SERVICE": "Nifty Fin Service",
    "NIFTY IT": "Nifty IT",
    "NIFTY MID SELECT": "NIFTY MID SELECT",
    "NIFTY NEXT 50": "Nifty Next 50",
    "INDIA VIX": "India VIX",
    "SENSEX": "SENSEX",
}
INDEX_SYMBOLS = {
    "NIFTY 50": "NIFTY",
    "NIFTY BANK": "BANKNIFTY",
    "NIFTY FIN SERVICE": "FINNIFTY",
    "NIFTY MID SELECT": "MIDCPNIFTY",
    "NIFTY NEXT 50": "NIFTYNXT50",
}
OPTIONS = frozenset({Kind.CALL, Kind.PUT})


class Names:
    """The exchange's keys (`NSE:INFY`) and Upstox's, both ways."""

    def __init__(self, instruments: Mapping[str, Instrument], before: Mapping[str, Instrument]) -> None:
        """`instruments` is the exchange's own table: after a day roll call `refresh`. `before`: of earlier runs."""
        self._source = instruments
        self._known: dict[str, Instrument] = dict(before)
        self._key: dict[str, str] = {name: instrument_key(one) for name, one in before.items()}
        self._listed: dict[str, str] = {}
        self.refresh()

    def refresh(self) -> None:
        """Read the day's listings."""
        self._known.update(self._source)
        self._listed = {}
        for name, instrument in self._source.items():
            key = instrument_key(instrument)
            self._key[name] = key
            self._listed[key] = name
        self._monthly = _last_expiries(self._source.values())

    def __iter__(self) -> Iterator[Instrument]:
        """Everything listed today."""
        return iter(self._source.values())

    def key(self, name: str) -> str:
        return self._key[name]

    def name(self, key: str) -> str | None:
        """The exchange's name of a key that is listed today."""
        return self._listed.get(key)

    def instrument(self, key: str) -> Instrument | None:
        name = self._listed.get(key)
        return self._source[name] if name else None

    def known(self, name: str) -> Instrument:
        """Of today or of a day before."""
        return self._known[name]

    def segment(self, name: str) -> str:
        return self._key[name].partition("|")[0]

    def symbol(self, name: str) -> str:
        """The trading symbol in orders, positions and quotes, e.g. `INFY`, `NIFTY26NOVFUT`."""
        symbol = self._known[name].symbol
        return INDEX_SYMBOLS.get(symbol, symbol)

    def contracts(self, underlying: str) -> list[Instrument]:
        """Options and futures on an exchange key such as `NSE:NIFTY 50`, in the order of the listing."""
        return [one for one in self._source.values() if one.underlying == underlying]

    def options(self, underlying: str) -> list[Instrument]:
        return [one for one in self.contracts(underlying) if one.kind in OPTIONS]

    def weekly(self, instrument: Instrument) -> bool:
        """Is the expiry not the last of its month?"""
        return self._monthly[instrument.underlying, instrument.expiry[:7]] != instrument.expiry


def instrument_key(instrument: Instrument) -> str:
    if instrument.kind is Kind.INDEX:
        name = INDEX_NAMES.get(instrument.symbol, instrument.symbol)
        return f"{INDEX_SEGMENTS[instrument.exchange]}|{name}"
    known_by = instrument.isin if instrument.kind is Kind.EQUITY else str(instrument.token)
    return f"{SEGMENTS[instrument.exchange]}|{known_by}"


def root(instrument: Instrument) -> str:
    """The underlying's short symbol: NIFTY of the contract on `NSE:NIFTY 50`."""
    symbol = instrument.underlying.partition(":")[2]
    return INDEX_SYMBOLS.get(symbol, symbol)


def _last_expiries(instruments: Iterable[Instrument]) -> dict[tuple[str, str], str]:
    """By underlying and month (YYYY-MM): its last expiry is the monthly one, the others are weekly."""
    last: dict[tuple[str, str], str] = {}
    for instrument in instruments:
        if instrument.expiry:
            month = (instrument.underlying, instrument.expiry[:7])
            last[month] = max(last.get(month, ""), instrument.expiry)
    return last
