"""What is done on a schedule, for operators: when it was done last, what failed, and doing it now."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy import Connection
from starlette.requests import Request

from orchestrator.audit.actions import Action
from orchestrator.audit.record import audited
from orchestrator.errors import not_found, problems
from orchestrator.identity.doing import Acting
from orchestrator.identity.proof import Operator
from orchestrator.jobs import rows
from orchestrator.jobs.plan import PLANS, Missed, Plan
from orchestrator.jobs.rows import Outcome, Run
from orchestrator.schemas import AskedTime, Out, Time
from orchestrator.state import Db, Hours, Now

router = APIRouter(prefix="/v1/operator/jobs", tags=["operator"])

ASKED_BY = "operator"


class JobRunOut(Out):
    """One time that a job was, is or will be done. `due_at` names it. While `outcome` is null it is not over:
    `running` tells whether a process is at it; `words` then are those of the try before."""

    due_at: Time
    asked_by: str
    attempt: int
    process: str | None
    started_at: Time | None
    ended_at: Time | None
    outcome: Outcome | None
    words: str
    running: bool

    @staticmethod
    def of(run: Run, now: datetime) -> JobRunOut:
        return JobRunOut(
            due_at=run.due_at,
            asked_by=run.asked_by or "schedule",
            attempt=run.attempt,
            process=run.claimed_by,
            started_at=run.started_at,
            ended_at=run.ended_at,
            outcome=run.outcome,
            words=run.words,
            running=run.held(now),
        )


class JobOut(Out):
    """`when` and `tells` are for people. `last_done` and `last_failed`: the latest that ended so. `open`: what waits
    or is being done. `failing`: it failed after it was done last, or what is open failed before."""

    name: str
    tells: str
    when: str
    missed: Missed
    next_due_at: Time | None
    last_done: JobRunOut | None
    last_failed: JobRunOut | None
    open: JobRunOut | None
    failing: bool


class JobsOut(Out):
    items: list[JobOut]


class JobRunsOut(Out):
    """The newest first. `next`: ask for those `before` it; null at the end."""

    items: list[JobRunOut]
    next: str | None


@router.get("", responses=problems(401, 403))
async def list_jobs(_operator: Operator, db: Db, clock: Now, calendar: Hours) -> JobsOut:
    """Everything that is done on a schedule, by one of all processes."""

    def read(conn: Connection) -> JobsOut:
        now = rows.server_time(conn)
        done, failed = (rows.last_ended(conn, outcome) for outcome in (Outcome.DONE, Outcome.FAILED))
        waiting = {run.job: run for run in reversed(rows.open_runs(conn))}

        def out(plan: Plan) -> JobOut:
            good, bad, open_run = done.get(plan.name), failed.get(plan.name), waiting.get(plan.name)
            return JobOut(
                name=plan.name,
                tells=plan.tells,
                when=plan.schedule.words,
                missed=plan.missed,
                next_due_at=plan.schedule.next(clock(), calendar),
                last_done=good and JobRunOut.of(good, now),
                last_failed=bad and JobRunOut.of(bad, now),
                open=open_run and JobRunOut.of(open_run, now),
                failing=(bad is not None and (good is None or good.due_at < bad.due_at))
                or (open_run is not None and open_run.words != ""),
            )

        return JobsOut(items=[out(plan) for plan in PLANS.values()])

    return await db.read(read)


@router.get("/{name}/runs", responses=problems(401, 403, 404))
async def list_job_runs(
    name: str,
    _operator: Operator,
    db: Db,
    before: Annotated[AskedTime | None, Query(description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> JobRunsOut:
    """The history of one job; ninety days of it are kept."""
    _known(name)

    def read(conn: Connection) -> tuple[list[Run], datetime]:
        return rows.history(conn, name, before=before, limit=limit + 1), rows.server_time(conn)

    found, now = await db.read(read)
    items = [JobRunOut.of(run, now) for run in found[:limit]]
    return JobRunsOut(items=items, next=found[limit - 1].due_at.isoformat() if len(found) > limit else None)


@router.post("/{name}/runs", status_code=202, responses=problems(401, 403, 404))
async def run_job(
    name: str, _operator: Operator, doer: Acting, db: Db, clock: Now, request: Request
) -> JobRunOut:
    """Have it done now. Where that was asked before and is not over, the same run is answered, and done once."""
    _known(name)
    now = clock()

    def work(conn: Connection) -> tuple[Run, datetime]:
        moment = rows.server_time(conn)
        asked, new = rows.ask(conn, name, now, moment, by=ASKED_BY)
        if new:
            audited(conn, user_id=None, actor=doer.actor, action=Action.JOB_ASKED, at=now, subject=name)
        return asked, moment

    run, moment = await db.write(work, lock=f"job:{name}")
    if (runner := getattr(request.app.state, "jobs", None)) is not None:
        runner.look()
    return JobRunOut.of(run, moment)


def _known(name: str) -> None:
    if name not in PLANS:
        raise not_found("job")
