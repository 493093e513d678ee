"""Upstox through the official upstox-python-sdk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import upstox_client
from upstox_client.rest import ApiException
from urllib3.exceptions import HTTPError

from adapters.broker import Endpoints, Session
from domain.instrument import Exchange
from orchestrator.parity.compare import Fields, Reading, Row, row
from orchestrator.parity.oracle import best, some

VERSION = "2.0"
SHARES = ("NSE_EQ|", "BSE_EQ|")


class Upstox:
    errors: tuple[type[Exception], ...] = (ApiException, HTTPError, OSError)

    def __init__(self, session: Session, endpoints: Endpoints) -> None:
        configuration = upstox_client.Configuration()
        configuration.host = configuration.order_host = endpoints.rest
        configuration.access_token = session.access_token
        configuration.proxy = endpoints.proxy or None
        client = upstox_client.ApiClient(configuration)
        self._user = upstox_client.UserApi(client)
        self._portfolio = upstox_client.PortfolioApi(client)
        self._orders = upstox_client.OrderApi(client)
        self._market = upstox_client.MarketQuoteV3Api(client)

    def name(self, exchange: Exchange, order_key: str) -> str:
        """The instrument key has its segment in it."""
        return order_key

    def read(self, names: Sequence[str]) -> Reading:
        person = self._user.get_profile(VERSION).data
        found: dict[Row, Fields] = {
            ("profile", ""): row(user_id=person.user_id, name=person.user_name, email=person.email),
            ("funds", ""): self._funds(),
        }
        positions = self._portfolio.get_positions(VERSION).data or []
        for one in self._portfolio.get_holdings(VERSION).data or []:
            found["holdings", one.isin] = _holding(one, _sold_today(one.isin, positions))
        for one in [*positions, *self._funded()]:
            key = f"{one.instrument_token} {_product(one.product, one.instrument_token)}"
            found.setdefault(("positions", key), _position(one))
        for one in self._orders.get_order_book(VERSION).data or []:
            found["orders", one.order_id] = _order(one)
        for one in self._orders.get_trade_history(VERSION).data or []:
            fields = row(quantity=one.quantity, price=one.average_price)
            found["trades", f"{one.order_id}/{one.trade_id}"] = fields
        quotes = self._market.get_full_market_quote_v3(instrument_key=",".join(names)).data if names else {}
        return found | {("quotes", one.instrument_token): _quote(one) for one in quotes.values()}

    def _funds(self) -> Fields:
        total = self._user.get_user_fund_margin_v3().data.available_to_trade
        cash = total.cash_available_to_trade.cash
        ledger = cash.opening_balance + (cash.added_today or 0) - (cash.withdrawn_today or 0)
        return row(available=total.total, cash=round(ledger, 4))

    def _funded(self) -> list[Any]:
        """Margin-funded positions; an account without the facility is refused."""
        try:
            return list(self._portfolio.get_mtf_positions().data or [])
        except ApiException as error:
            if error.status in (400, 403, 404):
                return []
            raise


def _product(word: str, token: str) -> str:
    if word == "D":
        return "CNC" if token.startswith(SHARES) else "NRML"
    return {"I": "MIS"}.get(word, word)


def _sold_today(isin: str, positions: Sequence[Any]) -> int:
    """Upstox leaves them in the holding until they settle."""
    mine = (one for one in positions if one.product == "D" and one.instrument_token.endswith(f"_EQ|{isin}"))
    return sum(max(0, (one.day_sell_quantity or 0) - (one.day_buy_quantity or 0)) for one in mine)


def _holding(one: Any, sold: int) -> Fields:
    pledged = one.collateral_quantity or 0
    return row(
        quantity=one.quantity - sold,
        t1_quantity=one.t1_quantity or 0,
        sellable_quantity=max(0, one.quantity - (one.cnc_used_quantity or 0) - pledged),
        pledged_quantity=pledged,
        average_price=some(one.average_price),
        last_price=some(one.last_price),
        close_price=some(one.close_price),
    )


def _position(one: Any) -> Fields:
    fields = row(
        quantity=one.quantity,
        overnight_quantity=one.overnight_quantity or 0,
        buy_quantity=(one.day_buy_quantity or 0) + (one.overnight_buy_quantity or 0),
        buy_value=(one.day_buy_value or 0.0) + (one.overnight_buy_amount or 0.0),
        sell_quantity=(one.day_sell_quantity or 0) + (one.overnight_sell_quantity or 0),
        sell_value=(one.day_sell_value or 0.0) + (one.overnight_sell_amount or 0.0),
        last_price=some(one.last_price),
        close_price=some(one.close_price),
    )
    # 0 or nothing for what was opened today: then the trades tell, and there is nothing to compare.
    return fields | (row(average_price=one.average_price) if one.average_price and one.quantity else {})


def _order(one: Any) -> Fields:
    return row(
        instrument=one.instrument_token,
        status=one.status,
        side=one.transaction_type,
        product=_product(one.product, one.instrument_token),
        order_type=one.order_type,
        quantity=one.quantity,
        filled_quantity=one.filled_quantity or 0,
        price=some(one.price),
        trigger_price=some(one.trigger_price),
        average_price=some(one.average_price),
        exchange_order_id=one.exchange_order_id,
        tag=one.tag,
    )


def _quote(one: Any) -> Fields:
    day, depth = one.ohlc, one.depth
    fields = row(
        last_price=one.last_price,
        open=some(day.open) if day else None,
        high=some(day.high) if day else None,
        low=some(day.low) if day else None,
        prev_close=some(one.prev_close_price),
        lower_circuit=some(one.lower_circuit_limit),
        upper_circuit=some(one.upper_circuit_limit),
        volume=one.volume,
    )
    bids, asks = (_levels(depth.buy), _levels(depth.sell)) if depth else ([], [])
    return fields | {"best_bid": best(bids), "best_ask": best(asks)}


def _levels(levels: Sequence[Any] | None) -> list[dict[str, Any]]:
    return [{"price": one.price, "quantity": one.quantity} for one in levels or ()]
