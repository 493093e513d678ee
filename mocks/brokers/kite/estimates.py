"""What an order would need and cost: margins of orders and baskets, and the virtual contract note."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from mocks.brokers.backoffice.accounts import Session
from mocks.brokers.backoffice.charges import Charges, Leg
from mocks.brokers.backoffice.margins import Need
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.orders import OrderRequest, Product
from mocks.brokers.kite.fields import (
    PRICED,
    PRODUCTS,
    SIDES,
    STOPS,
    TYPES,
    amount,
    instrument_key,
    listed,
    required,
    whole,
)
from mocks.brokers.kite.intake import VARIETIES
from mocks.brokers.kite.reply import bad_input, success
from mocks.brokers.server import rupees
from mocks.exchange.model import Kind

NOTE_ECHO = ("transaction_type", "tradingsymbol", "exchange", "variety", "product", "order_type")
COMPACT = ("type", "tradingsymbol", "exchange", "total")


class Estimates:
    def __init__(self, office: BackOffice) -> None:
        self._office = office

    async def order_margins(self, request: Request, session: Session) -> Response:
        """Each order by itself; `mode=compact` leaves the totals."""
        asked = [_asked(item) for item in await _items(request)]
        needs = [self._office.required_margin(session.user_id, one) for one in asked]
        found = [self._margin(one, need, session) for one, need in zip(asked, needs, strict=True)]
        if _compact(request):
            found = [{name: one[name] for name in COMPACT} for one in found]
        return success(found)

    async def basket_margins(self, request: Request, session: Session) -> Response:
        """The orders together: `initial` one after another, `final` with the benefit of what hedges what."""
        asked = [_asked(item) for item in await _items(request)]
        consider = request.query_params.get("consider_positions", "false").lower() == "true"
        basket = self._office.basket_margin(session.user_id, asked, consider_positions=consider)
        needs = zip(asked, basket.orders, strict=True)
        orders = [self._margin(one, need, session) for one, need in needs]
        costs = _charges(self._office.charges(session.user_id, [self._leg(one) for one in asked]))
        body = {"initial": _total(basket.initial), "final": _total(basket.final), "charges": costs}
        return success(body if _compact(request) else body | {"orders": orders})

    async def order_charges(self, request: Request, session: Session) -> Response:
        """The virtual contract note: an executed order costs by its `average_price`."""
        found = []
        for item in await _items(request):
            asked, price = _asked(item), amount(item, "average_price")
            if price <= 0:
                raise bad_input("Invalid `average_price`.")
            self._office.instrument(asked.key)
            leg = Leg(asked.key, asked.side, asked.product, asked.quantity, price)
            found.append(
                {name: item.get(name, "") for name in NOTE_ECHO}
                | {"quantity": asked.quantity, "price": rupees(price)}
                | {"charges": _charges(self._office.charges(session.user_id, [leg]))}
            )
        return success(found)

    def _leg(self, asked: OrderRequest) -> Leg:
        price = asked.price or asked.trigger or self._office.last_price(asked.key)
        return Leg(asked.key, asked.side, asked.product, asked.quantity, price)

    def _margin(self, asked: OrderRequest, need: Need, session: Session) -> dict[str, Any]:
        instrument = self._office.instrument(asked.key)
        share = instrument.kind is Kind.EQUITY
        return {
            "type": "equity",
            "tradingsymbol": instrument.symbol,
            "exchange": instrument.exchange,
            **_parts(need),
            "leverage": 5 if share and asked.product is Product.MIS else 1,
            "charges": _charges(self._office.charges(session.user_id, [self._leg(asked)])),
            "total": rupees(need.total),
        }


def _parts(need: Need) -> dict[str, Any]:
    return {
        "span": rupees(need.span),
        "exposure": rupees(need.exposure),
        "option_premium": rupees(need.premium),
        "additional": rupees(need.delivery),
        "bo": 0,
        "cash": 0,
        "var": rupees(need.cash + need.var),
        "pnl": {"realised": 0, "unrealised": 0},
    }


def _total(need: Need) -> dict[str, Any]:
    """A sum of a basket: named after no instrument, its charges left at zero as Kite leaves them."""
    return {
        "type": "",
        "tradingsymbol": "",
        "exchange": "",
        **_parts(need),
        "leverage": 0,
        "charges": _charges(Charges()) | {"transaction_tax_type": ""},
        "total": rupees(need.total),
    }


def _charges(costs: Charges) -> dict[str, Any]:
    """Rupees. Kite counts the investor protection fund with the exchange's charge and shows the tax in one line."""
    tax = float(costs.gst)
    return {
        "transaction_tax": float(costs.stt),
        "transaction_tax_type": "stt",
        "exchange_turnover_charge": float(costs.exchange + costs.ipft),
        "sebi_turnover_charge": float(costs.sebi),
        "brokerage": float(costs.brokerage),
        "stamp_duty": float(costs.stamp),
        "gst": {"igst": tax, "cgst": 0, "sgst": 0, "total": tax},
        "total": float(costs.total),
    }


def _compact(request: Request) -> bool:
    mode = request.query_params.get("mode", "")
    if mode not in ("", "compact"):
        raise bad_input("Invalid `mode`.")
    return mode == "compact"


async def _items(request: Request) -> list[dict[str, str]]:
    """The JSON array of a margin or charges call, its values as text like those of a form."""
    try:
        body = orjson.loads(await request.body())
    except orjson.JSONDecodeError:
        raise bad_input("Invalid JSON") from None
    if not isinstance(body, list) or not all(isinstance(item, dict) for item in body):
        raise bad_input("A list of orders is expected.")
    return [{str(name): str(value) for name, value in item.items() if value is not None} for item in body]


def _asked(item: dict[str, str]) -> OrderRequest:
    order_type = listed(TYPES, item, "order_type")
    if required(item, "variety") not in VARIETIES:
        raise bad_input("Invalid `variety`.")
    return OrderRequest(
        key=instrument_key(item),
        side=listed(SIDES, item, "transaction_type"),
        type=order_type,
        product=listed(PRODUCTS | {"CO": Product.MIS}, item, "product"),
        quantity=whole(item, "quantity"),
        price=amount(item, "price") if order_type in PRICED else 0,
        trigger=amount(item, "trigger_price") if order_type in STOPS else 0,
        protection=-1 if order_type not in PRICED else None,
    )
