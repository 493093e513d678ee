"""The user's own limits against one planned order: every one that it breaks, with its value and what is left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from domain.account import BrokerId
from domain.calendar import IST
from domain.limits import KillDepth, Switch, Usage, UserLimits
from domain.money import ZERO, Money, Price
from domain.order import OrderIntent
from domain.routing import Reason, ReasonCode, Slice
from routing.words import rupees, units


@dataclass(frozen=True, slots=True)
class Planned:
    """The order and its plan. `price`: rupees a unit that it is counted at. `reduces`: it only closes what is held.

    `whole`: units of the whole order, where this is a part that is added to it.
    """

    intent: OrderIntent
    slices: Sequence[Slice]
    price: Price
    reduces: bool
    now: datetime
    whole: int | None = None

    @property
    def value(self) -> Money:
        return self.price * self.intent.quantity


@dataclass(frozen=True, slots=True)
class Day:
    """How the day stands. `pnl` in rupees, None when a part of it is not known (`pnl_unknown` says which)."""

    usage: Usage = field(default_factory=Usage)
    pnl: Money | None = None
    pnl_unknown: str = ""


def check(planned: Planned, limits: UserLimits, switch: Switch | None, day: Day) -> tuple[Reason, ...]:
    """Every limit that the plan breaks; empty when it breaks none.

    What only reduces a position passes all but the two of a single order (a slip of the finger is one in any
    direction), and while the kill switch closes positions it passes those too: limits must not lock anybody in.
    """
    if planned.reduces:
        flattening = switch is not None and switch.depth is KillDepth.FLATTEN
        return () if flattening else tuple(_order(planned, limits))
    return (
        *_switch(switch),
        *_reduce_only(limits),
        *_hours(planned, limits),
        *_loss(limits, day),
        *_order(planned, limits),
        *_day(planned, limits, day.usage),
    )


def _switch(switch: Switch | None) -> Iterator[Reason]:
    if switch is not None:
        since = switch.since.astimezone(IST).strftime("%d %b %H:%M:%S IST")
        text = f"The kill switch is on since {since}: only what reduces a position is sent."
        yield Reason(ReasonCode.KILL_SWITCH, text, fix="Release it first, if you mean to trade.")


def _reduce_only(limits: UserLimits) -> Iterator[Reason]:
    if limits.reduce_only:
        text = "You have set reduce-only, and this order opens or adds to a position."
        yield Reason(
            ReasonCode.REDUCE_ONLY, text, field="quantity", fix="Close at most what the account holds."
        )


def _hours(planned: Planned, limits: UserLimits) -> Iterator[Reason]:
    if limits.hours is None:
        return
    start, end = limits.hours
    clock = planned.now.astimezone(IST).time()
    if not start <= clock < end:
        text = f"Your trading hours are {start:%H:%M} to {end:%H:%M} IST; it is {clock:%H:%M}."
        yield Reason(ReasonCode.TRADING_HOURS, text, fix=f"Place it after {start:%H:%M} IST.")


def _loss(limits: UserLimits, day: Day) -> Iterator[Reason]:
    most = limits.day_loss
    if most is None:
        return
    if day.pnl is None:
        text = f"Your day-loss limit is {rupees(most)} and today's result is not known ({day.pnl_unknown})."
        yield Reason(ReasonCode.DAY_LOSS, text, fix="Wait until every account and price is known.")
    elif -day.pnl >= most:
        text = f"Your day-loss limit is {rupees(most)}; today stands at {rupees(day.pnl)}: nothing is left."
        yield Reason(ReasonCode.DAY_LOSS, text, fix="Only what reduces a position is sent.")


def _order(planned: Planned, limits: UserLimits) -> Iterator[Reason]:
    quantity = planned.whole or planned.intent.quantity
    most, value = limits.order_value, planned.price * quantity
    if most is not None and value > most:
        text = f"Your limit for one order is {rupees(most)}; this one is worth {rupees(value)}."
        fits = int(most.amount // planned.price.amount)
        fix = f"Try at most {units(fits)}." if fits else "Raise the limit."
        yield Reason(ReasonCode.ORDER_VALUE_LIMIT, text, field="quantity", fix=fix)
    units_limit = limits.order_quantity
    if units_limit is not None and quantity > units_limit:
        text = f"Your limit for one order is {units(units_limit)} units; this one has {units(quantity)}."
        yield Reason(
            ReasonCode.ORDER_QUANTITY_LIMIT, text, field="quantity", fix=f"Try at most {units(units_limit)}."
        )


def _day(planned: Planned, limits: UserLimits, usage: Usage) -> Iterator[Reason]:
    value, instrument = planned.value, planned.intent.instrument
    if limits.day_orders is not None and usage.orders >= limits.day_orders:
        text = f"Your limit is {units(limits.day_orders)} orders a day, and {units(usage.orders)} were sent: 0 left."
        yield Reason(ReasonCode.DAY_ORDERS_LIMIT, text, fix="Raise the limit, or wait for tomorrow.")
    yield from _sum(ReasonCode.DAY_VALUE_LIMIT, "a day", limits.day_value, usage.value, value)
    used = usage.symbols.get(instrument, ZERO)
    yield from _sum(
        ReasonCode.SYMBOL_LIMIT, f"a day in {instrument}", limits.of_symbol(instrument), used, value
    )
    for broker, part in sorted(_by_broker(planned).items()):
        used = usage.brokers.get(broker, ZERO)
        name = f"a day at {broker.value.capitalize()}"
        yield from _sum(ReasonCode.BROKER_LIMIT, name, limits.of_broker(broker), used, part)


def _sum(code: ReasonCode, name: str, limit: Money | None, used: Money, value: Money) -> Iterator[Reason]:
    if limit is None or used + value <= limit:
        return
    left = max(limit - used, ZERO)
    text = f"Your limit {name} is {rupees(limit)}; {rupees(left)} is left and this order is worth {rupees(value)}."
    yield Reason(code, text, field="quantity", fix="Order less, or raise the limit.")


def _by_broker(planned: Planned) -> dict[BrokerId, Money]:
    parts: dict[BrokerId, Money] = defaultdict(lambda: ZERO)
    for part in planned.slices:
        parts[part.broker] += planned.price * part.quantity
    return parts
