"""Kite's daily instrument master, a CSV of every listing and contract. Pure."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date
from io import StringIO

from adapters.broker import Listing
from adapters.zerodha.wire import EXCHANGES
from domain.instrument import Instrument, InstrumentId, Kind
from domain.money import Price

KINDS = {"EQ": Kind.EQUITY, "FUT": Kind.FUTURE, "CE": Kind.CALL, "PE": Kind.PUT}


def listings(text: str) -> list[Listing]:
    """The rows that can be named here. Kite gives no ISIN and no freeze quantity: other masters add them.

    Rows of exchanges and kinds that we do not know are left out. Raises KeyError or ValueError for a broken file.
    """
    known = (
        row
        for row in csv.DictReader(StringIO(text))
        if row["exchange"] in EXCHANGES and row["instrument_type"] in KINDS
    )
    return [_listing(row) for row in known]


def _listing(row: Mapping[str, str]) -> Listing:
    kind = Kind.INDEX if row["segment"] == "INDICES" else KINDS[row["instrument_type"]]
    contract = kind not in (Kind.EQUITY, Kind.INDEX)
    tick = Price.of(row["tick_size"] or 0)
    instrument = Instrument(
        id=InstrumentId(EXCHANGES[row["exchange"]], row["tradingsymbol"]),
        name=row["name"] or row["tradingsymbol"],
        kind=kind,
        lot=int(row["lot_size"] or 1) or 1,
        # Indices carry a tick of 0, which no price could be a multiple of.
        tick=tick or Price.paise(5),
        expiry=date.fromisoformat(row["expiry"]) if row["expiry"] else None,
        strike=Price.of(row["strike"]) if kind in (Kind.CALL, Kind.PUT) else None,
        underlying=row["name"] or None if contract else None,
    )
    return Listing(instrument, order_key=row["tradingsymbol"], feed_key=row["instrument_token"])
