"""Kite's holdings: rows whose formulas hold, their short forms and the day's auctions."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from mocks.brokers.backoffice.accounts import Session
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.portfolio import Holding
from mocks.brokers.kite.reply import success
from mocks.brokers.kite.tokens import Tokens
from mocks.brokers.server import rupees


class Holdings:
    def __init__(self, office: BackOffice, tokens: Tokens) -> None:
        self._office, self._tokens = office, tokens

    async def book(self, request: Request, session: Session) -> Response:
        return success(self._rows(session))

    def _rows(self, session: Session) -> list[dict[str, Any]]:
        return [self._row(held) for held in self._office.holdings(session.user_id)]

    def _row(self, held: Holding) -> dict[str, Any]:
        """pnl = (last - average) x (quantity + t1); day_change is a share's, in rupees."""
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
            "mtf": {
                "quantity": held.mtf_quantity,
                "used_quantity": held.mtf_used,
                "average_price": rupees(held.mtf_average),
                "value": rupees(held.mtf_value),
                "initial_margin": rupees(held.mtf_value - held.mtf_loan),
            },
        }

    async def compact(self, request: Request, session: Session) -> Response:
        names = ("exchange", "tradingsymbol", "instrument_token", "t1_quantity", "quantity")
        return success([{name: row[name] for name in names} for row in self._rows(session)])

    async def summary(self, request: Request, session: Session) -> Response:
        """Sums over the rows; percentages of what was invested and of yesterday's value."""
        rows = self._rows(session)
        shares = [(row, row["quantity"] + row["t1_quantity"]) for row in rows]
        invested = sum(row["average_price"] * count for row, count in shares)
        value = sum(row["last_price"] * count for row, count in shares)
        today = sum(row["day_change"] * count for row, count in shares)
        return success(
            {
                "total_pnl": value - invested,
                "total_pnl_percent": (value - invested) / invested * 100 if invested else 0,
                "today_pnl": today,
                "today_pnl_percent": today / (value - today) * 100 if value - today else 0,
                "invested_amount": invested,
                "current_value": value,
            }
        )

    async def auctions(self, request: Request, session: Session) -> Response:
        """Holdings that the exchange's settlement auction of the day would buy: none is ever held here."""
        return success([])
