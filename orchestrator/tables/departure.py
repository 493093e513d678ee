"""The table of users who leave. Part of `tables.metadata`."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Table

from orchestrator.storage.columns import Moment, metadata

# From the asking on nothing of the user's trades. `left_at`: the user is gone;
# `forgotten_at`: what was kept about them, too; `erased_at`: what the log had of them.
departures = Table(
    "departures",
    metadata,
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("asked_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False, index=True),
    Column("left_at", Moment),
    Column("forgotten_at", Moment),
    Column("erased_at", Moment),
)
