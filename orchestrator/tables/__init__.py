"""The tables of the product, a module per feature. Who imports one imports all, so that `metadata` is whole."""

from __future__ import annotations

from orchestrator.storage.columns import metadata
from orchestrator.tables import (
    accounts,
    audit,
    calendar,
    departure,
    hooks,
    identity,
    jobs,
    kite,
    leases,
    market,
    orders,
    outbox,
    people,
    portfolio,
    signin,
    tokens,
    webhooks,
)

__all__ = [
    "accounts",
    "audit",
    "calendar",
    "departure",
    "hooks",
    "identity",
    "jobs",
    "kite",
    "leases",
    "market",
    "metadata",
    "orders",
    "outbox",
    "people",
    "portfolio",
    "signin",
    "tokens",
    "webhooks",
]
