"""Two processes of HTTP and three workers on one PostgreSQL and one Redis, each behind proxies of the test's."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import httpx

from mocks.launch import Sandbox
from tests.many.proxy import Proxy
from tests.many.servers import Server, own_postgres, own_redis
from tests.services import free_port
from tests.stories.product import RATES, eventually
from tests.traders import sandbox_settings

ROOT = Path(__file__).parents[2]
PATIENCE = 300.0  # seconds: five processes on a busy machine


class Process:
    """One of the product's, with its own way to the database."""

    def __init__(
        self, name: str, command: str, proxy: Proxy, environment: dict[str, str], folder: Path
    ) -> None:
        self.name, self.proxy, self.port = name, proxy, free_port()
        self._command, self._log = command, folder / f"{name}.log"
        self._environment = {**environment, "TRADEMASTER_PORT": str(self.port)}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "orchestrator", self._command],
                cwd=ROOT,
                env=self._environment,
                stdout=log,
                stderr=log,
            )

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def signal(self, which: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(which)

    def kill(self) -> None:
        if self.running:
            assert self._process is not None
            self._process.kill()
            self._process.wait()

    def log(self) -> str:
        return self._log.read_text(errors="replace") if self._log.exists() else ""


class Fleet:
    def __init__(self, postgres: Server, redis: Server, apis: list[Process], workers: list[Process]) -> None:
        self.postgres, self.redis, self.apis, self.workers = postgres, redis, apis, workers
        self.ways_to_redis: Proxy

    @property
    def processes(self) -> list[Process]:
        return [*self.apis, *self.workers]

    async def ready(self, processes: Iterable[Process]) -> None:
        """Until these answer, and all users are shared out among workers that live."""
        async with httpx.AsyncClient(trust_env=False, timeout=5) as http:
            for one in processes:
                if one in self.apis:
                    await eventually(lambda one=one: _answers(http, one), bool, PATIENCE)  # type: ignore[misc]
        await self.shared_out()

    async def shared_out(self) -> dict[str, int]:
        """Until every user belongs to a process; how many shards each owner has."""
        return dict(await eventually(self.owners, lambda seen: sum(seen.values()) == 64, PATIENCE))

    async def owners(self) -> dict[str, int]:
        rows = await self.asked(
            "SELECT owner, count(*) AS shards FROM leases WHERE name LIKE 'users/%' AND owner <> '' "
            "AND until > extract(epoch FROM clock_timestamp()) * 1000 GROUP BY owner"
        )
        return {row["owner"]: row["shards"] for row in rows}

    async def asked(self, query: str, *values: Any) -> list[Any]:
        """Straight at the server; [] while it is away."""
        try:
            connection = await asyncpg.connect(
                f"postgresql://trademaster@127.0.0.1:{self.postgres.port}/many", timeout=5
            )
        except (OSError, asyncpg.PostgresError):
            return []
        try:
            return list(await connection.fetch(query, *values))
        finally:
            await connection.close()


async def _answers(http: httpx.AsyncClient, one: Process) -> bool:
    assert one.running, f"{one.name} ended:\n{one.log()[-3000:]}"
    try:
        return (await http.get(f"{one.url}/readyz")).status_code == 200
    except httpx.HTTPError:
        return False


@asynccontextmanager
async def a_fleet(sandbox: Sandbox, folder: Path, *, workers: int = 3) -> AsyncIterator[Fleet]:
    async with AsyncExitStack() as opened:
        postgres, redis = opened.enter_context(own_postgres()), opened.enter_context(own_redis())
        to_redis = await opened.enter_async_context(Proxy(redis.port))
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("TRADEMASTER_")},
            **sandbox_settings(sandbox.urls),
            "TRADEMASTER_REDIS_URL": f"redis://127.0.0.1:{to_redis.port}/0",
            "TRADEMASTER_DATA": str(folder / "data"),
            "TRADEMASTER_ALWAYS_OPEN": "true",
            "TRADEMASTER_PAPER": "true",
            "TRADEMASTER_QUIET_WINDOW": "2",
            "TRADEMASTER_WRITE_DEADLINE": "3",
            "TRADEMASTER_REFRESH_BUSY": "1",
            "TRADEMASTER_REFRESH_IDLE": "2",
            "TRADEMASTER_SIGNUPS_PER_HOUR": "1000000",
            "TRADEMASTER_ACCESS_MINUTES": "600",
            **{f"TRADEMASTER_RATE_{kind}": "1000000/minute" for kind in RATES},
        }

        async def process(name: str, command: str, **more: str) -> Process:
            proxy = await opened.enter_async_context(Proxy(postgres.port))
            url = f"postgresql://trademaster@127.0.0.1:{proxy.port}/many"
            own = {**environment, "TRADEMASTER_DATABASE_URL": url, **more}
            return Process(name, command, proxy, own, folder)

        apis = [await process(f"api{n}", "serve", TRADEMASTER_ROLE="api") for n in range(2)]
        fleet = Fleet(postgres, redis, apis, [await process(f"worker{n}", "worker") for n in range(workers)])
        fleet.ways_to_redis = to_redis
        migrate = await process("migrate", "migrate")
        migrate.start()
        await eventually(lambda: _ended(migrate), bool, PATIENCE)
        for one in fleet.processes:
            opened.callback(one.kill)
            one.start()
        await fleet.ready(fleet.processes)
        yield fleet


async def _ended(one: Process) -> bool:
    await asyncio.sleep(0)
    return not one.running
