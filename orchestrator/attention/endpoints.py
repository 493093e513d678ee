"""What needs a person, over HTTP. Changes come through WS /v1/stream."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import APIRouter, Depends
from starlette.requests import HTTPConnection

from orchestrator.attention.schemas import AttentionOut
from orchestrator.attention.watch import Attention
from orchestrator.errors import problems
from orchestrator.identity.access import CurrentUser

router = APIRouter(prefix="/v1/attention", tags=["attention"])


async def _attention(connection: HTTPConnection) -> Attention:
    return cast(Attention, connection.app.state.attention)


@router.get("", responses=problems(401))
async def get_attention(
    user: CurrentUser, attention: Annotated[Attention, Depends(_attention)]
) -> AttentionOut:
    """What needs me now, the most urgent first: unclear orders, logins, brokers that do not answer, and the like."""
    return await attention.of(user)
