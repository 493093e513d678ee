"""An order: what the user asked for and the children that carry it; its status is derived from theirs (ADR 0002)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.account import AccountId, UserId
from domain.child import ChildId, ChildOrder, OrderId
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
from domain.folding import apply, apply_all
from domain.instrument import InstrumentId
from domain.money import ZERO, Price, average_price
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
    validity_minutes: int = 0  # how long a TTL order lives


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
    """Ours: what was asked, and the children that carry it. `token`: the personal token that placed it, if one did."""

    id: OrderId
    user_id: UserId
    intent: OrderIntent
    created_at: datetime
    children: tuple[ChildOrder, ...]
    token: str | None = None

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
