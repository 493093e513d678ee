"""Holdings, positions and funds over all accounts; moving money where the broker lets a program do it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header
from starlette.responses import Response

from aggregation.allocation import By
from orchestrator.errors import problems
from orchestrator.identity.access import ReadingUser
from orchestrator.portfolio.access import AllPortfolios, LookedAt, View
from orchestrator.portfolio.allocation_schemas import AllocationOut
from orchestrator.portfolio.kept import Kept
from orchestrator.portfolio.schemas import (
    BalanceOut,
    HoldingsOut,
    PortfolioOut,
    PositionsOut,
)
from orchestrator.portfolio.wire import joined, text
from orchestrator.state import Now

router = APIRouter(prefix="/v1", tags=["portfolio"])


UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "It is still what If-None-Match says."}}
Known = Annotated[str, Header(alias="If-None-Match", include_in_schema=False)]  # an ETag, as of any page


@router.get("/portfolio", response_model=PortfolioOut, responses=problems(401) | UNCHANGED)
async def get_portfolio(kept: LookedAt, clock: Now, if_none_match: Known = "") -> Response:
    """Everything, consolidated: lines with their lots by account, exact totals, and what is missing."""
    return _answer(kept, clock(), if_none_match, "totals", "holdings", "positions", "funds", "gaps")


@router.post("/portfolio/refresh", response_model=PortfolioOut, responses=problems(401))
async def refresh_portfolio(user_id: ReadingUser, portfolios: AllPortfolios, clock: Now) -> Response:
    """The same after a reading of every account, made now: all brokers are asked at the same time."""
    kept = await portfolios.refresh(user_id)
    return _answer(kept, clock(), "", "totals", "holdings", "positions", "funds", "gaps")


@router.get("/portfolio/holdings", response_model=HoldingsOut, responses=problems(401) | UNCHANGED)
async def get_holdings(kept: LookedAt, clock: Now, if_none_match: Known = "") -> Response:
    """Shares by ISIN."""
    return _answer(kept, clock(), if_none_match, "holdings", "gaps")


@router.get("/portfolio/positions", response_model=PositionsOut, responses=problems(401) | UNCHANGED)
async def get_positions(kept: LookedAt, clock: Now, if_none_match: Known = "") -> Response:
    """Trades by contract and product."""
    return _answer(kept, clock(), if_none_match, "positions", "gaps")


@router.get("/portfolio/allocation", responses=problems(401))
async def get_allocation(view: View, by: By = By.BROKER) -> AllocationOut:
    """What it is made of: value, cost and profit by broker, account, instrument or kind of holding."""
    return AllocationOut.of(view, by)


def _answer(kept: Kept, now: datetime, known: str, *parts: str) -> Response:
    """These parts as they are now; the tag of their version goes with them, and nothing else where it is known."""
    tag = f'W/"{kept.tag}"'
    headers = {"ETag": tag}
    if tag in (one.strip() for one in known.split(",")):
        return Response(status_code=304, headers=headers)
    body = joined({"as_of": text(now), **{name: kept.part(name) for name in parts}})
    return Response(body, media_type="application/json", headers=headers)


@router.get("/funds/balance", tags=["funds"], responses=problems(401))
async def get_balance(view: View) -> BalanceOut:
    """Cash and margin, by account and together."""
    return BalanceOut.of(view)
