"""What each job of the plan (`jobs/plan.py`) does: bound to the parts that do it, wiring only."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection, select

from domain.account import UserId
from orchestrator import meta
from orchestrator.backups.crypt import BadBackup
from orchestrator.backups.nightly import make_nightly
from orchestrator.charges import asking
from orchestrator.config import Settings
from orchestrator.identity.claims import Role
from orchestrator.identity.repository import add_notice
from orchestrator.instruments.service import Instruments
from orchestrator.jobs import plan, rows
from orchestrator.jobs.rows import Outcome, Run
from orchestrator.jobs.runner import Claim, Job, NotDone, NothingToDo
from orchestrator.market.keeping import CandleKeeper
from orchestrator.orders.evening_books import compare_books
from orchestrator.orders.trading import Trading
from orchestrator.performance.evenings import Evenings
from orchestrator.pruning import Pruned, prune
from orchestrator.state import Clock
from orchestrator.storage.db import Database
from orchestrator.tables.identity import users

KEPT = timedelta(days=90)  # that the history of jobs tells of
CHARGED = timedelta(days=5)  # back to which brokers are asked what they charged
NOTICE = "job_failed"


def jobs(
    *,
    db: Database,
    clock: Clock,
    instruments: Instruments,
    candles: CandleKeeper,
    evenings: Evenings,
    trading: Trading,
    pruned: list[Pruned],
    settings: Settings,
) -> Iterator[Job]:
    """Every job of the plan."""

    async def load_instruments(_claim: Claim) -> str:
        lacking = await instruments.load_due()
        if lacking:
            raise NotDone("not loaded: " + ", ".join(sorted(lacking)))
        return f"{len(instruments)} instruments are listed"

    async def keep_evenings(_claim: Claim) -> str:
        return f"{await evenings.look()} accounts' evenings were kept"

    async def settle_candles(_claim: Claim) -> str:
        settled, left = await candles.settle()
        return f"{settled} instruments' days were settled; {left} wait for somebody to tell"

    async def prune_candles(_claim: Claim) -> str:
        return f"{await candles.prune()} minutes were forgotten"

    async def ask_charges(_claim: Claim) -> str:
        return f"{await asking.ask_since(trading, clock() - CHARGED)} fills waited to be asked about"

    async def books(_claim: Claim) -> str:
        found = await compare_books(trading)
        if found.unread:
            raise NotDone(found.words)
        return found.words

    async def forget_runs(_claim: Claim) -> str:
        def work(conn: Connection) -> int:
            return rows.forget(conn, rows.server_time(conn) - KEPT)

        return f"{await db.write(work)} runs were forgotten"

    async def forget_events(_claim: Claim) -> str:
        gone = await prune(db, pruned, clock())
        return ", ".join(f"{count} of {table}" for table, count in gone.items()) + " were forgotten"

    async def back_up(claim: Claim) -> str:
        if not settings.backup_folder:
            raise NothingToDo("no folder for backups is named: TRADEMASTER_BACKUP_FOLDER")
        try:
            return await make_nightly(settings, claim.run.due_at, version=meta.own_version(), now=clock())
        except BadBackup as error:
            raise NotDone(str(error)) from error

    yield Job(plan.INSTRUMENTS, load_instruments)
    yield Job(plan.EVENINGS, keep_evenings)
    yield Job(plan.CANDLES, settle_candles)
    yield Job(plan.OLD_CANDLES, prune_candles)
    yield Job(plan.CHARGES, ask_charges)
    yield Job(plan.BOOKS, books)
    yield Job(plan.HISTORY, forget_runs)
    yield Job(plan.OLD_EVENTS, forget_events)
    yield Job(plan.BACKUP, back_up)


async def tell_operators(run: Run, outcome: Outcome, words: str, *, db: Database, clock: Clock) -> None:
    """Of a job that was given up. A notice each: who keeps the installation is told as everybody is."""
    if outcome is not Outcome.FAILED:
        return
    text = f"The job {run.job} failed {run.attempt} times and was given up: {words}"
    await db.write(partial(_notices, run=run, text=text, now=clock()))


def _notices(conn: Connection, run: Run, text: str, now: datetime) -> None:
    query = select(users.c.id).where(users.c.role == Role.OPERATOR.value, users.c.disabled_at.is_(None))
    for one in conn.execute(query).scalars().all():
        add_notice(conn, UserId(one), NOTICE, run.job, text, now)
