"""Who is calling Virtual Kite: `Authorization: token <api_key>:<access_token>`, as Kite's clients send it.

`api_key` is `tm_` and the id of a personal token. `access_token` is the whole text of that token, or the token of a day
that a login by the browser gave (apps.py).
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Annotated, Any, cast
from urllib.parse import parse_qsl

from fastapi import Depends, Request
from starlette.requests import HTTPConnection

from domain.account import UserId
from orchestrator.errors import Problem
from orchestrator.identity.access import PERSONAL, within
from orchestrator.identity.caller import Caller, Scope
from orchestrator.kite.day_tokens import DayTokens
from orchestrator.kite.listings import Listings
from orchestrator.tokens import text as token_text
from orchestrator.tokens.personal import PersonalTokens

WRONG = "Incorrect `api_key` or `access_token`."  # Kite's own words, which programs look for


async def caller_of(api_key: str, access_token: str, *, state: Any, address: str) -> Caller:
    """Raises Problem 401, 403."""
    parts = token_text.read(access_token)
    if parts is None:
        days = cast(DayTokens, state.kite_days)
        caller = await days.caller(api_key.removeprefix(PERSONAL), access_token, address)
        if caller is None or not api_key.startswith(PERSONAL):
            raise wrong()
        return caller
    if not hmac.compare_digest(f"{PERSONAL}{parts[0]}".encode(), api_key.encode()):
        raise wrong()
    return await cast(PersonalTokens, state.tokens).caller(access_token, address)


def wrong() -> Problem:
    return Problem(
        401,
        "token_invalid",
        WRONG,
        fix="api_key is tm_ and the id of a personal token, access_token the whole token: see docs/api/kite.md",
    )


async def kite_caller(request: Request) -> Caller:
    """Whoever it is, before any door. Raises Problem 401, 403."""
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    api_key, separator, access_token = credentials.partition(":")
    if scheme.lower() != "token" or not separator:
        raise wrong()
    address = request.client.host if request.client else ""
    return await caller_of(api_key, access_token, state=request.app.state, address=address)


KiteCaller = Annotated[Caller, Depends(kite_caller)]


async def reading(caller: KiteCaller) -> Caller:
    """To look: only at the accounts that the token sees. Raises Problem 401, 403."""
    return within(caller, Scope.READ)


async def trading(caller: KiteCaller) -> Caller:
    """To trade, by the token's policy. Raises Problem 401, 403."""
    return within(caller, Scope.TRADE)


Reader = Annotated[Caller, Depends(reading)]
Trader = Annotated[Caller, Depends(trading)]


async def _listings(connection: HTTPConnection) -> Listings:
    return await cast(Listings, connection.app.state.kite_listings).ready()


Names = Annotated[Listings, Depends(_listings)]


async def _days(connection: HTTPConnection) -> DayTokens:
    return cast(DayTokens, connection.app.state.kite_days)


async def _tokens(connection: HTTPConnection) -> PersonalTokens:
    return cast(PersonalTokens, connection.app.state.tokens)


Days = Annotated[DayTokens, Depends(_days)]
KnownTokens = Annotated[PersonalTokens, Depends(_tokens)]


async def _form(request: Request) -> Mapping[str, str]:
    """The urlencoded body. Raises Problem 422 for a field that is there twice, which one is meant is not guessed, and
    for a NUL character, which PostgreSQL cannot keep."""
    fields: dict[str, str] = {}
    for name, value in parse_qsl((await request.body()).decode(errors="replace"), keep_blank_values=True):
        if name in fields:
            raise Problem(422, "invalid_input", f"`{name}` is given twice.", field=name)
        if "\0" in name or "\0" in value:
            raise Problem(422, "invalid_input", "The request has a NUL character.")
        fields[name] = value
    return fields


FormBody = Annotated[Mapping[str, str], Depends(_form)]


def owner_of(user_id: UserId) -> str:
    """The user's name at Virtual Kite: short, as Kite's are, the same for all tokens of a user, no secret."""
    return f"TM{user_id.removeprefix('usr_')[-8:].upper()}"
