"""`/mcp`: the client's MCP tools over HTTP, for hosts that are not on the person's machine.

Each request stands by itself: no session is kept, so any process answers it. It comes with a personal token, and every
tool asks the API with that very token from the same address; whose request it is, is decided there once more.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, cast

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from orchestrator.errors import Problem, respond
from orchestrator.http.own_api import BASE, OwnApi
from orchestrator.identity.access import PERSONAL, bearer
from orchestrator.identity.caller import Programs

if TYPE_CHECKING:
    from trademaster import AsyncClient
    from trademaster.mcp.clients import Ctx

ENDING = 5.0  # seconds for requests under way when the process ends


class McpDoor:
    """An ASGI application. What it needs is loaded with the first request: most installations never ask."""

    PATH = "/mcp"

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._starting = asyncio.Lock()
        self._tools: ASGIApp | None = None
        self._holder: asyncio.Task[None] | None = None
        self._over = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._let_in(scope)
        except Problem as problem:
            await respond(problem)(scope, receive, send)
            return
        tools = await self._running()
        await tools(scope, receive, send)

    async def close(self) -> None:
        """End what was begun; another request would begin it anew."""
        self._over.set()
        if self._holder is not None:
            await asyncio.wait([self._holder], timeout=ENDING)
        self._tools, self._holder, self._over = None, None, asyncio.Event()

    async def _let_in(self, scope: Scope) -> None:
        """Raises Problem: 405, 401 for anything but a good personal token, 403 from an address it is not good for."""
        if scope["method"] != "POST":
            words = "this door takes POST only: nothing is pushed and no session is kept"
            raise Problem(405, "method_not_allowed", words, headers={"allow": "POST"})
        token = bearer(dict(scope["headers"]))
        if token is None or not token.startswith(PERSONAL):
            raise Problem(
                401,
                "not_authenticated",
                "this needs a personal token",
                fix="send Authorization: Bearer tm_...",
                headers={"www-authenticate": "Bearer"},
            )
        client = scope.get("client")
        await cast(Programs, scope["app"].state.tokens).caller(token, client[0] if client else "")

    async def _running(self) -> ASGIApp:
        async with self._starting:
            if self._tools is None or self._holder is None or self._holder.done():
                ready: asyncio.Future[ASGIApp] = asyncio.get_running_loop().create_future()
                # A task of its own holds it: what the SDK opens must be closed by the task that opened it.
                self._holder = asyncio.create_task(self._hold(ready))
                first: list[asyncio.Future[Any]] = [ready, self._holder]
                await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
                if not ready.done():
                    await self._holder  # raises why it could not begin
                self._tools = ready.result()
            return self._tools

    async def _hold(self, ready: asyncio.Future[ASGIApp]) -> None:
        from mcp.server.transport_security import TransportSecuritySettings

        from trademaster.mcp.server import build

        server = build(self._client)
        # Which names and origins may ask is decided before us (shields); the SDK knows those of one machine alone.
        named = TransportSecuritySettings(enable_dns_rebinding_protection=False)
        server.streamable_http_app(stateless_http=True, json_response=True, transport_security=named)
        async with server.session_manager.run():
            ready.set_result(server.session_manager.handle_request)
            await self._over.wait()

    @asynccontextmanager
    async def _client(self, context: Ctx) -> AsyncIterator[AsyncClient]:
        """The client of whoever sent the request that is being answered."""
        from trademaster import AsyncClient

        request = cast(Request, context.request_context.request)
        token = bearer(dict(request.scope["headers"])) or ""
        transport = OwnApi.behind(request, token, app=self._app).transport()
        async with AsyncClient(BASE, token, attempts=1, plain_http=True, transport=transport) as client:
            yield client
