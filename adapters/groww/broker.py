"""One Groww account: format, call, parse, nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from urllib.parse import quote

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
from adapters.groww import stream, wire, wire_market, wire_portfolio
from adapters.groww.calls import Calls, listed, readable, together
from adapters.groww.session import GrowwLogin, account_client
from adapters.groww.smart import SmartOrders
from adapters.groww.terms import TERMS
from adapters.groww.wire import Json
from domain.account import Margin
from domain.conditional import ConditionalIntent, ConditionalReport
from domain.errors import BrokerRejected, BrokerUnavailable, SessionExpired
from domain.instrument import InstrumentId
from domain.market import Candle, Quote
from domain.money import Money
from domain.order import Accepted, ChildOrder
from domain.position import Holding, Position
from domain.report import OrderReport

SEGMENTS = ("CASH", "FNO")
ORDERS_PAGE, TRADES_PAGE = 100, 50  # the most that one call gives
BASKETS = "FNO"  # the only segment whose orders Groww margins together
PROBED = "NSE_NIFTY"
FULL_QUOTES = 4  # Groww gives depth one instrument at a time: for more, last prices and day ranges must do


class GrowwBroker:
    """Implements `adapters.broker.Broker`. Owns `client`."""

    def __init__(self, client: httpx.AsyncClient, symbols: Symbols, clock: Clock) -> None:
        self._calls = Calls(client)
        self._symbols = symbols
        self._clock = clock
        self._smart = SmartOrders(self._calls, symbols, clock)

    @property
    def terms(self) -> Terms:
        return TERMS

    async def profile(self) -> Profile:
        return readable(wire_portfolio.profile, await self._calls.get("/user/detail"))

    async def margin(self) -> Margin:
        return readable(wire_portfolio.margin, await self._calls.get("/margins/detail/user"))

    async def holdings(self) -> list[Holding]:
        payload = await self._calls.get("/holdings/user")
        return readable(
            lambda: rows.read(
                payload["holdings"], lambda row: wire_portfolio.holding(row, self._symbols), "a holding"
            )
        )

    async def positions(self) -> list[Position]:
        payloads = await together(
            *(self._calls.get("/positions/user", segment=segment) for segment in SEGMENTS)
        )
        found = [
            row for payload in payloads for row in readable(lambda got: listed(got["positions"]), payload)
        ]
        return rows.read(found, lambda row: wire_portfolio.position(row, self._symbols), "a position")

    # --- orders ---

    async def place(self, child: ChildOrder) -> Accepted:
        body = wire.place_body(child, self._order_key(child.instrument))
        return wire.accepted(await self._calls.write("POST", "/order/create", body), self._clock())

    async def modify(self, child: ChildOrder, change: Change) -> None:
        wire.confirmed(
            await self._calls.write("POST", "/order/modify", wire.modify_body(child, change, _id_of(child)))
        )

    async def cancel(self, child: ChildOrder) -> None:
        wire.confirmed(
            await self._calls.write("POST", "/order/cancel", wire.cancel_body(child, _id_of(child)))
        )

    async def orders(self) -> list[OrderReport]:
        lists = await together(*(self._order_rows(segment) for segment in SEGMENTS))
        seen_at = self._clock()
        return rows.read(
            [row for part in lists for row in part],
            self._report,
            "an order at Groww",
            stand_in=lambda row, words: rows.unread_order(
                row["groww_order_id"], row.get("order_reference_id"), words, seen_at=seen_at
            ),
        )

    async def order(self, child: ChildOrder) -> OrderReport | None:
        row = await self._detail(child, _id_of(child))
        return None if row is None else readable(self._report, row)

    async def find(self, child: ChildOrder) -> list[OrderReport]:
        """By the reference, which Groww takes once only: never more than one."""
        status = await self._calls.get_known(f"/order/status/reference/{child.tag}", segment=_segment(child))
        if status is None:
            return []
        row = await self._detail(child, str(readable(lambda: status["groww_order_id"])))
        if row is None:  # seen by one call and not yet by the other
            return [readable(lambda: wire.status_report(status, child, seen_at=self._clock()))]
        return [readable(self._report, row)]

    async def trades(self, child: ChildOrder) -> list[BrokerFill]:
        path = f"/order/trades/{_id_of(child)}"
        found = await self._calls.pages(path, "trade_list", TRADES_PAGE, segment=_segment(child))
        return rows.read(found, wire.broker_fill, "a trade")

    async def _order_rows(self, segment: str) -> list[Json]:
        return await self._calls.pages("/order/list", "order_list", ORDERS_PAGE, segment=segment)

    async def _detail(self, child: ChildOrder, broker_order_id: str) -> Json | None:
        return await self._calls.get_known(f"/order/detail/{quote(broker_order_id)}", segment=_segment(child))

    def _report(self, row: Json) -> OrderReport:
        return wire.order_report(row, self._symbols, seen_at=self._clock())

    # --- market ---

    async def quotes(self, instruments: Sequence[InstrumentId]) -> list[Quote]:
        """A few in full with their depth, one call each; more as last price and day range, 50 a call."""
        known = [listing for listing in map(self._symbols.listing, instruments) if listing is not None]
        if len(known) <= FULL_QUOTES:
            return await together(*map(self._full_quote, known))
        found: list[Quote] = []
        for segment, members in wire_market.by_segment(known).items():
            for start in range(0, len(members), TERMS.quote_batch):
                found += await self._brief_quotes(segment, members[start : start + TERMS.quote_batch])
        return found

    async def _full_quote(self, listing: Listing) -> Quote:
        exchange, segment = wire.VENUE[listing.instrument.id.exchange]
        row = await self._calls.get(
            "/live-data/quote", exchange=exchange, segment=segment, trading_symbol=listing.order_key
        )
        return readable(lambda: wire_market.quote(listing.instrument.id, row, seen_at=self._clock()))

    async def _brief_quotes(self, segment: str, listings: Sequence[Listing]) -> list[Quote]:
        names = {wire_market.exchange_symbol(listing): listing.instrument.id for listing in listings}
        asked = ",".join(names)
        last, day = await together(
            self._calls.get("/live-data/ltp", segment=segment, exchange_symbols=asked),
            self._calls.get("/live-data/ohlc", segment=segment, exchange_symbols=asked),
        )
        seen_at = self._clock()
        quotes = readable(
            lambda: [
                wire_market.brief_quote(instrument, last.get(name), day.get(name), seen_at=seen_at)
                for name, instrument in names.items()
            ]
        )
        return [quote for quote in quotes if quote is not None]

    async def candles(
        self, instrument: InstrumentId, *, interval: str, start: datetime, end: datetime
    ) -> list[Candle]:
        listing = self._listing(instrument)
        exchange, segment = wire.VENUE[instrument.exchange]
        found: list[list[object]] = []
        for first, last in wire_market.windows(interval, start, end):
            payload = await self._calls.get(
                "/historical/candles",
                exchange=exchange,
                segment=segment,
                groww_symbol=wire_market.groww_symbol(listing),
                start_time=wire_market.local(first),
                end_time=wire_market.local(last),
                candle_interval=wire_market.INTERVAL[interval][0],
            )
            found += readable(lambda got: list(got["candles"]), payload)
        by_time = {
            candle.time: candle for candle in readable(lambda: [wire_market.candle(row) for row in found])
        }
        return [by_time[at] for at in sorted(by_time)]

    # --- what an order costs ---

    async def required_margin(self, ask: MarginAsk) -> Money:
        return await self.required_margins([ask])

    async def required_margins(self, asks: Sequence[MarginAsk]) -> Money:
        """Contracts as one basket, in the order given; Groww takes shares one at a time, so theirs are added up."""
        baskets: dict[str, list[MarginAsk]] = {}
        single = [[ask] for ask in asks if wire.VENUE[ask.instrument.exchange][1] != BASKETS]
        for ask in asks:
            if wire.VENUE[ask.instrument.exchange][1] == BASKETS:
                baskets.setdefault(BASKETS, []).append(ask)
        payloads = await together(*map(self._margin_of, [*single, *baskets.values()]))
        return readable(lambda: Money.sum(map(wire_portfolio.required_margin, payloads)))

    async def charges(self, asks: Sequence[MarginAsk]) -> list[Money] | None:
        """Groww's one figure for each order, brokerage and taxes together; None where it leaves it out."""
        payloads = await together(*(self._margin_of([ask]) for ask in asks))
        found = readable(lambda: [wire_portfolio.charges(payload) for payload in payloads])
        known = [charge for charge in found if charge is not None]
        return known if len(known) == len(found) else None

    async def _margin_of(self, asks: Sequence[MarginAsk]) -> Json:
        body = wire.margin_body([(ask, self._order_key(ask.instrument)) for ask in asks])
        segment = wire.VENUE[asks[0].instrument.exchange][1]
        return await self._calls.ask("/margins/detail/orders", body, {"segment": segment})

    # --- conditional orders ---

    async def conditionals(self) -> list[ConditionalReport]:
        return await self._smart.reports()

    async def place_conditional(self, intent: ConditionalIntent) -> str:
        return await self._smart.place(intent)

    async def modify_conditional(self, conditional_id: str, intent: ConditionalIntent) -> None:
        await self._smart.modify(conditional_id, intent)

    async def cancel_conditional(self, report: ConditionalReport) -> None:
        await self._smart.cancel(report)

    # --- the account's terms ---

    async def probe(self) -> Capabilities:
        """Live data by asking for the price of an index; that orders are taken cannot be told without one."""
        user = await self._calls.get("/user/detail")
        return Capabilities(await self._has_market_data(), None, readable(wire_portfolio.exchanges, user))

    async def _has_market_data(self) -> bool | None:
        """None: could not be told. The session is alive, so even a 401 here is about this call alone."""
        try:
            await self._calls.get("/live-data/ltp", segment="CASH", exchange_symbols=PROBED)
        except SessionExpired:
            return False
        except BrokerRejected as error:
            return False if error.code in (None, wire.NOT_AUTHORISED) else None
        except BrokerUnavailable:
            return None
        return True

    async def authorisation(self, needs: Mapping[InstrumentId, int]) -> Authorisation:
        user = await self._calls.get("/user/detail")
        return Authorisation("", wire_portfolio.authorisation_words(user, needs))

    async def addresses(self) -> list[str] | None:
        return None  # registered on a page of Groww's site, told by no call

    async def convert(self, conversion: Conversion) -> None:
        raise BrokerRejected("Groww converts no positions by API: use its app")

    async def move_funds(self, amount: Money) -> None:
        raise BrokerRejected("Groww moves no funds by API: use its app")

    async def aclose(self) -> None:
        await self._calls.aclose()

    def _listing(self, instrument: InstrumentId) -> Listing:
        listing = self._symbols.listing(instrument)
        if listing is None:
            raise BrokerRejected(f"{instrument} is not listed at Groww")
        return listing

    def _order_key(self, instrument: InstrumentId) -> str:
        return self._listing(instrument).order_key


