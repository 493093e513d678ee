"""One browser's socket of events: its orders, accounts and portfolio, as they happen."""

from __future__ import annotations

import asyncio

import orjson
from starlette.websockets import WebSocket, WebSocketDisconnect

from orchestrator.bus import LAGGED, Bus, Event, user_topic
from orchestrator.market.caller import Caller, Refused, receive
from orchestrator.schemas import in_ist


async def run(socket: WebSocket, caller: Caller, bus: Bus) -> None:
    """Until the browser leaves or its token ends."""
    parts = [
        asyncio.create_task(part)
        for part in (_tell(socket, caller, bus), _listen(socket, caller), caller.until_expired())
    ]
    try:
        done, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    except (WebSocketDisconnect, RuntimeError):
        return  # starlette says RuntimeError for a send after the end
    finally:
        for task in parts:
            task.cancel()
        await asyncio.gather(*parts, return_exceptions=True)


async def _tell(socket: WebSocket, caller: Caller, bus: Bus) -> None:
    assert caller.user_id is not None
    async with bus.subscribe(user_topic(caller.user_id)) as events:
        async for event in events:
            await socket.send_text(_text(event))


def _text(event: Event) -> str:
    # A reader that lagged missed some: the portfolio event makes a browser read everything again.
    kind, data = ("portfolio", {"reason": LAGGED}) if event.type == LAGGED else (event.type, event.data)
    return orjson.dumps({"type": kind, "seq": event.seq, "at": in_ist(event.at), "data": data}).decode()


async def _listen(socket: WebSocket, caller: Caller) -> None:
    """The browser only sends newer tokens."""
    while True:
        try:
            message = await receive(socket)
            if message.get("action") != "auth":
                raise Refused("unknown_action", "this socket takes the action auth only")
            caller.take(str(message.get("token", "")))
        except Refused as error:
            await socket.send_text(orjson.dumps(error.body).decode())
