"""Kite's order calls: place, modify, cancel, the book, an order's history, trades."""

from __future__ import annotations

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from mocks.brokers.backoffice.accounts import Session
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.orders import Change, Order, OrderRequest
from mocks.brokers.kite import rows
from mocks.brokers.kite.fields import MARKETS, PRICED, STOPS, TYPES, VALIDITIES, amount, flag, optional, whole
from mocks.brokers.kite.gate import Call, Gate
from mocks.brokers.kite.intake import Intake
from mocks.brokers.kite.postbacks import Postbacks
from mocks.brokers.kite.reply import bad_input, form, success
from mocks.brokers.kite.slices import sliced
from mocks.brokers.kite.tokens import Tokens
from mocks.exchange.model import OrderType


class Orders:
    def __init__(self, office: BackOffice, tokens: Tokens, gate: Gate, postbacks: Postbacks) -> None:
        self._office, self._tokens = office, tokens
        self._gate, self._postbacks = gate, postbacks
        self._intake = Intake(office)

    async def place(self, request: Request, session: Session) -> Response:
        fields = await form(request)
        asked = self._intake.request(request.path_params["variety"], fields, session.api_key)
        self._postbacks.follow(session)
        if flag(fields, "autoslice") and asked.extra["variety"] in ("regular", "amo"):
            spend = partial(self._gate.spend, Call.PLACED, session)
            return success(sliced(self._office, session.user_id, asked, spend))
        return success({"order_id": self._placed(asked, session).order_id})

    def _placed(self, asked: OrderRequest, session: Session) -> Order:
        """Every leg of an iceberg counts into the day's orders, though it is one request."""
        for _ in range(max(1, asked.iceberg_legs)):
            self._gate.spend(Call.PLACED, session)
        return self._office.place(session.user_id, asked)

    async def modify(self, request: Request, session: Session) -> Response:
        fields, order = await form(request), self._named(request, session)
        change = self._change(fields, order)
        return success({"order_id": self._office.modify(session.user_id, order.order_id, change).order_id})

    def _named(self, request: Request, session: Session) -> Order:
        """The order of the path as it is, however old the reads are; its variety must be the path's."""
        ledger = self._office.ledger(session.user_id)
        order = self._office.desk.find(ledger, request.path_params["order_id"])
        if rows.variety(order) != request.path_params["variety"]:
            raise bad_input("Invalid `variety`. It is not that of the order.")
        return order

    def _change(self, fields: dict[str, str], order: Order) -> Change:
        if rows.variety(order) == "co":
            return self._cover_change(fields, order)
        order_type = optional(TYPES, fields, "order_type")
        if order_type in STOPS and order.type not in STOPS:
            raise bad_input("A limit order cannot be changed to a stop order.")
        percent = None
        if order_type in MARKETS and order_type is not order.type:
            percent = self._intake.protection(fields, order_type)
            order.request.extra.update(self._intake.protected(order.key, order.side, order_type, percent))
        kind = order_type or order.type
        return Change(
            quantity=whole(fields, "quantity") or None,
            price=amount(fields, "price") or None if kind in PRICED else None,
            trigger=amount(fields, "trigger_price") or None if kind in STOPS else None,
            disclosed=whole(fields, "disclosed_quantity") or None,
            type=order_type,
            validity=optional(VALIDITIES, fields, "validity"),
            protection=percent,
        )

    def _cover_change(self, fields: dict[str, str], order: Order) -> Change:
        """Of a cover order only the price of its entry and the trigger of its stop can be changed."""
        asked = {name for name in ("quantity", "validity", "disclosed_quantity") if fields.get(name)}
        if asked & {"quantity"} and whole(fields, "quantity") != order.quantity:
            raise bad_input(
                "Invalid `quantity`. Only price and trigger_price of a cover order can be modified."
            )
        price, trigger = amount(fields, "price") or None, amount(fields, "trigger_price") or None
        entry = order.type is OrderType.LIMIT
        return Change(price=price if entry else None, trigger=trigger)

    async def cancel(self, request: Request, session: Session) -> Response:
        order = self._named(request, session)
        return success({"order_id": self._office.cancel(session.user_id, order.order_id).order_id})

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
