"""Kite's positions: net and day rows whose values add up as the official samples do, and conversion."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from mocks.brokers.backoffice.accounts import Session
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.portfolio import Position
from mocks.brokers.kite.fields import PRODUCTS, SIDES, instrument_key, listed, required, whole
from mocks.brokers.kite.reply import bad_input, form, success
from mocks.brokers.kite.tokens import Tokens
from mocks.brokers.server import rupees


class Positions:
    def __init__(self, office: BackOffice, tokens: Tokens) -> None:
        self._office, self._tokens = office, tokens

    async def book(self, request: Request, session: Session) -> Response:
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
            {"net": [self._row(one) for one in positions], "day": [self._row(one) for one in today]}
        )

    def _row(self, held: Position) -> dict[str, Any]:
        """value = sell - buy; pnl = value + quantity x last price; m2m values carry at the previous close."""
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
            instrument_key(fields),
            listed(SIDES, fields, "transaction_type"),
            whole(fields, "quantity"),
            listed(PRODUCTS, fields, "old_product"),
            listed(PRODUCTS, fields, "new_product"),
            overnight=kind == "overnight",
        )
        return success(True)


def _side(name: str, quantity: int, value: int, m2m: int | None = None) -> dict[str, Any]:
    found = {
        f"{name}_quantity": quantity,
        f"{name}_price": rupees(value / quantity) if quantity else 0,
        f"{name}_value": rupees(value),
    }
    return found if m2m is None else found | {f"{name}_m2m": rupees(m2m)}
