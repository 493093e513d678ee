"""Logging in with a password, and a code where a second factor is on: counted, braked, told to the owner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends
from sqlalchemy import Connection
from starlette.requests import HTTPConnection

from orchestrator.audit.actions import Action
from orchestrator.audit.record import Actor, ActorKind, audited
from orchestrator.config import Settings
from orchestrator.errors import Problem
from orchestrator.identity import brake, lockout, passwords, repository
from orchestrator.identity.claims import Way
from orchestrator.identity.lockout import Tries
from orchestrator.identity.repository import User
from orchestrator.identity.second_factor import codes as second_factor
from orchestrator.identity.sessions import known, service
from orchestrator.identity.sessions.issuing import From, Tokens
from orchestrator.keys import Keys
from orchestrator.mail import words
from orchestrator.mail.mailer import Mailer
from orchestrator.storage.db import Database
from orchestrator.vault import Vault


@dataclass(frozen=True, slots=True)
class Desk:
    """What somebody is let in with."""

    db: Database
    vault: Vault
    keys: Keys
    settings: Settings
    mailer: Mailer


async def _desk(connection: HTTPConnection) -> Desk:
    state = connection.app.state
    return Desk(state.db, state.vault, state.keys, state.settings, state.mailer)


Reception = Annotated[Desk, Depends(_desk)]


@dataclass(frozen=True, slots=True)
class _Comes:
    """Who is at the door, as far as they say. `user` None: nobody has this e-mail."""

    email: str
    user: User | None
    coded: bool  # a second factor is asked for
    tries: Tries


async def by_password(
    desk: Desk, *, email: str, password: str, code: str | None, by: From, now: datetime
) -> Tokens:
    """Raises Problem 401 `wrong_login`, the same for an unknown e-mail and a wrong password; 401 `totp_needed`,
    `totp_wrong`; 403 `user_disabled`; 429 `too_many_attempts` or `locked_out`."""
    db, settings = desk.db, desk.settings
    email = email.strip().lower()
    await brake.try_login(db, address=by.address, email=email, most=settings.login_attempts, now=now)
    comes = await db.read(lambda conn: _comes(conn, email, by.device))
    number = await lockout.begin(db, comes.tries, most=settings.lockout_failures, now=now)
    user = comes.user
    if not await passwords.matches(password, user.password_hash if user else None) or user is None:
        await refused(desk, comes.user, by, number, now)
        raise service.wrong_login()
    ways = {Way.PASSWORD}
    if comes.coded:
        if not code:
            await lockout.take_back(db, comes.tries, number)
            raise Problem(
                401,
                "totp_needed",
                "a code is needed, too",
                field="totp",
                fix="give a code of your app as totp",
            )
        way = await second_factor.way_of(db, desk.vault, user.id, code, now=now)
        if way is None:
            await refused(desk, comes.user, by, number, now)
            raise Problem(
                401,
                "totp_wrong",
                "this code does not fit, or was used",
                field="totp",
                fix="wait for the next one",
            )
        ways.add(way)
        if way is Way.RECOVERY:
            await recovery_used(desk, user, by, now)
    tokens = await service.start_session(
        db,
        user,
        by=by,
        ways=ways,
        keys=desk.keys,
        settings=settings,
        mailer=desk.mailer,
        now=now,
        tries=comes.tries,
    )
    await brake.logged_in(db, address=by.address, email=email)
    return tokens


async def shown_again(
    desk: Desk, user: User, *, password: str | None, code: str | None, by: From, now: datetime
) -> set[Way]:
    """The ways in which somebody in a login of this user proves it anew: all that the user has but passkeys. Raises
    Problem 403 `proof_wrong`, 429 `too_many_attempts` or `locked_out`."""
    db, settings = desk.db, desk.settings
    await brake.try_login(db, address=by.address, email=user.email, most=settings.login_attempts, now=now)
    coded = await db.read(lambda conn: second_factor.is_on(conn, user.id))
    comes = _Comes(user.email, user, coded, Tries.of_user(user.id))
    number = await lockout.begin(db, comes.tries, most=settings.lockout_failures, now=now)
    ways: set[Way] = set()
    if user.password_hash is not None:
        if password is None or not await passwords.matches(password, user.password_hash):
            await refused(desk, comes.user, by, number, now)
            raise Problem(403, "proof_wrong", "this is not the password", field="password")
        ways.add(Way.PASSWORD)
    if coded:
        way = await second_factor.way_of(db, desk.vault, user.id, code or "", now=now)
        if way is None:
            await refused(desk, comes.user, by, number, now)
            raise Problem(403, "proof_wrong", "this code does not fit, or was used", field="totp")
        ways.add(way)
        if way is Way.RECOVERY:
            await recovery_used(desk, user, by, now)
    if not ways:
        raise Problem(403, "proof_wrong", "you have nothing to show here", fix="log in again")
    await db.write(lambda conn: lockout.succeeded(conn, comes.tries))
    await brake.logged_in(db, address=by.address, email=user.email)
    return ways


async def knows_password(desk: Desk, user: User, password: str, *, by: From, now: datetime) -> bool:
    """Whether somebody in a login of this user does. Counted as a proof is, and forgets no failures where a code is
    asked for, too: else whoever knows the password could guess codes between. Raises Problem 429."""
    db, settings = desk.db, desk.settings
    await brake.try_login(db, address=by.address, email=user.email, most=settings.login_attempts, now=now)
    coded = await db.read(lambda conn: second_factor.is_on(conn, user.id))
    tries = Tries.of_user(user.id)
    number = await lockout.begin(db, tries, most=settings.lockout_failures, now=now)
    if not await passwords.matches(password, user.password_hash):
        await refused(desk, user, by, number, now)
        return False
    if coded:
        await lockout.take_back(db, tries, number)
        return True
    await db.write(lambda conn: lockout.succeeded(conn, tries))
    await brake.logged_in(db, address=by.address, email=user.email)
    return True


def _comes(conn: Connection, email: str, device: str) -> _Comes:
    user = repository.by_email(conn, email)
    if user is None:
        return _Comes(email, None, False, Tries.at_email(email))
    own = known.is_known(conn, user.id, device)
    tries = Tries.of_device(device, user.id) if own else Tries.at_email(email)
    return _Comes(email, user, second_factor.is_on(conn, user.id), tries)


async def refused(desk: Desk, user: User | None, by: From, number: int, now: datetime) -> None:
    """Written down, and when it begins to be too often, told to the owner, once."""

    def work(conn: Connection) -> None:
        audited(
            conn,
            user_id=user.id if user else None,
            actor=Actor.stranger(by.address),
            action=Action.LOGIN_REFUSED,
            at=now,
            detail={"user_agent": by.user_agent},
        )
        if user is not None and number == desk.settings.lockout_failures:
            base = desk.settings.base_url
            desk.mailer.put(conn, words.locked(user.email, failures=number, base=base))

    await desk.db.write(work)


async def recovery_used(desk: Desk, user: User, by: From, now: datetime) -> None:
    """Written down, and told to the owner."""

    def work(conn: Connection) -> None:
        left = second_factor.of(conn, user.id).left
        audited(
            conn,
            user_id=user.id,
            actor=Actor(ActorKind.LOGIN, user.id, address=by.address),
            action=Action.RECOVERY_CODE_USED,
            at=now,
            detail={"left": str(left)},
        )
        desk.mailer.put(conn, words.recovery_used(user.email, left=left, at=now, base=desk.settings.base_url))

    await desk.db.write(work)
