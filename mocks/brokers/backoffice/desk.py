"""The order desk: takes a client's request, holds its margin, and walks the order through its stages.

At `Pace.NONE` every step happens in the same instant; at `Pace.REALISTIC` steps wait on the exchange's clock and
`place`, `modify` and `cancel` return with the order on its way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from mocks.brokers.backoffice import iceberg
from mocks.brokers.backoffice.amo import Parking
from mocks.brokers.backoffice.answers import ENDINGS, Answers, at_exchange
from mocks.brokers.backoffice.blotter import Blotter
from mocks.brokers.backoffice.checks import Terms, check_terms
from mocks.brokers.backoffice.cover import at_market, check_cover, child_request, leaves
from mocks.brokers.backoffice.latency import Latency
from mocks.brokers.backoffice.ledger import Ledger
from mocks.brokers.backoffice.margins import automatic_protection
from mocks.brokers.backoffice.misfortune import Misfortune
from mocks.brokers.backoffice.mishap import Kind, Mishap, nothing_wrong
from mocks.brokers.backoffice.orders import (
    LIVE,
    PARKED,
    Change,
    IcebergLeg,
    Order,
    OrderRequest,
    Stage,
)
from mocks.brokers.backoffice.profile import Profile
from mocks.brokers.backoffice.refusal import Code, Refusal
from mocks.brokers.backoffice.risk import MARKET_TYPES, Risk
from mocks.brokers.backoffice.steps import Steps, seconds, walk
from mocks.brokers.backoffice.switches import Pace, Switches
from mocks.exchange.model import Add, Cancel, Modify, OrderType, Rejected

if TYPE_CHECKING:
    from mocks.exchange.venue import Exchange

ACTIVE = {OrderType.SL: OrderType.LIMIT, OrderType.SL_M: OrderType.MARKET}
MODIFICATION_LIMIT = 25


@dataclass(frozen=True, slots=True)
class _Held:
    """An order's terms and margin at one moment: `opening` shares held `blocked` paise."""

    type: OrderType
    terms: Terms
    protection: float | None
    exit_quantity: int
    blocked: int
    opening: int


