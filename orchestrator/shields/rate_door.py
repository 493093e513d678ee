"""Counts every request before it is read, and tells in its answer how much room is left. Pure ASGI."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from orchestrator.errors import Problem
from orchestrator.own_api import INNER
from orchestrator.shields.kinds import Kind, kind_of
from orchestrator.shields.rates import Payer, Rates, Taken
from orchestrator.shields.refusing import header, refuse

Who = Callable[[str, Any, str], Awaitable[Payer | None]]  # token, the application's state, address


class RateDoor:
    """`who`: whose a bearer token is, None when it is nobody's."""

    def __init__(self, app: ASGIApp, who: Who) -> None:
        self._app, self._who = app, who

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        taken = Taken()

        async def send_with_rates(message: Message) -> None:
            if message["type"] == "http.response.start":
                told = [(name.encode(), value.encode()) for name, value in taken.headers().items()]
                message["headers"] = [*message.get("headers", ()), *told]
            await send(message)

        try:
            await self._count(scope, taken)
        except Problem as problem:
            await refuse(problem, scope, receive, send_with_rates)
            return
        await self._app(scope, receive, send_with_rates)

    async def _count(self, scope: Scope, taken: Taken) -> None:
        """Raises Problem 429."""
        rates: Rates = scope["app"].state.rates
        address = scope["client"][0] if scope.get("client") else ""
        if scope["type"] == "websocket":
            rates.from_address(address, taken)
            return
        kind = kind_of(scope["method"], scope["path"])
        payer = None
        if kind is Kind.EXIT:
            payer = await self._payer(scope, address)
        if payer is None:  # who gets out waits behind nobody else at this address
            if INNER not in scope:  # else it was counted when it came in by a gateway
                rates.from_address(address, taken)
            payer = await self._payer(scope, address)
        await rates.from_caller(kind, address, payer, taken)

    async def _payer(self, scope: Scope, address: str) -> Payer | None:
        scheme, _, token = (header(scope, b"authorization") or b"").decode("latin-1").partition(" ")
        if scheme.lower() == "token":  # as programs written for Kite say it: key and token
            token = token.partition(":")[2]
        elif scheme.lower() != "bearer":
            return None
        if not token:
            return None
        return await self._who(token.strip(), scope["app"].state, address)
