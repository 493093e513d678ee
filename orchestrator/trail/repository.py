"""A user's own entries of the audit log, the newest first."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, select

from domain.account import UserId
from domain.calendar import IST
from orchestrator.audit.actions import Action
from orchestrator.tables.audit import audit_log
from orchestrator.tables.identity import user_sessions
from orchestrator.tables.tokens import personal_tokens


@dataclass(frozen=True, slots=True)
class Sought:
    """Which entries: of these actions (none: all), of these IST days, both included."""

    actions: Collection[Action] = ()
    first: date | None = None
    last: date | None = None


def page(
    conn: Connection, user_id: UserId, sought: Sought, *, before: int | None, limit: int
) -> Sequence[Any]:
    """Rows of the log older than the one whose id is `before`."""
    log = audit_log.c
    query = select(audit_log).where(log.user_id == user_id).order_by(log.id.desc()).limit(limit)
    if before is not None:
        query = query.where(log.id < before)
    if sought.actions:
        query = query.where(log.action.in_([action.value for action in sought.actions]))
    if sought.first is not None:
        query = query.where(log.at >= _morning(sought.first))
    if sought.last is not None:
        query = query.where(log.at < _morning(sought.last + timedelta(days=1)))
    return conn.execute(query).all()


@dataclass(frozen=True, slots=True)
class Names:
    """What a person calls the logins and tokens that entries name by their ids."""

    agents: dict[str, str]  # a login's id: what its browser calls itself
    tokens: dict[str, str]


def names(conn: Connection, user_id: UserId, rows: Sequence[Any]) -> Names:
    """Of those that are still known."""
    through = {row.through for row in rows if row.through}
    sessions, tokens = user_sessions.c, personal_tokens.c
    agents = conn.execute(
        select(sessions.id, sessions.user_agent).where(sessions.user_id == user_id, sessions.id.in_(through))
    )
    named = conn.execute(
        select(tokens.id, tokens.name).where(tokens.user_id == user_id, tokens.id.in_(through))
    )
    return Names({row.id: row.user_agent for row in agents}, {row.id: row.name for row in named})


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(), IST)
