"""Tradebooks are read by the names of their columns; a row that breaks a rule is told and never guessed at."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.account import AccountId
from domain.calendar import IST
from domain.instrument import Exchange, InstrumentId
from domain.order import Product, Side
from orchestrator.trades import cells
from orchestrator.trades.cells import Bad
from orchestrator.trades.tradebook import MOST_ROWS, Names, Tradebook, Unusable, read

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=IST)
INFY, TCS = InstrumentId.parse("NSE:INFY"), InstrumentId.parse("NSE:TCS")
ISINS = {INFY: "INE009A01021", InstrumentId(Exchange.BSE, "INFY"): "INE009A01021", TCS: "INE467B01029"}
CONSOLE = (
    "symbol,isin,trade_date,exchange,segment,series,trade_type,auction,quantity,price,trade_id,order_id,"
    "order_execution_time"
)
UPSTOX = (
    "Date,Company,Amount,Exchange,Segment,Scrip Code,Instrument Type,Strike Price,Expiry,Trade Num,Trade Time,Side,"
    "Quantity,Price,Symbol"
)
GROWW = "Stock name,Symbol,ISIN,Type,Quantity,Value,Exchange,Exchange Order Id,Execution date and time,Order status"


def names() -> Names:
    def by_isin(isin: str, exchange: Exchange) -> InstrumentId | None:
        return next((one for one, known in ISINS.items() if (known, one.exchange) == (isin, exchange)), None)

    return Names(ISINS.__contains__, by_isin, ISINS.get)


def book(*lines: str, encoding: str = "utf-8") -> Tradebook:
    return read("\n".join(lines).encode(encoding), AccountId("acc_1"), names=names(), now=NOW)


def shown(found: Tradebook) -> list[tuple[Any, ...]]:
    return [
        (str(one.instrument), one.side, one.quantity, str(one.price), f"{one.at:%d %H:%M:%S}", one.trade_id)
        for one in (row.trade for row in found.rows)
    ]


def test_zerodha_console() -> None:
    found = book(
        CONSOLE,
        "INFY,INE009A01021,2026-11-18,NSE,EQ,EQ,buy,false,4.000000,1500.050000,1776173,1000000006006988,2026-11-18T09:56:04",
        "NIFTY26NOV24000CE,,2026-11-18,NSE,FO,,sell,false,75.000000,101.5,51,61,2026-11-18T10:00:00",
    )
    assert (found.format, found.verified, found.refused) == ("Zerodha Console", True, [])
    assert shown(found) == [
        ("NSE:INFY", Side.BUY, 4, "1500.05", "18 09:56:04", "1776173"),
        ("NFO:NIFTY26NOV24000CE", Side.SELL, 75, "101.50", "18 10:00:00", "51"),
    ]
    trade = found.rows[0].trade
    assert (trade.isin, trade.order_id, trade.product) == ("INE009A01021", "1000000006006988", None)


def test_upstox() -> None:
    found = book(
        "Trade report of U1",
        "",
        UPSTOX,
        '18-11-2026,INFOSYS LTD,"6,000.20",NSE,EQ,1594,Equity,,,778,10:15:30,Buy,4,"1,500.05",INFY',
    )
    assert (found.format, found.verified, found.refused) == ("Upstox", False, [])
    assert shown(found) == [("NSE:INFY", Side.BUY, 4, "1500.05", "18 10:15:30", "778")]


def test_groww_has_orders_with_a_value_and_ids_are_made_of_what_they_say() -> None:
    lines = [
        GROWW,
        "Infosys,INFY,INE009A01021,BUY,4,6000.20,NSE,1100,18-11-2026 10:15 AM,Executed",
        "Infosys,INFY,INE009A01021,BUY,4,6000.20,NSE,1100,18-11-2026 10:15 AM,Executed",
        "Infosys,INFY,INE009A01021,SELL,4,0,NSE,1101,18-11-2026 10:20 AM,Cancelled",
    ]
    found = book(*lines)
    assert (found.format, found.untraded, found.refused) == ("Groww", 1, [])
    assert [one[3] for one in shown(found)] == ["1500.05", "1500.05"]
    ids = [row.trade.trade_id for row in found.rows]
    assert len(set(ids)) == 2
    assert [row.trade.trade_id for row in book(*lines).rows] == ids


def test_a_share_that_changed_its_name_is_found_by_its_isin_or_kept_as_it_stands() -> None:
    found = book(
        CONSOLE,
        "INFOSYS,INE009A01021,2026-11-18,BSE,EQ,A,buy,false,1,1500,1,,2026-11-18T10:00:00",
        "OLDNAME,INE002A01018,2026-11-18,NSE,EQ,EQ,buy,false,1,2500,2,,2026-11-18T10:00:00",
        "INFY-EQ,,2026-11-18,NSE,EQ,EQ,buy,false,1,1500,3,,2026-11-18T10:00:00",
    )
    assert [str(row.trade.instrument) for row in found.rows] == ["BSE:INFY", "NSE:OLDNAME", "NSE:INFY"]
    assert found.rows[2].trade.isin == "INE009A01021"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_files_as_spreadsheets_save_them(encoding: str, delimiter: str) -> None:
    line = 'INFY;;2026-11-18;NSE;EQ;EQ;buy;false;"1,00,000";"\u00a01500.05";="007";"";18/11/2026 10:00'
    text = f"{CONSOLE.replace(',', delimiter)}\r\n{line.replace(';', delimiter)}\r\n\r\n"
    found = read(text.encode(encoding), AccountId("a"), names=names(), now=NOW)
    assert shown(found) == [("NSE:INFY", Side.BUY, 100_000, "1500.05", "18 10:00:00", "007")]


GOOD = {
    "symbol": "INFY",
    "isin": "INE009A01021",
    "trade_date": "2026-11-18",
    "exchange": "NSE",
    "segment": "EQ",
    "trade_type": "buy",
    "quantity": "4",
    "price": "1500.05",
    "trade_id": "1",
    "order_execution_time": "2026-11-18T10:00:00",
}
BAD = [
    ("quantity", "4.5", "whole number"),
    ("quantity", "0", "above zero"),
    ("quantity", "-4", "a number is written"),
    ("quantity", "1,2,3", "a number is written"),
    ("quantity", "=2+2", "formula"),
    ("quantity", "1e3", "a number is written"),
    ("quantity", "9" * 400, "at most 25 digits"),
    ("price", "0", "above zero"),
    ("price", "0." + "0" * 390 + "1", "at most 25 digits"),
    ("price", "NaN", "a number is written"),
    ("price", "(5)", "a number is written"),
    ("trade_date", "11/18/2026", "day before month"),
    ("trade_date", "45614", "day before month"),
    ("trade_date", "2026-12-01", "future"),
    ("trade_date", "1980-01-01", "electronic exchange"),
    ("exchange", "NYSE", "an exchange is one of"),
    ("segment", "XX", "a segment is one of"),
    ("isin", "INE009A01022", "last digit"),
    ("isin", "US0378331", "an ISIN is"),
    ("isin", "INE009A0102\u0661", "an ISIN is"),
    ("trade_type", "short", "buy or sell"),
    ("symbol", "", "short name"),
    ("symbol", "\u0130NFY", "short name"),
    ("symbol", "IN\x07FY", "short name"),
    ("trade_id", "1.1E+15", "rounded this id"),
    ("trade_id", "9" * 61, "at most 60"),
]


@pytest.mark.parametrize(("column", "value", "rule"), BAD)
def test_a_bad_cell_is_told_by_line_column_and_rule(column: str, value: str, rule: str) -> None:
    row = {**GOOD, column: value}
    if column == "trade_date":
        row["order_execution_time"] = "10:00:00"
    good, bad = (",".join(f'"{cell}"' for cell in one.values()) for one in (GOOD, row))
    found = book(",".join(GOOD), good, bad)
    assert len(found.rows) == 1
    assert len(found.refused) == 1
    refused = found.refused[0]
    assert (refused.line, refused.value) == (3, value[:60])
    assert rule in refused.rule


@pytest.mark.parametrize("value", ["0", "0.00000001", "9" * 18, "9" * 30, "9" * 400])
def test_a_value_that_no_price_comes_to_is_refused(value: str) -> None:
    line = f"Infosys,INFY,INE009A01021,BUY,10,{value},NSE,123,18-11-2026 10:15 AM,Executed"
    (refused,) = book(GROWW, line).refused
    assert refused.column == "Value"


def test_a_contract_whose_name_says_nothing_is_refused() -> None:
    found = book(CONSOLE, "NIFTY,,2026-11-18,NSE,FO,,sell,false,75,101.5,51,61,2026-11-18T10:00:00")
    assert "a contract is named like" in found.refused[0].rule


UNUSABLE = [
    (b"", "no row names"),
    (b"PK\x03\x04zip", "save it as CSV"),
    (b"a,b\n1,2", "no row names"),
    (b"\x00\x01", "no text"),
    ((CONSOLE + "\n" + "x\n" * (MOST_ROWS + 1)).encode(), "at most 10000"),
]


@pytest.mark.parametrize(("data", "words"), UNUSABLE, ids=[words for _, words in UNUSABLE])
def test_a_file_that_is_no_tradebook_is_refused_whole(data: bytes, words: str) -> None:
    with pytest.raises(Unusable, match=words):
        read(data, AccountId("a"), names=names(), now=NOW)


@given(st.binary(max_size=400))
def test_no_bytes_at_all_do_harm(data: bytes) -> None:
    head = CONSOLE.encode() + b"\n"
    for one in (data, head + data):
        try:
            found = read(one, AccountId("a"), names=names(), now=NOW)
        except Unusable:
            continue
        assert found.refused_count >= len(found.refused)


@pytest.mark.parametrize(
    ("when", "clock", "expected"),
    [
        ("2026-11-18", "", "18 12:00:00"),
        ("18-Nov-2026", "09:15 AM", "18 09:15:00"),
        ("18/11/2026", "2026-11-18 15:29:59", "18 15:29:59"),
        ("2026-11-18T09:15:00.123+05:30", None, "18 09:15:00"),
        ("18 Nov 2026, 03:29:00 PM", None, "18 15:29:00"),
    ],
)
def test_moments_are_indian(when: str, clock: str | None, expected: str) -> None:
    assert f"{cells.moment(when, clock):%d %H:%M:%S}" == expected


def test_products_are_named_or_left_out() -> None:
    assert [cells.product(text) for text in ("Delivery", "MIS", "")] == [Product.CNC, Product.MIS, None]
    with pytest.raises(Bad, match="a product is one of"):
        cells.product("XYZ")
