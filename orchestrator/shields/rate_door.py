"""Counts every request before it is read, and tells in its answer how much room is left. Pure ASGI."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from orchestrator.errors import Problem
from orchestrator.http.own_api import INNER
from orchestrator.shields.kinds import Kind, kind_of
from orchestrator.shields.rates import Payer, Rates, Taken
from orchestrator.shields.refusing import header, refuse

Who = Callable[[str, Any, str], Awaitable[Payer | None]]  # token, the application's state, address
AtHand = Callable[[str, Any], bool]


class RateDoor:
    """`who`: whose a bearer token is, None when it is nobody's. `at_hand`: whether telling it asks no database."""

    def __init__(self, app: ASGIApp, who: Who, at_hand: AtHand) -> None:
        self._app, self._who, self._at_hand = app, who, at_hand

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
        kind, token = kind_of(scope["method"], scope["path"]), token_of(scope)
        leaving, inner = (
            kind is Kind.EXIT,
            INNER in scope,
        )  # an inner one was counted when it came in by a gateway
        payer = None
        if leaving and (inner or rates.has_room(address) or self._at_hand(token, scope["app"].state)):
            payer = await self._payer(token, scope, address)
        if payer is None and not inner:  # who gets out waits behind nobody else at this address
            rates.from_address(address, taken)
        if not leaving:
            payer = await self._payer(token, scope, address)
        await rates.from_caller(kind, address, payer, taken)

    async def _payer(self, token: str, scope: Scope, address: str) -> Payer | None:
        return await self._who(token, scope["app"].state, address) if token else None


def token_of(scope: Scope) -> str:
    """Empty where there is none."""
    scheme, _, token = (header(scope, b"authorization") or b"").decode("latin-1").partition(" ")
    if scheme.lower() == "token":  # as programs written for Kite say it: key and token
        token = token.partition(":")[2]
    elif scheme.lower() != "bearer":
        return ""
    return token.strip()
