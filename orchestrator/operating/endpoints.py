"""Users, for the operators of the installation."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, cast

from fastapi import APIRouter, Depends, Query
from starlette.requests import HTTPConnection

from domain.account import UserId
from orchestrator.errors import problems
from orchestrator.identity.access import Ended
from orchestrator.identity.claims import Role
from orchestrator.identity.doing import Acting
from orchestrator.identity.ended import EndedWhy
from orchestrator.identity.proof import Operator, Proven
from orchestrator.identity.schemas import EndedOut
from orchestrator.operating import service
from orchestrator.operating.service import Known
from orchestrator.schemas import Out, Time
from orchestrator.state import Db, Now
from orchestrator.tokens.personal import PersonalTokens

router = APIRouter(prefix="/v1/operator/users", tags=["operator"])


class KnownUserOut(Out):
    """What an operator sees of a user. `logins`: that go on."""

    id: str
    email: str
    name: str
    role: Role
    created_at: Time
    email_verified: bool
    disabled_at: Time | None
    second_factor: bool
    logins: int
    last_seen: Time | None

    @staticmethod
    def of(one: Known) -> KnownUserOut:
        return KnownUserOut(
            id=one.id,
            email=one.email,
            name=one.name,
            role=Role(one.role),
            created_at=one.created_at,
            email_verified=one.email_verified_at is not None,
            disabled_at=one.disabled_at,
            second_factor=one.second_factor_since is not None,
            logins=one.logins,
            last_seen=one.last_seen,
        )


class KnownUsersOut(Out):
    """In the order in which they came. `next`: ask for those `after` it; null at the end."""

    items: list[KnownUserOut]
    next: str | None


async def _tokens(connection: HTTPConnection) -> PersonalTokens:
    return cast(PersonalTokens, connection.app.state.tokens)


@router.get("", responses=problems(401, 403))
async def list_users(
    _operator: Operator,
    db: Db,
    clock: Now,
    after: Annotated[str | None, Query(max_length=64)] = None,
    find: Annotated[str, Query(max_length=254)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> KnownUsersOut:
    """Everybody who has an account here, or whose e-mail or name has `find` in it, or whose id it is. What they own,
    trade or keep secret is not told."""
    now: datetime = clock()
    part = find.strip()
    found = await db.read(lambda conn: service.listed(conn, after=after, limit=limit + 1, now=now, find=part))
    items = [KnownUserOut.of(one) for one in found[:limit]]
    return KnownUsersOut(items=items, next=items[-1].id if len(found) > limit else None)


@router.post("/{user_id}/unlock", status_code=204, responses=problems(401, 403, 404))
async def unlock_user(
    user_id: str, _operator: Operator, _proven: Proven, doer: Acting, db: Db, clock: Now
) -> None:
    """Failed logins of before count no more."""
    await db.write(lambda conn: service.unlock(conn, UserId(user_id), by=doer.actor, now=clock()))


@router.post("/{user_id}/end-sessions", responses=problems(401, 403, 404))
async def end_sessions_of_user(
    user_id: str, _operator: Operator, _proven: Proven, doer: Acting, db: Db, clock: Now, ended: Ended
) -> EndedOut:
    """Log the user out everywhere."""
    over = await db.write(
        lambda conn: service.end_sessions(conn, UserId(user_id), by=doer.actor, now=clock())
    )
    await ended.end(over, EndedWhy.ENDED_BY_OPERATOR)
    return EndedOut(ended=len(over))


@router.post("/{user_id}/disable", status_code=204, responses=problems(401, 403, 404, 409))
async def disable_user(
    user_id: str,
    _operator: Operator,
    _proven: Proven,
    doer: Acting,
    db: Db,
    clock: Now,
    ended: Ended,
    tokens: Annotated[PersonalTokens, Depends(_tokens)],
) -> None:
    """Nobody logs in as this user any more, and the user's tokens are refused. Orders and accounts stay as they are."""
    over = await db.write(lambda conn: service.disable(conn, UserId(user_id), by=doer.actor, now=clock()))
    await ended.end(over, EndedWhy.ENDED_BY_OPERATOR)
    await tokens.changed(await db.read(lambda conn: service.tokens_of(conn, UserId(user_id))))


@router.post("/{user_id}/enable", status_code=204, responses=problems(401, 403, 404))
async def enable_user(
    user_id: str,
    _operator: Operator,
    _proven: Proven,
    doer: Acting,
    db: Db,
    clock: Now,
    tokens: Annotated[PersonalTokens, Depends(_tokens)],
) -> None:
    """The user may log in again, and tokens are good again."""
    await db.write(lambda conn: service.enable(conn, UserId(user_id), by=doer.actor, now=clock()))
    await tokens.changed(await db.read(lambda conn: service.tokens_of(conn, UserId(user_id))))
