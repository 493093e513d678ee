"""Who is calling: the dependency that turns a bearer token into a user id."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, cast

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import HTTPConnection

from domain.account import UserId
from orchestrator.errors import Problem
from orchestrator.identity.ended import EndedSessions
from orchestrator.identity.tokens import Bearer, bearer_of
from orchestrator.state import KeyRing, Now

_bearer = HTTPBearer(auto_error=False, bearerFormat="JWT", description="From POST /v1/users/login.")


async def _ended(connection: HTTPConnection) -> EndedSessions:
    return cast(EndedSessions, connection.app.state.ended_sessions)


Ended = Annotated[EndedSessions, Depends(_ended)]


async def current_bearer(
    keys: KeyRing,
    clock: Now,
    ended: Ended,
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Bearer:
    """The caller and the login that it calls by. Raises Problem 401."""
    if given is None:
        raise Problem(
            401,
            "not_authenticated",
            "this needs an access token",
            fix="send Authorization: Bearer <access token>",
            headers={"www-authenticate": "Bearer"},
        )
    return bearer_of(given.credentials, key=keys.jwt, now=clock(), ended=ended)


CurrentBearer = Annotated[Bearer, Depends(current_bearer)]


async def current_user(bearer: CurrentBearer) -> UserId:
    """The caller. Raises Problem 401."""
    return bearer.user_id


def bearer(headers: Mapping[bytes, bytes]) -> str | None:
    """The token of a request that names one as everybody does; None for any other spelling."""
    scheme, _, token = headers.get(b"authorization", b"").partition(b" ")
    return token.decode("latin-1") if scheme == b"Bearer" and token else None


CurrentUser = Annotated[UserId, Depends(current_user)]
