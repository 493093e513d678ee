"""Guessing and mass sign-ups are slowed down over all processes, and nobody is remembered for longer than it counts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import select

from orchestrator.config import Settings
from orchestrator.errors import Problem
from orchestrator.identity import brake
from orchestrator.storage.db import Database, open_database
from orchestrator.tables.identity import attempts
from tests.orchestrator.conftest import PASSWORD, Watch

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
ASHA = {"address": "203.0.113.7", "email": "asha@trademaster.test"}


@pytest.fixture
async def processes(database_settings: Settings) -> AsyncIterator[tuple[Database, Database]]:
    """Two connections to one database, as two processes have them."""
    one, two = open_database(database_settings), open_database(database_settings)
    yield one, two
    await one.close()
    await two.close()


async def refused(db: Database, now: datetime = NOW, **who: str) -> str | None:
    """How many seconds to wait, None for an attempt that may go on."""
    try:
        await brake.try_login(db, **{**ASHA, **who}, most=3, now=now)
    except Problem as problem:
        return problem.headers["retry-after"]
    return None


async def test_failures_in_one_process_count_in_the_other(processes: tuple[Database, Database]) -> None:
    one, two = processes
    for db in (one, two, one):
        assert await refused(db) is None
    assert await refused(two, NOW + timedelta(seconds=20)) == "40"
    assert await refused(two, NOW + timedelta(seconds=60)) is None


async def test_another_address_of_the_same_subscriber_is_no_new_beginning(
    processes: tuple[Database, Database],
) -> None:
    db, _ = processes
    for number in range(3):
        assert await refused(db, address=f"2001:db8:0:1::{number}") is None
    assert await refused(db, address="2001:db8:0:1:ffff::") == "60"
    assert await refused(db, address="2001:db8:0:2::") is None


async def test_a_success_forgets_the_failures_of_its_pair_and_none_of_others(
    processes: tuple[Database, Database],
) -> None:
    db, _ = processes
    for number in range(12):
        assert await refused(db, email=f"{number}@trademaster.test") is None
    for _ in range(3):
        assert await refused(db) is None
    assert await refused(db, email="new@trademaster.test") == "60", "five times as many from one address"
    assert await refused(db, address="198.51.100.4") is None, "another address may"
    await brake.logged_in(db, **ASHA)
    assert await refused(db) is None
    assert await refused(db) == "60"


async def test_what_counts_no_more_is_erased_and_what_counts_names_nobody(
    processes: tuple[Database, Database],
) -> None:
    db, _ = processes
    for second in (0, 1):
        await refused(db, NOW + timedelta(seconds=second))
    await refused(db, NOW + timedelta(seconds=61), email="ravi@trademaster.test")
    keys = await db.read(lambda conn: list(conn.execute(select(attempts.c.key)).scalars()))
    assert len(keys) == 2
    assert all(len(key) == 64 for key in keys)


async def test_sign_ups_from_one_address_are_limited_by_the_hour(
    client: httpx.AsyncClient, watch: Watch
) -> None:
    async def sign_up(number: int) -> int:
        body = {"email": f"{number}@trademaster.test", "password": PASSWORD if number < 2 else "short"}
        return (await client.post("/v1/users/signup", json=body)).status_code

    assert [await sign_up(number) for number in range(21)] == [201] * 2 + [422] * 18 + [429]
    watch.pass_time(minutes=60)
    assert await sign_up(1) == 409
