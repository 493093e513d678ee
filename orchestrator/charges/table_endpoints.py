"""The fee tables that charges are reckoned from: what counts on a day, since when, and where that is said."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from domain.calendar import IST
from orchestrator.charges import pages
from orchestrator.errors import problems
from orchestrator.identity.access import MarketUser
from orchestrator.schemas import Out
from orchestrator.state import Now

router = APIRouter(prefix="/v1/charges", tags=["charges"])

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)


class FeeRowOut(Out):
    """`who`: the broker, the exchange, or the tax. `terms` are for people. `since` and `until`: its first and last day;
    `until` is null while nothing follows. `unverified`: no page of who takes it confirms it, `source` says why it is
    believed."""

    who: str
    what: str
    terms: str
    since: date
    until: date | None
    source: str
    unverified: bool


class FeeTablesOut(Out):
    """Taxes first, then the exchanges, then the brokers."""

    on: date
    items: list[FeeRowOut]


@router.get("/tables", responses=problems(401))
async def list_fee_tables(
    _user_id: MarketUser,
    clock: Now,
    on: Annotated[
        date | None,
        Query(ge=EARLIEST, le=LATEST, description="What counts on that day; today when left out."),
    ] = None,
    who: Annotated[
        str, Query(max_length=40, description="Of this broker, exchange or tax alone: Zerodha, NSE, GST.")
    ] = "",
) -> FeeTablesOut:
    """Every fee that charges are reckoned from, with its days and its source. What an order costs by them is told by
    GET /v1/charges."""
    day = on or clock().astimezone(IST).date()
    items = [FeeRowOut.model_validate(row) for row in pages.in_force(day, who)]
    return FeeTablesOut(on=day, items=items)
