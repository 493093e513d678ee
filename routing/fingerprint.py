"""One hash over all the inputs of a decision: the same on every machine, whatever the order of sets or of accounts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Any

from domain.order import OrderIntent
from domain.routing import Candidate, Market, Policy


def fingerprint(
    intent: OrderIntent, market: Market, candidates: Iterable[Candidate], policy: Policy, on: date
) -> str:
    """Hex SHA-256 of the canonical JSON of the inputs."""
    inputs = {
        "intent": canonical(intent),
        "market": canonical(market),
        "candidates": [canonical(one) for one in sorted(candidates, key=lambda one: one.account_id)],
        "policy": canonical(policy),
        "on": on.isoformat(),
    }
    text = json.dumps(inputs, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


@lru_cache(maxsize=64)
def _names(kind: Any) -> tuple[str, ...] | None:
    """Field names of a dataclass; None for any other type."""
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else None


def canonical(value: object) -> object:
    """Plain JSON values: numbers that are equal have one text, sets are sorted, enums are their words."""
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, frozenset):
        return sorted(str(canonical(one)) for one in value)
    if isinstance(value, tuple):
        return [canonical(one) for one in value]
    kind: Any = type(value)
    names = _names(kind)
    if names is None:
        raise TypeError(f"no canonical form for {kind.__name__}")
    return {name: canonical(getattr(value, name)) for name in names}
