"""Whether this process should be given work: each part it needs is asked, at the same time, with little patience.

Without its database, on old tables, with a wrong clock or on its way out it takes none. Without Redis it does: orders
and cancels need the database alone, and every other process lacks Redis, too.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from orchestrator.bus import Bus
from orchestrator.state import Clock, system_clock
from orchestrator.storage import migrations
from orchestrator.storage.db import Database
from orchestrator.telemetry import metrics

PATIENCE = 2.0  # seconds for all questions together
SKEW = 5.0  # seconds between two clocks from which logins, leases and what expires go wrong


class Part(StrEnum):
    DATABASE = "database"
    MIGRATIONS = "migrations"
    CLOCK = "clock"
    BUS = "bus"
    STAYING = "staying"


NEEDED = frozenset({Part.DATABASE, Part.MIGRATIONS, Part.CLOCK, Part.STAYING})


@dataclass(frozen=True, slots=True)
class Answer:
    """`words`: for whoever may ask, so without addresses or what a library said."""

    part: Part
    ok: bool
    words: str


@dataclass(frozen=True, slots=True)
class Readiness:
    answers: tuple[Answer, ...]

    @property
    def ready(self) -> bool:
        return all(one.ok for one in self.answers if one.part in NEEDED)

    @property
    def whole(self) -> bool:
        return all(one.ok for one in self.answers)

    @property
    def words(self) -> str:
        """What is wrong."""
        return "; ".join(one.words for one in self.answers if not one.ok)


async def look(db: Database, bus: Bus, *, draining: bool, clock: Clock = system_clock) -> Readiness:
    """Never raises and never takes much longer than `PATIENCE`. `clock`: this machine's."""
    staying = Answer(Part.STAYING, not draining, "it is shutting down" if draining else "it stays")
    asked = await asyncio.gather(_database(db, clock), _migrations(db), _bus(bus, clock))
    skews = [skew for _, skew in asked if skew is not None]
    answers = (*(answer for answer, _ in asked), _judged(skews), staying)
    for one in answers:
        metrics.PART_UP.labels(one.part.value).set(one.ok)
    return Readiness(answers)


Asked = tuple[Answer, float | None]


async def _asked(part: Part, ask: Callable[[], Awaitable[Asked]]) -> Asked:
    try:
        async with asyncio.timeout(PATIENCE):
            return await ask()
    except (SQLAlchemyError, RedisError, OSError, RuntimeError, TimeoutError):
        name = {Part.BUS: "Redis"}.get(part, "the database")
        return Answer(part, False, f"{name} does not answer"), None


async def _database(db: Database, clock: Clock) -> Asked:
    async def ask() -> Asked:
        if db.dialect == "sqlite":  # a file of this machine has no clock of its own
            await db.read(lambda conn: conn.execute(text("SELECT 1")).scalar())
            return Answer(Part.DATABASE, True, "the database answers"), None
        began = time.monotonic()
        there = await db.read(lambda conn: conn.execute(text("SELECT clock_timestamp()")).scalar_one())
        skew = _skew(there, clock(), time.monotonic() - began)
        metrics.CLOCK_SKEW.labels("database").set(skew)
        return Answer(Part.DATABASE, True, "the database answers"), skew

    return await _asked(Part.DATABASE, ask)


async def _migrations(db: Database) -> Asked:
    async def ask() -> Asked:
        behind = migrations.lacks(await migrations.current(db))
        words = "the database lacks a migration" if behind else "the tables are as this version needs them"
        return Answer(Part.MIGRATIONS, not behind, words), None

    return await _asked(Part.MIGRATIONS, ask)


async def _bus(bus: Bus, clock: Clock) -> Asked:
    async def ask() -> Asked:
        began = time.monotonic()
        there = await bus.time()
        if there is None:
            return Answer(Part.BUS, True, "events stay inside this process"), None
        skew = _skew(there, clock(), time.monotonic() - began)
        metrics.CLOCK_SKEW.labels("redis").set(skew)
        return Answer(Part.BUS, True, "Redis answers"), skew

    return await _asked(Part.BUS, ask)


def _skew(there: datetime, here: datetime, took: float) -> float:
    """Seconds that we are ahead, as little as the time that asking took allows."""
    ahead = (here - there.astimezone(UTC)).total_seconds()
    return ahead - took if ahead > took else min(ahead, 0.0)


def _judged(skews: list[float]) -> Answer:
    worst = max(skews, key=abs, default=0.0)
    if abs(worst) > SKEW:
        return Answer(Part.CLOCK, False, f"this machine's clock is wrong by {abs(worst):.0f} s")
    return Answer(Part.CLOCK, True, "the clocks agree")
