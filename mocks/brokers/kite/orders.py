"""Kite's order calls: place, modify, cancel, the book, an order's history, trades."""

from __future__ import annotations

from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response

from mocks.brokers.backoffice.accounts import Session
from mocks.brokers.backoffice.margins import automatic_protection, protected_price
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.orders import Change, OrderRequest, Product
from mocks.brokers.kite import rows
from mocks.brokers.kite.reply import bad_input, form, success
from mocks.brokers.kite.tokens import SEGMENTS, Tokens
from mocks.brokers.server import paise
from mocks.exchange.model import OrderType, Side, Validity

T = TypeVar("T")

SIDES = {"BUY": Side.BUY, "SELL": Side.SELL}
TYPES = {kind.value: kind for kind in OrderType}
PRODUCTS = {product.value: product for product in Product}
VALIDITIES = {validity.value: validity for validity in Validity}
PRICED = (OrderType.LIMIT, OrderType.SL)
STOPS = (OrderType.SL, OrderType.SL_M)
UNPROTECTED = (
    "Market orders without market protection are not allowed via API. "
    "Please set market protection or use a Limit order."
)
TAG_LENGTH = 20


def required(fields: dict[str, str], name: str) -> str:
    value = fields.get(name, "")
    if not value:
        raise bad_input(f"Missing or empty field `{name}`")
    return value


def listed(table: dict[str, T], fields: dict[str, str], name: str) -> T:
    """The value's meaning. Raises InputException for a missing or unknown word."""
    value = required(fields, name)
    if value not in table:
        raise bad_input(f"Invalid `{name}`.")
    return table[value]


def whole(fields: dict[str, str], name: str, default: int = 0) -> int:
    value = fields.get(name, "")
    try:
        return int(value) if value else default
    except ValueError:
        raise bad_input(f"Invalid `{name}`.") from None


def amount(fields: dict[str, str], name: str) -> int:
    """Paise; 0 when absent."""
    value = fields.get(name, "")
    try:
        return paise(value) if value else 0
    except ValueError:
        raise bad_input(f"Invalid `{name}`. It must be a multiple of the tick size.") from None


def protection(fields: dict[str, str], order_type: OrderType) -> float | None:
    """Percent, -1 for automatic; None where the type has none. Market orders must have one."""
    if order_type not in (OrderType.MARKET, OrderType.SL_M):
        return None
    try:
        percent = float(fields.get("market_protection") or 0)
    except ValueError:
        raise bad_input("Invalid `market_protection`.") from None
    if percent == 0:
        raise bad_input(UNPROTECTED)
    if percent != -1 and not 0 < percent <= 100:
        raise bad_input("Invalid `market_protection`.")
    return percent


class Orders:
    def __init__(self, office: BackOffice, tokens: Tokens) -> None:
        self._office, self._tokens = office, tokens

    async def place(self, request: Request, session: Session) -> Response:
        if request.path_params["variety"] != "regular":
            raise bad_input("Only the regular variety is available here.")
        order = self._office.place(session.user_id, self._asked(await form(request), session))
        return success({"order_id": order.order_id})

    def _asked(self, fields: dict[str, str], session: Session) -> OrderRequest:
        exchange = required(fields, "exchange")
        if exchange not in SEGMENTS:
            raise bad_input("Invalid `exchange`.")
        order_type = listed(TYPES, fields, "order_type")
        tag = fields.get("tag", "")
        if len(tag) > TAG_LENGTH:
            raise bad_input(f"Invalid `tag`. It should be at most {TAG_LENGTH} characters.")
        validity = VALIDITIES.get(fields.get("validity") or "DAY")
        if validity is None:
            raise bad_input("Invalid `validity`.")
        key = f"{exchange}:{required(fields, 'tradingsymbol')}"
        side, percent = listed(SIDES, fields, "transaction_type"), protection(fields, order_type)
        return OrderRequest(
            key=key,
            side=side,
            type=order_type,
            product=listed(PRODUCTS, fields, "product"),
            quantity=whole(fields, "quantity"),
            price=amount(fields, "price") if order_type in PRICED else 0,
            trigger=amount(fields, "trigger_price") if order_type in STOPS else 0,
            disclosed=whole(fields, "disclosed_quantity"),
            validity=validity,
            ttl_minutes=whole(fields, "validity_ttl") if validity is Validity.TTL else 0,
            protection=percent,
            tag=tag,
            app=session.api_key,
            extra={"variety": "regular", **self._protected(key, side, order_type, percent)},
        )

    def _protected(
        self, key: str, side: Side, order_type: OrderType, percent: float | None
    ) -> dict[str, str]:
        """What the book will show of the protection."""
        if percent is None:
            return {}
        instrument, last = self._office.instrument(key), self._office.last_price(key)
        shown = automatic_protection(last, instrument.kind) if percent == -1 else percent
        extra = {"protection": f"{shown:.2f}"}
        if order_type is OrderType.MARKET:
            extra["protected_price"] = str(protected_price(instrument, side, last, percent))
        return extra

    async def modify(self, request: Request, session: Session) -> Response:
        fields, order_id = await form(request), request.path_params["order_id"]
        order = self._office.order(session.user_id, order_id)
        order_type = listed(TYPES, fields, "order_type") if fields.get("order_type") else None
        validity = listed(VALIDITIES, fields, "validity") if fields.get("validity") else None
        if order_type in STOPS and order.type not in STOPS:
            raise bad_input("A limit order cannot be changed to a stop order.")
        percent = None
        if order_type in (OrderType.MARKET, OrderType.SL_M) and order_type is not order.type:
            percent = protection(fields, order_type)
            order.request.extra.update(self._protected(order.key, order.side, order_type, percent))
        kind = order_type or order.type
        change = Change(
            quantity=whole(fields, "quantity") or None,
            price=amount(fields, "price") or None if kind in PRICED else None,
            trigger=amount(fields, "trigger_price") or None if kind in STOPS else None,
            disclosed=whole(fields, "disclosed_quantity") or None,
            type=order_type,
            validity=validity,
            protection=percent,
        )
        return success({"order_id": self._office.modify(session.user_id, order_id, change).order_id})

    async def cancel(self, request: Request, session: Session) -> Response:
        order = self._office.cancel(session.user_id, request.path_params["order_id"])
        return success({"order_id": order.order_id})

    async def book(self, request: Request, session: Session) -> Response:
        orders = self._office.orders(session.user_id)
        return success([rows.order_row(order, self._tokens.by_key[order.key]) for order in orders])

    async def history(self, request: Request, session: Session) -> Response:
        order = self._office.order(session.user_id, request.path_params["order_id"])
        token = self._tokens.by_key[order.key]
        return success([rows.history_row(order, row, token) for row in order.history])

    async def trades(self, request: Request, session: Session) -> Response:
        found = [
            rows.trade_row(
                fill, self._office.order(session.user_id, fill.order_id), self._tokens.by_key[fill.key]
            )
            for fill in self._office.trades(session.user_id)
        ]
        return success(found)

    async def order_trades(self, request: Request, session: Session) -> Response:
        order = self._office.order(session.user_id, request.path_params["order_id"])
        token = self._tokens.by_key[order.key]
        return success([rows.trade_row(fill, order, token) for fill in order.fills])
