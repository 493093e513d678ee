"""After-market orders: parked while the market is closed, released when a session that takes them begins.

In an always-open market there is no closed hour: one may be parked at any time and goes when the day rolls over.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from mocks.brokers.backoffice.checks import STOPS
from mocks.brokers.backoffice.orders import Order, OrderRequest
from mocks.brokers.backoffice.refusal import Code, Refusal
from mocks.exchange.model import Phase

if TYPE_CHECKING:
    from mocks.exchange.venue import Exchange

MINUTE = 60_000_000_000


class Parking:
    """Looks when a session opens, and once a minute while one is open that does not take what is parked."""

    def __init__(
        self, exchange: Exchange, release: Callable[[Order], None], drop: Callable[[Order], None]
    ) -> None:
        """`drop` ends an order whose contract has expired meanwhile."""
        self._exchange = exchange
        self._release = release
        self._drop = drop
        self._parked: dict[str, Order] = {}
        self._armed = False
        exchange.on_day(lambda _: self._day_rolled())

    def check(self, request: OrderRequest) -> None:
        """May it come now? Raises Refusal: closed for an order of today, amo_hours for one of tomorrow."""
        if self._exchange.always_open:
            return
        closed = self._exchange.phase_of(request.key) is Phase.CLOSED
        if closed and not request.amo:
            raise Refusal(Code.CLOSED, "The market is closed: place an after-market order")
        if request.amo and not closed:
            raise Refusal(Code.AMO_HOURS, "After-market orders are taken when the market is closed")

    def park(self, order: Order) -> None:
        self._parked[order.order_id] = order
        self._arm()

    def leave(self, order: Order) -> None:
        self._parked.pop(order.order_id, None)

    def _arm(self) -> None:
        for order in [*self._parked.values()]:
            if order.key not in self._exchange.instruments:
                self.leave(order)
                self._drop(order)
        if self._armed or not self._parked or self._exchange.always_open:
            return
        self._armed = True
        opens = min(self._exchange.next_opening(order.key) for order in self._parked.values())
        self._exchange.schedule(max(opens, (self._exchange.now // MINUTE + 1) * MINUTE), self._look)

    def _look(self) -> None:
        self._armed = False
        self._arm()  # lets go of what is listed no more
        self._let_go([order for order in self._parked.values() if self._takes(order)])

    def _takes(self, order: Order) -> bool:
        """A pre-open session takes limit and market orders; stops wait for continuous trading."""
        phase = self._exchange.phase_of(order.key)
        return phase is Phase.CONTINUOUS or (phase is Phase.PREOPEN and order.type not in STOPS)

    def _day_rolled(self) -> None:
        """Once everybody has heard of the new day."""
        self._exchange.schedule(self._exchange.now, self._begin_day)

    def _begin_day(self) -> None:
        self._arm()
        if self._exchange.always_open:
            self._let_go([*self._parked.values()])

    def _let_go(self, orders: list[Order]) -> None:
        for order in orders:
            self.leave(order)
            self._release(order)
