"""What the state and the exchanges take, alike at every broker. Residents, NSE and BSE.

Sources: NSE/FATAX/73524 of 31 Mar 2026 (STT), NSE/FA/73061 of 27 Feb 2026 (NSE transaction charge + IPFT),
Zerodha's list of charges (BSE, SEBI, stamp duty, uniform since 1 Jul 2020).
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from domain.instrument import Exchange
from routing.schedules.table import NIL, PER_CRORE, PERCENT, Dated, Levy, Segment

FIRST = date(2024, 10, 1)  # before that day exchange charges went by turnover slabs: not in these tables
BUDGET_2026 = date(2026, 4, 1)


def _percent(buy: str, sell: str) -> Levy:
    return Levy(Decimal(buy) * PERCENT, Decimal(sell) * PERCENT)


def _crore(rupees: str) -> Levy:
    return Levy(Decimal(rupees) * PER_CRORE, Decimal(rupees) * PER_CRORE)


# Delivery of units of an equity ETF pays less (0.001 % on the sell); the masters do not tell such units from shares.
STT: dict[Segment, tuple[Dated[Levy], ...]] = {
    Segment.DELIVERY: (Dated(FIRST, _percent("0.1", "0.1")),),
    Segment.MARGIN_FUNDED: (Dated(FIRST, _percent("0.1", "0.1")),),
    Segment.INTRADAY: (Dated(FIRST, _percent("0", "0.025")),),
    Segment.FUTURES: (Dated(FIRST, _percent("0", "0.02")), Dated(BUDGET_2026, _percent("0", "0.05"))),
    Segment.OPTIONS: (Dated(FIRST, _percent("0", "0.1")), Dated(BUDGET_2026, _percent("0", "0.15"))),
}

STAMP: dict[Segment, tuple[Dated[Levy], ...]] = {
    Segment.DELIVERY: (Dated(FIRST, _percent("0.015", "0")),),
    Segment.MARGIN_FUNDED: (Dated(FIRST, _percent("0.015", "0")),),
    Segment.INTRADAY: (Dated(FIRST, _percent("0.003", "0")),),
    Segment.FUTURES: (Dated(FIRST, _percent("0.002", "0")),),
    Segment.OPTIONS: (Dated(FIRST, _percent("0.003", "0")),),
}

# Transaction charge and IPFT together.
_NSE_CASH = (Dated(FIRST, _crore("307")),)  # 297 + 10 until February 2026, 306.99 + 0.01 since
_BSE_CASH = (
    Dated(FIRST, _crore("375")),
)  # groups A and B; X, Z and odd groups pay more and are not told apart here
EXCHANGE: dict[tuple[Exchange, Segment], tuple[Dated[Levy], ...]] = {
    **{
        (Exchange.NSE, segment): _NSE_CASH
        for segment in (Segment.DELIVERY, Segment.INTRADAY, Segment.MARGIN_FUNDED)
    },
    **{
        (Exchange.BSE, segment): _BSE_CASH
        for segment in (Segment.DELIVERY, Segment.INTRADAY, Segment.MARGIN_FUNDED)
    },
    (Exchange.NFO, Segment.FUTURES): (Dated(FIRST, _crore("183")),),
    (Exchange.NFO, Segment.OPTIONS): (Dated(FIRST, _crore("3553")),),
    (Exchange.BFO, Segment.FUTURES): (Dated(FIRST, Levy(NIL, NIL)),),
    (Exchange.BFO, Segment.OPTIONS): (Dated(FIRST, _percent("0.0325", "0.0325")),),
}

SEBI = (Dated(FIRST, _crore("10")),)
GST = (
    Dated(FIRST, Decimal("0.18")),
)  # on brokerage, exchange charge, IPFT and SEBI fee; on the DP charge too
