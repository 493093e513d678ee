"""A back office on a calm market, with one user, and a short notation for orders."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from functools import cache

from mocks import seed
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.orders import Order, OrderRequest, Product
from mocks.brokers.backoffice.profile import IST, Profile, next_time_of_day
from mocks.brokers.backoffice.refusal import Code, Refusal
from mocks.exchange.catalogue import instruments
from mocks.exchange.model import Add, Event, Instrument, OrderType, Side, Trade
from mocks.exchange.venue import Exchange

START = datetime(2026, 11, 20, 10, 0, tzinfo=IST)
USER = "U0001"
INFY = "NSE:INFY"

PROFILE = Profile(
    name="mock",
    title="Test Broker",
    order_id=lambda number, at: f"O{number}",
    trade_id=lambda number, at: f"T{number}",
    expiry=lambda now: next_time_of_day(now, 6),
    user_id=lambda number: f"U{number:04d}",
)


@cache
def listed(day: date) -> list[Instrument]:
    """Shares, indices and the contracts on NIFTY: what is on shares takes a second a test to list."""
    return [one for one in instruments(day) if not one.expiry or one.underlying == "NSE:NIFTY 50"]


class Desk:
    def __init__(self, *, cash: int = 1_000_000_00, profile: Profile = PROFILE, ddpi: bool = True) -> None:
        """`cash` in paise."""
        start_ns = int(START.timestamp()) * 10**9
        self.exchange = Exchange(listed(START.date()), seed=1, start_ns=start_ns, flow=False)
        self.traded: dict[int, int] = {}  # shares by order number, as the exchange says
        self.exchange.listen(self._count)
        self.office = BackOffice(self.exchange, profile)
        self.user = seed.create(self.office, seed.NewUser(user_id=USER, cash=cash, ddpi=ddpi))

    def _count(self, event: Event) -> None:
        if isinstance(event, Trade):
            for number in (event.buy, event.sell):
                self.traded[number] = self.traded.get(number, 0) + event.quantity

    def price(self, key: str = INFY) -> int:
        return self.exchange.quote(key).last_price

    def ask(self, key: str = INFY) -> int:
        return self.exchange.quote(key).asks[0].price

    def bid(self, key: str = INFY) -> int:
        return self.exchange.quote(key).bids[0].price

    def request(self, text: str, **more: object) -> OrderRequest:
        """`BUY 10 NSE:INFY CNC LIMIT 1500.00`, `SELL 5 NSE:INFY CNC MARKET`, `BUY 5 NSE:INFY MIS SL 1600 1590`."""
        side, quantity, key, product, kind, *prices = text.split()
        paise = [round(float(price) * 100) for price in prices]
        request = OrderRequest(
            key=key,
            side=Side.BUY if side == "BUY" else Side.SELL,
            type=OrderType(kind),
            product=Product(product),
            quantity=int(quantity),
            price=paise[0] if kind in ("LIMIT", "SL") else 0,
            trigger=paise[-1] if kind in ("SL", "SL-M") else 0,
            protection=-1 if kind in ("MARKET", "SL-M") else None,
        )
        return replace(request, **more)  # type: ignore[arg-type]

    def place(self, text: str, **more: object) -> Order:
        return self.office.place(USER, self.request(text, **more))

    def refused(self, text: str, **more: object) -> Refusal:
        try:
            order = self.place(text, **more)
        except Refusal as no:
            return no
        raise AssertionError(f"{text} was taken: {order.stage}")

    def meet(self, side: Side, quantity: int, price: int, key: str = INFY) -> None:
        """Somebody else's limit order (paise)."""
        number = self.exchange.next_order_number()
        self.exchange.submit(Add(key, number, side, OrderType.LIMIT, quantity, price, client="SOMEBODY"))

    def wait(self, seconds: float = 1.0) -> None:
        self.exchange.advance(self.exchange.now + int(seconds * 10**9))

    @property
    def available(self) -> int:
        return self.office.funds(USER).available


def stages(order: Order) -> list[str]:
    return [row.stage.value for row in order.history]


LATE_FUNDS = replace(PROFILE, rejects_in_book=frozenset({Code.INSUFFICIENT_FUNDS}))
