"""Groww's price list of 2026. The day in June 2025 from which the floor of Rs 5 holds, and the square-off times after
the closing auction came, are assumed."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal

from mocks.brokers.backoffice.statutory import FIRST, Segment
from mocks.brokers.backoffice.tariff import (
    CEILING,
    Brokerage,
    Depository,
    Interest,
    SquareOff,
    Tariff,
    always,
)

TWENTY = Decimal(20)
SHARE = Decimal("0.001")
SHARES = (
    (FIRST, Brokerage(SHARE, TWENTY, ceiling=CEILING)),
    (date(2025, 6, 21), Brokerage(SHARE, TWENTY, floor=Decimal(5), ceiling=CEILING)),
)

TARIFF = Tariff(
    brokerage={
        Segment.DELIVERY: SHARES,
        Segment.FUNDED: always(Brokerage(SHARE, None)),
        Segment.INTRADAY: SHARES,
        Segment.FUTURES: always(Brokerage(None, TWENTY)),
        Segment.OPTIONS: always(Brokerage(None, TWENTY)),
    },
    depository=Depository(TWENTY, below=Decimal(100), small=Decimal("3.50")),
    desk_fee=Decimal(50),
    interest=Interest(daily=Decimal("0.1495") / 365),
    release_fee=TWENTY,
    square_off=(
        (FIRST, SquareOff(time(15, 10), time(15, 10), time(15, 20))),
        (date(2026, 8, 3), SquareOff(time(15, 0), time(15, 10), time(15, 25))),
    ),
)
