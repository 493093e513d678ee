"""Upstox's instrument file in canonical names."""

from __future__ import annotations

import gzip
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import orjson
import pytest

from adapters.upstox.leverage import addresses
from adapters.upstox.master import contract_symbol, listings
from domain.calendar import IST
from domain.instrument import Exchange, InstrumentId, Kind
from domain.money import Price

EXPIRY = int(datetime(2026, 11, 24, 23, 59, 59, tzinfo=IST).timestamp() * 1000)
SHARE: dict[str, Any] = {
    "segment": "NSE_EQ", "name": "INFOSYS LIMITED", "exchange": "NSE", "isin": "INE009A01021", "instrument_type": "EQ",
    "instrument_key": "NSE_EQ|INE009A01021", "lot_size": 1, "freeze_quantity": 100000.0, "exchange_token": "1594",
    "tick_size": 10.0, "trading_symbol": "INFY", "qty_multiplier": 1.0, "security_type": "NORMAL",
}  # fmt: skip
OPTION: dict[str, Any] = {
    "weekly": False, "segment": "NSE_FO", "name": "NIFTY", "exchange": "NSE", "expiry": EXPIRY,
    "instrument_type": "CE", "asset_symbol": "NIFTY", "underlying_symbol": "NIFTY",
    "instrument_key": "NSE_FO|48563", "lot_size": 65, "freeze_quantity": 1800.0, "exchange_token": "48563",
    "minimum_lot": 65, "tick_size": 5.0, "asset_type": "INDEX", "underlying_type": "INDEX",
    "trading_symbol": "NIFTY 25550 CE 24 NOV 26", "strike_price": 25550.0, "qty_multiplier": 1.0,
}  # fmt: skip
INDEX: dict[str, Any] = {
    "segment": "NSE_INDEX", "name": "Nifty 50", "exchange": "NSE", "instrument_type": "INDEX",
    "instrument_key": "NSE_INDEX|Nifty 50", "exchange_token": "26000", "trading_symbol": "NIFTY",
}  # fmt: skip


def test_a_share_keeps_its_symbol_and_its_tick_is_paise() -> None:
    [listing] = listings(gzip.compress(orjson.dumps([SHARE])))
    assert listing.instrument.id == InstrumentId(Exchange.NSE, "INFY")
    assert (listing.order_key, listing.feed_key) == ("NSE_EQ|INE009A01021", "NSE_EQ|INE009A01021")
    assert listing.instrument.tick == Price(Decimal("0.1"))
    assert (listing.instrument.isin, listing.instrument.freeze) == ("INE009A01021", 100000)


def test_a_contract_is_named_by_underlying_expiry_strike() -> None:
    [listing] = listings(orjson.dumps([OPTION]))
    assert listing.instrument.id == InstrumentId(Exchange.NFO, "NIFTY26NOV25550CE")
    assert (listing.instrument.kind, listing.instrument.lot) == (Kind.CALL, 65)
    assert listing.instrument.expiry == date(2026, 11, 24)
    assert listing.instrument.strike == Price(Decimal("25550"))
    assert listing.instrument.underlying == "NIFTY"


def test_an_index_is_named_as_the_exchange_names_it_and_cannot_be_traded() -> None:
    [listing] = listings(orjson.dumps([INDEX]))
    assert listing.instrument.id == InstrumentId(Exchange.NSE, "NIFTY 50")
    assert not listing.instrument.tradable


@pytest.mark.parametrize(
    ("weekly", "kind", "strike", "symbol"),
    [
        (False, Kind.FUTURE, None, "NIFTY26DECFUT"),
        (False, Kind.CALL, Decimal("24000.0"), "NIFTY26DEC24000CE"),
        (True, Kind.PUT, Decimal("24000.0"), "NIFTY26D0124000PE"),
        (False, Kind.PUT, Decimal("102.5"), "NIFTY26DEC102.5PE"),
    ],
)
def test_weekly_contracts_carry_their_day(
    weekly: bool, kind: Kind, strike: Decimal | None, symbol: str
) -> None:
    assert contract_symbol("NIFTY", date(2026, 12, 1), weekly=weekly, kind=kind, strike=strike) == symbol


@pytest.mark.parametrize(
    "row",
    [
        {**SHARE, "segment": "MCX_FO"},
        {**SHARE, "segment": "NCD_FO"},
        {**SHARE, "segment": "NSE_COM"},
        {**SHARE, "instrument_type": "GS"},
        {**SHARE, "isin": ""},
        {**SHARE, "segment": "BSE_EQ", "instrument_type": "F"},
    ],
)
def test_what_cannot_be_traded_here_is_left_out(row: dict[str, Any]) -> None:
    assert listings(orjson.dumps([row])) == []


def test_a_share_of_another_series_carries_it() -> None:
    [listing] = listings(orjson.dumps([{**SHARE, "instrument_type": "BE"}]))
    assert listing.instrument.id.symbol == "INFY-BE"


def test_a_share_at_bse_tells_its_group() -> None:
    rows = [{**SHARE, "segment": "BSE_EQ", "instrument_type": "XT"}, SHARE]
    assert [one.instrument.group for one in listings(orjson.dumps(rows))] == ["XT", ""]


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[", b"[1]", b'[{"a":1}', b'[{"a":1},]', b'[{"a":1} {"a":2}]', b"<html>"]
)
def test_a_file_that_is_no_list_of_objects_is_an_error(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"instrument file|Expecting"):
        listings(content)


def test_spaces_and_an_empty_list_are_no_harm() -> None:
    assert listings(b" [ ] \n") == []
    assert len(listings(b"[ " + orjson.dumps(SHARE) + b" ,\n " + orjson.dumps(OPTION) + b" ] \n")) == 2


@pytest.mark.parametrize(
    ("told", "part"),
    [
        ({"intraday_margin": 20.0, "intraday_leverage": 5.0}, "0.2"),
        ({"intraday_margin": 35.5}, "0.355"),
        ({"intraday_leverage": 4.0}, "0.25"),
        ({"intraday_margin": 20.0, "intraday_leverage": 4.0}, "0.25"),  # they disagree: the dearer one
        ({"intraday_margin": 250.0}, None),  # no part of a value: rupees, or a mistake
        ({"intraday_margin": 0.0}, None),
        ({}, None),
    ],
)
def test_the_lists_of_intraday_shares_say_what_each_blocks(told: dict[str, float], part: str | None) -> None:
    lists = [gzip.compress(orjson.dumps([{**SHARE, **told}])), b"[]"]
    share, index = listings(orjson.dumps([SHARE, INDEX]), lists)
    assert share.intraday == (None if part is None else Decimal(part))
    assert index.intraday is None


def test_the_lists_lie_beside_the_complete_file() -> None:
    near = "https://example.com/exchange/"
    assert addresses(f"{near}complete.json.gz") == [f"{near}NSE_MIS.json.gz", f"{near}BSE_MIS.json.gz"]
    assert addresses("http://127.0.0.1:9/mine.json.gz") == []
