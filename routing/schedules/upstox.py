"""Upstox's fees, Basic plan (as of 8 October 2026). The API offer of Rs 10 an order ended on 31 December 2025."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from routing.schedules.table import Brokerage, BrokerSchedule, Dated, Depository, Segment, flat

_FROM = date(
    2026, 4, 1
)  # the intraday rate was 0.05 % earlier; the day it changed is not known, so nothing before
_CEILING = Decimal("0.025")  # the exchanges' own ceiling on brokerage

SCHEDULE = BrokerSchedule(
    brokerage={
        Segment.DELIVERY: (Dated(_FROM, flat("20", ceiling=_CEILING)),),
        Segment.INTRADAY: (Dated(_FROM, Brokerage(rate=Decimal("0.001"), cap=Decimal(20))),),
        Segment.MARGIN_FUNDED: (Dated(_FROM, Brokerage(rate=Decimal("0.025"), cap=Decimal(20))),),
        Segment.FUTURES: (Dated(_FROM, Brokerage(rate=Decimal("0.0005"), cap=Decimal(20))),),
        Segment.OPTIONS: (Dated(_FROM, flat("20")),),
    },
    depository=(Dated(_FROM, Depository(Decimal("20.00"))),),
)
