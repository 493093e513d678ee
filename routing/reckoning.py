"""Predicted and charged side by side: what an order was expected to cost, what its fills cost, and why they differ."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from domain.money import ZERO, Money
from domain.routing import Charges

# A broker may show STT and stamp duty in whole rupees, each half a rupee off, and the other lines in whole paise.
ROUNDING = Money(Decimal("1.05"))


class Cause(StrEnum):
    """Why the charged sum is not the predicted one."""

    FILL = "fill"  # another price or quantity than the order was planned with
    DEPOSITORY = "depository"  # the DP charge is billed by day, so it is in no order's figure
    ROUNDING = "rounding"  # the broker rounds its lines
    BROKER = "broker"  # the broker reckons otherwise than our tables


@dataclass(frozen=True, slots=True)
class Difference:
    """`amount` rupees that the broker charged more (or less, below zero) for this cause."""

    cause: Cause
    amount: Money


@dataclass(frozen=True, slots=True)
class Reckoning:
    """Rupees. `at_fills`: our tables on what was filled, without the DP charge. `charged`: the broker's figure."""

    predicted: Money
    at_fills: Money
    charged: Money
    differences: tuple[Difference, ...]

    @property
    def difference(self) -> Money:
        """What was charged beyond the prediction."""
        return self.charged - self.predicted


def reckon(predicted: Charges, *, at_fills: Money, charged: Money) -> Reckoning:
    """The differences add up to `charged - predicted`, each cause at most once and none of nothing."""
    unexplained = charged - at_fills
    broker = Cause.ROUNDING if abs(unexplained) <= ROUNDING else Cause.BROKER
    found = (
        Difference(Cause.FILL, at_fills - (predicted.total - predicted.dp)),
        Difference(Cause.DEPOSITORY, -predicted.dp),
        Difference(broker, unexplained),
    )
    causes = tuple(one for one in found if one.amount != ZERO)
    return Reckoning(predicted.total, at_fills, charged, causes)
