"""Terms of our orders that somebody changed at the broker itself: adopted once two readings of its book agree.

One reading proves nothing: a book may lag behind a change of our own. An update of a stream is a hint to read.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from adapters.registry import broker_name
from domain.money import Price
from domain.order import ChangeAsked, ChildId, ChildOrder, Modified, OrderEvent, OrderType, Source
from domain.report import OrderReport, ReportStatus
from orchestrator.orders.learn import learn
from orchestrator.orders.trading import Trading
from routing.rules import PRICED, TRIGGERED

UNTOLD = datetime.min.replace(tzinfo=UTC)  # no broker tells when its order was changed
RESTING = frozenset({ReportStatus.OPEN, ReportStatus.TRIGGER_PENDING})
Seen = tuple[Modified, ChangeAsked | None, Modified | None]  # other terms, and the changes of ours known then


class Drift:
    """What one account's book showed of our orders that is not what we call in force. One for each watch."""

    def __init__(self) -> None:
        self._seen: dict[ChildId, Seen] = {}

    async def look(self, trading: Trading, child: ChildOrder, report: OrderReport) -> None:
        """`report`: of the child, in a reading of the book that began after `child` was read."""
        terms = told_terms(child, report) if child.id not in trading.changing else None
        if terms is None or not self._settled(trading, child):
            self._seen.pop(child.id, None)
            return
        seen: Seen = (terms, child.asked, child.modified)
        done = report.status is ReportStatus.COMPLETE  # nothing will change it any more
        if not done and self._seen.get(child.id) != seen:
            self._seen[child.id] = seen
            return
        self._seen.pop(child.id, None)
        await _adopt(trading, child, terms)

    def _settled(self, trading: Trading, child: ChildOrder) -> bool:
        """Whether no reading can be behind a change of our own any more."""
        own = [told.at for told in (child.asked, child.modified, child.change_over) if told is not None]
        connection = trading.connections.get(child.account_id)
        if not own or connection is None:
            return connection is not None
        return trading.clock() - max(own) >= timedelta(seconds=connection.terms.quiet_window)


async def _adopt(trading: Trading, child: ChildOrder, terms: Modified) -> None:
    now = trading.clock()
    text = f"Changed at {broker_name(child.broker)} itself, not here."
    await learn(
        trading,
        child.id,
        [replace(terms, at=now)],
        source=Source.POLL,
        events=[OrderEvent(now, "changed_outside", text, child.id)],
    )
    trading.connections.invalidate(child.account_id)  # it holds another margin now


def told_terms(child: ChildOrder, report: OrderReport) -> Modified | None:
    """The terms of the broker's order where they are surely not those that we call in force; None: nothing says so.

    Compared is what every broker tells in the same way: the quantity; the price of a limit order, and of a stop, whose
    trigger counts while it waits. Of an iceberg, and of what the broker holds twice, rows say too little.
    """
    if child.changing or child.iceberg_legs or child.broker_order_ids != (report.broker_order_id,):
        return None
    quantity = report.quantity or child.quantity_now
    if quantity < max(child.filled_quantity, report.filled_quantity or 0):
        return None  # no order is for less than was done of it: the row is wrong, or is of another moment
    kind, price, trigger = child.order_type_now, child.price_now, child.trigger_price_now
    if report.status in RESTING:
        kind = _kind(kind, report)
        other = kind is not child.order_type_now
        if kind in PRICED:
            price = report.price or price
        elif other:
            price = None
        if kind in TRIGGERED and (other or report.status is ReportStatus.TRIGGER_PENDING):
            trigger = report.trigger_price or trigger
        elif other:
            trigger = None
    elif report.status is not ReportStatus.COMPLETE or report.filled_quantity < quantity:
        return None
    if (quantity, kind, price, trigger) == _terms_of(child):
        return None
    last = max(told.number if told else 0 for told in (child.asked, child.modified))
    disclosed = child.disclosed_quantity_now
    return Modified(quantity, price, trigger, UNTOLD, kind, disclosed, last, report.broker_order_id)


def _terms_of(child: ChildOrder) -> tuple[int, OrderType, Price | None, Price | None]:
    return (child.quantity_now, child.order_type_now, child.price_now, child.trigger_price_now)


def _kind(ours: OrderType, report: OrderReport) -> OrderType:
    """A market order rests as a limit order at the edge of its band, and so does a stop that was released."""
    theirs = report.order_type
    waits = report.status is ReportStatus.TRIGGER_PENDING
    if theirs is None or (ours is not OrderType.LIMIT and not (waits and theirs in TRIGGERED)):
        return ours
    return theirs
