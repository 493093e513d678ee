"""The kill switch over HTTP."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import APIRouter, Depends
from sqlalchemy import Connection as SqlConnection
from starlette.requests import HTTPConnection

from domain.account import AccountId, UserId
from domain.limits import KillDepth, Switch
from orchestrator.accounts.access import Live
from orchestrator.accounts.connections import Connections
from orchestrator.audit.actions import Action
from orchestrator.bus import Bus, user_topic
from orchestrator.errors import Problem, problems
from orchestrator.identity.access import CurrentUser, TradingCaller, seeing_all
from orchestrator.identity.doing import Acting
from orchestrator.killswitch import repository
from orchestrator.killswitch.repository import Step
from orchestrator.killswitch.schemas import KillIn, KillOut, ReleaseIn
from orchestrator.killswitch.worker import KillSwitch
from orchestrator.orders.permit import outside_policy, within_some, without_effect
from orchestrator.state import Db, EventBus, Now
from orchestrator.storage.db import Database

router = APIRouter(prefix="/v1/kill-switch", tags=["kill switch"])


async def _worker(connection: HTTPConnection) -> KillSwitch:
    return cast(KillSwitch, connection.app.state.kill_switch)


Worker = Annotated[KillSwitch, Depends(_worker)]


@router.post("", status_code=202, responses=problems(401, 422))
async def engage_kill_switch(
    body: KillIn,
    caller: TradingCaller,
    acting: Acting,
    db: Db,
    bus: EventBus,
    clock: Now,
    connections: Live,
    worker: Worker,
) -> KillOut:
    """Stop trading everywhere, and keep at it until it is proven; brokers that are down are tried until they answer.

    Stored before the answer: it survives a restart. Orders that only reduce a position still pass. A personal token
    may do this if it sees all accounts, and close positions if it may trade everything; releasing the switch is a
    person's business.
    """
    seeing_all(caller)
    refused = without_effect(caller)
    if refused is None and body.depth is KillDepth.FLATTEN:
        refused = within_some(caller)
    if refused is not None:
        raise outside_policy(refused)
    user = caller.user_id

    def work(conn: SqlConnection) -> Switch:
        switch = repository.engage(conn, user, body.depth, body.words, clock())
        acting.did(conn, Action.KILL_SWITCH_ON, str(switch.number), depth=body.depth.value, words=body.words)
        return switch

    await db.write(work, lock=f"orders:{user}")
    worker.wake()
    return await _told(bus, user, await _shown(db, user, connections))


@router.get("", responses=problems(401))
async def get_kill_switch(user: CurrentUser, db: Db, connections: Live) -> KillOut:
    """What was asked for, and what is proven at each account."""
    return await _shown(db, user, connections)


@router.post("/release", responses=problems(401, 409, 422))
async def release_kill_switch(
    body: ReleaseIn,
    user: CurrentUser,
    acting: Acting,
    db: Db,
    bus: EventBus,
    clock: Now,
    connections: Live,
) -> KillOut:
    """Trade again. What was cancelled or closed stays so."""

    def work(conn: SqlConnection) -> bool:
        if not repository.release(conn, user, body.number, clock()):
            return False
        acting.did(conn, Action.KILL_SWITCH_RELEASED, str(body.number))
        return True

    if not await db.write(work, lock=f"orders:{user}"):
        raise Problem(
            409,
            "not_that_switch",
            "no kill switch of this number is on",
            field="number",
            rule="the switch that you saw is released, not one asked for since",
            fix="look with GET /v1/kill-switch",
        )
    return await _told(bus, user, await _shown(db, user, connections))


async def _told(bus: Bus, user: UserId, shown: KillOut) -> KillOut:
    """The user's other screens hear of it at once."""
    event = {"type": "kill_switch", "data": shown.model_dump(mode="json")}
    await bus.publish(user_topic(user), event)
    return shown


async def _shown(db: Database, user: UserId, connections: Connections) -> KillOut:
    def look(conn: SqlConnection) -> tuple[Switch | None, dict[AccountId, Step]]:
        switch = repository.engaged(conn, user)
        return switch, (repository.steps(conn, user, switch.number) if switch else {})

    switch, steps = await db.read(look)
    return KillOut.of(switch, connections.of_user(user), steps)
