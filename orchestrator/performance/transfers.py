"""Money into and out of accounts whose broker lets a program move it: the simulated ones. Kept as cash flows."""

from __future__ import annotations

from fastapi import APIRouter
from sqlalchemy import Connection as SqlConnection

from aggregation.portfolio import funds_of
from domain.account import AccountId
from domain.calendar import IST
from domain.money import ZERO, Money
from orchestrator.accounts.access import Live
from orchestrator.accounts.connections import Connections
from orchestrator.audit.actions import Action
from orchestrator.errors import Problem, not_found, problems
from orchestrator.identity.access import FundsCaller
from orchestrator.identity.caller import Caller
from orchestrator.identity.doing import Doer, doer_of
from orchestrator.ids import new_id
from orchestrator.orders.permit import outside_policy, without_effect
from orchestrator.performance import repository
from orchestrator.performance.repository import Flow, FlowSource, FlowState
from orchestrator.portfolio.schemas import FundsOut, TransferIn
from orchestrator.state import Clock, Db, Now
from orchestrator.storage.db import Database

router = APIRouter(prefix="/v1", tags=["funds"])


@router.post("/funds/deposit", responses=problems(401, 404, 409))
async def deposit_funds(
    body: TransferIn, caller: FundsCaller, connections: Live, db: Db, clock: Now
) -> FundsOut:
    """Put money into a simulated account. Real brokers take deposits on their own pages only."""
    return await _move(body.amount, body, caller, connections, db, clock)


@router.post("/funds/withdraw", responses=problems(401, 404, 409))
async def withdraw_funds(
    body: TransferIn, caller: FundsCaller, connections: Live, db: Db, clock: Now
) -> FundsOut:
    """Take money out of a simulated account."""
    return await _move(-body.amount, body, caller, connections, db, clock)


async def _move(
    amount: Money, body: TransferIn, caller: Caller, connections: Connections, db: Database, clock: Clock
) -> FundsOut:
    if refused := without_effect(caller):
        raise outside_policy(refused)
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
    mine = connection is not None and connection.account.user_id == caller.user_id
    if connection is None or not mine or not caller.sees(body.account):
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
    await _keep(db, doer_of(caller, clock), connection.account.id, amount)
    await connections.refresh(connection.account.id)
    return _funds_of(connection.account.id, connections)


async def _keep(db: Database, doer: Doer, account: AccountId, amount: Money) -> None:
    """As a flow of today, so that no return counts it as earned."""
    now = doer.clock()
    made = Flow(
        id=new_id("flw"),
        account_id=account,
        day=now.astimezone(IST).date(),
        amount=amount,
        source=FlowSource.BROKER,
        state=FlowState.CONFIRMED,
        note="moved through the API",
        changed_at=now,
    )

    def work(conn: SqlConnection) -> None:
        repository.add_flow(conn, doer.user_id, made)
        doer.did(conn, Action.FUNDS_MOVED, account, amount=str(amount), flow=made.id)

    await db.write(work, lock=f"performance:{doer.user_id}")


def _funds_of(account: AccountId, connections: Connections) -> FundsOut:
    """As read after the move; the move stands even when that reading failed."""
    connection = connections.get(account)
    snapshot = connection.snapshot if connection else None
    if snapshot is None:
        raise Problem(503, "broker_unavailable", "the money was moved, but the new balance is not known yet")
    return FundsOut.of(funds_of(snapshot))
