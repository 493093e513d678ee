"""Orders on Upstox's wire: place, modify, cancel in both versions, and every way to read them."""

from __future__ import annotations

import re
from dataclasses import replace
from time import perf_counter
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mocks.brokers.backoffice.iceberg import slices
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.orders import Change, Order, OrderRequest
from mocks.brokers.backoffice.refusal import Code, Refusal
from mocks.brokers.upstox import wire
from mocks.brokers.upstox.bodies import (
    MARKET_TYPES,
    PRICED,
    STOPS,
    amount,
    flag,
    json_object,
    one_of,
    order_request,
    protection,
    whole,
)
from mocks.brokers.upstox.desk import ORDERS, Desk, Topic
from mocks.brokers.upstox.webhooks import Webhooks
from mocks.brokers.upstox.wire import Problem

BATCH_LIMIT = 10
ORDER_ID = re.compile(r"[-a-zA-Z0-9]+")


def routes(desk: Desk, webhooks: Webhooks) -> list[Route]:
    orders = Orders(desk, webhooks)
    return [
        desk.route("/v3/order/place", orders.place_v3, "POST", Topic.TRADE),
        desk.route("/v2/order/place", orders.place_v2, "POST", Topic.TRADE),
        desk.route("/v3/order/modify", orders.modify, "PUT", Topic.TRADE),
        desk.route("/v2/order/modify", orders.modify, "PUT", Topic.TRADE),
        desk.route("/v3/order/cancel", orders.cancel, "DELETE", Topic.TRADE),
        desk.route("/v2/order/cancel", orders.cancel, "DELETE", Topic.TRADE),
        desk.route("/v2/order/retrieve-all", orders.book, "GET", Topic.BOOK),
        desk.route("/v2/order/details", orders.details, "GET", Topic.BOOK),
        desk.route("/v2/order/history", orders.history, "GET", Topic.BOOK),
        desk.route("/v2/order/trades/get-trades-for-day", orders.trades, "GET", Topic.PORTFOLIO),
        desk.route("/v2/order/trades", orders.order_trades, "GET", Topic.PORTFOLIO),
    ]


