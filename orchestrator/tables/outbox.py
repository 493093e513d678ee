"""The tables of events that cannot be lost (see outbox/). Part of `tables.metadata`."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, String, Table, Text, UniqueConstraint

from orchestrator.storage.columns import Moment, metadata, partial_index

# What a transaction has changed, written by that transaction. `id` is given out before it is durable and tells nothing
# of the order; `position` (among all) and `seq` (among the user's) are given afterwards, without gaps: null until then.
# Of those of one `thing` without a number only the newest stays. `data`: JSON; null: what it is like is read when told.
outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("user_id", String, nullable=False),
    Column("type", String, nullable=False),
    Column("thing", String, nullable=False),  # "": nothing newer stands for it
    Column("data", Text),
    Column("at", Moment, nullable=False),
    Column("position", BigInteger, unique=True),
    Column("seq", BigInteger),
    UniqueConstraint("user_id", "seq"),
    partial_index(
        "ix_outbox_unnumbered",
        "id",
        where="position IS NULL",
    ),
)

# The last number given: of each user's events, and under "" of all.
outbox_heads = Table(
    "outbox_heads",
    metadata,
    Column("user_id", String, primary_key=True),
    Column("seq", BigInteger, nullable=False),
)
