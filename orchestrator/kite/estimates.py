"""Kite's questions before an order: what it would need and cost, alone or in a basket. Nothing is sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from domain.fees import ware_of
from domain.instrument import Exchange, Instrument
from domain.money import ZERO, Money, Price
from domain.order import OrderIntent
from domain.routing import Charges, RoutingDecision
from orchestrator.charges.endpoints import payers_of
from orchestrator.errors import Problem
from orchestrator.identity.caller import Caller
from orchestrator.kite import forms
from orchestrator.kite.answers import FINEST, NIL, rupees, success
from orchestrator.kite.door import Names, Reader
from orchestrator.orders import place as placing
from orchestrator.orders.baskets import Need, price_basket
from orchestrator.orders.plan import trading_day
from orchestrator.orders.room import Room
from routing.compare import Comparison, Payer, compare
from routing.fees import ChargesUnknown, Trade

router = APIRouter(prefix="/kite", include_in_schema=False)

MOST = 20  # as many as every broker prices together
COMPACT = ("type", "tradingsymbol", "exchange", "total")
ECHOED = ("transaction_type", "tradingsymbol", "exchange", "variety", "product", "order_type")


@router.post("/margins/orders")
async def order_margins(request: Request, caller: Reader, trading: Room, names: Names) -> Response:
    """Each by itself, where it would go; at the account that needs least if it cannot be placed now."""
    intents = [_intent(item, names) for item in await _items(request)]
    rows = [await _alone(trading, caller, intent) for intent in intents]
    if _compact(request):
        rows = [{name: row[name] for name in COMPACT} for row in rows]
    return success(rows)


@router.post("/margins/basket")
async def basket_margins(request: Request, caller: Reader, trading: Room, names: Names) -> Response:
    """All at the account that needs least for them together; what is held there always counts."""
    intents = [_intent(item, names) for item in await _items(request)]
    _, needs = await price_basket(trading, user_id=caller.user_id, intents=intents)
    mine = [one for one in needs if caller.sees(one.account_id)]
    best = min((one for one in mine if one.together is not None), key=_together, default=None)
    if best is None:
        raise Problem(503, "broker_unavailable", "no account can say now what these orders need")
    rows = [await _alone(trading, caller, intent) for intent in intents]
    body = {
        "initial": _row(None, _known(best.alone), Charges()),
        "final": _row(None, _known(best.together), Charges()),
        "charges": _summed([row["charges"] for row in rows]),
    }
    return success(body if _compact(request) else {**body, "orders": rows})


@router.post("/charges/orders")
async def contract_note(request: Request, caller: Reader, trading: Room, names: Names) -> Response:
    """What executed orders cost, each at the cheapest of the caller's own brokers."""
    rows = []
    for item in await _items(request):
        intent, price = _intent(item, names), forms.amount(item, "average_price")
        if price is None:
            raise forms.bad("average_price")
        cheapest = _costs(trading, caller, intent, price).cheapest
        if cheapest is None or cheapest.charges is None:
            raise Problem(409, "charges_unknown", f"what {intent.instrument} costs is in no table")
        echoed = {name: item.get(name, "") for name in ECHOED}
        rows.append(
            {
                **echoed,
                "quantity": intent.quantity,
                "price": rupees(price),
                "charges": _charges(cheapest.charges),
            }
        )
    return success(rows)


async def _alone(trading: Room, caller: Caller, intent: OrderIntent) -> dict[str, Any]:
    situation, decision, _ = await placing.preview(
        trading, user_id=caller.user_id, intent=intent, caller=caller
    )
    if isinstance(decision, RoutingDecision):
        needed = Money.sum(part.margin_required for part in decision.slices)
        return _row(situation.instrument, needed, Charges.sum([part.charges for part in decision.slices]))
    _, needs = await price_basket(trading, user_id=caller.user_id, intents=[intent])
    known = [one.alone for one in needs if one.alone is not None and caller.sees(one.account_id)]
    if not known:
        raise Problem(409, decision.reasons[0].code, decision.reasons[0].message, fix=decision.reasons[0].fix)
    price = intent.price or intent.trigger_price or situation.market.last_price
    cheapest = _costs(trading, caller, intent, price).cheapest if price else None
    charges = cheapest.charges if cheapest and cheapest.charges else Charges()
    return _row(situation.instrument, min(known, key=lambda one: one.amount), charges)


