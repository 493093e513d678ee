"""Performance and cash flows on the wire. Money in rupees, returns as decimal strings: 0.05 is five percent."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field, PlainSerializer, WithJsonSchema

from aggregation.performance import Best, Drawdown, Performance, Point
from domain.account import AccountId, BrokerId
from orchestrator.performance.rebuilt import RebuiltDay
from orchestrator.performance.rebuilt_rows import Why
from orchestrator.performance.repository import Flow, FlowSource, FlowState
from orchestrator.schemas import In, MoneyText, Out, Time

Ratio = Annotated[
    Decimal,
    PlainSerializer(lambda ratio: format(ratio, "f"), return_type=str),
    WithJsonSchema(
        {"type": "string", "format": "decimal", "pattern": r"^-?[0-9]+\.[0-9]{6}$", "examples": ["0.051230"]}
    ),
]


class PointOut(Out):
    """One evening: `gain` since the one before, without what came in; `index` of 1 at the beginning."""

    day: date
    value: MoneyText
    flow: MoneyText
    gain: MoneyText
    index: Ratio | None
    drawdown: Ratio | None


class BestOut(Out):
    day: date
    twr: Ratio
    gain: MoneyText


class DrawdownOut(Out):
    """From the evening of `peak` to that of `trough`; `recovered` null: not yet."""

    depth: Ratio
    peak: date
    trough: date
    recovered: date | None


class LackingOut(Out):
    """A day that is not known, because these accounts are not."""

    day: date
    accounts: list[str]


class MissingOut(Out):
    """A share that is not in an evening that was rebuilt, and why; `symbol` null: the whole account."""

    account: str
    symbol: str | None
    reason: Why


class RebuiltDayOut(Out):
    """An evening that nobody read, rebuilt from trades and closing prices: shares alone, in rupees, and in no return.

    `shares` null: not all of them are known; `shares_known` is what those that are came to.
    """

    day: date
    shares: MoneyText | None
    shares_known: MoneyText
    lacking: list[MissingOut]

    @classmethod
    def of(cls, one: RebuiltDay) -> RebuiltDayOut:
        missing = [
            MissingOut(account=each.account_id, symbol=each.share, reason=each.why) for each in one.lacking
        ]
        return cls(day=one.day, shares=one.shares, shares_known=one.known, lacking=missing)


class RebuiltOut(Out):
    items: list[RebuiltDayOut]


class PerformanceOut(Out):
    """From the evening of `start` to that of `end`. `known` is false, with `reason`, while fewer than two evenings
    are: then all else is null or empty.

    `twr` is time-weighted (what a rupee that stayed has become), `xirr` money-weighted, a year; both without what came
    in or went out. `estimated`: money counts that was inferred and not confirmed. `rebuilt` are evenings that nobody
    read: beside the curve, not in it.
    """

    known: bool
    reason: str | None
    start: date | None
    end: date | None
    value_start: MoneyText | None
    value_end: MoneyText | None
    net_flow: MoneyText | None
    gain: MoneyText | None
    twr: Ratio | None
    twr_annual: Ratio | None
    xirr: Ratio | None
    volatility: Ratio | None
    drawdown: DrawdownOut | None
    drawdown_now: Ratio | None
    best: BestOut | None
    worst: BestOut | None
    estimated: bool
    curve: list[PointOut]
    lacking: list[LackingOut]
    rebuilt: list[RebuiltDayOut]

    @classmethod
    def of(
        cls,
        made: Performance | None,
        *,
        lacking: list[tuple[date, tuple[AccountId, ...]]],
        rebuilt: list[RebuiltDay],
        estimated: bool,
    ) -> PerformanceOut:
        beside = [RebuiltDayOut.of(one) for one in rebuilt]
        missing = [LackingOut(day=day, accounts=[*accounts]) for day, accounts in lacking]
        if made is None:
            nothing = dict.fromkeys(cls.model_fields)
            reason = "fewer than two evenings are known: each trading day adds one after the close"
            told = {"known": False, "reason": reason, "estimated": estimated, "curve": [], "lacking": missing}
            return cls.model_validate(nothing | told | {"rebuilt": beside})
        told = {name: getattr(made, name) for name in cls.model_fields if hasattr(made, name)}
        told |= {"known": True, "reason": None, "estimated": estimated, "lacking": missing, "rebuilt": beside}
        told["curve"] = [_point(one) for one in made.curve]
        told["drawdown"] = _drawdown(made.drawdown)
        told["best"], told["worst"] = _best(made.best), _best(made.worst)
        return cls.model_validate(told)


def _point(one: Point) -> PointOut:
    return PointOut.model_validate(one)


def _drawdown(one: Drawdown | None) -> DrawdownOut | None:
    return None if one is None else DrawdownOut.model_validate(one)


def _best(one: Best | None) -> BestOut | None:
    return None if one is None else BestOut.model_validate(one)


class FlowIn(In):
    """`amount` in rupees: above zero it came in, below it left. `day` by IST."""

    account: str = Field(min_length=1, max_length=64)
    day: date
    amount: MoneyText
    note: str = Field("", max_length=200)


class FlowPatch(In):
    """What is left out stays. Any change, and `{}` too, confirms one that was inferred."""

    day: date | None = None
    amount: MoneyText | None = None
    note: str | None = Field(None, max_length=200)


class FlowOut(Out):
    """Money that came into an account (below zero: left it). `state` is `open` while one that was inferred waits for
    your word."""

    id: str
    account: str
    broker: BrokerId | None
    label: str
    day: date
    amount: MoneyText
    source: FlowSource
    state: FlowState
    note: str
    changed_at: Time

    @classmethod
    def of(cls, one: Flow, *, broker: BrokerId | None, label: str) -> FlowOut:
        return cls(
            id=one.id,
            account=one.account_id,
            broker=broker,
            label=label,
            day=one.day,
            amount=one.amount,
            source=one.source,
            state=one.state,
            note=one.note,
            changed_at=one.changed_at,
        )


class FlowsOut(Out):
    items: list[FlowOut]
