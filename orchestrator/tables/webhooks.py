"""The tables of messages to users' own servers: webhooks, and what is sent to them. Part of `tables.metadata`."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
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

# `secret` and `old_secret` are sealed for this row; the old one signs, too, until `old_until`. `events` is a JSON list.
# `off_why`: why it was switched off by itself, "" while it is on or was switched off by its user. `token_id`: it takes
# the postbacks of this program, which was written for Kite; null: our own messages.
webhooks = Table(
    "webhooks",
    metadata,
    Column("id", String, primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", String, nullable=False),
    Column("url", Text, nullable=False),
    Column("events", Text, nullable=False),
    Column("secret", Text, nullable=False),
    Column("old_secret", Text),
    Column("old_until", Moment),
    Column("enabled", Boolean, nullable=False),
    Column("off_why", Text, nullable=False),
    Column("failing_since", Moment),  # the first failure after the last success
    Column("made_at", Moment, nullable=False),
    Column("token_id", ForeignKey("personal_tokens.id", ondelete="CASCADE"), unique=True),
)

# One message to one webhook, and what became of it last. `source` names the fact that it tells, so that no fact makes
# two; of one `subject` they go out in this order. `final`: tried once.
webhook_messages = Table(
    "webhook_messages",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("id", String, nullable=False, unique=True),
    Column("webhook_id", ForeignKey("webhooks.id", ondelete="CASCADE"), nullable=False),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("source", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("type", String, nullable=False),
    Column("body", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("final", Boolean, nullable=False),
    Column("state", String, nullable=False),  # waiting | delivered | dead
    Column("attempts", Integer, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("tried_at", Moment),
    Column("status", Integer),  # of the last answer; null: none came
    Column("ms", Integer),
    Column("answer", Text, nullable=False),  # its first bytes, or why none came
    UniqueConstraint("webhook_id", "source"),
    Index(None, "webhook_id", "number"),
    partial_index(
        "ix_webhook_messages_waiting",
        "webhook_id",
        "subject",
        "number",
        where="state = 'waiting'",
    ),
    partial_index(
        "ix_webhook_messages_due",
        "due_at",
        where="state = 'waiting'",
    ),
)

# How far each record was read for messages. `missing` is JSON: numbers below `position` that were not there yet, since
# a transaction that took one earlier may end later, and when each was missed first.
webhook_cursors = Table(
    "webhook_cursors",
    metadata,
    Column("name", String, primary_key=True),
    Column("position", String, nullable=False),
    Column("missing", Text, nullable=False),
)
