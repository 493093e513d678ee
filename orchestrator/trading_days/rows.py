"""What operators told of single days of exchanges: plain SQL over one connection, and the rules of adding it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from domain.calendar import IST, Phase, Session, SpecialDay, SpecialDays
from domain.instrument import Exchange
from orchestrator.audit.actions import Action
from orchestrator.audit.record import Actor, ActorKind, audited
from orchestrator.errors import Problem, not_found
from orchestrator.ids import new_id
from orchestrator.tables.calendar import calendar_overrides

LOCK = "calendar"  # held by whoever changes it
AHEAD = timedelta(days=366)  # what lies further ahead is a slip of the hand
ROW = calendar_overrides.c


@dataclass(frozen=True, slots=True)
class Override:
    """What one exchange does on one day, as an operator told. `added_by` and `withdrawn_by`: users, "" for the command
    line. `source`: where the exchange says it."""

    id: str
    exchange: Exchange
    day: date
    special: SpecialDay
    source: str
    added_at: datetime
    added_by: str
    withdrawn_at: datetime | None = None
    withdrawn_by: str | None = None


def standing(conn: Connection) -> list[Override]:
    """All that count, past days too."""
    return _read(conn, sa.select(calendar_overrides).where(ROW.withdrawn_at.is_(None)))


def listed(conn: Connection, *, since: date | None) -> list[Override]:
    """The earliest day first. `since`: without those of days before it, and without withdrawn ones."""
    query = sa.select(calendar_overrides).order_by(ROW.day, ROW.exchange, ROW.added_at)
    if since is not None:
        query = query.where(ROW.day >= since.isoformat(), ROW.withdrawn_at.is_(None))
    return _read(conn, query)


def add(
    conn: Connection,
    exchanges: Sequence[Exchange],
    day: date,
    special: SpecialDay,
    *,
    source: str,
    by: Actor,
    now: datetime,
) -> list[Override]:
    """One for each exchange, or none at all. The caller holds `LOCK`. Raises Problem 422, 409 `override_exists`."""
    today = now.astimezone(IST).date()
    if day < today:
        raise _bad("day", "today or later: days that are over stay as they were", "name a day to come")
    if day > today + AHEAD:
        raise _bad("day", "at most a year ahead", "name the day as 2026-11-23")
    taken = {one.exchange for one in standing(conn) if one.day == day}
    for exchange in exchanges:
        if exchange in taken:
            raise Problem(
                409,
                "override_exists",
                f"{exchange} has one on {day:%d %b %Y}",
                field="exchanges",
                fix="withdraw it first",
                exchange=exchange.value,
            )
    made = [
        Override(new_id("cal"), exchange, day, special, source, now, _name(by))
        for exchange in dict.fromkeys(exchanges)
    ]
    conn.execute(sa.insert(calendar_overrides), [_row(one) for one in made])
    for one in made:
        _noted(conn, Action.CALENDAR_ADDED, one, by, now)
    return made


def withdraw(conn: Connection, override_id: str, *, by: Actor, now: datetime) -> Override:
    """It counts no more; the row stays. The caller holds `LOCK`. Raises Problem 404, 409 `override_over`."""
    found = _read(conn, sa.select(calendar_overrides).where(ROW.id == override_id))
    if not found:
        raise not_found("override")
    (one,) = found
    if one.withdrawn_at is not None:
        raise Problem(409, "override_over", "it was withdrawn before")
    if one.day < now.astimezone(IST).date():
        raise Problem(409, "override_over", "its day is over: what was, stays known")
    values = {"withdrawn_at": now, "withdrawn_by": _name(by)}
    conn.execute(sa.update(calendar_overrides).where(ROW.id == override_id).values(values))
    _noted(conn, Action.CALENDAR_WITHDRAWN, one, by, now)
    return _read(conn, sa.select(calendar_overrides).where(ROW.id == override_id))[0]


def special_days(overrides: Iterable[Override]) -> SpecialDays:
    """As the calendar takes them."""
    return {(one.exchange, one.day): one.special for one in overrides}


def words_of(special: SpecialDay) -> str:
    """`closed`, or the sessions: `open 18:00 to 19:00`."""
    sessions = (
        f"{phase.replace('_', ' ')} {begins:%H:%M} to {ends:%H:%M}"
        for begins, ends, phase in special.sessions
    )
    return ", ".join(sessions) or "closed"


def _read(conn: Connection, query: sa.Select[Any]) -> list[Override]:
    return [
        Override(
            id=row.id,
            exchange=Exchange(row.exchange),
            day=date.fromisoformat(row.day),
            special=SpecialDay(row.words, tuple(map(_session, orjson.loads(row.sessions)))),
            source=row.source,
            added_at=row.added_at,
            added_by=row.added_by,
            withdrawn_at=row.withdrawn_at,
            withdrawn_by=row.withdrawn_by,
        )
        for row in conn.execute(query)
    ]


def _session(kept: list[str]) -> Session:
    begins, ends, phase = kept
    return time.fromisoformat(begins), time.fromisoformat(ends), Phase(phase)


def _row(one: Override) -> dict[str, object]:
    sessions = [
        [f"{begins:%H:%M}", f"{ends:%H:%M}", phase.value] for begins, ends, phase in one.special.sessions
    ]
    return {
        "id": one.id,
        "exchange": one.exchange.value,
        "day": one.day.isoformat(),
        "sessions": orjson.dumps(sessions).decode(),
        "words": one.special.words,
        "source": one.source,
        "added_at": one.added_at,
        "added_by": one.added_by,
    }


def _noted(conn: Connection, action: Action, one: Override, by: Actor, now: datetime) -> None:
    detail = {
        "exchange": one.exchange.value,
        "day": one.day.isoformat(),
        "hours": words_of(one.special),
        "words": one.special.words,
        "source": one.source,
    }
    audited(conn, user_id=None, actor=by, action=action, at=now, subject=one.id, detail=detail)


def _name(by: Actor) -> str:
    return "" if by.kind is ActorKind.COMMAND else by.id


def _bad(field: str, rule: str, fix: str) -> Problem:
    return Problem(422, "invalid_input", rule, field=field, rule=rule, fix=fix)
