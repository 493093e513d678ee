"""All metrics as Prometheus reads them."""

from __future__ import annotations

from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import Response

from orchestrator.probes.sampling import sample
from orchestrator.telemetry.metrics import REGISTRY


async def exposition(state: Any) -> Response:
    """Of this process. `state` is the application's."""
    await sample(state)
    return Response(
        generate_latest(REGISTRY),
        headers={"content-type": CONTENT_TYPE_LATEST, "cache-control": "no-store"},
    )
