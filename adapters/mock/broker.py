"""The Mock broker as a Broker: format, call, parse. Order writes leave once, through `http.send_write`."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
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
from adapters.mock import stream, wire
from adapters.mock.session import MockLogin
from adapters.mock.terms import TERMS
from domain.account import Margin
from domain.errors import BrokerRejected, BrokerUnavailable
from domain.instrument import InstrumentId
from domain.market import Candle, Quote
from domain.money import Money
from domain.order import Accepted, ChildOrder
from domain.position import Holding, Position
from domain.report import OrderReport

T = TypeVar("T")
UNKNOWN_ORDER = "unknown_order"


class Mock:
    """One Mock broker session. Its symbols are ours, `NSE:INFY`."""

    def __init__(self, session: Session, endpoints: Endpoints, symbols: Symbols) -> None:
        self._symbols = symbols
        self._http = http.client(
            endpoints.rest,
            via=endpoints,
            headers={"Authorization": f"Bearer {session.access_token}"},
        )

    @property
    def terms(self) -> Terms:
        return TERMS

    async def aclose(self) -> None:
        await self._http.aclose()

    # --- account

    async def profile(self) -> Profile:
        return await self._read("/profile", wire.profile)

    async def margin(self) -> Margin:
        return await self._read("/funds", wire.margin)

    async def holdings(self) -> list[Holding]:
        return await self._read("/holdings", lambda body: [wire.holding(row) for row in body["holdings"]])

    async def positions(self) -> list[Position]:
        return await self._read("/positions", lambda body: [wire.position(row) for row in body["positions"]])

    async def move_funds(self, amount: Money) -> None:
        path = "/funds/deposit" if amount.amount > 0 else "/funds/withdraw"
        await self._write("POST", path, {"amount": str(abs(amount))})

    # --- orders

    async def place(self, child: ChildOrder) -> Accepted:
        body = wire.place_body(child, self._symbol(child.instrument))
        return wire.accepted(await self._write("POST", "/orders", body))

    async def modify(self, child: ChildOrder, change: Change) -> None:
        await self._write("PATCH", _order_path(child), wire.change_body(change))

    async def cancel(self, child: ChildOrder) -> None:
        await self._write("DELETE", _order_path(child))

    async def orders(self) -> list[OrderReport]:
        return await self._read("/orders", _reports)

    async def order(self, child: ChildOrder) -> OrderReport | None:
        try:
            return await self._read(_order_path(child), wire.order_report)
        except BrokerRejected as no:
            if no.code == UNKNOWN_ORDER:
                return None
            raise

    async def find(self, child: ChildOrder) -> list[OrderReport]:
        return await self._read("/orders", _reports, params={"tag": child.tag})

    async def trades(self, child: ChildOrder) -> list[BrokerFill]:
        fills: list[BrokerFill] = []
        for order_id in child.broker_order_ids:
            fills += await self._read(
                f"/orders/{order_id}/trades", lambda body: [wire.broker_fill(row) for row in body["trades"]]
            )
        return fills

    # --- market

    async def quotes(self, instruments: Sequence[InstrumentId]) -> list[Quote]:
        """What is not listed is left out."""
        symbols = ",".join(str(one) for one in instruments if self._symbols.listing(one))
        if not symbols:
            return []
        return await self._read(
            "/quotes", lambda body: [wire.quote(row) for row in body["quotes"]], params={"symbols": symbols}
        )

    async def candles(
        self, instrument: InstrumentId, *, interval: str, start: datetime, end: datetime
    ) -> list[Candle]:
        params = {
            "symbol": self._symbol(instrument),
            "interval": interval,
            "from": start.isoformat(),
            "to": end.isoformat(),
        }
        return await self._read(
            "/candles", lambda body: [wire.candle(row) for row in body["candles"]], params=params
        )

    async def required_margin(self, ask: MarginAsk) -> Money:
        request = self._http.build_request(
            "POST", "/margin", json=wire.margin_body(ask, self._symbol(ask.instrument))
        )
        return await self._parsed(request, lambda body: Money.of(body["required"]))

    # --- calls

    def _symbol(self, instrument: InstrumentId) -> str:
        if self._symbols.listing(instrument) is None:
            raise BrokerRejected(f"{instrument} is not listed at Mock Broker", code="not_listed")
        return str(instrument)

    async def _write(self, method: str, path: str, body: dict[str, Any] | None = None) -> Mapping[str, Any]:
        response = await http.send_write(self._http, self._http.build_request(method, path, json=body))
        return wire.write_answer(response.status_code, response.content)

    async def _read(
        self, path: str, parse: Callable[[Mapping[str, Any]], T], *, params: dict[str, str] | None = None
    ) -> T:
        return await self._parsed(self._http.build_request("GET", path, params=params), parse)

    async def _parsed(self, request: httpx.Request, parse: Callable[[Mapping[str, Any]], T]) -> T:
        response = await http.send_read(self._http, request)
        body = wire.read_answer(response.status_code, response.content)
        try:
            return parse(body)
        except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            raise BrokerUnavailable(f"unreadable answer to {request.url.path}: {error!r}") from error


def _order_path(child: ChildOrder) -> str:
    if child.broker_order_id is None:
        raise BrokerRejected("the order has no id at Mock Broker yet", code="no_order_id")
    return f"/orders/{child.broker_order_id}"


def _reports(body: Mapping[str, Any]) -> list[OrderReport]:
    return [wire.order_report(row) for row in body["orders"]]


class MockAdapter:
    """What the registry holds for the Mock broker."""

    terms: Terms = TERMS
    login: Login = MockLogin()

    def connect(self, session: Session, endpoints: Endpoints, symbols: Symbols, *, clock: Clock) -> Mock:
        return Mock(session, endpoints, symbols)

    async def instruments(self, endpoints: Endpoints) -> list[Listing]:
        async with http.client(endpoints.rest, deadline=30.0) as client:
            request = client.build_request("GET", endpoints.instruments or "/instruments")
            response = await http.send_read(client, request)
        body = wire.read_answer(response.status_code, response.content)
        try:
            return [wire.listing(row) for row in body["instruments"]]
        except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            raise BrokerUnavailable(f"unreadable instrument master: {error!r}") from error

    def market_feed(
        self, session: Session, endpoints: Endpoints, symbols: Symbols, *, clock: Clock
    ) -> AbstractAsyncContextManager[MarketFeed]:
        return stream.market_feed(session, endpoints)

    def order_stream(
        self, session: Session, endpoints: Endpoints, symbols: Symbols, *, clock: Clock
    ) -> AsyncGenerator[StreamEvent, None]:
        return stream.order_stream(session, endpoints, clock)


ADAPTER = MockAdapter()
