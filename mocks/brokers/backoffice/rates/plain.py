"""The sandbox's own broker: no brokerage on delivery, a flat twenty rupees on everything else."""

from __future__ import annotations

from decimal import Decimal

from mocks.brokers.backoffice.statutory import Segment
from mocks.brokers.backoffice.tariff import FREE, Brokerage, Depository, Interest, Tariff, always

FLAT = Brokerage(None, Decimal(20), ceiling=Decimal("0.025"))

TARIFF = Tariff(
    brokerage={
        Segment.DELIVERY: always(FREE),
        Segment.FUNDED: always(FREE),
        Segment.INTRADAY: always(FLAT),
        Segment.FUTURES: always(FLAT),
        Segment.OPTIONS: always(FLAT),
    },
    depository=Depository(Decimal(15)),
    desk_fee=Decimal(50),
    interest=Interest(daily=Decimal("0.0004")),
)
