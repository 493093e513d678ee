"""One account at one sandboxed broker, as the contract suite uses it: real HTTP and websockets, a fresh user a test."""

from __future__ import annotations

import asyncio
import importlib.util
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import cycle
from typing import Any, TypeVar

from adapters.broker import Adapter, Broker, Connected, Endpoints, Listing, Session, StreamEvent
from domain.account import AccountId, BrokerId
from domain.calendar import IST
from domain.instrument import Exchange, Instrument, InstrumentId
from domain.money import Price
from domain.order import ChildId, ChildOrder, OrderId, OrderType, Product, Side, Validity, apply
from domain.report import OrderReport, ReportStatus
from mocks.launch import Sandbox
from orchestrator.verify.bench import Bench

T = TypeVar("T")

INFY = InstrumentId(Exchange.NSE, "INFY")
TCS = InstrumentId(Exchange.NSE, "TCS")
PATIENCE_SECONDS = 60.0


def zerodha(base: str, ws: str) -> Endpoints:
    return Endpoints(rest=base, login=f"{base}/connect/login", feed=ws, instruments=f"{base}/instruments")


def upstox(base: str, ws: str) -> Endpoints:
    return Endpoints(rest=base, login=base)


def groww(base: str, ws: str) -> Endpoints:
    return Endpoints(rest=base, login=base, feed=ws, instruments=f"{base}/instruments/instrument.csv")


def mock(base: str, ws: str) -> Endpoints:
    return Endpoints(rest=base, login=f"{base}/login", feed=f"{ws}/stream", instruments=f"{base}/instruments")


# broker -> (the sandbox's name for it, its addresses)
SERVERS: dict[BrokerId, tuple[str, Callable[[str, str], Endpoints]]] = {
    BrokerId.ZERODHA: ("kite", zerodha),
    BrokerId.UPSTOX: ("upstox", upstox),
    BrokerId.GROWW: ("groww", groww),
    BrokerId.MOCK: ("mock", mock),
}


def present() -> list[BrokerId]:
    """The brokers whose adapter and sandbox server are there."""
    return [
        broker
        for broker, (server, _) in SERVERS.items()
        if importlib.util.find_spec(f"adapters.{broker.value}.broker")
        and importlib.util.find_spec(f"mocks.brokers.{server}.server")
    ]


def now() -> datetime:
    return datetime.now(IST)


class Names:
    """`Symbols` out of one instrument master."""

    def __init__(self, listings: list[Listing]) -> None:
        self._by_id = {one.instrument.id: one for one in listings}
        self._orders = {(one.instrument.id.exchange, one.order_key): one.instrument.id for one in listings}
        self._feed = {one.feed_key: one.instrument.id for one in listings}
        # Where a master has no ISIN, or lists a share twice, NSE comes first.
        ordered = sorted(listings, key=lambda one: one.instrument.id.exchange is not Exchange.NSE)
        self._isin = {
            one.instrument.isin: one.instrument.id for one in reversed(ordered) if one.instrument.isin
        }

    def instruments(self) -> list[Instrument]:
        return [one.instrument for one in self._by_id.values()]

    def listing(self, instrument: InstrumentId) -> Listing | None:
        return self._by_id.get(instrument)

    def by_order_key(self, exchange: Exchange, order_key: str) -> InstrumentId | None:
        return self._orders.get((exchange, order_key))

    def by_feed_key(self, feed_key: str) -> InstrumentId | None:
        return self._feed.get(feed_key)

    def by_isin(self, isin: str) -> InstrumentId | None:
        return self._isin.get(isin)


async def eventually(ask: Callable[[], Awaitable[T]], good: Callable[[T], bool]) -> T:
    """The first answer that is good. Fails with the last one when patience ends."""
    deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    while True:
        answer = await ask()
        if good(answer):
            return answer
        assert asyncio.get_running_loop().time() < deadline, f"never came true; last answer: {answer!r}"
        await asyncio.sleep(0.05)


def working(report: OrderReport) -> bool:
    return report.status is ReportStatus.OPEN


def complete(report: OrderReport) -> bool:
    return report.status is ReportStatus.COMPLETE


