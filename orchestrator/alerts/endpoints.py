"""Price alerts and notices over HTTP."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy import Connection

from domain.account import UserId
from domain.alert import Alert, AlertRule, AlertState, Sight
from domain.instrument import InstrumentId
from orchestrator.alerts import repository
from orchestrator.alerts.schemas import (
    AlertIn,
    AlertOut,
    AlertPatch,
    AlertsOut,
    NoticeOut,
    NoticePage,
    ReadIn,
    Reference,
    UnreadOut,
    checked,
)
from orchestrator.alerts.telling import tell_alert, tell_read, tell_removed
from orchestrator.audit.actions import Action
from orchestrator.errors import Problem, not_found, problems
from orchestrator.identity.access import CurrentUser
from orchestrator.identity.doing import Acting
from orchestrator.ids import new_id
from orchestrator.market.access import Directory, Market
from orchestrator.market.hub import Hub
from orchestrator.market.stocks import named
from orchestrator.state import Db, EventBus, Now

router = APIRouter(prefix="/v1", tags=["alerts"])

MOST_ALERTS = 500  # of one user that are not done
LAST_YEAR = 2100  # in which one may expire


@router.get("/alerts", responses=problems(401))
async def list_alerts(user: CurrentUser, db: Db, state: AlertState | None = None) -> AlertsOut:
    """My price alerts, the newest first."""
    found = await db.read(lambda conn: repository.of_user(conn, user))
    return AlertsOut(items=[AlertOut.of(one) for one in found if state in (None, one.state)])


@router.post("/alerts", status_code=201, responses=problems(401, 404, 409, 422))
async def make_alert(
    body: AlertIn,
    user: CurrentUser,
    acting: Acting,
    db: Db,
    bus: EventBus,
    clock: Now,
    instruments: Directory,
    hub: Market,
) -> AlertOut:
    """Be told when a price, a move or a volume is reached. A crossing counts from the price now."""
    name = named(instruments, body.symbol).id
    _future(body.expires_at, clock())
    seen = await _seen(hub, name)
    reference = None
    if body.reference is Reference.NOW:
        if seen is None:
            raise Problem(
                409,
                "price_unknown",
                f"no price of {name} is known now",
                field="reference",
                fix="count from the close, or log in to an account",
            )
        reference = seen.price
    now = clock()
    alert = Alert(
        id=new_id("alt"),
        user_id=user,
        instrument=name,
        rule=AlertRule(body.kind, Decimal(body.threshold), reference),
        repeats=body.repeats,
        cooldown=timedelta(seconds=body.cooldown),
        note=body.note,
        state=AlertState.ACTIVE,
        armed=False,
        since=now,
        created_at=now,
        expires_at=body.expires_at,
    ).anew(seen, now)

    def work(conn: Connection) -> None:
        _add(conn, user, alert)
        acting.did(conn, Action.ALERT_ADDED, alert.id, instrument=str(name))

    await db.write(work, lock=f"alerts:{user}")
    await tell_alert(bus, alert)
    return AlertOut.of(alert)


@router.get("/alerts/{alert_id}", responses=problems(401, 404))
async def get_alert(alert_id: str, user: CurrentUser, db: Db) -> AlertOut:
    """One alert: what it waits for, and when it fired."""
    return AlertOut.of(await db.read(lambda conn: _mine(conn, user, alert_id)))


@router.patch("/alerts/{alert_id}", responses=problems(401, 404, 409, 422))
async def change_alert(
    alert_id: str,
    body: AlertPatch,
    user: CurrentUser,
    acting: Acting,
    db: Db,
    bus: EventBus,
    clock: Now,
    hub: Market,
) -> AlertOut:
    """Change what it waits for, pause it, or have it wait again. 409 when it fired or was changed meanwhile."""
    old = await db.read(lambda conn: _mine(conn, user, alert_id))
    _future(body.expires_at, clock())
    if body.threshold is not None:
        try:
            checked(old.rule.kind, Decimal(body.threshold))
        except ValueError as error:
            raise Problem(422, "invalid_input", str(error), field="threshold") from error
    seen = await _seen(hub, old.instrument)
    new = _changed(old, body, seen, clock())

    def work(conn: Connection) -> None:
        if body.version != old.version or not repository.save(conn, new, version=body.version):
            raise Problem(
                409,
                "alert_changed",
                "the alert has fired or was changed since",
                field="version",
                fix="read it again, and make your change to what it is now",
            )
        acting.did(conn, Action.ALERT_CHANGED, alert_id)

    await db.write(work)
    await tell_alert(bus, new)
    return AlertOut.of(new)


@router.delete("/alerts/{alert_id}", status_code=204, responses=problems(401))
async def remove_alert(alert_id: str, user: CurrentUser, acting: Acting, db: Db, bus: EventBus) -> None:
    """One that is gone already is no error."""

    def work(conn: Connection) -> bool:
        gone = repository.remove(conn, user, alert_id)
        if gone:
            acting.did(conn, Action.ALERT_REMOVED, alert_id)
        return gone

    if await db.write(work):
        await tell_removed(bus, user, alert_id)


@router.get("/notices", responses=problems(401))
async def list_notices(
    user: CurrentUser,
    db: Db,
    before: Annotated[str | None, Query(max_length=64)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> NoticePage:
    """What I was told of, the newest first: price alerts that fired."""

    def look(conn: Connection) -> tuple[list[repository.Notice], int]:
        found = repository.notices_of(conn, user, before=before, limit=limit)
        return found, repository.unread(conn, user)

    found, unread = await db.read(look)
    follows = found[-1].id if len(found) == limit else None
    return NoticePage(items=[NoticeOut.of(one) for one in found], next=follows, unread=unread)


@router.post("/notices/read", responses=problems(401, 422))
async def read_notices(body: ReadIn, user: CurrentUser, db: Db, bus: EventBus, clock: Now) -> UnreadOut:
    """I have seen these: on every device. Answers how many are unread still."""

    def work(conn: Connection) -> tuple[bool, int]:
        news = repository.read(conn, user, ids=body.ids, up_to=body.up_to, at=clock())
        return news, repository.unread(conn, user)

    news, unread = await db.write(work)
    if news:
        await tell_read(bus, user, unread)
    return UnreadOut(unread=unread)


# --- how ---------------------------------------------------------------------------------------------------------


def _add(conn: Connection, user: UserId, alert: Alert) -> None:
    if repository.waiting(conn, user) >= MOST_ALERTS:
        rule = f"at most {MOST_ALERTS} alerts that wait"
        raise Problem(409, "too_many_alerts", rule, rule=rule, fix="remove some")
    repository.add(conn, alert)


def _mine(conn: Connection, user: UserId, alert_id: str) -> Alert:
    one = repository.get(conn, alert_id)
    if one is None or one.user_id != user:
        raise not_found("alert")
    return one


def _changed(old: Alert, body: AlertPatch, seen: Sight | None, now: datetime) -> Alert:
    threshold = old.rule.threshold if body.threshold is None else Decimal(body.threshold)
    state = body.state or (AlertState.PAUSED if old.state is AlertState.PAUSED else AlertState.ACTIVE)
    ended = old.expires_at if old.expires_at is None or old.expires_at > now else None
    new = replace(
        old,
        rule=replace(old.rule, threshold=threshold),
        repeats=old.repeats if body.repeats is None else body.repeats,
        cooldown=old.cooldown if body.cooldown is None else timedelta(seconds=body.cooldown),
        note=old.note if body.note is None else body.note,
        expires_at=body.expires_at if "expires_at" in body.model_fields_set else ended,
        version=old.version + 1,
    ).anew(seen, now)
    return replace(new, state=state)


def _future(moment: datetime | None, now: datetime) -> None:
    if moment is None:
        return
    if moment.year > LAST_YEAR:  # some of these have no IST time
        rule = f"not after {LAST_YEAR}"
        raise Problem(422, "invalid_input", "that is out of all reach", field="expires_at", rule=rule)
    if moment <= now:
        raise Problem(422, "invalid_input", "that is over already", field="expires_at", rule="in the future")


async def _seen(hub: Hub, name: InstrumentId) -> Sight | None:
    await hub.prime([name])
    last = hub.last(name)
    return None if last is None else Sight(last.at, last.price, last.prev_close)
