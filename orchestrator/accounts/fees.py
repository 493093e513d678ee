"""An account's own terms with its broker, as its row keeps them."""

from __future__ import annotations

from pydantic import TypeAdapter

from domain.fees import STANDARD, FeePlan

_PLAN = TypeAdapter(FeePlan)


def plan_text(plan: FeePlan) -> str | None:
    """As stored; None for the broker's standard list."""
    return None if plan == STANDARD else _PLAN.dump_json(plan).decode()


def plan_from(text: str | None) -> FeePlan:
    return STANDARD if text is None else _PLAN.validate_json(text)
