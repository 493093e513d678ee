"""The tables of Virtual Kite. Part of `tables.metadata`."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, String, Table, Text

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

# A personal token as an app of Kite's: where its logins and its postbacks go. The secret is sealed to its row, because
# both a login and a postback are proven by a checksum over its text.
kite_apps = Table(
    "kite_apps",
    metadata,
    Column("token_id", ForeignKey("personal_tokens.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("redirect_url", Text, nullable=False),
    Column("postback_url", Text, nullable=False),  # "" is none
    Column("secret", Text, nullable=False),  # sealed
    Column("made_at", Moment, nullable=False),
)

# A request token that a person has agreed to, until it is traded in or over; of its text only a hash is kept.
kite_requests = Table(
    "kite_requests",
    metadata,
    Column("hash", String, primary_key=True),
    Column("token_id", ForeignKey("personal_tokens.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("expires_at", Moment, nullable=False),
)

# An access token of a day, made by a login; it can do what its personal token can, and ends with it.
kite_sessions = Table(
    "kite_sessions",
    metadata,
    Column("hash", String, primary_key=True),
    Column("token_id", ForeignKey("personal_tokens.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("made_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
)
