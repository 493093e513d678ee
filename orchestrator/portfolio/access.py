"""The user's portfolio, as a dependency of endpoints."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from domain.portfolio import Portfolio
from orchestrator.identity.access import ReadingCaller
from orchestrator.portfolio.kept import Kept
from orchestrator.portfolio.portfolios import Portfolios
from orchestrator.state import Now


async def _portfolios(connection: HTTPConnection) -> Portfolios:
    return cast(Portfolios, connection.app.state.portfolios)


AllPortfolios = Annotated[Portfolios, Depends(_portfolios)]


async def _looked_at(caller: ReadingCaller, portfolios: AllPortfolios) -> Kept:
    return await portfolios.look_for(caller)


LookedAt = Annotated[Kept, Depends(_looked_at)]


async def _view(kept: LookedAt, clock: Now) -> Portfolio:
    return kept.view(clock())


View = Annotated[Portfolio, Depends(_view)]
