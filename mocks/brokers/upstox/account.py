"""A client's profile, money, shares and positions on Upstox's wire, and the margin call."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mocks.brokers.backoffice.orders import OrderRequest, Product
from mocks.brokers.backoffice.portfolio import Funds, Holding, Position
from mocks.brokers.backoffice.refusal import Code, Refusal
from mocks.brokers.server import rupees
from mocks.brokers.upstox import wire
from mocks.brokers.upstox.bodies import amount, json_object, one_of, product, whole
from mocks.brokers.upstox.desk import Desk
from mocks.brokers.upstox.login import profile
from mocks.brokers.upstox.wire import Problem
from mocks.exchange.model import OrderType, Side

MARGIN_LINES = 20


def routes(desk: Desk) -> list[Route]:
    account = Account(desk)
    return [
        desk.route("/v2/user/profile", account.profile, "GET"),
        desk.route("/v2/user/get-funds-and-margin", account.funds_v2, "GET"),
        desk.route("/v3/user/get-funds-and-margin", account.funds_v3, "GET"),
        desk.route("/v2/portfolio/long-term-holdings", account.holdings, "GET"),
        desk.route("/v2/portfolio/short-term-positions", account.positions, "GET"),
        desk.route("/v3/portfolio/mtf-positions", account.mtf_positions, "GET"),
        desk.route("/v2/portfolio/convert-position", account.convert, "PUT"),
        desk.route("/v2/charges/margin", account.margin, "POST"),
    ]


class Account:
    def __init__(self, desk: Desk) -> None:
        self._desk, self._office, self._names = desk, desk.office, desk.names

    async def profile(self, request: Request, user_id: str) -> Response:
        user = self._office.directory.user(user_id)
        return wire.reply({**profile(user), "ddpi": user.ddpi})

    # money ------------------------------------------------------------------------------------------------

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
            "exposure_margin": 0.0,
        }
        parts = {"equity": equity, "commodity": dict.fromkeys(equity, 0.0)}
        wanted = {"SEC": ("equity",), "COM": ("commodity",)}.get(segment or "", ("equity", "commodity"))
        return wire.reply({name: parts[name] for name in wanted})

    async def funds_v3(self, request: Request, user_id: str) -> Response:
        self._desk.in_service("UDAPI100072")
        return wire.reply(_funds_v3(self._office.funds(user_id)))

    # shares -----------------------------------------------------------------------------------------------

    async def holdings(self, request: Request, user_id: str) -> Response:
        return wire.reply([self._holding(user_id, one) for one in self._office.holdings(user_id)])

    def _holding(self, user_id: str, held: Holding) -> dict[str, Any]:
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
        rows = [self.position(one) for one in self._office.positions(user_id) if one.product is Product.MTF]
        return wire.reply(rows)

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

    # what an order would block ----------------------------------------------------------------------------

    async def margin(self, request: Request, user_id: str) -> Response:
        lines = (await json_object(request)).get("instruments")
        if not isinstance(lines, list) or not lines or not all(isinstance(line, dict) for line in lines):
            raise Problem("UDAPI1095", "At least one instrument is required", "instruments")
        if len(lines) > MARGIN_LINES:
            raise Problem("UDAPI1096", f"At most {MARGIN_LINES} instruments in one request", "instruments")
        margins = [self._margin(user_id, line) for line in lines]
        total = round(sum(margin["total_margin"] for margin in margins), 2)
        return wire.reply({"margins": margins, "required_margin": total, "final_margin": total})

    def _margin(self, user_id: str, line: dict[str, Any]) -> dict[str, float]:
        instrument = self._names.instrument(str(line.get("instrument_key")))
        if instrument is None:
            raise Problem(
                "UDAPI100011", "The instrument key is invalid", "instrument_key", line.get("instrument_key")
            )
        price = amount(line, "price")
        order = OrderRequest(
            key=instrument.key,
            side=one_of(wire.SIDES, line, "transaction_type", "UDAPI1057"),
            type=OrderType.LIMIT if price else OrderType.MARKET,
            product=product(line.get("product"), instrument),
            quantity=whole(line, "quantity", "UDAPI1052"),
            price=price,
            protection=None if price else -1,
        )
        need = self._office.required_margin(user_id, order)
        return {
            "span_margin": rupees(need.span),
            "exposure_margin": rupees(need.exposure),
            "equity_margin": rupees(need.cash + need.var),
            "net_buy_premium": rupees(need.premium),
            "additional_margin": 0.0,
            "total_margin": rupees(need.total),
            "tender_margin": 0.0,
        }


def _average(value: int, quantity: int) -> float:
    return rupees(value / quantity) if quantity else 0.0


def _funds_v3(funds: Funds) -> dict[str, Any]:
    """The tree of April 2026. Nothing is pledged here, and `pledge.total` is left out as in live answers."""
    loss = max(0, -funds.realised)
    profit = max(0, funds.realised)
    used = funds.blocked + funds.position_margin + funds.delivery_debit + loss
    delivery = {
        "total": rupees(funds.delivery_debit),
        "equity": rupees(funds.delivery_debit),
        "fo_settlement": 0.0,
    }
    available = rupees(funds.cash + funds.sale_credit + profit - used)
    none = {"total": 0.0, "equity": 0.0, "mutual_funds": 0.0}
    return {
        "available_to_trade": {
            "total": available,
            "cash_available_to_trade": {
                "total": available,
                "cash": {
                    "opening_balance": rupees(funds.opening_cash),
                    "added_today": rupees(max(0, funds.payin)),
                    "withdrawn_today": rupees(max(0, -funds.payin)),
                    "amount_from_stock_sale": rupees(funds.sale_credit),
                    "unpaid_charges": 0.0,
                },
                "margin_used": {
                    "total": rupees(used),
                    "mtf": 0.0,
                    "loss": {"total": rupees(loss), "realised": rupees(loss), "unrealised": 0.0},
                    "span_exposure": rupees(funds.span),
                    "cash_margin_var_elm": rupees(
                        funds.blocked + funds.position_margin - funds.span - funds.premium
                    ),
                    "premium_present": rupees(funds.premium),
                    "delivery_margin": delivery,
                },
            },
            "pledge_available_to_trade": {
                "margin_from_pledge": dict(none),
                "margin_used": {
                    "total": 0.0,
                    "mtf": 0.0,
                    "span_exposure": 0.0,
                    "cash_margin_var_elm": 0.0,
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
