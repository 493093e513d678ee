"""Passkeys: made by somebody who has proved who they are, then a login of their own, and a proof.

A challenge is answered once, within five minutes, in the browser or login that asked for it: what one browser signed
logs no other one in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from domain.account import UserId
from orchestrator.audit.actions import Action
from orchestrator.audit.record import Actor, audited
from orchestrator.db import Database
from orchestrator.errors import Problem, not_found
from orchestrator.identity import passkey_ceremony as ceremony
from orchestrator.identity import passkey_repository as repository
from orchestrator.identity import ways_in
from orchestrator.identity.doing import Doer
from orchestrator.identity.passkey_ceremony import Known, Unfit
from orchestrator.identity.passkey_repository import Challenge, Passkey, Purpose
from orchestrator.identity.relying import RelyingParty
from orchestrator.identity.repository import User, add_notice, by_id
from orchestrator.ids import new_id

log = structlog.get_logger(__name__)

LIFE = timedelta(seconds=ceremony.SECONDS)
MOST = 20  # of one user
ASKED = 5  # challenges of one purpose that one browser or login may have open


@dataclass(frozen=True, slots=True)
class Ceremony:
    """`options`: for the browser's own call, as JSON writes them."""

    id: str
    options: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a browser brought back, as it came."""

    ceremony: str
    credential: Mapping[str, Any]


async def listed(db: Database, user_id: UserId) -> list[Passkey]:
    """The newest first."""
    return await db.read(lambda conn: repository.of_user(conn, user_id))


async def begin_making(
    db: Database, rp: RelyingParty, user_id: UserId, *, session: str, now: datetime
) -> Ceremony:
    """Raises Problem 409 `too_many_passkeys`."""
    asked = _challenge(Purpose.REGISTER, session, user_id, now)

    def work(conn: Connection) -> tuple[User, list[Known]]:
        user, known = _existing(by_id(conn, user_id)), _known(conn, user_id)
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
    asked = await _take(db, answer, Purpose.REGISTER, session, now)
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


async def begin_login(db: Database, rp: RelyingParty, *, browser: str, now: datetime) -> Ceremony:
    """For whoever has a passkey of ours: nobody is named before."""
    asked = _challenge(Purpose.LOGIN, bound(browser), None, now)
    await db.write(lambda conn: repository.ask(conn, asked, now=now, most=ASKED))
    return Ceremony(asked.id, ceremony.using(rp, asked.challenge))


async def owner(
    db: Database, rp: RelyingParty, *, browser: str, answer: Answer, address: str, now: datetime
) -> User:
    """Whose passkey has signed. Raises Problem 409 `ceremony_over`, 401 `passkey_refused` or `passkey_copied`."""
    asked = await _take(db, answer, Purpose.LOGIN, bound(browser), now)
    passkey = await _signed(db, rp, answer, asked, None, address, now)
    user = await db.read(lambda conn: by_id(conn, passkey.user_id))
    if user is None:
        raise _refused(401)
    return user


async def begin_proof(
    db: Database, rp: RelyingParty, user_id: UserId, *, session: str, now: datetime
) -> Ceremony:
    """Raises Problem 409 `no_passkey`."""
    asked = _challenge(Purpose.PROOF, session, user_id, now)

    def work(conn: Connection) -> list[Known]:
        if not (known := _known(conn, user_id)):
            raise Problem(409, "no_passkey", "you have no passkey here", fix="prove it another way")
        repository.ask(conn, asked, now=now, most=ASKED)
        return known

    known = await db.write(work)
    return Ceremony(asked.id, ceremony.using(rp, asked.challenge, known=known))


async def prove(
    db: Database,
    rp: RelyingParty,
    user_id: UserId,
    *,
    session: str,
    answer: Answer,
    address: str,
    now: datetime,
) -> None:
    """That a passkey of this user signed in this login. Raises Problem 409 `ceremony_over`, 403 `passkey_refused` or
    `passkey_copied`: the login itself goes on."""
    asked = await _take(db, answer, Purpose.PROOF, session, now)
    await _signed(db, rp, answer, asked, user_id, address, now)


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


def bound(browser: str) -> str:
    """How a browser's secret is kept."""
    return hashlib.sha256(browser.encode()).hexdigest()


def _challenge(purpose: Purpose, bound_to: str, user_id: UserId | None, now: datetime) -> Challenge:
    return Challenge(new_id("cer"), purpose, ceremony.new_challenge(), bound_to, user_id, now + LIFE)


def _known(conn: Connection, user_id: UserId) -> list[Known]:
    return [Known(one.credential, one.transports.split()) for one in repository.of_user(conn, user_id)]


async def _take(db: Database, answer: Answer, purpose: Purpose, bound_to: str, now: datetime) -> Challenge:
    """Whatever becomes of the answer, there is no second one."""
    asked = await db.write(
        lambda conn: repository.take(conn, answer.ceremony, purpose=purpose, bound_to=bound_to, now=now)
    )
    if asked is None:
        raise Problem(
            409,
            "ceremony_over",
            "this was answered before, took longer than five minutes, or was begun in another browser",
            fix="begin again",
        )
    return asked


async def _signed(
    db: Database,
    rp: RelyingParty,
    answer: Answer,
    asked: Challenge,
    only: UserId | None,
    address: str,
    now: datetime,
) -> Passkey:
    """The passkey that signed what was asked; `only`: it must be this user's."""
    status = 401 if only is None else 403
    try:
        credential, holder = ceremony.named(answer.credential)
        passkey = await db.read(lambda conn: repository.by_credential(conn, credential))
        if passkey is None or only not in (None, passkey.user_id):
            raise Unfit("it is not known here, or another user's")
        if holder != passkey.user_id and not (holder is None and only is not None):
            raise Unfit("it is kept for somebody else")
        use = ceremony.used(
            answer.credential, challenge=asked.challenge, rp=rp, public_key=passkey.public_key
        )
    except Unfit as error:
        log.info("passkey refused", why=str(error))
        raise _refused(status) from error

    def work(conn: Connection) -> bool:
        if repository.use(conn, passkey.id, sign_count=use.sign_count, backed_up=use.backed_up, now=now):
            return True
        if not repository.mark_copied(conn, passkey.id, now):
            raise _refused(status)  # removed at this moment
        _warned(conn, passkey, address, now)
        return False

    if not await db.write(work):
        raise Problem(
            status,
            "passkey_copied",
            "this passkey has signed more often before: it, or a copy of it, is in somebody else's hands",
            fix="log in another way, and remove this passkey",
        )
    return passkey


def _warned(conn: Connection, passkey: Passkey, address: str, now: datetime) -> None:
    words = f"The passkey {passkey.name} may have been copied: it was refused. Remove it if you did not expect that."
    add_notice(conn, passkey.user_id, "passkey_copied", passkey.id, words, now)
    audited(
        conn,
        user_id=passkey.user_id,
        actor=Actor.stranger(address),
        action=Action.PASSKEY_COPIED,
        at=now,
        subject=passkey.id,
        detail={"name": passkey.name},
    )


def _existing(user: User | None) -> User:
    if user is None:  # the login outlived its user
        raise not_found("user")
    return user


def _refused(status: int) -> Problem:
    """The same for an unknown passkey and a signature that does not fit."""
    return Problem(status, "passkey_refused", "this passkey opens nothing here", fix="log in another way")


def _already() -> Problem:
    return Problem(409, "passkey_known", "this passkey is in use here already", fix="make another one")


def _too_many() -> Problem:
    words = f"you have {MOST} passkeys"
    return Problem(409, "too_many_passkeys", words, fix="remove one that you do not use")
