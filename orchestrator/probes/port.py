"""The same questions at a port of their own, for processes without an API and for networks that only machines reach.

Nothing else is served there, and nobody is asked who they are: whoever may reach the port may know.
"""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from orchestrator.probes import brokers, readiness
from orchestrator.probes.endpoints import BrokerHealthOut, BrokersHealthOut, ReadyOut
from orchestrator.probes.exposition import exposition


def port_of(state: Any) -> Starlette:
    """An application over the parts of another one."""

    async def livez(_request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def readyz(_request: Request) -> Response:
        seen = await readiness.look(state.db, state.bus, draining=state.draining)
        body = ReadyOut.of(seen).model_dump(mode="json")
        if not seen.ready:
            body["status"] = "not_ready"
        return JSONResponse(body, 200 if seen.ready else 503)

    async def brokers_health(_request: Request) -> Response:
        items = [
            BrokerHealthOut(broker=one.broker, state=one.state, last_answer_at=one.last_answer_at)
            for one in brokers.standings(state.connections.all())
        ]
        return JSONResponse(BrokersHealthOut(items=items).model_dump(mode="json"))

    async def metrics(_request: Request) -> Response:
        return await exposition(state)

    return Starlette(
        routes=[
            Route("/livez", livez),
            Route("/readyz", readyz),
            Route("/health/brokers", brokers_health),
            Route("/metrics", metrics),
        ]
    )
