"""Upstox's public instrument file in our names. Pure.

Canonical symbols are the exchanges' own for shares and indices and, for contracts, underlying + expiry (YYMMM for a
monthly, YYMDD for a weekly one, M being 1-9, O, N, D) + strike + FUT | CE | PE.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from adapters.broker import Listing
from adapters.upstox import leverage
from adapters.upstox.wire import SEGMENTS, Row, number, units
from domain.calendar import IST
from domain.instrument import Exchange, Instrument, InstrumentId, Kind
from domain.money import Price

_CONTRACTS = {"FUT": Kind.FUTURE, "CE": Kind.CALL, "PE": Kind.PUT}
_NSE_SERIES = {"EQ", "BE", "BZ", "SM", "ST"}  # shares; the other series are debt
_BSE_DEBT = {"F", "G", "GS", "E"}
_INDEX_TICK = Price(Decimal("0.05"))
_SPACE = re.compile(r"\s*")
_MONTHS = "123456789OND"
# Left out: MCX (no orders over the API, quantities in lots) and currency.
_KEPT = {"NSE_EQ", "BSE_EQ", "NSE_FO", "BSE_FO", "NSE_INDEX", "BSE_INDEX"}


def listings(content: bytes, intraday: Sequence[bytes] = ()) -> list[Listing]:
    """The rows of `complete.json.gz`, packed or not, that we can name and trade or watch. Raises ValueError.

    `intraday`: the lists of what may be traded intraday, each with its margin.
    """
    blocked: dict[str, Decimal] = {}
    for one in intraday:
        blocked |= leverage.blocked(_rows(_text(one)))
    return list(_named(_rows(_text(content)), blocked))


def _text(content: bytes) -> str:
    return (gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content).decode()


def _rows(text: str) -> Iterator[Row]:
    """The objects of a JSON list, one by one: parsing 50 MB in one call would stop every other thread for seconds."""
    decoder = json.JSONDecoder(parse_float=Decimal)
    mark, position = _mark(text, 0)
    if mark != "[":
        raise ValueError("the instrument file is no list")
    if _mark(text, position)[0] == "]":
        return
    while mark != "]":
        brace, behind = _mark(text, position)
        if brace != "{":
            raise ValueError(f"the instrument file has no object at {position}")
        row, position = decoder.raw_decode(text, behind - 1)
        yield row
        mark, position = _mark(text, position)
        if mark not in (",", "]"):
            raise ValueError(f"the instrument file breaks off at {position}")


def _mark(text: str, position: int) -> tuple[str, int]:
    """The next character that is no space ("" at the end), and where it ends."""
    found = _SPACE.match(text, position)
    position = found.end() if found else position
    return text[position : position + 1], position + 1


def _named(rows: Iterable[Row], blocked: Mapping[str, Decimal]) -> Iterator[Listing]:
    for row in rows:
        if row.get("segment") not in _KEPT:
            continue
        instrument = _instrument(row, SEGMENTS[row["segment"]])
        if instrument is not None:
            key = str(row["instrument_key"])
            yield Listing(instrument, order_key=key, feed_key=key, intraday=blocked.get(key))


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
        group=series if exchange is Exchange.BSE else "",
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
