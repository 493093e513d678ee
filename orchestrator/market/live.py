"""One browser's socket of live prices: each price at most four times a second, always the newest, never a queue."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import orjson
import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect

from domain.account import UserId
from domain.instrument import InstrumentId
from orchestrator.errors import Problem
from orchestrator.identity.tokens import user_of
from orchestrator.instruments.service import Instruments
from orchestrator.market.hub import Hub
from orchestrator.state import Clock

log = structlog.get_logger(__name__)

FLUSH = 0.25  # seconds between two messages about one price
MOST = 1000  # instruments one socket may follow
AUTH_WITHIN = 10.0  # seconds
LONGEST_MESSAGE = 64 * 1024
RECHECK = 30.0  # seconds between looks at whether the token still holds
UNAUTHORISED = 4401  # our close code: get a new token and come back


class Audience:
    """The open sockets of this process, told of a change only by what they follow."""

    def __init__(self, hub: Hub) -> None:
        self._following: dict[InstrumentId, set[LiveSocket]] = {}
        hub.prices.on_change(self._changed)

    def _changed(self, name: InstrumentId) -> None:
        for socket in self._following.get(name, ()):
            socket.changed(name)

    def add(self, socket: LiveSocket, names: Iterable[InstrumentId]) -> None:
        for name in names:
            self._following.setdefault(name, set()).add(socket)

    def remove(self, socket: LiveSocket, names: Iterable[InstrumentId]) -> None:
        for name in names:
            sockets = self._following.get(name, set())
            sockets.discard(socket)
            if not sockets:
                self._following.pop(name, None)


class Refused(Exception):
    """What the browser sent is not understood; the socket stays open."""

    def __init__(self, code: str, detail: str, symbol: str | None = None) -> None:
        super().__init__(detail)
        error = {"code": code, "detail": detail, "symbol": symbol}
        self.body = {"error": {name: value for name, value in error.items() if value is not None}}


class Caller:
    """Who is at the other end of a socket: the token comes as the first message or in the Authorization header."""

    def __init__(self, socket: WebSocket, *, key: bytes, clock: Clock) -> None:
        self._socket, self._key, self._clock = socket, key, clock
        self._token = ""
        self.user_id: UserId | None = None

    async def authenticate(self) -> bool:
        """Accept the socket and find out who it is; closes it and returns False for nobody."""
        await self._socket.accept()
        scheme, _, token = self._socket.headers.get("authorization", "").partition(" ")
        try:
            if scheme.lower() == "bearer" and token:
                self.take(token)
            else:
                first = await asyncio.wait_for(receive(self._socket), AUTH_WITHIN)
                if first.get("action") != "auth":
                    raise Refused("not_authenticated", 'the first message is {"action":"auth","token":...}')
                self.take(str(first.get("token", "")))
        except (Refused, TimeoutError) as error:
            body = error.body if isinstance(error, Refused) else {"error": {"code": "not_authenticated"}}
            await self.dismiss(body)
            return False
        except WebSocketDisconnect:
            return False
        await self._socket.send_text('{"type":"authenticated"}')
        return True

    def take(self, token: str) -> None:
        """Use this token from now on. Raises Refused for one that is not good, or another user's."""
        try:
            user_id = user_of(token, key=self._key, now=self._clock())
        except Problem as problem:
            raise Refused(problem.code, problem.detail) from problem
        if self.user_id not in (None, user_id):
            raise Refused("token_invalid", "this socket belongs to another user")
        self._token, self.user_id = token, user_id

    async def until_expired(self) -> None:
        """Returns when the token has ended, having said so and closed the socket."""
        while True:
            await asyncio.sleep(RECHECK)
            try:
                self.take(self._token)
            except Refused as error:
                await self.dismiss(error.body)
                return

    async def dismiss(self, body: object) -> None:
        try:
            await self._socket.send_text(orjson.dumps(body).decode())
            await self._socket.close(UNAUTHORISED)
        except (WebSocketDisconnect, RuntimeError):
            return  # gone already


async def receive(socket: WebSocket) -> dict[str, object]:
    """The next message. Raises Refused for what is no JSON object, WebSocketDisconnect at the end."""
    frame = await socket.receive()
    if frame["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(frame.get("code") or 1000)
    text = frame.get("text") or (frame.get("bytes") or b"").decode(errors="replace")
    if len(text) > LONGEST_MESSAGE:
        raise Refused("message_too_long", f"a message has at most {LONGEST_MESSAGE} characters")
    try:
        message = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Refused("invalid_json", "a message is a JSON object") from error
    if not isinstance(message, dict):
        raise Refused("invalid_json", "a message is a JSON object")
    return message


class LiveSocket:
    """Follows what its browser subscribes to."""

    def __init__(
        self, socket: WebSocket, caller: Caller, *, hub: Hub, audience: Audience, instruments: Instruments
    ) -> None:
        self._socket, self._caller = socket, caller
        self._hub, self._audience, self._instruments = hub, audience, instruments
        self._follows: set[InstrumentId] = set()
        self._fresh: set[InstrumentId] = set()
        self._more = asyncio.Event()

    def changed(self, name: InstrumentId) -> None:
        self._fresh.add(name)
        self._more.set()

    async def run(self) -> None:
        """Until the browser leaves or its token ends."""
        parts = [
            asyncio.create_task(part)
            for part in (self._listen(), self._flush(), self._caller.until_expired())
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
            self._unfollow(set(self._follows))

    async def _listen(self) -> None:
        while True:
            try:
                self._obey(await receive(self._socket))
            except Refused as error:
                await self._say(error)

    def _obey(self, message: dict[str, object]) -> None:
        match message.get("action"):
            case "subscribe":
                self._follow(self._names(message))
            case "unsubscribe":
                self._unfollow(self._names(message) & self._follows)
            case "auth":
                self._caller.take(str(message.get("token", "")))
            case other:
                raise Refused("unknown_action", f"action is subscribe, unsubscribe or auth, not {other!r}")

    def _names(self, message: dict[str, object]) -> set[InstrumentId]:
        symbols = message.get("symbols")
        if not isinstance(symbols, list) or not all(isinstance(one, str) for one in symbols):
            raise Refused("symbols_required", 'symbols is a list such as ["NSE:INFY"]')
        return {self._name(one) for one in symbols}

    def _name(self, text: str) -> InstrumentId:
        try:
            name = InstrumentId.parse(text)
        except ValueError as error:
            raise Refused("unknown_symbol", f"{text!r} is not of the form NSE:INFY", text) from error
        if self._instruments.get(name) is None:
            raise Refused("unknown_symbol", f"no broker lists {name}", text)
        return name

    def _follow(self, names: set[InstrumentId]) -> None:
        new = names - self._follows
        if len(self._follows) + len(new) > MOST:
            raise Refused("too_many_symbols", f"one socket follows at most {MOST} instruments")
        self._follows |= new
        self._hub.watch(new)
        self._audience.add(self, new)
        for name in names:
            if self._hub.last(name) is not None:
                self.changed(name)

    def _unfollow(self, names: set[InstrumentId]) -> None:
        self._follows -= names
        self._fresh -= names
        self._audience.remove(self, names)
        self._hub.unwatch(names)

    async def _flush(self) -> None:
        while True:
            await self._more.wait()
            self._more.clear()
            fresh, self._fresh = self._fresh, set()
            for name in fresh:
                if (text := self._hub.prices.message(name)) is not None:
                    await self._socket.send_text(text)
            await asyncio.sleep(FLUSH)

    async def _say(self, error: Refused) -> None:
        await self._socket.send_text(orjson.dumps(error.body).decode())
