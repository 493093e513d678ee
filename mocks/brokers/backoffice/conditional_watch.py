"""The keeper of conditional orders: watches the trades of their instruments and fires each leg once.

A leg fires in continuous trading only: the trade of an auction is not looked at, the first one after it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from mocks.brokers.backoffice.conditional import (
    OPEN_LEGS,
    Conditional,
    Leg,
    LegStatus,
    Role,
    Shape,
    Status,
    Trigger,
    check_conditional,
)
from mocks.brokers.backoffice.market import Market
from mocks.brokers.backoffice.orders import Order, OrderRequest, Stage
from mocks.brokers.backoffice.profile import IST, Profile
from mocks.brokers.backoffice.refusal import Code, Refusal
from mocks.exchange.model import Event, Phase, Trade

if TYPE_CHECKING:
    from mocks.exchange.venue import Exchange

YEAR = timedelta(days=365)
LAST_HOUR = time(15, 30)
Place = Callable[[str, OrderRequest], Order]
Heard = Callable[[Conditional], None]


class Conditionals:
    """Every user's conditional orders of one broker (`office.conditionals`). Ids are strings, `Profile` makes them."""

    def __init__(
        self, exchange: Exchange, market: Market, profile: Profile, now: Callable[[], datetime], place: Place
    ) -> None:
        self._exchange = exchange
        self._market = market
        self._profile = profile
        self._now = now
        self._place = place
        self._all: dict[str, dict[str, Conditional]] = {}  # by user, by id; oldest first
        self._watched: dict[str, dict[int, Conditional]] = {}  # by key, by number
        self._by_order: dict[str, tuple[Conditional, Leg]] = {}
        self._listeners: dict[str, list[Heard]] = {}
        self.count = 0
        exchange.listen(self.hear)

    # requests ---------------------------------------------------------------------------------------------

    def place(self, user_id: str, asked: Conditional, *, limit: int | None = None) -> Conditional:
        """Take a conditional order; an IMMEDIATE entry is sent at once. `limit`: how many a user may have active.

        A trigger that the price has already passed fires on the next trade. Money and shares are looked at only
        when a leg fires. Raises Refusal: bad_condition, tick, lot, bad_quantity, too_many_conditions.
        """
        check_conditional(asked, self._market.listed(asked.key))
        if limit is not None and len(self.active(user_id)) >= limit:
            raise Refusal(Code.TOO_MANY_CONDITIONS, f"At most {limit} active conditional orders", limit=limit)
        now = self._now()
        self.count += 1
        asked.number, asked.user_id = self.count, user_id
        asked.conditional_id = self._profile.conditional_id(self.count, now, asked.shape.value)
        asked.created_at = asked.updated_at = now
        asked.expires_at = asked.expires_at or self._last_moment(asked.key, now)
        self._arm(asked)
        self._all.setdefault(user_id, {})[asked.conditional_id] = asked
        self._watch(asked)
        self._tell(asked)
        entry = asked.leg(Role.ENTRY)
        if entry is not None and entry.trigger is Trigger.IMMEDIATE:
            self._fire(asked, entry, asked.last_price)
        return asked

    def modify(self, user_id: str, conditional_id: str, changed: Conditional) -> Conditional:
        """Take legs, `extra` and (if given) `expires_at` of `changed` instead.

        After its entry has fired only a bracket's exits may change; their quantity stays what the entry fills.
        Raises Refusal: unknown_condition, not_open, bad_condition and those of `place`.
        """
        kept = self.get(user_id, conditional_id)
        self._changeable(kept)
        check_conditional(changed, self._market.listed(kept.key))
        if changed.key != kept.key or changed.shape is not kept.shape:
            raise Refusal(Code.BAD_CONDITION, "The instrument and the kind cannot be changed")
        fired = {leg.role: leg for leg in kept.legs if leg.status not in OPEN_LEGS}
        fresh = []
        for leg in changed.legs:
            old = kept.leg(leg.role)
            if old is not None and old.role in fired:
                fresh.append(old)
                continue
            if old is not None and fired:
                leg.request = replace(leg.request, quantity=old.request.quantity)
            fresh.append(leg)
        self._unwatch(kept)
        status = {leg.role: leg.status for leg in kept.legs}
        kept.legs = fresh
        kept.extra = {**kept.extra, **changed.extra}
        kept.expires_at = changed.expires_at or kept.expires_at
        self._arm(kept, status)
        self._watch(kept)
        self._changed(kept)
        return kept

    def cancel(self, user_id: str, conditional_id: str) -> Conditional:
        """End its watch; an order that it fired lives on. Raises Refusal: unknown_condition, not_open."""
        kept = self.get(user_id, conditional_id)
        self._changeable(kept)
        self._finish(kept, Status.CANCELLED, LegStatus.CANCELLED)
        return kept

    def disable(self, user_id: str, conditional_id: str, reason: str) -> Conditional:
        """The broker itself takes it out of the watch (a corporate action)."""
        kept = self.get(user_id, conditional_id)
        for leg in kept.legs:
            leg.message = leg.message or reason
        self._finish(kept, Status.DISABLED, LegStatus.CANCELLED)
        return kept

    def get(self, user_id: str, conditional_id: str) -> Conditional:
        """Raises Refusal(unknown_condition)."""
        self.expire()
        found = self._all.get(user_id, {}).get(conditional_id)
        if found is None:
            raise Refusal(
                Code.UNKNOWN_CONDITION,
                f"Unknown conditional order {conditional_id}",
                conditional_id=conditional_id,
            )
        return found

    def list(self, user_id: str) -> Sequence[Conditional]:
        """All of a user's, over or not, oldest first."""
        self.expire()
        return [*self._all.get(user_id, {}).values()]

    def active(self, user_id: str) -> Sequence[Conditional]:
        return [one for one in self.list(user_id) if not one.over]

    def of_order(self, order_id: str) -> Conditional | None:
        """The conditional that fired an order."""
        found = self._by_order.get(order_id)
        return found[0] if found else None

    def listen(self, user_id: str, callback: Heard) -> Callable[[], None]:
        """Hear every change of a user's conditionals, synchronously; call the result to stop."""
        listeners = self._listeners.setdefault(user_id, [])
        listeners.append(callback)

        def stop() -> None:
            if callback in listeners:
                listeners.remove(callback)

        return stop

    # the market -------------------------------------------------------------------------------------------

    def hear(self, event: Event) -> None:
        """Listener of the exchange."""
        if type(event) is not Trade:
            return
        watched = self._watched.get(event.key)
        if watched and self._exchange.phase_of(event.key) is Phase.CONTINUOUS:
            for one in list(watched.values()):
                self._look(one, event.price)

    def _look(self, one: Conditional, price: int) -> None:
        if one.expires_at is not None and self._now() >= one.expires_at:
            self._finish(one, Status.EXPIRED, LegStatus.EXPIRED)
            return
        moved = False
        for leg in one.legs:
            if leg.status is not LegStatus.ACTIVE:
                continue
            moved = leg.trail(price) or moved
            if leg.reached(price):
                self._fire(one, leg, price)
                return
        if moved:
            self._changed(one)

    def _fire(self, one: Conditional, leg: Leg, price: int) -> None:
        """Once and for ever: the leg's order is placed; the other exits are let go."""
        now = self._now()
        leg.status, leg.triggered_at, leg.fired_price = LegStatus.TRIGGERED, now, price
        one.status, one.triggered_at = Status.TRIGGERED, one.triggered_at or now
        if leg.role is not Role.ENTRY:
            for other in one.legs:
                if other is not leg and other.status in OPEN_LEGS:
                    other.status = LegStatus.CANCELLED
        if not any(other.status is LegStatus.ACTIVE for other in one.legs):
            self._unwatch(one)
        self._changed(one)
        try:
            order = self._place(one.user_id, leg.request)
        except Refusal as no:
            leg.message, leg.code = no.message, no.code.value
            self._ended(one, leg, filled=0, complete=False)
            return
        leg.order_id = order.order_id
        if order.ended:
            self.on_end(order, one, leg)
        else:
            self._by_order[order.order_id] = (one, leg)
            self._changed(one)

    def on_end(self, order: Order, one: Conditional | None = None, leg: Leg | None = None) -> None:
        """An order is over: told by the desk for every order, ours or not."""
        found = self._by_order.get(order.order_id)
        if one is None or leg is None:
            if found is None:
                return
            one, leg = found
        else:
            self._by_order[order.order_id] = (one, leg)
        leg.message, leg.code = order.message, order.code
        self._ended(one, leg, filled=order.filled, complete=order.stage is Stage.COMPLETE)

    def _ended(self, one: Conditional, leg: Leg, *, filled: int, complete: bool) -> None:
        leg.status = LegStatus.COMPLETED if filled else LegStatus.FAILED
        if leg.role is Role.ENTRY and one.shape is Shape.BRACKET and filled and not one.over:
            self._begin_exits(one, filled)
            return
        if one.over:
            self._changed(one)  # its watch was ended while the order was out
        elif complete or filled:
            self._finish(one, Status.COMPLETED, LegStatus.CANCELLED)
        else:
            self._finish(one, Status.FAILED, LegStatus.CANCELLED)

    def _begin_exits(self, one: Conditional, filled: int) -> None:
        last = self._exchange.quote(one.key).last_price
        for leg in one.legs:
            if leg.status is LegStatus.WAITING:
                leg.status = LegStatus.ACTIVE
                leg.request = replace(leg.request, quantity=filled)
                leg.trail_from = last if leg.trailing_gap else 0
        self._watch(one)
        self._changed(one)

    # keeping ----------------------------------------------------------------------------------------------

    def expire(self) -> None:
        """End what is past its time, or whose contract is listed no more."""
        now = self._now()
        for one in [one for book in self._watched.values() for one in book.values()]:
            gone = one.key not in self._exchange.instruments
            if gone or (one.expires_at is not None and now >= one.expires_at):
                self._finish(one, Status.EXPIRED, LegStatus.EXPIRED)

    def restore(self, kept: Conditional) -> None:
        """Take back one of an earlier run."""
        self._all.setdefault(kept.user_id, {})[kept.conditional_id] = kept
        for leg in kept.legs:
            if leg.order_id:
                self._by_order[leg.order_id] = (kept, leg)
        self._watch(kept)

    def everything(self) -> Sequence[Conditional]:
        """Of all users, by number: what a snapshot keeps."""
        found = [one for book in self._all.values() for one in book.values()]
        return sorted(found, key=lambda one: one.number)

    def clear(self) -> None:
        for register in (self._all, self._watched, self._by_order, self._listeners):
            register.clear()

    def _changeable(self, kept: Conditional) -> None:
        if kept.over or not any(leg.status in OPEN_LEGS for leg in kept.legs):
            raise Refusal(
                Code.NOT_OPEN,
                f"The conditional order is {kept.status} and cannot be changed",
                stage=kept.status.value,
            )

    def _arm(self, one: Conditional, before: dict[Role, LegStatus] | None = None) -> None:
        """Which legs are watched, from which price they trail."""
        one.last_price = self._exchange.quote(one.key).last_price
        for leg in one.legs:
            if leg.status not in OPEN_LEGS:
                continue
            waits = one.shape is Shape.BRACKET and leg.role is not Role.ENTRY
            leg.status = LegStatus.WAITING if waits else LegStatus.ACTIVE
            if before is not None:
                leg.status = before.get(leg.role, leg.status)
            if leg.trailing_gap and leg.status is LegStatus.ACTIVE:
                leg.trail_from = one.last_price

    def _finish(self, one: Conditional, status: Status, legs: LegStatus) -> None:
        one.status = status
        for leg in one.legs:
            if leg.status in OPEN_LEGS:
                leg.status = legs
        self._unwatch(one)
        self._changed(one)

    def _watch(self, one: Conditional) -> None:
        if any(leg.status in OPEN_LEGS for leg in one.legs) and not one.over:
            self._watched.setdefault(one.key, {})[one.number] = one

    def _unwatch(self, one: Conditional) -> None:
        book = self._watched.get(one.key)
        if book is not None:
            book.pop(one.number, None)
            if not book:
                del self._watched[one.key]

    def _changed(self, one: Conditional) -> None:
        one.updated_at = self._now()
        self._tell(one)

    def _tell(self, one: Conditional) -> None:
        for callback in tuple(self._listeners.get(one.user_id, ())):
            callback(one)

    def _last_moment(self, key: str, now: datetime) -> datetime:
        expiry = self._exchange.instruments[key].expiry
        if not expiry:
            return now + YEAR
        return datetime.combine(datetime.fromisoformat(expiry).date(), LAST_HOUR, IST)
