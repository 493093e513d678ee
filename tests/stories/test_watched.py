"""An operator follows one order: in its trace, in the logs and in the numbers, without learning what it was worth."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from mocks.launch import Sandbox
from tests.collector import Collector, Span, collecting
from tests.deploy.test_watching import expressions, names_in
from tests.services import free_port
from tests.stories.product import Product, Trader, a_trader, eventually
from tests.traders import NewUser, sandbox_settings

TRACE, CLICK = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"

RARE = {
    "trademaster_clock_skew_seconds",  # one process on SQLite has one clock
    "trademaster_loop_failures_total",  # of loops that failed
    "trademaster_job_failing",  # of jobs that ended
    "trademaster_job_failures_total",
    "trademaster_job_last_success_timestamp_seconds",
}


@dataclass(frozen=True, slots=True)
class Watched:
    product: Product
    collector: Collector
    probes: str

    async def number(self, name: str, **labels: str) -> float | None:
        """A sample as Prometheus reads it; None while there is none."""
        async with httpx.AsyncClient(trust_env=False) as http:
            page = (await http.get(f"{self.probes}/metrics")).text
        for family in text_string_to_metric_families(page):
            for one in family.samples:
                if one.name == name and labels.items() <= one.labels.items():
                    return float(one.value)
        return None

    async def untold(self) -> set[str]:
        """What rules and board look at and no sample tells now."""
        async with httpx.AsyncClient(trust_env=False) as http:
            page = (await http.get(f"{self.probes}/metrics")).text
        told = {one.name for family in text_string_to_metric_families(page) for one in family.samples}
        return names_in("\n".join(expressions())) - told

    async def trace(self, trace: str, *names: str) -> list[Span]:
        """Its spans, once all of these are there."""

        async def look() -> list[Span]:
            return self.collector.of(trace)

        spans: list[Span] = await eventually(look, lambda seen: set(names) <= {one.name for one in seen})
        return spans


@pytest.fixture
async def watched(sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[Watched]:
    port = free_port()
    async with collecting() as collector:
        being_watched = {
            "TRADEMASTER_OTLP_ENDPOINT": collector.url,
            "TRADEMASTER_OTLP_SHARE": "0",
            "TRADEMASTER_PROBE_PORT": str(port),
            "TRADEMASTER_LOG_JSON": "true",
            "OTEL_BSP_SCHEDULE_DELAY": "100",
        }
        product = Product(tmp_path, {**sandbox_settings(sandbox.urls), **being_watched})
        await product.start()
        try:
            yield Watched(product, collector, f"http://127.0.0.1:{port}")
        finally:
            await product.stop()


@pytest.mark.timeout(240)
async def test_one_trace_holds_an_order_from_the_click_to_what_was_heard_of_it_later(
    watched: Watched, sandbox: Sandbox, new_user: NewUser
) -> None:
    async with a_trader(watched.product) as trader:
        user = new_user("kite")
        account = await trader.connect(user)
        await trader.settled()
        placed = await _clicked(trader, account)
        spans = await watched.trace(
            TRACE, "POST /v1/orders", "order.record", "order.decide", "order.child", "zerodha place"
        )
        _one_line_of_steps(spans, placed["id"])

        # An answer that never comes: what finds the order later leads back to the click.
        mine = {"broker": "kite", "account": user["user_id"], "call": "place", "times": 1}
        sandbox.post("/faults", {**mine, "fault": "timeout_after_accept", "seconds": 4})
        lost = await _clicked(trader, account, trace=TRACE.replace("4b", "aa"))
        await trader.order_when(lost["id"], "FILLED")
        await _found_again(watched, lost["id"], TRACE.replace("4b", "aa"))
        await trader.call("GET", "/v1/portfolio")
        await eventually(watched.untold, lambda lacking: lacking <= RARE, seconds=60)

    assert (await watched.number("trademaster_order_overhead_seconds_count") or 0) >= 2
    assert await watched.number(
        "trademaster_broker_calls_total", broker="zerodha", call="place", outcome="ok"
    )
    assert await watched.number(
        "trademaster_broker_calls_total", broker="zerodha", call="place", outcome="unknown"
    )
    assert await watched.number("trademaster_orders_unknown") == 0
    assert await watched.number("trademaster_http_requests_total", route="/v1/orders", status="2xx")
    assert not [one for one in watched.collector.spans if one.name.startswith("GET ")], "none of the looks"
    told = " ".join(f"{one.name} {one.says}" for one in watched.collector.spans)
    for secret in (user["user_id"], trader.http.headers["authorization"].split()[1], "INFY", "100000"):
        assert secret not in told
    lines = [json.loads(line) for line in watched.product.log().splitlines()]
    mine_too = [line for line in lines if line.get("order") == lost["id"]]
    assert mine_too, "a line of the log names the order"
    assert {"event", "level", "timestamp", "trace"} <= set(mine_too[0])


async def _clicked(trader: Trader, account: str, *, trace: str = TRACE) -> dict[str, str]:
    trader.http.headers["traceparent"] = f"00-{trace}-{CLICK}-00"  # unsampled: not the caller's to decide
    placed: dict[str, str] = await trader.place("BUY 3 NSE:INFY CNC MARKET", account=account)
    del trader.http.headers["traceparent"]
    return placed


def _one_line_of_steps(spans: list[Span], order: str) -> None:
    by_id = {one.id: one for one in spans}

    def way(name: str) -> list[str]:
        one = next(span for span in spans if span.name == name)
        names = [one.name]
        while one.parent in by_id:
            one = by_id[one.parent]
            names.append(one.name)
        assert one.parent == CLICK
        return names

    assert way("zerodha place") == ["zerodha place", "order.child", "POST /v1/orders"]
    assert way("order.decide") == ["order.decide", "order.record", "POST /v1/orders"]
    assert way("order.turn") == ["order.turn", "order.record", "POST /v1/orders"]
    assert way("order.look") == ["order.look", "POST /v1/orders"]
    server = next(one for one in spans if one.name == "POST /v1/orders")
    assert server.says["trademaster.order"] == order
    assert server.says["http.response.status_code"] == "201"
    called = next(one for one in spans if one.name == "zerodha place")
    assert called.says["trademaster.outcome"] == "ok"


async def _found_again(watched: Watched, order: str, trace: str) -> None:
    def later() -> list[Span]:
        mine = [one for one in watched.collector.spans if one.says.get("trademaster.order") == order]
        return [one for one in mine if one.trace != trace]

    async def look() -> list[Span]:
        return later()

    seen = await eventually(look, lambda found: bool(found))
    assert {one.name for one in seen} <= {"order.look_for", "order.learn"}
    assert all(one.links == (trace,) for one in seen if not one.parent)
