"""The Mock broker's fees: a plain discount plan of its own, free delivery and a low cap elsewhere."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from routing.schedules.table import Brokerage, BrokerSchedule, Dated, Depository, Segment, flat

_FROM = date(2024, 10, 1)
_CAPPED = Brokerage(rate=Decimal("0.0003"), cap=Decimal(20))

SCHEDULE = BrokerSchedule(
    brokerage={
        Segment.DELIVERY: (Dated(_FROM, Brokerage()),),
        Segment.INTRADAY: (Dated(_FROM, _CAPPED),),
        Segment.MARGIN_FUNDED: (Dated(_FROM, _CAPPED),),
        Segment.FUTURES: (Dated(_FROM, _CAPPED),),
        Segment.OPTIONS: (Dated(_FROM, flat("20")),),
    },
    depository=(Dated(_FROM, Depository(Decimal("13.00"))),),
)
