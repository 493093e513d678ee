"""Who the users are: signing up, one's own settings, a new password."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from domain.account import UserId
from orchestrator.db import Database
from orchestrator.errors import Problem
from orchestrator.identity import passwords, repository, strength
from orchestrator.identity.repository import User
from orchestrator.identity.schemas import Mode
from orchestrator.ids import new_id


async def sign_up(db: Database, *, email: str, password: str, name: str, now: datetime) -> User:
    """Raises Problem 422 `password_too_short` or `password_guessable`, 409 `email_taken`."""
    await strength.accept(password, field="password", about=(email, name))
    user = User(
        id=UserId(new_id("usr")),
        email=email,
        name=name or email.partition("@")[0],
        password_hash=await passwords.hashed(password),
        mode=Mode.ORCHESTRATOR,
        primary_account=None,
        created_at=now,
    )
    try:
        added = await db.write(lambda connection: repository.add_user(connection, user))
    except IntegrityError:  # two sign-ups at the same moment
        added = False
    if not added:
        raise Problem(
            409, "email_taken", "someone has signed up with this e-mail", field="email", fix="log in"
        )
    return user


async def change_password(db: Database, user: User, *, old: str, new: str) -> None:
    """Raises Problem 403 `wrong_password`, 422 `password_too_short` or `password_guessable`."""
    if not await passwords.matches(old, user.password_hash):
        raise Problem(403, "wrong_password", "this is not the password", field="old_password")
    await strength.accept(new, field="new_password", about=(user.email, user.name))
    hashed = await passwords.hashed(new)
    await db.write(lambda conn: repository.change_user(conn, user.id, {"password_hash": hashed}))


async def change(db: Database, user_id: UserId, changes: Mapping[str, Any]) -> User:
    """Raises Problem 422 `account_unknown` for a primary account that is not the user's."""

    def work(connection: Connection) -> User | None:
        primary = changes.get("primary_account")
        if primary is not None and not repository.owns_account(connection, user_id, primary):
            raise Problem(
                422, "account_unknown", "this is none of your connected accounts", field="primary_account"
            )
        repository.change_user(connection, user_id, changes)
        return repository.by_id(connection, user_id)

    return known(await db.write(work))


async def me(db: Database, user_id: UserId) -> User:
    return known(await db.read(lambda connection: repository.by_id(connection, user_id)))


def known(user: User | None) -> User:
    if user is None:  # the token outlived its user
        raise Problem(401, "token_invalid", "this user is gone", fix="sign up again")
    return user
