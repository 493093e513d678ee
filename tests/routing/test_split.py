"""How many orders a quantity becomes at one account."""

from routing.split import freeze_slices


def test_freeze_slices_are_full_ones_and_a_rest() -> None:
    assert freeze_slices(4000, 1755) == (1755, 1755, 490)
    assert freeze_slices(3510, 1755) == (1755, 1755)
    assert freeze_slices(65, 1755) == (65,)
    assert freeze_slices(10**6, None) == (10**6,)
