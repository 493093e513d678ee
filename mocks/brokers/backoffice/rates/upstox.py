"""Upstox's price list of 2026 (Basic plan). The square-off times of September 2026 are assumed."""

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

TARIFF = Tariff(
    brokerage={
        Segment.DELIVERY: always(Brokerage(None, TWENTY, ceiling=CEILING)),
        Segment.FUNDED: always(Brokerage(CEILING, TWENTY)),
        Segment.INTRADAY: (
            (FIRST, Brokerage(Decimal("0.0005"), TWENTY)),
            (date(2025, 1, 1), Brokerage(Decimal("0.001"), TWENTY)),
        ),
        Segment.FUTURES: always(Brokerage(Decimal("0.0005"), TWENTY)),
        Segment.OPTIONS: always(Brokerage(None, TWENTY)),
    },
    depository=Depository(TWENTY),
    desk_fee=Decimal(50),
    interest=Interest(slab=Decimal(40_000), fee=TWENTY),
    pledge_fee=TWENTY,
    release_fee=TWENTY,
    square_off=(
        (FIRST, SquareOff(time(15, 15), time(15, 15), time(15, 25))),
        (date(2026, 9, 11), SquareOff(time(15, 5), time(15, 15), time(15, 30))),
    ),
)
