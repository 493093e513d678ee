"""The way from the broker to the exchange: how long each stage takes, and the command that an order becomes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from mocks.brokers.backoffice.answers import Answers, at_exchange
from mocks.brokers.backoffice.blotter import Blotter
from mocks.brokers.backoffice.latency import Latency
from mocks.brokers.backoffice.margins import automatic_protection
from mocks.brokers.backoffice.misfortune import Misfortune
from mocks.brokers.backoffice.mishap import Mishap
from mocks.brokers.backoffice.orders import Order, Stage
from mocks.brokers.backoffice.risk import MARKET_TYPES
from mocks.brokers.backoffice.steps import Steps, walk
from mocks.brokers.backoffice.switches import Pace, Switches
from mocks.exchange.model import Add, Cancel, OrderType

if TYPE_CHECKING:
    from mocks.exchange.venue import Exchange

ACTIVE = {OrderType.SL: OrderType.LIMIT, OrderType.SL_M: OrderType.MARKET}


class Courier:
    """At `Pace.NONE` every wait is nothing."""

    def __init__(
        self,
        exchange: Exchange,
        blotter: Blotter,
        answers: Answers,
        latency: Latency,
        switches: Callable[[], Switches],
    ) -> None:
        self.exchange = exchange
        self.blotter = blotter
        self.answers = answers
        self.misfortune = Misfortune(exchange, answers)
        self._latency = latency
        self._switches = switches

    def walk(self, steps: Steps) -> None:
        walk(self.exchange, steps)

    def pause(self, order: Order, stage: str, change: int = 0) -> int:
        """How long the stage takes, nanoseconds. `change`: of the n-th modification."""
        if self._switches().pace is Pace.NONE:
            return 0
        return self._latency.wait(order.number, change, stage, self.blotter.now())

    def send(self, order: Order, mishap: Mishap | None = None) -> Steps:
        """From the risk desk into the exchange's book."""
        yield self.pause(order, "send")
        if order.ended:
            return
        self._allot(order)
        self.blotter.mark(order, Stage.SENT)
        yield self.pause(order, "exchange")
        if not order.ended:
            instrument = self.exchange.instruments[order.key]
            quantity = self.misfortune.at_exchange(order, instrument, mishap)
            self.exchange.submit(self._command(order, quantity))

    def released(self, order: Order) -> Steps:
        """A parked order begins its way."""
        yield self.pause(order, "release")
        if order.ended:
            return
        self.blotter.mark(order, Stage.RECEIVED)
        self.blotter.mark(order, Stage.VALIDATING)
        yield from self.send(order)

    def resume(self, order: Order) -> None:
        """Put an order of an earlier run back into the (new) exchange's book, or go on sending it."""
        if not at_exchange(order):
            self.walk(self.send(order))
            return
        order.stage, order.in_flight, order.reserved = order.resting or order.stage, None, 0
        order.exchange_base = order.filled
        self._allot(order)
        self.exchange.submit(self._command(order, order.pending))

    def call_back(self, order: Order) -> None:
        """Ask the exchange to cancel it."""
        self.exchange.submit(Cancel(order.key, order.exchange_number))

    def _allot(self, order: Order) -> None:
        number = self.exchange.next_order_number()
        order.exchange_number = number
        if not order.exchange_order_id:
            order.exchange_order_id = str(number)
        self.blotter.by_number[number] = order

    def _command(self, order: Order, quantity: int) -> Add:
        protection = order.protection
        if protection is not None and protection < 0:
            last_price = self.exchange.quote(order.key).last_price
            protection = automatic_protection(last_price, self.exchange.instruments[order.key].kind)
        # An order put back after a restart may be a stop that was triggered before.
        kind = ACTIVE.get(order.type, order.type) if order.resting is Stage.OPEN else order.type
        return Add(
            key=order.key,
            order=order.exchange_number,
            side=order.side,
            type=kind,
            quantity=quantity,
            price=order.price,
            trigger=order.trigger if kind is order.type else 0,
            disclosed=min(order.disclosed, quantity),
            validity=order.validity,
            ttl_minutes=order.request.ttl_minutes,
            protection_pct=protection if kind in MARKET_TYPES else None,
            client=self.blotter.ledgers[order.user_id].user.pan,
        )
