"""What somebody who mends the product from afar has to know of an installation, and nothing of its people.

Read from the database, the settings, a process that answers and a log, each by itself: what cannot be had says so, and
the rest is there.
"""

from __future__ import annotations

import platform
import sqlite3
import sys
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import httpx
import orjson
import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from orchestrator import meta
from orchestrator.config import Settings
from orchestrator.diagnostics.redaction import log_line, scrubbed, settings_shown, values_of
from orchestrator.doctor.examine import examine
from orchestrator.jobs import rows as job_rows
from orchestrator.jobs.plan import PLANS
from orchestrator.outbox import reading
from orchestrator.storage import migrations
from orchestrator.storage.db import Database, open_database
from orchestrator.tables import metadata
from orchestrator.tables.accounts import accounts
from orchestrator.tables.jobs import job_runs
from orchestrator.tables.leases import leases
from orchestrator.tables.orders import order_children
from orchestrator.tables.outbox import outbox
from orchestrator.tables.people import letters
from orchestrator.tables.webhooks import webhook_messages

RUNS = 20  # of each job
LINES = 2000  # of the log, the newest
PATIENCE = 5.0
SIZES = "SELECT relname, n_live_tup, pg_total_relation_size(relid) FROM pg_stat_user_tables ORDER BY relname"

README = """A report of one installation, for whoever looks for a fault in it. Made by `orchestrator diagnostics`.

In it: versions; settings (of texts only whether they are set); what the doctor says; the last runs of jobs; sizes of
tables; how many orders, accounts, letters and messages stand how; leases; the outbox; numbers for Prometheus; and,
where a log in JSON was named, its newest lines without what was said in them.

Not in it: names, e-mail addresses, account numbers, orders, their tags and ids, positions, amounts, addresses of
machines, keys, tokens, passwords. Look through it before you hand it on.
"""


async def gather(settings: Settings, log: Path | None, now: datetime) -> dict[str, bytes]:
    """The files of a report, by name."""
    known = {*values_of(settings), str(Path.home()), platform.node()} - {"", "/"}
    doctor = [_finding(asdict(one), known) for one in await examine(settings, now)]
    files = {
        "README.txt": README.encode(),
        "settings.json": _json(settings_shown(settings)),
        "doctor.json": _json(doctor),
        "metrics.txt": (await _metrics(settings)).encode(),
    }
    files |= {name: _json(told) for name, told in (await _of_database(settings, known, now)).items()}
    if log is not None:
        files["log.jsonl"] = _log(log)
    return files


async def _of_database(settings: Settings, known: set[str], now: datetime) -> dict[str, Any]:
    """What is read there. Where there is no file none is made: nothing could be restored in its place."""
    path = settings.sqlite_path
    if path is not None and not path.exists():
        return {"versions.json": _product()}
    database = open_database(settings)
    reads: dict[str, Callable[[Connection], Any]] = {
        "jobs.json": lambda conn: _jobs(conn, known),
        "tables.json": _tables,
        "counts.json": _counts,
        "leases.json": _leases,
        "outbox.json": lambda conn: _outbox(conn, now),
    }
    try:
        told = {"versions.json": _product() | await _told(lambda: _versions(database))}
        for name, work in reads.items():
            told[name] = await _told(lambda work=work: database.read(work))  # type: ignore[misc]
    finally:
        await database.close()
    return told


async def _told(asked: Callable[[], Awaitable[Any]]) -> Any:
    try:
        return await asked()
    except (SQLAlchemyError, OSError, sqlite3.Error) as error:
        return {"cannot be read": type(error).__name__}


def _product() -> dict[str, Any]:
    return {
        "product": meta.own_version(),
        "python": sys.version.split()[0],
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "packages": {
            one.name: one.version for one in sorted(distributions(), key=lambda one: one.name.lower())
        },
    }


async def _versions(database: Database) -> dict[str, Any]:
    def server(conn: Connection) -> str:
        if conn.dialect.name == "sqlite":
            return f"SQLite {sqlite3.sqlite_version}"
        return f"PostgreSQL {conn.execute(sa.text('SHOW server_version')).scalar_one()}"

    return {
        "database": await database.read(server),
        "tables": await migrations.current(database),
        "tables_needed": migrations.newest(),
    }


def _finding(one: dict[str, Any], known: set[str]) -> dict[str, Any]:
    return {name: scrubbed(str(value), known) for name, value in one.items()}


