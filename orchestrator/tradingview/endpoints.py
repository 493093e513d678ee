"""Hooks: addresses that take alerts of TradingView, or of anybody who signs, and place what they ask for."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy import Connection
from starlette.requests import HTTPConnection

from orchestrator.audit.actions import Action
from orchestrator.errors import Problem, not_found, problems
from orchestrator.identity.access import CurrentUser, LoggedIn
from orchestrator.identity.doing import Acting
from orchestrator.identity.proof import Proven
from orchestrator.ids import new_id
from orchestrator.state import Config, Db, Now, Sealer
from orchestrator.tokens import repository as tokens
from orchestrator.tradingview import repository
from orchestrator.tradingview.alert import Unusable, body_of, read_alert
from orchestrator.tradingview.placing import Placer
from orchestrator.tradingview.proof import new_secret, seal
from orchestrator.tradingview.receiving import Receiver
from orchestrator.tradingview.repository import Hook, Outcome
from orchestrator.tradingview.schemas import (
    DeliveriesOut,
    DeliveryOut,
    HookChangeIn,
    HookIn,
    HookMadeOut,
    HookOut,
    HooksOut,
    ReceivedOut,
    TestIn,
    TestOut,
)

router = APIRouter(prefix="/v1/hooks", tags=["hooks"])

MOST = 20  # of one user
ALERT = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"type": "object"}},
            "text/plain": {"schema": {"type": "string"}},
        },
    }
}


async def _receiver(connection: HTTPConnection) -> Receiver:
    return cast(Receiver, connection.app.state.alert_receiver)


async def _placer(connection: HTTPConnection) -> Placer:
    return cast(Placer, connection.app.state.alert_placer)


Receiving = Annotated[Receiver, Depends(_receiver)]
Placing = Annotated[Placer, Depends(_placer)]


@router.post(
    "/tradingview/{hook_id}",
    status_code=202,
    responses=problems(401, 403, 404, 413, 422),
    openapi_extra=ALERT,
)
async def receive_alert(hook_id: str, request: Request, receiver: Receiving, placer: Placing) -> ReceivedOut:
    """An alert. It proves itself by the hook's secret in its JSON, or by a signature, and is answered before it is
    placed. One that comes again does nothing more."""
    address = request.client.host if request.client else ""
    one, repeated = await receiver.take(hook_id, await request.body(), request.headers, address)
    if not repeated and one.outcome is Outcome.RECEIVED:
        placer.begin(one)
    return ReceivedOut(delivery=one.id, outcome=one.outcome, repeated=repeated)


@router.get("", responses=problems(401))
async def list_hooks(user: CurrentUser, db: Db, settings: Config) -> HooksOut:
    """The newest first."""
    found = await db.read(lambda conn: repository.of_user(conn, user))
    return HooksOut(items=[HookOut.of(one, settings.base_url) for one in found])


@router.post("", status_code=201, responses=problems(401, 403, 404, 409, 422))
async def make_hook(
    body: HookIn, login: Proven, db: Db, vault: Sealer, settings: Config, clock: Now, doer: Acting
) -> HookMadeOut:
    """An address that trades with one of your personal tokens. Its secret is shown this once."""
    hook_id, secret = new_id("hok"), new_secret()
    hook = Hook(
        id=hook_id,
        user_id=login.user_id,
        token_id=body.token,
        name=body.name,
        secret=seal(vault, hook_id, secret),
        rules=body.rules.model_dump_json(),
        only_tradingview=body.only_tradingview,
        max_age=body.max_age,
        paused=False,
        made_at=clock(),
    )

    def work(conn: Connection) -> None:
        token = tokens.find(conn, body.token, login.user_id)
        if token is None or not token.live(clock()):
            raise not_found("personal token")
        if len(repository.of_user(conn, login.user_id)) >= MOST:
            raise Problem(409, "too_many_hooks", f"there are {MOST} hooks already", fix="remove one first")
        repository.add(conn, hook)
        doer.did(conn, Action.HOOK_MADE, hook.id, name=hook.name, token=hook.token_id)

    await db.write(work, lock=f"hooks:{login.user_id}")
    return HookMadeOut.made(hook, settings.base_url, secret)


@router.get("/{hook_id}", responses=problems(401, 404))
async def get_hook(hook_id: str, user: CurrentUser, db: Db, settings: Config) -> HookOut:
    """One of your hooks, without its secret."""
    return HookOut.of(await db.read(lambda conn: _own(conn, hook_id, user)), settings.base_url)


@router.patch("/{hook_id}", responses=problems(401, 403, 404, 422))
async def change_hook(
    hook_id: str, change: HookChangeIn, login: Proven, db: Db, settings: Config, doer: Acting
) -> HookOut:
    """What is left out stays."""

    def work(conn: Connection) -> Hook:
        hook = _own(conn, hook_id, login.user_id)
        given = change.model_dump(exclude_none=True, exclude={"rules"})
        if change.rules is not None:
            given["rules"] = change.rules.model_dump_json()
        hook = replace(hook, **given)
        repository.save(conn, hook)
        doer.did(conn, Action.HOOK_CHANGED, hook.id, what=", ".join(sorted(given)))
        return hook

    return HookOut.of(await db.write(work, lock=f"hooks:{login.user_id}"), settings.base_url)


@router.post("/{hook_id}/secret", responses=problems(401, 403, 404))
async def renew_hook_secret(
    hook_id: str, login: Proven, db: Db, vault: Sealer, settings: Config, doer: Acting
) -> HookMadeOut:
    """A new secret, shown this once; the old one is good no more."""
    secret = new_secret()

    def work(conn: Connection) -> Hook:
        hook = replace(_own(conn, hook_id, login.user_id), secret=seal(vault, hook_id, secret))
        repository.save(conn, hook)
        doer.did(conn, Action.HOOK_SECRET_RENEWED, hook.id)
        return hook

    hook = await db.write(work, lock=f"hooks:{login.user_id}")
    return HookMadeOut.made(hook, settings.base_url, secret)


@router.delete("/{hook_id}", status_code=204, responses=problems(401, 404))
async def remove_hook(hook_id: str, login: LoggedIn, db: Db, doer: Acting) -> None:
    """With the log of its alerts. Orders that it placed stay as they are."""

    def work(conn: Connection) -> None:
        hook = _own(conn, hook_id, login.user_id)
        repository.remove(conn, hook.id)
        doer.did(conn, Action.HOOK_REMOVED, hook.id, name=hook.name)

    await db.write(work, lock=f"hooks:{login.user_id}")


@router.post("/{hook_id}/test", responses=problems(401, 403, 404, 422))
async def test_hook(hook_id: str, body: TestIn, login: LoggedIn, db: Db, placer: Placing) -> TestOut:
    """What an alert would do now. Nothing is written down or sent; its time is not looked at."""
    hook = await db.read(lambda conn: _own(conn, hook_id, login.user_id))
    try:
        alert = read_alert(
            body_of(json.dumps(body.alert).encode())
        )  # numbers to the digit, as they would come
        return TestOut.of(*await placer.tried(hook, alert, login.address))
    except Unusable as error:
        raise Problem(422, error.code, error.words, field="alert") from None


@router.get("/{hook_id}/deliveries", responses=problems(401, 404))
async def list_hook_deliveries(
    hook_id: str,
    user: CurrentUser,
    db: Db,
    cursor: Annotated[str | None, Query(max_length=40)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> DeliveriesOut:
    """What came to it in the last 90 days and what became of each, newest first."""

    def work(conn: Connection) -> list[Any]:
        hook = _own(conn, hook_id, user)
        return repository.page(conn, hook.id, before=cursor, limit=limit + 1)

    found = await db.read(work)
    more = len(found) > limit
    items = [DeliveryOut.of(one) for one in found[:limit]]
    return DeliveriesOut(items=items, next_cursor=items[-1].id if more else None)


def _own(conn: Connection, hook_id: str, user_id: Any) -> Hook:
    """Raises Problem 404 for another user's, too."""
    hook = repository.find(conn, hook_id, user_id)
    if hook is None:
        raise not_found("hook")
    return hook
