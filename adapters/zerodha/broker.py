"""Zerodha as a Broker: format, call, parse. Order writes leave once, through `http.send_write`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Any, TypeVar

import httpx

from adapters import http
from adapters.broker import (
    BrokerFill,
    Change,
    Clock,
    Endpoints,
    Listing,
    Login,
    MarginAsk,
    MarketFeed,
    Profile,
    Session,
    StreamEvent,
    Symbols,
    Terms,
)
from adapters.zerodha import master, stream, wire
from adapters.zerodha.session import KiteLogin
from adapters.zerodha.terms import TERMS
from domain.account import Margin
from domain.calendar import IST
from domain.errors import BrokerRejected, BrokerUnavailable
from domain.instrument import InstrumentId
from domain.market import Candle, Quote
from domain.money import Money
from domain.order import Accepted, ChildOrder
from domain.position import Holding, Position
from domain.report import OrderReport

T = TypeVar("T")

# interval -> Kite's word and the most days of one request
INTERVALS = {
    "1m": ("minute", 60),
    "5m": ("5minute", 100),
    "15m": ("15minute", 200),
    "1h": ("60minute", 400),
    "1d": ("day", 2000),
}


def _client(session: Session, endpoints: Endpoints) -> httpx.AsyncClient:
    headers = {**wire.VERSION, "Authorization": f"token {session.api_key}:{session.access_token}"}
    return http.client(endpoints.rest, via=endpoints, headers=headers)


class Zerodha:
    """One Kite session. Orders of the regular variety only."""

    def __init__(self, session: Session, endpoints: Endpoints, symbols: Symbols, clock: Clock) -> None:
        self._symbols, self._clock = symbols, clock
        self._http = _client(session, endpoints)

    @property
    def terms(self) -> Terms:
        return TERMS

    async def aclose(self) -> None:
        await self._http.aclose()

    # --- account

    async def profile(self) -> Profile:
        return await self._read("/user/profile", wire.profile)

    async def margin(self) -> Margin:
        return await self._read("/user/margins", wire.margin)

    async def holdings(self) -> list[Holding]:
        return await self._read(
            "/portfolio/holdings", lambda rows: [wire.holding(row, self._symbols) for row in rows]
        )

    async def positions(self) -> list[Position]:
        return await self._read(
            "/portfolio/positions", lambda data: [wire.position(row, self._symbols) for row in data["net"]]
        )

    # --- orders

    async def place(self, child: ChildOrder) -> Accepted:
        form = wire.place_form(child, self._listing(child.instrument).order_key)
        data = await self._write("POST", f"/orders/{wire.VARIETY}", data=form)
        return Accepted(wire.order_id(data), self._clock())

    async def modify(self, child: ChildOrder, change: Change) -> None:
        wire.order_id(await self._write("PUT", _order_path(child), data=wire.modify_form(change)))

    async def cancel(self, child: ChildOrder) -> None:
        wire.order_id(await self._write("DELETE", _order_path(child)))

    async def orders(self) -> list[OrderReport]:
        return await self._read(
            "/orders", lambda rows: [wire.order_report(row, self._symbols) for row in rows]
        )

    async def order(self, child: ChildOrder) -> OrderReport | None:
        """From the day's book: how Kite words an unknown id at /orders/{id} is not documented."""
        known = set(child.broker_order_ids)
        return next((report for report in await self.orders() if report.broker_order_id in known), None)

    async def find(self, child: ChildOrder) -> list[OrderReport]:
        return await self._read("/orders", lambda rows: wire.tagged(rows, child.tag, self._symbols))

    async def trades(self, child: ChildOrder) -> list[BrokerFill]:
        fills: list[BrokerFill] = []
        for order_id in child.broker_order_ids:
            fills += await self._read(
                f"/orders/{order_id}/trades", lambda rows: [wire.broker_fill(row) for row in rows]
            )
        return fills

    # --- market

    async def quotes(self, instruments: Sequence[InstrumentId]) -> list[Quote]:
        """What Kite does not know is left out. At most `terms.quote_batch` instruments."""
        listings = [listing for one in instruments if (listing := self._symbols.listing(one))]
        names = {f"{one.instrument.id.exchange}:{one.order_key}": one.instrument.id for one in listings}
        if not names:
            return []
        return await self._read(
            "/quote",
            lambda data: [wire.quote(names[name], row, seen_at=self._clock()) for name, row in data.items()],
            params=httpx.QueryParams([("i", name) for name in names]),
        )

    async def candles(
        self, instrument: InstrumentId, *, interval: str, start: datetime, end: datetime
    ) -> list[Candle]:
        word, days = INTERVALS[interval]
        path = f"/instruments/historical/{self._listing(instrument).feed_key}/{word}"
        candles: list[Candle] = []
        while start <= end:
            until = min(end, start + timedelta(days=days))
            span = {"from": start, "to": until}
            params = httpx.QueryParams(
                {name: f"{at.astimezone(IST):%Y-%m-%d %H:%M:%S}" for name, at in span.items()}
            )
            candles += await self._read(
                path, lambda data: [wire.candle(row) for row in data["candles"]], params=params
            )
            start = until + timedelta(seconds=1)
        return candles

    async def required_margin(self, ask: MarginAsk) -> Money:
        item = wire.margin_item(ask, self._listing(ask.instrument).order_key)
        request = self._http.build_request(
            "POST",
            "/margins/orders",
            content=json.dumps([item]),
            headers={"Content-Type": "application/json"},
        )
        return await self._parsed(request, lambda rows: Money.of(rows[0]["total"]))

    async def move_funds(self, amount: Money) -> None:
        raise BrokerRejected("Zerodha moves money only on its own pages")

    # --- calls

    def _listing(self, instrument: InstrumentId) -> Listing:
        listing = self._symbols.listing(instrument)
        if listing is None:
            raise BrokerRejected(f"{instrument} is not listed at Zerodha", code="not_listed")
        return listing

    async def _write(self, method: str, path: str, *, data: dict[str, str] | None = None) -> Any:
        response = await http.send_write(self._http, self._http.build_request(method, path, data=data))
        return wire.write_answer(response.status_code, response.content)

    async def _read(
        self, path: str, parse: Callable[[Any], T], *, params: httpx.QueryParams | None = None
    ) -> T:
        return await self._parsed(self._http.build_request("GET", path, params=params), parse)

    async def _parsed(self, request: httpx.Request, parse: Callable[[Any], T]) -> T:
        response = await http.send_read(self._http, request)
        data = wire.read_answer(response.status_code, response.content)
        try:
            return parse(data)
        except (KeyError, TypeError, ValueError, IndexError, AttributeError, ArithmeticError) as error:
            raise BrokerUnavailable(f"unreadable answer to {request.url.path}: {error!r}") from error


