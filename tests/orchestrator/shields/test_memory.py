"""Counts within one process."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from orchestrator.shields import memory
from orchestrator.shields.memory import Memory


@given(
    pauses=st.lists(st.floats(min_value=0, max_value=3, allow_nan=False), max_size=60),
    most=st.integers(min_value=1, max_value=5),
)
def test_no_second_has_more_than_allowed_and_who_waits_as_told_gets_in(
    pauses: list[float], most: int
) -> None:
    now = 1_000_000.0
    store = Memory(lambda: now)
    let_in: list[float] = []
    for pause in pauses:
        now += pause
        room = store.take("orders", "someone", most, 1)
        if not room.taken:
            now += room.seconds + 1e-6
            room = store.take("orders", "someone", most, 1)
            assert room.taken
        let_in.append(now)
    for at in let_in:
        assert sum(1 for other in let_in if int(other) == int(at)) <= most


def test_a_window_counts_half_when_the_next_is_half_over() -> None:
    now = 1_000_020.0  # a minute begins
    store = Memory(lambda: now)
    assert [store.take("a", "x", 10, 60).taken for _ in range(11)] == [True] * 10 + [False]
    now += 90
    assert [store.take("a", "x", 10, 60).left for _ in range(6)] == [4, 3, 2, 1, 0, 0]


def test_names_and_keys_are_counted_apart() -> None:
    store = Memory(lambda: 1_000_000.0)
    assert all(store.take(name, key, 1, 60).taken for name in ("a", "b") for key in ("x", "y"))


def test_a_flood_of_addresses_is_forgotten_and_the_newest_are_kept() -> None:
    store = Memory(lambda: 1_000_000.0)
    for number in range(memory.MOST + 10):
        store.take("address", str(number), 10, 60)
    assert len(store) <= memory.MOST
    assert store.take("address", str(memory.MOST + 9), 10, 60).left == 8


def test_what_has_ended_is_forgotten() -> None:
    now = 1_000_000.0
    store = Memory(lambda: now)
    store.take("address", "old", 10, 60)
    now += 300
    store.take("address", "new", 10, 60)
    assert len(store) == 1
