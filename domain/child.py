"""A child: one slice of an order at one broker, as the facts that are known of it (ADR 0002, ADR 0013).

How facts are folded into it is in `domain.folding`. What a broker tells of an order is kept under its id there,
because it may hold the child twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NewType

from domain.account import AccountId, BrokerId
from domain.facts import (
    Absent,
    ChangeAsked,
    ChangeOver,
    End,
    Ended,
    Fill,
    Lost,
    Modified,
    Progress,
    Working,
)
from domain.instrument import InstrumentId
from domain.money import ZERO, Money, Price, average_price
from domain.words import OrderType, Product, Side, Status, Validity

OrderId = NewType("OrderId", str)
ChildId = NewType("ChildId", str)


@dataclass(frozen=True, slots=True)
class ChildOrder:
    """One slice at one broker. `tag` is its id in the broker's tag form and finds it again after a lost answer.

    The upper fields are what was sent and never change; the lower ones are the facts, folded.
    More than one `broker_order_ids` means that the broker holds the order twice: shown, never hidden.
    `working_at`, `ends` and `totals` have at most one fact for each of them, sorted by id; "" is the request itself.
    """

    id: ChildId
    order_id: OrderId
    account_id: AccountId
    broker: BrokerId
    slice: int
    instrument: InstrumentId
    side: Side
    quantity: int
    order_type: OrderType
    product: Product
    validity: Validity
    price: Price | None
    trigger_price: Price | None
    tag: str
    disclosed_quantity: int = 0
    after_market: bool = False
    iceberg_legs: int = 0
    validity_minutes: int = 0

    broker_order_ids: tuple[str, ...] = ()
    accepted_at: datetime | None = None
    working_at: tuple[Working, ...] = ()
    lost: Lost | None = None
    absent: Absent | None = None
    ends: tuple[Ended, ...] = ()
    totals: tuple[Progress, ...] = ()
    asked: ChangeAsked | None = None
    modified: Modified | None = None
    change_over: ChangeOver | None = None
    fills: tuple[Fill, ...] = ()

    # --- the terms in force

    @property
    def quantity_now(self) -> int:
        """Units asked for, after a modification."""
        return self.modified.quantity if self.modified else self.quantity

    @property
    def order_type_now(self) -> OrderType:
        told = self._shown
        return (told and told.order_type) or self.order_type

    @property
    def price_now(self) -> Price | None:
        told = self._shown
        return told.price if told else self.price

    @property
    def trigger_price_now(self) -> Price | None:
        told = self._shown
        return told.trigger_price if told else self.trigger_price

    @property
    def disclosed_quantity_now(self) -> int:
        told = self._shown
        return (
            self.disclosed_quantity
            if told is None or told.disclosed_quantity is None
            else told.disclosed_quantity
        )

    @property
    def _shown(self) -> Modified | None:
        """The change whose terms may still trade: not that of an order whose unchanged twin outlives it."""
        told = self.modified
        if told is None or len(self.broker_order_ids) < 2:
            return told
        alive = self.live_order_ids
        return told if not alive or any(_about(told, number) for number in alive) else None

    @property
    def changing(self) -> ChangeAsked | None:
        """The change that was asked and of which it is not known yet whether it is in force."""
        if self.asked is None:
            return None
        known = max(
            self.modified.number if self.modified else 0, self.change_over.number if self.change_over else 0
        )
        return self.asked if self.asked.number > known else None

    @property
    def most_quantity(self) -> int:
        """The most units that may be in force: of an unanswered change, the larger of both totals."""
        change = self.changing
        return (
            self.quantity_now if change is None or change.replace else max(self.quantity_now, change.quantity)
        )

    # --- the broker's orders, one by one

    @property
    def broker_order_id(self) -> str | None:
        return self.broker_order_ids[0] if self.broker_order_ids else None

    @property
    def live_order_ids(self) -> tuple[str, ...]:
        """The broker's orders that may still trade."""
        return self._alive(self._filled())

    def end_of(self, number: str) -> Ended | None:
        """How one of the broker's orders ended, as far as it was told."""
        return next((end for end in self.ends if end.broker_order_id == number), None)

    def filled_of(self, number: str) -> int:
        """The most that any source proves filled of one of the broker's orders."""
        return self._filled().get(number, 0)

    def at(self, number: str) -> ChildOrder:
        """As one of the broker's orders alone, the form in which the broker is asked about it."""
        if self.broker_order_ids == (number,):
            return self
        return replace(
            self,
            broker_order_ids=(number,),
            modified=self.modified if _about(self.modified, number) else None,
            asked=self.asked if _about(self.asked, number) else None,
        )

    def one_changing(self) -> ChildOrder:
        """As the one of the broker's orders that the change on its way is about."""
        change = self.changing
        named = change.broker_order_id if change and not change.replace else ""
        return self.at(named) if named else self.one_alive()

    def one_alive(self) -> ChildOrder:
        """As one of the broker's orders alone: the first that may still trade."""
        return (
            self.at(next(iter(self.live_order_ids), self.broker_order_ids[0]))
            if self.broker_order_ids
            else self
        )

    def _traded(self, number: str) -> int:
        return sum(fill.quantity for fill in self.fills if fill.broker_order_id == number)

    def _total_of(self, number: str) -> Progress | None:
        return next((total for total in self.totals if total.broker_order_id == number), None)

    def _filled(self) -> dict[str, int]:
        """Units by broker order id: what its trades add up to, or the total it was told to have, if that is more."""
        filled: dict[str, int] = {}
        for fill in self.fills:
            filled[fill.broker_order_id] = filled.get(fill.broker_order_id, 0) + fill.quantity
        for told in self.totals:
            if told.filled_quantity > filled.get(told.broker_order_id, 0):
                filled[told.broker_order_id] = told.filled_quantity
        return filled

    def _alive(self, filled: Mapping[str, int]) -> tuple[str, ...]:
        may_fill = (
            number for number in self.broker_order_ids if filled.get(number, 0) < self.most_of(number)
        )
        return tuple(number for number in may_fill if not self._dead(number))

    def _dead(self, number: str) -> bool:
        end = self.end_of(number)
        # A leg of an iceberg may be complete while the next one is still to come.
        return end is not None and (end.end is not End.FILLED or self.iceberg_legs < 2)

    def most_of(self, number: str) -> int:
        """Units that one of the broker's orders may come to: a change is of the order it names, and of no other."""
        most, change = self._in_force_at(number), self.changing
        if change is None or change.replace or not _about(change, number):
            return most
        return max(most, change.quantity)

    def _in_force_at(self, number: str) -> int:
        told = self.modified
        if told is None or not _about(told, number):
            return self.quantity
        if told.broker_order_id or len(self.broker_order_ids) < 2:
            return told.quantity
        return max(self.quantity, told.quantity)  # it may be the other one that was changed

    # --- all of them together

    @property
    def working(self) -> Working | None:
        """What was last seen of it: of what may still trade if anything may, and of that what has triggered."""
        alive = set(self.live_order_ids)
        seen = [one for one in self.working_at if one.broker_order_id in alive] or self.working_at
        return max(seen, key=lambda one: (not one.trigger_pending, one.at, one.words), default=None)

    @property
    def ended(self) -> Ended | None:
        """How it ended, once all that the broker holds of it has; the request's own end counts if it holds nothing."""
        if not self.ends or self.live_order_ids:
            return None
        named = [end for end in self.ends if end.broker_order_id]
        return max(named or self.ends, key=end_rank)

    @property
    def progressed_at(self) -> datetime | None:
        """The time of the newest fill, or of the newest total that a report told."""
        times = [fill.at for fill in self.fills] + [total.at for total in self.totals]
        return max(times, default=None)

    @property
    def unexplained_order_ids(self) -> tuple[str, ...]:
        """The broker's orders that filled more than their known trades add up to."""
        return tuple(
            told.broker_order_id
            for told in self.totals
            if told.filled_quantity > self._traded(told.broker_order_id)
        )

    @property
    def filled_quantity(self) -> int:
        """The sum over the broker's orders; over-fills are shown, never clamped."""
        return sum(self._filled().values())

    @property
    def average_price(self) -> Price | None:
        """Rupees a unit; of each of the broker's orders from its trades when they explain its whole fill, else the
        broker's average."""
        worth, units = ZERO, 0
        for number, filled in sorted(self._filled().items()):
            known, told = self._traded(number), self._total_of(number)
            if told is None or filled <= known:
                trades = [fill for fill in self.fills if fill.broker_order_id == number]
                worth += Money.sum(fill.price * fill.quantity for fill in trades)
                units += known
            elif told.average_price is None:
                return None
            else:
                worth += told.average_price * told.filled_quantity
                units += told.filled_quantity
        return average_price(worth, units)

    @property
    def status(self) -> Status:
        by_number = self._filled()
        filled, alive = sum(by_number.values()), self._alive(by_number)
        if not alive:
            if filled >= self.most_quantity:
                return Status.FILLED
            if (ended := self.ended) is not None:
                return Status(ended.end.value)
        if self.broker_order_ids or filled:
            if filled:
                return Status.PARTIALLY_FILLED
            working = self.working
            return Status.TRIGGER_PENDING if working and working.trigger_pending else Status.OPEN
        if self.absent is not None:
            return Status.REJECTED
        return Status.UNKNOWN if self.lost is not None else Status.SUBMITTING

    @property
    def live_quantity(self) -> int:
        """Units that may still trade, at all of the broker's orders: what is not filled and not provably dead.

        UNKNOWN counts as live.
        """
        filled = self._filled()
        if alive := self._alive(filled):
            return sum(self.most_of(number) - filled.get(number, 0) for number in alive)
        return 0 if self.status.final else max(0, self.most_quantity - sum(filled.values()))

    @property
    def surplus_quantity(self) -> int:
        """Units filled, or that may still be, beyond what was asked."""
        return max(0, self.filled_quantity + self.live_quantity - self.most_quantity)

    @property
    def reason(self) -> str | None:
        """Why it ended, or what is not known, in the broker's words."""
        if ended := self.ended:
            return None if ended.end is End.FILLED else ended.words or None
        if self.broker_order_ids:
            return None
        said = self.absent or self.lost
        return said.words if said else None


def _about(change: ChangeAsked | Modified | None, number: str) -> bool:
    """Whether the change is, or for all that is known may be, of this one of the broker's orders."""
    return change is not None and change.broker_order_id in ("", number)


def end_rank(end: Ended) -> tuple[datetime, str, str, str]:
    # Contradicting ends are ordered by the broker's time; the rest of the key only makes the choice total.
    return (end.at, end.end.value, end.words, end.broker_order_id)
