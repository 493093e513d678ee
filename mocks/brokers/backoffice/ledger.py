"""One client's money and shares: what fills do to them, what is free, and what a day's end leaves.

Integer paise and shares.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from mocks.brokers.backoffice.accounts import User
from mocks.brokers.backoffice.checks import DELIVERY
from mocks.brokers.backoffice.margins import FUNDED_PERCENT, need, percent
from mocks.brokers.backoffice.orders import Order, Product
from mocks.brokers.backoffice.portfolio import Funds, Holding, Position
from mocks.exchange.model import Instrument, Side


@dataclass(slots=True)
class Ledger:
    user: User
    instruments: dict[str, Instrument]
    orders: dict[str, Order] = field(default_factory=dict)  # the day's book, oldest first
    positions: dict[tuple[str, Product], Position] = field(default_factory=dict)
    holdings: dict[str, Holding] = field(default_factory=dict)  # by ISIN
    by_tag: dict[str, list[str]] = field(default_factory=dict)
    live: dict[str, Order] = field(default_factory=dict)  # orders not ended
    blocked: int = 0  # the sum of what live orders hold

    def add(self, order: Order) -> None:
        self.orders[order.order_id] = order
        if not order.ended:
            self.live[order.order_id] = order
            self.blocked += order.blocked
        if order.tag:
            self.by_tag.setdefault(order.tag, []).append(order.order_id)

    def hold(self, order: Order, amount: int) -> None:
        """Block `amount` for a live order instead of what it held."""
        self.blocked += amount - order.blocked
        order.blocked = amount

    def end(self, order: Order) -> None:
        """The order is over: nothing is held for it."""
        self.hold(order, 0)
        order.exit_quantity = 0
        self.live.pop(order.order_id, None)

    def position(self, key: str, product: Product) -> Position:
        return self.positions.setdefault((key, product), Position(key, product))

    def holding(self, isin: str, key: str) -> Holding:
        return self.holdings.setdefault(isin, Holding(isin, key))

    def sellable(self, instrument: Instrument, product: Product = Product.CNC) -> int:
        """Shares that a delivery sale may still take: free holdings + today's purchases - open delivery sales."""
        held = self.holdings.get(instrument.isin)
        bought = self.positions.get((instrument.key, product))
        free = (held.free if held else 0) + max(0, bought.quantity if bought else 0)
        return free - self.waiting(instrument.isin)

    def waiting(self, isin: str) -> int:
        """Shares in open delivery sales."""
        return sum(
            order.pending
            for order in self.live.values()
            if order.side is Side.SELL
            and order.product in DELIVERY
            and self.instruments[order.key].isin == isin
        )

    def unauthorised(self, instrument: Instrument, quantity: int, product: Product) -> tuple[int, int]:
        """(shares a sale needs from the depository, shares authorised for it) for an account without DDPI."""
        bought = self.positions.get((instrument.key, product))
        held = self.holdings.get(instrument.isin)
        needs = quantity - min(quantity, max(0, bought.quantity if bought else 0))
        return needs, held.authorised if held else 0

    def closing(self, key: str, product: Product, side: Side, quantity: int) -> int:
        """How much of an order would close a position, after what other open orders already close."""
        position = self.positions.get((key, product))
        if position is None or product in DELIVERY:
            return 0
        against = position.quantity if side is Side.SELL else -position.quantity
        waiting = sum(
            order.exit_quantity
            for order in self.live.values()
            if order.key == key and order.product is product and order.side is side
        )
        return max(0, min(quantity, against - waiting))

    def book(self, key: str, product: Product, side: Side, quantity: int, price: int) -> None:
        """Book an execution. Sold shares that were not bought today leave the holding as `used`."""
        position = self.position(key, product)
        before = position.quantity
        position.add(side, quantity, price)
        if product not in DELIVERY:
            return
        bought_today, sold_out = max(0, before), max(0, -before)
        moved = max(0, quantity - bought_today) if side is Side.SELL else -min(quantity, sold_out)
        if moved:
            held = self.holding(self.instruments[key].isin, key)
            held.used += moved
            held.authorised = max(0, held.authorised - moved)

    def funds(self, last_price: Callable[[str], int] | None = None) -> Funds:
        """`last_price` values open positions; without it `unrealised` is 0 (it never counts as available)."""
        debit = credit = realised = unrealised = span = premium = margin = 0
        for (key, product), position in self.positions.items():
            if product in DELIVERY:
                paid = position.buy_value - position.sell_value
                if product is Product.MTF and paid > 0:
                    paid = percent(paid, FUNDED_PERCENT)
                debit += max(0, paid)
                credit += max(0, -paid)
                continue
            realised += position.realised
            if not position.quantity:
                continue
            side = Side.BUY if position.quantity > 0 else Side.SELL
            held = need(self.instruments[key], product, side, abs(position.quantity), round(position.average))
            span += held.span
            premium += held.premium
            margin += held.total
            if last_price is not None:
                unrealised += position.pnl(last_price(key)) - position.realised
        cash = self.user.opening_cash + self.user.payin
        return Funds(
            opening_cash=self.user.opening_cash,
            payin=self.user.payin,
            blocked=self.blocked,
            position_margin=margin,
            span=span,
            premium=premium,
            delivery_debit=debit,
            sale_credit=credit,
            realised=realised,
            unrealised=unrealised,
            available=cash + realised + credit - debit - margin - self.blocked,
        )

    def settle(self, last_price: Callable[[str], int]) -> None:
        """A day ends and the next begins: intraday is squared off at the last price, delivery moves to T1 and
        T1 to settled, contracts are carried, booked money becomes the opening cash, ended orders are dropped."""
        for (key, product), position in self.positions.items():
            if product is Product.MIS and position.quantity:
                side = Side.SELL if position.quantity > 0 else Side.BUY
                position.add(side, abs(position.quantity), last_price(key))
        funds = self.funds()
        self.user.opening_cash = funds.cash + funds.realised + funds.sale_credit - funds.delivery_debit
        self.user.payin = 0
        for held in self.holdings.values():
            held.quantity += held.t1 - held.used
            held.t1 = held.used = held.authorised = 0
        carried: dict[tuple[str, Product], Position] = {}
        for (key, product), position in self.positions.items():
            if product in DELIVERY and position.quantity > 0:
                self._receive(key, position)
            elif product is Product.NRML and position.quantity:
                carried[key, product] = Position(key, product, position.quantity, round(position.average))
        self.positions = carried
        self.holdings = {isin: held for isin, held in self.holdings.items() if held.quantity or held.t1}
        self.orders = dict(self.live)
        self.by_tag = {}
        for order in self.orders.values():
            if order.tag:
                self.by_tag.setdefault(order.tag, []).append(order.order_id)

    def _receive(self, key: str, position: Position) -> None:
        held = self.holding(self.instruments[key].isin, key)
        cost = held.average * held.owned + position.average * position.quantity
        held.t1 += position.quantity
        held.average = cost / held.owned
