"""Every table, in one place. Money is exact on both databases; moments are aware and come back in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Rupees(TypeDecorator[Decimal]):
    """An exact Decimal of rupees: NUMERIC, or plain decimal text on SQLite (so do not compare it there in SQL)."""

    impl = Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else Numeric())

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if not isinstance(value, Decimal):
            raise TypeError(f"a column of rupees takes Decimal, not {type(value).__name__}")
        return format(value, "f") if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class Moment(TypeDecorator[datetime]):
    """An aware datetime: timestamptz, or microseconds since 1970 on SQLite (so it sorts and compares)."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(BigInteger() if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("a moment is aware: give it a time zone")
        return (value - EPOCH) // MICROSECOND if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment: datetime = EPOCH + value * MICROSECOND if dialect.name == "sqlite" else value
        return moment.astimezone(UTC)


Json = JSON().with_variant(JSONB(), "postgresql")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# --- identity ----------------------------------------------------------------------------------------------------

users = Table(
    "users",
    metadata,
    Column("id", String, primary_key=True),
    Column("email", String, nullable=False, unique=True),  # lower case
    Column("name", String, nullable=False),
    Column("password_hash", String),  # null: signs in otherwise
    Column("mode", String, nullable=False),
    Column("primary_account", String),
    Column("created_at", Moment, nullable=False),
    Column("role", String, nullable=False, default="user"),
    Column("email_verified_at", Moment),  # null: nobody showed yet that letters arrive there
    Column("disabled_at", Moment),  # by an operator; null: may log in
)

refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("token_hash", String, primary_key=True),
    Column("family", String, nullable=False, index=True),  # one login, over all its rotations
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
    Column("revoked_at", Moment),
)

# One login of one browser, known by the family of its refresh tokens. `ended_why`: see identity/ended.py.
user_sessions = Table(
    "user_sessions",
    metadata,
    Column("id", String, primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("user_agent", Text, nullable=False),
    Column("address", String, nullable=False),  # as last seen
    Column("ways", String, nullable=False),  # how the person proved who they are: see identity/claims.py
    Column("proven_at", Moment, nullable=False),  # when they last did
    Column("created_at", Moment, nullable=False),
    Column("used_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
    Column("ended_at", Moment, index=True),
    Column("ended_why", String),
)

# Logins that failed or are under way, and sign-ups, as long as they count. `key` is a hash of who tried.
attempts = Table(
    "attempts",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("key", String, nullable=False),
    Column("until", Moment, nullable=False, index=True),
    Index(None, "key", "until"),
)

# The user's own rails. `limits` is JSON as the API takes it.
user_limits = Table(
    "user_limits",
    metadata,
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("limits", Text, nullable=False),
    Column("changed_at", Moment, nullable=False),
)

# How the user's orders are routed. `policy` is JSON as the API takes it.
user_policies = Table(
    "user_policies",
    metadata,
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("policy", Text, nullable=False),
    Column("changed_at", Moment, nullable=False),
)

kill_switches = Table(
    "kill_switches",
    metadata,
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, nullable=False),  # grows with every asking
    Column("depth", String, nullable=False),
    Column("since", Moment, nullable=False),
    Column("words", Text, nullable=False),
    Column("released_at", Moment),
)

# How far the switch has come at one account: what was asked for is in `kill_switches`, this is what was seen.
kill_steps = Table(
    "kill_steps",
    metadata,
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("account_id", String, primary_key=True),
    Column("number", Integer, nullable=False),  # of the switch
    Column("tried_at", Moment, nullable=False),
    Column("open_orders", Integer),  # as last seen; null: not seen
    Column("open_positions", Integer),
    Column("cancelled_at", Moment),  # proven: a reading after which nothing was open
    Column("flat_at", Moment),
    Column("words", Text, nullable=False),
)

# --- broker accounts ---------------------------------------------------------------------------------------------

accounts = Table(
    "accounts",
    metadata,
    Column("id", String, primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("broker", String, nullable=False),
    Column("label", String, nullable=False),
    Column("state", String, nullable=False),
    Column("broker_user_id", String),
    Column("credentials", Text),  # sealed JSON; NULL once forgotten
    Column("session", Text),  # sealed JSON
    Column("session_expires_at", Moment),
    Column("proxy", Text),  # sealed URL: the account's own way out
    Column("addresses", Text),  # JSON: registered at the broker, as its user says
    Column("fees", Text),  # JSON: what it pays otherwise than its broker's list, null for nothing
    Column(
        "postback_number", Integer, nullable=False, default=1
    ),  # of the address that its broker may post to
    Column("connected_at", Moment),
    Column("last_error", Text),
    Column("created_at", Moment, nullable=False),
)

login_states = Table(
    "login_states",
    metadata,
    Column("state_hash", String, primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("browser_hash", String, nullable=False),  # the browser that began must be the one that comes back
    Column("credentials", Text),  # sealed: used for this login, kept only once it succeeded
    Column("expires_at", Moment, nullable=False, index=True),
    Column("used_at", Moment),
)

# --- orders ------------------------------------------------------------------------------------------------------

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
    Index(
        "ix_orders_token",
        "token",
        "created_at",
        sqlite_where=text("token IS NOT NULL"),
        postgresql_where=text("token IS NOT NULL"),
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
    Index(
        "ix_order_children_icebergs",
        "user_id",
        "live",
        "account_id",
        sqlite_where=text("iceberg_legs > 0"),
        postgresql_where=text("iceberg_legs > 0"),
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

# --- health ------------------------------------------------------------------------------------------------------

# What was measured of one call over one span of time (see measures/windows.py), added up by whoever measured it.
account_measures = Table(
    "account_measures",
    metadata,
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("call", String, primary_key=True),
    Column("span", Integer, primary_key=True),  # seconds
    Column("start", Moment, primary_key=True),
    Column("ends", Text, nullable=False),  # JSON: how many calls ended how
    Column("causes", Text, nullable=False),  # JSON: [end, cause, count]
    Column("times", Text, nullable=False),  # JSON: the bins of a DDSketch of seconds (see measures/tally.py)
    Index(None, "span", "start"),
)

account_outages = Table(
    "account_outages",
    metadata,
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String, primary_key=True),
    Column("began_at", Moment, primary_key=True),
    Column("seen_at", Moment, nullable=False),  # until then, as far as anybody looked
    Index(None, "seen_at"),
)
