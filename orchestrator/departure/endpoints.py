"""All of a user's data as a file, and leaving, over HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, cast

from fastapi import APIRouter, Depends
from fastapi.responses import StreamingResponse
from sqlalchemy import Connection
from starlette.requests import HTTPConnection

from domain.account import UserId
from domain.calendar import IST
from orchestrator.audit.actions import Action
from orchestrator.config import Settings
from orchestrator.departure import leaving
from orchestrator.departure.export import archive
from orchestrator.departure.holdings import KEPT, Fate
from orchestrator.departure.leaving import Departure, Departures, Shut
from orchestrator.departure.schemas import DepartureOut, LeaveIn
from orchestrator.errors import Problem, problems
from orchestrator.identity import repository
from orchestrator.identity.access import LoggedIn
from orchestrator.identity.doing import Acting
from orchestrator.identity.proof import Proven
from orchestrator.state import Config, Db, Now


async def _desk(connection: HTTPConnection) -> Departures:
    return cast(Departures, connection.app.state.departures)


Desk = Annotated[Departures, Depends(_desk)]

router = APIRouter(prefix="/v1/users/me", tags=["my data"])


@router.post(
    "/export",
    response_class=StreamingResponse,
    responses=problems(401, 403)
    | {200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}},
)
async def export_data(login: Proven, acting: Acting, db: Db, clock: Now) -> StreamingResponse:
    """Everything that is kept about me, as a ZIP with a file for each table; secrets are left out."""
    await db.write(lambda conn: acting.did(conn, Action.EXPORTED))
    now = clock()
    name = f"trademaster-{now.astimezone(IST).date().isoformat()}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    pieces = archive(db, login.user_id, at=now)
    return StreamingResponse(pieces, media_type="application/zip", headers=headers)


@router.get("/deletion", responses=problems(401, 403))
async def get_deletion(caller: LoggedIn, db: Db, settings: Config) -> DepartureOut:
    """What leaving would do, and whether I asked for it."""
    return await db.read(lambda conn: _shown(conn, caller.user_id, settings))


@router.delete("", status_code=202, responses=problems(401, 403, 409, 422))
async def delete_me(
    body: LeaveIn,
    login: Proven,
    acting: Acting,
    desk: Desk,
    db: Db,
    settings: Config,
) -> DepartureOut:
    """Leave. At once: credentials of brokers are destroyed, personal tokens revoked, other logins ended. After some
    days, in which it can be called off: all is forgotten but the records of orders."""
    user_id = login.user_id

    def work(conn: Connection) -> Shut:
        user = repository.by_id(conn, user_id)
        if user is None or body.email.casefold() != user.email.casefold():
            text = "this is not the e-mail of this login"
            raise Problem(422, "not_your_email", text, field="email", fix="type it as it is shown")
        if leaving.of_user(conn, user_id) is not None:
            raise Problem(409, "leaving_already", "this was asked before")
        if waits := leaving.open_orders(conn, user_id):
            raise Problem(
                409,
                "orders_open",
                f"{len(waits)} orders may still trade",
                rule="nobody leaves while an order may trade, or nobody knows whether it does",
                fix="cancel them, or wait until they have ended",
                orders=waits[:100],
            )
        now = acting.did(conn, Action.DELETION_ASKED)
        due = now + timedelta(days=settings.deletion_days)
        leaving.ask(conn, user_id, now=now, due=due)
        return leaving.shut(conn, user_id, session=login.session, now=now)

    # Under the lock of the user's orders: none is placed between the look at them and the end of the accounts.
    await desk.tell(await db.write(work, lock=f"orders:{user_id}"))
    return await db.read(lambda conn: _shown(conn, user_id, settings))


@router.post("/deletion/call-off", responses=problems(401, 403, 409))
async def call_off_deletion(caller: LoggedIn, acting: Acting, db: Db, settings: Config) -> DepartureOut:
    """Stay after all. Accounts have to be connected anew, and tokens made anew."""

    def work(conn: Connection) -> bool:
        stays = leaving.call_off(conn, caller.user_id)
        if stays:
            acting.did(conn, Action.DELETION_CALLED_OFF)
        return stays

    if not await db.write(work, lock=f"orders:{caller.user_id}"):
        raise Problem(409, "not_leaving", "nothing was asked that could be called off")
    return await db.read(lambda conn: _shown(conn, caller.user_id, settings))


def _shown(conn: Connection, user_id: UserId, settings: Settings) -> DepartureOut:
    asked: Departure | None = leaving.of_user(conn, user_id)
    return DepartureOut(
        asked_at=asked.asked_at if asked else None,
        due_at=asked.due_at if asked else None,
        days=settings.deletion_days,
        years=settings.retention_years,
        forgotten=[name for name, kept in KEPT.items() if kept.fate is Fate.FORGOTTEN],
        kept=[name for name, kept in KEPT.items() if kept.fate is not Fate.FORGOTTEN],
        open_orders=leaving.open_orders(conn, user_id)[:100],
    )
