"""A socket that is not let in hears why, as every request does: a program knows whether to come back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import orjson
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from domain.account import BrokerId
from orchestrator.app import create_app
from orchestrator.config import Settings
from orchestrator.server import listen, opened, serve_on
from tests.orchestrator.stub_broker import StubAdapter


@pytest.fixture
async def url(settings: Settings, stubs: dict[BrokerId, StubAdapter]) -> AsyncIterator[str]:
    """Of a stream that one address may open once a day."""
    app = create_app(settings.model_copy(update={"rate_address": "1/day"}), adapters=stubs)
    stop, bound = asyncio.Event(), listen("127.0.0.1", settings.port)
    async with opened(app):
        serving = asyncio.create_task(serve_on(bound, app, stop=stop))
        yield f"ws://127.0.0.1:{settings.port}/v1/stream"
        stop.set()
        await serving


async def _refused(url: str, **headers: str) -> tuple[int, str, str | None]:
    with pytest.raises(InvalidStatus) as refused:
        await connect(url, additional_headers=headers)
    answer = refused.value.response
    return answer.status_code, orjson.loads(answer.body)["code"], answer.headers.get("retry-after")


async def test_a_socket_that_is_not_let_in_hears_why(url: str, caplog: pytest.LogCaptureFixture) -> None:
    assert await _refused(url, origin="https://elsewhere.test") == (403, "foreign_origin", None)
    async with connect(url):
        pass
    status, code, wait = await _refused(url)
    assert (status, code) == (429, "rate_limited")
    assert wait is not None
    assert [one for one in caplog.records if one.levelname == "ERROR"] == []
