"""Requests are counted by their routes, and an order's time by whose it was."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from orchestrator.telemetry.door import Counted
from orchestrator.telemetry.metrics import REGISTRY
from orchestrator.telemetry.overhead import CURRENT, Overhead, broker_wait
from tests.services import ON_SQLITE


def counted(method: str, route: str, status: str) -> float:
    labels = {"method": method, "route": route, "status": status}
    return REGISTRY.get_sample_value("trademaster_http_requests_total", labels) or 0.0


async def ask(app: FastAPI, method: str, path: str) -> None:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        await client.request(method, path)


@ON_SQLITE
@pytest.mark.parametrize(
    ("method", "path", "route", "status"),
    [
        ("GET", "/v1/meta", "/v1/meta", "2xx"),
        ("GET", "/v1/orders/ord_1234567890", "/v1/orders/{order_id}", "4xx"),
        ("POST", "/v1/orders", "/v1/orders", "4xx"),
        ("GET", "/v1/a/stranger/was/here", "none", "4xx"),
        ("GET", "/some/page", "site", "5xx"),
        ("BREW", "/v1/meta", "/v1/meta", "4xx"),
    ],
)
async def test_a_request_counts_under_its_route_and_not_under_its_path(
    app: FastAPI, method: str, path: str, route: str, status: str
) -> None:
    named = "OTHER" if method == "BREW" else method
    before = counted(named, route, status)
    await ask(app, method, path)
    assert counted(named, route, status) == before + 1
    series = {
        sample.labels["route"]
        for family in REGISTRY.collect()
        for sample in family.samples
        if "route" in sample.labels
    }
    assert not [one for one in series if "1234567890" in one or "stranger" in one]


async def test_who_fails_without_an_answer_counts_as_a_fault_of_ours() -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise RuntimeError("a bug")

    before = counted("GET", "site", "5xx")
    with pytest.raises(RuntimeError):
        await ask_raw(Counted(broken, paths=list))
    assert counted("GET", "site", "5xx") == before + 1


async def ask_raw(app: Counted) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
        await client.get("/x")


async def test_waits_for_brokers_at_the_same_time_count_once_and_are_not_ours() -> None:
    own = Overhead()
    token = CURRENT.set(own)

    async def ask_broker(until: asyncio.Event) -> None:
        with broker_wait(orders=1):
            await until.wait()

    first, second = asyncio.Event(), asyncio.Event()
    both = [asyncio.create_task(ask_broker(one)) for one in (first, second)]
    await asyncio.sleep(0)
    first.set()
    await both[0]
    await asyncio.sleep(0.02)
    second.set()
    await both[1]
    CURRENT.reset(token)
    ours, total = own.own(), own.total()
    assert own.orders == 2
    assert ours <= total - 0.019  # the second's wait went on when the first had ended


async def test_outside_a_request_nothing_is_timed() -> None:
    with broker_wait(orders=1):
        assert CURRENT.get() is None