def _order_path(child: ChildOrder) -> str:
    if child.broker_order_id is None:
        raise BrokerRejected("the order has no id at Zerodha yet", code="no_order_id")
    return f"/orders/{wire.VARIETY}/{child.broker_order_id}"


class ZerodhaAdapter:
    """What the registry holds for Zerodha."""

    terms: Terms = TERMS
    login: Login = KiteLogin()

    def connect(self, session: Session, endpoints: Endpoints, symbols: Symbols, *, clock: Clock) -> Zerodha:
        return Zerodha(session, endpoints, symbols, clock)

    async def instruments(self, endpoints: Endpoints) -> list[Listing]:
        async with http.client(endpoints.rest, headers=wire.VERSION, deadline=60.0) as client:
            request = client.build_request("GET", endpoints.instruments or "/instruments")
            response = await http.send_read(client, request)
        if response.status_code != 200:
            wire.read_answer(response.status_code, response.content)
        try:
            # The real file has about 100,000 rows: parsing it must not hold up the loop.
            return await asyncio.to_thread(master.listings, response.text)
        except (KeyError, ValueError) as error:
            raise BrokerUnavailable(f"unreadable instrument master: {error!r}") from error

    def market_feed(
        self, session: Session, endpoints: Endpoints, symbols: Symbols, *, clock: Clock
    ) -> AbstractAsyncContextManager[MarketFeed]:
        return stream.market_feed(session, endpoints, symbols, clock)

    def order_stream(
        self, session: Session, endpoints: Endpoints, symbols: Symbols, *, clock: Clock
    ) -> AsyncGenerator[StreamEvent, None]:
        return stream.order_stream(session, endpoints, symbols, clock)


ADAPTER = ZerodhaAdapter()
