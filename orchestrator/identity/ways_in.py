"""Nobody locks themselves out: of the ways in which a user can log in, one always stays."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from domain.account import UserId
from orchestrator.errors import Problem
from orchestrator.tables.identity import users
from orchestrator.tables.signin import oidc_links, passkeys


def lock(user_id: UserId) -> str:
    """Held by whoever adds or takes away one."""
    return f"ways in:{user_id}"


def keep_one(conn: Connection, user_id: UserId, *, issuer: str) -> None:
    """`issuer`: the provider at which one may sign in, "" for none. Raises Problem 409 `last_way_in` when this
    transaction would leave none."""
    has_password = (
        conn.execute(select(users.c.password_hash).where(users.c.id == user_id)).scalar() is not None
    )
    keys = select(func.count()).where(passkeys.c.user_id == user_id)
    links = select(func.count()).where(oidc_links.c.user_id == user_id, oidc_links.c.issuer == issuer)
    if not (has_password or conn.execute(keys).scalar_one() or conn.execute(links).scalar_one()):
        raise Problem(
            409,
            "last_way_in",
            "without it you could not log in any more",
            fix="set a password or add a passkey first",
        )
