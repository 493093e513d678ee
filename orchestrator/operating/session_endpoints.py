"""Sessions at brokers over all users, for operators: which process has them, ending one, and asking for a new one."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy import Connection

from adapters.broker import Adapter, LoginKind
from domain.account import AccountId, AccountState, BrokerId, UserId
from orchestrator.accounts import repository
from orchestrator.accounts.access import Live
from orchestrator.accounts.endpoints import LoginDesk
from orchestrator.accounts.repository import StoredAccount
from orchestrator.errors import Problem, not_found, problems
from orchestrator.identity.doing import Acting
from orchestrator.identity.proof import Operator, Proven
from orchestrator.leases import rows as lease_rows
from orchestrator.leases.shards import shard_of
from orchestrator.operating import oversight
from orchestrator.operating.oversight import KeptAccount
from orchestrator.schemas import Out, Time
from orchestrator.state import Db, Now

router = APIRouter(prefix="/v1/operator/sessions", tags=["operator"])

ENDED = "an operator of this installation ended the session"


class Renewal(StrEnum):
    """How an account comes by a new session."""

    BY_KEYS = "by_keys"  # with what its owner stored
    IN_APP = "in_app"  # the broker asks the owner in its own app
    BY_OWNER = "by_owner"  # the owner logs in, in a browser

    @staticmethod
    def of(adapter: Adapter) -> Renewal:
        if adapter.terms.login is LoginKind.FORM:
            return Renewal.BY_KEYS
        return Renewal.IN_APP if adapter.phone_login is not None else Renewal.BY_OWNER


class BrokerSessionOut(Out):
    """`since`: the last login. `process`: the one that works for its owner, by its lease; null: none does now."""

    account_id: str
    user_id: str
    broker: BrokerId
    state: AccountState
    since: Time | None
    expires_at: Time | None
    renewal: Renewal
    process: str | None
    last_error: str | None

    @staticmethod
    def of(one: KeptAccount, adapter: Adapter, process: str | None) -> BrokerSessionOut:
        return BrokerSessionOut(
            account_id=one.id,
            user_id=one.user_id,
            broker=BrokerId(one.broker),
            state=AccountState(one.state),
            since=one.connected_at,
            expires_at=one.session_expires_at,
            renewal=Renewal.of(adapter),
            process=process,
            last_error=one.last_error,
        )


class BrokerSessionsOut(Out):
    """By account. `next`: ask for those `after` it; null at the end."""

    items: list[BrokerSessionOut]
    next: str | None


class RenewalOut(Out):
    """What was done: logged in anew with the stored keys, or asked in the broker's app."""

    asked: Renewal


@router.get("", responses=problems(401, 403))
async def list_broker_sessions(
    _operator: Operator,
    db: Db,
    logins: LoginDesk,
    state: Annotated[AccountState | None, Query(description="Only these; else all but removed ones.")] = None,
    after: Annotated[str | None, Query(max_length=64)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> BrokerSessionsOut:
    """Who is logged in where, until when, and which process works with it."""

    def read(conn: Connection) -> tuple[list[KeptAccount], dict[str, str]]:
        found = oversight.accounts_of_all(conn, state=state, after=after, limit=limit + 1)
        names = {shard_of(UserId(one.user_id)) for one in found}
        return found, lease_rows.owners(conn, names)

    found, owners = await db.read(read)
    items = [
        BrokerSessionOut.of(
            one, logins.adapters[BrokerId(one.broker)], owners.get(shard_of(UserId(one.user_id)))
        )
        for one in found[:limit]
    ]
    return BrokerSessionsOut(items=items, next=items[-1].account_id if len(found) > limit else None)


@router.post("/{account_id}/end", status_code=204, responses=problems(401, 403, 404, 409))
async def end_broker_session(
    account_id: str, _operator: Operator, _proven: Proven, doer: Acting, db: Db, clock: Now, connections: Live
) -> None:
    """Forget the session here, and log out at the broker where it takes that; its owner logs in again. Orders at the
    broker are not touched, and one without an answer is looked for after the next login."""

    def work(conn: Connection) -> None:
        known = _known(conn, account_id)
        by, sealed = doer.actor, known.session
        if not repository.end_session(conn, known.account, sealed, ENDED, clock(), by=by):
            raise Problem(409, "no_session", "nobody is logged in there")

    await db.write(work)
    await connections.leave(AccountId(account_id))


@router.post("/{account_id}/renewal", responses=problems(401, 403, 404, 409, 503, 504))
async def renew_broker_session(
    account_id: str, _operator: Operator, _proven: Proven, doer: Acting, db: Db, logins: LoginDesk
) -> RenewalOut:
    """Log in anew with the keys that the owner stored, or have the broker ask the owner in its app. Where only the
    owner can, in a browser: 409 `renewal_by_owner`."""
    known = await db.read(lambda conn: _known(conn, account_id))
    account, adapter = known.account, logins.adapters[known.account.broker]
    renewal = Renewal.of(adapter)
    if renewal is Renewal.BY_OWNER:
        detail = f"{adapter.terms.name} asks the owner in a browser"
        raise Problem(409, "renewal_by_owner", detail, fix="ask the owner to log in on the Brokers page")
    if renewal is Renewal.IN_APP:
        await logins.ask_phone(account.user_id, account.id, doer.actor)
    else:
        await logins.again(account.user_id, account.id, credentials=None, browser="", actor=doer.actor)
    return RenewalOut(asked=renewal)


def _known(conn: Connection, account_id: str) -> StoredAccount:
    """Raises Problem 404."""
    known = repository.by_id(conn, AccountId(account_id))
    if known is None or known.account.state is AccountState.DISCONNECTED:
        raise not_found("account")
    return known
