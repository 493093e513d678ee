"""Upstox's portfolio stream: a JSON message for every change of an order, GTT order, position or holding."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import orjson

from mocks.brokers.backoffice.checks import DELIVERY
from mocks.brokers.backoffice.conditional import Conditional
from mocks.brokers.backoffice.orders import OrderUpdate
from mocks.brokers.upstox import gtt, wire
from mocks.brokers.upstox.account import Account
from mocks.brokers.upstox.desk import Desk
from mocks.brokers.upstox.wire import Problem

UPDATE_TYPES = frozenset({"order", "gtt_order", "position", "holding"})
NOT_STREAMED = {
    "position": ("pnl", "last_price", "value", "unrealised", "realised", "close_price"),
    "holding": ("pnl", "last_price", "close_price", "day_change", "day_change_percentage"),
}


def kinds_of(text: str) -> frozenset[str]:
    """The kinds in a comma list; orders when it is empty. Raises Problem."""
    kinds = frozenset(filter(None, text.split(","))) or frozenset({"order"})
    if not kinds <= UPDATE_TYPES:
        raise Problem("UDAPI100036", "The update_types are invalid", "update_types", text)
    return kinds


class PortfolioFeed:
    """One connection: `outbox` fills from the moment it is made until `stop`."""

    def __init__(self, desk: Desk, account: Account, user_id: str, kinds: frozenset[str]) -> None:
        self._office, self._names, self._account = desk.office, desk.names, account
        self._user_id, self._kinds = user_id, kinds
        self.outbox: asyncio.Queue[str] = asyncio.Queue()
        self._holdings = self._holding_rows() if "holding" in kinds else {}
        self._stops: list[Callable[[], None]] = [self._office.listen(user_id, self._hear)]
        if "gtt_order" in kinds:
            self._stops.append(self._office.conditionals.listen(user_id, self._hear_gtt))

    def stop(self) -> None:
        for stop in self._stops:
            stop()

    def _put(self, kind: str, body: dict[str, Any]) -> None:
        self.outbox.put_nowait(orjson.dumps({"update_type": kind, **body}).decode())

    def _hear(self, update: OrderUpdate) -> None:
        if "order" in self._kinds:
            self._put("order", wire.update_message(update.order, update.row, self._names))
        if "position" in self._kinds and update.fill is not None:
            self._positions(update)
        if "holding" in self._kinds and update.order.product in DELIVERY:
            self._changed_holdings()

    def _hear_gtt(self, one: Conditional) -> None:
        self._put("gtt_order", gtt.row(one, self._office, self._names))

    def _positions(self, update: OrderUpdate) -> None:
        """The position the fill changed; the stream says neither its last price nor its profit."""
        order = update.order
        for position in self._office.positions(self._user_id):
            if (position.key, position.product) == (order.key, order.product):
                self._put("position", self._streamed("position", self._account.position(position)))

    def _changed_holdings(self) -> None:
        """Shares that an open sale blocks or a fill took."""
        now = self._holding_rows()
        for isin, held in now.items():
            if held != self._holdings.get(isin):
                self._put("holding", held)
        self._holdings = now

    def _holding_rows(self) -> dict[str, dict[str, Any]]:
        return {
            held.isin: self._streamed("holding", self._account.holding(self._user_id, held))
            for held in self._office.holdings(self._user_id)
        }

    def _streamed(self, kind: str, row: dict[str, Any]) -> dict[str, Any]:
        left_out = NOT_STREAMED[kind]
        key = row["instrument_token"]
        return {
            **{name: value for name, value in row.items() if name not in left_out},
            "exchange": key.partition("|")[0],
            "instrument_key": key,
        }
