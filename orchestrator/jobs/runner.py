"""Does what is due. Of all processes that could, one does: who claims a run renews the claim while it is at it, and a
run whose process is gone is claimed by another a minute later.

A job may therefore be begun again from the start: it is written so that doing it twice changes nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from domain.calendar import IST, Calendar
from orchestrator.jobs import rows
from orchestrator.jobs.plan import Missed, Plan
from orchestrator.jobs.rows import LASTS, Outcome, Run
from orchestrator.state import Clock
from orchestrator.storage.db import Database
from orchestrator.telemetry.metrics import JOB_FAILURES

log = structlog.get_logger(__name__)

LOOK = 15.0  # seconds between two looks at what is due
RENEW = 15.0  # seconds between two renewals of a claim
STOPPED = "the process was stopped; it begins again"


class NotDone(Exception):
    """What could not be done, and why, in words for whoever looks at the history. It is tried again."""


class NothingToDo(Exception):
    """It is not wanted here, and why."""


class ClaimLost(Exception):
    """Another process took the run over: write nothing more."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The run that this process is at."""

    run: Run

    @property
    def day(self) -> date:
        """The IST day at which it was due."""
        return self.run.due_at.astimezone(IST).date()

    def fenced(self, conn: Connection) -> None:
        """In a transaction of the job's own: it only commits while the claim holds. Raises ClaimLost."""
        if not rows.still(conn, self.run):
            raise ClaimLost(self.run.job)


@dataclass(frozen=True, slots=True)
class Job:
    """`run` returns what was done, for the history. What it raises is a failure, and it is tried again."""

    plan: Plan
    run: Callable[[Claim], Coroutine[Any, Any, str]]


Told = Callable[[Run, Outcome, str], Awaitable[None]]


async def _nobody(run: Run, outcome: Outcome, words: str) -> None:
    """Where nobody needs to hear how a run ended."""


