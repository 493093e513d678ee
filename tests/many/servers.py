"""PostgreSQL and Redis of a test's own, that may be killed and come back on the same port."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.services import POSTGRES_BIN, free_port


class Server:
    """One program on a port. `kill` ends it at once; `start` brings it back."""

    def __init__(self, command: list[str], ready: list[str], port: int) -> None:
        self._command, self._ready, self.port = command, ready, port
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            self._command, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while subprocess.run(self._ready, capture_output=True, check=False).returncode != 0:
            assert self._process.poll() is None, f"{self._command[0]} ended with {self._process.returncode}"
            time.sleep(0.05)

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(how)
            self._process.wait(30)


@contextmanager
def own_postgres() -> Iterator[Server]:
    """With a database `many`, without tables. Its commits are durable: it will be killed."""
    assert POSTGRES_BIN is not None
    folder, port = Path(tempfile.mkdtemp(prefix="many-pg-", dir="/tmp")), free_port()
    owner: list[str] = []
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        shutil.chown(folder, "postgres")
        owner = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    made = ["-U", "trademaster", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
    subprocess.run(
        [*owner, str(POSTGRES_BIN / "initdb"), "-D", str(folder / "data"), *made],
        check=True,
        capture_output=True,
        cwd="/",
    )
    server = Server(
        [
            *(*owner, str(POSTGRES_BIN / "postgres"), "-D", str(folder / "data"), "-h", "127.0.0.1"),
            *("-p", str(port), "-k", str(folder), "-c", "max_connections=300"),
        ],
        [str(POSTGRES_BIN / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)],
        port,
    )
    server.start()
    try:
        create = ["-h", "127.0.0.1", "-p", str(port), "-U", "trademaster", "many"]
        subprocess.run([str(POSTGRES_BIN / "createdb"), *create], check=True, capture_output=True)
        yield server
    finally:
        server.kill(signal.SIGINT)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def own_redis() -> Iterator[Server]:
    """It keeps nothing: whoever kills it takes everything with it."""
    folder, port = tempfile.mkdtemp(prefix="many-redis-", dir="/tmp"), free_port()
    program = shutil.which("redis-server")
    assert program is not None
    server = Server(
        [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder],
        ["redis-cli", "-p", str(port), "ping"],
        port,
    )
    server.start()
    try:
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)
