"""Fault rules as JSON: what may be asked, how a rule is shown, and a whole plan as a file."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from pydantic import Field, ValidationError

from mocks.brokers.faults import BadRule, Fault, Rule
from mocks.control.world import Broker, Input

MOST_RULES = 1000
MOST_SEED = 10**15


class FaultIn(Input):
    broker: Broker
    fault: Fault
    call: str | None = None
    account: str | None = Field(default=None, max_length=40)
    exchange: str | None = None
    times: int | None = Field(default=None, le=1_000_000)
    after: int = Field(default=0, le=1_000_000)
    seconds: float | None = Field(default=None, allow_inf_nan=False)
    probability: float = Field(default=1.0, allow_inf_nan=False)
    seed: int | None = Field(default=None, ge=-MOST_SEED, le=MOST_SEED)
    status: int | None = None
    body: str | None = None
    lasts: float | None = Field(default=None, allow_inf_nan=False)
    id: str = Field(default="", max_length=40, pattern=r"^[A-Za-z0-9_.-]*$")


class PlanIn(Input):
    """`seed`: of the rules that have none of their own. `replace`: the rules in force go."""

    rules: list[FaultIn] = Field(max_length=MOST_RULES)
    seed: int = Field(default=0, ge=-MOST_SEED, le=MOST_SEED)
    replace: bool = False


def rule_of(asked: FaultIn, seed: int = 0) -> Rule:
    return Rule(**(asked.model_dump() | {"seed": seed if asked.seed is None else asked.seed}))


def rules_of(plan: PlanIn) -> list[Rule]:
    """Each rule without a seed gets one of the plan's and its own place, so that two rules never agree by chance."""
    return [rule_of(one, plan.seed * MOST_RULES + index) for index, one in enumerate(plan.rules)]


def read_plan(data: bytes, running: Collection[str]) -> list[Rule]:
    """A file as `POST /faults/plan` takes it. Raises ValueError in words for a person."""
    try:
        rules = rules_of(PlanIn.model_validate_json(data))
    except ValidationError as bad:
        first = bad.errors()[0]
        raise ValueError(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from bad
    for index, rule in enumerate(rules):
        if rule.broker not in running:
            raise BadRule(f"rules.{index}.broker", f"rules.{index}: {rule.broker} does not run")
    return rules


def shown(rule: Rule) -> dict[str, Any]:
    return asked(rule) | {"seen": rule.seen, "hits": rule.hits}


def asked(rule: Rule) -> dict[str, Any]:
    """The rule as it was given."""
    return {
        "id": rule.id,
        "broker": rule.broker,
        "fault": rule.fault.value,
        "call": rule.call,
        "account": rule.account,
        "exchange": rule.exchange,
        "times": rule.times,
        "after": rule.after,
        "seconds": rule.seconds,
        "probability": rule.probability,
        "seed": rule.seed,
        "status": rule.status,
        "body": rule.body,
        "lasts": rule.lasts,
    }
