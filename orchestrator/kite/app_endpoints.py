"""What lets a program written for Kite log its user in by the browser: set up, agreed to and ended by a person."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from sqlalchemy import Connection

from domain.account import UserId
from orchestrator.audit.actions import Action
from orchestrator.errors import Problem, not_found, problems
from orchestrator.identity.access import PERSONAL, CurrentBearer
from orchestrator.identity.doing import Acting
from orchestrator.identity.proof import Proven
from orchestrator.kite import addresses, apps
from orchestrator.kite.app_schemas import KiteAppIn, KiteAppMadeOut, KiteAppOut, KiteLoginIn, KiteLoginOut
from orchestrator.kite.apps import App
from orchestrator.kite.door import Days
from orchestrator.state import Config, Db, Now, Sealer
from orchestrator.tokens import service as tokens
from orchestrator.tokens.endpoints import TokenId
from orchestrator.webhooks import app_hooks
from orchestrator.webhooks.way import allow

router = APIRouter(prefix="/v1/users/me/tokens/{token_id}/kite", tags=["tokens"])

SET_UP_FIRST = "set up its login first: PUT /v1/users/me/tokens/{token_id}/kite"


@router.get("", responses=problems(401, 404))
async def get_kite_app(token_id: TokenId, login: CurrentBearer, db: Db, clock: Now) -> KiteAppOut:
    """How this token's program logs in; 404 while it does not by the browser."""
    now = clock()
    return await db.read(lambda conn: _shown(conn, login.user_id, token_id, now))


@router.put("", responses=problems(401, 404, 409, 422))
async def set_kite_app(
    token_id: TokenId,
    given: KiteAppIn,
    login: Proven,
    acting: Acting,
    db: Db,
    vault: Sealer,
    settings: Config,
    clock: Now,
) -> KiteAppMadeOut:
    """Let the program of this token log you in by the browser, as at Kite. Its secret is shown when it is made."""
    if why := addresses.refusal(given.redirect_url):
        raise Problem(
            422,
            "redirect_url_not_allowed",
            why,
            field="redirect_url",
            rule="https, or http on your own machine, and the very address",
            fix="name the address at which your program takes its request token",
        )
    if given.postback_url is not None:
        await allow(given.postback_url, inside=settings.proxies_inside, field="postback_url")
    token, secret, now = await tokens.find(db, login.user_id, token_id), apps.new_secret(), clock()

    def work(conn: Connection) -> KiteAppMadeOut:
        known = apps.find(conn, token_id, login.user_id)
        if known is None:
            kept = apps.sealed(vault, token_id, secret)
            apps.add(conn, App(token_id, login.user_id, given.redirect_url, kept, now))
        else:
            apps.change(conn, token_id, redirect_url=given.redirect_url)
        app_hooks.point(conn, vault, token, given.postback_url, now)
        acting.did(conn, Action.KITE_APP_SET, token_id, redirect_url=given.redirect_url)
        shown = _shown(conn, login.user_id, token_id, now)
        return KiteAppMadeOut(**shown.model_dump(), api_secret=secret if known is None else None)

    return await db.write(work, lock="webhooks")


@router.post("/secret", responses=problems(401, 404))
async def renew_kite_secret(
    token_id: TokenId, login: Proven, acting: Acting, db: Db, vault: Sealer, clock: Now, days: Days
) -> KiteAppMadeOut:
    """A new secret, shown this once. The one of before ends now, and so do all logins."""
    secret, now = apps.new_secret(), clock()

    def work(conn: Connection) -> KiteAppMadeOut:
        _own(conn, login.user_id, token_id)
        apps.change(conn, token_id, secret=apps.sealed(vault, token_id, secret))
        apps.end_all(conn, token_id)
        acting.did(conn, Action.KITE_APP_SECRET_RENEWED, token_id)
        return KiteAppMadeOut(**_shown(conn, login.user_id, token_id, now).model_dump(), api_secret=secret)

    made = await db.write(work)
    await days.ended(token_id)
    return made


@router.delete("", status_code=204, responses=problems(401, 404))
async def remove_kite_app(
    token_id: TokenId, login: CurrentBearer, acting: Acting, db: Db, days: Days
) -> None:
    """No login by the browser any more: those of today end now, and postbacks with them."""

    def work(conn: Connection) -> None:
        _own(conn, login.user_id, token_id)
        app_hooks.drop(conn, token_id)
        apps.remove(conn, token_id)
        acting.did(conn, Action.KITE_APP_REMOVED, token_id)

    await db.write(work, lock="webhooks")
    await days.ended(token_id)


@router.post("/logins", status_code=201, responses=problems(401, 404, 409, 422))
async def agree_to_kite_login(
    token_id: TokenId, given: KiteLoginIn, login: Proven, acting: Acting, db: Db, clock: Now
) -> KiteLoginOut:
    """Let the program in for today: the address to lead the browser to. Only the person may, who proved lately who
    they are: the program acts until six in the morning, also when this login ends before."""
    try:
        echoed = addresses.params(given.redirect_params)
    except ValueError as error:
        raise Problem(422, "invalid_input", str(error), field="redirect_params") from error
    token, now = await tokens.find(db, login.user_id, token_id), clock()
    if not token.live(now):
        raise Problem(409, "token_expired", "this token has expired", fix="make a new one")

    def work(conn: Connection) -> KiteLoginOut:
        app = _own(conn, login.user_id, token_id)
        request_token = apps.agree(conn, app, now)
        acting.did(conn, Action.KITE_LOGIN_AGREED, token_id, name=token.name)
        return KiteLoginOut(redirect_url=addresses.back(app.redirect_url, request_token, echoed))

    return await db.write(work)


def _own(conn: Connection, user_id: UserId, token_id: str) -> App:
    """Raises Problem 404 for another user's, too."""
    app = apps.find(conn, token_id, user_id)
    if app is None:
        raise not_found("login of a program")
    return app


def _shown(conn: Connection, user_id: UserId, token_id: str, now: datetime) -> KiteAppOut:
    app = _own(conn, user_id, token_id)
    return KiteAppOut(
        api_key=f"{PERSONAL}{token_id}",
        redirect_url=app.redirect_url,
        postback_url=app_hooks.url_of(conn, token_id),
        made_at=app.made_at,
        logins=apps.live(conn, token_id, now),
    )
