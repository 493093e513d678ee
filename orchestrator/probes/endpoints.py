"""Questions of machines that watch the product, at the API's port."""

from __future__ import annotations

import hmac

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from domain.account import BrokerId
from orchestrator.errors import Problem, not_found, problems
from orchestrator.probes import brokers, readiness
from orchestrator.probes.brokers import State
from orchestrator.probes.exposition import exposition
from orchestrator.probes.readiness import Part, Readiness
from orchestrator.schemas import Out, Time
from orchestrator.state import Db, EventBus

router = APIRouter(tags=["meta"])


class Health(Out):
    status: str


class ReadyPartOut(Out):
    part: Part
    ok: bool
    says: str


class ReadyOut(Out):
    """`status` is ok, or degraded: it takes work, and something that it can do without is away."""

    status: str
    parts: list[ReadyPartOut]

    @staticmethod
    def of(seen: Readiness) -> ReadyOut:
        parts = [ReadyPartOut(part=one.part, ok=one.ok, says=one.words) for one in seen.answers]
        return ReadyOut(status="ok" if seen.whole else "degraded", parts=parts)


class BrokerHealthOut(Out):
    """`state`: ok; troubled, calls are held back for some accounts; down, for all; unused, nobody is logged in there.
    `last_answer_at`: when this process last got a good answer from the broker."""

    broker: BrokerId
    state: State
    last_answer_at: Time | None


class BrokersHealthOut(Out):
    items: list[BrokerHealthOut]


@router.get("/livez")
async def livez() -> Health:
    """The process runs, and its event loop turns."""
    return Health(status="ok")


@router.get("/readyz", responses=problems(503))
async def readyz(request: Request, db: Db, bus: EventBus) -> ReadyOut:
    """Whether this process should be given work: its database, migrations and clock, and that it is not shutting down.
    While Redis alone is away it should, and says `degraded`."""
    seen = await readiness.look(db, bus, draining=request.app.state.draining)
    if not seen.ready:
        raise Problem(503, "not_ready", seen.words)
    return ReadyOut.of(seen)


@router.get("/health/brokers")
async def brokers_health(request: Request) -> BrokersHealthOut:
    """How each broker answers this process now, over all accounts. Whose and how many they are is not told."""
    items = [
        BrokerHealthOut(broker=one.broker, state=one.state, last_answer_at=one.last_answer_at)
        for one in brokers.standings(request.app.state.connections.all())
    ]
    return BrokersHealthOut(items=items)


@router.get("/metrics", include_in_schema=False)
async def metrics(request: Request) -> Response:
    """For Prometheus, with the token of the settings; without one in the settings there is no such page."""
    state = request.app.state
    token: str = state.settings.metrics_token.get_secret_value()
    if not token:
        raise not_found("page")
    said = request.headers.get("authorization", "")
    if not hmac.compare_digest(said.encode(), f"Bearer {token}".encode()):
        raise Problem(401, "not_authenticated", "metrics are for those with the token of the settings")
    return await exposition(state)
