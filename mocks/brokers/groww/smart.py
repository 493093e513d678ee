"""Smart orders (GTT and OCO) in Groww's words: created, changed, ended and listed. Prices are decimal text, rupees.

The docs disagree on where an OCO may be: the sandbox takes it in FNO for NRML and MIS, in CASH for MIS only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mocks.brokers.backoffice.conditional import Conditional, Leg, Role, Shape, Status, Trigger
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.orders import OrderRequest, Product
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
from mocks.brokers.groww.orders import PRODUCTS, SIDE_WORD, SIDES, TYPE_WORD, TYPES, check_reference, iso
from mocks.brokers.server import rupees
from mocks.exchange.model import OrderType, Side

DIRECTIONS: Mapping[str, Trigger] = {"UP": Trigger.ABOVE, "DOWN": Trigger.BELOW}
DIRECTION_WORD = {trigger: word for word, trigger in DIRECTIONS.items()}
STATUS: Mapping[Status, str] = {
    Status.ACTIVE: "ACTIVE",
    Status.TRIGGERED: "TRIGGERED",
    Status.COMPLETED: "COMPLETED",
    Status.FAILED: "FAILED",
    Status.CANCELLED: "CANCELLED",
    Status.EXPIRED: "EXPIRED",
    Status.DISABLED: "CANCELLED",
}
KINDS = ("GTT", "OCO")
SEGMENTS = ("CASH", "FNO")
DURATION = "DAY"
LIST_SIZE, LIST_CAP, LAST_PAGE = 10, 50, 500
LONGEST_WINDOW = timedelta(days=31)
EXIT_ROLES = {"target": Role.TARGET, "stop_loss": Role.STOPLOSS}


class SmartOrders:
    def __init__(self, branch: Branch) -> None:
        self._branch = branch
        self._references: dict[str, set[str]] = {}  # by user

    @property
    def _office(self) -> BackOffice:
        return self._branch.office

    def routes(self) -> list[Route]:
        return [
            Route("/v1/order-advance/create", answering(self.create), methods=["POST"]),
            Route("/v1/order-advance/modify/{smart_order_id}", answering(self.modify), methods=["PUT"]),
            Route(
                "/v1/order-advance/cancel/{segment}/{kind}/{smart_order_id}",
                answering(self.cancel),
                methods=["POST"],
            ),
            Route("/v1/order-advance/status/{segment}/{kind}/internal/{smart_order_id}", answering(self.get)),
            Route("/v1/order-advance/list", answering(self.list)),
        ]

    # writes ---------------------------------------------------------------------------------------------------

    async def create(self, request: Request) -> Response:
        user_id = self._branch.ordering_user(request)
        body = await json_object(request)
        kind = _kind(body.get("smart_order_type"))
        name = self._branch.names.of(
            body.get("exchange"), _segment(body.get("segment")), body.get("trading_symbol")
        )
        reference = check_reference(body.get("reference_id"), "reference_id")
        if reference in self._references.get(user_id, ()):
            raise Failure(400, DUPLICATE_REFERENCE, f"Duplicate reference id: {reference}")
        asked = _gtt(name, body) if kind == "GTT" else self._oco(user_id, name, body)
        kept = self._office.conditionals.place(user_id, asked)
        self._references.setdefault(user_id, set()).add(reference)
        return success(self._shown(kept), 201)

    async def modify(self, request: Request) -> Response:
        user_id = self._branch.ordering_user(request)
        body = await json_object(request)
        kept = self._own(
            user_id, body.get("segment"), body.get("smart_order_type"), request.path_params["smart_order_id"]
        )
        if kept.extra["kind"] == "GTT":
            changed = _changed_gtt(self._name(kept), kept, body)
        else:
            changed = _changed_oco(kept, body)
        self._office.conditionals.modify(user_id, kept.conditional_id, changed)
        return success(self._shown(kept), 202)

    async def cancel(self, request: Request) -> Response:
        user_id = self._branch.ordering_user(request)
        path = request.path_params
        kept = self._own(user_id, path["segment"], path["kind"], path["smart_order_id"])
        self._office.conditionals.cancel(user_id, kept.conditional_id)
        return success(self._shown(kept), 202)

    def _oco(self, user_id: str, name: Name, body: Mapping[str, Any]) -> Conditional:
        product = one_of(PRODUCTS, body, "product_type")
        if product is Product.CNC:
            raise bad_request("OCO is not available for CNC")
        side, quantity = one_of(SIDES, body, "transaction_type"), quantity_of(body)
        given = body.get("net_position_quantity")
        if not isinstance(given, int) or isinstance(given, bool) or quantity > abs(given):
            raise bad_request("quantity must not be above net_position_quantity")
        held = sum(
            position.quantity
            for position in self._office.positions(user_id)
            if position.key == name.key and position.product is product
        )
        if held * (1 if side is Side.SELL else -1) < quantity:
            raise bad_request(f"OCO needs an open position: {held} held")
        legs = [
            _exit(name, body.get(field), role, side, product, quantity) for field, role in EXIT_ROLES.items()
        ]
        return Conditional(name.key, Shape.OCO, legs, extra={"kind": "OCO", "net": str(given)})

    def _own(self, user_id: str, segment: object, kind: object, smart_order_id: str) -> Conditional:
        try:
            kept = self._office.conditionals.get(user_id, smart_order_id)
        except Refusal as no:
            raise Refusal(Code.UNKNOWN_ORDER, "Smart order not found") from no
        if kept.extra["kind"] != kind or self._name(kept).segment != segment:
            raise Refusal(Code.UNKNOWN_ORDER, "Smart order not found")
        return kept

    # reads ----------------------------------------------------------------------------------------------------

    async def get(self, request: Request) -> Response:
        user_id = self._branch.user(request)
        path = request.path_params
        return success(self._shown(self._own(user_id, path["segment"], path["kind"], path["smart_order_id"])))

    async def list(self, request: Request) -> Response:
        """The defaults bite: OCO, ACTIVE, created today, ten."""
        user_id = self._branch.user(request)
        query = request.query_params
        kind, status = _kind(query.get("smart_order_type", "OCO")), query.get("status", "ACTIVE")
        if status not in STATUS.values():
            raise bad_request(f"Invalid status: {status}")
        segment = query.get("segment")
        if segment is not None:
            _segment(segment)
        start, end = self._window(query.get("start_date_time"), query.get("end_date_time"))
        found = [
            kept
            for kept in reversed(self._office.conditionals.list(user_id))
            if kept.extra["kind"] == kind
            and STATUS[kept.status] == status
            and segment in (None, self._name(kept).segment)
            and kept.created_at is not None
            and start <= kept.created_at <= end
        ]
        rows = page_of(request, found, LIST_SIZE, LIST_CAP, last_page=LAST_PAGE)
        return success({"orders": [self._shown(kept) for kept in rows]})

    def _window(self, start: str | None, end: str | None) -> tuple[datetime, datetime]:
        midnight = self._office.now().astimezone(IST).replace(hour=0, minute=0, second=0, microsecond=0)
        begins = _moment(start, "start_date_time") if start else midnight
        ends = _moment(end, "end_date_time") if end else max(begins, midnight) + timedelta(days=1)
        if begins > ends or ends - begins > LONGEST_WINDOW:
            raise bad_request("start_date_time and end_date_time must span at most one month")
        return begins, ends

    def _name(self, kept: Conditional) -> Name:
        return self._branch.names.by_key[kept.key]

    def _shown(self, kept: Conditional) -> dict[str, Any]:
        name = self._name(kept)
        first = kept.legs[0]
        shown = {
            "smart_order_id": kept.conditional_id,
            "smart_order_type": kept.extra["kind"],
            "status": STATUS[kept.status],
            "trading_symbol": name.symbol,
            "exchange": name.exchange,
            "segment": name.segment,
            "quantity": first.request.quantity,
            "product_type": first.request.product.value,
            "duration": DURATION,
            "ltp": rupees(self._branch.exchange.quote(kept.key).last_price),
            "remark": next((leg.message for leg in kept.legs if leg.message), ""),
            "display_name": name.instrument.name,
            "is_cancellation_allowed": kept.status is Status.ACTIVE,
            "is_modification_allowed": kept.status is Status.ACTIVE,
            "created_at": _iso(kept.created_at),
            "updated_at": _iso(kept.updated_at),
            "triggered_at": _iso(kept.triggered_at),
            "expire_at": _iso(kept.expires_at),
        }
        return shown | (_gtt_fields(kept) if kept.extra["kind"] == "GTT" else _oco_fields(kept))


# --- in ----------------------------------------------------------------------------------------------------------


def _gtt(name: Name, body: Mapping[str, Any]) -> Conditional:
    """One trigger; with `child_legs` its exits begin when the order is filled."""
    product, quantity = one_of(PRODUCTS, body, "product_type"), quantity_of(body)
    order = body.get("order")
    if not isinstance(order, dict):
        raise bad_request("order is required for GTT")
    side = one_of(SIDES, order, "transaction_type")
    entry = Leg(
        Role.ENTRY,
        one_of(DIRECTIONS, body, "trigger_direction"),
        price_of(body, "trigger_price"),
        _request(name, order, side, product, quantity),
    )
    _check_duration(body)
    opposite = Side.SELL if side is Side.BUY else Side.BUY
    children = body.get("child_legs") or {}
    exits = [
        replace(_exit(name, children[field], role, opposite, product, quantity), trigger=Trigger.IMMEDIATE)
        for field, role in EXIT_ROLES.items()
        if children.get(field)
    ]
    shape = Shape.BRACKET if exits else Shape.SINGLE
    return Conditional(name.key, shape, [entry, *exits], extra={"kind": "GTT"})


def _exit(name: Name, given: object, role: Role, side: Side, product: Product, quantity: int) -> Leg:
    if not isinstance(given, dict):
        raise bad_request("target and stop_loss are required, each with trigger_price and order_type")
    above = (role is Role.TARGET) is (side is Side.SELL)
    return Leg(
        role,
        Trigger.ABOVE if above else Trigger.BELOW,
        price_of(given, "trigger_price"),
        _request(name, given, side, product, quantity),
    )


def _request(
    name: Name, order: Mapping[str, Any], side: Side, product: Product, quantity: int
) -> OrderRequest:
    """The order of a leg. A stop's own trigger is the leg's: what fires is a limit or a market order."""
    kind = one_of(TYPES, order, "order_type")
    priced = kind in (OrderType.LIMIT, OrderType.SL)
    return OrderRequest(
        key=name.key,
        side=side,
        type=OrderType.LIMIT if priced else OrderType.MARKET,
        product=product,
        quantity=quantity,
        price=price_of(order, "price") if priced else 0,
        protection=None if priced else -1,
        extra={"source": "SMARTORDER", "order_type": TYPE_WORD[kind]},
    )


def _changed_gtt(name: Name, kept: Conditional, body: Mapping[str, Any]) -> Conditional:
    """Quantity, trigger, direction, the order's type and price, and the child legs; the rest needs a new one."""
    entry = kept.legs[0]
    old = _leg_terms(entry) | {"transaction_type": SIDE_WORD[entry.side]}
    children = body.get("child_legs")
    if children is None:
        children = {field: _leg_terms(leg) for field, role in EXIT_ROLES.items() if (leg := kept.leg(role))}
    merged = {
        "quantity": body.get("quantity", entry.request.quantity),
        "product_type": entry.request.product.value,
        "trigger_price": body.get("trigger_price", old["trigger_price"]),
        "trigger_direction": body.get("trigger_direction", DIRECTION_WORD[entry.trigger]),
        "order": old | (body.get("order") or {}) | {"transaction_type": old["transaction_type"]},
        "child_legs": children,
        "duration": body.get("duration", DURATION),
    }
    return _gtt(name, merged)


