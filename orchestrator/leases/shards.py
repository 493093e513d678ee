"""Whose accounts this process works for: users in shards, each shard one lease, shared out evenly over the processes.

Reading, streaming, reconciling and every order that the product decides on by itself are the owner's alone. What it
records for a user is recorded under the shard's fence, so a process that was stopped and wakes up writes nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Protocol

from sqlalchemy import Connection

from domain.account import UserId
from orchestrator.leases import rows
from orchestrator.leases.lease import LeaseLost
from orchestrator.leases.leases import Leases
from orchestrator.leases.presence import Presence

SHARDS = 64  # no setting: processes that counted otherwise would both own a user
MARKET = "market"  # the price feeds, and what is done with all prices: one process for all users
PASS = 1.0  # seconds between looks at who lives and what nobody holds


class Owning(Protocol):
    """Whether this process works for a user, and the proof of it inside a transaction."""

    def owns(self, user_id: UserId) -> bool: ...

    def fence(self, conn: Connection, user_id: UserId) -> None:
        """Raises LeaseLost where another process does, and holds that off until the transaction has ended."""
        ...

    def number(self, user_id: UserId) -> int | None:
        """It grows with each process that comes to work for the user; None where this one does not."""
        ...


class Asked:
    """For what a person or program asks for: any process does it, as it comes, and nobody has to own anything."""

    def owns(self, user_id: UserId) -> bool:
        return True

    def fence(self, conn: Connection, user_id: UserId) -> None:
        return None

    def number(self, user_id: UserId) -> int | None:
        return 0


class Nobodys:
    """Of a process that works for nobody by itself: HTTP alone."""

    def owns(self, user_id: UserId) -> bool:
        return False

    def fence(self, conn: Connection, user_id: UserId) -> None:
        raise LeaseLost(shard_of(user_id))

    def number(self, user_id: UserId) -> int | None:
        return None


@lru_cache(maxsize=100_000)
def shard_of(user_id: UserId) -> str:
    """The name of the lease that covers the user."""
    digest = blake2b(user_id.encode(), digest_size=8).digest()
    return name_of(int.from_bytes(digest, "big") % SHARDS)


def name_of(number: int) -> str:
    return f"users/{number:02}"


ALL = tuple(name_of(number) for number in range(SHARDS))


def fair_share(living: int) -> int:
    """The most that one of so many processes holds: together they hold everything."""
    return -(-SHARDS // max(1, living))


class Shards:
    """This process's part of all users."""

    def __init__(self, leases: Leases, presence: Presence) -> None:
        self._leases, self._presence = leases, presence

    def owns(self, user_id: UserId) -> bool:
        return self._leases.held(shard_of(user_id))

    def fence(self, conn: Connection, user_id: UserId) -> None:
        lease = self._leases.get(shard_of(user_id))
        if lease is None:
            raise LeaseLost(shard_of(user_id))
        rows.fenced(conn, lease)

    def number(self, user_id: UserId) -> int | None:
        lease = self._leases.get(shard_of(user_id))
        return None if lease is None else lease.fence

    def held(self) -> list[str]:
        """The shards of this process."""
        return [lease.name for lease in self._leases.mine() if lease.name in ALL]

    async def start(self) -> None:
        """Take a first share before anything works for anybody."""
        if not self._leases.seizes:
            await self._presence.start()
        await self.step()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(PASS)
            await self.step()

    async def step(self) -> None:
        """Give back what is more than our share, and take of what nobody holds up to it."""
        share, mine = await self._share(), self.held()
        if len(mine) > share:
            await self._leases.release(_surplus(mine, share))
        elif len(mine) < share:
            await self._leases.take_some([name for name in ALL if name not in mine], share - len(mine))

    async def _share(self) -> int:
        if self._leases.seizes:  # alone
            return SHARDS
        return fair_share(await self._presence.look())


def _surplus(mine: Sequence[str], share: int) -> Sequence[str]:
    return sorted(mine)[share:]
