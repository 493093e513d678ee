"""Kite's account calls: profile, margins, holdings, positions, conversion, margin of orders to come."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from mocks.brokers.backoffice.accounts import Session, User
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.orders import OrderRequest
from mocks.brokers.backoffice.portfolio import Funds, Holding, Position
from mocks.brokers.kite.charges import charges
from mocks.brokers.kite.orders import PRICED, PRODUCTS, SIDES, STOPS, TYPES, amount, listed, required, whole
from mocks.brokers.kite.reply import KiteError, bad_input, form, success
from mocks.brokers.kite.tokens import Tokens
from mocks.brokers.server import rupees
from mocks.exchange.model import Kind

EXCHANGES = ["NSE", "BSE", "NFO", "BFO", "CDS", "BCD", "MCX", "MF"]
NOTHING = Funds(*(0,) * 11)


def person(user: User) -> dict[str, Any]:
    """The part of the profile that a login answers too."""
    return {
        "user_id": user.user_id,
        "user_type": "individual",
        "email": user.email,
        "user_name": user.name,
        "user_shortname": user.name.partition(" ")[0],
        "broker": "ZERODHA",
        "exchanges": EXCHANGES,
        "products": ["CNC", "NRML", "MIS", "MTF"],
        "order_types": ["MARKET", "LIMIT", "SL", "SL-M"],
        "avatar_url": None,
        "meta": {"demat_consent": "consent" if user.ddpi else "empty"},
    }


def segment_margin(funds: Funds, *, enabled: bool) -> dict[str, Any]:
    """Usable is `net` = cash + collateral - debits."""
    return {
        "enabled": enabled,
        "net": rupees(funds.available),
        "available": {
            "adhoc_margin": 0,
            "cash": rupees(funds.cash),
            "opening_balance": rupees(funds.opening_cash),
            "live_balance": rupees(funds.available),
            "collateral": 0,
            "intraday_payin": rupees(funds.payin),
        },
        "utilised": {
            "debits": rupees(funds.used),
            "exposure": rupees(funds.position_margin - funds.span - funds.premium),
            "m2m_realised": rupees(-funds.realised),
            "m2m_unrealised": rupees(-funds.unrealised),
            "option_premium": rupees(funds.premium),
            "payout": 0,
            "span": rupees(funds.span),
            "holding_sales": rupees(funds.sale_credit),
            "turnover": 0,
            "liquid_collateral": 0,
            "stock_collateral": 0,
            "delivery": rupees(funds.delivery_debit),
        },
    }


class Portfolio:
    def __init__(self, office: BackOffice, tokens: Tokens) -> None:
        self._office, self._tokens = office, tokens

    async def profile(self, request: Request, session: Session) -> Response:
        return success(person(self._office.directory.user(session.user_id)))

    async def margins(self, request: Request, session: Session) -> Response:
        both = {
            "equity": segment_margin(self._office.funds(session.user_id), enabled=True),
            "commodity": segment_margin(NOTHING, enabled=False),
        }
        segment = request.path_params.get("segment")
        if segment is not None and segment not in both:
            raise bad_input("Invalid `segment`.")
        return success(both[segment] if segment else both)

    async def holdings(self, request: Request, session: Session) -> Response:
        return success([self._holding(held) for held in self._office.holdings(session.user_id)])

    def _holding(self, held: Holding) -> dict[str, Any]:
        exchange, symbol = held.key.split(":", 1)
        last, close = self._office.last_price(held.key), self._office.instrument(held.key).prev_close
        settled = max(0, held.quantity - held.used)
        t1 = held.t1 - max(0, held.used - held.quantity)
        return {
            "tradingsymbol": symbol,
            "exchange": exchange,
            "instrument_token": self._tokens.by_key[held.key],
            "isin": held.isin,
            "product": "CNC",
            "price": 0,
            "quantity": settled,
            "used_quantity": held.used,
            "t1_quantity": t1,
            "realised_quantity": held.quantity,
            "authorised_quantity": held.authorised,
            "authorised_date": f"{self._office.now():%Y-%m-%d} 00:00:00",
            "authorisation": {},
            "opening_quantity": held.quantity + held.t1,
            "short_quantity": 0,
            "collateral_quantity": held.pledged,
            "collateral_type": "",
            "discrepancy": False,
            "average_price": rupees(held.average),
            "last_price": rupees(last),
            "close_price": rupees(close),
            "pnl": rupees((last - held.average) * (settled + t1)),
            "day_change": rupees(last - close),
            "day_change_percentage": (last - close) / close * 100,
            "mtf": {"quantity": 0, "used_quantity": 0, "average_price": 0, "value": 0, "initial_margin": 0},
        }

    async def auctions(self, request: Request, session: Session) -> Response:
        """No settlement auction is ever held here."""
        return success([])

    async def positions(self, request: Request, session: Session) -> Response:
        positions = self._office.positions(session.user_id)
        traded = [one for one in positions if one.day_buy_quantity or one.day_sell_quantity]
        today = [
            Position(
                one.key,
                one.product,
                day_buy_quantity=one.day_buy_quantity,
                day_buy_value=one.day_buy_value,
                day_sell_quantity=one.day_sell_quantity,
                day_sell_value=one.day_sell_value,
            )
            for one in traded
        ]
        return success(
            {"net": [self._position(one) for one in positions], "day": [self._position(one) for one in today]}
        )

    def _position(self, held: Position) -> dict[str, Any]:
        exchange, symbol = held.key.split(":", 1)
        last, close = self._office.last_price(held.key), self._office.instrument(held.key).prev_close
        carried = held.overnight_quantity
        buy_m2m = held.day_buy_value + max(0, carried) * close
        sell_m2m = held.day_sell_value + max(0, -carried) * close
        profit = rupees(held.pnl(last))
        return {
            "tradingsymbol": symbol,
            "exchange": exchange,
            "instrument_token": self._tokens.by_key[held.key],
            "product": held.product.value,
            "quantity": held.quantity,
            "overnight_quantity": carried,
            "multiplier": 1,
            "average_price": rupees(held.average),
            "close_price": rupees(close) if carried else 0,
            "last_price": rupees(last),
            "value": rupees(held.sell_value - held.buy_value),
            "pnl": profit,
            "m2m": rupees(sell_m2m - buy_m2m + held.quantity * last),
            "unrealised": profit,
            "realised": 0,
            **_side("buy", held.buy_quantity, held.buy_value, buy_m2m),
            **_side("sell", held.sell_quantity, held.sell_value, sell_m2m),
            **_side("day_buy", held.day_buy_quantity, held.day_buy_value),
            **_side("day_sell", held.day_sell_quantity, held.day_sell_value),
        }

    async def convert(self, request: Request, session: Session) -> Response:
        fields = await form(request)
        kind = required(fields, "position_type")
        if kind not in ("day", "overnight"):
            raise bad_input("Invalid `position_type`.")
        self._office.convert(
            session.user_id,
            f"{required(fields, 'exchange')}:{required(fields, 'tradingsymbol')}",
            listed(SIDES, fields, "transaction_type"),
            whole(fields, "quantity"),
            listed(PRODUCTS, fields, "old_product"),
            listed(PRODUCTS, fields, "new_product"),
            overnight=kind == "overnight",
        )
        return success(True)

    # --- what an order would need and cost

    async def order_margins(self, request: Request, session: Session) -> Response:
        return success([self._margin(item, session) for item in await _items(request)])

    async def basket_margins(self, request: Request, session: Session) -> Response:
        """Without the benefit of hedges: the sum of the orders."""
        orders = [self._margin(item, session) for item in await _items(request)]
        total: dict[str, Any] = {name: sum(one[name] for one in orders) for name in MARGIN_PARTS}
        total |= {
            "type": "",
            "tradingsymbol": "",
            "exchange": "",
            "pnl": {"realised": 0, "unrealised": 0},
            "leverage": 0,
        }
        return success({"initial": total, "final": total, "orders": orders, "charges": {}})

    async def order_charges(self, request: Request, session: Session) -> Response:
        found = []
        for item in await _items(request):
            asked = _asked(item)
            price = amount(item, "average_price") or amount(item, "price")
            names = ("transaction_type", "tradingsymbol", "exchange", "variety", "product", "order_type")
            found.append(
                {name: item.get(name, "") for name in names}
                | {"quantity": asked.quantity, "price": rupees(price)}
                | {"charges": charges(self._office.instrument(asked.key), asked, price)}
            )
        return success(found)

    def _margin(self, item: dict[str, str], session: Session) -> dict[str, Any]:
        asked = _asked(item)
        instrument = self._office.instrument(asked.key)
        need = self._office.required_margin(session.user_id, asked)
        share = instrument.kind is Kind.EQUITY
        return {
            "type": "equity",
            "tradingsymbol": instrument.symbol,
            "exchange": instrument.exchange,
            "span": rupees(need.span),
            "exposure": rupees(need.exposure),
            "option_premium": rupees(need.premium),
            "additional": 0,
            "bo": 0,
            "cash": 0,
            "var": rupees(need.cash + need.var),
            "pnl": {"realised": 0, "unrealised": 0},
            "leverage": 5 if share and need.var else 1,
            "charges": charges(instrument, asked, asked.price or self._office.last_price(asked.key)),
            "total": rupees(need.total),
        }


MARGIN_PARTS = ("span", "exposure", "option_premium", "additional", "bo", "cash", "var", "total")


def _side(name: str, quantity: int, value: int, m2m: int | None = None) -> dict[str, Any]:
    found = {
        f"{name}_quantity": quantity,
        f"{name}_price": rupees(value / quantity) if quantity else 0,
        f"{name}_value": rupees(value),
    }
    return found if m2m is None else found | {f"{name}_m2m": rupees(m2m)}


async def _items(request: Request) -> list[dict[str, str]]:
    """The JSON array of a margin or charges call, its values as text like those of a form."""
    try:
        body = orjson.loads(await request.body())
    except orjson.JSONDecodeError:
        raise KiteError(400, "InputException", "Invalid JSON") from None
    if not isinstance(body, list) or not all(isinstance(item, dict) for item in body):
        raise bad_input("A list of orders is expected.")
    return [{str(name): str(value) for name, value in item.items() if value is not None} for item in body]


def _asked(item: dict[str, str]) -> OrderRequest:
    order_type = listed(TYPES, item, "order_type")
    return OrderRequest(
        key=f"{required(item, 'exchange')}:{required(item, 'tradingsymbol')}",
        side=listed(SIDES, item, "transaction_type"),
        type=order_type,
        product=listed(PRODUCTS, item, "product"),
        quantity=whole(item, "quantity"),
        price=amount(item, "price") if order_type in PRICED else 0,
        trigger=amount(item, "trigger_price") if order_type in STOPS else 0,
        protection=-1 if order_type not in PRICED else None,
    )
