"""The user's own limits over HTTP."""

from __future__ import annotations

from fastapi import APIRouter
from sqlalchemy import Connection as SqlConnection

from domain.account import UserId
from domain.limits import Usage, UserLimits
from orchestrator.audit.actions import Action
from orchestrator.errors import problems
from orchestrator.guards import repository
from orchestrator.guards.result import DayResult, Result
from orchestrator.guards.schemas import LimitsIn, LimitsOut
from orchestrator.identity.access import CurrentUser
from orchestrator.identity.doing import Acting
from orchestrator.state import Clock, Db, Now

router = APIRouter(prefix="/v1/users/me", tags=["limits"])


@router.get("/limits", responses=problems(401))
async def get_limits(user: CurrentUser, db: Db, clock: Now, day_result: Result) -> LimitsOut:
    """My limits, and what of them is used today."""
    return _shown(*await db.read(lambda conn: _both(conn, user, clock)), user, day_result)


@router.put("/limits", responses=problems(401, 422))
async def set_limits(
    limits: LimitsIn,
    user: CurrentUser,
    acting: Acting,
    db: Db,
    clock: Now,
    day_result: Result,
) -> LimitsOut:
    """Replace all my limits. They hold from the next order on; orders already sent stay."""

    def work(conn: SqlConnection) -> tuple[UserLimits, Usage]:
        repository.save(conn, user, limits, clock())
        acting.did(conn, Action.LIMITS_CHANGED, limits=limits.model_dump_json(exclude_none=True))
        return _both(conn, user, clock)

    # Under the lock of the user's orders: what is decided after this answer is decided under the new limits.
    now_in_force = await db.write(work, lock=f"orders:{user}")
    return _shown(*now_in_force, user, day_result)


def _both(conn: SqlConnection, user: UserId, clock: Clock) -> tuple[UserLimits, Usage]:
    return repository.load(conn, user), repository.usage(conn, user, clock())


def _shown(limits: UserLimits, used: Usage, user: UserId, day_result: DayResult) -> LimitsOut:
    return LimitsOut.of(limits, used, day_result(user))
