"""`trademaster mcp`: the tools over standard input and output, for a host on this
machine. The address and the token are those of the command line; nothing but the protocol is written to output."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from trademaster import AsyncClient
from trademaster.mcp.clients import Ctx
from trademaster.mcp.server import build


def serve(url: str | None = None, *, timeout: float = 20.0, plain_http: bool = False) -> None:
    """Until the host closes it."""
    client = AsyncClient(url, timeout=timeout, plain_http=plain_http)

    @asynccontextmanager
    async def clients(_context: Ctx) -> AsyncIterator[AsyncClient]:
        yield client

    build(clients).run("stdio")
