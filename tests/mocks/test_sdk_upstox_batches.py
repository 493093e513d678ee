"""Several Upstox orders in one request, by the official SDK: what is placed and what is told of the rest."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import upstox_client
from upstox_client.rest import ApiException

from mocks.launch import Sandbox
from tests.mocks.upstox_sdk import INFY, VERSION, client_for, code_of, limit, market, new_user

BSE_INFY = "BSE_EQ|INE009A01021"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.start(flow=False, only=("upstox",)) as running:
        yield running


@pytest.fixture
def user(sandbox: Sandbox) -> dict[str, Any]:
    return new_user(sandbox)


@pytest.fixture
def client(user: dict[str, Any]) -> Any:
    return client_for(user["base_url"], user["access_token"])


@pytest.fixture
def book(client: Any) -> Any:
    return upstox_client.OrderApi(client)


def line(mark: str, **changes: Any) -> dict[str, Any]:
    """A plain dictionary: the SDK sends it unchecked."""
    body = limit(quantity=1, tag="batch").to_dict() | {"correlation_id": mark} | changes
    return {name: value for name, value in body.items() if value is not None}


def answer(book: Any, lines: list[dict[str, Any]]) -> tuple[int, dict[str, Any]]:
    """(HTTP status, body)."""
    try:
        reply = book.place_multi_order(lines, _preload_content=False)
        return reply.status, json.loads(reply.data)
    except ApiException as refused:
        return refused.status, json.loads(refused.body)


def test_purchases_go_before_sales(book: Any) -> None:
    lines = [
        line("sale", transaction_type="SELL", price=1700.0),
        line("first", price=1450.0),
        line("second", price=1451.0),
    ]
    status, body = answer(book, lines)
    assert (status, body["status"], body["errors"]) == (200, "success", None)
    assert body["summary"] == {"total": 3, "success": 3, "error": 0, "payload_error": 0}
    assert [one["correlation_id"] for one in body["data"]] == ["first", "second", "sale"]
    assert [row.order_id for row in book.get_order_book(VERSION).data] == [
        one["order_id"] for one in body["data"]
    ]


def test_one_wrong_line_and_nothing_is_placed(book: Any) -> None:
    status, body = answer(book, [line("good"), line("bad", quantity=0)])
    assert (status, body["status"]) == (400, "error")
    assert body["summary"] == {"total": 2, "success": 0, "error": 0, "payload_error": 1}
    [wrong] = body["errors"]
    assert (wrong["correlation_id"], wrong["error_code"], wrong["property_path"]) == (
        "bad",
        "UDAPI1052",
        "quantity",
    )
    assert book.get_order_book(VERSION).data == []


def test_some_placed_and_some_refused_is_a_207(book: Any, sandbox: Sandbox, user: dict[str, Any]) -> None:
    rule = {"fault": "partial_success", "call": "multi_place", "account": user["user_id"], "times": 1}
    sandbox.post("/faults", {"broker": "upstox", **rule})
    status, body = answer(book, [line(str(n)) for n in range(4)])
    assert (status, body["status"]) == (207, "partial_success")
    assert body["summary"] == {"total": 4, "success": 2, "error": 2, "payload_error": 0}
    marks = {one["correlation_id"] for one in body["data"]} | {
        one["correlation_id"] for one in body["errors"]
    }
    assert marks == {"0", "1", "2", "3"}
    assert len(book.get_order_book(VERSION).data) == 2


def test_slices_carry_numbered_marks(sandbox: Sandbox) -> None:
    rich = sandbox.post("/sessions", {"broker": "upstox", "cash": "1000000000"})
    client = client_for(rich["base_url"], rich["access_token"])
    future = (
        upstox_client.InstrumentsApi(client).search_instrument("NIFTY", segments="FUT", records=1).data[0]
    )
    [ltp] = (
        upstox_client.MarketQuoteV3Api(client).get_ltp(instrument_key=future["instrument_key"]).data.values()
    )
    most = int(future["freeze_quantity"]) // future["lot_size"] * future["lot_size"]
    big = line(
        "x", instrument_token=future["instrument_key"], quantity=most * 2 + future["lot_size"],
        price=round(ltp.last_price * 0.98, 0), slice=True,
    )  # fmt: skip
    status, body = answer(upstox_client.OrderApi(client), [big])
    assert status == 200
    assert [one["correlation_id"] for one in body["data"]] == ["x_1", "x_2", "x_3"]
    status, body = answer(upstox_client.OrderApi(client), [{**big, "quantity": most * 11}])
    assert (status, body["errors"][0]["error_code"]) == (400, "UDAPI1118")


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([], "UDAPI1114"),
        ([line("a"), line("a")], "UDAPI1117"),
        ([line("")], "UDAPI1115"),
        ([line("x" * 21)], "UDAPI1115"),
        ([line(str(n)) for n in range(11)], "UDAPI1118"),
    ],
)
def test_wrong_batches_have_their_codes(book: Any, lines: list[dict[str, Any]], code: str) -> None:
    status, body = answer(book, lines)
    assert (status, body["errors"][0]["errorCode"]) == (400, code)
    assert book.get_order_book(VERSION).data == []


def test_cancelling_all_takes_a_segment_or_a_tag(book: Any) -> None:
    _, body = answer(book, [line("n"), line("b", instrument_token=BSE_INFY), line("t", tag="other")])
    ids = {one["correlation_id"]: one["order_id"] for one in body["data"]}
    assert book.cancel_multi_order(segment="BSE_EQ").data.order_ids == [ids["b"]]
    assert book.cancel_multi_order(tag="other").data.order_ids == [ids["t"]]
    cancelled = book.cancel_multi_order()
    assert (cancelled.data.order_ids, cancelled.summary.total) == ([ids["n"]], 1)
    with pytest.raises(ApiException) as segment:
        book.cancel_multi_order(segment="MOON")
    assert code_of(segment.value) == "UDAPI1108"


def test_more_than_ten_at_once_are_too_many(book: Any) -> None:
    for _ in range(2):
        answer(book, [line(str(n)) for n in range(6)])
    with pytest.raises(ApiException) as many:
        book.cancel_multi_order()
    assert code_of(many.value) == "UDAPI1110"


def test_leaving_all_positions_buys_back_first_and_keeps_delivery(book: Any, client: Any) -> None:
    orders = upstox_client.OrderApiV3(client)
    orders.place_order(market(quantity=2, product="I", tag="long"))
    orders.place_order(market(quantity=3, product="I", transaction_type="SELL", instrument_token=BSE_INFY))
    orders.place_order(market(quantity=4))
    with pytest.raises(ApiException) as nobody:
        book.exit_positions(tag="nobody")
    assert code_of(nobody.value) == "UDAPI1111"
    done = book.exit_positions().data.order_ids
    rows = [book.get_order_status(order_id=order_id).data for order_id in done]
    assert [(row.transaction_type, row.quantity) for row in rows] == [("BUY", 3), ("SELL", 2)]
    left = {(row.instrument_token, row.product): row.quantity for row in client_positions(client)}
    assert left == {(INFY, "I"): 0, (BSE_INFY, "I"): 0, (INFY, "D"): 4}


def test_a_tag_chooses_the_positions_to_leave(book: Any, client: Any) -> None:
    orders = upstox_client.OrderApiV3(client)
    orders.place_order(market(quantity=2, product="I", tag="mine"))
    orders.place_order(market(quantity=3, product="I", instrument_token=BSE_INFY, tag="other"))
    assert len(book.exit_positions(tag="mine").data.order_ids) == 1
    assert {(row.instrument_token, row.quantity) for row in client_positions(client)} == {
        (INFY, 0),
        (BSE_INFY, 3),
    }


def client_positions(client: Any) -> list[Any]:
    rows: list[Any] = upstox_client.PortfolioApi(client).get_positions(VERSION).data
    return rows


def test_every_row_of_positions_adds_up(client: Any) -> None:
    orders = upstox_client.OrderApiV3(client)
    orders.place_order(market(quantity=5, product="I"))
    orders.place_order(market(quantity=2, product="I", transaction_type="SELL"))
    orders.place_order(market(quantity=3, transaction_type="SELL"))
    for row in client_positions(client):
        assert row.quantity == row.overnight_quantity + row.day_buy_quantity - row.day_sell_quantity
        assert row.pnl == pytest.approx(row.realised + row.unrealised, abs=0.01)
        assert row.day_buy_value == pytest.approx(row.day_buy_quantity * row.day_buy_price, abs=0.05)
        assert row.day_sell_value == pytest.approx(row.day_sell_quantity * row.day_sell_price, abs=0.05)
        value = row.sell_value - row.buy_value + row.quantity * row.last_price
        assert row.pnl == pytest.approx(value, abs=0.01)


@pytest.mark.parametrize(
    ("fault", "status", "code", "processed"),
    [
        ("ip_not_allowed", 403, "UDAPI1154", False),
        ("service_hours", 423, "UDAPI100074", False),
        ("kill_switch", 400, "UDAPI1187", False),
        ("rate_limit", 429, "UDAPI10005", False),
        ("error_400_after_accept", 400, "UDAPI100500", True),
    ],
)
def test_faults_speak_upstox(
    book: Any, client: Any, sandbox: Sandbox, user: dict[str, Any], fault: str, status: int, code: str, processed: bool
) -> None:  # fmt: skip
    rule = {"fault": fault, "call": "place", "account": user["user_id"], "times": 1}
    sandbox.post("/faults", {"broker": "upstox", **rule})
    with pytest.raises(ApiException) as refused:
        upstox_client.OrderApiV3(client).place_order(limit())
    assert (refused.value.status, code_of(refused.value)) == (status, code)
    assert len(book.get_order_book(VERSION).data) == int(processed)
