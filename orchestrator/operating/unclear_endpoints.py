"""One unclear order, for operators: how it went so far, looked for at its broker now, its owner told."""

from __future__ import annotations

from fastapi import APIRouter
from sqlalchemy import Connection

from adapters.registry import broker_name
from domain.account import AccountId
from domain.order import Source, Status
from orchestrator.accounts.connections import Connections
from orchestrator.errors import problems
from orchestrator.identity.doing import Acting
from orchestrator.identity.proof import Operator, Proven
from orchestrator.identity.repository import User
from orchestrator.mail import words
from orchestrator.mail.mailer import Post
from orchestrator.operating import unclear
from orchestrator.operating.oversight import Unclear
from orchestrator.operating.oversight_endpoints import UnclearOrderOut
from orchestrator.orders import looking
from orchestrator.orders.room import Room
from orchestrator.orders.rows import LiveChild
from orchestrator.schemas import Out, Time
from orchestrator.state import Config, Db, Now

router = APIRouter(prefix="/v1/operator/orders/unclear/{child_id}", tags=["operator"])


class HopOut(Out):
    """A step of its way. `words` are of a broker or the line that gave no clear answer, and null of all else."""

    at: Time
    kind: str
    source: Source | None
    latency_ms: int | None
    words: str | None


class UnclearPartOut(UnclearOrderOut):
    """`logged_in`: whether its broker can be asked at all; `reads` and `writes`: the account's breakers in the process
    that answers. `told_at`: its owner was last told by an operator."""

    logged_in: bool
    reads: str | None
    writes: str | None
    told_at: Time | None
    hops: list[HopOut]


class LookedOut(Out):
    """What came of asking its broker now. Not found is no proof: that takes the quiet window."""

    child_id: str
    found: bool
    status: Status
    words: str


class ToldOut(Out):
    told_at: Time


@router.get("", responses=problems(401, 403, 404))
async def get_unclear_order(child_id: str, _operator: Operator, trading: Room) -> UnclearPartOut:
    """How it went so far, hop by hop, without what it is of."""
    live = await looking.unclear_part(trading, child_id)
    connection = trading.connections.get(live.child.account_id)
    health = connection.health() if connection is not None else None
    hops, told = await trading.db.read(
        lambda conn: (unclear.hops(conn, live.child.id), unclear.told_at(conn, live))
    )
    listed = UnclearOrderOut.of(_listed(live)).model_dump()
    return UnclearPartOut(
        **listed,
        logged_in=health is not None,
        reads=health.reads if health else None,
        writes=health.writes if health else None,
        told_at=told,
        hops=[HopOut.model_validate(one) for one in hops],
    )


@router.post("/look", responses=problems(401, 403, 404, 409, 503))
async def look_for_unclear_order(
    child_id: str, _operator: Operator, _proven: Proven, doer: Acting, trading: Room
) -> LookedOut:
    """Ask its broker for it now. What is found is learnt; what is not found is looked for on. Nothing is ever sent in
    its place."""
    live = await looking.unclear_part(trading, child_id)
    seen = await looking.look(trading, live, doer.actor)
    return LookedOut(child_id=child_id, found=seen.found, status=seen.child.status, words=seen.words)


@router.post("/tell", responses=problems(401, 403, 404, 409))
async def tell_owner_of_unclear_order(
    child_id: str,
    _operator: Operator,
    _proven: Proven,
    doer: Acting,
    trading: Room,
    db: Db,
    clock: Now,
    post: Post,
    settings: Config,
) -> ToldOut:
    """A notice and a letter to its owner, once an hour: look into the broker's app, log in if need be, and place
    nothing anew."""
    live, now = await looking.unclear_part(trading, child_id), clock()
    label = _label(trading.connections, live)

    def work(conn: Connection) -> None:
        def letter(owner: User) -> None:
            told = words.order_unclear(
                owner.email,
                label=label,
                broker=broker_name(live.child.broker),
                since=live.created_at,
                link=f"{settings.base_url}/orders/{live.child.order_id}",
            )
            post.put(conn, told)

        unclear.tell(conn, live, label=label, by=doer.actor, now=now, letter=letter)

    await db.write(work, lock=f"unclear:{child_id}")
    return ToldOut(told_at=now)


def _listed(live: LiveChild) -> Unclear:
    child = live.child
    return Unclear(
        child.id,
        child.order_id,
        live.user_id,
        child.account_id,
        child.broker.value,
        child.status,
        live.created_at,
        child.tag,
    )


def _label(connections: Connections, live: LiveChild) -> str:
    connection = connections.get(AccountId(live.child.account_id))
    return connection.account.label if connection is not None else broker_name(live.child.broker)
