"""Rows of the public instrument files, of the option contracts and of the search; and the packed files themselves."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from functools import cache
from typing import Any

import orjson

from mocks.brokers.backoffice.profile import IST
from mocks.brokers.upstox.names import INDEX_NAMES, Names, root
from mocks.exchange.model import Instrument, Kind

Row = dict[str, Any]
INTRADAY_MARGIN, INTRADAY_LEVERAGE = 20.0, 5.0  # percent, times
MTF_BRACKET = 50.0  # percent a client brings himself


def row(instrument: Instrument, names: Names) -> Row:
    """One instrument as the files have it."""
    found: Row = {
        "segment": names.segment(instrument.key),
        "name": instrument.name,
        "exchange": "BSE" if instrument.exchange in ("BSE", "BFO") else "NSE",
        "instrument_type": instrument.kind.value,
        "instrument_key": names.key(instrument.key),
        "exchange_token": str(instrument.token),
        "trading_symbol": _long_symbol(instrument, names),
    }
    if instrument.kind is Kind.INDEX:
        return {
            **found,
            "instrument_type": "INDEX",
            "name": INDEX_NAMES.get(instrument.symbol, instrument.symbol),
        }
    found |= {
        "lot_size": instrument.lot,
        "freeze_quantity": float(instrument.freeze),
        "tick_size": float(instrument.tick),  # paise
        "qty_multiplier": 1.0,
    }
    return found | (_share(instrument) if instrument.kind is Kind.EQUITY else _contract(instrument, names))


def dated(found: Row) -> Row:
    """The row as the APIs give it: the expiry as YYYY-MM-DD."""
    if "expiry" not in found:
        return found
    at = datetime.fromtimestamp(found["expiry"] / 1000, IST)
    return {**found, "expiry": at.date().isoformat(), "qty_multiplier": int(found["qty_multiplier"])}


def _share(instrument: Instrument) -> Row:
    if instrument.exchange == "BSE":
        found: Row = {"isin": instrument.isin, "instrument_type": "A", "short_name": instrument.name}
    else:
        found = {"isin": instrument.isin, "security_type": "NORMAL", "short_name": instrument.name}
    if instrument.derivatives:
        found |= {"mtf_enabled": True, "mtf_bracket": MTF_BRACKET}
        found |= {"cas_eligible": True} if instrument.exchange == "NSE" else {}
    return found


def _contract(instrument: Instrument, names: Names) -> Row:
    on_index = names.known(instrument.underlying).kind is Kind.INDEX
    underlying = {
        f"{word}_{part}": value
        for word in ("underlying", "asset")
        for part, value in (
            ("symbol", root(instrument)),
            ("key", names.key(instrument.underlying)),
            ("type", "INDEX" if on_index else "EQUITY"),
        )
    }
    return {
        **underlying,
        "weekly": names.weekly(instrument),
        "expiry": _last_second(instrument.expiry),
        "minimum_lot": instrument.lot,
        "strike_price": instrument.strike / 100,
    }


@cache
def _last_second(expiry: str) -> int:
    """Of an expiry day (YYYY-MM-DD), milliseconds since the epoch."""
    return int(datetime.combine(date.fromisoformat(expiry), time(23, 59, 59), IST).timestamp() * 1000)


@cache
def _label(expiry: str) -> str:
    """24 NOV 26."""
    return f"{date.fromisoformat(expiry):%d %b %y}".upper()


def _long_symbol(instrument: Instrument, names: Names) -> str:
    """The one in the instrument file, e.g. `INFY`, `NIFTY FUT 24 NOV 26`, `NIFTY 25550 CE 24 NOV 26`."""
    if not instrument.expiry:
        return names.symbol(instrument.key)
    when = _label(instrument.expiry)
    if instrument.kind is Kind.FUTURE:
        return f"{root(instrument)} FUT {when}"
    return f"{root(instrument)} {instrument.strike / 100:g} {instrument.kind.value} {when}"


# What is in each file; those of markets that are not simulated are empty lists.
FILES: dict[str, Callable[[Row], bool]] = {
    "complete": lambda one: True,
    "NSE": lambda one: one["exchange"] == "NSE",
    "BSE": lambda one: one["exchange"] == "BSE",
    "MCX": lambda one: False,
    "MTF": lambda one: one.get("mtf_enabled", False),
    "NSE_MIS": lambda one: one["segment"] == "NSE_EQ",
    "BSE_MIS": lambda one: one["segment"] == "BSE_EQ",
    "suspended-instrument": lambda one: False,
    "mf-instruments": lambda one: False,
    "global": lambda one: False,
}


class Files:
    """The packed files of the day, each made when it is first asked for."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._packed: dict[str, bytes] = {}

    def refresh(self) -> None:
        self._packed.clear()

    def get(self, name: str) -> bytes | None:
        """`complete` for complete.json.gz; None for a file that Upstox has not."""
        chosen = FILES.get(name)
        if chosen is None:
            return None
        if name not in self._packed:
            rows: Iterable[Row] = (found for one in self._names if chosen(found := row(one, self._names)))
            if name.endswith("_MIS"):
                more = {"intraday_margin": INTRADAY_MARGIN, "intraday_leverage": INTRADAY_LEVERAGE}
                rows = ({**one, **more} for one in rows)
            self._packed[name] = gzip.compress(orjson.dumps(list(rows)), compresslevel=3, mtime=0)
        return self._packed[name]
