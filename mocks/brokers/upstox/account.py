"""A client's profile, shares and positions on Upstox's wire."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mocks.brokers.backoffice.orders import Product
from mocks.brokers.backoffice.portfolio import Holding, Position
from mocks.brokers.backoffice.refusal import Code, Refusal
from mocks.brokers.server import rupees
from mocks.brokers.upstox import wire
from mocks.brokers.upstox.bodies import json_object, one_of, product, whole
from mocks.brokers.upstox.desk import Desk, Topic
from mocks.brokers.upstox.login import profile
from mocks.brokers.upstox.wire import Problem
from mocks.exchange.model import Side


def routes(desk: Desk) -> list[Route]:
    account = Account(desk)
    return [
        desk.route("/v2/user/profile", account.profile, "GET", Topic.ACCOUNT),
        desk.route("/v2/portfolio/long-term-holdings", account.holdings, "GET", Topic.BOOK),
        desk.route("/v2/portfolio/short-term-positions", account.positions, "GET", Topic.BOOK),
        desk.route("/v3/portfolio/mtf-positions", account.mtf_positions, "GET", Topic.BOOK),
        desk.route("/v2/portfolio/convert-position", account.convert, "PUT", Topic.ACCOUNT),
    ]


class Account:
    def __init__(self, desk: Desk) -> None:
        self._desk, self._office, self._names = desk, desk.office, desk.names

    async def profile(self, request: Request, user_id: str) -> Response:
        user = self._office.directory.user(user_id)
        return wire.reply({**profile(user), "ddpi": user.ddpi})

    # shares -----------------------------------------------------------------------------------------------

    async def holdings(self, request: Request, user_id: str) -> Response:
        return wire.reply(
            [
                self.holding(user_id, one)
                for one in self._office.holdings(user_id)
                if one.quantity or one.t1 or one.used
            ]
        )

    def holding(self, user_id: str, held: Holding) -> dict[str, Any]:
        """`quantity` keeps today's sales until they settle; `cnc_used_quantity` is sold + blocked by open orders."""
        quote = self._desk.exchange.quote(held.key)
        symbol = self._names.symbol(held.key)
        quantity = held.quantity + held.t1
        blocked = sum(
            order.pending
            for order in self._office.orders(user_id)
            if order.side is Side.SELL
            and order.product is Product.CNC
            and self._office.instrument(order.key).isin == held.isin
        )
        return {
            "isin": held.isin,
            "cnc_used_quantity": held.used + blocked,
            "collateral_type": "WC",
            "company_name": self._office.instrument(held.key).name,
            "haircut": 0.2,
            "product": "D",
            "quantity": quantity,
            "tradingsymbol": symbol,
            "trading_symbol": symbol,
            "last_price": rupees(quote.last_price),
            "close_price": rupees(quote.prev_close),
            "pnl": rupees(round((quote.last_price - held.average) * quantity)),
            "day_change": rupees(quote.last_price - quote.prev_close),
            "day_change_percentage": round((quote.last_price / quote.prev_close - 1) * 100, 2),
            "instrument_token": self._names.key(held.key),
            "average_price": rupees(held.average),
            "collateral_quantity": held.pledged,
            "collateral_update_quantity": 0,
            "t1_quantity": held.t1,
            "exchange": wire.exchange_word(self._names, held.key),
        }

    # positions --------------------------------------------------------------------------------------------

    async def positions(self, request: Request, user_id: str) -> Response:
        rows = [
            self.position(one) for one in self._office.positions(user_id) if one.product is not Product.MTF
        ]
        return wire.reply(rows)

    async def mtf_positions(self, request: Request, user_id: str) -> Response:
        """Shares on Upstox's money: those of today, and those carried, which are in no other list."""
        today = {one.key: one for one in self._office.positions(user_id) if one.product is Product.MTF}
        for held in self._office.holdings(user_id):
            if held.mtf_quantity:
                own = today.get(held.key) or Position(held.key, Product.MTF)
                today[held.key] = replace(
                    own, overnight_quantity=held.mtf_quantity, overnight_price=round(held.mtf_average)
                )
        cost = {held.key: held.mtf_value for held in self._office.holdings(user_id) if held.mtf_quantity}
        return wire.reply(
            [
                self.position(one) | ({"overnight_buy_amount": rupees(cost[key])} if key in cost else {})
                for key, one in today.items()
            ]
        )

    def position(self, position: Position) -> dict[str, Any]:
        quote = self._desk.exchange.quote(position.key)
        symbol = self._names.symbol(position.key)
        carried, pnl = position.overnight_quantity, position.pnl(quote.last_price)
        bought, sold = max(0, carried), max(0, -carried)
        return {
            "exchange": wire.exchange_word(self._names, position.key),
            "multiplier": 1.0,
            "value": rupees(position.quantity * position.average),
            "pnl": rupees(pnl),
            "product": wire.PRODUCT_WORDS[position.product],
            "instrument_token": self._names.key(position.key),
            # As documented: no average for what was opened today, and values of today alone.
            "average_price": rupees(position.average) if position.quantity and carried else None,
            "buy_value": rupees(position.day_buy_value),
            "overnight_quantity": carried,
            "day_buy_value": rupees(position.day_buy_value),
            "day_buy_price": _average(position.day_buy_value, position.day_buy_quantity),
            "overnight_buy_amount": rupees(bought * position.overnight_price),
            "overnight_buy_quantity": bought,
            "day_buy_quantity": position.day_buy_quantity,
            "day_sell_value": rupees(position.day_sell_value),
            "day_sell_price": _average(position.day_sell_value, position.day_sell_quantity),
            "overnight_sell_amount": rupees(sold * position.overnight_price),
            "overnight_sell_quantity": sold,
            "day_sell_quantity": position.day_sell_quantity,
            "quantity": position.quantity,
            "last_price": rupees(quote.last_price),
            "unrealised": rupees(pnl - position.realised),
            "realised": rupees(position.realised),
            "sell_value": rupees(position.day_sell_value),
            "tradingsymbol": symbol,
            "trading_symbol": symbol,
            "close_price": rupees(quote.prev_close),
            "buy_price": _average(position.buy_value, position.buy_quantity),
            "sell_price": _average(position.sell_value, position.sell_quantity),
        }

    async def convert(self, request: Request, user_id: str) -> Response:
        body = await json_object(request)
        instrument = self._names.instrument(str(body.get("instrument_token")))
        if instrument is None:
            raise Problem(
                "UDAPI100011",
                "The instrument key is invalid",
                "instrument_token",
                body.get("instrument_token"),
            )
        old, new = product(body.get("old_product"), instrument), product(body.get("new_product"), instrument)
        if old is new:
            raise Problem(
                "UDAPI1034", "The old and new products are the same", "new_product", body.get("new_product")
            )
        side = one_of(wire.SIDES, body, "transaction_type", "UDAPI1057")
        quantity = whole(body, "quantity", "UDAPI1052")
        try:
            self._office.convert(user_id, instrument.key, side, quantity, old, new)
        except Refusal as no:
            if no.code is Code.NO_POSITION:
                raise Problem("UDAPI1035", "No such position to convert") from no
            raise
        return wire.reply({"status": "complete"})


def _average(value: int, quantity: int) -> float:
    return rupees(value / quantity) if quantity else 0.0
