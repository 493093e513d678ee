"""The table of what operators told of single days of exchanges. Part of `tables.metadata`."""

from __future__ import annotations

from sqlalchemy import Column, String, Table, Text

from orchestrator.storage.columns import Moment, metadata, partial_index

# Rows are never removed: what a past day was like stays known, and what was withdrawn by whom.
calendar_overrides = Table(
    "calendar_overrides",
    metadata,
    Column("id", String, primary_key=True),
    Column("exchange", String, nullable=False),
    Column("day", String, nullable=False),  # ISO, IST
    Column("sessions", Text, nullable=False),  # JSON: [from, until, phase] each; none: closed all day
    Column("words", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("added_at", Moment, nullable=False),
    Column("added_by", String, nullable=False),  # a user's id; "" for the command line
    Column("withdrawn_at", Moment),
    Column("withdrawn_by", String),
    partial_index(
        "ix_calendar_overrides_standing",
        "exchange",
        "day",
        unique=True,
        where="withdrawn_at IS NULL",
    ),
)
