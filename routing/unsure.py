"""An order of which nobody knows yet whether it exists is never sent again; here is what may be done instead."""

from __future__ import annotations

from collections.abc import Iterable

from domain.order import Order, OrderIntent, OrderType, Product, Side, Status
from domain.routing import Reason, ReasonCode
from routing.margin import DELIVERED


def hedge_of(order: Order, reasons: Iterable[Reason]) -> OrderIntent | None:
    """The market order that undoes what may have been traded; None when nothing is unknown, or no risk is.

    `reasons` are those of the decision. A delivery sale or an exit that may exist takes no risk on. A delivery purchase
    is hedged by an intraday sale: its shares, if there are any, cannot be sold before they are known.
    """
    intent = order.intent
    units = sum(child.live_quantity for child in order.children if child.status is Status.UNKNOWN)
    leaves = intent.side is Side.SELL and intent.product in DELIVERED
    if not units or leaves or any(reason.code is ReasonCode.EXITS_POSITION for reason in reasons):
        return None
    return OrderIntent(
        instrument=intent.instrument,
        side=Side.SELL if intent.side is Side.BUY else Side.BUY,
        quantity=units,
        order_type=OrderType.MARKET,
        product=Product.MIS if intent.product in DELIVERED else intent.product,
    )


def hedge_words(order: Order, hedge: OrderIntent) -> str:
    done, undone = ("bought", "sell") if order.intent.side is Side.BUY else ("sold", "buy")
    return (
        f"{hedge.quantity} may have been {done}, and nothing is sent again until that is known. If you cannot wait, "
        f"{undone} {hedge.quantity} elsewhere as {hedge.product}: you are then flat if they were {done}, "
        "and close that order again if they were not."
    )
