"""Signing in at an OpenID provider, over HTTP: the browser goes there and comes back, and no token is ever in an
address of ours."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, cast
from urllib.parse import urlencode

from fastapi import APIRouter, Cookie, Depends, Query, Request, Response
from sqlalchemy import Connection
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse

from orchestrator.config import Settings
from orchestrator.errors import Problem, problems
from orchestrator.identity.access import CurrentBearer
from orchestrator.identity.claims import Way
from orchestrator.identity.doing import Acting
from orchestrator.identity.endpoints import came_from, with_cookie
from orchestrator.identity.oidc import code as oidc_code
from orchestrator.identity.oidc import service as oidc
from orchestrator.identity.oidc.provider import Provider
from orchestrator.identity.oidc.repository import Purpose
from orchestrator.identity.oidc.schemas import GoOut, LinkOut, LinksOut, ProviderCodeIn, ProviderOut, WaysOut
from orchestrator.identity.oidc.service import Back, Done, NotDone, Refused, Told
from orchestrator.identity.proof import Proven
from orchestrator.identity.relying import relying_party
from orchestrator.identity.repository import User
from orchestrator.identity.schemas import TokenOut
from orchestrator.identity.second_factor import codes as second_factor
from orchestrator.identity.sessions import service
from orchestrator.identity.sessions.issuing import From
from orchestrator.identity.signing_in import Desk, Reception
from orchestrator.identity.tokens import Bearer
from orchestrator.mail import words
from orchestrator.state import Config, Db, Now

router = APIRouter(prefix="/v1/users", tags=["identity"])

COOKIE = "tm_oidc"
COOKIE_PATH = "/v1/users"
COOKIE_SECONDS = 900
SIGN_IN, SECURITY = "/signin", "/settings/security"
GONE: dict[int | str, dict[str, Any]] = {303: {"description": "The browser is sent on."}}

Browser = Annotated[str | None, Cookie(alias=COOKIE, include_in_schema=False)]
Text = Annotated[str, Query(max_length=4096)]


async def _maybe(connection: HTTPConnection) -> Provider | None:
    return cast("Provider | None", connection.app.state.oidc)


Maybe = Annotated[Provider | None, Depends(_maybe)]


async def _provider(provider: Maybe) -> Provider:
    if provider is None:
        words = "nobody signs in at a provider here"
        raise Problem(404, "oidc_off", words, fix="set TRADEMASTER_OIDC_ISSUER")
    return provider


There = Annotated[Provider, Depends(_provider)]


@router.get("/ways")
async def list_ways_in(provider: Maybe, settings: Config) -> WaysOut:
    """What the sign-in page may offer beside e-mail and password."""
    rp = relying_party(settings.base_url)
    start = f"{settings.base_url}/v1/users/oidc/start"
    return WaysOut(
        passkeys_at=rp.origin if rp else None,
        provider=ProviderOut(label=provider.label, start=start) if provider else None,
    )


@router.get("/oidc/start", status_code=303, responses=problems(404) | GONE)
async def start_oidc(provider: There, db: Db, settings: Config, browser: Browser = None) -> Response:
    """Send the browser to the provider. It comes back to the sign-in page, logged in or with the reason why not."""
    browser = browser or oidc.new_secret()
    try:
        url = await oidc.begin(db, provider, browser=browser, purpose=Purpose.LOGIN)
    except NotDone as error:
        return _ended_on(SIGN_IN, refused=error.why)
    return _known_again(RedirectResponse(url, 303), browser, settings)


@router.get("/oidc/callback", status_code=303, responses=problems(404) | GONE)
async def finish_oidc(
    request: Request,
    provider: There,
    desk: Reception,
    clock: Now,
    browser: Browser = None,
    state: Text = "",
    code: Text = "",
    error: Text = "",
    iss: Annotated[str | None, Query(max_length=4096)] = None,
) -> Response:
    """Where the provider sends the browser back. What it brought is used up; the page it goes on to has nothing of it
    in its address, and gets its access token as always, by the refresh cookie."""
    back, now = Back(state, code, error, iss), clock()
    try:
        done = await oidc.finish(
            desk.db,
            provider,
            browser=browser or "",
            back=back,
            by=came_from(request),
            signup=desk.settings.oidc_signup,
            told=_letter(desk, provider.label, tied=True, now=now),
            now=now,
        )
        return await _gone_on(done, provider, desk, came_from(request), browser or "", now)
    except NotDone as refused:
        asked = refused.flow is not None and refused.flow.purpose is not Purpose.LOGIN
        return _ended_on(SECURITY if asked else SIGN_IN, refused=refused.why)


async def _gone_on(
    done: Done, provider: Provider, desk: Desk, by: From, browser: str, now: datetime
) -> Response:
    if done.flow.purpose is Purpose.LINK:
        return _ended_on(SECURITY, tied="1")
    if done.flow.purpose is Purpose.PROOF:
        await service.prove(
            desk.db,
            done.user.id,
            done.flow.session or "",
            ways={Way.OIDC},
            keys=desk.keys,
            settings=desk.settings,
            now=now,
        )
        return _ended_on(SECURITY, proven="1")
    if await desk.db.read(lambda conn: second_factor.is_on(conn, done.user.id)):
        await oidc_code.ask(desk.db, done, provider, browser=browser)
        return _ended_on(SIGN_IN, code="provider")
    try:
        tokens = await service.start_session(
            desk.db,
            done.user,
            by=by,
            ways={Way.OIDC},
            keys=desk.keys,
            settings=desk.settings,
            mailer=desk.mailer,
            proven_at=oidc.proven_at(done, provider, now),
            now=now,
        )
    except Problem as problem:
        return _ended_on(SIGN_IN, refused=problem.code)
    answer = _ended_on(SIGN_IN, **{"from": "provider"})
    with_cookie(answer, tokens, secure=desk.settings.cookie_secure)
    return answer


@router.post("/oidc/code", responses=problems(401, 403, 404, 409, 429))
async def finish_oidc_with_code(
    body: ProviderCodeIn,
    request: Request,
    response: Response,
    provider: There,
    desk: Reception,
    clock: Now,
    browser: Browser = None,
) -> TokenOut:
    """The code of who has a second factor on here, after they came back from the provider: as `POST /v1/users/login`
    answers."""
    tokens = await oidc_code.given(
        desk, provider, browser=browser or "", code=body.totp, by=came_from(request), now=clock()
    )
    return with_cookie(response, tokens, secure=desk.settings.cookie_secure)


@router.get("/me/oidc", responses=problems(401))
async def list_oidc_links(login: CurrentBearer, provider: Maybe, db: Db) -> LinksOut:
    """Who may sign in as me at a provider, the newest first."""
    issuer = provider.issuer if provider else ""
    items = [LinkOut.of(one, issuer) for one in await oidc.listed(db, login.user_id)]
    return LinksOut(items=items, label=provider.label if provider else None)


@router.post("/me/oidc", responses=problems(401, 403, 404, 503))
async def begin_oidc_link(
    response: Response, login: Proven, provider: There, db: Db, settings: Config, browser: Browser = None
) -> GoOut:
    """Begin to tie myself to the person that I am at the provider."""
    return await _gone(response, login, provider, db, settings, browser, Purpose.LINK)


@router.post("/me/proof/oidc", responses=problems(401, 404, 409, 503))
async def begin_oidc_proof(
    response: Response,
    login: CurrentBearer,
    provider: There,
    db: Db,
    settings: Config,
    browser: Browser = None,
) -> GoOut:
    """Begin to prove at the provider who I am, in this login. Who has a second factor on proves it by that."""
    if await db.read(lambda conn: second_factor.is_on(conn, login.user_id)):
        raise Problem(
            409,
            "second_factor_on",
            "a provider's word does not stand in for your second factor",
            fix="give a code to POST /v1/users/me/proof",
        )
    return await _gone(response, login, provider, db, settings, browser, Purpose.PROOF)


@router.delete("/me/oidc/{link_id}", status_code=204, responses=problems(401, 403, 404, 409))
async def remove_oidc_link(
    link_id: str, login: Proven, provider: Maybe, desk: Reception, clock: Now, doer: Acting
) -> None:
    """That person signs in as me no more. The last way in stays."""
    told = _letter(desk, provider.label if provider else "a provider", tied=False, now=clock())
    issuer = provider.issuer if provider else ""
    await oidc.untie(desk.db, login.user_id, link_id, issuer=issuer, doer=doer, told=told)


def _letter(desk: Desk, label: str, *, tied: bool, now: datetime) -> Told:
    def tell(conn: Connection, user: User) -> None:
        base = desk.settings.base_url
        desk.mailer.put(conn, words.provider(user.email, tied=tied, label=label, at=now, base=base))

    return tell


async def _gone(
    response: Response,
    login: Bearer,
    provider: Provider,
    db: Db,
    settings: Settings,
    browser: str | None,
    purpose: Purpose,
) -> GoOut:
    browser = browser or oidc.new_secret()
    try:
        url = await oidc.begin(
            db, provider, browser=browser, purpose=purpose, user_id=login.user_id, session=login.session
        )
    except NotDone as error:
        raise Problem(503, error.why, "the provider does not answer", fix="try again later") from error
    _known_again(response, browser, settings)
    return GoOut(url=url)


def _known_again(response: Response, browser: str, settings: Settings) -> Response:
    """Lax, as no other cookie of ours: the browser comes back from another site."""
    response.set_cookie(
        COOKIE,
        browser,
        max_age=COOKIE_SECONDS,
        path=COOKIE_PATH,
        httponly=True,
        samesite="lax",
        secure=settings.cookie_secure,
    )
    return response


def _ended_on(page: str, **told: str | Refused) -> Response:
    """A page of ours, told a word that it knows and nothing that came from elsewhere."""
    return RedirectResponse(f"{page}?{urlencode(told)}" if told else page, 303)
