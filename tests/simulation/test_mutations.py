"""That the simulation would notice: the order path is broken on purpose, once for each way that matters."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation.mutations import MUTATIONS, Mutation

ROOT = Path(__file__).parents[2]
PARTS = ("domain", "routing", "aggregation", "adapters", "orchestrator", "mocks", "alembic", "tests")
SEEDS = 150  # most that it may take


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_it_is_still_known_how_to_break_it(mutation: Mutation) -> None:
    """Cheap, in every run: whoever rewrites a line that is to be broken writes the break anew."""
    compile(mutation.broken(ROOT), mutation.file, "exec")


@pytest.mark.skipif(os.environ.get("SIMULATION") != "whole", reason="minutes long: make simulate-all")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_the_simulation_notices_when_we(mutation: Mutation, tmp_path: Path) -> None:
    for part in PARTS:
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    mutation.apply(tmp_path)
    ended = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.simulation",
            "--seeds",
            str(SEEDS),
            "--workers",
            "1",
            "--until-failure",
            *mutation.aim.options,
        ],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "again: " in ended.stdout, ended.stdout + ended.stderr
