"""Where OpenAlgo's feed connects: `/api/v1/ws`. The key is the first message, so that no address carries it."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, cast

import orjson
from fastapi import APIRouter, Depends, WebSocket
from starlette.requests import HTTPConnection
from starlette.websockets import WebSocketDisconnect

from domain.instrument import Instrument
from orchestrator.errors import Problem
from orchestrator.http.together import until_one_ends
from orchestrator.identity.access import within
from orchestrator.identity.caller import TOKEN_WORDS, Caller, Programs, Scope, TokenEnd
from orchestrator.market.audience import Audience
from orchestrator.market.caller import AUTH_WITHIN, Refused, receive_text
from orchestrator.market.following import Allowance
from orchestrator.openalgo.endpoints import names_of
from orchestrator.openalgo.feed import MODES, Feed
from orchestrator.openalgo.symbols import Name, Names

router = APIRouter(prefix="/api/v1", include_in_schema=False)

WORDS = {"LTP": 1, "QUOTE": 2, "DEPTH": 3}
MOST = 200  # instruments of one message
RECHECK = 30.0  # seconds between looks at whether the token is still good
OVER = 1008  # close code: the key is not good, or no more
LEVELS = 5
BROKER = "virtual"


async def _audience(connection: HTTPConnection) -> Audience:
    return cast(Audience, connection.app.state.audience)


@router.websocket("/ws")
async def feed(socket: WebSocket, audience: Annotated[Audience, Depends(_audience)]) -> None:
    """Whoever names no good key in time is told so and left."""
    state = socket.app.state
    await socket.accept()
    line = Line(socket, audience, cast(Programs, state.tokens), names_of(state))
    try:
        await line.run()
    except (WebSocketDisconnect, RuntimeError):
        return  # starlette says RuntimeError for a send after the end


class Line:
    """One open socket, from its key to its end."""

    def __init__(self, socket: WebSocket, audience: Audience, programs: Programs, names: Names) -> None:
        self._socket, self._audience, self._programs, self._names = socket, audience, programs, names
        self._feed = Feed(socket.scope, audience)
        self._allowance = Allowance()

    async def run(self) -> None:
        try:
            async with asyncio.timeout(AUTH_WITHIN):
                caller = await self._let_in()
            self._audience.enter(caller.user_id)
        except (Problem, Refused, TimeoutError) as error:
            words = error.detail if isinstance(error, Problem) else str(error) or "no key came in time"
            await self._say({"type": "auth", "status": "error", "message": words})
            await self._socket.close(OVER)
            return
        try:
            await self._say(
                {
                    "type": "auth",
                    "status": "success",
                    "message": "Authentication successful",
                    "broker": BROKER,
                    "user_id": caller.user_id,
                }
            )
            await until_one_ends(self._listen(), self._feed.out.catch_up(), self._until_over(caller))
        finally:
            self._feed.end()
            self._audience.leave(caller.user_id)

    async def _let_in(self) -> Caller:
        """By the first message. Raises Problem 401, 403, Refused."""
        message = _read(await receive_text(self._socket))
        if message.get("action") != "authenticate":
            raise Refused("not_authenticated", 'first say {"action": "authenticate", "api_key": ...}')
        address = self._socket.client.host if self._socket.client else ""
        return within(await self._programs.caller(str(message.get("api_key", "")), address), Scope.READ)

    async def _listen(self) -> None:
        while True:
            try:
                text = await receive_text(self._socket)
                self._allowance.take(asyncio.get_running_loop().time())
                await self._obey(_read(text))
            except Refused as error:
                await self._say({"type": "error", "status": "error", "message": str(error)})
                if error.code == "message_too_long" or self._allowance.overdrawn:
                    await self._socket.close(OVER)
                    return

    async def _obey(self, message: dict[str, Any]) -> None:
        """subscribe, unsubscribe, unsubscribe_all or ping. Raises Refused for anything else."""
        match message.get("action"):
            case "subscribe" | "unsubscribe" as action:
                results = [self._one(action, asked, _mode(message)) for asked in _asked(message)]
                good = all(one["status"] == "success" for one in results)
                status = "success" if good else "partial"
                await self._say({"type": action, "status": status, "subscriptions": results})
            case "unsubscribe_all":
                self._feed.end()
                await self._say({"type": "unsubscribe", "status": "success", "subscriptions": []})
            case "ping":
                await self._say({"type": "pong"})
            case other:
                raise Refused("unknown_action", f"no action {str(other)[:40]!r}")

    def _one(self, action: str, asked: Any, mode: int) -> dict[str, Any]:
        name, found = self._found(asked)
        told: dict[str, Any] = {"symbol": name.symbol, "exchange": name.exchange, "mode": mode}
        if found is None:
            return told | {"status": "error", "message": "no broker lists it, as OpenAlgo writes symbols"}
        if action == "subscribe":
            self._feed.follow(found.id, name, mode)
            return told | {"status": "success", "depth": LEVELS, "broker": BROKER}
        if not self._feed.unfollow(found.id, mode):
            return told | {"status": "error", "message": "it is not subscribed in this mode"}
        return told | {"status": "success"}

    def _found(self, asked: Any) -> tuple[Name, Instrument | None]:
        """Raises Refused."""
        if not isinstance(asked, dict):
            raise Refused("symbols_required", "give symbol and exchange")
        symbol, exchange = asked.get("symbol"), asked.get("exchange")
        if not isinstance(symbol, str) or not isinstance(exchange, str) or len(symbol) + len(exchange) > 80:
            raise Refused("symbols_required", "give symbol and exchange, as texts")
        return Name(exchange, symbol), self._names.find(exchange, symbol)

    async def _until_over(self, caller: Caller) -> None:
        end: TokenEnd | None = None
        while end is None:
            end = await self._programs.wait(caller.token or "", RECHECK)
        await self._say({"type": "error", "status": "error", "message": TOKEN_WORDS[end]})
        await self._socket.close(OVER)

    async def _say(self, body: dict[str, Any]) -> None:
        await self._socket.send_text(orjson.dumps(body).decode())


def _read(text: str) -> dict[str, Any]:
    try:
        message = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Refused("invalid_json", "this is no JSON") from error
    if not isinstance(message, dict):
        raise Refused("invalid_json", "this is no JSON object")
    return message


def _asked(message: dict[str, Any]) -> list[Any]:
    """One instrument, or a list of them. Raises Refused."""
    several = message.get("symbols", message.get("instruments"))
    if several is None:
        return [message]
    if not isinstance(several, list) or not 0 < len(several) <= MOST:
        raise Refused("symbols_required", f"symbols is a list of at most {MOST}")
    return several


def _mode(message: dict[str, Any]) -> int:
    """Raises Refused."""
    given = message.get("mode", 1)
    number = WORDS.get(given.upper()) if isinstance(given, str) else given
    if type(number) is not int or number not in MODES:
        raise Refused("unknown_mode", "mode is 1 (LTP), 2 (Quote) or 3 (Depth)")
    return number
