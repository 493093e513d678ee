"""A PostgreSQL of a test's own that archives its log by our scripts, and can be put back to a moment."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from tests.many.servers import Server
from tests.services import POSTGRES_BIN, free_port

SCRIPTS = Path(__file__).parents[2] / "deploy" / "postgres"
NAME = "trademaster"


class Archived:
    """`folder` holds the data, the base and the archive; all of it belongs to the server's user."""

    def __init__(self, folder: Path) -> None:
        assert POSTGRES_BIN is not None
        self._folder, self._bin, self._as_owner = folder, POSTGRES_BIN, list[str]()
        self._archive, self._scripts = folder / "archive", folder / "scripts"
        shutil.copytree(SCRIPTS, self._scripts)
        self._archive.mkdir()
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            for one in (folder, self._archive):
                shutil.chown(one, "postgres")
            self._as_owner = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        self._port = free_port()
        made = ("-U", NAME, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        self._run(str(self._bin / "initdb"), "-D", str(folder / "data"), *made)
        archive = f'{self._scripts / "archive-wal"} "%p" "%f" {self._archive}'
        self._server = self._at("data", "-c", "archive_mode=on", "-c", f"archive_command={archive}")
        self._server.start()
        self._run(str(self._bin / "createdb"), *self._here, NAME)

    @property
    def url(self) -> str:
        return f"postgresql://{NAME}@127.0.0.1:{self._port}/{NAME}"

    def base(self) -> None:
        """Made while the server runs."""
        self._run(str(self._scripts / "base-backup"), str(self._folder / "base"))

    def put_back(self, to: datetime) -> None:
        """Everything after that moment is gone: the server runs on a new folder, on the same port."""
        self._run(str(self._bin / "psql"), *self._here, "-c", "SELECT pg_switch_wal()", NAME)
        self._server.kill(signal.SIGINT)  # it archives what is left before it ends
        data = self._folder / "later"
        names = (str(self._folder / "base"), str(self._archive), str(data), to.isoformat(sep=" "))
        self._run(str(self._scripts / "recover-to"), *names)
        self._server = self._at("later")
        self._server.start()
        while self._said("SELECT pg_is_in_recovery()") != "f":
            pass

    def stop(self) -> None:
        self._server.kill(signal.SIGINT)

    @property
    def _here(self) -> tuple[str, ...]:
        return ("-h", "127.0.0.1", "-p", str(self._port), "-U", NAME)

    def _said(self, sql: str) -> str:
        return self._run(str(self._bin / "psql"), *self._here, "-Atc", sql, NAME).strip()

    def _at(self, data: str, *options: str) -> Server:
        command = [str(self._bin / "postgres"), "-D", str(self._folder / data), "-h", "127.0.0.1"]
        more = ["-p", str(self._port), "-k", str(self._folder), "-c", "fsync=off", *options]
        ready = [str(self._bin / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self._port)]
        return Server([*self._as_owner, *command, *more], ready, self._port)

    def _run(self, *command: str) -> str:
        told = {"PGHOST": "127.0.0.1", "PGPORT": str(self._port), "PGUSER": NAME}
        path = f"{self._bin}:{os.environ['PATH']}"
        done = subprocess.run(
            [*self._as_owner, *command],
            env={**os.environ, **told, "PATH": path},
            capture_output=True,
            text=True,
            cwd="/",
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@contextmanager
def archived() -> Iterator[Archived]:
    folder = Path(tempfile.mkdtemp(prefix="pitr-", dir="/tmp"))
    folder.chmod(0o755)
    server = Archived(folder)
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
