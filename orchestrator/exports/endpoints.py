"""Every table as CSV, for a spreadsheet or an accountant; long ones are sent as they are read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import date
from enum import StrEnum
from functools import partial
from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import StreamingResponse

from aggregation.profit import Group, profits
from domain.account import UserId
from domain.calendar import IST
from domain.order import OrderId
from orchestrator.accounts.access import Live
from orchestrator.errors import problems
from orchestrator.exports import tables
from orchestrator.exports.lines import lines
from orchestrator.exports.tables import Cells
from orchestrator.identity.access import CurrentUser
from orchestrator.market.access import Directory, Market
from orchestrator.orders import finding
from orchestrator.portfolio.access import View
from orchestrator.profits import service
from orchestrator.profits.service import History, Sources
from orchestrator.state import Db, Now
from orchestrator.trades import repository as trades
from orchestrator.trades.asking import First, Last, OfAccount, OfInstrument, wanted
from orchestrator.trades.repository import Wanted

router = APIRouter(prefix="/v1/exports", tags=["exports"])

AT_ONCE = 500  # rows in one reading of the database, and in one piece of the answer
LONG_AGO = date(2000, 1, 1)


class Table(StrEnum):
    HOLDINGS = "holdings"
    POSITIONS = "positions"
    FUNDS = "funds"
    ORDERS = "orders"
    TRADES = "trades"
    PNL = "pnl"
    LOTS = "lots"
    CLOSINGS = "closings"
    CHARGES = "charges"


async def _sources(db: Db, connections: Live, instruments: Directory, hub: Market) -> Sources:
    return Sources(db, connections, instruments, hub)


From = Annotated[Sources, Depends(_sources)]
Pieces = AsyncIterator[str]


@router.get(
    "/{table}.csv",
    response_class=StreamingResponse,
    responses=problems(401, 404) | {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
async def export_table(
    table: Table,
    user_id: CurrentUser,
    sources: From,
    view: View,
    clock: Now,
    account: OfAccount = None,
    instrument: OfInstrument = None,
    first: First = None,
    last: Last = None,
    group: Group = Group.INSTRUMENT,
) -> StreamingResponse:
    """A table as CSV in UTF-8: plain decimals, times in IST, `unknown` for what is not known.

    `account`, `instrument`, `from` and `to` choose among trades, closings and charges, and of what P&L and lots are
    reckoned; `group` is of P&L.
    """
    asked = wanted(
        user_id,
        connections=sources.connections,
        instruments=sources.instruments,
        account=account,
        instrument=instrument,
        first=first,
        last=last,
    )
    now = clock()
    match table:
        case Table.HOLDINGS:
            pieces = _told(tables.HOLDINGS, tables.holdings(view))
        case Table.POSITIONS:
            pieces = _told(tables.POSITIONS, tables.positions(view))
        case Table.FUNDS:
            pieces = _told(tables.FUNDS, tables.funds(view))
        case Table.ORDERS:
            pieces = _orders(sources, user_id)
        case Table.TRADES:
            pieces = _trades(sources, user_id, asked)
        case _:
            found = await service.history(sources, user_id, asked, portfolio=view, now=now)
            pieces = _reckoned(table, found, asked, group)
    day = now.astimezone(IST).date().isoformat()
    headers = {
        "Content-Disposition": f'attachment; filename="{table.value}-{day}.csv"',
        "Cache-Control": "no-store",
    }
    return StreamingResponse(pieces, media_type="text/csv; charset=utf-8", headers=headers)


def _reckoned(table: Table, found: History, asked: Wanted, group: Group) -> Pieces:
    first, last = asked.first or LONG_AGO, asked.last or found.today
    if table is Table.PNL:
        earned = profits(
            found.ledger,
            found.billed.bills,
            found.prices,
            first=first,
            last=last,
            group=group,
            valued=last >= found.today,
        )
        return _told(tables.PNL, map(tables.profit, earned.rows))
    if table is Table.LOTS:
        return _told(tables.LOTS, tables.lots(found))
    if table is Table.CLOSINGS:
        closings = (one for one in found.ledger.closings if first <= one.day <= last)
        return _told(tables.CLOSINGS, map(tables.closing, closings))
    bills = (one for one in found.billed.bills if first <= one.day <= last)
    return _told(tables.CHARGES, map(tables.bill, bills))


async def _told(head: tuple[str, ...], rows: Iterable[Cells]) -> Pieces:
    yield lines([head])
    waiting: Iterator[Cells] = iter(rows)
    while some := list(islice(waiting, AT_ONCE)):
        yield lines(some)


async def _trades(sources: Sources, user_id: UserId, asked: Wanted) -> Pieces:
    """Oldest first."""
    yield lines([tables.TRADES])
    after = None
    while True:
        page = partial(trades.older_first, user_id=user_id, wanted=asked, after=after, limit=AT_ONCE)
        some = await sources.db.read(page)
        yield lines(tables.trade(one.trade) for one in some)
        if len(some) < AT_ONCE:
            return
        after = (some[-1].trade.at, some[-1].id)


async def _orders(sources: Sources, user_id: UserId) -> Pieces:
    """Newest first."""
    yield lines([tables.ORDERS])
    before: OrderId | None = None
    while True:
        page = partial(finding.page, user_id=user_id, status="all", before=before, limit=AT_ONCE // 5)
        some = await sources.db.read(page)
        yield lines(row for one in some for row in tables.order(one.order))
        if len(some) < AT_ONCE // 5:
            return
        before = some[-1].order.id
