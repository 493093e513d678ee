"""What the product says about itself: alive, ready, its version and whether the market is open."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from fastapi import APIRouter
from sqlalchemy import text

from domain.calendar import Phase
from domain.instrument import Exchange
from orchestrator.errors import Problem, problems
from orchestrator.schemas import Out, Time
from orchestrator.state import Config, Db, Hours, Now

router = APIRouter(tags=["meta"])

NAME = "TradeMaster Orchestrator"


class Health(Out):
    status: str


class MarketOut(Out):
    """The cash market's state. `now` is the server's clock."""

    open: bool
    phase: Phase
    now: Time


class Meta(Out):
    name: str
    version: str
    paper: bool
    market: MarketOut


def own_version() -> str:
    try:
        return version("trademaster")
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "0.1.0"


@router.get("/livez")
async def livez() -> Health:
    """The process runs."""
    return Health(status="ok")


@router.get("/readyz", responses=problems(503))
async def readyz(db: Db) -> Health:
    """The database answers."""
    try:
        await db.read(lambda connection: connection.execute(text("SELECT 1")).scalar())
    except (OSError, ValueError, RuntimeError) as error:
        raise Problem(503, "not_ready", "the database does not answer") from error
    return Health(status="ok")


@router.get("/v1/meta")
async def meta(settings: Config, clock: Now, calendar: Hours) -> Meta:
    """Name, version, paper or real, and the market's phase."""
    now = clock()
    phase = calendar.phase(Exchange.NSE, now)
    return Meta(
        name=NAME,
        version=own_version(),
        paper=settings.paper,
        market=MarketOut(open=phase is Phase.OPEN, phase=phase, now=now),
    )
