"""What a passkey is used for: a login of its own, and a proof in one."""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy import Connection

from domain.account import UserId
from orchestrator.audit.actions import Action
from orchestrator.audit.record import Actor, audited
from orchestrator.errors import Problem
from orchestrator.identity.passkeys import ceremony, challenges, repository
from orchestrator.identity.passkeys.ceremony import Known, Unfit
from orchestrator.identity.passkeys.challenges import ASKED, Answer, Ceremony
from orchestrator.identity.passkeys.repository import Challenge, Passkey, Purpose
from orchestrator.identity.relying import RelyingParty
from orchestrator.identity.repository import User, add_notice, by_id
from orchestrator.storage.db import Database

log = structlog.get_logger(__name__)


async def begin_login(db: Database, rp: RelyingParty, *, browser: str, now: datetime) -> Ceremony:
    """For whoever has a passkey of ours: nobody is named before."""
    asked = challenges.challenge(Purpose.LOGIN, challenges.bound(browser), None, now)
    await db.write(lambda conn: repository.ask(conn, asked, now=now, most=ASKED))
    return Ceremony(asked.id, ceremony.using(rp, asked.challenge))


async def owner(
    db: Database, rp: RelyingParty, *, browser: str, answer: Answer, address: str, now: datetime
) -> User:
    """Whose passkey has signed. Raises Problem 409 `ceremony_over`, 401 `passkey_refused` or `passkey_copied`."""
    asked = await challenges.take(db, answer, Purpose.LOGIN, challenges.bound(browser), now)
    passkey = await _signed(db, rp, answer, asked, None, address, now)
    user = await db.read(lambda conn: by_id(conn, passkey.user_id))
    if user is None:
        raise _refused(401)
    return user


async def begin_proof(
    db: Database, rp: RelyingParty, user_id: UserId, *, session: str, now: datetime
) -> Ceremony:
    """Raises Problem 409 `no_passkey`."""
    asked = challenges.challenge(Purpose.PROOF, session, user_id, now)

    def work(conn: Connection) -> list[Known]:
        if not (known := challenges.known_of(conn, user_id)):
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
    asked = await challenges.take(db, answer, Purpose.PROOF, session, now)
    await _signed(db, rp, answer, asked, user_id, address, now)


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


def _refused(status: int) -> Problem:
    """The same for an unknown passkey and a signature that does not fit."""
    return Problem(status, "passkey_refused", "this passkey opens nothing here", fix="log in another way")
