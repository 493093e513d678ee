"""The tables of alerts that place orders: hooks, and what has come to them. Part of `tables.metadata`."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from orchestrator.storage.columns import Moment, metadata, partial_index

# An address that takes alerts for a personal token. `secret` is sealed for this row; `rules` are JSON as the API takes
# them; of what is older than `max_age` seconds nothing is placed.
hooks = Table(
    "hooks",
    metadata,
    Column("id", String, primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("token_id", ForeignKey("personal_tokens.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", String, nullable=False),
    Column("secret", Text, nullable=False),
    Column("rules", Text, nullable=False),
    Column("only_tradingview", Boolean, nullable=False),
    Column("max_age", Integer, nullable=False),
    Column("paused", Boolean, nullable=False),
    Column("made_at", Moment, nullable=False),
)

# One alert that proved where it is from. It is written down before anything is placed; `fingerprint` tells one that
# comes again. `alert` is what it said, without its secret.
hook_deliveries = Table(
    "hook_deliveries",
    metadata,
    Column("id", String, primary_key=True),
    Column("hook_id", ForeignKey("hooks.id", ondelete="CASCADE"), nullable=False),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("fingerprint", String, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("address", String, nullable=False),
    Column("alert", Text, nullable=False),
    Column("outcome", String, nullable=False),
    Column("code", String, nullable=False),
    Column("words", Text, nullable=False),
    Column("order_id", String),
    Column("done_at", Moment),
    UniqueConstraint("hook_id", "fingerprint"),
    Index(None, "hook_id", "id"),
    partial_index(
        "ix_hook_deliveries_waiting",
        "id",
        where="outcome = 'received'",
    ),
)
