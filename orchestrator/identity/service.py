"""Sign up, log in, stay logged in: a refresh token works once, and one used twice ends its whole login."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from domain.account import UserId
from orchestrator.config import Settings
from orchestrator.db import Database
from orchestrator.errors import Problem
from orchestrator.identity import passwords, repository
from orchestrator.identity.devices import LONGEST
from orchestrator.identity.ended import WORDS, EndedSessions, EndedWhy
from orchestrator.identity.repository import Session, User
from orchestrator.identity.schemas import PASSWORD_LENGTH, Mode
from orchestrator.identity.tokens import access_token, hash_of, new_refresh_token
from orchestrator.ids import new_id
from orchestrator.keys import Keys

# Two tabs may refresh at the same moment with one cookie; that is no theft.
GRACE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Tokens:
    """`expires_in` seconds is the access token's life, `refresh_for` the cookie's."""

    access: str
    refresh: str
    expires_in: int
    refresh_for: int


@dataclass(frozen=True, slots=True)
class From:
    """Where a request comes from, as far as we know, and what it calls itself."""

    address: str
    user_agent: str


async def sign_up(db: Database, *, email: str, password: str, name: str, now: datetime) -> User:
    """Raises Problem 422 `password_too_short`, 409 `email_taken`."""
    _long_enough(password, "password")
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


async def log_in(
    db: Database, *, email: str, password: str, by: From, keys: Keys, settings: Settings, now: datetime
) -> Tokens:
    """Raises Problem 401 `wrong_login`, the same for an unknown e-mail and a wrong password."""
    email = email.strip().lower()
    user = await db.read(lambda connection: repository.by_email(connection, email))
    if not await passwords.matches(password, user.password_hash if user else None) or user is None:
        raise Problem(401, "wrong_login", "e-mail and password do not fit")
    user_id, family, proven = user.id, new_id("fam"), user.password_hash

    def work(connection: Connection) -> str | None:
        if repository.password_hash(connection, user_id) != proven:
            return (
                None  # changed while this one was proven: whoever changed it has ended every login of before
            )
        repository.forget_ended(connection, now)
        until = now + timedelta(days=settings.refresh_days)
        agent = by.user_agent[:LONGEST]
        repository.add_session(connection, Session(family, user_id, agent, by.address, now, now, until))
        return _issue(connection, user_id, family, settings=settings, now=now)

    token = await db.write(work)
    if token is None:
        raise Problem(401, "wrong_login", "e-mail and password do not fit")
    return _tokens(user_id, family, token, keys=keys, settings=settings, now=now)


async def refresh(
    db: Database,
    token: str,
    *,
    by: From,
    keys: Keys,
    settings: Settings,
    ended: EndedSessions,
    now: datetime,
) -> Tokens:
    """Trade a refresh token for the next. Raises Problem 401 `refresh_invalid`, with the `reason` where it is known;
    reuse ends the session."""
    reused: list[str] = []
    why: list[EndedWhy] = []

    def work(connection: Connection) -> tuple[UserId, str, str] | None:
        known = repository.refresh_token(connection, hash_of(token))
        if known is None or known.expires_at <= now:
            return None
        until = now + timedelta(days=settings.refresh_days)
        agent = by.user_agent[:LONGEST]
        if known.revoked_at is None and known.used_at is not None and now - known.used_at > GRACE:
            repository.end_sessions(connection, [known.family], EndedWhy.TOKEN_REUSED, now)
            reused[:], why[:] = [known.family], [EndedWhy.TOKEN_REUSED]
            return None
        if known.revoked_at is None and known.used_at is None:
            repository.mark_used(connection, known.token_hash, now)
        # The session itself is asked, too: one that was ended at that moment has a token that nobody revoked.
        if known.revoked_at is not None or not repository.use_session(
            connection, known.family, address=by.address, user_agent=agent, now=now, expires_at=until
        ):
            told = repository.ended_why(connection, known.family)
            why[:] = [EndedWhy(told)] if told else []
            return None
        following = _issue(connection, known.user_id, known.family, settings=settings, now=now)
        return known.user_id, known.family, following

    issued = await db.write(work, lock=f"refresh:{hash_of(token)}")
    if issued is None:
        await ended.end(reused, EndedWhy.TOKEN_REUSED)
        words = WORDS[why[0]] if why else "this login has ended"
        reason = why[0].value if why else None
        raise Problem(401, "refresh_invalid", words, fix="log in again", reason=reason)
    user_id, family, following = issued
    return _tokens(user_id, family, following, keys=keys, settings=settings, now=now)


async def log_out(db: Database, token: str | None, *, ended: EndedSessions, now: datetime) -> None:
    """End the login this refresh token belongs to; an unknown one is no error."""

    def work(connection: Connection) -> list[str]:
        known = repository.refresh_token(connection, hash_of(token or ""))
        if known is None:
            return []
        repository.end_sessions(connection, [known.family], EndedWhy.LOGGED_OUT, now)
        return [known.family]

    if token:
        await ended.end(await db.write(work), EndedWhy.LOGGED_OUT)


async def sessions(db: Database, user_id: UserId, *, now: datetime) -> list[Session]:
    """Where the user is logged in, the last used first."""
    return await db.read(lambda connection: repository.sessions_of(connection, user_id, now))


async def end_sessions(
    db: Database, user_id: UserId, ids: Collection[str], *, why: EndedWhy, ended: EndedSessions, now: datetime
) -> int:
    """End those of these that are the user's; how many they were."""
    return await _end(db, user_id, lambda one: one in ids, why=why, ended=ended, now=now)


