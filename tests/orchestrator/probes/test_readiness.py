"""A process that should not be given work says so, and why."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI
from redis.exceptions import ConnectionError as RedisAway
from sqlalchemy import text

from orchestrator.bus import Bus, LocalBus
from orchestrator.config import Settings
from orchestrator.probes.readiness import PATIENCE, Part, Readiness, look
from orchestrator.redis_bus import RedisBus
from orchestrator.state import system_clock
from orchestrator.storage import migrations
from orchestrator.storage.db import Database, open_database


class LostBus(LocalBus):
    """As one whose server is away, or silent."""

    def __init__(self, *, silent: bool = False) -> None:
        super().__init__()
        self._silent = silent

    async def time(self) -> datetime | None:
        if self._silent:
            await asyncio.Event().wait()
        raise RedisAway("connection to 10.1.2.3 refused")


def wrong(seen: Readiness) -> set[Part]:
    return {one.part for one in seen.answers if not one.ok}


async def test_every_part_answers(db: Database, bus: Bus) -> None:
    seen = await look(db, bus, draining=False)
    assert (seen.ready, seen.whole, wrong(seen)) == (True, True, set())
    assert {one.part for one in seen.answers} == set(Part)


async def test_without_redis_it_takes_work_and_says_that_it_lacks_it(db: Database) -> None:
    seen = await look(db, LostBus(), draining=False)
    assert (seen.ready, seen.whole, wrong(seen)) == (True, False, {Part.BUS})
    assert "10.1.2.3" not in seen.words


async def test_a_part_that_never_answers_holds_nobody_up(db: Database) -> None:
    async with asyncio.timeout(PATIENCE + 10):
        assert wrong(await look(db, LostBus(silent=True), draining=False)) == {Part.BUS}


async def test_without_its_database_it_takes_no_work(database_settings: Settings) -> None:
    database = open_database(database_settings)
    await database.read(lambda conn: conn.execute(text("SELECT 1")).scalar())
    await database.close()
    if database.dialect == "postgresql":
        away = database_settings.model_copy(update={"database_url": "postgresql://nobody@127.0.0.1:1/none"})
        database = open_database(away)
    seen = await look(database, LocalBus(), draining=False)
    assert not seen.ready
    assert wrong(seen) == {Part.DATABASE, Part.MIGRATIONS}


async def test_tables_of_before_are_not_ready_and_those_of_a_later_version_are(db: Database) -> None:
    newest = str(migrations.newest())

    async def stamp(revision: str) -> None:
        change = text("UPDATE alembic_version SET version_num = :it")
        await db.write(lambda conn: conn.execute(change, {"it": revision}) and None)

    await stamp("0000")
    assert wrong(await look(db, LocalBus(), draining=False)) == {Part.MIGRATIONS}
    await stamp("9999")  # expanded by the next version, which is being rolled out beside us
    assert (await look(db, LocalBus(), draining=False)).ready
    await stamp(newest)


@pytest.mark.parametrize("hours", [-1, 1])
async def test_a_machine_whose_clock_is_wrong_takes_no_work(
    postgres_with_tables: str, redis_url: str, hours: int
) -> None:
    def wrong_clock() -> datetime:
        return datetime.now(UTC) + timedelta(hours=hours)

    database = open_database(Settings(database_url=postgres_with_tables, _env_file=None))
    bus = RedisBus(redis_url)
    await bus.start()
    try:
        assert (await look(database, bus, draining=False, clock=system_clock)).ready
        seen = await look(database, bus, draining=False, clock=wrong_clock)
        assert wrong(seen) == {Part.CLOCK}
        assert "wrong by 3600 s" in seen.words
    finally:
        await bus.close()
        await database.close()


async def test_it_is_not_ready_once_it_was_told_to_end(app: FastAPI, client: httpx.AsyncClient) -> None:
    assert (await client.get("/readyz")).status_code == 200
    app.state.draining = True
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()["code"]) == (503, "not_ready")
    assert "shutting down" in answer.json()["detail"]
    assert (await client.get("/livez")).status_code == 200  # it lives, and finishes what it has
