"""The tables of Virtual Kite. Part of `tables.metadata`."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, String, Table

from orchestrator.tables import Moment, metadata

# The tag that a program gave its order. Written before the order is placed; `key` is that of the request, by which
# `idempotency_keys` names the order once there is one.
kite_tags = Table(
    "kite_tags",
    metadata,
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("key", String, primary_key=True),
    Column("tag", String, nullable=False),
    Column("at", Moment, nullable=False),
)
