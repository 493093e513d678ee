"""A broker's price feed under full control: Kite's binary frames of many instruments, each moving once a second.

Every price tells when it was sent: it counts the instrument's ticks, and their moments are kept here.
"""

from __future__ import annotations

import asyncio
import struct
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import orjson
from aiohttp import WSMsgType, web

HEADER = (
    "instrument_token,exchange_token,tradingsymbol,name,last_price,expiry,strike,tick_size,lot_size,"
    "instrument_type,segment,exchange"
)
BASE, STEP = 100_000, 5  # paise: the price before the first tick, and what each one adds
SLOTS = 50  # moments of a second; in each, the same share of the instruments moves
HEARTBEAT = 2.0  # seconds
_PACKET = struct.Struct(">H16I")
_DEPTH = struct.pack(">IIHH", 10, BASE, 3, 0) * 10


@dataclass(eq=False)
class Ticker:
    """The feed of instruments NSE:B00000 and on. `sent[n]` holds the moments of the n-th instrument's ticks."""

    count: int
    sent: list[list[float]] = field(init=False)
    ticking: bool = False
    _tokens: dict[web.WebSocketResponse, set[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.sent = [[] for _ in range(self.count)]

    @property
    def symbols(self) -> list[str]:
        return [f"NSE:B{number:05d}" for number in range(self.count)]

    @property
    def subscribed(self) -> int:
        """Subscriptions over all connections, more than instruments when one has two."""
        return sum(map(len, self._tokens.values()))

    @property
    def connections(self) -> int:
        """That carry prices."""
        return sum(bool(tokens) for tokens in self._tokens.values())

    async def instruments(self, _: web.Request) -> web.Response:
        rows = (
            f"{_token(n)},{n},{symbol[4:]},Bench {n},0,,0,0.05,1,EQ,NSE,NSE"
            for n, symbol in enumerate(self.symbols)
        )
        return web.Response(text="\n".join((HEADER, *rows)))

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        tokens = self._tokens[socket] = set()
        beating = asyncio.create_task(_beat(socket))
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    told = orjson.loads(message.data)
                    if told["a"] == "subscribe":
                        tokens |= set(told["v"])
                        await socket.send_bytes(self._frame(told["v"]))
                    elif told["a"] == "unsubscribe":
                        tokens -= set(told["v"])
        finally:
            beating.cancel()
            del self._tokens[socket]
        return socket

    async def run(self) -> None:
        """Tick while `ticking`, each slot at its moment: one that is late is not left out."""
        share = [[_token(number) for number in range(slot, self.count, SLOTS)] for slot in range(SLOTS)]
        began, turn = time.perf_counter(), 0
        while True:
            await asyncio.sleep(max(0.0, began + turn / SLOTS - time.perf_counter()))
            if self.ticking:
                await self._tick(share[turn % SLOTS])
            turn += 1

    async def _tick(self, tokens: Sequence[int]) -> None:
        now = time.perf_counter()
        for token in tokens:
            self.sent[token >> 8].append(now)
        for socket, known in list(self._tokens.items()):
            mine = [token for token in tokens if token in known]
            if mine and not socket.closed:
                await socket.send_bytes(self._frame(mine))

    def _frame(self, tokens: Sequence[int]) -> bytes:
        return struct.pack(">H", len(tokens)) + b"".join(map(self._packet, tokens))

    def _packet(self, token: int) -> bytes:
        count, seconds = len(self.sent[token >> 8]), int(time.time())
        price = BASE + STEP * count
        return _PACKET.pack(
            184, token, price, 1, price, count, 10, 10, BASE, price, BASE, BASE, seconds, 0, 0, 0, seconds
        ) + _DEPTH  # fmt: skip


def tick_of(price: str) -> int:
    """Which tick of its instrument a price is, from 1; 0 for the price before the first."""
    return (int(price.replace(".", "")) - BASE) // STEP


def _token(number: int) -> int:
    return number << 8 | 1  # the low byte is the segment: NSE


async def _beat(socket: web.WebSocketResponse) -> None:
    while True:
        await asyncio.sleep(HEARTBEAT)
        await socket.send_bytes(b"\x00")


@asynccontextmanager
async def ticking(count: int) -> AsyncIterator[tuple[Ticker, int]]:
    """A feed and its port; it does not tick yet."""
    ticker = Ticker(count)
    app = web.Application()
    app.router.add_get("/instruments", ticker.instruments)
    app.router.add_get("/", ticker.socket)
    runner = web.AppRunner(app, shutdown_timeout=1.0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    running = asyncio.create_task(ticker.run())
    try:
        yield ticker, runner.addresses[0][1]
    finally:
        running.cancel()
        await runner.cleanup()
