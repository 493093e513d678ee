"""Tell what no trade tells: a split, a bonus, what a contract ended at. Lots and earnings are reckoned with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import Connection as SqlConnection

from aggregation.fifo import successor
from domain.calendar import IST
from domain.instrument import InstrumentId
from domain.lots import ActionKind, CorporateAction, Settlement
from domain.trade import CASH
from orchestrator.audit.actions import Action
from orchestrator.errors import Problem, not_found, problems
from orchestrator.identity.access import CurrentUser
from orchestrator.identity.doing import Acting
from orchestrator.ids import new_id
from orchestrator.profits import events
from orchestrator.profits.events import Events, Told
from orchestrator.schemas import In, Out, PriceText
from orchestrator.state import Db, Now
from orchestrator.trades import cells

router = APIRouter(prefix="/v1/portfolio/lot-events", tags=["portfolio"])


class EventKind(StrEnum):
    SPLIT = "split"
    BONUS = "bonus"
    SETTLEMENT = "settlement"


class LotEventIn(In):
    """A `split` gives `new` units in place of `old`, a `bonus` `new` more for each `old`, of the share `isin` from the
    ex-date `on`; `becomes`: its ISIN from then on, where it changed. A `settlement` is what the contract `instrument`
    (NFO:NIFTY26NOV24000CE) ended at on the day `on`: `price` rupees, 0 for an option out of the money.
    """

    kind: EventKind
    on: date
    isin: Annotated[str | None, Field(max_length=12)] = None
    new: Annotated[int | None, Field(ge=1, le=10_000)] = None
    old: Annotated[int | None, Field(ge=1, le=10_000)] = None
    becomes: Annotated[str | None, Field(max_length=12)] = None
    instrument: Annotated[str | None, Field(max_length=60)] = None
    price: PriceText | None = None


class LotEventOut(Out):
    """As told: what does not belong to its kind is null."""

    id: str
    kind: EventKind
    on: date
    isin: str | None
    new: int | None
    old: int | None
    becomes: str | None
    instrument: str | None
    price: PriceText | None

    @classmethod
    def of(cls, told: Told) -> LotEventOut:
        one = told.event
        if isinstance(one, Settlement):
            return cls(
                id=told.id,
                kind=EventKind.SETTLEMENT,
                on=one.at.astimezone(IST).date(),
                isin=None,
                new=None,
                old=None,
                becomes=None,
                instrument=str(one.instrument),
                price=one.price,
            )
        return cls(
            id=told.id,
            kind=EventKind(one.kind.value),
            on=one.on,
            isin=one.isin,
            new=one.new,
            old=one.old,
            becomes=one.becomes,
            instrument=None,
            price=None,
        )


class LotEventsOut(Out):
    items: list[LotEventOut]


@router.get("", responses=problems(401))
async def list_lot_events(user_id: CurrentUser, db: Db) -> LotEventsOut:
    """What I have told, oldest first."""
    told = await db.read(lambda conn: events.load(conn, user_id))
    return LotEventsOut(items=[LotEventOut.of(one) for one in told])


@router.post("", status_code=201, responses=problems(401, 409))
async def tell_lot_event(
    body: LotEventIn, user_id: CurrentUser, acting: Acting, db: Db, clock: Now
) -> LotEventOut:
    """Tell of a split, a bonus or a settlement, once."""
    if body.on > clock().astimezone(IST).date():
        raise _bad("on", "the day is not in the future")
    told = Told(new_id("lev"), _settlement(body) if body.kind is EventKind.SETTLEMENT else _action(body))

    def work(conn: SqlConnection) -> bool:
        _fits(told.event, Events.of(events.load(conn, user_id)).actions)
        added = events.add(conn, user_id, told)
        if added:
            acting.did(conn, Action.LOT_EVENT_TOLD, told.id, kind=body.kind.value)
        return added

    if not await db.write(work, lock=f"lot_events:{user_id}"):
        rule = f"each is told once, and at most {events.MOST} of them"
        raise Problem(409, "told_already", "this is told already", field="on", rule=rule)
    return LotEventOut.of(told)


@router.delete("/{event_id}", status_code=204, responses=problems(401, 404))
async def withdraw_lot_event(event_id: str, user_id: CurrentUser, acting: Acting, db: Db) -> Response:
    """Take back what was told."""

    def work(conn: SqlConnection) -> bool:
        removed = events.remove(conn, user_id, event_id)
        if removed:
            acting.did(conn, Action.LOT_EVENT_WITHDRAWN, event_id)
        return removed

    if not await db.write(work):
        raise not_found("lot event")
    return Response(status_code=204)


def _action(body: LotEventIn) -> CorporateAction:
    if body.new is None or body.old is None:
        raise _bad(
            "new" if body.new is None else "old", "a split or bonus is so many new units for so many old ones"
        )
    if body.instrument is not None or body.price is not None:
        raise _bad(
            "instrument" if body.instrument else "price", "a split or bonus is of a share, by its ISIN"
        )
    isin, becomes = _isin("isin", body.isin), _isin("becomes", body.becomes)
    if isin is None:
        raise _bad("isin", "a split or bonus is of a share, by its ISIN")
    if becomes == isin:
        raise _bad("becomes", "the new ISIN is another one")
    return CorporateAction(isin, body.on, ActionKind(body.kind.value), body.new, body.old, becomes)


def _fits(event: CorporateAction | Settlement, known: Sequence[CorporateAction]) -> None:
    """Raises Problem 422 for a share whose name could not be told any more."""
    if isinstance(event, Settlement) or event.becomes is None:
        return
    if any(one.isin == event.isin and one.becomes not in (None, event.becomes) for one in known):
        raise _bad("becomes", "an ISIN becomes one other, and you have told of another one")
    if successor(event.becomes, known) == event.isin:
        raise _bad("becomes", "an ISIN that a share had before does not come back")


def _settlement(body: LotEventIn) -> Settlement:
    try:
        name = InstrumentId.parse(body.instrument or "")
    except ValueError as error:
        raise _bad("instrument", str(error)) from None
    if name.exchange in CASH:
        raise _bad("instrument", "only contracts end")
    if body.price is None or body.price.amount < 0:
        raise _bad("price", "a contract ends at zero rupees or more")
    return events.settlement(name, body.on, body.price)


def _isin(field: str, text: str | None) -> str | None:
    try:
        return cells.isin(text or "")
    except cells.Bad as rule:
        raise _bad(field, str(rule)) from None


def _bad(field: str, rule: str) -> Problem:
    return Problem(422, "invalid_input", rule, field=field, rule=rule)
