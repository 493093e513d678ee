"""Zerodha through the official kiteconnect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kiteconnect import KiteConnect
from kiteconnect.exceptions import KiteException

from adapters.broker import Endpoints, Session
from domain.instrument import Exchange
from orchestrator.parity.compare import Fields, Reading, Row, row
from orchestrator.parity.oracle import best, some


class Kite:
    errors: tuple[type[Exception], ...] = (KiteException, OSError)

    def __init__(self, session: Session, endpoints: Endpoints) -> None:
        proxies = {"http": endpoints.proxy, "https": endpoints.proxy} if endpoints.proxy else None
        self._sdk = KiteConnect(
            session.api_key, access_token=session.access_token, root=endpoints.rest, proxies=proxies
        )

    def name(self, exchange: Exchange, order_key: str) -> str:
        return f"{exchange}:{order_key}"

    def read(self, names: Sequence[str]) -> Reading:
        person, equity = self._sdk.profile(), self._sdk.margins()["equity"]
        found: dict[Row, Fields] = {
            ("profile", ""): row(user_id=person["user_id"], name=person["user_name"], email=person["email"]),
            ("funds", ""): row(available=equity["net"], used=equity["utilised"]["debits"]),
        }
        found |= {("holdings", one["isin"]): _holding(one) for one in self._sdk.holdings()}
        for one in self._sdk.positions()["net"]:
            key = f"{self.name(one['exchange'], one['tradingsymbol'])} {one['product']}"
            found["positions", key] = _position(one)
        orders = self._sdk.orders()
        # Ours is one order, Kite's a row for each leg: they are no two sides of one thing.
        legs = {one["order_id"] for one in orders if (one.get("meta") or {}).get("iceberg")}
        for one in orders:
            found["orders", one["order_id"]] = {} if one["order_id"] in legs else self._order(one)
        for one in self._sdk.trades():
            fields = row(quantity=one["quantity"], price=one["average_price"])
            key = f"{one['order_id']}/{one['trade_id']}"
            found["trades", key] = {} if one["order_id"] in legs else fields
        quotes = self._sdk.quote(list(names)) if names else {}
        return found | {("quotes", name): _quote(one) for name, one in quotes.items()}

    def _order(self, one: Mapping[str, Any]) -> Fields:
        return row(
            instrument=self.name(one["exchange"], one["tradingsymbol"]),
            status=one["status"],
            side=one["transaction_type"],
            product=one["product"],
            order_type=one["order_type"],
            quantity=one["quantity"],
            filled_quantity=one["filled_quantity"],
            price=some(one["price"]),
            trigger_price=some(one["trigger_price"]),
            average_price=some(one["average_price"]),
            exchange_order_id=one["exchange_order_id"],
            tag=one["tag"],
        )


def _holding(one: Mapping[str, Any]) -> Fields:
    owned = one["opening_quantity"] - one["used_quantity"]  # carried overnight, less what was sold today
    return row(
        quantity=owned,
        t1_quantity=min(one["t1_quantity"], owned),
        pledged_quantity=one["collateral_quantity"],
        average_price=some(one["average_price"]),
        last_price=some(one["last_price"]),
        close_price=some(one["close_price"]),
    )


def _position(one: Mapping[str, Any]) -> Fields:
    return row(
        quantity=one["quantity"],
        overnight_quantity=one["overnight_quantity"],
        buy_quantity=one["buy_quantity"],
        buy_value=one["buy_value"],
        sell_quantity=one["sell_quantity"],
        sell_value=one["sell_value"],
        average_price=some(one["average_price"]) if one["quantity"] else None,
        last_price=some(one["last_price"]),
        close_price=some(one["close_price"]),
        multiplier=int(one["multiplier"]),
    )


def _quote(one: Mapping[str, Any]) -> Fields:
    day, depth = one["ohlc"], one.get("depth") or {}
    fields = row(
        last_price=one["last_price"],
        open=some(day["open"]),
        high=some(day["high"]),
        low=some(day["low"]),
        prev_close=some(day["close"]),
        lower_circuit=some(one.get("lower_circuit_limit")),
        upper_circuit=some(one.get("upper_circuit_limit")),
        volume=one.get("volume"),  # an index has none
    )
    return fields | {"best_bid": best(depth.get("buy")), "best_ask": best(depth.get("sell"))}
