"""The user's limits on the wire, which is also how they are kept."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Self

from pydantic import Field, model_validator

from domain.account import BrokerId
from domain.instrument import InstrumentId
from domain.limits import SelfTrade, Usage, UserLimits
from domain.money import ZERO, Money
from orchestrator.schemas import In, MoneyText, Out

MOST_LINES = 200  # own lines for symbols
Units = Annotated[int, Field(gt=0, le=10**12, strict=True)]


def _named(text: str) -> InstrumentId:
    """Raises ValueError for what names no instrument: its limit would hold for nothing, or for another one."""
    if not text.isascii() or any(letter.isspace() for letter in text):
        raise ValueError(f"an instrument is EXCHANGE:SYMBOL, for example NSE:INFY, not {text!r}")
    return InstrumentId.parse(text)


class HoursIn(In):
    """IST, from the first up to but not at the second."""

    start: time
    end: time

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.start.tzinfo is not None or self.end.tzinfo is not None or self.start >= self.end:
            raise ValueError("hours are two IST times of one day without a zone, the earlier one first")
        return self


class LimitsIn(In):
    """All limits at once; null (or left out) is no limit. Rupees, units, IST days.

    `symbol_value` and `broker_value` hold for each symbol or broker without an own line in `symbols` or `brokers`.
    """

    order_value: MoneyText | None = None
    order_quantity: Units | None = None
    day_value: MoneyText | None = None
    day_orders: Units | None = None
    symbol_value: MoneyText | None = None
    broker_value: MoneyText | None = None
    symbols: Annotated[
        dict[str, MoneyText], Field(max_length=MOST_LINES, examples=[{"NSE:INFY": "50000"}])
    ] = Field(default_factory=dict)
    brokers: dict[BrokerId, MoneyText] = Field(default_factory=dict)
    day_loss: MoneyText | None = None
    reduce_only: bool = False
    hours: HoursIn | None = None
    self_trade: SelfTrade = SelfTrade.REFUSE

    @model_validator(mode="after")
    def _positive(self) -> Self:
        amounts = (self.order_value, self.day_value, self.symbol_value, self.broker_value, self.day_loss)
        given = [one for one in (*amounts, *self.symbols.values(), *self.brokers.values()) if one is not None]
        if any(one <= ZERO for one in given):
            raise ValueError("a limit is more than zero; leave it out for none")
        if len({_named(name) for name in self.symbols}) < len(self.symbols):
            raise ValueError("symbols names an instrument twice: which of the two limits counts?")
        return self

    def limits(self) -> UserLimits:
        return UserLimits(
            order_value=self.order_value,
            order_quantity=self.order_quantity,
            day_value=self.day_value,
            day_orders=self.day_orders,
            symbol_value=self.symbol_value,
            broker_value=self.broker_value,
            symbols={InstrumentId.parse(name): amount for name, amount in self.symbols.items()},
            brokers=dict(self.brokers),
            day_loss=self.day_loss,
            reduce_only=self.reduce_only,
            hours=(self.hours.start, self.hours.end) if self.hours else None,
            self_trade=self.self_trade,
        )


class HoursOut(Out):
    start: time
    end: time


class UsedOut(Out):
    """Of today (IST): orders sent, and rupees of what is filled or may still be."""

    orders: int
    value: MoneyText
    symbols: dict[str, MoneyText]
    brokers: dict[BrokerId, MoneyText]


class LimitsOut(Out):
    """My limits and what of them is used today. `day_result` null: not known, and `day_result_unknown` says why."""

    order_value: MoneyText | None
    order_quantity: int | None
    day_value: MoneyText | None
    day_orders: int | None
    symbol_value: MoneyText | None
    broker_value: MoneyText | None
    symbols: dict[str, MoneyText]
    brokers: dict[BrokerId, MoneyText]
    day_loss: MoneyText | None
    reduce_only: bool
    hours: HoursOut | None
    self_trade: SelfTrade
    used: UsedOut
    day_result: MoneyText | None
    day_result_unknown: str

    @classmethod
    def of(cls, limits: UserLimits, used: Usage, result: tuple[Money | None, str]) -> LimitsOut:
        return cls(
            order_value=limits.order_value,
            order_quantity=limits.order_quantity,
            day_value=limits.day_value,
            day_orders=limits.day_orders,
            symbol_value=limits.symbol_value,
            broker_value=limits.broker_value,
            symbols={str(name): amount for name, amount in limits.symbols.items()},
            brokers=dict(limits.brokers),
            day_loss=limits.day_loss,
            reduce_only=limits.reduce_only,
            hours=HoursOut(start=limits.hours[0], end=limits.hours[1]) if limits.hours else None,
            self_trade=limits.self_trade,
            used=UsedOut(
                orders=used.orders,
                value=used.value,
                symbols={str(name): amount for name, amount in used.symbols.items()},
                brokers=dict(used.brokers),
            ),
            day_result=result[0],
            day_result_unknown=result[1],
        )
