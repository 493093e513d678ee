"""The tables of Virtual Kite. Part of `tables.metadata`."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, String, Table, Text

from orchestrator.storage.columns import Moment, metadata

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

# A program that logs its user in by the browser: `token_id` is its api_key without `tm_`. `secret` is sealed for this
# row: it opens nothing by itself, and Kite's checksums need it in clear text.
kite_apps = Table(
    "kite_apps",
    metadata,
    Column("token_id", ForeignKey("personal_tokens.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("redirect_url", Text, nullable=False),
    Column("secret", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
)

# One login by the browser: a request token that is exchanged once before `expires_at`, then an access token that is
# good before `until`. Of both only hashes.
kite_logins = Table(
    "kite_logins",
    metadata,
    Column("request_hash", String, primary_key=True),
    Column("token_id", ForeignKey("kite_apps.token_id", ondelete="CASCADE"), nullable=False, index=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("asked_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("access_hash", String, unique=True),
    Column("until", Moment),
)
