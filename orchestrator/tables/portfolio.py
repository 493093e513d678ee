"""The tables of the portfolio's history. Part of `tables.metadata`."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from orchestrator.storage.columns import Moment, Rupees, metadata

# Every trade that is known of an account: own fills, brokers' books, imported files. Never changed but by better
# knowledge of the same trade. An account's trades outlive it, as its orders do.
trades = Table(
    "trades",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("account_id", String, nullable=False),
    Column("day", String, nullable=False),  # the exchange's, ISO: a broker's trade ids are of one day
    Column("exchange", String, nullable=False),
    Column("symbol", String, nullable=False),
    Column("side", String, nullable=False),  # both sides of a trade with oneself have one id
    Column("trade_id", String, nullable=False),
    Column("isin", String),
    Column("quantity", BigInteger, nullable=False),
    Column("price", Rupees, nullable=False),
    Column("traded_at", Moment, nullable=False),
    Column("product", String),  # null: the file does not tell
    Column("order_id", String, nullable=False),  # the broker's; "": not told
    Column("source", String, nullable=False),
    UniqueConstraint("account_id", "day", "exchange", "symbol", "side", "trade_id"),
    Index(None, "user_id", "traded_at", "id"),
)

# What happened to units without a trade, as the user tells: splits, bonuses, and what contracts ended at.
lot_events = Table(
    "lot_events",
    metadata,
    Column("id", String, primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String, nullable=False),  # split | bonus | settlement
    Column("thing", String, nullable=False),  # an ISIN, or a contract as EXCHANGE:SYMBOL
    Column("day", String, nullable=False),  # ISO
    Column("new", Integer),
    Column("old", Integer),
    Column("becomes", String),  # the ISIN from then on
    Column("price", Rupees),
    UniqueConstraint("user_id", "thing", "day", "kind"),
)

# What an account was worth on the evening of a trading day, and what it earned that day.
account_days = Table(
    "account_days",
    metadata,
    Column("account_id", String, primary_key=True),
    Column("day", String, primary_key=True),  # the exchange's, ISO
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("broker", String, nullable=False),
    Column("shares", Rupees, nullable=False),
    Column("cash", Rupees, nullable=False),
    Column("open", Rupees, nullable=False),
    Column("day_pnl", Rupees),  # null: not known
    Column("read_at", Moment, nullable=False),
    Index(None, "user_id", "day"),
)

# Evenings that nobody read, as trades and closing prices tell of them: shares alone. What was not known of one is in
# `lacking`: JSON, pairs of a share and the reason.
rebuilt_days = Table(
    "rebuilt_days",
    metadata,
    Column("account_id", String, primary_key=True),
    Column("day", String, primary_key=True),  # the exchange's, ISO
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("shares", Rupees, nullable=False),  # of those that are known
    Column("lacking", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
    Index(None, "user_id", "day"),
)

# Money that came into an account from outside (below zero: left it). One that was inferred and that the user says was
# none stays as dismissed, or the next evening would find it again.
cash_flows = Table(
    "cash_flows",
    metadata,
    Column("id", String, primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("account_id", String, nullable=False),
    Column("day", String, nullable=False),  # ISO, IST
    Column("amount", Rupees, nullable=False),
    Column("source", String, nullable=False),
    Column("state", String, nullable=False),
    Column("note", String, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Index(None, "user_id", "day", "id"),
)
