"""Whose client a tool uses, and how a refusal reaches the model."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError

from trademaster import AsyncClient
from trademaster.errors import (
    BrokerTrouble,
    Denied,
    DryRun,
    OutcomeUnknown,
    Problem,
    TradeMasterError,
    WaitsForApproval,
)
from trademaster.mcp.words import fenced, plain

Ctx = Context[Any, Any]
Clients = Callable[[Ctx], AbstractAsyncContextManager[AsyncClient]]


@asynccontextmanager
async def asking(clients: Clients, context: Ctx) -> AsyncIterator[AsyncClient]:
    """The caller's client; what it refuses is told to the model in words."""
    try:
        async with clients(context) as client:
            yield client
    except (TradeMasterError, ValueError) as error:
        raise ToolError(said(error)) from error


def said(error: Exception) -> str:
    """What went wrong, for a model to act on; what is a broker's own is marked."""
    match error:
        case Denied():
            return "Refused, nothing was sent: " + "; ".join(
                plain(f"{one.message} ({one.code})" + (f" Fix: {one.fix}" if one.fix else ""), 300)
                for one in error.reasons
            )
        case BrokerTrouble():
            return f"{error.code}: {fenced(error.detail)}"
        case Problem():
            fix = f" Fix: {plain(error.fix, 200)}" if error.fix else ""
            return f"{error.code}: {plain(error.detail, 300)}.{fix}"
        case WaitsForApproval():
            return (
                f"Outside of what this token may do: approval {error.id} waits for the person. Nothing was sent. "
                "Tell them; do not place it again."
            )
        case DryRun():
            return "This token only tries orders out: the plan was made, and nothing was sent."
        case OutcomeUnknown():
            return (
                "No clear answer: it may have happened. Look with get_orders before anything else; the same call with "
                "the same confirm does it once."
            )
        case _:
            return plain(str(error), 300)
