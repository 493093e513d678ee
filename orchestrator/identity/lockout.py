"""After several failures in a row to prove who one is, each further one makes whoever tries wait longer.

Strangers are counted by the e-mail that they try, wherever they come from; a browser in which the user has logged in,
and a login, each by itself. So nobody guesses without end, and nobody locks somebody else out of their own devices.
A try counts from its beginning: else a thousand at once would all be let in to be checked.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from domain.account import UserId
from orchestrator.errors import Problem
from orchestrator.storage.db import Database
from orchestrator.tables.people import failures

FIRST, LONGEST = timedelta(minutes=1), timedelta(hours=1)  # waits: each is twice the one before
FORGOTTEN = timedelta(days=1)  # after which failures count no more
ROW = failures.c


@dataclass(frozen=True, slots=True)
class Tries:
    """Who tries, as a hash."""

    key: str

    @staticmethod
    def at_email(email: str) -> Tries:
        """Somebody of whom nothing is known but the e-mail that they try."""
        return _tries("email", email)

    @staticmethod
    def of_device(device: str, user_id: UserId) -> Tries:
        """A browser in which this user has logged in, by the hash of its cookie."""
        return _tries("device", device, user_id)

    @staticmethod
    def of_user(user_id: UserId) -> Tries:
        """Somebody in one of the user's logins."""
        return _tries("user", user_id)


async def begin(db: Database, tries: Tries, *, most: int, now: datetime) -> int:
    """Count a try; how many they are now in a row. Raises Problem 429 `locked_out` with Retry-After."""

    def work(conn: Connection) -> int | timedelta:
        conn.execute(sa.delete(failures).where(ROW.last_at <= now - FORGOTTEN))
        found = conn.execute(sa.select(ROW.number, ROW.until).where(ROW.key == tries.key)).one_or_none()
        if found is not None and found.until is not None and found.until > now:
            return timedelta(seconds=(found.until - now).total_seconds())
        number = 1 if found is None else found.number + 1
        values = {"number": number, "last_at": now, "until": _until(number, most, now)}
        if found is None:
            conn.execute(sa.insert(failures).values(key=tries.key, **values))
        else:
            conn.execute(sa.update(failures).where(ROW.key == tries.key).values(values))
        return number

    counted = await db.write(work, lock=f"failures:{tries.key}")
    if isinstance(counted, int):
        return counted
    seconds = max(1, round(counted.total_seconds()))
    raise Problem(
        429,
        "locked_out",
        "too many attempts have failed",
        fix=f"wait {seconds} seconds, or use a device on which you have logged in before",
        headers={"retry-after": str(seconds)},
    )


def succeeded(conn: Connection, tries: Tries) -> None:
    """Forget the failures."""
    conn.execute(sa.delete(failures).where(ROW.key == tries.key))


async def take_back(db: Database, tries: Tries, number: int) -> None:
    """The try of this number was no failure, and no success either: those before it count on.

    The wait that another one has begun meanwhile stays: else whoever knows a password could guess codes between.
    """
    until = sa.case((ROW.number == number, sa.null()), else_=ROW.until)
    query = sa.update(failures).where(ROW.key == tries.key, ROW.number > 0)
    await db.write(lambda conn: conn.execute(query.values(number=ROW.number - 1, until=until)))


def forgive(conn: Connection, email: str, user_id: UserId) -> None:
    """An operator lets strangers and this user's logins try again."""
    keys = [Tries.at_email(email).key, Tries.of_user(user_id).key]
    conn.execute(sa.delete(failures).where(ROW.key.in_(keys)))


def _until(number: int, most: int, now: datetime) -> datetime | None:
    over = number - most
    return None if over < 0 else now + min(FIRST * 2 ** min(over, 10), LONGEST)


def _tries(*parts: str) -> Tries:
    return Tries(hashlib.sha256("\0".join(("tries", *parts)).encode()).hexdigest())