def _id_of(child: ChildOrder) -> str:
    if child.broker_order_id is None:
        raise BrokerRejected("the order has no id at Groww yet")
    return child.broker_order_id


def _segment(child: ChildOrder) -> str:
    return wire.VENUE[child.instrument.exchange][1]


class GrowwAdapter:
    """Implements `adapters.broker.Adapter`."""

    @property
    def terms(self) -> Terms:
        return TERMS

    @property
    def login(self) -> Login:
        return GrowwLogin()

    @property
    def phone_login(self) -> PhoneLogin | None:
        return None

    def connect(
        self, session: Session, endpoints: Endpoints, symbols: Symbols, *, clock: Clock
    ) -> GrowwBroker:
        return GrowwBroker(account_client(session, endpoints), symbols, clock)

    async def instruments(self, endpoints: Endpoints) -> list[Listing]:
        async with http.client(endpoints.instruments, deadline=60.0) as client:
            response = await http.send_read(client, client.build_request("GET", endpoints.instruments))
        if response.status_code != httpx.codes.OK:
            raise BrokerUnavailable(f"Groww's instrument master answered HTTP {response.status_code}")
        # Tens of megabytes: not on the event loop.
        return await asyncio.to_thread(readable, wire_market.listings, response.text)

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
        return None  # Groww calls nobody back


ADAPTER = GrowwAdapter()
