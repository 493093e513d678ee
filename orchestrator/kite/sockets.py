"""Where Kite's ticker connects: `/kite/ws?api_key=...&access_token=...`."""

from __future__ import annotations

from functools import partial
from typing import Annotated, cast

from fastapi import APIRouter, Depends, WebSocket
from starlette.requests import HTTPConnection

from domain.account import UserId
from orchestrator.errors import Problem
from orchestrator.identity.access import within
from orchestrator.identity.caller import Caller, Scope
from orchestrator.kite.door import Days, KnownTokens, Names, caller_of
from orchestrator.kite.doorway import in_kites_words
from orchestrator.kite.ticker import Ticker
from orchestrator.market.audience import Audience
from orchestrator.market.caller import Refused
from orchestrator.orders.room import Room
from orchestrator.state import EventBus

router = APIRouter(prefix="/kite", include_in_schema=False)


async def _audience(connection: HTTPConnection) -> Audience:
    return cast(Audience, connection.app.state.audience)


@router.websocket("/ws")
async def ticker(
    socket: WebSocket,
    audience: Annotated[Audience, Depends(_audience)],
    tokens: KnownTokens,
    days: Days,
    names: Names,
    trading: Room,
    bus: EventBus,
) -> None:
    """Whoever may not have it is refused before there is a socket, in Kite's words."""
    try:
        caller = await _caller(socket)
        _enter(audience, caller.user_id)
    except Problem as problem:
        await socket.send_denial_response(in_kites_words(problem))
        return
    try:
        await socket.accept()
        client = Ticker(
            socket,
            caller,
            audience=audience,
            listings=names,
            tokens=tokens,
            still_good=partial(days.good, socket.query_params.get("access_token", "")),
            trading=trading,
            bus=bus,
        )
        await client.run()
    finally:
        audience.leave(caller.user_id)


async def _caller(socket: WebSocket) -> Caller:
    query = socket.query_params
    address = socket.client.host if socket.client else ""
    found = await caller_of(
        query.get("api_key", ""), query.get("access_token", ""), state=socket.app.state, address=address
    )
    return within(found, Scope.READ)


def _enter(audience: Audience, user_id: UserId) -> None:
    try:
        audience.enter(user_id)
    except Refused as error:
        raise Problem(429, error.code, str(error)) from error
