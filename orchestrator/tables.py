"""The tables that most of the product knows, in one place; those of single features are beside it (`tables_*.py`)."""

from __future__ import annotations

from orchestrator.storage.columns import EPOCH, Json, Moment, Rupees, metadata
from orchestrator.tables_accounts import account_measures, account_outages, accounts, login_states
from orchestrator.tables_identity import (
    attempts,
    kill_steps,
    kill_switches,
    refresh_tokens,
    user_limits,
    user_policies,
    user_sessions,
    users,
)
from orchestrator.tables_orders import (
    broker_requests,
    charged_children,
    idempotency_keys,
    moved_decisions,
    order_children,
    order_events,
    orders,
    outside_orders,
)

__all__ = [
    "EPOCH",
    "Json",
    "Moment",
    "Rupees",
    "account_measures",
    "account_outages",
    "accounts",
    "attempts",
    "broker_requests",
    "charged_children",
    "idempotency_keys",
    "kill_steps",
    "kill_switches",
    "login_states",
    "metadata",
    "moved_decisions",
    "order_children",
    "order_events",
    "orders",
    "outside_orders",
    "refresh_tokens",
    "user_limits",
    "user_policies",
    "user_sessions",
    "users",
]
