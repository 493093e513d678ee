"""Proving anew who one is, over HTTP."""

from __future__ import annotations

from fastapi import APIRouter, Request

from orchestrator.errors import problems
from orchestrator.identity import brake, passkeys, people, proof, service
from orchestrator.identity.access import CurrentBearer
from orchestrator.identity.claims import Way
from orchestrator.identity.endpoints import shown
from orchestrator.identity.relying import here
from orchestrator.identity.schemas import ProofIn, TokenOut
from orchestrator.state import Config, Db, KeyRing, Now

router = APIRouter(prefix="/v1/users/me", tags=["identity"])


@router.post("/proof", responses=problems(401, 403, 409, 422, 429))
async def prove(
    body: ProofIn,
    request: Request,
    login: CurrentBearer,
    db: Db,
    keys: KeyRing,
    settings: Config,
    clock: Now,
) -> TokenOut:
    """Show again who I am, as the `ways` of a `step_up_needed` say: an access token with which it is known for some
    minutes. The login and its refresh token stay."""
    user, now = await people.me(db, login.user_id), clock()
    if body.passkey is not None:
        answer, rp = body.passkey.answer(), here(settings)
        await passkeys.prove(db, rp, user.id, session=login.session, answer=answer, now=now)
        ways = {Way.PASSKEY}
        return shown(
            await service.prove(db, user.id, login.session, ways=ways, keys=keys, settings=settings, now=now)
        )
    address = request.client.host if request.client else ""
    await brake.try_login(db, address=address, email=user.email, most=settings.login_attempts, now=now)
    ways = await proof.by_password(db, user, body.password)
    await brake.logged_in(db, address=address, email=user.email)
    access = await service.prove(db, user.id, login.session, ways=ways, keys=keys, settings=settings, now=now)
    return shown(access)
