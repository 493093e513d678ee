"""Zerodha's price list of 2026. The square-off times after the closing auction came (3 August 2026) are assumed."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal

from mocks.brokers.backoffice.statutory import FIRST, Segment
from mocks.brokers.backoffice.tariff import FREE, Brokerage, Depository, Interest, SquareOff, Tariff, always

TWENTY = Decimal(20)
SMALL = Brokerage(Decimal("0.0003"), TWENTY)

TARIFF = Tariff(
    brokerage={
        Segment.DELIVERY: always(FREE),
        Segment.FUNDED: always(Brokerage(Decimal("0.003"), TWENTY)),
        Segment.INTRADAY: always(SMALL),
        Segment.FUTURES: always(SMALL),
        Segment.OPTIONS: always(Brokerage(None, TWENTY)),
    },
    depository=Depository(Decimal("13.00")),
    desk_fee=Decimal(50),
    # The investor protection fund was shown inside the exchange's charge and not taxed before it was folded in.
    taxed=(
        (FIRST, frozenset({"brokerage", "exchange", "sebi"})),
        (date(2026, 3, 1), frozenset({"brokerage", "exchange", "ipft", "sebi"})),
    ),
    interest=Interest(daily=Decimal("0.0004")),
    overdraft=Interest(daily=Decimal("0.0005")),
    pledge_fee=Decimal(30),
    charges_expiry=True,
    square_off=(
        (FIRST, SquareOff(time(15, 20), time(15, 20), time(15, 25))),
        (date(2026, 8, 3), SquareOff(time(15, 10), time(15, 20), time(15, 30))),
    ),
)
