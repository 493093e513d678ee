"""An order that changed, as Kite tells it to sockets and in postbacks: each state once."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from domain.order import OrderId
from orchestrator.identity.caller import Caller
from orchestrator.kite import tags
from orchestrator.kite.door import owner_of
from orchestrator.kite.listings import Listings
from orchestrator.kite.rows import order_row
from orchestrator.orders import finding
from orchestrator.orders.permit import visible
from orchestrator.orders.rows import StoredOrder
from orchestrator.orders.trading import Trading

KEPT = 1000  # orders whose last telling is remembered
PARTIAL, UPDATE = "OPEN", "UPDATE"
_NOT_TOLD = ("account_id", "modified", "validity_ttl")
_NEWS = ("status", "filled_quantity", "pending_quantity", "quantity", "price", "trigger_price", "order_type")


def payload(row: Mapping[str, Any], secret: str = "") -> dict[str, Any]:
    """A row of the book as an update. The checksum, which Kite has over id and time only, is "" without a secret."""
    signed = f"{row['order_id']}{row['order_timestamp']}{secret}"
    told = {name: value for name, value in row.items() if name not in _NOT_TOLD}
    partial = row["status"] == PARTIAL and row["filled_quantity"]
    return {
        **told,
        "status": UPDATE if partial else row["status"],
        "user_id": row["account_id"],
        "unfilled_quantity": row["pending_quantity"],
        "app_id": 0,
        "checksum": hashlib.sha256(signed.encode()).hexdigest() if secret else "",
    }


def news_of(row: Mapping[str, Any]) -> tuple[object, ...]:
    """What makes a row worth telling anew."""
    return tuple(row[name] for name in _NEWS)


class Updates:
    """For one caller."""

    def __init__(self, trading: Trading, caller: Caller, listings: Listings) -> None:
        self._trading, self._caller, self._listings = trading, caller, listings
        self._told: OrderedDict[OrderId, tuple[object, ...]] = OrderedDict()

    async def of(self, order_id: OrderId) -> dict[str, Any] | None:
        """None for what was told already, or is not there for the caller."""
        found = await self._trading.db.read(lambda conn: self._load(conn, order_id))
        if found is None:
            return None
        stored, tag = found
        listings = await self._listings.ready()
        row = order_row(stored, tag, owner=owner_of(self._caller.user_id), token=listings.token)
        news = news_of(row)
        if self._told.get(order_id) == news:
            return None
        self._told[order_id] = news
        self._told.move_to_end(order_id)
        while len(self._told) > KEPT:
            self._told.popitem(last=False)
        return payload(row)

    def _load(self, conn: Connection, order_id: OrderId) -> tuple[StoredOrder, str | None] | None:
        user_id = self._caller.user_id
        stored = finding.load(conn, user_id, order_id)
        if stored is None or not visible(self._caller, stored.order):
            return None
        return stored, tags.of_orders(conn, user_id, [order_id]).get(order_id)
