"""Groww's fees (Groww help pages, as of 8 October 2026). The floor of Rs 5 holds since 21 June 2025."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from routing.schedules.table import Brokerage, BrokerSchedule, Dated, Depository, Segment, flat

_FROM = date(2025, 6, 21)
_EQUITY = Brokerage(
    rate=Decimal("0.001"), cap=Decimal(20), floor=Decimal(5), ceiling=Decimal("0.025")
)  # the ceiling beats the floor on very small orders

SCHEDULE = BrokerSchedule(
    brokerage={
        Segment.DELIVERY: (Dated(_FROM, _EQUITY),),
        Segment.INTRADAY: (Dated(_FROM, _EQUITY),),
        Segment.MARGIN_FUNDED: (Dated(_FROM, Brokerage(rate=Decimal("0.001"))),),  # reportedly without a cap
        Segment.FUTURES: (Dated(_FROM, flat("20")),),
        Segment.OPTIONS: (Dated(_FROM, flat("20")),),
    },
    # 3.50 CDSL + 16.50; sells worth less than Rs 100 pay the CDSL part alone
    depository=(Dated(_FROM, Depository(Decimal("20.00"), small=Decimal("3.50"), below=Decimal(100))),),
)
