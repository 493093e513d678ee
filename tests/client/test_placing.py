"""Placing from a program: one order, whatever happens to the requests on their way."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import httpx
import pytest

from tests.client.answers import Answers, an_order, described, problem
from trademaster import (
    Denied,
    DryRun,
    OutcomeUnknown,
    RateLimited,
    ServerFault,
    TokenPolicy,
    Unreachable,
    WaitsForApproval,
    order,
)

BUY = "BUY 10 NSE:INFY CNC MARKET"
PLACE, ASK = "POST /v1/orders", "GET /v1/orders/by-key/mine"
UNCLEAR = [
    httpx.ReadTimeout("slow"),
    httpx.RemoteProtocolError("gone"),
    httpx.Response(502, content=b"bad gateway"),
    httpx.Response(524, content=b"<html>a proxy has waited long enough"),
    httpx.Response(500, content=b"Internal Server Error"),
    httpx.Response(201, content=b'{"id": "ord_1"}'),
    problem(500, "internal_error"),
]


def made(**more: Any) -> httpx.Response:
    return httpx.Response(201, json=an_order(**more))


@pytest.mark.parametrize("trouble", UNCLEAR, ids=repr)
def test_an_order_without_an_answer_is_looked_for_before_anything_is_sent_again(
    trouble: httpx.Response | Exception,
) -> None:
    api = Answers(trouble, httpx.Response(200, json=an_order()))
    assert api.client().orders.place(BUY, key="mine").id == "ord_1"
    assert api.lines == [PLACE, ASK]


def test_an_order_that_the_api_does_not_know_is_sent_again_with_the_same_key_and_body() -> None:
    api = Answers(httpx.ReadTimeout("slow"), problem(404, "not_found"), made())
    api.client().orders.place(BUY, key="mine")
    assert api.lines == [PLACE, ASK, PLACE]
    first, _, second = api.asked
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"] == "mine"
    assert first.content == second.content


def test_an_order_of_which_nothing_can_be_learnt_is_unknown_and_named_by_its_key() -> None:
    api = Answers(httpx.ReadTimeout("slow"), httpx.ConnectError("down"))
    with pytest.raises(OutcomeUnknown) as unknown:
        api.client(attempts=2).orders.place(BUY, key="mine")
    assert unknown.value.key == "mine"
    assert api.lines == [PLACE, ASK, ASK]


def test_an_order_sent_again_that_cannot_leave_is_unknown_because_the_first_one_did() -> None:
    api = Answers(httpx.ReadTimeout("slow"), problem(404, "not_found"), httpx.ConnectError("down"))
    with pytest.raises(OutcomeUnknown):
        api.client().orders.place(BUY, key="mine")


def test_an_order_is_sent_three_times_at_most() -> None:
    def unclear(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            raise httpx.ReadTimeout("slow")
        return problem(404, "not_found")

    api = Answers(unclear)
    with pytest.raises(OutcomeUnknown):
        api.client().orders.place(BUY, key="mine")
    assert api.lines == [PLACE, ASK] * 3


def test_a_fault_of_the_product_that_kept_no_order_is_told_as_one() -> None:
    api = Answers(problem(500, "internal_error"), problem(404, "not_found"))
    with pytest.raises(ServerFault):
        api.client().orders.place(BUY, key="mine")
    assert api.lines == [PLACE, ASK]


def test_a_fault_after_an_order_without_an_answer_leaves_it_unknown() -> None:
    nothing = problem(404, "not_found")
    api = Answers(httpx.ReadTimeout("slow"), nothing, problem(500, "internal_error"), nothing)
    with pytest.raises(OutcomeUnknown):
        api.client().orders.place(BUY, key="mine")
    assert api.lines == [PLACE, ASK] * 2


def test_an_answer_to_a_change_that_cannot_be_read_is_no_answer() -> None:
    api = Answers(httpx.Response(200, content=b"<html>"))
    with pytest.raises(OutcomeUnknown):
        api.client().orders.cancel("ord_1")
    with pytest.raises(OutcomeUnknown):
        api.client().orders.change("ord_1", quantity=1)
    assert len(api.asked) == 2


def test_an_order_that_never_left_is_not_unknown() -> None:
    api = Answers(httpx.ConnectError("down"))
    with pytest.raises(Unreachable):
        api.client().orders.place(BUY)
    assert api.lines == [PLACE]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (problem(409, "margin_short", reasons=[{"code": "margin_short", "message": "short"}]), Denied),
        (problem(403, "token_policy", clause="symbols"), TokenPolicy),
        (problem(429, "too_many_requests", {"retry-after": "1"}), RateLimited),
        (httpx.Response(202, json=described("/v1/orders", "post", "202")), WaitsForApproval),
        (
            httpx.Response(200, json={**described("/v1/orders/preview", "post", "200"), "dry_run": True}),
            DryRun,
        ),
    ],
    ids=["denied", "policy", "rate", "approval", "dry run"],
)
def test_a_clear_answer_is_not_asked_for_twice(answer: httpx.Response, error: type[Exception]) -> None:
    api = Answers(answer)
    with pytest.raises(error):
        api.client().orders.place(BUY)
    assert api.lines == [PLACE]


def test_a_change_without_an_answer_is_not_sent_again() -> None:
    api = Answers(httpx.ReadTimeout("slow"))
    with pytest.raises(OutcomeUnknown) as unknown:
        api.client().orders.change("ord_1", price="1500.05", key="mine")
    assert unknown.value.key == "mine"
    assert api.lines == ["PATCH /v1/orders/ord_1"]


def test_a_cancel_without_an_answer_is_not_sent_again() -> None:
    api = Answers(httpx.ReadTimeout("slow"))
    with pytest.raises(OutcomeUnknown) as unknown:
        api.client().orders.cancel("ord_1")
    assert unknown.value.key is None
    assert len(api.asked) == 1


def test_a_change_of_nothing_but_the_price_sends_nothing_but_the_price() -> None:
    api = Answers(httpx.Response(200, json=an_order()))
    api.client().orders.change("ord_1", price=Decimal("1500.10"))
    assert json.loads(api.asked[0].content) == {"price": "1500.10"}


def test_amounts_stay_what_they_were_written_as() -> None:
    asked = order("SELL 5 NSE:TCS MIS SL 3400.10 @3405", validity="DAY")
    api = Answers(made(average_price="123456789012345.123456"))
    assert api.client().orders.place(asked).average_price == Decimal("123456789012345.123456")
    sent = json.loads(api.asked[0].content)
    assert (sent["price"], sent["trigger_price"], sent["order_type"]) == ("3400.10", "3405", "SL")


@pytest.mark.parametrize("amount", [1500.1, float("nan"), True])
def test_a_float_is_no_amount(amount: Any) -> None:
    api = Answers(made())
    with pytest.raises(ValueError, match="exact"):
        api.client().orders.change("ord_1", price=amount)
    with pytest.raises(ValueError, match="exact"):
        order(BUY, trigger_price=amount)
    assert api.asked == []


@pytest.mark.parametrize(
    "line",
    ["", "BUY", "BUY 10 INFY CNC MARKET", "BUY ten NSE:INFY CNC MARKET", "HOLD 1 NSE:INFY CNC MARKET",
     "BUY 1 NSE:INFY CNC LIMIT 1 2", "BUY 1 NSE:INFY CNC LIMIT 1e3x", "BUY 1 NSE:INFY CNC STOP 1",
     "BUY ٣ NSE:INFY CNC MARKET"],
)  # fmt: skip
def test_a_line_that_is_no_order_is_refused_before_anything_is_asked(line: str) -> None:
    with pytest.raises(ValueError):
        order(line)


def test_two_orders_have_two_keys() -> None:
    api = Answers(made())
    client = api.client()
    client.orders.place(BUY)
    client.orders.place(BUY)
    assert len({one.headers["idempotency-key"] for one in api.asked}) == 2
