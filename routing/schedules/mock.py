"""The Mock broker's fees, a plain list of its own: free delivery, Rs 20 an order elsewhere."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from routing.schedules.table import Brokerage, BrokerSchedule, Dated, Depository, Funding, Segment, flat

_FROM = date(2024, 10, 1)
_LIST = "the sandbox's own list, docs/brokers/mock.md"
_FREE = (Dated(_FROM, Brokerage(), _LIST),)
_FLAT = (Dated(_FROM, flat("20", ceiling=Decimal("0.025")), _LIST),)

SCHEDULE = BrokerSchedule(
    brokerage={
        segment: _FREE if segment in (Segment.DELIVERY, Segment.MARGIN_FUNDED) else _FLAT
        for segment in Segment
    },
    depository=(Dated(_FROM, Depository(Decimal("15.00")), _LIST),),
    desk=(Dated(_FROM, Decimal(50), _LIST),),
    expiry=(Dated(_FROM, False, _LIST),),
    funding=(Dated(_FROM, Funding(daily=Decimal("0.0004")), _LIST),),
)
