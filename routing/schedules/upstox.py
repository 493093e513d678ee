"""Upstox's fees: the Basic plan, and what Plus changes. The API offer of Rs 10 an order ended on 31 Dec 2025."""

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

# The intraday rate was 0.05 % earlier; the day it changed is not known, so nothing before.
_FROM = date(2026, 4, 1)
_LIST = "Upstox's list of charges as of 8 Oct 2026"
_PLUS = "Upstox's Plus plan, seen in 2026"
_OLD = f"{UNVERIFIED} for 2026; Upstox's earlier list"
_CEILING = Decimal("0.025")  # the exchanges' own ceiling on brokerage


def _capped(rate: str, source: str = _LIST) -> tuple[Dated[Brokerage], ...]:
    return (Dated(_FROM, Brokerage(rate=Decimal(rate), cap=Decimal(20)), source),)


SCHEDULE = BrokerSchedule(
    brokerage={
        Segment.DELIVERY: (Dated(_FROM, flat("20", ceiling=_CEILING), _LIST),),
        Segment.INTRADAY: _capped("0.001"),
        Segment.MARGIN_FUNDED: _capped("0.025"),
        Segment.FUTURES: _capped("0.0005"),
        Segment.OPTIONS: (Dated(_FROM, flat("20"), _LIST),),
        Segment.CURRENCY_FUTURES: _capped("0.0005", _OLD),
        Segment.CURRENCY_OPTIONS: (Dated(_FROM, flat("20"), _OLD),),
        Segment.COMMODITY_FUTURES: _capped("0.0005", _OLD),
        Segment.COMMODITY_OPTIONS: (Dated(_FROM, flat("20"), _OLD),),
    },
    depository=(Dated(_FROM, Depository(Decimal("20.00")), _LIST),),
    desk=(Dated(_FROM, Decimal(50), f"{UNVERIFIED}: Rs 20 in an old help page, Rs 50 since"),),
    funding=(
        Dated(
            _FROM,
            Funding(slab=Decimal(40_000), fee=Decimal(20), pledge=Decimal(20), release=Decimal(20)),
            "Upstox's help page on margin funding, its age unknown",
        ),
    ),
    expiry=(Dated(_FROM, False, f"{UNVERIFIED}: its list names no brokerage at expiry"),),
    plans={"plus": {Segment.OPTIONS: (Dated(_FROM, flat("30"), _PLUS),)}},
)
