"""The user's routing policy in the database."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy import Connection, bindparam

from domain.account import AccountId, UserId
from domain.policy import Policy, PolicyKind
from orchestrator.policies.schemas import PolicyIn
from orchestrator.storage.prepared import Prepared, Question
from orchestrator.tables.identity import user_policies, users

CHEAPEST = Policy()
CHOSEN = Prepared(
    sa.select(users.c.mode, users.c.primary_account, user_policies.c.policy)
    .select_from(users.outerjoin(user_policies, user_policies.c.user_id == users.c.id))
    .where(users.c.id == bindparam("user"))
)


@lru_cache(maxsize=1024)
def parsed(text: str) -> Policy:
    """A policy as it is kept."""
    return PolicyIn.model_validate_json(text).policy()


def in_force(conn: Connection, user_id: UserId) -> tuple[Policy, bool]:
    """What the user's orders go by, and whether that is the primary account of standard mode.

    Raises LookupError for no such user.
    """
    row = CHOSEN.first(conn, {"user": user_id})
    if row is None:
        raise LookupError(f"there is no user {user_id}")
    mode, primary, text = row
    if mode == "standard" and primary is not None:
        return Policy(PolicyKind.PINNED, AccountId(primary)), True
    return (parsed(text) if text is not None else CHEAPEST), False


def question(user_id: UserId) -> Question:
    """What `in_force` asks."""
    return CHOSEN, {"user": user_id}


def save(conn: Connection, user_id: UserId, policy: PolicyIn, now: datetime) -> None:
    """The last one to save wins."""
    conn.execute(sa.delete(user_policies).where(user_policies.c.user_id == user_id))
    row = {"user_id": user_id, "policy": policy.model_dump_json(), "changed_at": now}
    conn.execute(sa.insert(user_policies), row)
