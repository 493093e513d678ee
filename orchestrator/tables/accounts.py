"""The tables of broker accounts, and of how well they have worked. Part of `tables.metadata`."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from orchestrator.storage.columns import Moment, metadata

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

# Breakers that a person holds open. `name`: who holds what (accounts/held_breakers.py); `account_id` null: all accounts
# at the broker; `until` null: until it is closed by hand.
held_breakers = Table(
    "held_breakers",
    metadata,
    Column("name", String, primary_key=True),
    Column("broker", String, nullable=False),
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), index=True),
    Column("held_by", String, nullable=False),  # operator | owner
    Column("reason", Text, nullable=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment),
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
