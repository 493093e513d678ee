"""An order is a set of facts; its status is derived (ADR 0002).

Facts may come in any order, any number of times, from REST, stream or reconciliation, and give the same order:
every field of ChildOrder that `apply` touches only ever moves up one lattice (a set that grows, a first or a
latest time, a largest fill).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NewType, assert_never

from domain.account import AccountId, BrokerId, UserId
from domain.facts import (
    Absent,
    Accepted,
    ChangeAsked,
    ChangeOver,
    End,
    Ended,
    Fact,
    Fill,
    Filled,
    Lost,
    Modified,
    Progress,
    Working,
)
from domain.instrument import InstrumentId
from domain.money import ZERO, Money, Price, average_price
from domain.words import OrderType, Product, Side, Status, Validity

# Whoever speaks of orders finds the whole vocabulary here.
__all__ = [
    "Absent",
    "Accepted",
    "ChangeAsked",
    "ChangeOver",
    "ChildId",
    "ChildOrder",
    "End",
    "Ended",
    "Fact",
    "Fill",
    "Filled",
    "Lost",
    "Modified",
    "Order",
    "OrderEvent",
    "OrderId",
    "OrderIntent",
    "OrderType",
    "Product",
    "Progress",
    "Side",
    "Source",
    "Status",
    "Validity",
    "Working",
    "apply",
    "apply_all",
]

OrderId = NewType("OrderId", str)
ChildId = NewType("ChildId", str)


@dataclass(frozen=True, slots=True)
class OrderIntent:
    """What the user asks for. `quantity` in units; prices in rupees; `account` None means auto."""

    instrument: InstrumentId
    side: Side
    quantity: int
    order_type: OrderType
    product: Product
    validity: Validity = Validity.DAY
    price: Price | None = None
    trigger_price: Price | None = None
    disclosed_quantity: int = 0
    account: AccountId | None = None
    after_market: bool = False  # for the next session, given while the market is closed
    iceberg_legs: int = (
        0  # 0: all at once; else it goes in that many parts, each when the one before is filled
    )


# --- a child: one order at one broker ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ChildOrder:
    """One slice at one broker. `tag` is its id in the broker's tag form and finds it again after a lost answer.

    The upper fields are what was sent and never change; the lower ones are the facts, folded.
    More than one `broker_order_ids` means that the broker holds the order twice: shown, never hidden.
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

    broker_order_ids: tuple[str, ...] = ()
    accepted_at: datetime | None = None
    working: Working | None = None
    lost: Lost | None = None
    absent: Absent | None = None
    ended: Ended | None = None
    progress: Progress | None = None
    asked: ChangeAsked | None = None
    modified: Modified | None = None
    change_over: ChangeOver | None = None
    fills: tuple[Fill, ...] = ()

    @property
    def broker_order_id(self) -> str | None:
        return self.broker_order_ids[0] if self.broker_order_ids else None

    @property
    def quantity_now(self) -> int:
        """Units in force, after a modification."""
        return self.modified.quantity if self.modified else self.quantity

    @property
    def order_type_now(self) -> OrderType:
        return (self.modified and self.modified.order_type) or self.order_type

    @property
    def price_now(self) -> Price | None:
        return self.modified.price if self.modified else self.price

    @property
    def trigger_price_now(self) -> Price | None:
        return self.modified.trigger_price if self.modified else self.trigger_price

    @property
    def disclosed_quantity_now(self) -> int:
        told = self.modified.disclosed_quantity if self.modified else None
        return self.disclosed_quantity if told is None else told

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

    @property
    def filled_quantity(self) -> int:
        """The most that any source proves filled; over-fills are shown, never clamped."""
        known = sum(fill.quantity for fill in self.fills)
        return max(known, self.progress.filled_quantity) if self.progress else known

    @property
    def average_price(self) -> Price | None:
        """Rupees a unit, from the trades when they explain the whole fill, else the broker's average."""
        known = sum(fill.quantity for fill in self.fills)
        if self.progress and self.progress.filled_quantity > known:
            return self.progress.average_price
        return average_price(Money.sum(fill.price * fill.quantity for fill in self.fills), known)

    @property
    def status(self) -> Status:
        filled = self.filled_quantity
        if filled >= self.most_quantity:
            return Status.FILLED
        if self.ended is not None:
            return Status(self.ended.end.value)
        if self.broker_order_ids or self.working or filled:
            if filled:
                return Status.PARTIALLY_FILLED
            return Status.TRIGGER_PENDING if self.working and self.working.trigger_pending else Status.OPEN
        if self.absent is not None:
            return Status.REJECTED
        return Status.UNKNOWN if self.lost is not None else Status.SUBMITTING

    @property
    def live_quantity(self) -> int:
        """Units that may still trade: what is not filled and not provably dead. UNKNOWN counts as live."""
        return 0 if self.status.final else max(0, self.most_quantity - self.filled_quantity)

    @property
    def reason(self) -> str | None:
        """Why it ended, or what is not known, in the broker's words."""
        if self.ended is not None:
            return self.ended.words or None
        if self.broker_order_ids:
            return None
        said = self.absent or self.lost
        return said.words if said else None


