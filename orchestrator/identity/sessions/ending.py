"""Logins end: by logging out, from another device, with a password that was changed."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from sqlalchemy import Connection

from domain.account import UserId
from orchestrator.audit.actions import Action
from orchestrator.audit.record import Actor, ActorKind, audited
from orchestrator.identity import repository
from orchestrator.identity.doing import Doer
from orchestrator.identity.ended import EndedSessions, EndedWhy
from orchestrator.identity.repository import Session
from orchestrator.identity.tokens import hash_of
from orchestrator.storage.db import Database


async def log_out(
    db: Database, token: str | None, *, address: str, ended: EndedSessions, now: datetime
) -> None:
    """End the login this refresh token belongs to; an unknown one is no error."""

    def work(connection: Connection) -> list[str]:
        known = repository.refresh_token(connection, hash_of(token or ""))
        if known is None:
            return []
        repository.end_sessions(connection, [known.family], EndedWhy.LOGGED_OUT, now)
        actor = Actor(ActorKind.LOGIN, known.user_id, known.family, address)
        _ended(connection, known.user_id, actor, [known.family], EndedWhy.LOGGED_OUT, now)
        return [known.family]

    if token:
        await ended.end(await db.write(work), EndedWhy.LOGGED_OUT)


async def sessions(db: Database, user_id: UserId, *, now: datetime) -> list[Session]:
    """Where the user is logged in, the last used first."""
    return await db.read(lambda connection: repository.sessions_of(connection, user_id, now))


async def end_sessions(
    db: Database, doer: Doer, ids: Collection[str], *, why: EndedWhy, ended: EndedSessions, now: datetime
) -> int:
    """End those of these that are the user's; how many they were."""
    return await _end(db, doer, lambda one: one in ids, why=why, ended=ended, now=now)


async def end_others(
    db: Database, doer: Doer, current: str, *, why: EndedWhy, ended: EndedSessions, now: datetime
) -> int:
    """End every other login than this one; how many they were."""
    return await _end(db, doer, lambda one: one != current, why=why, ended=ended, now=now)


async def _end(
    db: Database,
    doer: Doer,
    wanted: Callable[[str], bool],
    *,
    why: EndedWhy,
    ended: EndedSessions,
    now: datetime,
) -> int:
    over = await db.write(lambda connection: end_in(connection, doer, wanted, why=why, now=now))
    await ended.end(over, why)
    return len(over)


def end_in(
    connection: Connection, doer: Doer, wanted: Callable[[str], bool], *, why: EndedWhy, now: datetime
) -> list[str]:
    """End these of the user's logins, in the caller's transaction; which they were. They have to be told."""
    mine = repository.sessions_of(connection, doer.user_id, now)
    found = [one.id for one in mine if wanted(one.id)]
    repository.end_sessions(connection, found, why, now)
    _ended(connection, doer.user_id, doer.actor, found, why, now)
    return found


def _ended(
    connection: Connection, user_id: UserId, actor: Actor, sessions: list[str], why: EndedWhy, now: datetime
) -> None:
    for session in sessions:
        audited(
            connection,
            user_id=user_id,
            actor=actor,
            action=Action.LOGIN_ENDED,
            at=now,
            subject=session,
            detail={"why": why.value},
        )
