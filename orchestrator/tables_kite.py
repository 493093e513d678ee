"""The tables of Virtual Kite. Part of `tables.metadata`."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, String, Table

from orchestrator.tables import Moment, metadata

# What a program said of an order that our own orders have no room for. Written before the order is placed; `key` is
# that of the request, by which `idempotency_keys` names the order once there is one.
kite_orders = Table(
    "kite_orders",
    metadata,
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("key", String, primary_key=True),
    Column("variety", String, nullable=False),
    Column("tag", String),
    Column("at", Moment, nullable=False),
)
