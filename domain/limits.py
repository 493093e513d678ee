"""The user's own rails: limits of orders and days, what to do about own crossing orders, and the kill switch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum

from domain.account import AccountId, BrokerId
from domain.instrument import InstrumentId
from domain.money import ZERO, Money, Price
from domain.order import OrderType, Side


class SelfTrade(StrEnum):
    """What happens to an order that could trade with one of the user's own resting orders."""

    REFUSE = "refuse"
    REPRICE = "reprice"  # a limit order goes in one tick short of the own order
    CANCEL_THEN_SEND = (
        "cancel_then_send"  # the resting one is cancelled and proven dead first; never a stop-loss
    )


class KillDepth(StrEnum):
    """How far the kill switch goes; each depth includes the ones before it."""

    NO_NEW_RISK = "no_new_risk"  # only what reduces a position may be sent
    CANCEL_ALL = "cancel_all"  # and every open order is cancelled
    FLATTEN = "flatten"  # and every position is closed; shares in demat stay

    @property
    def cancels(self) -> bool:
        return self is not KillDepth.NO_NEW_RISK


@dataclass(frozen=True, slots=True)
class UserLimits:
    """What the user allows themselves. None: no such limit. A day is an IST date; values are rupees.

    `symbol_value` and `broker_value` hold for a day and for each symbol or broker that has no own line in `symbols`
    or `brokers`. `day_loss` is a positive amount. `hours` are IST, from the first up to but not at the second.
    """

    order_value: Money | None = None
    order_quantity: int | None = None
    day_value: Money | None = None
    day_orders: int | None = None
    symbol_value: Money | None = None
    broker_value: Money | None = None
    symbols: Mapping[InstrumentId, Money] = field(default_factory=dict)
    brokers: Mapping[BrokerId, Money] = field(default_factory=dict)
    day_loss: Money | None = None
    reduce_only: bool = False
    hours: tuple[time, time] | None = None
    self_trade: SelfTrade = SelfTrade.REFUSE

    def of_symbol(self, instrument: InstrumentId) -> Money | None:
        """Rupees a day in this listing."""
        return self.symbols.get(instrument, self.symbol_value)

    def of_broker(self, broker: BrokerId) -> Money | None:
        """Rupees a day at this broker."""
        return self.brokers.get(broker, self.broker_value)

    @property
    def counts_the_day(self) -> bool:
        """Whether today's earlier orders matter."""
        totals = (self.day_value, self.day_orders, self.symbol_value, self.broker_value)
        return any(limit is not None for limit in totals) or bool(self.symbols) or bool(self.brokers)


@dataclass(frozen=True, slots=True)
class Usage:
    """What of the day's limits is used: orders, and rupees of what is filled or may still be."""

    orders: int = 0
    value: Money = ZERO
    symbols: Mapping[InstrumentId, Money] = field(default_factory=dict)
    brokers: Mapping[BrokerId, Money] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Switch:
    """The kill switch as it was asked for. `number` grows with every asking."""

    depth: KillDepth
    number: int
    since: datetime
    words: str = ""


@dataclass(frozen=True, slots=True)
class Resting:
    """An order of the user that may still trade, at any broker. `ours`: sent by the product, under `order_id`.

    `waiting`: a stop whose trigger has not been reached. `price` None: it takes any price (market, SL-M).
    """

    account_id: AccountId
    label: str
    order_id: str
    ours: bool
    instrument: InstrumentId
    side: Side
    quantity: int
    order_type: OrderType
    price: Price | None
    trigger_price: Price | None
    waiting: bool
