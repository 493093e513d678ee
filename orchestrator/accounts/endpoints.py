"""Brokers to choose from, and the user's accounts at them."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Annotated, cast
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Cookie, Depends, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection as SqlConnection
from starlette.requests import HTTPConnection

from domain.account import AccountId, AccountState, BrokerId, UserId
from orchestrator.accounts import repository, ways
from orchestrator.accounts.access import Live
from orchestrator.accounts.connections import Connection, Connections
from orchestrator.accounts.egress import addresses_text
from orchestrator.accounts.logins import Logins, Started
from orchestrator.accounts.schemas import (
    AccountOut,
    AddressesIn,
    BrokerOut,
    ConnectIn,
    LoginAgainIn,
    ProxyIn,
    RenameIn,
    StartedOut,
)
from orchestrator.accounts.secrets import seal_proxy
from orchestrator.audit.actions import Action
from orchestrator.config import Settings, app_credentials
from orchestrator.errors import Problem, not_found, problems
from orchestrator.identity.access import CurrentUser
from orchestrator.identity.doing import Acting
from orchestrator.identity.proof import verified_first
from orchestrator.state import Config, Db, Sealer
from orchestrator.storage.db import Database

router = APIRouter(prefix="/v1", tags=["accounts"])

COOKIE = "tm_connect"  # ties a login to the browser it was begun in
COOKIE_PATH = "/v1/accounts"


async def _logins(connection: HTTPConnection) -> Logins:
    return cast(Logins, connection.app.state.logins)


LoginDesk = Annotated[Logins, Depends(_logins)]
BrowserCookie = Annotated[str | None, Cookie(alias=COOKIE, include_in_schema=False)]


@router.get("/brokers", tags=["brokers"])
async def list_brokers(logins: LoginDesk, settings: Config) -> list[BrokerOut]:
    """Every broker: how to log in and what its API takes."""
    return [
        BrokerOut.from_terms(adapter.terms, app_configured=bool(app_credentials(settings, broker)))
        for broker, adapter in logins.adapters.items()
    ]


@router.get("/accounts", responses=problems(401))
async def list_accounts(user_id: CurrentUser, connections: Live) -> list[AccountOut]:
    """My accounts, oldest first."""
    return [AccountOut.of(one) for one in connections.of_user(user_id)]


@router.post("/accounts", status_code=201, responses=problems(401, 403, 409, 503, 504))
async def connect_account(
    body: ConnectIn,
    response: Response,
    user_id: CurrentUser,
    acting: Acting,
    logins: LoginDesk,
    settings: Config,
    db: Db,
    cookie: BrowserCookie = None,
) -> StartedOut:
    """Begin to connect: go to `login_url` in this browser, or be connected at once where keys suffice. Where people are
    asked to confirm their e-mail, a live broker waits for it: 403 `email_unverified`."""
    if body.broker is not BrokerId.MOCK and not settings.paper:
        await verified_first(db, settings, user_id)
    browser = _browser(response, cookie, settings)
    started = await logins.connect(
        user_id,
        broker=body.broker,
        label=body.label,
        credentials=body.credentials,
        browser=browser,
        actor=acting.actor,
    )
    return _started(started)


@router.get("/accounts/callback/{broker}", status_code=303, response_class=RedirectResponse)
async def finish_login(
    broker: BrokerId, request: Request, logins: LoginDesk, cookie: BrowserCookie = None
) -> RedirectResponse:
    """Where brokers send the browser back to; it goes on to the Brokers page."""
    try:
        address = request.client.host if request.client else ""
        answer = dict(request.query_params)
        connection = await logins.finish(broker, answer, browser=cookie or "", address=address)
    except Problem as problem:
        return RedirectResponse(f"/brokers?{urlencode({'error': problem.code})}", status_code=303)
    return RedirectResponse(f"/brokers?{urlencode({'connected': connection.account.id})}", status_code=303)


@router.post("/accounts/{account_id}/login", responses=problems(401, 404, 409, 503, 504))
async def log_in_again(
    account_id: str,
    body: LoginAgainIn,
    response: Response,
    user_id: CurrentUser,
    acting: Acting,
    logins: LoginDesk,
    settings: Config,
    cookie: BrowserCookie = None,
) -> StartedOut:
    """Connect an account again whose session has ended."""
    browser = _browser(response, cookie, settings)
    started = await logins.again(
        user_id, AccountId(account_id), credentials=body.credentials, browser=browser, actor=acting.actor
    )
    return _started(started)


@router.get("/accounts/{account_id}", responses=problems(401, 404))
async def get_account(account_id: str, user_id: CurrentUser, connections: Live) -> AccountOut:
    """One account of mine."""
    return AccountOut.of(_mine(connections, user_id, account_id))


@router.patch("/accounts/{account_id}", responses=problems(401, 404))
async def rename_account(
    account_id: str, body: RenameIn, user_id: CurrentUser, acting: Acting, connections: Live, db: Db
) -> AccountOut:
    """Give an account another label."""

    def work(conn: SqlConnection, mine: AccountId) -> None:
        repository.change(conn, mine, {"label": body.label})
        acting.did(conn, Action.ACCOUNT_RENAMED, mine, label=body.label)

    return await _changed(connections, db, user_id, account_id, work)


@router.put("/accounts/{account_id}/proxy", responses=problems(401, 404))
async def set_proxy(
    account_id: str,
    body: ProxyIn,
    user_id: CurrentUser,
    acting: Acting,
    connections: Live,
    db: Db,
    vault: Sealer,
) -> AccountOut:
    """Let everything of this account leave by a proxy of its own: logins, calls, orders and streams."""
    ways.allow_proxy(body.proxy_url, _mine(connections, user_id, account_id).endpoints)
    sealed = seal_proxy(vault, AccountId(account_id), body.proxy_url)

    def work(conn: SqlConnection, mine: AccountId) -> None:
        repository.change(conn, mine, {"proxy": sealed})
        # Its name and port: whoever may pass through it is in the URL, too, and secret.
        acting.did(
            conn, Action.EGRESS_CHANGED, mine, proxy=urlsplit(body.proxy_url).netloc.rpartition("@")[2]
        )

    return await _changed(connections, db, user_id, account_id, work)


@router.delete("/accounts/{account_id}/proxy", responses=problems(401, 404))
async def clear_proxy(
    account_id: str, user_id: CurrentUser, acting: Acting, connections: Live, db: Db
) -> AccountOut:
    """Leave directly again."""

    def work(conn: SqlConnection, mine: AccountId) -> None:
        repository.change(conn, mine, {"proxy": None})
        acting.did(conn, Action.EGRESS_CHANGED, mine, proxy="")

    return await _changed(connections, db, user_id, account_id, work)


@router.put("/accounts/{account_id}/addresses", responses=problems(401, 404))
async def set_addresses(
    account_id: str, body: AddressesIn, user_id: CurrentUser, acting: Acting, connections: Live, db: Db
) -> AccountOut:
    """Tell which addresses are registered for orders at a broker that does not list them by API."""
    ways.allow_addresses(body.addresses, _mine(connections, user_id, account_id).endpoints)
    addresses = addresses_text(body.addresses)

    def work(conn: SqlConnection, mine: AccountId) -> None:
        repository.change(conn, mine, {"addresses": addresses})
        acting.did(conn, Action.EGRESS_CHANGED, mine, addresses=addresses or "")

    return await _changed(connections, db, user_id, account_id, work)


@router.post("/accounts/{account_id}/address-check", responses=problems(401, 404))
async def check_address(account_id: str, user_id: CurrentUser, connections: Live) -> AccountOut:
    """See now where this account's orders would leave from."""
    connection = _mine(connections, user_id, account_id)
    await connections.look_at_address(connection.account.id)
    return AccountOut.of(connection)


