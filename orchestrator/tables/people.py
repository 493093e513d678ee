"""The tables of proving who one is, and of letters to people. Part of `tables.metadata`."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, String, Table, Text

from orchestrator.storage.columns import Moment, metadata

# Letters that wait to be sent. `sealed`: recipient, subject and text, as one JSON object under the vault.
letters = Table(
    "letters",
    metadata,
    Column("id", String, primary_key=True),
    Column("sealed", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False, index=True),
)

# What a letter's link proves, once: that its reader reads `email`. The token is in the letter alone.
mail_links = Table(
    "mail_links",
    metadata,
    Column("token_hash", String, primary_key=True),
    Column("purpose", String, nullable=False),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("email", String, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
)

# Who signed up and has not shown yet that they read their e-mail. `user_id` is what they will be.
sign_ups = Table(
    "sign_ups",
    metadata,
    Column("token_hash", String, primary_key=True),
    Column("user_id", String, nullable=False),
    Column("email", String, nullable=False),
    Column("name", String, nullable=False),
    Column("password_hash", String, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
)

# An authenticator app. `secret` is sealed; `step`: the newest half-minute of which a code was taken.
second_factors = Table(
    "second_factors",
    metadata,
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("secret", Text, nullable=False),
    Column("step", BigInteger, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("confirmed_at", Moment),  # null: no code of it came yet, so it is not asked for
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("code_hash", String, primary_key=True),
    Column("used_at", Moment),
)

# Browsers in which a user has logged in, by the hash of a cookie of theirs.
known_devices = Table(
    "known_devices",
    metadata,
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("token_hash", String, primary_key=True),
    Column("made_at", Moment, nullable=False),
    Column("used_at", Moment, nullable=False),
)

# Failures to prove who one is, in a row. `key` is a hash of who was tried, and from where.
failures = Table(
    "failures",
    metadata,
    Column("key", String, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("last_at", Moment, nullable=False, index=True),
    Column("until", Moment),  # before then nothing is tried
)

# What users agree to: the version in force of each kind (terms | privacy).
documents = Table(
    "documents",
    metadata,
    Column("kind", String, primary_key=True),
    Column("version", String, nullable=False),
    Column("url", Text, nullable=False),
    Column("published_at", Moment, nullable=False),
)

# Who agreed to which version, when and from where. Never changed.
consents = Table(
    "consents",
    metadata,
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String, primary_key=True),
    Column("version", String, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("address", String, nullable=False),
)
