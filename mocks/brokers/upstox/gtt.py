"""Good-till-triggered orders on Upstox's wire (version 3): one entry, or an entry followed by a target and a stop."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from time import perf_counter
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mocks.brokers.backoffice.conditional import Conditional, Leg, LegStatus, Role, Shape, Status, Trigger
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.orders import OrderRequest
from mocks.brokers.backoffice.refusal import Code, Refusal
from mocks.brokers.server import rupees
from mocks.brokers.upstox import wire
from mocks.brokers.upstox.bodies import amount, json_object, listed, one_of, product, protection, whole
from mocks.brokers.upstox.desk import Desk, Topic
from mocks.brokers.upstox.names import Names
from mocks.brokers.upstox.webhooks import Webhooks
from mocks.brokers.upstox.wire import Problem
from mocks.exchange.model import OrderType, Side

# The documentation names UDAPI1126 to 1151 as the codes of these checks, but not the meaning of each: 1126, 1134 to
# 1137, 1141, 1143, 1150 and 1151 are as documented, the others are the nearest free ones.
SHAPES = {"SINGLE": Shape.SINGLE, "MULTIPLE": Shape.BRACKET}
SHAPE_WORDS = {shape: word for word, shape in SHAPES.items()}
STRATEGIES = {"ENTRY": Role.ENTRY, "TARGET": Role.TARGET, "STOPLOSS": Role.STOPLOSS}
STRATEGY_WORDS = {role: word for word, role in STRATEGIES.items()}
TRIGGERS = {"ABOVE": Trigger.ABOVE, "BELOW": Trigger.BELOW, "IMMEDIATE": Trigger.IMMEDIATE}
TRIGGER_WORDS = {trigger: word for word, trigger in TRIGGERS.items()}
SENT = (LegStatus.TRIGGERED, LegStatus.COMPLETED)
LEAST_GAP_PERCENT = 10  # of the way from the last price to the stop
STATUS_WORDS = {
    LegStatus.WAITING: "PENDING",
    LegStatus.ACTIVE: "SCHEDULED",
    LegStatus.TRIGGERED: "TRIGGERED",
    LegStatus.COMPLETED: "COMPLETED",
    LegStatus.FAILED: "FAILED",
    LegStatus.CANCELLED: "CANCELLED",
    LegStatus.EXPIRED: "EXPIRED",
}


def routes(desk: Desk, webhooks: Webhooks) -> list[Route]:
    gtt = Gtt(desk, webhooks)
    return [
        desk.route("/v3/order/gtt/place", gtt.place, "POST", Topic.TRADE),
        desk.route("/v3/order/gtt/modify", gtt.modify, "PUT", Topic.TRADE),
        desk.route("/v3/order/gtt/cancel", gtt.cancel, "DELETE", Topic.TRADE),
        desk.route("/v3/order/gtt", gtt.show, "GET", Topic.BOOK),
    ]


class Gtt:
    """Taken at any hour; an immediate entry is sent at once."""

    def __init__(self, desk: Desk, webhooks: Webhooks) -> None:
        self._desk, self._office, self._names = desk, desk.office, desk.names
        self._webhooks = webhooks

    async def place(self, request: Request, user_id: str) -> Response:
        started = perf_counter()
        body = await json_object(request)
        instrument = listed(body.get("instrument_token"), self._names)
        shape = one_of(SHAPES, body, "type", "UDAPI1126")
        base = OrderRequest(
            key=instrument.key,
            side=one_of(wire.SIDES, body, "transaction_type", "UDAPI1057"),
            type=OrderType.MARKET,
            product=product(body.get("product"), instrument),
            quantity=whole(body, "quantity", "UDAPI1052"),
            protection=-1,
            app=self._desk.session(request.scope).api_key,
        )
        legs = self._legs(body, shape, base)
        asked = Conditional(key=instrument.key, shape=shape, legs=legs)
        self._webhooks.watch(user_id)
        placed = self._office.conditionals.place(user_id, asked)
        return _reply(placed.conditional_id, started)

    async def modify(self, request: Request, user_id: str) -> Response:
        """The full set of rules anew. Once the entry is out its quantity stays."""
        started = perf_counter()
        body = await json_object(request)
        kept = self._known(user_id, body.get("gtt_order_id"))
        shape = one_of(SHAPES, body, "type", "UDAPI1126")
        entry = kept.leg(Role.ENTRY)
        assert entry is not None
        quantity = whole(body, "quantity", "UDAPI1052")
        legs = self._legs(body, shape, replace(entry.request, quantity=quantity))
        if not kept.over and entry.status in SENT:
            if quantity != entry.request.quantity:
                raise Problem(
                    "UDAPI1145", "The quantity of an open GTT order stays as it is", "quantity", quantity
                )
            if any(leg.role is Role.ENTRY and leg.trigger is not Trigger.IMMEDIATE for leg in legs):
                raise Problem(
                    "UDAPI1150",
                    "Only IMMEDIATE is allowed for the entry of an open GTT order",
                    "trigger_type",
                )
        changed = Conditional(key=kept.key, shape=shape, legs=legs)
        try:
            self._office.conditionals.modify(user_id, kept.conditional_id, changed)
        except Refusal as no:
            raise _final(no, "UDAPI100041", "modified") from no
        return _reply(kept.conditional_id, started)

    async def cancel(self, request: Request, user_id: str) -> Response:
        """The id comes in a body, as at Upstox, or in the query."""
        started = perf_counter()
        body = await json_object(request) if await request.body() else dict(request.query_params)
        kept = self._known(user_id, body.get("gtt_order_id"))
        try:
            self._office.conditionals.cancel(user_id, kept.conditional_id)
        except Refusal as no:
            raise _final(no, "UDAPI100040", "cancelled") from no
        return _reply(kept.conditional_id, started)

    async def show(self, request: Request, user_id: str) -> Response:
        """One by its id, or all, the newest first."""
        mark = request.query_params.get("gtt_order_id")
        found = [self._known(user_id, mark)] if mark else self._office.conditionals.list(user_id)[::-1]
        return wire.reply([row(one, self._office, self._names) for one in found], metadata={"latency": 0})

    def _known(self, user_id: str, mark: Any) -> Conditional:
        if not mark:
            raise Problem("UDAPI1134", "The gtt_order_id is required", "gtt_order_id", mark)
        if not isinstance(mark, str) or not mark.startswith("GTT-"):
            raise Problem("UDAPI1135", "The GTT order id must start with 'GTT-'", "gtt_order_id", mark)
        try:
            return self._office.conditionals.get(user_id, mark)
        except Refusal as no:
            raise Problem("UDAPI100010", "The GTT order does not exist", "gtt_order_id", mark) from no

    def _legs(self, body: dict[str, Any], shape: Shape, entry: OrderRequest) -> list[Leg]:
        """The rules, in the order of the body. Exits take the other side of the entry."""
        rules = body.get("rules")
        if not isinstance(rules, list) or not rules or not all(isinstance(rule, dict) for rule in rules):
            raise Problem("UDAPI1127", "The rules are required", "rules", rules)
        if shape is Shape.SINGLE and len(rules) != 1:
            raise Problem("UDAPI1136", "A SINGLE order has exactly one rule", "rules")
        if shape is Shape.BRACKET and not 2 <= len(rules) <= 3:
            raise Problem("UDAPI1137", "A MULTIPLE order has two or three rules", "rules")
        roles = [one_of(STRATEGIES, rule, "strategy", "UDAPI1128") for rule in rules]
        if Role.ENTRY not in roles:
            raise Problem("UDAPI1141", "An ENTRY rule is mandatory", "rules")
        if len(set(roles)) != len(roles):
            raise Problem("UDAPI1142", "Each strategy may appear once", "rules")
        return [self._leg(role, rule, entry) for role, rule in zip(roles, rules, strict=True)]

    def _leg(self, role: Role, rule: dict[str, Any], entry: OrderRequest) -> Leg:
        trigger = one_of(TRIGGERS, rule, "trigger_type", "UDAPI1129")
        if role is not Role.ENTRY and trigger is not Trigger.IMMEDIATE:
            raise Problem(
                "UDAPI1143", "Only an ENTRY has another trigger_type than IMMEDIATE", "trigger_type"
            )
        price, gap = amount(rule, "trigger_price"), amount(rule, "trailing_gap")
        if price <= 0:
            raise Problem(
                "UDAPI1130", "The trigger price must be positive", "trigger_price", rule.get("trigger_price")
            )
        if gap:
            if role is not Role.STOPLOSS:
                raise Problem("UDAPI1144", "The trailing gap belongs to the STOPLOSS", "trailing_gap", gap)
            way = abs(self._desk.exchange.quote(entry.key).last_price - price)
            if gap < 0 or gap * 100 < way * LEAST_GAP_PERCENT:
                raise Problem(
                    "UDAPI1151",
                    "The trailing gap is below the least one",
                    "trailing_gap",
                    rule["trailing_gap"],
                )
        side = entry.side if role is Role.ENTRY else Side.SELL if entry.side is Side.BUY else Side.BUY
        request = replace(entry, side=side, protection=protection(rule, self._desk.switches.strictness))
        return Leg(role=role, trigger=trigger, price=price, request=request, trailing_gap=gap)


def row(one: Conditional, office: BackOffice, names: Names) -> dict[str, Any]:
    """A GTT order as the book and the stream have it; its times are in microseconds."""
    entry = one.leg(Role.ENTRY)
    assert entry is not None
    return {
        "type": SHAPE_WORDS[one.shape],
        "exchange": names.segment(one.key),
        "quantity": entry.request.quantity,
        "product": wire.PRODUCT_WORDS[entry.request.product],
        "rules": [_rule(leg, one, office) for leg in one.legs],
        "trading_symbol": names.symbol(one.key),
        "instrument_token": names.key(one.key),
        "gtt_order_id": one.conditional_id,
        "expires_at": _microseconds(one.expires_at),
        "created_at": _microseconds(one.created_at),
    }


def _rule(leg: Leg, one: Conditional, office: BackOffice) -> dict[str, Any]:
    return {
        "strategy": STRATEGY_WORDS[leg.role],
        "status": _status(leg, one, office),
        "trigger_type": TRIGGER_WORDS[leg.trigger],
        "trigger_price": rupees(leg.price),
        "transaction_type": wire.SIDE_WORDS[leg.side],
        "message": leg.message or None,
        "order_id": leg.order_id or None,
        "trailing_gap": rupees(leg.trailing_gap) if leg.trailing_gap else None,
        "market_protection": leg.request.protection,
    }


def _status(leg: Leg, one: Conditional, office: BackOffice) -> str:
    if one.status is Status.DISABLED and leg.status is LegStatus.CANCELLED:
        return "INACTIVE"
    if leg.status is LegStatus.TRIGGERED and leg.order_id:
        try:
            order = office.order(one.user_id, leg.order_id)
        except Refusal:
            return "TRIGGERED"  # of a day before
        return "TRIGGERED" if order.ended else "OPEN"
    return STATUS_WORDS[leg.status]


def _final(no: Refusal, code: str, word: str) -> Problem:
    if no.code is Code.NOT_OPEN:
        return Problem(code, f"The GTT order is over and cannot be {word}", "gtt_order_id")
    return wire.refused(no)


def _microseconds(at: datetime | None) -> int:
    return int(at.timestamp() * 1_000_000) if at else 0


def _reply(mark: str, started: float) -> Response:
    latency = round((perf_counter() - started) * 1000)
    return wire.reply({"gtt_order_ids": [mark]}, metadata={"latency": latency})
