"""What work costs: the counters count it, and what was used without it is taken off."""

from __future__ import annotations

import asyncpg  # type: ignore[import-untyped]
from redis.asyncio import Redis

from benchmarks.capacity import UNITS, Costs
from benchmarks.load.counters import Used, of_postgres, of_redis
from tests.stories.product import eventually


def test_what_the_stack_uses_anyway_is_taken_off() -> None:
    costs = Costs(idle=Used(api=10, commits=1))
    costs.note("an order", Used(api=300, commits=210, rows=1000), seconds=10, count=100)
    assert costs.kinds["an order"] == Used(api=2, commits=2, rows=10)


def test_only_counters_that_moved_are_told_and_each_has_its_words() -> None:
    costs = Costs(kinds={"an order": Used(api=2.5), "a page": Used(api=0.25, commands=3)})
    assert costs.text().splitlines() == [
        "|  | an order | a page |",
        "| --- | --- | --- |",
        "| HTTP cpu ms | 2.5 | 0.25 |",
        "| Redis commands | 0 | 3 |",
    ]
    assert set(UNITS) == set(Used.__dataclass_fields__)


async def test_postgresql_tells_its_commits_rows_and_processor(postgres_url: str) -> None:
    before = await of_postgres(postgres_url)
    connection = await asyncpg.connect(postgres_url)
    await connection.execute("CREATE TABLE t (a int)")
    for number in range(50):
        await connection.execute("INSERT INTO t VALUES ($1)", number)
    await connection.close()

    async def more() -> dict[str, float]:
        return {name: value - before[name] for name, value in (await of_postgres(postgres_url)).items()}

    # A server process tells what it did when it ends.
    seen = await eventually(
        more, lambda seen: seen["rows"] >= 50 and seen["commits"] >= 51 and seen["backends"] == 0
    )
    assert seen["wal_kib"] > 0
    assert before["postgres"] > 0


async def test_redis_tells_its_commands(redis_url: str) -> None:
    before = await of_redis(redis_url)
    client: Redis = Redis.from_url(redis_url)
    for _ in range(20):
        await client.get("nothing")
    after = await of_redis(redis_url)
    await client.aclose()
    assert after["commands"] - before["commands"] >= 20
    assert after["redis"] >= before["redis"] > 0
