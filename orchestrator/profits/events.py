"""What happened to a user's units without a trade: splits, bonuses and what contracts ended at, as the user tells."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import sqlalchemy as sa

from domain.account import UserId
from domain.calendar import IST
from domain.instrument import InstrumentId
from domain.lots import ActionKind, CorporateAction, Settlement
from domain.money import Price
from orchestrator.tables.portfolio import lot_events

EVENT = lot_events.c
SETTLEMENT = "settlement"
CLOSE = time(15, 30)  # IST: the moment that a contract's end is put at
MOST = 1_000  # of one user


@dataclass(frozen=True, slots=True)
class Told:
    """An event with its id."""

    id: str
    event: CorporateAction | Settlement


@dataclass(frozen=True, slots=True)
class Events:
    """All of a user's, as the reckoning takes them."""

    actions: tuple[CorporateAction, ...] = ()
    settlements: tuple[Settlement, ...] = ()

    @classmethod
    def of(cls, told: Iterable[Told]) -> Events:
        events = [one.event for one in told]
        return cls(
            tuple(one for one in events if isinstance(one, CorporateAction)),
            tuple(one for one in events if isinstance(one, Settlement)),
        )


def load(conn: sa.Connection, user_id: UserId) -> list[Told]:
    """Oldest first."""
    rows = conn.execute(sa.select(lot_events).where(EVENT.user_id == user_id).order_by(EVENT.day, EVENT.id))
    return [Told(row.id, _event(row)) for row in rows]


def add(conn: sa.Connection, user_id: UserId, one: Told) -> bool:
    """False when the same is told already, or as many as are kept."""
    row = {"id": one.id, "user_id": user_id, **_row(one.event)}
    same = [EVENT[name] == row[name] for name in ("user_id", "thing", "day", "kind")]
    known = conn.execute(sa.select(EVENT.id).where(*same)).first()
    count = conn.execute(sa.select(sa.func.count()).where(EVENT.user_id == user_id)).scalar_one()
    if known is not None or count >= MOST:
        return False
    conn.execute(sa.insert(lot_events), row)
    return True


def remove(conn: sa.Connection, user_id: UserId, event_id: str) -> bool:
    """Whether there was one."""
    gone = conn.execute(sa.delete(lot_events).where(EVENT.user_id == user_id, EVENT.id == event_id))
    return bool(gone.rowcount)


def settlement(instrument: InstrumentId, on: date, price: Price) -> Settlement:
    return Settlement(instrument, datetime.combine(on, CLOSE, IST), price)


def _row(event: CorporateAction | Settlement) -> dict[str, Any]:
    if isinstance(event, Settlement):
        day = event.at.astimezone(IST).date()
        return {
            "kind": SETTLEMENT,
            "thing": str(event.instrument),
            "day": day.isoformat(),
            "new": None,
            "old": None,
            "becomes": None,
            "price": event.price.amount,
        }
    return {
        "kind": event.kind.value,
        "thing": event.isin,
        "day": event.on.isoformat(),
        "new": event.new,
        "old": event.old,
        "becomes": event.becomes,
        "price": None,
    }


def _event(row: Any) -> CorporateAction | Settlement:
    on = date.fromisoformat(row.day)
    if row.kind == SETTLEMENT:
        return settlement(InstrumentId.parse(row.thing), on, Price(row.price))
    return CorporateAction(row.thing, on, ActionKind(row.kind), row.new, row.old, row.becomes)
