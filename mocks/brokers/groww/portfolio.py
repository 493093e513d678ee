"""Holdings, positions, funds and margins in Groww's words. Rupees on this wire."""

from __future__ import annotations

import uuid
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mocks.brokers.backoffice.charges import Leg
from mocks.brokers.backoffice.orders import OrderRequest, Product
from mocks.brokers.backoffice.portfolio import Position
from mocks.brokers.groww.branch import Branch
from mocks.brokers.groww.envelope import answering, bad_request, json_list, success
from mocks.brokers.groww.fields import quantity_of
from mocks.brokers.groww.names import Name
from mocks.brokers.groww.orders import PRODUCTS, SIDES, TYPES
from mocks.brokers.server import paise, rupees
from mocks.exchange.model import OrderType, Side


class Portfolio:
    def __init__(self, branch: Branch) -> None:
        self._branch = branch

    def routes(self) -> list[Route]:
        return [
            Route("/v1/holdings/user", answering(self.holdings)),
            Route("/v1/positions/user", answering(self.positions)),
            Route("/v1/positions/trading-symbol", answering(self.positions_of_symbol)),
            Route("/v1/margins/detail/user", answering(self.margins)),
            Route("/v1/margins/detail/orders", answering(self.order_margins), methods=["POST"]),
            Route("/v1/user/detail", answering(self.user)),
        ]

    async def user(self, request: Request) -> Response:
        user_id = self._branch.user(request)
        user = self._branch.office.directory.user(user_id)
        return success(
            {
                "vendor_user_id": str(uuid.uuid5(uuid.NAMESPACE_OID, user_id)),
                "ucc": user_id,
                "nse_enabled": True,
                "bse_enabled": True,
                "ddpi_enabled": user.ddpi,
                "active_segments": ["CASH", "FNO"],
            }
        )

    async def holdings(self, request: Request) -> Response:
        """`quantity` is net: settled and T1, without what was sold today (a convention: the docs do not say)."""
        user_id = self._branch.user(request)
        locked = self._waiting_sales(user_id)
        coming: dict[str, int] = {}
        for one in self._branch.office.ledger(user_id).coming:
            coming[one.isin] = coming.get(one.isin, 0) + one.shares
        rows = []
        for held in self._branch.office.holdings(user_id):
            if not held.owned:
                continue
            for_sale = min(locked.get(held.isin, 0), held.owned)
            free = max(0, held.owned - held.t1 - held.pledged - for_sale)
            rows.append(
                {
                    "isin": held.isin,
                    "trading_symbol": self._branch.names.known(held.key).symbol,
                    "quantity": held.owned,
                    "average_price": rupees(held.average),
                    "pledge_quantity": held.pledged,
                    "demat_locked_quantity": 0,
                    "groww_locked_quantity": for_sale,
                    "repledge_quantity": 0,
                    "t1_quantity": min(held.t1, held.owned),
                    "demat_free_quantity": free,
                    "corporate_action_additional_quantity": coming.get(held.isin, 0),
                    "active_demat_transfer_quantity": 0,
                }
            )
        return success({"holdings": rows})

    def _waiting_sales(self, user_id: str) -> dict[str, int]:
        """Shares in open delivery sales, by ISIN."""
        waiting: dict[str, int] = {}
        for order in self._branch.office.orders(user_id):
            if order.pending and order.side is Side.SELL and order.product is Product.CNC:
                isin = self._branch.names.known(order.key).instrument.isin
                waiting[isin] = waiting.get(isin, 0) + order.pending
        return waiting

    async def positions(self, request: Request) -> Response:
        user_id = self._branch.user(request)
        segment = request.query_params.get("segment")
        return success({"positions": self._positions(user_id, segment, None)})

    async def positions_of_symbol(self, request: Request) -> Response:
        user_id = self._branch.user(request)
        symbol, segment = request.query_params.get("trading_symbol"), request.query_params.get("segment")
        if not symbol or not segment:
            raise bad_request("trading_symbol and segment are required")
        return success({"positions": self._positions(user_id, segment, symbol)})

    def _positions(self, user_id: str, segment: str | None, symbol: str | None) -> list[dict[str, Any]]:
        rows = []
        for position in self._branch.office.positions(user_id):
            name = self._branch.names.known(position.key)
            if segment in (None, name.segment) and symbol in (None, name.symbol):
                rows.append(position_row(name, position))
        return rows

    async def margins(self, request: Request) -> Response:
        """What is used is negative, as in the docs' sample."""
        funds = self._branch.office.funds(self._branch.user(request))
        spendable, available = rupees(funds.spendable), rupees(funds.available)
        contracts = funds.span + funds.exposure + funds.delivery_margin + funds.premium
        used = -(rupees(funds.used))
        return success(
            {
                "clear_cash": rupees(funds.cash),
                "net_margin_used": used,
                "brokerage_and_charges": rupees(funds.charges),
                "collateral_used": rupees(funds.collateral_used),
                "collateral_available": rupees(funds.collateral - funds.collateral_used),
                "adhoc_margin": 0,
                "fno_margin_details": {
                    "net_fno_margin_used": -rupees(contracts),
                    "span_margin_used": -rupees(funds.span),
                    "exposure_margin_used": -rupees(funds.exposure),
                    "future_balance_available": available,
                    "option_buy_balance_available": spendable,
                    "option_sell_balance_available": available,
                },
                "equity_margin_details": {
                    "net_equity_margin_used": used + rupees(contracts),
                    "cnc_margin_used": -rupees(funds.delivery_debit),
                    "mis_margin_used": -rupees(funds.var),
                    "cnc_balance_available": spendable,
                    "mis_balance_available": available,
                },
                "commodity_margin_details": {
                    f"commodity_{part}": 0
                    for part in (
                        "span_margin",
                        "exposure_margin",
                        "tender_margin",
                        "special_margin",
                        "additional_margin",
                        "unrealised_m2m",
                        "realised_m2m",
                    )
                },
            }
        )

    async def order_margins(self, request: Request) -> Response:
        """Of one order, or of a basket of contracts, in the order of its legs."""
        user_id = self._branch.user(request)
        segment = request.query_params.get("segment")
        body = await json_list(request)
        if len(body) > 1 and segment != "FNO":
            raise bad_request("A basket of orders is supported for FNO only")
        office = self._branch.office
        asked = [self._asked(row, segment) for row in body]
        need = office.basket_margin(user_id, asked).initial
        charges = office.charges(user_id, [self._executed(one) for one in asked])
        return success(
            {
                "exposure_required": rupees(need.exposure),
                "span_required": rupees(need.span),
                "option_buy_premium": rupees(need.premium),
                "brokerage_and_charges": rupees(charges.paise),
                "total_requirement": rupees(need.total),
                "cash_cnc_margin_required": rupees(need.cash),
                "cash_mis_margin_required": rupees(need.var),
                "physical_delivery_margin_requirement": rupees(need.delivery),
            }
        )

    def _executed(self, asked: OrderRequest) -> Leg:
        price = asked.price or self._branch.exchange.quote(asked.key).last_price
        return Leg(asked.key, asked.side, asked.product, asked.quantity, price)

    def _asked(self, row: dict[str, Any], segment: str | None) -> OrderRequest:
        name = self._branch.names.of(row.get("exchange"), segment, row.get("trading_symbol"))
        try:
            price = paise(row.get("price") or 0)
            side, product = SIDES[str(row.get("transaction_type"))], PRODUCTS[str(row.get("product"))]
            order_type, quantity = TYPES[str(row.get("order_type"))], quantity_of(row)
        except (KeyError, TypeError, ValueError) as bad:
            raise bad_request(f"Invalid order: {bad}") from bad
        if order_type is OrderType.SL_M:
            order_type = OrderType.MARKET  # this call has no trigger
        return OrderRequest(name.key, side, order_type, product, quantity, price)