class Desk:
    """Takes the requests of every user of one broker."""

    def __init__(
        self,
        exchange: Exchange,
        profile: Profile,
        now: Callable[[], datetime],
        ledgers: dict[str, Ledger],
        risk: Risk,
        switches: Callable[[], Switches] = Switches,
        seed: int = 1,
    ) -> None:
        self._exchange = exchange
        self._profile = profile
        self._ledgers = ledgers
        self._risk = risk
        self._switches = switches
        self.blotter = Blotter(profile, now, ledgers)
        self.answers = Answers(exchange, self.blotter)
        self.latency = Latency(profile.name, seed)
        self._parking = Parking(exchange, self._release)
        self._misfortune = Misfortune(exchange, self.answers)
        self.blotter.endings += [self._next_leg, self._guard]
        exchange.listen(self.answers.hear)

    # place ------------------------------------------------------------------------------------------------

    def place(self, ledger: Ledger, request: OrderRequest, *, parent: Order | None = None) -> Order:
        mishap = self._misfortune.of_place()
        part: IcebergLeg | None = None
        try:
            self._admissible(ledger, request)
            leg, part = iceberg.first_leg(request, self._risk.instrument(request.key))
            blocked, closing = self._risk.admit(ledger, leg)
        except Refusal as no:
            if no.code not in self._profile.rejects_in_book:
                raise
            refused = self.blotter.open(ledger, request)
            walk(self._exchange, self._refuse(ledger, refused, no))
            return refused
        order = self._new(ledger, leg, part, parent)
        if request.amo:
            self.blotter.enter(ledger, order, Stage.AMO_RECEIVED)
            self._block(ledger, order, blocked, closing)
            self._parking.park(order)
        else:
            walk(self._exchange, self._carry(ledger, order, blocked, closing, mishap))
        if mishap is not None and mishap.kind is Kind.DUPLICATE_ORDER:
            walk(self._exchange, self._repeat(ledger, request, mishap))
        return order

    def _admissible(self, ledger: Ledger, request: OrderRequest) -> None:
        segment = self._risk.instrument(request.key).exchange
        if segment in ledger.user.blocked_segments:
            raise Refusal(Code.BLOCKED, f"The kill switch is on for {segment}", segment=segment)
        self._parking.check(request)
        check_cover(request, self._exchange.quote(request.key).last_price)

    def _new(
        self, ledger: Ledger, request: OrderRequest, part: IcebergLeg | None, parent: Order | None
    ) -> Order:
        order = self.blotter.open(ledger, request)
        order.iceberg = part
        if parent is not None:
            order.parent_id = parent.order_id
            parent.children.append(order.order_id)
        return order

    def _block(self, ledger: Ledger, order: Order, blocked: int, closing: int) -> None:
        ledger.hold(order, blocked)
        order.exit_quantity = closing

    def _carry(
        self, ledger: Ledger, order: Order, blocked: int, closing: int, mishap: Mishap | None
    ) -> Steps:
        """From the client to the exchange."""
        kind = None if mishap is None else mishap.kind
        late = 0 if mishap is None else seconds(mishap.seconds)
        if kind is Kind.LATE_ACCEPT:
            yield late
            if self._ledgers.get(order.user_id) is not ledger:
                return
            try:
                blocked, closing = self._risk.admit(ledger, order.request)
            except Refusal as no:
                yield from self._refuse(ledger, order, no)
                return
        self.blotter.enter(ledger, order)
        self._block(ledger, order, blocked, closing)
        if kind is Kind.STUCK:
            yield late
        yield self._pause(order, "validate")
        if order.ended:
            return
        self.blotter.mark(order, Stage.VALIDATING)
        if kind is Kind.LATE_REJECT:
            yield late
            if not order.ended:
                order.code = "risk"
                self.blotter.end(order, Stage.REJECTED, "Rejected by the risk desk")
            return
        yield from self._send(order, mishap)

    def _send(self, order: Order, mishap: Mishap | None = None) -> Steps:
        yield self._pause(order, "send")
        if order.ended:
            return
        self._allot(order)
        self.blotter.mark(order, Stage.SENT)
        yield self._pause(order, "exchange")
        if not order.ended:
            instrument = self._exchange.instruments[order.key]
            quantity = self._misfortune.at_exchange(order, instrument, mishap)
            self._exchange.submit(self._command(order, quantity))

    def _refuse(self, ledger: Ledger, order: Order, no: Refusal) -> Steps:
        self.blotter.enter(ledger, order)
        yield self._pause(order, "validate")
        if order.ended:
            return
        order.code = no.code.value
        self.blotter.mark(order, Stage.VALIDATING)
        yield self._pause(order, "send")
        if not order.ended:
            self.blotter.end(order, Stage.REJECTED, no.message)

    def _repeat(self, ledger: Ledger, request: OrderRequest, mishap: Mishap) -> Steps:
        """The broker's own retry; its refusal is told to nobody."""
        yield seconds(mishap.seconds)
        if self._ledgers.get(ledger.user.user_id) is ledger:
            with nothing_wrong():
                self._try(ledger, request)

    def _try(self, ledger: Ledger, request: OrderRequest) -> Order | None:
        try:
            return self.place(ledger, request)
        except Refusal:
            return None

    def _next_leg(self, order: Order) -> None:
        """A complete leg of an iceberg brings the next; a leg that ends otherwise is the last."""
        if order.stage is not Stage.COMPLETE or order.iceberg is None:
            return
        instrument = self._exchange.instruments[order.key]
        following = iceberg.next_leg(order, instrument)
        if following is None:
            return
        ledger = self._ledgers[order.user_id]
        first = ledger.orders.get(order.parent_id, order)
        leg = self._new(ledger, following[0], following[1], first)
        try:
            blocked, closing = self._risk.admit(ledger, following[0])
        except Refusal as no:
            walk(self._exchange, self._refuse(ledger, leg, no))
            return
        walk(self._exchange, self._carry(ledger, leg, blocked, closing, None))

    def _guard(self, parent: Order) -> None:
        """What a cover order filled is guarded by its stop."""
        request = child_request(parent)
        if request is None or parent.cancelled_by == "broker":
            return
        ledger = self._ledgers[parent.user_id]
        try:
            blocked, closing = self._risk.admit(ledger, request)
        except Refusal as no:
            if no.code is not Code.TRIGGER_REACHED:
                walk(self._exchange, self._refuse(ledger, self._new(ledger, request, None, parent), no))
                return
            request = at_market(request)
            blocked, closing = self._risk.admit(ledger, request)
        guard = self._new(ledger, request, None, parent)
        walk(self._exchange, self._carry(ledger, guard, blocked, closing, None))

    # change -----------------------------------------------------------------------------------------------

    def find(self, ledger: Ledger, order_id: str) -> Order:
        found = ledger.orders.get(order_id)
        if found is None:
            raise Refusal(Code.UNKNOWN_ORDER, f"Unknown order {order_id}", order_id=order_id)
        return found

    def modify(self, ledger: Ledger, order_id: str, change: Change) -> Order:
        order = self._changeable(ledger, order_id)
        if self._switches().modification_cap and order.modifications >= MODIFICATION_LIMIT:
            raise Refusal(
                Code.TOO_MANY_CHANGES,
                "Maximum allowed order modifications exceeded",
                limit=MODIFICATION_LIMIT,
            )
        asked = _after(order, change)
        check_terms(self._exchange.instruments[order.key], asked)
        if asked.quantity <= order.filled:
            raise Refusal(
                Code.BELOW_FILLED,
                f"Quantity must be above the {order.filled} already filled",
                filled=order.filled,
            )
        protection = order.protection if change.protection is None else change.protection
        before = _held(order)
        self._risk.readmit(ledger, order, asked, protection)
        after = _held(order, asked, protection)
        order.modifications += 1
        if order.stage in PARKED:
            self._take_on(order, after)
            order.quantity, order.price, order.trigger = asked.quantity, asked.price, asked.trigger
            self.blotter.mark(order, Stage.AMO_MODIFIED)
        else:
            walk(self._exchange, self._modifying(ledger, order, change, before, after))
        return order

    def _modifying(self, ledger: Ledger, order: Order, change: Change, before: _Held, after: _Held) -> Steps:
        nth = order.modifications
        order.in_flight = Stage.MODIFY_VALIDATING
        self.blotter.mark(order, Stage.MODIFY_VALIDATING)
        yield self._pause(order, "modify", nth)
        if order.ended:
            return
        order.in_flight = Stage.MODIFY_SENT
        self.blotter.mark(order, Stage.MODIFY_SENT)
        yield self._pause(order, "modify_send", nth)
        if order.ended:
            return
        self._take_on(order, after)
        uncut = self.answers.uncut(order.exchange_number)
        total = None if change.quantity is None and not uncut else after.terms.quantity - order.exchange_base
        events = self._exchange.submit(
            Modify(
                key=order.key,
                order=order.exchange_number,
                quantity=total,
                price=change.price,
                trigger=change.trigger,
                disclosed=change.disclosed,
                type=change.type,
                validity=change.validity,
            )
        )
        refused = any(isinstance(one, Rejected) and one.order == order.exchange_number for one in events)
        if refused:
            self._take_on(order, before)
        if not order.ended:
            kept = before if refused else after
            left = kept.terms.quantity - order.filled - order.exit_quantity
            ledger.hold(order, kept.blocked * max(0, left) // kept.opening if kept.opening > 0 else 0)

    def _take_on(self, order: Order, held: _Held) -> None:
        """Terms that the exchange does not repeat in its answer."""
        order.type, order.protection = held.type, held.protection
        order.validity, order.disclosed = held.terms.validity, held.terms.disclosed

    def cancel(self, ledger: Ledger, order_id: str) -> Order:
        mishap = self._misfortune.of_cancel()
        order = self._changeable(ledger, order_id)
        exit_now = leaves(order)
        if order.stage in PARKED:
            self._parking.leave(order)
            self.blotter.end(order, Stage.CANCELLED, by="client")
        elif exit_now is not None:
            self.modify(ledger, order_id, exit_now)
        else:
            walk(self._exchange, self._cancelling(order, mishap))
        return order

    def _cancelling(self, order: Order, mishap: Mishap | None) -> Steps:
        order.in_flight = Stage.CANCEL_SENT
        self.blotter.mark(order, Stage.CANCEL_SENT)
        if mishap is not None and mishap.kind is Kind.CANCEL_LOST_RACE:
            self._misfortune.lose_race(order)
            yield seconds(mishap.seconds)
        yield self._pause(order, "cancel", order.modifications)
        if not order.ended:
            self._exchange.submit(Cancel(order.key, order.exchange_number))

    def _changeable(self, ledger: Ledger, order_id: str) -> Order:
        order = self.find(ledger, order_id)
        if order.stage in LIVE or order.stage in PARKED:
            return order
        if order.ended:
            raise Refusal(
                Code.NOT_OPEN, f"The order is {order.stage} and cannot be changed", stage=order.stage.value
            )
        raise Refusal(Code.BEING_PROCESSED, "The order is being processed", stage=order.stage.value)

    # the day and restarts ---------------------------------------------------------------------------------

    def end_day(self, ledger: Ledger) -> None:
        """Whatever is open ends; after-market orders stay for the next session."""
        for order in list(ledger.live.values()):
            if order.stage in PARKED:
                continue
            if at_exchange(order):
                self.answers.catch_up(order.exchange_number)
            if at_exchange(order):
                order.code = "close"
                self._exchange.submit(Cancel(order.key, order.exchange_number))
            if not order.ended:
                order.code = "close"
                self.blotter.end(order, Stage.CANCELLED, ENDINGS["close"], by="exchange")

    def forget(self, ledger: Ledger) -> None:
        """Every order of a user ends, parked ones too."""
        for order in list(ledger.live.values()):
            if order.stage in PARKED:
                self._parking.leave(order)
                self.blotter.end(order, Stage.CANCELLED, by="broker")
        self.end_day(ledger)

    def resume(self, order: Order) -> None:
        """Go on with an order of an earlier run: back into the (new) exchange's book, or to where it waited."""
        if order.stage in PARKED:
            self._parking.park(order)
        elif at_exchange(order):
            order.stage, order.in_flight = order.resting or order.stage, None
            order.exchange_base = order.filled
            self._allot(order)
            self._exchange.submit(self._command(order, order.pending))
        else:
            walk(self._exchange, self._send(order))

    def _release(self, order: Order) -> None:
        """A parked order begins its way."""
        walk(self._exchange, self._released(order))

    def _released(self, order: Order) -> Steps:
        yield self._pause(order, "release")
        if order.ended:
            return
        self.blotter.mark(order, Stage.RECEIVED)
        self.blotter.mark(order, Stage.VALIDATING)
        yield from self._send(order)

    # the exchange -----------------------------------------------------------------------------------------

    def _pause(self, order: Order, stage: str, change: int = 0) -> int:
        if self._switches().pace is Pace.NONE:
            return 0
        return self.latency.wait(order.number, change, stage, self.blotter.now())

    def _allot(self, order: Order) -> None:
        number = self._exchange.next_order_number()
        order.exchange_number = number
        if not order.exchange_order_id:
            order.exchange_order_id = str(number)
        self.blotter.by_number[number] = order

    def _command(self, order: Order, quantity: int) -> Add:
        protection = order.protection
        if protection is not None and protection < 0:
            last_price = self._exchange.quote(order.key).last_price
            protection = automatic_protection(last_price, self._exchange.instruments[order.key].kind)
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
            client=self._ledgers[order.user_id].user.pan,
        )


def _held(order: Order, asked: Terms | None = None, protection: float | None = None) -> _Held:
    if asked is None:
        asked, protection = _after(order, Change()), order.protection
    opening = asked.quantity - order.filled - order.exit_quantity
    return _Held(asked.type, asked, protection, order.exit_quantity, order.blocked, opening)


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
