"""The whole product in processes of its own, in one of two shapes, and what it has used until now."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from benchmarks.measure import memory_mib, processor_ms
from mocks.launch import Sandbox
from tests.many.servers import own_postgres, own_redis
from tests.services import POSTGRES_BIN, free_port
from tests.stories.product import RATES, ROOT
from tests.traders import sandbox_settings

PATIENCE = 300.0  # seconds until everything is ready, and until it has ended: four processes start at once
SHAPES = {"one": ("product",), "many": ("api0", "api1", "worker0", "worker1")}


@dataclass(frozen=True)
class Process:
    """One of the product's. `url` is where people ask it; workers have none."""

    name: str
    pid: int
    url: str
    probe: str
    child: subprocess.Popen[bytes]


@dataclass(frozen=True)
class Stack:
    sandbox: Sandbox
    processes: tuple[Process, ...]
    database: str  # URL of PostgreSQL; empty: SQLite
    redis: str  # its URL, or empty

    @property
    def urls(self) -> list[str]:
        return [one.url for one in self.processes if one.url]

    async def metrics(self) -> list[str]:
        """What each process tells Prometheus now."""
        async with httpx.AsyncClient(trust_env=False, timeout=60) as http:
            return [(await http.get(f"{one.probe}/metrics")).text for one in self.processes]

    def memory(self) -> dict[str, float]:
        """MiB of each of the product's processes."""
        return {one.name: memory_mib(one.pid) or 0.0 for one in self.processes}

    def processor(self) -> dict[str, float]:
        """Milliseconds of processor time until now: of the product's processes, the sandbox, and the servers."""
        used = {one.name: processor_ms(one.pid) or 0.0 for one in self.processes}
        used["sandbox"] = processor_ms(self.sandbox.process.pid) or 0.0
        return used

    def ended(self) -> list[str]:
        """Names of processes that should run and do not."""
        return [one.name for one in self.processes if one.child.poll() is not None]


@asynccontextmanager
async def a_stack(shape: str, folder: Path, **settings: str) -> AsyncIterator[Stack]:
    """`one`: one process on SQLite. `many`: two for HTTP and two workers on PostgreSQL and Redis of their own."""
    with ExitStack() as opened:
        database = redis = ""
        if shape == "many":
            if POSTGRES_BIN is None:
                raise RuntimeError("PostgreSQL is not installed")
            database = f"postgresql://trademaster@127.0.0.1:{opened.enter_context(own_postgres()).port}/many"
            redis = f"redis://127.0.0.1:{opened.enter_context(own_redis()).port}/0"
        sandbox = opened.enter_context(Sandbox.start())
        common = _environment(sandbox, folder, database, redis) | settings
        if database:
            migrated = await asyncio.to_thread(
                subprocess.run, [sys.executable, "-m", "orchestrator", "migrate"], env=common, cwd=ROOT
            )
            migrated.check_returncode()
        processes = tuple(_started(name, common, folder, opened) for name in SHAPES[shape])
        await _ready(processes, folder)
        yield Stack(sandbox, processes, database, redis)


def _environment(sandbox: Sandbox, folder: Path, database: str, redis: str) -> dict[str, str]:
    """The product's own defaults but for limits that one address or one user would meet here, and the hours."""
    servers = {"TRADEMASTER_DATABASE_URL": database, "TRADEMASTER_REDIS_URL": redis} if database else {}
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("TRADEMASTER_")},
        **sandbox_settings(sandbox.urls),
        **servers,
        "TRADEMASTER_DATA": str(folder / "data"),
        "TRADEMASTER_ALWAYS_OPEN": "true",
        "TRADEMASTER_PAPER": "true",
        "TRADEMASTER_LOG_LEVEL": "WARNING",
        "TRADEMASTER_ACCESS_MINUTES": "600",
        "TRADEMASTER_LIVE_SOCKETS": "10000",
        "TRADEMASTER_LOGIN_ATTEMPTS": "1000000",
        "TRADEMASTER_SIGNUPS_PER_HOUR": "1000000",
        **{f"TRADEMASTER_RATE_{kind}": "1000000/minute" for kind in RATES},
    }


def _started(name: str, common: dict[str, str], folder: Path, opened: ExitStack) -> Process:
    worker, alone = name.startswith("worker"), name == "product"
    port, probe = free_port(), free_port()
    role = {} if alone else {"TRADEMASTER_ROLE": "worker" if worker else "api"}
    own = {**common, **role, "TRADEMASTER_PORT": str(port), "TRADEMASTER_PROBE_PORT": str(probe)}
    log = opened.enter_context((folder / f"{name}.log").open("ab"))
    child = subprocess.Popen(
        [sys.executable, "-m", "orchestrator", "worker" if worker else "serve"],
        cwd=ROOT, env=own, stdout=log, stderr=log,
    )  # fmt: skip
    opened.callback(_end, child)
    url = "" if worker else f"http://127.0.0.1:{port}"
    return Process(name, child.pid, url, f"http://127.0.0.1:{probe}", child)


def _end(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


async def _ready(processes: tuple[Process, ...], folder: Path) -> None:
    """Raises RuntimeError with what the one says that ended, or took too long."""
    until = time.monotonic() + PATIENCE
    async with httpx.AsyncClient(trust_env=False, timeout=5) as http:
        for one in processes:
            while (answer := await _not_ready(http, one)) is not None:
                if one.child.poll() is not None or time.monotonic() > until:
                    log = (folder / f"{one.name}.log").read_text(errors="replace")
                    raise RuntimeError(f"{one.name} is not ready: {answer}\n{log[-3000:]}")
                await asyncio.sleep(0.1)


async def _not_ready(http: httpx.AsyncClient, one: Process) -> str | None:
    """What it says of itself; None once it is ready."""
    try:
        answer = await http.get(f"{one.probe}/readyz")
    except httpx.HTTPError as error:
        return repr(error)
    return None if answer.status_code == 200 else answer.text
