"""A private PostgreSQL and Redis for a benchmark, with every commit on the disk before it is told of.

The servers of the tests answer faster, because they need not survive a power loss.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestrator.config import Settings
from orchestrator.storage.db import open_database
from tests.services import POSTGRES_BIN, free_port, make_tables

WAIT = 15.0  # seconds for a server to answer


@contextmanager
def servers() -> Iterator[dict[str, str] | None]:
    """Settings of the product that use both; None where one of the programs is not installed."""
    redis = shutil.which("redis-server")
    if POSTGRES_BIN is None or redis is None:
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir="/tmp"))
    started: list[subprocess.Popen[bytes]] = []
    try:
        url = _postgres(folder, POSTGRES_BIN, started)
        path = folder / "redis.sock"
        started.append(
            _start([redis, "--port", "0", "--unixsocket", str(path), "--save", "", "--dir", "/tmp"])
        )
        _wait(["redis-cli", "-s", str(path), "ping"])
        yield {"TRADEMASTER_DATABASE_URL": url, "TRADEMASTER_REDIS_URL": f"unix://{path}"}
    finally:
        for process in started:
            process.terminate()
            process.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


async def fill(settings: dict[str, str]) -> None:
    """Every table; the product refuses a server's database without them."""
    database = open_database(Settings(database_url=settings["TRADEMASTER_DATABASE_URL"], _env_file=None))
    await make_tables(database)
    await database.close()


def _postgres(folder: Path, programs: Path, started: list[subprocess.Popen[bytes]]) -> str:
    as_owner: list[str] = []
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        shutil.chown(folder, "postgres")
        as_owner = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    data, port = str(folder / "data"), str(free_port())
    owner = ["-U", "trademaster", "-A", "trust", "-E", "UTF8", "--locale=C"]
    made = [*as_owner, str(programs / "initdb"), "-D", data, *owner]
    subprocess.run(made, check=True, capture_output=True, cwd="/")
    where = ["-D", data, "-h", "127.0.0.1", "-p", port, "-k", str(folder)]
    started.append(_start([*as_owner, str(programs / "postgres"), *where]))
    _wait([str(programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", port])
    return f"postgresql://trademaster@127.0.0.1:{port}/postgres"


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")


def _wait(ready: list[str]) -> None:
    until = time.monotonic() + WAIT
    while subprocess.run(ready, capture_output=True, check=False).returncode != 0:
        if time.monotonic() > until:
            raise RuntimeError(f"not ready: {ready[0]}")
        time.sleep(0.05)
