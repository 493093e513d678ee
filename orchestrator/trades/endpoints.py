"""The history of trades: listed, and filled from files of before the connection."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from orchestrator.accounts.access import Live
from orchestrator.errors import problems
from orchestrator.identity.access import CurrentUser
from orchestrator.market.access import Directory
from orchestrator.state import Db
from orchestrator.trades import repository
from orchestrator.trades.asking import First, Last, OfAccount, OfInstrument, cursor_of, place_of, wanted
from orchestrator.trades.schemas import TradeOut, TradesOut

router = APIRouter(prefix="/v1/trades", tags=["trades"])


@router.get("", responses=problems(401, 404))
async def list_trades(
    user_id: CurrentUser,
    db: Db,
    connections: Live,
    instruments: Directory,
    account: OfAccount = None,
    instrument: OfInstrument = None,
    first: First = None,
    last: Last = None,
    cursor: Annotated[str | None, Query(max_length=40)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> TradesOut:
    """Every trade that is known of my accounts, newest first: own fills, orders placed elsewhere, imported files.

    `cursor` is the `next_cursor` of the page before.
    """
    asked = wanted(
        user_id,
        connections=connections,
        instruments=instruments,
        account=account,
        instrument=instrument,
        first=first,
        last=last,
    )
    before = place_of(cursor)
    found = await db.read(lambda conn: repository.page(conn, user_id, asked, before=before, limit=limit + 1))
    shown = found[:limit]
    more = len(found) > limit
    return TradesOut(
        items=[TradeOut.of(one.trade) for one in shown],
        next_cursor=cursor_of(shown[-1].trade.at, shown[-1].id) if more else None,
    )
