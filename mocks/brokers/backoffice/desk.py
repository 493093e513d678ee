"""The order desk: takes a client's request, holds its margin, and walks the order through its stages.

At `Pace.NONE` every step happens in the same instant; at `Pace.REALISTIC` steps wait on the exchange's clock and
`place`, `modify` and `cancel` return with the order on its way.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from mocks.brokers.backoffice import iceberg
from mocks.brokers.backoffice.amo import Parking
from mocks.brokers.backoffice.answers import ENDINGS, Answers, at_exchange
from mocks.brokers.backoffice.blotter import Blotter
from mocks.brokers.backoffice.changes import Changes
from mocks.brokers.backoffice.courier import Courier
from mocks.brokers.backoffice.cover import at_market, check_cover, child_request, leaves
from mocks.brokers.backoffice.latency import Latency
from mocks.brokers.backoffice.ledger import Ledger
from mocks.brokers.backoffice.mishap import Kind, Mishap, nothing_wrong
from mocks.brokers.backoffice.orders import PARKED, Change, IcebergLeg, Order, OrderRequest, Stage
from mocks.brokers.backoffice.profile import Profile
from mocks.brokers.backoffice.refusal import Code, Refusal
from mocks.brokers.backoffice.risk import Risk
from mocks.brokers.backoffice.steps import Steps, seconds
from mocks.brokers.backoffice.switches import Switches

if TYPE_CHECKING:
    from mocks.exchange.venue import Exchange

MODIFICATION_LIMIT = 25


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
        self._answers = Answers(exchange, self.blotter)
        latency = Latency(profile.name, seed)
        self._courier = Courier(exchange, self.blotter, self._answers, latency, switches)
        self._misfortune = self._courier.misfortune
        self._changes = Changes(self._courier, risk)
        self._parking = Parking(exchange, self._release, self._drop)
        self.blotter.endings += [self._next_leg, self._guard]
        exchange.listen(self._answers.hear)

    # place ------------------------------------------------------------------------------------------------

    def place(self, ledger: Ledger, request: OrderRequest) -> Order:
        mishap = self._misfortune.of_place()
        try:
            self._admissible(ledger, request)
            leg, part = iceberg.first_leg(request, self._risk.instrument(request.key))
            blocked, closing = self._risk.admit(ledger, leg)
        except Refusal as no:
            if no.code not in self._profile.rejects_in_book:
                raise
            refused = self.blotter.open(ledger, request)
            self._courier.walk(self._refuse(ledger, refused, no))
            return refused
        order = self._new(ledger, leg, part)
        if request.amo:
            self.blotter.enter(ledger, order, Stage.AMO_RECEIVED)
            self._block(ledger, order, blocked, closing)
            self._parking.park(order)
        else:
            self._courier.walk(self._carry(ledger, order, blocked, closing, mishap))
        if mishap is not None and mishap.kind is Kind.DUPLICATE_ORDER:
            self._courier.walk(self._repeat(ledger, request, mishap))
        return order

    def _admissible(self, ledger: Ledger, request: OrderRequest) -> None:
        segment = self._risk.instrument(request.key).exchange
        if segment in ledger.user.blocked_segments:
            raise Refusal(Code.BLOCKED, f"The kill switch is on for {segment}", segment=segment)
        self._parking.check(request)
        check_cover(request, self._exchange.quote(request.key).last_price)

    def _new(
        self, ledger: Ledger, request: OrderRequest, part: IcebergLeg | None, parent: Order | None = None
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
        self, ledger: Ledger, order: Order, blocked: int, closing: int, mishap: Mishap | None = None
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
        yield self._courier.pause(order, "validate")
        if order.ended:
            return
        self.blotter.mark(order, Stage.VALIDATING)
        if kind is Kind.LATE_REJECT:
            yield late
            if not order.ended:
                order.code = "risk"
                self.blotter.end(order, Stage.REJECTED, "Rejected by the risk desk")
            return
        yield from self._courier.send(order, mishap)

    def _refuse(self, ledger: Ledger, order: Order, no: Refusal) -> Steps:
        self.blotter.enter(ledger, order)
        yield self._courier.pause(order, "validate")
        if order.ended:
            return
        order.code = no.code.value
        self.blotter.mark(order, Stage.VALIDATING)
        yield self._courier.pause(order, "send")
        if not order.ended:
            self.blotter.end(order, Stage.REJECTED, no.message)

    def _repeat(self, ledger: Ledger, request: OrderRequest, mishap: Mishap) -> Steps:
        """The broker's own retry; its refusal is told to nobody."""
        yield seconds(mishap.seconds)
        if self._ledgers.get(ledger.user.user_id) is ledger:
            with nothing_wrong(), suppress(Refusal):
                self.place(ledger, request)

    # orders that bring orders -----------------------------------------------------------------------------

    def _next_leg(self, order: Order) -> None:
        """A complete leg of an iceberg brings the next; a leg that ends otherwise is the last."""
        if order.stage is not Stage.COMPLETE or order.iceberg is None:
            return
        following = iceberg.next_leg(order, self._exchange.instruments[order.key])
        if following is not None:
            first = self._ledgers[order.user_id].orders.get(order.parent_id, order)
            self._bring(following[0], first, following[1])

    def _guard(self, parent: Order) -> None:
        """What a cover order filled is guarded by its stop; a stop already passed goes to the market."""
        request = child_request(parent)
        if request is None or parent.code == "close":
            return
        try:
            self._risk.admit(self._ledgers[parent.user_id], request)
        except Refusal as no:
            if no.code is Code.TRIGGER_REACHED:
                request = at_market(request)
        self._bring(request, parent)

    def _bring(self, request: OrderRequest, parent: Order, part: IcebergLeg | None = None) -> None:
        ledger = self._ledgers[parent.user_id]
        order = self._new(ledger, request, part, parent)
        try:
            blocked, closing = self._risk.admit(ledger, request)
        except Refusal as no:
            self._courier.walk(self._refuse(ledger, order, no))
        else:
            self._courier.walk(self._carry(ledger, order, blocked, closing))

    # change -----------------------------------------------------------------------------------------------

    def find(self, ledger: Ledger, order_id: str) -> Order:
        found = ledger.orders.get(order_id)
        if found is None:
            raise Refusal(Code.UNKNOWN_ORDER, f"Unknown order {order_id}", order_id=order_id)
        return found

    def modify(self, ledger: Ledger, order_id: str, change: Change) -> Order:
        order = self.find(ledger, order_id)
        self._changes.changeable(order)
        if self._switches().modification_cap and order.modifications >= MODIFICATION_LIMIT:
            raise Refusal(
                Code.TOO_MANY_CHANGES,
                "Maximum allowed order modifications exceeded",
                limit=MODIFICATION_LIMIT,
            )
        self._changes.modify(ledger, order, change, self._misfortune.of_change())
        return order

    def cancel(self, ledger: Ledger, order_id: str) -> Order:
        mishap = self._misfortune.of_cancel()
        order = self.find(ledger, order_id)
        self._changes.changeable(order)
        leaving = leaves(order)
        if order.stage in PARKED:
            self._parking.leave(order)
            self.blotter.end(order, Stage.CANCELLED, by="client")
        elif leaving is not None:
            self._changes.modify(ledger, order, leaving)
        else:
            self._changes.cancel(order, mishap)
        return order

    def recall(self, ledger: Ledger, concerns: Callable[[Order], bool]) -> None:
        """The broker itself ends what has not left the house yet."""
        for order in list(ledger.live.values()):
            if not order.exchange_number and order.stage not in PARKED and concerns(order):
                order.code = "blocked"
                self.blotter.end(order, Stage.CANCELLED, "Cancelled by the kill switch", by="broker")

    # the day and restarts ---------------------------------------------------------------------------------

    def end_day(self, ledger: Ledger) -> None:
        """Whatever is open ends; after-market orders stay for the next session."""
        for order in list(ledger.live.values()):
            if order.stage in PARKED:
                continue
            if at_exchange(order):
                self._answers.catch_up(order.exchange_number)
            if at_exchange(order):
                order.code = "close"
                self._courier.call_back(order)
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

    def _release(self, order: Order) -> None:
        self._courier.walk(self._courier.released(order))

    def _drop(self, order: Order) -> None:
        order.code = "expired"
        self.blotter.end(order, Stage.CANCELLED, "The contract has expired", by="exchange")

    def resume(self, order: Order) -> None:
        """Go on with an order of an earlier run: back into the exchange's book, or to where it waited."""
        if order.stage in PARKED:
            self._parking.park(order)
        else:
            self._courier.resume(order)
