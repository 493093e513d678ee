"""Zerodha's fees."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from domain.fees import EVERY_FEE, Taxed
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

_FROM = date(2024, 10, 1)
_LIST = "zerodha.com/charges, copies of June to October 2026"
_NOTE = "Kite's virtual contract note of 2023: IPFT inside the exchange's charge and not taxed"

_CAPPED = (Dated(_FROM, Brokerage(rate=Decimal("0.0003"), cap=Decimal(20)), _LIST),)
_FLAT = (Dated(_FROM, flat("20"), _LIST),)
_DEBIT = (Dated(_FROM, flat("40"), "Zerodha's staff on tradingqna: Rs 40 an order while in debit"),)

SCHEDULE = BrokerSchedule(
    brokerage={
        Segment.DELIVERY: (Dated(_FROM, Brokerage(), _LIST),),
        Segment.INTRADAY: _CAPPED,
        Segment.MARGIN_FUNDED: (Dated(_FROM, Brokerage(rate=Decimal("0.003"), cap=Decimal(20)), _LIST),),
        Segment.FUTURES: _CAPPED,
        Segment.OPTIONS: _FLAT,
        Segment.CURRENCY_FUTURES: _CAPPED,
        Segment.CURRENCY_OPTIONS: _FLAT,
        Segment.COMMODITY_FUTURES: _CAPPED,
        Segment.COMMODITY_OPTIONS: _FLAT,
    },
    # 3.50 CDSL + 9.50; 15.34 with GST
    depository=(Dated(_FROM, Depository(Decimal("13.00"), woman_less=Decimal("0.25")), _LIST),),
    taxed=(
        Dated(date(2023, 4, 1), EVERY_FEE - {Taxed.IPFT}, _NOTE),
        Dated(date(2026, 3, 1), EVERY_FEE, "the exchange's charge has IPFT in it since NSE/FA/73061"),
    ),
    desk=(Dated(_FROM, Decimal(50), _LIST),),
    funding=(Dated(_FROM, Funding(daily=Decimal("0.0004"), pledge=Decimal(15), release=Decimal(15)), _LIST),),
    in_debit={Segment.FUTURES: _DEBIT, Segment.OPTIONS: _DEBIT},
    expiry=(Dated(_FROM, True, "Zerodha's support: brokerage on exercised and assigned contracts too"),),
    delivered=(
        Dated(_FROM, Brokerage(rate=Decimal("0.0025")), f"{UNVERIFIED} for netted-off positions; Zerodha"),
    ),
)
