"""How the whole installation does, for operators: accounts, unclear orders and the audit log over all users."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from domain.account import AccountId, AccountState, BrokerId
from domain.order import Status
from orchestrator.accounts.access import Live
from orchestrator.accounts.connections import Connections
from orchestrator.audit.actions import Action
from orchestrator.errors import problems
from orchestrator.identity.proof import Operator
from orchestrator.operating import oversight
from orchestrator.operating.oversight import KeptAccount, Unclear
from orchestrator.schemas import AskedTime, Out, Time
from orchestrator.state import Db

router = APIRouter(prefix="/v1/operator", tags=["operator"])


class WatchedAccountOut(Out):
    """An account over all users, without what is in it. `reads` and `writes`: its breakers as the process that answers
    has them (closed, open, half_open; null while nobody is logged in). `as_of`: of the last numbers read."""

    id: str
    user_id: str
    broker: BrokerId
    state: AccountState
    connected_at: Time | None
    session_expires_at: Time | None
    failing_since: Time | None
    as_of: Time | None
    reads: str | None
    writes: str | None
    last_error: str | None

    @staticmethod
    def of(one: KeptAccount, connections: Connections) -> WatchedAccountOut:
        here = connections.get(AccountId(one.id))
        health = here.health() if here is not None else None
        return WatchedAccountOut(
            id=one.id,
            user_id=one.user_id,
            broker=BrokerId(one.broker),
            state=AccountState(one.state),
            connected_at=one.connected_at,
            session_expires_at=one.session_expires_at,
            failing_since=here.failing_since if here is not None else None,
            as_of=here.snapshot.as_of if here is not None and here.snapshot is not None else None,
            reads=health.reads if health is not None else None,
            writes=health.writes if health is not None else None,
            last_error=here.last_error if here is not None else one.last_error,
        )


class WatchedAccountsOut(Out):
    """By id. `next`: ask for those `after` it; null at the end."""

    items: list[WatchedAccountOut]
    next: str | None


class UnclearOrderOut(Out):
    """A part of an order that left, or may have, without a clear answer. What it is of is its user's alone."""

    child_id: str
    order_id: str
    user_id: str
    account_id: str
    broker: BrokerId
    status: Status
    since: Time
    tag: str

    @staticmethod
    def of(one: Unclear) -> UnclearOrderOut:
        return UnclearOrderOut(
            child_id=one.child_id,
            order_id=one.order_id,
            user_id=one.user_id,
            account_id=one.account_id,
            broker=BrokerId(one.broker),
            status=one.status,
            since=one.since,
            tag=one.tag,
        )


class UnclearOrdersOut(Out):
    """The oldest first."""

    items: list[UnclearOrderOut]


class LogEntryOut(Out):
    """An entry of the audit log, without its details and addresses. `position` in the chain is null until the entry
    is linked."""

    id: str
    at: Time
    user_id: str | None
    action: str
    actor_kind: str
    actor: str
    subject: str
    position: int | None

    @staticmethod
    def of(row: Any) -> LogEntryOut:
        return LogEntryOut(
            id=str(row.id),
            at=row.at,
            user_id=row.user_id,
            action=row.action,
            actor_kind=row.actor_kind,
            actor=row.actor,
            subject=row.subject,
            position=row.position,
        )


class InstallationLogOut(Out):
    """The newest first. `next`: ask for those `before` it; null at the end."""

    items: list[LogEntryOut]
    next: str | None


@router.get("/accounts", responses=problems(401, 403))
async def list_watched_accounts(
    _operator: Operator,
    db: Db,
    connections: Live,
    state: Annotated[AccountState | None, Query(description="Only these; else all but removed ones.")] = None,
    after: Annotated[str | None, Query(max_length=64)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> WatchedAccountsOut:
    """How everybody's accounts do: logged in or not, read or failing, breakers. Nothing of what they hold."""
    found = await db.read(
        lambda conn: oversight.accounts_of_all(conn, state=state, after=after, limit=limit + 1)
    )
    items = [WatchedAccountOut.of(one, connections) for one in found[:limit]]
    return WatchedAccountsOut(items=items, next=items[-1].id if len(found) > limit else None)


@router.get("/orders/unclear", responses=problems(401, 403))
async def list_unclear_orders(_operator: Operator, db: Db) -> UnclearOrdersOut:
    """Orders of all users that are being looked for at their brokers. Nothing is ever sent again in their place; their
    users decide, an operator does not trade."""
    found = await db.read(oversight.unclear_orders)
    return UnclearOrdersOut(items=[UnclearOrderOut.of(one) for one in found])


@router.get("/audit", responses=problems(401, 403))
async def search_audit(
    _operator: Operator,
    db: Db,
    user_id: Annotated[str | None, Query(max_length=64)] = None,
    action: Annotated[
        list[Action] | None, Query(description="Only these; may be given several times.")
    ] = None,
    subject: Annotated[
        str | None, Query(max_length=128, description="What it was done to, by its id.")
    ] = None,
    since: Annotated[AskedTime | None, Query(description="From this moment on, with its offset.")] = None,
    until: Annotated[AskedTime | None, Query(description="Before this moment, with its offset.")] = None,
    before: Annotated[
        str | None, Query(pattern="^[0-9]{1,18}$", description="`next` of the page before.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> InstallationLogOut:
    """Who did what to what, over all users. Details and addresses are shown to the user alone."""
    rows = await db.read(
        lambda conn: oversight.entries(
            conn,
            user_id=user_id,
            actions=action or (),
            subject=subject,
            since=since,
            until=until,
            before=None if before is None else int(before),
            limit=limit + 1,
        )
    )
    items = [LogEntryOut.of(row) for row in rows[:limit]]
    return InstallationLogOut(items=items, next=items[-1].id if len(rows) > limit else None)
