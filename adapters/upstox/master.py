"""Upstox's public instrument file in our names. Pure.

Canonical symbols are the exchanges' own for shares and indices and, for contracts, underlying + expiry (YYMMM for a
monthly, YYMDD for a weekly one, M being 1-9, O, N, D) + strike + FUT | CE | PE.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from adapters.broker import Listing
from adapters.http import exact_json
from adapters.upstox.wire import SEGMENTS, Row, number, units
from domain.calendar import IST
from domain.instrument import Exchange, Instrument, InstrumentId, Kind
from domain.money import Price

_CONTRACTS = {"FUT": Kind.FUTURE, "CE": Kind.CALL, "PE": Kind.PUT}
_NSE_SERIES = {"EQ", "BE", "BZ", "SM", "ST"}  # shares; the other series are debt
_BSE_DEBT = {"F", "G", "GS", "E"}
_INDEX_TICK = Price(Decimal("0.05"))
_MONTHS = "123456789OND"
# Left out: MCX (no orders over the API, quantities in lots) and currency.
_KEPT = {"NSE_EQ", "BSE_EQ", "NSE_FO", "BSE_FO", "NSE_INDEX", "BSE_INDEX"}


def listings(content: bytes) -> list[Listing]:
    """The rows of `complete.json.gz`, packed or not, that we can name and trade or watch. Raises ValueError."""
    rows: Any = exact_json(gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content)
    if not isinstance(rows, list):
        raise ValueError("the instrument file is no list")
    return list(_named(rows))


def _named(rows: list[Row]) -> Iterator[Listing]:
    for row in rows:
        if row.get("segment") not in _KEPT:
            continue
        instrument = _instrument(row, SEGMENTS[row["segment"]])
        if instrument is not None:
            key = str(row["instrument_key"])
            yield Listing(instrument, order_key=key, feed_key=key)


def _instrument(row: Row, exchange: Exchange) -> Instrument | None:
    kind = row.get("instrument_type")
    if kind == "INDEX":
        name = str(row["instrument_key"]).partition("|")[2]
        return Instrument(
            InstrumentId(exchange, name.upper()),
            str(row.get("name") or name),
            Kind.INDEX,
            lot=1,
            tick=_INDEX_TICK,
        )
    if kind in _CONTRACTS:
        return _contract(row, exchange, _CONTRACTS[kind])
    return _share(row, exchange, str(kind))


def _share(row: Row, exchange: Exchange, series: str) -> Instrument | None:
    known = series in _NSE_SERIES if exchange is Exchange.NSE else series not in _BSE_DEBT
    isin = str(row.get("isin") or "")
    if not known or not isin.startswith("IN"):
        return None
    symbol = str(row["trading_symbol"]).upper()
    if exchange is Exchange.NSE and series != "EQ" and not symbol.endswith(f"-{series}"):
        symbol = f"{symbol}-{series}"
    return Instrument(
        InstrumentId(exchange, symbol),
        str(row.get("name") or symbol),
        Kind.EQUITY,
        lot=units(row["lot_size"]),
        tick=_tick(row),
        isin=isin,
        freeze=_freeze(row),
    )


def _contract(row: Row, exchange: Exchange, kind: Kind) -> Instrument:
    underlying = str(row["underlying_symbol"]).upper()
    expiry = datetime.fromtimestamp(units(row["expiry"]) / 1000, IST).date()
    strike = None if kind is Kind.FUTURE else number(row["strike_price"])
    symbol = contract_symbol(underlying, expiry, weekly=bool(row.get("weekly")), kind=kind, strike=strike)
    return Instrument(
        InstrumentId(exchange, symbol),
        str(row.get("trading_symbol") or symbol),
        kind,
        lot=units(row["lot_size"]),
        tick=_tick(row),
        freeze=_freeze(row),
        expiry=expiry,
        strike=None if strike is None else Price(strike),
        underlying=underlying,
    )


def contract_symbol(
    underlying: str, expiry: date, *, weekly: bool, kind: Kind, strike: Decimal | None
) -> str:
    """NIFTY26NOVFUT, NIFTY26NOV24000CE, weekly NIFTY26N1724000CE; half-rupee strikes keep their decimals."""
    month = _MONTHS[expiry.month - 1]
    when = f"{month}{expiry.day:02}" if weekly else f"{expiry:%b}".upper()
    rate = "" if strike is None else f"{strike.normalize():f}"
    return f"{underlying}{expiry:%y}{when}{rate}{kind.value}"


def _tick(row: Row) -> Price:
    """The file gives the tick in paise: 5.0 is five paise."""
    return Price(number(row["tick_size"]).scaleb(-2))


def _freeze(row: Row) -> int | None:
    return units(row["freeze_quantity"]) if row.get("freeze_quantity") else None
