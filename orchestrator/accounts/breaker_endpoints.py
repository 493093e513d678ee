"""The breaker of one's own account: how it stands, held open by hand, closed again."""

from __future__ import annotations

from fastapi import APIRouter

from domain.account import AccountId, UserId
from orchestrator.accounts import holding
from orchestrator.accounts.access import Live
from orchestrator.accounts.breaker_schemas import BreakerOut, HoldOpenIn
from orchestrator.accounts.connections import Connection, Connections
from orchestrator.accounts.held_breakers import Holder
from orchestrator.errors import not_found, problems
from orchestrator.identity.access import CurrentUser
from orchestrator.identity.doing import Acting
from orchestrator.state import Db, Now

router = APIRouter(prefix="/v1/accounts/{account_id}/breaker", tags=["accounts"])


@router.get("", responses=problems(401, 404))
async def get_breaker(account_id: str, user_id: CurrentUser, connections: Live) -> BreakerOut:
    """Whether calls go to this account, and by whom its breaker is held open."""
    return BreakerOut.of(_mine(connections, user_id, account_id))


@router.post("/open", responses=problems(401, 404, 422))
async def open_breaker(
    account_id: str,
    body: HoldOpenIn,
    user_id: CurrentUser,
    acting: Acting,
    connections: Live,
    db: Db,
    clock: Now,
) -> BreakerOut:
    """Let nothing new go to this account until then, or until you close it: it is read on, orders there are cancelled,
    and what it holds is closed or sold. Asked again, it has the new reason and end."""
    mine = _mine(connections, user_id, account_id)
    account = mine.account
    await holding.open_breaker(
        connections,
        db,
        body,
        broker=account.broker,
        account=(account.id, user_id),
        by=Holder.OWNER,
        actor=acting.actor,
        now=clock(),
    )
    return BreakerOut.of(mine)


@router.post("/close", responses=problems(401, 404))
async def close_breaker(
    account_id: str, user_id: CurrentUser, acting: Acting, connections: Live, db: Db, clock: Now
) -> BreakerOut:
    """Hold it open no more, and try again now: the account is read, and the next order is a trial whose failure opens
    the breaker at once. What an operator holds open stays so."""
    mine = _mine(connections, user_id, account_id)
    account = mine.account
    await holding.close_breaker(
        connections,
        db,
        broker=account.broker,
        account=(account.id, user_id),
        by=Holder.OWNER,
        actor=acting.actor,
        now=clock(),
    )
    return BreakerOut.of(mine)


def _mine(connections: Connections, user_id: UserId, account_id: str) -> Connection:
    connection = connections.get(AccountId(account_id))
    if connection is None or connection.account.user_id != user_id:
        raise not_found("account")
    return connection
