"""Upstox's answer to what an order would cost, by the sandbox's own copy of the rates of 2026."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mocks.brokers.backoffice.orders import Product
from mocks.brokers.upstox import wire
from mocks.brokers.upstox.bodies import listed, one_of, product
from mocks.brokers.upstox.desk import Desk
from mocks.brokers.upstox.wire import Problem
from mocks.exchange.model import Instrument, Kind, Side

CRORE = 10_000_000
SEBI = 10 / CRORE
GST = 0.18
DEMAT_SALE = 20.0  # a scrip and day


@dataclass(frozen=True, slots=True)
class Rates:
    """Parts of the turnover. `share` and `cap` (rupees) are the brokerage's."""

    share: float
    cap: float
    stt_buy: float
    stt_sell: float
    stamp: float
    exchange: float
    ipft: float


DELIVERY = Rates(0.025, 20, 0.001, 0.001, 0.00015, 306.99 / CRORE, 0.01 / CRORE)
INTRADAY = Rates(0.001, 20, 0, 0.00025, 0.00003, 306.99 / CRORE, 0.01 / CRORE)
FUTURE = Rates(0.0005, 20, 0, 0.0005, 0.00002, 182.99 / CRORE, 0.01 / CRORE)
OPTION = Rates(1, 20, 0, 0.0015, 0.00003, 3552 / CRORE, 1 / CRORE)
BSE_SHARE = 375 / CRORE


def routes(desk: Desk) -> list[Route]:
    async def brokerage(request: Request, user_id: str) -> Response:
        query = dict(request.query_params)
        instrument = listed(query.get("instrument_token"), desk.names)
        quantity, price = (
            _above_zero(query, "quantity", "UDAPI1064"),
            _above_zero(query, "price", "UDAPI1065"),
        )
        side = one_of(wire.SIDES, query, "transaction_type", "UDAPI1057")
        bought = product(query.get("product"), instrument)
        return wire.reply({"charges": charges(instrument, bought, side, quantity * price)})

    return [desk.route("/v2/charges/brokerage", brokerage, "GET")]


def _above_zero(query: dict[str, str], name: str, code: str) -> float:
    try:
        value = float(query.get(name, ""))
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise Problem(code, f"The {name} must be above zero", name, query.get(name))
    return value


def charges(instrument: Instrument, bought: Product, side: Side, turnover: float) -> dict[str, Any]:
    """Rupees, rounded to the paisa; new and deprecated names of the same parts, as the live API sends both."""
    rates = _rates(instrument, bought)
    exchange = turnover * (BSE_SHARE if instrument.exchange == "BSE" else rates.exchange)
    brokerage, ipft, sebi = min(turnover * rates.share, rates.cap), turnover * rates.ipft, turnover * SEBI
    taxes = {
        "gst": round((brokerage + exchange + ipft) * GST, 2),
        "stt": round(turnover * (rates.stt_buy if side is Side.BUY else rates.stt_sell), 2),
        "stamp_duty": round(turnover * rates.stamp if side is Side.BUY else 0.0, 2),
    }
    others = {
        "transaction": round(exchange, 2),
        "clearing": 0.0,
        "ipft": round(ipft, 2),
        "sebi_turnover": round(sebi, 2),
    }
    sold = bought is Product.CNC and side is Side.SELL
    demat = {"name": "BASIC", "min_expense": DEMAT_SALE if sold else 0.0}
    total = round(brokerage, 2) + sum(taxes.values()) + sum(others.values())
    return {
        "total": round(total, 2),
        "brokerage": round(brokerage, 2),
        "taxes": taxes,
        "other_charges": others,
        "otherTaxes": others,
        "dp_plan": demat,
        "dpPlan": demat,
    }


def _rates(instrument: Instrument, bought: Product) -> Rates:
    if instrument.kind is Kind.FUTURE:
        return FUTURE
    if instrument.kind in (Kind.CALL, Kind.PUT):
        return OPTION
    return INTRADAY if bought is Product.MIS else DELIVERY
