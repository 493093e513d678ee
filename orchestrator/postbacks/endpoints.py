"""The public address that brokers post to, and where its owner finds it."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import Connection as SqlConnection
from starlette.requests import HTTPConnection

from domain.account import AccountId, UserId
from orchestrator.accounts import repository
from orchestrator.accounts.access import Live
from orchestrator.accounts.connections import Connection, Connections
from orchestrator.accounts.endpoints import LoginDesk
from orchestrator.audit.actions import Action
from orchestrator.errors import Problem, not_found, problems
from orchestrator.identity.access import CurrentUser
from orchestrator.identity.doing import Acting
from orchestrator.postbacks.desk import Postbacks, rotate
from orchestrator.schemas import Out, Time
from orchestrator.state import Config, Db

router = APIRouter(tags=["accounts"])

LONGEST_POST = 16 * 1024  # bytes; an order's update has about one tenth of it


async def _postbacks(connection: HTTPConnection) -> Postbacks:
    return cast(Postbacks, connection.app.state.postbacks)


Desk = Annotated[Postbacks, Depends(_postbacks)]


class PostbackOut(Out):
    """The address to enter at the broker. `reachable`: this installation says where it is reached from outside."""

    url: str
    reachable: bool


class PhoneLoginOut(Out):
    """I am asked until `expires_at`. `reaches_us`: the broker will post the session to this account's address."""

    expires_at: Time
    reaches_us: bool


@router.post("/hooks/{broker}/{token}", include_in_schema=False)
async def take_postback(broker: str, token: str, request: Request, desk: Desk) -> Response:
    """For brokers. Whoever does not know the address learns nothing."""
    stored = await desk.owner(broker, token)
    await desk.take(stored, await _body(request), request.headers)
    return Response(status_code=200)


@router.get("/v1/accounts/{account_id}/postback", responses=problems(401, 404, 409))
async def get_postback(
    account_id: str, user: CurrentUser, connections: Live, desk: Desk, settings: Config
) -> PostbackOut:
    """The address at which this account's broker may tell of its orders. Treat it like a password."""
    mine = _posting(connections, user, account_id).account.id
    return PostbackOut(url=await desk.address(mine), reachable=bool(settings.public_url))


@router.post("/v1/accounts/{account_id}/postback", responses=problems(401, 404, 409))
async def renew_postback(
    account_id: str,
    user: CurrentUser,
    acting: Acting,
    connections: Live,
    desk: Desk,
    settings: Config,
    db: Db,
) -> PostbackOut:
    """A new address; the ones before are none any more."""
    mine = _posting(connections, user, account_id).account.id

    def work(conn: SqlConnection) -> None:
        stored = repository.by_id(conn, mine)
        if stored is None:
            raise not_found("account")
        repository.change(conn, mine, rotate(stored))
        acting.did(conn, Action.POSTBACK_RENEWED, mine)

    await db.write(work, lock=f"accounts:{user}")
    return PostbackOut(url=await desk.address(mine), reachable=bool(settings.public_url))


@router.post(
    "/v1/accounts/{account_id}/phone-login", status_code=202, responses=problems(401, 404, 409, 503, 504)
)
async def ask_on_phone(
    account_id: str, user: CurrentUser, acting: Acting, desk: Desk, logins: LoginDesk
) -> PhoneLoginOut:
    """Have the broker ask me in its own app; when I approve there, the account is logged in by itself.

    For that the broker must post to this account's address: enter it there as the notifier URL.
    """
    asked = await logins.ask_phone(user, AccountId(account_id), acting.actor)
    mine = await desk.address(AccountId(account_id))
    return PhoneLoginOut(expires_at=asked.expires_at, reaches_us=asked.posts_to == mine)


async def _body(request: Request) -> bytes:
    """Raises Problem 413 as soon as it is too long."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LONGEST_POST:
            raise Problem(413, "body_too_large", "the request is too long")
    return body


def _posting(connections: Connections, user: UserId, account_id: str) -> Connection:
    """My account, at a broker that posts."""
    connection = connections.get(AccountId(account_id))
    if connection is None or connection.account.user_id != user:
        raise not_found("account")
    if not connection.terms.posts_updates:
        raise Problem(
            409,
            "no_postbacks",
            f"{connection.terms.name} posts no order updates",
            rule="only some brokers call an address of yours",
            fix="nothing is needed: its orders are followed by stream and by reading",
        )
    return connection
