"""Commands about what is done on a schedule."""

from __future__ import annotations

from typing import Annotated

import typer
from sqlalchemy import Connection

from domain.calendar import Calendar
from orchestrator.audit.actions import Action
from orchestrator.audit.record import Actor, audited
from orchestrator.commands import installation
from orchestrator.jobs import rows
from orchestrator.jobs.plan import PLANS
from orchestrator.jobs.rows import Outcome, Run
from orchestrator.schemas import in_ist
from orchestrator.server import CannotStart
from orchestrator.state import system_clock
from orchestrator.trading_days.rows import special_days, standing

commands = typer.Typer()
jobs = typer.Typer(help="What is done on a schedule, by one of all processes.", no_args_is_help=True)
commands.add_typer(jobs, name="jobs")

Name = Annotated[str, typer.Argument(help="Of the job; `orchestrator jobs list`.")]


@jobs.command("list")
def list_jobs() -> None:
    """What is done when, and how it went last. The exit code is 1 when the last run of one failed."""

    def read(conn: Connection) -> list[dict[str, Run]]:
        return [rows.last_ended(conn, Outcome.DONE), rows.last_ended(conn, Outcome.FAILED)]

    done, failed = installation.read(read)
    special = special_days(installation.read(standing))
    calendar, now, failing = Calendar(special=special), system_clock(), 0
    for name, plan in PLANS.items():
        due, good, bad = plan.schedule.next(now, calendar), done.get(name), failed.get(name)
        broken = bad is not None and (good is None or good.due_at < bad.due_at)
        failing += broken
        last = bad if broken else good
        how = (
            f"{last.outcome} at {in_ist(last.ended_at)}: {last.words}" if last and last.ended_at else "never"
        )
        typer.echo(f"{name}: {plan.tells}")
        typer.echo(f"    {plan.schedule.words}; next {in_ist(due) if due else '-'}")
        typer.echo(f"    {how}")
    raise typer.Exit(1 if failing else 0)


@jobs.command()
def history(
    name: Name, limit: Annotated[int, typer.Option("--limit", help="So many of the latest.")] = 30
) -> None:
    """Every time that a job was done, or was not, and why."""
    _known(name)
    for run in installation.read(lambda conn: rows.history(conn, name, limit=limit)):
        state = run.outcome or ("open" if run.claimed_by is None else f"at {run.claimed_by}")
        asked = f" (asked by {run.asked_by})" if run.asked_by else ""
        typer.echo(f"{in_ist(run.due_at)}  {state:8} try {run.attempt}{asked}  {run.words}".rstrip())


@jobs.command()
def run(name: Name) -> None:
    """Have a job done now by the running product, within a quarter of a minute."""
    _known(name)

    def work(conn: Connection) -> bool:
        now = system_clock()
        _, new = rows.ask(conn, name, now, rows.server_time(conn), by="command")
        if new:
            by = Actor.command("jobs run")
            audited(conn, user_id=None, actor=by, action=Action.JOB_ASKED, at=now, subject=name)
        return new

    new = installation.write(work, lock=f"job:{name}")
    asked = "is asked for" if new else "was asked for before and is not over"
    typer.echo(f"{name} {asked}; see `orchestrator jobs history '{name}'`.")


def _known(name: str) -> None:
    if name not in PLANS:
        raise CannotStart(f"there is no job {name}: {', '.join(PLANS)}")
