"""The tables of events that cannot be lost (see outbox/). Part of `columns.metadata`."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text, UniqueConstraint, text

from orchestrator.columns import Moment, metadata

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
    Index(
        "ix_outbox_unnumbered",
        "id",
        sqlite_where=text("position IS NULL"),
        postgresql_where=text("position IS NULL"),
    ),
)

# The last number given: of each user's events, and under "" of all.
outbox_heads = Table(
    "outbox_heads",
    metadata,
    Column("user_id", String, primary_key=True),
    Column("seq", BigInteger, nullable=False),
)

# How far each group of consumers has come: what is at or below its position is done, or is in `dead_letters`.
outbox_groups = Table(
    "outbox_groups",
    metadata,
    Column("name", String, primary_key=True),
    Column("position", BigInteger, nullable=False),
)

# What a group could not do yet. `dead_at`: it has given up, and a person decides. The event is kept with it.
dead_letters = Table(
    "dead_letters",
    metadata,
    Column("group_name", String, primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("user_id", String, nullable=False, index=True),
    Column("type", String, nullable=False),
    Column("thing", String, nullable=False),
    Column("data", Text),
    Column("at", Moment, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("dead_at", Moment, index=True),
    Column("words", Text, nullable=False),  # what it failed at last
)
