"""Option chains and payoffs over HTTP. Live prices of what is shown come through WS /v1/stocks/live."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from domain.calendar import IST, Calendar
from orchestrator.errors import Problem, problems
from orchestrator.identity.access import MarketUser
from orchestrator.market.access import Directory, Market
from orchestrator.options.chain import chain
from orchestrator.options.contracts import Family, expires_at, family
from orchestrator.options.pricing import look, priced
from orchestrator.options.schemas import ChainOut, ExpiryOut, PayoffIn, PayoffOut, UnderlyingOut
from orchestrator.options.strategy import reckon
from orchestrator.state import Db, Hours, Now

router = APIRouter(prefix="/v1/options", tags=["options"])

MOST_AROUND = 100
USUAL_AROUND = 15


@router.get("/{underlying}", responses=problems(401, 404))
async def get_underlying(
    underlying: str, user_id: MarketUser, instruments: Directory, hub: Market, calendar: Hours, clock: Now
) -> UnderlyingOut:
    """Expiries, spot and futures of an underlying: NIFTY, NSE:NIFTY 50, RELIANCE, or one of its contracts."""
    now = clock()
    found = family(instruments, underlying, now)
    shown = [one for one in (found.spot, *found.futures) if one is not None]
    sights = await look(hub, [one.id for one in shown])
    today = now.astimezone(IST).date()
    return UnderlyingOut(
        name=found.name,
        exchange=found.exchange,
        lot=found.contracts[0].lot if found.contracts else 1,
        spot=priced(found.spot, sights[found.spot.id]) if found.spot else None,
        futures=[priced(one, sights[one.id]) for one in found.futures],
        expiries=[_expiry(found, one, calendar, today) for one in found.expiries],
    )


@router.get("/{underlying}/chain", responses=problems(401, 404))
async def get_option_chain(
    underlying: str,
    user_id: MarketUser,
    instruments: Directory,
    hub: Market,
    db: Db,
    calendar: Hours,
    clock: Now,
    expiry: Annotated[date | None, Query(description="The nearest when left out.")] = None,
    around: Annotated[
        int, Query(ge=1, le=MOST_AROUND, description="Strikes on each side of the one at the money.")
    ] = USUAL_AROUND,
) -> ChainOut:
    """Calls and puts of one expiry around the money, with implied volatility and sensitivities.

    Prices are at most three seconds old; one that nobody can tell now is `stale` and says of when it is.
    """
    now = clock()
    found = family(instruments, underlying, now)
    wanted = expiry or next(iter(found.expiries), None)
    if wanted is None or wanted not in found.expiries:
        listed = ", ".join(one.isoformat() for one in found.expiries[:6]) or "none"
        raise Problem(
            404,
            "expiry_unknown",
            f"no options on {found.name} expire on {wanted}" if wanted else f"no options on {found.name}",
            field="expiry",
            rule=f"the next are {listed}",
        )
    return await chain(db, hub, calendar, found, wanted, around=around, now=now)


@router.post("/payoff", responses=problems(401, 404, 422, 503))
async def get_payoff(
    body: PayoffIn, user_id: MarketUser, instruments: Directory, hub: Market, calendar: Hours, clock: Now
) -> PayoffOut:
    """What legs come to at expiry and now, before charges. Their margin: POST /v1/orders/margins."""
    return await reckon(hub, instruments, calendar, body, clock())


def _expiry(found: Family, expiry: date, calendar: Calendar, today: date) -> ExpiryOut:
    future = found.future_of(expiry)
    return ExpiryOut(
        expiry=expiry,
        days=(expiry - today).days,
        expires_at=expires_at(calendar, found.exchange, expiry),
        monthly=found.monthly(expiry),
        strikes=len(found.strikes(expiry)),
        future=str(future.id) if future else None,
    )