def _jobs(conn: Connection, known: set[str]) -> dict[str, Any]:
    def shown(run: job_rows.Run) -> dict[str, Any]:
        told = {
            name: getattr(run, name) for name in ("due_at", "attempt", "started_at", "ended_at", "outcome")
        }
        return {**told, "words": scrubbed(run.words, known)}

    return {name: [shown(run) for run in job_rows.history(conn, name, limit=RUNS)] for name in PLANS}


def _tables(conn: Connection) -> dict[str, Any]:
    """On PostgreSQL as it reckons itself: counting a million rows would be a load of its own."""
    if conn.dialect.name != "sqlite":
        return {name: {"rows": rows, "bytes": size} for name, rows, size in conn.execute(sa.text(SIZES))}
    counted = {name: _count(conn, table) for name, table in metadata.tables.items()}
    return {name: {"rows": rows} for name, rows in sorted(counted.items())}


def _count(conn: Connection, table: sa.Table) -> int:
    return int(conn.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def _counts(conn: Connection) -> dict[str, Any]:
    def by(*columns: sa.Column[Any]) -> dict[str, int]:
        query = sa.select(*columns, sa.func.count()).group_by(*columns)
        return {" ".join(str(part) for part in row[:-1]): row[-1] for row in conn.execute(query)}

    job = job_runs.c
    return {
        "parts of orders": by(order_children.c.broker, order_children.c.status),
        "changes under way": _such(conn, order_children.c.changing_since.is_not(None)),
        "accounts": by(accounts.c.broker, accounts.c.state),
        "messages of webhooks": by(webhook_messages.c.state),
        "letters": _count(conn, letters),
        "jobs under way": _such(conn, job.ended_at.is_(None)),
    }


def _such(conn: Connection, such: sa.ColumnElement[bool]) -> int:
    return int(conn.execute(sa.select(sa.func.count()).where(such)).scalar_one())


def _leases(conn: Connection) -> list[dict[str, Any]]:
    """Owners as numbers: which are of one process is what matters."""
    row = leases.c
    found = conn.execute(sa.select(leases).order_by(row.name)).all()
    owners = {
        owner: number for number, owner in enumerate(sorted({one.owner for one in found if one.owner}), 1)
    }
    return [
        {
            "name": scrubbed(one.name),
            "owner": owners.get(one.owner),
            "fence": one.fence,
            "until": one.until,
        }
        for one in found
    ]


def _outbox(conn: Connection, now: datetime) -> dict[str, Any]:
    row = outbox.c
    oldest = conn.execute(sa.select(sa.func.min(row.at)).where(row.position.is_(None))).scalar_one()
    waits = None if oldest is None else (now - oldest) // timedelta(milliseconds=1)
    return {
        "last place": reading.head(conn, reading.ALL),
        "without a place": _such(conn, row.position.is_(None)),
        "oldest of those, milliseconds": waits,
        "kept": _count(conn, outbox),
    }


async def _metrics(settings: Settings) -> str:
    """Of the process that answers at this machine's port: no label of theirs names anybody."""
    host = settings.probe_host if settings.probe_port else settings.host
    token = settings.metrics_token.get_secret_value()
    if not settings.probe_port and not token:
        return "# not asked: neither TRADEMASTER_PROBE_PORT nor TRADEMASTER_METRICS_TOKEN is set\n"
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE) as http:
            answer = await http.get(
                httpx.URL(
                    scheme="http", host=host, port=settings.probe_port or settings.port, path="/metrics"
                ),
                headers={"Authorization": f"Bearer {token}"} if token else {},
            )
    except httpx.HTTPError as error:
        return f"# no process answers: {type(error).__name__}\n"
    return answer.text if answer.is_success else f"# answered {answer.status_code}\n"


def _log(log: Path) -> bytes:
    with log.open(encoding="utf-8", errors="replace") as file:
        newest = deque(file, LINES)
    shown = [one for one in map(log_line, newest) if one is not None]
    left = len(newest) - len(shown)
    note = [{"left out": left, "why": "no JSON; TRADEMASTER_LOG_JSON writes it"}] if left else []
    return b"".join(orjson.dumps(one) + b"\n" for one in [*note, *shown])


def _json(what: Any) -> bytes:
    return orjson.dumps(what, option=orjson.OPT_INDENT_2)
