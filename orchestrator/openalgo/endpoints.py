"""`/api/v1` as programs written for OpenAlgo expect it: the personal token is their `apikey`, in the body.

Refusals have OpenAlgo's form, {"status": "error", "message": ...}, and an honest HTTP status.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, cast

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse

from orchestrator.errors import Problem
from orchestrator.http.own_api import OwnApi
from orchestrator.identity.access import within
from orchestrator.identity.caller import Programs, Scope
from orchestrator.openalgo.desk import Desk, Json, Refused
from orchestrator.openalgo.symbols import Names
from orchestrator.openalgo.ways import ABSENT, WAYS

router = APIRouter(prefix="/api/v1", include_in_schema=False)


@router.post("/{name:path}")
async def call(name: str, request: Request) -> JSONResponse:
    """One call of an OpenAlgo program, by name."""
    try:
        return JSONResponse(await _answered(name.strip("/"), request))
    except Refused as no:
        return JSONResponse(no.body(), status_code=no.status, headers=no.headers)
    except Problem as problem:
        body = Refused(problem.status, problem.detail, code=problem.code).body()
        return JSONResponse(body, status_code=problem.status, headers=problem.headers)


@router.get("/{name:path}")
async def look(name: str) -> JSONResponse:
    """Nothing is asked with GET: a key in an address is kept in logs."""
    words = ABSENT.get(name.strip("/"), "send it as POST, with the apikey in the body")
    return JSONResponse(Refused(405, words).body(), status_code=405, headers={"allow": "POST"})


async def _answered(name: str, request: Request) -> Json:
    given = await _body(request)
    key = given.pop("apikey", None)
    if not isinstance(key, str) or not key:
        raise Refused(401, "apikey: give a personal token, as a text")
    state = request.app.state
    programs = cast(Programs, state.tokens)
    caller = await programs.caller(key, request.client.host if request.client else "")
    way = WAYS.get(name)
    if way is None:
        raise Refused(501 if name in ABSENT else 404, ABSENT.get(name, f"there is no call {name[:60]!r}"))
    if way.reads:
        within(caller, Scope.READ)
    desk = Desk(
        user=caller.user_id,
        api=OwnApi.behind(request, key),
        instruments=state.instruments,
        names=names_of(state),
        now=state.clock(),
        dry_run=caller.policy is not None and caller.policy.dry_run,
        calendar=state.calendar,
        leases=state.leases,
    )
    return await way.run(desk, given)


async def _body(request: Request) -> dict[str, Any]:
    try:
        given = json.loads(await request.body(), parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, ArithmeticError, RecursionError):
        raise Refused(400, "the body is not JSON that can be read") from None
    if not isinstance(given, dict):
        raise Refused(400, "the body is not a JSON object")
    return given


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is no number")


def names_of(state: Any) -> Names:
    """Made at the first call."""
    if not hasattr(state, "openalgo_names"):
        state.openalgo_names = Names(state.instruments)
    return cast(Names, state.openalgo_names)
