"""The depository's leave to sell: begun at the broker, given by the person on the broker's page or in its app."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from domain.account import AccountId
from domain.errors import SessionExpired
from domain.instrument import Exchange, InstrumentId
from orchestrator.accounts.access import Live
from orchestrator.errors import Problem, not_found, problems
from orchestrator.identity.access import CurrentUser
from orchestrator.schemas import In, Out

router = APIRouter(prefix="/v1", tags=["accounts"])

MOST_SHARES = 100_000_000


class AuthoriseIn(In):
    """Shares to be released, in units."""

    exchange: Exchange
    symbol: Annotated[str, Field(min_length=1, max_length=64, examples=["INFY"])]
    quantity: Annotated[int, Field(gt=0, le=MOST_SHARES, strict=True)]


class AuthorisationOut(Out):
    """`url`: the broker's page where the person says yes; null where the broker's own app must be used, as `words`
    tell."""

    url: str | None
    words: str


@router.post("/accounts/{account_id}/authorisation", responses=problems(401, 404, 409, 503))
async def begin_authorisation(
    account_id: str, body: AuthoriseIn, user_id: CurrentUser, connections: Live
) -> AuthorisationOut:
    """Begin the step that lets the depository release shares for a sale. Nothing is sold by it.

    A sale that was refused for want of it passes once the person has said yes.
    """
    connection = connections.get(AccountId(account_id))
    if connection is None or connection.account.user_id != user_id:
        raise not_found("account")
    if connection.broker is None:
        raise Problem(409, "login_needed", f"{connection.account.label} needs a login", fix="Log in again.")
    symbol = body.symbol.upper() if body.symbol.isascii() else body.symbol
    try:
        begun = await connection.broker.authorisation({InstrumentId(body.exchange, symbol): body.quantity})
    except SessionExpired as error:
        await connections.login_needed(connection.account.id, error.words)
        raise
    connections.invalidate(connection.account.id)
    return AuthorisationOut(url=begun.url or None, words=begun.words)
