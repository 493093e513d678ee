"""A user leaves: nothing trades from the asking on, and after some days everything is forgotten but the records of
orders. Those days are there so that whoever is robbed of a login can call it off."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import Connection, delete, exists, insert, or_, select, update

from domain.account import AccountId, AccountState, UserId
from orchestrator.accounts import repository as accounts
from orchestrator.accounts.connections import Connections
from orchestrator.departure import forgetting
from orchestrator.identity.ended import EndedSessions, EndedWhy
from orchestrator.state import Clock
from orchestrator.storage.db import Database
from orchestrator.tables.audit import audit_log
from orchestrator.tables.departure import departures
from orchestrator.tables.identity import user_sessions
from orchestrator.tables.orders import order_children
from orchestrator.tables.tokens import personal_tokens
from orchestrator.tokens.personal import PersonalTokens

log = structlog.get_logger(__name__)

PAUSE = 60.0  # seconds between two looks at who is due
ERASED_AT_ONCE = 1000  # entries in one transaction, which the event loop waits for: five milliseconds
YEAR = timedelta(days=365.25)


@dataclass(frozen=True, slots=True)
class Departure:
    asked_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Shut:
    """What the asking ended: others have to be told."""

    accounts: list[AccountId]
    sessions: list[str]
    tokens: list[str]


def of_user(conn: Connection, user_id: UserId) -> Departure | None:
    """None: the user stays."""
    row = conn.execute(select(departures).where(departures.c.user_id == user_id)).one_or_none()
    return None if row is None else Departure(row.asked_at, row.due_at)


def open_orders(conn: Connection, user_id: UserId) -> list[str]:
    """Ids of orders that may still trade, or of which nobody knows whether they do."""
    query = select(order_children.c.order_id).distinct()
    mine = query.where(
        order_children.c.user_id == user_id,
        or_(order_children.c.live, order_children.c.changing_since.is_not(None)),
    )
    return list(conn.execute(mine.order_by(order_children.c.order_id)).scalars())


def ask(conn: Connection, user_id: UserId, *, now: datetime, due: datetime) -> None:
    """Write down that the user leaves."""
    conn.execute(insert(departures).values(user_id=user_id, asked_at=now, due_at=due))


def shut(conn: Connection, user_id: UserId, *, session: str, now: datetime) -> Shut:
    """Take away all that something could be done with, but for one login, in which leaving can be called off."""
    mine = [one.account.id for one in accounts.of_user(conn, user_id)]
    for account in mine:
        accounts.change(
            conn,
            account,
            {
                "state": AccountState.DISCONNECTED,
                "credentials": None,
                "session": None,
                "session_expires_at": None,
                "proxy": None,
                "last_error": None,
            },
        )
        accounts.forget_logins(conn, account)
        accounts.clear_primary(conn, account)
    rows = user_sessions.c
    over = list(
        conn.execute(
            update(user_sessions)
            .where(rows.user_id == user_id, rows.ended_at.is_(None), rows.id != session)
            .values(ended_at=now, ended_why="ended_elsewhere")
            .returning(rows.id)
        ).scalars()
    )
    tokens = personal_tokens.c
    revoked = list(
        conn.execute(
            update(personal_tokens)
            .where(tokens.user_id == user_id, tokens.revoked_at.is_(None))
            .values(revoked_at=now)
            .returning(tokens.id)
        ).scalars()
    )
    return Shut(mine, over, revoked)


def call_off(conn: Connection, user_id: UserId) -> bool:
    """The user stays after all; False when nothing was asked, or it is done already."""
    mine = (departures.c.user_id == user_id) & departures.c.left_at.is_(None)
    return bool(conn.execute(delete(departures).where(mine)).rowcount)


class Departures:
    """Carries out what is due. Several may run: each step is one transaction, and is done once."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        *,
        years: int,
        connections: Connections,
        ended: EndedSessions,
        tokens: PersonalTokens,
    ) -> None:
        self._db, self._clock, self._kept_for = db, clock, years * YEAR
        self._connections, self._ended, self._tokens = connections, ended, tokens

    async def tell(self, shut: Shut) -> None:
        """What was ended in the database is over here, too, and in the other processes."""
        for account in shut.accounts:
            await self._connections.leave(account)
        await self._ended.end(shut.sessions, EndedWhy.ENDED_ELSEWHERE)
        await self._tokens.changed(shut.tokens)

    async def run(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(PAUSE)

    async def look(self) -> None:
        """Forget who is due, erase what is personal in the audit log, and drop records that are old enough."""
        for user_id in await self._db.read(lambda conn: _due(conn, self._clock())):
            shut = await self._db.write(partial(self._forget, user_id=user_id), lock=f"orders:{user_id}")
            if shut is not None:
                await self.tell(shut)
        for user_id in await self._db.read(_unforgotten):
            await self._in_pieces(user_id, partial(forgetting.forget_some, now=self._clock()))
        for user_id in await self._db.read(_unerased):
            await self._erase(user_id)
        before = self._clock() - self._kept_for
        for user_id in await self._db.read(lambda conn: _old(conn, before)):
            await self._in_pieces(user_id, forgetting.drop_some)

    def _forget(self, conn: Connection, user_id: UserId) -> Shut | None:
        """None: called off, done by another process, or an order that came since may still trade."""
        now = self._clock()
        mine = departures.c.user_id == user_id
        still = mine & departures.c.left_at.is_(None) & (departures.c.due_at <= now)
        if open_orders(conn, user_id):
            return None
        if not conn.execute(update(departures).where(still).values(left_at=now)).rowcount:
            return None
        over = shut(conn, user_id, session="", now=now)
        forgetting.vanish(conn, user_id, now)
        log.info("departure.left", user=user_id)
        return over

    async def _in_pieces(self, user_id: UserId, piece: Callable[[Connection, UserId], bool]) -> None:
        """Transactions of `piece` until it says that it was the last one."""
        while not await self._db.write(lambda conn: piece(conn, user_id), lock=f"orders:{user_id}"):
            pass

    async def _erase(self, user_id: UserId) -> None:
        """What is personal in the user's entries. Those that are not linked yet cannot be erased without breaking
        the chain: they are soon, and the next look finds them."""
        behind: int | None = 0
        while behind is not None:
            some = partial(_erase_some, user_id=user_id, behind=behind)
            behind = await self._db.write(some, lock=f"orders:{user_id}")
        if not await self._db.read(lambda conn: _personal_left(conn, user_id)):
            done = update(departures).where(departures.c.user_id == user_id).values(erased_at=self._clock())
            await self._db.write(lambda conn: conn.execute(done))


def _erase_some(conn: Connection, user_id: UserId, behind: int) -> int | None:
    """In entries whose ids are greater than `behind`; the id of the last of them, None when there are no more."""
    rows = audit_log.c
    linked = (rows.user_id == user_id, rows.position.is_not(None), rows.salt.is_not(None))
    query = select(rows.id).where(*linked, rows.id > behind).order_by(rows.id).limit(ERASED_AT_ONCE)
    ids = conn.execute(query).scalars().all()
    if ids:
        erased = {"salt": None, "address": None, "detail": None}
        conn.execute(update(audit_log).where(*linked, rows.id.between(ids[0], ids[-1])).values(erased))
    return ids[-1] if len(ids) == ERASED_AT_ONCE else None


def _personal_left(conn: Connection, user_id: UserId) -> bool:
    """In one look: what was linked behind us is left, too."""
    rows = audit_log.c
    left = exists().where(rows.user_id == user_id, rows.position.is_(None) | rows.salt.is_not(None))
    return bool(conn.execute(select(left)).scalar_one())


def _due(conn: Connection, now: datetime) -> Sequence[UserId]:
    query = select(departures.c.user_id).where(departures.c.due_at <= now, departures.c.left_at.is_(None))
    return [UserId(one) for one in conn.execute(query).scalars()]


def _unerased(conn: Connection) -> Sequence[UserId]:
    query = select(departures.c.user_id).where(
        departures.c.left_at.is_not(None), departures.c.erased_at.is_(None)
    )
    return [UserId(one) for one in conn.execute(query).scalars()]


def _unforgotten(conn: Connection) -> Sequence[UserId]:
    query = select(departures.c.user_id).where(
        departures.c.left_at.is_not(None), departures.c.forgotten_at.is_(None)
    )
    return [UserId(one) for one in conn.execute(query).scalars()]


def _old(conn: Connection, before: datetime) -> Sequence[UserId]:
    """Whose log is not erased yet is needed still, to be found."""
    done = departures.c.forgotten_at.is_not(None), departures.c.erased_at.is_not(None)
    query = select(departures.c.user_id).where(departures.c.left_at <= before, *done)
    return [UserId(one) for one in conn.execute(query).scalars()]
