"""Many clients of live prices in one process, as light as they can be: they read frames and note how late they are."""

from __future__ import annotations

import asyncio
import base64
import os
import time
from array import array
from collections.abc import Sequence
from typing import Any, Protocol, cast

import orjson

from benchmarks.ticker import Ticker, tick_of

RESOLUTION = 10_000  # parts of a second that latencies are counted in
MOST = 10  # seconds; longer ones count as this long
TEXT, BINARY, CLOSE, PING = 1, 2, 8, 9


class Watched(Protocol):
    """Where clients tell what they got."""

    octets: int
    closed: int

    def heard(self, last: dict[int, int], prices: Sequence[dict[str, Any]], now: float) -> None:
        """`last`: what this client keeps of each instrument, by its number. `now`: of `perf_counter`."""


class Watching:
    """What all clients got: counts of latencies, and the last tick of each subscription."""

    def __init__(self, ticker: Ticker) -> None:
        self.sent, self.number = ticker.sent, {symbol: n for n, symbol in enumerate(ticker.symbols)}
        self.counting = False
        self.prices = self.messages = self.octets = self.closed = 0
        self.late = array("q", [0]) * (RESOLUTION * MOST + 1)

    def heard(self, last: dict[int, int], prices: Sequence[dict[str, Any]], now: float) -> None:
        counting, late = self.counting, self.late
        for price in prices:
            number, tick = self.number[price["symbol"]], tick_of(price["ltp"])
            last[number] = tick
            if counting and tick:
                late[min(int((now - self.sent[number][tick - 1]) * RESOLUTION), RESOLUTION * MOST)] += 1
        if counting:
            self.prices += len(prices)
            self.messages += 1

    def milliseconds(self, percentile: float) -> float:
        wanted, seen = sum(self.late) * percentile / 100, 0
        for bucket, count in enumerate(self.late):
            seen += count
            if seen >= wanted:
                return bucket * 1000 / RESOLUTION
        return MOST * 1000.0


class Client(asyncio.Protocol):
    """One socket that follows some instruments."""

    def __init__(self, watching: Watched, path: str, token: str, symbols: Sequence[str]) -> None:
        self._watching, self._path, self._token, self.symbols = watching, path, token, symbols
        self._buffer = b""
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.last: dict[int, int] = {}
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is one by its methods only
        self.transport.write(
            f"GET {self._path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\nSec-WebSocket-Version: 13\r\n"
            f"Authorization: Bearer {self._token}\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        assert self.transport is not None
        now = time.perf_counter()
        self._watching.octets += len(data)
        buffer = self._buffer + data if self._buffer else data
        if not self.opened.done():
            head, ended, rest = buffer.partition(b"\r\n\r\n")
            if not ended:
                self._buffer = buffer
                return
            if b" 101 " not in head[:20]:
                self.opened.set_exception(ConnectionRefusedError(buffer.decode(errors="replace")))
                self.transport.abort()
                return
            buffer = rest
            self.opened.set_result(None)
            self._say(TEXT, orjson.dumps({"action": "subscribe", "symbols": self.symbols}))
        at, size = 0, len(buffer)
        while size - at >= 2:
            length, start = buffer[at + 1], at + 2
            if length == 126:
                length, start = int.from_bytes(buffer[at + 2 : at + 4], "big"), at + 4
            elif length == 127:
                length, start = int.from_bytes(buffer[at + 2 : at + 10], "big"), at + 10
            if size - start < length:
                break
            self._frame(buffer[at] & 15, buffer[start : start + length], now)
            at = start + length
        self._buffer = buffer[at:]

    def connection_lost(self, error: Exception | None) -> None:
        self._watching.closed += 1
        if not self.opened.done():
            self.opened.set_exception(error or ConnectionResetError("closed before it was open"))

    def _frame(self, kind: int, payload: bytes, now: float) -> None:
        if kind == PING:
            self._say(10, payload)
        elif kind == TEXT:
            told = orjson.loads(payload)
            if "prices" in told:
                self._watching.heard(self.last, told["prices"], now)
            assert "error" not in told, told

    def _say(self, kind: int, payload: bytes) -> None:
        """A client masks what it sends; a mask of zeros leaves it as it is."""
        assert self.transport is not None
        length = len(payload)
        size = bytes([128 | length]) if length < 126 else bytes([254]) + length.to_bytes(2, "big")
        head = bytes([128 | kind]) + size
        self.transport.write(head + b"\0\0\0\0" + payload)


async def connect(
    watching: Watched,
    *,
    port: int,
    token: str,
    sockets: int,
    each: int,
    symbols: Sequence[str],
    options: str,
) -> list[Client]:
    """Open sockets whose subscriptions cover all instruments evenly. `options`: what their address asks for.

    Raises what kept one from opening: ConnectionRefusedError with the server's answer.
    """
    loop, clients = asyncio.get_running_loop(), list[Client]()
    for number in range(sockets):
        first = number * each
        mine = [symbols[at % len(symbols)] for at in range(first, first + each)]
        _, client = await loop.create_connection(
            lambda mine=mine: Client(watching, f"/v1/stocks/live?{options}", token, mine),  # type: ignore[misc]
            "127.0.0.1",
            port,
        )
        clients.append(client)
    await asyncio.gather(*(client.opened for client in clients))
    return clients
