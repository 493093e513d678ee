"""A lease has one owner at a time, and who lost it finds out before writing anything."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError
from sqlalchemy.util import await_only

from orchestrator.config import Settings
from orchestrator.leases import rows
from orchestrator.leases.lease import Lease, LeaseLost
from orchestrator.leases.leases import LASTS, Leases
from orchestrator.storage.db import Database, open_database
from orchestrator.storage.transactions import T, Work
from orchestrator.tables.leases import leases
from tests.services import make_tables


class Uptime:
    """Seconds that the test lets pass for one process."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def _run_out(db: Database, owner: str) -> None:
    """For the database, the owner has not renewed for too long."""
    await db.write(
        lambda conn: conn.execute(sa.update(leases).where(leases.c.owner == owner).values(until=1))
    )


async def _until(good: Callable[[], bool]) -> None:
    while not good():
        await asyncio.sleep(0.01)


async def test_one_of_many_that_ask_at_once_gets_it(db: Database) -> None:
    askers = [Leases(db) for _ in range(8)]
    taken = await asyncio.gather(*(one.take("market") for one in askers))
    assert len([lease for lease in taken if lease is not None]) == 1


async def test_together_many_take_every_name_once(db: Database) -> None:
    askers, names = [Leases(db) for _ in range(6)], [f"users/{number}" for number in range(20)]
    took = await asyncio.gather(*(one.take_some(names, 20) for one in askers))
    took += await asyncio.gather(*(one.take_some(names, 20) for one in askers))  # what was being looked at
    assert sorted(lease.name for some in took for lease in some) == sorted(names)


async def test_no_more_are_taken_than_were_asked_for(db: Database) -> None:
    one = Leases(db)
    assert len(await one.take_some(["a", "b", "c"], 2)) == 2
    assert await one.take_some(["a", "b", "c"], 0) == []


async def test_its_fence_grows_with_each_owner(db: Database) -> None:
    first, second = Leases(db), Leases(db)
    fences = []
    for one in (first, second, first):
        lease = await one.take("market")
        assert lease is not None
        fences.append(lease.fence)
        await one.release(["market"])
    assert fences == sorted(set(fences))


async def test_it_moves_when_it_was_not_renewed(db: Database) -> None:
    dead, living = Leases(db), Leases(db)
    assert await dead.take("market")
    assert await living.take("market") is None
    await _run_out(db, dead.owner)
    assert await living.take("market")


async def test_what_is_renewed_does_not_move(db: Database) -> None:
    one, other = Leases(db), Leases(db)
    await one.take("market")
    await _run_out(db, one.owner)
    await one.renew()  # late, and nobody had taken it
    assert one.held("market")
    assert await other.take("market") is None


async def test_who_was_stopped_for_long_does_not_hold_it_any_more(db: Database) -> None:
    uptime = Uptime()
    one = Leases(db, clock=uptime)
    lease = await one.take("market")
    assert lease is not None
    assert lease.held
    uptime.now += LASTS - 0.5  # the row still says so, and clocks may differ
    assert not lease.held
    assert one.get("market") is None
    assert one.mine() == []


async def test_the_time_an_answer_took_is_not_counted_on(db: Database) -> None:
    uptime = Uptime()

    class Slow:
        dialect = db.dialect

        async def write(self, work: Work[T]) -> T:
            result = await db.write(work)
            uptime.now += 5
            return result

    one = Leases(Slow(), clock=uptime)  # type: ignore[arg-type]
    lease = await one.take("market")
    assert lease is not None
    uptime.now += 1
    assert not lease.held


async def test_a_sleeper_writes_nothing_once_another_owns_it(db: Database) -> None:
    uptime = Uptime()
    sleeper, other = Leases(db, clock=uptime), Leases(db)
    lease = await sleeper.take("market")
    assert lease is not None
    await _run_out(db, sleeper.owner)
    await other.take("market")
    assert lease.held  # its clock stood still with it: the database must refuse

    def write(conn: Connection) -> None:
        rows.fenced(conn, lease)
        conn.execute(sa.insert(leases).values(name="written", owner="", fence=0, until=0))

    with pytest.raises(LeaseLost):
        await db.write(write)
    found = sa.select(sa.func.count()).where(leases.c.name == "written")
    assert await db.read(lambda conn: conn.execute(found).scalar_one()) == 0


