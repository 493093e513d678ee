"""Single days of exchanges, for operators: entering what an exchange announced, and withdrawing it."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import APIRouter, Depends, Query
from starlette.requests import HTTPConnection

from domain.calendar import IST, BadDay
from orchestrator.errors import Problem, problems
from orchestrator.identity.doing import Acting
from orchestrator.identity.proof import Operator, Proven
from orchestrator.state import Db, Now
from orchestrator.trading_days import rows
from orchestrator.trading_days.announced import Announced
from orchestrator.trading_days.schemas import OverrideIn, OverrideOut, OverridesOut, special_of

router = APIRouter(prefix="/v1/operator/calendar", tags=["operator"])


async def _announced(connection: HTTPConnection) -> Announced:
    return cast(Announced, connection.app.state.announced)


Calendars = Annotated[Announced, Depends(_announced)]


@router.get("", responses=problems(401, 403))
async def list_calendar_overrides(
    _operator: Operator,
    db: Db,
    clock: Now,
    past: Annotated[bool, Query(description="Those of days that are over, and withdrawn ones, too.")] = False,
) -> OverridesOut:
    """What exchanges announced for single days, as operators entered it."""
    now = clock()
    since = None if past else now.astimezone(IST).date()
    found = await db.read(lambda conn: rows.listed(conn, since=since))
    return OverridesOut(items=[OverrideOut.of(one, now) for one in found])


@router.post("", status_code=201, responses=problems(401, 403, 409))
async def add_calendar_override(
    body: OverrideIn,
    _operator: Operator,
    _proven: Proven,
    doer: Acting,
    db: Db,
    clock: Now,
    announced: Calendars,
) -> OverridesOut:
    """Enter what exchanges announced for a day: that they are closed, or their sessions. All processes go by it within
    a second: whether orders are taken, candles, jobs, expiries, the market's state. One day of an exchange has one."""
    now = clock()
    try:
        special = special_of(body)
    except BadDay as bad:
        raise Problem(422, "invalid_input", str(bad), field="sessions", rule=str(bad)) from None
    made = await db.write(
        lambda conn: rows.add(
            conn, body.exchanges, body.day, special, source=body.source, by=doer.actor, now=now
        ),
        lock=rows.LOCK,
    )
    await announced.changed()
    return OverridesOut(items=[OverrideOut.of(one, now) for one in made])


@router.post("/{override_id}/withdraw", responses=problems(401, 403, 404, 409))
async def withdraw_calendar_override(
    override_id: str,
    _operator: Operator,
    _proven: Proven,
    doer: Acting,
    db: Db,
    clock: Now,
    announced: Calendars,
) -> OverrideOut:
    """The list and the regular hours count again. What is over, or was withdrawn, stays as it is: 409."""
    now = clock()
    gone = await db.write(
        lambda conn: rows.withdraw(conn, override_id, by=doer.actor, now=now), lock=rows.LOCK
    )
    await announced.changed()
    return OverrideOut.of(gone, now)
