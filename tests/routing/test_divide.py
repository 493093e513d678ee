"""Nothing is cheaper than the division that is found: every other one of thousands of small cases is tried.

ROUTING_CASES=200000 tries more of them.
"""

import os
from collections.abc import Iterator
from itertools import accumulate, pairwise, product
from random import Random

from routing.divide import Source, bound, cheapest, pooled

CASES = int(os.environ.get("ROUTING_CASES", "10000"))


def bent(costs: list[int]) -> tuple[int, ...]:
    """The sizes at which a cost table climbs faster than just before."""
    steps = [after - before for before, after in pairwise(costs)]
    return tuple(i + 1 for i in range(len(steps) - 1) if steps[i + 1] > steps[i])


def table(costs: list[int]) -> Source:
    return Source(len(costs) - 1, lambda lots: costs[lots], bent(costs))


def random_costs(dice: Random) -> list[int]:
    """Costs of 0, 1, 2... lots: any that never fall; often concave, flat after a cap, or with a fixed part."""
    steps = [dice.choice((0, 0, 1, 2, 5, 9)) for _ in range(dice.randint(0, 6))]
    if dice.random() < 0.5:
        steps.sort(reverse=True)
    return list(accumulate(steps, initial=0))


def least(tables: list[list[int]], lots: int) -> int | None:
    """The lowest cost of all divisions, by trying every number of lots at every account."""
    best: dict[int, int] = {0: 0}
    for costs in tables:
        after: dict[int, int] = {}
        for (placed, cost), (part, more) in product(best.items(), enumerate(costs)):
            total = placed + part
            if total <= lots and cost + more < after.get(total, 10**9):
                after[total] = cost + more
        best = after
    return best.get(lots)


def cases(number: int, *, most_accounts: int = 5) -> Iterator[tuple[list[list[int]], int]]:
    for seed in range(number):
        dice = Random(seed)
        tables = [random_costs(dice) for _ in range(dice.randint(1, most_accounts))]
        yield tables, dice.randint(1, max(1, sum(len(costs) - 1 for costs in tables) + 1))


def test_no_division_of_ten_thousand_small_cases_is_cheaper() -> None:
    for tables, lots in cases(CASES):
        sources = [table(costs) for costs in tables]
        found, possible = cheapest(sources, lots), least(tables, lots)
        if possible is None:
            assert found is None, (tables, lots)
            continue
        assert found is not None, (tables, lots)
        assert found.cost == possible, (tables, lots)
        assert sum(found.lots) == lots
        assert all(part <= source.capacity for part, source in zip(found.lots, sources, strict=True))
        assert bound(sources, lots) <= possible, (tables, lots)


def test_no_division_over_ten_accounts_is_cheaper() -> None:
    for seed in range(300):
        dice = Random(seed)
        tables = [random_costs(dice) for _ in range(10)]
        lots = dice.randint(1, max(1, sum(len(costs) - 1 for costs in tables)))
        found = cheapest([table(costs) for costs in tables], lots)
        assert (found.cost if found else None) == least(tables, lots), (tables, lots)


def test_accounts_that_share_a_limit_stay_within_it_and_nothing_is_cheaper() -> None:
    for tables, lots in cases(600, most_accounts=4):
        if len(tables) < 3:
            continue
        most = len(tables[0])
        shared, rest = tables[:2], tables[2:]
        sources = [pooled([table(costs) for costs in shared], most), *(table(costs) for costs in rest)]
        room = min(most, sum(len(costs) - 1 for costs in shared))
        together = [least(shared, part) for part in range(room + 1)]
        found = cheapest(sources, lots)
        possible = least([[cost for cost in together if cost is not None], *rest], lots)
        assert (found.cost if found else None) == possible, (tables, lots)


def test_ties_go_to_fewer_accounts_then_to_the_first() -> None:
    free = [Source(10, lambda lots: 0), Source(10, lambda lots: 0), Source(5, lambda lots: 0)]
    found = cheapest(free, 12)
    assert found is not None
    assert found.lots == (10, 2, 0)


def test_accounts_that_are_not_used_change_nothing() -> None:
    for tables, lots in cases(2000):
        sources = [table(costs) for costs in tables]
        found = cheapest(sources, lots)
        after = cheapest([*sources, table([0])], lots)
        assert (found and (*found.lots, 0)) == (after and after.lots)
        if found and 0 in found.lots:
            idle = found.lots.index(0)
            less = cheapest(sources[:idle] + sources[idle + 1 :], lots)
            assert less is not None
            assert less.lots == found.lots[:idle] + found.lots[idle + 1 :], (tables, lots)


def test_another_account_never_makes_a_division_dearer() -> None:
    for tables, lots in cases(500):
        sources = [table(costs) for costs in tables]
        some, every = cheapest(sources[:-1], lots), cheapest(sources, lots)
        assert some is None or (every is not None and every.cost <= some.cost)
