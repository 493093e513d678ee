"""Calls and answers of one account, with the answers written by hand: what the sandbox never says."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from adapters.broker import Endpoints, Session
from adapters.groww.broker import GrowwBroker
from adapters.groww.session import account_client
from adapters.rows import unread
from domain.errors import BrokerError, BrokerRejected, BrokerUnavailable, OutcomeUnknown
from domain.money import Price
from domain.report import ReportStatus
from tests.adapters.groww.samples import NOW, ORDER_ROW, POSITION_ROW, SYMBOLS, TRADE_ROW, child

Handler = Callable[[httpx.Request], httpx.Response]
MINE = child(broker_order_ids=(ORDER_ROW["groww_order_id"],))


def success(payload: dict[str, Any]) -> httpx.Response:
    return httpx.Response(200, json={"status": "SUCCESS", "payload": payload})


def failure(status: int, code: str) -> httpx.Response:
    return httpx.Response(status, json={"status": "FAILURE", "error": {"code": code, "message": "words"}})


def broker(handler: Handler) -> GrowwBroker:
    client = httpx.AsyncClient(base_url="http://groww.test/v1", transport=httpx.MockTransport(handler))
    return GrowwBroker(client, SYMBOLS, lambda: NOW)


async def test_every_call_carries_the_mandatory_headers() -> None:
    client = account_client(Session("the token", "u", NOW), Endpoints(rest="http://groww.test", login=""))
    async with client:
        request = client.build_request("GET", "/user/detail")
    assert str(request.url) == "http://groww.test/v1/user/detail"
    assert request.headers["authorization"] == "Bearer the token"
    assert (request.headers["accept"], request.headers["x-api-version"]) == ("application/json", "1.0")


async def test_a_lost_order_is_found_before_its_detail_is_there() -> None:
    status = {
        "groww_order_id": "GMK1",
        "order_status": "NEW",
        "remark": "",
        "filled_quantity": 0,
        "order_reference_id": MINE.tag,
    }

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == f"/v1/order/status/reference/{MINE.tag}":
            assert dict(request.url.params) == {"segment": "CASH"}
            return success(status)
        return failure(404, "GA004")

    (report,) = await broker(answer).find(child())
    assert (report.broker_order_id, report.status, report.quantity) == ("GMK1", ReportStatus.PENDING, 10)
    assert (report.tag, report.at) == (MINE.tag, NOW)


async def test_not_found_is_known_by_its_code_and_nothing_else() -> None:
    assert await broker(lambda _: failure(400, "GA004")).find(child()) == []
    for unclear in (httpx.Response(404, text="<html>"), httpx.Response(404, json={}), failure(500, "GA004")):
        with pytest.raises(BrokerUnavailable):
            await broker(lambda _, answer=unclear: answer).find(child())  # type: ignore[misc]
    with pytest.raises(BrokerRejected):
        await broker(lambda _: failure(400, "GA001")).find(child())


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"holdings": None},
        {"holdings": {}},
        {"holdings": "none"},
    ],
)
async def test_a_read_that_makes_no_sense_is_unavailable(payload: dict[str, Any]) -> None:
    with pytest.raises(BrokerUnavailable, match="cannot be read"):
        await broker(lambda _: success(payload)).holdings()


@pytest.mark.parametrize("row", [{"isin": "X"}, 1, {"isin": "X", "quantity": "1.5"}])
async def test_a_holding_that_makes_no_sense_is_named_and_not_shown(row: object) -> None:
    held = await broker(lambda _: success({"holdings": [row]})).holdings()
    assert held == []
    assert [words.partition(":")[0] for words in unread(held)] == ["a holding cannot be read"]


async def test_a_position_that_cannot_be_named_is_left_out_with_a_word_and_hides_no_other() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        rows = [{**POSITION_ROW, "product": "ARB"}, POSITION_ROW]
        return success({"positions": rows if request.url.params["segment"] == "FNO" else []})

    found = await broker(answer).positions()
    assert len(found) == 1
    assert unread(found) == ("a position cannot be read: unknown product 'ARB'",)


async def test_a_page_that_fails_fails_the_book() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.params["page"] == "0":
            return success({"order_list": [ORDER_ROW] * 100})
        return failure(503, "GA003")

    with pytest.raises(BrokerUnavailable):
        await broker(answer).orders()


async def test_trades_are_read_to_the_last_page() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        rows = [TRADE_ROW] * (50 if request.url.params["page"] == "0" else 3)
        return success({"trade_list": rows})

    found = await broker(answer).trades(MINE)
    assert len(found) == 53
    assert found[0].fill.price == Price.of("2450.45")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (success({"groww_order_id": "GMK1", "order_status": "NEW"}), None),
        (success({"order_status": "NEW"}), OutcomeUnknown),
        (success({}), OutcomeUnknown),
        (httpx.Response(200, text="OK"), OutcomeUnknown),
        (failure(400, "GA006"), OutcomeUnknown),
        (failure(404, "GA004"), BrokerRejected),
        (failure(400, "GA001"), BrokerRejected),
    ],
)
async def test_a_cancel_is_done_only_when_groww_names_the_order(
    answer: httpx.Response, kind: type[BrokerError] | None
) -> None:
    sent: list[dict[str, Any]] = []

    def handler(request: httpx.Request) -> httpx.Response:
        sent.append(json.loads(request.content))
        return answer

    if kind is None:
        await broker(handler).cancel(MINE)
    else:
        with pytest.raises(kind):
            await broker(handler).cancel(MINE)
    assert sent == [{"groww_order_id": MINE.broker_order_id, "segment": "CASH"}]


async def test_an_order_without_an_id_is_not_cancelled_blindly() -> None:
    with pytest.raises(BrokerRejected):
        await broker(lambda _: success({})).cancel(child())
