"""Who the users are: signing up, one's own settings, a new password."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from domain.account import UserId
from orchestrator.audit.actions import Action
from orchestrator.audit.record import Actor, audited
from orchestrator.errors import Problem
from orchestrator.identity import passwords, repository, signing_in, strength
from orchestrator.identity.consent import documents
from orchestrator.identity.consent.documents import Agreed
from orchestrator.identity.doing import Doer
from orchestrator.identity.ended import EndedWhy
from orchestrator.identity.letters import links
from orchestrator.identity.repository import User
from orchestrator.identity.schemas import Mode
from orchestrator.identity.sessions import ending, service
from orchestrator.identity.sessions import known as known_browsers
from orchestrator.identity.sessions.issuing import From
from orchestrator.identity.signing_in import Desk
from orchestrator.ids import new_id
from orchestrator.mail import words
from orchestrator.storage.db import Database

CHANGES = {
    "name": Action.NAME_CHANGED,
    "mode": Action.MODE_CHANGED,
    "primary_account": Action.PRIMARY_CHANGED,
}


async def sign_up(
    db: Database,
    *,
    email: str,
    password: str,
    name: str,
    agreed: Sequence[Agreed] = (),
    address: str,
    now: datetime,
) -> User:
    """Raises Problem 422 `password_too_short` or `password_guessable`, 409 `email_taken` or `document_changed`."""
    hashed = await new_hash(password, field="password", about=(email, name))
    name = name or email.partition("@")[0]
    user = new_user(
        UserId(new_id("usr")), email=email, name=name, password_hash=hashed, verified_at=None, now=now
    )

    def work(connection: Connection) -> bool:
        if not repository.add_user(connection, user):
            return False
        actor, action = Actor.stranger(address), Action.SIGNED_UP
        audited(connection, user_id=user.id, actor=actor, action=action, at=now, subject=user.id)
        documents.give(connection, user.id, agreed, actor=actor, now=now)
        return True

    try:
        added = await db.write(work)
    except IntegrityError:  # two sign-ups at the same moment
        added = False
    if not added:
        raise email_taken()
    return user


def new_user(
    user_id: UserId,
    *,
    email: str,
    name: str,
    password_hash: str,
    verified_at: datetime | None,
    now: datetime,
) -> User:
    return User(
        id=user_id,
        email=email,
        name=name,
        password_hash=password_hash,
        mode=Mode.ORCHESTRATOR,
        primary_account=None,
        created_at=now,
        email_verified_at=verified_at,
    )


async def new_hash(password: str, *, field: str, about: Collection[str]) -> str:
    """Of a password that is good enough. Raises Problem 422 `password_too_short` or `password_guessable`."""
    await strength.accept(password, field=field, about=about)
    return await passwords.hashed(password)


def email_taken() -> Problem:
    return Problem(409, "email_taken", "someone has signed up with this e-mail", field="email", fix="log in")


async def change_password(
    desk: Desk,
    user: User,
    *,
    session: str,
    old: str | None,
    new: str,
    doer: Doer,
    by: From,
    now: datetime,
) -> list[str]:
    """Every other login than this `session` ends in the same transaction; which they were. No other
    browser is known any more. `old` None: the user has none, and has shown otherwise who they are. Raises Problem 403
    `wrong_password`, 422 `password_too_short` or `password_guessable`, 429, 401 `session_ended`."""
    if old is not None and not await signing_in.knows_password(desk, user, old, by=by, now=now):
        raise _wrong_password()
    hashed = await new_hash(new, field="new_password", about=(user.email, user.name))

    def work(connection: Connection) -> list[str]:
        current = repository.held(connection, user.id)
        if repository.session(connection, user.id, session) is None:
            raise service.session_ended()
        if current is None or current.password_hash != user.password_hash:
            raise _wrong_password()  # a new one was set meanwhile, by whoever reads the e-mail perhaps
        repository.change_user(connection, user.id, {"password_hash": hashed})
        links.forget(connection, user.id)  # a reset that was asked for before
        known_browsers.forget_others(connection, user.id, by.device)
        doer.did(connection, Action.PASSWORD_CHANGED)
        told = words.password_changed(user.email, base=desk.settings.base_url, at=now)
        desk.mailer.put(connection, told)
        why = EndedWhy.PASSWORD_CHANGED
        return ending.end_in(connection, doer, lambda one: one != session, why=why, now=now)

    return await desk.db.write(work)


def _wrong_password() -> Problem:
    return Problem(403, "wrong_password", "this is not the password", field="old_password")


async def change(db: Database, doer: Doer, changes: Mapping[str, Any]) -> User:
    """Raises Problem 422 `account_unknown` for a primary account that is not the user's."""

    user_id = doer.user_id

    def work(connection: Connection) -> User | None:
        primary = changes.get("primary_account")
        if primary is not None and not repository.owns_account(connection, user_id, primary):
            raise Problem(
                422, "account_unknown", "this is none of your connected accounts", field="primary_account"
            )
        repository.change_user(connection, user_id, changes)
        for name, value in changes.items():
            doer.did(connection, CHANGES[name], **{name: str(value or "")})
        return repository.by_id(connection, user_id)

    return known(await db.write(work))


async def me(db: Database, user_id: UserId) -> User:
    return known(await db.read(lambda connection: repository.by_id(connection, user_id)))


def known(user: User | None) -> User:
    if user is None:  # the token outlived its user
        raise Problem(401, "token_invalid", "this user is gone", fix="sign up again")
    return user
