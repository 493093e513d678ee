"""A user's second factor over HTTP, and what else keeps the account shut."""

from __future__ import annotations

import segno
from fastapi import APIRouter
from sqlalchemy import Connection

from orchestrator.audit.actions import Action
from orchestrator.errors import Problem, problems
from orchestrator.identity import people, repository
from orchestrator.identity.access import CurrentBearer
from orchestrator.identity.claims import Way
from orchestrator.identity.doing import Acting
from orchestrator.identity.proof import Proven
from orchestrator.identity.repository import User
from orchestrator.identity.second_factor import codes as second_factor
from orchestrator.identity.second_factor.codes import Factor
from orchestrator.identity.second_factor.schemas import CodeIn, RecoveryCodesOut, SecondFactorOut, SecurityOut
from orchestrator.identity.signing_in import Reception
from orchestrator.mail import words
from orchestrator.state import Db, Now

router = APIRouter(prefix="/v1/users/me", tags=["identity"])


@router.get("/security", responses=problems(401))
async def get_security(login: CurrentBearer, db: Db) -> SecurityOut:
    """What keeps my account shut."""

    def work(conn: Connection) -> tuple[User | None, Factor]:
        return repository.by_id(conn, login.user_id), second_factor.of(conn, login.user_id)

    user, factor = await db.read(work)
    user = people.known(user)
    return SecurityOut(
        email=user.email,
        email_verified=user.email_verified_at is not None,
        has_password=user.password_hash is not None,
        second_factor_since=factor.since,
        recovery_codes_left=factor.left,
    )


@router.post("/second-factor", responses=problems(401, 403, 409))
async def begin_second_factor(login: Proven, desk: Reception, clock: Now) -> SecondFactorOut:
    """A new secret for an authenticator app. It is asked for once a code of it has come."""
    user = await people.me(desk.db, login.user_id)
    begun = await second_factor.begin(desk.db, desk.vault, user, now=clock())
    picture = segno.make(begun.uri, error="m").svg_data_uri(border=2, light="#fff", scale=4)
    return SecondFactorOut(secret=begun.secret, uri=begun.uri, qr=picture)


@router.post("/second-factor/confirm", responses=problems(401, 409, 422))
async def confirm_second_factor(
    body: CodeIn, login: CurrentBearer, desk: Reception, clock: Now, doer: Acting
) -> RecoveryCodesOut:
    """Turn it on, with a code of the app; then recovery codes are shown, this once."""
    user, now = await people.me(desk.db, login.user_id), clock()
    if await desk.db.read(lambda conn: second_factor.is_on(conn, user.id)):
        raise _is_on()  # before the code is looked at: it would be taken, or told to be right
    if await second_factor.way_of(desk.db, desk.vault, user.id, body.code, now=now) is not Way.TOTP:
        raise Problem(
            422,
            "totp_wrong",
            "this code does not fit",
            field="code",
            fix="type the code that the app shows now",
        )
    codes, hashed = await second_factor.new_codes()
    told = words.second_factor(user.email, on=True, at=now, base=desk.settings.base_url)

    def work(conn: Connection) -> None:
        if not second_factor.turn_on(conn, user.id, hashed, now):
            raise _is_on()
        doer.did(conn, Action.SECOND_FACTOR_ON)
        desk.mailer.put(conn, told)

    await desk.db.write(work)
    return RecoveryCodesOut(recovery_codes=codes)


def _is_on() -> Problem:
    return Problem(409, "second_factor_on", "your second factor is on", fix="turn it off first")


@router.post("/second-factor/recovery-codes", responses=problems(401, 403, 409))
async def renew_recovery_codes(login: Proven, db: Db, doer: Acting) -> RecoveryCodesOut:
    """Ten new ones; those of before are void."""
    codes, hashed = await second_factor.new_codes()

    def work(conn: Connection) -> None:
        repository.held(conn, login.user_id)
        if not second_factor.is_on(conn, login.user_id):
            raise Problem(409, "second_factor_off", "your second factor is off", fix="turn it on first")
        second_factor.keep_codes(conn, login.user_id, hashed)
        doer.did(conn, Action.RECOVERY_CODES_MADE)

    await db.write(work)
    return RecoveryCodesOut(recovery_codes=codes)


@router.delete("/second-factor", status_code=204, responses=problems(401, 403))
async def turn_off_second_factor(login: Proven, desk: Reception, clock: Now, doer: Acting) -> None:
    """From now on the password alone logs in. Off already: nothing happens."""
    user = await people.me(desk.db, login.user_id)
    told = words.second_factor(user.email, on=False, at=clock(), base=desk.settings.base_url)

    def work(conn: Connection) -> None:
        if second_factor.turn_off(conn, login.user_id):
            doer.did(conn, Action.SECOND_FACTOR_OFF)
            desk.mailer.put(conn, told)

    await desk.db.write(work)
