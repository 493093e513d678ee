"""What a stack has used until now, of everything that scales: taken before and after a known amount of work."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from pathlib import Path

import asyncpg  # type: ignore[import-untyped]
from redis.asyncio import Redis

from benchmarks.load.measured import counted
from benchmarks.load.stack import Stack
from benchmarks.measure import memory_mib, processor_ms

WRITES = "tup_inserted + tup_updated + tup_deleted"


@dataclass(frozen=True)
class Used:
    """Processor times in milliseconds, memory in KiB. `api`, `worker`: all processes of the kind; alone, one process
    is `api`. What is memory or a connection is as it stands, all else counts from the start."""

    api: float = 0
    worker: float = 0
    postgres: float = 0
    redis: float = 0
    sandbox: float = 0
    calls: float = 0
    commits: float = 0
    rows: float = 0
    wal_kib: float = 0
    commands: float = 0
    api_kib: float = 0
    worker_kib: float = 0
    backends: float = 0
    clients: float = 0

    def less(self, before: Used, times: float = 1.0) -> Used:
        return Used(*(getattr(self, f.name) - times * getattr(before, f.name) for f in fields(Used)))

    def each(self, count: float) -> Used:
        """Of one of so many."""
        return Used(*(getattr(self, f.name) / count for f in fields(Used)))


async def used(stack: Stack) -> Used:
    """Until now."""
    at = stack.processor()
    workers = [one for one in stack.processes if one.name.startswith("worker")]
    others = [one for one in stack.processes if one not in workers]
    own = {
        "api": sum(at[one.name] for one in others),
        "worker": sum(at[one.name] for one in workers),
        "sandbox": at["sandbox"],
        "calls": counted(await stack.metrics(), "broker_calls"),
        "api_kib": sum(1024 * (memory_mib(one.pid) or 0) for one in others),
        "worker_kib": sum(1024 * (memory_mib(one.pid) or 0) for one in workers),
    }
    if not stack.database:
        return Used(**own)
    return Used(**own, **await of_postgres(stack.database), **await of_redis(stack.redis))


async def of_postgres(url: str) -> dict[str, float]:
    connection = await asyncpg.connect(url)
    try:
        row = await connection.fetchrow(
            f"SELECT pg_backend_pid() AS own, xact_commit AS commits, {WRITES} AS rows, numbackends AS backends, "
            "pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') / 1024 AS wal_kib "
            "FROM pg_stat_database WHERE datname = current_database()"
        )
        server = _parent(row["own"])
    finally:
        await connection.close()
    return {
        "postgres": _family_ms(server),
        "commits": float(row["commits"]),
        "rows": float(row["rows"]),
        "wal_kib": float(row["wal_kib"]),
        "backends": float(row["backends"]) - 1,
    }


async def of_redis(url: str) -> dict[str, float]:
    client: Redis = Redis.from_url(url)
    try:
        told = await client.info()
    finally:
        await client.aclose()
    return {
        "redis": 1000 * (float(told["used_cpu_user"]) + float(told["used_cpu_sys"])),
        "commands": float(told["total_commands_processed"]),
        "clients": float(told["connected_clients"]) - 1,
    }


def _stat(pid: int) -> list[str]:
    """The fields after a process's name; [] when it has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _parent(pid: int) -> int:
    """0: it has ended."""
    told = _stat(pid)
    return int(told[1]) if told else 0


def _family_ms(server: int) -> float:
    """Of a process, of its children, and of those that have ended."""
    children = [int(at.name) for at in Path("/proc").glob("[0-9]*") if _parent(int(at.name)) == server]
    return _reaped_ms(server) + sum(processor_ms(pid) or 0.0 for pid in (server, *children))


def _reaped_ms(pid: int) -> float:
    """Of children that have ended."""
    told = _stat(pid)
    return (int(told[13]) + int(told[14])) * 1000 / os.sysconf("SC_CLK_TCK") if told else 0.0
