"""The sandbox's time: real, faster, or stepped, and never backwards."""

from __future__ import annotations

import pytest

from mocks.clock import SECOND_NS, SimulatedClock


class Wall:
    """A steady clock that moves when it is told."""

    def __init__(self) -> None:
        self.ns = 5_000

    def __call__(self) -> int:
        return self.ns


def test_a_real_clock_follows_the_wall() -> None:
    wall = Wall()
    clock = SimulatedClock(100, wall=wall)
    wall.ns += 7
    assert clock.now_ns() == 107


def test_a_faster_clock_keeps_what_has_passed() -> None:
    wall = Wall()
    clock = SimulatedClock(0, 10, wall=wall)
    wall.ns += 100
    clock.set_speed(2)
    wall.ns += 100
    assert clock.now_ns() == 1_200
    assert clock.wall_seconds_until(1_200 + 4 * SECOND_NS) == 2.0


def test_a_stepped_clock_stands_until_somebody_steps_it() -> None:
    wall = Wall()
    clock = SimulatedClock(0, mode="step", wall=wall)
    wall.ns += 10**12
    assert clock.now_ns() == 0
    assert clock.advance(1.5) == 1_500_000_000
    assert clock.wall_seconds_until(10**15) is None
    assert clock.now().year == 1970


def test_a_clock_changes_its_mode_where_it_stands() -> None:
    wall = Wall()
    clock = SimulatedClock(0, wall=wall)
    wall.ns += 50
    clock.set_mode("step")
    wall.ns += 50
    clock.set_mode("real")
    wall.ns += 5
    assert clock.now_ns() == 55


def test_time_only_goes_forward() -> None:
    clock = SimulatedClock(100, wall=Wall())
    with pytest.raises(ValueError, match="back"):
        clock.advance(-1)
    assert clock.advance_to(50) == 100
    assert clock.advance_to(150) == 150


@pytest.mark.parametrize("speed", [0, -1, float("nan")])
def test_a_speed_is_above_zero(speed: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        SimulatedClock(0, speed)
