"""A broker in front of the sandbox's Kite whose accounts own many shares and which answers as slowly as is said."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson
from aiohttp import web

HOLDINGS = "/portfolio/holdings"
DROPPED = {"transfer-encoding", "content-encoding", "content-length", "connection", "host"}


@dataclass(eq=False)
class Rich:
    """`delays[n]`: seconds that the n-th account seen waits for its holdings; `slowest`: the longest call so far."""

    kite: str
    symbols: Sequence[str]
    delays: Sequence[float] = ()
    slowest: float = 0.0
    http: aiohttp.ClientSession = field(default_factory=lambda: aiohttp.ClientSession(auto_decompress=True))
    _seen: list[str] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        began = time.perf_counter()
        try:
            return await self._answer(request)
        finally:
            self.slowest = max(self.slowest, time.perf_counter() - began)

    async def _answer(self, request: web.Request) -> web.Response:
        headers = {name: value for name, value in request.headers.items() if name.lower() not in DROPPED}
        body = await request.read()
        url = f"{self.kite}{request.path_qs}"
        async with self.http.request(request.method, url, headers=headers, data=body) as answer:
            told = await answer.read()
            status, kind = answer.status, answer.content_type
        if request.path == HOLDINGS and status == 200:
            await asyncio.sleep(self._delay(request.headers.get("Authorization", "")))
            told = orjson.dumps({"status": "success", "data": self._rows(orjson.loads(told)["data"])})
        return web.Response(status=status, body=told, content_type=kind)

    def _delay(self, who: str) -> float:
        if who not in self._seen:
            self._seen.append(who)
        place = self._seen.index(who)
        return self.delays[place] if place < len(self.delays) else 0.0

    def _rows(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """As many as there are symbols, each like the first of the account's own."""
        return [
            {**rows[0], "tradingsymbol": symbol[4:], "exchange": "NSE", "isin": f"INZZ{number:06d}01"}
            for number, symbol in enumerate(self.symbols)
        ]


@asynccontextmanager
async def rich(kite: str, symbols: Sequence[str]) -> AsyncIterator[tuple[Rich, str]]:
    """The broker and its URL."""
    broker = Rich(kite, symbols)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", broker.answer)
    runner = web.AppRunner(app, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield broker, f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
        await broker.http.close()
