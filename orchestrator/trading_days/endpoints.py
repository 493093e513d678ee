"""On which days and at which hours the exchanges trade."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from domain.calendar import IST
from domain.instrument import Exchange
from orchestrator.errors import problems
from orchestrator.identity.access import MarketUser
from orchestrator.state import Db, Hours, Now
from orchestrator.trading_days import rows
from orchestrator.trading_days.schemas import CalendarDayOut, ExchangeDayOut, MarketCalendarOut

router = APIRouter(prefix="/v1/market", tags=["market"])

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)


@router.get("/calendar", responses=problems(401))
async def get_market_calendar(
    _user_id: MarketUser,
    db: Db,
    calendar: Hours,
    clock: Now,
    since: Annotated[
        date | None,
        Query(alias="from", ge=EARLIEST, le=LATEST, description="The first day; today when left out."),
    ] = None,
    days: Annotated[int, Query(ge=1, le=92)] = 31,
) -> MarketCalendarOut:
    """Every day with the sessions of each exchange. What an exchange announced for a day, and an operator entered,
    stands before the list of holidays and the regular hours; it says where it is from."""
    standing = await db.read(rows.standing)
    told = {(one.exchange, one.day): one for one in standing}
    now = replace(calendar, special=rows.special_days(standing))
    first = since or clock().astimezone(IST).date()
    wanted = [first + timedelta(days=ahead) for ahead in range(days)]
    return MarketCalendarOut(
        always_open=calendar.always_open,
        items=[
            CalendarDayOut(
                day=day,
                exchanges=[ExchangeDayOut.of(now, one, day, told.get((one, day))) for one in Exchange],
            )
            for day in wanted
        ],
    )
