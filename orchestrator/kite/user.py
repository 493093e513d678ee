"""Kite's calls about the user, and about the money of all accounts as one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from adapters.zerodha.wire import PRODUCT_WORDS, TYPE_WORDS
from domain.instrument import Exchange
from domain.money import Money
from domain.portfolio import AccountSnapshot
from orchestrator.accounts.access import Live
from orchestrator.identity.caller import Caller
from orchestrator.kite import people
from orchestrator.kite.answers import NIL, rupees, success
from orchestrator.kite.door import Reader, owner_of
from orchestrator.kite.forms import bad
from orchestrator.kite.reading import read
from orchestrator.state import Db

router = APIRouter(prefix="/kite", include_in_schema=False)

BROKER = "VIRTUAL"
EQUITY, COMMODITY = "equity", "commodity"


def about(caller: Caller, person: people.Person) -> dict[str, Any]:
    """The profile, which a login answers too."""
    return {
        "user_id": owner_of(caller.user_id),
        "user_type": "individual",
        "email": person.email,
        "user_name": person.name,
        "user_shortname": person.name.partition(" ")[0],
        "broker": BROKER,
        "exchanges": [exchange.value for exchange in Exchange],
        "products": list(PRODUCT_WORDS.values()),
        "order_types": list(TYPE_WORDS.values()),
        "avatar_url": None,
        "meta": {"demat_consent": "consent"},
    }


@router.get("/user/profile")
async def profile(caller: Reader, db: Db) -> Response:
    return success(about(caller, await db.read(lambda conn: people.person(conn, caller.user_id))))


@router.get("/user/margins")
async def margins(caller: Reader, live: Live) -> Response:
    """Sums over the accounts. Shares, their derivatives and commodities are one pot at most brokers: it is told as
    equity's, and commodity's is not enabled."""
    found = await read(live, caller)
    both = {EQUITY: _segment(found.snapshots), COMMODITY: _segment(())}
    return success(both, headers=found.headers)


@router.get("/user/margins/{segment}")
async def segment_margins(segment: str, caller: Reader, live: Live) -> Response:
    if segment not in (EQUITY, COMMODITY):
        raise bad("segment")
    found = await read(live, caller)
    return success(_segment(found.snapshots if segment == EQUITY else ()), headers=found.headers)


def _segment(snapshots: tuple[AccountSnapshot, ...]) -> dict[str, Any]:
    """`net` is what new orders may use, as everywhere at Kite; `cash` + `collateral` - `debits` is the same."""
    cash = rupees(Money.sum(one.margin.cash for one in snapshots))
    used = rupees(Money.sum(one.margin.used for one in snapshots))
    net = rupees(Money.sum(one.margin.available for one in snapshots))
    pledged: Decimal = net - cash + used
    return {
        "enabled": bool(snapshots),
        "net": net,
        "available": {
            "adhoc_margin": NIL,
            "cash": cash,
            "opening_balance": NIL,
            "live_balance": net,
            "collateral": pledged,
            "intraday_payin": NIL,
        },
        "utilised": {
            "debits": used,
            "exposure": NIL,
            "m2m_realised": NIL,
            "m2m_unrealised": NIL,
            "option_premium": NIL,
            "payout": NIL,
            "span": NIL,
            "holding_sales": NIL,
            "turnover": NIL,
            "liquid_collateral": NIL,
            "stock_collateral": NIL,
            "delivery": NIL,
        },
    }
