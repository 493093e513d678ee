"""Four brokers on one exchange in this process, day by day: the real servers, asked without sockets."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any

import httpx

from domain.account import BrokerId
from domain.calendar import IST
from domain.instrument import InstrumentId
from domain.money import Price
from domain.portfolio import LastPrice
from mocks.brokers.backoffice.accounts import App
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.faults import FaultPlan
from mocks.exchange.actions import Action
from mocks.exchange.catalogue import instruments
from mocks.exchange.model import Add, Event, Instrument, Kind, OrderType, Side, Trade
from mocks.exchange.venue import Exchange
from tests.adapters.desk import SERVERS, Names
from tests.simulation.brokers import MASTERS

FIRST = date(2026, 12, 1)  # an expiry day; the month's contracts end on the 29th
SYMBOLS = ("ADANIPOWER", "M&MFIN", "ITC", "INFY")
NEAR = 2  # strikes on each side of the market
STRIKE_STEP = 50_00
EXPIRIES = ("2026-12-01", "2026-12-08", "2026-12-15", "2026-12-29")
KEY, SECRET = "accuracy", "accuracy-secret"


@lru_cache(maxsize=1)
def listed() -> tuple[Instrument, ...]:
    """A few shares at both exchanges, an index, its futures and its options near the market."""
    found = instruments(FIRST)
    (index,) = [one for one in found if one.key == "NSE:NIFTY 50"]
    return tuple(
        one
        for one in found
        if one is index
        or (one.kind is Kind.EQUITY and one.symbol in SYMBOLS)
        or (one.underlying == index.key and one.kind is Kind.FUTURE)
        or (
            one.underlying == index.key
            and one.expiry in EXPIRIES
            and abs(one.strike - index.prev_close) <= NEAR * STRIKE_STEP
        )
    )


class World:
    """The exchange, its clock and what it prints. Prices stand where a person puts them."""

    def __init__(self, seed: int) -> None:
        self.exchange = Exchange(
            listed(), seed=seed, start_ns=_ns(FIRST, time(8)), flow=False, always_open=False
        )
        self.prints: list[Trade] = []
        self.exchange.listen(self._printed)
        plan = FaultPlan(lambda: self.exchange.now, lambda seconds, callback: None)
        self.offices: dict[BrokerId, BackOffice] = {}
        self.apps: dict[BrokerId, Any] = {}
        for broker, (name, _) in SERVERS.items():
            module = importlib.import_module(f"mocks.brokers.{name}.server")
            office = BackOffice(self.exchange, module.PROFILE, seed=seed)
            office.switches = replace(office.switches, charges=False)  # trades alone move money
            office.add_app(App(KEY, SECRET))
            self.offices[broker] = office
            self.apps[broker] = module.app(office, self.exchange, plan, base_url=f"http://{name}")
        self.isins = {InstrumentId.parse(one.key): one.isin for one in listed() if one.kind is Kind.EQUITY}
        self.names: dict[BrokerId, Names] = {}

    async def read_masters(self) -> None:
        for broker, app in self.apps.items():
            path, read = MASTERS[broker]
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as client:
                self.names[broker] = Names(read(await client.get(path)))

    def _printed(self, event: Event) -> None:
        if isinstance(event, Trade):
            self.prints.append(event)

    # --- time ----------------------------------------------------------------------------------------------------

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(self.exchange.now / 1e9, IST)

    @property
    def day(self) -> date:
        return self.exchange.day

    def to(self, clock: time, day: date | None = None) -> None:
        self.exchange.advance(_ns(day or self.day, clock))

    def next_day(self) -> date:
        return self.exchange.calendar.trading_day_after(self.day)

    def announce(self, actions: Iterable[Action]) -> None:
        for action in actions:
            self.exchange.announce(action)

    # --- prices --------------------------------------------------------------------------------------------------

    def last(self, key: str) -> int:
        """Paise."""
        return self.exchange.quote(key).last_price

    def put(self, key: str, percent: float) -> int:
        """Move a price by so many percent, inside its band; where it stands then, in paise."""
        listing = self.exchange.instruments[key]
        low, high = listing.band or (listing.tick, 1 << 60)
        wanted = round(self.last(key) * (1 + percent / 100) / listing.tick) * listing.tick
        price = min(
            max(wanted, -(-low // listing.tick) * listing.tick, listing.tick),
            high // listing.tick * listing.tick,
        )
        self.exchange.set_price(key, price)
        return price

    def stranger(self, key: str, side: Side, quantity: int, price: int) -> None:
        """Somebody offers (or bids) at exactly this price."""
        number = self.exchange.next_order_number()
        self.exchange.submit(Add(key, number, side, OrderType.LIMIT, quantity, price, client="STRANGER"))

    def prices(self, names: Iterable[InstrumentId]) -> dict[InstrumentId, LastPrice]:
        found = {}
        for name in names:
            if str(name) in self.exchange.instruments:
                quote = self.exchange.quote(str(name))
                found[name] = LastPrice(Price.paise(quote.last_price), self.at, Price.paise(quote.prev_close))
        return found


def _ns(day: date, clock: time) -> int:
    return int(datetime.combine(day, clock, IST).timestamp()) * 10**9
