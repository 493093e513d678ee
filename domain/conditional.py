"""A conditional order kept by a broker (GTT, smart order): it waits for a price, then places an order of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.instrument import InstrumentId
from domain.money import Price
from domain.order import OrderType, Product, Side


class ConditionalKind(StrEnum):
    SINGLE = "single"  # one trigger, one order
    OCO = "oco"  # a target and a stop: the first that fires ends the other


class ConditionalStatus(StrEnum):
    """A broker's word, sorted. UNRECOGNISED keeps an unlisted word out of every other box."""

    ACTIVE = "ACTIVE"
    TRIGGERED = "TRIGGERED"  # its order is on its way or open
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"
    DISABLED = "DISABLED"  # the broker took it out of its watch: a corporate action, a price too near
    UNRECOGNISED = "UNRECOGNISED"

    @property
    def final(self) -> bool:
        return self not in (
            ConditionalStatus.ACTIVE,
            ConditionalStatus.TRIGGERED,
            ConditionalStatus.UNRECOGNISED,
        )


@dataclass(frozen=True, slots=True)
class ConditionalLeg:
    """One trigger and what it places: LIMIT needs `price`, MARKET goes protected. Units and rupees."""

    trigger_price: Price
    quantity: int
    order_type: OrderType
    price: Price | None = None


@dataclass(frozen=True, slots=True)
class ConditionalIntent:
    """SINGLE has one leg, OCO two: the target first, then the stop. All legs are on one side of one instrument."""

    kind: ConditionalKind
    instrument: InstrumentId
    side: Side
    product: Product
    legs: tuple[ConditionalLeg, ...]
    last_price: Price  # of now: brokers want it to tell on which side the trigger is

    def __post_init__(self) -> None:
        wanted = 1 if self.kind is ConditionalKind.SINGLE else 2
        if len(self.legs) != wanted:
            raise ValueError(f"{self.kind} has {wanted} leg(s), not {len(self.legs)}")


@dataclass(frozen=True, slots=True)
class ConditionalReport:
    """One row of a broker's list. `words` is the raw status; times are aware. `intent` None: not readable."""

    conditional_id: str
    status: ConditionalStatus
    words: str
    intent: ConditionalIntent | None
    created_at: datetime | None = None
    expires_at: datetime | None = None
    fired_order_ids: tuple[str, ...] = ()
    message: str = ""
