"""Groww's smart orders as conditional orders: bodies, rows, the list's windows, and a whole life in the sandbox."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.groww import wire_smart
from adapters.groww.broker import GrowwBroker
from domain.calendar import IST
from domain.conditional import (
    ConditionalIntent,
    ConditionalKind,
    ConditionalLeg,
    ConditionalReport,
    ConditionalStatus,
)
from domain.errors import BrokerError, BrokerRejected, BrokerUnavailable, OutcomeUnknown
from domain.instrument import Exchange, InstrumentId
from domain.money import Price
from domain.order import OrderType, Product, Side
from tests.adapters.groww.samples import NOW, RELIANCE, SYMBOLS

FUTURE = InstrumentId(Exchange.NFO, "BANKNIFTY26NOVFUT")
pytestmark = pytest.mark.usefixtures("unpaced")
Handler = Callable[[httpx.Request], httpx.Response]


def leg(trigger: str, price: str | None, quantity: int = 10) -> ConditionalLeg:
    kind = OrderType.LIMIT if price else OrderType.MARKET
    return ConditionalLeg(Price.of(trigger), quantity, kind, Price.of(price) if price else None)


SINGLE = ConditionalIntent(
    ConditionalKind.SINGLE,
    RELIANCE,
    Side.BUY,
    Product.CNC,
    (leg("2400.10", "2401.55"),),
    Price.of("2450.50"),
)
OCO = ConditionalIntent(
    ConditionalKind.OCO,
    FUTURE,
    Side.SELL,
    Product.NRML,
    (leg("59000", "58990.2", 30), leg("57000", None, 30)),
    Price.of("58000"),
)
GTT_ROW: dict[str, Any] = {
    "smart_order_id": "gtt_91a7f4",
    "smart_order_type": "GTT",
    "status": "ACTIVE",
    "trading_symbol": "RELIANCE",
    "exchange": "NSE",
    "segment": "CASH",
    "quantity": 10,
    "product_type": "CNC",
    "duration": "DAY",
    "order": {"order_type": "LIMIT", "price": "2401.55", "transaction_type": "BUY"},
    "trigger_direction": "DOWN",
    "trigger_price": "2400.10",
    "ltp": Decimal("2450.5"),
    "remark": "",
    "child_legs": None,
    "created_at": "2026-11-20T10:15:30",
    "expire_at": "2027-11-20T10:15:30",
}
OCO_ROW: dict[str, Any] = {
    "smart_order_id": "oco_a12bc3",
    "smart_order_type": "OCO",
    "status": "ACTIVE",
    "trading_symbol": "BANKNIFTY26NOVFUT",
    "exchange": "NSE",
    "segment": "FNO",
    "quantity": 30,
    "product_type": "NRML",
    "transaction_type": "SELL",
    "target": {"trigger_price": "59000", "order_type": "LIMIT", "price": "58990.20"},
    "stop_loss": {"trigger_price": "57000.00", "order_type": "MARKET", "price": None},
    "ltp": 58000,
    "created_at": "2026-11-20T10:15:30",
}


def shown(row: dict[str, Any], **changes: Any) -> ConditionalReport:
    return wire_smart.report({**row, **changes}, SYMBOLS)


# --- bodies ----------------------------------------------------------------------------------------------------------


def test_a_single_trigger_is_sent_with_its_side_of_the_last_price() -> None:
    body = json.loads(wire_smart.create_body(SINGLE, "RELIANCE", "REF00001", 0))
    assert body == {
        "reference_id": "REF00001",
        "smart_order_type": "GTT",
        "segment": "CASH",
        "trading_symbol": "RELIANCE",
        "quantity": 10,
        "trigger_price": "2400.10",
        "trigger_direction": "DOWN",
        "order": {"order_type": "LIMIT", "price": "2401.55", "transaction_type": "BUY"},
        "product_type": "CNC",
        "exchange": "NSE",
        "duration": "DAY",
    }
    above = replace(SINGLE, last_price=Price.of("2400.05"))
    assert json.loads(wire_smart.modify_body(above))["trigger_direction"] == "UP"


def test_an_oco_is_sent_with_the_position_that_it_closes() -> None:
    body = json.loads(wire_smart.create_body(OCO, "BANKNIFTY26NOVFUT", "REF00001", 60))
    assert (body["smart_order_type"], body["segment"], body["exchange"]) == ("OCO", "FNO", "NSE")
    assert (body["quantity"], body["net_position_quantity"], body["transaction_type"]) == (30, 60, "SELL")
    assert body["target"] == {"trigger_price": "59000.00", "order_type": "LIMIT", "price": "58990.20"}
    assert body["stop_loss"] == {"trigger_price": "57000.00", "order_type": "MARKET", "price": None}


@pytest.mark.parametrize(
    ("intent", "words"),
    [
        (replace(SINGLE, last_price=Price.of("2400.10")), "at the last price"),
        (replace(SINGLE, product=Product.MTF), "MTF"),
        (replace(SINGLE, instrument=InstrumentId(Exchange.MCX, "GOLD26DECFUT")), "MCX"),
        (replace(SINGLE, legs=(replace(SINGLE.legs[0], order_type=OrderType.SL_M, price=None),)), "SL-M"),
        (replace(SINGLE, legs=(replace(SINGLE.legs[0], price=None),)), "has a price"),
        (replace(OCO, legs=(OCO.legs[0], replace(OCO.legs[1], quantity=60))), "same quantity"),
    ],
)
def test_what_groww_has_no_form_for_is_refused_before_anything_leaves(
    intent: ConditionalIntent, words: str
) -> None:
    with pytest.raises(BrokerRejected, match=words):
        wire_smart.check(intent)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (SINGLE, replace(SINGLE, legs=(leg("2300", None, 5),)), None),
        (SINGLE, replace(SINGLE, side=Side.SELL), "side"),
        (SINGLE, replace(SINGLE, product=Product.MIS), "product"),
        (OCO, replace(OCO, product=Product.MIS), None),
        (OCO, replace(OCO, legs=(leg("59500", "58990.2", 30), OCO.legs[1])), None),
        (OCO, replace(OCO, legs=(leg("59000", "58980", 30), OCO.legs[1])), "prices and types"),
        (OCO, replace(OCO, legs=(OCO.legs[0], leg("57000", "56990", 30))), "prices and types"),
    ],
)
def test_a_change_that_groww_would_ignore_is_named(
    old: ConditionalIntent, new: ConditionalIntent, words: str | None
) -> None:
    fixed = wire_smart.unchangeable(old, new)
    assert (fixed is None) if words is None else (fixed is not None and words in fixed)


# --- rows ------------------------------------------------------------------------------------------------------------


def test_rows_become_the_intents_that_made_them() -> None:
    gtt, oco = shown(GTT_ROW), shown(OCO_ROW)
    assert gtt.intent == SINGLE
    assert oco.intent == OCO
    assert (gtt.status, gtt.words, gtt.conditional_id) == (ConditionalStatus.ACTIVE, "ACTIVE", "gtt_91a7f4")
    assert gtt.created_at is not None
    assert gtt.created_at.isoformat() == "2026-11-20T10:15:30+05:30"
    assert gtt.expires_at == gtt.created_at.replace(year=2027)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("ACTIVE", ConditionalStatus.ACTIVE),
        ("TRIGGERED", ConditionalStatus.TRIGGERED),
        ("COMPLETED", ConditionalStatus.COMPLETED),
        ("CANCELLED", ConditionalStatus.CANCELLED),
        ("EXPIRED", ConditionalStatus.EXPIRED),
        ("FAILED", ConditionalStatus.REJECTED),
        ("PAUSED", ConditionalStatus.UNRECOGNISED),
    ],
)
def test_every_documented_status_is_sorted_and_no_other(word: str, status: ConditionalStatus) -> None:
    found = shown(GTT_ROW, status=word)
    assert (found.status, found.words) == (status, word)
    assert not found.status.final or word != "PAUSED"


@pytest.mark.parametrize(
    "odd",
    [
        {"product_type": "ARB"},
        {"smart_order_type": "TRAILING"},
        {"exchange": "NCDEX"},
        {"trigger_price": None},
        {"quantity": "ten"},
        {"order": None},
        {"order": {"order_type": "ICEBERG", "transaction_type": "BUY"}},
        {"child_legs": {"target": {"trigger_price": "2500", "order_type": "LIMIT", "price": "2500"}}},
    ],
)
def test_a_row_that_cannot_be_read_in_full_is_shown_without_an_intent(odd: dict[str, Any]) -> None:
    found = shown(GTT_ROW, **odd)
    assert (found.conditional_id, found.intent) == ("gtt_91a7f4", None)


def test_the_exits_of_a_bracket_are_told() -> None:
    legs = {"target": {"trigger_price": "2500"}, "stop_loss": None}
    assert "target and a stop" in shown(GTT_ROW, child_legs=legs).message
    assert shown(GTT_ROW, child_legs={"target": None, "stop_loss": None}).intent == SINGLE


# --- the list --------------------------------------------------------------------------------------------------------


@given(st.integers(1_700_000_000, 1_900_000_000))
def test_the_windows_cover_a_year_without_a_gap_and_none_is_over_a_month(epoch: int) -> None:
    now = datetime.fromtimestamp(epoch, UTC)
    windows = [
        (datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in wire_smart.months(now)
    ]
    local = now.astimezone(IST).replace(tzinfo=None)
    assert windows[0][0] <= local <= windows[0][1]
    assert windows[-1][0].isoformat() == f"{local.year - 1}-{local.month:02}-01T00:00:00"
    assert all(end - start < timedelta(days=31) for start, end in windows)
    assert all(newer[0] - older[1] == timedelta(seconds=1) for newer, older in pairwise(windows))
    start, end = (datetime.fromisoformat(one) for one in wire_smart.lately(now))
    assert start <= local <= end
    assert timedelta(days=30) < end - start < timedelta(days=31)


def success(payload: dict[str, Any], status: int = 200) -> httpx.Response:
    return httpx.Response(status, json={"status": "SUCCESS", "payload": payload})


def failure(status: int, code: str) -> httpx.Response:
    return httpx.Response(status, json={"status": "FAILURE", "error": {"code": code, "message": "words"}})


def broker(handler: Handler, now: datetime = NOW) -> GrowwBroker:
    client = httpx.AsyncClient(base_url="http://groww.test/v1", transport=httpx.MockTransport(handler))
    return GrowwBroker(client, SYMBOLS, lambda: now)


def plain(row: dict[str, Any], **changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps({**row, **changes}, default=str))
    return found


async def test_the_list_is_read_over_all_its_defaults_and_old_empty_months_only_once() -> None:
    asked: list[dict[str, str]] = []
    old = plain(GTT_ROW, smart_order_id="gtt_old", created_at="2026-03-02T10:00:00")
    many = [plain(GTT_ROW, smart_order_id=f"gtt_{number}") for number in range(53)]

    def answer(request: httpx.Request) -> httpx.Response:
        query = dict(request.url.params)
        asked.append(query)
        if (query["smart_order_type"], query["status"]) != ("GTT", "ACTIVE"):
            return success({"orders": []})
        if query["start_date_time"].startswith("2026-03"):
            return success({"orders": [old]})
        if query["start_date_time"].startswith("2026-11"):
            start = int(query["page"]) * 50
            return success({"orders": many[start : start + 50]})
        return success({"orders": []})

    groww = broker(answer)
    first = await groww.conditionals()
    assert len(first) == 54
    assert first[-1].conditional_id == "gtt_old"
    assert {query["page_size"] for query in asked} == {"50"}
    assert len(asked) == 2 * wire_smart.LIFE_MONTHS + 1 + 2 * 5
    asked.clear()
    assert {one.conditional_id for one in await groww.conditionals()} == {one.conditional_id for one in first}
    # The two kinds of this month (one has a second page), the one old month that holds something, and what ended.
    assert len(asked) == 2 + 1 + 1 + 2 * 5


async def test_one_that_moves_on_while_the_list_is_read_is_shown_once_as_it_ended() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        query = request.url.params
        here = query["smart_order_type"] == "GTT" and query["start_date_time"] > "2026-10-15"
        rows = [plain(GTT_ROW, status=query["status"])] if here else []
        return success({"orders": rows if query["status"] in ("ACTIVE", "COMPLETED") else []})

    (report,) = await broker(answer).conditionals()
    assert report.status is ConditionalStatus.COMPLETED


async def test_a_window_that_cannot_be_read_fails_the_list() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.params["status"] == "EXPIRED":
            return failure(503, "GA003")
        return success({"orders": []})

    with pytest.raises(BrokerUnavailable):
        await broker(answer).conditionals()


# --- writes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (success({"smart_order_id": "gtt_1", "status": "ACTIVE"}, 201), None),
        (success({"smart_order_id": "gtt_1", "status": "PAUSED"}, 201), None),
        (success({"smart_order_id": "gtt_1", "status": "FAILED", "remark": "no"}, 201), BrokerRejected),
        (success({"status": "ACTIVE"}, 201), OutcomeUnknown),
        (httpx.Response(201, text="created"), OutcomeUnknown),
        (failure(400, "GA007"), OutcomeUnknown),
        (failure(400, "GA006"), OutcomeUnknown),
        (failure(500, "GA000"), OutcomeUnknown),
        (failure(400, "GA001"), BrokerRejected),
        (failure(403, "GA005"), BrokerRejected),
        (httpx.Response(429, text="slow down"), BrokerUnavailable),
    ],
)
async def test_a_smart_order_is_placed_once_and_ends_in_one_of_the_known_ways(
    answer: httpx.Response, kind: type[BrokerError] | None
) -> None:
    sent: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return answer

    if kind is None:
        assert await broker(handler).place_conditional(SINGLE) == "gtt_1"
    else:
        with pytest.raises(kind):
            await broker(handler).place_conditional(SINGLE)
    assert [(one.method, one.url.path) for one in sent] == [("POST", "/v1/order-advance/create")]
    assert 8 <= len(json.loads(sent[0].content)["reference_id"]) <= 20


async def test_an_oco_without_a_position_to_close_is_refused_before_it_leaves() -> None:
    held = {"product": "NRML", "quantity": 15, "exchange": "NSE"}
    others = [{**held, "product": "MIS", "quantity": 60}, {**held, "exchange": "BSE", "quantity": 60}]

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.method == "GET"
        return success({"positions": [held, *others]})

    with pytest.raises(BrokerRejected, match="15 NRML are held"):
        await broker(answer).place_conditional(OCO)
    with pytest.raises(BrokerUnavailable):
        await broker(lambda _: success({"positions": [{}]})).place_conditional(OCO)


async def test_one_that_cannot_be_read_is_found_by_asking_and_then_cancelled() -> None:
    calls: list[tuple[str, str]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        calls.append((request.method, request.url.path))
        if request.method == "POST":
            return success({"smart_order_id": "x/1", "status": "CANCELLED"}, 202)
        found = "/FNO/GTT/" in request.url.path
        return success(plain(GTT_ROW)) if found else failure(404, "GA004")

    report = replace(shown(GTT_ROW), intent=None, conditional_id="x1")
    await broker(answer).cancel_conditional(report)
    assert calls[-1] == ("POST", "/v1/order-advance/cancel/FNO/GTT/x1")
    with pytest.raises(BrokerRejected, match="no such smart order"):
        await broker(lambda _: failure(404, "GA004")).cancel_conditional(report)


async def test_a_change_that_would_be_ignored_is_refused_after_a_look() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.method == "GET"
        return success(plain(OCO_ROW))

    dearer = replace(OCO, legs=(leg("59000", "58000", 30), OCO.legs[1]))
    with pytest.raises(BrokerRejected, match="cannot change the prices"):
        await broker(answer).modify_conditional("oco_a12bc3", dearer)
