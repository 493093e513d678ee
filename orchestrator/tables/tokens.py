"""The tables of programs: personal tokens, and their orders that wait for a person. Part of `tables.metadata`."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, String, Table, Text

from orchestrator.storage.columns import Moment, metadata

# A program's key. Of its text only a hash is kept; `old_hash`, of before the last rotation, is good until `old_until`.
personal_tokens = Table(
    "personal_tokens",
    metadata,
    Column("id", String, primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", String, nullable=False),
    Column("hash", String, nullable=False),
    Column("old_hash", String),
    Column("old_until", Moment),
    Column("scopes", String, nullable=False),  # words with spaces between
    Column("policy", Text, nullable=False),  # JSON as the API takes it
    Column("made_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("rotated_at", Moment),
    Column("revoked_at", Moment),
    Column("used_at", Moment),  # to the minute
    Column("used_from", String),
)

# An order outside a token's policy that waits for its user: it is placed once, by the key that asked, or never.
approvals = Table(
    "approvals",
    metadata,
    Column("id", String, primary_key=True),  # grows with time
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("token", String, nullable=False),
    Column("key", String, nullable=False),  # as kept in idempotency_keys
    Column("fingerprint", String, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("intent", Text, nullable=False),  # JSON
    Column("policy", Text),  # JSON: how this order alone is routed
    Column("plan", Text, nullable=False),  # JSON: what would be sent
    Column("plan_hash", String, nullable=False),
    Column("breaches", Text, nullable=False),  # JSON
    Column("proof", Boolean, nullable=False),
    Column("state", String, nullable=False),
    Column("answered_at", Moment),
    Column("words", Text, nullable=False),
    Column("order_id", String),
    Index(None, "user_id", "state", "id"),
    Index(None, "state", "expires_at"),
)
