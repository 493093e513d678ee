"""The risk desk: may this order be, and what does it hold? Money and shares are looked at, nothing is sent.

Margins are blocked on `Ledger`; a `Refusal` leaves everything as it was.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from mocks.brokers.backoffice.checks import DELIVERY, Terms, check_product, check_terms, check_trigger, terms
from mocks.brokers.backoffice.ledger import Ledger
from mocks.brokers.backoffice.margins import is_contract, need, protected_price
from mocks.brokers.backoffice.orders import Order, OrderRequest, Product
from mocks.brokers.backoffice.refusal import Code, Refusal
from mocks.exchange.model import Instrument, OrderType, Side

if TYPE_CHECKING:
    from mocks.exchange.venue import Exchange

MARKET_TYPES = frozenset({OrderType.MARKET, OrderType.SL_M})


class Risk:
    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self.intraday_is_over: Callable[[Instrument], bool] = lambda instrument: False

    def instrument(self, key: str) -> Instrument:
        found = self._exchange.instruments.get(key)
        if found is None:
            raise Refusal(Code.UNKNOWN_INSTRUMENT, f"Unknown instrument {key}", key=key)
        return found

    def admit(self, ledger: Ledger, request: OrderRequest) -> tuple[int, int]:
        """(margin to block, shares that close a position) of a new order, or a Refusal."""
        instrument = self.instrument(request.key)
        check_product(instrument, request.product)
        asked = terms(request)
        check_terms(instrument, asked)
        if asked.trigger:
            check_trigger(asked, self._exchange.quote(request.key).last_price)
        if request.side is Side.SELL and request.product in DELIVERY:
            self._owns(ledger, instrument, request.product, request.quantity)
            return 0, 0
        closing = ledger.closing(request.key, request.product, request.side, request.quantity)
        self._in_time(instrument, request, closing)
        price = self._reckoned_price(instrument, asked, request.protection)
        needed = ledger.need(
            instrument, request.product, request.side, request.quantity - closing, closing, price
        )
        self._afford(ledger, needed.total, in_cash=needed.in_cash)
        return needed.total, closing

    def price(self, request: OrderRequest) -> int:
        """What an order is reckoned at, paise: its limit, or where its market protection ends."""
        return self._reckoned_price(self.instrument(request.key), terms(request), request.protection)

    def _in_time(self, instrument: Instrument, request: OrderRequest, closing: int) -> None:
        if (
            request.product is Product.MIS
            and not request.amo
            and request.quantity > closing
            and self.intraday_is_over(instrument)
        ):
            raise Refusal(
                Code.INTRADAY_OVER, f"Intraday orders in {instrument.symbol} are closed for the day"
            )

    def _owns(self, ledger: Ledger, instrument: Instrument, product: Product, quantity: int) -> None:
        has = ledger.sellable(instrument, product)
        if quantity > has:
            raise Refusal(
                Code.INSUFFICIENT_HOLDINGS,
                f"Insufficient holdings: {max(0, has)} of {quantity} shares can be sold",
                needs=quantity,
                has=max(0, has),
            )
        if not ledger.user.ddpi:
            needs, authorised = ledger.unauthorised(instrument, quantity, product)
            if needs > authorised:
                raise Refusal(
                    Code.NEEDS_AUTHORISATION,
                    f"{needs - authorised} quantity needs authorisation at depository",
                    needs=needs,
                    has=authorised,
                )

    def _afford(self, ledger: Ledger, amount: int, *, in_cash: bool = False) -> None:
        if amount <= 0:
            return
        funds = ledger.funds()
        has = funds.spendable if in_cash else funds.available
        if amount > has:
            raise Refusal(
                Code.INSUFFICIENT_FUNDS,
                f"Insufficient funds: needs Rs {amount / 100:.2f}, available Rs {has / 100:.2f}",
                needs=amount,
                has=has,
            )

    def _reckoned_price(self, instrument: Instrument, asked: Terms, protection: float | None) -> int:
        if asked.type not in MARKET_TYPES:
            return asked.price
        base = (
            asked.trigger if asked.type is OrderType.SL_M else self._exchange.quote(instrument.key).last_price
        )
        return protected_price(instrument, asked.side, base, protection)

    def readmit(self, ledger: Ledger, order: Order, asked: Terms, protection: float | None) -> None:
        """Hold the margin of the order as it will be; a Refusal leaves the old block."""
        instrument = self._exchange.instruments[order.key]
        if order.side is Side.SELL and order.product in DELIVERY:
            if asked.quantity > order.quantity:
                self._owns(ledger, instrument, order.product, asked.quantity - order.quantity)
            return
        price = self._reckoned_price(instrument, asked, protection)
        open_part = asked.quantity - order.filled
        order_exit = min(order.exit_quantity, open_part)
        needed = ledger.need(
            instrument, order.product, order.side, open_part - order_exit, order_exit, price, besides=order
        )
        self._afford(ledger, needed.total - order.blocked, in_cash=needed.in_cash)
        ledger.hold(order, needed.total)
        order.exit_quantity = order_exit

    def convert(
        self,
        ledger: Ledger,
        key: str,
        side: Side,
        quantity: int,
        old: Product,
        new: Product,
        *,
        overnight: bool,
    ) -> None:
        instrument = self.instrument(key)
        check_product(instrument, new)
        position = ledger.positions.get((key, old))
        has = 0 if position is None else position.overnight_quantity if overnight else position.day_quantity
        if position is None or quantity <= 0 or quantity > (has if side is Side.BUY else -has):
            raise Refusal(Code.NO_POSITION, "There is no such position to convert", has=has)
        if side is Side.SELL and new in DELIVERY and quantity > ledger.sellable(instrument):
            raise Refusal(
                Code.INSUFFICIENT_HOLDINGS,
                "Not enough shares",
                needs=quantity,
                has=ledger.sellable(instrument),
            )
        if not is_contract(instrument):
            price = round(position.average)
            asked, held = (need(instrument, one, side, quantity, price) for one in (new, old))
            self._afford(ledger, asked.total - held.total, in_cash=asked.in_cash)
        ledger.convert(position, new, side, quantity, overnight=overnight)