def _changed_oco(kept: Conditional, body: Mapping[str, Any]) -> Conditional:
    """Quantity, product and both triggers; prices and types stay."""
    first = kept.legs[0].request
    quantity = quantity_of({"quantity": body.get("quantity", first.quantity)})
    if quantity > abs(int(kept.extra["net"])):
        raise bad_request("quantity must not be above net_position_quantity")
    product = one_of(
        PRODUCTS, {"product_type": body.get("product_type", first.product.value)}, "product_type"
    )
    if product is Product.CNC:
        raise bad_request("OCO is not available for CNC")
    _check_duration(body)
    legs = []
    for field, role in EXIT_ROLES.items():
        leg = kept.leg(role)
        assert leg is not None
        given = body.get(field) or {}
        trigger = price_of(given, "trigger_price") if "trigger_price" in given else leg.price
        legs.append(
            replace(leg, price=trigger, request=replace(leg.request, quantity=quantity, product=product))
        )
    return Conditional(kept.key, Shape.OCO, legs, extra=dict(kept.extra))


def _kind(given: object) -> str:
    if given not in KINDS:
        raise bad_request(f"Invalid smart_order_type: {given}")
    return str(given)


def _segment(given: object) -> str:
    if given not in SEGMENTS:
        raise bad_request(f"Smart orders are not available for segment {given}")
    return str(given)


