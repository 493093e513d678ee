"""Zerodha as a Broker: format, call, parse. Order writes leave once, through `http.send_write`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import datetime, timedelta
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
from adapters.zerodha import book, estimates, gtt, master, portfolio, postback, stream, wire
from adapters.zerodha.calls import Calls
from adapters.zerodha.session import KiteLogin
from adapters.zerodha.terms import TERMS
from domain.account import Margin
from domain.calendar import IST
from domain.conditional import ConditionalIntent, ConditionalReport
from domain.errors import BrokerRejected, BrokerUnavailable
from domain.instrument import InstrumentId
from domain.market import Candle, Quote
from domain.money import Money, Price
from domain.order import Accepted, ChildOrder
from domain.position import Holding, Position
from domain.report import OrderReport

T = TypeVar("T")
PERMISSION = "PermissionException"

# interval -> Kite's word and the most days of one request
INTERVALS = {
    "1m": ("minute", 60),
    "5m": ("5minute", 100),
    "15m": ("15minute", 200),
    "1h": ("60minute", 400),
    "1d": ("day", 2000),
}


class Zerodha:
    """One Kite session. Regular, after-market and iceberg orders; others are read, and cancelled by their variety."""

    def __init__(self, session: Session, endpoints: Endpoints, symbols: Symbols, clock: Clock) -> None:
        self._symbols, self._clock = symbols, clock
        self._calls = Calls(session, endpoints)
        self._session, self._endpoints = session, endpoints
        self._by_leave: bool | None = None  # None: not asked yet
        self._varieties: dict[
            str, str
        ] = {}  # order id -> variety, of the orders in the book that are not regular

    @property
    def terms(self) -> Terms:
        return TERMS

    async def aclose(self) -> None:
        await self._calls.aclose()

    # --- account

    async def profile(self) -> Profile:
        return await self._calls.read("/user/profile", portfolio.profile)

    async def margin(self) -> Margin:
        return await self._calls.read("/user/margins", portfolio.margin)

    async def holdings(self) -> list[Holding]:
        by_leave = await self._sells_by_leave()
        return await self._calls.read(
            "/portfolio/holdings",
            lambda data: portfolio.holdings(data, self._symbols, by_leave=by_leave),
        )

    async def _sells_by_leave(self) -> bool:
        """Asked once in a session; while it cannot be told, the broker decides."""
        if self._by_leave is None:
            try:
                self._by_leave = await self._calls.read("/user/profile", portfolio.needs_leave)
            except (BrokerRejected, BrokerUnavailable):
                return False
        return self._by_leave

    async def positions(self) -> list[Position]:
        return await self._calls.read(
            "/portfolio/positions",
            lambda data: rows.read(
                data["net"], lambda row: portfolio.position(row, self._symbols), "a position"
            ),
        )

    async def convert(self, conversion: Conversion) -> None:
        form = portfolio.conversion_form(conversion, self._listing(conversion.instrument).order_key)
        portfolio.converted(await self._calls.write("PUT", "/portfolio/positions", data=form))

    async def authorisation(self, needs: Mapping[InstrumentId, int]) -> Authorisation:
        """A page of Kite's where the person lets the depository release shares, until 17:30 IST."""
        form = await self._calls.read(
            "/portfolio/holdings", lambda rows: portfolio.authorisation_form(needs, rows, self._symbols)
        )
        request_id = await self._calls.ask_form(
            "/portfolio/holdings/authorise", form, lambda data: str(data["request_id"])
        )
        root = self._endpoints.login.removesuffix("/login")
        return Authorisation(
            f"{root}/portfolio/authorise/holdings/{self._session.api_key}/{request_id}",
            "Authorise the sale with your TPIN on Zerodha's page; the leave lasts until 17:30",
        )

    async def probe(self) -> Capabilities:
        """Whether a registered address is missing only shows when an order is sent."""
        named = await self._calls.read("/user/profile", estimates.exchanges)
        enabled = await self._calls.read("/user/margins", lambda margins: estimates.enabled(named, margins))
        return Capabilities(
            market_data=await self._allowed("/quote/ltp", httpx.QueryParams({"i": "NSE:NIFTY 50"})),
            orders=await self._allowed("/orders"),
            exchanges=enabled,
        )

    async def _allowed(self, path: str, params: httpx.QueryParams | None = None) -> bool | None:
        """Whether the app may read this; None when that could not be told. A dead session still raises."""
        try:
            await self._calls.read(path, lambda data: data, params=params)
        except BrokerRejected as no:
            return False if no.code == PERMISSION else None
        except BrokerUnavailable:
            return None
        return True

    async def addresses(self) -> list[str] | None:
        """Kite tells them only on its developer pages."""
        return None

    # --- orders

    async def place(self, child: ChildOrder) -> Accepted:
        listing = self._listing(child.instrument)
        lot, algorithm = listing.instrument.lot, self._session.algo_name
        form = wire.place_form(child, listing.order_key, lot=lot, algorithm=algorithm)
        data = await self._calls.write("POST", f"/orders/{wire.variety(child)}", data=form)
        return Accepted(wire.order_id(data), self._clock())

    async def modify(self, child: ChildOrder, change: Change) -> None:
        form = wire.modify_form(change)
        if child.iceberg_legs > 1:
            if change.quantity != child.quantity_now:
                raise BrokerRejected("the quantity of an iceberg cannot be changed", code="iceberg_quantity")
            del form["quantity"]  # would be that of the leg
        await self._change(child, "PUT", form)

    async def cancel(self, child: ChildOrder) -> None:
        await self._change(child, "DELETE", None)

    async def _change(self, child: ChildOrder, method: str, form: dict[str, str] | None) -> None:
        """An iceberg's leg may be filled in the meantime: a definite no of the old leg lets the next one be asked."""
        path = await self._order_path(child)
        while True:
            try:
                wire.order_id(await self._calls.change(method, path, data=form))
                return
            except BrokerRejected:
                refused, path = path, await self._order_path(child)
                if path == refused:
                    raise

    async def orders(self) -> list[OrderReport]:
        return await self._book(lambda data: book.reports(data, self._symbols, seen_at=self._clock()))

    async def order(self, child: ChildOrder) -> OrderReport | None:
        """From the day's book: how Kite words an unknown id at /orders/{id} is not documented."""
        known, reports = set(child.broker_order_ids), await self.orders()
        found = next((report for report in reports if report.broker_order_id in known), None)
        lacking = rows.unread(reports) if found is None else () if found.readable else (found.message,)
        if lacking:
            raise BrokerUnavailable(lacking[0])
        return found

    async def find(self, child: ChildOrder) -> list[OrderReport]:
        return await self._book(
            lambda data: book.tagged(data, child.tag, self._symbols, seen_at=self._clock())
        )

    async def trades(self, child: ChildOrder) -> list[BrokerFill]:
        if child.iceberg_legs > 1:
            return await self._iceberg_trades(child)
        fills: list[BrokerFill] = []
        for order_id in child.broker_order_ids:
            fills += await self._calls.read(
                f"/orders/{order_id}/trades", lambda data: rows.read(data, wire.broker_fill, "a trade")
            )
        return fills

    async def _iceberg_trades(self, child: ChildOrder) -> list[BrokerFill]:
        """Those of every leg, told as the whole order's."""
        if child.broker_order_id is None:
            return []
        legs = await self._legs(child)
        whole = {leg: number for number in child.broker_order_ids for leg in legs.get(number, ())}
        fills = await self._calls.read("/trades", lambda data: rows.read(data, wire.broker_fill, "a trade"))
        return [
            replace(one, broker_order_id=whole[one.broker_order_id])
            for one in fills
            if one.broker_order_id in whole
        ]

    async def _legs(self, child: ChildOrder) -> dict[str, list[str]]:
        return await self._book(lambda data: book.legs(data, child.tag, self._symbols))

    async def _order_path(self, child: ChildOrder) -> str:
        """Where a change or cancel goes: to the order, or to the leg of an iceberg that is at work."""
        if child.broker_order_id is None:
            raise BrokerRejected("the order has no id at Zerodha yet", code="no_order_id")
        order_id = child.broker_order_id
        if child.iceberg_legs > 1:
            order_id = (await self._legs(child)).get(order_id, [order_id])[-1]
        return f"/orders/{self._varieties.get(order_id) or wire.variety(child)}/{order_id}"

    async def _book(self, parse: Callable[[object], T]) -> T:
        def seen(data: object) -> T:
            self._varieties = book.varieties(data)
            return parse(data)

        return await self._calls.read("/orders", seen)

    # --- conditional orders

    async def conditionals(self) -> list[ConditionalReport]:
        return await self._calls.read(
            "/gtt/triggers",
            lambda data: rows.read(
                data,
                lambda row: gtt.report(row, self._symbols),
                "a conditional order",
                stand_in=lambda row, words: rows.unread_conditional(row["id"], words),
            ),
        )

    async def place_conditional(self, intent: ConditionalIntent) -> str:
        """Triggers carry no tag: after a lost answer only the list can tell."""
        form = gtt.form(intent, self._listing(intent.instrument).order_key)
        return gtt.trigger_id(await self._calls.write("POST", "/gtt/triggers", data=form))

    async def modify_conditional(self, conditional_id: str, intent: ConditionalIntent) -> None:
        form = gtt.form(intent, self._listing(intent.instrument).order_key)
        gtt.trigger_id(await self._calls.change("PUT", f"/gtt/triggers/{conditional_id}", data=form))

    async def cancel_conditional(self, report: ConditionalReport) -> None:
        gtt.trigger_id(await self._calls.change("DELETE", f"/gtt/triggers/{report.conditional_id}"))

    # --- market

    async def quotes(self, instruments: Sequence[InstrumentId]) -> list[Quote]:
        """What Kite does not know is left out. At most `terms.quote_batch` instruments."""
        listings = [listing for one in instruments if (listing := self._symbols.listing(one))]
        names = {f"{one.instrument.id.exchange}:{one.order_key}": one.instrument.id for one in listings}
        if not names:
            return []
        return await self._calls.read(
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
            candles += await self._calls.read(
                path, lambda data: [wire.candle(row) for row in data["candles"]], params=params
            )
            start = until + timedelta(seconds=1)
        return candles

    # --- what orders need and cost

    async def required_margin(self, ask: MarginAsk) -> Money:
        items = [self._margin_item(ask)]
        return await self._calls.ask("/margins/orders", items, lambda rows: Money.of(rows[0]["total"]))

    async def required_margins(self, asks: Sequence[MarginAsk]) -> Money:
        """What must be free to send them in this order, the account's positions considered."""
        items = [self._margin_item(ask) for ask in asks]
        return await self._calls.ask("/margins/basket?consider_positions=true", items, estimates.basket_total)

    async def charges(self, asks: Sequence[MarginAsk]) -> list[Money] | None:
        """By Kite's virtual contract note. None when an order has no price and the market may not be read."""
        prices = await self._prices(asks)
        if prices is None:
            return None
        items = [
            estimates.charges_item(ask, self._listing(ask.instrument).order_key, price)
            for ask, price in zip(asks, prices, strict=True)
        ]
        return await self._calls.ask(
            "/charges/orders", items, lambda rows: estimates.charges(rows, len(items))
        )

    async def _prices(self, asks: Sequence[MarginAsk]) -> list[Price] | None:
        """What each order would trade at by its own terms, else by the last price."""
        own = [ask.price or ask.trigger_price for ask in asks]
        unpriced = [ask.instrument for ask, price in zip(asks, own, strict=True) if price is None]
        try:
            last = {quote.instrument: quote.last_price for quote in await self.quotes(unpriced)}
        except BrokerRejected:
            return None
        found = [price or last.get(ask.instrument) for ask, price in zip(asks, own, strict=True)]
        known = [price for price in found if price is not None]
        return known if len(known) == len(found) else None

    def _margin_item(self, ask: MarginAsk) -> dict[str, Any]:
        return estimates.margin_item(ask, self._listing(ask.instrument).order_key)

    async def move_funds(self, amount: Money) -> None:
        raise BrokerRejected("Zerodha moves money only on its own pages")

    # --- calls

    def _listing(self, instrument: InstrumentId) -> Listing:
        listing = self._symbols.listing(instrument)
        if listing is None:
            raise BrokerRejected(f"{instrument} is not listed at Zerodha", code="not_listed")
        return listing


class ZerodhaAdapter:
    """What the registry holds for Zerodha."""

    terms: Terms = TERMS
    login: Login = KiteLogin()
    phone_login: PhoneLogin | None = None

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

    def postback(
        self, body: bytes, headers: Mapping[str, str], secret: str, symbols: Symbols
    ) -> OrderReport | None:
        return postback.read(body, secret, symbols)


ADAPTER = ZerodhaAdapter()
