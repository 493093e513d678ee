"""The world outside in one process: the sandbox's exchange, its brokers' real servers, and the market that moves."""

from __future__ import annotations

import asyncio
import importlib
import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

from adapters.broker import Session
from domain.account import BrokerId
from mocks.brokers.backoffice import mishap
from mocks.brokers.backoffice.accounts import App, User
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.orders import Change, Order, OrderRequest, Product
from mocks.brokers.backoffice.refusal import Refusal
from mocks.brokers.backoffice.switches import Pace
from mocks.brokers.faults import FaultPlan
from mocks.exchange.catalogue import instruments
from mocks.exchange.model import Event, Instrument, OrderType, Side, Trade
from mocks.exchange.venue import Exchange
from tests.simulation.loop import VirtualLoop
from tests.simulation.records import Client, Records

SERVERS = {
    BrokerId.MOCK: "mock",
    BrokerId.ZERODHA: "kite",
    BrokerId.UPSTOX: "upstox",
    BrokerId.GROWW: "groww",
}
START = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)  # a Monday, 10:30 IST
SHARES = ("NSE:INFY", "NSE:TCS", "BSE:INFY")
KEY, SECRET = "simulation", "simulation-secret"
SECOND_NS = 1_000_000_000


@lru_cache(maxsize=1)
def listed() -> tuple[Instrument, ...]:
    return tuple(one for one in instruments(date(2026, 11, 23)) if one.key in SHARES)


