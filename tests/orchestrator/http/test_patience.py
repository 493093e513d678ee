"""Connections that send drop by drop, or without end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from domain.account import BrokerId
from orchestrator.app import create_app
from orchestrator.config import Settings
from orchestrator.http import limits
from orchestrator.http.patience import MOST, Patient
from orchestrator.server import listen, opened, serve_on
from tests.orchestrator.stub_broker import StubAdapter

SOON = 0.3  # seconds


@pytest.fixture
async def port(
    settings: Settings, stubs: dict[BrokerId, StubAdapter], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[int]:
    """Of the product, with little patience."""
    monkeypatch.setattr(Patient, "within", SOON)
    monkeypatch.setattr(limits, "WITHIN", SOON)
    app, stop, bound = (
        create_app(settings, adapters=stubs),
        asyncio.Event(),
        listen("127.0.0.1", settings.port),
    )
    async with opened(app):
        serving = asyncio.create_task(serve_on(bound, app, stop=stop))
        yield settings.port
        stop.set()
        await serving


async def _said(port: int, *parts: bytes) -> bytes:
    """All that is answered, until the connection is closed by the other end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
        return await asyncio.wait_for(reader.read(), 20)
    finally:
        writer.close()


@pytest.mark.parametrize(
    "head", [b"", b"G", b"GET /v1/meta HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nHost: x\r\nA: "]
)
async def test_a_head_that_never_ends_is_not_waited_for(port: int, head: bytes) -> None:
    assert (await _said(port, head)).startswith(b"HTTP/1.1 408")


async def test_a_second_head_on_the_same_connection_is_not_waited_for_either(port: int) -> None:
    first = b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    said = await _said(port, first + b"GET /livez HTTP/1.1\r\nHost: ")
    assert said.startswith(b"HTTP/1.1 200")
    assert b"HTTP/1.1 408" in said


async def test_a_head_without_end_is_cut_off(port: int) -> None:
    lines = b"".join(b"X-%d: %s\r\n" % (number, b"a" * 100) for number in range(MOST // 100))
    assert (await _said(port, b"GET /livez HTTP/1.1\r\n", lines)).startswith(b"HTTP/1.1 431")


@pytest.mark.parametrize("line", [b"GET /v1/meta?a=" + b"a" * MOST + b" HTTP/1.1", b"no http at all"])
async def test_what_is_no_http_is_a_problem_like_any_other(port: int, line: bytes) -> None:
    said = await _said(port, line + b"\r\nHost: 127.0.0.1\r\n\r\n")
    assert said.startswith(b"HTTP/1.1 400")
    assert b"content-type: application/problem+json" in said
    assert b'"code":"bad_request"' in said


@pytest.mark.parametrize("path", ["/v1/orders", "/v1/users/login"])
async def test_a_body_that_never_ends_is_not_waited_for(port: int, path: str) -> None:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
    )
    said = await _said(port, head.encode())
    assert said.startswith(b"HTTP/1.1 408")
    assert b"request_timeout" in said


async def test_an_idle_connection_is_kept_for_its_next_request(port: int) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        for _ in range(2):
            assert (await client.get("/livez")).status_code == 200
            await asyncio.sleep(SOON * 1.5)
