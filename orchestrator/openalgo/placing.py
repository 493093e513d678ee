"""Orders of OpenAlgo's programs, through the one way in which any order is placed here.

OpenAlgo's protocol has no idempotency key and its client sends nothing twice. A program that does send something twice
places two orders, unless it gives a key of its own (`idempotency_key`).
"""

from __future__ import annotations

from dataclasses import dataclass

from domain.instrument import Instrument
from domain.order import Side
from orchestrator.http.own_api import Answer
from orchestrator.ids import new_id
from orchestrator.openalgo.desk import Desk, Json, Refused, refusal
from orchestrator.openalgo.held import fits, will_hold
from orchestrator.openalgo.requests import (
    Basic,
    BasketBody,
    Body,
    ModifyBody,
    OrderBody,
    PlaceBody,
    SmartBody,
    SplitBody,
)
from orchestrator.openalgo.turns import BUSY, turn

NOT_CLEAR = "The broker gave no clear answer: the order is looked for. Do not place it again."
DRY = "This token places nothing: the order was only checked, and nothing was sent."
WAITS = "This is outside of what the token may do: it waits for your approval, and nothing was sent yet."
MATCHED = "Positions Already Matched. No Action needed."
ENDED = ("CANCELLED", "FILLED", "REJECTED", "EXPIRED")


@dataclass(frozen=True, slots=True)
class Ask:
    """One order, its instrument found."""

    one: Instrument
    basic: Basic
    side: Side
    quantity: int

    def body(self) -> Json:
        wanted: Json = {
            "exchange": self.one.id.exchange,
            "symbol": self.one.id.symbol,
            "side": self.side,
            "quantity": self.quantity,
            "order_type": self.basic.pricetype,
            "product": self.basic.product,
            "disclosed_quantity": self.basic.disclosed_quantity,
        }
        prices = {"price": self.basic.price, "trigger_price": self.basic.trigger_price}
        return wanted | {name: str(price) for name, price in prices.items() if price is not None}


def asked(desk: Desk, order: Basic) -> Ask:
    """Raises Refused for an instrument that nobody lists."""
    return Ask(desk.instrument(order.exchange, order.symbol), order, order.action, order.quantity)


async def send(desk: Desk, ask: Ask, key: str) -> Json:
    """Place it. Raises Refused when it was not sent, or when every broker refused it."""
    answer = await desk.api.ask("POST", "/v1/orders", body=ask.body(), key=key)
    if not answer.ok:
        raise refusal(answer)
    told: Json = answer.body
    if answer.status == 202:
        raise Refused(202, WAITS, approval=told.get("id"))
    if told.get("dry_run"):
        return {"status": "success", "mode": "analyze", "message": DRY}
    if told["status"] == "REJECTED":
        raise Refused(409, told["status_reason"] or "the broker refused the order", orderid=told["id"])
    reply: Json = {"status": "success", "orderid": told["id"]}
    return reply | {"message": NOT_CLEAR} if told["status"] == "UNKNOWN" else reply


def _key(given: str | None) -> str:
    return f"oa-{given}" if given else new_id("oa")


async def place(desk: Desk, order: PlaceBody) -> Json:
    return await send(desk, asked(desk, order), _key(order.idempotency_key))


async def place_smart(desk: Desk, order: SmartBody) -> Json:
    """Bring the position to a size: what is held, and what own orders are about to add to it, is taken into account.

    One at a time for a position, whichever process is asked, so that two signals never both see what was before.
    """
    one = desk.instrument(order.exchange, order.symbol)
    async with turn(desk.leases, f"{desk.user} {one.id} {order.product}") as lease:
        held = await will_hold(desk, one, order.product)
        missing, side = order.position_size - held, order.action
        if missing:
            side = Side.BUY if missing > 0 else Side.SELL
        elif held or not order.quantity:
            return {"status": "success", "message": MATCHED}
        if not lease.held:
            raise Refused(503, BUSY, wait="5")
        return await send(
            desk, Ask(one, order, side, abs(missing) or order.quantity), _key(order.idempotency_key)
        )