@router.delete("/accounts/{account_id}", status_code=204, responses=problems(401, 404))
async def disconnect_account(
    account_id: str, user_id: CurrentUser, acting: Acting, connections: Live, db: Db
) -> None:
    """Disconnect: credentials and session are erased here, and the session ends at the broker where it takes that.
    Orders at the broker are not touched."""
    account = _mine(connections, user_id, account_id).account
    erased = {
        "state": AccountState.DISCONNECTED,
        "credentials": None,
        "session": None,
        "session_expires_at": None,
        "proxy": None,
        "last_error": None,
    }

    def work(connection: SqlConnection) -> None:
        repository.change(connection, account.id, erased)
        repository.forget_logins(connection, account.id)
        repository.clear_primary(connection, account.id)
        acting.did(connection, Action.ACCOUNT_REMOVED, account.id, broker=account.broker.value)

    await db.write(work)
    await connections.leave(account.id)


async def _changed(
    connections: Connections,
    db: Database,
    user_id: UserId,
    account_id: str,
    work: Callable[[SqlConnection, AccountId], None],
) -> AccountOut:
    """My account after `work` on its row."""
    mine = _mine(connections, user_id, account_id).account.id
    await db.write(lambda conn: work(conn, mine))
    changed = await connections.reload(mine)
    if changed is None:
        raise not_found("account")
    return AccountOut.of(changed)


def _mine(connections: Connections, user_id: UserId, account_id: str) -> Connection:
    connection = connections.get(AccountId(account_id))
    if connection is None or connection.account.user_id != user_id:
        raise not_found("account")
    return connection


def _browser(response: Response, cookie: str | None, settings: Settings) -> str:
    """This browser's mark, made when it has none. Lax, because the way back is a link from the broker's site."""
    mark = cookie or secrets.token_urlsafe(24)
    response.set_cookie(
        COOKIE,
        mark,
        max_age=settings.login_minutes * 60,
        path=COOKIE_PATH,
        httponly=True,
        samesite="lax",
        secure=settings.cookie_secure,
    )
    return mark


def _started(started: Started) -> StartedOut:
    return StartedOut(account=AccountOut.of(started.connection), login_url=started.url)
