"""What every part of the control API works on, and how each reads a request and says no."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.profile import IST
from mocks.brokers.faults import FaultPlan
from mocks.brokers.mock import inputs
from mocks.brokers.server import natural
from mocks.clock import SimulatedClock
from mocks.options import Options
from mocks.stepping import Stepper

if TYPE_CHECKING:
    from mocks.exchange.venue import Exchange

Broker = Literal["kite", "upstox", "groww", "mock"]
Endpoint = Callable[[Request], Awaitable[Response]]
Routes = list[tuple[str, str, Endpoint]]
Body = TypeVar("Body", bound=BaseModel)


class Input(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Problem(Exception):
    """A 4xx of the control API."""

    def __init__(self, status: int, code: str, message: str, field_name: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.error = {"code": code, "message": message} | ({"field": field_name} if field_name else {})


@dataclass(slots=True)
class World:
    """The running sandbox. `offices` and `urls` by broker, of those that run; `urls` has "control" too."""

    options: Options
    exchange: Exchange
    offices: Mapping[str, BackOffice]
    faults: FaultPlan
    urls: Mapping[str, str]
    clock: SimulatedClock
    stepper: Stepper
    flush: Callable[[], None]  # the journal's lines reach its file
    flow: bool = field(init=False)

    def __post_init__(self) -> None:
        self.flow = self.options.flow

    def office(self, broker: str) -> BackOffice:
        found = self.offices.get(broker)
        if found is None:
            raise Problem(404, "unknown_broker", f"There is no broker {broker} here", "broker")
        return found


async def body(request: Request, model: type[Body]) -> Body:
    """The JSON body; Problem 422 names the first wrong field."""
    return parse(await request.body() or b"{}", model)


def parse(data: bytes, model: type[Body]) -> Body:
    try:
        return model.model_validate_json(data)
    except ValidationError as bad:
        first = bad.errors()[0]
        name = ".".join(str(part) for part in first["loc"]) or "body"
        raise Problem(422, "bad_input", f"{name}: {first['msg']}", name) from bad


def whole(request: Request, name: str, default: int, low: int, high: int) -> int:
    """A whole number of the query."""
    text = request.query_params.get(name)
    if text is None:
        return default
    number = natural(text)
    if number is None or not low <= number <= high:
        raise Problem(422, "bad_input", f"{name} is a whole number from {low} to {high}", name)
    return number


def day(text: str, name: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as bad:
        raise Problem(422, "bad_input", f"{name} is a day like 2026-11-20", name) from bad


def paise(amount: Decimal, name: str) -> int:
    try:
        return inputs.paise(amount, name) or 0
    except inputs.BadInput as bad:
        raise Problem(422, "bad_amount", bad.message, name) from bad


def optional_paise(amount: Decimal | None) -> int | None:
    return None if amount is None else paise(amount, "price")


def moment(time_ns: int) -> str:
    """Simulated nanoseconds as IST, to the millisecond."""
    at = datetime.fromtimestamp(time_ns / 1e9, IST)
    return at.isoformat(timespec="milliseconds")
