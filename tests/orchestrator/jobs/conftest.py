"""Runners over one database, with a clock each that the test moves: the product's, and the database's own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

import pytest

from domain.calendar import Calendar
from orchestrator.config import Settings
from orchestrator.jobs import rows
from orchestrator.jobs.plan import Missed, Plan
from orchestrator.jobs.rows import Outcome, Run
from orchestrator.jobs.runner import Claim, Job, Runner
from orchestrator.jobs.schedule import Schedule
from orchestrator.storage.db import Database, open_database
from tests.orchestrator.conftest import Watch

DAILY = Plan("daily", "A job of a test.", Schedule(time(8, 30)), retries=(30, 60))
EACH = Plan("each", "A job of a test.", Schedule(time(8, 30)), missed=Missed.EACH, retries=(30,))


@dataclass
class Office:
    """Processes that share a database. `clock` is the product's time, `server` the database's."""

    db: Database
    clock: Watch = field(default_factory=Watch)
    server: Watch = field(default_factory=lambda: Watch(datetime(2030, 1, 1, tzinfo=UTC)))
    told: list[tuple[str, Outcome, str]] = field(default_factory=list)

    def process(self, holder: str, *jobs: Job, renew: float = 0.01) -> Runner:
        runner = Runner(
            self.db,
            self.clock,
            Calendar(),
            holder=holder,
            told=self._heard,
            server_time=lambda _conn: self.server.now,
            renew=renew,
        )
        runner.add(jobs)
        return runner

    async def days_pass(self, days: int = 1) -> None:
        self.clock.now += timedelta(days=days)
        self.server.now += timedelta(days=days)

    async def begun(self, runner: Runner) -> None:
        """The job is known; from now on times are caught up."""
        await runner.step()
        await runner.settled()

    async def runs(self, job: str) -> list[Run]:
        """The earliest first, without the row of a job that is new."""
        found = await self.db.read(lambda conn: rows.history(conn, job))
        return [run for run in reversed(found) if not run.words.startswith("new here")]

    async def _heard(self, run: Run, outcome: Outcome, words: str) -> None:
        self.told.append((run.job, outcome, words))


@dataclass
class Work:
    """What a job does: writes down its day, then what the test says."""

    days: list[str] = field(default_factory=list)
    then: Callable[[Claim], str] = lambda _claim: "well"

    async def __call__(self, claim: Claim) -> str:
        self.days.append(f"{claim.day:%d}")
        return self.then(claim)


@pytest.fixture
async def office(database_settings: Settings) -> AsyncIterator[Office]:
    db = open_database(database_settings)
    yield Office(db)
    await db.close()
