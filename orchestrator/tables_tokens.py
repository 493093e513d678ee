"""The tables of programs: personal tokens, and the orders of theirs that wait for a person. Part of `tables.metadata`."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, String, Table, Text

from orchestrator.tables import Moment, metadata

# A program's key. Of its text only a hash is kept; `old_hash` is that of before the last rotation, good until `old_until`.
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
