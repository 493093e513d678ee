"""The Mock broker as a Broker: format, call, parse. Order writes leave once, through `http.send_write`."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

import httpx

from adapters import http, rows
from adapters.broker import (
    Authorisation,
    BrokerFill,
    Capabilities,
    Change,
    Clock,
    Conversion,
    Endpoints,
    Listing,
    Login,
    MarginAsk,
    MarketFeed,
    PhoneLogin,
    Profile,
    Session,
    StreamEvent,
    Symbols,
    Terms,
)
from adapters.mock import gtt, market, stream, wire
from adapters.mock.session import MockLogin
from adapters.mock.terms import TERMS
from domain.account import Margin
from domain.conditional import ConditionalIntent, ConditionalReport
from domain.errors import BrokerRejected, BrokerUnavailable
from domain.instrument import InstrumentId
from domain.market import Candle, Quote
from domain.money import Money, Price
from domain.order import Accepted, ChildOrder
from domain.position import Holding, Position
from domain.report import OrderReport

T = TypeVar("T")
UNKNOWN_ORDER, NOT_IN_PLAN = "unknown_order", "not_in_plan"


class Mock:
    """One Mock broker session. Its symbols are ours, `NSE:INFY`."""

    def __init__(self, session: Session, endpoints: Endpoints, symbols: Symbols, clock: Clock) -> None:
        self._symbols, self._clock = symbols, clock
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
        return await self._read("/holdings", lambda body: wire.holdings(body["holdings"]))

    async def positions(self) -> list[Position]:
        return await self._read(
            "/positions", lambda body: rows.read(body["positions"], wire.position, "a position")
        )

    async def convert(self, conversion: Conversion) -> None:
        body = wire.conversion_body(conversion, self._symbol(conversion.instrument))
        await self._write("POST", "/positions/convert", body)

    async def authorisation(self, needs: Mapping[InstrumentId, int]) -> Authorisation:
        """There is no depository here: leave is given over the sandbox's control API."""
        return Authorisation("", "Give leave to sell on the sandbox's own page; it lasts until 17:30")

    async def probe(self) -> Capabilities:
        await self.profile()
        try:
            await self._read("/ltp", lambda body: body["last_prices"], params={"symbols": "NSE:INFY"})
            market_data: bool | None = True
        except BrokerRejected as no:
            market_data = False if no.code == NOT_IN_PLAN else None
        except BrokerUnavailable:
            market_data = None
        blocked = await self._read("/kill-switch", lambda body: frozenset(body["exchanges"]))
        exchanges = frozenset(one for one in TERMS.exchanges if one.value not in blocked)
        return Capabilities(market_data, orders=bool(exchanges), exchanges=exchanges)

    async def addresses(self) -> list[str] | None:
        return None

    async def move_funds(self, amount: Money) -> None:
        path = "/funds/deposit" if amount.amount > 0 else "/funds/withdraw"
        await self._write("POST", path, {"amount": str(abs(amount))})

    # --- orders

    async def place(self, child: ChildOrder) -> Accepted:
        body = wire.place_body(child, self._symbol(child.instrument))
        return wire.accepted(await self._write("POST", "/orders", body))

    async def modify(self, child: ChildOrder, change: Change) -> None:
        body = wire.change_body(change)
        if child.iceberg_legs > 1:
            if change.quantity != child.quantity_now:
                raise BrokerRejected("the quantity of an iceberg cannot be changed", code="iceberg_quantity")
            del body["quantity"]  # would be that of the leg
        await self._change(child, "PATCH", body)

    async def cancel(self, child: ChildOrder) -> None:
        await self._change(child, "DELETE", None)

    async def _change(self, child: ChildOrder, method: str, body: dict[str, Any] | None) -> None:
        """An iceberg's leg may be filled in the meantime: a definite no of the old leg lets the next one be asked."""
        path = await self._working_path(child)
        while True:
            try:
                await self._write(method, path, body)
                return
            except BrokerRejected:
                refused, path = path, await self._working_path(child)
                if path == refused:
                    raise

    async def orders(self) -> list[OrderReport]:
        return await self._read("/orders", self._reports)

    async def order(self, child: ChildOrder) -> OrderReport | None:
        if child.iceberg_legs > 1:
            known, reports = set(child.broker_order_ids), await self.find(child)
            found = next((one for one in reports if one.broker_order_id in known), None)
            if found is None and (lacking := rows.unread(reports)):
                raise BrokerUnavailable(lacking[0])
            return found
        try:
            return await self._read(_order_path(child), wire.order_report)
        except BrokerRejected as no:
            if no.code == UNKNOWN_ORDER:
                return None
            raise

    async def find(self, child: ChildOrder) -> list[OrderReport]:
        return await self._read("/orders", self._reports, params={"tag": child.tag})

    def _reports(self, body: Mapping[str, Any]) -> rows.Rows[OrderReport]:
        return wire.reports(body["orders"], seen_at=self._clock())

    async def trades(self, child: ChildOrder) -> list[BrokerFill]:
        fills: list[BrokerFill] = []
        for order_id in await self._rows(child):
            fills += await self._read(
                f"/orders/{order_id}/trades",
                lambda body: rows.read(body["trades"], wire.broker_fill, "a trade"),
            )
        if child.iceberg_legs > 1 and child.broker_order_id:
            return [replace(one, broker_order_id=child.broker_order_id) for one in fills]
        return fills

    async def _rows(self, child: ChildOrder) -> Sequence[str]:
        """The ids under which the order stands in the book: an iceberg has one for each leg."""
        if child.iceberg_legs > 1 and child.broker_order_id:
            legs = await self._read(
                "/orders", lambda body: wire.legs(body["orders"]), params={"tag": child.tag}
            )
            return legs or child.broker_order_ids
        return child.broker_order_ids

    async def _working_path(self, child: ChildOrder) -> str:
        """Where a change or cancel goes: to the order, or to the leg of an iceberg that is at work."""
        whole = _order_path(child)
        return f"/orders/{(await self._rows(child))[-1]}" if child.iceberg_legs > 1 else whole

    # --- conditional orders

    async def conditionals(self) -> list[ConditionalReport]:
        return await self._read(
            "/gtt",
            lambda body: rows.read(
                body["gtts"],
                gtt.report,
                "a conditional order",
                stand_in=lambda row, words: rows.unread_conditional(row["gtt_id"], words),
            ),
        )

    async def place_conditional(self, intent: ConditionalIntent) -> str:
        return gtt.made(await self._write("POST", "/gtt", gtt.body(intent, self._symbol(intent.instrument))))

    async def modify_conditional(self, conditional_id: str, intent: ConditionalIntent) -> None:
        body = gtt.body(intent, self._symbol(intent.instrument))
        gtt.made(await self._write("PUT", f"/gtt/{conditional_id}", body))

    async def cancel_conditional(self, report: ConditionalReport) -> None:
        gtt.made(await self._write("DELETE", f"/gtt/{report.conditional_id}"))

    # --- market

    async def quotes(self, instruments: Sequence[InstrumentId]) -> list[Quote]:
        """What is not listed is left out."""
        symbols = ",".join(str(one) for one in instruments if self._symbols.listing(one))
        if not symbols:
            return []
        return await self._read(
            "/quotes", lambda body: [market.quote(row) for row in body["quotes"]], params={"symbols": symbols}
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
            "/candles", lambda body: [market.candle(row) for row in body["candles"]], params=params
        )

    # --- what orders need and cost

    async def required_margin(self, ask: MarginAsk) -> Money:
        return await self._ask("/margin", self._margin_body(ask), lambda body: Money.of(body["required"]))

    async def required_margins(self, asks: Sequence[MarginAsk]) -> Money:
        """What must be free to send them in this order, the account's positions considered."""
        question = {"orders": [self._margin_body(ask) for ask in asks], "consider_positions": True}
        return await self._ask("/margin/basket", question, lambda body: Money.of(body["initial"]["total"]))

    async def charges(self, asks: Sequence[MarginAsk]) -> list[Money] | None:
        """One question an order: the answer to several is one sum. None when the market cannot be read."""
        unpriced = [ask.instrument for ask in asks if not (ask.price or ask.trigger_price)]
        try:
            last = {quote.instrument: quote.last_price for quote in await self.quotes(unpriced)}
        except BrokerRejected:
            return None
        found: list[Money] = []
        for ask in asks:
            price = ask.price or ask.trigger_price or last.get(ask.instrument)
            if price is None:
                return None
            found.append(await self._charges(ask, price))
        return found

    async def _charges(self, ask: MarginAsk, price: Price) -> Money:
        question = {"orders": [wire.charges_body(ask, self._symbol(ask.instrument), price)]}
        return await self._ask("/charges", question, lambda body: Money.of(body["total"]))

    def _margin_body(self, ask: MarginAsk) -> dict[str, Any]:
        return wire.margin_body(ask, self._symbol(ask.instrument))

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

    async def _ask(self, path: str, question: dict[str, Any], parse: Callable[[Mapping[str, Any]], T]) -> T:
        return await self._parsed(self._http.build_request("POST", path, json=question), parse)

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


class MockAdapter:
    """What the registry holds for the Mock broker."""

    terms: Terms = TERMS
    login: Login = MockLogin()
    phone_login: PhoneLogin | None = None

    def connect(self, session: Session, endpoints: Endpoints, symbols: Symbols, *, clock: Clock) -> Mock:
        return Mock(session, endpoints, symbols, clock)

    async def instruments(self, endpoints: Endpoints) -> list[Listing]:
        async with http.client(endpoints.rest, deadline=30.0) as client:
            request = client.build_request("GET", endpoints.instruments or "/instruments")
            response = await http.send_read(client, request)
        body = wire.read_answer(response.status_code, response.content)
        try:
            return [market.listing(row) for row in body["instruments"]]
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

    def postback(
        self, body: bytes, headers: Mapping[str, str], secret: str, symbols: Symbols
    ) -> OrderReport | None:
        """The Mock broker sends none."""
        return None


ADAPTER = MockAdapter()
