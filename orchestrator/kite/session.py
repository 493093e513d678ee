"""Kite's login, in two ways, and no code of a program changes for either.

By the browser: the person agrees on a page of ours, and the program exchanges the request token that it is handed, with
its secret, for an access token of a day (`apps.py`). Or with a personal token in the place of everything:
`generate_session(request_token=token, api_secret=token)` proves it twice and gives it back; nothing is made or kept.
"""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from orchestrator.audit.actions import Action
from orchestrator.errors import Problem
from orchestrator.identity.access import PERSONAL
from orchestrator.identity.caller import Caller
from orchestrator.identity.doing import doer_of
from orchestrator.kite import apps, forms, people
from orchestrator.kite.answers import stamp, success
from orchestrator.kite.door import Days, FormBody, KnownTokens, caller_of, wrong
from orchestrator.kite.user import about
from orchestrator.state import Clock, Db, Now, Sealer
from orchestrator.tokens import text as token_text
from orchestrator.vault import SealBroken

router = APIRouter(prefix="/kite", include_in_schema=False)

LOGOUT = "A personal token is ended by its user, on the page of tokens: a program cannot do it."
RENEWAL = (
    "There are no refresh tokens: log in again, or use a personal token, which is good until its own end."
)
PAGE = "/connect/login"  # of the web interface, where the person agrees
HANDED_ON = ("api_key", "redirect_params")


@router.get("/connect/login")
async def page(request: Request) -> Response:
    """To the page of ours that asks the person; nothing but these two goes along."""
    query = {name: request.query_params.get(name, "") for name in HANDED_ON}
    where = f"{PAGE}?{urlencode({name: value for name, value in query.items() if value})}"
    return RedirectResponse(where, 303, headers={"cache-control": "no-store"})


@router.post("/session/token")
async def login(
    form: FormBody, request: Request, db: Db, vault: Sealer, clock: Now, tokens: KnownTokens
) -> Response:
    """The user, and an access token. Raises Problem 401 for what is not good, used up, or has a wrong checksum."""
    api_key, request_token = forms.required(form, "api_key"), forms.required(form, "request_token")
    checksum = forms.required(form, "checksum")
    address = request.client.host if request.client else ""
    if token_text.read(request_token) is not None:
        _prove(checksum, api_key, request_token, request_token)
        caller = await caller_of(api_key, request_token, state=request.app.state, address=address)
        access_token = request_token
    else:
        app = await db.read(lambda conn: apps.find(conn, api_key.removeprefix(PERSONAL)))
        if app is None or not api_key.startswith(PERSONAL):
            raise wrong()
        try:
            _prove(checksum, api_key, request_token, apps.secret_of(vault, app))
        except SealBroken:
            raise wrong() from None
        _, caller = await tokens.by_id(app.token_id, address)
        doer = doer_of(caller, clock)

        def work(conn: Connection) -> str:
            made = apps.exchange(conn, app.token_id, request_token, clock())
            if made is None:
                raise wrong()
            doer.did(conn, Action.KITE_LOGIN, app.token_id, until=made[1].isoformat())
            return made[0]

        access_token = await db.write(work)
    person = await db.read(lambda conn: people.person(conn, caller.user_id))
    more = {"access_token": access_token, "public_token": "", "refresh_token": "", "enctoken": "", "silo": ""}
    return success({**about(caller, person), "api_key": api_key, **more, "login_time": stamp(clock())})


def _prove(checksum: str, api_key: str, request_token: str, secret: str) -> None:
    proof = hashlib.sha256(f"{api_key}{request_token}{secret}".encode()).hexdigest()
    if not hmac.compare_digest(proof.encode(), checksum.encode()):
        raise wrong()


@router.delete("/session/token")
async def logout(request: Request, db: Db, clock: Now, days: Days) -> Response:
    """Ends the login of a day. Raises Problem 401 for one that is not good, 403 for a personal token."""
    given = request.query_params
    api_key, access_token = given.get("api_key", ""), given.get("access_token", "")
    if token_text.read(access_token) is not None:
        raise Problem(403, "login_only", LOGOUT)
    address = request.client.host if request.client else ""
    caller = await caller_of(api_key, access_token, state=request.app.state, address=address)
    await db.write(lambda conn: _end(conn, caller, clock, access_token))
    await days.ended(caller.token or "")
    return success(True)


def _end(conn: Connection, caller: Caller, clock: Clock, access_token: str) -> None:
    if apps.end(conn, apps.hash_of(access_token)):
        doer_of(caller, clock).did(conn, Action.KITE_LOGIN_ENDED, caller.token or "")


@router.post("/session/refresh_token")
async def renew() -> None:
    raise Problem(404, "not_offered", RENEWAL)