def _later_end(one: Ended, two: Ended) -> Ended:
    # Contradicting ends are ordered by the broker's time; the rest of the key only makes the choice total.
    return max(one, two, key=lambda ended: (ended.at, ended.end.value, ended.words))


def apply(child: ChildOrder, fact: Fact) -> ChildOrder:
    """The child with one more fact. Idempotent, and the order of facts does not matter."""
    match fact:
        case Accepted(broker_order_id, at):
            first = min(child.accepted_at, at) if child.accepted_at else at
            ids = tuple(sorted({*child.broker_order_ids, broker_order_id}))
            return replace(child, broker_order_ids=ids, accepted_at=first)
        case Working():
            latest = max(
                filter(None, (child.working, fact)),
                key=lambda seen: (seen.at, not seen.trigger_pending, seen.words),
            )
            return replace(child, working=latest)
        case Lost():
            return replace(
                child, lost=min(filter(None, (child.lost, fact)), key=lambda lost: (lost.at, lost.words))
            )
        case Absent():
            last = max(filter(None, (child.absent, fact)), key=lambda absent: (absent.at, absent.words))
            return replace(child, absent=last)
        case Ended():
            return replace(child, ended=_later_end(child.ended, fact) if child.ended else fact)
        case Progress():
            most = max(filter(None, (child.progress, fact)), key=_progress_rank)
            return replace(child, progress=most)
        case Modified():
            return replace(child, modified=max(filter(None, (child.modified, fact)), key=_change_rank))
        case ChangeAsked():
            return replace(child, asked=max(filter(None, (child.asked, fact)), key=_change_rank))
        case ChangeOver():
            return replace(child, change_over=max(filter(None, (child.change_over, fact)), key=_change_rank))
        case Filled(fill):
            return replace(child, fills=_with_fill(child.fills, fill))
        case _:
            assert_never(fact)


def apply_all(child: ChildOrder, facts: Iterable[Fact]) -> ChildOrder:
    for fact in facts:
        child = apply(child, fact)
    return child


def _progress_rank(progress: Progress) -> tuple[int, datetime, str]:
    return (progress.filled_quantity, progress.at, str(progress.average_price))


def _change_rank(change: ChangeAsked | Modified | ChangeOver) -> tuple[int, datetime, str]:
    return (change.number, change.at, repr(change))


def _with_fill(fills: Sequence[Fill], fill: Fill) -> tuple[Fill, ...]:
    by_trade = {known.trade_id: known for known in fills}
    known = by_trade.get(fill.trade_id)
    by_trade[fill.trade_id] = max(known, fill, key=_fill_rank) if known else fill
    return tuple(sorted(by_trade.values(), key=lambda one: (one.at, one.trade_id)))


def _fill_rank(fill: Fill) -> tuple[datetime, int, Price]:
    return (fill.at, fill.quantity, fill.price)


# --- the parent --------------------------------------------------------------------------------------------------


class Source(StrEnum):
    """Where a fact came from."""

    ANSWER = "answer"  # the reply to our own call
    STREAM = "stream"
    POLL = "poll"
    RECONCILE = "reconcile"


@dataclass(frozen=True, slots=True)
class OrderEvent:
    """One line of an order's timeline. `words` are the broker's, verbatim; `latency_ms` belongs to this hop."""

    at: datetime
    kind: str
    text: str
    child_id: ChildId | None = None
    words: str | None = None
    latency_ms: int | None = None
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """Ours: what was asked, and the children that carry it."""

    id: OrderId
    user_id: UserId
    intent: OrderIntent
    created_at: datetime
    children: tuple[ChildOrder, ...]

    @property
    def quantity_now(self) -> int:
        """Units asked for, after the modifications of its parts."""
        return self.intent.quantity + sum(child.quantity_now - child.quantity for child in self.children)

    @property
    def leading(self) -> ChildOrder:
        """The part whose terms the order shows: its newest live one, else the newest."""
        live = [child for child in self.children if child.live_quantity]
        return max(live or self.children, key=lambda child: child.slice)

    @property
    def filled_quantity(self) -> int:
        return sum(child.filled_quantity for child in self.children)

    @property
    def average_price(self) -> Price | None:
        value, quantity = ZERO, 0
        for child in self.children:
            if not child.filled_quantity:
                continue
            if child.average_price is None:
                return None
            value += child.average_price * child.filled_quantity
            quantity += child.filled_quantity
        return average_price(value, quantity)

    @property
    def status(self) -> Status:
        """The children's, with what is not known first."""
        statuses = {child.status for child in self.children}
        for open_question in (Status.UNKNOWN, Status.SUBMITTING):
            if open_question in statuses:
                return open_question
        filled = self.filled_quantity
        if any(child.changing and child.changing.replace and child.status.final for child in self.children):
            return Status.SUBMITTING  # what is left of it is about to be placed anew
        if all(status.final for status in statuses):
            # A dead child's quantity may have been filled by another one: the sum decides, not the parts.
            if filled >= self.quantity_now or statuses == {Status.FILLED}:
                return Status.FILLED
            return statuses.pop() if not filled and len(statuses) == 1 else Status.CANCELLED
        if filled:
            return Status.PARTIALLY_FILLED
        return Status.TRIGGER_PENDING if Status.OPEN not in statuses else Status.OPEN
