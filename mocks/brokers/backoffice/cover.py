"""Cover orders: an intraday order whose fill brings a stop that closes it. The two know each other by id.

The first order carries `OrderRequest.cover_trigger`. When it is over, what it filled is guarded by an SL-M child at
that trigger on the other side (at once a market order if the price has passed it). Cancelling the child leaves the
position: the child becomes a market order instead.
"""

from __future__ import annotations

from dataclasses import replace

from mocks.brokers.backoffice.orders import Change, Order, OrderRequest, Product
from mocks.brokers.backoffice.refusal import Code, Refusal
from mocks.exchange.model import OrderType, Side, Validity

CHILD = "cover_child"  # in `Order.request.extra`: this order guards its parent's fill


def check_cover(request: OrderRequest, last_price: int) -> None:
    """Raises Refusal: bad_product, bad_trigger (on the wrong side of the price)."""
    if not request.cover_trigger:
        return
    if request.product is not Product.MIS:
        raise Refusal(Code.BAD_PRODUCT, "A cover order is intraday", product=request.product.value, kind="")
    price = request.price or last_price
    below = request.cover_trigger < price
    if below is not (request.side is Side.BUY):
        raise Refusal(Code.BAD_TRIGGER, "The stop of a cover order is on the wrong side of its price")


def child_request(parent: Order) -> OrderRequest | None:
    """The stop that guards what `parent` filled; None when there is nothing to guard."""
    request = parent.request
    if not request.cover_trigger or not parent.filled:
        return None
    return replace(
        request,
        side=Side.SELL if request.side is Side.BUY else Side.BUY,
        type=OrderType.SL_M,
        quantity=parent.filled,
        price=0,
        trigger=request.cover_trigger,
        disclosed=0,
        validity=Validity.DAY,
        ttl_minutes=0,
        protection=-1,
        cover_trigger=0,
        extra={**request.extra, CHILD: parent.order_id},
    )


def at_market(request: OrderRequest) -> OrderRequest:
    return replace(request, type=OrderType.MARKET, trigger=0)


def leaves(order: Order) -> Change | None:
    """What cancelling means for the guard of a cover order; None for every other order."""
    if CHILD not in order.request.extra or order.type not in (OrderType.SL_M, OrderType.SL):
        return None
    return Change(type=OrderType.MARKET, price=0, trigger=0, protection=-1)
