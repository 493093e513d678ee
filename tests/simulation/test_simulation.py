"""The order path under everything that can go wrong, seed by seed; and that a seed is a replay.

Every run of the tests takes a share of it, CI goes on with other seeds (`make simulate`), `make simulate-all` takes the
whole.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation.plan import Plan
from tests.simulation.run import simulate
from tests.simulation.weather import Weather

ROOT = Path(__file__).parents[2]
WHOLE = os.environ.get("SIMULATION") == "whole"
SEEDS = 200 if WHOLE else 10
TOGETHER = 5  # seeds of one test: so many share what a test costs by itself


@pytest.mark.parametrize("first", range(1, SEEDS + 1, TOGETHER))
def test_whatever_goes_wrong_every_order_exists_once_or_not_at_all(first: int) -> None:
    failed = [one for one in map(simulate, range(first, first + TOGETHER)) if one.failure is not None]
    assert not failed, "\n".join(
        f"{one.failure}\n  again: python -m tests.simulation --seed {one.seed}" for one in failed
    )


@pytest.mark.parametrize("seed", range(1, 9 if WHOLE else 3))
def test_the_same_holds_on_postgresql(seed: int, postgres_with_tables: str) -> None:
    one = simulate(seed, postgres=postgres_with_tables)
    assert one.failure is None, one.failure


@pytest.mark.skipif(not WHOLE, reason="minutes long: make simulate-all")
@pytest.mark.timeout(600)
def test_the_seeds_meet_every_kind_of_trouble_and_orders_get_through() -> None:
    runs = [simulate(seed) for seed in range(1, 31)]
    assert sum(one.orders for one in runs) >= 80
    assert sum(one.kills for one in runs) >= 9
    seen = {str(kind) for one in runs for kind in one.seen}
    assert {"reset_after", "silent_after", "late_arrival", "late_answer", "page_after", "garbage"} <= seen
    assert {"late_accept", "cancel_lost_race"} <= seen
    assert {"modified", "exited", "exited all", "placed elsewhere"} <= seen
    assert {"conversion done", "conditional done", "switch cancel_all", "switch flatten"} <= seen


def test_the_same_seed_is_the_same_run_in_another_process_with_other_hashes() -> None:
    def told(hashes: str) -> str:
        answer = subprocess.run(
            [sys.executable, "-m", "tests.simulation", "--seed", "2"],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": hashes},
            capture_output=True,
            text=True,
            check=True,
        )
        return answer.stdout

    assert told("1") == told("2")


STEPS = 120  # more than an order takes from being asked for to its answer
STRIDE = 15
STRIDES = 1 if WHOLE else 6  # every step, or every sixth
SPLIT = 494  # a seed whose first order goes to two brokers


@pytest.mark.parametrize("first", range(1, STEPS + 1, STRIDE))
def test_an_order_survives_a_crash_at_every_step_of_its_way(first: int) -> None:
    for step in range(first, first + STRIDE, STRIDES):
        plan = Plan(people=1, hands=1, actions=1, kill_at=(step,), from_order=True)
        one = simulate(SPLIT, plan, Weather.fair(random.Random(SPLIT)))
        assert one.failure is None, f"killed after step {step}: {one.failure}"
        assert one.kills == 1, f"step {step} was never reached"
