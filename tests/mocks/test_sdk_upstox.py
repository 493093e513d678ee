"""The official Upstox SDK, unmodified, against the Upstox-compatible server: orders and what they move."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import upstox_client
from upstox_client.rest import ApiException

from mocks.launch import Sandbox
from tests.mocks.upstox_sdk import INFY, VERSION, client_for, code_of, limit, market, new_user


@pytest.fixture(scope="module")
def upstox_sandbox() -> Iterator[Sandbox]:
    with Sandbox.start(flow=False, only=("upstox",)) as running:
        yield running


@pytest.fixture
def user(upstox_sandbox: Sandbox) -> dict[str, Any]:
    return new_user(upstox_sandbox)


@pytest.fixture
def client(user: dict[str, Any]) -> Any:
    return client_for(user["base_url"], user["access_token"])


@pytest.fixture
def orders(client: Any) -> Any:
    return upstox_client.OrderApiV3(client)


@pytest.fixture
def book(client: Any) -> Any:
    return upstox_client.OrderApi(client)


def test_an_order_is_placed_changed_found_and_cancelled(orders: Any, book: Any) -> None:
    answer = orders.place_order(limit())
    [order_id] = answer.data.order_ids
    assert isinstance(answer.metadata.latency, int)
    placed = book.get_order_status(order_id=order_id).data
    assert (placed.status, placed.quantity, placed.pending_quantity) == ("open", 10, 10)
    assert (placed.product, placed.price, placed.tag) == ("D", 1450.0, "sdk1")
    modify = upstox_client.ModifyOrderRequest(
        order_id=order_id, quantity=12, validity="DAY", price=1451.0, order_type="LIMIT", trigger_price=0.0
    )
    assert orders.modify_order(modify).data.order_id == order_id
    [row] = [row for row in book.get_order_book(VERSION).data if row.order_id == order_id]
    assert (row.quantity, row.price, row.status) == (12, 1451.0, "open")
    assert orders.cancel_order(order_id).data.order_id == order_id
    assert book.get_order_status(order_id=order_id).data.status == "cancelled"
    stages = [stage.status for stage in book.get_order_details(VERSION, order_id=order_id).data]
    assert stages == [
        "put order req received", "validation pending", "open pending", "open",
        "modify validation pending", "modify pending", "modified", "open", "cancel pending", "cancelled",
    ]  # fmt: skip
    assert {stage.order_id for stage in book.get_order_details(VERSION, tag="sdk1").data} == {order_id}


def test_a_market_order_fills_and_moves_money_and_shares(orders: Any, book: Any, client: Any) -> None:
    [order_id] = orders.place_order(market(quantity=5)).data.order_ids
    row = book.get_order_status(order_id=order_id).data
    assert (row.status, row.filled_quantity, row.pending_quantity) == ("complete", 5, 0)
    trades = book.get_trades_by_order(order_id, VERSION).data
    assert sum(trade.quantity for trade in trades) == 5
    assert {trade.trade_id for trade in trades} == {
        trade.trade_id for trade in book.get_trade_history(VERSION).data
    }
    [position] = upstox_client.PortfolioApi(client).get_positions(VERSION).data
    assert (position.product, position.quantity, position.day_buy_quantity) == ("D", 5, 5)
    margin = upstox_client.UserApi(client).get_user_fund_margin_v3().data.available_to_trade
    assert margin.total < 500000
    assert margin.cash_available_to_trade.margin_used.delivery_margin.equity > 0


def test_shares_sold_stay_in_the_holding_as_used(orders: Any, client: Any) -> None:
    orders.place_order(market(quantity=20, transaction_type="SELL"))
    orders.place_order(limit(quantity=7, transaction_type="SELL", price=1600.0))
    [holding] = upstox_client.PortfolioApi(client).get_holdings(VERSION).data
    assert (holding.quantity, holding.cnc_used_quantity) == (52, 27)
    [position] = upstox_client.PortfolioApi(client).get_positions(VERSION).data
    assert (position.quantity, position.product) == (-20, "D")


def test_a_stop_waits_for_its_trigger(orders: Any, book: Any) -> None:
    stop = limit(order_type="SL-M", trigger_price=1600.0, price=0.0, product="I", market_protection=3)
    [order_id] = orders.place_order(stop).data.order_ids
    row = book.get_order_status(order_id=order_id).data
    assert (row.status, row.trigger_price, row.order_type) == ("trigger pending", 1600.0, "SL-M")


def test_too_little_money_is_read_in_the_book(orders: Any, book: Any) -> None:
    [order_id] = orders.place_order(limit(quantity=5000)).data.order_ids
    row = book.get_order_status(order_id=order_id).data
    assert row.status == "rejected"
    assert "funds" in row.status_message.lower()


def test_the_older_order_calls_work_too(book: Any) -> None:
    old = upstox_client.PlaceOrderRequest(
        quantity=1, product="D", validity="DAY", price=1450.0, tag="v2", instrument_token=INFY, order_type="LIMIT",
        transaction_type="BUY", disclosed_quantity=0, trigger_price=0.0, is_amo=False,
    )  # fmt: skip
    order_id = book.place_order(old, VERSION).data.order_id
    change = upstox_client.ModifyOrderRequest(
        order_id=order_id, quantity=2, validity="DAY", price=1450.0, order_type="LIMIT", trigger_price=0.0
    )
    assert book.modify_order(change, VERSION).data.order_id == order_id
    assert book.cancel_order(order_id, VERSION).data.order_id == order_id


def test_a_large_order_is_sliced_by_the_freeze_quantity(orders: Any, upstox_sandbox: Sandbox) -> None:
    future = upstox_sandbox.post("/sessions", {"broker": "upstox", "cash": "100000000", "name": "Big"})
    rich = upstox_client.OrderApiV3(client_for(future["base_url"], future["access_token"]))
    rows = gzip.decompress(
        httpx.get(f"{future['base_url']}/market-quote/instruments/exchange/NSE.json.gz").content
    )
    nifty = min(
        (
            row
            for row in json.loads(rows)
            if row["instrument_type"] == "FUT" and row["underlying_symbol"] == "NIFTY"
        ),
        key=lambda row: row["expiry"],
    )
    last = upstox_client.MarketQuoteV3Api(client_for(future["base_url"], future["access_token"]))
    [ltp] = last.get_ltp(instrument_key=nifty["instrument_key"]).data.values()
    price = round(ltp.last_price * 0.97, 0)
    most = int(nifty["freeze_quantity"]) // nifty["lot_size"] * nifty["lot_size"]
    big = limit(
        instrument_token=nifty["instrument_key"], quantity=most * 2 + nifty["lot_size"], price=price, slice=True,
        tag="sliced",
    )  # fmt: skip
    assert len(rich.place_order(big).data.order_ids) == 3


def test_several_orders_at_once(book: Any) -> None:
    lines = [
        upstox_client.MultiOrderRequest(
            correlation_id=str(n), quantity=1, product="D", validity="DAY", price=1450.0, tag="many", slice=False,
            instrument_token=INFY, order_type="LIMIT", transaction_type="BUY", disclosed_quantity=0,
            trigger_price=0.0, is_amo=False,
        )
        for n in range(3)
    ]  # fmt: skip
    answer = book.place_multi_order(lines)
    assert answer.status == "success"
    assert {line.correlation_id for line in answer.data} == {"0", "1", "2"}
    assert answer.summary.success == 3
    cancelled = book.cancel_multi_order(tag="many")
    assert set(cancelled.data.order_ids) == {line.order_id for line in answer.data}
    with pytest.raises(ApiException) as nothing:
        book.cancel_multi_order(tag="many")
    assert code_of(nothing.value) == "UDAPI1109"


def test_positions_are_converted_and_left(orders: Any, book: Any, client: Any) -> None:
    portfolio = upstox_client.PortfolioApi(client)
    orders.place_order(market(quantity=4, product="I"))
    convert = upstox_client.ConvertPositionRequest(
        instrument_token=INFY, new_product="D", old_product="I", transaction_type="BUY", quantity=1
    )
    assert portfolio.convert_positions(convert, VERSION).data.status == "complete"
    assert len(book.exit_positions().data.order_ids) == 1
    assert {(row.product, row.quantity) for row in portfolio.get_positions(VERSION).data} == {
        ("I", 0),
        ("D", 1),
    }
    with pytest.raises(ApiException) as flat:
        book.exit_positions()
    assert code_of(flat.value) == "UDAPI1111"
    with pytest.raises(ApiException) as none:
        portfolio.convert_positions(convert, VERSION)
    assert code_of(none.value) == "UDAPI1035"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"instrument_token": "NSE_EQ|INE000000000"}, "UDAPI100011"),
        ({"instrument_token": "MCX_FO|1"}, "UDAPI1161"),
        ({"quantity": 0}, "UDAPI1052"),
        ({"tag": "x" * 41}, "UDAPI1119"),
        ({"order_type": "MARKET", "price": 0.0, "market_protection": 0}, "UDAPI1158"),
        ({"order_type": "MARKET", "price": 0.0, "market_protection": 26}, "UDAPI1159"),
        ({"order_type": "MARKET", "price": 0.0, "market_protection": -2}, "UDAPI1160"),
        ({"price": 0.0}, "UDAPI1029"),
        ({"order_type": "SL-M", "price": 0.0}, "UDAPI1030"),
        ({"disclosed_quantity": 11}, "UDAPI1039"),
    ],
)
def test_wrong_orders_have_their_codes(orders: Any, book: Any, changes: dict[str, Any], code: str) -> None:
    with pytest.raises(ApiException) as refused:
        orders.place_order(limit(**changes))
    assert (refused.value.status, code_of(refused.value)) == (400, code)
    assert book.get_order_book(VERSION).data == []


def test_an_unknown_order_has_one_code_everywhere(orders: Any, book: Any) -> None:
    change = upstox_client.ModifyOrderRequest(
        order_id="260101000000001",
        quantity=2,
        validity="DAY",
        price=1450.0,
        order_type="LIMIT",
        trigger_price=0.0,
    )
    calls: list[Callable[[], Any]] = [
        lambda: orders.cancel_order("260101000000001"),
        lambda: orders.modify_order(change),
        lambda: book.get_order_status(order_id="260101000000001"),
        lambda: book.get_order_details(VERSION, order_id="260101000000001"),
        lambda: book.get_order_details(VERSION, tag="nobody"),
    ]
    for call in calls:
        with pytest.raises(ApiException) as unknown:
            call()
        assert code_of(unknown.value) == "UDAPI100010"
    assert book.get_trades_by_order("260101000000001", VERSION).data == []


def test_a_final_order_is_neither_cancelled_nor_modified(orders: Any) -> None:
    [order_id] = orders.place_order(market(quantity=1)).data.order_ids
    with pytest.raises(ApiException) as cancelled:
        orders.cancel_order(order_id)
    assert code_of(cancelled.value) == "UDAPI100040"
    change = upstox_client.ModifyOrderRequest(
        order_id=order_id, quantity=2, validity="DAY", price=1450.0, order_type="LIMIT", trigger_price=0.0
    )
    with pytest.raises(ApiException) as modified:
        orders.modify_order(change)
    assert code_of(modified.value) == "UDAPI100041"
