"""What machines read of the product: everything that is declared, and nothing about anybody."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from adapters.registry import BROKERS
from domain.account import BrokerId
from domain.health import CallEnd
from orchestrator.app import create_app
from orchestrator.config import Settings
from orchestrator.probes.port import port_of
from orchestrator.routers import ROUTERS
from orchestrator.server import CannotStart, opened
from tests.orchestrator.accounts.conftest import connect
from tests.orchestrator.conftest import Login
from tests.orchestrator.stub_broker import StubAdapter
from tests.services import free_port

ROUTES = {getattr(route, "path", "") for router in ROUTERS for route in router.routes} | {"/mcp"}
WORD = re.compile(r"[a-z][a-z _.]{0,40}")
# What each label may say. A new label must be bounded by the code, and is written down here.
ALLOWED: dict[str, Callable[[str], bool]] = {
    "route": lambda value: value in ROUTES | {"site", "none"},
    "method": lambda value: value in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "OTHER"},
    "status": lambda value: bool(re.fullmatch(r"[1-5]xx", value)),
    "broker": lambda value: value in {one.value for one in BROKERS},
    "outcome": lambda value: value in {one.value for one in CallEnd},
    "le": lambda value: value == "+Inf" or float(value) >= 0,
    "version": lambda value: bool(re.fullmatch(r"[0-9][0-9a-z.+]*", value)),
    "generation": lambda value: value in {"0", "1", "2"},  # of the interpreter's garbage
    **dict.fromkeys(
        ("call", "calls", "state", "kind", "loop", "of", "part", "group", "queue", "job", "role"),
        lambda value: bool(WORD.fullmatch(value)),
    ),
}


@pytest.fixture
async def port(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the probes' own port."""
    transport = httpx.ASGITransport(port_of(app.state))
    async with httpx.AsyncClient(transport=transport, base_url="http://probes") as client:
        yield client


async def told(port: httpx.AsyncClient) -> list[tuple[str, dict[str, str], float]]:
    answer = await port.get("/metrics")
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.text)
    return [(one.name, one.labels, one.value) for family in families for one in family.samples]


async def test_no_label_can_grow_with_users_or_orders(
    port: httpx.AsyncClient, person: Login, stubs: dict[BrokerId, StubAdapter]
) -> None:
    stubs[BrokerId.ZERODHA].users["good"] = "AB1234"
    asha = await person("asha")
    await connect(asha)
    await asha.get("/v1/orders/ord_0123456789abcdef")
    await asha.get("/v1/stocks/INFY")
    samples = await told(port)
    for name, labels, _ in samples:
        for label, value in labels.items():
            if name == "python_info" or label == "":
                continue
            assert ALLOWED[label](value), f"{name}: {label}={value}"
    assert "asha" not in str(samples)
    assert len(samples) < 10_000


async def test_breakers_accounts_and_readings_are_told_by_broker(
    port: httpx.AsyncClient, person: Login, stubs: dict[BrokerId, StubAdapter]
) -> None:
    stubs[BrokerId.ZERODHA].users["good"] = "AB1234"
    await connect(await person("asha"))
    samples = await told(port)

    def value(name: str, **labels: str) -> float:
        [found] = [number for other, given, number in samples if (other, given) == (name, labels)]
        return found

    assert value("trademaster_accounts", broker="zerodha", state="connected") == 1
    assert value("trademaster_breakers", broker="zerodha", calls="writes", state="closed") == 1
    assert value("trademaster_breakers", broker="zerodha", calls="writes", state="open") == 0
    assert value("trademaster_part_up", part="database") == 1
    assert value("trademaster_queue_waiting", queue="letters") >= 0


async def test_brokers_stand_for_everybody_without_a_word_about_accounts(
    port: httpx.AsyncClient,
    client: httpx.AsyncClient,
    person: Login,
    stubs: dict[BrokerId, StubAdapter],
) -> None:
    stubs[BrokerId.ZERODHA].users["good"] = "AB1234"
    unused = (await client.get("/health/brokers")).json()["items"]
    assert {one["state"] for one in unused} == {"unused"}
    await connect(await person("asha"))
    for asked in (client, port):
        items = {one["broker"]: one for one in (await asked.get("/health/brokers")).json()["items"]}
        assert set(items) == {one.value for one in BROKERS}
        assert items["zerodha"]["state"] == "ok"
        assert set(items["zerodha"]) == {"broker", "state", "last_answer_at"}


async def test_the_apis_own_port_tells_numbers_only_for_the_token(settings: Settings) -> None:
    for token, said, status in [
        ("", "", 404),
        ("", "Bearer ", 404),
        ("s3cret", "", 401),
        ("s3cret", "Bearer wrong", 401),
        ("s3cret", "Bearer s3cret", 200),
    ]:
        app = create_app(settings.model_copy(update={"metrics_token": SecretStr(token)}), adapters={})
        async with app.router.lifespan_context(app):
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
                answer = await client.get("/metrics", headers={"authorization": said} if said else {})
        assert answer.status_code == status, (token, said)


async def test_a_process_answers_at_the_probes_port_of_the_settings(settings: Settings) -> None:
    probed = settings.model_copy(update={"probe_port": free_port()})
    url = f"http://127.0.0.1:{probed.probe_port}"
    async with opened(create_app(probed, adapters={})):
        async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
            assert (await client.get("/livez")).json() == {"status": "ok"}
            ready = (await client.get("/readyz")).json()
            assert ready["status"] == "ok"
            assert "trademaster_part_up" in (await client.get("/metrics")).text
            assert (await client.get("/v1/meta")).status_code == 404
        other = settings.model_copy(update={"probe_port": probed.probe_port, "data": settings.data / "b"})
        with pytest.raises(CannotStart, match="TRADEMASTER_PROBE_PORT"):
            async with opened(create_app(other, adapters={})):
                await asyncio.sleep(0)
