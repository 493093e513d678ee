"""Kite's login, with a personal token in the place of everything: nothing is made, kept or ended here.

`generate_session(request_token=token, api_secret=token)` proves the same token twice and gives it back as the access
token. So the code of a program that logs in stays as it is, and no secret is kept that could be read.
"""

from __future__ import annotations

import hashlib
import hmac

from fastapi import APIRouter, Request
from starlette.responses import Response

from orchestrator.errors import Problem
from orchestrator.kite import forms, people
from orchestrator.kite.answers import stamp, success
from orchestrator.kite.door import FormBody, caller_of, wrong
from orchestrator.kite.user import about
from orchestrator.state import Db, Now

router = APIRouter(prefix="/kite", include_in_schema=False)

LOGOUT = "A personal token is ended by its user, on the page of tokens: a program cannot do it."
RENEWAL = "There are no refresh tokens: a personal token is good until its own end."
PAGE = "There is no login page: give the personal token as request_token and api_secret, or as access_token."


@router.post("/session/token")
async def login(form: FormBody, request: Request, db: Db, clock: Now) -> Response:
    """The user, and the same token again. Raises Problem 401 for a token that is not good, or a wrong checksum."""
    api_key, token = forms.required(form, "api_key"), forms.required(form, "request_token")
    proof = hashlib.sha256(f"{api_key}{token}{token}".encode()).hexdigest()
    if not hmac.compare_digest(proof.encode(), forms.required(form, "checksum").encode()):
        raise wrong()
    address = request.client.host if request.client else ""
    caller = await caller_of(api_key, token, state=request.app.state, address=address)
    person = await db.read(lambda conn: people.person(conn, caller.user_id))
    tokens = {"access_token": token, "public_token": "", "refresh_token": "", "enctoken": "", "silo": ""}
    return success({**about(caller, person), "api_key": api_key, **tokens, "login_time": stamp(clock())})


@router.delete("/session/token")
async def logout() -> None:
    raise Problem(403, "login_only", LOGOUT)


@router.post("/session/refresh_token")
async def renew() -> None:
    raise Problem(404, "not_offered", RENEWAL)


@router.get("/connect/login")
async def page() -> None:
    raise Problem(404, "not_offered", PAGE)
