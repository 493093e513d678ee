"""Upstox's market feed (version 3): protobuf frames of what a connection asked for, as it changes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import orjson
from starlette.websockets import WebSocket

from mocks.brokers.prints import Prints
from mocks.brokers.upstox import feed
from mocks.brokers.upstox.desk import Desk
from mocks.brokers.upstox.feed import Line
from mocks.brokers.upstox.options import Options
from mocks.brokers.upstox.status import SHUT, Statuses
from mocks.exchange.model import Kind, Phase, Quote

POLL_SECONDS = 0.25
# Keys of one connection: with a single mode, and with several.
KEY_LIMITS = {
    "ltpc": (5000, 2000),
    "option_greeks": (3000, 2000),
    "full": (2000, 1500),
    "full_d30": (50, 1500),
}
SEGMENTS = ("NSE_EQ", "NSE_FO", "NSE_INDEX", "BSE_EQ", "BSE_FO", "BSE_INDEX", *SHUT)
METHODS = frozenset({"sub", "unsub", "change_mode"})


class MarketFeed:
    """One connection. First the market's status, then a snapshot of what is asked for, then changes."""

    def __init__(self, desk: Desk, statuses: Statuses, prints: Prints, socket: WebSocket) -> None:
        self._desk, self._names, self._exchange = desk, desk.names, desk.exchange
        self._statuses, self._prints, self._socket = statuses, prints, socket
        self._options = Options(desk)
        self._wanted: dict[str, str] = {}  # key -> mode
        self._sent: dict[str, Quote] = {}
        self._seen: dict[str, int] = {}  # key -> the last trade it was sent with
        self._told: dict[str, str] = {}  # segment -> status

    async def greet(self) -> None:
        await self._socket.send_bytes(self._market_info())

    def _market_info(self) -> bytes:
        self._told = self._segments()
        auctioned = {segment: self._statuses.auctioned(segment) for segment in ("NSE_EQ", "BSE_EQ")}
        opening = {segment: self._statuses.segment(segment) for segment in ("NSE_EQ", "NSE_FO", "BSE_EQ")}
        return feed.market_info(self._now_ms, self._told, auctioned, opening)

    def _segments(self) -> dict[str, str]:
        return {segment: self._statuses.segment(segment).word for segment in SEGMENTS}

    @property
    def _now_ms(self) -> int:
        return self._exchange.now // 1_000_000

    async def hear(self) -> None:
        """Until the client goes. Requests are JSON in binary frames; text frames are passed over, as Upstox does."""
        while True:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            request = _request(message.get("bytes"))
            if request is None:
                continue
            method, mode, keys = request
            known = [key for key in keys if self._names.name(key)]
            if method == "unsub":
                self._forget(known)
                continue
            if method == "change_mode":
                known = [key for key in known if key in self._wanted]
            known = self._within_limits(mode, known)
            self._wanted.update(dict.fromkeys(known, mode))
            if known:
                await self._socket.send_bytes(self._frame(known, first=True))

    def _forget(self, keys: list[str]) -> None:
        for key in keys:
            self._wanted.pop(key, None)
            self._sent.pop(key, None)
            self._seen.pop(key, None)

    def _within_limits(self, mode: str, keys: list[str]) -> list[str]:
        """As many as the connection may still have in this mode; the others are never answered."""
        if not self._desk.switches.rate_limits:
            return keys
        alone = all(one == mode for one in self._wanted.values())
        limit = KEY_LIMITS[mode][0 if alone else 1]
        held = {key for key, one in self._wanted.items() if one == mode}
        fresh = [key for key in keys if key not in held]
        return [key for key in keys if key in held] + fresh[: max(0, limit - len(held))]

    async def tell(self) -> None:
        while True:
            await asyncio.sleep(POLL_SECONDS)
            if self._segments() != self._told:
                await self._socket.send_bytes(self._market_info())
            changed = [key for key in self._wanted if self._changed(key)]
            if changed:
                await self._socket.send_bytes(self._frame(changed, first=False))

    def _changed(self, key: str) -> bool:
        name = self._names.name(key)
        if name is None:  # its last day is over
            self._forget([key])
            return False
        mode = self._wanted[key]
        if mode == "ltpc" and key in self._sent and self._trades_on(name):
            return self._seen[key] != self._prints.newest(name)
        return _face(self._quote(name, mode), mode) != _face(self._sent.get(key), mode)

    def _quote(self, name: str, mode: str) -> Quote:
        return self._exchange.quote(name, feed.LEVELS.get(mode, 1))

    def _trades_on(self, name: str) -> bool:
        """Does only a trade change the last price? An index has none, an auction has an indicative price."""
        book = self._exchange.instruments[name].kind is not Kind.INDEX
        return book and self._exchange.phase_of(name) is Phase.CONTINUOUS

    def _frame(self, keys: list[str], *, first: bool) -> bytes:
        return feed.prices(self._now_ms, self._lines(keys), first=first)

    def _lines(self, keys: list[str]) -> Iterator[Line]:
        for key in keys:
            instrument = self._names.instrument(key)
            if instrument is None or key not in self._wanted:
                continue
            mode = self._wanted[key]
            quote = self._quote(instrument.key, mode)
            self._sent[key] = quote
            self._seen[key] = self._prints.newest(instrument.key)
            if mode == "ltpc":
                yield Line(key, mode, instrument, quote)
                continue
            minute = self._exchange.history.last_minute(instrument.key) if mode in feed.LEVELS else None
            greeks = self._options.sensitivities(instrument, quote)
            yield Line(key, mode, instrument, quote, greeks, minute)


def _face(quote: Quote | None, mode: str) -> object:
    """What of a quote this mode shows: a change in it is worth a frame."""
    if quote is None:
        return None
    last = (quote.last_price, quote.volume, quote.last_time, quote.indicative_price)
    if mode == "ltpc":
        return last
    return (last, quote.bids, quote.asks, quote.open_interest)


def _request(frame: bytes | None) -> tuple[str, str, list[str]] | None:
    """(method, mode, keys) of a subscription frame; None for anything else."""
    try:
        body = orjson.loads(frame or b"")
        method, data = body["method"], body["data"]
        mode, keys = data.get("mode") or "ltpc", data["instrumentKeys"]
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        return None
    if method not in METHODS or mode not in KEY_LIMITS or not isinstance(keys, list):
        return None
    return method, mode, [key for key in keys if isinstance(key, str)]