async def test_a_lost_one_ends_at_the_next_renewal(db: Database) -> None:
    one, other = Leases(db), Leases(db)
    lease = await one.take("market")
    assert lease is not None
    await _run_out(db, one.owner)
    await other.take("market")
    await one.renew()
    assert not lease.held
    assert other.held("market")


async def test_an_earlier_lease_of_the_same_owner_is_no_proof(db: Database) -> None:
    one = Leases(db)
    old = await one.take("market")
    await one.release(["market"])
    new = await one.take("market")
    assert old is not None
    assert new is not None
    with pytest.raises(LeaseLost):
        await db.write(lambda conn: rows.fenced(conn, old))
    await db.write(lambda conn: rows.fenced(conn, new))


async def test_a_renewal_that_failed_is_tried_again_at_once(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestrator.leases.leases.RETRY", 0.0)
    uptime = Uptime()
    one = Leases(db, lasts=0.03, clock=uptime)
    lease = await one.take("market")
    assert lease is not None
    uptime.now += 10
    renew, failures = one.renew, [OperationalError("UPDATE", {}, OSError()), OSError()]

    async def fails() -> None:
        if failures:
            raise failures.pop(0)
        await renew()

    monkeypatch.setattr(one, "renew", fails)
    running = asyncio.create_task(one.run())
    await _until(lambda: lease.held)
    running.cancel()
    assert failures == []


async def test_what_is_given_back_is_not_held_while_the_row_is_written(db: Database) -> None:
    one = Leases(db)
    await one.take("market")
    giving = asyncio.create_task(one.release(["market"]))
    await asyncio.sleep(0)
    assert not one.held("market")
    await giving
    assert await Leases(db).take("market")


async def test_who_is_alone_takes_what_a_dead_process_left_at_once(db: Database) -> None:
    dead, alone = Leases(db), Leases(db, seize=True)
    lease = await dead.take("market")
    assert lease is not None
    assert await alone.take("market")
    await dead.renew()
    assert not lease.held
    later = Leases(db, seize=True)
    assert await later.take("market")
    await alone.renew()
    assert await alone.take("market") is None, "only what was held when it began"


async def test_closing_gives_everything_back(db: Database) -> None:
    one, other = Leases(db), Leases(db)
    await one.take_some(["a", "b"], 2)
    await one.close()
    assert len(await other.take_some(["a", "b"], 2)) == 2


async def test_moves_are_told(db: Database) -> None:
    one, told = Leases(db), list[str]()
    one.on_move(told.extend)
    await one.take_some(["a", "b"], 2)
    await one.take("a")  # held already
    assert sorted(told) == ["a", "b"]


async def test_only_present_names_are_listed(db: Database) -> None:
    one, gone = Leases(db), Leases(db)
    await one.take("process/a")
    await gone.take("process/b")
    await one.take("users/1")
    await _run_out(db, gone.owner)
    assert await db.read(lambda conn: rows.held_now(conn, "process/")) == ["process/a"]
    await db.write(lambda conn: rows.forget(conn, "process/", 1000))
    left = await db.read(lambda conn: conn.execute(sa.select(leases.c.name)).scalars().all())
    assert sorted(left) == ["process/a", "users/1"]


# --- work that one process does alone ----------------------------------------------------------------------------


async def test_work_done_alone_moves_with_its_lease_and_never_runs_twice(db: Database) -> None:
    clocks = [Uptime(), Uptime()]
    both = [Leases(db, clock=clock) for clock in clocks]
    running: set[int] = set()
    seen: list[int] = []

    def work(number: int) -> Callable[[], Coroutine[Any, Any, None]]:
        async def run() -> None:
            assert not running
            running.add(number)
            seen.append(number)
            try:
                await asyncio.Event().wait()
            finally:
                running.discard(number)

        return run

    tasks = [asyncio.create_task(one.alone("market", work(number))) for number, one in enumerate(both)]
    await _until(lambda: bool(running))
    first = seen[0]
    clocks[first].now += 10  # it was stopped for long
    await _until(lambda: not running)
    await _run_out(db, both[first].owner)
    await _until(lambda: bool(running))
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert not running


async def test_work_done_alone_that_ends_is_over_and_its_failure_comes_through(db: Database) -> None:
    async def fails() -> None:
        raise ValueError("broken")

    async def ends() -> None:
        return None

    one = Leases(db)
    await one.alone("a", ends)
    with pytest.raises(ValueError, match="broken"):
        await one.alone("a", fails)


# --- locks, where transactions run beside each other ----------------------------------------------------------------


@pytest.fixture
async def postgres(settings: Settings, postgres_with_tables: str) -> Database:
    database = open_database(settings.model_copy(update={"database_url": postgres_with_tables}))
    await make_tables(database)
    return database


async def test_nobody_takes_it_during_a_fenced_transaction_and_renewing_does_not_wait(
    postgres: Database, settings: Settings, postgres_with_tables: str
) -> None:
    """The taker finds the row locked and leaves it; the owner's renewal passes."""
    other = open_database(settings.model_copy(update={"database_url": postgres_with_tables}))
    one, taker = Leases(postgres), Leases(other)
    lease = await one.take("market")
    assert lease is not None
    await taker.take("other")
    inside, go_on = asyncio.Event(), asyncio.Event()

    async def fenced_and_waiting() -> None:
        def work(conn: Connection) -> None:
            rows.fenced(conn, lease)
            inside.set()
            await_only(go_on.wait())

        await postgres.write(work)

    writing = asyncio.create_task(fenced_and_waiting())
    await inside.wait()
    await one.renew()
    await _run_out(other, one.owner)  # as if it had not been renewed for long
    assert await taker.take("market") is None
    go_on.set()
    await writing
    assert await taker.take("market")
    await postgres.close()
    await other.close()


def test_a_lease_says_who_owns_it_without_its_clock() -> None:
    assert "clock" not in repr(Lease("a", "prc_1", 1, 0.0, Uptime()))


class Refusing:
    """A database whose next transaction is durable or not, and whose answer nobody hears."""

    def __init__(self, db: Database) -> None:
        self._db, self.dialect = db, db.dialect
        self.unheard = self.refused = False

    async def write(self, work: Work[T], *, lock: str | None = None, alone: bool = False) -> T:
        if self.refused:
            raise OperationalError("BEGIN", (), ConnectionError())
        result = await self._db.write(work)
        if self.unheard:
            raise OperationalError("COMMIT", (), ConnectionError())
        return result

    async def read(self, work: Work[T]) -> T:
        return await self._db.read(work)

    @property
    def waiting(self) -> int:
        return self._db.waiting

    async def close(self) -> None:
        await self._db.close()


@pytest.mark.parametrize("seize", [False, True])
async def test_what_was_taken_without_hearing_of_it_runs_out_and_is_taken_again(
    db: Database, seize: bool
) -> None:
    away = Refusing(db)
    one = Leases(away, seize=seize)
    away.unheard = True
    with pytest.raises(OperationalError):
        await one.take("users/1")
    away.unheard = False
    await _run_out(db, one.owner)
    await one.renew()
    assert await one.take("users/1") is not None


async def test_what_could_not_be_given_back_runs_out(db: Database) -> None:
    away, other = Refusing(db), Leases(db)
    one = Leases(away)
    assert await one.take("users/1")
    away.refused = True
    with pytest.raises(OperationalError):
        await one.release(["users/1"])
    away.refused = False
    await _run_out(db, one.owner)
    await one.renew()
    assert await other.take("users/1") is not None


async def test_a_name_that_was_forgotten_while_its_owner_slept_is_taken_again(db: Database) -> None:
    one = Leases(db)
    assert await one.take("process/1")
    await db.write(lambda conn: conn.execute(sa.delete(leases)))
    await one.renew()
    assert await one.take("process/1") is not None
