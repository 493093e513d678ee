"""The tables of orders: what was asked and sent, and what became of it. Part of `tables.metadata`."""

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

from orchestrator.storage.columns import Moment, Rupees, metadata, partial_index

orders = Table(
    "orders",
    metadata,
    Column("id", String, primary_key=True),  # grows with time
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("exchange", String, nullable=False),
    Column("symbol", String, nullable=False),
    Column("side", String, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("order_type", String, nullable=False),
    Column("product", String, nullable=False),
    Column("validity", String, nullable=False),
    Column("price", Rupees),
    Column("trigger_price", Rupees),
    Column("disclosed_quantity", Integer, nullable=False),
    Column("account_id", String),  # null: auto
    Column("after_market", Boolean, nullable=False),
    Column("iceberg_legs", Integer, nullable=False),
    Column("validity_minutes", Integer, nullable=False),
    Column("decision", Text, nullable=False),  # JSON
    Column("decision_inputs", Text),  # canonical JSON of what it was made from, as hashed
    Column("done", Boolean, nullable=False),
    Column("token", String),  # the personal token that placed it
    Index(None, "user_id", "done", "id"),
    # Few orders are a program's, and whoever counts them counts those of one day.
    partial_index(
        "ix_orders_token",
        "token",
        "created_at",
        where="token IS NOT NULL",
    ),
)

# A part that never reached its broker and went elsewhere was decided anew.
moved_decisions = Table(
    "moved_decisions",
    metadata,
    Column("order_id", ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True),
    Column("slice", Integer, primary_key=True),  # of the first part that it made
    Column("at", Moment, nullable=False),
    Column("decision", Text, nullable=False),  # JSON
    Column("decision_inputs", Text),
)

# What was sent never changes; `facts` is the fold of everything heard since, the rest is derived from it for queries.
order_children = Table(
    "order_children",
    metadata,
    Column("id", String, primary_key=True),
    Column("order_id", ForeignKey("orders.id", ondelete="CASCADE"), nullable=False),
    Column("user_id", String, nullable=False),
    Column("account_id", String, nullable=False),
    Column("broker", String, nullable=False),
    Column("slice", Integer, nullable=False),
    Column("exchange", String, nullable=False),
    Column("symbol", String, nullable=False),
    Column("side", String, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("order_type", String, nullable=False),
    Column("product", String, nullable=False),
    Column("validity", String, nullable=False),
    Column("price", Rupees),
    Column("trigger_price", Rupees),
    Column("disclosed_quantity", Integer, nullable=False),
    Column("after_market", Boolean, nullable=False),
    Column("iceberg_legs", Integer, nullable=False),
    Column("validity_minutes", Integer, nullable=False),
    Column("tag", String, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("margin_required", Rupees, nullable=False),
    Column("charges", Text, nullable=False),  # the estimate, JSON
    Column("value", BigInteger, nullable=False),  # paise that all of it counts in the user's limits
    Column("facts", Text, nullable=False),
    Column("status", String, nullable=False),
    Column("live", Boolean, nullable=False),
    Column("filled_quantity", Integer, nullable=False),
    Column("live_quantity", Integer, nullable=False),
    Column("margin_held", BigInteger, nullable=False),  # paise, summed by the database
    Column("broker_order_id", String),
    Column("answered_at", Moment),  # our clock, at the first clear answer
    Column("cancel_asked_at", Moment),
    Column("changing_since", Moment),  # a change was asked and it is not known yet whether it is in force
    UniqueConstraint("account_id", "tag"),
    Index(None, "order_id"),
    Index(None, "user_id", "answered_at", "account_id", "margin_held"),  # all that the sum of margins asks
    Index(None, "live", "account_id"),
    Index(None, "user_id", "live", "symbol", "side"),
    Index(None, "account_id", "broker_order_id"),
    Index(None, "changing_since"),
    # Few orders are icebergs: whoever looks for their legs to come passes all others over.
    partial_index(
        "ix_order_children_icebergs",
        "user_id",
        "live",
        "account_id",
        where="iceberg_legs > 0",
    ),
)

# What a broker says that a child's fills cost, beside our own reckoning of them (charges/asking.py).
charged_children = Table(
    "charged_children",
    metadata,
    Column("child_id", ForeignKey("order_children.id", ondelete="CASCADE"), primary_key=True),
    Column("asked_at", Moment, nullable=False),
    Column("filled_quantity", Integer, nullable=False),  # that both figures are for
    Column("at_fills", Rupees),  # null: our tables do not know
    Column("charged", Rupees),  # null: the broker does not tell, and `words` say why
    Column("words", Text),
)

# Of the brokers' books, what is not ours and may still trade: only to see what an order of ours would meet.
outside_orders = Table(
    "outside_orders",
    metadata,
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("broker_order_id", String, primary_key=True),
    Column("user_id", String, nullable=False),
    Column("exchange", String, nullable=False),
    Column("symbol", String, nullable=False),
    Column("side", String, nullable=False),
    Column("quantity", Integer, nullable=False),  # left to trade
    Column("order_type", String, nullable=False),
    Column("price", Rupees),
    Column("trigger_price", Rupees),
    Column("waiting", Boolean, nullable=False),  # a stop that was not released
    Column("seen_at", Moment, nullable=False),
    Index(None, "user_id", "symbol"),
)

order_events = Table(
    "order_events",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("order_id", ForeignKey("orders.id", ondelete="CASCADE"), nullable=False),
    Column("child_id", String),
    Column("at", Moment, nullable=False),
    Column("kind", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("words", Text),
    Column("latency_ms", Integer),
    Column("source", String),
    Index(None, "order_id", "seq"),
)

# Writes to a broker that are no orders (conversions, conditional orders): recorded before they leave, never repeated.
broker_requests = Table(
    "broker_requests",
    metadata,
    Column("id", String, primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("account_id", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("body", Text, nullable=False),  # JSON, as asked
    Column("asked_at", Moment, nullable=False),
    Column("outcome", String, nullable=False),  # asked | done | rejected | unknown
    Column("words", Text),  # the broker's
    Column("result", Text),  # the broker's id of what was made
    Column("answered_at", Moment),
    Index(None, "user_id", "id"),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("user_id", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("fingerprint", String, nullable=False),
    Column("order_id", String, nullable=False),
    Column("created_at", Moment, nullable=False),
)
