"""A user's own server: real HTTP, which answers as a test tells it and keeps what came."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass
class Came:
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def said(self) -> Any:
        return json.loads(self.body)


@dataclass
class Receiver:
    """`answers`: the status for each request in turn, then 200; "hang" answers nothing, "drop" ends the connection."""

    url: str = ""
    answers: list[int | str] = field(default_factory=list)
    came: list[Came] = field(default_factory=list)
    words: str = "thanks"

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.came.append(Came({name.lower(): value for name, value in request.headers.items()}, body))
        answer = self.answers.pop(0) if self.answers else 200
        if answer == "hang":
            await asyncio.Event().wait()
        if answer == "drop":
            assert request.transport is not None
            request.transport.abort()
        if answer == 302:
            return web.Response(status=302, headers={"location": f"{self.url}elsewhere"})
        return web.Response(status=int(answer) if isinstance(answer, int) else 200, text=self.words)


@asynccontextmanager
async def receiving(*answers: int | str) -> AsyncIterator[Receiver]:
    one = Receiver(answers=list(answers))
    app = web.Application()
    app.router.add_post("/{tail:.*}", one.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    one.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    try:
        yield one
    finally:
        await runner.cleanup()