class Runner:
    """Owned by one event loop; several processes may have one. `told` hears of every run that ended here.

    `server_time` is the database's time, by which claims end.
    """

    def __init__(
        self,
        db: Database,
        clock: Clock,
        calendar: Calendar,
        *,
        holder: str,
        told: Told = _nobody,
        server_time: Callable[[Connection], datetime] = rows.server_time,
        renew: float = RENEW,
    ) -> None:
        self._db, self._clock, self._calendar, self._holder = db, clock, calendar, holder
        self._told, self._server_time, self._renew_pause = told, server_time, renew
        self._jobs: dict[str, Job] = {}
        self._planned: dict[str, datetime | None] = {}
        self._at: dict[str, asyncio.Task[None]] = {}
        self._wake = asyncio.Event()

    def add(self, jobs: Iterable[Job]) -> None:
        self._jobs |= {job.plan.name: job for job in jobs}

    async def run(self) -> None:
        """Until cancelled; what is under way then is given back, and begun again by whoever looks next."""
        try:
            while True:
                self._wake.clear()
                await self.step()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LOOK):
                        await self._wake.wait()
        finally:
            await self._stop()

    def look(self) -> None:
        """Soon: somebody asked for a run."""
        self._wake.set()

    async def step(self) -> None:
        """Begin everything that is due and that nobody is at."""
        now = self._clock()
        newest = {name: job.plan.schedule.newest(now, self._calendar) for name, job in self._jobs.items()}
        waiting = {run.job for run in await self._db.read(rows.open_runs)}
        for name, job in self._jobs.items():
            planned = self._planned.get(name, now) == newest[name]
            if name in self._at or (planned and name not in waiting):
                continue
            run = await self._db.write(partial(self._take, job=job, now=now), lock=f"job:{name}")
            self._planned[name] = newest[name]
            if run is not None:
                task = asyncio.create_task(self._carry_out(job, run), name=f"job {name}")
                self._at[name] = task
                task.add_done_callback(partial(self._over, name))

    async def settled(self) -> None:
        """When nothing is under way here."""
        while self._at:
            await asyncio.wait(self._at.values())
            await asyncio.sleep(0)

    def _take(self, conn: Connection, job: Job, now: datetime) -> Run | None:
        """Write down what is due, and claim the earliest of it."""
        plan, moment = job.plan, self._server_time(conn)
        newest = plan.schedule.newest(now, self._calendar)
        if newest is not None:
            since = rows.latest_due(conn, plan.name)
            if since is None:
                rows.begin_with_next(conn, plan.name, newest, moment)
            elif since < newest:
                due = [newest]
                if plan.missed is Missed.EACH:
                    due = plan.schedule.missed(since, now, self._calendar)
                else:
                    rows.supersede(conn, plan.name, newest, moment)
                for one in due:
                    rows.put(conn, plan.name, one, moment)
        return rows.claim(conn, plan.name, self._holder, moment, len(plan.retries) + 1)

    async def _carry_out(self, job: Job, run: Run) -> None:
        claimed = asyncio.get_running_loop().time()
        work = asyncio.create_task(job.run(Claim(run)), name=f"work of {run.job}")
        try:
            held = await self._while_held(work, run, claimed)
        except asyncio.CancelledError:
            await _cancelled(work)
            await self._give_back(run, timedelta(0), STOPPED)
            raise
        if not held:
            await _cancelled(work)
            log.warning("job_lost", job=run.job, due_at=run.due_at.isoformat(), attempt=run.attempt)
            return
        await self._ended(job, run, work)

    async def _while_held(self, work: asyncio.Future[str], run: Run, renewed: float) -> bool:
        """Wait for the work; False when the claim was lost before it ended."""
        loop, last = asyncio.get_running_loop(), LASTS.total_seconds()
        while True:
            await asyncio.wait({work}, timeout=self._renew_pause)
            if work.done():
                return True
            asked = loop.time()
            try:
                if not await self._db.write(lambda conn: rows.renew(conn, run, self._server_time(conn))):
                    return False
                renewed = asked
            except (SQLAlchemyError, OSError) as error:
                log.warning("job_not_renewed", job=run.job, error=type(error).__name__)
                if loop.time() - renewed >= last:
                    return False

    async def _ended(self, job: Job, run: Run, work: asyncio.Future[str]) -> None:
        outcome, words = self._outcome(run, work)
        if outcome is None:
            return
        if outcome is Outcome.FAILED:
            JOB_FAILURES.labels(run.job).inc()
        if outcome is Outcome.FAILED and run.attempt <= len(job.plan.retries):
            await self._give_back(run, timedelta(seconds=job.plan.retries[run.attempt - 1]), words)
            return
        if await self._db.write(lambda conn: rows.end(conn, run, self._server_time(conn), outcome, words)):
            log.info("job_ended", job=run.job, due_at=run.due_at.isoformat(), outcome=outcome, words=words)
            await self._told(run, outcome, words)

    def _outcome(self, run: Run, work: asyncio.Future[str]) -> tuple[Outcome | None, str]:
        """None: another process has it."""
        failure = asyncio.CancelledError() if work.cancelled() else work.exception()
        if failure is None:
            return Outcome.DONE, work.result()
        if isinstance(failure, ClaimLost):
            return None, ""
        if isinstance(failure, NothingToDo):
            return Outcome.SKIPPED, str(failure)
        if isinstance(failure, NotDone):
            return Outcome.FAILED, str(failure)
        log.error("job_failed", job=run.job, attempt=run.attempt, exc_info=failure)
        # What a bug says may tell of a user: that stays in the log.
        return Outcome.FAILED, f"failed ({type(failure).__name__}): see the log of the process"

    async def _give_back(self, run: Run, pause: timedelta, words: str) -> None:
        await self._db.write(lambda conn: rows.give_back(conn, run, self._server_time(conn) + pause, words))
        log.info("job_again", job=run.job, after=pause.total_seconds(), words=words)

    def _over(self, name: str, task: asyncio.Task[None]) -> None:
        del self._at[name]
        self._wake.set()  # the next of what was missed
        if not task.cancelled() and (bug := task.exception()) is not None:
            log.error("job_not_recorded", job=name, exc_info=bug)  # its claim ends, and it is done again

    async def _stop(self) -> None:
        tasks = list(self._at.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _cancelled(work: asyncio.Future[str]) -> None:
    work.cancel()
    await asyncio.wait({work})