@dataclass
class Desk:
    """A logged-in account and the sandbox's control over it."""

    sandbox: Sandbox
    server: str
    adapter: Adapter
    session: Session
    endpoints: Endpoints
    names: Names
    broker: Broker

    @property
    def user_id(self) -> str:
        return self.session.broker_user_id

    @property
    def bench(self) -> Bench:
        """The account as the checks that are made anywhere use it."""
        return Bench(self.broker, self.names, INFY, self.price(INFY))

    def fault(self, name: str, call: str | None = None, **more: Any) -> None:
        """A fault of this user alone; the outage is of the whole broker."""
        account = {} if name == "outage" else {"account": self.user_id}
        rule = {"broker": self.server, "fault": name, "call": call, **account, **more}
        self.sandbox.post("/faults", rule)

    def heal(self) -> None:
        self.sandbox.delete(f"/faults?broker={self.server}")

    def truth(self) -> dict[str, Any]:
        """What the broker's books say, past every fault."""
        found: dict[str, Any] = self.sandbox.get(f"/users/{self.server}/{self.user_id}")
        return found

    def price(self, instrument: InstrumentId) -> Price:
        quotes = self.sandbox.get(f"/prices?symbols={instrument}")["quotes"]
        return Price.of(quotes[0]["last_price"])

    def far_below(self, instrument: InstrumentId = INFY, percent: int = 5) -> Price:
        """A limit that will not fill, on the tick and inside the band."""
        listing = self.names.listing(instrument)
        assert listing is not None
        wanted = self.price(instrument).amount * (100 - percent) / 100
        return Price(wanted - wanted % listing.instrument.tick.amount)

    def child(self, side: Side = Side.BUY, quantity: int = 10, **fields: Any) -> ChildOrder:
        """An order to send; a limit order far below the market unless told otherwise."""
        terms = self.broker.terms
        tag = "".join(random.choices(terms.tag_alphabet, k=min(terms.tag_length[1], 20)))
        instrument = fields.get("instrument", INFY)
        order_type = fields.get("order_type", OrderType.LIMIT)
        given: dict[str, Any] = {
            "id": ChildId(tag),
            "order_id": OrderId("o"),
            "account_id": AccountId("a"),
            "broker": terms.broker,
            "slice": 0,
            "instrument": instrument,
            "side": side,
            "quantity": quantity,
            "order_type": order_type,
            "product": Product.CNC,
            "validity": Validity.DAY,
            "price": self.far_below(instrument)
            if order_type is OrderType.LIMIT and "price" not in fields
            else None,
            "trigger_price": None,
            "tag": tag,
        }
        return ChildOrder(**(given | fields))

    async def placed(self, child: ChildOrder) -> ChildOrder:
        return apply(child, await self.broker.place(child))

    async def until(self, child: ChildOrder, good: Callable[[OrderReport], bool]) -> OrderReport:
        """The order's report once it is good."""
        found = await eventually(lambda: self.broker.order(child), lambda one: one is not None and good(one))
        assert found is not None
        return found

    @asynccontextmanager
    async def moving(self, instrument: InstrumentId) -> AsyncIterator[None]:
        """Its price steps up and down meanwhile."""
        prices = cycle((self.price(instrument).amount + 2, self.price(instrument).amount))
        over = asyncio.Event()

        async def step() -> None:
            while not over.is_set():
                await asyncio.to_thread(
                    self.sandbox.post, "/prices", {"prices": {str(instrument): str(next(prices))}}
                )
                with suppress(TimeoutError):
                    await asyncio.wait_for(over.wait(), 0.3)

        task = asyncio.create_task(step())
        try:
            yield
        finally:
            over.set()  # the last step ends before anything else happens
            await task

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[AsyncIterator[StreamEvent]]:
        """The account's order stream, already up."""
        stream = self.adapter.order_stream(self.session, self.endpoints, self.names, clock=now)
        async with aclosing(stream) as events:
            async with asyncio.timeout(PATIENCE_SECONDS):
                assert isinstance(await anext(events), Connected)
            yield events


async def next_good(events: AsyncIterator[T], good: Callable[[T], bool]) -> T:
    """The next event that is good, within patience."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        async for event in events:
            if good(event):
                return event
    raise AssertionError("the stream ended without a word")


@asynccontextmanager
async def opened(
    sandbox: Sandbox,
    broker: BrokerId,
    masters: dict[BrokerId, Names],
    *,
    positions: Sequence[dict[str, Any]] = (),
) -> AsyncIterator[Desk]:
    """A fresh user with Rs 10,00,000, 50 INFY and 20 TCS, logged in. `positions` as the control API takes them."""
    server, addresses = SERVERS[broker]
    holdings = [
        {"symbol": "NSE:INFY", "quantity": 50, "average_price": "1400.55"},
        {"symbol": "NSE:TCS", "quantity": 15, "average_price": "3000", "t1_quantity": 5},
    ]
    person = {"name": "Asha Rao", "cash": "1000000", "holdings": holdings, "positions": list(positions)}
    user = sandbox.post("/sessions", {"broker": server, **person})
    adapter: Adapter = importlib.import_module(f"adapters.{broker.value}.broker").ADAPTER
    endpoints = addresses(user["base_url"], user["ws_url"])
    if broker not in masters:
        masters[broker] = Names(await adapter.instruments(endpoints))
    session = Session(user["access_token"], user["user_id"], now() + timedelta(hours=1), user["api_key"])
    connected = adapter.connect(session, endpoints, masters[broker], clock=now)
    desk = Desk(sandbox, server, adapter, session, endpoints, masters[broker], connected)
    try:
        yield desk
    finally:
        desk.heal()
        await connected.aclose()
