"""Proving anew who one is, over HTTP."""

from __future__ import annotations

from fastapi import APIRouter, Request

from orchestrator.errors import problems
from orchestrator.identity import people, signing_in
from orchestrator.identity.access import CurrentBearer
from orchestrator.identity.claims import Way
from orchestrator.identity.endpoints import came_from, shown
from orchestrator.identity.passkeys import using
from orchestrator.identity.relying import here
from orchestrator.identity.schemas import ProofIn, TokenOut
from orchestrator.identity.sessions import service
from orchestrator.identity.signing_in import Reception
from orchestrator.state import Now

router = APIRouter(prefix="/v1/users/me", tags=["identity"])


@router.post("/proof", responses=problems(401, 403, 409, 422, 429))
async def prove(
    body: ProofIn, request: Request, login: CurrentBearer, desk: Reception, clock: Now
) -> TokenOut:
    """Show again who I am, as the `ways` of a `step_up_needed` say: a passkey alone, or all the others. An access token
    with which it is known for some minutes; the login and its refresh token stay."""
    user, now = await people.me(desk.db, login.user_id), clock()
    if body.passkey is not None:
        answer, rp = body.passkey.answer(), here(desk.settings)
        address = came_from(request).address
        await using.prove(
            desk.db, rp, user.id, session=login.session, answer=answer, address=address, now=now
        )
        ways = {Way.PASSKEY}
    else:
        ways = await signing_in.shown_again(
            desk, user, password=body.password, code=body.totp, by=came_from(request), now=now
        )
    access = await service.prove(
        desk.db, user.id, login.session, ways=ways, keys=desk.keys, settings=desk.settings, now=now
    )
    return shown(access)
