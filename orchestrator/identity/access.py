"""The doors: dependencies that tell who is calling and whether they may pass here.

Whatever names no wider one is closed to personal tokens, and a token that is limited to some accounts passes only
where the endpoint itself leaves the others out. tests/orchestrator/identity/test_doors.py lists which route has which.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, cast

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import HTTPConnection

from domain.account import UserId
from orchestrator.errors import Problem
from orchestrator.identity.caller import Caller, Programs, Scope
from orchestrator.identity.ended import EndedSessions
from orchestrator.identity.tokens import Bearer, bearer_of
from orchestrator.state import KeyRing, Now

PERSONAL = "tm_"  # how a personal token begins
SAFE = ("GET", "HEAD")

_bearer = HTTPBearer(
    auto_error=False, description="An access token from POST /v1/users/login, or a personal token."
)
Given = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


async def _ended(connection: HTTPConnection) -> EndedSessions:
    return cast(EndedSessions, connection.app.state.ended_sessions)


async def _programs(connection: HTTPConnection) -> Programs:
    return cast(Programs, connection.app.state.tokens)


Ended = Annotated[EndedSessions, Depends(_ended)]
Tokens = Annotated[Programs, Depends(_programs)]


def bearer(headers: Mapping[bytes, bytes]) -> str | None:
    """The token of a request that names one as everybody does; None for any other spelling."""
    scheme, _, token = headers.get(b"authorization", b"").partition(b" ")
    return token.decode("latin-1") if scheme == b"Bearer" and token else None


async def caller_of(token: str, *, state: Any, address: str) -> Caller:
    """Whose token this is, of either kind; `state` is the application's. Raises Problem 401, 403."""
    if token.startswith(PERSONAL):
        return await cast(Programs, state.tokens).caller(token, address)
    login = bearer_of(token, key=state.keys.jwt, now=state.clock(), ended=state.ended_sessions)
    return Caller(
        login.user_id,
        session=login.session,
        role=login.role,
        proven_at=login.proven_at,
        address=address,
    )


async def current_caller(request: Request, given: Given) -> Caller:
    """Whoever it is, before any door. Raises Problem 401."""
    if given is None:
        raise _nobody()
    address = request.client.host if request.client else ""
    return await caller_of(given.credentials, state=request.app.state, address=address)


AnyCaller = Annotated[Caller, Depends(current_caller)]


# --- logins only -------------------------------------------------------------------------------------------------


async def current_bearer(keys: KeyRing, clock: Now, ended: Ended, given: Given) -> Bearer:
    """The login that is calling. Raises Problem 401, 403 for a personal token."""
    if given is None:
        raise _nobody()
    if given.credentials.startswith(PERSONAL):
        raise login_only()
    return bearer_of(given.credentials, key=keys.jwt, now=clock(), ended=ended)


async def logged_in(caller: AnyCaller) -> Caller:
    """A person at a login. Raises Problem 401, 403 for a personal token."""
    if caller.session is None:
        raise login_only()
    return caller


CurrentBearer = Annotated[Bearer, Depends(current_bearer)]
LoggedIn = Annotated[Caller, Depends(logged_in)]


# --- logins and tokens -------------------------------------------------------------------------------------------


async def current_user(request: Request, caller: AnyCaller) -> UserId:
    """A login; to look, a token with `read` that sees all accounts, too. Raises Problem 401, 403."""
    if caller.token is not None:
        if request.method not in SAFE:
            raise login_only()
        within(caller, Scope.READ)
        seeing_all(caller)
    return caller.user_id


async def reading_user(caller: AnyCaller) -> UserId:
    """As `current_user`, for a POST that changes nothing."""
    within(caller, Scope.READ)
    seeing_all(caller)
    return caller.user_id


async def market_user(caller: AnyCaller) -> UserId:
    """For what is the same whatever accounts one has: a login, or a token with `read`. Raises Problem 401, 403."""
    return within(caller, Scope.READ).user_id


async def reading_caller(caller: AnyCaller) -> Caller:
    """A login, or a token with `read`: the endpoint itself leaves out accounts that it does not see."""
    return within(caller, Scope.READ)


async def trading_caller(caller: AnyCaller) -> Caller:
    """A login, or a token with `trade`: what is placed is held against its policy. Raises Problem 401, 403."""
    return within(caller, Scope.TRADE)


async def asking_caller(caller: AnyCaller) -> Caller:
    """A login, or a token with `read` or `trade`: the endpoint shows it what it asked itself."""
    return caller if Scope.TRADE in caller.scopes else within(caller, Scope.READ)


async def funds_caller(caller: AnyCaller) -> Caller:
    """A login, or a token with `funds`. Raises Problem 401, 403."""
    return within(caller, Scope.FUNDS)


CurrentUser = Annotated[UserId, Depends(current_user)]
ReadingUser = Annotated[UserId, Depends(reading_user)]
MarketUser = Annotated[UserId, Depends(market_user)]
ReadingCaller = Annotated[Caller, Depends(reading_caller)]
TradingCaller = Annotated[Caller, Depends(trading_caller)]
AskingCaller = Annotated[Caller, Depends(asking_caller)]
FundsCaller = Annotated[Caller, Depends(funds_caller)]


def within(caller: Caller, scope: Scope) -> Caller:
    """The caller, if it has this scope. Raises Problem 403 `scope_missing`."""
    if scope not in caller.scopes:
        has = ", ".join(sorted(caller.scopes)) or "none"
        raise Problem(
            403,
            "scope_missing",
            f"this needs a token with the scope {scope}; this one has {has}",
            fix=f"make a personal token with the scope {scope}",
            scope=scope,
        )
    return caller


def seeing_all(caller: Caller) -> None:
    """Raises Problem 403 `token_policy` for a token that is limited to some accounts."""
    if caller.limited:
        raise Problem(
            403,
            "token_policy",
            "this tells of all accounts together, and this token is limited to some",
            fix="use a token that is not limited to accounts, or ask for what can be limited: docs/concepts/tokens.md",
            clause="accounts",
        )


def login_only() -> Problem:
    return Problem(
        403,
        "login_only",
        "a personal token cannot do this",
        fix="log in: only a person may",
    )


def _nobody() -> Problem:
    return Problem(
        401,
        "not_authenticated",
        "this needs an access token",
        fix="send Authorization: Bearer <access token>",
        headers={"www-authenticate": "Bearer"},
    )
