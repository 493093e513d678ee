"""Kite's GTT calls: triggers of one leg or two (the first to fire ends the other), each firing a limit order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from mocks.brokers.backoffice.accounts import Session
from mocks.brokers.backoffice.conditional import Conditional, Leg, LegStatus, Role, Shape, Status, Trigger
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.orders import OrderRequest, Stage
from mocks.brokers.kite.fields import PRODUCTS, SIDES, amount, instrument_key, listed, required, whole
from mocks.brokers.kite.reply import bad_input, form, stamp, success
from mocks.brokers.kite.rows import SIDES as SIDE_WORDS
from mocks.brokers.kite.tokens import Tokens
from mocks.brokers.server import paise, rupees
from mocks.exchange.model import OrderType, Side

SHAPES = {"single": Shape.SINGLE, "two-leg": Shape.OCO}
TYPES = {shape: word for word, shape in SHAPES.items()}
# A trigger that fired says so whatever became of its order; that is in the order's result.
STATUSES = {
    Status.ACTIVE: "active",
    Status.TRIGGERED: "triggered",
    Status.COMPLETED: "triggered",
    Status.FAILED: "triggered",
    Status.CANCELLED: "deleted",
    Status.EXPIRED: "expired",
    Status.DISABLED: "disabled",
}
CLOSEST = 400  # a trigger within 1/400 (0.25 %) of the last price is disabled
ACTIVE_LIMIT = 250
LISTED = timedelta(days=7)


class Gtt:
    def __init__(self, office: BackOffice, tokens: Tokens) -> None:
        self._office, self._tokens = office, tokens

    async def place(self, request: Request, session: Session) -> Response:
        asked = self._conditional(await form(request), session)
        placed = self._office.conditionals.place(session.user_id, asked, limit=ACTIVE_LIMIT)
        self._disable_if_close(placed)
        return success({"trigger_id": placed.number})

    async def modify(self, request: Request, session: Session) -> Response:
        before = self._found(request, session)
        asked = self._conditional(await form(request), session)
        changed = self._office.conditionals.modify(session.user_id, before.conditional_id, asked)
        self._disable_if_close(changed)
        return success({"trigger_id": changed.number})

    async def delete(self, request: Request, session: Session) -> Response:
        gone = self._found(request, session)
        self._office.conditionals.cancel(session.user_id, gone.conditional_id)
        return success({"trigger_id": gone.number})

    async def one(self, request: Request, session: Session) -> Response:
        return success(self._row(self._found(request, session)))

    async def all(self, request: Request, session: Session) -> Response:
        """Active ones, and those of the last seven days whatever became of them."""
        since = self._office.now() - LISTED
        found = self._office.conditionals.list(session.user_id)
        return success(
            [
                self._row(one)
                for one in found
                if one.status is Status.ACTIVE or (one.updated_at is not None and one.updated_at >= since)
            ]
        )

    def _found(self, request: Request, session: Session) -> Conditional:
        """By number, of any age. Raises Refusal(unknown_condition)."""
        return self._office.conditionals.get(session.user_id, str(request.path_params["trigger_id"]))

    def _disable_if_close(self, placed: Conditional) -> None:
        """Kite takes a trigger too near to the last price and disables it."""
        last = self._office.last_price(placed.key)
        if any(abs(leg.price - last) * CLOSEST < last for leg in placed.legs):
            reason = "The trigger price is within 0.25% of the last price"
            self._office.conditionals.disable(placed.user_id, placed.conditional_id, reason)

    def _conditional(self, fields: dict[str, str], session: Session) -> Conditional:
        shape = listed(SHAPES, fields, "type")
        condition, orders = _json(fields, "condition", dict), _json(fields, "orders", list)
        key, values = instrument_key(_texts(condition)), condition.get("trigger_values")
        count = 1 if shape is Shape.SINGLE else 2
        if not isinstance(values, list) or len(values) != count or len(orders) != count:
            raise bad_input("Invalid `trigger_values` or `orders`: one of each for single, two for two-leg.")
        self._office.instrument(key)
        triggers = [_paise(value) for value in values]
        last = amount(_texts(condition), "last_price") or self._office.last_price(key)
        legs = [
            _leg(shape, trigger, max(triggers), last, _request(key, order, session))
            for trigger, order in zip(triggers, orders, strict=True)
        ]
        return Conditional(key, shape, legs, extra={"last_price": str(last)})

    def _row(self, one: Conditional) -> dict[str, Any]:
        exchange, symbol = one.key.split(":", 1)
        told = (LegStatus.FAILED, LegStatus.CANCELLED)
        rejected = next((leg.message for leg in one.legs if leg.status in told), "")
        return {
            "id": one.number,
            "user_id": one.user_id,
            "parent_trigger": None,
            "type": TYPES[one.shape],
            "created_at": stamp(one.created_at),
            "updated_at": stamp(one.updated_at),
            "expires_at": stamp(one.expires_at),
            "status": STATUSES[one.status],
            "condition": {
                "exchange": exchange,
                "last_price": rupees(int(one.extra["last_price"])),
                "tradingsymbol": symbol,
                "trigger_values": [rupees(leg.price) for leg in one.legs],
                "instrument_token": self._tokens.by_key[one.key],
            },
            "orders": [self._order(one, leg) for leg in one.legs],
            "meta": {"rejection_reason": rejected} if rejected else {},
        }

    def _order(self, one: Conditional, leg: Leg) -> dict[str, Any]:
        exchange, symbol = leg.request.key.split(":", 1)
        return {
            "exchange": exchange,
            "tradingsymbol": symbol,
            "product": leg.request.product.value,
            "order_type": leg.request.type.value,
            "transaction_type": SIDE_WORDS[leg.side],
            "quantity": leg.request.quantity,
            "price": rupees(leg.request.price),
            "result": self._result(one, leg) if leg.triggered_at else None,
        }

    def _result(self, one: Conditional, leg: Leg) -> dict[str, Any]:
        """What the fired order became at once: success when there is one, though the exchange may still refuse."""
        request, failed = leg.request, not leg.order_id
        if leg.order_id:
            order = self._office.ledger(one.user_id).orders.get(leg.order_id)
            failed = order is not None and order.stage is Stage.REJECTED
        exchange, symbol = request.key.split(":", 1)
        return {
            "account_id": one.user_id,
            "exchange": exchange,
            "tradingsymbol": symbol,
            "validity": request.validity.value,
            "product": request.product.value,
            "order_type": request.type.value,
            "transaction_type": SIDE_WORDS[leg.side],
            "quantity": request.quantity,
            "price": rupees(request.price),
            "meta": orjson.dumps({"app_id": 1, "gtt": one.number}).decode(),
            "timestamp": stamp(leg.triggered_at),
            "triggered_at": rupees(leg.fired_price),
            "order_result": {
                "status": "failed" if failed else "success",
                "order_id": leg.order_id,
                "rejection_reason": leg.message,
            },
        }


def _leg(shape: Shape, trigger: int, highest: int, last: int, request: OrderRequest) -> Leg:
    """Of two legs the upper is the target of a sale, the stop of a purchase."""
    direction = Trigger.ABOVE if trigger > last else Trigger.BELOW
    if shape is Shape.SINGLE:
        return Leg(Role.ENTRY, direction, trigger, request)
    upper = trigger == highest
    role = Role.TARGET if upper is (request.side is Side.SELL) else Role.STOPLOSS
    return Leg(role, Trigger.ABOVE if upper else Trigger.BELOW, trigger, request)


def _request(key: str, order: object, session: Session) -> OrderRequest:
    if not isinstance(order, dict):
        raise bad_input("Invalid `orders`.")
    fields = _texts(order)
    if instrument_key(fields) != key:
        raise bad_input("The orders of a trigger are of its own instrument.")
    if required(fields, "order_type") != "LIMIT":
        raise bad_input("Invalid `order_type`. A trigger places limit orders only.")
    return OrderRequest(
        key=key,
        side=listed(SIDES, fields, "transaction_type"),
        type=OrderType.LIMIT,
        product=listed(PRODUCTS, fields, "product"),
        quantity=whole(fields, "quantity"),
        price=amount(fields, "price"),
        app=session.api_key,
        extra={"variety": "regular"},
    )


def _json(fields: dict[str, str], name: str, kind: type) -> Any:
    try:
        value = orjson.loads(required(fields, name))
    except orjson.JSONDecodeError:
        raise bad_input(f"Invalid `{name}`.") from None
    if not isinstance(value, kind):
        raise bad_input(f"Invalid `{name}`.")
    return value


def _texts(values: dict[str, Any]) -> dict[str, str]:
    """JSON values as the form's texts; whole floats (SDKs send 10.0 for 10) lose their fraction."""
    return {
        name: str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
        for name, value in values.items()
        if value is not None and not isinstance(value, list | dict)
    }


def _paise(value: object) -> int:
    try:
        return paise(str(value))
    except ValueError:
        raise bad_input("Invalid `trigger_values`.") from None
