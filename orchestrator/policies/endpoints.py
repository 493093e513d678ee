"""The user's own routing policy over HTTP."""

from __future__ import annotations

from fastapi import APIRouter
from sqlalchemy import Connection as SqlConnection

from domain.account import UserId
from orchestrator.audit.actions import Action
from orchestrator.errors import Problem, problems
from orchestrator.identity.access import CurrentUser
from orchestrator.identity.doing import Acting
from orchestrator.identity.repository import owns_account
from orchestrator.policies import repository
from orchestrator.policies.schemas import PolicyIn, PolicyOut
from orchestrator.state import Db, Now

router = APIRouter(prefix="/v1/users/me", tags=["limits"])


@router.get("/policy", responses=problems(401))
async def get_policy(user: CurrentUser, db: Db) -> PolicyOut:
    """What my orders are routed by."""
    return await db.read(lambda conn: _shown(conn, user))


@router.put("/policy", responses=problems(401, 422))
async def set_policy(policy: PolicyIn, user: CurrentUser, acting: Acting, db: Db, clock: Now) -> PolicyOut:
    """Route my orders by this policy from the next one on. It rests while standard mode is on."""

    def work(conn: SqlConnection) -> PolicyOut:
        refuse_strangers(conn, user, policy)
        repository.save(conn, user, policy, clock())
        acting.did(conn, Action.POLICY_CHANGED, policy=policy.model_dump_json(exclude_none=True))
        return _shown(conn, user)

    # Under the lock of the user's orders: what is decided after this answer is decided by the new policy.
    return await db.write(work, lock=f"orders:{user}")


def refuse_strangers(conn: SqlConnection, user_id: UserId, policy: PolicyIn) -> None:
    """Raises Problem 422 when the policy names an account that is not the user's."""
    for account in policy.named:
        if not owns_account(conn, user_id, account):
            field = "account" if policy.account else "accounts"
            text = f"{account} is none of your connected accounts"
            raise Problem(422, "account_unknown", text, field=field, fix="name accounts of GET /v1/accounts")


def _shown(conn: SqlConnection, user_id: UserId) -> PolicyOut:
    policy, standard = repository.in_force(conn, user_id)
    return PolicyOut.of(policy, standard_mode=standard)
