"""A client's money on Upstox's wire, in both forms, and what orders would block."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mocks.brokers.backoffice.margins import Need
from mocks.brokers.backoffice.orders import OrderRequest
from mocks.brokers.backoffice.portfolio import Funds
from mocks.brokers.server import rupees
from mocks.brokers.upstox import wire
from mocks.brokers.upstox.bodies import amount, json_object, one_of, product, whole
from mocks.brokers.upstox.desk import Desk, Topic
from mocks.brokers.upstox.wire import Problem
from mocks.exchange.model import OrderType

MARGIN_LINES = 20


def routes(desk: Desk) -> list[Route]:
    money = Money(desk)
    return [
        desk.route("/v2/user/get-funds-and-margin", money.funds_v2, "GET", Topic.PORTFOLIO),
        desk.route("/v3/user/get-funds-and-margin", money.funds_v3, "GET", Topic.PORTFOLIO),
        desk.route("/v2/charges/margin", money.margin, "POST", Topic.MARKET),
    ]


class Money:
    def __init__(self, desk: Desk) -> None:
        self._desk, self._office, self._names = desk, desk.office, desk.names

    async def funds_v2(self, request: Request, user_id: str) -> Response:
        """Since July 2025 everything is in `equity`; `commodity` is all zero."""
        self._desk.in_service("UDAPI100072")
        segment = request.query_params.get("segment")
        if segment not in (None, "", "SEC", "COM"):
            raise Problem("UDAPI100036", "The segment is invalid", "segment", segment)
        funds = self._office.funds(user_id)
        equity = {
            "used_margin": rupees(funds.used),
            "payin_amount": rupees(funds.payin),
            "span_margin": rupees(funds.span),
            "adhoc_margin": 0.0,
            "notional_cash": 0.0,
            "available_margin": rupees(funds.available),
            "exposure_margin": rupees(funds.exposure),
        }
        parts = {"equity": equity, "commodity": dict.fromkeys(equity, 0.0)}
        wanted = {"SEC": ("equity",), "COM": ("commodity",)}.get(segment or "", ("equity", "commodity"))
        return wire.reply({name: parts[name] for name in wanted})

    async def funds_v3(self, request: Request, user_id: str) -> Response:
        self._desk.in_service("UDAPI100072")
        return wire.reply(funds_v3(self._office.funds(user_id)))

    async def margin(self, request: Request, user_id: str) -> Response:
        """Each order on its own, their sum, and what all of them need together."""
        lines = (await json_object(request)).get("instruments")
        if not isinstance(lines, list) or not lines or not all(isinstance(line, dict) for line in lines):
            raise Problem("UDAPI1095", "At least one instrument is required", "instruments")
        if len(lines) > MARGIN_LINES:
            raise Problem("UDAPI1102", f"At most {MARGIN_LINES} instruments in one request", "instruments")
        keys = [
            (line.get("instrument_key"), line.get("transaction_type"), line.get("product")) for line in lines
        ]
        if len(set(map(str, keys))) != len(keys):
            raise Problem("UDAPI1103", "An instrument may appear once", "instruments")
        basket = self._office.basket_margin(user_id, [self._asked(line) for line in lines])
        margins = [_margin(need) for need in basket.orders]
        return wire.reply(
            {
                "margins": margins,
                "required_margin": rupees(basket.initial.total),
                "final_margin": rupees(basket.final.total),
            }
        )

    def _asked(self, line: dict[str, Any]) -> OrderRequest:
        key = line.get("instrument_key")
        if not isinstance(key, str) or "|" not in key:
            raise Problem("UDAPI1098", "The instrument key has an invalid format", "instrument_key", key)
        instrument = self._names.instrument(key)
        if instrument is None:
            raise Problem("UDAPI1099", "The instrument key is invalid", "instrument_key", key)
        quantity, price = whole(line, "quantity", "UDAPI1096"), amount(line, "price")
        if quantity % instrument.lot:
            raise Problem("UDAPI1097", "The quantity must be a multiple of the lot", "quantity", quantity)
        return OrderRequest(
            key=instrument.key,
            side=one_of(wire.SIDES, line, "transaction_type", "UDAPI1057"),
            type=OrderType.LIMIT if price else OrderType.MARKET,
            product=product(line.get("product"), instrument),
            quantity=quantity,
            price=price,
            protection=None if price else -1,
        )


def _margin(need: Need) -> dict[str, float]:
    return {
        "span_margin": rupees(need.span),
        "exposure_margin": rupees(need.exposure),
        "equity_margin": rupees(need.cash + need.var),
        "net_buy_premium": rupees(need.premium),
        "additional_margin": 0.0,
        "total_margin": rupees(need.total),
        "tender_margin": rupees(need.delivery),
    }


def funds_v3(funds: Funds) -> dict[str, Any]:
    """The tree of April 2026; `total` of the pledged part is left out as in live answers. The cash that is used is
    what the free cash and the ledger leave: margins take pledged shares first."""
    loss, profit = max(0, -funds.realised), max(0, funds.realised)
    cash_used = funds.cash + funds.sale_credit + profit - funds.charges - funds.spendable
    delivery = funds.delivery_debit - funds.mtf_margin
    margins = funds.span + funds.exposure
    return {
        "available_to_trade": {
            "total": rupees(funds.available),
            "cash_available_to_trade": {
                "total": rupees(funds.spendable),
                "cash": {
                    "opening_balance": rupees(funds.opening_cash),
                    "added_today": rupees(max(0, funds.payin)),
                    "withdrawn_today": rupees(max(0, -funds.payin)),
                    "amount_from_stock_sale": rupees(funds.sale_credit),
                    "unpaid_charges": rupees(funds.charges),
                },
                "margin_used": {
                    "total": rupees(cash_used),
                    "mtf": rupees(funds.mtf_margin),
                    "loss": {"total": rupees(loss), "realised": rupees(loss), "unrealised": 0.0},
                    "span_exposure": rupees(max(0, margins - funds.collateral_used)),
                    "cash_margin_var_elm": rupees(funds.blocked + funds.var),
                    "premium_present": rupees(funds.premium),
                    "delivery_margin": {
                        "total": rupees(delivery + funds.delivery_margin),
                        "equity": rupees(delivery),
                        "fo_settlement": rupees(funds.delivery_margin),
                    },
                },
            },
            "pledge_available_to_trade": {
                "margin_from_pledge": {
                    "total": rupees(funds.collateral),
                    "equity": rupees(funds.collateral),
                    "mutual_funds": 0.0,
                },
                "margin_used": {
                    "total": rupees(funds.collateral_used),
                    "mtf": 0.0,
                    "span_exposure": rupees(min(margins, funds.collateral_used)),
                    "cash_margin_var_elm": rupees(max(0, funds.collateral_used - margins)),
                    "premium_present": 0.0,
                    "delivery_margin": {"total": 0.0, "equity": 0.0, "fo_settlement": 0.0},
                },
            },
        },
        "unavailable_to_trade": {
            "cash_unavailable_to_trade": {"unsettled_profit": {"todays_profit": 0.0, "previous_days": 0.0}},
            "pledge_unavailable_to_trade": {"equity": 0.0, "mutual_funds": 0.0},
        },
    }
