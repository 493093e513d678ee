"""What the product says about itself: its version and whether the market is open."""

from __future__ import annotations

from datetime import datetime
from importlib.metadata import PackageNotFoundError, version

from fastapi import APIRouter

from domain.calendar import IST, Calendar, Phase
from domain.instrument import Exchange
from orchestrator.schemas import Out, Time
from orchestrator.state import Config, Hours, Now

router = APIRouter(tags=["meta"])

NAME = "TradeMaster Orchestrator"


class MarketOut(Out):
    """The cash market's state. `now` is the server's clock."""

    open: bool
    phase: Phase
    now: Time


class ExchangeOut(Out):
    """One exchange segment now. `until`: when this session gives way to another; `opens_at`: the next beginning of
    continuous trading. Both are null where trading never ends. `auction_phase`: of shares that have derivatives and so
    close by auction. `holiday`: why there is no trading today."""

    exchange: Exchange
    open: bool
    phase: Phase
    auction_phase: Phase | None
    until: Time | None
    opens_at: Time | None
    holiday: str | None


class Meta(Out):
    """`sandbox`: the brokers are simulated, and GET /v1/sandbox has their switches. `push_public_key`: null while no
    push messages are sent."""

    name: str
    version: str
    paper: bool
    sandbox: bool
    push_public_key: str | None
    market: MarketOut
    exchanges: list[ExchangeOut]


def own_version() -> str:
    try:
        return version("trademaster")
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "0.1.0"


@router.get("/v1/meta")
async def meta(settings: Config, clock: Now, calendar: Hours) -> Meta:
    """Name, version, paper or real, and the market's phase."""
    now = clock()
    phase = calendar.phase(Exchange.NSE, now)
    return Meta(
        name=NAME,
        version=own_version(),
        paper=settings.paper,
        sandbox=bool(settings.sandbox_url),
        push_public_key=None,
        market=MarketOut(open=phase is Phase.OPEN, phase=phase, now=now),
        exchanges=[_exchange(one, calendar, now) for one in Exchange],
    )


def _exchange(exchange: Exchange, calendar: Calendar, now: datetime) -> ExchangeOut:
    phase = calendar.phase(exchange, now)
    cash = exchange in (Exchange.NSE, Exchange.BSE)
    return ExchangeOut(
        exchange=exchange,
        open=phase is Phase.OPEN,
        phase=phase,
        auction_phase=calendar.phase(exchange, now, closing_auction=True) if cash else None,
        until=calendar.phase_ends(exchange, now),
        opens_at=calendar.next_opening(exchange, now),
        holiday=calendar.holiday(now.astimezone(IST).date(), exchange),
    )
