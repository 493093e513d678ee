"""What Upstox calls an instrument: keys like `NSE_EQ|INE009A01021`, trading symbols, and the public instrument file."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from functools import cached_property
from typing import Any

import orjson

from mocks.brokers.backoffice.profile import IST
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
INDEX_SYMBOLS = {"NIFTY 50": "NIFTY", "NIFTY BANK": "BANKNIFTY"}


class Names:
    """The exchange's keys (`NSE:INFY`) and Upstox's, both ways."""

    def __init__(self, instruments: Mapping[str, Instrument]) -> None:
        self._instruments = instruments
        self._key = {name: _instrument_key(instrument) for name, instrument in instruments.items()}
        self._name = {key: name for name, key in self._key.items()}
        self._monthly = _last_expiries(instruments.values())

    def key(self, name: str) -> str:
        return self._key[name]

    def name(self, key: str) -> str | None:
        return self._name.get(key)

    def instrument(self, key: str) -> Instrument | None:
        name = self._name.get(key)
        return self._instruments[name] if name else None

    def segment(self, name: str) -> str:
        return self._key[name].partition("|")[0]

    def symbol(self, name: str) -> str:
        """The trading symbol in orders, positions and quotes, e.g. `INFY`, `NIFTY26NOVFUT`."""
        symbol = self._instruments[name].symbol
        return INDEX_SYMBOLS.get(symbol, symbol)

    def _long_symbol(self, name: str) -> str:
        """The one in the instrument file, e.g. `INFY`, `NIFTY FUT 24 NOV 26`, `NIFTY 25550 CE 24 NOV 26`."""
        instrument = self._instruments[name]
        if not instrument.expiry:
            return self.symbol(name)
        when = f"{date.fromisoformat(instrument.expiry):%d %b %y}".upper()
        root = _root(instrument)
        if instrument.kind is Kind.FUTURE:
            return f"{root} FUT {when}"
        return f"{root} {instrument.strike / 100:g} {instrument.kind.value} {when}"

    @cached_property
    def files(self) -> dict[str, bytes]:
        """`complete`, `NSE`, `BSE`: the packed instrument files."""
        rows = [self._row(name) for name in self._instruments]
        return {
            "complete": _pack(rows),
            "NSE": _pack(row for row in rows if row["exchange"] == "NSE"),
            "BSE": _pack(row for row in rows if row["exchange"] == "BSE"),
        }

    def _row(self, name: str) -> dict[str, Any]:
        instrument = self._instruments[name]
        row: dict[str, Any] = {
            "segment": self.segment(name),
            "name": instrument.name,
            "exchange": "BSE" if instrument.exchange in ("BSE", "BFO") else "NSE",
            "instrument_type": instrument.kind.value,
            "instrument_key": self.key(name),
            "exchange_token": str(instrument.token),
            "trading_symbol": self._long_symbol(name),
        }
        if instrument.kind is Kind.INDEX:
            return {
                **row,
                "instrument_type": "INDEX",
                "name": INDEX_NAMES.get(instrument.symbol, instrument.symbol),
            }
        row |= {
            "lot_size": instrument.lot,
            "freeze_quantity": float(instrument.freeze),
            "tick_size": float(instrument.tick),  # paise
            "qty_multiplier": 1.0,
        }
        if instrument.kind is Kind.EQUITY:
            return row | self._share(instrument)
        return row | self._contract(instrument)

    @staticmethod
    def _share(instrument: Instrument) -> dict[str, Any]:
        if instrument.exchange == "BSE":
            return {"isin": instrument.isin, "instrument_type": "A", "short_name": instrument.name}
        row = {"isin": instrument.isin, "security_type": "NORMAL", "short_name": instrument.name}
        return row | ({"cas_eligible": True} if instrument.derivatives else {})

    def _contract(self, instrument: Instrument) -> dict[str, Any]:
        expiry = date.fromisoformat(instrument.expiry)
        root = _root(instrument)
        end = datetime.combine(expiry, time(23, 59, 59), IST)
        underlying = {
            f"{word}_{part}": value
            for word in ("underlying", "asset")
            for part, value in (
                ("symbol", root),
                ("key", self._key[instrument.underlying]),
                ("type", "INDEX"),
            )
        }
        return {
            **underlying,
            "weekly": self._monthly[root, expiry.year, expiry.month] != expiry,
            "expiry": int(end.timestamp() * 1000),
            "minimum_lot": instrument.lot,
            "strike_price": instrument.strike / 100,
        }


def _instrument_key(instrument: Instrument) -> str:
    if instrument.kind is Kind.INDEX:
        return (
            f"{INDEX_SEGMENTS[instrument.exchange]}|{INDEX_NAMES.get(instrument.symbol, instrument.symbol)}"
        )
    known_by = instrument.isin if instrument.kind is Kind.EQUITY else str(instrument.token)
    return f"{SEGMENTS[instrument.exchange]}|{known_by}"


def _root(instrument: Instrument) -> str:
    """The underlying's short symbol: NIFTY of the contract on `NSE:NIFTY 50`."""
    symbol = instrument.underlying.partition(":")[2]
    return INDEX_SYMBOLS.get(symbol, symbol)


def _last_expiries(instruments: Iterable[Instrument]) -> dict[tuple[str, int, int], date]:
    """The month's last expiry of each underlying is the monthly one, the others are weekly."""
    last: dict[tuple[str, int, int], date] = {}
    for instrument in instruments:
        if instrument.expiry:
            expiry = date.fromisoformat(instrument.expiry)
            month = (_root(instrument), expiry.year, expiry.month)
            last[month] = max(last.get(month, expiry), expiry)
    return last


def _pack(rows: Iterable[dict[str, Any]]) -> bytes:
    return gzip.compress(orjson.dumps(list(rows)), compresslevel=6, mtime=0)
