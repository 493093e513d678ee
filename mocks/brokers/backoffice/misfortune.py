"""How orders go wrong on purpose: which mishap a request meets, and what it does at the exchange.

Every mishap ends with the broker's books saying what the exchange's say.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from mocks.brokers.backoffice.answers import Answers
from mocks.brokers.backoffice.mishap import CURRENT, Kind, Mishap
from mocks.brokers.backoffice.orders import Order, Stage
from mocks.brokers.backoffice.refusal import Code, Refusal
from mocks.brokers.backoffice.steps import seconds
from mocks.exchange.model import Instrument, OrderType, Side

if TYPE_CHECKING:
    from mocks.exchange.venue import Exchange

RACE_PERCENT = 1  # how far through the limit the market runs while a cancel is on its way
RACE_TURNS = 20  # how often it comes back for more of a large order


class Misfortune:
    def __init__(self, exchange: Exchange, answers: Answers) -> None:
        self._exchange = exchange
        self._answers = answers
        self._counted: tuple[Mishap, int] | None = None

    def of_place(self) -> Mishap | None:
        """What the request being handled meets. Raises Refusal(exchange) for a partial success."""
        mishap = CURRENT.get()
        if mishap is None or mishap.kind in (Kind.CANCEL_LOST_RACE, Kind.CHANGE_LOST):
            return None
        if mishap.kind is Kind.PARTIAL_SUCCESS:
            self._count(mishap)
            return None
        return mishap

    def of_change(self) -> Mishap | None:
        mishap = CURRENT.get()
        return mishap if mishap is not None and mishap.kind is Kind.CHANGE_LOST else None

    def of_cancel(self) -> Mishap | None:
        mishap = CURRENT.get()
        if mishap is not None and mishap.kind is Kind.PARTIAL_SUCCESS:
            self._count(mishap)
        return mishap if mishap is not None and mishap.kind is Kind.CANCEL_LOST_RACE else None

    def _count(self, mishap: Mishap) -> None:
        """Every second order of one request (one mishap object) is refused."""
        n = self._counted[1] + 1 if self._counted and self._counted[0] is mishap else 1
        self._counted = mishap, n
        if n % 2 == 0:
            raise Refusal(Code.EXCHANGE, "The order could not be processed", reason="partial_success")

    def at_exchange(self, order: Order, instrument: Instrument, mishap: Mishap | None) -> int:
        """The quantity to send, and what to do with the answers. An order of one lot cannot be filled in part:
        PARTIAL_THEN_CANCEL leaves it alone."""
        if mishap is None:
            return order.quantity
        if mishap.kind is Kind.LATE_FILL:
            self._answers.late(order.exchange_number, seconds(mishap.seconds))
        if mishap.kind is Kind.PARTIAL_THEN_CANCEL:
            part = order.quantity // instrument.lot // 2 * instrument.lot
            if part:
                self._answers.cut(order, part, seconds(mishap.seconds))
                return part
        return order.quantity

    def lose_race(self, order: Order) -> None:
        """The market runs through the order's limit and back before the cancel arrives. A stop, or a limit that
        the day's band does not let the market reach, is not filled: the cancel comes late, no more."""
        if order.resting is not Stage.OPEN or order.type not in (OrderType.LIMIT, OrderType.SL):
            return
        before = self._exchange.quote(order.key).last_price
        with suppress(ValueError):
            for _ in range(RACE_TURNS):
                if order.ended:
                    break
                self._exchange.set_price(order.key, self._through(order))
            self._exchange.set_price(order.key, before)

    def _through(self, order: Order) -> int:
        instrument = self._exchange.instruments[order.key]
        tick = instrument.tick
        gap = max(tick, order.price * RACE_PERCENT // 100)
        low, high = instrument.band or (tick, order.price * 2)
        price = order.price - gap if order.side is Side.BUY else order.price + gap
        return max(-(-low // tick) * tick, min(price // tick * tick, high // tick * tick))
