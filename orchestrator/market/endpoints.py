"""The two sockets: live prices, and the stream of events."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import APIRouter, Depends, WebSocket
from starlette.requests import HTTPConnection

from orchestrator.identity.access import Ended, Tokens
from orchestrator.market import stream
from orchestrator.market.access import Directory
from orchestrator.market.audience import Audience
from orchestrator.market.caller import BAD_REQUEST, Caller, Refused
from orchestrator.market.following import Options
from orchestrator.market.live import LiveSocket
from orchestrator.market.wording import Form
from orchestrator.state import EventBus, KeyRing, Now

router = APIRouter(prefix="/v1", tags=["market"])


async def _audience(connection: HTTPConnection) -> Audience:
    return cast(Audience, connection.app.state.audience)


async def _changes(connection: HTTPConnection) -> stream.Changes:
    return cast(stream.Changes, connection.app.state.portfolios.changes)


async def _kept(connection: HTTPConnection) -> stream.Kept:
    return cast(stream.Kept, connection.app.state.delivery)


KeptEvents = Annotated[stream.Kept, Depends(_kept)]
PortfolioChanges = Annotated[stream.Changes, Depends(_changes)]
Sockets = Annotated[Audience, Depends(_audience)]


@router.websocket("/stocks/live")
async def live_prices(
    socket: WebSocket,
    keys: KeyRing,
    clock: Now,
    ended: Ended,
    tokens: Tokens,
    instruments: Directory,
    audience: Sockets,
) -> None:
    """First {"action":"auth","token":...}, then {"action":"subscribe","symbols":["NSE:INFY"],"mode":"quote"} and the
    other messages of docs/reference/live-prices.md."""
    binary = socket.query_params.get("format") == Form.MSGPACK
    caller = Caller(socket, key=keys.jwt, clock=clock, ended=ended, programs=tokens, binary=binary)
    if not await caller.authenticate():
        return
    try:
        options = Options.of(socket.query_params)
    except Refused as error:
        await caller.dismiss(error.body, BAD_REQUEST)
        return
    await LiveSocket(socket, caller, audience=audience, instruments=instruments, options=options).run()


@router.websocket("/stream")
async def stream_events(
    socket: WebSocket,
    keys: KeyRing,
    clock: Now,
    ended: Ended,
    tokens: Tokens,
    bus: EventBus,
    kept: KeptEvents,
    changes: PortfolioChanges,
    instruments: Directory,
    audience: Sockets,
) -> None:
    """First {"action":"auth","token":...}; then {"type":"order"|"account"|"portfolio"|"notice",...} come, and after
    {"action":"follow","what":"portfolio"} what changes in it, after {"action":"subscribe","symbols":[...]} prices, as
    docs/reference/stream.md tells."""
    caller = Caller(socket, key=keys.jwt, clock=clock, ended=ended, programs=tokens)
    if not await caller.authenticate():
        return
    try:
        options = stream.options_of(socket.query_params)
    except Refused as error:
        await caller.dismiss(error.body, BAD_REQUEST)
        return
    await stream.run(
        socket, caller, bus, kept, changes, audience=audience, instruments=instruments, options=options
    )
