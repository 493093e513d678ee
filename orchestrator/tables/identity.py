"""The tables of users: who they are, how they are logged in, and their own rails. Part of `tables.metadata`."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text

from orchestrator.storage.columns import Moment, metadata

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
    Column("turn", Integer, nullable=False),  # which rotation of the login gave it
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
