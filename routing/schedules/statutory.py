"""What the state and the regulator take from a resident, alike at every broker: parts of the value or premium."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from routing.schedules.table import NIL, PER_CRORE, PERCENT, Dated, Levy, Segment

FINANCE_ACT_2023 = date(2023, 4, 1)
TRUE_TO_LABEL = date(2024, 10, 1)
BUDGET_2026 = date(2026, 4, 1)

STT_2026 = "NSE/FATAX/73524 of 31 Mar 2026 (Finance Act 2026)"
STT_BEFORE = "the earlier rates in NSE/FATAX/73524 of 31 Mar 2026"
LIST = "zerodha.com/charges, copies of June to October 2026"
UNIFORM_STAMP = "uniform since 1 Jul 2020; zerodha.com/charges, copies of June to October 2026"


def percent(buy: str, sell: str) -> Levy:
    return Levy(Decimal(buy) * PERCENT, Decimal(sell) * PERCENT)


def per_crore(rupees: str) -> Levy:
    return Levy(Decimal(rupees) * PER_CRORE, Decimal(rupees) * PER_CRORE)


_DELIVERY_TAX = (Dated(FINANCE_ACT_2023, percent("0.1", "0.1"), STT_BEFORE),)
_COMMODITY_FIRST = date(2026, 6, 1)  # the oldest copy of the list that we have

# Securities transaction tax; commodity transaction tax for commodities; none on currency.
STT: dict[Segment, tuple[Dated[Levy], ...]] = {
    Segment.DELIVERY: _DELIVERY_TAX,
    Segment.MARGIN_FUNDED: _DELIVERY_TAX,
    Segment.INTRADAY: (Dated(FINANCE_ACT_2023, percent("0", "0.025"), STT_BEFORE),),
    Segment.FUTURES: (
        Dated(FINANCE_ACT_2023, percent("0", "0.0125"), STT_BEFORE),
        Dated(TRUE_TO_LABEL, percent("0", "0.02"), STT_BEFORE),
        Dated(BUDGET_2026, percent("0", "0.05"), STT_2026),
    ),
    Segment.OPTIONS: (
        Dated(FINANCE_ACT_2023, percent("0", "0.0625"), STT_BEFORE),
        Dated(TRUE_TO_LABEL, percent("0", "0.1"), STT_BEFORE),
        Dated(BUDGET_2026, percent("0", "0.15"), STT_2026),
    ),
    Segment.CURRENCY_FUTURES: (Dated(FINANCE_ACT_2023, Levy(NIL, NIL), LIST),),
    Segment.CURRENCY_OPTIONS: (Dated(FINANCE_ACT_2023, Levy(NIL, NIL), LIST),),
    Segment.COMMODITY_FUTURES: (Dated(_COMMODITY_FIRST, percent("0", "0.01"), LIST),),
    Segment.COMMODITY_OPTIONS: (Dated(_COMMODITY_FIRST, percent("0", "0.05"), LIST),),
}

# Units of an equity fund that are delivered pay on the sale alone.
_FUND_TAX = (Dated(FINANCE_ACT_2023, percent("0", "0.001"), STT_BEFORE),)
FUND_STT: dict[Segment, tuple[Dated[Levy], ...]] = {
    Segment.DELIVERY: _FUND_TAX,
    Segment.MARGIN_FUNDED: _FUND_TAX,
}
# Of the units of a fund without shares (gold, silver, debt, cash) the tax knows nothing.
NO_STT = (
    Dated(FINANCE_ACT_2023, Levy(NIL, NIL), "Finance (No. 2) Act 2004, s. 98: shares and equity funds alone"),
)
CROP_CTT: tuple[Dated[Levy], ...] = (Dated(_COMMODITY_FIRST, Levy(NIL, NIL), LIST),)

# On the intrinsic value of an option that is exercised, paid by who holds it.
EXERCISE_STT = (
    Dated(FINANCE_ACT_2023, Decimal("0.125") * PERCENT, STT_BEFORE),
    Dated(BUDGET_2026, Decimal("0.15") * PERCENT, STT_2026),
)
EXERCISE_CTT = (Dated(_COMMODITY_FIRST, Decimal("0.0001") * PERCENT, LIST),)

_UNIFORM = date(2020, 7, 1)
STAMP: dict[Segment, tuple[Dated[Levy], ...]] = {
    segment: (Dated(_UNIFORM, percent(rate, "0"), UNIFORM_STAMP),)
    for segment, rate in {
        Segment.DELIVERY: "0.015",
        Segment.MARGIN_FUNDED: "0.015",
        Segment.INTRADAY: "0.003",
        Segment.FUTURES: "0.002",
        Segment.OPTIONS: "0.003",
        Segment.CURRENCY_FUTURES: "0.0001",
        Segment.CURRENCY_OPTIONS: "0.0001",
        Segment.COMMODITY_FUTURES: "0.002",
        Segment.COMMODITY_OPTIONS: "0.003",
    }.items()
}

SEBI = (Dated(FINANCE_ACT_2023, per_crore("10"), LIST),)
CROP_SEBI = (Dated(_COMMODITY_FIRST, per_crore("1"), LIST),)
GST = (Dated(date(2017, 7, 1), Decimal("0.18"), LIST),)