def position_row(name: Name, position: Position) -> dict[str, Any]:
    """Credit is bought, debit is sold; the carried parts are apart from the day's."""
    carried = position.overnight_quantity
    return {
        "trading_symbol": name.symbol,
        "segment": name.segment,
        "credit_quantity": position.day_buy_quantity,
        "credit_price": _average(position.day_buy_value, position.day_buy_quantity),
        "debit_quantity": position.day_sell_quantity,
        "debit_price": _average(position.day_sell_value, position.day_sell_quantity),
        "carry_forward_credit_quantity": max(0, carried),
        "carry_forward_credit_price": rupees(position.overnight_price) if carried > 0 else 0,
        "carry_forward_debit_quantity": max(0, -carried),
        "carry_forward_debit_price": rupees(position.overnight_price) if carried < 0 else 0,
        "exchange": name.exchange,
        "symbol_isin": name.instrument.isin or name.symbol,
        "quantity": position.quantity,
        "product": position.product.value,
        "net_carry_forward_quantity": carried,
        "net_price": rupees(position.average),
        "net_carry_forward_price": rupees(position.overnight_price),
        "realised_pnl": rupees(position.realised),
    }


def _average(value: int, quantity: int) -> float:
    return round(value / quantity / 100, 6) if quantity else 0
