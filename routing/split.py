"""How many orders a quantity becomes at one account: slices under the freeze limit, or the legs of an iceberg."""

from __future__ import annotations


def iceberg_parts(quantity: int, legs: int, lot: int) -> tuple[int, ...]:
    """A quantity in so many legs of whole lots, as even as can be, the odd lots in the first ones."""
    each, odd = divmod(quantity // lot, legs)
    return tuple((each + (leg < odd)) * lot for leg in range(legs))


def freeze_slices(quantity: int, largest: int | None) -> tuple[int, ...]:
    """A quantity as orders of at most `largest` units, the full ones first."""
    if not largest or quantity <= largest:
        return (quantity,)
    full, rest = divmod(quantity, largest)
    return (largest,) * full + ((rest,) if rest else ())
