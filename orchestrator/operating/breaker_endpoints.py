"""Breakers over all users, for operators: what stands open and why, held open by hand, closed again."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Query

from adapters.registry import BROKERS
from domain.account import AccountId, BrokerId
from orchestrator.accounts import holding
from orchestrator.accounts.access import Live
from orchestrator.accounts.breaker_schemas import BreakerOut, HoldOpenIn, told
from orchestrator.accounts.connections import Connection, Connections
from orchestrator.accounts.held_breakers import Holder
from orchestrator.accounts.schemas import HeldOut
from orchestrator.errors import not_found, problems
from orchestrator.identity.doing import Acting
from orchestrator.identity.proof import Operator, Proven
from orchestrator.schemas import Out
from orchestrator.state import Db, Now

router = APIRouter(prefix="/v1/operator/breakers", tags=["operator"])

CHANGE = problems(401, 403, 404, 422)


class Which(StrEnum):
    """`standing`: open, half open or held open."""

    STANDING = "standing"
    ALL = "all"


class WatchedBreakerOut(BreakerOut):
    """Of anybody's account. The reason of a hold of its owner's is not told."""

    user_id: str

    @classmethod
    def of(cls, one: Connection) -> WatchedBreakerOut:
        fields: dict[str, Any] = told(one, told_owner=False)
        return cls(**fields, user_id=one.account.user_id)


class BrokerBreakerOut(Out):
    """All accounts at a broker that are logged in: how many, at how many calls are held back or tried. `held`: the
    whole broker is held open by hand."""

    broker: BrokerId
    accounts: int
    open: int
    half_open: int
    held: HeldOut | None

    @staticmethod
    def of(broker: BrokerId, connections: Connections) -> BrokerBreakerOut:
        there = [one for one in connections.all() if one.account.broker is broker]
        stand = [{health.reads, health.writes} for one in there if (health := one.health()) is not None]
        held = connections.held.of_broker(broker)
        return BrokerBreakerOut(
            broker=broker,
            accounts=len(stand),
            open=sum("open" in one for one in stand),
            half_open=sum("half_open" in one and "open" not in one for one in stand),
            held=None if held is None else HeldOut.of(held),
        )


class BreakersOut(Out):
    """As the process that answers has them; what is held open by hand is so in all of them. `items` by account;
    `next`: ask for those `after` it; null at the end."""

    brokers: list[BrokerBreakerOut]
    items: list[WatchedBreakerOut]
    next: str | None


@router.get("", responses=problems(401, 403))
async def list_breakers(
    _operator: Operator,
    connections: Live,
    which: Which = Which.STANDING,
    broker: BrokerId | None = None,
    after: Annotated[str | None, Query(max_length=64)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> BreakersOut:
    """What is held back at which broker and account, since when, why, and when it is tried again."""
    wanted = _wanted(connections.all(), which, broker)
    later = [one for one in wanted if after is None or one.account.id > after]
    items = [WatchedBreakerOut.of(one) for one in later[:limit]]
    return BreakersOut(
        brokers=[BrokerBreakerOut.of(one, connections) for one in BROKERS if broker in (None, one)],
        items=items,
        next=items[-1].account_id if len(later) > limit else None,
    )


@router.post("/brokers/{broker}/open", responses=CHANGE)
async def open_broker(
    broker: str,
    body: HoldOpenIn,
    _operator: Operator,
    _proven: Proven,
    doer: Acting,
    connections: Live,
    db: Db,
    clock: Now,
) -> BrokerBreakerOut:
    """Let nothing new go to any account at this broker until then, or until it is closed: orders go elsewhere, with
    the reason. Accounts are read on, orders there are cancelled, and what they hold is closed or sold."""
    known = _broker(broker)
    await holding.open_breaker(
        connections,
        db,
        body,
        broker=known,
        account=None,
        by=Holder.OPERATOR,
        actor=doer.actor,
        now=clock(),
    )
    return BrokerBreakerOut.of(known, connections)


@router.post("/brokers/{broker}/close", responses=problems(401, 403, 404))
async def close_broker(
    broker: str, _operator: Operator, _proven: Proven, doer: Acting, connections: Live, db: Db, clock: Now
) -> BrokerBreakerOut:
    """Hold it open no more, and try again: at each account the next question and the next order are trials, whose
    failure opens its breaker at once. What is held open for one account alone stays so."""
    known = _broker(broker)
    await holding.close_breaker(
        connections, db, broker=known, account=None, by=Holder.OPERATOR, actor=doer.actor, now=clock()
    )
    return BrokerBreakerOut.of(known, connections)


@router.post("/accounts/{account_id}/open", responses=CHANGE)
async def open_account(
    account_id: str,
    body: HoldOpenIn,
    _operator: Operator,
    _proven: Proven,
    doer: Acting,
    connections: Live,
    db: Db,
    clock: Now,
) -> WatchedBreakerOut:
    """The same for one account; its owner reads the reason."""
    one = _account(connections, account_id)
    await holding.open_breaker(
        connections,
        db,
        body,
        broker=one.account.broker,
        account=(one.account.id, one.account.user_id),
        by=Holder.OPERATOR,
        actor=doer.actor,
        now=clock(),
    )
    return WatchedBreakerOut.of(one)


@router.post("/accounts/{account_id}/close", responses=problems(401, 403, 404))
async def close_account(
    account_id: str, _operator: Operator, _proven: Proven, doer: Acting, connections: Live, db: Db, clock: Now
) -> WatchedBreakerOut:
    """The same for one account, which is read at once. What its owner holds open stays so."""
    one = _account(connections, account_id)
    await holding.close_breaker(
        connections,
        db,
        broker=one.account.broker,
        account=(one.account.id, one.account.user_id),
        by=Holder.OPERATOR,
        actor=doer.actor,
        now=clock(),
    )
    return WatchedBreakerOut.of(one)


def _wanted(connections: Iterable[Connection], which: Which, broker: BrokerId | None) -> list[Connection]:
    there = [one for one in connections if broker in (None, one.account.broker)]
    wanted = [one for one in there if which is Which.ALL or _stands(one)]
    return sorted(wanted, key=lambda one: one.account.id)


def _stands(one: Connection) -> bool:
    health = one.health()
    return one.held is not None or (health is not None and {health.reads, health.writes} != {"closed"})


def _broker(name: str) -> BrokerId:
    if name not in set(BrokerId):
        raise not_found("broker")
    return BrokerId(name)


def _account(connections: Connections, account_id: str) -> Connection:
    one = connections.get(AccountId(account_id))
    if one is None:
        raise not_found("account")
    return one
