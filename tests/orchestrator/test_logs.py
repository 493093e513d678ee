"""What the logs never say."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import structlog
from orchestrator import logs

logs.configure("INFO", as_json={as_json})
log = structlog.get_logger()

def seal(key):
    raise RuntimeError("a bug")

try:
    seal("hunter2-" + "in-a-local")
except RuntimeError as error:
    log.error("bug", access_token="hunter2-by-name", exc_info=error)
"""


@pytest.mark.parametrize("as_json", [False, True])
def test_a_bug_is_written_down_without_the_secrets_around_it(as_json: bool) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(as_json=as_json)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "RuntimeError: a bug" in ended.stderr
    assert "hunter2-" not in ended.stderr.replace('"hunter2-" + "in-a-local"', "")


LIBRARY = """
import logging
import structlog
from orchestrator import logs

logs.configure("INFO", as_json=True)
structlog.contextvars.bind_contextvars(request="r-1", order="ord_1")
logging.getLogger("uvicorn.error").warning("connection %s", "lost")
try:
    raise RuntimeError("a bug")
except RuntimeError:
    logging.getLogger("asyncio").exception("a task failed")
structlog.get_logger().info("ours", count=1)
"""


def test_every_line_is_json_with_its_ids_whoever_wrote_it() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", LIBRARY],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    library, failed, ours = (json.loads(line) for line in ended.stderr.splitlines())
    for line in (library, failed, ours):
        assert (line["request"], line["order"]) == ("r-1", "ord_1")
    assert (library["event"], library["level"], library["logger"]) == (
        "connection lost",
        "warning",
        "uvicorn.error",
    )
    assert "RuntimeError: a bug" in failed["exception"]
