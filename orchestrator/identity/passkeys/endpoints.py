"""Passkeys over HTTP: logging in by one, and one's own."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Cookie, Depends, Request, Response
from sqlalchemy import Connection

from orchestrator.errors import problems
from orchestrator.identity.access import CurrentBearer
from orchestrator.identity.claims import Way
from orchestrator.identity.doing import Acting
from orchestrator.identity.endpoints import came_from, with_cookie
from orchestrator.identity.passkeys import making, using
from orchestrator.identity.passkeys.schemas import (
    NAME_LENGTH,
    AnswerIn,
    CeremonyOut,
    PasskeyIn,
    PasskeyOut,
    PasskeyPatch,
    PasskeysOut,
)
from orchestrator.identity.proof import Proven
from orchestrator.identity.relying import RelyingParty, here, relying_party
from orchestrator.identity.repository import User
from orchestrator.identity.schemas import TokenOut
from orchestrator.identity.sessions import service
from orchestrator.identity.sessions.devices import device
from orchestrator.identity.signing_in import Desk, Reception
from orchestrator.mail import words
from orchestrator.mail.mailer import Post
from orchestrator.state import Config, Db, KeyRing, Now

router = APIRouter(prefix="/v1/users", tags=["identity"])

COOKIE = "tm_passkey"
COOKIE_PATH = "/v1/users/passkey"
COOKIE_SECONDS = 3600

Browser = Annotated[str | None, Cookie(alias=COOKIE, include_in_schema=False)]


async def _relying(settings: Config) -> RelyingParty:
    return here(settings)


Relying = Annotated[RelyingParty, Depends(_relying)]


@router.post("/passkey/options", responses=problems(409))
async def begin_passkey_login(
    response: Response, rp: Relying, db: Db, settings: Config, clock: Now, browser: Browser = None
) -> CeremonyOut:
    """Begin to log in by a passkey. Nobody is named: the browser offers the passkeys that it has for us. The answer
    counts in this browser alone, which a cookie knows again."""
    browser = browser or secrets.token_urlsafe(32)
    begun = await using.begin_login(db, rp, browser=browser, now=clock())
    response.set_cookie(
        COOKIE,
        browser,
        max_age=COOKIE_SECONDS,
        path=COOKIE_PATH,
        httponly=True,
        samesite="strict",
        secure=settings.cookie_secure,
    )
    return CeremonyOut.of(begun)


@router.post("/passkey/login", responses=problems(401, 403, 409))
async def log_in_by_passkey(
    body: AnswerIn,
    request: Request,
    response: Response,
    rp: Relying,
    db: Db,
    keys: KeyRing,
    settings: Config,
    mailer: Post,
    clock: Now,
    browser: Browser = None,
) -> TokenOut:
    """As `POST /v1/users/login` answers. A passkey is two factors in one: no code is asked for."""
    user = await using.owner(
        db, rp, browser=browser or "", answer=body.answer(), address=came_from(request).address, now=clock()
    )
    tokens = await service.start_session(
        db,
        user,
        by=came_from(request),
        ways={Way.PASSKEY},
        keys=keys,
        settings=settings,
        mailer=mailer,
        now=clock(),
    )
    return with_cookie(response, tokens, secure=settings.cookie_secure)


@router.get("/me/passkeys", responses=problems(401))
async def list_passkeys(login: CurrentBearer, db: Db, settings: Config) -> PasskeysOut:
    """My passkeys, the newest first."""
    found = await making.listed(db, login.user_id)
    rp = relying_party(settings.base_url)
    return PasskeysOut(items=[PasskeyOut.of(one) for one in found], usable_at=rp.origin if rp else None)


@router.post("/me/passkeys/options", responses=problems(401, 403, 409))
async def begin_passkey(login: Proven, rp: Relying, db: Db, clock: Now) -> CeremonyOut:
    """Begin to make a passkey, in this login."""
    return CeremonyOut.of(
        await making.begin_making(db, rp, login.user_id, session=login.session, now=clock())
    )


@router.post("/me/passkeys", status_code=201, responses=problems(401, 409))
async def add_passkey(
    body: PasskeyIn,
    request: Request,
    login: CurrentBearer,
    rp: Relying,
    desk: Reception,
    clock: Now,
    doer: Acting,
) -> PasskeyOut:
    """Keep the passkey that the browser made. What it answers was asked of a login that was proven."""
    name = body.name or await asyncio.to_thread(device, request.headers.get("user-agent", ""))
    now = clock()
    made = await making.make(
        desk.db,
        rp,
        login.user_id,
        session=login.session,
        answer=body.answer(),
        name=name[:NAME_LENGTH],
        doer=doer,
        told=_letter(desk, added=True, now=now),
        now=now,
    )
    return PasskeyOut.of(made)


@router.patch("/me/passkeys/{passkey_id}", responses=problems(401, 404))
async def rename_passkey(
    passkey_id: str, body: PasskeyPatch, login: CurrentBearer, db: Db, doer: Acting
) -> PasskeyOut:
    """Call it something else."""
    return PasskeyOut.of(await making.rename(db, login.user_id, passkey_id, body.name, doer=doer))


@router.delete("/me/passkeys/{passkey_id}", status_code=204, responses=problems(401, 403, 404, 409))
async def remove_passkey(passkey_id: str, login: Proven, desk: Reception, clock: Now, doer: Acting) -> None:
    """It opens nothing any more. The last way in stays."""
    await making.remove(
        desk.db,
        login.user_id,
        passkey_id,
        issuer=desk.settings.oidc_issuer,
        doer=doer,
        told=_letter(desk, added=False, now=clock()),
    )


@router.post("/me/proof/options", responses=problems(401, 409))
async def begin_passkey_proof(login: CurrentBearer, rp: Relying, db: Db, clock: Now) -> CeremonyOut:
    """Begin to prove with a passkey who I am: the answer goes to `POST /v1/users/me/proof` as `passkey`."""
    return CeremonyOut.of(await using.begin_proof(db, rp, login.user_id, session=login.session, now=clock()))


def _letter(desk: Desk, *, added: bool, now: datetime) -> Callable[[Connection, User], None]:
    def tell(conn: Connection, user: User) -> None:
        desk.mailer.put(conn, words.passkey(user.email, added=added, at=now, base=desk.settings.base_url))

    return tell
