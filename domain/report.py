"""What brokers report of an order, and the facts that it proves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from domain.account import AccountId, BrokerId
from domain.instrument import InstrumentId
from domain.money import Price
from domain.order import (
    Accepted,
    ChildId,
    ChildOrder,
    End,
    Ended,
    Fact,
    OrderId,
    OrderType,
    Product,
    Progress,
    Side,
    Validity,
    Working,
)


class ReportStatus(StrEnum):
    """A broker's status word, sorted. UNRECOGNISED keeps an unlisted word out of every other box."""

    PENDING = "PENDING"  # on its way: received, validated, cancel or modification asked
    OPEN = "OPEN"
    TRIGGER_PENDING = "TRIGGER_PENDING"
    COMPLETE = "COMPLETE"
    CANCELLED = "CANCELLED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"
    UNRECOGNISED = "UNRECOGNISED"

    @property
    def may_trade(self) -> bool:
        """A word we cannot read proves nothing."""
        return self in (
            ReportStatus.PENDING,
            ReportStatus.OPEN,
            ReportStatus.TRIGGER_PENDING,
            ReportStatus.UNRECOGNISED,
        )


MOST_UNITS = 10**12  # more is a broken report, which no order at any exchange comes near


@dataclass(frozen=True, slots=True)
class OrderReport:
    """One row of a broker's order book, or one update of its stream. `words` is the raw status word.

    `at` is the broker's own time of this state (aware). `instrument` is None when we cannot name it. Of a row that is
    not `readable` only the id and the tag count: that there is such an order.
    Raises ValueError for quantities that cannot be.
    """

    broker_order_id: str
    status: ReportStatus
    words: str
    at: datetime
    quantity: int
    filled_quantity: int
    average_price: Price | None = None
    tag: str | None = None
    instrument: InstrumentId | None = None
    side: Side | None = None
    product: Product | None = None
    order_type: OrderType | None = None
    price: Price | None = None
    trigger_price: Price | None = None
    exchange_order_id: str | None = None
    message: str = ""
    readable: bool = True

    def __post_init__(self) -> None:
        if not 0 <= self.filled_quantity <= MOST_UNITS or not 0 <= self.quantity <= MOST_UNITS:
            raise ValueError(f"no quantities of an order: {self.filled_quantity} of {self.quantity}")


def facts_of(report: OrderReport) -> tuple[Fact, ...]:
    """What one broker report proves about the order it speaks of."""
    number, at = report.broker_order_id, report.at
    facts: list[Fact] = [Accepted(number, at)]
    if not report.readable:
        return tuple(facts)
    if report.filled_quantity:
        facts.append(Progress(report.filled_quantity, report.average_price, at, number))
    said = report.message or report.words
    match report.status:
        case ReportStatus.CANCELLED:
            facts.append(Ended(End.CANCELLED, at, said, number))
        case ReportStatus.REJECTED:
            facts.append(Ended(End.REJECTED, at, said, number))
        case ReportStatus.EXPIRED:
            facts.append(Ended(End.EXPIRED, at, said, number))
        case ReportStatus.OPEN | ReportStatus.PENDING | ReportStatus.UNRECOGNISED:
            facts.append(Working(at, trigger_pending=False, words=report.words, broker_order_id=number))
        case ReportStatus.TRIGGER_PENDING:
            facts.append(Working(at, trigger_pending=True, words=report.words, broker_order_id=number))
        case ReportStatus.COMPLETE:
            if (
                report.filled_quantity >= report.quantity > 0
            ):  # without its fills the word proves nothing more
                facts.append(Ended(End.FILLED, at, said, number))
        case _:
            assert_never(report.status)
    return tuple(facts)


def as_child(report: OrderReport, account_id: AccountId, broker: BrokerId) -> ChildOrder | None:
    """An order that is not ours in the form that calls about an order take; None when its row does not say enough."""
    if not (report.instrument and report.side and report.product and report.order_type):
        return None
    return ChildOrder(
        id=ChildId(f"outside_{report.broker_order_id}"),
        order_id=OrderId(""),
        account_id=account_id,
        broker=broker,
        slice=1,
        instrument=report.instrument,
        side=report.side,
        quantity=report.quantity,
        order_type=report.order_type,
        product=report.product,
        validity=Validity.DAY,
        price=report.price,
        trigger_price=report.trigger_price,
        tag=report.tag or "",
        broker_order_ids=(report.broker_order_id,),
    )
