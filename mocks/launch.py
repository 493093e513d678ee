"""Start a sandbox as a process of its own and talk to its control API: for tests, benchmarks and programs.

with Sandbox.start(flow=False) as sandbox:
    session = sandbox.post("/sessions", {"broker": "kite"})
"""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

STOP_SECONDS = 10
ANSWER_SECONDS = 60  # a clock put forward takes its time


class ControlError(Exception):
    """The control API said no."""

    def __init__(self, status: int, answer: Any) -> None:
        super().__init__(f"{status}: {answer}")
        self.status = status
        self.answer = answer


class Sandbox:
    """A running `python -m mocks`. `urls`: control, kite, upstox, groww, mock."""

    def __init__(self, process: subprocess.Popen[str], urls: dict[str, str]) -> None:
        self.process = process
        self.urls = urls

    @classmethod
    def start(
        cls,
        *,
        port_base: int = 0,
        seed: int = 1,
        flow: bool = True,
        state: Path | None = None,
        calendar: bool = False,
        only: Sequence[str] = (),
        options: Sequence[str] = (),
    ) -> Sandbox:
        """Returns when every port listens. `options`: others of the command line, as they are written there.
        Raises RuntimeError when it ends instead."""
        command = [sys.executable, "-m", "mocks", "--port-base", str(port_base), "--seed", str(seed)]
        command += [] if flow else ["--no-flow"]
        command += ["--state", str(state)] if state else []
        command += ["--calendar"] if calendar else []
        command += ["--only", ",".join(only)] if only else []
        command += options
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent.parent
        )
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"the sandbox ended with {process.wait()}")
        return cls(process, json.loads(line)["urls"])

    def stop(self) -> int:
        """SIGTERM, then SIGKILL after ten seconds; the exit code."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()
        return self.process.returncode

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def get(self, path: str) -> Any:
        return self._call("GET", path, None)

    def post(self, path: str, body: Any = None) -> Any:
        return self._call("POST", path, body if body is not None else {})

    def put(self, path: str, body: Any) -> Any:
        return self._call("PUT", path, body)

    def patch(self, path: str, body: Any) -> Any:
        return self._call("PATCH", path, body)

    def delete(self, path: str) -> Any:
        return self._call("DELETE", path, None)

    def _call(self, method: str, path: str, body: Any) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.urls["control"] + path, data, {"Content-Type": "application/json"}, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:
                text = answer.read()
        except urllib.error.HTTPError as no:
            raise ControlError(no.code, json.loads(no.read() or b"null")) from no
        return json.loads(text) if text else None
