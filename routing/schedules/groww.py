"""Groww's fees. The floor of Rs 5 holds since 21 June 2025."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from routing.schedules.table import (
    UNVERIFIED,
    Brokerage,
    BrokerSchedule,
    Dated,
    Depository,
    Funding,
    Segment,
    flat,
)

_FROM = date(2025, 6, 21)
_LIST = "Groww's help pages as of 8 Oct 2026; the day of the floor is not confirmed"
_EQUITY = (
    Dated(
        _FROM,
        # the ceiling beats the floor on very small orders
        Brokerage(rate=Decimal("0.001"), cap=Decimal(20), floor=Decimal(5), ceiling=Decimal("0.025")),
        _LIST,
    ),
)
_FUNDED = Brokerage(rate=Decimal("0.001"))
_FLAT = (Dated(_FROM, flat("20"), _LIST),)
_COMMODITY = (Dated(_FROM, flat("20"), f"{UNVERIFIED}; Groww's list shows Rs 20"),)

SCHEDULE = BrokerSchedule(
    brokerage={
        Segment.DELIVERY: _EQUITY,
        Segment.INTRADAY: _EQUITY,
        Segment.MARGIN_FUNDED: (Dated(_FROM, _FUNDED, f"{UNVERIFIED}: 0.1 %, reportedly without a cap"),),
        Segment.FUTURES: _FLAT,
        Segment.OPTIONS: _FLAT,
        Segment.COMMODITY_FUTURES: _COMMODITY,
        Segment.COMMODITY_OPTIONS: _COMMODITY,
    },
    # 3.50 CDSL + 16.50; sells worth less than Rs 100 pay the CDSL part alone
    depository=(
        Dated(
            _FROM,
            Depository(
                Decimal("20.00"), small=Decimal("3.50"), below=Decimal(100), woman_less=Decimal("0.25")
            ),
            _LIST,
        ),
    ),
    desk=(Dated(_FROM, Decimal(50), "Groww's page on positions that it squares off"),),
    funding=(
        Dated(
            _FROM,
            Funding(daily=Decimal("0.1495") / 365, release=Decimal(20)),
            f"{UNVERIFIED}: 14.95 % a year",
        ),
    ),
    expiry=(Dated(_FROM, False, f"{UNVERIFIED}: its list names no brokerage at expiry"),),
)
