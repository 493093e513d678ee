"""What an order would cost and what it would block, on Upstox's wire."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mocks.brokers.backoffice.charges import Charges, Leg, to_paisa
from mocks.brokers.backoffice.orders import Product
from mocks.brokers.server import paise
from mocks.brokers.upstox import wire
from mocks.brokers.upstox.bodies import listed, one_of, product
from mocks.brokers.upstox.desk import Desk, Topic
from mocks.brokers.upstox.wire import Problem
from mocks.exchange.model import Side

RUPEE = Decimal(1)


def routes(desk: Desk) -> list[Route]:
    async def brokerage(request: Request, user_id: str) -> Response:
        query = dict(request.query_params)
        instrument = listed(query.get("instrument_token"), desk.names)
        leg = Leg(
            key=instrument.key,
            side=one_of(wire.SIDES, query, "transaction_type", "UDAPI1057"),
            product=product(query.get("product"), instrument),
            quantity=_above_zero(query, "quantity", "UDAPI1064"),
            price=_above_zero(query, "price", "UDAPI1065", scale=100),
        )
        sold_out = leg.product is Product.CNC and leg.side is Side.SELL
        demat = desk.office.tariff.depository.of(leg.value) if sold_out else Decimal(0)
        return wire.reply({"charges": _charges(desk.office.charges(user_id, [leg]), demat)})

    return [desk.route("/v2/charges/brokerage", brokerage, "GET", Topic.MARKET)]


def _above_zero(query: dict[str, str], name: str, code: str, *, scale: int = 1) -> int:
    """A whole number, or with `scale` 100 rupees in paise."""
    try:
        value = paise(query.get(name, "")) * scale // 100
    except ValueError:
        value = 0
    if value <= 0:
        raise Problem(code, f"The {name} must be above zero", name, query.get(name))
    return value


def _charges(found: Charges, demat: Decimal) -> dict[str, Any]:
    """Rupees, STT in whole ones as in Upstox's samples; the deprecated names of the same parts are sent too."""
    taxes = {
        "gst": _figure(found.gst),
        "stt": float(found.stt.quantize(RUPEE, ROUND_HALF_UP)),
        "stamp_duty": _figure(found.stamp),
    }
    others = {
        "transaction": _figure(found.exchange),
        "clearing": 0.0,
        "ipft": _figure(found.ipft),
        "sebi_turnover": _figure(found.sebi),
    }
    plan = {"name": "BASIC", "min_expense": _figure(demat)}
    brokerage = _figure(found.brokerage)
    return {
        "total": round(brokerage + sum(taxes.values()) + sum(others.values()), 2),
        "brokerage": brokerage,
        "taxes": taxes,
        "other_charges": others,
        "otherTaxes": others,
        "dp_plan": plan,
        "dpPlan": plan,
    }


def _figure(amount: Decimal) -> float:
    return float(to_paisa(amount))
