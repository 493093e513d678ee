"""What the database tells: whether it is whole and up to date, and whether what should happen does."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection

from domain.account import AccountState
from domain.calendar import Calendar
from orchestrator.audit.keeper import ChainBroken, checked_head
from orchestrator.audit.rows import count_waiting
from orchestrator.audit.seal import Seal
from orchestrator.audit.witness import Witness
from orchestrator.config import Settings
from orchestrator.doctor.finding import Finding, fail, ok, warn
from orchestrator.instruments import repository as instruments
from orchestrator.instruments.service import last_morning
from orchestrator.jobs import rows as job_rows
from orchestrator.jobs.plan import BACKUP, PLANS
from orchestrator.jobs.rows import Outcome
from orchestrator.keys import keys
from orchestrator.leases import rows as lease_rows
from orchestrator.leases.presence import WORKS
from orchestrator.orders import finding as orders
from orchestrator.storage.db import Database
from orchestrator.tables.accounts import accounts
from orchestrator.trading_days.rows import special_days, standing

SKEW = 2.0  # seconds between two clocks
LATE = timedelta(minutes=30)  # after which a job that is due should have begun
UNCLEAR = timedelta(minutes=5)  # after which an order without an answer needs a person
BACKED_UP = timedelta(hours=36)


async def look(db: Database, settings: Settings, now: datetime) -> list[Finding]:
    """`now` is this machine's time."""
    return await db.read(lambda conn: list(_all(conn, settings, now)))


def _all(conn: Connection, settings: Settings, now: datetime) -> Iterator[Finding]:
    yield _integrity(conn)
    yield _clock(conn, now)
    yield _processes(conn)
    yield _jobs(conn, settings, now)
    yield _backups(conn, settings, now)
    yield _instruments(conn, now)
    yield _accounts(conn)
    yield _unclear(conn, now)
    yield _log(conn, settings)


def _integrity(conn: Connection) -> Finding:
    if conn.dialect.name != "sqlite":
        size = conn.execute(sa.select(sa.func.pg_database_size(sa.func.current_database()))).scalar_one()
        return ok("database", f"PostgreSQL answers; {size // (1 << 20)} MB")
    said = conn.execute(sa.text("PRAGMA quick_check")).scalars().first()
    pages, each = (conn.execute(sa.text(f"PRAGMA {one}")).scalar_one() for one in ("page_count", "page_size"))
    if said != "ok":
        mend = "stop the product, keep the file, and restore the last backup (docs/how-to/backups.md)"
        return fail("database", f"it is damaged: {said}", mend)
    return ok("database", f"SQLite is whole; {pages * each // (1 << 20)} MB")


def _clock(conn: Connection, now: datetime) -> Finding:
    if conn.dialect.name == "sqlite":
        return ok("clock", "one machine, one clock; brokers' clocks are compared below")
    skew = abs((job_rows.server_time(conn) - datetime.now(UTC)).total_seconds())
    if skew > SKEW:
        mend = "set both by NTP: second factors, leases and what expires go wrong"
        return fail("clock", f"this machine and the database are {skew:.1f} s apart", mend)
    return ok("clock", f"this machine and the database are {skew:.1f} s apart")


def _processes(conn: Connection) -> Finding:
    living = lease_rows.held_now(conn, WORKS)
    if not living:
        mend = "start it (`orchestrator serve`, or a worker): orders are not followed meanwhile"
        return warn("processes", "no process works for accounts now", mend)
    return ok("processes", f"{len(living)} that work for accounts")


