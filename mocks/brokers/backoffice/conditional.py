"""A conditional order (GTT, smart order) as data: legs that fire an order when the price is reached.

Prices are integer paise, quantities shares, times aware (IST). `conditional_watch.py` runs them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from mocks.brokers.backoffice.orders import OrderRequest
from mocks.brokers.backoffice.refusal import Code, Refusal
from mocks.exchange.model import Instrument, Kind, Side


class Shape(StrEnum):
    SINGLE = "single"  # one ENTRY leg
    OCO = "oco"  # TARGET and STOPLOSS: the first to fire ends the other
    BRACKET = "bracket"  # an ENTRY, then TARGET and/or STOPLOSS for what it filled


class Role(StrEnum):
    ENTRY = "entry"
    TARGET = "target"
    STOPLOSS = "stoploss"


class Trigger(StrEnum):
    """When a leg fires: on the first trade of continuous trading at or through its price."""

    ABOVE = "above"
    BELOW = "below"
    IMMEDIATE = "immediate"  # an entry: at once; an exit of a bracket: on its own side, from the entry's fill


class Status(StrEnum):
    """Of a conditional, and (as `LegStatus`) of a leg. Brokers have their own words for each."""

    ACTIVE = "active"
    TRIGGERED = (
        "triggered"  # fired: an order is on its way or open (a bracket: its entry or an exit has fired)
    )
    COMPLETED = "completed"  # the fired order is complete
    FAILED = "failed"  # the fired order was refused or rejected, or ended without a fill
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    DISABLED = "disabled"  # set by `Conditionals.disable`


class LegStatus(StrEnum):
    WAITING = "waiting"  # an exit of a bracket whose entry is not filled yet
    ACTIVE = "active"  # watched
    TRIGGERED = "triggered"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


OVER = frozenset({Status.COMPLETED, Status.FAILED, Status.CANCELLED, Status.EXPIRED, Status.DISABLED})
OPEN_LEGS = frozenset({LegStatus.WAITING, LegStatus.ACTIVE})


@dataclass(slots=True)
class Leg:
    """One trigger and the order that it fires.

    `request` is placed as it is (an exit of a bracket: with the quantity its entry filled). `trailing_gap`
    (paise, STOPLOSS): whenever the price has moved by the gap in the position's favour the trigger follows by the
    gap; `trail_from` is the price it last moved at. `order_id` is the fired order's, "" when it was refused
    (`message` says why) or not fired yet; `fired_price` the trade that fired it.
    """

    role: Role
    trigger: Trigger
    price: int
    request: OrderRequest
    trailing_gap: int = 0
    status: LegStatus = LegStatus.ACTIVE
    order_id: str = ""
    message: str = ""
    code: str = ""  # the refusal's neutral code
    triggered_at: datetime | None = None
    fired_price: int = 0
    trail_from: int = 0

    @property
    def side(self) -> Side:
        return self.request.side

    @property
    def direction(self) -> Trigger:
        """ABOVE or BELOW; IMMEDIATE only for an entry. An exit's own side tells: a sale's target is above."""
        if self.trigger is not Trigger.IMMEDIATE or self.role is Role.ENTRY:
            return self.trigger
        above = (self.role is Role.TARGET) is (self.side is Side.SELL)
        return Trigger.ABOVE if above else Trigger.BELOW

    def reached(self, price: int) -> bool:
        match self.direction:
            case Trigger.ABOVE:
                return price >= self.price
            case Trigger.BELOW:
                return price <= self.price
            case Trigger.IMMEDIATE:
                return True

    def trail(self, price: int) -> bool:
        """Follow the price; whether the trigger moved."""
        gap = self.trailing_gap
        if not gap:
            return False
        if not self.trail_from:
            self.trail_from = price
        gained = price - self.trail_from if self.side is Side.SELL else self.trail_from - price
        steps = gained // gap
        if steps <= 0:
            return False
        move = steps * gap if self.side is Side.SELL else -steps * gap
        self.trail_from += move
        self.price += move
        return True


@dataclass(slots=True)
class Conditional:
    """`legs` in the server's order. `extra` is the server's to keep whatever its wire echoes back.

    Make one with key, shape, legs (and extra, expires_at if not the usual); `Conditionals.place` fills in the
    rest. `last_price`: paise, when it was placed or changed.
    """

    key: str
    shape: Shape
    legs: list[Leg]
    extra: dict[str, str] = field(default_factory=dict)
    expires_at: datetime | None = None  # None: a year from now, a contract's on its last day, 15:30
    conditional_id: str = ""
    number: int = 0
    user_id: str = ""
    status: Status = Status.ACTIVE
    last_price: int = 0
    created_at: datetime | None = None
    updated_at: datetime | None = None
    triggered_at: datetime | None = None

    @property
    def over(self) -> bool:
        return self.status in OVER

    def leg(self, role: Role) -> Leg | None:
        return next((leg for leg in self.legs if leg.role is role), None)


ROLES = {
    Shape.SINGLE: ({Role.ENTRY},),
    Shape.OCO: ({Role.TARGET, Role.STOPLOSS},),
    Shape.BRACKET: (
        {Role.ENTRY, Role.TARGET, Role.STOPLOSS},
        {Role.ENTRY, Role.TARGET},
        {Role.ENTRY, Role.STOPLOSS},
    ),
}


def check_conditional(asked: Conditional, instrument: Instrument) -> None:
    """Legs fit the shape, prices the tick, exits the other side of their entry. Raises Refusal."""
    if instrument.kind is Kind.INDEX:
        raise Refusal(Code.NOT_TRADABLE, f"{instrument.key} is an index and cannot be traded", key=asked.key)
    roles = [leg.role for leg in asked.legs]
    if len(set(roles)) != len(roles) or set(roles) not in ROLES[asked.shape]:
        raise Refusal(Code.BAD_CONDITION, "These legs do not make a conditional order of this kind")
    entry = asked.leg(Role.ENTRY)
    for leg in asked.legs:
        _check_leg(leg, asked, instrument)
        if entry is not None and leg is not entry and leg.side is entry.side:
            raise Refusal(Code.BAD_CONDITION, "An exit is on the other side of its entry")
    target, stop = asked.leg(Role.TARGET), asked.leg(Role.STOPLOSS)
    if target is not None and stop is not None:
        above = target.price > stop.price
        if above is not (target.side is Side.SELL):
            raise Refusal(Code.BAD_CONDITION, "The target and the stop loss are on the wrong sides")


def _check_leg(leg: Leg, asked: Conditional, instrument: Instrument) -> None:
    request = leg.request
    if request.key != asked.key:
        raise Refusal(Code.BAD_CONDITION, "The order of a leg is of another instrument")
    at_once = leg.trigger is Trigger.IMMEDIATE and leg.role is Role.ENTRY
    if not at_once and (leg.price <= 0 or leg.price % instrument.tick):
        raise Refusal(
            Code.TICK,
            f"Trigger price must be a multiple of the tick size {instrument.tick / 100:.2f}",
            tick=instrument.tick,
            price=leg.price,
        )
    if leg.trigger is Trigger.IMMEDIATE and leg.role is not Role.ENTRY and asked.shape is not Shape.BRACKET:
        raise Refusal(Code.BAD_CONDITION, "A leg without an entry needs a side of the price")
    if request.quantity <= 0:
        raise Refusal(Code.BAD_QUANTITY, "Quantity must be above zero")
    if request.quantity % instrument.lot:
        raise Refusal(
            Code.LOT, f"Quantity must be a multiple of the lot size {instrument.lot}", lot=instrument.lot
        )
    if leg.trailing_gap and (leg.role is not Role.STOPLOSS or leg.trailing_gap % instrument.tick):
        raise Refusal(Code.BAD_CONDITION, "The trailing gap belongs to a stop loss, in steps of the tick")