def _check_duration(body: Mapping[str, Any]) -> None:
    if body.get("duration", DURATION) != DURATION:
        raise bad_request(f"Invalid duration: {body.get('duration')}")


def _moment(text: str, field: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as bad:
        raise bad_request(f"Invalid {field}: {text}") from bad
    return at if at.tzinfo else at.replace(tzinfo=IST)


# --- out ---------------------------------------------------------------------------------------------------------


def _gtt_fields(kept: Conditional) -> dict[str, Any]:
    entry = kept.legs[0]
    return {
        "trigger_direction": DIRECTION_WORD[entry.trigger],
        "trigger_price": _text(entry.price),
        "order": _leg_terms(entry, trigger=False) | {"transaction_type": SIDE_WORD[entry.side]},
        "child_legs": {
            field: _leg_terms(leg) for field, role in EXIT_ROLES.items() if (leg := kept.leg(role))
        }
        or None,
    }


def _oco_fields(kept: Conditional) -> dict[str, Any]:
    found = {field: _leg_terms(leg) for field, role in EXIT_ROLES.items() if (leg := kept.leg(role))}
    return {**found, "transaction_type": SIDE_WORD[kept.legs[0].side], "child_legs": None}


def _leg_terms(leg: Leg, *, trigger: bool = True) -> dict[str, Any]:
    shown: dict[str, Any] = {"trigger_price": _text(leg.price)} if trigger else {}
    priced = leg.request.type is OrderType.LIMIT
    return shown | {
        "order_type": leg.request.extra["order_type"],
        "price": _text(leg.request.price) if priced else None,
    }


def _text(paise: int) -> str:
    return f"{paise // 100}.{paise % 100:02d}"


def _iso(at: datetime | None) -> str | None:
    return None if at is None else iso(at)