async def place_basket(desk: Desk, basket: BasketBody) -> Json:
    """Every order is read before the first is sent; buys go first, as a hedge must. Each has its own result."""
    asks = [asked(desk, order) for order in basket.orders]
    key, results = _key(basket.idempotency_key), [Json() for _ in asks]
    for place in sorted(range(len(asks)), key=lambda place: asks[place].side is not Side.BUY):
        results[place] = {
            "symbol": asks[place].basic.symbol,
            **await _tried(desk, asks[place], f"{key}-{place}"),
        }
    return {"status": "success", "results": results}


async def place_split(desk: Desk, order: SplitBody) -> Json:
    """One after the other; after one that was refused nothing more is sent."""
    ask, key = asked(desk, order), _key(order.idempotency_key)
    results: list[Json] = []
    for place, quantity in enumerate(order.parts, 1):
        result: Json = {"status": "error", "message": "not sent: an order before it was refused"}
        if all(one["status"] == "success" for one in results):
            part = Ask(ask.one, order, ask.side, quantity)
            result = await _tried(desk, part, f"{key}-{place}")
        results.append({"order_num": place, "quantity": quantity, **result})
    whole: Json = {"split_size": order.splitsize, "total_quantity": order.quantity}
    return {"status": "success", **whole, "results": results}


async def _tried(desk: Desk, ask: Ask, key: str) -> Json:
    try:
        return await send(desk, ask, key)
    except Refused as no:
        return no.body()


async def modify(desk: Desk, change: ModifyBody) -> Json:
    """New terms, of the very order that is described: one of another instrument, side or product is refused."""
    one = desk.instrument(change.exchange, change.symbol)
    order = await desk.read(f"/v1/orders/{change.orderid}")
    described: Json = {
        "exchange": one.id.exchange,
        "symbol": one.id.symbol,
        "side": change.action,
        "product": change.product,
    }
    if not fits(order, described):
        raise Refused(400, f"{change.orderid} is {order['side']} {order['symbol']} {order['product']}")
    body = Ask(one, change, change.action, change.quantity).body()
    terms = ("quantity", "order_type", "price", "trigger_price", "disclosed_quantity")
    body = {name: body[name] for name in terms if name in body}
    answer = await desk.api.ask(
        "PATCH", f"/v1/orders/{change.orderid}", body=body, key=_key(change.idempotency_key)
    )
    if answer.status == 202:
        raise Refused(202, WAITS, approval=answer.body.get("id"))
    return _done(answer, change.orderid)


async def cancel(desk: Desk, order: OrderBody) -> Json:
    return _done(await desk.api.ask("DELETE", f"/v1/orders/{order.orderid}"), order.orderid)


def _done(answer: Answer, order: str) -> Json:
    if not answer.ok:
        raise refusal(answer)
    return {"status": "success", "orderid": order}


async def cancel_all(desk: Desk, _: Body) -> Json:
    """Every open order: a strategy's name sets none apart."""
    answer = await desk.api.ask("POST", "/v1/orders/cancel", body={})
    if not answer.ok:
        raise refusal(answer)
    orders = answer.body["orders"]
    ended = [one["id"] for one in orders if one["status"] in ENDED]
    open_yet = [one["id"] for one in orders if one["status"] not in ENDED]
    words = f"Canceled {len(ended)} orders. Failed to cancel {len(open_yet)} orders."
    return {"status": "success", "message": words, "canceled_orders": ended, "failed_cancellations": open_yet}


async def close_positions(desk: Desk, _: Body) -> Json:
    """Leave every open position at the market, account by account; open orders are left as they are."""
    book = await desk.read("/v1/portfolio/positions")
    key, refused = new_id("oa"), list[str]()
    lots = [(row, lot) for row in book["positions"] for lot in row["lots"] if lot["quantity"]]
    for place, (row, lot) in enumerate(lots):
        body = {
            "account": lot["account"],
            "exchange": lot["exchange"],
            "symbol": lot["symbol"],
            "product": row["product"],
        }
        answer = await desk.api.ask("POST", "/v1/positions/exit", body=body, key=f"{key}-{place}")
        if answer.status not in (200, 201) or answer.body.get("dry_run"):
            words = refusal(answer).message if not answer.ok else DRY
            refused.append(f"{lot['symbol']} at {lot['label']}: {words}")
    refused += [f"{gap['label']}: {gap['reason']}" for gap in book["gaps"]]
    if refused:
        raise Refused(409, "Not every position was left. " + "; ".join(refused))
    return {"status": "success", "message": "All Open Positions Squared Off" if lots else "No open positions"}
