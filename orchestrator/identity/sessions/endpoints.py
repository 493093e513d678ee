"""Where a user is logged in, over HTTP: seen, ended one by one or all others at once, and the password changed."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request

from orchestrator.errors import not_found, problems
from orchestrator.identity import people, proof
from orchestrator.identity.access import CurrentBearer, Ended
from orchestrator.identity.doing import Acting
from orchestrator.identity.ended import EndedWhy
from orchestrator.identity.endpoints import came_from
from orchestrator.identity.repository import Session
from orchestrator.identity.schemas import EndedOut, PasswordIn, SessionOut, SessionsOut
from orchestrator.identity.sessions import ending
from orchestrator.identity.sessions.devices import device
from orchestrator.identity.signing_in import Reception
from orchestrator.state import Db, Now

router = APIRouter(prefix="/v1/users/me", tags=["identity"])


@router.get("/sessions", responses=problems(401))
async def list_sessions(caller: CurrentBearer, db: Db, clock: Now) -> SessionsOut:
    """Where I am logged in, the last used first."""
    found = await ending.sessions(db, caller.user_id, now=clock())
    return await asyncio.to_thread(_shown, found, caller.session)


@router.delete("/sessions/{session_id}", status_code=204, responses=problems(401, 404))
async def end_session(
    session_id: str, caller: CurrentBearer, doer: Acting, db: Db, clock: Now, ended: Ended
) -> None:
    """Log out there: its token is refused from now on and its sockets are closed."""
    if not await ending.end_sessions(
        db, doer, [session_id], why=EndedWhy.ENDED_ELSEWHERE, ended=ended, now=clock()
    ):
        raise not_found("session")


@router.post("/sessions/revoke-others", responses=problems(401))
async def end_other_sessions(
    caller: CurrentBearer, doer: Acting, db: Db, clock: Now, ended: Ended
) -> EndedOut:
    """Log out everywhere but here."""
    why, now = EndedWhy.ENDED_ELSEWHERE, clock()
    over = await ending.end_others(db, doer, caller.session, why=why, ended=ended, now=now)
    return EndedOut(ended=over)


@router.post("/password", responses=problems(401, 403, 422, 429))
async def change_password(
    body: PasswordIn,
    request: Request,
    caller: CurrentBearer,
    desk: Reception,
    clock: Now,
    ended: Ended,
    doer: Acting,
) -> EndedOut:
    """A new password for the old one, or the first one, which a login needs that was proven lately. Every other login
    ends."""
    db, now = desk.db, clock()
    user = await people.me(db, caller.user_id)
    old: str | None = body.old_password
    if user.password_hash is None:
        await proof.proven(caller, db, desk.settings, clock)
        old = None
    over = await people.change_password(
        desk,
        user,
        session=caller.session,
        old=old,
        new=body.new_password,
        doer=doer,
        by=came_from(request),
        now=now,
    )
    await ended.end(over, EndedWhy.PASSWORD_CHANGED)
    return EndedOut(ended=len(over))


def _shown(found: list[Session], current: str) -> SessionsOut:
    items = [
        SessionOut(
            id=one.id,
            device=device(one.user_agent),
            address=one.address,
            created_at=one.created_at,
            used_at=one.used_at,
            expires_at=one.expires_at,
            current=one.id == current,
        )
        for one in found
    ]
    return SessionsOut(items=items)
