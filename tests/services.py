"""Private PostgreSQL and Redis servers for one test run, started on first use and ended with it.

Without their programs the tests that need them are left out, and say so.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import NoReturn

import asyncpg  # type: ignore[import-untyped]
import pytest
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from orchestrator.bus import Bus, LocalBus
from orchestrator.config import Settings
from orchestrator.redis_bus import RedisBus
from orchestrator.storage import migrations
from orchestrator.storage.db import Database, open_database
from orchestrator.tables import metadata

POSTGRES_BIN = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)
_numbers = itertools.count(1)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def free_ports(count: int) -> int:
    """The first of so many consecutive free ports of 127.0.0.1."""
    while True:
        first = free_port()
        try:
            for port in range(first, first + count):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            continue
        return first


def _wait(ready: list[str], *, process: subprocess.Popen[bytes], what: str) -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise RuntimeError(f"{what} ended at once with {process.returncode}")
        if subprocess.run(ready, capture_output=True, check=False).returncode == 0:
            return
        time.sleep(0.05)
    raise RuntimeError(f"{what} is not ready")


def _left_out(why: str) -> NoReturn:
    """In CI everything runs: what is missing there is a failure."""
    if os.environ.get("CI"):
        pytest.fail(why)
    pytest.skip(why)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of a private server, without a database name."""
    if POSTGRES_BIN is None:
        _left_out("PostgreSQL is not installed")
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    # PostgreSQL refuses to run as root.
    as_owner: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
        as_owner = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    data, port = folder / "data", free_port()
    owner = ["-U", "trademaster", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
    subprocess.run(
        [*as_owner, str(POSTGRES_BIN / "initdb"), "-D", str(data), *owner],
        check=True,
        capture_output=True,
        cwd="/",
    )
    options = [
        "-h",
        "127.0.0.1",
        "-p",
        str(port),
        "-k",
        str(folder),
        "-c",
        "fsync=off",
        "-c",
        "max_connections=200",
        "-c",
        "jit=off",
        "-c",
        "full_page_writes=off",
        "-c",
        "synchronous_commit=off",
    ]
    process = subprocess.Popen(
        [*as_owner, POSTGRES_BIN / "postgres", "-D", data, *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
    )
    try:
        ready = [str(POSTGRES_BIN / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
        _wait(ready, process=process, what="postgres")
        yield f"postgresql://trademaster@127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGINT)  # does not wait for clients
        process.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def _new_database(server: str) -> str:
    name = f"test_{os.getpid()}_{next(_numbers)}"

    async def create() -> None:
        connection = await asyncpg.connect(f"{server}/postgres")
        try:
            await connection.execute(f'CREATE DATABASE "{name}"')
        finally:
            await connection.close()

    asyncio.run(create())
    return f"{server}/{name}"


@pytest.fixture
def postgres_url(postgres_server: str) -> str:
    """URL of a new, empty database."""
    return _new_database(postgres_server)


@pytest.fixture(scope="module")
def postgres_of_module(postgres_server: str) -> str:
    """URL of a new, empty database for one file of tests."""
    return _new_database(postgres_server)


@pytest.fixture(scope="session")
def shared_postgres(postgres_server: str) -> str:
    """URL of a database with every table, for one test at a time: making one anew takes longer than most tests."""
    url = _new_database(postgres_server)
    asyncio.run(_fill(Settings(database_url=url, _env_file=None)))
    return url


@pytest.fixture(scope="session")
def _broom(shared_postgres: str) -> Iterator[Callable[[], None]]:
    """Empties the shared database, over one connection for the whole run: a new one knows no table yet."""
    kept = [*metadata.tables, "alembic_version"]
    connection: asyncpg.Connection | None = None

    async def empty() -> None:
        nonlocal connection
        if connection is None or connection.is_closed():  # as after a test that ended every connection
            connection = await asyncpg.connect(shared_postgres)
        others = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> ALL($1)"
        for row in await connection.fetch(others, kept):
            await connection.execute(f'DROP TABLE "{row["tablename"]}" CASCADE')
        await connection.execute(
            "SET session_replication_role = replica;"  # no order of deletion is asked for
            + ";".join(f'DELETE FROM "{name}"' for name in metadata.tables)
            + f";UPDATE alembic_version SET version_num = '{migrations.newest()}'"
        )

    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        yield lambda: runner.run(empty())
        if connection is not None:
            runner.run(connection.close())


@pytest.fixture
def postgres_with_tables(shared_postgres: str, _broom: Callable[[], None]) -> str:
    """URL of a database with every table and no row."""
    _broom()
    return shared_postgres


@pytest.fixture(scope="session")
def sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with every table and no row, to be copied."""
    settings = Settings(data=tmp_path_factory.mktemp("tables") / "data", _env_file=None)
    asyncio.run(_fill(settings))
    assert settings.sqlite_path is not None
    return settings.sqlite_path


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """URL of a private server on a unix socket."""
    program = shutil.which("redis-server")
    if program is None:
        _left_out("Redis is not installed")
    folder = Path(tempfile.mkdtemp(prefix="redis-", dir="/tmp"))
    path = folder / "redis.sock"
    process = subprocess.Popen(
        [program, "--port", "0", "--unixsocket", path, "--save", "", "--dir", folder],
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait(["redis-cli", "-s", str(path), "ping"], process=process, what="redis")
        yield f"unix://{path}"
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """URL of an emptied Redis."""
    path = redis_server.removeprefix("unix://")
    subprocess.run(["redis-cli", "-s", path, "flushall"], check=True, capture_output=True)
    return redis_server


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Working settings over SQLite in a folder of this test."""
    return Settings(
        data=tmp_path / "data",
        web=tmp_path / "web",
        port=free_port(),
        rate_orders="100000/minute",  # a test places faster than a person
        rate_exits="100000/minute",
        _env_file=None,
    )


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_settings(request: pytest.FixtureRequest, settings: Settings) -> Settings:
    """The same settings once for each database, which has no table."""
    if request.param == "sqlite":
        return settings
    return settings.model_copy(update={"database_url": request.getfixturevalue("postgres_url")})


@pytest.fixture
def sqlite_settings(settings: Settings, sqlite_file: Path) -> Settings:
    """The same settings over a SQLite database that has every table."""
    assert settings.sqlite_path is not None
    settings.data.mkdir(mode=0o700)
    shutil.copy(sqlite_file, settings.sqlite_path)
    return settings


@pytest.fixture(params=["sqlite", "postgresql"])
def database_settings(request: pytest.FixtureRequest, settings: Settings) -> Settings:
    """The same settings once for each database, which has every table."""
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_with_tables")
        return settings.model_copy(update={"database_url": url})
    filled: Settings = request.getfixturevalue("sqlite_settings")
    return filled


async def make_tables(database: Database) -> None:
    """Every table as the newest migration leaves it (`test_migrations` proves that), only faster."""
    newest = migrations.newest()

    def work(connection: Connection) -> None:
        context = MigrationContext.configure(connection)
        if context.get_current_revision() != newest:
            metadata.create_all(connection)
            context.stamp(ScriptDirectory.from_config(migrations.config()), "head")

    await database.write(work)


async def _fill(settings: Settings) -> None:
    database = open_database(settings)
    await make_tables(database)
    await database.close()


# For what has nothing to do with how rows are kept: input refused before anything is stored.
ON_SQLITE = pytest.mark.parametrize("database_settings", ["sqlite"], indirect=True)


@pytest.fixture
async def db(database_settings: Settings) -> AsyncIterator[Database]:
    """An open database with every table, once for each dialect."""
    database = open_database(database_settings)
    yield database
    await database.close()


@pytest.fixture(params=["local", "redis"])
async def bus(request: pytest.FixtureRequest) -> AsyncIterator[Bus]:
    """A started bus, once inside the process and once over Redis."""
    opened: Bus = LocalBus() if request.param == "local" else RedisBus(request.getfixturevalue("redis_url"))
    await opened.start()
    yield opened
    await opened.close()
