"""Kite's websocket: binary ticks of what was subscribed, text updates of the user's orders."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import date

import orjson
from starlette.websockets import WebSocket, WebSocketDisconnect

from mocks.brokers.backoffice.accounts import App, Session
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.orders import OrderUpdate
from mocks.brokers.backoffice.refusal import Refusal
from mocks.brokers.kite import packets
from mocks.brokers.kite.gate import Gate
from mocks.brokers.kite.reply import NETWORK, TOKEN, KiteError, failure, refused
from mocks.brokers.kite.rows import ANNOUNCED, update_payload
from mocks.brokers.kite.tokens import INDICES, Tokens
from mocks.brokers.prints import Prints
from mocks.exchange.model import Quote

MODES = ("ltp", "quote", "full")
CONNECTIONS, INSTRUMENTS = 3, 3000
TICK_SECONDS = 0.25
FRAME_PACKETS = 200
HEARTBEAT_TICKS = 8  # a heartbeat after two idle seconds


class Ticker:
    def __init__(self, office: BackOffice, tokens: Tokens, gate: Gate) -> None:
        self._office, self._tokens, self._gate = office, tokens, gate
        self._prints = Prints(office.exchange)
        self._open: Counter[tuple[str, str]] = Counter()  # connections by API key and user

    async def connect(self, socket: WebSocket) -> None:
        try:
            session = self._admit(socket)
        except KiteError as no:
            await socket.send_denial_response(failure(no))
            return
        await socket.accept()
        owner = session.api_key, session.user_id
        self._open[owner] += 1
        connection = Connection(socket, self._office, self._tokens, self._prints, session)
        try:
            await connection.run()
        finally:
            self._open[owner] -= 1

    def _admit(self, socket: WebSocket) -> Session:
        """The official sandbox wants `user_id` too: when it is there it must be the token's."""
        try:
            session = self._gate.session(socket.scope)
        except Refusal as no:
            raise refused(no) from no
        if socket.query_params.get("user_id", session.user_id) != session.user_id:
            raise KiteError(403, TOKEN, "Incorrect `api_key` or `access_token`.")
        self._gate.may_read(session)
        if self._open[session.api_key, session.user_id] >= CONNECTIONS:
            raise KiteError(429, NETWORK, "Too many requests")
        return session


class Connection:
    """One open socket: a reader of commands, a writer of whatever is in the queue, a clock for ticks."""

    def __init__(
        self, socket: WebSocket, office: BackOffice, tokens: Tokens, prints: Prints, session: Session
    ) -> None:
        self._socket, self._office, self._tokens, self._session = socket, office, tokens, session
        self._prints = prints
        self._app: App = office.directory.app(session.api_key)
        self._modes: dict[int, str] = {}
        self._sent: dict[int, Quote] = {}
        self._seen: dict[
            int, tuple[int, date]
        ] = {}  # the last trade, and the day, that a packet was made after
        self._queue: asyncio.Queue[bytes | str] = asyncio.Queue()

    async def run(self) -> None:
        stop = self._office.listen(self._session.user_id, self._heard)
        work = [asyncio.create_task(step()) for step in (self._read, self._write, self._tick)]
        try:
            await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stop()
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)

    def _heard(self, update: OrderUpdate) -> None:
        order, stage = update.order, update.row.stage
        if stage in ANNOUNCED:
            payload = update_payload(order, stage, self._tokens.by_key[order.key], self._app.api_secret)
            self._queue.put_nowait(orjson.dumps({"type": "order", "data": payload}).decode())

    async def _write(self) -> None:
        while True:
            message = await self._queue.get()
            if isinstance(message, bytes):
                await self._socket.send_bytes(message)
            else:
                await self._socket.send_text(message)

    async def _read(self) -> None:
        while True:
            try:
                text = await self._socket.receive_text()
            except (WebSocketDisconnect, KeyError):  # a binary frame has no text: not a client of ours
                return
            try:
                self._obey(orjson.loads(text))
            except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, IndexError) as error:
                notice = {"type": "error", "data": f"Invalid request: {error}"}
                self._queue.put_nowait(orjson.dumps(notice).decode())
            else:
                await self._send_changes()

    def _obey(self, command: dict[str, object]) -> None:
        """subscribe, unsubscribe or mode. Raises ValueError and its kin for anything else."""
        action, value = command["a"], command["v"]
        if not isinstance(value, list):
            raise TypeError("`v` must be a list")
        if action == "mode":
            mode, tokens = str(value[0]), value[1]
            if mode not in MODES or not isinstance(tokens, list):
                raise ValueError("unknown mode")
        elif action in ("subscribe", "unsubscribe"):
            mode, tokens = "quote", value
        else:
            raise ValueError("unknown action")
        known = [int(token) for token in tokens if int(token) in self._tokens.by_token]
        if action == "unsubscribe":
            for token in known:
                self._modes.pop(token, None)
                self._sent.pop(token, None)
            return
        if len(self._modes.keys() | set(known)) > INSTRUMENTS:
            raise ValueError(f"at most {INSTRUMENTS} instruments a connection")
        if action == "subscribe":
            # Repeated by clients after a reconnect: what has a mode keeps it.
            self._modes.update({token: mode for token in known if token not in self._modes})
        else:
            self._modes.update(dict.fromkeys(known, mode))
        for token in known:
            self._sent.pop(token, None)

    async def _tick(self) -> None:
        idle = 0
        while True:
            await asyncio.sleep(TICK_SECONDS)
            idle = 0 if await self._send_changes() else idle + 1
            if idle >= HEARTBEAT_TICKS:
                self._queue.put_nowait(packets.HEARTBEAT)
                idle = 0

    async def _send_changes(self) -> bool:
        """Queue what moved since it was last sent, in frames of some hundred packets: others get their turn between."""
        moved = False
        subscribed = list(self._modes)
        for first in range(0, len(subscribed), FRAME_PACKETS):
            fresh = [
                one for token in subscribed[first : first + FRAME_PACKETS] if (one := self._fresh(token))
            ]
            if fresh:
                self._queue.put_nowait(packets.frame(fresh))
                moved = True
            await asyncio.sleep(0)
        return moved

    def _fresh(self, token: int) -> bytes | None:
        """The packet of an instrument that moved."""
        mode, key = self._modes.get(token), self._tokens.by_token.get(token)
        if mode is None or key is None:
            return None  # unsubscribed meanwhile, or a contract that expired while it was subscribed
        index, seen = token & 0xFF == INDICES, (self._prints.newest(key), self._office.exchange.day)
        if mode != "full" and not index and token in self._sent and self._seen[token] == seen:
            return None  # only a trade or a new day moves it: no need to ask for the quote
        quote = self._office.exchange.quote(key)
        self._seen[token] = seen
        if not _moved(self._sent.get(token), quote, mode):
            return None
        self._sent[token] = quote
        return packets.packet(token, quote, mode, index=index)


def _moved(before: Quote | None, now: Quote, mode: str) -> bool:
    if before is None or before.last_price != now.last_price:
        return True
    if mode == "ltp":
        return False
    if (before.volume, before.last_time) != (now.volume, now.last_time):
        return True
    return mode == "full" and (before.bids, before.asks) != (now.bids, now.asks)
