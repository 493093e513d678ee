"""Changes of an order that is out: modify and cancel, each on its way to the exchange for a while.

While one is on its way a fill may overtake it, and no other is taken.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from mocks.brokers.backoffice.checks import Terms, check_terms
from mocks.brokers.backoffice.courier import Courier
from mocks.brokers.backoffice.ledger import Ledger
from mocks.brokers.backoffice.mishap import Kind, Mishap
from mocks.brokers.backoffice.orders import LIVE, PARKED, Change, Order, Stage
from mocks.brokers.backoffice.refusal import Code, Refusal
from mocks.brokers.backoffice.risk import Risk
from mocks.brokers.backoffice.steps import Steps, seconds
from mocks.exchange.model import Modify, OrderType, Rejected


@dataclass(frozen=True, slots=True)
class _Held:
    """An order's terms and margin at one moment: `opening` shares held `blocked` paise."""

    type: OrderType
    terms: Terms
    protection: float | None
    blocked: int
    opening: int
    exit_quantity: int
    filled: int


class Changes:
    def __init__(self, courier: Courier, risk: Risk) -> None:
        self._courier = courier
        self._risk = risk

    def changeable(self, order: Order) -> None:
        """Raises Refusal: not_open, being_processed."""
        if order.stage in LIVE or order.stage in PARKED:
            return
        if order.ended:
            raise Refusal(
                Code.NOT_OPEN, f"The order is {order.stage} and cannot be changed", stage=order.stage.value
            )
        raise Refusal(Code.BEING_PROCESSED, "The order is being processed", stage=order.stage.value)

    def modify(self, ledger: Ledger, order: Order, change: Change, mishap: Mishap | None = None) -> None:
        asked = _after(order, change)
        check_terms(self._courier.exchange.instruments[order.key], asked)
        if asked.quantity <= order.filled:
            raise Refusal(
                Code.BELOW_FILLED,
                f"Quantity must be above the {order.filled} already filled",
                filled=order.filled,
            )
        protection = order.protection if change.protection is None else change.protection
        before = _held(order, _after(order, Change()), order.protection)
        self._risk.readmit(ledger, order, asked, protection)
        after = _held(order, asked, protection)
        order.modifications += 1
        if order.stage in PARKED:
            _take_on(order, after)
            order.quantity, order.price, order.trigger = asked.quantity, asked.price, asked.trigger
            self._courier.blotter.mark(order, Stage.AMO_MODIFIED)
        else:
            self._courier.walk(self._modifying(ledger, order, change, before, after, mishap))

    def _modifying(
        self,
        ledger: Ledger,
        order: Order,
        change: Change,
        before: _Held,
        after: _Held,
        mishap: Mishap | None,
    ) -> Steps:
        nth = order.modifications
        order.reserved = max(0, after.terms.quantity - order.quantity)
        for stage, wait in ((Stage.MODIFY_VALIDATING, "modify"), (Stage.MODIFY_SENT, "modify_send")):
            order.in_flight = stage
            self._courier.blotter.mark(order, stage)
            yield self._courier.pause(order, wait, nth)
            if order.ended:
                return
        if mishap is not None:
            yield seconds(mishap.seconds)
            if not order.ended:
                self._lose(ledger, order, before)
            return
        _take_on(order, after)
        taken = self._submit(order, change, after)
        order.reserved = 0
        if not taken:
            _take_on(order, before)
            order.exit_quantity = max(0, before.exit_quantity - (order.filled - before.filled))
        if order.ended:
            order.exit_quantity = 0
        else:
            kept = after if taken else before
            left = max(0, kept.terms.quantity - order.filled - order.exit_quantity)
            ledger.hold(order, kept.blocked * left // kept.opening if kept.opening > 0 else 0)

    def _lose(self, ledger: Ledger, order: Order, before: _Held) -> None:
        """The exchange took no notice of it."""
        order.reserved = 0
        self._courier.answers.as_before(order, Stage.NOT_MODIFIED, "The exchange did not take the change")
        order.exit_quantity = max(0, before.exit_quantity - (order.filled - before.filled))
        left = max(0, before.terms.quantity - order.filled - order.exit_quantity)
        ledger.hold(order, before.blocked * left // before.opening if before.opening > 0 else 0)

    def _submit(self, order: Order, change: Change, after: _Held) -> bool:
        """Does the exchange take it?"""
        whole = self._courier.answers.is_cut(order.exchange_number) or change.quantity is not None
        events = self._courier.exchange.submit(
            Modify(
                key=order.key,
                order=order.exchange_number,
                quantity=after.terms.quantity - order.exchange_base if whole else None,
                price=change.price,
                trigger=change.trigger,
                disclosed=change.disclosed,
                type=change.type,
                validity=change.validity,
            )
        )
        if any(isinstance(one, Rejected) and one.order == order.exchange_number for one in events):
            return False
        self._courier.answers.uncut(order.exchange_number)
        return True

    def cancel(self, order: Order, mishap: Mishap | None) -> None:
        self._courier.walk(self._cancelling(order, mishap))

    def _cancelling(self, order: Order, mishap: Mishap | None) -> Steps:
        order.in_flight = Stage.CANCEL_SENT
        self._courier.blotter.mark(order, Stage.CANCEL_SENT)
        if mishap is not None and mishap.kind is Kind.CANCEL_LOST_RACE:
            self._courier.misfortune.lose_race(order)
            yield seconds(mishap.seconds)
        yield self._courier.pause(order, "cancel", order.modifications)
        if not order.ended:
            self._courier.call_back(order)


def _take_on(order: Order, held: _Held) -> None:
    """Terms that the exchange does not repeat in its answer."""
    order.type, order.protection = held.type, held.protection
    order.validity, order.disclosed = held.terms.validity, held.terms.disclosed


def _held(order: Order, asked: Terms, protection: float | None) -> _Held:
    opening = asked.quantity - order.filled - order.exit_quantity
    return _Held(asked.type, asked, protection, order.blocked, opening, order.exit_quantity, order.filled)


def _after(order: Order, change: Change) -> Terms:
    """The order as it would be after `change`."""
    asked = Terms(
        order.side, order.type, order.quantity, order.price, order.trigger, order.disclosed, order.validity
    )
    fields = {
        name: value
        for name in ("type", "quantity", "price", "trigger", "disclosed", "validity")
        if (value := getattr(change, name)) is not None
    }
    return replace(asked, **fields)
