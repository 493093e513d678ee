"""The two sockets: live prices, and the stream of events."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import APIRouter, Depends, WebSocket
from starlette.requests import HTTPConnection

from orchestrator.market import stream
from orchestrator.market.access import Directory, Market
from orchestrator.market.live import Audience, Caller, LiveSocket
from orchestrator.state import EventBus, KeyRing, Now

router = APIRouter(prefix="/v1", tags=["market"])


async def _audience(connection: HTTPConnection) -> Audience:
    return cast(Audience, connection.app.state.audience)


Sockets = Annotated[Audience, Depends(_audience)]


@router.websocket("/stocks/live")
async def live_prices(
    socket: WebSocket, keys: KeyRing, clock: Now, instruments: Directory, hub: Market, audience: Sockets
) -> None:
    """First {"action":"auth","token":...}, then {"action":"subscribe"|"unsubscribe","symbols":["NSE:INFY"]}."""
    caller = Caller(socket, key=keys.jwt, clock=clock)
    if await caller.authenticate():
        await LiveSocket(socket, caller, hub=hub, audience=audience, instruments=instruments).run()


@router.websocket("/stream")
async def stream_events(socket: WebSocket, keys: KeyRing, clock: Now, bus: EventBus) -> None:
    """First {"action":"auth","token":...}; then {"type":"order"|"account"|"portfolio"|"notice",...} come."""
    caller = Caller(socket, key=keys.jwt, clock=clock)
    if await caller.authenticate():
        await stream.run(socket, caller, bus)