def _costs(trading: Room, caller: Caller, intent: OrderIntent, price: Price) -> Comparison:
    """By the terms of the caller's own accounts; by every broker's list for one who has none."""
    one = trading.instruments.get(intent.instrument)
    if one is None:
        raise Problem(422, "instrument_unknown", f"nobody lists {intent.instrument}", field="tradingsymbol")
    ware = ware_of(isin=one.isin, underlying=one.underlying, group=one.group, name=one.called)
    trade = Trade(
        intent.instrument.exchange, one.kind, intent.product, intent.side, intent.quantity, price, ware
    )
    try:
        _ = trade.segment
    except ChargesUnknown as unknown:
        raise forms.bad("product", str(unknown)) from None
    return compare(trade, _payers(trading, caller), on=trading_day(trading.clock()))


def _payers(trading: Room, caller: Caller) -> list[Payer]:
    every = payers_of(trading.connections, caller.user_id)
    mine = {
        one.account.broker
        for one in trading.connections.of_user(caller.user_id)
        if caller.sees(one.account.id)
    }
    return [one for one in every if one.broker in mine] or every


# --- rows --------------------------------------------------------------------------------------------------------


def _row(one: Instrument | None, needed: Money, charges: Charges) -> dict[str, Any]:
    """The total alone is known of every broker: its parts are 0."""
    commodity = one is not None and one.id.exchange is Exchange.MCX
    return {
        "type": "" if one is None else "commodity" if commodity else "equity",
        "tradingsymbol": one.id.symbol if one else "",
        "exchange": one.id.exchange.value if one else "",
        "span": NIL,
        "exposure": NIL,
        "option_premium": NIL,
        "additional": NIL,
        "bo": NIL,
        "cash": NIL,
        "var": NIL,
        "pnl": {"realised": NIL, "unrealised": NIL},
        "leverage": 1 if one else 0,
        "charges": _charges(charges),
        "total": rupees(needed).quantize(FINEST),
    }


def _charges(costs: Charges) -> dict[str, Any]:
    """Rupees, line by line in whole paise; the total has the depository's charge, too."""
    shown = costs.rounded
    tax = rupees(shown.gst)
    return {
        "transaction_tax": rupees(shown.stt),
        "transaction_tax_type": "stt",
        "exchange_turnover_charge": rupees(shown.exchange),
        "sebi_turnover_charge": rupees(shown.sebi),
        "brokerage": rupees(shown.brokerage),
        "stamp_duty": rupees(shown.stamp),
        "gst": {"igst": tax, "cgst": NIL, "sgst": NIL, "total": tax},
        "total": rupees(shown.total),
    }


def _summed(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    total = _charges(Charges())
    for row in rows:
        for name, value in row.items():
            if isinstance(value, Decimal):
                total[name] += value
        for name, value in row["gst"].items():
            total["gst"][name] += value
    return total


def _together(need: Need) -> Decimal:
    return _known(need.together).amount


def _known(amount: Money | None) -> Money:
    return ZERO if amount is None else amount


# --- what is asked -----------------------------------------------------------------------------------------------


def _intent(item: forms.Form, names: Names) -> OrderIntent:
    known = {name: value for name, value in item.items() if name not in ("order_id", "average_price")}
    return forms.intent_of(known, item.get("variety") or "regular", names)


async def _items(request: Request) -> Sequence[forms.Form]:
    """A JSON list of orders, their values as texts. Raises Problem 422."""
    body = await request.body()
    try:
        items = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise forms.bad("orders", "It is a JSON list of orders.") from None
    if not isinstance(items, list) or not 0 < len(items) <= MOST or not all(map(_flat, items)):
        raise forms.bad("orders", f"It is a JSON list of 1 to {MOST} orders.")
    return [{name: text_of(value) for name, value in item.items() if value is not None} for item in items]


def _flat(item: object) -> bool:
    return isinstance(item, dict) and not any(isinstance(value, list | dict) for value in item.values())


def text_of(value: object) -> str:
    """A number as a form would have it: `repr` of a float is the shortest text that means it."""
    if isinstance(value, float):
        return f"{Decimal(repr(value)).normalize():f}"
    return str(value)


def _compact(request: Request) -> bool:
    mode = request.query_params.get("mode", "")
    if mode not in ("", "compact"):
        raise forms.bad("mode")
    return mode == "compact"
