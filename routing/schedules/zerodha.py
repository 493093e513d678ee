"""Zerodha's fees (zerodha.com/charges, June to October 2026)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from routing.schedules.table import Brokerage, BrokerSchedule, Dated, Depository, Segment, flat

_FROM = date(2024, 10, 1)

SCHEDULE = BrokerSchedule(
    brokerage={
        Segment.DELIVERY: (Dated(_FROM, Brokerage()),),
        Segment.INTRADAY: (Dated(_FROM, Brokerage(rate=Decimal("0.0003"), cap=Decimal(20))),),
        Segment.MARGIN_FUNDED: (Dated(_FROM, Brokerage(rate=Decimal("0.003"), cap=Decimal(20))),),
        Segment.FUTURES: (Dated(_FROM, Brokerage(rate=Decimal("0.0003"), cap=Decimal(20))),),
        Segment.OPTIONS: (Dated(_FROM, flat("20")),),
    },
    depository=(Dated(_FROM, Depository(Decimal("13.00"))),),  # 3.50 CDSL + 9.50; 15.34 with GST
)
