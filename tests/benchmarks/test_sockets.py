"""The sockets of `make load` in their own process, against a server that tells prices."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import WSMsgType, web

from benchmarks.load.generators import Size, end_sockets, open_sockets
from tests.stories.product import eventually

SOCKETS, EACH, ROUNDS = 4, 3, 5


class Prices:
    """Tells each socket the first price of all that it subscribes, and five more of each when it is asked to."""

    def __init__(self) -> None:
        self.sockets: list[tuple[web.WebSocketResponse, list[str]]] = []
        self.pongs = 0
        self._seq = 0

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False, autoping=False)
        await socket.prepare(request)
        assert request.headers["Authorization"] == "Bearer of everybody"
        async for message in socket:
            if message.type is WSMsgType.PONG:
                self.pongs += 1
                continue
            assert message.type is WSMsgType.TEXT
            symbols = json.loads(message.data)["symbols"]
            await self.tell(socket, symbols)
            self.sockets.append((socket, symbols))
        return socket

    async def tell(self, socket: web.WebSocketResponse, symbols: list[str]) -> None:
        self._seq += 1
        at = datetime.now(UTC).isoformat()
        prices = [{"symbol": one, "timestamp": at, "age_ms": 0, "seq": self._seq} for one in symbols]
        await socket.send_json({"type": "prices", "prices": prices})


async def test_every_price_that_is_news_is_counted_once(tmp_path: Path) -> None:
    prices = Prices()
    app = web.Application()
    app.router.add_get("/v1/stocks/live", prices.serve)
    size = Size("one", minutes=0, users=1, sockets=SOCKETS, each=EACH)
    async with _served(app) as url:
        (tmp_path / "people.json").write_text(json.dumps([{"url": url, "token": "of everybody"}]))
        with ExitStack() as opened:
            process = await asyncio.to_thread(open_sockets, size, tmp_path, opened)
            await eventually(lambda: _now(len(prices.sockets)), lambda seen: seen == SOCKETS)
            for _ in range(ROUNDS):
                for socket, symbols in prices.sockets:
                    await prices.tell(socket, symbols)
            for socket, _ in prices.sockets:  # it reads in order: what was told before has arrived
                await socket.ping()
            await eventually(lambda: _now(prices.pongs), lambda seen: seen == SOCKETS)
            heard = await asyncio.to_thread(end_sockets, process, tmp_path)
    assert heard is not None
    assert heard["prices"] == SOCKETS * EACH * ROUNDS
    assert heard["backwards"] == heard["closed"] == 0
    assert heard["on_the_way"]["p50"] is not None
    assert len({symbol for _, symbols in prices.sockets for symbol in symbols}) == SOCKETS * EACH


async def test_a_socket_that_is_refused_ends_the_load(tmp_path: Path) -> None:
    async def refuse(_: web.Request) -> web.Response:
        return web.Response(status=421, text="none of ours")

    app = web.Application()
    app.router.add_get("/v1/stocks/live", refuse)
    async with _served(app) as url:
        (tmp_path / "people.json").write_text(json.dumps([{"url": url, "token": "of everybody"}]))
        size = Size("one", minutes=0, users=1, sockets=SOCKETS, each=EACH)
        with ExitStack() as opened, pytest.raises(RuntimeError, match="did not open"):
            await asyncio.to_thread(open_sockets, size, tmp_path, opened)


@asynccontextmanager
async def _served(app: web.Application) -> AsyncIterator[str]:
    """Its address."""
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def _now(count: int) -> int:
    return count
