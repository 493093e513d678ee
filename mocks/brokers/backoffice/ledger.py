"""One client's money and shares: what fills do to them, what is free, and what orders and positions tie up.

Integer paise and shares. Cash is what the entries say (`entries.py`); the day's trades are entered when it is settled
(`settlement.py`), until then they are reckoned from the positions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from mocks.brokers.backoffice.accounts import User
from mocks.brokers.backoffice.checks import DELIVERY
from mocks.brokers.backoffice.contract_note import ContractNote
from mocks.brokers.backoffice.entitlement import Coming
from mocks.brokers.backoffice.entries import Account, Daybook, Occasion
from mocks.brokers.backoffice.funds import reckon
from mocks.brokers.backoffice.margins import (
    Need,
    contract_need,
    is_contract,
    is_option,
    need,
)
from mocks.brokers.backoffice.market import Market
from mocks.brokers.backoffice.orders import Order, Product
from mocks.brokers.backoffice.portfolio import Funds, Holding, Position
from mocks.brokers.backoffice.span import Stake, requirement
from mocks.exchange.model import Instrument, Kind, Side


@dataclass(slots=True)
class Ledger:
    user: User
    market: Market
    daybook: Daybook = field(default_factory=Daybook)
    payin: int = 0  # today's deposits less withdrawals, in the daybook already
    orders: dict[str, Order] = field(default_factory=dict)  # the day's book, oldest first
    positions: dict[tuple[str, Product], Position] = field(default_factory=dict)
    holdings: dict[str, Holding] = field(default_factory=dict)  # by ISIN
    by_tag: dict[str, list[str]] = field(default_factory=dict)
    live: dict[str, Order] = field(default_factory=dict)  # orders not ended
    blocked: int = 0  # the sum of what live orders hold
    unpaid: dict[str, int] = field(default_factory=dict)  # charges of the day by order, paise
    charges: int = 0  # their sum
    delivered: dict[str, int] = field(
        default_factory=dict
    )  # paise that sales out of holdings fetched, by ISIN
    coming: list[Coming] = field(default_factory=list)  # out of corporate actions, not given yet
    notes: dict[str, ContractNote] = field(default_factory=dict)  # by day, YYYY-MM-DD

    # orders -----------------------------------------------------------------------------------------------

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

    def owe(self, order_id: str, amount: int) -> None:
        """The charges of an order so far, instead of what was known of them."""
        self.charges += amount - self.unpaid.get(order_id, 0)
        self.unpaid[order_id] = amount

    # money ------------------------------------------------------------------------------------------------

    @property
    def opening_cash(self) -> int:
        """The balance at the start of the day."""
        return self.daybook.balance - self.payin

    def pay(self, amount: int, at: datetime) -> None:
        """A deposit, or a withdrawal when below zero."""
        occasion = Occasion.PAY_IN if amount > 0 else Occasion.PAY_OUT
        self.daybook.write(at, self.market.today, occasion, Account.BANK, amount)
        self.payin += amount

    # shares -----------------------------------------------------------------------------------------------

    def position(self, key: str, product: Product) -> Position:
        return self.positions.setdefault((key, product), Position(key, product))

    def holding(self, isin: str, key: str) -> Holding:
        return self.holdings.setdefault(isin, Holding(isin, key))

    def sellable(self, instrument: Instrument, product: Product = Product.CNC) -> int:
        """Shares that a delivery sale may still take: free holdings + today's purchases - open delivery sales."""
        held = self.holdings.get(instrument.isin)
        bought = self.positions.get((instrument.key, product))
        free = 0
        if held is not None:
            free = held.mtf_quantity - held.mtf_used if product is Product.MTF else held.free
        today = max(0, bought.quantity if bought else 0)
        return free + today - self.waiting(instrument.isin, product)

    def waiting(self, isin: str, product: Product | None = None) -> int:
        """Shares in open delivery sales, of one product or of all."""
        return sum(
            order.pending + order.reserved
            for order in self.live.values()
            if order.side is Side.SELL
            and order.product in DELIVERY
            and product in (None, order.product)
            and self.market.instrument(order.key).isin == isin
        )

    def unauthorised(self, instrument: Instrument, quantity: int, product: Product) -> tuple[int, int]:
        """(shares a sale needs from the depository, shares authorised for it) for an account without DDPI.

        Settled shares are sold before T1 ones, which are not in the demat account yet and need no leave. Funded shares
        are pledged to the broker, who needs none either. What open sales will take is not left for another.
        """
        if product is Product.MTF:
            return 0, 0
        bought = self.positions.get((instrument.key, product))
        rest = quantity - min(quantity, max(0, bought.quantity if bought else 0))
        held = self.holdings.get(instrument.isin)
        if held is None:
            return rest, 0
        waiting = self.waiting(instrument.isin, product)
        needs = min(rest, max(0, held.quantity - held.used - waiting))
        until = held.authorised_until
        if until is not None and self.market.now() >= until:
            return needs, 0
        return needs, max(0, held.authorised - waiting)

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
        if not moved:
            return
        instrument = self.market.instrument(key)
        held = self.holding(instrument.isin, key)
        self.delivered[instrument.isin] = max(0, self.delivered.get(instrument.isin, 0) + moved * price)
        if product is Product.MTF:
            held.mtf_used += moved
            return
        held.used += moved
        held.authorised = max(0, held.authorised - moved)

    def convert(
        self, position: Position, new: Product, side: Side, quantity: int, *, overnight: bool
    ) -> None:
        """Move a part of a position (of today, or of what was carried in) to another product at its cost."""
        if overnight:
            signed = quantity if side is Side.BUY else -quantity
            position.overnight_quantity -= signed
            other = self.position(position.key, new)
            cost = other.overnight_quantity * other.overnight_price + signed * position.overnight_price
            other.overnight_quantity += signed
            if other.overnight_quantity:
                other.overnight_price = abs(round(cost / other.overnight_quantity))
            other.marked_price = position.marked_price
            return
        price = round(position.average)
        if side is Side.BUY:
            position.day_buy_quantity -= quantity
            position.day_buy_value -= quantity * price
        else:
            position.day_sell_quantity -= quantity
            position.day_sell_value -= quantity * price
        self.book(position.key, new, side, quantity, price)

    # what is tied up --------------------------------------------------------------------------------------

    def need(
        self, instrument: Instrument, product: Product, side: Side, opening: int, closing: int, price: int,
        *, besides: Order | None = None,
    ) -> Need:  # fmt: skip
        """What an order ties up: `opening` shares at `price`, after `closing` more of it closed a position.

        `besides`: an order to leave out, the one that is being changed.
        """
        if not opening:
            return Need()
        if not is_contract(instrument):
            return need(instrument, product, side, opening, price)
        before = [*self.stakes(instrument.underlying), *self._asked(instrument, side, besides)]
        sign = 1 if side is Side.BUY else -1
        if closing:
            before.append(self.stake(instrument, sign * closing))
        after = [*before, self.stake(instrument, sign * opening)]
        premium = opening * price if is_option(instrument) else 0
        return contract_need(side, premium, requirement(before), requirement(after))

    def stake(self, instrument: Instrument, quantity: int) -> Stake:
        market = self.market
        share = market.instrument(instrument.underlying).kind is Kind.EQUITY
        return Stake(
            instrument,
            quantity,
            market.last(instrument.key),
            market.spot(instrument),
            market.days_left(instrument),
            share,
        )

    def stakes(self, underlying: str | None = None) -> Iterator[Stake]:
        """Open contract positions, of one underlying or all."""
        for position in self.positions.values():
            if position.quantity and position.product not in DELIVERY:
                instrument = self.market.instrument(position.key)
                if is_contract(instrument) and underlying in (None, instrument.underlying):
                    yield self.stake(instrument, position.quantity)

    def _asked(self, instrument: Instrument, side: Side, besides: Order | None) -> Iterator[Stake]:
        """Open orders on the same underlying that a new one comes on top of: what closes positions, and what
        opens on the same side. A hedge that is not filled yet helps nobody."""
        for order in self.live.values():
            if order is besides or order.product in DELIVERY:
                continue
            other = self.market.instrument(order.key)
            if not is_contract(other) or other.underlying != instrument.underlying:
                continue
            sign = 1 if order.side is Side.BUY else -1
            paid = is_option(other) and order.side is Side.BUY
            quantity = order.pending if order.side is side and not paid else order.exit_quantity
            if quantity:
                yield self.stake(other, sign * quantity)

    def funds(self) -> Funds:
        """`unrealised` never counts as available."""
        return reckon(self)

    def repayment(self, instrument: Instrument) -> int:
        """The part of the loan that today's sales of funded shares pay back."""
        held = self.holdings.get(instrument.isin)
        if held is None or not held.mtf_quantity:
            return 0
        return held.mtf_loan * min(held.mtf_used, held.mtf_quantity) // held.mtf_quantity