def _jobs(conn: Connection, settings: Settings, now: datetime) -> Finding:
    done, failed = (job_rows.last_ended(conn, one) for one in (Outcome.DONE, Outcome.FAILED))
    broken = [
        name
        for name, run in failed.items()
        if name in PLANS and (name not in done or done[name].due_at < run.due_at)
    ]
    if broken:
        mend = f"`orchestrator jobs history '{broken[0]}'` tells why; `orchestrator jobs run '{broken[0]}'` after that"
        return warn("jobs", f"given up: {', '.join(broken)}", mend)
    if settings.clock_url:
        return ok("jobs", "none has failed; a simulated market has its own time")
    calendar = Calendar(always_open=settings.always_open, special=special_days(standing(conn)))
    late = []
    for name, plan in PLANS.items():
        due, known = plan.schedule.newest(now - LATE, calendar), job_rows.latest_due(conn, name)
        if known is not None and due is not None and known < due:
            late.append(name)
    if late:
        return warn("jobs", f"not begun: {', '.join(late)}", "is the product running? `orchestrator health`")
    return ok("jobs", f"{len(PLANS)}, none failed or late")


def _backups(conn: Connection, settings: Settings, now: datetime) -> Finding:
    last, mend = job_rows.last_ended(conn, Outcome.DONE).get(BACKUP.name), "see docs/how-to/backups.md"
    if settings.backup_folder and (lacking := _lacking(settings)):
        return fail("backups", f"none can be made: {lacking}", mend)
    nightly = "" if settings.backup_folder else "; none is made by itself (TRADEMASTER_BACKUP_FOLDER)"
    if last is None:
        words = f"there never was one{nightly}"
        return ok("backups", words) if settings.paper else warn("backups", words, mend)
    age = now - last.due_at
    words = f"the last one was made {age // timedelta(hours=1)} hours ago{nightly}"
    return warn("backups", words, mend) if age > BACKED_UP else ok("backups", words)


def _lacking(settings: Settings) -> str:
    """What a backup of this night would lack; "": nothing."""
    if not Path(settings.backup_folder).is_dir():
        return f"there is no folder {settings.backup_folder}"
    if not settings.backup_recipients:
        return "nobody could open them (TRADEMASTER_BACKUP_RECIPIENTS)"
    if settings.sqlite_path is None and shutil.which("pg_dump") is None:
        return "pg_dump is not installed here"
    return ""


def _instruments(conn: Connection, now: datetime) -> Finding:
    loaded = instruments.loaded(conn)
    if not loaded:
        return warn(
            "instruments", "none was loaded yet", "start the product once, with its brokers reachable"
        )
    morning = last_morning(now - LATE)
    old = sorted(broker.value for broker, at in loaded.items() if at < morning)
    if old:
        mend = "`orchestrator jobs run instruments`; new contracts cannot be traded meanwhile"
        return warn("instruments", f"older than this morning: {', '.join(old)}", mend)
    return ok("instruments", f"of {len(loaded)} brokers, of this morning")


def _accounts(conn: Connection) -> Finding:
    query = sa.select(accounts.c.state, sa.func.count()).group_by(accounts.c.state)
    states = {str(state): int(count) for state, count in conn.execute(query)}
    states.pop(AccountState.DISCONNECTED.value, None)
    return ok("accounts", ", ".join(f"{count} {state}" for state, count in sorted(states.items())) or "none")


def _unclear(conn: Connection, now: datetime) -> Finding:
    found = orders.unclear_children(conn)
    old = [one for one in found if now - one.created_at > UNCLEAR]
    if old:
        mend = (
            "their users are asked to look at their brokers; never send them again (docs/concepts/orders.md)"
        )
        return fail("orders", f"{len(old)} have had no clear answer for more than five minutes", mend)
    return ok("orders", f"{len(found)} wait for a clear answer")


def _log(conn: Connection, settings: Settings) -> Finding:
    try:
        head = checked_head(conn, Seal(keys(settings).master), Witness(settings.data))
    except ChainBroken as error:
        return fail("audit log", str(error), "`orchestrator audit verify` says more; docs/concepts/audit.md")
    waiting = count_waiting(conn)
    return ok(
        "audit log", f"ends as it was signed, at {head.position if head else 0}; {waiting} wait to be linked"
    )
