"""The processes that make the load: sockets of prices, and people who look and trade. Both read who there is from
`people.json` in a folder, and write there what became of it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mocks.exchange.catalogue import shares
from tests.stories.product import ROOT

SPAWNED_WITHIN = 10  # seconds until all users are there
LAST_ANSWERS = 180  # seconds for what was asked when the time was over


@dataclass(frozen=True)
class Size:
    shape: str
    minutes: float
    users: int
    sockets: int
    each: int


def open_sockets(size: Size, folder: Path, opened: ExitStack) -> subprocess.Popen[str] | None:
    """The process of all sockets, once they are open."""
    if not size.sockets:
        return None
    symbols = [f"NSE:{share.symbol}" for share in shares()]
    symbols += [f"BSE:{share.symbol}" for share in shares() if share.bse_token]
    files = [str(folder / "people.json"), str(folder / "sockets.json")]
    count = ["--sockets", str(size.sockets), "--each", str(size.each)]
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.load.sockets", *files, *count, "--symbols", *symbols],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    opened.callback(process.kill)
    assert process.stdout is not None
    if process.stdout.readline() != "open\n":
        raise RuntimeError("the sockets did not open; why is above")
    return process


def end_sockets(process: subprocess.Popen[str] | None, folder: Path) -> dict[str, Any] | None:
    """What they heard, once they were told that it is enough."""
    if process is None:
        return None
    process.communicate("enough\n", LAST_ANSWERS)
    return dict(json.loads((folder / "sockets.json").read_text()))


def start_users(size: Size, folder: Path, opened: ExitStack) -> subprocess.Popen[bytes]:
    """Locust, for the whole time."""
    files = {"LOAD_PEOPLE": str(folder / "people.json"), "LOAD_RESULT": str(folder / "users.json")}
    log = opened.enter_context((folder / "users.log").open("wb"))
    rate = max(1, size.users // SPAWNED_WITHIN)
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "locust", "-f", "benchmarks/load/users.py", "--headless", "--only-summary"),
            *("-u", str(size.users), "-r", str(rate), "-t", f"{round(size.minutes * 60)}s"),
            *("--stop-timeout", "60", "--exit-code-on-error", "0"),
        ],
        cwd=ROOT, env=os.environ | files, stdout=log, stderr=log,
    )  # fmt: skip
    opened.callback(process.kill)
    return process


def end_users(process: subprocess.Popen[bytes], folder: Path) -> dict[str, Any]:
    """What they did, once all have heard their last answer."""
    process.wait(LAST_ANSWERS)
    result = folder / "users.json"
    if not result.exists():
        raise RuntimeError((folder / "users.log").read_text(errors="replace")[-3000:])
    return dict(json.loads(result.read_text()))
