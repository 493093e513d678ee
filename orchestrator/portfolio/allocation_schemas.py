"""What the portfolio is made of, on the wire."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from aggregation.allocation import By, allocation
from domain.money import Money
from domain.portfolio import Portfolio
from orchestrator.portfolio.schemas import GapOut
from orchestrator.schemas import MoneyText, Out, Time


class PartOut(Out):
    """`percent` is of the value of all holdings. `cash` is that of the account or broker, in no other number.

    Null is not known; for cash also where the parts have none.
    """

    key: str
    name: str
    value: MoneyText | None
    percent: str | None
    invested: MoneyText | None
    pnl: MoneyText | None
    day_pnl: MoneyText | None
    cash: MoneyText | None


class AllocationOut(Out):
    """The parts add up to the totals of the portfolio. Positions bring their profit and no value; by instrument they
    stand apart from holdings, under their contract."""

    as_of: Time
    by: By
    value: MoneyText | None
    parts: list[PartOut]
    gaps: list[GapOut]

    @classmethod
    def of(cls, portfolio: Portfolio, by: By) -> AllocationOut:
        whole = portfolio.totals.value
        parts = [
            PartOut(
                key=one.key,
                name=one.name,
                value=one.value,
                percent=_percent(one.value, whole),
                invested=one.invested,
                pnl=one.pnl,
                day_pnl=one.day_pnl,
                cash=one.cash,
            )
            for one in allocation(portfolio, by)
        ]
        gaps = [GapOut.of(gap) for gap in portfolio.gaps]
        return cls(as_of=portfolio.as_of, by=by, value=whole, parts=parts, gaps=gaps)


def _percent(part: Money | None, whole: Money | None) -> str | None:
    if part is None or not whole:
        return None
    return format((part.amount * 100 / whole.amount).quantize(Decimal("0.01"), ROUND_HALF_UP), "f")
