"""Holdings, positions and funds over all accounts; moving money where the broker lets a program do it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from domain.account import AccountId, UserId
from domain.instrument import InstrumentId
from domain.money import ZERO, Money
from domain.portfolio import Portfolio
from orchestrator.accounts.access import Live
from orchestrator.accounts.connections import Connections
from orchestrator.errors import Problem, not_found, problems
from orchestrator.identity.access import CurrentUser
from orchestrator.instruments.service import Instruments
from orchestrator.market.access import Directory, Market
from orchestrator.portfolio import service
from orchestrator.portfolio.schemas import (
    BalanceOut,
    FundsOut,
    GapOut,
    HoldingOut,
    HoldingsOut,
    PortfolioOut,
    PositionOut,
    PositionsOut,
    TotalsOut,
    TransferIn,
)
from orchestrator.state import Now

router = APIRouter(prefix="/v1", tags=["portfolio"])


async def _view(
    user_id: CurrentUser,
    connections: Live,
    instruments: Directory,
    hub: Market,
    clock: Now,
) -> Portfolio:
    return await service.portfolio(
        user_id, connections=connections, instruments=instruments, hub=hub, now=clock()
    )


View = Annotated[Portfolio, Depends(_view)]


@router.get("/portfolio", responses=problems(401))
async def get_portfolio(view: View, instruments: Directory) -> PortfolioOut:
    """Everything, consolidated: lines with their lots by account, exact totals, and what is missing."""
    return PortfolioOut(
        as_of=view.as_of,
        totals=TotalsOut.of(view.totals),
        holdings=_holdings(view, instruments),
        positions=_positions(view, instruments),
        funds=[FundsOut.of(one) for one in view.funds],
        gaps=_gaps(view),
    )


@router.get("/portfolio/holdings", responses=problems(401))
async def get_holdings(view: View, instruments: Directory) -> HoldingsOut:
    """Shares by ISIN."""
    return HoldingsOut(as_of=view.as_of, holdings=_holdings(view, instruments), gaps=_gaps(view))


@router.get("/portfolio/positions", responses=problems(401))
async def get_positions(view: View, instruments: Directory) -> PositionsOut:
    """Trades by contract and product."""
    return PositionsOut(as_of=view.as_of, positions=_positions(view, instruments), gaps=_gaps(view))


@router.get("/funds/balance", tags=["funds"], responses=problems(401))
async def get_balance(view: View) -> BalanceOut:
    """Cash and margin, by account and together."""
    return BalanceOut.of(view)


@router.post("/funds/deposit", tags=["funds"], responses=problems(401, 404, 409))
async def deposit_funds(body: TransferIn, user_id: CurrentUser, connections: Live) -> FundsOut:
    """Put money into a simulated account. Real brokers take deposits on their own pages only."""
    return await _move(body.amount, body, user_id, connections)


@router.post("/funds/withdraw", tags=["funds"], responses=problems(401, 404, 409))
async def withdraw_funds(body: TransferIn, user_id: CurrentUser, connections: Live) -> FundsOut:
    """Take money out of a simulated account."""
    return await _move(-body.amount, body, user_id, connections)


async def _move(amount: Money, body: TransferIn, user_id: UserId, connections: Connections) -> FundsOut:
    if body.amount <= ZERO or body.amount != body.amount.rounded():
        raise Problem(
            422,
            "invalid_input",
            "the amount is not one that can be paid",
            field="amount",
            rule="more than zero, in whole paise",
            fix='give for example "5000.00"',
        )
    connection = connections.get(AccountId(body.account))
    if connection is None or connection.account.user_id != user_id:
        raise not_found("account")
    if not connection.terms.moves_funds:
        raise Problem(
            409,
            "funds_not_movable",
            f"{connection.terms.name} takes deposits and withdrawals on its own pages only",
            field="account",
            rule="only simulated accounts move money by API",
        )
    if connection.broker is None:
        raise Problem(409, "login_needed", f"{connection.account.label} needs a login", field="account")
    await connection.broker.move_funds(amount)
    await connections.refresh(connection.account.id)
    return _funds_of(connection.account.id, connections)


def _funds_of(account: AccountId, connections: Connections) -> FundsOut:
    """As read after the move; the move stands even when that reading failed."""
    connection = connections.get(account)
    snapshot = connection.snapshot if connection else None
    if snapshot is None:
        raise Problem(503, "broker_unavailable", "the money was moved, but the new balance is not known yet")
    return FundsOut(
        account=account,
        broker=snapshot.broker,
        label=snapshot.label,
        cash=snapshot.margin.cash,
        margin_used=snapshot.margin.used,
        margin_available=snapshot.margin.available,
        as_of=snapshot.as_of,
        stale=snapshot.stale_since is not None,
    )


def _holdings(view: Portfolio, instruments: Instruments) -> list[HoldingOut]:
    return [HoldingOut.of(line, name=_words(line.instrument, instruments)) for line in view.holdings]


def _positions(view: Portfolio, instruments: Instruments) -> list[PositionOut]:
    return [PositionOut.of(line, name=_words(line.instrument, instruments)) for line in view.positions]


def _gaps(view: Portfolio) -> list[GapOut]:
    return [GapOut.of(gap) for gap in view.gaps]


def _words(name: InstrumentId, instruments: Instruments) -> str:
    known = instruments.get(name)
    return known.name if known else name.symbol
