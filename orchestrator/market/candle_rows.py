"""Stored candles: plain SQL over one connection. Storing the same twice changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from domain.calendar import IST
from domain.instrument import InstrumentId
from domain.market import Candle
from domain.money import Price
from orchestrator.market.intervals import Interval, midnight_of
from orchestrator.tables.market import candle_days, candles

LIVE = "live"  # the source of what formed here
TAIL = timedelta(minutes=5)  # by which a broker's whole day may end before ours
ROW, DAY = candles.c, candle_days.c
ONLY_LIVE = ROW.source == sa.literal_column(f"'{LIVE}'")  # in full, so that its index is found
KEY = ("instrument", "interval", "start")
TOLD = ("open", "high", "low", "close", "volume", "open_interest", "source")


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored candle and who told it."""

    candle: Candle
    source: str


@dataclass(frozen=True, slots=True)
class Settled:
    """A day (IST) of one instrument that a broker told in full at a moment (aware)."""

    source: str
    at: datetime


def keep_formed(conn: Connection, rows: Iterable[tuple[InstrumentId, Candle]]) -> None:
    """Store minutes that formed here. What a broker told of the same minute stays."""
    values = [_values(name, Interval.M1, candle, LIVE) for name, candle in rows]
    if not values:
        return
    made = _insert(conn, candles)
    conn.execute(
        made.on_conflict_do_update(
            index_elements=KEY,
            set_={name: made.excluded[name] for name in TOLD},
            where=ROW.source == LIVE,
        ),
        values,
    )


def formed_since(conn: Connection, since: datetime) -> list[tuple[InstrumentId, Candle]]:
    """Minutes that formed here and begin at that moment or later, by instrument and time."""
    asked = sa.select(candles).where(ROW.interval == Interval.M1.value, ROW.start >= since, ONLY_LIVE)
    rows = conn.execute(asked.order_by(ROW.instrument, ROW.start))
    return [(InstrumentId.parse(row.instrument), _kept(row).candle) for row in rows]


def settle(
    conn: Connection,
    name: InstrumentId,
    interval: Interval,
    told: Sequence[Candle],
    days: Sequence[date],
    *,
    source: str,
    at: datetime,
) -> bool:
    """Put what a broker told of these days, the oldest first, and of those between them, in the place of what is
    stored. Not when it ends long before what formed here does: then it is not whole yet."""
    begins, ends = midnight_of(days[0]), midnight_of(days[-1]) + timedelta(days=1)
    here = (*_of(name, interval), ROW.start >= begins, ROW.start < ends)
    inside = [one for one in told if begins <= one.time < ends]
    ours = conn.execute(sa.select(sa.func.max(ROW.start)).where(*here, ROW.source == LIVE)).scalar()
    if ours is not None and (not inside or inside[-1].time < ours - TAIL):
        return False
    conn.execute(sa.delete(candles).where(*here))
    of_days = DAY.day >= days[0].isoformat(), DAY.day <= days[-1].isoformat()
    conn.execute(sa.delete(candle_days).where(*_of_day(name, interval), *of_days))
    if inside:
        conn.execute(sa.insert(candles), [_values(name, interval, one, source) for one in inside])
    key = {"instrument": str(name), "interval": interval.value, "source": source, "settled_at": at}
    conn.execute(sa.insert(candle_days), [{**key, "day": day.isoformat()} for day in days])
    return True


def kept(
    conn: Connection, name: InstrumentId, interval: Interval, start: datetime, end: datetime
) -> list[Kept]:
    """Those that begin in [start, end], oldest first; times are IST."""
    asked = sa.select(candles).where(*_of(name, interval), ROW.start >= start, ROW.start <= end)
    return [_kept(row) for row in conn.execute(asked.order_by(ROW.start))]


def settled(
    conn: Connection, name: InstrumentId, interval: Interval, first: date, last: date
) -> dict[date, Settled]:
    """The days from `first` to `last` that a broker told in full."""
    asked = sa.select(DAY.day, DAY.source, DAY.settled_at).where(
        *_of_day(name, interval), DAY.day >= first.isoformat(), DAY.day <= last.isoformat()
    )
    return {
        date.fromisoformat(day): Settled(source, settled_at)
        for day, source, settled_at in conn.execute(asked)
    }


def unsettled(conn: Connection, days: Iterable[date]) -> dict[InstrumentId, set[date]]:
    """Of what formed here on these days, what no broker has told yet."""
    found: dict[InstrumentId, set[date]] = {}
    for day in days:
        begins = midnight_of(day)
        asked = sa.select(ROW.instrument).distinct()
        here = ROW.start >= begins, ROW.start < begins + timedelta(days=1)
        for (name,) in conn.execute(asked.where(*here, ONLY_LIVE)):
            found.setdefault(InstrumentId.parse(name), set()).add(day)
    return found


def prune(conn: Connection, before: date, most: int) -> int:
    """Forget at most so many minutes of days before this one. Returns how many there were."""
    minute = Interval.M1.value
    old = sa.select(ROW.instrument, ROW.interval, ROW.start).where(
        ROW.interval == minute, ROW.start < midnight_of(before)
    )
    key = sa.tuple_(ROW.instrument, ROW.interval, ROW.start)
    gone = conn.execute(sa.delete(candles).where(key.in_(old.limit(most)))).rowcount
    conn.execute(sa.delete(candle_days).where(DAY.interval == minute, DAY.day < before.isoformat()))
    return gone


# --- how ---------------------------------------------------------------------------------------------------------


def _insert(conn: Connection, table: sa.Table) -> Any:
    return (postgresql if conn.dialect.name == "postgresql" else sqlite).insert(table)


def _of(name: InstrumentId, interval: Interval) -> tuple[sa.ColumnElement[bool], ...]:
    return ROW.instrument == str(name), ROW.interval == interval.value


def _of_day(name: InstrumentId, interval: Interval) -> tuple[sa.ColumnElement[bool], ...]:
    return DAY.instrument == str(name), DAY.interval == interval.value


def _values(name: InstrumentId, interval: Interval, one: Candle, source: str) -> dict[str, Any]:
    return {
        "instrument": str(name),
        "interval": interval.value,
        "start": one.time,
        "open": one.open.amount,
        "high": one.high.amount,
        "low": one.low.amount,
        "close": one.close.amount,
        "volume": one.volume,
        "open_interest": one.open_interest,
        "source": source,
    }


def _kept(row: sa.Row[Any]) -> Kept:
    candle = Candle(
        time=row.start.astimezone(IST),
        open=Price(row.open),
        high=Price(row.high),
        low=Price(row.low),
        close=Price(row.close),
        volume=row.volume,
        open_interest=row.open_interest,
    )
    return Kept(candle, row.source)
