"""What a sandbox tells, held against its form: whatever else answers at its address is no sandbox."""

from __future__ import annotations

from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ValidationError

from domain.account import BrokerId
from orchestrator.errors import Problem
from orchestrator.sandbox.control import NOT_JSON
from orchestrator.sandbox.schemas import ClockOut, CompanyActionOut, ScenarioOut

Shape = TypeVar("Shape", bound=BaseModel)

# What the sandbox calls the brokers it plays.
NAMES: dict[BrokerId, Literal["kite", "upstox", "groww", "mock"]] = {
    BrokerId.ZERODHA: "kite",
    BrokerId.UPSTOX: "upstox",
    BrokerId.GROWW: "groww",
    BrokerId.MOCK: "mock",
}
BROKERS = {name: broker for broker, name in NAMES.items()}
Name = Literal["kite", "upstox", "groww", "mock"]


class ClockTold(ClockOut):
    flow: bool


class BrokerTold(BaseModel):
    broker: Name
    down: bool


class BrokersTold(BaseModel):
    brokers: list[BrokerTold]


class ScenariosTold(BaseModel):
    scenarios: list[ScenarioOut]


class FaultTold(BaseModel, extra="allow"):
    """`account`: the user id at the broker, or everybody's."""

    broker: Name
    account: str | None


class FaultsTold(BaseModel):
    faults: list[FaultTold]


class ActionsTold(BaseModel):
    actions: list[CompanyActionOut]


def fits(shape: type[Shape], told: Any) -> Shape:
    """Raises Problem 503 `sandbox_unreachable`."""
    try:
        return shape.model_validate(told)
    except ValidationError as error:
        raise Problem(503, "sandbox_unreachable", NOT_JSON) from error
