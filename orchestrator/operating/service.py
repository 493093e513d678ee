"""What whoever keeps the installation does about users: sees who they are, lets them in, shuts them out.

Of what users own, hold, trade or have as secrets nothing is read here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from domain.account import UserId
from orchestrator.audit.actions import Action
from orchestrator.audit.record import Actor, audited
from orchestrator.errors import Problem, not_found
from orchestrator.identity import lockout, repository
from orchestrator.identity.claims import Role
from orchestrator.identity.ended import EndedWhy
from orchestrator.identity.repository import User
from orchestrator.identity.second_factor import codes as second_factor
from orchestrator.identity.sessions import known
from orchestrator.tables.identity import user_sessions, users
from orchestrator.tables.people import second_factors
from orchestrator.tables.tokens import personal_tokens

ROW = users.c


@dataclass(frozen=True, slots=True)
class Known:
    """What an operator sees of a user. `logins`: that go on; `last_seen`: in any of them."""

    id: UserId
    email: str
    name: str
    role: str
    created_at: datetime
    email_verified_at: datetime | None
    disabled_at: datetime | None
    second_factor_since: datetime | None
    logins: int
    last_seen: datetime | None


def listed(conn: Connection, *, after: str | None, limit: int, now: datetime, find: str = "") -> list[Known]:
    """In the order in which they came; `after` is the id of one that is known. `find`: a part of the e-mail or the
    name, or the id."""
    here = user_sessions.c
    going = sa.and_(here.user_id == ROW.id, here.ended_at.is_(None), here.expires_at > now)
    query = sa.select(
        ROW.id,
        ROW.email,
        ROW.name,
        ROW.role,
        ROW.created_at,
        ROW.email_verified_at,
        ROW.disabled_at,
        second_factors.c.confirmed_at.label("second_factor_since"),
        sa.select(sa.func.count()).where(going).scalar_subquery().label("logins"),
        sa.select(sa.func.max(here.used_at)).where(going).scalar_subquery().label("last_seen"),
    ).select_from(users.outerjoin(second_factors, second_factors.c.user_id == ROW.id))
    if after is not None:
        query = query.where(ROW.id > after)
    if find:
        part = find.lower()
        named = (sa.func.lower(each).contains(part, autoescape=True) for each in (ROW.email, ROW.name))
        query = query.where(sa.or_(ROW.id == find, *named))
    rows = conn.execute(query.order_by(ROW.id).limit(limit)).mappings()
    return [Known(**{field.name: row[field.name] for field in fields(Known)}) for row in rows]


def unlock(conn: Connection, user_id: UserId, *, by: Actor, now: datetime) -> None:
    """Failed attempts of before count no more. Raises Problem 404."""
    user = _user(conn, user_id)
    lockout.forgive(conn, user.email, user.id)
    _done(conn, user, by, Action.UNLOCKED, now)


def end_sessions(conn: Connection, user_id: UserId, *, by: Actor, now: datetime) -> list[str]:
    """Every login of the user; which they were. Raises Problem 404."""
    user = _user(conn, user_id)
    _done(conn, user, by, Action.LOGIN_ENDED, now)
    return _ended(conn, user, now)


def reset_second_factor(
    conn: Connection, user_id: UserId, *, by: Actor, told: Callable[[User], None], now: datetime
) -> list[str]:
    """For a user who has lost it: the app and the recovery codes open nothing any more, no browser is known, every
    login ends; the password stays. `told`: tells the user, in this transaction. The logins that went on. Raises
    Problem 404, 409 `second_factor_off`."""
    user = _user(conn, user_id)
    if not second_factor.turn_off(conn, user.id):
        raise Problem(409, "second_factor_off", "this user has no second factor on")
    known.forget_all(conn, user.id)
    _done(conn, user, by, Action.SECOND_FACTOR_RESET, now)
    told(user)
    return _ended(conn, user, now)


def disable(conn: Connection, user_id: UserId, *, by: Actor, now: datetime) -> list[str]:
    """No login begins and no token is good any more; orders and accounts stay as they are. The logins that went on.
    Raises Problem 404, 409 `own_user`."""
    user = _user(conn, user_id)
    if by.id == user.id:
        raise Problem(409, "own_user", "this is you", fix="have another operator do it")
    if user.disabled_at is None:
        repository.change_user(conn, user.id, {"disabled_at": now})
        _done(conn, user, by, Action.DISABLED, now)
    return _ended(conn, user, now)


def enable(conn: Connection, user_id: UserId, *, by: Actor, now: datetime) -> None:
    """Raises Problem 404."""
    user = _user(conn, user_id)
    if user.disabled_at is not None:
        repository.change_user(conn, user.id, {"disabled_at": None})
        _done(conn, user, by, Action.ENABLED, now)


def give_role(conn: Connection, user_id: UserId, role: Role, *, by: Actor, now: datetime) -> list[str]:
    """Whoever is logged in has to log in again. Raises Problem 404."""
    user = _user(conn, user_id)
    if user.role is role:
        return []
    repository.change_user(conn, user.id, {"role": role.value})
    _done(conn, user, by, Action.ROLE_CHANGED, now, role=role.value)
    return _ended(conn, user, now)


def tokens_of(conn: Connection, user_id: UserId) -> list[str]:
    """Ids of the user's personal tokens."""
    query = sa.select(personal_tokens.c.id).where(personal_tokens.c.user_id == user_id)
    return list(conn.execute(query).scalars())


def _user(conn: Connection, user_id: UserId) -> User:
    found = repository.held(conn, user_id)
    if found is None:
        raise not_found("user")
    return found


def _ended(conn: Connection, user: User, now: datetime) -> list[str]:
    over = [one.id for one in repository.sessions_of(conn, user.id, now)]
    repository.end_sessions(conn, over, EndedWhy.ENDED_BY_OPERATOR, now)
    return over


def _done(conn: Connection, user: User, by: Actor, action: Action, now: datetime, **detail: str) -> None:
    audited(conn, user_id=user.id, actor=by, action=action, at=now, subject=user.id, detail=detail)
