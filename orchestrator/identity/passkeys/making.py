"""One's own passkeys: made by somebody who has proved who they are, named, taken away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from domain.account import UserId
from orchestrator.audit.actions import Action
from orchestrator.errors import Problem, not_found
from orchestrator.identity import ways_in
from orchestrator.identity.doing import Doer
from orchestrator.identity.passkeys import ceremony, challenges, repository
from orchestrator.identity.passkeys.ceremony import Known, Unfit
from orchestrator.identity.passkeys.challenges import ASKED, Answer, Ceremony
from orchestrator.identity.passkeys.repository import Passkey, Purpose
from orchestrator.identity.relying import RelyingParty
from orchestrator.identity.repository import User, by_id
from orchestrator.ids import new_id
from orchestrator.storage.db import Database

log = structlog.get_logger(__name__)

MOST = 20  # of one user


async def listed(db: Database, user_id: UserId) -> list[Passkey]:
    """The newest first."""
    return await db.read(lambda conn: repository.of_user(conn, user_id))


async def begin_making(
    db: Database, rp: RelyingParty, user_id: UserId, *, session: str, now: datetime
) -> Ceremony:
    """Raises Problem 409 `too_many_passkeys`."""
    asked = challenges.challenge(Purpose.REGISTER, session, user_id, now)

    def work(conn: Connection) -> tuple[User, list[Known]]:
        user, known = _existing(by_id(conn, user_id)), challenges.known_of(conn, user_id)
        if len(known) >= MOST:
            raise _too_many()
        repository.ask(conn, asked, now=now, most=ASKED)
        return user, known

    user, known = await db.write(work)
    options = ceremony.making(
        rp, asked.challenge, user_id=user.id, email=user.email, name=user.name, known=known
    )
    return Ceremony(asked.id, options)


async def make(
    db: Database,
    rp: RelyingParty,
    user_id: UserId,
    *,
    session: str,
    answer: Answer,
    name: str,
    doer: Doer,
    told: Callable[[Connection, User], None],
    now: datetime,
) -> Passkey:
    """`told`: tells the user by letter, in the same transaction. Raises Problem 409 `ceremony_over`, `passkey_known` or
    `too_many_passkeys`, 422 `passkey_unfit`."""
    asked = await challenges.take(db, answer, Purpose.REGISTER, session, now)
    try:
        new = ceremony.made(answer.credential, challenge=asked.challenge, rp=rp)
    except Unfit as error:
        log.info("passkey not taken", why=str(error))
        raise Problem(
            422,
            "passkey_unfit",
            "this is no passkey that we asked for",
            field="credential",
            rule="made at our own address, with a finger, a face or a PIN",
            fix="begin again",
        ) from error
    passkey = Passkey(
        id=new_id("psk"),
        user_id=user_id,
        credential=new.credential,
        public_key=new.public_key,
        sign_count=new.sign_count,
        transports=new.transports,
        backed_up=new.backed_up,
        aaguid=new.aaguid,
        name=name,
        created_at=now,
        used_at=None,
        copied_at=None,
    )

    def work(conn: Connection) -> None:
        if repository.number(conn, user_id) >= MOST:
            raise _too_many()
        if repository.by_credential(conn, new.credential) is not None:
            raise _already()
        repository.add(conn, passkey)
        doer.did(conn, Action.PASSKEY_ADDED, passkey.id, name=name)
        told(conn, _existing(by_id(conn, user_id)))

    try:
        await db.write(work, lock=ways_in.lock(user_id))
    except IntegrityError as error:  # of two at the same moment
        raise _already() from error
    return passkey


async def rename(db: Database, user_id: UserId, passkey_id: str, name: str, *, doer: Doer) -> Passkey:
    """Raises Problem 404."""

    def work(conn: Connection) -> Passkey | None:
        if repository.rename(conn, user_id, passkey_id, name):
            doer.did(conn, Action.PASSKEY_RENAMED, passkey_id, name=name)
        return repository.by_id(conn, user_id, passkey_id)

    if (found := await db.write(work)) is None:
        raise not_found("passkey")
    return found


async def remove(
    db: Database,
    user_id: UserId,
    passkey_id: str,
    *,
    issuer: str,
    doer: Doer,
    told: Callable[[Connection, User], None],
) -> None:
    """`issuer`: the OpenID provider at which one may sign in now; `told` as above. Raises Problem 404, 409
    `last_way_in`."""

    def work(conn: Connection) -> None:
        found = repository.by_id(conn, user_id, passkey_id)
        if found is None or not repository.remove(conn, user_id, passkey_id):
            raise not_found("passkey")
        ways_in.keep_one(conn, user_id, issuer=issuer)
        doer.did(conn, Action.PASSKEY_REMOVED, passkey_id, name=found.name)
        told(conn, _existing(by_id(conn, user_id)))

    await db.write(work, lock=ways_in.lock(user_id))


def _existing(user: User | None) -> User:
    if user is None:  # the login outlived its user
        raise not_found("user")
    return user


def _already() -> Problem:
    return Problem(409, "passkey_known", "this passkey is in use here already", fix="make another one")


def _too_many() -> Problem:
    words = f"you have {MOST} passkeys"
    return Problem(409, "too_many_passkeys", words, fix="remove one that you do not use")
