"""What the endpoints of the order room share: the room itself, keys, answers and refusals."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Annotated, cast

from fastapi import Depends, Header, Response
from starlette.requests import HTTPConnection

from domain.routing import Denied
from orchestrator.errors import Problem
from orchestrator.orders.decision_schemas import DecisionOut, ReasonOut
from orchestrator.orders.permit import OutsidePolicy, outside_policy
from orchestrator.orders.trading import Trading
from orchestrator.schemas import Out


async def _trading(connection: HTTPConnection) -> Trading:
    return cast(Trading, connection.app.state.trading)


Room = Annotated[Trading, Depends(_trading)]
Key = Annotated[
    str,
    Header(
        min_length=1,
        max_length=64,
        pattern=r"^[\x21-\x7e]+$",
        description="Your own id of this request: the same key does it once, however often it is sent.",
    ),
]


def fingerprint_of(*asked: object) -> str:
    """Tells whether a key is used again for the same request."""
    return hashlib.sha256(repr(asked).encode()).hexdigest()


def answer(body: Out, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """JSON at once: an answer made of checked models need not be checked again on the way of an order."""
    return Response(body.model_dump_json(), status, headers, media_type="application/json")


def refusal(denied: Denied, *, title: str = "The order was not sent") -> Problem:
    """A refusal of ours as a caller sees it: the first reason, with all the others and the decision."""
    if isinstance(denied, OutsidePolicy):
        return outside_policy(denied, title=title)
    first = denied.reasons[0]
    return Problem(
        409,
        first.code,
        first.message,
        title=title,
        field=first.field,
        rule=first.message,
        fix=first.fix,
        reasons=[ReasonOut.of(reason).model_dump(mode="json") for reason in denied.reasons],
        decision=DecisionOut.of(denied).model_dump(mode="json"),
    )
