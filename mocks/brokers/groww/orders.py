"""Order calls: create, modify, cancel, status, detail, list and trades, in Groww's words. Rupees on this wire."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import count
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.orders import PARKED, Change, Fill, Order, OrderRequest, Product, Stage
from mocks.brokers.backoffice.profile import IST
from mocks.brokers.backoffice.refusal import Code, Refusal
from mocks.brokers.groww.branch import Branch
from mocks.brokers.groww.envelope import (
    DUPLICATE_REFERENCE,
    Failure,
    answering,
    bad_request,
    json_object,
    success,
)
from mocks.brokers.groww.fields import one_of, page_of, price_of, quantity_of
from mocks.brokers.groww.names import Name
from mocks.brokers.groww.references import ORDERS
from mocks.brokers.server import rupees
from mocks.exchange.model import OrderType, Phase, Side

REFERENCE = re.compile(r"[A-Za-z0-9-]{8,20}")
FIRST_REFERENCE = 10_000_000
LIST_SIZE, LIST_CAP, TRADES_CAP = 25, 100, 50

TYPES: Mapping[str, OrderType] = {
    "LIMIT": OrderType.LIMIT,
    "MARKET": OrderType.MARKET,
    "SL": OrderType.SL,
    "SL_M": OrderType.SL_M,
}
TYPE_WORD = {order_type: word for word, order_type in TYPES.items()}
PRODUCTS: Mapping[str, Product] = {"CNC": Product.CNC, "MIS": Product.MIS, "NRML": Product.NRML}
SIDES: Mapping[str, Side] = {"BUY": Side.BUY, "SELL": Side.SELL}
SIDE_WORD = {side: word for word, side in SIDES.items()}

STATUS: Mapping[Stage, str] = {
    Stage.AMO_RECEIVED: "NEW",
    Stage.AMO_MODIFIED: "NEW",
    Stage.RECEIVED: "NEW",
    Stage.VALIDATING: "NEW",
    Stage.SENT: "ACKED",
    Stage.OPEN: "APPROVED",
    Stage.TRIGGER_PENDING: "TRIGGER_PENDING",
    Stage.TRIGGERED: "APPROVED",
    Stage.PARTIAL: "APPROVED",
    Stage.MODIFY_VALIDATING: "MODIFICATION_REQUESTED",
    Stage.MODIFY_SENT: "MODIFICATION_REQUESTED",
    Stage.MODIFIED: "APPROVED",
    Stage.NOT_MODIFIED: "APPROVED",
    Stage.CANCEL_SENT: "CANCELLATION_REQUESTED",
    Stage.NOT_CANCELLED: "APPROVED",
    Stage.COMPLETE: "EXECUTED",
    Stage.CANCELLED: "CANCELLED",
    Stage.REJECTED: "REJECTED",
}
# Groww's own risk desk fails an order, the exchange rejects it.
RISK_CODES = frozenset({Code.INSUFFICIENT_FUNDS, Code.INSUFFICIENT_HOLDINGS, Code.NEEDS_AUTHORISATION})


def status_word(stage: Stage, code: str) -> str:
    """One of the twelve documented words."""
    return "FAILED" if stage is Stage.REJECTED and code in RISK_CODES else STATUS[stage]


class Orders:
    """`open_word`: what a resting order is called over REST; the docs' examples say OPEN, their list APPROVED."""

    def __init__(self, branch: Branch, *, open_word: str) -> None:
        self._branch = branch
        self._open_word = open_word
        self._references = branch.references

    @property
    def _office(self) -> BackOffice:
        return self._branch.office

    def routes(self) -> list[Route]:
        return [
            Route("/v1/order/create", answering(self.create), methods=["POST"]),
            Route("/v1/order/modify", answering(self.modify), methods=["POST"]),
            Route("/v1/order/cancel", answering(self.cancel), methods=["POST"]),
            Route("/v1/order/list", answering(self.list)),
            Route("/v1/order/detail/{order_id}", answering(self.detail)),
            Route("/v1/order/trades/{order_id}", answering(self.trades)),
            Route("/v1/order/status/reference/{reference}", answering(self.status_by_reference)),
            Route("/v1/order/status/{order_id}", answering(self.status)),
        ]

    # writes ---------------------------------------------------------------------------------------------------

    async def create(self, request: Request) -> Response:
        user_id = self._branch.ordering_user(request)
        body = await json_object(request)
        name = self._branch.names.of(body.get("exchange"), body.get("segment"), body.get("trading_symbol"))
        reference = self._reference(user_id, body.get("order_reference_id"))
        asked = self._asked(name, body, reference)
        order = self._office.place(user_id, asked)
        self._references.use(ORDERS, user_id, reference)
        return success(
            {
                "groww_order_id": order.order_id,
                "order_status": self._word(order),
                "order_reference_id": reference,
                "remark": order.message or "Order placed successfully",
            }
        )

    async def modify(self, request: Request) -> Response:
        user_id = self._branch.ordering_user(request)
        body = await json_object(request)
        order = self._own(user_id, str(body.get("groww_order_id")), body.get("segment"))
        order_type = one_of(TYPES, body, "order_type")
        change = Change(
            quantity=quantity_of(body),
            type=order_type,
            price=price_of(body, "price") if order_type in (OrderType.LIMIT, OrderType.SL) else None,
            trigger=price_of(body, "trigger_price") if order_type in (OrderType.SL, OrderType.SL_M) else None,
        )
        self._office.modify(user_id, order.order_id, change)
        return success({"groww_order_id": order.order_id, "order_status": self._word(order)})

    async def cancel(self, request: Request) -> Response:
        user_id = self._branch.ordering_user(request)
        body = await json_object(request)
        order = self._own(user_id, str(body.get("groww_order_id")), body.get("segment"))
        self._office.cancel(user_id, order.order_id)
        return success({"groww_order_id": order.order_id, "order_status": self._word(order)})

    def _reference(self, user_id: str, given: object) -> str:
        def taken(reference: str) -> bool:
            return self._references.used(ORDERS, user_id, reference)

        return reference_of(given, "order_reference_id", self._office.desk.blotter.order_count, taken)

    def _asked(self, name: Name, body: Mapping[str, Any], reference: str) -> OrderRequest:
        order_type = one_of(TYPES, body, "order_type")
        if body.get("validity") != "DAY":
            raise bad_request(f"Invalid validity: {body.get('validity')}")
        exchange = self._branch.exchange
        return OrderRequest(
            key=name.key,
            side=one_of(SIDES, body, "transaction_type"),
            type=order_type,
            product=one_of(PRODUCTS, body, "product"),
            quantity=quantity_of(body),
            price=price_of(body, "price") if order_type in (OrderType.LIMIT, OrderType.SL) else 0,
            trigger=price_of(body, "trigger_price") if order_type in (OrderType.SL, OrderType.SL_M) else 0,
            protection=-1 if order_type in (OrderType.MARKET, OrderType.SL_M) else None,
            tag=reference,
            # There is no flag for it: an order for a closed market waits for the next session.
            amo=not exchange.always_open and exchange.phase_of(name.key) is Phase.CLOSED,
        )

    # reads ----------------------------------------------------------------------------------------------------

    async def status(self, request: Request) -> Response:
        user_id = self._branch.user(request)
        return success(
            self._status(
                self._own(user_id, request.path_params["order_id"], request.query_params.get("segment"))
            )
        )

    async def status_by_reference(self, request: Request) -> Response:
        user_id = self._branch.user(request)
        found = self._office.orders_by_tag(user_id, request.path_params["reference"])
        segment = request.query_params.get("segment")
        for order in found:
            if self._name(order).segment == segment:
                return success(self._status(order))
        raise Refusal(Code.UNKNOWN_ORDER, "Order not found for the given order reference id")

    async def detail(self, request: Request) -> Response:
        user_id = self._branch.user(request)
        order = self._own(user_id, request.path_params["order_id"], request.query_params.get("segment"))
        return success(self._row(order))

    async def list(self, request: Request) -> Response:
        user_id = self._branch.user(request)
        segment = request.query_params.get("segment")
        rows = [
            order for order in self._office.orders(user_id) if segment in (None, self._name(order).segment)
        ]
        rows.reverse()  # newest first
        return success(
            {"order_list": [self._row(order) for order in page_of(request, rows, LIST_SIZE, LIST_CAP)]}
        )

    async def trades(self, request: Request) -> Response:
        user_id = self._branch.user(request)
        order = self._own(user_id, request.path_params["order_id"], request.query_params.get("segment"))
        fills = page_of(request, order.fills, TRADES_CAP, TRADES_CAP)
        return success({"trade_list": [self._trade(order, fill) for fill in fills]})

    def _own(self, user_id: str, order_id: str, segment: object) -> Order:
        order = self._office.order(user_id, order_id)
        if self._name(order).segment != segment:
            raise Refusal(Code.UNKNOWN_ORDER, f"Unknown order {order_id}")
        return order

    def _name(self, order: Order) -> Name:
        return self._branch.names.known(order.key)

    def _word(self, order: Order) -> str:
        word = status_word(order.stage, order.code)
        return self._open_word if word == "APPROVED" else word

    def _status(self, order: Order) -> dict[str, Any]:
        return {
            "groww_order_id": order.order_id,
            "order_status": self._word(order),
            "remark": order.message,
            "filled_quantity": order.filled,
            "order_reference_id": order.tag,
        }

    def _row(self, order: Order) -> dict[str, Any]:
        name = self._name(order)
        delivery = order.filled if order.product is Product.CNC and order.side is Side.BUY else 0
        return {
            "groww_order_id": order.order_id,
            "trading_symbol": name.symbol,
            "order_status": self._word(order),
            "remark": order.message,
            "quantity": order.quantity,
            "price": rupees(order.price),
            "trigger_price": rupees(order.trigger),
            "filled_quantity": order.filled,
            "remaining_quantity": order.quantity - order.filled,
            "average_fill_price": rupees(order.average),
            "deliverable_quantity": delivery,
            "amo_status": _amo_word(order),
            "validity": "DAY",
            "exchange": name.exchange,
            "order_type": TYPE_WORD[order.type],
            "transaction_type": SIDE_WORD[order.side],
            "segment": name.segment,
            "product": order.product.value,
            "created_at": iso(order.received_at),
            "exchange_time": iso(order.exchange_at) if order.exchange_at else None,
            "trade_date": f"{order.received_at.astimezone(IST):%Y-%m-%d}",
            "order_reference_id": order.tag,
        }

    def _trade(self, order: Order, fill: Fill) -> dict[str, Any]:
        name = self._name(order)
        return {
            "price": rupees(fill.price),
            "isin": name.instrument.isin or name.symbol,
            "quantity": fill.quantity,
            "groww_order_id": order.order_id,
            "groww_trade_id": fill.trade_id,
            "exchange_trade_id": str(fill.exchange_trade),
            "exchange_order_id": order.exchange_order_id,
            "trade_status": "EXECUTED",
            "trading_symbol": name.symbol,
            "remark": "",
            "exchange": name.exchange,
            "segment": name.segment,
            "product": fill.product.value,
            "transaction_type": SIDE_WORD[fill.side],
            "created_at": iso(fill.at),
            "trade_date_time": iso(fill.at),
            "settlement_number": f"{fill.at.astimezone(IST):%Y%j}",
        }


def _amo_word(order: Order) -> str:
    if not order.request.amo:
        return "NA"
    return "PENDING" if order.stage in PARKED else "PLACED" if order.exchange_number else "FAILED"


def reference_of(given: object, field: str, number: int, taken: Callable[[str], bool]) -> str:
    """The client's own reference, or without one the first free of those that begin at `number`."""
    if given is None:
        return next(made for made in map(str, count(FIRST_REFERENCE + number)) if not taken(made))
    reference = str(given)
    if not REFERENCE.fullmatch(reference) or reference.count("-") > 2:
        raise bad_request(f"{field} must be 8 to 20 alphanumeric characters with at most two hyphens")
    if taken(reference):
        raise Failure(400, DUPLICATE_REFERENCE, f"Duplicate {field.replace('_', ' ')}: {reference}")
    return reference


def iso(at: datetime) -> str:
    """Naive IST, as the docs' samples are."""
    return f"{at.astimezone(IST):%Y-%m-%dT%H:%M:%S}"
