"""Letters are kept in the transaction that gives rise to them and sent afterwards: a crash loses none, and a mail
server that is slow or away keeps nobody waiting. Each goes out at least once, as a rule once.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Annotated, cast

import orjson
import sqlalchemy as sa
import structlog
from fastapi import Depends
from sqlalchemy import Connection
from starlette.requests import HTTPConnection

from orchestrator.ids import new_id
from orchestrator.mail.carriers import Carrier, NotCarried
from orchestrator.mail.letter import Letter, message
from orchestrator.state import Clock
from orchestrator.storage.db import Database
from orchestrator.storage.prepared import Prepared
from orchestrator.tables.people import letters
from orchestrator.vault import SealBroken, Vault

log = structlog.get_logger(__name__)

LOOK = 2.0  # seconds between looks for letters of other processes
TOGETHER = 10  # letters under way at a time
LEASE = timedelta(minutes=2)  # in which nobody else sends what one process has taken
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)
GIVEN_UP = timedelta(days=2)

ROW = letters.c
DUE = Prepared(
    sa.select(ROW.id, ROW.sealed, ROW.tries, ROW.made_at)
    .where(ROW.due_at <= sa.bindparam("now"))
    .order_by(ROW.due_at)
    .limit(sa.bindparam("most", type_=sa.Integer))
)


@dataclass(frozen=True, slots=True)
class _Waiting:
    id: str
    sealed: str
    tries: int
    made_at: datetime


def keep(conn: Connection, letter: Letter, *, vault: Vault, now: datetime) -> None:
    """In the caller's transaction: whichever process sends letters sends it."""
    number = new_id("ltr")
    sealed = vault.seal(orjson.dumps(asdict(letter)).decode(), table="letters", column="sealed", row=number)
    row = {"id": number, "sealed": sealed, "tries": 0, "made_at": now, "due_at": now}
    conn.execute(sa.insert(letters).values(row))


class Mailer:
    """Keeps letters, and in a process that runs `run` sends them."""

    def __init__(self, *, db: Database, vault: Vault, clock: Clock, carrier: Carrier, sender: str) -> None:
        self._db, self._vault, self._clock = db, vault, clock
        self._carrier, self._sender = carrier, sender
        self._put = asyncio.Event()

    def put(self, conn: Connection, letter: Letter) -> None:
        """Sent once this transaction is durable."""
        keep(conn, letter, vault=self._vault, now=self._clock())
        self._put.set()

    async def send(self, letter: Letter) -> None:
        """Durable when this returns; it goes out soon after."""
        await self._db.write(lambda conn: self.put(conn, letter))
        self._put.set()  # again: the first time may have been before it was durable

    async def run(self) -> None:
        """Send what is due, for ever."""
        while True:
            self._put.clear()
            if await self.send_due() < TOGETHER:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LOOK):
                        await self._put.wait()

    async def send_due(self) -> int:
        """Try some of what is due; how many they were."""
        taken = await self._db.write(self._take, lock="letters")
        await asyncio.gather(*(self._send(one) for one in taken))
        return len(taken)

    def _take(self, conn: Connection) -> list[_Waiting]:
        now = self._clock()
        found = [_Waiting(*row) for row in DUE.rows(conn, {"now": now, "most": TOGETHER})]
        if found:
            mine = ROW.id.in_([one.id for one in found])
            conn.execute(sa.update(letters).where(mine).values(due_at=now + LEASE, tries=ROW.tries + 1))
        return found

    async def _send(self, one: _Waiting) -> None:
        try:
            opened = self._vault.open(one.sealed, table="letters", column="sealed", row=one.id)
            built = message(
                Letter(**orjson.loads(opened)), sender=self._sender, number=one.id, at=self._clock()
            )
            await self._carrier.carry(built, one.id)
        except (NotCarried, SealBroken, ValueError) as error:
            # A ValueError: it cannot be written to this address, however often it is tried.
            now = self._clock()
            final = not isinstance(error, NotCarried) or error.final or now - one.made_at >= GIVEN_UP
            log.warning("letter.not_sent", letter=one.id, why=str(error), given_up=final, tries=one.tries + 1)
            if not final:
                due = now + min(FIRST_PAUSE * 2 ** min(one.tries, 20), LONGEST_PAUSE)
                again = sa.update(letters).where(ROW.id == one.id).values(due_at=due)
                await self._db.write(lambda conn: conn.execute(again))
                return
        await self._db.write(lambda conn: conn.execute(sa.delete(letters).where(ROW.id == one.id)))


async def _mailer(connection: HTTPConnection) -> Mailer:
    return cast(Mailer, connection.app.state.mailer)


Post = Annotated[Mailer, Depends(_mailer)]
