"""Instruments and prices, as dependencies of endpoints."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from orchestrator.instruments.service import Instruments
from orchestrator.market.hub import Hub


async def _instruments(connection: HTTPConnection) -> Instruments:
    return cast(Instruments, connection.app.state.instruments)


async def _hub(connection: HTTPConnection) -> Hub:
    return cast(Hub, connection.app.state.hub)


Directory = Annotated[Instruments, Depends(_instruments)]
Market = Annotated[Hub, Depends(_hub)]
