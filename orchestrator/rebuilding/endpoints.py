"""Evenings that were missed, rebuilt on request."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, cast

from fastapi import APIRouter, Depends
from starlette.requests import HTTPConnection

from domain.calendar import IST
from orchestrator.accounts.access import Live
from orchestrator.errors import Problem, problems
from orchestrator.identity.access import CurrentUser
from orchestrator.market.access import Directory, Market
from orchestrator.market.history import History
from orchestrator.performance import repository
from orchestrator.performance.rebuilt import rebuilt_series
from orchestrator.performance.schemas import RebuiltDayOut, RebuiltOut
from orchestrator.portfolio.access import View
from orchestrator.profits.service import Sources
from orchestrator.rebuilding.service import LONGEST, Asked, rebuild
from orchestrator.state import Db, Hours, Now
from orchestrator.trades.asking import First, Last, OfAccount, own_account

EARLIEST = date(1990, 1, 1)  # shares are held in no depository before it

router = APIRouter(prefix="/v1/portfolio", tags=["performance"])


async def _history(connection: HTTPConnection) -> History:
    return cast(History, connection.app.state.history)


Candles = Annotated[History, Depends(_history)]


@router.post("/performance/backfill", responses=problems(401, 404, 422))
async def backfill_evenings(
    user_id: CurrentUser,
    db: Db,
    connections: Live,
    instruments: Directory,
    hub: Market,
    candles: Candles,
    portfolio: View,
    calendar: Hours,
    clock: Now,
    first: First = None,
    last: Last = None,
    account: OfAccount = None,
) -> RebuiltOut:
    """Rebuild the evenings that nobody read, out of the trades that are known and the closing prices brokers tell.

    Shares alone: they are in no return. The same days may be asked for again; a year at most at once, by default the
    last 30 days.
    """
    now = clock()
    yesterday = now.astimezone(IST).date() - timedelta(days=1)
    last = min(last or yesterday, yesterday)
    first = first or max(last, EARLIEST) - timedelta(days=30)
    _checked(first, last)
    mine = [one for one in connections.of_user(user_id) if one.snapshot is not None]
    accounts = [one.account.id for one in mine]
    if account is not None:
        asked = own_account(user_id, account, connections)
        accounts = [one for one in accounts if one == asked]
    if not accounts:
        return RebuiltOut(items=[])
    made = await rebuild(
        Sources(db, connections, instruments, hub),
        candles,
        calendar,
        Asked(user_id, accounts, first, last, now),
        portfolio,
    )
    read = await db.read(
        lambda conn: repository.evenings(conn, user_id, accounts=accounts, first=first, last=last)
    )
    return RebuiltOut(items=[RebuiltDayOut.of(one) for one in rebuilt_series(made, read)])


def _checked(first: date, last: date) -> None:
    if last < EARLIEST:
        rule = f"no day before {EARLIEST:%Y}"
        raise Problem(422, "invalid_input", rule, field="to", rule=rule)
    if (last - first).days > LONGEST:
        rule = f"at most {LONGEST} days at once"
        raise Problem(422, "invalid_input", rule, field="from", rule=rule)
    if first > last:
        rule = "the first day is not after the last one, and that is yesterday at the latest"
        raise Problem(422, "invalid_input", rule, field="from", rule=rule)
