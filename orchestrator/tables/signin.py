"""The tables of passkeys and of sign-in at an OpenID provider. Part of `tables.metadata`."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, String, Table, UniqueConstraint

from orchestrator.storage.columns import Moment, metadata

# `credential`: the authenticator's own id of it, base64url. `sign_count`: 0 for ever at many authenticators.
passkeys = Table(
    "passkeys",
    metadata,
    Column("id", String, primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("credential", String, nullable=False, unique=True),
    Column("public_key", String, nullable=False),  # COSE, base64url
    Column("sign_count", BigInteger, nullable=False),
    Column("transports", String, nullable=False),  # words with spaces between
    Column("backed_up", Boolean, nullable=False),  # synchronised by its maker
    Column("aaguid", String, nullable=False),  # its make and model, as it says itself
    Column("name", String, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("used_at", Moment),
    Column("copied_at", Moment),  # last time a count went backwards, as a copy's would
)

# What an authenticator is to sign, once. `bound_to`: the hash of a browser's cookie, or the login it belongs to.
passkey_challenges = Table(
    "passkey_challenges",
    metadata,
    Column("id", String, primary_key=True),
    Column("purpose", String, nullable=False),
    Column("challenge", String, nullable=False),  # base64url
    Column("bound_to", String, nullable=False, index=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE")),
    Column("expires_at", Moment, nullable=False, index=True),
)

# Who a person is at an OpenID provider. `subject` is the provider's, never an e-mail.
oidc_links = Table(
    "oidc_links",
    metadata,
    Column("id", String, primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("issuer", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("email", String, nullable=False),  # as last told, to be recognised by; may be empty
    Column("created_at", Moment, nullable=False),
    Column("used_at", Moment),
    UniqueConstraint("issuer", "subject"),
    UniqueConstraint("user_id", "issuer"),
)

# Sign-ins that are on their way to the provider. `state` is a hash, `bound_to` that of the browser's cookie.
oidc_flows = Table(
    "oidc_flows",
    metadata,
    Column("state", String, primary_key=True),
    Column("purpose", String, nullable=False),
    Column("bound_to", String, nullable=False),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE")),
    Column("session", String),  # the login that asked
    Column("begun_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Index(None, "expires_at"),
)