async def end_others(
    db: Database, user_id: UserId, current: str, *, why: EndedWhy, ended: EndedSessions, now: datetime
) -> int:
    """End every other login than this one; how many they were."""
    return await _end(db, user_id, lambda one: one != current, why=why, ended=ended, now=now)


async def _end(
    db: Database,
    user_id: UserId,
    wanted: Callable[[str], bool],
    *,
    why: EndedWhy,
    ended: EndedSessions,
    now: datetime,
) -> int:
    def work(connection: Connection) -> list[str]:
        found = [one.id for one in repository.sessions_of(connection, user_id, now) if wanted(one.id)]
        repository.end_sessions(connection, found, why, now)
        return found

    over = await db.write(work)
    await ended.end(over, why)
    return len(over)


async def change_password(db: Database, user: User, *, old: str, new: str) -> None:
    """Raises Problem 403 `wrong_password`, 422 `password_too_short`."""
    if not await passwords.matches(old, user.password_hash):
        raise Problem(403, "wrong_password", "this is not the password", field="old_password")
    _long_enough(new, "new_password")
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

    return _known(await db.write(work))


async def me(db: Database, user_id: UserId) -> User:
    return _known(await db.read(lambda connection: repository.by_id(connection, user_id)))


def _long_enough(password: str, field: str) -> None:
    if len(password) < PASSWORD_LENGTH:
        raise Problem(
            422,
            "password_too_short",
            f"the password has {len(password)} characters",
            field=field,
            rule=f"at least {PASSWORD_LENGTH} characters",
            fix="use a longer one, for example four words",
        )


def _known(user: User | None) -> User:
    if user is None:  # the token outlived its user
        raise Problem(401, "token_invalid", "this user is gone", fix="sign up again")
    return user


def _issue(connection: Connection, user_id: UserId, family: str, *, settings: Settings, now: datetime) -> str:
    token = new_refresh_token()
    repository.add_refresh_token(
        connection,
        token_hash=hash_of(token),
        family=family,
        user_id=user_id,
        now=now,
        expires_at=now + timedelta(days=settings.refresh_days),
    )
    return token


def _tokens(
    user_id: UserId, session: str, refresh_token: str, *, keys: Keys, settings: Settings, now: datetime
) -> Tokens:
    minutes = settings.access_minutes
    return Tokens(
        access=access_token(user_id, key=keys.jwt, now=now, minutes=minutes, session=session),
        refresh=refresh_token,
        expires_in=settings.access_minutes * 60,
        refresh_for=settings.refresh_days * 86400,
    )
