"""Money that came into an account or left it, told from what an evening is worth beyond what the day earned."""

from __future__ import annotations

from decimal import Decimal

from domain.money import ZERO, Money

PAID_IN = Money.of(1)  # from here on more is there than charges and rounding can explain: they only take
TAKEN_OUT = Money.of(1000)  # charges, interest and fees take less than this, or than
SHARE = Decimal("0.01")  # this part of the account


def inferred(before: Money, now: Money, earned: Money, known: Money) -> Money:
    """Rupees that must have come in (below zero: left) between two evenings one trading day apart; zero for none.

    `before` and `now`: what the account was worth then and is now. `earned`: what the day's prices and trading made,
    before charges. `known`: what is known to have come in. What is left over and small is taken for charges.
    """
    unexplained = now - before - earned - known
    if unexplained >= PAID_IN:
        return unexplained.rounded()
    if -unexplained >= max(TAKEN_OUT, Money(abs(before.amount) * SHARE)):
        return unexplained.rounded()
    return ZERO