class Orders:
    def __init__(self, desk: Desk, webhooks: Webhooks) -> None:
        self._desk, self._names, self._webhooks = desk, desk.names, webhooks
        self._office: BackOffice = desk.office

    # one at a time ----------------------------------------------------------------------------------------

    async def place_v3(self, request: Request, user_id: str) -> Response:
        started = perf_counter()
        self._desk.in_service()
        body = await json_object(request)
        app = self._desk.session(request.scope).api_key
        asked = self._desk.for_session(order_request(body, self._names, self._desk.switches.strictness), app)
        self._webhooks.watch(user_id)
        order_ids, wrong = place(self._desk, user_id, asked, slicing=flag(body, "slice"))
        word = {"status": "partial_success", "errors": wrong} if wrong else {}
        return wire.reply({"order_ids": order_ids}, metadata=_latency(started), **word)

    async def place_v2(self, request: Request, user_id: str) -> Response:
        self._desk.in_service()
        app = self._desk.session(request.scope).api_key
        asked = self._desk.for_session(
            order_request(await json_object(request), self._names, self._desk.switches.strictness), app
        )
        self._webhooks.watch(user_id)
        [order_id], _ = place(self._desk, user_id, asked, slicing=False)
        return wire.reply({"order_id": order_id})

    async def modify(self, request: Request, user_id: str) -> Response:
        started = perf_counter()
        self._desk.in_service()
        body = await json_object(request)
        order_id = _checked_id(body.get("order_id"), missing="UDAPI1003")
        order = self._office.desk.find(
            self._office.ledger(user_id), order_id
        )  # as it is, however old reads are
        kind = one_of(wire.TYPES, body, "order_type", "UDAPI1056")
        validity = one_of(wire.VALIDITIES, body, "validity", "UDAPI1055")
        price, trigger = amount(body, "price"), amount(body, "trigger_price")
        quantity = whole(body, "quantity", "UDAPI1052", default=0)
        change = Change(
            quantity=quantity or None,
            price=price if kind in PRICED and price else None,
            trigger=trigger if kind in STOPS and trigger else None,
            disclosed=whole(body, "disclosed_quantity", "UDAPI1039", default=0) or None,
            type=kind if kind is not order.type else None,
            validity=validity if validity is not order.validity else None,
            protection=protection(body, self._desk.switches.strictness) if kind in MARKET_TYPES else None,
        )
        try:
            self._office.modify(user_id, order_id, change)
        except Refusal as no:
            if no.code is Code.NOT_OPEN:
                raise Problem(
                    "UDAPI100041", "The order is complete, cancelled or rejected and cannot be modified"
                ) from no
            raise
        return wire.reply({"order_id": order_id}, metadata=_latency(started))

    async def cancel(self, request: Request, user_id: str) -> Response:
        started = perf_counter()
        self._desk.in_service()
        order_id = _order_id(request)
        try:
            self._office.cancel(user_id, order_id)
        except Refusal as no:
            if no.code is Code.NOT_OPEN:
                raise Problem(
                    "UDAPI100040", "The order is complete, cancelled or rejected and cannot be cancelled"
                ) from no
            raise
        return wire.reply({"order_id": order_id}, metadata=_latency(started))

    # reads ------------------------------------------------------------------------------------------------

    async def book(self, request: Request, user_id: str) -> Response:
        return wire.reply([wire.order_row(order, self._names) for order in self._office.orders(user_id)])

    async def details(self, request: Request, user_id: str) -> Response:
        return wire.reply(wire.order_row(self._office.order(user_id, _order_id(request)), self._names))

    async def history(self, request: Request, user_id: str) -> Response:
        order_id, mark = request.query_params.get("order_id"), request.query_params.get("tag")
        if not order_id and not mark:
            raise Problem("UDAPI100059", "Either order_id or tag is required")
        found: list[Order] = []
        if order_id:
            order = self._office.order(user_id, _checked_id(order_id, missing="UDAPI100059"))
            found = [order] if not mark or order.tag == mark else []
        elif mark:
            found = self._office.orders_by_tag(user_id, mark)
        if not found:
            raise Problem("UDAPI100010", "The order does not exist")
        return wire.reply(
            [wire.history_row(order, row, self._names) for order in found for row in order.history]
        )

    async def trades(self, request: Request, user_id: str) -> Response:
        rows = [
            wire.trade_row(fill, self._office.order(user_id, fill.order_id), self._names)
            for fill in self._office.trades(user_id)
        ]
        return wire.reply(rows)

    async def order_trades(self, request: Request, user_id: str) -> Response:
        """No trades, an unknown order among them, are an empty list."""
        order_id = _order_id(request)
        found = [order for order in self._office.orders(user_id) if order.order_id == order_id]
        return wire.reply(
            [wire.trade_row(fill, order, self._names) for order in found for fill in order.fills]
        )


def place(
    desk: Desk, user_id: str, asked: OrderRequest, *, slicing: bool
) -> tuple[list[str], list[dict[str, Any]]]:
    """(ids of the orders placed, error lines of those refused): one, or with `slicing` one for each freeze quantity.

    Raises Refusal when nothing was placed.
    """
    sizes = slices(asked.quantity, desk.office.instrument(asked.key)) if slicing else [asked.quantity]
    if len(sizes) > BATCH_LIMIT:
        raise Problem("UDAPI1118", f"At most {BATCH_LIMIT} orders in one request")
    desk.count(user_id, ORDERS, len(sizes) - 1)
    done: list[str] = []
    refused: list[Refusal] = []
    for size in sizes:
        try:
            done.append(desk.office.place(user_id, replace(asked, quantity=size)).order_id)
        except Refusal as no:
            refused.append(no)
    if not done:
        raise refused[0]
    return done, [wire.error_line(wire.refused(no)) for no in refused]


def _order_id(request: Request) -> str:
    return _checked_id(request.query_params.get("order_id"), missing="UDAPI1023")


def _checked_id(order_id: object, *, missing: str) -> str:
    if not isinstance(order_id, str) or not order_id:
        raise Problem(missing, "The order id is required", "order_id", order_id)
    if not ORDER_ID.fullmatch(order_id):
        raise Problem("UDAPI1010", "The order id has only letters, digits and hyphens", "order_id", order_id)
    return order_id


def _latency(started: float) -> dict[str, int]:
    return {"latency": round((perf_counter() - started) * 1000)}
