"""What comes over a stream: events of one user, and live prices."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, TypeAdapter

from trademaster.amounts import Exact, Model
from trademaster.models import AccountOut, AlertOut, AttentionOut, KillOut, OrderOut

Mode = Literal["ltp", "quote", "depth"]
KINDS: dict[str, type[BaseModel]] = {
    "order": OrderOut,
    "account": AccountOut,
    "attention": AttentionOut,
    "kill_switch": KillOut,
    "alert": AlertOut,
}


class DepthLevel(Model):
    """A price of one side of the book."""

    price: Exact
    quantity: int
    orders: int | None = None


class Depth(Model):
    """Best first."""

    bids: list[DepthLevel]
    asks: list[DepthLevel]


class Price(Model):
    """A live price; a field that nobody told is None. `age_ms` is how old it was when it was sent."""

    symbol: str
    ltp: Exact | None = None
    prev_close: Exact | None = None
    change: Exact | None = None
    change_percent: Exact | None = None
    timestamp: AwareDatetime | None = None
    age_ms: int | None = None
    seq: int | None = None
    source: str | None = None
    open: Exact | None = None
    high: Exact | None = None
    low: Exact | None = None
    average_price: Exact | None = None
    volume: int | None = None
    open_interest: int | None = None
    day_as_of: AwareDatetime | None = None
    depth: Depth | None = None
    depth_as_of: AwareDatetime | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One message. `data` is a model where there is one for the type, else as it came, with amounts as text.

    The type `connected` is this client's own: from here on nothing is missed, and after the first one (`again`)
    something may have been, so read again what you keep. `heard` is this machine's time.
    """

    type: str
    data: Any
    at: datetime | None = None
    seq: int | None = None
    again: bool = False
    heard: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def age(self) -> float:
        """Seconds since it was heard."""
        return (datetime.now(UTC) - self.heard).total_seconds()


_time: TypeAdapter[datetime] = TypeAdapter(AwareDatetime)


def read(message: str | bytes) -> dict[str, Any]:
    """Raises ValueError for what is no JSON object."""
    body = json.loads(message, parse_float=Decimal)
    if not isinstance(body, dict):
        raise ValueError("a message is a JSON object")
    return body


def event_of(body: dict[str, Any]) -> Event:
    """Raises ValueError for one that is not as the API promises."""
    kind, data = str(body["type"]), body.get("data")
    if kind in KINDS and isinstance(data, dict) and not data.get("removed"):
        data = KINDS[kind].model_validate(data)
    at = body.get("at")
    return Event(kind, data, at=_time.validate_python(at) if at else None, seq=body.get("seq"))


def prices_of(body: dict[str, Any]) -> list[Price]:
    """The prices of a message of the stream, or of the socket of live prices."""
    rows = body["prices"] if body.get("type") == "prices" else [body]
    return [Price.model_validate(row) for row in rows]
