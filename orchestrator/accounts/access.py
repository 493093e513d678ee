"""The live accounts, as a dependency of endpoints."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from orchestrator.accounts.connections import Connections


async def _connections(connection: HTTPConnection) -> Connections:
    return cast(Connections, connection.app.state.connections)


Live = Annotated[Connections, Depends(_connections)]
