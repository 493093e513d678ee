"""Scorecards of the user's accounts over HTTP."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import APIRouter, Depends
from starlette.requests import HTTPConnection

from orchestrator.accounts.access import Live
from orchestrator.errors import problems
from orchestrator.identity.access import CurrentUser
from orchestrator.market.access import Market
from orchestrator.measures import repository
from orchestrator.measures.recorder import Recorder
from orchestrator.measures.windows import Window
from orchestrator.scorecards.schemas import ScorecardOut
from orchestrator.state import Db, Now

router = APIRouter(prefix="/v1/scorecards", tags=["accounts"])


async def _recorder(connection: HTTPConnection) -> Recorder:
    return cast(Recorder, connection.app.state.recorder)


Measurements = Annotated[Recorder, Depends(_recorder)]


@router.get("", responses=problems(401, 422))
async def get_scorecards(
    user_id: CurrentUser,
    connections: Live,
    recorder: Measurements,
    hub: Market,
    db: Db,
    clock: Now,
    window: Window = Window.DAY,
) -> list[ScorecardOut]:
    """How each of my accounts answered, filled, refused and failed over the window; in the order of the accounts."""
    mine, since = connections.of_user(user_id), window.since(clock())
    ids = [one.account.id for one in mine]
    measured = await recorder.measures(ids, window)
    outages = await db.read(lambda conn: repository.outages(conn, ids, since))
    return [
        ScorecardOut.of(
            one,
            window=window,
            since=since,
            calls=measured.get(one.account.id, {}),
            outages=[away for away in outages if away.account_id == one.account.id],
            feed_age=hub.feed_age(one.account.id),
        )
        for one in mine
    ]
