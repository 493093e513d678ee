"""Placing an order on the short way: the endpoint's own function, without working out its dependencies each time."""

from __future__ import annotations

import json
import re

from starlette.responses import Response

from orchestrator.http.express import Plain
from orchestrator.identity.access import bearer, caller_of, within
from orchestrator.identity.caller import Scope
from orchestrator.orders.endpoints import place_order
from orchestrator.orders.schemas import OrderIn

KEY = re.compile(rb"[\x21-\x7e]{1,64}")  # as `room.Key`


async def place(request: Plain) -> Response | None:
    """As POST /v1/orders; None for what FastAPI must look at. Raises Problem."""
    token, key = bearer(request.headers), request.headers.get(b"idempotency-key", b"")
    if token is None or not KEY.fullmatch(key):
        return None
    try:
        order = OrderIn.model_validate(json.loads(request.body))
    except (ValueError, RecursionError):
        return None
    state = request.state
    caller = within(await caller_of(token, state=state, address=request.address), Scope.TRADE)
    return await place_order(order, caller, state.trading, key.decode())
