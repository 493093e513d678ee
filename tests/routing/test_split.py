"""The split is the cheapest one there is: proven against trying every division of small cases."""

from decimal import Decimal
from itertools import pairwise, product

from hypothesis import given, settings
from hypothesis import strategies as st

from routing.split import Source, divisions, freeze_slices


def every_division(capacities: list[int], lots: int) -> list[tuple[int, ...]]:
    ranges = (range(capacity + 1) for capacity in capacities)
    return [parts for parts in product(*ranges) if sum(parts) == lots]


def bent(costs: list[int]) -> tuple[int, ...]:
    """The sizes at which a cost table climbs faster than just before."""
    steps = [after - before for before, after in pairwise(costs)]
    return tuple(i + 1 for i in range(len(steps) - 1) if steps[i + 1] > steps[i])


@st.composite
def tables(draw: st.DrawFn) -> list[list[int]]:
    rows = draw(st.lists(st.lists(st.integers(0, 9), min_size=0, max_size=6), min_size=1, max_size=4))
    return [[0, *(sum(row[: i + 1]) for i in range(len(row)))] for row in rows]


@settings(max_examples=300)
@given(costs=tables(), lots=st.integers(1, 12))
def test_no_division_is_cheaper(costs: list[list[int]], lots: int) -> None:
    sources = [Source(len(row) - 1, lambda n, row=row: Decimal(row[n]), bent(row)) for row in costs]  # type: ignore[misc]
    found = divisions(sources, lots)
    possible = every_division([source.capacity for source in sources], lots)
    if not possible:
        assert found == []
        return
    cheapest = min(sum(row[n] for row, n in zip(costs, parts, strict=True)) for parts in possible)
    assert found[0].cost == cheapest
    assert all(sum(division.lots) == lots for division in found)
    assert all(
        n <= source.capacity for division in found for n, source in zip(division.lots, sources, strict=True)
    )


def test_ties_go_to_fewer_accounts_then_to_the_first() -> None:
    free = [
        Source(10, lambda n: Decimal(0)),
        Source(10, lambda n: Decimal(0)),
        Source(5, lambda n: Decimal(0)),
    ]
    assert divisions(free, 12)[0].lots == (10, 2, 0)


def test_freeze_slices_are_full_ones_and_a_rest() -> None:
    assert freeze_slices(4000, 1755) == (1755, 1755, 490)
    assert freeze_slices(3510, 1755) == (1755, 1755)
    assert freeze_slices(65, 1755) == (65,)
    assert freeze_slices(10**6, None) == (10**6,)
