"""What trading earned, from the accounts' own trades; brokers' figures beside, with the reasons of every difference."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from aggregation.profit import Group, Row, profits, ware_of
from domain.account import UserId
from domain.instrument import InstrumentId
from orchestrator.accounts.access import Live
from orchestrator.errors import problems
from orchestrator.identity.access import CurrentUser
from orchestrator.market.access import Directory, Market
from orchestrator.portfolio.access import View
from orchestrator.portfolio.schemas import GapOut
from orchestrator.profits import service
from orchestrator.profits.beside import Beside
from orchestrator.profits.schemas import (
    BesideOut,
    ClosingOut,
    LotsOut,
    OpenLotOut,
    ProfitRowOut,
    ProfitsOut,
    ProfitTotalOut,
)
from orchestrator.profits.service import Sources
from orchestrator.state import Db, Now
from orchestrator.trades.asking import First, Last, OfAccount, OfInstrument, wanted
from orchestrator.trades.repository import Wanted

router = APIRouter(prefix="/v1/portfolio", tags=["portfolio"])

LONG_AGO = date(2000, 1, 1)


async def _sources(db: Db, connections: Live, instruments: Directory, hub: Market) -> Sources:
    return Sources(db, connections, instruments, hub)


From = Annotated[Sources, Depends(_sources)]


@router.get("/pnl", responses=problems(401, 404))
async def get_pnl(
    user_id: CurrentUser,
    sources: From,
    portfolio: View,
    clock: Now,
    group: Group = Group.INSTRUMENT,
    account: OfAccount = None,
    instrument: OfInstrument = None,
    first: First = None,
    last: Last = None,
) -> ProfitsOut:
    """Realised and unrealised, before and after charges, from the trades that are known; by default over all days.

    Lots are FIFO, by demat account. `unrealised` and `beside` are of now, so that they are told when the range reaches
    today.
    """
    asked = _asked(user_id, sources, account=account, instrument=instrument, first=first, last=last)
    found = await service.history(sources, user_id, asked, portfolio=portfolio, now=clock())
    until = last or found.today
    valued = until >= found.today
    earned = profits(
        found.ledger,
        found.billed.bills,
        found.prices,
        first=first or LONG_AGO,
        last=until,
        group=group,
        valued=valued,
    )
    sides: list[Beside] = []
    if valued and group is not Group.DAY:
        sides = await service.beside(sources, user_id, found, portfolio=portfolio, wanted=asked)
    days = [one.day for one in found.trades]
    return ProfitsOut(
        as_of=portfolio.as_of,
        first=first or min(days, default=found.today),
        last=until,
        group=group,
        rows=[ProfitRowOut.of_row(row, _shown(_sides_of(row, sides))) for row in earned.rows],
        without_trades=_shown(one for one in sides if not any(_belongs(one, row) for row in earned.rows)),
        total=ProfitTotalOut.of_total(earned.total, found.billed.rounding_between(first or LONG_AGO, until)),
        notes=_notes(
            earned.total,
            service.ended_contracts(sources, found),
            service.unvalued(found) if valued else [],
            valued=valued,
        ),
        gaps=[GapOut.of(gap) for gap in portfolio.gaps],
    )


@router.get("/lots", responses=problems(401, 404))
async def get_lots(
    user_id: CurrentUser,
    sources: From,
    portfolio: View,
    clock: Now,
    instrument: Annotated[str, Query(max_length=60, description="NSE:INFY; a share over all its listings.")],
    account: OfAccount = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="The most closings shown.")] = 200,
) -> LotsOut:
    """The lots behind one instrument's numbers: what is open and what each closing earned."""
    asked = _asked(user_id, sources, account=account, instrument=instrument, first=None, last=None)
    found = await service.history(sources, user_id, asked, portfolio=portfolio, now=clock())
    price = next(iter(found.prices.get(ware_of(lot.instrument, lot.isin)) for lot in found.ledger.lots), None)
    return LotsOut(
        as_of=portfolio.as_of,
        last_price=price.price if price else None,
        price_as_of=price.at if price else None,
        lots=[OpenLotOut.of(lot, price) for lot in found.ledger.lots],
        closings=[ClosingOut.of(one) for one in reversed(found.ledger.closings[-limit:])],
    )


def _asked(
    user_id: UserId,
    sources: Sources,
    *,
    account: str | None,
    instrument: str | None,
    first: date | None,
    last: date | None,
) -> Wanted:
    return wanted(
        user_id,
        connections=sources.connections,
        instruments=sources.instruments,
        account=account,
        instrument=instrument,
        first=first,
        last=last,
    )


def _belongs(one: Beside, row: Row) -> bool:
    if row.instrument is None:
        return one.account_id == row.account_id
    return ware_of(one.instrument, one.isin) == ware_of(row.instrument, row.isin)


def _sides_of(row: Row, sides: Iterable[Beside]) -> list[Beside]:
    return [one for one in sides if _belongs(one, row)]


def _shown(sides: Iterable[Beside]) -> list[BesideOut]:
    return [BesideOut.of(one) for one in sides]


def _notes(
    total: Row, ended: Sequence[InstrumentId], unvalued: Sequence[InstrumentId], *, valued: bool
) -> list[str]:
    """Everything that makes a number unknown, and what would make it known."""
    notes = []
    if ended:
        notes.append(
            f"Contracts that expired were never closed by a trade: {_some(ended)}. Tell what they ended at with "
            "POST /v1/portfolio/lot-events, and what they earned is known."
        )
    if rest := [name for name in unvalued if name not in ended]:
        notes.append(f"What is open in {_some(rest)} cannot be valued: no price of it is known.")
    if total.unseen_quantity:
        notes.append(
            f"{total.unseen_quantity} units were sold that no known trade bought: import the trades of before the "
            "connection, and what they earned is known."
        )
    if not valued:
        notes.append("What was open on the last day is not valued: that is told for ranges that reach today.")
    if total.charges_estimated:
        notes.append(
            "Some trades are from files that do not tell the product: their charges are an estimate."
        )
    if total.charges is None:
        notes.append("Of some days no rates are on file, or it is not known what was traded.")
    return notes


def _some(names: Sequence[InstrumentId]) -> str:
    shown = ", ".join(map(str, names[:5]))
    return f"{shown} and {len(names) - 5} more" if len(names) > 5 else shown
