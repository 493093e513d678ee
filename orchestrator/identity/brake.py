"""Slows down guessing and mass sign-ups: counted in the database, so that every process counts the same.

An attempt counts from its beginning: else a thousand at once would all be let in to be checked. Who tried is kept as
a hash, and for no longer than it counts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from orchestrator.errors import Problem
from orchestrator.shields.networks import household
from orchestrator.storage.db import Database
from orchestrator.tables.identity import attempts

LOGINS, SIGNUPS = timedelta(minutes=1), timedelta(hours=1)
PER_ADDRESS = 5  # times the limit of one e-mail: several people may share an address
LETTERS = 5  # to one e-mail in an hour, that somebody asked for who may be anybody
ROW = attempts.c


@dataclass(frozen=True, slots=True)
class Count:
    """At most `most` attempts under `key`."""

    key: str
    most: int


async def try_login(db: Database, *, address: str, email: str, most: int, now: datetime) -> None:
    """Count a login. Raises Problem 429 with Retry-After once `most` have failed within a minute for one address and
    e-mail, or five times as many from one address."""
    address = household(address)
    counts = [Count(_key("login", address, email), most), Count(_key("login", address), most * PER_ADDRESS)]
    await _count(db, address, counts, LOGINS, now, "too many failed logins")


async def logged_in(db: Database, *, address: str, email: str) -> None:
    """It did not fail: forget it, and the pair's failures."""
    address = household(address)

    def work(conn: Connection) -> None:
        conn.execute(sa.delete(attempts).where(ROW.key == _key("login", address, email)))
        newest = sa.select(sa.func.max(ROW.id)).where(ROW.key == _key("login", address))
        conn.execute(sa.delete(attempts).where(ROW.id == newest.scalar_subquery()))

    await db.write(work)


async def try_signup(db: Database, *, address: str, most: int, now: datetime) -> None:
    """Count a sign-up, whatever becomes of it. Raises Problem 429 with Retry-After after `most` within an hour."""
    address = household(address)
    counts = [Count(_key("signup", address), most)]
    await _count(db, address, counts, SIGNUPS, now, "too many sign-ups from one address")


async def try_forgot(db: Database, *, address: str, most: int, now: datetime) -> None:
    """Count somebody who says that a password is lost. Raises Problem 429 with Retry-After after `most` within an
    hour."""
    address = household(address)
    counts = [Count(_key("forgot", address), most)]
    await _count(db, address, counts, SIGNUPS, now, "too many lost passwords from one address")


async def may_write(db: Database, *, email: str, now: datetime) -> bool:
    """Whether another letter may go to this address; if so it is counted."""
    try:
        await _count(db, email, [Count(_key("letter", email), LETTERS)], SIGNUPS, now, "")
    except Problem:
        return False
    return True


async def _count(
    db: Database, address: str, counts: Sequence[Count], window: timedelta, now: datetime, words: str
) -> None:
    def work(conn: Connection) -> timedelta | None:
        conn.execute(sa.delete(attempts).where(ROW.until <= now))
        for count in counts:
            if (left := _full(conn, count, now)) is not None:
                return left
        rows = [{"key": count.key, "until": now + window} for count in counts]
        conn.execute(sa.insert(attempts), rows)
        return None

    left = await db.write(work, lock=f"attempts:{_key(address)}")
    if left is not None:
        wait = max(1, round(left.total_seconds()))
        raise Problem(
            429, "too_many_attempts", words, fix=f"wait {wait} seconds", headers={"retry-after": str(wait)}
        )


def _full(conn: Connection, count: Count, now: datetime) -> timedelta | None:
    """How long until another one fits; None when it fits now."""
    number, first = conn.execute(
        sa.select(sa.func.count(), sa.func.min(ROW.until)).where(ROW.key == count.key)
    ).one()
    return None if number < count.most else first - now


def _key(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
