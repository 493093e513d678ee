"""Sign up, log in, refresh, log out, and one's own settings."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Cookie, Request, Response

from orchestrator.errors import Problem, problems
from orchestrator.identity import brake, people, signing_in, strength
from orchestrator.identity.access import CurrentUser, Ended
from orchestrator.identity.doing import Acting
from orchestrator.identity.letters import emails
from orchestrator.identity.repository import User
from orchestrator.identity.schemas import (
    LoginIn,
    MeOut,
    MePatch,
    Mode,
    PasswordCheckIn,
    PasswordCheckOut,
    SignupIn,
    SignupOut,
    TokenOut,
)
from orchestrator.identity.sessions import ending, service
from orchestrator.identity.sessions.issuing import Access, From, Tokens
from orchestrator.identity.sessions.known import LIFE
from orchestrator.identity.signing_in import Reception
from orchestrator.state import Config, Db, KeyRing, Now

router = APIRouter(prefix="/v1/users", tags=["identity"])

COOKIE = "tm_refresh"
COOKIE_PATH = "/v1/users"
DEVICE_COOKIE = "tm_device"  # by which we know a browser again


RefreshCookie = Annotated[str | None, Cookie(alias=COOKIE, include_in_schema=False)]


@router.post("/signup", status_code=201, responses=problems(409, 422, 429))
async def sign_up(body: SignupIn, request: Request, desk: Reception, clock: Now) -> SignupOut:
    """Make a user. The password has at least ten characters. With `verify` true a letter was sent, and its link makes
    the user: see POST /v1/users/verify."""
    address, now = _address(request), clock()
    await brake.try_signup(desk.db, address=address, most=desk.settings.signups_per_hour, now=now)
    given = {"email": body.email, "password": body.password, "name": body.name}
    if desk.settings.verify_email:
        one = await emails.sign_up(desk, **given, now=now)
        return SignupOut(id=one.user_id, email=one.email, name=one.name, verify=True)
    agreed = [one.agreed() for one in body.agreed]
    user = await people.sign_up(desk.db, **given, agreed=agreed, address=address, now=now)
    return SignupOut(id=user.id, email=user.email, name=user.name, verify=False)


@router.post("/password-check")
async def check_password(body: PasswordCheckIn) -> PasswordCheckOut:
    """How good a password would be. Nothing is kept of it."""
    found = await strength.judged(body.password, about=(body.email, body.name))
    return PasswordCheckOut(strength=found.strength, words=found.words, fix=found.fix)


@router.post("/login", responses=problems(401, 403, 429))
async def log_in(
    body: LoginIn, request: Request, response: Response, desk: Reception, clock: Now
) -> TokenOut:
    """An access token; the refresh token comes as an HttpOnly cookie. Who has a second factor on gives a code, too:
    else 401 `totp_needed`."""
    tokens = await signing_in.by_password(
        desk, email=body.email, password=body.password, code=body.totp, by=came_from(request), now=clock()
    )
    return with_cookie(response, tokens, secure=desk.settings.cookie_secure)


@router.post("/refresh", responses=problems(401))
async def refresh_token(
    request: Request,
    response: Response,
    db: Db,
    keys: KeyRing,
    settings: Config,
    clock: Now,
    ended: Ended,
    cookie: RefreshCookie = None,
) -> TokenOut:
    """A new access token for the cookie, which is replaced by the next one."""
    if not cookie:
        raise Problem(401, "refresh_missing", "there is no login to go on with", fix="log in")
    tokens = await service.refresh(
        db, cookie, by=came_from(request), keys=keys, settings=settings, ended=ended, now=clock()
    )
    return with_cookie(response, tokens, secure=settings.cookie_secure)


@router.post("/logout", status_code=204)
async def log_out(
    request: Request,
    response: Response,
    db: Db,
    settings: Config,
    clock: Now,
    ended: Ended,
    cookie: RefreshCookie = None,
) -> None:
    """End this login. Always succeeds."""
    await ending.log_out(db, cookie, address=_address(request), ended=ended, now=clock())
    # As it was set: a browser takes no other one in its place.
    response.delete_cookie(
        COOKIE, path=COOKIE_PATH, httponly=True, samesite="strict", secure=settings.cookie_secure
    )


@router.get("/me", responses=problems(401))
async def get_me(user_id: CurrentUser, db: Db) -> MeOut:
    """Who I am."""
    return _me(await people.me(db, user_id))


@router.patch("/me", responses=problems(401))
async def change_me(body: MePatch, user_id: CurrentUser, acting: Acting, db: Db) -> MeOut:
    """Change name, mode or primary account."""
    given = body.model_dump(exclude_unset=True)
    changes = {name: value for name, value in given.items() if value is not None or name == "primary_account"}
    return _me(await people.change(db, acting, changes))


def _address(request: Request) -> str:
    """Where the caller comes from, as far as we know."""
    return request.client.host if request.client else ""


def came_from(request: Request) -> From:
    """Where a login begins or goes on."""
    return From(
        _address(request), request.headers.get("user-agent", ""), request.cookies.get(DEVICE_COOKIE, "")
    )


def with_cookie(response: Response, tokens: Tokens, *, secure: bool) -> TokenOut:
    """The access token for the body, the refresh token as a cookie that no script reads."""
    response.set_cookie(
        COOKIE,
        tokens.refresh,
        max_age=tokens.refresh_for,
        path=COOKIE_PATH,
        httponly=True,
        samesite="strict",
        secure=secure,
    )
    if tokens.device:
        response.set_cookie(
            DEVICE_COOKIE,
            tokens.device,
            max_age=int(LIFE.total_seconds()),
            path=COOKIE_PATH,
            httponly=True,
            samesite="strict",
            secure=secure,
        )
    return shown(tokens.access)


def shown(access: Access) -> TokenOut:
    return TokenOut(access_token=access.token, token_type="bearer", expires_in=access.expires_in)


def _me(user: User) -> MeOut:
    return MeOut(
        id=user.id,
        email=user.email,
        name=user.name,
        mode=Mode(user.mode),
        primary_account=user.primary_account,
        created_at=user.created_at,
        email_verified=user.email_verified_at is not None,
        role=user.role,
    )
