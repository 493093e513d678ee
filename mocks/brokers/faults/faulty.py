"""The pure-ASGI wrapper around a broker's app that does what the fault plan says to a request or websocket."""

from __future__ import annotations

import asyncio

from mocks.brokers.backoffice import mishap
from mocks.brokers.faults import dump
from mocks.brokers.faults.asgi import (
    ASGIApp,
    Receive,
    Recorded,
    Scope,
    Send,
    abort,
    answer,
    body_of,
    gone,
    replay,
    silence,
    swallow,
)
from mocks.brokers.faults.frames import Frames
from mocks.brokers.faults.kinds import Fault
from mocks.brokers.faults.plan import FaultPlan
from mocks.brokers.faults.rule import Rule
from mocks.brokers.faults.surface import Surface

HOLD_SECONDS = 30.0
FLUSH_SECONDS = 0.02  # a cut right after a write would take the written bytes along
PIECES = 40


class Faulty:
    """Wraps a broker's ASGI app; without any rule it costs one dictionary look."""

    def __init__(self, inner: ASGIApp, plan: FaultPlan, broker: str, surface: Surface) -> None:
        self._inner = inner
        self._plan = plan
        self._broker = broker
        self._surface = surface

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send)
            return
        self._plan.on_arrival(self._broker)
        if self._plan.rules:
            await self._request(scope, receive, send)
        else:
            await self._inner(scope, receive, send)
        self._plan.on_request()

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = self._surface.call_of("GET", scope["path"])
        account = self._surface.account_of(scope)
        if self._plan.rules and self._plan.pick(self._broker, call, lambda: account) is not None:
            abort(scope)
            await gone(receive)
            return
        socket = self._plan.opened(self._broker, call, scope, account)
        frames = Frames(self._plan, socket, self._surface.frame_of, send)
        try:
            await self._inner(scope, receive, frames.send)
        finally:
            frames.close()
            self._plan.closed(socket)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = self._surface.call_of(scope["method"], scope["path"])
        text = ""
        if self._plan.reads_bodies(self._broker):
            body = await body_of(receive)
            receive = replay(body, receive)
            query = scope.get("query_string", b"").decode("latin-1")
            text = f"{scope['path']}?{query} {body.decode('utf-8', 'replace')}"

        def account() -> str | None:
            return self._surface.account_of(scope)

        wrong = self._plan.pick_mishap(self._broker, call, account, text)
        if wrong is not None:
            kind = mishap.Kind(wrong.fault.value)
            mishap.CURRENT.set(mishap.Mishap(kind, wrong.seconds or 0.0))
        rule = self._plan.pick(self._broker, call, account, text)
        if rule is None:
            await self._inner(scope, receive, send)
        elif not await self._before(rule, scope, receive, send):
            await self._after(rule, scope, receive, send)

    async def _before(self, rule: Rule, scope: Scope, receive: Receive, send: Send) -> bool:
        """The faults whose request is never processed; False when the rule is not one of them."""
        match rule.fault:
            case Fault.TIMEOUT_BEFORE:
                await silence(scope, receive, HOLD_SECONDS if rule.seconds is None else rule.seconds)
            case Fault.ERROR_5XX_BEFORE:
                await answer(send, self._surface.page(rule))
            case Fault.RATE_LIMIT:
                await answer(send, self._surface.limit(rule))
            case Fault.IP_NOT_ALLOWED | Fault.SERVICE_HOURS | Fault.KILL_SWITCH:
                await answer(send, self._surface.refusal(rule.fault))
            case Fault.DROP_REQUEST:
                abort(scope)
                await gone(receive)
            case _:
                return False
        return True

    async def _after(self, rule: Rule, scope: Scope, receive: Receive, send: Send) -> None:
        """The faults of requests that are processed, whatever the client hears of it."""
        match rule.fault:
            case Fault.TIMEOUT_AFTER_ACCEPT:
                await self._inner(scope, receive, swallow)
                self._plan.on_request()
                await silence(scope, receive, HOLD_SECONDS if rule.seconds is None else rule.seconds)
            case Fault.ERROR_5XX_AFTER_ACCEPT:
                await self._inner(scope, receive, swallow)
                await answer(send, self._surface.page(rule))
            case Fault.ERROR_400_AFTER_ACCEPT:
                await self._inner(scope, receive, swallow)
                await answer(send, self._surface.refusal(rule.fault))
            case Fault.DELAY:
                body = await body_of(receive)
                await asyncio.sleep(rule.seconds or 0)
                self._plan.on_arrival(self._broker)
                await self._inner(scope, replay(body, receive), send)
            case Fault.EXPIRE_TOKEN:
                self._plan.expire(rule, self._surface.account_of(scope))
                await self._inner(scope, receive, send)
            case Fault.STALE_READS:
                await self._stale(rule, scope, receive, send)
            case Fault.LATE_ANSWER | Fault.DROP_ANSWER | Fault.TRICKLE | Fault.CHANGED_DUMP:
                caught = Recorded()
                await self._inner(scope, receive, caught.send)
                self._plan.on_request()
                await _spoil(rule, caught, scope, receive, send)
            case _:
                await self._inner(scope, receive, send)

    async def _stale(self, rule: Rule, scope: Scope, receive: Receive, send: Send) -> None:
        account = self._surface.account_of(scope)
        if account is None:
            await self._inner(scope, receive, send)
            return
        caught = Recorded()
        self._plan.lag(self._broker, account, rule.seconds or 0.0)
        try:
            await self._inner(scope, receive, caught.send)
        finally:
            self._plan.lag(self._broker, account, 0.0)
        await caught.forward(send)


async def _spoil(rule: Rule, caught: Recorded, scope: Scope, receive: Receive, send: Send) -> None:
    """Give a caught answer in the way that the rule says."""
    if rule.fault is Fault.LATE_ANSWER:
        await asyncio.sleep(rule.seconds or 0)
        await caught.forward(send)
    elif rule.fault is Fault.CHANGED_DUMP:
        caught.body = dump.changed(caught.body)
        await caught.forward(send)
    elif rule.fault is Fault.DROP_ANSWER:
        await send(caught.start())
        half = caught.body[: len(caught.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
        await asyncio.sleep(FLUSH_SECONDS)
        abort(scope)
        await gone(receive)
    else:
        await send(caught.start())
        size = max(1, -(-len(caught.body) // PIECES))
        pieces = [caught.body[at : at + size] for at in range(0, len(caught.body), size)]
        for piece in pieces:
            await asyncio.sleep((rule.seconds or 0) / len(pieces))
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
