"""Links new entries of the audit log into its chain and signs how far it goes, within a second, in one process.

Before it goes on it looks whether the chain still ends as it was signed: else it stops, so that nothing vouches for
what somebody cut off or put in.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from datetime import datetime

import structlog
from sqlalchemy import Connection

from orchestrator.audit import rows
from orchestrator.audit.chain import BEGINNING, entry_hash, moment, personal_hash
from orchestrator.audit.seal import Head, Seal
from orchestrator.audit.witness import Note, Witness
from orchestrator.storage.db import Database

log = structlog.get_logger(__name__)

PAUSE = 0.5  # seconds between two looks
BROKEN_PAUSE = 60.0
AT_ONCE = 100  # entries in one transaction, which the event loop waits for: two milliseconds
SALT_BYTES = 16
TOLD_EVERY = 3600.0  # seconds between two lines of the program's log that tell the head


class ChainBroken(Exception):
    """The log does not end as it was signed; the words say how."""


class Keeper:
    """The one who links. Several may run: the lock lets one at a time."""

    def __init__(
        self,
        db: Database,
        seal: Seal,
        clock: Callable[[], datetime],
        *,
        witness: Witness | None = None,
        at_once: int = AT_ONCE,
    ) -> None:
        self._db, self._seal, self._clock, self._at_once = db, seal, clock, at_once
        self._witness = witness
        self._told = float("-inf")

    async def run(self) -> None:
        while True:
            try:
                if await self.link_all():
                    await self._tell()
            except ChainBroken as error:
                log.error("audit_chain_broken", why=str(error), see="orchestrator audit verify")
                await asyncio.sleep(BROKEN_PAUSE)
            await asyncio.sleep(PAUSE)

    async def link_all(self) -> int:
        """Link everything that waits; tells how many entries that were. Raises ChainBroken."""
        linked, signed = 0, None
        while await self._db.read(lambda conn: bool(rows.waiting(conn, 1))):
            count, signed = await self._db.write(self._link_some, lock="audit")
            linked += count
        if self._witness is not None and signed is not None:
            await asyncio.to_thread(self._witness.note, Note(signed.position, signed.hash))
        return linked

    def _link_some(self, conn: Connection) -> tuple[int, Head | None]:
        count = extend(conn, self._seal, self._clock(), self._at_once, self._witness)
        return count, rows.head(conn)

    async def _tell(self) -> None:
        """Where the program's log is kept elsewhere, a rewritten chain is found out by these lines."""
        now = asyncio.get_running_loop().time()
        if now - self._told < TOLD_EVERY:
            return
        self._told = now
        signed = await self._db.read(rows.head)
        if signed is not None:
            log.info("audit_head", position=signed.position, hash=signed.hash)


def extend(conn: Connection, seal: Seal, at: datetime, at_once: int, witness: Witness | None = None) -> int:
    """Link some entries and sign the new head. Raises ChainBroken."""
    signed = checked_head(conn, seal, witness)
    position, previous = (signed.position, signed.hash) if signed else (0, BEGINNING)
    links = []
    for row in rows.waiting(conn, at_once):
        position += 1
        salt = os.urandom(SALT_BYTES).hex()
        personal = personal_hash(salt, row.address, row.detail)
        previous = entry_hash(
            previous,
            position,
            moment(row.at),
            row.user_id,
            row.action,
            row.actor_kind,
            row.actor,
            row.through,
            row.subject,
            personal,
        )
        links.append(
            {
                "entry_id": row.id,
                "position": position,
                "salt": salt,
                "personal_hash": personal,
                "hash": previous,
            }
        )
    if links:
        rows.link(conn, links)
        rows.set_head(conn, seal.sign(position, previous, moment(at)), at)
    return len(links)


def checked_head(conn: Connection, seal: Seal, witness: Witness | None = None) -> Head | None:
    """The head, if the chain ends with it and has what was noted elsewhere. Raises ChainBroken."""
    if witness is not None and (words := gone(conn, witness)):
        raise ChainBroken(words)
    signed, last = rows.head(conn), rows.last_position(conn)
    if signed is None:
        if last:
            raise ChainBroken(f"the signed head is missing, and there are entries up to {last}")
        return None
    if signed.public_key not in seal.known:
        raise ChainBroken(
            f"the head was signed by a key that is not this installation's ({signed.public_key})"
        )
    if not signed.holds():
        raise ChainBroken("the signature of the head does not hold")
    if last != signed.position:
        raise ChainBroken(f"the head was signed at {signed.position}, and the last entry is {last}")
    if end_of(conn, last) != signed.hash:
        raise ChainBroken(f"the last entry, {last}, does not have the hash that was signed")
    return signed


def gone(conn: Connection, witness: Witness) -> str:
    """Of an entry that was noted outside the database and is not there: words that say so; else nothing."""
    noted = witness.noted()
    if noted is None or rows.hash_at(conn, noted.position) == noted.hash:
        return ""
    return (
        f"entry {noted.position} is not the one that was noted in the data folder: the log was written anew, "
        "or put back to an earlier moment"
    )


def end_of(conn: Connection, last: int) -> str | None:
    """The hash that a chain has which ends at that position."""
    return rows.hash_at(conn, last) if last else BEGINNING


def sign_as_it_is(conn: Connection, seal: Seal, at: datetime) -> None:
    """Vouch for the chain as it ends now, whatever was signed before. Only a person decides that."""
    last = rows.last_position(conn)
    rows.set_head(conn, seal.sign(last, end_of(conn, last) or BEGINNING, moment(at)), at)