class World:
    """Time is the loop's. `traded` is what the exchange printed, by order number: the last word on fills."""

    def __init__(self, loop: VirtualLoop, dice: random.Random) -> None:
        self._loop, self._dice = loop, dice
        self._begin = round(START.timestamp()) * SECOND_NS
        self.exchange = Exchange(listed(), seed=dice.randrange(1 << 30), start_ns=self._begin, flow=False)
        self.traded: dict[int, int] = {}
        self.worth: dict[int, int] = {}  # paise x shares
        self.exchange.listen(self._printed)
        self._plan = FaultPlan(lambda: self.exchange.now, lambda seconds, callback: None)
        self.offices: dict[BrokerId, BackOffice] = {}
        self.apps: dict[BrokerId, Any] = {}
        for broker, name in SERVERS.items():
            module = importlib.import_module(f"mocks.brokers.{name}.server")
            office = BackOffice(self.exchange, module.PROFILE, seed=dice.randrange(1 << 30))
            office.switches = replace(office.switches, pace=Pace.REALISTIC)
            office.add_app(App(KEY, SECRET))
            self.offices[broker] = office
            self.apps[broker] = module.app(office, self.exchange, self._plan, base_url=f"http://{name}")
        self.records = Records(self.now, self.exchange)
        self.outside: set[tuple[BrokerId, str]] = set()  # orders given in a broker's own app
        self.raised: Counter[tuple[BrokerId, str]] = (
            Counter()
        )  # of the product's, changed there: units more at most
        self.cleared: set[tuple[BrokerId, str]] = (
            set()
        )  # of those and the conditionals', the ones ended there
        self._timer: asyncio.TimerHandle | None = None
        self.pulse = asyncio.Event()

    def now(self) -> datetime:
        return START + timedelta(seconds=self._loop.time())

    def _printed(self, event: Event) -> None:
        if isinstance(event, Trade):
            for number in (event.buy, event.sell):
                self.traded[number] = self.traded.get(number, 0) + event.quantity
                self.worth[number] = self.worth.get(number, 0) + event.quantity * event.price

    def catch_up(self) -> None:
        """Bring the exchange to the present and come back for whatever it has to do next."""
        now = self._begin + round(self._loop.time() * SECOND_NS)
        if now > self.exchange.now:
            self.exchange.advance(now)
        due = self.exchange.next_timer()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if due is not None:
            wait = max(0.0, (due - self._begin) / SECOND_NS - self._loop.time())
            self._timer = self._loop.call_later(min(wait, 3600.0) + 1e-6, self.catch_up)

    # --- people --------------------------------------------------------------------------------------------------

    def open_account(self, client: Client, *, pan: str, cash: int, shares: dict[str, int]) -> None:
        """`cash` in paise, `shares` by listing."""
        office = self.offices[client.broker]
        office.add_user(
            User(client.user_id, "Asha", "asha@example.com", "9000000000", pan, "x", "123456", "JBSWY3DPEHPK3PXP", cash)
        )  # fmt: skip
        self.records.follow(client, office)
        for key, quantity in shares.items():
            office.set_holding(client.user_id, key, quantity, float(self.exchange.quote(key).last_price))

    def log_in(self, client: Client) -> Session:
        """A session as the broker's login would give it."""
        opened = self.offices[client.broker].directory.open_session(client.user_id, KEY)
        return Session(opened.access_token, client.user_id, opened.expires_at, KEY)

    def log_out(self, client: Client) -> None:
        self.offices[client.broker].directory.expire_sessions(client.user_id)

    # --- past the product ----------------------------------------------------------------------------------------

    def place_outside(self, client: Client, key: str, price: int, quantity: int, *, buys: bool) -> bool:
        """An order given in the broker's own app; whether the broker took it. `price` in paise."""
        side = Side.BUY if buys else Side.SELL
        request = OrderRequest(key, side, OrderType.LIMIT, Product.MIS, quantity, price)
        self.catch_up()
        try:
            with mishap.nothing_wrong():
                order = self.offices[client.broker].place(client.user_id, request)
        except Refusal:
            return False
        finally:
            self.catch_up()
        self.outside.add((client.broker, order.order_id))
        return True

    def change_outside(self, client: Client, dice: random.Random) -> bool:
        """New terms, in the broker's own app, for a limit order that the product placed; whether they are in force."""
        self.catch_up()
        office = self.offices[client.broker]
        resting = [
            order
            for order in office.ledger(client.user_id).live.values()
            if order.type is OrderType.LIMIT and not self.strange(client.broker, order)
        ]
        if not resting:
            return False
        order = dice.choice(resting)
        tick = self.exchange.instruments[order.key].tick
        # Further from the market: it must not meet another order of the same person.
        away = dice.uniform(0.0, 0.005) * (-1 if order.side is Side.BUY else 1)
        price = round(order.price * (1 + away)) // tick * tick
        more = dice.choice((0, 0, 1, 10))
        quantity = order.quantity + more if more else max(order.filled + 1, order.quantity // 2)
        before = order.quantity
        try:
            with mishap.nothing_wrong():
                office.modify(client.user_id, order.order_id, Change(quantity=quantity, price=price))
        except Refusal:  # ended, on its way, or no money for it
            return False
        finally:
            self.catch_up()
        self.raised[client.broker, order.order_id] += max(
            0, quantity - before
        )  # it may take a while to be so
        return True

    def clear(self, client: Client) -> None:
        """The owner ends in the broker's own app what the product did not place."""
        office = self.offices[client.broker]
        self.catch_up()
        for kept in list(office.conditionals.active(client.user_id)):
            with suppress(Refusal):  # it has just fired
                office.conditionals.cancel(client.user_id, kept.conditional_id)
        for order in list(office.ledger(client.user_id).live.values()):
            if self.strange(client.broker, order):
                self.cleared.add((client.broker, order.order_id))
                with suppress(Refusal):  # it is on its way out
                    office.cancel(client.user_id, order.order_id)
        self.catch_up()

    def strange(self, broker: BrokerId, order: Order) -> bool:
        """Whether it was not the product that placed it: given elsewhere, or fired by a conditional order."""
        fired = self.offices[broker].conditionals.of_order(order.order_id)
        return (broker, order.order_id) in self.outside or fired is not None

    # --- the market ----------------------------------------------------------------------------------------------

    async def move_prices(self, until: Callable[[], bool]) -> None:
        """Now and then a share jumps by up to two percent: what rests there is filled."""
        while not until():
            await asyncio.sleep(self._dice.uniform(0.3, 3.0))
            self.catch_up()
            key = self._dice.choice(SHARES)
            instrument = self.exchange.instruments[key]
            last = self.exchange.quote(key).last_price
            moved = round(last * self._dice.uniform(0.98, 1.02)) // instrument.tick * instrument.tick
            low, high = instrument.band or (moved, moved)
            self.exchange.set_price(key, min(max(moved, low), high // instrument.tick * instrument.tick))
            self.catch_up()

    def leave_limits(self) -> None:
        """Shares locked at a price limit trade again: at the limit nobody is on the other side of an exit."""
        self.catch_up()
        for key in SHARES:
            instrument, last = self.exchange.instruments[key], self.exchange.quote(key).last_price
            low, high = instrument.band or (0, 2 * last)
            inside = min(max(last, low * 102 // 100), high * 98 // 100)
            if inside != last:
                self.exchange.set_price(key, inside // instrument.tick * instrument.tick)
        self.catch_up()
