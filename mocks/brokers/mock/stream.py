"""The Mock broker's websocket: order updates of the user at once, ticks of subscribed symbols when they change.

Nothing is replayed for the time a client was away.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import orjson
from starlette.websockets import WebSocket, WebSocketDisconnect

from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.orders import OrderUpdate
from mocks.brokers.backoffice.refusal import Refusal
from mocks.brokers.backoffice.switches import Plan
from mocks.brokers.faults import Scope
from mocks.brokers.mock import wire

if TYPE_CHECKING:
    from mocks.exchange.venue import Exchange

TICK_SECONDS = 0.25
HEARTBEAT_TICKS = 12  # a heartbeat after three silent seconds


def stream(
    office: BackOffice, exchange: Exchange, token_of: Callable[[Scope], str]
) -> Callable[[WebSocket], Awaitable[None]]:
    async def endpoint(socket: WebSocket) -> None:
        token = token_of(socket.scope) or socket.query_params.get("access_token", "")
        try:
            session = office.directory.session(token)
        except Refusal as no:
            await socket.accept()
            await socket.send_text(_text({"type": "error", "code": no.code.value, "message": no.message}))
            await socket.close(4401)
            return
        await socket.accept()
        await _Client(office, exchange, socket, session.user_id).run()

    return endpoint


class _Client:
    def __init__(self, office: BackOffice, exchange: Exchange, socket: WebSocket, user_id: str) -> None:
        self._office = office
        self._exchange = exchange
        self._socket = socket
        self._user_id = user_id
        self._out: asyncio.Queue[str] = asyncio.Queue()
        self._sent: dict[str, tuple[int, ...]] = {}  # symbol -> what the last tick said
        socket.scope["state"]["account"] = user_id

    async def run(self) -> None:
        stop = self._office.listen(self._user_id, self._heard)
        self._out.put_nowait(_text({"type": "ready", "user_id": self._user_id}))
        tasks = [asyncio.ensure_future(part()) for part in (self._read, self._write, self._tick)]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stop()
            for task in tasks:
                task.cancel()
            for task in tasks:
                with suppress(asyncio.CancelledError, WebSocketDisconnect, RuntimeError, OSError):
                    await task

    def _heard(self, update: OrderUpdate) -> None:
        message: dict[str, Any] = {
            "type": "order",
            "order": wire.order_json(update.order),
            "fill": wire.fill_json(update.fill) if update.fill else None,
        }
        self._out.put_nowait(_text(message))

    async def _write(self) -> None:
        while True:
            await self._socket.send_text(await self._out.get())

    async def _read(self) -> None:
        while True:
            try:
                message = orjson.loads(await self._socket.receive_text())
                action, symbols = message["action"], message["symbols"]
                known = [key for key in symbols if key in self._exchange.instruments]
            except (orjson.JSONDecodeError, KeyError, TypeError):
                self._complain("bad_message", 'expected {"action": "subscribe", "symbols": ["NSE:INFY"]}')
                continue
            if len(known) < len(symbols):
                unknown = ", ".join(str(key) for key in symbols if key not in self._exchange.instruments)
                self._complain("unknown_instrument", f"unknown symbols: {unknown}")
            if action == "subscribe" and self._office.switches.plan is Plan.PERSONAL:
                self._complain("not_in_plan", "This app's plan has no market data")
            elif action == "subscribe":
                for key in known:
                    self._sent[key] = ()
                    self._send_tick(key)
            elif action == "unsubscribe":
                for key in known:
                    self._sent.pop(key, None)
            else:
                self._complain("bad_message", "action is subscribe or unsubscribe")

    def _complain(self, code: str, message: str) -> None:
        self._out.put_nowait(_text({"type": "error", "code": code, "message": message}))

    async def _tick(self) -> None:
        silent = 0
        while True:
            await asyncio.sleep(TICK_SECONDS)
            sent = [self._send_tick(key) for key in list(self._sent)]
            silent = 0 if any(sent) else silent + 1
            if silent == HEARTBEAT_TICKS:
                silent = 0
                self._out.put_nowait(_text({"type": "heartbeat"}))

    def _send_tick(self, key: str) -> bool:
        quote = self._exchange.quote(key)
        bid = quote.bids[0].price if quote.bids else 0
        ask = quote.asks[0].price if quote.asks else 0
        seen = (quote.last_price, quote.volume, bid, ask)
        if self._sent.get(key) == seen:
            return False
        self._sent[key] = seen
        self._out.put_nowait(_text({"type": "tick"} | wire.tick_json(quote)))
        return True


def _text(message: dict[str, Any]) -> str:
    return orjson.dumps(message).decode()
