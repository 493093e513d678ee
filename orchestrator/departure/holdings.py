"""What is kept about a user, table by table: how its rows are found, what of them is a secret, and what becomes of
them when the user leaves. A test fails for a table that is not told of here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Fate(StrEnum):
    """When the user leaves."""

    FORGOTTEN = "forgotten"
    KEPT = "kept"  # records of orders: for as many years as the installation is set to
    STRIPPED = "stripped"  # in the audit log: without what is personal
    ANONYMOUS = "anonymous"  # the user's own row, without anything that names the person


@dataclass(frozen=True, slots=True)
class Kept:
    """A table's rows about one user. `through` is how: a column of it that names a row of another table of these;
    "": by `user_id`. `secret` columns are never exported; `unexported` says why a whole table is not."""

    fate: Fate = Fate.FORGOTTEN
    through: str = ""
    parent: str = ""
    secret: tuple[str, ...] = ()
    unexported: str = ""


OF_ORDERS = Fate.KEPT
PROOFS = "hashes that prove a login; they tell nothing"

KEPT: dict[str, Kept] = {
    "users": Kept(Fate.ANONYMOUS, through="id", secret=("password_hash",)),
    "user_sessions": Kept(),
    "refresh_tokens": Kept(unexported=PROOFS),
    "known_devices": Kept(secret=("token_hash",)),
    "mail_links": Kept(unexported=PROOFS),
    "second_factors": Kept(secret=("secret",)),
    "recovery_codes": Kept(unexported=PROOFS),
    "passkeys": Kept(),
    "passkey_challenges": Kept(unexported=PROOFS),
    "oidc_links": Kept(),
    "oidc_flows": Kept(unexported=PROOFS),
    "personal_tokens": Kept(secret=("hash", "old_hash")),
    "approvals": Kept(),
    "hooks": Kept(secret=("secret",)),
    "hook_deliveries": Kept(),
    "webhooks": Kept(secret=("secret", "old_secret")),
    "webhook_messages": Kept(),
    "kite_tags": Kept(),
    "outbox": Kept(unexported="what the other tables tell, on its way to screens"),
    "outbox_heads": Kept(unexported="a number"),
    "kite_apps": Kept(secret=("secret",)),
    "kite_logins": Kept(unexported=PROOFS),
    "user_limits": Kept(),
    "user_policies": Kept(),
    "kill_switches": Kept(),
    "kill_steps": Kept(),
    "watchlists": Kept(),
    "price_alerts": Kept(),
    "notices": Kept(),
    "accounts": Kept(secret=("credentials", "session", "proxy")),
    "login_states": Kept(unexported=PROOFS),
    "held_breakers": Kept(through="account_id", parent="accounts"),
    "account_measures": Kept(through="account_id", parent="accounts"),
    "account_outages": Kept(through="account_id", parent="accounts"),
    "account_days": Kept(),
    "rebuilt_days": Kept(),
    "cash_flows": Kept(),
    "lot_events": Kept(),
    "outside_orders": Kept(),
    "idempotency_keys": Kept(),
    "departures": Kept(Fate.KEPT),
    "consents": Kept(Fate.KEPT),  # that the user agreed has to be shown as long as the records
    "orders": Kept(OF_ORDERS),
    "order_children": Kept(OF_ORDERS),
    "order_events": Kept(OF_ORDERS, through="order_id", parent="orders"),
    "moved_decisions": Kept(OF_ORDERS, through="order_id", parent="orders"),
    "charged_children": Kept(OF_ORDERS, through="child_id", parent="order_children"),
    "broker_requests": Kept(OF_ORDERS),
    "trades": Kept(OF_ORDERS),
    "audit_log": Kept(Fate.STRIPPED),
}

# Tables that are about nobody, or where nobody can be told.
ABOUT_NOBODY = {
    "attempts": "hashes of addresses that tried, for minutes",
    "failures": "hashes of who guessed, for hours",
    "audit_head": "how far the audit log goes",
    "calendar_overrides": "what exchanges do on single days, and which operator told it",
    "candles": "prices",
    "candle_days": "prices",
    "instrument_masters": "what brokers list",
    "leases": "which process owns what",
    "letters": "letters that wait to be sent, sealed, for minutes",
    "documents": "what everybody agrees to",
    "sign_ups": "people who are no users yet; they run out",
    "job_runs": "what was done on a schedule",
    "webhook_cursors": "how far records were read for messages",
    "alembic_version": "how new the database is",
}
