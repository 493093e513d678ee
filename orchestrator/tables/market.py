"""The tables of the market and of what users follow in it. Part of `tables.metadata`."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from orchestrator.storage.columns import Moment, Rupees, metadata, partial_index

# One row a broker: its last good master, packed (see instruments/repository.py). Masters are read whole or not at all.
instrument_masters = Table(
    "instrument_masters",
    metadata,
    Column("broker", String, primary_key=True),
    Column("loaded_at", Moment, nullable=False),
    Column("count", Integer, nullable=False),
    Column("listings", LargeBinary, nullable=False),
)

# Candles of one minute and of one day. `source`: the broker that told it, or "live" for one that formed here.
candles = Table(
    "candles",
    metadata,
    Column("instrument", String, primary_key=True),
    Column("interval", String, primary_key=True),
    Column("start", Moment, primary_key=True),
    Column("open", Rupees, nullable=False),
    Column("high", Rupees, nullable=False),
    Column("low", Rupees, nullable=False),
    Column("close", Rupees, nullable=False),
    Column("volume", BigInteger),  # units; null: not known
    Column("open_interest", BigInteger),
    Column("source", String, nullable=False),
    Index(None, "interval", "start"),
    # What formed here and is not settled yet is little of it all.
    partial_index(
        "ix_candles_live",
        "start",
        "instrument",
        where="source = 'live'",
    ),
)

# Days whose candles a broker told in full: what is not among them did not trade.
candle_days = Table(
    "candle_days",
    metadata,
    Column("instrument", String, primary_key=True),
    Column("interval", String, primary_key=True),
    Column("day", String, primary_key=True),  # ISO, IST
    Column("source", String, nullable=False),
    Column("settled_at", Moment, nullable=False),
    Index(None, "interval", "day"),
)

watchlists = Table(
    "watchlists",
    metadata,
    Column("id", String, primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("name", String, nullable=False),
    Column("place", Integer, nullable=False),  # among the user's lists, from 0
    Column("version", Integer, nullable=False),  # grows with every change
    Column("symbols", Text, nullable=False),  # JSON, in the user's order
    Column("created_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Index(None, "user_id", "place"),
)

price_alerts = Table(
    "price_alerts",
    metadata,
    Column("id", String, primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("instrument", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("threshold", Rupees, nullable=False),  # rupees, percent or units, by the kind
    Column("reference", Rupees),  # rupees that percents count from; null: each day's previous close
    Column("repeats", Boolean, nullable=False),
    Column("cooldown", Integer, nullable=False),  # seconds after a firing in which it is deaf
    Column("note", String, nullable=False),
    Column("state", String, nullable=False),
    Column("armed", Boolean, nullable=False),  # the price was on the other side since it was made or fired
    Column("deaf_until", Moment),
    Column("expires_at", Moment),
    Column("fired", Integer, nullable=False),  # how often
    Column("fired_at", Moment),
    Column("fired_price", Rupees),
    Column("version", Integer, nullable=False),  # grows with every change and firing
    Column("created_at", Moment, nullable=False),
    Column("since", Moment, nullable=False),  # prices of before it was made or changed fire nothing
    Index(None, "user_id", "id"),
    Index(None, "state"),
)

# What a user is told of, kept until it is old. `told_at`: when it went out on the bus; null: it did not yet.
notices = Table(
    "notices",
    metadata,
    Column("id", String, primary_key=True),  # grows with time
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("kind", String, nullable=False),
    Column("subject", String, nullable=False),  # the id of what it is about
    Column("text", Text, nullable=False),
    Column("data", Text, nullable=False),  # JSON
    Column("told_at", Moment),
    Column("read_at", Moment),
    Index(None, "user_id", "id"),
    Index(None, "told_at"),
)
