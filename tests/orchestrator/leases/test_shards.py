"""Every user belongs to one living process, and the processes share them evenly."""

from __future__ import annotations

import asyncio

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from domain.account import UserId
from orchestrator.leases.lease import LeaseLost
from orchestrator.leases.leases import Leases
from orchestrator.leases.presence import Presence
from orchestrator.leases.shards import ALL, SHARDS, Nobodys, Shards, fair_share, shard_of
from orchestrator.storage.db import Database
from orchestrator.tables.leases import leases

USERS = [UserId(f"usr_{number}") for number in range(300)]


class Process:
    def __init__(self, db: Database) -> None:
        self.leases = Leases(db)
        self.presence = Presence(db, self.leases, works=True)
        self.shards = Shards(self.leases, self.presence)


async def _settled(processes: list[Process]) -> None:
    """Two rounds: what one gives back in the first, another takes in the second."""
    for _ in range(2):
        for one in processes:
            await one.shards.step()


async def _dies(db: Database, one: Process) -> None:
    mine = leases.c.owner == one.leases.owner
    await db.write(lambda conn: conn.execute(sa.update(leases).where(mine).values(until=1)))
    for lease in one.leases.mine():
        lease.end()


def _owners(processes: list[Process], user_id: UserId) -> int:
    return sum(one.shards.owns(user_id) for one in processes)


def _even(processes: list[Process]) -> None:
    counts = [len(one.shards.held()) for one in processes]
    assert sum(counts) == SHARDS
    assert max(counts) <= fair_share(len(processes))
    assert all(_owners(processes, user) == 1 for user in USERS)


async def test_processes_that_come_and_go_share_all_users_evenly(db: Database) -> None:
    living = [Process(db)]
    await living[0].shards.start()
    _even(living)
    for _ in range(2):
        living.append(Process(db))
        await _settled(living)
        _even(living)
    gone = living.pop(1)
    await _dies(db, gone)
    await _settled(living)
    _even([*living, gone][:2])
    leaving = living.pop()
    await leaving.leases.close()
    await _settled(living)
    _even(living)


async def test_processes_that_start_at_one_moment_never_own_the_same_user(db: Database) -> None:
    processes = [Process(db) for _ in range(4)]
    await asyncio.gather(*(one.shards.start() for one in processes))
    assert all(_owners(processes, user) <= 1 for user in USERS)
    await _settled(processes)
    _even(processes)


async def test_who_answers_only_is_seen_and_gets_no_share(db: Database) -> None:
    answers = Leases(db)
    presence = Presence(db, answers, works=False)
    await presence.start()
    worker = Process(db)
    await worker.shards.start()
    assert len(worker.shards.held()) == SHARDS
    assert await presence.look() == 1
    assert (presence.among(), worker.presence.among()) == (2, 2)


async def test_who_is_alone_works_for_everybody_from_the_start(db: Database) -> None:
    killed = Process(db)
    await killed.shards.start()
    seizing = Leases(db, seize=True)
    alone = Shards(seizing, Presence(db, seizing, works=True))
    await alone.start()
    assert len(alone.held()) == SHARDS
    await alone.step()
    assert len(alone.held()) == SHARDS


async def test_what_an_owner_writes_is_fenced_by_the_users_shard(db: Database) -> None:
    old, new = Process(db), Process(db)
    await old.shards.start()
    user = USERS[0]

    await db.write(lambda conn: old.shards.fence(conn, user))
    with pytest.raises(LeaseLost):
        await db.write(lambda conn: new.shards.fence(conn, user))
    mine = leases.c.owner == old.leases.owner
    await db.write(lambda conn: conn.execute(sa.update(leases).where(mine).values(until=1)))
    await new.shards.start()
    assert old.shards.owns(user)  # it was stopped and does not know yet
    with pytest.raises(LeaseLost):
        await db.write(lambda conn: old.shards.fence(conn, user))
    await db.write(lambda conn: new.shards.fence(conn, user))


async def test_a_process_of_http_alone_owns_nobody(db: Database) -> None:
    assert not Nobodys().owns(USERS[0])

    def work(conn: Connection) -> None:
        Nobodys().fence(conn, USERS[0])

    with pytest.raises(LeaseLost):
        await db.write(work)


@given(st.text())
def test_every_user_has_one_of_the_shards_and_keeps_it(text: str) -> None:
    user = UserId(text)
    assert shard_of(user) in ALL
    assert shard_of(user) == shard_of.__wrapped__(user)


@given(st.integers(0, 1000))
def test_shares_together_hold_everything(living: int) -> None:
    assert fair_share(living) * max(1, living) >= SHARDS


def test_users_are_spread_over_all_shards() -> None:
    assert len({shard_of(UserId(f"usr_{number}")) for number in range(2000)}) == SHARDS
