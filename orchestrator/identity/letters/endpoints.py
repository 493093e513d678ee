"""E-mails confirmed and changed, and lost passwords, over HTTP."""

from __future__ import annotations

from fastapi import APIRouter, BackgroundTasks, Request

from orchestrator.errors import problems
from orchestrator.identity import brake, people
from orchestrator.identity.access import CurrentBearer, Ended
from orchestrator.identity.endpoints import came_from
from orchestrator.identity.letters import emails, resetting
from orchestrator.identity.proof import Proven
from orchestrator.identity.schemas import EmailIn, ForgotIn, LinkIn, ResetIn, UserOut
from orchestrator.identity.signing_in import Reception
from orchestrator.state import Now

router = APIRouter(prefix="/v1/users", tags=["identity"])


@router.post("/verify", responses=problems(403, 409, 410, 429))
async def follow_link(body: LinkIn, request: Request, desk: Reception, clock: Now) -> UserOut:
    """What somebody does who follows the link of a letter: their e-mail is confirmed. The token is what comes after the
    # of the link. Who signed up with it gives the password, too."""
    user = await emails.follow(desk, body.token, password=body.password, by=came_from(request), now=clock())
    return UserOut(id=user.id, email=user.email, name=user.name)


@router.post("/forgot", status_code=204, responses=problems(429))
async def ask_for_reset(
    body: ForgotIn, request: Request, desk: Reception, clock: Now, afterwards: BackgroundTasks
) -> None:
    """Send a link for a new password, if somebody has this e-mail. The answer is the same if nobody has."""
    by, now = came_from(request), clock()
    await brake.try_forgot(desk.db, address=by.address, most=desk.settings.signups_per_hour, now=now)
    afterwards.add_task(resetting.ask, desk, email=body.email, by=by, now=now)


@router.post("/reset", status_code=204, responses=problems(410, 422))
async def reset_password(body: ResetIn, request: Request, desk: Reception, clock: Now, ended: Ended) -> None:
    """A new password, with the token of a letter. Every login ends; a second factor is asked for as before."""
    await resetting.reset(
        desk, body.token, password=body.password, by=came_from(request), ended=ended, now=clock()
    )


@router.post("/me/email", status_code=204, responses=problems(401, 403, 422, 429))
async def change_email(body: EmailIn, request: Request, login: Proven, desk: Reception, clock: Now) -> None:
    """Send a link to a new address; once it is followed, it is mine. The present one is told."""
    user = await people.me(desk.db, login.user_id)
    await emails.ask(desk, user, email=body.email, by=came_from(request), now=clock())


@router.post("/me/email/verify", status_code=204, responses=problems(401, 429))
async def verify_email(request: Request, login: CurrentBearer, desk: Reception, clock: Now) -> None:
    """Send a link to my present address, to confirm it."""
    user = await people.me(desk.db, login.user_id)
    await emails.ask(desk, user, email=user.email, by=came_from(request), now=clock())
